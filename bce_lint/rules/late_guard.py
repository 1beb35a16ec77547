"""A clip or `nan_to_num` after the op that breaks, an epsilon outside the square root."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Clip,
    Const,
    Div,
    Exp,
    Expr,
    Free,
    Log,
    Maximum,
    Minimum,
    NanToNum,
    Neg,
    Norm,
    Param,
    Sqrt,
    Truth,
    Where,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import Swap, floor, rooted
from bce_lint.facts.purpose import called_through, forgiven, scales, trained, trained_through
from bce_lint.facts.relations import is_share
from bce_lint.facts.roles import POSITIVE
from bce_lint.facts.singular import NEAR, Singular, computed_in, singular
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule
from bce_lint.source.prefilter import Kinds


@rule(
    "late-guard",
    code="BCE205",
    on=(Clip, Maximum, Minimum, NanToNum, Where, Add),
    kinds=Kinds.CALLS | Kinds.ROOTS,
    bad=[
        Bad(
            """
            def loss(labels, logits):
                log_p = tf.math.log(tf.nn.softmax(logits))
                return -tf.reduce_sum(labels * tf.clip_by_value(log_p, -100.0, 0.0), axis=-1)  # flagged
            """,
            fixed="""
                def loss(labels, logits):
                    log_p = tf.math.log(tf.maximum(tf.nn.softmax(logits), 1e-7))
                    return -tf.reduce_sum(labels * tf.clip_by_value(log_p, -100.0, 0.0), axis=-1)
                """,
            safe=False,
            breaks={"logits": 100.0, "labels": 1.0},
        ),
        Bad(
            """
            def distance_loss(x, y):
                return torch.mean(torch.sqrt(torch.sum((x - y) ** 2, dim=-1)) + 1e-8)  # flagged
            """,
            fixed="    return torch.mean(torch.sqrt(torch.sum((x - y) ** 2, dim=-1) + 1e-8))",
            safe=False,
            breaks={"x": 0.0, "y": 0.0},
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
def late_guard(e: Expr, facts: Facts) -> Report | None:
    """What comes after the op that breaks mends the value at most: the gradient is still 0 * inf, NaN, and clipping keeps a NaN.

    `sqrt(x) + eps` has an infinite gradient at 0 like `sqrt(x)`; `sqrt(x + eps)` has none.
    """
    match e:
        case Add(x, eps) if is_small(eps) and not scales(core(x), facts):
            inside = (Swap(e, e, Sqrt(Add(x.x, eps))),) if isinstance(x, Sqrt) else ()
            return _outside(core(x), facts, inside)
        case Maximum(x, lo) | Clip(x, Expr() as lo) if is_small(lo) and not forgiven(Sqrt, facts) and isinstance(core(x), (Sqrt, Norm)):
            return _outside(core(x), facts, ())
        case NanToNum(x) | Where(Truth("isnan" | "isfinite", x)):
            return _mended(x, facts)
        case Clip(x) | Maximum(x, Const()) | Minimum(x, Const()):
            inner = core(x.x) if isinstance(x, Neg) else core(x)
            return _mended(inner, facts) if isinstance(inner, (Log, Div)) else None
    return None


def _outside(root: Expr, facts: Facts, inside: tuple[Swap, ...]) -> Report | None:
    found = singular(root) if isinstance(root, (Sqrt, Norm)) else None
    if found is None or not trained(found.operand, facts):
        return None
    if (isinstance(root, Sqrt) and facts.range(found.operand).interval.lo != 0) or not called_through(facts):
        return None
    return Report(
        f"{spoken(root, facts)} has an infinite gradient at 0, whatever is added or done to it afterwards",
        help="add the epsilon under the root, where the gradient sees it",
        because=(found.operand,),
        covers=(root,),
        swaps=inside or tuple(filter(None, (rooted(root, facts),))),
    )


def _mended(x: Expr, facts: Facts) -> Report | None:
    if not trained_through(facts):
        return None
    found = next((found for found in filter(None, map(singular, computed_in(x))) if breaks(found, facts)), None)
    if found is None:
        return None
    return Report(
        f"{spoken(found.op, facts)} can be infinite, and the gradient behind it is then 0 * inf, NaN, although the value is mended",
        help=f"guard {spoken(found.operand, facts)} before the op",
        because=(found.operand,),
        covers=(found.op,),
        swaps=(floor(found.op, found.operand, facts),) if found.at == 0 else (),
    )


def breaks(found: Singular, facts: Facts) -> bool:
    """Tell whether some plausible input makes the op infinite, in a framework that does not forgive that."""
    if isinstance(found.op, Exp) or forgiven(type(found.op), facts) or not trained(found.op, facts):
        return False
    if isinstance(found.op, Div) and is_share(found.op.x, found.op.y):
        return False
    return facts.touches(found.operand, found.at) and facts.would_touch(found.operand, found.at)


def is_small(e: Expr) -> bool:
    """Tell whether `e` is an epsilon: a small number, or something called so."""
    match e:
        case Const(value):
            return 0 < value <= NEAR
        case Param(name) | Free(name):
            return bool(POSITIVE.fullmatch(name))
    return False
