"""Builders for loss functions: labels, logits or probabilities, weights, smoothing and reduction, as each framework really takes them."""

from __future__ import annotations

from collections.abc import Callable

from bce_lint.facts.algebra import add, div, mul, neg, power, sub
from bce_lint.facts.expr import (
    Axis,
    BinaryCrossEntropy,
    Bounded,
    CategoricalCrossEntropy,
    Clip,
    Const,
    Expr,
    Join,
    Log,
    LogSoftmax,
    Mean,
    Sigmoid,
    SigmoidCrossEntropy,
    Softmax,
    SoftmaxCrossEntropy,
    Sum,
    View,
)
from bce_lint.facts.vocabulary.make import ONE, axis_of, optional
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

TWO = Const(2.0)
FUZZ = Const(1e-7)
"""Keras' epsilon."""
QUARTER = Const(0.25)
FUZZ = Const(1e-7)
"""Keras' epsilon."""

# --- reductions and weights


def reduced(loss: Expr, reduction: object, size_average: object = None, reduce: object = None) -> Expr:
    """Return `loss` under a reduction, also by PyTorch's two old flags and Keras' and TensorFlow's old names."""
    if reduce is not None or size_average is not None:
        off, summed = reduce in (0, False), size_average in (0, False)
        reduction = "none" if off else "sum" if summed else "mean"
    match str(reduction).rpartition(".")[2].lower():
        case "none":
            return loss
        case "sum" | "weighted_sum":
            return Sum(loss)
        case "batchmean":
            return Mean(Sum(loss, -1))
        case (
            "mean"
            | "auto"
            | "sum_over_batch_size"
            | "sum_by_nonzero_weights"
            | "weighted_sum_by_nonzero_weights"
            | "weighted_sum_over_batch_size"
        ):
            return Mean(loss)
        case _:
            return Join((Mean(loss), Sum(loss), loss))


def weighted(loss: Expr, weight: Expr | None) -> Expr:
    """Return `loss` times a weight for each element or example."""
    factor = optional(weight)
    return loss if factor is None else mul(loss, factor)


def either(from_logits: object, logits: Expr, probabilities: Expr) -> Expr:
    """Return one of two losses, or both as possible where the source does not show which."""
    if from_logits == UNKNOWN:
        return Join((logits, probabilities))
    return logits if from_logits else probabilities


# --- of probabilities or logits, per element or per row


def binary(labels: Expr, x: Expr, from_logits: object = None, label_smoothing: object = 0, guard: object = "clip") -> Expr:
    """Return the binary cross entropy of each element."""
    labels = smoothed(labels, label_smoothing)
    return either(from_logits, SigmoidCrossEntropy(labels, x), BinaryCrossEntropy(labels, x, str(guard)))


def smoothed(labels: Expr, by: object) -> Expr:
    """Return labels of two classes moved towards a half."""
    if isinstance(by, (int, float)):
        return labels if not by else add(mul(labels, Const(1.0 - by)), Const(0.5 * by))
    return Bounded("smoothed labels", 0.0, 1.0, "smoothed labels", labels)


def categorical(labels: Expr, x: Expr, from_logits: object = None, label_smoothing: object = 0, axis: object = -1) -> Expr:
    """Return the cross entropy of each row; smoothing mixes in the cross entropy with equal labels."""
    along = -1 if axis is None else axis_of(axis)
    if from_logits and from_logits != UNKNOWN:
        return smoothed_softmax(labels, x, label_smoothing, along)
    if label_smoothing:
        labels = Bounded("smoothed labels", 0.0, 1.0, "smoothed labels", labels)
    return either(from_logits, SoftmaxCrossEntropy(labels, x, along), CategoricalCrossEntropy(labels, x, along))


def smoothed_softmax(labels: Expr, x: Expr, by: object, axis: Axis, *, sparse: bool = False) -> Expr:
    """Return the softmax cross entropy with labels moved towards equal ones."""
    loss = SoftmaxCrossEntropy(labels, x, axis, sparse)
    if not isinstance(by, (int, float)):
        raise UnreadError
    equal = neg(Mean(LogSoftmax(x, axis), axis))
    return loss if not by else add(mul(loss, Const(1.0 - by)), mul(equal, Const(float(by))))


def sparse_categorical(labels: Expr, x: Expr, from_logits: object = None, axis: object = -1, ignore: object = None) -> Expr:
    """Return the cross entropy of each row with class numbers as labels."""
    if ignore is not None:
        raise UnreadError
    along = -1 if axis is None else axis_of(axis)
    return either(from_logits, SoftmaxCrossEntropy(labels, x, along, sparse=True), CategoricalCrossEntropy(labels, x, along, sparse=True))


def focal(labels: Expr, x: Expr, alpha: Expr | None = None, gamma: Expr = TWO, from_logits: object = None) -> Expr:
    """Return `(1 - p_t) ** gamma` times the binary cross entropy of each element, balanced by `alpha` if given."""
    p = either(from_logits, Sigmoid(x), x)
    wrong = add(mul(labels, sub(ONE, p)), mul(sub(ONE, labels), p))
    return balanced(mul(power(wrong, gamma), binary(labels, x, from_logits)), labels, alpha)


def logit_focal(labels: Expr, x: Expr, alpha: Expr | None = None, gamma: Expr = TWO) -> Expr:
    """Return the focal loss of each logit."""
    return focal(labels, x, alpha, gamma, from_logits=True)


def categorical_focal(labels: Expr, x: Expr, alpha: Expr = QUARTER, gamma: Expr = TWO, **options: object) -> Expr:
    """Return Keras' focal loss of each row of probabilities."""
    along = axis_of(options.get("axis", -1))
    if options.get("label_smoothing"):
        labels = Bounded("smoothed labels", 0.0, 1.0, "smoothed labels", labels)
    p = either(options.get("from_logits"), Softmax(x, along), x)
    held = Clip(div(p, Sum(p, along, keepdims=True)), FUZZ, Const(1.0 - 1e-7))
    each = mul(mul(power(sub(ONE, held), gamma), alpha), neg(mul(labels, Log(held))))
    return Sum(each, along)


def softmax_focal(labels: Expr, x: Expr, epsilon: Expr = TWO, axis: object = -1) -> Expr:
    """Return optax's `poly_loss_cross_entropy`: the cross entropy of each row and `epsilon` times what it lacks of certainty."""
    along = axis_of(axis)
    return add(SoftmaxCrossEntropy(labels, x, along), mul(epsilon, Sum(mul(labels, sub(ONE, Softmax(x, along))), along)))


def balanced(loss: Expr, labels: Expr, alpha: Expr | None) -> Expr:
    """Return `loss` times `alpha` for the label 1 and `1 - alpha` for the label 0."""
    share = optional(alpha)
    return loss if share is None else mul(loss, add(mul(labels, share), mul(sub(ONE, labels), sub(ONE, share))))


# --- how frameworks wrap them


def averaged(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a loss that is weighted and then averaged, or reduced as the call says."""

    def loss(
        reduction: object = "mean", size_average: object = None, reduce: object = None, weight: Expr | None = None, **fields: object
    ) -> Expr:
        return reduced(weighted(make(**fields), weight), reduction, size_average, reduce)

    return loss


def row_mean(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a loss that is averaged along the last axis, or the one that the call says."""

    def loss(axis: object = -1, **fields: object) -> Expr:
        return Mean(make(**fields), axis_of(axis))

    return loss


def row_sum(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a loss that is summed along the last axis, or the one that the call says."""

    def loss(axis: object = -1, **fields: object) -> Expr:
        return Sum(make(**fields), axis_of(axis))

    return loss


def sigmoid_cross_entropy(labels: Expr, x: Expr, pos_weight: Expr | None = None, label_smoothing: object = 0) -> Expr:
    """Return the binary cross entropy of each logit."""
    return SigmoidCrossEntropy(smoothed(labels, label_smoothing), x, optional(pos_weight))


def balanced_focal(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build Keras' focal loss, which is balanced by `alpha` only if asked to be, with its smoothed labels."""

    def loss(labels: Expr, balance: object = None, alpha: Expr = QUARTER, label_smoothing: object = 0, **fields: object) -> Expr:
        if balance == UNKNOWN:
            raise UnreadError
        return make(labels=smoothed(labels, label_smoothing), alpha=alpha if balance else None, **fields)

    return loss


def softmax_cross_entropy(*, sparse: bool, axis: int = -1) -> Callable[..., Expr]:
    """Build the cross entropy of each row of logits."""
    usual = axis

    def loss(labels: Expr, x: Expr, axis: object = usual, label_smoothing: object = 0) -> Expr:
        return smoothed_softmax(labels, x, label_smoothing, usual if axis is None else axis_of(axis), sparse=sparse)

    return loss


def weight_averaged(make: Callable[..., Expr], weight_of: Callable[[Expr], Expr] = lambda weight: weight) -> Callable[..., Expr]:
    """Build a PyTorch loss whose mean is divided by the sum of the weights."""

    def loss(
        reduction: object = "mean", size_average: object = None, reduce: object = None, weight: Expr | None = None, **fields: object
    ) -> Expr:
        value, factor = make(**fields), optional(weight)
        if factor is None:
            return reduced(value, reduction, size_average, reduce)
        each = weight_of(factor)
        total = reduced(mul(value, each), reduction, size_average, reduce)
        return div(Sum(total.x), Sum(each)) if isinstance(total, Mean) else total

    return loss


def class_averaged(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a PyTorch loss with a weight for each class, the mean of which is divided by the sum of the weights that occur."""
    return weight_averaged(make, lambda weight: View(weight, "{x}[labels]"))
