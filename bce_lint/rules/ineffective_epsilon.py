"""A guard whose epsilon is lost in rounding: `clip(p, 1e-8, 1 - 1e-8)` in float32."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Clip, Const, Div, Expr, Log, Log1p, Maximum, Neg, Sub, children
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import narrowed
from bce_lint.facts.logs import guard_of
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "ineffective-epsilon",
    code="BCE201",
    on=(Log, Log1p, Div),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.clip_by_value(tf.sigmoid(logits), 1e-8, 1 - 1e-8)
                return -tf.reduce_mean((1 - labels) * tf.math.log(1 - p))  # flagged
            """,
            fixed="""
                def loss(labels, logits):
                    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
                    return -tf.reduce_mean((1 - labels) * tf.math.log(1 - p))
                """,
            safe=False,
            breaks={"logits": 20.0, "labels": 0.0},
        ),
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                return -tf.reduce_mean((1 - labels) * tf.math.log(1e-10 + 1 - p))  # flagged
            """,
            fixed="    return -tf.reduce_mean((1 - labels) * tf.math.log(tf.maximum(1e-10 + 1 - p, 1e-7)))",
            safe=False,
            breaks={"logits": 20.0, "labels": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return tf.reduce_mean((1 - labels) * tf.nn.softplus(logits))
            """
        ),
    ],
)
def ineffective_epsilon(e: Expr, facts: Facts) -> Report | None:
    """Next to 1.0 a float32 can only be 1 - 6e-8, so `1 - 1e-8` is 1.0 and guards nothing; in float16 even 1e-4 is lost there.

    Next to 0 much smaller numbers exist: 1e-8 is a fine lower bound in float32, but 0 in float16.
    """
    for x in vanishing(e):
        if facts.loses_guard(x, 0.0):
            guard = guard_of(x)
            return Report(
                f"this guard vanishes in {facts.dtype}: {lost(guard, facts)}, so {spoken(x, facts)} can still be 0",
                help=advice(guard, facts),
                because=(guard if guard is not None else x,),
                covers=tuple(part for part in children(e) if isinstance(part, Div)),
                swaps=narrowed(e, x, guard, facts),
            )
    return None


def vanishing(e: Expr) -> list[Expr]:
    """Return the operands of `e` that must not be 0."""
    match e:
        case Log(x) if isinstance(core(x), Div):
            quotient = core(x)
            assert isinstance(quotient, Div)
            return [quotient.y, quotient.x]
        case Log(x):
            return [x]
        case Log1p(Neg(p)):
            return [Sub(Const(1.0), p)]
        case Div(_, y):
            return [y]
    return []


def advice(guard: Expr | None, facts: Facts) -> str:
    """Return what guards in the dtype: at 0 small numbers exist, at 1 they do not."""
    match guard:
        case Clip(_, Const(eps), _) | Maximum(_, Const(eps)) | Add(_, Const(eps)) if facts.format.round(eps) == 0.0 < eps:
            return f"take an epsilon that {facts.dtype} has: at least {facts.format.tiny:.2g}, or compute the loss from logits"
    return f"keep at least {float(facts.format.next_up(1.0)) - 1:.2g} away from 1, or compute the loss from logits"


def lost(guard: Expr | None, facts: Facts) -> str:
    """Return what rounding does to the guard."""
    match guard:
        case Clip(_, _, Const(hi)) if facts.format.round(hi) == 1.0 and hi < 1:
            return f"{_near_one(hi)} rounds to 1.0"
        case Clip(_, Const(lo), _) | Maximum(_, Const(lo)) if facts.format.round(lo) == 0.0:
            return f"{lo:g} rounds to 0"
        case Add(_, Const(eps)):
            return f"adding {eps:g} changes nothing next to 1.0" if facts.format.round(eps) else f"{eps:g} rounds to 0"
        case Sub(Const(near), _) if facts.format.round(near) == 1.0:
            return f"{near:.12g} rounds to 1.0"
    return "its epsilon is smaller than the distance of neighbouring numbers at 1.0"


def _near_one(value: float) -> str:
    return f"1 - {1 - value:.0e}".replace("e-0", "e-")
