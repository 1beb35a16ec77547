"""What a test says of a value where it holds, and where it does not: `x > 0` keeps `x` off 0 in the first branch of a `Where`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bce_lint.facts.algebra import sub
from bce_lint.facts.expr import Add, Const, Expr, Index, Max, Min, Param, Truth

if TYPE_CHECKING:
    from bce_lint.facts.ranges import Range, Ranges

OPPOSITE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
COMPARISON = re.compile(r"(\w+(?:\.\w+)*) (<=|>=|<|>|==|!=) (-?\d+(?:\.\d*)?(?:e-?\d+)?)")
MIRRORED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def where(test: Expr, ranges: Ranges, *, holds: bool) -> Ranges:
    """Return the ranges of values there where `test` holds, or does not."""
    return under(((test, holds),), ranges)


def under(tests: Iterable[tuple[Expr, bool]], ranges: Ranges) -> Ranges:
    """Return the ranges of values there where all `tests` came out as said."""
    from bce_lint.facts.ranges import Reach

    known: dict[Expr, Range] = {}
    for test, holds in tests:
        for value, relation, bound in comparisons(test, holds=holds):
            found = narrowed(known.get(value) or ranges.of(value), relation, bound, ranges)
            known[value] = replace(found, lo=Reach.UNKNOWN, hi=Reach.UNKNOWN) if is_held(value) else found
        for difference, relation in ordered(test, holds=holds):
            found = narrowed(ranges.of(difference), relation, 0.0, ranges)
            known[difference] = replace(found, lo=Reach.UNKNOWN, hi=Reach.UNKNOWN)
    return ranges.given(known) if known else ranges


def ordered(test: Expr, *, holds: bool) -> Iterator[tuple[Expr, str]]:
    """Yield the differences of two values whose order is certain, and how they compare with 0."""
    match test:
        case Truth("<" | "<=" | ">" | ">=" as relation, x, Expr() as y) if not isinstance(x, Const) and not isinstance(y, Const):
            way = relation if holds else OPPOSITE[relation]
            yield sub(x, y), way
            yield sub(y, x), MIRRORED[way]


def is_held(value: Expr) -> bool:
    """Tell whether an epsilon was added to what is tested: whoever rejects `x + eps < 0` has an `x` that is not negative."""
    return isinstance(value, Add) and isinstance(value.y, (Const, Param))


def selecting(which: str, names: Mapping[str, Expr]) -> tuple[Expr, bool] | None:
    """Return the test by which `x[which]` selects entries: a name of one, its opposite `~name`, or a comparison of a name with a number."""
    name = which.lstrip("~").strip("()")
    test = names.get(name)
    if isinstance(test, Truth):
        return test, not which.startswith("~")
    comparison = COMPARISON.fullmatch(name)
    value = names.get(comparison[1]) if comparison else None
    while isinstance(value, Index) and value.which == which:
        value = value.x  # `p = p[p > 0]`: the name has come to mean what was selected
    if comparison is None or value is None:
        return None
    return Truth(comparison[2], value, Const(float(comparison[3]))), not which.startswith("~")


def comparisons(test: Expr, *, holds: bool) -> Iterator[tuple[Expr, str, float]]:
    """Yield value, relation and number for every comparison with a number that is certain to be true."""
    match test:
        case Truth("not", x, None):
            yield from comparisons(x, holds=not holds)
        case Max(Truth() as some) if not holds:
            yield from comparisons(some, holds=False)
        case Min(Truth() as every) if holds:
            yield from comparisons(every, holds=True)
        case Truth("and", x, Expr() as y) if holds:
            yield from comparisons(x, holds=True)
            yield from comparisons(y, holds=True)
        case Truth("or", x, Expr() as y) if not holds:
            yield from comparisons(x, holds=False)
            yield from comparisons(y, holds=False)
        case Truth(relation, x, Const(bound)) if relation in OPPOSITE and not isinstance(x, Const):
            yield x, relation if holds else OPPOSITE[relation], bound
        case Truth(relation, Const(bound), Expr() as x) if relation in OPPOSITE and not isinstance(x, Const):
            yield x, MIRRORED[relation if holds else OPPOSITE[relation]], bound
        case Truth() | Const():
            return
        case _:
            yield test, "!=" if holds else "==", 0.0


def narrowed(r: Range, relation: str, bound: float, ranges: Ranges) -> Range:
    """Return the part of `r` for which `relation` to `bound` holds; what can lie on both sides reaches the new end."""
    from bce_lint.facts.interval import Interval
    from bce_lint.facts.ranges import Range, Reach

    fmt, lo, hi = ranges.fmt, r.interval.lo, r.interval.hi
    at = fmt.round(bound)
    least, most = lo, hi
    match relation:
        case ">" | ">=":
            least = fmt.next_up(at) if relation == ">" else at
        case "<" | "<=":
            most = fmt.next_down(at) if relation == "<" else at
        case "==":
            least = most = at
        case _:
            least = fmt.next_up(at) if lo == at else lo
            most = fmt.next_down(at) if hi == at else hi
    low = Reach.KNOWN if lo < least else r.lo
    high = Reach.KNOWN if most < hi else r.hi
    whole = Interval(max(lo, least), min(hi, most))
    return Range(whole, low, high) if whole.lo <= whole.hi else r
