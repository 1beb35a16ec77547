"""`log(cosh(x))`: its cosh overflows long before the logarithm is large."""

from __future__ import annotations

import math

from bce_lint.facts.algebra import add, core, mul, neg, opposite, sub
from bce_lint.facts.exponentials import harmless
from bce_lint.facts.expr import LOG2, Add, Const, Cosh, Div, Exp, Expr, Log, Mul, Param, Softplus, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.vocabulary.customs import EARLY_COSH
from bce_lint.facts.words import offered, spoken
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-log-cosh",
    code="BCE305",
    on=Log,
    bad=[
        Bad(
            """
            def loss(target, prediction):
                error = prediction - target
                return tf.reduce_mean(tf.math.log(tf.cosh(error)))  # flagged
            """,
            fixed="    return tf.reduce_mean(error + tf.nn.softplus(error * -2.0) - 0.6931471805599453)",
            breaks={"prediction": 100.0, "target": 0.0},
        ),
        Bad(
            """
            def loss(error):
                return torch.log((torch.exp(error) + torch.exp(-error)) / 2).mean()  # flagged
            """,
            fixed="    return (error + F.softplus(error * -2.0) - 0.6931471805599453).mean()",
            breaks={"error": 100.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(target, prediction):
                error = prediction - target
                return tf.reduce_mean(error + tf.nn.softplus(-2.0 * error) - tf.math.log(2.0))
            """
        ),
    ],
)
def naive_log_cosh(log: Log, facts: Facts) -> Report | None:
    """An error of 89.4 makes cosh infinite in float32, and the loss with it, which is just |x| - log(2) there; the gradient is NaN.

    `x + softplus(-2 x) - log(2)`, which Keras' log_cosh computes, is as accurate, and finite for every error.
    """
    x, halved = written_out(log.x)
    if x is None or harmless(log, facts) or not large(x, facts):
        return None
    late = isinstance(log.x, Cosh) and facts.framework not in EARLY_COSH
    limit = facts.format.overflows() + (LOG2 if late else 0.0)
    what = "raises OverflowError" if facts.framework == "python" else f"is infinite in {facts.dtype}"
    stable = add(x, Softplus(mul(x, Const(-2.0))))
    return Report(
        f"{spoken(log.x, facts)} {what} once `{facts.name(x)}` passes {limit:.2f}, and its logarithm with it",
        help=f"compute it as x + softplus(-2 x) - log(2), with {offered(Softplus, facts, 'log1p(exp(-abs(x))) + max(x, 0)')}",
        because=(x,),
        covers=(log, log.x, Exp(x), Exp(neg(x)), Exp(opposite(x))),
        replace=sub(stable, Const(LOG2)) if halved else stable,
    )


def written_out(e: Expr) -> tuple[Expr | None, bool]:
    """Return `x` if `e` is cosh(x) or exp(x) + exp(-x), and whether it is halved."""
    match e:
        case Cosh(x):
            return x, True
        case Div(Add(Exp(x), Exp(y)), Const(2.0)) | Mul(Add(Exp(x), Exp(y)), Const(0.5)) if y in {neg(x), opposite(x)}:
            return x, True
        case Add(Exp(x), Exp(y)) if y in {neg(x), opposite(x)}:
            return x, False
    return None, False


def large(x: Expr, facts: Facts) -> bool:
    """Tell whether |x| gets large enough, as does a prediction's error: what is called a prediction need not be a probability here."""
    if facts.touches(Exp(x), math.inf) or facts.touches(Exp(neg(x)), math.inf):
        return True
    error = core(x.x if isinstance(x, Add) and isinstance(x.y, Const) else x)
    return all(isinstance(core(part), Param) for part in ((error.x, error.y) if isinstance(error, Sub) else (error,))) and facts.guessed(x)
