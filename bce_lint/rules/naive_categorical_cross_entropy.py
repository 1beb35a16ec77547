"""`sum(y * log(p))` of a probability `p` that can be exactly 0."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Expr, Log, LogSoftmax, Sigmoid, Softmax, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.logs import complement_logged, is_probability
from bce_lint.facts.purpose import mended
from bce_lint.facts.relations import complement
from bce_lint.facts.uses import computed, is_label, multipliers, rests_on
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "naive-categorical-cross-entropy",
    code="BCE105",
    on=(Log, Xlogy),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.nn.softmax(logits)
                return -tf.reduce_sum(labels * tf.math.log(p), axis=-1)  # flagged
            """,
            fixed="    return -tf.reduce_sum(labels * tf.nn.log_softmax(logits), axis=-1)",
            breaks={"logits": 100.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(y_true, y_pred):
                return -np.mean(np.sum(y_true * np.log(y_pred), axis=1))  # flagged
            """,
            fixed="    return -np.mean(np.sum(y_true * np.log(np.maximum(y_pred, 1e-12)), axis=1))",
            safe=False,
            breaks={"y_pred": -800.0, "y_true": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return -tf.reduce_sum(labels * tf.nn.log_softmax(logits), axis=-1)
            """
        ),
        Good(
            """
            def loss(labels, logits):
                return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            """
        ),
    ],
)
def naive_categorical_cross_entropy(log: Expr, facts: Facts) -> Report | None:
    """A float32 softmax is exactly 0.0 once another logit leads by 88 (104 in PyTorch), and `0 * log(0)` is NaN.

    So a model that is sure of the right class already breaks, not only one that is wrong.
    `log_softmax`, or a cross-entropy from logits, is exact everywhere.
    """
    x = log.y if isinstance(log, Xlogy) else log.x if isinstance(log, Log) else None
    p = core(x) if x is not None and complement(x) is None else None
    if x is None or p is None or isinstance(p, Sigmoid) or not is_probability(p, facts) or mended(log, facts):
        return None
    if not facts.would_touch(x, 0.0):
        return None
    weights = [log.x] if isinstance(log, Xlogy) else multipliers(log, facts.trace)
    labelled = any(is_label(y, facts) and not rests_on(y, p) for y in weights)
    if not labelled or any(complement_logged(other) is p for other in computed(facts.trace)):
        return None
    name = facts.name(p)
    product = f"the label 0 times {'its log' if name == '...' else f'log({name})'} is then NaN"
    result = "where the label is not 0 its log is -inf" if isinstance(log, Xlogy) else product
    stable, clipped = offered(LogSoftmax, facts, "log_softmax"), "compute the loss from logits, or clip to at least 1e-7 first"
    return Report(
        f"{facts.vanished(p)}, and {result}",
        help=f"take {stable} of the logits" if isinstance(p, Softmax) else clipped,
        because=(p,),
        covers=(log,),
        replace=LogSoftmax(x.x, x.axis) if isinstance(x, Softmax) and isinstance(log, Log) else None,
        swaps=(floor(log, x, facts),) if isinstance(log, Log) else (),
    )
