"""An `Expr` -> source in the file's own framework and aliases, with the imports that it needs: what `lower.py` does, backwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bce_lint.facts import vocabulary
from bce_lint.facts.expr import Add, Cast, Const, Div, Expr, Free, Index, Items, MatMul, Mul, Neg, Param, Pow, Reference, Sub, View

DOTTED = re.compile(r"\b(?:tensorflow|keras|torch|jax|numpy|scipy|optax)(?:\.\w+)+")
OPTIONAL = re.compile(r"\[([^\[\]{}]*\{(\w+)\}[^\[\]{}]*)\]")
FIELD = re.compile(r"(.?)\{(\w+)\}(.?)")

CUSTOM = (
    ("tf", "tensorflow"),
    ("K", "keras.backend"),
    ("keras", "keras"),
    ("F", "torch.nn.functional"),
    ("torch", "torch"),
    ("jnp", "jax.numpy"),
    ("jax", "jax"),
    ("np", "numpy"),
)
"""Customary names, used where the file binds none."""

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly an expression binds, loosest first."""


class Unspellable(Exception):  # noqa: N818  (an answer, not an accident)
    """There is no way to write this here."""


@dataclass(frozen=True, slots=True)
class Speller:
    """Writes expressions where `names` are visible; `here` gives a name for a value that must not be written out anew."""

    framework: str
    names: Mapping[str, Expr]
    holders: Mapping[Expr, str] = field(default_factory=dict)

    @classmethod
    def at(cls, framework: str, names: Mapping[str, Expr]) -> Speller:
        """Return a speller for a place where `names` are visible; of several names of a value the first is used."""
        holders: dict[Expr, str] = {}
        for name, value in names.items():
            if not isinstance(value, (Const, Reference)):
                holders.setdefault(value, name)
        return cls(framework, names, holders)

    def spell(self, e: Expr) -> str:
        """Return source for `e`; raise `Unspellable` if it has none."""
        return self._spell(e)[0]

    def inside(self, e: Expr, before: str, after: str) -> str:
        """Return source for `e` between `before` and `after`, in parentheses if it would otherwise be torn apart."""
        text, binds = self._spell(e)
        last = before.rstrip(" \t")
        whole = last.endswith(("=", "(", ",", "[", ":", "return")) and not last.endswith("**=")
        closed = not after.lstrip(" \t") or after.lstrip(" \t")[0] in "\r\n#),]}:;"
        return text if binds == ATOM or (whole and closed) else f"({text})"

    def _spell(self, e: Expr) -> tuple[str, int]:
        if e in self.holders:
            return self.holders[e], ATOM
        match e:
            case Const(value):
                text = repr(value)
                return text, SIGN if value < 0 else ATOM
            case Param(name) | Free(name) if "." in name or name not in self.names:
                return name, ATOM
            case Index(x, which) if which != "[]":
                return f"{self._operand(x, ATOM)}[{which}]", ATOM
            case Add() | Sub() | Mul() | Div() | Neg() | Pow() | MatMul():
                return self._operator(e)
            case Cast() | View() | Items():
                raise Unspellable(str(e))
        return self._call(e)

    def _operator(self, e: Expr) -> tuple[str, int]:
        match e:
            case Add(x, y):
                return f"{self._operand(x, SUM)} + {self._operand(y, PRODUCT)}", SUM
            case Sub(x, y):
                return f"{self._operand(x, SUM)} - {self._operand(y, PRODUCT)}", SUM
            case Mul(x, y):
                return f"{self._operand(x, PRODUCT)} * {self._operand(y, SIGN)}", PRODUCT
            case Div(x, y):
                return f"{self._operand(x, PRODUCT)} / {self._operand(y, SIGN)}", PRODUCT
            case MatMul(x, y):
                return f"{self._operand(x, PRODUCT)} @ {self._operand(y, SIGN)}", PRODUCT
            case Neg(x):
                return f"-{self._operand(x, SIGN)}", SIGN
            case Pow(x, y):
                return f"{self._operand(x, ATOM)} ** {self._operand(y, ATOM)}", POWER
        raise Unspellable(str(e))

    def _operand(self, e: Expr, least: int) -> str:
        text, binds = self._spell(e)
        return text if binds >= least else f"({text})"

    def _call(self, e: Expr) -> tuple[str, int]:
        language = vocabulary.vocabulary(self.framework)
        template = language.spellings.get(type(e)) if language else None
        if template is None:
            raise Unspellable(str(e))
        defaults = {name: f.default for name, f in type(e).__dataclass_fields__.items()}

        def optional(match: re.Match[str]) -> str:
            name = match.group(2)
            return "" if getattr(e, name) == defaults[name] or getattr(e, name) is None else match.group(1)

        def operand(match: re.Match[str]) -> str:
            before, name, after = match.groups()
            whole = before in "(,= " and after in "),"
            value = getattr(e, name)
            text = (self.spell(value) if whole else self._operand(value, ATOM)) if isinstance(value, Expr) else _literal(value)
            return f"{before}{text}{after}"

        text = FIELD.sub(operand, OPTIONAL.sub(optional, template))
        text = DOTTED.sub(lambda match: self._shorten(match.group()), text)
        return text, ATOM if re.match(r"[\w.]+\(", text) else SUM

    def _shorten(self, qualified: str) -> str:
        """Return a framework's dotted name by the file's own aliases."""
        wanted = vocabulary.canonical(qualified)
        best: str | None = None
        for name, value in self.names.items():
            if isinstance(value, Reference):
                for prefix in _prefixes(qualified):
                    if vocabulary.canonical(value.name) == vocabulary.canonical(prefix):
                        spelled = name + qualified[len(prefix) :]
                        best = spelled if best is None or len(spelled) < len(best) else best
        if best is None:
            best = next((short + qualified[len(root) :] for short, root in CUSTOM if qualified.startswith(root + ".")), None)
        if best is None:
            raise Unspellable(wanted)
        return best


def _prefixes(qualified: str) -> list[str]:
    parts = qualified.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def _literal(value: object) -> str:
    if value == "?" or (isinstance(value, str) and value.startswith("?")):
        raise Unspellable(str(value))
    return repr(value)
