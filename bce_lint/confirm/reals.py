"""Real functions of multiple-precision numbers, with IEEE's answers where the reals have none: 1 / 0 is infinite, log(-1) NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp
import numpy as np
import numpy.typing as npt

from bce_lint.facts import expr as ex

Real = Any
"""An `mpf`; mpmath has no types."""

Array = npt.NDArray[Any]
"""An object array of `mpf`; of shape () for one number."""


class NotExact(Exception):  # noqa: N818  (it is an answer, not an error)
    """The expression has no meaning that can be computed; the message says why, in a few words for the user."""


def array(value: object) -> Array:
    """Return an object array, also of a single number."""
    return np.asarray(value, dtype=object)


def real(value: Real) -> Real:
    """Return a Python or NumPy number as an `mpf`, exactly; an `mpf` as it is, with all its digits."""
    return value if isinstance(value, mp.mpf) else mp.mpf(float(value))


def elementwise(f: Callable[..., Real], *operands: Array) -> Array:
    """Apply `f` to the entries, broadcasting."""
    try:
        return array(np.frompyfunc(f, len(operands), 1)(*operands))
    except ValueError as error:
        raise NotExact(f"shapes {', '.join(str(x.shape) for x in operands)} do not broadcast") from error


def _kept_real(value: Real) -> Real:
    return mp.nan if isinstance(value, mp.mpc) else value


def divide(a: Real, b: Real) -> Real:
    """Return a / b."""
    if b == 0:
        return mp.nan if a == 0 or mp.isnan(a) else mp.sign(a) * mp.inf
    return a / b


def power(a: Real, b: Real) -> Real:
    """Return a^b."""
    if b == 0 or a == 1:
        return mp.mpf(1)
    return mp.inf if a == 0 and b < 0 else _kept_real(a**b)


def log(x: Real) -> Real:
    """Return the logarithm, NaN below 0."""
    return _kept_real(mp.log(x))


def log1p(x: Real) -> Real:
    """Return log(1 + x), NaN below -1."""
    return _kept_real(mp.log1p(x))


def softplus(x: Real) -> Real:
    """Return log(1 + e^x), without losing a small one."""
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def sigmoid(x: Real) -> Real:
    """Return 1 / (1 + e^-x)."""
    return mp.exp(x) / (1 + mp.exp(x)) if x < 0 else 1 / (1 + mp.exp(-x))


def logit(x: Real) -> Real:
    """Return log(x / (1 - x))."""
    return log(divide(x, 1 - x))


def log_add_exp(x: Real, y: Real) -> Real:
    """Return log(e^x + e^y)."""
    return x + mp.ln2 if x == y else larger(x, y) + mp.log1p(mp.exp(-abs(x - y)))


def atanh(x: Real) -> Real:
    """Return the inverse of tanh, infinite at -1 and 1."""
    return mp.sign(x) * mp.inf if abs(x) == 1 else _kept_real(mp.atanh(x))


def xlogy(x: Real, y: Real) -> Real:
    """Return x log(y), 0 where x is 0."""
    return mp.mpf(0) if x == 0 else x * log(y)


def xlog1py(x: Real, y: Real) -> Real:
    """Return x log(1 + y), 0 where x is 0."""
    return mp.mpf(0) if x == 0 else x * log1p(y)


def larger(x: Real, y: Real) -> Real:
    """Return the larger one, NaN if either is."""
    return x + y if mp.isnan(x) or mp.isnan(y) else max(x, y)


def smaller(x: Real, y: Real) -> Real:
    """Return the smaller one, NaN if either is."""
    return x + y if mp.isnan(x) or mp.isnan(y) else min(x, y)


def truncated(x: Real) -> Real:
    """Return x without its fraction."""
    return mp.sign(x) * mp.floor(abs(x))


def nan_to_zero(x: Real) -> Real:
    """Return x, 0 for NaN; what replaces an infinity depends on the format."""
    if mp.isinf(x):
        raise NotExact("an infinity is replaced by a number of the format")
    return mp.mpf(0) if mp.isnan(x) else x


def cross_entropy(label: Real, p: Real) -> Real:
    """Return -(label log p + (1 - label) log(1 - p)), a term being 0 where its factor is."""
    return -xlogy(label, p) - xlog1py(1 - label, -p)


def divergence(label: Real, log_p: Real) -> Real:
    """Return label (log label - log_p)."""
    return xlogy(label, label) - label * log_p if label != 0 else mp.mpf(0)


ELEMENTWISE: Mapping[type[ex.Expr], Callable[..., Real]] = {
    ex.Add: lambda x, y: x + y,
    ex.Sub: lambda x, y: x - y,
    ex.Mul: lambda x, y: x * y,
    ex.Div: divide,
    ex.Pow: power,
    ex.Neg: lambda x: -x,
    ex.Abs: abs,
    ex.Sign: mp.sign,
    ex.Square: lambda x: x * x,
    ex.Sqrt: lambda x: _kept_real(mp.sqrt(x)),
    ex.Maximum: larger,
    ex.Minimum: smaller,
    ex.Where: lambda test, x, y: x if test != 0 else y,
    ex.DivNoNan: lambda x, y: mp.mpf(0) if y == 0 else divide(x, y),
    ex.MulNoNan: lambda x, y: mp.mpf(0) if y == 0 else x * y,
    ex.NanToNum: nan_to_zero,
    ex.Exp: mp.exp,
    ex.Expm1: mp.expm1,
    ex.Log: log,
    ex.Log1p: log1p,
    ex.Xlogy: xlogy,
    ex.Xlog1py: xlog1py,
    ex.Sigmoid: sigmoid,
    ex.LogSigmoid: lambda x: -softplus(-x),
    ex.Softplus: softplus,
    ex.LogAddExp: log_add_exp,
    ex.Tanh: mp.tanh,
    ex.Cosh: mp.cosh,
    ex.Sinh: mp.sinh,
    ex.Relu: lambda x: larger(x, mp.mpf(0)),
    ex.Acos: lambda x: _kept_real(mp.acos(x)),
    ex.Asin: lambda x: _kept_real(mp.asin(x)),
    ex.Atanh: atanh,
}
"""Ops whose operands are all their fields, entry by entry."""

ROUNDINGS: Mapping[str, Callable[[Real], Real]] = {"round": mp.nint, "floor": mp.floor, "ceil": mp.ceil}

RELATIONS: Mapping[str, Callable[..., bool]] = {
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "isnan": mp.isnan,
    "isfinite": mp.isfinite,
    "and": lambda x, y: x != 0 and y != 0,
    "or": lambda x, y: x != 0 or y != 0,
    "not": lambda x: x == 0,
}
