"""Real functions of multiple-precision numbers, with IEEE's answers where the reals have none: 1 / 0 is infinite, log(-1) NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp
import numpy as np
import numpy.typing as npt

from bce_lint.confirm.duals import Dual, Real, constant, lifted, plain, slope
from bce_lint.facts import expr as ex

Array = npt.NDArray[Any]
"""An object array of `mpf`, or of `Dual`; of shape () for one number."""


class NotExact(Exception):  # noqa: N818  (it is an answer, not an error)
    """The expression has no meaning that can be computed; the message says why, in a few words for the user."""


def array(value: object) -> Array:
    """Return an object array, also of a single number."""
    return np.asarray(value, dtype=object)


def real(value: Real) -> Real:
    """Return a Python or NumPy number as an `mpf`, exactly; an `mpf` as it is, with all its digits."""
    return value if isinstance(value, mp.mpf | Dual) else mp.mpf(float(value))


def elementwise(f: Callable[..., Real], *operands: Array) -> Array:
    """Apply `f` to the entries, broadcasting."""
    try:
        return array(np.frompyfunc(f, len(operands), 1)(*operands))
    except ValueError as error:
        raise NotExact(f"shapes {', '.join(str(x.shape) for x in operands)} do not broadcast") from error


def _kept_real(value: Real) -> Real:
    return mp.nan if isinstance(value, mp.mpc) else value


def _quotient(a: Real, b: Real) -> Real:
    if b == 0:
        return mp.nan if a == 0 or mp.isnan(a) else mp.sign(a) * mp.inf
    return a / b


def _power(a: Real, b: Real) -> Real:
    if b == 0 or a == 1:
        return mp.mpf(1)
    return mp.inf if a == 0 and b < 0 else _kept_real(a**b)


def _log(x: Real) -> Real:
    return _kept_real(mp.log(x))


def _softplus(x: Real) -> Real:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def _sigmoid(x: Real) -> Real:
    return mp.exp(x) / (1 + mp.exp(x)) if x < 0 else 1 / (1 + mp.exp(-x))


def _log_add_exp(x: Real, y: Real) -> Real:
    return x + mp.ln2 if x == y else max(x, y) + mp.log1p(mp.exp(-abs(x - y)))


def _atanh(x: Real) -> Real:
    return mp.sign(x) * mp.inf if abs(x) == 1 else _kept_real(mp.atanh(x))


def _xlogy(x: Real, y: Real) -> Real:
    return mp.mpf(0) if x == 0 else x * _log(y)


def _steepness(x: Real) -> Real:
    """Return the derivative of asin, also near its ends."""
    return _quotient(1, _kept_real(mp.sqrt((1 - x) * (1 + x))))


divide = lifted(_quotient, lambda _, _a, b: _quotient(1, b), lambda q, _a, b: -_quotient(q, b))
"""a / b."""
power = lifted(_power, lambda _, a, b: b * _power(a, b - 1) if b else b, lambda v, a, _b: v * _log(a))
"""a^b."""
exp = lifted(mp.exp, lambda v, _x: v)
"""e^x."""
expm1 = lifted(mp.expm1, lambda _, x: mp.exp(x))
"""e^x - 1."""
log = lifted(_log, lambda _, x: _quotient(1, x))
"""The logarithm, NaN below 0."""
log1p = lifted(lambda x: _kept_real(mp.log1p(x)), lambda _, x: _quotient(1, 1 + x))
"""log(1 + x), NaN below -1."""
root = lifted(lambda x: _kept_real(mp.sqrt(x)), lambda v, _x: _quotient(1, 2 * v))
"""The square root, NaN below 0."""
size = lifted(abs, lambda _, x: mp.sign(x))
"""|x|."""
softplus = lifted(_softplus, lambda _, x: _sigmoid(x))
"""log(1 + e^x), without losing a small one."""
sigmoid = lifted(_sigmoid, lambda _, x: _sigmoid(x) * _sigmoid(-x))
"""1 / (1 + e^-x)."""
logit = lifted(lambda x: _log(_quotient(x, 1 - x)), lambda _, x: _quotient(1, x * (1 - x)))
"""log(x / (1 - x))."""
log_add_exp = lifted(_log_add_exp, lambda _, x, y: _sigmoid(x - y), lambda _, x, y: _sigmoid(y - x))
"""log(e^x + e^y)."""
xlogy = lifted(_xlogy, lambda _, _x, y: _log(y), lambda _, x, y: _quotient(x, y) if x else x)
"""x log(y), 0 where x is 0."""


def xlog1py(x: Real, y: Real) -> Real:
    """Return x log(1 + y), 0 where x is 0."""
    return xlogy(x, 1 + y) if plain(x) == 0 else x * log1p(y)


def larger(x: Real, y: Real) -> Real:
    """Return the larger one, NaN if either is; where they meet, with the mean of their slopes."""
    return _one_of(x, y, first=plain(x) > plain(y))


def smaller(x: Real, y: Real) -> Real:
    """Return the smaller one, as `larger` does."""
    return _one_of(x, y, first=plain(x) < plain(y))


def _one_of(x: Real, y: Real, *, first: bool) -> Real:
    a, b = plain(x), plain(y)
    if mp.isnan(a) or mp.isnan(b):
        return a + b
    if a == b and (x is not a or y is not b):
        return Dual(a, (slope(x) + slope(y)) / 2)
    return x if first else y


def truncated(x: Real) -> Real:
    """Return x without its fraction."""
    return mp.sign(x) * mp.floor(abs(x))


def nan_to_zero(x: Real) -> Real:
    """Return x, 0 for NaN; what replaces an infinity depends on the format."""
    if mp.isinf(plain(x)):
        raise NotExact("an infinity is replaced by a number of the format")
    return mp.mpf(0) if mp.isnan(plain(x)) else x


def cross_entropy(label: Real, p: Real) -> Real:
    """Return -(label log p + (1 - label) log(1 - p)), a term being 0 where its factor is."""
    return -xlogy(label, p) - xlog1py(1 - label, -p)


def divergence(label: Real, log_p: Real) -> Real:
    """Return label (log label - log_p)."""
    return mp.mpf(0) if plain(label) == 0 else xlogy(label, label) - label * log_p


ELEMENTWISE: Mapping[type[ex.Expr], Callable[..., Real]] = {
    ex.Add: lambda x, y: x + y,
    ex.Sub: lambda x, y: x - y,
    ex.Mul: lambda x, y: x * y,
    ex.Div: divide,
    ex.Pow: power,
    ex.Neg: lambda x: -x,
    ex.Abs: size,
    ex.Sign: constant(mp.sign),
    ex.Square: lambda x: x * x,
    ex.Sqrt: root,
    ex.Maximum: larger,
    ex.Minimum: smaller,
    ex.Where: lambda test, x, y: x if plain(test) != 0 else y,
    ex.DivNoNan: lambda x, y: mp.mpf(0) if plain(y) == 0 else divide(x, y),
    ex.MulNoNan: lambda x, y: x * y if plain(y) != 0 or mp.isfinite(plain(x)) else mp.mpf(0),
    ex.NanToNum: nan_to_zero,
    ex.Exp: exp,
    ex.Expm1: expm1,
    ex.Log: log,
    ex.Log1p: log1p,
    ex.Xlogy: xlogy,
    ex.Xlog1py: xlog1py,
    ex.Sigmoid: sigmoid,
    ex.LogSigmoid: lambda x: -softplus(-x),
    ex.Softplus: softplus,
    ex.LogAddExp: log_add_exp,
    ex.Tanh: lifted(mp.tanh, lambda _, x: 4 * _sigmoid(2 * x) * _sigmoid(-2 * x)),
    ex.Cosh: lifted(mp.cosh, lambda _, x: mp.sinh(x)),
    ex.Sinh: lifted(mp.sinh, lambda _, x: mp.cosh(x)),
    ex.Relu: lambda x: larger(x, mp.mpf(0)),
    ex.Acos: lifted(lambda x: _kept_real(mp.acos(x)), lambda _, x: -_steepness(x)),
    ex.Asin: lifted(lambda x: _kept_real(mp.asin(x)), lambda _, x: _steepness(x)),
    ex.Atanh: lifted(_atanh, lambda _, x: _quotient(1, (1 - x) * (1 + x))),
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
