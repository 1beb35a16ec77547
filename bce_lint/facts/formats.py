"""The number formats of tensors: rounding to float16, bfloat16, float32 and float64 in pure Python, and the reals, which do not round.

A format with `precision` p and largest number `max` holds the numbers m 2^e with |m| < 2^p; below its smallest normal number
`tiny` the step stays the same (subnormals), down to `smallest`. Every number of the four formats is a Python float, exactly.

One operation + - * / sqrt on numbers of a narrower format, done in double and rounded once more, is rounded as the format itself would:
double has at least 2p + 2 bits for each of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bce_lint.finding import UsageError

if TYPE_CHECKING:
    from fractions import Fraction

    Number = float | Fraction
    """A float; in REAL also an exact fraction."""


@dataclass(frozen=True, slots=True)
class Format:
    """A floating-point format. With `flush`, subnormal operands and results may count as 0, as TensorFlow and XLA have it."""

    name: str
    precision: int
    max: float
    tiny: float
    flush: bool = False

    @property
    def rounds(self) -> bool:
        """False for the reals."""
        return self.precision > 0

    @property
    def smallest(self) -> float:
        """The smallest positive number (subnormal)."""
        return math.ldexp(self.tiny, 1 - self.precision) or math.ulp(0.0)

    def nearest(self, x: Number) -> Number:
        """Round to nearest, ties to even; too large is infinite. Subnormals stay."""
        if self.precision == 53:
            return _to_double(x)
        if not self.rounds or not x or not size(x) < math.inf:
            return x
        if size(x) >= 2 * self.max:
            return math.copysign(math.inf, 1 if x > 0 else -1)
        quantum = self._quantum(float(x))
        steps = round(x / quantum) if isinstance(x, float) else round(x / type(x)(quantum))
        rounded = math.copysign(steps * quantum, 1 if x > 0 else -1)
        return rounded if size(rounded) <= self.max else math.copysign(math.inf, rounded)

    def _quantum(self, x: float) -> float:
        """Return the distance of neighbours in the binade of `x`."""
        return math.ldexp(1.0, max(math.frexp(x)[1], math.frexp(self.tiny)[1]) - self.precision)

    def round(self, x: Number) -> Number:
        """Round like `nearest`, then, with `flush`, a subnormal to the zero of its sign."""
        rounded = self.nearest(x)
        return math.copysign(0.0, rounded) if self.flush and 0 < size(rounded) < self.tiny else rounded

    def exact(self, x: Number) -> Number:
        """Return `x` so that + - * / on it do not round before `round` does: a fraction in REAL."""
        if not self.rounds and isinstance(x, float) and math.isfinite(x):
            from fractions import Fraction  # 2 ms that only REAL needs

            return Fraction(x)
        return x

    def next_up(self, x: Number) -> Number:
        """Return the least number above `x`; in REAL the next double stands for it."""
        return -self.next_down(-x)

    def next_down(self, x: Number) -> Number:
        """Return the greatest number below `x`; in REAL the next double stands for it."""
        if not self.rounds or self.precision == 53:
            return math.nextafter(_to_double(x), -math.inf)
        x = float(x)
        if x == 0 or not math.isfinite(x):
            return -self.smallest if x == 0 else self.max if x > 0 else x
        quantum = self._quantum(x)
        if x > self.tiny and math.frexp(x)[0] == 0.5:
            quantum /= 2
        down = x - quantum
        return down if down >= -self.max else -math.inf

    def step(self, x: Number, ulps: int) -> Number:
        """Return the number `ulps` above `x`, or below for a negative count."""
        move = self.next_up if ulps > 0 else self.next_down
        for _ in range(abs(ulps)):
            x = move(x)
        return x

    def saturates(self) -> float:
        """Return the |logit| from which a sigmoid rounds to exactly 1: float16 7.62, bfloat16 5.545, float32 16.6355, float64 36.74.

        1 - sigmoid(a) = exp(-a) (1 - ...), and from 2^-p on, half the step below 1, the rest is rounded away.
        """
        return self.precision * math.log(2) if self.rounds else math.inf

    def overflows(self) -> float:
        """Return the argument from which exp is infinite: 88.72 in float32, 11.09 in float16, 88.72 in bfloat16, 709.78 in float64."""
        return math.log(self.max) if self.rounds else math.inf

    def vanishes(self) -> float:
        """Return the |logit| from which sigmoid(-|logit|) is exactly 0: in float32 88.72, or 87.34 where subnormals are flushed.

        Kernels compute 1 / (1 + exp(a)), in float32 for the two half formats, so it ends where that exp overflows or its inverse is lost.
        """
        if not self.rounds:
            return math.inf
        if self.flush:
            return -math.log(self.tiny)
        wide = max(self.max, FORMATS["float32"].max)
        return min(math.log(wide), math.log(2) - math.log(self.smallest))


def size(x: Number) -> Number:
    """Return |x|, as `abs` does, which mypy cannot type for both kinds of number."""
    return -x if x < 0 else x + 0


def _to_double(x: Number) -> float:
    try:
        return float(x)
    except OverflowError:  # a fraction beyond double
        return math.inf if x > 0 else -math.inf


REAL = Format("real", 0, math.inf, 0.0)
"""The reals, to ask whether a guard would hold without rounding. Ends are floats or fractions; + - * / are exact, the rest is double."""

FORMATS = {
    "float16": Format("float16", 11, 65504.0, 2.0**-14),
    "bfloat16": Format("bfloat16", 8, (2 - 2.0**-7) * 2.0**127, 2.0**-126),
    "float32": Format("float32", 24, (2 - 2.0**-23) * 2.0**127, 2.0**-126),
    "float64": Format("float64", 53, (2 - 2.0**-52) * 2.0**1023, 2.0**-1022),
}


def named(name: str, *, flush: bool = False) -> Format:
    """Return the format called `name`. Kernels do float16 in float32, where its subnormals are normal: it is never flushed."""
    if name not in FORMATS:
        raise UsageError(f"unknown dtype {name!r}: expected one of {', '.join(FORMATS)}")
    return replace(FORMATS[name], flush=flush and name != "float16")
