"""`log(sum(exp(x)))`: a logsumexp written out, without the maximum subtracted."""

from __future__ import annotations

from bce_lint.facts.algebra import core, neg, opposite, running
from bce_lint.facts.exponentials import harmless, held_by_maximum, overflow, overflowing_summand, summands
from bce_lint.facts.expr import Add, Const, Div, Exp, Expr, Log, Log1p, LogAddExp, LogSumExp, Mean, Mul, Softplus, Sum, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.purpose import trained_through
from bce_lint.facts.uses import numerator
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule

CUMULATIVE = "take a cumulative logsumexp of the exponents: the largest, even if subtracted, need not be in every partial sum"


@rule(
    "naive-logsumexp",
    code="BCE304",
    on=(Log, Log1p),
    bad=[
        Bad(
            """
            def loss(labels, scores):
                total = tf.math.log(tf.reduce_sum(tf.exp(scores), axis=-1))  # flagged
                return tf.reduce_mean(total - tf.reduce_sum(labels * scores, axis=-1))
            """,
            fixed="    total = tf.reduce_logsumexp(scores, axis=-1)",
            breaks={"scores": 100.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(distances):
                return jnp.log(1 + jnp.sum(jnp.exp(distances), axis=1))  # flagged
            """,
            fixed="    return jax.nn.softplus(jax.nn.logsumexp(distances, axis=1))",
            breaks={"distances": 100.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, scores):
                most = tf.stop_gradient(tf.reduce_max(scores, axis=-1, keepdims=True))
                total = tf.math.log(tf.reduce_sum(tf.exp(scores - most), axis=-1)) + tf.squeeze(most, -1)
                return tf.reduce_mean(total - tf.reduce_sum(labels * scores, axis=-1))
            """
        ),
    ],
)
def naive_logsumexp(log: Expr, facts: Facts) -> Report | None:
    """One score past 88.72 makes the sum infinite in float32, and its logarithm with it, though that is hardly more than the score itself.

    The gradient is NaN then; and with every score below -87.34 the sum is 0 and its logarithm -inf.
    """
    total = log.x if isinstance(log, (Log, Log1p)) else log
    exp = overflowing_summand(total, facts)
    if exp is None and isinstance(log, Log) and trained_through(facts):
        return underflow(log, facts)
    if exp is None or not summed(total) or harmless(log, facts):
        return None
    return Report(
        f"{overflow(exp, facts)}{'' if facts.framework == 'python' else ', and the logarithm of the sum with it'}",
        help=CUMULATIVE if in_part(total) else f"use {offered(LogSumExp, facts, 'a logsumexp')}, or subtract the maximum first",
        because=(exp.x,),
        covers=(log, *(part for part in walk(total) if isinstance(part, Exp))),
        replace=stable(log),
    )


def underflow(log: Log, facts: Facts) -> Report | None:
    """Report a sum of exponentials, perhaps weighted, that cannot be infinite, but is 0 where all are: of densities, say."""
    inner = core(log.x)
    terms = summands(log.x)
    exps = [exp for term in terms for exp in numerator(term) if isinstance(exp, Exp) and vanishes(exp, log.x, facts)]
    if not isinstance(inner, (Sum, Mean)) or len(exps) < len(terms) or not facts.range(log.x).interval.contains(0.0):
        return None
    when = "a partial sum is exactly 0 once all its exponents are" if in_part(log.x) else "the sum is exactly 0 once every exponent is"
    stably = f"take {offered(LogSumExp, facts, 'a logsumexp')} of the exponents, a weight's logarithm added to its own"
    return Report(
        f"{when} below {-facts.format.underflows():.2f}, and its log -inf",
        help=CUMULATIVE if in_part(log.x) else stably,
        because=(exps[0].x,),
        covers=(log, *exps),
        replace=stable(log),
    )


def vanishes(exp: Exp, total: Expr, facts: Facts) -> bool:
    """Tell whether an exponential can be 0, and no maximum was subtracted from its exponent to keep one of those in the sum at 1."""
    return facts.touches(exp, 0.0) and (in_part(total) or not held_by_maximum(exp.x, facts))


def in_part(total: Expr) -> bool:
    """Tell whether `total` is the partial sums of something."""
    inner = core(total)
    return isinstance(inner, Sum) and running(inner.x)


def summed(total: Expr) -> bool:
    """Tell whether `total` is a sum, but not exp(x) + exp(-x), which is naive-log-cosh."""
    match core(total):
        case Add(Exp(x), Exp(y)) | Mul(Add(Exp(x), Exp(y)), Const()) | Div(Add(Exp(x), Exp(y)), Const()):
            return y not in {neg(x), opposite(x)}
    return len(summands(total)) > 1 or any(isinstance(part, (Sum, Mean)) for part in walk(total))


def stable(log: Expr) -> Expr | None:
    """Return what `log` means, without an exponential."""
    match log:
        case Log(Sum(Exp(x), axis, keepdims)):
            return LogSumExp(x, axis, keepdims)
        case Log(Add(Sum(Exp(x), axis, keepdims), Const(1.0))) | Log1p(Sum(Exp(x), axis, keepdims)):
            return Softplus(LogSumExp(x, axis, keepdims))
        case Log(Add(Exp(x), Exp(y))):
            return LogAddExp(x, y)
    return None
