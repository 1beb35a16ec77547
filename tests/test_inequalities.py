"""Quotients that are bounded whatever the sizes of their operands."""

from __future__ import annotations

import pytest

from bce_lint.facts.algebra import add, div, mul, sub
from bce_lint.facts.expr import Const, Expr, MatMul, Maximum, Norm, Param, Sigmoid, Square, Sum
from bce_lint.facts.formats import named
from bce_lint.facts.ranges import Ranges

Y = Sigmoid(Param("y", "f"))
P = Sigmoid(Param("x", "f"))
U, V = Param("u", "f"), Param("v", "f")
ONE, TWO, TINY = Const(1.0), Const(2.0), Const(1e-8)
BOTH = Sum(mul(Y, P))


def unit(x: Expr) -> Expr:
    return div(x, Maximum(Norm(x, 2, -1, keepdims=True), TINY))


BOUNDED = {
    "dice": div(add(mul(BOTH, TWO), ONE), add(add(Sum(Y), Sum(P)), ONE)),
    "dice of a joint sum": div(mul(BOTH, TWO), add(Sum(add(Y, P)), TINY)),
    "dice of squares": div(mul(BOTH, TWO), add(add(Sum(Square(Y)), Sum(Square(P))), TINY)),
    "jaccard": div(add(BOTH, ONE), add(sub(add(Sum(Y), Sum(P)), BOTH), ONE)),
    "tversky": div(BOTH, add(add(BOTH, mul(Sum(mul(sub(ONE, P), Y)), Const(0.3))), mul(Sum(mul(P, sub(ONE, Y))), Const(0.7)))),
    "cosine": div(Sum(mul(U, V), -1), mul(Maximum(Norm(U, 2, -1), TINY), Maximum(Norm(V, 2, -1), TINY))),
    "product of unit vectors": MatMul(unit(U), unit(V)),
    "sum of products of unit vectors": Sum(mul(unit(U), unit(V)), -1),
}
UNBOUNDED = {
    "twice as much": div(mul(BOTH, TWO), add(Sum(Y), TINY)),
    "a difference below": div(BOTH, sub(Sum(Y), Sum(P))),
    "other vectors' lengths": div(Sum(mul(U, V), -1), mul(Norm(U, 2, -1), Norm(P, 2, -1))),
    "product of one unit vector": MatMul(unit(U), V),
}


@pytest.mark.parametrize("e", BOUNDED.values(), ids=BOUNDED)
def test_bounded(e: Expr) -> None:
    interval = Ranges(named("float32"), lambda _e, _r: None).of(e).interval
    assert interval.lo >= -1
    assert interval.hi <= 1


@pytest.mark.parametrize("e", UNBOUNDED.values(), ids=UNBOUNDED)
def test_not_bounded(e: Expr) -> None:
    assert Ranges(named("float32"), lambda _e, _r: None).of(e).interval.hi > 1
