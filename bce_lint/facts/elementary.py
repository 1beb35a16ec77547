"""Transfer functions of exp, log, sigmoid, powers and their relatives on intervals: see `interval.py` for what they promise.

Each end is the exact value (in double), rounded to the format and moved outward by some numbers of it, since the frameworks' kernels
differ by that much, but never across a limit that all kernels keep: exp(x) >= 0, exp(x) <= 1 for x <= 0, sigmoid in [0, 1],
log(1) = 0. Asymptotes are attained: a float32 sigmoid is exactly 1 from 16.64 on and exp(-104) is 0. In the reals they are not:
there the neighbour is the end.

How far kernels are off was measured in TensorFlow 2.21 (eager and XLA), PyTorch 2.13, JAX 0.10 and NumPy 2.4 on a CPU, for every
number of the two half formats and 22 000 of the others: `Format.slack` at most, but for the functions that say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bce_lint.facts.interval import EMPTY, INF, NAN, Interval, abs_, clip, hull, join, meet, mul, neg, rounded, sub

if TYPE_CHECKING:
    from bce_lint.facts.formats import Format, Number


@dataclass(frozen=True, slots=True)
class _Curve:
    """A rising function: its asymptotes, if any, and how many places kernels are off beyond `Format.slack`."""

    f: Callable[[float], float]
    lo: float | None = None
    hi: float | None = None
    more: int = 0
    poles: bool = False

    def over(self, x: Interval, fmt: Format) -> Interval:
        """Return its values on `x`."""
        if x.empty:
            return x
        floor, ceiling = -INF if self.lo is None else self.lo, INF if self.hi is None else self.hi
        if not fmt.rounds:
            floor = floor if self.lo is None else math.nextafter(floor, INF)
            ceiling = ceiling if self.hi is None else math.nextafter(ceiling, -INF)
        low, high = self.f(_double(x.lo)), self.f(_double(x.hi))
        ends = _outward(low, high, fmt, fmt.slack + self.more)
        if self.poles:  # where no kernel is finite
            ends = low if math.isinf(low) else ends[0], high if math.isinf(high) else ends[1]
        return rounded([min(max(end, floor), ceiling) for end in ends], fmt, nan=x.nan)


def _double(x: Number) -> float:
    try:
        return float(x)
    except OverflowError:  # a fraction
        return INF if x > 0 else -INF


def _outward(low: float, high: float, fmt: Format, places: int) -> tuple[Number, Number]:
    """Round both ends and move them outward; an exact 0 stays, and so does what is far below the smallest number."""
    nearly = fmt.smallest / 4
    lo, hi = fmt.nearest(low), fmt.nearest(high)
    return fmt.step(lo, -places) if abs(low) > nearly else lo, fmt.step(hi, places) if abs(high) > nearly else hi


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


def _grow(f: Callable[[float], float], x: float) -> float:
    try:
        return f(x)
    except OverflowError:
        return math.copysign(INF, x)


def _exp(x: float) -> float:
    return _grow(math.exp, x)


_EXP = _Curve(_exp, lo=0.0, hi=INF)


def exp(x: Interval, fmt: Format) -> Interval:
    """e^x: at least 0 and attaining it; infinite from 88.72 in float32."""
    return _held(_EXP.over(x, fmt), 1.0 if x.lo >= 0 else 0.0, 1.0 if x.hi <= 0 else INF)


_EXPM1 = _Curve(lambda x: _grow(math.expm1, x), lo=-1.0, hi=INF)


def expm1(x: Interval, fmt: Format) -> Interval:
    """e^x - 1: at least -1 and attaining it."""
    return _signed(_EXPM1.over(x, fmt), x)


_SIGMOID = _Curve(lambda x: 1.0 / (1.0 + math.exp(-x)) if x > -700 else math.exp(x), lo=0.0, hi=1.0)


def sigmoid(x: Interval, fmt: Format) -> Interval:
    """1 / (1 + e^-x): in [0, 1], 1 from `fmt.saturates()` on; 0 where e^-x overflows on the way."""
    y = _SIGMOID.over(x, fmt)
    return hull([0.0, y.hi], nan=y.nan) if exp(neg(x), fmt).hi == INF else y


_SOFTPLUS = _Curve(lambda x: max(x, math.log1p(_exp(x))) if x < 700 else x, lo=0.0, more=6)


def softplus(x: Interval, fmt: Format) -> Interval:
    """Return log(1 + e^x): at least 0 and attaining it. TensorFlow is 8 places off even in bfloat16; PyTorch returns x from 20 on."""
    y = _held(_SOFTPLUS.over(x, fmt), hi=INF if x.hi == INF else fmt.max)
    return join(y, meet(x, Interval(20.0, INF)), meet(y, Interval(20.0, 20.0))) if y.hi > 20 else y


def log_sigmoid(x: Interval, fmt: Format) -> Interval:
    """-log(1 + e^-x): at most 0 and attaining it, either zero."""
    y = neg(softplus(neg(x), fmt))
    return hull([y.lo, y.hi or 0.0], nan=y.nan) if not y.empty else y


_TANH = _Curve(math.tanh, lo=-1.0, hi=1.0)


def tanh(x: Interval, fmt: Format) -> Interval:
    """Between -1 and 1, attaining both: from 9.01 in float32."""
    return _signed(_TANH.over(x, fmt), x)


def _hyperbolic(f: Callable[[float], float], x: Interval, fmt: Format) -> Interval:
    """Apply sinh or cosh, of which XLA makes e^(x - log 2): that is |x| places off."""
    most = 0.0 if x.empty else min(_double(abs_(x).hi), 711.0)
    return _Curve(lambda v: _grow(f, v), more=math.ceil(most) if fmt.slack > 2 else 0).over(x, fmt)


def sinh(x: Interval, fmt: Format) -> Interval:
    """Return (e^x - e^-x) / 2: infinite already where e^x is."""
    early = hull([-INF] * (exp(neg(x), fmt).hi == INF) + [INF] * (exp(x, fmt).hi == INF))
    return join(_signed(_hyperbolic(math.sinh, x, fmt), x), early)


def cosh(x: Interval, fmt: Format) -> Interval:
    """Return (e^x + e^-x) / 2: at least 1; infinite already where e^x is."""
    early = hull([INF] * (exp(abs_(x), fmt).hi == INF))
    return join(_held(_hyperbolic(math.cosh, abs_(x), fmt), 1.0), early)


# --- logarithms


_LOG = _Curve(lambda x: math.log(x) if x > 0 else -INF, poles=True)


def log(x: Interval, fmt: Format) -> Interval:
    """-inf at either zero, NaN below, exactly 0 at 1."""
    part = _domain(x, -0.0, INF)
    return _held(_LOG.over(part, fmt), 0.0 if part.lo >= 1 else -INF, 0.0 if part.hi <= 1 else INF)


def _loose(curve: _Curve, fmt: Format) -> _Curve:
    """Allow for XLA's float64 log1p, and atanh by it, which is 120 places off at -0.4."""
    return replace(curve, more=160) if fmt.precision == 53 else curve


_LOG1P = _Curve(lambda x: math.log1p(x) if x > -1 else -INF, poles=True)


def log1p(x: Interval, fmt: Format) -> Interval:
    """log(1 + x): -inf at -1, NaN below."""
    part = _domain(x, -1.0, INF)
    return _signed(_loose(_LOG1P, fmt).over(part, fmt), part)


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


_LOGIT = _Curve(_logit, poles=True)


def logit(x: Interval, fmt: Format, eps: Interval | None = None) -> Interval:
    """log(x / (1 - x)), of x clipped to [eps, 1 - eps] if eps is given: infinite at 0 and 1, NaN outside."""
    if eps is not None:
        x = clip(x, eps, sub(Interval(1.0, 1.0), eps, fmt))
    return blurred(_LOGIT.over(_domain(x, -0.0, 1.0), fmt), 1.0, fmt)


def logaddexp(x: Interval, y: Interval, fmt: Format) -> Interval:
    """log(e^x + e^y), without overflow."""
    nan = x.nan or y.nan
    if x.empty or y.empty:
        return Interval(INF, -INF, nan)
    low, high = (_log_add_exp(_double(a), _double(b)) for a, b in ((x.lo, y.lo), (x.hi, y.hi)))
    scale = max(1.0, *(abs(_double(end)) for end in (x.lo, x.hi, y.lo, y.hi)))
    return blurred(rounded([low, high], fmt, nan=nan), scale, fmt)


def _log_add_exp(x: float, y: float) -> float:
    most, least = max(x, y), min(x, y)
    return most if abs(most) == INF else most + math.log1p(math.exp(least - most))


def blurred(y: Interval, scale: float, fmt: Format) -> Interval:
    """Allow roundings at the size of `scale`: kernels subtract numbers of that size, and may leave no correct digit near 0."""
    if y.empty or not fmt.rounds:
        return y
    blur = fmt.slack * max(min(scale, fmt.max), fmt.tiny) * 2.0 ** (1 - fmt.precision)
    top = INF if y.infinite else fmt.max
    return rounded([max(_double(y.lo) - blur, -top), min(_double(y.hi) + blur, top)], fmt, nan=y.nan)


# --- circular and area functions


_ACOS = _Curve(lambda x: -math.acos(x))
_ASIN = _Curve(math.asin)
_ATANH = _Curve(lambda x: math.atanh(x) if abs(x) < 1 else math.copysign(INF, x), poles=True)


def acos(x: Interval, fmt: Format) -> Interval:
    """In [0, pi], 0 at 1; NaN outside [-1, 1]."""
    return _held(blurred(neg(_ACOS.over(_domain(x, -1.0, 1.0), fmt)), 1.0, fmt), 0.0)


def asin(x: Interval, fmt: Format) -> Interval:
    """In [-pi/2, pi/2]; NaN outside [-1, 1]. XLA loses what is half of a flushed number."""
    part = _domain(x, -1.0, 1.0)
    y = _signed(_ASIN.over(part, fmt), part)
    return join(y, hull([math.copysign(0.0, y.lo)])) if fmt.flush and _near_zero(y, 2 * fmt.tiny) else y


def _near_zero(y: Interval, distance: float) -> bool:
    return not y.empty and -distance < y.hi and y.lo < distance


def atanh(x: Interval, fmt: Format) -> Interval:
    """log((1 + x) / (1 - x)) / 2: infinite at -1 and 1, NaN outside."""
    part = _domain(x, -1.0, 1.0)
    return _signed(_loose(_ATANH, fmt).over(part, fmt), part)


# --- powers


_SQRT = _Curve(math.sqrt)


def sqrt(x: Interval, fmt: Format) -> Interval:
    """NaN below 0; the root of -0.0 is -0.0; that of a number up to 1 is one too."""
    part = _domain(x, -0.0, INF)
    return _held(_signed(_SQRT.over(part, fmt), part), 1.0 if part.lo >= 1 else -INF, 1.0 if part.hi <= 1 else INF)


def _pow(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):  # ValueError: 0 to a negative power
        return INF


def pow_(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x^y. A negative x has powers for whole y only, otherwise NaN; x^0 and 1^y are 1 even for NaN."""
    if EMPTY in (x, y):
        return EMPTY
    n = y.point
    if n == 0 or x.point == 1:
        return Interval(1.0, 1.0)
    one = hull([1.0] * (y.contains(0) or x.contains(1)))
    if n is None or n in (INF, -INF):
        mirrored = _positive_power(_domain(neg(x), 0.0, INF), y, fmt)
        above = _positive_power(_domain(x, -0.0, INF), y, fmt)
        return join(one, above) if mirrored.empty else join(one, above, mirrored, neg(mirrored), NAN)
    if float(n).is_integer():
        return _whole_power(x, n, fmt)
    return join(_positive_power(_domain(x, -0.0, INF), y, fmt), _oddities(x, n))


def _oddities(x: Interval, n: Number) -> Interval:
    """Return where kernels disagree: -inf to a fraction is NaN, inf or 0, -0.0^0.5 a zero and -0.0^-0.5 an infinity of any sign."""
    ends = [INF if n > 0 else 0.0] * x.contains(-INF)
    if x.includes(Interval(-0.0, -0.0)) and n in (0.5, -0.5):
        ends.append(-INF if n < 0 else -0.0)
    return hull(ends)


def _whole_power(x: Interval, n: Number, fmt: Format) -> Interval:
    power = Interval(n, n)
    if n % 2 == 0:
        return _positive_power(abs_(x), power, fmt)
    above = _positive_power(meet(x, Interval(0.0, INF, nan=True)), power, fmt)
    return join(above, neg(_positive_power(neg(meet(x, Interval(-INF, -0.0))), power, fmt)))


def _positive_power(x: Interval, y: Interval, fmt: Format) -> Interval:
    """Return x^y of x >= 0; kernels may multiply |y| times, rounding each, and compute 1 / x^-y for a negative y."""
    if x.empty or y.empty:
        return Interval(INF, -INF, x.nan or y.nan)
    corners = [_pow(abs(_double(a)), _double(b)) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    more = 2 * math.ceil(min(_double(abs_(y).hi), 32.0))
    low, high = _outward(min(corners), max(corners), fmt, fmt.slack + more)
    if y.lo < 0:  # the divisor may overflow or be flushed
        low, high = (low if low > fmt.tiny else 0.0), (high if high * fmt.tiny < 1 else INF)
    floor = 1.0 if x.lo >= 1 and y.lo >= 0 else 0.0
    return _held(rounded([max(low, floor), high], fmt, nan=x.nan or y.nan), 0.0, 1.0 if x.hi <= 1 and y.lo >= 0 else INF)
