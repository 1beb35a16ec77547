"""`log(1 - p)` of a probability `p` that can be exactly 1."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Expr, Log, Log1p, LogSigmoid, Neg, Sigmoid, Xlog1py, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor_logs
from bce_lint.facts.logs import complement_logged, is_probability
from bce_lint.facts.masking import left_out
from bce_lint.facts.purpose import mended
from bce_lint.facts.relations import complement
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "log-of-complement",
    code="BCE103",
    on=(Log, Log1p, Xlogy, Xlog1py),
    bad=[
        Bad(
            """
            def generator_loss(fake_logits):
                fake = tf.sigmoid(fake_logits)
                return tf.reduce_mean(tf.math.log(1.0 - fake))  # flagged
            """,
            fixed="    return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))",
            breaks={"fake_logits": 20.0},
        ),
    ],
    good=[
        Good(
            """
            def generator_loss(fake_logits):
                return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))
            """
        ),
    ],
)
def log_of_complement(log: Expr, facts: Facts) -> Report | None:
    """A float32 sigmoid is exactly 1.0 from a logit of 16.64 on: `1 - p` is 0, its log -inf, and the gradient NaN.

    That is 70 earlier than the log of `p` itself on the other side, because floats are dense near 0, not near 1.
    `log(1 - sigmoid(x))` is `log_sigmoid(-x)`.
    """
    p = operand(log)
    if p is None or not is_probability(p, facts) or not facts.would_touch(p, 1.0) or mended(log, facts) or left_out(log, facts):
        return None
    stable, clipped = offered(LogSigmoid, facts, "log_sigmoid"), "compute the loss from logits, or clip to [1e-7, 1 - 1e-7] first"
    return Report(
        f"{facts.saturated(p)}, so `1 - {facts.name(p)}` is 0 and its log -inf",
        help=f"take {stable} of the negated logits" if isinstance(p, Sigmoid) else clipped,
        because=(p,),
        replace=LogSigmoid(Neg(p.x)) if isinstance(p, Sigmoid) and isinstance(log, (Log, Log1p)) else None,
        swaps=floor_logs(log, facts) if isinstance(log, Log) else (),
    )


def operand(e: Expr) -> Expr | None:
    """Return `p` if the logarithm is taken of `1 - p`."""
    match e:
        case Xlogy(_, x):
            return complement(x)
        case Xlog1py(_, Neg(p)):
            return core(p)
    return complement_logged(e)
