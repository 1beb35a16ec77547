"""What an `Expr` is worth on arrays, in float64 by NumPy: the reference that every row of a vocabulary is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from bce_lint.facts import expr as ops

Array = Any
Inputs = Mapping[str, Array]


class UnpredictableError(Exception):
    """The value is not determined by the algebra: only what kind of number it is can be checked."""


KNOWN: Mapping[str, Callable[[Array], Array]] = {"sin": np.sin, "cos": np.cos, "atan": np.arctan, "erf": special.erf, "erfc": special.erfc}

UNARY: Mapping[type[ops.Expr], Callable[[Array], Array]] = {
    ops.Abs: np.abs,
    ops.Acos: np.arccos,
    ops.Asin: np.arcsin,
    ops.Atanh: np.arctanh,
    ops.Cosh: np.cosh,
    ops.Exp: np.exp,
    ops.Expm1: np.expm1,
    ops.Log: np.log,
    ops.Log1p: np.log1p,
    ops.LogSigmoid: special.log_expit,
    ops.NanToNum: np.nan_to_num,
    ops.Neg: np.negative,
    ops.Relu: lambda x: np.maximum(x, 0),
    ops.Sigmoid: special.expit,
    ops.Sign: np.sign,
    ops.Sinh: np.sinh,
    ops.Softplus: lambda x: np.logaddexp(0, x),
    ops.Sqrt: np.sqrt,
    ops.Square: np.square,
    ops.StopGradient: lambda x: x,
    ops.Tanh: np.tanh,
}

BINARY: Mapping[type[ops.Expr], Callable[[Array, Array], Array]] = {
    ops.Add: np.add,
    ops.Div: np.divide,
    ops.LogAddExp: np.logaddexp,
    ops.MatMul: np.matmul,
    ops.Maximum: np.maximum,
    ops.Minimum: np.minimum,
    ops.Mul: np.multiply,
    ops.Pow: np.power,
    ops.Sub: np.subtract,
    ops.Xlog1py: special.xlog1py,
    ops.Xlogy: special.xlogy,
    ops.DivNoNan: lambda x, y: np.where(y == 0, 0, x / np.where(y == 0, 1, y)),
    ops.MulNoNan: lambda x, y: np.where(y == 0, 0, x * y),
}

REDUCTIONS: Mapping[type[ops.Expr], Callable[..., Array]] = {
    ops.LogSumExp: special.logsumexp,
    ops.Max: np.max,
    ops.Mean: np.mean,
    ops.Min: np.min,
    ops.Prod: np.prod,
    ops.Sum: np.sum,
}

RELATIONS: Mapping[str, Callable[..., Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
}


def value(e: ops.Expr, inputs: Inputs) -> Array:  # noqa: C901, PLR0911, PLR0912  (one case an op)
    """Return what `e` is; `inputs` gives the parameters by name."""

    def v(x: ops.Expr) -> Array:
        return value(x, inputs)

    if type(e) in UNARY:
        return UNARY[type(e)](v(e.x))  # type: ignore[attr-defined]
    if type(e) in BINARY:
        return BINARY[type(e)](v(e.x), v(e.y))  # type: ignore[attr-defined]
    match e:
        case ops.Const(number):
            return np.float64(number)
        case ops.Param(name):
            return inputs[name]
        case ops.Cast(x, "bfloat16"):
            mantissa, exponent = np.frexp(v(x))
            return np.ldexp(np.round(mantissa * 2**8), exponent - 8)
        case ops.Cast(x, dtype):
            return np.asarray(v(x)).astype({"bool": bool, "int": int}.get(dtype, dtype if dtype != "?" else float))
        case ops.Clip(x, lo, hi):
            return np.clip(v(x), -math.inf if lo is None else v(lo), math.inf if hi is None else v(hi))
        case ops.Where(test, x, y):
            return np.where(v(test), v(x), v(y))
        case ops.Truth(relation, x, y):
            return RELATIONS[relation](*([v(x)] if y is None else [v(x), v(y)]))
        case ops.Round(x, how):
            return {"round": np.rint, "floor": np.floor, "ceil": np.ceil}[how](v(x))
        case ops.Logit(x, eps):
            return special.logit(v(x) if eps is None else np.clip(v(x), v(eps), 1 - v(eps)))
        case ops.Bounded(name, x=x) if name in KNOWN and x is not None:
            return KNOWN[name](v(x))
        case _:
            return along(e, inputs) if hasattr(e, "axis") else loss(e, inputs)


def along(e: ops.Expr, inputs: Inputs) -> Array:  # noqa: PLR0911  (one case an op)
    """Return what works along axes."""
    x = value(e.x, inputs)  # type: ignore[attr-defined]
    match e:
        case _ if e.axis == "?":  # type: ignore[attr-defined]
            raise UnpredictableError(str(e))
        case ops.Softmax(axis=axis):
            return special.softmax(x, axis=axis)
        case ops.LogSoftmax(axis=axis):
            return special.log_softmax(x, axis=axis)
        case ops.Norm(_, order, axis, keepdims):
            return np.sum(np.abs(x) ** order, axis=axis, keepdims=keepdims) ** (1 / order)
        case ops.Var(axis=axis, keepdims=keepdims, ddof=ddof):
            return np.var(x, axis=axis, keepdims=keepdims, ddof=ddof)
        case ops.Std(axis=axis, keepdims=keepdims, ddof=ddof):
            return np.std(x, axis=axis, keepdims=keepdims, ddof=ddof)
        case ops.CategoricalCrossEntropy(labels, axis=axis, sparse=sparse):
            return cross_entropy(value(labels, inputs), np.log(x), axis, sparse=sparse)
        case ops.SoftmaxCrossEntropy(labels, axis=axis, sparse=sparse):
            return cross_entropy(value(labels, inputs), special.log_softmax(x, axis=axis), axis, sparse=sparse)
        case _:
            return REDUCTIONS[type(e)](x, axis=e.axis, keepdims=e.keepdims)  # type: ignore[attr-defined]


def cross_entropy(labels: Array, logs: Array, axis: ops.Axis, *, sparse: bool) -> Array:
    """Return `-sum(labels logs)`."""
    if sparse:
        labels = np.moveaxis(np.eye(logs.shape[axis])[labels.astype(int)], -1, axis)
    return -np.sum(labels * logs, axis=axis)


def loss(e: ops.Expr, inputs: Inputs) -> Array:
    """Return a loss of each element."""

    def v(x: ops.Expr) -> Array:
        return value(x, inputs)

    match e:
        case ops.BinaryCrossEntropy(labels, x):
            return -(v(labels) * np.log(v(x)) + (1 - v(labels)) * np.log1p(-v(x)))
        case ops.SigmoidCrossEntropy(labels, x, pos_weight):
            weight = 1.0 if pos_weight is None else v(pos_weight)
            return v(labels) * weight * np.logaddexp(0, -v(x)) + (1 - v(labels)) * np.logaddexp(0, v(x))
        case ops.NegativeLogLikelihood(labels, x):
            return -np.take_along_axis(v(x), v(labels).astype(int)[:, None], 1)[:, 0]
        case ops.KlDivergence(labels, x, log_labels):
            y = v(labels)
            return np.exp(y) * (y - v(x)) if log_labels else special.xlogy(y, y) - y * v(x)
        case _:
            raise UnpredictableError(str(e))
