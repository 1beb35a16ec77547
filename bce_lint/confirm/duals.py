"""Numbers that carry their derivative by one number that everything moves with: exact forward differentiation.

What does not move is a plain number, so an infinite derivative of what stands still adds nothing. A slope of 0 times an infinite
derivative is 0 where the value is finite: there a root or an arc starts at a point at which its argument turns round, and what comes
out of it has a kink whose sides are each other's opposite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp

Real = Any
"""An `mpf`, or a `Dual` where derivatives are asked for; mpmath has no types."""


@dataclass(frozen=True, slots=True)
class Dual:
    """A real number and its derivative."""

    value: Real
    slope: Real

    def __add__(self, other: Real) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.slope + other.slope)
        return Dual(self.value + other, self.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Real) -> Real:
        return self + -other

    def __rsub__(self, other: Real) -> Real:
        return -self + other

    def __mul__(self, other: Real) -> Real:
        if isinstance(other, Dual):
            return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)
        return other * self.value if other == 0 else Dual(self.value * other, self.slope * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Real) -> Dual:
        if isinstance(other, Dual):
            quotient = self.value / other.value
            return Dual(quotient, (self.slope - quotient * other.slope) / other.value)
        return Dual(self.value / other, self.slope / other)

    def __rtruediv__(self, other: Real) -> Dual:
        quotient = other / self.value
        return Dual(quotient, -quotient * self.slope / self.value)


def plain(x: Real) -> Real:
    """Return the value alone."""
    return x.value if isinstance(x, Dual) else x


def slope(x: Real) -> Real:
    """Return the derivative alone, NaN where there is no value."""
    if mp.isnan(plain(x)):
        return mp.nan
    return x.slope if isinstance(x, Dual) else mp.mpf(0)


def lifted(f: Callable[..., Real], *rates: Callable[..., Real]) -> Callable[..., Real]:
    """Make a function of real numbers one of duals too; `rates` give its derivative by each operand, from its value and the operands."""

    def of(*operands: Real) -> Real:
        values = [plain(x) for x in operands]
        value = f(*values)
        moving = [(x.slope, rate) for x, rate in zip(operands, rates, strict=True) if isinstance(x, Dual)]
        if not moving:
            return value
        return Dual(value, mp.fsum(_times(by, rate(value, *values), value) for by, rate in moving))

    return of


def constant(f: Callable[..., Real]) -> Callable[..., Real]:
    """Make a function that is constant between its jumps one of duals too: nothing moves with it."""
    return lambda *operands: f(*map(plain, operands))


def _times(by: Real, rate: Real, value: Real) -> Real:
    return mp.mpf(0) if by == 0 and mp.isfinite(value) else by * rate
