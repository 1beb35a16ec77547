"""`y * log(p) + (1 - y) * log(1 - p)` written out, without a guard."""

from __future__ import annotations

from dataclasses import dataclass

from bce_lint.facts.expr import Add, Expr, Neg, Sigmoid, SigmoidCrossEntropy, Sub
from bce_lint.facts.facts import Facts
from bce_lint.facts.logs import Term, complement_logged, is_probability, logged, terms
from bce_lint.facts.relations import complements
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-binary-cross-entropy",
    code="BCE104",
    on=(Add, Sub),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                return -tf.reduce_mean(labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p))  # flagged
            """,
            fixed="    return -tf.reduce_mean(-tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))",
            breaks={"logits": 20.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(y_true, y_pred):
                positive = y_true * K.log(y_pred)  # flagged
                negative = (1 - y_true) * K.log(1 - y_pred)
                return -K.mean(positive + negative)
            """,
            breaks={"y_pred": 20.0, "y_true": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
            """
        ),
    ],
)
def naive_binary_cross_entropy(e: Expr, facts: Facts) -> Report | None:
    """A float32 sigmoid is exactly 1.0 from a logit of 16.64 on: `(1 - y) log(1 - p)` is then 0 * -inf, NaN, even for a right answer.

    From a logit of -87 on, `log(p)` does the same. Every framework has this loss from logits, without the detour.
    """
    found = written_out(e)
    if found is None or not is_probability(found.p, facts) or not facts.touches(found.p, 1.0) or not facts.would_touch(found.p, 1.0):
        return None
    name = facts.name(found.p)
    return Report(
        f"{facts.saturated(found.p)}, and 0 * log(1 - {name}) is then NaN",
        help="use the framework's binary cross-entropy from logits",
        at=() if facts.written_inside(found.positive, found.negative) else (found.positive, found.negative),
        because=(found.p,),
        covers=(found.positive, found.negative),
        replace=found.stable(),
    )


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """The parts of a binary cross-entropy: the two logarithms, the probability, and the labels if nothing else is in the terms."""

    positive: Expr
    negative: Expr
    p: Expr
    labels: Expr | None
    minus: bool

    def stable(self) -> Expr | None:
        """Return the loss from logits, when they are in sight and no weight is in the way."""
        if self.labels is None or not isinstance(self.p, Sigmoid):
            return None
        loss = SigmoidCrossEntropy(self.labels, self.p.x)
        return loss if self.minus else Neg(loss)


def written_out(e: Expr) -> WrittenOut | None:
    """Return the parts of `e` if it is a log(p) + b log(1 - p), both with the same sign."""
    parts = terms(e)
    if len(parts) != 2 or parts[0].negative != parts[1].negative:
        return None
    for first, second in (parts, parts[::-1]):
        positive = next((f for f in first.factors if logged(f) is not None), None)
        negative = next((f for f in second.factors if complement_logged(f) is not None), None)
        if positive is None or negative is None:
            continue
        p = logged(positive)
        if p is not None and complement_logged(negative) is p:
            return WrittenOut(positive, negative, p, _labels(first, second, positive, negative), parts[0].negative)
    return None


def _labels(first: Term, second: Term, positive: Expr, negative: Expr) -> Expr | None:
    y = [f for f in first.factors if f is not positive]
    rest = [f for f in second.factors if f is not negative]
    return y[0] if len(y) == len(rest) == 1 and complements(y[0], rest[0]) else None
