"""The number formats of tensors: rounding to float16, bfloat16, float32 and float64 in pure Python, and the reals, which do not round.

A format with `precision` p and largest number `max` holds the numbers m 2^e with |m| < 2^p; below its smallest normal number
`tiny` the step stays the same (subnormals), down to `smallest`. Every number of the four formats is a Python float, exactly.

One operation + - * / sqrt on numbers of a narrower format, done in double and rounded once more, is rounded as the format itself would:
double has at least 2p + 2 bits for each of them.
"""

from __future__ import annotations

import math
import struct
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

    @property
    def slack(self) -> int:
        """How many places a kernel's result may lie from the rounded exact one; half formats are computed in float32."""
        return 2 if self.precision in (8, 11) else 8

    def nearest(self, x: Number) -> Number:
        """Round to nearest, ties to even; too large is infinite. Subnormals stay."""
        if self.precision == 53:
            return _to_double(x)
        if not self.rounds or not x or not size(x) < math.inf:
            return x
        if size(x) >= 2 * self.max:
            return math.copysign(math.inf, 1 if x > 0 else -1)
        quantum = self._quantum(float(x))
        steps = round(x / quantum) if isinstance(x, (int, float)) else round(x / type(x)(quantum))
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

    def next_up(self, x: Number) -> float:
        """Return the least number above `x`; in REAL the next double stands for it."""
        return self.step(x, 1)

    def next_down(self, x: Number) -> float:
        """Return the greatest number below `x`; in REAL the next double stands for it."""
        return self.step(x, -1)

    def step(self, x: Number, count: int) -> float:
        """Return the number `count` places above `x`, a number of the format; below for a negative count. It ends at infinity."""
        floats, integers, shift = _LAYOUTS[self.precision]
        number = _to_double(x)
        place = _bits(abs(number), floats, integers) >> shift
        last = _bits(math.inf, floats, integers) >> shift
        moved = min(max((-place if number < 0 else place) + count, -last), last)
        (moved_size,) = struct.unpack(floats, struct.pack(integers, abs(moved) << shift))
        return math.copysign(moved_size, moved or number)

    def saturates(self) -> float:
        """Return the |logit| from which a sigmoid is exactly 1: float16 7.62, bfloat16 5.545, float32 16.6355, float64 36.74.

        From p ln 2 on, 1 + e^-a rounds to 1 in the 1 / (1 + e^-a) that most kernels compute. One that rounds the exact value, as
        Keras' fused layers and PyTorch's half formats do, gets there at (p + 1) ln 2: 17.33 in float32.
        """
        return self.precision * math.log(2) if self.rounds else math.inf

    def overflows(self) -> float:
        """Return the argument from which exp is infinite: float16 11.09, bfloat16 and float32 88.72, float64 709.78."""
        if not self.rounds:
            return math.inf
        half_step = (2 - 2.0**-self.precision) / (2 - 2.0 ** (1 - self.precision))  # up to there a number still rounds to `max`
        return math.log(self.max) + math.log(half_step)

    def underflows(self) -> float:
        """Return the size from which the exp of a negative number is exactly 0: float32 103.97, 87.34 if flushed; float64 745.13."""
        if not self.rounds:
            return math.inf
        return -math.log(self.tiny) if self.flush else math.log(2) - math.log(self.smallest)

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


_LAYOUTS = {0: ("<d", "<Q", 0), 53: ("<d", "<Q", 0), 24: ("<f", "<I", 0), 11: ("<e", "<H", 0), 8: ("<f", "<I", 16)}
"""By precision: how `struct` packs the format and an integer of its size; a bfloat16 is the upper half of a float32."""


def _bits(x: float, floats: str, integers: str) -> int:
    (bits,) = struct.unpack(integers, struct.pack(floats, x))
    return int(bits)


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
