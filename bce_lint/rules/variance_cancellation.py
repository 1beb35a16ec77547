"""`mean(x ** 2) - mean(x) ** 2`: a variance whose digits cancel, and that can be negative."""

from __future__ import annotations

import re

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Div, DivNoNan, Expr, Mean, Mul, Square, Sub, Sum, Var
from bce_lint.facts.facts import Facts
from bce_lint.rule import Bad, Good, Level, Report, rule
from bce_lint.source.prefilter import Kinds

SQUARED = "(sq|sqr|square|squares|squared)"
AVERAGE = "(mean|avg|average)"
MEAN_OF_SQUARES = re.compile(rf"(\w+[._])*({AVERAGE}(_of)?_?{SQUARED}|(\w+_)?{SQUARED}_?{AVERAGE})(_\w+)?")
TOTAL = re.compile(r"(\w+[._])*(s{0,2}sum|total)s?_?(_\w+)?", re.IGNORECASE)
MEAN = re.compile(rf"(\w+[._])*({AVERAGE}|mu)(_\w+)?")


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
    mean = x or called_so(difference, facts) or of_totals(difference, facts)
    if mean is None:
        return None
    which = f" of `{facts.name(x)}`" if x is not None else ""
    return Report(
        f"both terms are about as large as the squared mean{which}: the variance that is left of them can be 0 or negative",
        help="use the framework's variance, or subtract the mean first",
        because=(mean,),
        replace=variance(difference),
    )


def squares_less_square(e: Sub) -> Expr | None:
    """Return `x` if `e` is mean(x ** 2) - mean(x) ** 2, whichever of them is still to be divided by the count, and with weights or not."""
    counted = any(isinstance(core(term), (Div, DivNoNan, Mul)) for term in (e.x, e.y))
    for square in parts(e.y):
        for mean in parts(square.x) if isinstance(square, Square) else ():
            for squared in parts(e.x):
                x = squared_in(squared.x, mean.x) if isinstance(squared, (Sum, Mean)) and isinstance(mean, (Sum, Mean)) else None
                if x is not None and (counted or isinstance(squared, Mean)):
                    return x  # without a count anywhere it is no variance, but for instance what a factorization machine computes
    return None


def parts(e: Expr) -> list[Expr]:
    """Return what `e` is, or is a multiple or quotient of."""
    match core(e):
        case Div(x, _) | DivNoNan(x, _):
            return [core(x)]
        case Mul(x, y):
            return [core(x), core(y)]
        case inner:
            return [inner]


def squared_in(squared: Expr, values: Expr) -> Expr | None:
    """Return `x` if `squared` are the squares of `values`, which are x, or x with weights."""
    if core(squared) is Square(core(values)):
        return core(values)
    return next((x for w, x in weighted(values) if any(same is w and core(y) is Square(core(x)) for same, y in weighted(squared))), None)


def weighted(e: Expr) -> list[tuple[Expr, Expr]]:
    """Return the weight and the value of a product, whichever is which."""
    match core(e):
        case Mul(x, y):
            return [(x, y), (y, x)]
    return []


def called_so(e: Sub, facts: Facts) -> Expr | None:
    """Return the mean if, of values of which nothing is known, the names say that `e` is a mean of squares less a squared mean."""
    match core(e.y):
        case Square(mean) if MEAN_OF_SQUARES.fullmatch(facts.name(e.x)) and MEAN.fullmatch(facts.name(mean)):
            return mean
    return None


def of_totals(e: Sub, facts: Facts) -> Expr | None:
    """Return the total s if, of totals of which only the names are known, `e` is a - s * s / n or a / n - (s / n) ** 2."""
    match core(e.x), core(e.y):
        case Div(_, n), Square(mean):
            return mean if divided_total(mean, n) is not None else None
        case _, Mul(x, y):
            s = divided_total(x, None, y) or divided_total(y, None, x)
            return s if s is not None and (is_total(s, facts) or is_total(e.x, facts)) else None
        case _, Div(Square(s), _):
            return s if is_total(s, facts) and is_total(e.x, facts) else None
    return None


def divided_total(mean: Expr, count: Expr | None, total: Expr | None = None) -> Expr | None:
    """Return s if `mean` is s / n, n being the `count` and s the `total`, where these are known."""
    match core(mean):
        case Div(s, n) if (count is None or core(n) is core(count)) and (total is None or core(s) is core(total)):
            return s
    return None


def is_total(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is a sum, or called so."""
    return isinstance(core(e), Sum) or TOTAL.fullmatch(facts.name(e)) is not None


def variance(e: Sub) -> Expr | None:
    """Return the variance that `e` is."""
    match e:
        case Sub(Mean(Square(x), axis, keepdims), Square(Mean(y, other, kept))) if x is y and axis == other and keepdims == kept:
            return Var(x, axis, keepdims)
    return None
