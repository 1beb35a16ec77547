"""An `Expr` -> source in the file's own framework and aliases, with the imports that it needs: what `lower.py` does, backwards."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING

from bce_lint.facts import vocabulary
from bce_lint.facts.aliases import Aliases
from bce_lint.facts.expr import (
    Add,
    Bounded,
    Clip,
    Const,
    Div,
    Expr,
    Free,
    Index,
    Linear,
    Made,
    MatMul,
    Maximum,
    Minimum,
    Mul,
    Neg,
    Norm,
    Opaque,
    Param,
    Pow,
    Reference,
    Sub,
    Truth,
    walk,
)
from bce_lint.facts.quote import quotation
from bce_lint.facts.vocabulary.customs import INSTEAD, SPELLED
from bce_lint.syntax import ir

if TYPE_CHECKING:
    from bce_lint.facts.facts import Facts
    from bce_lint.facts.trace import Trace
    from bce_lint.syntax.place import Places

DOTTED = re.compile(SPELLED)
OPTIONAL = re.compile(r"\[([^\[\]{}]*\{(\w+)!?\}[^\[\]{}]*)\]")
FIELD = re.compile(r"(.?)\{(\w+)(!?)\}(.?)")
PLAIN = re.compile(r"(?:[-\d:, ()]|None|\.\.\.)+")
"""An index without names, which may mean something else elsewhere."""
KEYWORD = re.compile(r"(?:if|else|for|and|or|in|is|not)\b")

LOOSE, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly an expression binds: comparisons and choices least."""

OPERATORS: Mapping[str, int] = {
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "//": PRODUCT,
    "%": PRODUCT,
    "@": PRODUCT,
    "**": POWER,
}
BINARY: Mapping[type[Expr], str] = {Add: "+", Sub: "-", Mul: "*", Div: "/", MatMul: "@"}


class Unspellable(Exception):  # noqa: N818  (an answer, not an accident)
    """There is no way to write this here."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, how tightly it binds, the calls of the user's own that it repeats, and the imports that it takes."""

    text: str
    binds: int = ATOM
    calls: tuple[Expr, ...] = ()
    imports: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Speller:
    """Writes expressions at one place.

    `names` are visible there, `written` is what the text to be replaced says already, `quote` finds what other places say: all are used
    rather than written out anew.
    """

    framework: str
    names: Mapping[str, Expr]
    aliases: Aliases
    written: Mapping[Expr, Piece] = field(default_factory=dict)
    quote: Callable[[Expr], Piece | None] = lambda _: None

    @classmethod
    def at(cls, facts: Facts, node: ir.Node, places: Places) -> Speller:
        """Return a speller for what replaces `node`, in the trace of `facts` and the tree of `places`, with the names usable there."""
        names = next((site.names for site in facts.trace.sites if site.node is node and site.names), facts.site.names)
        aliases = Aliases.at(facts.module, names)

        def quote(e: Expr) -> Piece | None:
            found = quotation(e, facts.trace, names, places)
            return Piece(found[1], tightness(found[0])) if found is not None else None

        return cls(language(facts.framework, aliases), names, aliases, written(facts.trace, node, places), quote)

    def repeating(self, node: ir.Node, means: Iterable[Expr], places: Places) -> Speller:
        """Return the same speller that may write what the node itself says, which means so."""
        text, binds = places.text(node), tightness(node)
        return replace(self, written={**self.written, **{e: Piece(text, binds, calls(e, node)) for e in means}})

    def inside(self, e: Expr, before: str, after: str) -> Piece:
        """Return source for `e` between `before` and `after`, in parentheses if it would otherwise be torn apart."""
        piece = self.spell(e)
        binds = LOOSE if "\n" in piece.text and piece.binds < ATOM else piece.binds
        needed = max(need_after(before), need_before(after))
        return Piece(piece.text if binds >= needed else f"({piece.text})", ATOM, piece.calls, piece.imports)

    def spell(self, e: Expr) -> Piece:
        """Return source for `e`; raise `Unspellable` if it has none, or would call twice what was called once."""
        piece = self._spell(e)
        if any(count > 1 for count in Counter(piece.calls).values()):
            raise Unspellable(str(e))
        return piece

    def _spell(self, e: Expr) -> Piece:
        if e in self.written:
            return self.written[e]
        held = next((name for name, value in self.names.items() if value is e and not isinstance(e, (Const, Reference))), None)
        if held is not None:
            return Piece(held)
        return self.quote(e) or self._anew(e)

    def _anew(self, e: Expr) -> Piece:
        match e:
            case Const(value) if math.isfinite(value):
                piece = number(value)
            case Free(name) if self._visible(e):
                piece = Piece(name)
            case Index(x, which) if PLAIN.fullmatch(which):
                base = self._operand(x, ATOM)
                entries = which[1:-1] if which.startswith("(") and which.endswith(")") else which
                piece = Piece(f"{base.text}[{entries}]", ATOM, base.calls, base.imports)
            case Neg(x):
                binds = PRODUCT if isinstance(x, (Mul, Div)) else SIGN
                inner = self._operand(x, binds)
                piece = Piece(f"-{inner.text}", binds, inner.calls, inner.imports)
            case Truth("<" | "<=" | ">" | ">=" | "==" | "!=" as relation, x, Expr() as y):
                piece = self._joined(x, relation, y, (SUM, SUM, LOOSE))
            case Add(x, y) | Sub(x, y) | Mul(x, y) | Div(x, y) | MatMul(x, y):
                binds = OPERATORS[BINARY[type(e)]]
                piece = self._joined(x, BINARY[type(e)], y, (binds, binds + 1, binds))
            case Maximum(x, Const() as lo) if self._one_sided():
                piece = self._call(Clip(x, lo, None))
            case Minimum(x, Const() as hi) if self._one_sided():
                piece = self._call(Clip(x, None, hi))
            case Pow(x, y):
                piece = self._joined(x, "**", y, (ATOM, SIGN, POWER))
            case _:
                piece = self._call(e)
        return piece

    def _visible(self, e: Free) -> bool:
        """Tell whether the name that nothing in the file defines means the same here: its first part is bound to what it was."""
        root, dot, _ = e.name.partition(".")
        value = self.names.get(root)
        if value is None:
            return True
        return bool(dot) and (value.key == e.scope if isinstance(value, Made) else isinstance(value, Param) and value.name == root)

    def _operand(self, e: Expr, least: int) -> Piece:
        piece = self._spell(e)
        return piece if piece.binds >= least else Piece(f"({piece.text})", ATOM, piece.calls, piece.imports)

    def _joined(self, x: Expr, operator: str, y: Expr, binds: tuple[int, int, int]) -> Piece:
        left, right = self._operand(x, binds[0]), self._operand(y, binds[1])
        return Piece(f"{left.text} {operator} {right.text}", binds[2], left.calls + right.calls, left.imports | right.imports)

    def _one_sided(self) -> bool:
        """Tell whether a bound is written as a clip with one: the maximum of such a framework takes tensors only."""
        table = vocabulary.vocabulary(self.framework)
        return table is not None and OPTIONAL.search(table.spellings.get(Clip, "")) is not None

    def _call(self, e: Expr) -> Piece:
        table = vocabulary.vocabulary(self.framework)
        template = table.spellings.get(type(e)) if table else None
        if template is None:
            raise Unspellable(str(e))
        if not tells_all(e, template):
            raise Unspellable(f"{template} does not say all of {e}")
        template, imports = self._named(with_options(e, template))
        used: list[Piece] = []

        def operand(match: re.Match[str]) -> str:
            before, name, some, after = match.groups()
            value = getattr(e, name)
            if not isinstance(value, Expr):
                return f"{before}{literal(value, some=bool(some))}{after}"
            whole = before in {"(", ",", "=", " "} and after in {")", ","}
            used.append(self._operand(value, LOOSE if whole else ATOM))
            return f"{before}{used[-1].text}{after}"

        text = FIELD.sub(operand, template)
        repeated = tuple(call for piece in used for call in piece.calls)
        return Piece(text, binding(text), repeated, imports.union(*(piece.imports for piece in used)))

    def _named(self, template: str) -> tuple[str, frozenset[str]]:
        """Write the framework's names as the file does."""
        imports: set[str] = set()

        def shorten(match: re.Match[str]) -> str:
            short = self.aliases.shorten(match.group())
            if short is None:
                raise Unspellable(match.group())
            imports.update([short[1]] if short[1] else [])
            return short[0]

        return DOTTED.sub(shorten, template), frozenset(imports)


def tells_all(e: Expr, template: str) -> bool:
    """Tell whether what `e` has besides defaults has a place in `template`; a norm's gradient at 0 is the framework's affair.

    Along two axes, what libraries compute is the norm of a matrix, which is another one.
    """
    if isinstance(e, Norm) and isinstance(e.axis, tuple):
        return False
    said = {match[2] for match in FIELD.finditer(template)} | {match[2] for match in OPTIONAL.finditer(template)} | {"zero_gradient"}
    return all(f.name in said or getattr(e, f.name) == f.default for f in fields(e))


def with_options(e: Expr, template: str) -> str:
    """Leave out what stands in square brackets where its field has the op's own default."""
    defaults = {f.name: f.default for f in fields(e)}
    return OPTIONAL.sub(lambda match: "" if getattr(e, match[2]) == defaults[match[2]] else match[1], template)


def language(framework: str, aliases: Aliases) -> str:
    """Return the framework to write in: another one where the file has not what this one's spellings need."""
    needed, others = INSTEAD.get(framework, (framework, ()))
    if not others or aliases.imports(needed):
        return framework
    return next((name for name in others if aliases.imports(name)), framework)


# --- what is written already


def written(trace: Trace, node: ir.Node, places: Places) -> Mapping[Expr, Piece]:
    """Return what stands inside `node`, by its meaning: the shortest text of each."""
    inside = {id(part) for part in parts(node)}
    found: dict[Expr, Piece] = {}
    for e, seen in trace.places.items():
        for _, part in seen:
            if id(part) in inside and not isinstance(e, Reference):
                text = places.text(part)
                if e not in found or len(text) < len(found[e].text):
                    found[e] = Piece(text, tightness(part), calls(e, part))
    return found


def parts(node: object) -> Iterator[object]:
    """Yield what a node is made of, without itself and without what has names of its own (lambdas, comprehensions)."""
    for f in fields(node) if is_dataclass(node) else ():
        value = getattr(node, f.name)
        for part in value if isinstance(value, tuple) else (value,):
            if f.name != "at" and is_dataclass(part):
                yield part
                if not isinstance(part, (ir.Lambda, ir.Comprehension)):
                    yield from parts(part)


def calls(e: Expr, node: object) -> tuple[Expr, ...]:
    """Return what must not be computed twice in `e`: calls that nobody knows, random numbers, layers."""
    if isinstance(node, (ir.Name, ir.Attribute)):
        return ()
    return tuple(part for part in walk(e) if isinstance(part, (Opaque, Linear, Bounded)))


def tightness(node: object) -> int:
    """Return how tightly a node binds."""
    match node:
        case ir.Name() | ir.Literal() | ir.Call() | ir.Attribute() | ir.Subscript():
            return ATOM
        case ir.Sequence(kind=kind):
            return ATOM if kind != "tuple" else LOOSE
        case ir.Unary(op="-" | "+" | "~"):
            return SIGN
        case ir.Binary(op=op):
            return OPERATORS.get(op, LOOSE)
        case _:
            return LOOSE


def binding(text: str) -> int:
    """Return how tightly a spelling binds, by the operators in it outside brackets."""
    loosest = SIGN if text.startswith("-") else ATOM
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and at and character in "+-*/@":
            loosest = min(loosest, OPERATORS[character])
    return loosest


def number(value: float) -> Piece:
    """Return a number as people write it, 1 - 1e-7 and not 0.9999999."""
    gap = f"{1 - abs(value):.1g}".replace("e-0", "e-")
    if gap.startswith("1e") and abs(value) == 1 - float(gap):
        return Piece(f"1 - {gap}" if value > 0 else f"-1 + {gap}", SUM)
    return Piece(repr(value).replace("e-0", "e-"), SIGN if value < 0 else ATOM)


def literal(value: object, *, some: bool) -> str:
    """Return a static field as Python; `some` says that None is not one."""
    if isinstance(value, str) or (value is None and some) or (isinstance(value, float) and not math.isfinite(value)):
        raise Unspellable(str(value))
    return repr(value)


# --- what stands around


def need_after(before: str) -> int:
    """Return how tightly something must bind to stand after the text `before`."""
    last = before.rstrip()
    if not last or (last.endswith(("=", "(", ",", "[", "{", ":", "return", "yield")) and not last.endswith(("==", "!=", "<=", ">="))):
        return LOOSE
    if last.endswith("**"):
        return ATOM
    if last.endswith(("*", "/", "%", "@")):
        return SIGN
    if last.endswith(("+", "-")):
        return ATOM if last[:-1].rstrip().endswith("**") else PRODUCT
    return SUM if last.endswith(("<", ">", "=")) or re.search(r"\b(?:if|else|and|or|in|is|not)$", last) else ATOM


def need_before(after: str) -> int:
    """Return how tightly something must bind to stand before the text `after`: in the next row only an operator goes on with it."""
    following = re.sub(r"\A(?:\s+|#[^\n]*)+", "", after)
    if not following or following[0] in ")]},;:":
        return LOOSE
    if following.startswith("**") or following[0] in ".[(\\":
        return ATOM
    if following[0] in OPERATORS:
        return OPERATORS[following[0]]
    return SUM if following[0] in "<>=!" or KEYWORD.match(following) else LOOSE
