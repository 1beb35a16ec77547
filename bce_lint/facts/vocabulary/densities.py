"""What probability distributions compute: logarithms of densities, entropies and divergences, in terms of their parameters."""

from __future__ import annotations

import math
from collections.abc import Callable

from bce_lint.facts.algebra import add, div, mul, neg, sub
from bce_lint.facts.expr import (
    Abs,
    Bounded,
    Clip,
    Const,
    Exp,
    Expr,
    Free,
    Index,
    Linear,
    Log,
    Log1p,
    LogSoftmax,
    MulNoNan,
    Multinomial,
    Sigmoid,
    SigmoidCrossEntropy,
    Softmax,
    Softplus,
    Square,
    StopGradient,
    Sum,
    View,
)
from bce_lint.facts.vocabulary import constants
from bce_lint.facts.vocabulary.make import HALF, ONE, ZERO
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

TWO = Const(2.0)
HALF_LOG_2_PI = Const(0.5 * math.log(2.0 * math.pi))
EPSILON = Free("finfo.eps", "")
"""That of the dtype at hand."""
DENSEST = 1e12
"""No density of practice is larger."""
SPREAD_OF_UNIFORM = Const(math.sqrt(12.0))


def held(p: Expr) -> Expr:
    """Return a probability as PyTorch's distributions hold it away from 0 and 1."""
    return Clip(p, EPSILON, sub(ONE, EPSILON))


# --- normal


def normal(x: Expr, loc: Expr = ZERO, scale: Expr = ONE) -> Expr:
    """Return the logarithm of the normal density."""
    return sub(sub(mul(Square(div(sub(x, loc), scale)), Const(-0.5)), Log(scale)), HALF_LOG_2_PI)


def normal_by_variance(x: Expr, loc: Expr, scale: Expr) -> Expr:
    """Return the same as PyTorch computes it: the square of a small scale underflows long before that does."""
    return sub(sub(div(Square(sub(x, loc)), mul(Square(scale), Const(-2.0))), Log(scale)), HALF_LOG_2_PI)


def normal_entropy(loc: Expr, scale: Expr) -> Expr:
    """Return the entropy of a normal distribution."""
    del loc
    return add(Log(scale), Const(0.5 + HALF_LOG_2_PI.value))


def normal_cdf(x: Expr, loc: Expr = ZERO, scale: Expr = ONE) -> Expr:
    """Return the probability of less than `x`."""
    erf = Bounded("erf", -1.0, 1.0, "erf", div(sub(x, loc), mul(scale, Const(math.sqrt(2.0)))))
    return mul(add(erf, ONE), HALF)


def normal_kl(loc: Expr, scale: Expr, other_loc: Expr, other_scale: Expr) -> Expr:
    """Return the divergence of two normal distributions."""
    ratio = Square(div(scale, other_scale))
    distance = Square(div(sub(loc, other_loc), other_scale))
    return mul(sub(sub(add(ratio, distance), ONE), Log(ratio)), HALF)


def normal_draw(loc: Expr, scale: Expr, key: str = UNKNOWN) -> Expr:
    """Return a number drawn by way of `loc + scale * noise`, through which gradients go."""
    return add(loc, mul(scale, constants.normal(key)))


# --- laplace


def laplace(x: Expr, loc: Expr, scale: Expr) -> Expr:
    """Return the logarithm of the Laplace density."""
    return sub(neg(div(Abs(sub(x, loc)), scale)), Log(mul(scale, TWO)))


def laplace_entropy(loc: Expr, scale: Expr) -> Expr:
    """Return the entropy of a Laplace distribution."""
    del loc
    return add(Log(mul(scale, TWO)), ONE)


def laplace_spread(loc: Expr, scale: Expr) -> Expr:
    """Return the standard deviation of a Laplace distribution."""
    del loc
    return mul(scale, Const(math.sqrt(2.0)))


def laplace_kl(loc: Expr, scale: Expr, other_loc: Expr, other_scale: Expr) -> Expr:
    """Return the divergence of two Laplace distributions."""
    ratio, distance = div(scale, other_scale), Abs(sub(loc, other_loc))
    return sub(add(sub(div(distance, other_scale), Log(ratio)), mul(ratio, Exp(neg(div(distance, scale))))), ONE)


def laplace_draw(loc: Expr, scale: Expr, key: str = UNKNOWN) -> Expr:
    """Return a number drawn, through which gradients go."""
    return add(loc, mul(scale, Linear("laplace", key)))


def likelihood(log_density: Callable[..., Expr], highest: float = DENSEST) -> Callable[..., Expr]:
    """Build a density, or with 1 for the highest a probability: exactly 0 for what is unlikely enough."""

    def make(**fields: Expr) -> Expr:
        return Bounded("density", 0.0, highest, "density", log_density(**fields))

    return make


def density(x: Expr) -> Expr:
    """Return a density of which no more is known."""
    return Bounded("density", 0.0, DENSEST, "density", View(x, "{x} as a density"))


# --- of location and scale, and uniform


def location(loc: Expr, scale: Expr) -> Expr:
    """Return the location."""
    del scale
    return loc


def spread(loc: Expr, scale: Expr) -> Expr:
    """Return the scale."""
    del loc
    return scale


def variance(loc: Expr, scale: Expr) -> Expr:
    """Return the square of the scale."""
    del loc
    return Square(scale)


def uniform_draw(low: Expr = ZERO, high: Expr = ONE, key: str = UNKNOWN) -> Expr:
    """Return a number in `[low, high)`."""
    if isinstance(low, Const) and isinstance(high, Const):
        return constants.uniform("float32")(low, high, key=key)
    return add(low, mul(sub(high, low), constants.uniform("float32")(key=key)))


def uniform_mean(low: Expr = ZERO, high: Expr = ONE) -> Expr:
    """Return the middle."""
    return mul(add(low, high), HALF)


def uniform_spread(low: Expr = ZERO, high: Expr = ONE) -> Expr:
    """Return the standard deviation of a uniform distribution."""
    return div(sub(high, low), SPREAD_OF_UNIFORM)


# --- of classes, from logits or from probabilities


def given(x: Expr | None) -> Expr:
    """Return a parameter without which nothing is known."""
    if x is None:
        raise UnreadError
    return x


def bernoulli_probs(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the probability of 1."""
    return Sigmoid(logits) if logits is not None else given(probs)


def bernoulli_logits(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the logit of 1, of probabilities as they are."""
    return logits if logits is not None else sub(Log(given(probs)), Log1p(neg(given(probs))))


def held_bernoulli_logits(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the logit of 1, of probabilities that are held away from 0 and 1 first."""
    return logits if logits is not None else bernoulli_logits(held(given(probs)))


def held_bernoulli(x: Expr, probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the log-probability of 0 or 1 as PyTorch computes it: always from logits."""
    return neg(SigmoidCrossEntropy(x, held_bernoulli_logits(probs, logits)))


def held_bernoulli_entropy(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the entropy as PyTorch computes it."""
    return SigmoidCrossEntropy(bernoulli_probs(probs, logits), held_bernoulli_logits(probs, logits))


def bernoulli_kl(logits: Expr, other: Expr) -> Expr:
    """Return the divergence of two Bernoulli distributions."""
    p = Sigmoid(logits)
    ones = mul(p, sub(Softplus(neg(other)), Softplus(neg(logits))))
    return add(ones, mul(sub(ONE, p), sub(Softplus(other), Softplus(logits))))


def bernoulli(x: Expr, probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the log-probability of 0 or 1 as TensorFlow Probability computes it: from the probability itself if that is given."""
    if logits is not None:
        return neg(SigmoidCrossEntropy(x, logits))
    p = given(probs)
    return add(MulNoNan(Log1p(neg(p)), sub(ONE, x)), MulNoNan(Log(p), x))


def bernoulli_entropy(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the entropy as TensorFlow Probability computes it."""
    return SigmoidCrossEntropy(Sigmoid(logits), logits) if logits is not None else neg(bernoulli(given(probs), probs))


def shares(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the probabilities of classes as PyTorch computes them: each one's share of all."""
    return Softmax(logits) if logits is not None else div(given(probs), Sum(given(probs), -1, keepdims=True))


def held_log_shares(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the log-probabilities of classes as PyTorch computes them."""
    return LogSoftmax(logits) if logits is not None else Log(held(shares(probs)))


def class_probs(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the probabilities of classes."""
    return Softmax(logits) if logits is not None else given(probs)


def class_logits(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return logits of classes: the logarithms of probabilities that are given instead."""
    return logits if logits is not None else Log(given(probs))


def log_shares(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
    """Return the log-probabilities of classes as TensorFlow Probability computes them."""
    return LogSoftmax(class_logits(probs, logits))


Classes = Callable[[Expr | None, Expr | None], Expr]


def picked(logs: Classes) -> Callable[..., Expr]:
    """Build the log-probability of the class with number `x`."""

    def make(x: Expr, probs: Expr | None = None, logits: Expr | None = None) -> Expr:
        del x
        return Index(logs(probs, logits), "value")

    return make


def weighted(logs: Classes) -> Callable[..., Expr]:
    """Build the log-probability of the class that is 1 in `x`."""

    def make(x: Expr, probs: Expr | None = None, logits: Expr | None = None) -> Expr:
        return Sum(mul(x, logs(probs, logits)), -1)

    return make


def class_entropy(logs: Classes, shares: Classes) -> Callable[..., Expr]:
    """Build the entropy of classes."""

    def make(probs: Expr | None = None, logits: Expr | None = None) -> Expr:
        return neg(Sum(mul(logs(probs, logits), shares(probs, logits)), -1))

    return make


def class_kl(logits: Expr, other: Expr) -> Expr:
    """Return the divergence of two distributions of classes."""
    return Sum(mul(Softmax(logits), sub(LogSoftmax(logits), LogSoftmax(other))), -1)


# --- drawn without a gradient


def detached(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build what is drawn without a gradient."""

    def draw(**fields: object) -> Expr:
        return StopGradient(make(**fields))

    return draw


def bit(probs: Expr | None = None, logits: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return 0 or 1."""
    del probs, logits
    return Bounded("bernoulli", 0.0, 1.0, key)


def number_drawn(shares: Classes) -> Callable[..., Expr]:
    """Build the number of a class."""

    def make(probs: Expr | None = None, logits: Expr | None = None, key: str = UNKNOWN) -> Expr:
        del key
        return Multinomial(shares(probs, logits))

    return make


def relaxed(probs: Expr | None = None, logits: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return probabilities of classes drawn, through which gradients go."""
    del probs, logits
    return Softmax(Linear("relaxed", key))


def relaxed_bit(probs: Expr | None = None, logits: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return a number between 0 and 1 drawn, through which gradients go."""
    del probs, logits
    return Sigmoid(Linear("relaxed", key))


def held_relaxed_bit(probs: Expr | None = None, logits: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return the same as PyTorch holds it away from 0 and 1."""
    return Clip(relaxed_bit(probs, logits, key), Free("finfo.tiny", ""), sub(ONE, EPSILON))
