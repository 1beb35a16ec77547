"""Builders for what is known without looking at the operand: constants, dtypes, random and bounded numbers, sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from bce_lint.facts.expr import Bounded, Cast, Concat, Const, Expr, Free, Layer, Linear, Mul, Text, View
from bce_lint.facts.vocabulary.make import HALF, ONE, ZERO, optional, tensor
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError

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


def full(value: Expr, dtype: object = None, **_: object) -> Expr:
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


NEARER_0 = 0.5
"""Below this lower end, `lo + (hi - lo) u` with the largest u < 1 rounds to less than 1."""


def uniform(default: str, *, spare: int = 0) -> Callable[..., Expr]:
    """Build a random number in `[lo, hi)` of dtype `default` unless the call says another; its resolution keeps it below 1 by half an ulp of 1.

    TensorFlow and JAX `spare` one bit, and stay below 1 by a whole ulp. In double, 0 comes up once in 10^16 draws: never.
    """

    def make(lo: Expr = ZERO, hi: Expr = ONE, dtype: object = default, key: str = UNKNOWN, **_: object) -> Expr:
        kind = dtype_of(dtype) if dtype_of(dtype) in DIGITS else default
        low, high = optional(lo) or ZERO, optional(hi) or ONE
        if not isinstance(low, Const) or not isinstance(high, Const):
            raise UnreadError
        if 0.0 <= low.value < NEARER_0 and high is ONE:
            resolution = 2.0 ** ((spare if low is ZERO else 0) - DIGITS[kind])
            least = resolution if low is ZERO and kind == "float64" else low.value
            return Bounded("uniform", least, 1.0 - resolution, key)
        return Bounded("uniform", low.value, high.value, key)

    return make


def normal(key: str, mean: Expr = ZERO, std: Expr = ONE, **_: object) -> Expr:
    """Return a normal random number: within 9 standard deviations of its mean, but for one in 10^18."""
    center, deviation = optional(mean) or ZERO, optional(std) or ONE
    if isinstance(center, Const) and isinstance(deviation, Const):
        return Bounded("normal", center.value - 9.0 * abs(deviation.value), center.value + 9.0 * abs(deviation.value), key)
    return Linear("normal", key)


def truncated_normal(mean: Expr = ZERO, deviation: Expr = ONE, key: str = UNKNOWN) -> Expr:
    """Return a normal random number at most two standard deviations from its mean."""
    if not isinstance(mean, Const) or not isinstance(deviation, Const):
        raise UnreadError
    reach = 2.0 * abs(deviation.value)
    return Bounded("truncated_normal", mean.value - reach, mean.value + reach, key)


def steps(lo: Expr, hi: Expr | None = None, key: str = UNKNOWN) -> Expr:
    """Return a range of numbers from `lo`, or 0, to `hi`."""
    low, high = (ZERO, lo) if optional(hi) is None else (lo, hi or ZERO)
    if not isinstance(low, Const) or not isinstance(high, Const):
        return View(Concat((low, high)), f"range {key}")
    return Bounded("range", min(low.value, high.value), max(low.value, high.value), key)


def one_hot(x: Expr, hi: Expr | None = None, lo: Expr | None = None) -> Expr:
    """Return labels that are 0 everywhere but in one place (or `lo` and `hi`)."""
    low, high = optional(lo) or ZERO, optional(hi) or ONE
    if not isinstance(low, Const) or not isinstance(high, Const):
        raise UnreadError
    return Bounded("one_hot", low.value, high.value, "one_hot", x)


def scattered(x: Expr, index: object, y: Expr) -> Expr:  # noqa: ARG001
    """Return a constant tensor with another constant in some places: one-hot labels, mostly."""
    if not isinstance(x, Const) or not isinstance(y, Const):
        raise UnreadError
    return Bounded("one_hot", min(x.value, y.value), max(x.value, y.value), "one_hot")


def dropout(x: Expr, rate: Expr = HALF, key: str = UNKNOWN) -> Expr:
    """Return `x` with some entries 0 and the others larger to make up for it; `rate` may be the part that is kept, as in TensorFlow 1."""
    if rate is ZERO:
        return x
    if not isinstance(rate, Const) or not 0.0 < rate.value < 1.0:
        raise UnreadError
    return Mul(x, Bounded("dropout", 0.0, 1.0 / min(rate.value, 1.0 - rate.value), key))


def bounded(name: str, lo: float, hi: float) -> Callable[..., Expr]:
    """Build a function of `x` (or of nothing) with results in `[lo, hi]`."""

    def make(x: Expr | None = None, key: str = UNKNOWN) -> Expr:
        return Bounded(name, lo, hi, name if x is not None else key, x)

    return make


def size(x: Expr | None = None, **_: object) -> Expr:
    """Return how many: a length or a dimension, at least 1 as nobody means the empty tensor."""
    return Bounded("size", 1.0, LARGEST_SIZE, "size", x)


def count(x: Expr | None = None, **_: object) -> Expr:
    """Return how many entries have some property, perhaps none."""
    return Bounded("count", 0.0, LARGEST_SIZE, "count", x)


def legacy_tensor(dtype: str) -> Callable[..., Expr]:
    """Build PyTorch's `FloatTensor(values)`; a number would be a size."""

    def make(x: Expr) -> Expr:
        if isinstance(x, Const):
            raise UnreadError
        return Cast(tensor(x), dtype)

    return make


def finfo(dtype: str) -> Callable[..., Expr]:
    """Build `finfo(dtype)`, of the usual `dtype` if the call does not show one."""

    def make(dtype: object = dtype, usual: str = dtype) -> Expr:
        kind = dtype_of(dtype)
        return Layer("finfo", (("dtype", UNKNOWN if dtype == UNKNOWN else kind if kind in DIGITS else usual),))

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
            case Layer("finfo", (("dtype", "?"),)):
                return Free(f"finfo.{what}", "")
            case Layer("finfo", (("dtype", str(dtype)),)):
                smallest, largest = RANGES[dtype]
                return Const({"eps": 2.0 ** (1 - DIGITS[dtype]), "tiny": smallest, "max": largest, "min": -largest}[what])
            case _:
                raise UnreadError

    return make


def number(x: Expr) -> Expr:
    """Return Python's `float(x)`, of a number or of what one is written as (`float("inf")`)."""
    if not isinstance(x, Text):
        return x
    try:
        return Const(float(x.value))
    except ValueError as error:
        raise UnreadError from error
