"""Equal expressions are one object, and what only compares equal in Python is not one."""

from __future__ import annotations

import math

import pytest

from bce_lint.facts.expr import Clip, Const, Expr, Free, Sum

X = Free("x", "f")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Const(float("nan")), Const(math.nan)),
        (Const(1.5), Const(value=1.5)),
        (Sum(X), Sum(X, None, keepdims=False)),
        (Clip(X, hi=Const(1.0)), Clip(X, None, Const(1.0))),
    ],
)
def test_equal_expressions_are_one(one: Expr, other: Expr) -> None:
    assert one is other


@pytest.mark.parametrize(("one", "other"), [(Const(0.0), Const(-0.0)), (Const(1), Const(1.0)), (Sum(X, 0), Sum(X, None))])
def test_different_expressions_are_two(one: Expr, other: Expr) -> None:
    assert one is not other
