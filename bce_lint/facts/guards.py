"""The guards that a fix puts around an operand: far enough from where an op breaks for its dtype, and no farther."""

from __future__ import annotations

from dataclasses import dataclass

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Clip,
    Const,
    Div,
    Expr,
    Log,
    Log1p,
    Maximum,
    Minimum,
    Norm,
    Sqrt,
    Square,
    Std,
    Sum,
    Var,
    Xlog1py,
    Xlogy,
    children,
    walk,
)
from bce_lint.facts.facts import Facts

LEAST = {"float16": 1e-4, "float64": 1e-12}
"""How far an operand is kept from 0, elsewhere 1e-7: its reciprocal is a gradient."""
NEAR_ONE = {"float16": 1e-3, "bfloat16": 1e-2}
"""How far it is kept from 1, elsewhere as from 0: numbers are less dense there."""
LOW = {"float16": 1e-4, "float64": 1e-30}
"""How far from 0 what is no probability is kept, elsewhere 1e-12."""
UNDER_ROOT = {"float16": 1e-6}
"""What is added under a root, elsewhere 1e-12."""
MOST = {"float16": 10.0, "float64": 700.0}
"""How large an exponent may be, elsewhere 80."""


@dataclass(frozen=True, slots=True)
class Swap:
    """In `op`, wherever it is written, the operand `old` (or `op` itself) becomes `new`, which holds it where nothing breaks."""

    op: Expr
    old: Expr
    new: Expr


def floor(op: Expr, x: Expr, facts: Facts) -> Swap:
    """Hold the operand `x` of `op` above 0."""
    return Swap(op, x, Maximum(x, Const(_least(facts))))


def low_floor(op: Expr, x: Expr, facts: Facts) -> Swap:
    """Hold an operand above 0 that is no probability: much smaller values of it may well be meant."""
    return Swap(op, x, Maximum(x, Const(LOW.get(facts.dtype, 1e-12))))


def floor_logs(e: Expr, facts: Facts) -> tuple[Swap, ...]:
    """Hold everything above 0 that `e` takes the logarithm of, if it is plain ones that it takes."""
    parts = list(walk(e))
    if any(isinstance(part, (Log1p, Xlogy, Xlog1py)) for part in parts):
        return ()
    return tuple(floor(part, part.x, facts) for part in parts if isinstance(part, Log))


def ceiling(op: Expr, x: Expr, facts: Facts) -> Swap:
    """Hold the exponent `x` of `op` where its exponential is finite."""
    return Swap(op, x, Minimum(x, Const(MOST.get(facts.dtype, 80.0))))


def both_sides(e: Expr, p: Expr, facts: Facts) -> tuple[Swap, ...]:
    """Hold the probability `p` between 0 and 1, wherever `e` uses it."""
    return tuple(Swap(part, p, held(p, 0.0, facts)) for part in walk(e) if any(child is p for child in children(part)))


def held(x: Expr, low: float, facts: Facts) -> Expr:
    """Return `x` held a little above `low` and below 1; a clip that it has already is made narrower."""
    least = _least(facts)
    near = NEAR_ONE.get(facts.dtype, least)
    inner = x.x if isinstance(x, Clip) else x
    above = low + (least if low == 0 else near)
    lowest = x.lo.value if isinstance(x, Clip) and isinstance(x.lo, Const) else above
    highest = x.hi.value if isinstance(x, Clip) and isinstance(x.hi, Const) else 1.0
    return Clip(inner, Const(max(lowest, above)), Const(min(highest, 1 - near)))


def narrowed(op: Expr, x: Expr, guard: Expr | None, facts: Facts) -> tuple[Swap, ...]:
    """Make a guard that rounding undoes hold the operand `x` of `op`, or put another one there."""
    match guard:
        case Clip(_, Const(), Const()):
            return (Swap(guard, guard, held(guard, 0.0, facts)),)
        case Maximum(inner, Const()):
            return (Swap(guard, guard, Maximum(inner, Const(_least(facts)))),)
    return (floor(op, x, facts),) if any(child is x for child in children(op)) else ()


def rooted(root: Expr, facts: Facts) -> Swap | None:
    """Put an epsilon under a root; a norm or standard deviation is written out for that."""
    eps = Const(UNDER_ROOT.get(facts.dtype, 1e-12))
    match root:
        case Sqrt(x):
            return Swap(root, x, Add(x, eps))
        case Norm(x, 2, axis, keepdims):
            return Swap(root, root, Sqrt(Add(Sum(Square(x), axis, keepdims), eps)))
        case Std(x, axis, keepdims, ddof):
            return Swap(root, root, Sqrt(Add(Var(x, axis, keepdims, ddof), eps)))
    return None


def divided(quotient: Div, facts: Facts) -> tuple[Swap, ...]:
    """Keep a divisor off 0: totals of two parts by the same epsilon above and below, so that nothing of nothing is all of it.

    One that may well be negative is left alone: held above 0 it would be another; one that has a bound already needs none of ours.
    """
    x, y = quotient.x, quotient.y
    if facts.range(y).interval.lo < 0 or isinstance(core(y), (Clip, Maximum)):
        return ()
    if isinstance(core(y), Add):
        eps = Const(_least(facts))
        return Swap(quotient, x, Add(x, eps)), Swap(quotient, y, Add(y, eps))
    return (floor(quotient, y, facts),)


def _least(facts: Facts) -> float:
    return LEAST.get(facts.dtype, 1e-7)
