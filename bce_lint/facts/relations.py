"""What intervals alone lose: values that come from the same source. Each relation is one case with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bce_lint.facts import inequalities
from bce_lint.facts.algebra import core, running
from bce_lint.facts.expr import (
    Add,
    Axis,
    Cast,
    Const,
    Div,
    Exp,
    Expr,
    Index,
    Join,
    LogSoftmax,
    LogSumExp,
    Max,
    Maximum,
    Min,
    Minimum,
    Mul,
    Neg,
    Param,
    Sigmoid,
    Softmax,
    StopGradient,
    Sub,
    Sum,
    View,
    walk,
)

if TYPE_CHECKING:
    from bce_lint.facts.ranges import Range, Ranges, Reach


def range_of(e: Expr, ranges: Ranges) -> Range | None:
    """Return the range of `e` where a relation between its operands says more than their ranges do."""
    from bce_lint.facts import interval as iv
    from bce_lint.facts.ranges import Range, Reach

    match e:
        case Sub(x, y) if shifts_by_max(x, y):
            # The largest entry minus itself is 0, the others are below.
            return Range(iv.Interval(-iv.INF, 0.0), Reach.KNOWN, Reach.KNOWN)
        case Sub(Minimum(a, b), Maximum(c, d)) if {a, b} == {c, d}:
            # The smaller one less the larger one.
            return Range(iv.Interval(-iv.INF, 0.0), Reach.UNKNOWN, Reach.KNOWN)
        case Sub(x, y) if isinstance(core(y), LogSumExp) and same(core(y), x):
            # log softmax, written out.
            return Range(iv.Interval(-ranges.functions.max, 0.0), Reach.KNOWN, Reach.KNOWN)
        case Sub(x, y) if attached(x) is attached(y):
            # A value without itself: the straight-through estimator.
            return Range(iv.Interval(0.0, 0.0), Reach.KNOWN, Reach.KNOWN)
        case Add(x, y) if complements(x, y) and ranges.of(x).interval.lo >= 0 and ranges.of(x).interval.hi <= 1:
            # p + (1 - p) is 1, or its neighbour.
            return Range(iv.Interval(0.5, 2.0), Reach.UNKNOWN, Reach.UNKNOWN)
        case Sub(Add(x, y), Mul(p, q)) if {x, y} == {p, q} and all(ranges.of(part).interval.lo >= 0 for part in (x, y)):
            # The union of two shares: 1 - (1 - x) (1 - y).
            if all(ranges.of(part).interval.hi <= 1 for part in (x, y)):
                return Range(iv.Interval(0.0, 1.0), min(ranges.of(x).lo, ranges.of(y).lo), min(ranges.of(x).hi, ranges.of(y).hi))
        case Mul(x, y) if complements(x, y) and ranges.of(x).interval.lo >= 0 and ranges.of(x).interval.hi <= 1:
            # p (1 - p) is largest at p = 1/2, and 0 at both ends.
            reach = max(ranges.of(x).touches(0.0), ranges.of(y).touches(0.0))
            return Range(iv.Interval(0.0, 0.25), reach, Reach.KNOWN)
        case Sum(x) if isinstance(inner := core(x), Exp) and has_zero_maximum(inner.x) and not running(x):
            # One of the summands is exp(0) = 1.
            return Range(iv.Interval(1.0, iv.INF), Reach.KNOWN, Reach.UNKNOWN)
        case Add(x, y) if counts(x, y, ranges) or counts(y, x, ranges):
            # At least all entries up to the first one.
            return Range(iv.Interval(1.0, iv.INF), Reach.KNOWN, Reach.UNKNOWN)
        case Sum(x) if isinstance(core(x), Softmax) and running(x):
            return Range(iv.Interval(0.0, 1.0), Reach.KNOWN, Reach.KNOWN)
        case Sum(x, axis) if adds_to_one(x, axis):
            # Rounded, it may be a few ulps off 1, never near 0.
            return Range(iv.Interval(0.5, 2.0), Reach.UNKNOWN, Reach.UNKNOWN)
        case Div(x, y) if y is x:
            return Range(iv.Interval(1.0, 1.0, nan=ranges.of(x).interval.contains(0.0)), Reach.KNOWN, Reach.KNOWN)
        case Div(x, y) if scales_to_one(x, y, ranges):
            # Entries over the one that is farthest from 0, on the same side of it.
            return Range(iv.Interval(0.0, 1.0, nan=ranges.of(y).interval.contains(0.0)), Reach.UNKNOWN, Reach.KNOWN)
        case Div(x, y) if is_share(x, y) and ranges.of(x).interval.lo >= 0:
            # One entry over the sum of all: a softmax written out, or probabilities scaled to add up to 1.
            reach = ranges.of(x).touches(0.0)
            return Range(iv.Interval(0.0, 1.0), reach, reach)
        case Div(x, Add() as y) if part_of(x, y) and all(ranges.of(term).interval.lo >= 0 for term in terms(y)):
            return share(x, y, ranges)
        case Add(Mul(a, p), Mul(b, q)) if any(convex(a, p, b, q)):
            # Of y p + (1 - y) (1 - p), which can be read both ways, the one that knows more.
            ways = [way for weights in convex(a, p, b, q) if (way := between(weights, ranges)) is not None]
            if ways:
                return max(ways, key=lambda way: (way.lo, way.hi))
    return inequalities.range_of(e, ranges)


def shifts_by_max(x: Expr, y: Expr) -> bool:
    """Tell whether `y` is the maximum of `x` along some axis, perhaps reshaped or detached, or the larger of `x` and something else."""
    match core(y):
        case Max(values):
            return core(values) is core(x)
        case Maximum(a, b):
            return core(x) in (core(a), core(b))
    return False


def attached(x: Expr) -> Expr:
    """Return `x` without being detached."""
    while isinstance(x, StopGradient):
        x = x.x
    return x


def same(reduced: Expr, x: Expr) -> bool:
    """Tell whether `reduced` reduces just `x`."""
    return isinstance(reduced, (LogSumExp, Max)) and core(reduced.x) is core(x)


def adds_to_one(x: Expr, axis: Axis) -> bool:
    """Tell whether `x` is probabilities along `axis`: a softmax, or values over their sum, perhaps only the largest of them."""
    if isinstance(x, (View, Index, Cast, StopGradient)):
        return not (isinstance(x, Index) and is_column(x.which)) and adds_to_one(x.x, axis)
    match x:
        case Softmax(_, own):
            return may_be_same(axis, own)
        case Div(a, b):
            return is_share(a, b) and isinstance(total := core(b), Sum) and may_be_same(axis, total.axis)
        case Join(choices):
            return all(adds_to_one(choice, axis) for choice in choices)
    return False


def is_column(which: str) -> bool:
    """Tell whether an index takes some entries of the last axis: `[:, k]`."""
    first, _, last = which.strip("()").rpartition(",")
    rest = last.strip()
    return first.startswith((":", "...")) and rest not in {":", "...", "None"} and not rest.endswith("newaxis")


def may_be_same(a: Axis, b: Axis) -> bool:
    """Tell whether two axes may be the same, as the first and the last one are of a vector."""
    return not isinstance(a, int) or not isinstance(b, int) or a == b or (a < 0) != (b < 0)


def has_zero_maximum(x: Expr, sign: float = 1.0) -> bool:
    """Tell whether the largest entry of `x` times `sign` is certain to be 0: x - max(x), min(x) - x, also times a positive number."""
    match core(x):
        case Sub(a, b) if sign > 0:
            return shifts_by_max(a, b) or attached(b) is a
        case Sub(a, b):
            return isinstance(least := core(b), Min) and core(least.x) is core(a)
        case Neg(a):
            return has_zero_maximum(a, -sign)
        case Mul(a, Const(factor)) | Div(a, Const(factor)) | Mul(a, Param(_, _, Const(factor))) | Mul(Param(_, _, Const(factor)), a):
            return factor != 0 and has_zero_maximum(a, sign * factor)
    return False


def counts(total: Expr, others: Expr, ranges: Ranges) -> bool:
    """Tell whether all that is in `x` is added to all, or all so far, that is not: no less than the number of entries looked at."""
    match core(total), core(others):
        case Sum(x), Sum(y) if complements(x, y) and not running(x):
            whole = ranges.of(core(x))
            return whole.interval.lo >= 0 or whole.lo == 0
    return False


def is_share(x: Expr, total: Expr) -> bool:
    """Tell whether `total` is the sum of `x` along some axis."""
    inner = core(total)
    return isinstance(inner, Sum) and core(inner.x) is core(x)


def scales_to_one(x: Expr, y: Expr, ranges: Ranges) -> bool:
    """Tell whether `y` is the largest entry of an `x` that is not negative, or the smallest of one that is not positive."""
    match core(y):
        case Max(values):
            return core(values) is core(x) and ranges.of(x).interval.lo >= 0
        case Min(values):
            return core(values) is core(x) and ranges.of(x).interval.hi <= 0
    return False


def share(x: Expr, y: Expr, ranges: Ranges) -> Range:
    """Return the range of `x / (x + rest)` of what is not negative: 0 if `x` is 0 or the rest infinite, 1 if the rest is lost in `x`."""
    from bce_lint.facts import interval as iv
    from bce_lint.facts.ranges import Range, Reach

    rest = [term for term in terms(y) if term is not x]
    least = max(ranges.of(x).touches(0.0), *(ranges.of(term).touches(iv.INF) for term in rest), Reach.UNKNOWN)
    most = min((lost(term, x.value, ranges) for term in rest), default=Reach.UNKNOWN) if isinstance(x, Const) else Reach.UNKNOWN
    return Range(iv.Interval(0.0, 1.0, nan=ranges.of(y).interval.contains(0.0)), least, most)


def lost(term: Expr, x: float, ranges: Ranges) -> Reach:
    """Return how sure it is that a term becomes so small that `x + term` is rounded to `x`."""
    least = ranges.of(term)
    return least.lo if least.interval.lo <= x * 2.0**-ranges.functions.precision else least.touches(0.0)


def terms(e: Expr) -> list[Expr]:
    """Return the summands of nested additions."""
    return [*terms(e.x), *terms(e.y)] if isinstance(e, Add) else [e]


def is_squashed(e: Expr) -> bool:
    """Tell whether `e` is a sigmoid or softmax written out: one exponential, or 1, over a sum that holds it."""
    match e:
        case Div(x, y) if is_share(x, y):
            return isinstance(core(x), Exp)
        case Div(x, Add(Exp() as exp, Const(1.0))):
            return x is exp or isinstance(x, Const)
    return False


def part_of(x: Expr, total: Expr) -> bool:
    """Tell whether `x` is one of the summands of `total`."""
    return x in terms(total)


def complement(e: Expr) -> Expr | None:
    """Return `p` if `e` is `1 - p`."""
    match core(e):
        case Sub(Const(1.0), p):
            return core(p)
        case Add(Neg(p), Const(1.0)):
            return core(p)
    return None


def complements(a: Expr, b: Expr) -> bool:
    """Tell whether `a + b` is 1 in the reals: p and 1 - p, sigmoid(x) and sigmoid(-x)."""
    match core(a), core(b):
        case Sigmoid(x), Sigmoid(Neg(y)) if x is y:
            return True
        case Sigmoid(Neg(x)), Sigmoid(y) if x is y:
            return True
    return complement(a) is core(b) or complement(b) is core(a)


def convex(a: Expr, p: Expr, b: Expr, q: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """Yield weight, x, y if `a p + b q` is a convex combination: one factor of each is w and 1 - w."""
    for w, x in ((a, p), (p, a)):
        for v, y in ((b, q), (q, b)):
            if complement(v) is core(w):
                yield w, x, y
            if complement(w) is core(v):
                yield v, y, x


def between(weights: tuple[Expr, Expr, Expr], ranges: Ranges) -> Range | None:
    """Return the range of `w x + (1 - w) y`, which lies between x and y when w is in [0, 1]."""
    from bce_lint.facts.ranges import Range, Reach

    weight, x, y = weights
    w = ranges.of(weight)
    if w.interval.lo < 0 or w.interval.hi > 1:
        return None
    reach = Reach.GUESSED if isinstance(weight, Param) else min(w.lo, w.hi)
    whole = ranges.of_join(x, y)
    return Range(whole.interval, min(whole.lo, reach), min(whole.hi, reach))


def correlated(e: Expr) -> bool:
    """Tell whether the two operands of `e` share something that varies, so that their ends need not be reached together."""
    x, y = (getattr(e, name) for name in ("x", "y"))
    if isinstance(x, Const) or isinstance(y, Const) or (isinstance(e, Add) and core(x) is core(y)):
        return False  # a sum of a matrix and its transpose is 0 where all of it is
    shared = set(walk(x)) & set(walk(y))
    return any(not isinstance(s, (Const, LogSoftmax)) for s in shared)
