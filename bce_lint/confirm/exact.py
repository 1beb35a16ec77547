"""What an expression is worth in real numbers, and its derivative, by multiple precision: the yardstick for what frameworks compute.

Clips, maxima and tests mean what they say. The guard inside a framework's cross entropy, like any rounding, is not part of the
meaning. A cast to a float type, or to one that the source does not show, is the identity.

How many digits it takes depends on the numbers: 1 - sigmoid(400) is 2e-174, so p = sigmoid(400) needs 174 digits before the ones that
count. An evaluation notes the sizes that it meets in inputs and exponentials; it is repeated with more digits until it has twice as
many as these ask for and two evaluations in a row agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import mpmath as mp

from bce_lint.confirm import axes, reals
from bce_lint.confirm.duals import Dual, Real, plain, slope
from bce_lint.confirm.meanings import meaning
from bce_lint.confirm.reals import Array, NotExact, array, elementwise
from bce_lint.facts.expr import (
    Bounded,
    Const,
    Cosh,
    Exp,
    Expm1,
    Expr,
    Free,
    Index,
    Linear,
    LogAddExp,
    LogSoftmax,
    LogSumExp,
    Opaque,
    Param,
    Pow,
    Sigmoid,
    Sinh,
    Softmax,
    SoftmaxCrossEntropy,
    StopGradient,
    Tanh,
)

__all__ = ["DIGITS", "NotExact", "differentiate", "evaluate", "gradient", "precision", "sigmoid_of", "softmax_of"]

Inputs = Mapping[str, Any]
"""By name: a number, a nested list or array of numbers (NumPy's or `mpf`), or an `Expr` of other inputs (`Sigmoid(logits)`)."""

DIGITS = 50
MOST_DIGITS = 20_000
_GUARD = 10
_DIGITS_BY_UNIT = math.log10(math.e)
_DIGITS_BY_BIT = math.log10(2)
_OF_EACH_ROW = re.compile(r"\(?(?:\w+\.)*arange\(.*\), (\w+)\)?")
"""An index that takes of each row the entry of its class: `p[np.arange(n), labels]`."""
_NO_FORMAT_HAS = 400.0
"""A power of ten that is 0 in every format."""


def precision(digits: int) -> AbstractContextManager[None]:
    """Compute with so many digits within the `with`."""
    manager: AbstractContextManager[None] = mp.workdps(digits)
    return manager


def evaluate(e: Expr, inputs: Inputs, digits: int = DIGITS) -> Array:
    """Return the array of exact values of `e`, right to about `digits` digits; raise `NotExact` where there is no saying."""
    return _settled(e, inputs, digits)


def differentiate(e: Expr, inputs: Inputs, wrt: str, digits: int = DIGITS) -> tuple[Array, Array]:
    """Return the values of `e`, and the derivative of each by the number `wrt`.

    Nothing flows through a StopGradient. Where two meet in a maximum, it is the mean of both sides; a test takes one of them. It is
    NaN where the value is, and where it would take more than first derivatives to tell.
    """
    moving = _settled(e, {**inputs, wrt: elementwise(_moved, array(inputs[wrt]))}, digits)
    return elementwise(plain, moving), elementwise(slope, moving)


def gradient(e: Expr, inputs: Inputs, wrt: str, digits: int = DIGITS) -> Array:
    """Return the derivative of the sum of `e` with respect to each entry of the input `wrt`, as `differentiate` does."""
    z = elementwise(reals.real, array(inputs[wrt]))
    slopes = []
    for index in range(z.size):
        moving = z.copy()
        moving.flat[index] = _moved(z.flat[index])
        moved = _settled(e, {**inputs, wrt: moving}, digits)
        with precision(digits):
            slopes.append(mp.fsum(map(slope, moved.flat)))
    return array(slopes).reshape(z.shape)


def _moved(x: Real) -> Dual:
    return Dual(reals.real(x), mp.mpf(1))


def sigmoid_of(z: object, digits: int = DIGITS) -> Array:
    """Return sigmoid(z) with so many digits that 1 - sigmoid(z) has `digits` right ones."""
    logits = elementwise(reals.real, array(z))
    with precision(_room(logits, digits)):
        return elementwise(reals.sigmoid, logits)


def softmax_of(z: object, axis: int = -1, digits: int = DIGITS) -> Array:
    """Return softmax(z) along `axis`, with digits enough as in `sigmoid_of`."""
    logits = elementwise(reals.real, array(z))
    with precision(_room(logits, digits)):
        return axes.softmax(logits, (axis,))


def _room(logits: Array, digits: int) -> int:
    return digits + _GUARD + math.ceil(2 * max(_exponent(z) for z in logits.flat))


# --- evaluation at one precision


def _settled(e: Expr, inputs: Inputs, digits: int) -> Array:
    """Evaluate with more and more digits until they are trusted."""
    working, last = digits + _GUARD, None
    while working <= MOST_DIGITS:
        with precision(working):
            run = _Evaluation(inputs)
            value = run.of(e)
            enough = max(digits + math.ceil(2 * run.size), run.held) + _GUARD
            if enough > working:
                working, last = enough, None
            elif last is not None and _agree(last, value, digits, run.size):
                return value
            else:
                working, last = working + digits, value
    raise NotExact(f"it takes more than {MOST_DIGITS} digits")


def _agree(last: Array, value: Array, digits: int, size: float) -> bool:
    """Tell whether two evaluations are the same to 4/5 of the digits, or both far below anything that went in: cancelled to 0."""
    close, nothing = mp.mpf(10) ** -(digits * 4 // 5), mp.mpf(10) ** -math.ceil(2 * size + digits / 2)

    def same(a: Real, b: Real) -> bool:
        if a == b or (mp.isnan(a) and mp.isnan(b)):
            return True
        return bool(abs(a - b) <= max(close * abs(b), nothing))

    return all(same(part(a), part(b)) for part in (plain, slope) for a, b in zip(last.flat, value.flat, strict=True))


class _Evaluation:
    """Values of expressions at the working precision, and how many digits the numbers on the way ask for."""

    def __init__(self, inputs: Inputs) -> None:
        self.size = 0.0
        self.held = 0
        self._inputs = inputs
        self._memo: dict[Expr, Array] = {}
        self._open: set[str] = set()

    def of(self, e: Expr) -> Array:
        """Return the value of `e`."""
        found = self._memo.get(e)
        if found is None:
            found = self._memo[e] = self._of(e)
            self._note(e, found)
        return found

    def _of(self, e: Expr) -> Array:
        match e:
            case Const(value):
                return array(reals.real(value))
            case StopGradient(x):
                return elementwise(plain, self.of(x))
            case Param(name) | Free(name) | Linear(name) | Bounded(name) | Opaque(name) if name in self._inputs:
                return self._input(name)
            case Param(default=Expr() as default):
                return self.of(default)
            case Index(x, which) if (found := _OF_EACH_ROW.fullmatch(which)) and found[1] in self._inputs:
                return axes.picked(self.of(x), self._input(found[1]), 1)
        return meaning(e, self.of)

    def _input(self, name: str) -> Array:
        given = self._inputs[name]
        if not isinstance(given, Expr):
            values = elementwise(reals.real, array(given))
            sizes = (math.ceil(int(v.man).bit_length() * _DIGITS_BY_BIT) for v in map(plain, values.flat) if mp.isfinite(v))
            self.held = max(self.held, *sizes, 0)
            return values
        if name in self._open:
            raise NotExact(f"{name} is given in terms of itself")
        self._open.add(name)
        value = self.of(given)
        self._open.remove(name)
        return value

    def _note(self, e: Expr, value: Array) -> None:
        """Note the decimal exponents that `e` brings in, or that its exponentials have."""
        match e:
            case Const() | Param() | Free() | Exp() | Expm1() | Pow() | Cosh() | Sinh() | Softmax():
                sizes = [abs(float(mp.mag(v))) * _DIGITS_BY_BIT for v in _finite(value) if v]
            case Sigmoid(x):
                sizes = [_exponent(v) for v in _finite(self.of(x))]
            case Tanh(x):
                sizes = [2 * _exponent(v) for v in _finite(self.of(x))]
            case LogSoftmax(x) | LogSumExp(x) | SoftmaxCrossEntropy(_, x) | LogAddExp(x):
                sizes = [min(2 * _exponent(v), _NO_FORMAT_HAS) for v in _finite(self.of(x))]
            case _:
                return
        self.size = max([self.size, *sizes])


def _finite(values: Array) -> list[Real]:
    return [v for v in map(plain, values.flat) if mp.isfinite(v)]


def _exponent(logit: Real) -> float:
    """Return the decimal digits between 1 and e^logit."""
    return float(abs(logit)) * _DIGITS_BY_UNIT
