"""Builders for what works along axes: sums, extremes, norms, softmax."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from bce_lint.facts import inequalities
from bce_lint.facts.algebra import add, div, mul, neg, sub
from bce_lint.facts.expr import (
    RUNNING,
    Axis,
    Bounded,
    Const,
    Div,
    Expr,
    Index,
    Items,
    Linear,
    Log,
    LogSumExp,
    MatMul,
    Max,
    Maximum,
    Mean,
    Min,
    NanToNum,
    Norm,
    Nothing,
    Param,
    Prod,
    Softmax,
    Square,
    Std,
    Sum,
    Var,
    View,
    Where,
)
from bce_lint.facts.vocabulary.constants import LARGEST_SIZE, constant
from bce_lint.facts.vocabulary.make import HALF, axis_of, flag, maximum, rsqrt, tensor
from bce_lint.facts.vocabulary.places import written
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

TINY = Const(1e-12)


def reduce(op: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a reduction, of what is `selected` if anything is."""

    def make(x: Expr, axis: object = None, keepdims: object = None, dtype: object = None, selected: Expr | None = None) -> Expr:
        operand = tensor(x) if dtype is None else constant(x, dtype)
        if selected is None or is_none(selected):
            return op(operand, axis_of(axis), flag(keepdims))
        whole = Sum if op is Mean else op
        chosen = whole(Where(selected, operand, Const(NEUTRAL[op])), axis_of(axis), flag(keepdims))
        return Div(chosen, Sum(Where(selected, Const(1.0), Const(0.0)), axis_of(axis), flag(keepdims))) if op is Mean else chosen

    return make


NEUTRAL: Mapping[object, float] = {Sum: 0.0, Mean: 0.0, Prod: 1.0}
"""What entries that are not selected count for."""


def is_none(given: Expr) -> bool:
    """Tell whether an argument is None, as it is unless somebody gives it."""
    return isinstance(given, Nothing) or (isinstance(given, Param) and isinstance(given.default, Nothing))


def without_nan(made: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build what leaves NaN out, and where there is nothing else gives one or 0, from what does not."""

    def make(x: Expr, **how: object) -> Expr:
        return made(NanToNum(tensor(x)), **how)

    return make


def logsumexp(x: Expr, axis: object = None, keepdims: object = None, b: Expr | None = None) -> Expr:
    """Return `log(sum(b exp(x)))`."""
    scaled = x if b is None or isinstance(b, Nothing) else add(x, Log(b))
    return LogSumExp(tensor(scaled), axis_of(axis), flag(keepdims))


def average(x: Expr, axis: object = None, weights: Expr | None = None, keepdims: object = None) -> Expr:
    """Return NumPy's weighted average."""
    if weights is None or isinstance(weights, Nothing):
        return Mean(tensor(x), axis_of(axis), flag(keepdims))
    total = Sum(weights, axis_of(axis), flag(keepdims))
    return div(Sum(mul(tensor(x), tensor(weights)), axis_of(axis), flag(keepdims)), total)


def along(op: Callable[..., Expr], default: Axis = -1, none: Axis = UNKNOWN) -> Callable[..., Expr]:
    """Build a softmax or its logarithm, whose axis is `default` unless given; a given None is `none`, or `default` too."""
    nowhere = default if none == UNKNOWN else none

    def make(x: Expr, axis: object = default, dtype: object = None) -> Expr:
        operand = tensor(x) if dtype is None else constant(x, dtype)
        return op(operand, nowhere if axis is None else axis_of(axis))

    return make


def softmin(x: Expr, axis: object = -1, dtype: object = None) -> Expr:
    """Return `softmax(-x)`."""
    return along(Softmax)(neg(x), axis, dtype)


def spread(op: type[Var | Std], ddof: int = 0) -> Callable[..., Expr]:
    """Build a variance or standard deviation; PyTorch's `unbiased` is a `ddof` of 1."""

    def make(x: Expr, axis: object = None, keepdims: object = None, ddof: object = ddof, unbiased: object = None) -> Expr:
        degrees = ddof if unbiased is None else int(flag(unbiased))
        return op(tensor(x), axis_of(axis), flag(keepdims), degrees if isinstance(degrees, int) else 0)

    return make


def cumulative(total: Callable[[Expr, Axis], Expr]) -> Callable[..., Expr]:
    """Build what adds up along an axis and keeps every partial sum."""

    def make(x: Expr) -> Expr:
        return total(Index(tensor(x), RUNNING), UNKNOWN)

    return make


def gumbel(axis: object = -1, key: str = UNKNOWN) -> Expr:
    """Return a softmax of logits with noise."""
    return Softmax(Linear("gumbel", key), axis_of(axis))


def moments(x: Expr, axis: object = None, keepdims: object = None) -> Expr:
    """Return `(mean, variance)`."""
    return Items((Mean(x, axis_of(axis), flag(keepdims)), Var(x, axis_of(axis), flag(keepdims))))


def var_mean(op: type[Var | Std]) -> Callable[..., Expr]:
    """Build PyTorch's `(variance, mean)`."""

    def make(x: Expr, axis: object = None, keepdims: object = None, ddof: object = 1, unbiased: object = None) -> Expr:
        first = spread(op, 1)(x, axis, keepdims, ddof, unbiased)
        return Items((first, Mean(x, axis_of(axis), flag(keepdims))))

    return make


def norm(*, zero_gradient: bool = False) -> Callable[..., Expr]:
    """Build a vector norm (or Frobenius'); other matrix norms are unread."""

    def make(x: Expr, ord: object = None, axis: object = None, keepdims: object = None) -> Expr:  # noqa: A002  (the frameworks' word)
        order = order_of(ord)
        if isinstance(axis, tuple) and len(axis) == 2 and ord not in (None, "fro", "euclidean"):
            raise UnreadError
        return Norm(tensor(x), order, axis_of(axis), flag(keepdims), zero_gradient)

    return make


def safe_norm(x: Expr, least: Expr, ord: object = None, axis: object = None, keepdims: object = None) -> Expr:  # noqa: A002
    """Return optax's norm held above `least`, with gradient 0 there."""
    return maximum(Norm(tensor(x), order_of(ord), axis_of(axis), flag(keepdims), zero_gradient=True), least)


def distance(x: Expr, y: Expr, ord: object = 2) -> Expr:  # noqa: A002
    """Return PyTorch's norm of `x - y`."""
    return Norm(sub(x, y), order_of(ord), zero_gradient=True)


def order_of(order: object) -> float:
    """Return the order of a norm."""
    match order:
        case None | "fro" | "euclidean":
            return 2
        case int() | float():
            return order
        case "inf" | "numpy.inf" | "torch.inf" | "math.inf" | "jax.numpy.inf":
            return math.inf
        case _:
            raise UnreadError


def normalize(x: Expr, axis: object = None, epsilon: Expr = TINY) -> Expr:
    """Return TensorFlow's `l2_normalize`: `x / sqrt(max(sum(x ** 2), epsilon))`."""
    return mul(x, rsqrt(Maximum(Sum(Square(x), axis_of(axis), keepdims=True), epsilon)))


def keras_normalize(x: Expr, axis: object = -1, ord: object = 2, epsilon: Expr = TINY) -> Expr:  # noqa: A002
    """Return Keras' `x` divided by its Euclidean norm, which is held above `epsilon`."""
    if ord != 2:
        raise UnreadError
    return normalize(x, axis, mul(epsilon, epsilon))


def normalize_by_norm(x: Expr, ord: object = 2, axis: object = 1, epsilon: Expr = TINY) -> Expr:  # noqa: A002
    """Return PyTorch's `normalize`: `x / max(norm(x), epsilon)`."""
    return div(x, Maximum(Norm(x, order_of(ord), axis_of(axis), keepdims=True, zero_gradient=True), epsilon))


def half_sum_of_squares(x: Expr) -> Expr:
    """Return `sum(x ** 2) / 2`."""
    return mul(Sum(Square(x)), HALF)


def pooled(x: Expr) -> Expr:
    """Return means over windows."""
    return Mean(x, UNKNOWN, keepdims=True)


def clip_by_norm(x: Expr, limit: Expr, axis: object = None) -> Expr:
    """Return TensorFlow's `x limit / max(norm(x), limit)`."""
    return div(mul(x, limit), maximum(Norm(x, 2, axis_of(axis), keepdims=True), limit))


def unit(x: Expr, ord: object = "euclidean", axis: object = None) -> Expr:  # noqa: A002
    """Return `tf.linalg.normalize`: `(x / norm(x), norm(x))`."""
    length = Norm(x, order_of(ord), axis_of(axis), keepdims=True)
    return Items((div(x, length), length))


def extreme(reduced: type[Max | Min], pairwise: Callable[[Expr, Expr], Expr]) -> Callable[..., Expr]:
    """Build PyTorch's `max(x)`, `max(x, dim)` (values and indices) and `max(x, y)`."""

    def make(x: Expr, y: Expr | None = None, keepdims: object = None, axis: object = None) -> Expr:
        if y is None and axis is None:
            return reduced(x)
        if y is None or isinstance(y, Const):
            along = axis_of(axis) if y is None else int(y.value)
            return Items((reduced(x, along, flag(keepdims)), Bounded("index", 0.0, LARGEST_SIZE, "index", x)))
        return pairwise(x, y)

    return make


def place_of(name: str) -> Callable[..., Expr]:
    """Build `argmax` and `argmin`: the number of an entry."""

    def make(x: Expr, axis: object = None, keepdims: object = None) -> Expr:  # noqa: ARG001
        return Bounded("index", 0.0, LARGEST_SIZE, f"{name} {axis}", x)

    return make


def sorted_values(name: str) -> Callable[..., Expr]:
    """Build `(values, indices)` of PyTorch's `sort` and `topk`."""

    def make(x: Expr, **how: object) -> Expr:
        return Items((View(x, written(name, how)), Bounded("index", 0.0, LARGEST_SIZE, "index", x)))

    return make


def part(i: int) -> Callable[..., Expr]:
    """Build the attribute that names item `i` of a result with several parts (`.values`, `.indices`)."""

    def make(x: Expr) -> Expr:
        if isinstance(x, Items) and i < len(x.items):
            return x.items[i]
        raise UnreadError

    return make


def matmul(x: Expr, y: Expr, flip_x: object = None, flip_y: object = None) -> Expr:
    """Return a matrix product, either side transposed if asked to."""
    return MatMul(View(x, "{x} transposed") if flag(flip_x) else x, View(y, "{x} transposed") if flag(flip_y) else y)


def projected(x: Expr, weight: Expr, bias: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return `x` times a matrix of weights: cosines, if the rows of both have length 1, else a layer's output."""
    cosines = bias is None and inequalities.unit(x) and inequalities.unit(weight)
    return MatMul(x, View(weight, "{x} transposed")) if cosines else Linear("linear", key)


def linear(name: str) -> Callable[..., Expr]:
    """Build what can be any number: a matrix product, a convolution, a layer without activation."""

    def make(key: str = UNKNOWN, **_: object) -> Expr:
        return Linear(name, key)

    return make
