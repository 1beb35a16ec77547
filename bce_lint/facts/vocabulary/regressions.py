"""Builders for losses of numbers rather than of classes, and for divergences and distances, per element or per row."""

from __future__ import annotations

import math

from bce_lint.facts.algebra import add, div, mul, neg, sub
from bce_lint.facts.expr import (
    LOG2,
    Abs,
    Clip,
    Const,
    Exp,
    Expr,
    KlDivergence,
    Log,
    Log1p,
    LogSigmoid,
    Max,
    Maximum,
    Mean,
    Norm,
    Softplus,
    Sqrt,
    Square,
    Sum,
    Truth,
    Where,
)
from bce_lint.facts.vocabulary.axes import TINY, normalize, order_of
from bce_lint.facts.vocabulary.make import HALF, ONE, ZERO, axis_of, flag
from bce_lint.facts.vocabulary.row import UnreadError

FUZZ = Const(1e-7)
"""Keras' epsilon."""
MICRO = Const(1e-6)
NANO = Const(1e-8)


def squared(labels: Expr, x: Expr) -> Expr:
    """Return the squared error."""
    return Square(sub(x, labels))


def half_squared(x: Expr, labels: Expr = ZERO) -> Expr:
    """Return half the squared error."""
    return mul(Square(sub(x, labels)), HALF)


def absolute(labels: Expr, x: Expr) -> Expr:
    """Return the absolute error."""
    return Abs(sub(x, labels))


def huber(x: Expr, labels: Expr = ZERO, delta: Expr = ONE) -> Expr:
    """Return half the squared error, linear from `delta` on."""
    error = Abs(sub(x, labels))
    return Where(Truth("<=", error, delta), mul(Square(error), HALF), mul(delta, sub(error, mul(delta, HALF))))


def smooth_l1(labels: Expr, x: Expr, beta: Expr = ONE) -> Expr:
    """Return PyTorch's smooth absolute error."""
    error = Abs(sub(x, labels))
    return Where(Truth("<", error, beta), div(mul(Square(error), HALF), beta), sub(error, mul(beta, HALF)))


def squared_logarithmic(labels: Expr, x: Expr) -> Expr:
    """Return Keras' squared difference of `log(1 + x)`."""
    return Square(sub(Log(add(Maximum(x, FUZZ), ONE)), Log(add(Maximum(labels, FUZZ), ONE))))


def percentage(labels: Expr, x: Expr) -> Expr:
    """Return Keras' absolute error in percent of the label."""
    return mul(Abs(div(sub(labels, x), Maximum(Abs(labels), FUZZ))), Const(100.0))


def log_cosh(x: Expr, labels: Expr = ZERO) -> Expr:
    """Return `log(cosh(x - labels))` as `d + softplus(-2 d) - log(2)`."""
    error = sub(x, labels)
    return sub(add(error, Softplus(mul(error, Const(-2.0)))), Const(LOG2))


def hinge(labels: Expr, x: Expr) -> Expr:
    """Return `max(1 - labels x, 0)`."""
    return Maximum(sub(ONE, mul(labels, x)), ZERO)


def squared_hinge(labels: Expr, x: Expr) -> Expr:
    """Return the square of `hinge`."""
    return Square(hinge(labels, x))


def categorical_hinge(labels: Expr, x: Expr) -> Expr:
    """Return Keras' hinge between the right and the best wrong class."""
    right, wrong = Sum(mul(labels, x), -1), Max(mul(sub(ONE, labels), x), -1)
    return Maximum(add(sub(wrong, right), ONE), ZERO)


def soft_margin(labels: Expr, x: Expr) -> Expr:
    """Return `log(1 + exp(-labels x))` as PyTorch computes it, overflow included."""
    return Log1p(Exp(neg(mul(labels, x))))


def multilabel_soft_margin(labels: Expr, x: Expr) -> Expr:
    """Return PyTorch's mean over the classes of the binary cross entropy of logits."""
    return neg(Mean(add(mul(labels, LogSigmoid(x)), mul(sub(ONE, labels), LogSigmoid(neg(x)))), -1))


def margin_ranking(x: Expr, y: Expr, labels: Expr, margin: Expr = ZERO) -> Expr:
    """Return `max(-labels (x - y) + margin, 0)`."""
    return Maximum(add(neg(mul(labels, sub(x, y))), margin), ZERO)


def hinge_embedding(labels: Expr, x: Expr, margin: Expr = ONE) -> Expr:
    """Return `x` for the label 1 and `max(margin - x, 0)` for -1."""
    return Where(Truth("==", labels, ONE), x, Maximum(sub(margin, x), ZERO))


def log_loss(labels: Expr, x: Expr, epsilon: Expr = FUZZ) -> Expr:
    """Return TensorFlow 1's binary cross entropy of probabilities, with an epsilon in each logarithm."""
    return sub(neg(mul(labels, Log(add(x, epsilon)))), mul(sub(ONE, labels), Log(add(sub(ONE, x), epsilon))))


def hinge_of_classes(labels: Expr, x: Expr) -> Expr:
    """Return TensorFlow 1's hinge, whose labels are 0 and 1."""
    return Maximum(sub(ONE, mul(sub(mul(labels, Const(2.0)), ONE), x)), ZERO)


# --- divergences and distances


def poisson(labels: Expr, x: Expr) -> Expr:
    """Return Keras' `x - labels log(x + epsilon)`."""
    return sub(x, mul(labels, Log(add(x, FUZZ))))


def poisson_nll(labels: Expr, x: Expr, log_input: object = True, full: object = False, epsilon: Expr = NANO) -> Expr:  # noqa: FBT002
    """Return PyTorch's Poisson loss, of the logarithm of the rate unless told otherwise; Stirling's term is unread."""
    if full not in (0, False, None):
        raise UnreadError
    return sub(Exp(x), mul(labels, x)) if flag(log_input) else sub(x, mul(labels, Log(add(x, epsilon))))


def log_poisson(labels: Expr, x: Expr, full: object = None) -> Expr:
    """Return `exp(x) - labels x`."""
    return poisson_nll(labels, x, True, full)  # noqa: FBT003


def gaussian_nll(labels: Expr, x: Expr, var: Expr, full: object = None, epsilon: Expr = MICRO) -> Expr:
    """Return PyTorch's Gaussian loss, the variance held above `epsilon`."""
    held = Maximum(var, epsilon)
    loss = mul(add(Log(held), div(Square(sub(x, labels)), held)), HALF)
    return add(loss, Const(0.5 * math.log(2.0 * math.pi))) if flag(full) else loss


def kl(labels: Expr, x: Expr, log_labels: object = None) -> Expr:
    """Return PyTorch's Kullback-Leibler divergence of each element, of log-probabilities `x`."""
    return KlDivergence(labels, x, flag(log_labels))


def kl_of_logs(labels: Expr, x: Expr) -> Expr:
    """Return the divergence of each element with logarithms on both sides."""
    return KlDivergence(labels, x, log_labels=True)


def generalized_kl(labels: Expr, x: Expr) -> Expr:
    """Return optax's divergence that also holds where the probabilities of a row do not add up to 1."""
    return add(KlDivergence(labels, x), sub(Exp(x), labels))


def kl_of_probabilities(labels: Expr, x: Expr) -> Expr:
    """Return Keras' divergence of each element, both sides held in `[1e-7, 1]`."""
    p, q = Clip(labels, FUZZ, ONE), Clip(x, FUZZ, ONE)
    return mul(p, Log(div(p, q)))


def cosine_similarity(x: Expr, y: Expr, axis: object = 1, epsilon: Expr = NANO) -> Expr:
    """Return PyTorch's cosine of the angle, each norm held above `epsilon`."""
    along = axis_of(axis)
    norms = [Maximum(Norm(v, 2, along, keepdims=False, zero_gradient=True), epsilon) for v in (x, y)]
    return div(Sum(mul(x, y), along), mul(norms[0], norms[1]))


def cosine_distance(labels: Expr, x: Expr, axis: object = None) -> Expr:
    """Return TensorFlow 1's `1 - sum(labels x)`, of vectors that the caller has normalized."""
    return sub(ONE, Sum(mul(labels, x), axis_of(axis), keepdims=True))


def plain_cosine(x: Expr, labels: Expr, epsilon: Expr = ZERO, axis: object = -1) -> Expr:
    """Return optax's cosine of the angle, each sum of squares held above `epsilon`, which is 0 unless given."""
    along = axis_of(axis)
    lengths = [Sqrt(Maximum(Sum(Square(v), along), epsilon)) for v in (x, labels)]
    return div(Sum(mul(x, labels), along), mul(lengths[0], lengths[1]))


def plain_cosine_distance(x: Expr, labels: Expr, epsilon: Expr = ZERO, axis: object = -1) -> Expr:
    """Return 1 less the cosine of the angle."""
    return sub(ONE, plain_cosine(x, labels, epsilon, axis))


def perceptron(labels: Expr, x: Expr) -> Expr:
    """Return `max(-labels x, 0)`."""
    return Maximum(neg(mul(labels, x)), ZERO)


def negative_cosine(labels: Expr, x: Expr, axis: object = -1) -> Expr:
    """Return Keras' negative cosine of the angle."""
    return neg(Sum(mul(normalize(labels, axis), normalize(x, axis)), axis_of(axis)))


def pairwise_distance(x: Expr, y: Expr, ord: object = 2, epsilon: Expr = MICRO, keepdims: object = None) -> Expr:  # noqa: A002
    """Return PyTorch's norm of `x - y + epsilon`."""
    return Norm(add(sub(x, y), epsilon), order_of(ord), -1, flag(keepdims), zero_gradient=True)


def triplet(x: Expr, near: Expr, far: Expr, margin: Expr = ONE) -> Expr:
    """Return PyTorch's triplet loss with Euclidean distances."""
    return Maximum(add(sub(pairwise_distance(x, near), pairwise_distance(x, far)), margin), ZERO)


def cosine_embedding(x: Expr, y: Expr, labels: Expr, margin: Expr = ZERO) -> Expr:
    """Return PyTorch's cosine loss: `1 - cos` for the label 1, `max(cos - margin, 0)` for -1."""
    cosine = cosine_similarity(x, y, epsilon=TINY)
    return Where(Truth("==", labels, ONE), sub(ONE, cosine), Maximum(sub(cosine, margin), ZERO))


def dice(labels: Expr, x: Expr, axis: object = None) -> Expr:
    """Return Keras' dice loss."""
    along = axis_of(axis)
    both = mul(Sum(mul(labels, x), along), Const(2.0))
    return sub(ONE, div(both, add(add(Sum(labels, along), Sum(x, along)), FUZZ)))


def tversky(labels: Expr, x: Expr, alpha: Expr = HALF, beta: Expr = HALF, axis: object = None) -> Expr:
    """Return Keras' Tversky loss."""
    along = axis_of(axis)
    both = Sum(mul(labels, x), along)
    missed, false = Sum(mul(sub(ONE, x), labels), along), Sum(mul(x, sub(ONE, labels)), along)
    return sub(ONE, div(both, add(add(add(both, mul(missed, alpha)), mul(false, beta)), FUZZ)))
