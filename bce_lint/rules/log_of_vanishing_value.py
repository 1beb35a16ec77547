"""`log(x)` of a variance, distance, ratio or sum that can be exactly 0."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import (
    Abs,
    Bounded,
    Div,
    Exp,
    Expr,
    Log,
    Max,
    Mean,
    Mul,
    Norm,
    Softplus,
    Sqrt,
    Square,
    Std,
    Sub,
    Sum,
    Truth,
    Var,
    walk,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import low_floor
from bce_lint.facts.logs import is_probability
from bce_lint.facts.masking import left_out
from bce_lint.facts.purpose import in_loss, trained
from bce_lint.facts.ranges import ANY_SIZE
from bce_lint.facts.relations import complement
from bce_lint.facts.singular import can_vanish, same_sides, zero_when
from bce_lint.facts.uses import computed, numerator, summands
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "log-of-vanishing-value",
    code="BCE107",
    on=Log,
    bad=[
        Bad(
            """
            def dice_loss(y_true, y_pred):
                overlap = tf.reduce_sum(y_true * y_pred)
                dice = 2 * overlap / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) + 1e-7)
                return -tf.math.log(dice)  # flagged
            """,
            fixed="    return -tf.math.log(tf.maximum(dice, 1e-12))",
            safe=False,
            breaks={"y_pred": -120.0, "y_true": 1.0},
        ),
        Bad(
            """
            def rate_loss(y_true, logits):
                rate = np.maximum(logits, 0)
                return np.mean(rate - y_true * np.log(rate))  # flagged
            """,
            fixed="    return np.mean(rate - y_true * np.log(np.maximum(rate, 1e-30)))",
            safe=False,
            breaks={"logits": -1.0, "y_true": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def rate_loss(y_true, logits):
                return tf.reduce_mean(tf.exp(tf.minimum(logits, 80.0)) - y_true * tf.minimum(logits, 80.0))
            """
        ),
    ],
)
def log_of_vanishing_value(log: Log, facts: Facts) -> Report | None:
    """A sum without overlap, the variance of equal values, a distance between equals or a negative rectified is exactly 0, its log -inf.

    Unlike a probability, nothing keeps such a value away from 0 in ordinary training: no extreme logit is needed.
    """
    x, p = log.x, complement(log.x)
    if not in_training(x, facts) and (meant(x, facts) or not vanishes(x, p, facts) or left_out(log, facts)):
        return None
    return Report(
        what_happens(x, facts),
        help=advice(x, facts),
        because=(x,),
        swaps=(low_floor(log, x, facts),),
    )


def what_happens(x: Expr, facts: Facts) -> str:
    """Return when log(x) breaks."""
    if isinstance(core(x), Softplus) and squared(x, facts):
        least = -facts.format.underflows() / 2
        return f"the density divides by the square of {spoken(x, facts)}: 0 once the argument of the softplus is below {least:.2f}"
    return f"{spoken(x, facts)} is exactly 0 {zero_when(x)}, and its log -inf"


def advice(x: Expr, facts: Facts) -> str:
    """Return what to do about log(x)."""
    if facts.site.inside:
        return "add a small number to the scale"
    if isinstance(part := core(x), Bounded) and part.name == "density":
        return "take the logarithm of the density by the library (log_prob, logpdf)"
    return "add an epsilon before the logarithm, or hold it above one with a maximum"


def meant(x: Expr, facts: Facts) -> bool:
    """Tell whether nothing is wrong with `x`: a test of which 0 is meant to become -inf, an angle's cosine, what has either sign, noise."""
    inner = core(x)
    if isinstance(inner, Truth) or (isinstance(inner, Bounded) and inner.name in {"cos", "sin"}):
        return True
    noise = any(isinstance(part, Bounded) and part.name == "uniform" for part in walk(inner))
    signed = facts.range(x).interval.lo <= -ANY_SIZE
    sizes = [part for part in numerator(inner) if facts.range(part).interval.lo >= 0]
    return (signed and not any(can_vanish(part, facts) for part in sizes)) or (noise and not isinstance(inner, Bounded))


def in_training(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is a spread or distance that training brings to 0, with nothing to keep it off."""
    return is_spread(x) and differentiated(facts) and in_loss(facts) and trained(x, facts) and facts.range(x).interval.lo == 0


def is_spread(x: Expr) -> bool:
    """Tell whether `x` is a variance, or a distance of two values."""
    match core(x):
        case Var() | Std():
            return True
        case Square(y) | Abs(y) | Sum(y) | Mean(y) | Norm(y) | Sqrt(y):
            return isinstance(core(y), Sub) or is_spread(y)
    return False


def vanishes(x: Expr, p: Expr | None, facts: Facts) -> bool:
    """Tell whether `x`, which may be 1 - `p`, is 0 for plausible inputs and no probability, for which there are other rules."""
    if not same_sides(core(x), facts) and (is_probability(x if p is None else p, facts) or not facts.touches(x, 0.0)):
        return False
    return can_vanish(x, facts) and not exponential(x, facts) and (differentiated(facts) or in_loss(facts))


def exponential(x: Expr, facts: Facts) -> bool:
    """Tell whether only exponentials make `x` vanish: logarithms of their sums have a rule of their own.

    Nor does a softplus count as a distribution's scale, which would have to underflow, unless what it divides by is its square.
    """
    parts = vanishing(x, facts)
    harmless = (Exp, Softplus) if facts.site.inside and not squared(x, facts) else Exp
    return bool(parts) and all(isinstance(part, harmless) for part in parts)


def squared(x: Expr, facts: Facts) -> bool:
    """Tell whether something is divided by the square of `x`, perhaps scaled, which is 0 from the root of the smallest number on."""
    return any(isinstance(e, Div) and Square(x) in numerator(e.y) for e in computed(facts.trace))


def vanishing(x: Expr, facts: Facts) -> list[Expr]:
    """Return the factors and terms of `x`, seen through sums, that can be 0."""
    inner = core(x)
    if isinstance(inner, (Sum, Mean, Max, Sqrt, Square)):
        return vanishing(inner.x, facts)
    return [part for term in {*numerator(inner), *summands(inner)} if facts.touches(term, 0.0) for part in deeper(term, facts)]


def deeper(term: Expr, facts: Facts) -> list[Expr]:
    """Return what of a term can be 0."""
    return vanishing(term, facts) if isinstance(term, (Sum, Mean, Max, Mul, Sqrt, Square)) else [term]
