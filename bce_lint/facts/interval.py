"""Intervals of numbers of a format, with +-0, infinities and NaN: the lattice, arithmetic, comparisons. Numbers only.

An interval is closed and its ends are numbers of the format: an open end is represented by its neighbour (x > 0 is
`[smallest, ...]`), and "any finite number" is `[-max, max]`, written `(-inf, inf)`. Infinities are members like any other.
-0.0 is less than 0.0, since 1 / -0.0 is -inf. `nan` says that the value may be NaN besides; `EMPTY` has no member, `NAN` only NaN.

A transfer function F of f satisfies: if x lies in I, what f(x) is in the format lies in F(I). It evaluates f where f has its extremes
(for something monotone in each operand: at the corners) and rounds to the format. Rounding to nearest is monotone, so these are the
extremes of the rounded results, and attained. Where a format flushes subnormals, kernels may or may not flush one: the hull of both
is returned. Contraction of `x * y + z` into one rounding is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bce_lint.facts.formats import FORMATS, size

if TYPE_CHECKING:
    from bce_lint.facts.formats import Format, Number

INF = math.inf


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `lo` to `hi`, and NaN if `nan`; none if `lo` is above `hi`."""

    lo: Number
    hi: Number
    nan: bool = False

    @property
    def empty(self) -> bool:
        """True if no number is in it; NaN may be."""
        return self.lo > self.hi

    @property
    def point(self) -> Number | None:
        """The only number that this can be, if there is one (a zero of either sign is one)."""
        return self.lo if self.lo == self.hi and not self.nan else None

    def contains(self, x: Number) -> bool:
        """Tell whether `x` can be the value; the sign of a zero does not matter."""
        return self.lo <= x <= self.hi or (x != x and self.nan)  # noqa: PLR0124  (NaN)

    def includes(self, other: Interval) -> bool:
        """Tell whether every value of `other` is one of this; the signs of zeros matter."""
        if other.nan and not self.nan:
            return False
        return other.empty or (_order(self.lo) <= _order(other.lo) and _order(other.hi) <= _order(self.hi))

    @property
    def infinite(self) -> bool:
        """True if it may be infinite."""
        return not self.empty and (self.lo == -INF or self.hi == INF)

    @property
    def finite(self) -> bool:
        """True if it is neither infinite nor NaN, ever."""
        return not self.infinite and not self.nan

    def __str__(self) -> str:
        if self.empty:
            return "NaN" if self.nan else "nothing"
        left = "(-inf" if -self.lo in _LARGEST else f"({0}" if self.lo in _SMALLEST else f"[{show(self.lo)}"
        right = "inf)" if self.hi in _LARGEST else "0)" if -self.hi in _SMALLEST else f"{show(self.hi)}]"
        return f"{left}, {right}" + (" or NaN" if self.nan else "")


EMPTY = Interval(INF, -INF)
NAN = Interval(INF, -INF, nan=True)
TOP = Interval(-INF, INF, nan=True)

_LARGEST = frozenset(f.max for f in FORMATS.values())
_SMALLEST = frozenset(f.smallest for f in FORMATS.values())


def show(x: Number) -> str:
    """Write a number with as few digits as tell it from 0, 1 and other whole numbers: "0.9999999", "1e-07", "88.72"."""
    for digits in (4, 7, 10):
        text = f"{float(x):.{digits}g}"
        if float(text) == x or not float(text).is_integer():
            return text.replace("-0", "0") if x == 0 else text
    return repr(float(x))


def _order(x: Number) -> tuple[Number, float]:
    return x, math.copysign(1.0, x) if x == 0 else 0.0


def hull(values: Iterable[Number], *, nan: bool = False) -> Interval:
    """Return the least interval that holds `values`; a NaN among them is skipped."""
    numbers = [x for x in values if x == x]  # noqa: PLR0124  (NaN)
    if not numbers:
        return Interval(INF, -INF, nan)
    lo, hi = min(numbers), max(numbers)
    return Interval(lo or min(numbers, key=_order), hi or max(numbers, key=_order), nan)


def rounded(values: Iterable[Number], fmt: Format, *, nan: bool = False) -> Interval:
    """Round exact extremes to the format: their hull, with 0 beside an end that may be flushed to it."""
    raw = hull((fmt.nearest(x) for x in values), nan=nan)
    if not fmt.flush or raw.empty:
        return raw
    lo = 0.0 if 0 < raw.lo < fmt.tiny else raw.lo
    return Interval(lo, -0.0 if -fmt.tiny < raw.hi < 0 else raw.hi, nan)


# --- the lattice


def join(*intervals: Interval) -> Interval:
    """Return the least interval that includes them all."""
    return hull((end for x in intervals if not x.empty for end in (x.lo, x.hi)), nan=any(x.nan for x in intervals))


def meet(x: Interval, y: Interval) -> Interval:
    """Return what is in both."""
    lo, hi = max(x.lo, y.lo, key=_order), min(x.hi, y.hi, key=_order)
    nan = x.nan and y.nan
    return Interval(lo, hi, nan) if _order(lo) <= _order(hi) else Interval(INF, -INF, nan)


def widen(old: Interval, new: Interval, fmt: Format) -> Interval:
    """Return an upper bound of both that a loop reaches after few rounds: an end that moved goes to the next of 0, +-1, +-max, +-inf."""
    both = join(old, new)
    if old.empty or both == old:
        return both
    marks = (-INF, -fmt.max, -1.0, -0.0, 0.0, 1.0, fmt.max, INF)
    lo = both.lo if _order(both.lo) == _order(old.lo) else max((m for m in marks if _order(m) <= _order(both.lo)), key=_order)
    hi = both.hi if _order(both.hi) == _order(old.hi) else min((m for m in marks if _order(m) >= _order(both.hi)), key=_order)
    return Interval(lo, hi, both.nan)


def constant(value: Number, fmt: Format) -> Interval:
    """Return what the Python number `value` is in the format: 1 - 1e-8 is 1 in float32, 1e-8 is 0 in float16."""
    number = float(value) if isinstance(value, int) else value
    return rounded([fmt.exact(number)], fmt, nan=value != value)  # noqa: PLR0124  (NaN)


def finite(fmt: Format) -> Interval:
    """Return all finite numbers of the format."""
    return Interval(-fmt.max, fmt.max)


def cast(x: Interval, fmt: Format) -> Interval:
    """Round `x`, of any other format, to this one."""
    return rounded(_ends(x), fmt, nan=x.nan)


def cast_to_int(x: Interval) -> Interval:
    """Drop the fraction. An infinity or NaN becomes some integer, which nobody specifies."""
    if not x.finite:
        return Interval(-(2.0**63), 2.0**63)
    return x if x.empty else Interval(float(math.trunc(x.lo)), float(math.trunc(x.hi)))


def cast_to_bool(x: Interval) -> Interval:
    """0 for a zero, 1 for anything else, NaN included."""
    zero, other = x.contains(0.0), x.nan or (not x.empty and x.point != 0)
    return hull([0.0] * zero + [1.0] * other)


def _ends(x: Interval) -> tuple[Number, ...]:
    return () if x.empty else (x.lo, x.hi)


# --- arithmetic


def add(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x + y. NaN for inf - inf."""
    opposed = (x.contains(INF) and y.contains(-INF)) or (x.contains(-INF) and y.contains(INF))
    return rounded([fmt.exact(a) + fmt.exact(b) for a, b in zip(_ends(x), _ends(y), strict=False)], fmt, nan=x.nan or y.nan or opposed)


def neg(x: Interval) -> Interval:
    """Return -x, exactly."""
    return x if x.empty else Interval(-x.hi, -x.lo, x.nan)


def sub(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x - y; attains 0 exactly where they are equal."""
    return add(x, neg(y), fmt)


def _times(a: Number, b: Number, fmt: Format) -> Number:
    if size(a) == INF or size(b) == INF:  # a large fraction times inf would overflow in Python
        return math.nan if not a or not b else math.copysign(INF, 1 if (a > 0) == (b > 0) else -1)
    return fmt.exact(a) * fmt.exact(b)


def mul(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x * y. NaN for 0 * inf."""
    nan = x.nan or y.nan or (x.contains(0) and y.infinite) or (y.contains(0) and x.infinite)
    return rounded([_times(a, b, fmt) for a in _reach(x, fmt) for b in _reach(y, fmt)], fmt, nan=nan)


def _reach(x: Interval, fmt: Format) -> tuple[Number, ...]:
    """Return the ends, and the last finite number before one that is infinite: it has a product with 0, and a quotient by inf."""
    largest = (s * fmt.max for s in (1, -1) if x.infinite and fmt.rounds)
    return (*_ends(x), *(end for end in largest if x.contains(end)))


def _sign(x: Number) -> float:
    return math.copysign(1.0, x) if x == 0 else 1.0 if x > 0 else -1.0


def _over(a: Number, b: Number, fmt: Format) -> Number:
    sign = _sign(a) * _sign(b)
    if size(b) == INF:
        return math.nan if size(a) == INF else math.copysign(0.0, sign)
    if b == 0 or size(a) == INF:
        return math.nan if a == 0 else math.copysign(INF, sign)
    return fmt.exact(a) / fmt.exact(b)


def div(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x / y. Infinite for 1 / 0, with the sign of the zero; NaN for 0 / 0 and inf / inf."""
    nan = x.nan or y.nan or (x.contains(0) and y.contains(0)) or (x.infinite and y.infinite)
    return rounded([_over(a, b, fmt) for part in _by_sign(y) for a in _reach(x, fmt) for b in part], fmt, nan=nan)


def _by_sign(y: Interval) -> list[tuple[Number, Number]]:
    """Split `y` at the two zeros; each part is given by its ends."""
    if y.empty:
        return []
    below = [(y.lo, min(y.hi, -0.0, key=_order))] if _sign(y.lo) < 0 else []
    above = [(max(y.lo, 0.0, key=_order), y.hi)] if _sign(y.hi) > 0 else []
    return below + above


def div_no_nan(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x / y, and 0 where y is 0."""
    zero: list[Number] = [0.0] * y.contains(0)
    shifted = ((a or fmt.smallest, b or -fmt.smallest) for a, b in _by_sign(y))
    parts = [(a, b) for a, b in shifted if a <= b]
    nan = x.nan or y.nan or (x.infinite and y.infinite)
    return rounded(zero + [_over(a, b, fmt) for part in parts for a in _reach(x, fmt) for b in part], fmt, nan=nan)


def mul_no_nan(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x * y, and 0 where y is 0, whatever x is."""
    if y.point == 0:
        return Interval(0.0, 0.0)
    product = mul(x, y, fmt)
    nan = x.nan or y.nan or (x.contains(0) and y.infinite)
    return hull([*_ends(product), *[0.0] * y.contains(0)], nan=nan)


def abs_(x: Interval) -> Interval:
    """|x|, exactly."""
    return hull([size(end) for end in _ends(x)] + [0.0] * x.contains(0), nan=x.nan)


def sign(x: Interval) -> Interval:
    """-1, 0 or 1. PyTorch gives 0 for NaN, the others NaN."""
    values = [_sign(end) if end else 0.0 for end in _ends(x)] + [0.0] * (x.nan or x.contains(0))
    return hull(values, nan=x.nan)


def square(x: Interval, fmt: Format) -> Interval:
    """Return x * x, which is not negative."""
    return rounded([_times(end, end, fmt) for end in _ends(abs_(x))], fmt, nan=x.nan)


def relu(x: Interval) -> Interval:
    """max(x, 0). A -0.0 may stay one."""
    return maximum(x, Interval(0.0, 0.0))


def maximum(x: Interval, y: Interval) -> Interval:
    """Return the larger one; NaN if either is. Of two zeros any may come out."""
    if x.empty or y.empty:
        return Interval(INF, -INF, x.nan or y.nan)
    floor, minus_zero = max(x.lo, y.lo, key=_order), Interval(-0.0, -0.0)
    if floor == 0 and (x.includes(minus_zero) or y.includes(minus_zero)):
        floor = -0.0
    return Interval(floor, max(x.hi, y.hi, key=_order), x.nan or y.nan)


def minimum(x: Interval, y: Interval) -> Interval:
    """Return the smaller one; NaN if either is. Of two zeros any may come out."""
    return neg(maximum(neg(x), neg(y)))


def clip(x: Interval, lo: Interval | None = None, hi: Interval | None = None) -> Interval:
    """min(max(x, lo), hi), so `hi` wins; NaN passes. The bounds are numbers of the format: see `constant`."""
    low = x if lo is None else maximum(x, lo)
    return low if hi is None else minimum(low, hi)


def where(test: Interval, x: Interval, y: Interval) -> Interval:
    """`x` where `test` is not 0, else `y`."""
    if test.point is not None or not test.contains(0):
        return y if test.point == 0 else x
    return join(x, y)


def nan_to_num(x: Interval, fmt: Format) -> Interval:
    """0 for NaN, the largest numbers for infinities."""
    return hull([min(max(end, -fmt.max), fmt.max) for end in _ends(x)] + [0.0] * x.nan)


def round_int(x: Interval, how: str = "round") -> Interval:
    """Return x to an integer: `how` is round (ties to even), floor or ceil. A negative number may give either zero."""
    steps: dict[str, Callable[[Number], int]] = {"round": round, "floor": math.floor, "ceil": math.ceil}
    step = steps[how]
    ends = [end if size(end) == INF else math.copysign(float(step(end)), end) for end in _ends(x)]
    return hull(ends + [0.0] * any(end == 0 for end in ends[-1:]), nan=x.nan)


# --- sums


MOST = 2.0**32
"""The most entries that are reduced to one: a float32 sum of probabilities is finite, a float16 one overflows (from 65520 ones on)."""

_KEPT = (-1.0, 0.0, 1.0)


def sum_of(x: Interval, fmt: Format) -> Interval:
    """Return the sum of 1 to `MOST` entries: of their sign; infinite where so many overflow, NaN where infinities of both signs meet."""
    total = mul(x, Interval(1.0, MOST), fmt)
    return Interval(total.lo, total.hi or 0.0, x.nan or (total.lo == -INF and total.hi == INF))  # a sum starts at +0


def mean_of(x: Interval, fmt: Format) -> Interval:
    """Return the mean, which lies among the entries, unless the sum on the way overflows.

    That is left out in float16, where `MOST` entries of any size would, while some frameworks sum in float32.
    """
    total = sum_of(x, fmt)
    if not total.infinite or (x.finite and fmt.max < MOST):
        return spread(Interval(x.lo, x.hi or 0.0, x.nan), fmt)
    lo, hi = (-INF if total.lo == -INF else x.lo), (INF if total.hi == INF else x.hi or 0.0)
    return spread(Interval(lo, hi, total.nan), fmt)


def spread(x: Interval, fmt: Format) -> Interval:
    """Move the ends outward by `fmt.slack`, for the roundings of a sum, but not past 0, 1 and -1: the mean of ones is 1."""
    if x.empty or not fmt.rounds:
        return x
    lo = x.lo if x.lo in _KEPT else max([fmt.step(x.lo, -fmt.slack), *(k for k in _KEPT if k < x.lo)])
    hi = x.hi if x.hi in _KEPT else min([fmt.step(x.hi, fmt.slack), *(k for k in _KEPT if k > x.hi)])
    return Interval(lo, hi, x.nan)
