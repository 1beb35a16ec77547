"""Transfer functions of exp, log, sigmoid, powers and their relatives on intervals: see `interval.py` for what they promise.

Each end is the exact value (in double), rounded to the format and moved outward by `ULPS` numbers of it, since the frameworks'
kernels differ by that much, but never across a limit that all kernels keep: exp(x) >= 0, exp(x) <= 1 for x <= 0, sigmoid in [0, 1],
log(1) = 0. Asymptotes are attained: a float32 sigmoid is exactly 1 from 16.64 on and exp(-104) is 0. In the reals they are not:
there the neighbour is the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from bce_lint.facts.interval import INF, Interval, abs_, clip, hull, meet, mul, neg, rounded

if TYPE_CHECKING:
    from bce_lint.facts.formats import Format, Number

ULPS = 4
"""How far a kernel's result may lie from the rounded exact one."""

EXP_TOP = 709.782712893384
"""The largest double whose exp is one."""


def _double(x: Number) -> float:
    try:
        return float(x)
    except OverflowError:  # a fraction
        return INF if x > 0 else -INF


def _outward(low: float, high: float, fmt: Format, ulps: int = ULPS) -> tuple[Number, Number]:
    """Round both ends and move them outward; an exact 0 stays, and so does what is far below the smallest number."""
    nearly = fmt.smallest / 4
    lo, hi = fmt.nearest(low), fmt.nearest(high)
    return fmt.step(lo, -ulps) if abs(low) > nearly else lo, fmt.step(hi, ulps) if abs(high) > nearly else hi


def _rising(f: Callable[[float], float], x: Interval, fmt: Format, lo: float | None = None, hi: float | None = None) -> Interval:
    """Apply a function that rises, towards the asymptotes `lo` and `hi` if it has them."""
    if x.empty:
        return x
    low, high = _outward(f(_double(x.lo)), f(_double(x.hi)), fmt)
    floor, ceiling = -INF if lo is None else lo, INF if hi is None else hi
    if not fmt.rounds:
        floor = floor if lo is None else math.nextafter(floor, INF)
        ceiling = ceiling if hi is None else math.nextafter(ceiling, -INF)
    return rounded([min(max(end, floor), ceiling) for end in (low, high)], fmt, nan=x.nan)


def _domain(x: Interval, lo: float, hi: float) -> Interval:
    """Return the part of `x` in `[lo, hi]`; what lies outside makes NaN."""
    inside = meet(x, Interval(lo, hi, nan=True))
    return Interval(inside.lo, inside.hi, x.nan or (not x.empty and (x.lo < lo or x.hi > hi)))


def _held(y: Interval, lo: Number = -INF, hi: Number = INF) -> Interval:
    """Keep `y` in limits that every kernel keeps."""
    return meet(y, Interval(lo, hi, nan=True))


def _signed(y: Interval, x: Interval) -> Interval:
    """Keep the sign of `x` in `y`: f(x) has the sign of x."""
    if x.empty:
        return y
    floor = math.copysign(0.0, x.lo) if x.lo >= 0 else -INF
    return _held(y, floor, math.copysign(0.0, x.hi) if x.hi <= 0 else INF)


# --- exponentials


def _exp(x: float) -> float:
    return math.exp(x) if x <= EXP_TOP else INF


def exp(x: Interval, fmt: Format) -> Interval:
    """e^x: at least 0 and attaining it; infinite from 88.72 in float32."""
    return _held(_rising(_exp, x, fmt, 0.0, INF), 1.0 if x.lo >= 0 else 0.0, 1.0 if x.hi <= 0 else INF)


def expm1(x: Interval, fmt: Format) -> Interval:
    """e^x - 1: at least -1 and attaining it."""
    return _signed(_rising(lambda v: math.expm1(v) if v <= EXP_TOP else INF, x, fmt, -1.0, INF), x)


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else math.exp(x)


def sigmoid(x: Interval, fmt: Format) -> Interval:
    """1 / (1 + e^-x): in [0, 1], 1 from `fmt.saturates()` on; 0 where e^-x overflows, which is how kernels compute it."""
    y = _rising(_sigmoid, x, fmt, 0.0, 1.0)
    return hull([0.0, y.hi], nan=y.nan) if fmt.rounds and not x.empty and x.lo <= -fmt.overflows() else y


def _softplus(x: float) -> float:
    return max(x, math.log1p(math.exp(x))) if x < 700 else x


def softplus(x: Interval, fmt: Format) -> Interval:
    """log(1 + e^x): at least 0 and attaining it."""
    return _rising(_softplus, x, fmt, 0.0)


def log_sigmoid(x: Interval, fmt: Format) -> Interval:
    """-log(1 + e^-x): at most 0 and attaining it, either zero."""
    y = neg(softplus(neg(x), fmt))
    return hull([y.lo, y.hi or 0.0], nan=y.nan) if not y.empty else y


def tanh(x: Interval, fmt: Format) -> Interval:
    """Between -1 and 1, attaining both: from 9.01 in float32."""
    return _signed(_rising(math.tanh, x, fmt, -1.0, 1.0), x)


def sinh(x: Interval, fmt: Format) -> Interval:
    """(e^x - e^-x) / 2."""
    return _signed(_rising(lambda v: math.sinh(v) if abs(v) < 710 else math.copysign(INF, v), x, fmt), x)


def cosh(x: Interval, fmt: Format) -> Interval:
    """(e^x + e^-x) / 2: at least 1."""
    return _held(_rising(lambda v: math.cosh(v) if v < 710 else INF, abs_(x), fmt), 1.0)


# --- logarithms


def log(x: Interval, fmt: Format) -> Interval:
    """-inf at either zero, NaN below, exactly 0 at 1."""
    part = _domain(x, -0.0, INF)
    y = _rising(lambda v: math.log(v) if v > 0 else -INF, part, fmt)
    return _held(y, 0.0 if part.lo >= 1 else -INF, 0.0 if part.hi <= 1 else INF)


def log1p(x: Interval, fmt: Format) -> Interval:
    """log(1 + x): -inf at -1, NaN below."""
    part = _domain(x, -1.0, INF)
    return _signed(_rising(lambda v: math.log1p(v) if v > -1 else -INF, part, fmt), part)


def xlogy(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x log(y), and 0 where x is 0."""
    return _times_log(x, y, log(y, fmt), fmt)


def xlog1py(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x log(1 + y), and 0 where x is 0."""
    return _times_log(x, y, log1p(y, fmt), fmt)


def _times_log(x: Interval, y: Interval, log_y: Interval, fmt: Format) -> Interval:
    product = mul(x, log_y, fmt)
    nan = x.nan or y.nan or (log_y.nan and x.point != 0) or (x.infinite and log_y.contains(0))
    ends = () if product.empty else (product.lo, product.hi)
    return hull([*ends, *[0.0] * x.contains(0)], nan=nan)


def _logit(x: float) -> float:
    if x in (0.0, 1.0):
        return INF if x else -INF
    return math.log(x / (1.0 - x))


def logit(x: Interval, fmt: Format, eps: Interval | None = None) -> Interval:
    """log(x / (1 - x)), of x clipped to [eps, 1 - eps] if eps is given: infinite at 0 and 1, NaN outside."""
    if eps is not None and not eps.empty:
        x = clip(x, eps, hull([fmt.nearest(fmt.exact(1.0) - fmt.exact(end)) for end in (eps.lo, eps.hi)]))
    return _blurred(_rising(_logit, _domain(x, -0.0, 1.0), fmt), 1.0, fmt)


def logaddexp(x: Interval, y: Interval, fmt: Format) -> Interval:
    """log(e^x + e^y), without overflow."""
    nan = x.nan or y.nan
    if x.empty or y.empty:
        return Interval(INF, -INF, nan)
    low, high = (_log_add_exp(_double(a), _double(b)) for a, b in ((x.lo, y.lo), (x.hi, y.hi)))
    scale = max(abs(_double(end)) for end in (x.lo, x.hi, y.lo, y.hi))
    return _blurred(rounded(_outward(low, high, fmt), fmt, nan=nan), scale, fmt)


def _log_add_exp(x: float, y: float) -> float:
    most, least = max(x, y), min(x, y)
    return most if abs(most) == INF else most + math.log1p(math.exp(least - most))


def _blurred(y: Interval, scale: float, fmt: Format) -> Interval:
    """Allow `ULPS` roundings at the size of `scale`: kernels subtract numbers of that size, so a result near 0 has no correct digit."""
    if y.empty or not fmt.rounds:
        return y
    blur = ULPS * max(scale, fmt.tiny) * 2.0 ** (1 - fmt.precision)
    return rounded([_double(y.lo) - blur, _double(y.hi) + blur], fmt, nan=y.nan)


# --- circular and area functions


def acos(x: Interval, fmt: Format) -> Interval:
    """In [0, pi], 0 at 1; NaN outside [-1, 1]."""
    y = neg(_rising(lambda v: -math.acos(v), _domain(x, -1.0, 1.0), fmt))
    return _held(_blurred(y, 1.0, fmt), 0.0) if not y.empty else y


def asin(x: Interval, fmt: Format) -> Interval:
    """In [-pi/2, pi/2]; NaN outside [-1, 1]."""
    part = _domain(x, -1.0, 1.0)
    return _signed(_rising(math.asin, part, fmt), part)


def atanh(x: Interval, fmt: Format) -> Interval:
    """log((1 + x) / (1 - x)) / 2: infinite at -1 and 1, NaN outside."""
    part = _domain(x, -1.0, 1.0)
    return _signed(_rising(lambda v: math.atanh(v) if abs(v) < 1 else math.copysign(INF, v), part, fmt), part)


# --- powers


def sqrt(x: Interval, fmt: Format) -> Interval:
    """NaN below 0; the root of -0.0 is -0.0."""
    part = _domain(x, -0.0, INF)
    return _held(_rising(math.sqrt, part, fmt), -0.0 if part.lo == 0 and math.copysign(1.0, part.lo) < 0 else 0.0)


def _pow(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return INF
    except ValueError:  # 0 to a negative power
        return INF


def pow_(x: Interval, y: Interval, fmt: Format) -> Interval:
    """x^y. A negative x has powers for whole y only, otherwise NaN; x^0 and 1^y are 1 even for NaN."""
    n = y.point
    if n == 0 or x.point == 1:
        return Interval(1.0, 1.0)
    if n is not None and n not in (INF, -INF) and float(n).is_integer():
        return _whole_power(x, int(n), fmt)
    above = _positive_power(_domain(x, -0.0, INF), y, fmt)
    below = x.nan or (not x.empty and x.lo < 0)
    if not below or n is not None:
        return above
    mirrored = _positive_power(abs_(x), y, fmt)
    return hull([-mirrored.hi, mirrored.hi], nan=True) if not mirrored.empty else mirrored


def _whole_power(x: Interval, n: int, fmt: Format) -> Interval:
    """x^n; kernels multiply |n| times, rounding each."""
    if x.empty:
        return x
    size = _positive_power(abs_(x), Interval(float(n), float(n)), fmt, min(ULPS + 2 * abs(n), 64))
    if n % 2 == 0:
        return size
    parts = [_positive_power(part, Interval(float(n), float(n)), fmt, min(ULPS + 2 * abs(n), 64)) for part in _halves(x)]
    return hull([end for half, s in zip(parts, (1, -1), strict=True) if not half.empty for end in (s * half.lo, s * half.hi)], nan=x.nan)


def _halves(x: Interval) -> tuple[Interval, Interval]:
    """Return the sizes of what is above and below zero."""
    return meet(x, Interval(0.0, INF)), neg(meet(x, Interval(-INF, -0.0)))


def _positive_power(x: Interval, y: Interval, fmt: Format, ulps: int = ULPS) -> Interval:
    nan = x.nan or y.nan
    if x.empty or y.empty:
        return Interval(INF, -INF, nan)
    corners = [_pow(abs(_double(a)), _double(b)) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    low, high = _outward(min(corners), max(corners), fmt, ulps)
    lost = y.lo < 0 and low < fmt.tiny  # computed as 1 / x^-y, whose divisor overflows
    return rounded([0.0 if lost else max(low, 0.0), high], fmt, nan=nan)
