"""`mean(x ** 2) - mean(x) ** 2`: a variance whose digits cancel, and that can be negative."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Div, Expr, Mean, Mul, Square, Sub, Sum, Var
from bce_lint.facts.facts import Facts
from bce_lint.rule import Bad, Good, Level, Report, rule
from bce_lint.source.prefilter import Kinds


@rule(
    "variance-cancellation",
    code="BCE603",
    on=Sub,
    level=Level.OPT_IN,
    kinds=Kinds.CALLS | Kinds.SQUARES,
    bad=[
        Bad(
            """
            def spread_loss(x):
                return tf.reduce_mean(tf.square(x), axis=-1) - tf.square(tf.reduce_mean(x, axis=-1))  # flagged
            """,
            fixed="    return tf.math.reduce_variance(x, axis=-1)",
            breaks={"x": 10000.0},
        ),
        Bad(
            """
            def spread_loss(x):
                mean = torch.mean(x)
                return torch.mean(x**2) - mean**2  # flagged
            """,
            fixed="    return torch.var(x, dim=None, correction=0)",
            breaks={"x": 10000.0},
        ),
    ],
    good=[
        Good(
            """
            def spread_loss(x):
                return tf.math.reduce_variance(x, axis=-1)
            """
        ),
    ],
)
def variance_cancellation(difference: Sub, facts: Facts) -> Report | None:
    """In float32, with a mean of 10000, both terms are about 1e8, where numbers lie 8 apart: a variance of 1 came out as 8, 0 and -24.

    The root of a negative one is NaN. Subtract the mean first, as the framework's own variance does.
    """
    x = squares_less_square(difference)
    if x is None:
        return None
    return Report(
        f"both terms are about as large as the squared mean of `{facts.name(x)}`: the variance that is left of them can be 0 or negative",
        help="use the framework's variance, or subtract the mean first",
        because=(x,),
        replace=variance(difference),
    )


def squares_less_square(e: Sub) -> Expr | None:
    """Return `x` if `e` is mean(x ** 2) - mean(x) ** 2, each mean perhaps a sum divided by a count."""
    match core(e.x), core(e.y):
        case first, Square(second):
            squared, values = averaged(first), averaged(core(second))
            if values is not None and squared is not None and core(squared) is Square(core(values)):
                return core(values)
    return None


def averaged(e: Expr) -> Expr | None:
    """Return of what `e` is the mean."""
    match e:
        case Mean(x) | Div(Sum(x), _) | Mul(Sum(x), Const()):
            return x
    return None


def variance(e: Sub) -> Expr | None:
    """Return the variance that `e` is."""
    match e:
        case Sub(Mean(Square(x), axis, keepdims), Square(Mean(y, other, kept))) if x is y and axis == other and keepdims == kept:
            return Var(x, axis, keepdims)
    return None
