"""Builders that the tables name: what a library function means when it is not simply one op."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from bce_lint.facts.algebra import add, div, mul, neg, sub
from bce_lint.facts.expr import (
    LOG2,
    LOG10,
    Abs,
    Axis,
    Clip,
    Concat,
    Const,
    Definition,
    Exp,
    Expm1,
    Expr,
    Items,
    Join,
    Log,
    LogAddExp,
    Maximum,
    Minimum,
    Nothing,
    Reference,
    Round,
    Sqrt,
    Square,
    Sum,
    Truth,
    Where,
    Xlogy,
)
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

ZERO = Const(0.0)
ONE = Const(1.0)
HALF = Const(0.5)


def optional(x: Expr | None) -> Expr | None:
    """Return an operand that may be absent, written out as None or left out."""
    return None if isinstance(x, Nothing) else x


def tensor(x: Expr) -> Expr:
    """Return `x` as one value: a list of values becomes their concatenation."""
    return Concat(tuple(map(tensor, x.items))) if isinstance(x, Items) else x


def axis_of(axis: object) -> Axis:
    """Return a static axis argument as an `Axis`."""
    match axis:
        case None | int() | str():
            return axis
        case tuple() if all(isinstance(a, int) for a in axis):
            return axis[0] if len(axis) == 1 else axis
        case _:
            return UNKNOWN


def flag(value: object) -> bool:
    """Return a static yes-or-no argument; one that the source does not show counts as the usual no."""
    return bool(value) and value != UNKNOWN


# --- arithmetic


def divide(x: Expr, y: Expr, rounding: object = None) -> Expr:
    """Return PyTorch's `x / y`, rounded if asked to."""
    if rounding not in (None, "floor"):
        raise UnreadError
    return div(x, y) if rounding is None else Round(div(x, y), "floor")


def log2(x: Expr) -> Expr:
    """Return `log2(x)`."""
    return div(Log(x), Const(LOG2))


def log10(x: Expr) -> Expr:
    """Return `log10(x)`."""
    return div(Log(x), Const(LOG10))


def exp2(x: Expr) -> Expr:
    """Return `2 ** x`."""
    return Exp(mul(x, Const(LOG2)))


def log1mexp(x: Expr) -> Expr:
    """Return `log(1 - exp(-x))`."""
    return Log(neg(Expm1(neg(x))))


def logaddexp2(x: Expr, y: Expr) -> Expr:
    """Return `log2(2 ** x + 2 ** y)`."""
    return div(LogAddExp(mul(x, Const(LOG2)), mul(y, Const(LOG2))), Const(LOG2))


def xdivy(x: Expr, y: Expr) -> Expr:
    """Return `x / y`, and 0 where `x` is 0."""
    return Where(Truth("==", x, ZERO), ZERO, div(x, y))


def sqrt_of_positive(x: Expr) -> Expr:
    """Return `sqrt(max(x, 0))`."""
    return Sqrt(Maximum(x, ZERO))


def rsqrt(x: Expr) -> Expr:
    """Return `1 / sqrt(x)`."""
    return div(ONE, Sqrt(x))


def reciprocal(x: Expr) -> Expr:
    """Return `1 / x`."""
    return div(ONE, x)


def squared_difference(x: Expr, y: Expr) -> Expr:
    """Return `(x - y) ** 2`."""
    return Square(sub(x, y))


def scaled_add(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `x + alpha y`."""
    return add(x, mul(y, alpha))


def scaled_sub(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `x - alpha y`."""
    return sub(x, mul(y, alpha))


def reversed_sub(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `y - alpha x`."""
    return sub(y, mul(x, alpha))


def addcmul(x: Expr, y: Expr, z: Expr, value: Expr = ONE) -> Expr:
    """Return `x + value y z`."""
    return add(x, mul(value, mul(y, z)))


def addcdiv(x: Expr, y: Expr, z: Expr, value: Expr = ONE) -> Expr:
    """Return `x + value y / z`."""
    return add(x, mul(value, div(y, z)))


def lerp(x: Expr, y: Expr, weight: Expr) -> Expr:
    """Return `x + weight (y - x)`."""
    return add(x, mul(weight, sub(y, x)))


def folded(pairwise: Callable[[Expr, Expr], Expr]) -> Callable[..., Expr]:
    """Build what works through a list of operands from left to right."""

    def make(items: Expr | tuple[Expr, ...]) -> Expr:
        one = items[0] if isinstance(items, tuple) and len(items) == 1 else items
        if isinstance(one, Concat) and len(one.items) == 1 and pairwise is add:
            return Sum(one.items[0], "?")
        parts = one.items if isinstance(one, Items) else one
        if not isinstance(parts, tuple) or not parts:
            raise UnreadError
        return functools.reduce(pairwise, parts)

    return make


def mean_of(items: Expr) -> Expr:
    """Return the mean of a list of tensors."""
    total = folded(add)(items)
    return div(total, Const(float(len(items.items)))) if isinstance(items, Items) else total


def log_to_base(x: Expr, base: Expr | None = None) -> Expr:
    """Return `log(x)`, or `log(x) / log(base)`."""
    return Log(x) if base is None else div(Log(x), Log(base))


def hypot(x: Expr, y: Expr) -> Expr:
    """Return `sqrt(x ** 2 + y ** 2)`."""
    return Sqrt(add(Square(x), Square(y)))


def rounded(x: Expr, decimals: Expr = ZERO) -> Expr:
    """Return `x` rounded to some decimal places."""
    if not isinstance(decimals, Const):
        raise UnreadError
    scale = Const(10.0**decimals.value)
    return Round(x) if decimals is ZERO else div(Round(mul(x, scale)), scale)


def masked(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Read NumPy's `f(x, where=test, out=otherwise)`: entries that fail the test are never computed."""

    def ufunc(test: Expr = ONE, out: Expr | None = None, **operands: Expr) -> Expr:
        value = make(**operands)
        if test is ONE:
            return value
        if out is None:
            raise UnreadError
        return Where(test, value, out)

    return ufunc


# --- guards


def clip(x: Expr, lo: Expr | None = None, hi: Expr | None = None) -> Expr:
    """Return `x` held in `[lo, hi]`."""
    return Clip(x, optional(lo), optional(hi))


def maximum(x: Expr, y: Expr) -> Expr:
    """Return the larger one, the constant last as in `algebra`."""
    return Maximum(y, x) if isinstance(x, Const) else Maximum(x, y)


def minimum(x: Expr, y: Expr) -> Expr:
    """Return the smaller one, the constant last as in `algebra`."""
    return Minimum(y, x) if isinstance(x, Const) else Minimum(x, y)


def masked_fill(x: Expr, test: Expr, y: Expr) -> Expr:
    """Return PyTorch's `x.masked_fill(test, y)`."""
    return Where(test, y, x)


def method_where(x: Expr, test: Expr, y: Expr) -> Expr:
    """Return PyTorch's `x.where(test, y)`."""
    return Where(test, x, y)


def switch(test: Expr, x: Expr, y: Expr) -> Expr:
    """Return `x` where `test`, else `y`; branches that are functions are unread."""
    if isinstance(x, (Definition, Reference)) or isinstance(y, (Definition, Reference)):
        raise UnreadError
    return Where(test, x, y)


def one_of(x: Expr, y: Expr | None = None) -> Expr:
    """Return one of two values, nobody knows which."""
    return x if y is None else Join((x, y))


def truth(relation: str) -> Callable[..., Expr]:
    """Build a comparison or test."""

    def make(x: Expr, y: Expr | None = None) -> Expr:
        return Truth(relation, x, y)

    return make


def isinf(x: Expr) -> Expr:
    """Tell whether `x` is infinite."""
    return Truth("==", Abs(x), Const(math.inf))


# --- entropies


def pseudo_huber(delta: Expr, x: Expr) -> Expr:
    """Return `delta ** 2 (sqrt(1 + (x / delta) ** 2) - 1)`."""
    return mul(Square(delta), sub(Sqrt(add(Square(div(x, delta)), ONE)), ONE))


def entr(x: Expr) -> Expr:
    """Return `-x log(x)`."""
    return neg(Xlogy(x, x))


def rel_entr(x: Expr, y: Expr) -> Expr:
    """Return `x log(x / y)`."""
    return Xlogy(x, div(x, y))


def kl_div(x: Expr, y: Expr) -> Expr:
    """Return SciPy's `x log(x / y) - x + y`."""
    return add(sub(rel_entr(x, y), x), y)
