"""Totals, lengths and spreads that are exactly 0 where nothing is selected or all is equal, as nothing keeps them off it."""

from __future__ import annotations

import re

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Abs,
    Add,
    Clip,
    Concat,
    Const,
    Div,
    Expr,
    Free,
    Join,
    MatMul,
    Max,
    Maximum,
    Mean,
    Min,
    Mul,
    Norm,
    Opaque,
    Sqrt,
    Square,
    Std,
    Sub,
    Sum,
    Truth,
    Var,
    Where,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.narrowing import comparisons
from bce_lint.facts.singular import RELATIONS

CALLED = re.compile(
    r"(\w+\.)*_?((\w+_)?(total|std|stddev|std_dev|norm2?|det|determinant|denominator)|counts?|num_positives?|num_valid)(_[a-z])?",
    re.IGNORECASE,
)
"""What totals, lengths and spreads are called, where nothing else is known of a divisor: 0 when nothing counts, or all is equal."""


def can_be_zero(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is a total, a length or a spread that no constant keeps off 0, or made of a probability that can be 0."""
    interval = facts.range(e).interval
    if not interval.contains(0.0) or is_ruled_out(e, facts):
        return False
    if interval.lo == 0 and facts.modelled(e) and facts.touches(e, 0.0):
        return facts.would_touch(e, 0.0)
    match core(e):
        case Sum(Add(_, Const())) | Mean(Add(_, Const())):
            return False
        case Sum(x) if is_refilled(core(x), facts) or has_more(core(x), facts):
            return False
        case Mean(x) if isinstance(core(x), Truth) or facts.role(core(x)) is Role.MASK:
            return True
        case Sum() | Norm() | Std() | Var() | Max() | Min() | Mean(Square() | Abs()):
            return True
        case Sqrt(x) | Square(x) | Abs(x) | Mean(x) | Mul(x, Const()) | Div(x, _):
            return can_be_zero(x, facts)
        case Clip(x) | Maximum(x, Const()):
            return can_be_zero(x, facts)
        case MatMul(x, y):
            return core(x) is core(y) or (can_be_zero(x, facts) and can_be_zero(y, facts))
        case Mul(x, y):
            return can_be_zero(x, facts) or can_be_zero(y, facts)
        case Add(x, y) | Sub(x, y) if can_be_zero(x, facts) and can_be_zero(y, facts):
            return True
        case Join(choices):
            return any(can_be_zero(choice, facts) for choice in choices)
        case Free() | Opaque() | Sub() as unknown:
            written = unknown.text if isinstance(unknown, Opaque) else ""
            return any(CALLED.fullmatch(name) for name in (facts.name(unknown), facts.name(e), written))
    return False


def is_ruled_out(e: Expr, facts: Facts) -> bool:
    """Tell whether a test of `e` says that it is not 0 at the site: `if count == 0: return`."""
    said = (each for test, holds in facts.site.under for each in comparisons(test, holds=holds))
    return any(core(value) is core(e) and not RELATIONS[relation](0.0, bound) for value, relation, bound in said)


def is_refilled(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` has something else in rows whose own sum is 0: `where(sum(x) > 0, x, epsilon)`."""
    match e:
        case Where(Truth(">" | "!=", total, Const(0.0)), x, y) if isinstance(inner := core(total), Sum):
            return core(inner.x) is core(x) and not facts.range(y).interval.contains(0.0)
    return False


def has_more(e: Expr, facts: Facts) -> bool:
    """Tell whether to entries that are not negative others are joined that are positive: a column of ones before a mask."""
    lows = [facts.range(item).interval.lo for item in e.items] if isinstance(e, Concat) else []
    return min(lows, default=-1.0) >= 0 < max(lows, default=-1.0)
