"""`y * log(p) + (1 - y) * log(1 - p)` written out, without a guard."""

from __future__ import annotations

from dataclasses import dataclass

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Const, Expr, Log, LogSigmoid, Neg, Sigmoid, SigmoidCrossEntropy, Sub, Where, Xlog1py, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import Swap, floor_logs
from bce_lint.facts.logs import Logarithm, complement_logged, is_probability, logarithm, terms
from bce_lint.facts.purpose import mended
from bce_lint.facts.relations import complements
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-binary-cross-entropy",
    code="BCE104",
    on=(Add, Sub, Where),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                return -tf.reduce_mean(labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p))  # flagged
            """,
            fixed="    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))",
            breaks={"logits": 20.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(y_true, y_pred):
                positive = y_true * K.log(y_pred)  # flagged
                negative = (1 - y_true) * K.log(1 - y_pred)
                return -K.mean(positive + negative)
            """,
            fixed="""
                def loss(y_true, y_pred):
                    positive = y_true * K.log(K.maximum(y_pred, 1e-7))
                    negative = (1 - y_true) * K.log(K.maximum(1 - y_pred, 1e-7))
                    return -K.mean(positive + negative)
                """,
            safe=False,
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
    if found is None or not is_probability(found.p, facts) or not facts.would_touch(found.p, 1.0):
        return None
    positive, negative, name = found.positive.op, found.negative.op, facts.name(found.p)
    if mended(positive, facts) and mended(negative, facts):
        return None
    result = "log(1 - {0}) is then -inf" if isinstance(negative, (Xlogy, Xlog1py)) else "0 * log(1 - {0}) is then NaN"
    return Report(
        f"{facts.saturated(found.p)}, and {result.format(name)}",
        help=f"take {offered(LogSigmoid, facts, 'log_sigmoid')} of the logits, and of their opposite for 1 - p"
        if found.weighted
        else f"compute it from the logits: {offered(SigmoidCrossEntropy, facts, 'by log_sigmoid')}",
        at=() if facts.written_inside(positive, negative) else (positive, negative),
        because=(found.p,),
        covers=(positive, negative),
        replace=found.stable(),
        swaps=found.logarithms() or floor_logs(e, facts),
        exact=bool(found.logarithms()),
    )


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A binary cross-entropy of `p`: its two logarithms, and whether it is `minus` their sum."""

    positive: Logarithm
    negative: Logarithm
    p: Expr
    minus: bool

    @property
    def weighted(self) -> bool:
        """Tell whether more than the label stands before a logarithm, as in a focal loss: no framework has that from logits."""
        return len(self.positive.others) > 1 or len(self.negative.others) > 1

    def stable(self) -> Expr | None:
        """Return the loss from logits, when they are in sight and no weight is in the way."""
        y, rest = self.positive.others, self.negative.others
        plain = self.positive.plain and self.negative.plain and self.positive.p is self.negative.p
        if not isinstance(self.p, Sigmoid) or not plain or not len(y) == len(rest) == 1 or not complements(y[0], rest[0]):
            return None
        loss = SigmoidCrossEntropy(y[0], self.p.x)
        return loss if self.minus else Neg(loss)

    def logarithms(self) -> tuple[Swap, ...]:
        """Return the two logarithms from logits, whatever they are weighted with."""
        one, other = self.positive.op, self.negative.op
        if not isinstance(self.p, Sigmoid) or one is not Log(self.p) or complement_logged(other) is not self.p:
            return ()
        return Swap(one, one, LogSigmoid(self.p.x)), Swap(other, other, LogSigmoid(Neg(self.p.x)))


def written_out(e: Expr) -> WrittenOut | None:
    """Return the parts of `e` if it is a log(p) + b log(1 - p), both with the same sign, or chooses between the two."""
    parts = [*terms(e.x), *terms(e.y)] if isinstance(e, Where) else terms(e)
    if len(parts) != 2 or parts[0].negative != parts[1].negative:
        return None
    logs = [log for part in parts if (log := logarithm(part.factors)) is not None]
    if len(logs) != 2 or logs[0].complement == logs[1].complement:
        return None
    negative, positive = logs if logs[0].complement else logs[::-1]
    p = chosen(positive.p)
    return WrittenOut(positive, negative, p, parts[0].negative) if chosen(negative.p) is p else None


def chosen(p: Expr) -> Expr:
    """Return `p` of `where(y == 1, p, 1)`: the other entries are constants."""
    match p:
        case Where(_, x, Const()) | Where(_, Const(), x):
            return core(x)
    return p
