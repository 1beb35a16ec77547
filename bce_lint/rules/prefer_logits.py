"""A sigmoid or softmax followed by the framework's cross entropy of probabilities: guarded, but with a dead gradient."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.contracts import kind, origin, squashed, subject
from bce_lint.facts.expr import BinaryCrossEntropy, CategoricalCrossEntropy, Expr, Sigmoid, Softmax
from bce_lint.facts.facts import Facts
from bce_lint.facts.vocabulary.customs import remembers_logits
from bce_lint.rule import Bad, Good, Level, Report, rule


@rule(
    "prefer-logits",
    code="BCE503",
    on=(BinaryCrossEntropy, CategoricalCrossEntropy),
    level=Level.ADVICE,
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = K.sigmoid(logits)
                return K.mean(K.binary_crossentropy(labels, p))  # flagged
            """,
            fixed="    return K.mean(K.binary_crossentropy(labels, logits, from_logits=True))",
            breaks={"logits": -20.0, "labels": 1.0},
        ),
        Bad(
            """
            def loss(labels, logits):
                return F.binary_cross_entropy(torch.sigmoid(logits), labels)  # flagged
            """,
            fixed="    return F.binary_cross_entropy_with_logits(logits, labels)",
            breaks={"logits": 20.0, "labels": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return K.mean(K.binary_crossentropy(labels, logits, from_logits=True))
            """
        ),
        Good(
            """
            model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            """
        ),
    ],
)
def prefer_logits(loss: Expr, facts: Facts) -> Report | None:
    """Keras clips to [1e-7, 1 - 1e-7]: from a logit of 16.12 on a wrong answer costs 16.1, with gradient exactly 0: it teaches nothing.

    PyTorch holds logarithms above -100: from 16.64 on a wrong answer for the label 0 costs 100, with gradient 0.
    On TensorFlow, Keras 3 finds the logits of its own sigmoid or softmax again if nothing stands in between: harmless, and not reported.
    """
    given: Expr = getattr(loss, "x", loss)
    p = squashed(given, facts)
    if p is None or (given is p and remembers_logits(facts.framework, facts.module.project.languages.get(p), facts.module.frameworks)):
        return None
    clipped = isinstance(loss, CategoricalCrossEntropy) or (isinstance(loss, BinaryCrossEntropy) and loss.guard == "clip")
    limit = 16.12 if clipped else facts.format.saturates()
    return Report(
        f"{subject(given, facts)} is {kind(p)}: from a logit of {limit:.2f} on a wrong answer has gradient 0",
        help="compute the loss from logits",
        because=origin(given, p),
        replace=p.x if p is core(given) and not along(p) else None,
        instead=given,
        from_logits=True if p is core(given) and not along(p) else None,
    )


def along(p: Sigmoid | Softmax) -> bool:
    """Tell whether `p` is a softmax along another axis than the losses'."""
    return isinstance(p, Softmax) and p.axis != -1
