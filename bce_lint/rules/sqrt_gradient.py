"""`sqrt(sum(square(x)))`, a norm or a standard deviation that can be 0, where its gradient is infinite."""

from __future__ import annotations

from bce_lint.facts.algebra import neg
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import Div, Expr, Log, Norm, Sigmoid, Sqrt, Std
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import rooted
from bce_lint.facts.purpose import forgiven, in_loss, penalised, scales, trained
from bce_lint.facts.singular import is_total, not_chosen, zero_when
from bce_lint.facts.uses import computed, numerator
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule
from bce_lint.source.prefilter import Kinds


@rule(
    "sqrt-gradient",
    code="BCE402",
    on=(Sqrt, Norm, Std),
    kinds=Kinds.CALLS | Kinds.ROOTS,
    bad=[
        Bad(
            """
            def contrastive_loss(y_true, a, b):
                distance = tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=-1))  # flagged
                return tf.reduce_mean(y_true * distance)
            """,
            fixed="    distance = tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=-1) + 1e-12)",
            safe=False,
            breaks={"a": 0.0, "b": 0.0, "y_true": 1.0},
        ),
        Bad(
            """
            def rmse_loss(targets, predictions):
                return jnp.sqrt(jnp.mean((predictions - targets) ** 2))  # flagged
            """,
            fixed="    return jnp.sqrt(jnp.mean((predictions - targets) ** 2) + 1e-12)",
            safe=False,
            breaks={"predictions": -120.0, "targets": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def contrastive_loss(y_true, a, b):
                square = jnp.sum((a - b) ** 2, axis=-1)
                safe = jnp.where(square > 0, square, 1.0)
                return jnp.mean(y_true * jnp.where(square > 0, jnp.sqrt(safe), 0.0))
            """
        ),
    ],
)
def sqrt_gradient(root: Expr, facts: Facts) -> Report | None:
    """The derivative of sqrt at 0 is infinite, and times the derivative 0 of the square inside it is NaN: two equal vectors are enough.

    `torch.norm` is 0 there, `tf.norm`, `jnp.linalg.norm` and every written out root are NaN.
    An epsilon helps under the root only; a double `where` is exact.
    """
    if not differentiated(facts):
        return None
    x = radicand(root, facts)
    if x is None or not (in_loss(facts) or penalised(root, facts)):
        return None
    if not trained(x, facts) or not_chosen(root, facts) or scales(root, facts):
        return None
    return Report(
        f"{spoken(root, facts)} is 0 {zero_when(x)}, and its gradient there NaN",
        help="add an epsilon under the root, or put a harmless value in by a `where` before it",
        because=(x,),
        swaps=tuple(filter(None, (rooted(root, facts),))),
        covers=tuple(e for e in computed(facts.trace) if breaks_with(root, e)),
    )


def breaks_with(root: Expr, e: Expr) -> bool:
    """Tell whether `e` divides by `root`, and perhaps other roots, or takes its logarithm: what mends the root mends that."""
    parts = numerator(e.y if isinstance(e, Div) else e.x) if isinstance(e, (Div, Log)) else []
    return root in parts and all(isinstance(part, (Sqrt, Norm, Std)) for part in parts)


def radicand(root: Expr, facts: Facts) -> Expr | None:
    """Return what is 0 together with the root, if that is certain enough: a sum of squares, what is known to reach 0."""
    match root:
        case Norm(_, order, zero_gradient=False) if order != 1:
            return root
        case Std() if not forgiven(Std, facts):
            return root
        case Sqrt(Sigmoid(z)) if Sqrt(Sigmoid(neg(z))) in computed(facts.trace):
            return None  # what a schedule leaves of a signal, and its noise
        case Sqrt(x) if facts.range(x).interval.lo == 0 and (is_total(x) or (facts.touches(x, 0.0) and facts.would_touch(x, 0.0))):
            return x
    return None
