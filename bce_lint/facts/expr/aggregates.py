"""What is computed along axes: sums and their relatives, softmax, and the losses of frameworks."""

from __future__ import annotations

from bce_lint.facts.expr.core import Axis, Expr, op

# --- along axes


@op
class Softmax(Expr):
    x: Expr
    axis: Axis = -1


@op
class LogSoftmax(Expr):
    x: Expr
    axis: Axis = -1


@op
class Sum(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Mean(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Max(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Min(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Prod(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class LogSumExp(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Norm(Expr):
    """The `ord`-norm along `axis`; 2 is Euclid's (and Frobenius').

    `zero_gradient` is true where a framework gives 0 for its gradient at 0.
    """

    x: Expr
    ord: float = 2
    axis: Axis = None
    keepdims: bool = False
    zero_gradient: bool = False


@op
class Var(Expr):
    """The variance along `axis`, with n in the denominator (`ddof` 0) or n - 1 (1)."""

    x: Expr
    axis: Axis = None
    keepdims: bool = False
    ddof: int = 0


@op
class Std(Expr):
    """The square root of `Var`."""

    x: Expr
    axis: Axis = None
    keepdims: bool = False
    ddof: int = 0


# --- losses, per element or per row; a framework's reduction is a Mean or Sum around them


@op
class BinaryCrossEntropy(Expr):
    """`-(labels log x + (1 - labels) log(1 - x))` of probabilities `x`, guarded inside by the framework.

    `guard` says how: "clip" (Keras: to [1e-7, 1 - 1e-7]) or "log-floor" (PyTorch: logarithms held above -100).
    """

    labels: Expr
    x: Expr
    guard: str = "clip"


@op
class SigmoidCrossEntropy(Expr):
    """The same of logits `x`, stable: `max(x, 0) - x labels + log(1 + exp(-|x|))`; `pos_weight` multiplies the first term."""

    labels: Expr
    x: Expr
    pos_weight: Expr | None = None


@op
class CategoricalCrossEntropy(Expr):
    """`-sum(labels log x)` along `axis` of probabilities, guarded inside like `BinaryCrossEntropy`; `sparse` labels are class numbers."""

    labels: Expr
    x: Expr
    axis: Axis = -1
    sparse: bool = False


@op
class SoftmaxCrossEntropy(Expr):
    """`-sum(labels log_softmax(x))` along `axis`, stable; `sparse` labels are class numbers."""

    labels: Expr
    x: Expr
    axis: Axis = -1
    sparse: bool = False


@op
class NegativeLogLikelihood(Expr):
    """`-x[labels]` of log-probabilities."""

    labels: Expr
    x: Expr


@op
class KlDivergence(Expr):
    """`labels (log labels - x)` of log-probabilities `x`, 0 where `labels` is 0; with `log_labels` they are logarithms too."""

    labels: Expr
    x: Expr
    log_labels: bool = False


@op
class Multinomial(Expr):
    """Numbers of classes, drawn with probabilities that are proportional to the weights `x`."""

    x: Expr
