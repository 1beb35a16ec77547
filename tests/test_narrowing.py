"""What a test says of the value in each branch of a choice."""

from __future__ import annotations

import math

import pytest

from bce_lint.facts.expr import Abs, Const, Exp, Expr, Log, Param, Sigmoid, Truth, Where
from bce_lint.facts.formats import named
from bce_lint.facts.ranges import Range, Ranges, Reach

X = Param("x", "f")
F32 = named("float32")


def of(e: Expr) -> Range:
    return Ranges(F32, lambda _e, _r: None).of(e)


def test_the_first_branch_of_a_positive_test_is_positive() -> None:
    assert of(Where(Truth(">", Sigmoid(X), Const(0.0)), Sigmoid(X), Const(1.0))).interval.lo > 0


def test_a_choice_by_sign_is_an_absolute_value() -> None:
    chosen = of(Where(Truth("<", X, Const(0.0)), Abs(X), X))
    assert chosen.interval.lo == 0


def test_exponential_of_a_value_held_by_a_test_is_bounded() -> None:
    held = Where(Truth(">", X, Const(20.0)), Const(0.0), X)
    assert of(Exp(held)).interval.hi < 1e9
    assert of(Exp(held)).touches(math.inf) is Reach.UNKNOWN


def test_the_other_branch_is_not_held() -> None:
    assert of(Exp(Where(Truth("<", X, Const(20.0)), Const(0.0), X))).touches(math.inf) is Reach.KNOWN


@pytest.mark.parametrize(
    "test",
    [
        Truth("not", Truth("==", Sigmoid(X), Const(0.0))),
        Truth("!=", Sigmoid(X), Const(0.0)),
        Truth("<", Const(0.0), Sigmoid(X)),
        Truth("and", Truth(">", Sigmoid(X), Const(0.0)), Truth("<", Sigmoid(X), Const(1.0))),
    ],
    ids=["not equal", "unequal", "mirrored", "both"],
)
def test_tests_that_keep_a_probability_off_0(test: Truth) -> None:
    assert of(Log(Where(test, Sigmoid(X), Const(1.0)))).interval.lo > -math.inf


def test_an_or_says_nothing_where_it_holds() -> None:
    test = Truth("or", Truth(">", Sigmoid(X), Const(0.0)), Truth("<", X, Const(1.0)))
    assert of(Where(test, Sigmoid(X), Const(1.0))).interval.lo == 0
