"""`mask * log(p)` with a mask that is 0 just where the logarithm is infinite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bce_lint.facts import roles
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Exp, Expr, Log, LogSoftmax, Max, Mul, MulNoNan, Softmax, Sqrt, Sub, Truth, Where, replaced, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.meaning import Role
from bce_lint.facts.purpose import forgiven, trained_through
from bce_lint.facts.singular import Singular, computed_in, held_off, kept_out, singular
from bce_lint.facts.uses import computed, numerator, rests_on
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "late-mask",
    code="BCE204",
    on=(Mul, MulNoNan),
    bad=[
        Bad(
            """
            def entropy_loss(logits):
                p = tf.nn.softmax(logits)
                positive = tf.cast(p > 0, tf.float32)
                return -tf.reduce_sum(p * (positive * tf.math.log(p)), axis=-1)  # flagged
            """,
            fixed="    return -tf.reduce_sum(p * (positive * tf.math.log(tf.where(p > 0, p, 1.0))), axis=-1)",
            breaks={"logits": 100.0},
        ),
        Bad(
            """
            def masked_loss(p, mask):
                return -np.sum(mask * np.log(p * mask))  # flagged
            """,
            fixed="    return -np.sum(mask * np.log(np.maximum(p * mask, 1e-12)))",
            safe=False,
            breaks={"p": 0.0, "mask": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def entropy_loss(logits):
                return -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), axis=-1)
            """
        ),
    ],
)
def late_mask(product: Expr, facts: Facts) -> Report | None:
    """A mask of 0 does not take an infinity away: 0 * -inf is NaN, and one NaN makes the whole sum NaN.

    The mask must act before the logarithm, exponential or division: `log(where(mask, p, 1))`.
    """
    found = next(undone(product, facts), None)
    if found is None:
        return _excluded(product, facts)
    masked, mask, test = found
    return Report(
        f"{spoken(mask, facts)} is 0 where {spoken(masked.op, facts)} is infinite, and 0 * inf is NaN",
        help=f"mask {spoken(masked.operand, facts)} before the op, by a `where` with a harmless value",
        because=(masked.operand,),
        covers=(masked.op, *logarithms(masked.op, facts)),
        replace=replaced(product, masked.op, replaced(masked.op, masked.operand, Where(test, masked.operand, Const(1.0))))
        if test
        else None,
        swaps=(floor(masked.op, masked.operand, facts),) if masked.at == 0 else (),
    )


def _excluded(product: Expr, facts: Facts) -> Report | None:
    """Report an entropy of logits among which those of what is masked are -inf."""
    assert isinstance(product, (Mul, MulNoNan))
    for p, log in ((product.x, product.y), (product.y, product.x)):
        match core(p), core(log):
            case Softmax(x) | Exp(LogSoftmax(x)), LogSoftmax(z) if x is z and facts.touches(z, -math.inf):
                return Report(
                    f"{spoken(z, facts)} is -inf where it is masked: {spoken(log, facts)} is -inf there as well, and 0 * -inf is NaN",
                    help="mask with a large negative number, such as -1e9, instead of -inf",
                    because=(z,),
                )
    return None


def undone(product: Expr, facts: Facts) -> Iterator[tuple[Singular, Expr, Expr | None]]:
    """Yield each op on one side of a product that breaks where a mask on the other side is 0, the mask, and its test if it is one."""
    assert isinstance(product, (Mul, MulNoNan))
    for one, other in ((product.x, product.y), (product.y, product.x)):
        for found in filter(None, map(singular, computed_in(one))):
            only_gradient = isinstance(found.op, Sqrt) or isinstance(product, MulNoNan)
            if only_gradient and (forgiven(type(found.op), facts) or not trained_through(facts)):
                continue
            for mask in numerator(other):
                if isinstance(mask, Truth) and kept_out(found, mask, chosen=True) and not held_off(found, facts):
                    yield found, mask, mask
                elif is_mask(mask, facts) and left_out(found, mask) and breaks(found, facts):
                    yield found, mask, None


def logarithms(op: Expr, facts: Facts) -> Iterator[Expr]:
    """Yield the logarithms of what an exponential adds to: they are infinite where it is."""
    if isinstance(op, Exp):
        yield from (e for e in computed(facts.trace) if isinstance(e, Log) and rests_on(e, op))


def left_out(found: Singular, mask: Expr) -> bool:
    """Tell whether `mask` multiplies the operand too, or keeps what is large out of the maximum that is subtracted in an exponent."""
    if found.at == 0:
        return mask in numerator(found.operand)
    said = core(mask.x) if isinstance(mask, Truth) and mask.relation == "not" else mask
    match found.op, core(found.operand):
        case Exp(), Sub(_, shift):
            return any(isinstance(part, Max) and rests_on(part.x, said) for part in walk(shift))
    return False


def breaks(found: Singular, facts: Facts) -> bool:
    """Tell whether an exponential can overflow at all; anything else is taken to break where it says."""
    return not isinstance(found.op, Exp) or facts.range(found.op).interval.contains(math.inf)


def is_mask(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is 0 in some places on purpose."""
    named = facts.role(e) or roles.named(facts.name(e))
    return isinstance(e, Truth) or named is Role.MASK
