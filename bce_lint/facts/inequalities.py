"""Quotients and products that the inequalities of mathematics bound: dice and Jaccard by 1, cosines of angles by 1 either way.

Everything here is `a b <= a` and `a b <= b` for `a` and `b` in [0, 1], `2 a b <= a^2 + b^2`, and Cauchy and Schwarz' `|a . b| <= |a| |b|`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Const, Div, Expr, MatMul, Maximum, Mul, Neg, Norm, Sqrt, Square, Sub, Sum, View

if TYPE_CHECKING:
    from bce_lint.facts.ranges import Range, Ranges

ONE = Const(1.0)
Form = Mapping[Expr, float]
"""A linear combination: what is added up, and how many times."""


def range_of(e: Expr, ranges: Ranges) -> Range | None:
    """Return the range of a quotient or product that is bounded whatever the sizes of its operands."""
    from bce_lint.facts.interval import Interval
    from bce_lint.facts.ranges import Range, Reach

    match e:
        case Div(x, y) if is_cosine(x, y):
            return Range(Interval(-1.0, 1.0, nan=ranges.of(y).interval.contains(0.0)), Reach.KNOWN, Reach.KNOWN)
        case Div(x, y) if isinstance(core(y), (Add, Sub)) and is_part(x, y, ranges):
            zero = ranges.of(x).touches(0.0)
            # Exactly 1 when prediction and labels are the same, smoothing or not.
            return Range(Interval(0.0, 1.0, nan=zero > Reach.UNKNOWN and ranges.of(y).interval.contains(0.0)), zero, Reach.GUESSED)
        case MatMul(x, y) | Sum(Mul(x, y)) if unit(x) and unit(y):
            return Range(Interval(-1.0, 1.0), Reach.KNOWN, Reach.KNOWN)
    return None


# --- angles


def is_cosine(x: Expr, y: Expr) -> bool:
    """Tell whether `x / y` is a scalar product by both lengths, each perhaps held off 0."""
    match core(x), core(y):
        case Sum(Mul(a, b)), Mul(p, q):
            lengths = [core(length) if length is not None else None for length in (length_of(p), length_of(q))]
            return lengths in ([core(a), core(b)], [core(b), core(a)])
    return False


def length_of(e: Expr) -> Expr | None:
    """Return `x` if `e` is its Euclidean norm, or at least that."""
    match core(e):
        case Norm(x, 2) | Sqrt(Sum(Square(x))):
            return x
        case Maximum(x, _) | Add(x, Const()):
            return length_of(x)
        case Sqrt(Maximum(Sum(Square(x)), _) | Add(Sum(Square(x)), _)):
            return x
    return None


def unit(e: Expr) -> bool:
    """Tell whether `e` holds vectors no longer than 1."""
    match core(e):
        case Div(x, y):
            length = length_of(y)
        case Mul(x, Div(Const(1.0), y)):
            length = length_of(y)
        case _:
            return False
    return length is not None and core(length) is core(x)


# --- parts of a whole


def is_part(x: Expr, y: Expr, ranges: Ranges) -> bool:
    """Tell whether `0 <= x <= y`, term by term."""
    part, whole = linear(x), linear(y)
    if not all(ranges.of(term).interval.lo >= 0 for term in (*part, *whole)):
        return False
    rest = {term: whole.get(term, 0.0) - part.get(term, 0.0) for term in {**whole, **part}}
    missing = {term: -count for term, count in rest.items() if count < 0}
    return all(count >= 0 for count in part.values()) and all(covered(term, count, rest, ranges) for term, count in missing.items())


def covered(term: Expr, count: float, rest: Form, ranges: Ranges) -> bool:
    """Tell whether what `rest` has of the factors of a product is at least `count` times the product."""
    product = core(term.x) if isinstance(term, Sum) else term
    if not isinstance(product, Mul):
        return False
    factors = (product.x, product.y)
    within = [summed(factor, term) for factor in factors if ranges.of(factor).interval.hi <= 1]
    squares = [rest.get(summed(Square(factor), term), 0.0) for factor in factors]
    return count <= sum(max(rest.get(factor, 0.0), 0.0) for factor in within) + 2 * max(min(squares), 0.0)


def summed(x: Expr, like: Expr) -> Expr:
    """Return `x` summed along the same axes as `like`, if that is a sum."""
    return Sum(x, like.axis, like.keepdims) if isinstance(like, Sum) else x


def linear(e: Expr, times: float = 1.0) -> dict[Expr, float]:
    """Return what is added up in `e`, through sums along axes; a constant counts as so many 1."""
    form: dict[Expr, float] = {}
    stack = [(e, times)]
    while stack:
        top, count = stack.pop()
        match top:
            case Const(value):
                form[ONE] = form.get(ONE, 0.0) + count * value
            case Add(x, y):
                stack += [(x, count), (y, count)]
            case Sub(x, y):
                stack += [(x, count), (y, -count)]
            case Neg(x):
                stack.append((x, -count))
            case Mul(x, Const(value)):
                stack.append((x, count * value))
            case Div(x, Const(value)) if value:
                stack.append((x, count / value))
            case Sum(Add(x, y) | Sub(x, y) as inner, axis, keepdims):
                stack += [(Sum(x, axis, keepdims), count), (Sum(y, axis, keepdims), count if isinstance(inner, Add) else -count)]
            case View(Sum() as x):
                stack.append((x, count))
            case _:
                form[top] = form.get(top, 0.0) + count
    return form
