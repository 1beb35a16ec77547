"""A layer's raw output in a loss that takes probabilities, or probabilities in one that takes their logarithms."""

from __future__ import annotations

from bce_lint.facts.contracts import kind, origin, squashed, subject, unsquashed
from bce_lint.facts.expr import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Expr,
    KlDivergence,
    Linear,
    LogSigmoid,
    LogSoftmax,
    NegativeLogLikelihood,
    Sigmoid,
    Softmax,
)
from bce_lint.facts.facts import Facts
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "logits-as-probabilities",
    code="BCE502",
    on=(BinaryCrossEntropy, CategoricalCrossEntropy, NegativeLogLikelihood, KlDivergence),
    bad=[
        Bad(
            """
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="binary_crossentropy")  # flagged
            """,
        ),
        Bad(
            """
            def loss(labels, logits):
                p = F.softmax(logits, dim=1)
                return F.nll_loss(p, labels)  # flagged
            """,
            fixed="    return F.nll_loss(F.log_softmax(logits, dim=1), labels)",
            safe=False,
        ),
    ],
    good=[
        Good(
            """
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
            """
        ),
        Good(
            """
            def loss(labels, logits):
                return F.nll_loss(F.log_softmax(logits, dim=1), labels)
            """
        ),
    ],
)
def logits_as_probabilities(loss: Expr, facts: Facts) -> Report | None:
    """Keras clips what is not a probability: below 0 the loss is 16.1, above 1 it is 1e-7, and either way the gradient is exactly 0.

    PyTorch's BCELoss raises an error there. Its NLLLoss and KLDivLoss take any number, but want log-probabilities: of a softmax
    the "loss" is -p, never below -1, and the gradient of a confident wrong answer vanishes.
    """
    match loss:
        case BinaryCrossEntropy(_, x, guard):
            raw = unsquashed(x, facts)
            harm = "outside [0, 1] the gradient is 0" if guard == "clip" else "outside [0, 1] it raises an error"
            meant = None
        case CategoricalCrossEntropy(_, x):
            raw, harm, meant = unsquashed(x, facts), "they are clipped to [1e-7, 1 - 1e-7], with gradient 0", None
        case NegativeLogLikelihood(_, x) | KlDivergence(_, x):
            raw = squashed(x, facts) or unnormalized(x, facts)
            harm, meant = (
                "a confident wrong answer has gradient 0" if squashed(x, facts) else "nothing keeps the loss above 0",
                logarithm(raw),
            )
        case _:
            return None
    if raw is None:
        return None
    wanted = "probabilities" if meant is None else "log-probabilities"
    return Report(
        f"{subject(x, facts)} is {kind(raw)}, but is passed as {wanted}: {harm}",
        help="use the loss from logits, or end in a sigmoid or softmax" if meant is None else "pass log_softmax of the logits",
        because=origin(x, raw),
        replace=meant,
        instead=x,
        safe=False,
        from_logits=True if meant is None and isinstance(raw, Linear) else None,
    )


def unnormalized(x: Expr, facts: Facts) -> Expr | None:
    """Return the raw output of a layer that `x` is."""
    raw = unsquashed(x, facts)
    return raw if isinstance(raw, Linear) else None


def logarithm(p: Expr | None) -> Expr | None:
    """Return the log-probabilities that are meant."""
    match p:
        case Softmax(x, axis):
            return LogSoftmax(x, axis)
        case Sigmoid(x):
            return LogSigmoid(x)
        case Linear():
            return LogSoftmax(p, 1)
    return None
