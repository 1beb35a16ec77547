"""A sigmoid or softmax whose output goes into a loss that takes logits, and squashes them once more."""

from __future__ import annotations

from bce_lint.facts.contracts import kind, origin, squashed, subject
from bce_lint.facts.expr import Expr, LogSoftmax, SigmoidCrossEntropy, Softmax, SoftmaxCrossEntropy
from bce_lint.facts.facts import Facts
from bce_lint.rule import Bad, Good, Report, rule


@rule(
    "probabilities-as-logits",
    code="BCE501",
    on=(SigmoidCrossEntropy, SoftmaxCrossEntropy, LogSoftmax),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=p)  # flagged
            """,
            fixed="    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)",
            safe=False,
        ),
        Bad(
            """
            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.layer = nn.Linear(20, 3)
                    self.softmax = nn.Softmax(dim=1)

                def forward(self, x):
                    return self.softmax(self.layer(x))

            def step(x, y):
                net = Net()
                criterion = nn.CrossEntropyLoss()
                return criterion(net(x), y)  # flagged
            """,
        ),
        Bad(
            """
            model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
            model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))  # flagged
            """,
            fixed='model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=False))',
            safe=False,
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
            """
        ),
        Good(
            """
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
            """
        ),
    ],
)
def probabilities_as_logits(loss: Expr, facts: Facts) -> Report | None:
    """Squashed twice, a right answer still costs 0.313 (0.693 for the label 0; log(e + C - 1) - 1 for C classes, 1.46 for 10).

    A confident wrong answer costs hardly more, 0.693 at -20, and its gradient is 1e-9 instead of 1: training stalls.
    Keras warns where it notices, and takes the logits from before the sigmoid, but only on TensorFlow.
    """
    given: Expr = getattr(loss, "x", loss)
    p = squashed(given, facts)
    if p is None or (isinstance(loss, LogSoftmax) and not isinstance(p, Softmax)):
        return None
    least = "0.313 for 2 classes, 1.46 for 10" if isinstance(p, Softmax) else "0.313"
    return Report(
        f"{subject(given, facts)} is {kind(p)}, but is passed as logits: no loss is below {least}, and sure wrong answers have gradient 0",
        help="pass what went into the sigmoid or softmax, or use the loss for probabilities",
        because=origin(given, p),
        replace=p.x,
        instead=given,
        safe=False,
        from_logits=False,
    )
