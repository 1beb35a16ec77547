"""Builders for activation functions."""

from __future__ import annotations

import math
from collections.abc import Callable

from bce_lint.facts.algebra import add, div, mul, power, sub
from bce_lint.facts.expr import Abs, Bounded, Clip, Const, Expm1, Expr, Minimum, Mul, Relu, Sigmoid, Softplus, Tanh, Truth, View, Where
from bce_lint.facts.vocabulary.make import HALF, ONE, ZERO, optional
from bce_lint.facts.vocabulary.row import UnreadError

MINUS_ONE = Const(-1.0)


def silu(x: Expr, beta: Expr = ONE) -> Expr:
    """Return `x sigmoid(beta x)`."""
    return Mul(x, Sigmoid(mul(x, beta)))


def mish(x: Expr) -> Expr:
    """Return `x tanh(softplus(x))`."""
    return Mul(x, Tanh(Softplus(x)))


def softsign(x: Expr) -> Expr:
    """Return `x / (1 + abs(x))`."""
    return div(x, add(Abs(x), ONE))


def relu6(x: Expr) -> Expr:
    """Return `x` held in `[0, 6]`."""
    return Clip(x, ZERO, Const(6.0))


def hard_sigmoid(x: Expr) -> Expr:
    """Return `relu6(x + 3) / 6`."""
    return div(relu6(add(x, Const(3.0))), Const(6.0))


def hard_sigmoid_2(x: Expr) -> Expr:
    """Return, as Keras 2, `0.2 x + 0.5` held in `[0, 1]`."""
    return Clip(add(mul(x, Const(0.2)), HALF), ZERO, ONE)


def hard_silu(x: Expr) -> Expr:
    """Return `x hard_sigmoid(x)`."""
    return Mul(x, hard_sigmoid(x))


def elu(x: Expr, alpha: Expr = ONE) -> Expr:
    """Return `x`, and `alpha (exp(x) - 1)` where it is negative; no framework computes the exponential of a positive number there."""
    return Where(Truth(">", x, ZERO), x, mul(alpha, Expm1(Minimum(x, ZERO))))


def celu(x: Expr, alpha: Expr = ONE) -> Expr:
    """Return `x`, and `alpha (exp(x / alpha) - 1)` where it is negative."""
    return Where(Truth(">", x, ZERO), x, mul(alpha, Expm1(Minimum(div(x, alpha), ZERO))))


def hardtanh(x: Expr, lo: Expr = MINUS_ONE, hi: Expr = ONE) -> Expr:
    """Return `x` held between -1 and 1 unless told otherwise."""
    return Clip(x, lo, hi)


def tanhshrink(x: Expr) -> Expr:
    """Return `x - tanh(x)`."""
    return sub(x, Tanh(x))


def threshold(x: Expr, threshold: Expr, y: Expr) -> Expr:
    """Return `x` above the threshold, else `y`."""
    return Where(Truth(">", x, threshold), x, y)


def selu(x: Expr) -> Expr:
    """Return the scaled exponential linear unit."""
    return mul(elu(x, Const(1.6732632423543772)), Const(1.0507009873554805))


def leaky_relu(slope: float) -> Callable[..., Expr]:
    """Build `x`, and `alpha x` where it is negative."""
    usual = Const(slope)

    def make(x: Expr, alpha: Expr = usual) -> Expr:
        return Where(Truth(">", x, ZERO), x, mul(alpha, x))

    return make


def relu(x: Expr, slope: Expr = ZERO, ceiling: Expr | None = None, threshold: Expr = ZERO) -> Expr:
    """Return Keras' relu with a leak, a ceiling and a threshold."""
    top = optional(ceiling)
    if threshold is not ZERO:
        raise UnreadError
    held = Relu(x) if top is None else Clip(x, ZERO, top)
    return held if slope is ZERO else Where(Truth(">", x, ZERO), held, mul(slope, x))


def gelu(*, approximate: bool) -> Callable[..., Expr]:
    """Build `x Phi(x)`, by erf or by its tanh approximation unless the call says which."""

    def make(x: Expr, approximate: object = approximate) -> Expr:
        if approximate in (True, 1, "tanh"):
            inner = mul(add(x, mul(power(x, Const(3.0)), Const(0.044715))), Const(math.sqrt(2.0 / math.pi)))
            return mul(mul(x, add(Tanh(inner), ONE)), HALF)
        return mul(mul(x, add(Bounded("erf", -1.0, 1.0, "erf", div(x, Const(math.sqrt(2.0)))), ONE)), HALF)

    return make


def softplus(x: Expr, beta: Expr = ONE) -> Expr:
    """Return PyTorch's `log(1 + exp(beta x)) / beta`."""
    return div(Softplus(mul(x, beta)), beta)


def glu(x: Expr, axis: object = -1) -> Expr:
    """Return the first half of `x` times the sigmoid of the second."""
    return Mul(View(x, f"{{x}} first half along {axis}"), Sigmoid(View(x, f"{{x}} second half along {axis}")))
