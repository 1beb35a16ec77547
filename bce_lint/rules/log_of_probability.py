"""`log(p)` of a probability `p` that can be exactly 0."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import Exp, Expr, Log, LogSigmoid, LogSoftmax, Sigmoid, Softmax, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.logs import is_probability
from bce_lint.facts.masking import left_out
from bce_lint.facts.purpose import mended
from bce_lint.facts.relations import complement
from bce_lint.facts.uses import computed, rests_on
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "log-of-probability",
    code="BCE102",
    on=(Log, Xlogy),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                return -tf.reduce_mean(labels * tf.math.log(p))  # flagged
            """,
            fixed="    return -tf.reduce_mean(labels * tf.math.log_sigmoid(logits))",
            breaks={"logits": -90.0, "labels": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return -tf.reduce_mean(labels * tf.math.log_sigmoid(logits))
            """
        ),
    ],
)
def log_of_probability(log: Expr, facts: Facts) -> Report | None:
    """A float32 sigmoid is exactly 0.0 from a logit of -87.34 on (-88.72 in PyTorch), where its log is -inf and the gradient NaN.

    A softmax does the same once another logit leads by 87. Multiplied by a label of 0, -inf becomes NaN.
    The logarithm of a sigmoid or softmax has a stable form of its own.
    """
    x = operand(log)
    if x is None or not is_probability(x, facts) or not facts.would_touch(x, 0.0) or mended(log, facts) or left_out(log, facts):
        return None
    if is_undone(log, facts):
        return None
    return Report(
        f"{facts.vanished(x)}, and its log -inf",
        help=advice(x, facts),
        because=(x,),
        replace=stable(x) if isinstance(log, Log) else None,
        swaps=(floor(log, x, facts),) if isinstance(log, Log) else (),
    )


def is_undone(log: Expr, facts: Facts) -> bool:
    """Tell whether the exponential of `log`, perhaps tempered, is taken, without a gradient: of -inf that is 0 again."""
    return not differentiated(facts) and any(isinstance(e, Exp) and rests_on(e.x, log) for e in computed(facts.trace))


def operand(e: Expr) -> Expr | None:
    """Return what the logarithm is taken of; in `xlogy(p, p)`, and for a complement, nothing that this rule looks at."""
    match e:
        case Log(x) | Xlogy(_, x) if complement(x) is None:
            return x if not isinstance(e, Xlogy) or not rests_on(e.x, core(x)) else None
    return None


def stable(x: Expr) -> Expr | None:
    """Return the logarithm of `x` without the detour over a probability."""
    match x:
        case Sigmoid(z):
            return LogSigmoid(z)
        case Softmax(z, axis):
            return LogSoftmax(z, axis)
    return None


def advice(x: Expr, facts: Facts) -> str:
    """Return what to do about log(x)."""
    match core(x):
        case Sigmoid():
            return f"take {offered(LogSigmoid, facts, 'log_sigmoid')} of the logits"
        case Softmax():
            return f"take {offered(LogSoftmax, facts, 'log_softmax')} of the logits"
    return "compute the loss from logits, or clip to [1e-7, 1 - 1e-7] first"
