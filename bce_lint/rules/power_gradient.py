"""`x ** 0.75`, or another power below 1, of an `x` that can be 0, where its gradient is infinite."""

from __future__ import annotations

import math
import re

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import Add, Const, Expr, Log, Neg, Pow, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.purpose import in_loss, trained
from bce_lint.facts.singular import can_vanish, is_total, not_chosen
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule
from bce_lint.source.prefilter import Kinds

OVERLAP = re.compile(r"(\w+[._])*(\w+_)?(dice|tversky|jaccard|iou)(_\w+)?(\(.*\))?", re.IGNORECASE)


@rule(
    "power-gradient",
    code="BCE403",
    on=Pow,
    kinds=Kinds.CALLS | Kinds.POWERS,
    bad=[
        Bad(
            """
            def focal_tversky_loss(y_true, y_pred, gamma=0.75, smooth=1.0):
                overlap = tf.reduce_sum(y_true * y_pred)
                missed = tf.reduce_sum(y_true * (1 - y_pred))
                wrong = tf.reduce_sum((1 - y_true) * y_pred)
                tversky = (overlap + smooth) / (overlap + 0.7 * missed + 0.3 * wrong + smooth)
                return (1 - tversky) ** gamma  # flagged
            """,
            fixed="    return tf.maximum(1 - tversky, 1e-7) ** gamma",
            safe=False,
            breaks={"y_pred": -120.0, "y_true": 0.0},
        ),
        Bad(
            """
            def focal_loss(labels, logits):
                p = jax.nn.sigmoid(logits)
                return -jnp.mean((1 - p) ** 0.3 * labels * jax.nn.log_sigmoid(logits))  # flagged
            """,
            fixed="    return -jnp.mean(jnp.maximum(1 - p, 1e-7) ** 0.3 * labels * jax.nn.log_sigmoid(logits))",
            safe=False,
            breaks={"logits": 20.0, "labels": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def focal_loss(labels, logits):
                return jnp.mean(jnp.exp(-0.3 * jax.nn.softplus(logits)) * labels * jax.nn.softplus(-logits))
            """
        ),
    ],
)
def power_gradient(power: Pow, facts: Facts) -> Report | None:
    """The derivative of `x ** g` is `g * x ** (g - 1)`, infinite at 0 for every g below 1, and 1 / 0 for a negative g already its value.

    The focal Tversky loss with its usual gamma of 0.75 breaks so on a perfect prediction or an empty mask.
    """
    exponent = facts.range(power.y).interval
    if not differentiated(facts) or not in_loss(facts) or exponent.point is None or not exponent.hi < 1 or exponent.point == 0:
        return None
    x = power.x
    vanishes = can_vanish(x, facts) or (is_total(x) and facts.range(x).interval.lo == 0) or is_remainder(x, facts)
    if not vanishes or not trained(x, facts) or not_chosen(power, facts):
        return None
    worse = "the power is infinite" if exponent.point < 0 else "the gradient of the power is infinite"
    return Report(
        f"{spoken(x, facts)} can be 0, where {worse}: its exponent is {float(exponent.point):g}",
        help="add an epsilon to the base, or take an exponent of at least 1",
        because=(x,),
        swaps=(floor(power, x, facts),),
    )


def is_remainder(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is what a perfect answer leaves nothing of: minus a logarithm, or 1 less what is called an overlap."""
    match core(x):
        case Neg(Log(p)):
            return facts.range(p).interval.contains(1.0)
        case Sub(Const(1.0), overlap) | Add(overlap, Const(1.0)):
            unknown = math.isinf(facts.range(overlap).interval.lo)
            return unknown and any(OVERLAP.fullmatch(facts.name(e)) for e in (overlap, x))
    return False
