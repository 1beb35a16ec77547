"""`x / sum(y)`, `x / norm(x)` or `x / std(x)` whose divisor can be exactly 0."""

from __future__ import annotations

import math
import re

from bce_lint.facts.algebra import core, running
from bce_lint.facts.expr import Const, Div, Exp, Expr, Minimum, Mul, NanToNum, Norm, Std, Sum, Truth, Where, children
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import divided
from bce_lint.facts.meaning import Role
from bce_lint.facts.relations import is_share
from bce_lint.facts.roles import named
from bce_lint.facts.singular import not_chosen, zero_when
from bce_lint.facts.totals import can_be_zero
from bce_lint.facts.uses import computed, rests_on
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Level, Report, rule
from bce_lint.source.prefilter import Kinds

ROTATION = re.compile(r"(\w+[_.])*(rot|rotations?|quats?|quaternions?)(_\w+)?", re.IGNORECASE)
"""What unit quaternions are called, which are divided by their length only to mend what rounding did to it."""


@rule(
    "division-by-vanishing-sum",
    code="BCE401",
    on=Div,
    level=Level.OPT_IN,
    kinds=Kinds.CALLS | Kinds.DIVISIONS,
    bad=[
        Bad(
            """
            def dice_loss(y_true, y_pred):
                overlap = tf.reduce_sum(y_true * y_pred)
                return 1 - 2 * overlap / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred))  # flagged
            """,
            fixed="    return 1 - (2 * overlap + 1e-7) / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) + 1e-7)",
            safe=False,
            breaks={"y_pred": -120.0, "y_true": 0.0},
        ),
        Bad(
            """
            def masked_mean_loss(error, mask):
                return np.sum(error * mask) / np.sum(mask)  # flagged
            """,
            fixed="    return np.sum(error * mask) / np.maximum(np.sum(mask), 1e-12)",
            safe=False,
            breaks={"error": 1.0, "mask": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def dice_loss(y_true, y_pred, smooth=1.0):
                overlap = tf.reduce_sum(y_true * y_pred)
                return 1 - (2 * overlap + smooth) / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) + smooth)
            """
        ),
    ],
)
def division_by_vanishing_sum(quotient: Div, facts: Facts) -> Report | None:
    """An empty mask, a zero vector, equal values: their sum, norm and standard deviation are exactly 0, and 0 / 0 is NaN.

    One such example in a batch makes the loss NaN, and a NaN gradient destroys every weight.
    Opt-in, since most divisions of this kind are in metrics, where nothing but one number is lost.
    """
    divisor = quotient.y
    if not can_be_zero(divisor, facts) or not_chosen(quotient, facts) or cut_off(quotient, facts):
        return None
    if of_weights(quotient, facts) or of_columns(divisor, facts) or of_rotation(divisor, facts):
        return None
    return Report(
        f"{spoken(divisor, facts)} is 0 {zero_when(divisor)}, and the quotient then NaN or infinite",
        help="add a smoothing constant above and below, or divide only where it is not 0",
        because=(divisor,),
        swaps=divided(quotient, facts),
    )


def cut_off(quotient: Div, facts: Facts) -> bool:
    """Tell whether what a zero divisor makes of the quotient is replaced or cut off afterwards."""
    for e in computed(facts.trace):
        match e:
            case NanToNum(x) | Where(Truth("isnan" | "isfinite", x)) if rests_on(x, quotient):
                return True
            case Where(Truth("==", x, Const(math.inf)), Const()) if rests_on(x, quotient) and not facts.range(quotient.x).interval.contains(
                0.0
            ):
                return True
            case Minimum(x, Const()) if core(x) is quotient or (isinstance(core(x), Mul) and quotient in children(core(x))):
                return True
    return False


def of_weights(quotient: Div, facts: Facts) -> bool:
    """Tell whether the divisor adds up weights, a density, or the exponentials of a softmax, which has a rule of its own."""
    total = core(quotient.y)
    if not isinstance(total, Sum):
        return False
    if running(total.x) and core(quotient.x) is total:
        return True  # partial sums over the last of them
    x = core(total.x)
    role = facts.role(x) or named(facts.name(x).rpartition(".")[2])
    return role is Role.WEIGHT or (is_share(quotient.x, total) and (isinstance(x, Exp) or role is Role.SCALAR))


def of_columns(divisor: Expr, facts: Facts) -> bool:
    """Tell whether the divisor is the spread of the data of a script, which are at hand: whoever runs it sees a NaN at once."""
    return facts.trace.node is None and isinstance(core(divisor), Std)


def of_rotation(divisor: Expr, facts: Facts) -> bool:
    """Tell whether the divisor is the length of a rotation, which is 1 but for rounding."""
    length = core(divisor)
    return isinstance(length, Norm) and ROTATION.fullmatch(facts.name(length.x)) is not None
