"""Builders that the tables name: what a library function means when it is not simply one op."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from bce_lint.facts.algebra import add, div, mul, neg, sub
from bce_lint.facts.expr import (
    LOG2,
    LOG10,
    Abs,
    Axis,
    Bounded,
    Cast,
    Clip,
    Concat,
    Const,
    Exp,
    Expr,
    Items,
    Layer,
    Log,
    LogAddExp,
    Maximum,
    Minimum,
    Nothing,
    Sqrt,
    Square,
    Text,
    Truth,
    View,
    Where,
    Xlogy,
)
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

ZERO = Const(0.0)
ONE = Const(1.0)
HALF = Const(0.5)
LARGEST_SIZE = 2.0**31 - 1

DTYPES: Mapping[str, str] = {
    "float16": "float16",
    "half": "float16",
    "HalfTensor": "float16",
    "bfloat16": "bfloat16",
    "float32": "float32",
    "single": "float32",
    "FloatTensor": "float32",
    "float64": "float64",
    "double": "float64",
    "float_": "float64",
    "DoubleTensor": "float64",
    "bool": "bool",
    "bool_": "bool",
    "BoolTensor": "bool",
    **dict.fromkeys(
        ["int", "int8", "int16", "int32", "int64", "uint8", "long", "short", "int_", "LongTensor", "IntTensor", "ByteTensor"], "int"
    ),
}
DIGITS: Mapping[str, int] = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
"""Bits of the significand, the hidden one included."""


def dtype_of(name: object) -> str:
    """Return the dtype that a literal or qualified name says, "?" if it says none. `torch.float` is float32, Python's float is float64."""
    if not isinstance(name, str):
        return UNKNOWN
    last = name.rpartition(".")[2]
    if last == "float":
        return "float32" if name.startswith("torch") else "float64"
    return DTYPES.get(last, UNKNOWN)


def optional(x: Expr | None) -> Expr | None:
    """Return an operand that may be absent, written out as None or left out."""
    return None if isinstance(x, Nothing) else x


def tensor(x: Expr) -> Expr:
    """Return `x` as one value: a list of values becomes their concatenation."""
    return Concat(tuple(map(tensor, x.items))) if isinstance(x, Items) else x


def axis_of(axis: object) -> Axis:
    """Return a static axis argument as an `Axis`."""
    match axis:
        case None | int() | str():
            return axis
        case tuple() if all(isinstance(a, int) for a in axis):
            return axis[0] if len(axis) == 1 else axis
        case _:
            return UNKNOWN


def flag(value: object) -> bool:
    """Return a static yes-or-no argument; one that the source does not show counts as the usual no."""
    return bool(value) and value != UNKNOWN


# --- arithmetic


def log2(x: Expr) -> Expr:
    """Return `log2(x)`."""
    return div(Log(x), Const(LOG2))


def log10(x: Expr) -> Expr:
    """Return `log10(x)`."""
    return div(Log(x), Const(LOG10))


def exp2(x: Expr) -> Expr:
    """Return `2 ** x`."""
    return Exp(mul(x, Const(LOG2)))


def logaddexp2(x: Expr, y: Expr) -> Expr:
    """Return `log2(2 ** x + 2 ** y)`."""
    return div(LogAddExp(mul(x, Const(LOG2)), mul(y, Const(LOG2))), Const(LOG2))


def rsqrt(x: Expr) -> Expr:
    """Return `1 / sqrt(x)`."""
    return div(ONE, Sqrt(x))


def reciprocal(x: Expr) -> Expr:
    """Return `1 / x`."""
    return div(ONE, x)


def squared_difference(x: Expr, y: Expr) -> Expr:
    """Return `(x - y) ** 2`."""
    return Square(sub(x, y))


def scaled_add(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `x + alpha y`."""
    return add(x, mul(y, alpha))


def scaled_sub(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `x - alpha y`."""
    return sub(x, mul(y, alpha))


def reversed_sub(x: Expr, y: Expr, alpha: Expr = ONE) -> Expr:
    """Return PyTorch's `y - alpha x`."""
    return sub(y, mul(x, alpha))


def addcmul(x: Expr, y: Expr, z: Expr, value: Expr = ONE) -> Expr:
    """Return `x + value y z`."""
    return add(x, mul(value, mul(y, z)))


def addcdiv(x: Expr, y: Expr, z: Expr, value: Expr = ONE) -> Expr:
    """Return `x + value y / z`."""
    return add(x, mul(value, div(y, z)))


def lerp(x: Expr, y: Expr, weight: Expr) -> Expr:
    """Return `x + weight (y - x)`."""
    return add(x, mul(weight, sub(y, x)))


def sum_of(items: Expr) -> Expr:
    """Add a list of tensors."""
    if not isinstance(items, Items) or not items.items:
        raise UnreadError
    total = items.items[0]
    for item in items.items[1:]:
        total = add(total, item)
    return total


def hypot(x: Expr, y: Expr) -> Expr:
    """Return `sqrt(x ** 2 + y ** 2)`."""
    return Sqrt(add(Square(x), Square(y)))


def masked(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Read NumPy's `f(x, where=test, out=otherwise)`: entries that fail the test are never computed."""

    def ufunc(test: Expr = ONE, out: Expr | None = None, **operands: Expr) -> Expr:
        value = make(**operands)
        if test is ONE:
            return value
        if out is None:
            raise UnreadError
        return Where(test, value, out)

    return ufunc


# --- guards


def clip(x: Expr, lo: Expr | None = None, hi: Expr | None = None) -> Expr:
    """Return `x` held in `[lo, hi]`."""
    return Clip(x, optional(lo), optional(hi))


def maximum(x: Expr, y: Expr) -> Expr:
    """Return the larger one, the constant last as in `algebra`."""
    return Maximum(y, x) if isinstance(x, Const) else Maximum(x, y)


def minimum(x: Expr, y: Expr) -> Expr:
    """Return the smaller one, the constant last as in `algebra`."""
    return Minimum(y, x) if isinstance(x, Const) else Minimum(x, y)


def masked_fill(x: Expr, test: Expr, y: Expr) -> Expr:
    """Return PyTorch's `x.masked_fill(test, y)`."""
    return Where(test, y, x)


def method_where(x: Expr, test: Expr, y: Expr) -> Expr:
    """Return PyTorch's `x.where(test, y)`."""
    return Where(test, x, y)


def truth(relation: str) -> Callable[..., Expr]:
    """Build a comparison or test."""

    def make(x: Expr, y: Expr | None = None) -> Expr:
        return Truth(relation, x, y)

    return make


def isinf(x: Expr) -> Expr:
    """Tell whether `x` is infinite."""
    return Truth("==", Abs(x), Const(math.inf))


# --- constants and random numbers


def always(value: float) -> Callable[..., Expr]:
    """Build a call that is a number, whatever its arguments."""

    def make(**_: object) -> Expr:
        return Const(value)

    return make


def text(value: str) -> Callable[..., Expr]:
    """Build a call that is a string, by way of the static field in which it is used."""

    def make() -> Expr:
        return Text(value)

    return make


def full(value: Expr, dtype: object = None) -> Expr:
    """Return `full(shape, value)`, `full_like(x, value)`."""
    return constant(value, dtype)


def constant(x: Expr, dtype: object = None) -> Expr:
    """Return `constant(x, dtype)`, `array(x)`, `tensor(x)`: a number stays the number that it is unless the dtype rounds it."""
    x = tensor(x)
    kind = dtype_of(dtype)
    if dtype is None or (kind == UNKNOWN and isinstance(x, Const)):
        return x
    return x if isinstance(x, Const) and kind in DIGITS and _fits(x.value) else Cast(x, kind)


def _fits(value: float) -> bool:
    """Tell whether even bfloat16 and float16 hold `value` exactly."""
    mantissa, exponent = math.frexp(value)
    return math.isfinite(value) and (mantissa * 2**8).is_integer() and -13 <= exponent <= 15


def cast(dtype: str | None = None) -> Callable[..., Expr]:
    """Build a cast to `dtype`, or to the argument of that name."""

    def make(x: Expr, dtype: object = dtype) -> Expr:
        return constant(x, dtype_of(dtype))

    return make


def to(x: Expr, dtype: object = None, how: object = None) -> Expr:
    """Return PyTorch's `x.to(dtype)`, `x.to(device, dtype)`: what names no dtype is a device."""
    kinds = [kind for kind in (dtype_of(dtype), dtype_of(how)) if kind != UNKNOWN]
    return Cast(x, kinds[0]) if kinds else View(x, "{x}.to()")


def uniform(dtype: str) -> Callable[..., Expr]:
    """Build a random number in `[lo, hi)` of `dtype` unless the call says another; its resolution keeps it below 1 by half an ulp of 1."""

    def make(lo: Expr = ZERO, hi: Expr = ONE, dtype: object = dtype, key: str = UNKNOWN) -> Expr:
        kind = dtype_of(dtype)
        low, high = optional(lo) or ZERO, optional(hi) or ONE
        if not isinstance(low, Const) or not isinstance(high, Const):
            raise UnreadError
        if (low, high) == (ZERO, ONE) and kind in DIGITS:
            return Bounded("uniform", 0.0, 1.0 - 2.0 ** -DIGITS[kind], key)
        return Bounded("uniform", low.value, high.value, key)

    return make


def bounded(name: str, lo: float, hi: float) -> Callable[..., Expr]:
    """Build a function of `x` (or of nothing) with results in `[lo, hi]`."""

    def make(x: Expr | None = None, key: str = UNKNOWN) -> Expr:
        return Bounded(name, lo, hi, name if x is not None else key, x)

    return make


def size(x: Expr | None = None, **_: object) -> Expr:
    """Return how many: a length or a dimension, at least 1 as nobody means the empty tensor."""
    return Bounded("size", 1.0, LARGEST_SIZE, "size", x)


def finfo(dtype: str) -> Callable[..., Expr]:
    """Build `finfo(dtype)`, of the usual `dtype` if the call does not show one."""

    def make(dtype: object = dtype, usual: str = dtype) -> Expr:
        kind = dtype_of(dtype)
        return Layer("finfo", (("dtype", kind if kind in DIGITS else usual),))

    return make


RANGES: Mapping[str, tuple[float, float]] = {
    "float16": (2.0**-14, 65504.0),
    "bfloat16": (2.0**-126, float.fromhex("0x1.fep127")),
    "float32": (2.0**-126, float.fromhex("0x1.fffffep127")),
    "float64": (2.0**-1022, float.fromhex("0x1.fffffffffffffp1023")),
}


def of_finfo(what: str) -> Callable[..., Expr]:
    """Build `finfo(dtype).eps`, `.tiny`, `.max` or `.min`."""

    def make(x: Expr) -> Expr:
        match x:
            case Layer("finfo", (("dtype", str(dtype)),)):
                smallest, largest = RANGES[dtype]
                return Const({"eps": 2.0 ** (1 - DIGITS[dtype]), "tiny": smallest, "max": largest, "min": -largest}[what])
            case _:
                raise UnreadError

    return make


# --- entropies


def entr(x: Expr) -> Expr:
    """Return `-x log(x)`."""
    return neg(Xlogy(x, x))


def rel_entr(x: Expr, y: Expr) -> Expr:
    """Return `x log(x / y)`."""
    return Xlogy(x, div(x, y))


def kl_div(x: Expr, y: Expr) -> Expr:
    """Return SciPy's `x log(x / y) - x + y`."""
    return add(sub(rel_entr(x, y), x), y)
