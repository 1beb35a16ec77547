"""`acos(x)`, `asin(x)` or `atanh(x)` of an `x` that can be exactly 1 or -1."""

from __future__ import annotations

from bce_lint.facts.expr import Acos, Asin, Atanh, Expr
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import Swap, held
from bce_lint.facts.purpose import in_loss, trained, trained_through
from bce_lint.facts.singular import not_chosen
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "acos-gradient",
    code="BCE404",
    on=(Acos, Asin, Atanh),
    bad=[
        Bad(
            """
            def angle_loss(cosine):
                return tf.reduce_mean(tf.acos(tf.clip_by_value(cosine, -1.0, 1.0)))  # flagged
            """,
            fixed="    return tf.reduce_mean(tf.acos(tf.clip_by_value(cosine, -1 + 1e-7, 1 - 1e-7)))",
            safe=False,
            breaks={"cosine": 1.0},
        ),
        Bad(
            """
            def fisher_loss(logits):
                return jnp.mean(jnp.arctanh(jnp.tanh(logits)))  # flagged
            """,
            fixed="    return jnp.mean(jnp.arctanh(jnp.clip(jnp.tanh(logits), -1 + 1e-7, 1 - 1e-7)))",
            safe=False,
            breaks={"logits": 20.0},
        ),
    ],
    good=[
        Good(
            """
            def fisher_loss(logits):
                return jnp.mean(logits)
            """
        ),
    ],
)
def acos_gradient(angle: Expr, facts: Facts) -> Report | None:
    """The derivative of acos and asin at 1 and -1 is infinite, and atanh itself is; clipping to [-1, 1] keeps exactly these values.

    Rounding makes the cosine of two equal float32 vectors 1.0, or 1.0000001 where acos is NaN.
    Clip to [-1 + 1e-7, 1 - 1e-7], or take `atan2` of sine and cosine.
    """
    assert isinstance(angle, (Acos, Asin, Atanh))
    x = angle.x
    in_value = isinstance(angle, Atanh)
    matters = in_loss(facts) or trained_through(facts) if in_value else trained_through(facts) and trained(x, facts)
    if not matters or not_chosen(angle, facts) or not facts.touches(x, 1.0, -1.0):
        return None
    what = "is infinite" if in_value else "has an infinite gradient"
    return Report(
        f"{spoken(x, facts)} can be exactly 1 or -1 in {facts.dtype}, where {spoken(angle, facts)} {what}",
        help="clip to [-1 + 1e-7, 1 - 1e-7] first, or use atan2 of sine and cosine",
        because=(x,),
        swaps=(Swap(angle, x, held(x, -1.0, facts)),),
    )
