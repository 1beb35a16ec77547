"""`tf.clip_by_value(p, ...)` as a statement: the guarded value is thrown away."""

from __future__ import annotations

from bce_lint.facts.expr import Add, Clip, Expr, Maximum, Minimum, NanToNum, Sub, children
from bce_lint.facts.facts import Facts
from bce_lint.facts.singular import computed_in, singular
from bce_lint.facts.trace import Site
from bce_lint.facts.uses import rests_on
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule
from bce_lint.syntax import ir


@rule(
    "discarded-guard",
    code="BCE203",
    on=(Clip, Maximum, Minimum, NanToNum),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.nn.softmax(logits)
                tf.clip_by_value(p, 1e-7, 1.0)  # flagged
                return -tf.reduce_sum(labels * tf.math.log(p), axis=-1)
            """,
            fixed="    p = tf.clip_by_value(p, 1e-7, 1.0)",
            safe=False,
            breaks={"logits": 100.0, "labels": 1.0},
        ),
        Bad(
            """
            import torch

            def loss(y_true, y_pred):
                y_pred.clamp(min=1e-7)  # flagged
                return -(y_true * torch.log(y_pred)).sum(dim=1)
            """,
            fixed="    y_pred = y_pred.clamp(min=1e-7)",
            safe=False,
            breaks={"y_pred": -120.0, "y_true": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return -tf.reduce_sum(labels * tf.nn.log_softmax(logits), axis=-1)
            """
        ),
    ],
)
def discarded_guard(guard: Expr, facts: Facts) -> Report | None:
    """Clipping returns a new tensor and leaves its operand as it was: without an assignment the line does nothing.

    The logarithm or division behind it then sees the exact 0 or 1 that it was meant to be kept from.
    """
    node = facts.site.node
    thrown_away = any(site.node is node for site in facts.trace.discarded) and isinstance(node, ir.Call) and not writes(node)
    (x, *_) = children(guard)
    broken = unguarded(guard, x, facts) if thrown_away else []
    if not broken:
        return None
    sums = (site.expr for site in after(facts) if isinstance(site.expr, (Add, Sub)) and any(rests_on(site.expr, part) for part in broken))
    return Report(
        f"the result is thrown away: {spoken(x, facts)} stays as it was, and {spoken(broken[0], facts)} is not guarded by it",
        help=f"assign it: `{facts.name(x)} = ...`",
        because=(x,),
        covers=(*broken, *sums),
        assigns=x,
    )


def unguarded(guard: Expr, x: Expr, facts: Facts) -> list[Expr]:
    """Return the ops that the guard was meant for: what breaks later at a value of `x`; for `nan_to_num`, what made `x`."""
    if isinstance(guard, NanToNum):
        return [part for part in computed_in(x) if singular(part)]
    return [site.expr for site in after(facts) if (found := singular(site.expr)) is not None and rests_on(found.operand, x)]


def after(facts: Facts) -> list[Site]:
    """Return what is computed later than the site."""
    return [site for site in facts.trace.sites if site.order > facts.site.order and site.expr is not facts.site.expr]


def writes(call: ir.Call) -> bool:
    """Tell whether a call changes an operand: an in-place form, an `out`, the same name once more as the output."""
    if isinstance(call.func, ir.Attribute) and call.func.attr.endswith("_"):
        return True
    names = [arg.value.id for arg in call.args if isinstance(arg.value, ir.Name)]
    return any(arg.keyword in {"out", "inplace"} for arg in call.args) or len(names) > len(set(names))
