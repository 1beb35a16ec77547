"""`log(1 + exp(x))`: a softplus written out."""

from __future__ import annotations

from bce_lint.facts.algebra import core, opposite
from bce_lint.facts.exponentials import harmless, overflow, overflowing
from bce_lint.facts.expr import Add, Const, Div, Exp, Expr, Log, Log1p, LogSigmoid, Softplus
from bce_lint.facts.facts import Facts
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule

ONE = Const(1.0)


@rule(
    "naive-softplus",
    code="BCE303",
    on=(Log, Log1p),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                return tf.reduce_mean(tf.math.log(1 + tf.exp(logits)) - labels * logits)  # flagged
            """,
            fixed="    return tf.reduce_mean(tf.nn.softplus(logits) - labels * logits)",
            breaks={"logits": 100.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(margin):
                return torch.log1p(torch.exp(-margin)).mean()  # flagged
            """,
            fixed="    return F.softplus(-margin).mean()",
            breaks={"margin": -100.0},
        ),
    ],
    good=[
        Good(
            """
            def doubt_loss(logits):
                return tf.reduce_mean(tf.math.log1p(tf.exp(-tf.abs(logits))))
            """
        ),
        Good(
            """
            def loss(labels, logits):
                return tf.reduce_mean(tf.nn.softplus(logits) - labels * logits)
            """
        ),
    ],
)
def naive_softplus(log: Expr, facts: Facts) -> Report | None:
    """From x = 88.72 on exp(x) is infinite in float32, and so is its logarithm, though log(1 + exp(x)) is x there; the gradient is NaN.

    TensorFlow's gradient is 0 instead of 1 from 87.34 on already. A softplus is exact everywhere.
    """
    exp, meant = written_out(log)
    if exp is None or overflowing(exp, facts) is None or harmless(log, facts):
        return None
    inner: Expr = getattr(log, "x", log)
    inverted = isinstance(inner, Div)
    if inverted and not facts.written_inside(inner):
        return None
    return Report(
        f"{overflow(exp, facts)}{'' if facts.framework == 'python' else ', and its logarithm with it'}",
        help=f"use {offered(LogSigmoid if inverted else Softplus, facts, 'log1p(exp(-abs(x))) + max(x, 0)')}",
        because=(exp.x,),
        covers=(log, exp, inner),
        replace=meant,
    )


def written_out(log: Expr) -> tuple[Exp | None, Expr | None]:
    """Return the exponential of a softplus, or of log(1 / (1 + exp(x))), and what is meant."""
    match log:
        case Log1p(x) if isinstance(exp := core(x), Exp):
            return exp, Softplus(exp.x)
        case Log(x) if isinstance(total := core(x), Add) and isinstance(exp := core(total.x), Exp) and core(total.y) is ONE:
            return exp, Softplus(exp.x)
        case Log(Div(Const(1.0), Add(Exp() as exp, Const(1.0)))):
            return exp, LogSigmoid(opposite(exp.x))
    return None, None
