"""`p * log(p)`, `p * log(p / q)` or a divergence whose `p` can be exactly 0."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import Add, Clip, Const, Div, Expr, KlDivergence, Log, LogSoftmax, Maximum, Param, Softmax, Sub, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.logs import is_probability
from bce_lint.facts.meaning import Role
from bce_lint.facts.purpose import forgiven, mended
from bce_lint.facts.uses import multipliers, products, share_a_source, summands
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-kl-divergence",
    code="BCE106",
    on=(Log, Xlogy, KlDivergence),
    bad=[
        Bad(
            """
            def entropy(logits):
                p = tf.nn.softmax(logits)
                return -tf.reduce_sum(p * tf.math.log(p), axis=-1)  # flagged
            """,
            fixed="    return -tf.reduce_sum(p * tf.nn.log_softmax(logits), axis=-1)",
            breaks={"logits": 100.0},
        ),
        Bad(
            """
            def kl_divergence(logits, other_logits):
                p = tf.nn.softmax(logits)
                q = tf.nn.softmax(other_logits)
                return tf.reduce_sum(p * tf.math.log(p / q), axis=-1)  # flagged
            """,
            fixed="    return tf.reduce_sum(p * (tf.nn.log_softmax(logits) - tf.nn.log_softmax(other_logits)), axis=-1)",
            breaks={"logits": 100.0, "other_logits": 0.0},
        ),
        Bad(
            """
            def kl(p, q):
                return np.sum(p * np.log(p / q))  # flagged
            """,
            fixed="    return np.sum(p * np.log(np.maximum(p, 1e-12) / np.maximum(q, 1e-12)))",
            safe=False,
            breaks={"p": -800.0, "q": 0.0},
        ),
        Bad(
            """
            import torch.nn.functional as F

            def consistency(logits, other_logits):
                p, q = F.softmax(logits, dim=-1), F.softmax(other_logits, dim=-1)
                mixture = (0.5 * (p + q)).clamp(min=1e-7).log()
                return F.kl_div(mixture, p, reduction="batchmean")  # flagged
            """,
            breaks={"logits": 200.0, "other_logits": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def entropy(logits):
                return -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), axis=-1)
            """
        ),
        Good(
            """
            import torch.nn.functional as F

            def divergence(logits, other_logits):
                log_p, log_q = F.log_softmax(logits, dim=-1), F.log_softmax(other_logits, dim=-1)
                return F.kl_div(log_q, log_p, log_target=True, reduction="batchmean")
            """
        ),
    ],
)
def naive_kl_divergence(e: Expr, facts: Facts) -> Report | None:
    """A float32 softmax is exactly 0.0 once another logit leads by 88 (104 in PyTorch): `p * log(p)` is then 0 * -inf, NaN, not 0.

    `xlogy`, `entr` and `kl_div` get the value right, but in PyTorch and JAX the gradient behind them is NaN all the same.
    With log_softmax for the logarithm both are exact.
    """
    match e:
        case Log():
            return _written_out(e, facts)
        case Xlogy(p, q) if core(p) is core(q) and differentiated(facts) and not forgiven(Xlogy, facts):
            return _gradient(p, facts)
        case KlDivergence(p, x, log_labels=False) if share_a_source(p, x):
            return _gradient(p, facts)
    return None


def _written_out(log: Log, facts: Facts) -> Report | None:
    x = core(log.x)
    parts = [x.x, x.y] if isinstance(x, Div) else [log.x]
    weights = multipliers(log, facts.trace)
    weighted = any(unguarded(part) in weights for part in parts)
    gone = next((part for part in parts if weighted and can_vanish(part, facts)), None)
    if gone is None or mended(log, facts):
        return None
    result = "0 * log(0) is then NaN" if core(gone) in weights else "the logarithm of the ratio is then infinite"
    return Report(
        f"{facts.vanished(gone)}, and {result}",
        help=f"take the logarithm by {offered(LogSoftmax, facts, 'log_softmax')}" if stable(x) else "hold what is logged above 1e-7 first",
        because=(gone,),
        covers=(log, x, *(part for factor, _ in products(log, facts.trace) for part in summands(factor) if isinstance(part, Log))),
        replace=stable(x),
        swaps=(floor(log, log.x, facts),) if not isinstance(x, Div) else tuple(floor(x, part, facts) for part in parts),
    )


def _gradient(p: Expr, facts: Facts) -> Report | None:
    if not can_vanish(p, facts):
        return None
    return Report(
        f"{facts.vanished(p)}, and the gradient of 0 * log(0) is then NaN",
        help="compute it from log-probabilities, or stop the gradient of the target",
        because=(p,),
    )


def unguarded(x: Expr) -> Expr:
    """Return `x` without what keeps it off 0."""
    match core(x):
        case Maximum(inner, Const()) | Clip(inner) | Add(inner, Const()):
            return unguarded(inner)
        case inner:
            return inner


def can_vanish(p: Expr, facts: Facts) -> bool:
    """Tell whether `p` is a probability, or a label, that can be exactly 0."""
    if isinstance(p, Param) and facts.role(p) is Role.LABEL:
        return len(p.name) > 1
    return is_probability(p, facts) and facts.would_touch(p, 0.0)


def stable(x: Expr) -> Expr | None:
    """Return the logarithm of `x` without the detour over a probability."""
    match x:
        case Softmax(z, axis):
            return LogSoftmax(z, axis)
        case Div(Softmax(z, axis), Softmax(other, along)):
            return Sub(LogSoftmax(z, axis), LogSoftmax(other, along))
    return None
