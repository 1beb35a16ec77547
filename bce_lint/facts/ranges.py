"""The range of an expression in a format, and whether its ends are really reached: by what is known, by a guess, or perhaps not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from bce_lint.facts import elementary as el
from bce_lint.facts import interval as iv
from bce_lint.facts import narrowing, relations
from bce_lint.facts.expr import (
    Abs,
    Add,
    Bounded,
    Cast,
    Clip,
    Concat,
    Const,
    Div,
    DivNoNan,
    Exp,
    Expm1,
    Expr,
    Free,
    Index,
    Items,
    Join,
    Linear,
    Log,
    Log1p,
    LogSigmoid,
    LogSoftmax,
    LogSumExp,
    Max,
    Maximum,
    Mean,
    Min,
    Minimum,
    Mul,
    MulNoNan,
    NanToNum,
    Neg,
    Norm,
    Param,
    Pow,
    Prod,
    Relu,
    Round,
    Sigmoid,
    Softmax,
    Softplus,
    Sqrt,
    Square,
    Std,
    StopGradient,
    Sub,
    Sum,
    Tanh,
    Truth,
    Var,
    View,
    Where,
    Xlog1py,
    Xlogy,
    children,
)
from bce_lint.facts.formats import Format
from bce_lint.facts.interval import Interval


class Reach(IntEnum):
    """How sure it is that an end of a range is taken by some plausible input."""

    UNKNOWN = 0
    GUESSED = 1
    KNOWN = 2


@dataclass(frozen=True, slots=True)
class Range:
    """An interval that holds every value, and how sure it is that each end is reached."""

    interval: Interval
    lo: Reach
    hi: Reach

    def touches(self, value: float) -> Reach:
        """Return how sure it is that `value` is taken. Inside, both ends must be: what is continuous passes through."""
        if not self.interval.contains(value):
            return Reach.UNKNOWN
        if value == self.interval.lo:
            return max(self.lo, self.hi) if value == self.interval.hi else self.lo
        return self.hi if value == self.interval.hi else min(self.lo, self.hi)


ANY = iv.Interval(-iv.INF, iv.INF)
TOP = Range(ANY, Reach.UNKNOWN, Reach.UNKNOWN)
"""Any number: what comes in is not NaN already."""

ANY_SIZE = 1e4
"""What is not known to be smaller than this is a logit or score of any size that training can give it."""

INCREASING: Mapping[type[Expr], Callable[[Interval, Format], Interval]] = {
    Sqrt: el.sqrt,
    Exp: el.exp,
    Expm1: el.expm1,
    Log: el.log,
    Log1p: el.log1p,
    Sigmoid: el.sigmoid,
    LogSigmoid: el.log_sigmoid,
    Softplus: el.softplus,
    Tanh: el.tanh,
    Relu: lambda x, _: iv.relu(x),
}
UNBOUNDED = frozenset({Sigmoid, LogSigmoid, Softplus, Tanh, Relu, Exp})
"""Ops whose operand, where nothing is known of it, is a logit or score of any size: both ends of the result are reached."""


Leaf = Callable[[Expr, "Ranges"], Range | None]
"""Gives the range of an input whose role is known or guessed, from the ranges of what is passed for it."""


class Ranges:
    """Ranges of expressions in one format.

    Functions such as sigmoid are evaluated in `functions`: with arithmetic in REAL they still attain their ends as in the dtype.
    `names` say what a mask in an index means.
    """

    def __init__(
        self,
        fmt: Format,
        leaf: Leaf,
        functions: Format | None = None,
        names: Mapping[str, Expr] | None = None,
    ) -> None:
        self.fmt = fmt
        self.functions = functions or fmt
        self.names = names or {}
        self._leaf = leaf
        self._memo: dict[Expr, Range] = {}

    def given(self, known: Mapping[Expr, Range]) -> Ranges:
        """Return the ranges that hold if those of some values are `known`."""
        return Ranges(self.fmt, lambda e, _: known.get(e) or self._leaf(e, self), self.functions, self.names)

    def of_join(self, *choices: Expr) -> Range:
        """Return the range of a value that is one of `choices`."""
        return self._hull([self.of(choice) for choice in choices])

    def of(self, e: Expr) -> Range:
        """Return the range of `e`."""
        found = self._memo.get(e)
        if found is None:
            self._memo[e] = TOP
            found = self._memo[e] = believed(self._of(e))
        return found

    def _of(self, e: Expr) -> Range:
        given = self._limit(e.name) if isinstance(e, Free) and e.scope == "" else self._leaf(e, self)
        if given is not None:
            return given
        related = relations.range_of(e, self)
        if related is not None:
            return related
        match e:
            case Const(value):
                point = iv.constant(value, self.fmt)
                return Range(point, Reach.KNOWN, Reach.KNOWN)
            case Bounded(_, lo, hi):
                return Range(iv.Interval(self.fmt.round(lo), self.fmt.round(hi)), Reach.KNOWN, Reach.KNOWN)
            case Param(default=Const() as default):
                return self.of(default)
            case Linear():
                return Range(iv.finite(self.fmt), Reach.KNOWN, Reach.KNOWN)
            case Index(x, which) if (test := narrowing.selecting(which, self.names)) is not None:
                return narrowing.under((test,), self).of(x)
            case View(x) | Index(x) | StopGradient(x) | Cast(x) | Max(x) | Min(x) | Round(x):
                return self.of(x)
            case Mean(x):
                return self.of(x)
            case Join(choices) | Concat(choices) | Items(choices):
                return self._hull([self.of(choice) for choice in choices])
            case Truth():
                return Range(iv.Interval(0.0, 1.0), Reach.KNOWN, Reach.KNOWN)
            case NanToNum(x):
                inner = self.of(x)
                return Range(iv.Interval(inner.interval.lo, inner.interval.hi), inner.lo, inner.hi)
        return self._arithmetic(e)

    def _limit(self, name: str) -> Range | None:
        """Return what `finfo` of a value's own dtype says, which is that of the site."""
        fmt = self.functions
        limits = {"finfo.eps": math.ldexp(1.0, 1 - fmt.precision), "finfo.tiny": fmt.tiny, "finfo.max": fmt.max, "finfo.min": -fmt.max}
        limit = limits.get(name)
        return None if limit is None else Range(iv.Interval(limit, limit), Reach.KNOWN, Reach.KNOWN)

    def _arithmetic(self, e: Expr) -> Range:
        match e:
            case Add(x, y):
                return self._sum(e, self.of(x), self.of(y), iv.add)
            case Sub(x, y):
                other = self.of(y)
                return self._sum(e, self.of(x), Range(iv.neg(other.interval), other.hi, other.lo), iv.add)
            case Neg(x):
                inner = self.of(x)
                return Range(iv.neg(inner.interval), inner.hi, inner.lo)
            case Mul(x, y):
                return self._product(self.of(x), self.of(y), iv.mul)
            case MulNoNan(x, y):
                product = self._product(self.of(x), self.of(y), iv.mul)
                return Range(iv.Interval(product.interval.lo, product.interval.hi), product.lo, product.hi)
            case Div(x, y) | DivNoNan(x, y):
                return self._quotient(self.of(x), self.of(y))
            case Pow(x, y):
                return self._power(self.of(x), self.of(y))
            case Square(x):
                return self._even(self.of(x), iv.square)
            case Abs(x):
                return self._even(self.of(x), lambda i, _: iv.abs_(i))
        return self._bounding(e)

    def _bounding(self, e: Expr) -> Range:
        match e:
            case Maximum(x, y):
                return self._clip(self.of(x), self.of(y), None)
            case Minimum(x, y):
                return self._clip(self.of(x), None, self.of(y))
            case Clip(x, lo, hi):
                return self._clip(self.of(x), self.of(lo) if lo else None, self.of(hi) if hi else None)
            case Where(test, x, y):
                return self._hull([narrowing.where(test, self, holds=True).of(x), narrowing.where(test, self, holds=False).of(y)])
        return self._function(e)

    def _function(self, e: Expr) -> Range:
        transfer = INCREASING.get(type(e))
        if transfer is not None:
            (x,) = children(e)
            inner = self.of(x)
            result = transfer(inner.interval, self.functions)
            if type(e) in UNBOUNDED:
                low = Reach.KNOWN if inner.interval.lo <= -ANY_SIZE else inner.lo
                high = Reach.KNOWN if inner.interval.hi >= ANY_SIZE else inner.hi
                return Range(result, low, high)
            if type(e) is Log and inner.interval.lo < 0:
                return Range(result, Reach.UNKNOWN, inner.hi)
            return Range(result, inner.lo, inner.hi)
        match e:
            case Softmax(x):
                inner = self.of(x)
                spread = inner.interval.hi - inner.interval.lo
                saturates = spread >= self.functions.saturates() or inner.interval.infinite
                known = Reach.KNOWN if saturates else Reach.UNKNOWN
                return Range(iv.Interval(0.0, 1.0), known if spread >= self.functions.vanishes() else Reach.UNKNOWN, known)
            case LogSoftmax():
                return Range(iv.Interval(-self.functions.max, 0.0), Reach.KNOWN, Reach.KNOWN)
            case LogSumExp(x):
                inner = self.of(x)
                return Range(iv.Interval(inner.interval.lo, iv.INF), inner.lo, Reach.UNKNOWN)
            case Sum(Concat(parts) as x):
                whole = self._total(self.of(x))
                return Range(whole.interval, min([whole.lo, *(self.of(part).lo for part in parts)]), whole.hi)
            case Sum(x):
                return self._total(self.of(x))
            case Prod(x):
                inner = self.of(x)
                if inner.interval.lo >= 0 and inner.interval.hi <= 1:
                    return Range(iv.Interval(0.0, 1.0), inner.lo, inner.hi)
                return TOP
            case Norm(x) | Std(x) | Var(x):
                return self._total(self._even(self.of(x), iv.square))
            case Xlogy() | Xlog1py():
                return TOP
        return TOP

    # --- combining ends

    def _hull(self, ranges: list[Range]) -> Range:
        whole = iv.join(*(r.interval for r in ranges))
        lo = max((r.lo for r in ranges if r.interval.lo == whole.lo), default=Reach.UNKNOWN)
        hi = max((r.hi for r in ranges if r.interval.hi == whole.hi), default=Reach.UNKNOWN)
        return Range(whole, lo, hi)

    def _sum(self, e: Expr, x: Range, y: Range, f: Callable[[Interval, Interval, Format], Interval]) -> Range:
        whole = f(x.interval, y.interval, self.fmt)
        if relations.correlated(e):
            return Range(whole, Reach.UNKNOWN, Reach.UNKNOWN)
        return Range(whole, min(x.lo, y.lo), min(x.hi, y.hi))

    def _product(self, x: Range, y: Range, f: Callable[[Interval, Interval, Format], Interval]) -> Range:
        whole = f(x.interval, y.interval, self.fmt)
        least = min(x.lo, x.hi, y.lo, y.hi)
        zero = max(x.touches(0.0), y.touches(0.0))
        lo = max(zero, least) if whole.lo == 0 else least
        hi = max(zero, least) if whole.hi == 0 else least
        return Range(whole, lo, hi)

    def _quotient(self, x: Range, y: Range) -> Range:
        whole = iv.div(x.interval, y.interval, self.fmt)
        least = min(x.lo, x.hi, y.lo, y.hi)
        lo = max(least, x.touches(0.0)) if whole.lo == 0 else least
        hi = min(x.hi, y.touches(0.0)) if whole.hi == iv.INF else least
        return Range(whole, lo, hi)

    def _power(self, x: Range, y: Range) -> Range:
        whole = el.pow_(x.interval, y.interval, self.fmt)
        exponent = y.interval
        if x.interval.lo >= 0 and exponent.lo > 0:
            return Range(whole, min(x.lo, Reach.KNOWN), x.hi)
        if x.interval.lo >= 0 and exponent.hi < 0:
            return Range(whole, x.hi, x.lo)
        return Range(whole, Reach.UNKNOWN, Reach.UNKNOWN)

    def _even(self, x: Range, f: Callable[[Interval, Format], Interval]) -> Range:
        whole = f(x.interval, self.fmt)
        far = x.hi if x.interval.hi >= -x.interval.lo else x.lo
        if x.interval.lo < 0 < x.interval.hi:
            return Range(whole, min(x.lo, x.hi), far)
        near = x.lo if x.interval.lo >= 0 else x.hi
        return Range(whole, near, far)

    def _clip(self, x: Range, lo: Range | None, hi: Range | None) -> Range:
        """Bounds that are themselves known are reached by an `x` of any size; else the end is x's own."""
        bottom = lo.interval if lo else iv.Interval(-iv.INF, -iv.INF)
        top = hi.interval if hi else iv.Interval(iv.INF, iv.INF)
        whole = iv.clip(x.interval, bottom, top)
        low, high = x.lo, x.hi
        if lo is not None and x.interval.lo < lo.interval.lo:
            low = lo.lo if lo.interval.point is not None else min(lo.lo, x.lo)
        elif lo is not None and lo.interval.point is None:
            low = min(x.lo, lo.lo)
        if hi is not None and x.interval.hi > hi.interval.hi:
            high = hi.hi if hi.interval.point is not None else min(hi.hi, x.hi)
        elif hi is not None and hi.interval.point is None:
            high = min(x.hi, hi.hi)
        return Range(whole, low, high)

    def _total(self, x: Range) -> Range:
        whole = iv.sum_of(x.interval, self.fmt)
        lo = x.lo if whole.lo in {0, x.interval.lo} else Reach.UNKNOWN
        hi = x.hi if whole.hi == 0 else Reach.UNKNOWN
        return Range(whole, lo, hi)


def believed(r: Range) -> Range:
    """Return `r` without a NaN that only unknown operands could make: what comes in is taken to be sane."""
    if r.interval.nan and r.lo is Reach.UNKNOWN and r.hi is Reach.UNKNOWN:
        return Range(iv.Interval(r.interval.lo, r.interval.hi), r.lo, r.hi)
    return r


def probability(reach: Reach) -> Range:
    """Return the range of a probability."""
    return Range(iv.Interval(0.0, 1.0), reach, reach)
