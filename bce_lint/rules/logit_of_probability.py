"""`log(p / (1 - p))` of a probability `p` that can be exactly 0 or 1."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Div, Expr, Log, Logit, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.logs import complement_logged, is_probability, logged
from bce_lint.facts.relations import complement
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "logit-of-probability",
    code="BCE101",
    on=(Log, Logit, Sub),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                z = tf.math.log(p / (1 - p))  # flagged
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=z)
            """,
            fixed="    z = logits",
            breaks={"logits": 20.0, "labels": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
            """
        ),
    ],
)
def logit_of_probability(e: Expr, facts: Facts) -> Report | None:
    """A float32 sigmoid is exactly 1.0 from 16.64 on, so the quotient divides by 0 and every gradient behind it is NaN.

    Clipped first, as Keras 1 and 2 did, it stays finite, but a confident wrong answer then has gradient 0.
    The logits are what the sigmoid was made from: use them.
    """
    p = logit_of(e)
    if p is None or not is_probability(p, facts) or not facts.would_touch(p, 0.0, 1.0):
        return None
    if not facts.touches(p, 0.0, 1.0):
        return None
    name = facts.name(p)
    return Report(
        f"{facts.saturated(p)}, so `1 - {name}` is 0 and `{shape(e, name)}` infinite",
        help="use the logits that the probability was made from" if facts.logits_of(p) else "compute the loss from logits, or clip first",
        because=(p,),
        covers=(e, *(part for part in (getattr(e, "x", None), getattr(e, "y", None)) if isinstance(part, Expr))),
        replace=facts.logits_of(p),
    )


def logit_of(e: Expr) -> Expr | None:
    """Return `p` if `e` is `log(p / (1 - p))`, `log(p) - log(1 - p)`, `log(1 / p - 1)` or a library's unclipped logit(p)."""
    match e:
        case Log(Div(p, q)) if complement(q) is core(p):
            return p
        case Log(Sub(Div(Const(1.0), p), Const(1.0))):
            return p
        case Sub(x, y) if logged(x) is not None and complement_logged(y) is logged(x):
            return logged(x)
        case Logit(p, None):
            return p
    return None


def shape(e: Expr, name: str) -> str:
    """Return how the logit is written."""
    match e:
        case Sub():
            return f"log({name}) - log(1 - {name})"
        case Logit():
            return f"logit({name})"
        case Log(Sub()):
            return f"log(1 / {name} - 1)"
    return f"log({name} / (1 - {name}))"
