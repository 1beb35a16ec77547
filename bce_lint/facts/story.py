"""Telling the user where a value comes from, in the user's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Cast,
    Clip,
    Concat,
    Const,
    Expr,
    Free,
    Index,
    Join,
    Maximum,
    Minimum,
    Opaque,
    Param,
    Sigmoid,
    Softmax,
    StopGradient,
    Sub,
    View,
)
from bce_lint.facts.formats import Format
from bce_lint.facts.meaning import Input, Role
from bce_lint.facts.trace import Site, Trace
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import unparse

SHORT = 40


@dataclass(frozen=True, slots=True)
class Told:
    """An origin without its place: `node` is what to underline."""

    node: ir.Node | None
    text: str
    note: str
    guessed: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Names and origins of the values at one site."""

    trace: Trace
    site: Site
    roles: Mapping[Expr, Input]
    format: Format
    given: Callable[[Param], tuple[Expr, ...]]
    """What the file's own calls give for a parameter, as far as that decides its range."""

    def name(self, e: Expr) -> str:
        """Return what the user calls `e` at the site: a variable that holds it, else the text that it was written as."""
        if isinstance(e, (Param, Free)):
            return e.name
        holding = [name for name, value in self.site.names.items() if value is e]
        holding = holding or [name for name, value in self.site.names.items() if core(value) is e]
        if holding:
            return min(holding, key=lambda name: (name.count("."), -self._bound_at(name, e)))
        node = self.trace.place(e, self.site.order)
        text = unparse(node) if node is not None and not isinstance(node, (ir.Parameter, ir.Function)) else ""  # type: ignore[arg-type]
        if text and len(text) <= SHORT and "..." not in text:
            return text
        inner = core(e)
        return self.name(inner) if inner is not e else "..."

    def _bound_at(self, name: str, e: Expr) -> int:
        return max((b.order for b in self.trace.bindings.get(e, []) if b.name == name and b.order <= self.site.order), default=0)

    def says(self, e: Expr) -> str:
        """Return what `e` is, as a clause after "is"."""
        inner = core(e)
        match inner:
            case Const(value):
                return f"{value:g}"
            case Opaque() if inner in self.roles:
                return "taken for a probability"
            case Param() if inner in self.roles:
                given = self.roles[inner]
                if made := self.made(inner):
                    return f"given {made}"
                if given.role is Role.UNKNOWN:
                    return "given a probability" if self.given(inner) else self.name(inner)
                return "taken for a probability" if given.role is Role.PROBABILITY else f"{article(given.role)} {given.role}"
            case Sigmoid(x):
                return self._applied("sigmoid", x)
            case Softmax(x):
                return self._applied("softmax", x)
            case Clip(x, lo, hi):
                return f"{self.name(x)} clipped to [{self._bound(lo, '-inf')}, {self._bound(hi, 'inf')}]"
            case Join(parts) | Concat(parts) if known := [said for part in parts if "..." not in (said := self.says(part))]:
                return " or ".join(dict.fromkeys(word for said in known for word in said.split(" or ")))
            case _:
                return self.name(inner)

    def made(self, param: Param) -> str:
        """Return what a parameter is given, if each time that is a probability by its making."""
        values = [core(value) for value in self.given(param)]
        if not values or not all(isinstance(value, (Sigmoid, Softmax)) for value in values):
            return ""
        return " or ".join(dict.fromkeys(self.says(value) for value in values))

    def clause(self, e: Expr) -> str:
        """Return the beginning of a sentence on the values of `e`: "`p` is sigmoid(logits):" or just "`sigmoid(logits)` is"."""
        name, said = self.name(e), self.says(e)
        if name == "...":
            return "the probability is"
        return f"`{name}` is" if name == said else f"`{name}` is {said}:"

    def _applied(self, function: str, x: Expr) -> str:
        name = self.name(x)
        return f"{function}({name})" if "..." not in name else f"a {function}"

    def _bound(self, bound: Expr | None, absent: str) -> str:
        if bound is None:
            return absent
        return f"{bound.value:.9g}" if isinstance(bound, Const) else self.name(bound)

    def origins(self, e: Expr) -> list[Told]:
        """Return where `e` comes from, the nearest first: how it was bound, then what that was made of."""
        told: list[Told] = []
        seen: set[Expr] = set()
        step: Expr | None = e
        while step is not None and step not in seen and len(told) < 4:
            seen.add(step)
            one = self._origin(step)
            if one is not None:
                told.append(one)
            step = _next(step)
        return told

    def _origin(self, e: Expr) -> Told | None:
        if isinstance(e, Param):
            return self._parameter(e)
        bindings = [b for b in self.trace.bindings.get(e, []) if b.order <= self.site.order]
        note = self.note(e)
        if bindings:
            binding = bindings[-1]
            text = unparse(binding.node) if not isinstance(binding.node, ir.Parameter) else binding.name  # type: ignore[arg-type]
            return Told(binding.node, f"{binding.name} = {text if len(text) <= 2 * SHORT else '...'}", note, guessed=False)
        if isinstance(e, (Sigmoid, Softmax, Clip, Maximum, Minimum)):
            node = self.trace.place(e, self.site.order)
            return Told(node, self.says(e), note, guessed=False) if node is not None else None
        return None

    def _parameter(self, e: Param) -> Told | None:
        bindings = self.trace.bindings.get(e, [])
        given = self.roles.get(e)
        if given is None or not bindings or given.role is Role.UNKNOWN:
            return None
        if made := self.made(e):
            return Told(bindings[0].node, f"parameter `{e.name}`", f"given {made} in this file; {self._ends()}", guessed=False)
        if given.role is Role.PROBABILITY:
            why = f"taken for a probability, since {given.because}" if given.guessed else f"a probability, since {given.because}"
            return Told(bindings[0].node, f"parameter `{e.name}`", f"{why}; {self._ends()}", given.guessed)
        return Told(
            bindings[0].node, f"parameter `{e.name}`", f"taken for {article(given.role)} {given.role}, since {given.because}", given.guessed
        )

    def _ends(self) -> str:
        return f"a sigmoid is exactly 1.0 in {self.format.name} from a logit of {self.format.saturates():.2f}"

    def note(self, e: Expr) -> str:
        """Return what the range of `e` is in words."""
        full, name = self.format.saturates(), self.format.name
        match e:
            case Sigmoid():
                return f"in [0, 1]; in {name} exactly 1.0 from a logit of {full:.2f}, exactly 0.0 from {-self.format.vanishes():.2f}"
            case Softmax():
                return f"in [0, 1]; in {name} exactly 1.0 once a logit leads by {full:.2f}; the others go to 0.0"
            case Clip(_, lo, hi):
                return f"in [{self._rounded(lo)}, {self._rounded(hi)}] in {self.format.name}"
            case Maximum(_, Const(value)) | Add(_, Const(value)):
                return f"at least {self._rounded(Const(value))}" if isinstance(e, Maximum) else ""
            case _:
                return ""

    def _rounded(self, bound: Expr | None) -> str:
        match bound:
            case None:
                return "inf"
            case Const(value):
                rounded = float(self.format.round(value))
                return "1.0" if rounded == 1.0 else f"{value if abs(rounded - value) <= 1e-3 * abs(value) else rounded:.9g}"
            case _:
                return self.name(bound)


def article(word: str) -> str:
    """Return "a" or "an"."""
    return "an" if word[0] in "aeiou" else "a"


def source(e: Expr) -> Expr:
    """Return the value at the bottom of `e` that decides its range: through guards, complements and rearrangements."""
    while True:
        step = _next(e)
        if step is None:
            return e
        e = step


def _next(e: Expr) -> Expr | None:
    match e:
        case Cast(x) | View(x) | Index(x) | StopGradient(x):
            return x
        case Clip(x) | Sub(Const(), x) | Add(x, Const()) | Sub(x, Const()) | Maximum(x, Const()) | Minimum(x, Const()):
            return x
        case Join(choices):
            return choices[-1]
        case _:
            return None
