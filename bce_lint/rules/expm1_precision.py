"""`exp(x) - 1` of a small `x`, or `log(1 - exp(x))`, most of whose digits the difference has lost."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Clip, Const, Div, Exp, Expm1, Expr, Log, Maximum, Neg, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.uses import computed
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

    `expm1(x)` is right to the last digit everywhere. `1 - exp(x)` matters where its logarithm is taken, or something divided by it.
    """
    match difference:
        case Sub(Exp(x), Const(1.0)) | Add(Exp(x), Const(-1.0)):
            return _lossy(difference, x, Expm1(x), facts)
        case Sub(Const(1.0), Exp(x)) | Add(Neg(Exp(x)), Const(1.0)) if any(_magnifies(e, difference) for e in computed(facts.trace)):
            return _lossy(difference, x, Neg(Expm1(x)), facts)
    return None


def _magnifies(e: Expr, small: Expr) -> bool:
    """Tell whether `e` is the logarithm of a small value or divides by it, held off 0 or not: what digits it has then matter."""
    inner = core(e.x) if isinstance(e, Log) else core(e.y) if isinstance(e, Div) else None
    while isinstance(inner, (Clip, Maximum)) or (isinstance(inner, Add) and isinstance(inner.y, Const) and inner is not small):
        inner = core(inner.x)
    return inner is small


def _lossy(difference: Expr, x: Expr, exact: Expr, facts: Facts) -> Report | None:
    if not facts.range(x).interval.contains(0.0):
        return None
    step = (float(facts.format.next_up(1.0)) - 1) / 2
    return Report(
        f"`{facts.name(difference)}` loses the digits of a small `{facts.name(x)}`: below {step:.1g} it is 0",
        help=f"use {offered(Expm1, facts, 'expm1')}",
        because=(x,),
        replace=exact,
    )
