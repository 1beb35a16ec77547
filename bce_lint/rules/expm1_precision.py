"""`exp(x) - 1` of a small `x`, most of whose digits the difference has lost."""

from __future__ import annotations

from bce_lint.facts.expr import Add, Const, Exp, Expm1, Expr, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Level, Report, rule


@rule(
    "expm1-precision",
    code="BCE602",
    on=(Sub, Add),
    level=Level.OPT_IN,
    bad=[
        Bad(
            """
            def welsch_loss(error):
                return -tf.reduce_mean(tf.exp(-tf.square(error)) - 1)  # flagged
            """,
            fixed="    return -tf.reduce_mean(tf.math.expm1(-tf.square(error)))",
            breaks={"error": 1e-3},
        ),
        Bad(
            """
            def elu(x):
                return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)  # flagged
            """,
            fixed="    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))",
            breaks={"x": -1e-17},
        ),
    ],
    good=[
        Good(
            """
            def elu(x):
                return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
            """
        ),
    ],
)
def expm1_precision(difference: Expr, facts: Facts) -> Report | None:
    """Next to 0, exp(x) is next to 1: in float32 `exp(x) - 1` is 0.1 % off at x = 1e-5 and exactly 0 below 6e-8.

    `expm1(x)` is right to the last digit everywhere.
    """
    match difference:
        case Sub(Exp(x), Const(1.0)) | Add(Exp(x), Const(-1.0)) if facts.range(x).interval.contains(0.0):
            step = (float(facts.format.next_up(1.0)) - 1) / 2
            return Report(
                f"`{facts.name(difference)}` loses the digits of a small `{facts.name(x)}`: below {step:.1g} it is 0",
                help=f"use {offered(Expm1, facts, 'expm1')}",
                because=(x,),
                replace=Expm1(x),
            )
    return None
