"""Transfer functions of what runs along an axis (softmax, logsumexp, products, variance, norm) on intervals: see `interval.py`.

As with its `sum_of`, how many entries there are is not known, only that there is at least one and at most `MOST`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bce_lint.facts.elementary import blurred, exp, pow_, sqrt
from bce_lint.facts.formats import size
from bce_lint.facts.interval import (
    INF,
    MOST,
    Interval,
    abs_,
    cast_to_bool,
    hull,
    join,
    mean_of,
    mul,
    rounded,
    spread,
    square,
    sub,
    sum_of,
)

if TYPE_CHECKING:
    from bce_lint.facts.formats import Format


def prod_of(x: Interval, fmt: Format) -> Interval:
    """Return the product: in [0, 1] for entries in [0, 1], 0 being attained; otherwise of any size."""
    if x.empty:
        return x
    small = abs_(x)
    nan = x.nan or (x.contains(0) and small.hi > 1) or (small.hi == INF and small.lo < 1)
    most = small.hi if small.hi <= 1 else INF
    least = 0.0 if small.lo < 1 else small.lo
    if x.lo >= 0:
        return spread(Interval(x.lo * least if x.lo == 0 else least, most, nan), fmt)
    return spread(Interval(-most, most, nan), fmt)


def softmax(x: Interval, fmt: Format) -> Interval:
    """Return one share e^x / sum(e^x): in [0, 1], 1 attained (one entry, or a large one), 0 too unless the entries are near each other."""
    if x.empty:
        return x
    lost = exp(sub(Interval(x.lo, x.lo), Interval(x.hi, x.hi), fmt), fmt)
    least = rounded([] if lost.empty else [lost.lo / MOST], fmt)
    return hull([0.0 if least.empty or (fmt.flush and not least.lo) else least.lo, 1.0], nan=x.nan or x.infinite)


def log_softmax(x: Interval, fmt: Format) -> Interval:
    """Return x - logsumexp(x), stable: at most 0, as low as the entries are apart."""
    if x.empty:
        return x
    apart = sub(Interval(x.lo, x.lo), Interval(x.hi, x.hi), fmt)
    low = -INF if apart.empty else rounded([fmt.exact(apart.lo) - fmt.exact(math.log(MOST))], fmt).lo
    return spread(Interval(low, 0.0, x.nan or x.infinite), fmt)


def logsumexp(x: Interval, fmt: Format) -> Interval:
    """Return log(sum(e^x)), stable: at least the largest entry, at most log(`MOST`) more."""
    if x.empty:
        return x
    top = rounded([fmt.exact(x.hi) + fmt.exact(math.log(MOST))], fmt).hi
    scale = max(float(size(x.lo)), float(size(x.hi)))
    return blurred(Interval(x.lo, top, x.nan), scale, fmt)


def var_of(x: Interval, fmt: Format, ddof: int = 0) -> Interval:
    """Return the variance: at least 0 and attaining it; `ddof` 1 doubles it at most.

    That the variance of one entry with `ddof` 1 is NaN is left out.
    """
    squares = square(sub(x, mean_of(x, fmt), fmt), fmt)
    most = mean_of(mul(squares, Interval(1.0, 2.0), fmt) if ddof else squares, fmt)
    return Interval(0.0, most.hi, most.nan) if not most.empty else most


def std_of(x: Interval, fmt: Format, ddof: int = 0) -> Interval:
    """Return the root of the variance; its squares may vanish on the way, and may not where a kernel computes them in a wider format."""
    apart = abs_(sub(x, mean_of(x, fmt), fmt))
    return join(sqrt(var_of(x, fmt, ddof), fmt), mul(apart, Interval(0.0, 2.0), fmt)) if not x.empty else x


def norm_of(x: Interval, fmt: Format, order: float = 2.0) -> Interval:
    """Return the `order`-norm: 2 is Euclid's, 1 the sum of sizes, inf and -inf the largest and least size, 0 the count of what is not 0.

    Its powers may overflow or vanish on the way, and may not where a kernel computes them in a wider format.
    """
    sizes = abs_(x)
    if order in (INF, -INF) or sizes.empty:
        return sizes
    if order == 0:
        return sum_of(cast_to_bool(x), fmt)
    if order == 1:
        return sum_of(sizes, fmt)
    power, root = Interval(order, order), Interval(1 / order, 1 / order)
    powers = square(x, fmt) if order == 2 else pow_(sizes, power, fmt)
    stepwise = pow_(sum_of(powers, fmt), root, fmt)
    most = MOST ** (1 / order) if order > 1 else INF
    return join(stepwise, spread(hull([sizes.lo, mul(sizes, Interval(1.0, most), fmt).hi]), fmt))
