"""`exp(x) / sum(exp(x))`: a softmax written out, without the maximum subtracted."""

from __future__ import annotations

from bce_lint.facts.algebra import core, sub
from bce_lint.facts.exponentials import overflow, overflowing, overflowing_summand, summands
from bce_lint.facts.expr import (
    Div,
    Exp,
    Expr,
    Index,
    Join,
    Log,
    LogSoftmax,
    LogSumExp,
    Multinomial,
    Softmax,
    StopGradient,
    Sum,
    View,
    replaced,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.logs import factors
from bce_lint.facts.relations import terms
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-softmax",
    code="BCE302",
    on=(Div, Log, Multinomial),
    bad=[
        Bad(
            """
            def attention(scores):
                return tf.exp(scores) / tf.reduce_sum(tf.exp(scores), axis=-1, keepdims=True)  # flagged
            """,
            fixed="    return tf.nn.softmax(scores)",
            breaks={"scores": 100.0},
        ),
        Bad(
            """
            def loss(labels, scores):
                picked = torch.log(torch.exp(scores) / torch.sum(torch.exp(scores), dim=1, keepdim=True))  # flagged
                return -(labels * picked).sum()
            """,
            fixed="    picked = F.log_softmax(scores, dim=1)",
            breaks={"scores": 100.0, "labels": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def attention(scores):
                e = tf.exp(scores - tf.reduce_max(scores, axis=-1, keepdims=True))
                return e / tf.reduce_sum(e, axis=-1, keepdims=True)
            """
        ),
    ],
)
def naive_softmax(e: Expr, facts: Facts) -> Report | None:
    """Once one score passes 88.72 its exponential is infinite in float32, and inf / inf is NaN: for every class, and in the gradient.

    The largest score cancels if it is subtracted from all of them first, which is what every framework's softmax does.
    """
    if isinstance(e, Multinomial):
        return drawn(e.x, facts)
    share = e.x if isinstance(e, Log) else e
    if not isinstance(share, Div) or (e is not share and not facts.written_inside(share)):
        return None
    whole, share = share, plain(share)
    exp = next((found for factor in factors(core(share.x)) if (found := overflowing(factor, facts)) is not None), None)
    exp = exp if all(weighs(factor, facts) for factor in factors(core(share.x)) if core(factor) is not exp) else None
    if exp is None or not several(share.y) or overflowing_summand(share.y, facts) is None:
        return None
    return Report(
        f"{overflow(exp, facts)}; inf / inf is then NaN" if facts.framework != "python" else overflow(exp, facts),
        help=f"use {offered(LogSoftmax if isinstance(e, Log) else Softmax, facts, 'a stable softmax')}, or subtract the maximum first",
        because=(exp.x,),
        covers=(e, whole, exp, *(part for part in summands(share.y) if isinstance(part, Exp))),
        replace=None if share is not whole else logarithm(share) if isinstance(e, Log) else softmax(share),
        drops=tuple(part for part in (share.y, core(share.y)) if restores(part)),
    )


def plain(share: Div) -> Div:
    """Return `share` with the first of several values of what is above the line, such as the exponential that is masked only if asked."""
    above = core(share.x)
    chosen = replaced(share, above, above.choices[0]) if isinstance(above, Join) else share
    return chosen if isinstance(chosen, Div) else share


def drawn(weights: Expr, facts: Facts) -> Report | None:
    """Report weights of classes to draw from that are exponentials of scores: drawing divides them by their sum.

    An entry of earlier outputs, detached to draw the next input, may hold log-probabilities.
    """
    exp = overflowing(weights, facts)
    if exp is None or (isinstance(exp.x, StopGradient) and isinstance(exp.x.x, Index)):
        return None
    return Report(
        f"{overflow(exp, facts)}, and every weight is 0 where all are below {-facts.format.underflows():.2f}: nothing can be drawn",
        help="draw from the framework's softmax, which is as proportional, or subtract the maximum first",
        at=(exp,),
        because=(exp.x,),
        covers=(exp,),
    )


def weighs(e: Expr, facts: Facts) -> bool:
    """Tell whether a factor of an exponential lies in [0, 1], as a mask does; of others nobody knows what they make of it."""
    interval = facts.range(e).interval
    return (interval.lo >= 0 and interval.hi <= 1) or "mask" in facts.name(e)


def several(e: Expr) -> bool:
    """Tell whether more than one exponential is added up in `e`."""
    return any(isinstance(core(part), Sum) for part in terms(core(e))) or sum(isinstance(core(part), Exp) for part in summands(e)) > 1


def softmax(e: Div) -> Expr | None:
    """Return the softmax that `e` is, if its axis is certain."""
    match core(e.x), core(e.y):
        case Exp(x) as exp, Sum(summed, axis, keepdims) if core(summed) is exp:
            aligned = keepdims or axis in {0, None} or restores(e.y)
            return Softmax(x, axis) if aligned and not isinstance(axis, tuple) else None
    return None


def logarithm(e: Div) -> Expr | None:
    """Return the logarithm of `e`."""
    match e:
        case Div(Exp(x), Sum(Exp(y), axis, keepdims)):
            softened = softmax(e)
            return LogSoftmax(x, softened.axis) if isinstance(softened, Softmax) else sub(x, LogSumExp(y, axis, keepdims))
    return None


def restores(e: Expr) -> bool:
    """Tell whether `e` only puts back the axis along which was summed."""
    match e:
        case View(Sum(), how):
            return any(word in how for word in ("expand_dims", "unsqueeze", "reshape", "view"))
        case Index(Sum(), which):
            return "None" in which or "newaxis" in which
    return False
