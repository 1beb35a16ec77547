"""Intervals hold what is computed: properties of every transfer function in every format, against NumPy, PyTorch and TensorFlow."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint.facts import elementary as el
from bce_lint.facts import interval as iv
from bce_lint.facts import reductions as red
from bce_lint.facts.formats import FORMATS, Format, named
from bce_lint.facts.interval import EMPTY, INF, NAN, Interval, constant

NUMPY: dict[str, Any] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
quick = settings(derandomize=True, database=None, deadline=None, max_examples=80)
Transfer = Callable[..., Interval]
Array = npt.NDArray[Any]
Kernel = Callable[[list[float]], list[float]]


def edges(fmt: Format) -> list[float]:
    """Where something happens: zeros, subnormals, 1 and its neighbours, where exp and sigmoid end, the largest, infinity."""
    positive = [0.0, fmt.smallest, fmt.tiny, 1e-7, 0.5, fmt.next_down(1.0), 1.0, fmt.next_up(1.0), 2.0, 20.0]
    positive += [fmt.saturates(), fmt.overflows(), fmt.vanishes(), 1.5 * fmt.overflows(), math.sqrt(fmt.max), fmt.max, INF]
    return [float(fmt.nearest(s * x)) for x in positive for s in (1, -1)]


def numbers(fmt: Format) -> st.SearchStrategy[float]:
    """Numbers of the format, edges often."""
    moderate = st.floats(-4.0, 4.0) | st.floats(-100.0, 100.0)
    any_size = st.builds(math.ldexp, st.floats(-0.99, 0.99), st.integers(*_exponents(fmt)))
    return st.sampled_from(edges(fmt)) | (moderate | any_size).map(lambda x: float(fmt.nearest(x)))


def _exponents(fmt: Format) -> tuple[int, int]:
    return math.frexp(fmt.smallest)[1], math.frexp(fmt.max)[1]


@st.composite
def nested(draw: st.DrawFn, fmt: Format) -> tuple[float, Interval, Interval]:
    """Draw a number, an interval that it lies in, and an interval around that."""
    points = draw(st.lists(numbers(fmt), min_size=1, max_size=5))
    nan, wider_nan = draw(st.sampled_from([(False, False), (False, True), (True, True)]))
    inner = iv.hull(points[:3], nan=nan)
    return points[0], inner, iv.hull(points, nan=nan or wider_nan)


ONE: dict[str, tuple[Transfer, Callable[[Any], Any]]] = {
    "neg": (lambda x, _: iv.neg(x), np.negative),
    "abs": (lambda x, _: iv.abs_(x), np.abs),
    "sign": (lambda x, _: iv.sign(x), np.sign),
    "relu": (lambda x, _: iv.relu(x), lambda x: np.maximum(x, 0 * x.dtype.type(1))),
    "round": (lambda x, _: iv.round_int(x), np.rint),
    "floor": (lambda x, _: iv.round_int(x, "floor"), np.floor),
    "ceil": (lambda x, _: iv.round_int(x, "ceil"), np.ceil),
    "square": (iv.square, np.square),
    "clip": (
        lambda x, f: iv.clip(x, constant(1e-7, f), constant(1 - 1e-7, f)),
        lambda x: np.clip(x, x.dtype.type(1e-7), x.dtype.type(1 - 1e-7)),
    ),
    "floor at 1e-8": (lambda x, f: iv.clip(x, constant(1e-8, f)), lambda x: np.maximum(x, x.dtype.type(1e-8))),
    "sqrt": (el.sqrt, np.sqrt),
    "exp": (el.exp, np.exp),
    "expm1": (el.expm1, np.expm1),
    "log": (el.log, np.log),
    "log1p": (el.log1p, np.log1p),
    "sigmoid": (el.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "softplus": (el.softplus, lambda x: np.logaddexp(x.dtype.type(0), x)),
    "log_sigmoid": (el.log_sigmoid, lambda x: -np.logaddexp(x.dtype.type(0), -x)),
    "logit": (el.logit, lambda x: np.log(x / (1 - x))),
    "tanh": (el.tanh, np.tanh),
    "sinh": (el.sinh, np.sinh),
    "cosh": (el.cosh, np.cosh),
    "acos": (el.acos, np.arccos),
    "asin": (el.asin, np.arcsin),
    "atanh": (el.atanh, np.arctanh),
    "x^2": (lambda x, f: el.pow_(x, constant(2.0, f), f), lambda x: x ** x.dtype.type(2)),
    "x^3": (lambda x, f: el.pow_(x, constant(3.0, f), f), lambda x: x ** x.dtype.type(3)),
    "x^-1": (lambda x, f: el.pow_(x, constant(-1.0, f), f), lambda x: x ** x.dtype.type(-1)),
    "x^-2": (lambda x, f: el.pow_(x, constant(-2.0, f), f), lambda x: x ** x.dtype.type(-2)),
    "x^0": (lambda x, f: el.pow_(x, constant(0.0, f), f), lambda x: x ** x.dtype.type(0)),
    "x^0.5": (lambda x, f: el.pow_(x, constant(0.5, f), f), lambda x: x ** x.dtype.type(0.5)),
    "x^-0.5": (lambda x, f: el.pow_(x, constant(-0.5, f), f), lambda x: x ** x.dtype.type(-0.5)),
    "x^2.5": (lambda x, f: el.pow_(x, constant(2.5, f), f), lambda x: x ** x.dtype.type(2.5)),
    "0.5^x": (lambda x, f: el.pow_(constant(0.5, f), x, f), lambda x: x.dtype.type(0.5) ** x),
    "(-2)^x": (lambda x, f: el.pow_(constant(-2.0, f), x, f), lambda x: x.dtype.type(-2) ** x),
    "bool": (lambda x, _: iv.cast_to_bool(x), lambda x: x.astype(bool).astype(x.dtype)),
}
TWO: dict[str, tuple[Transfer, Callable[[Any, Any], Any]]] = {
    "add": (iv.add, np.add),
    "sub": (iv.sub, np.subtract),
    "mul": (iv.mul, np.multiply),
    "div": (iv.div, np.divide),
    "div_no_nan": (iv.div_no_nan, lambda a, b: np.where(b == 0, b.dtype.type(0), a / b)),
    "mul_no_nan": (iv.mul_no_nan, lambda a, b: np.where(b == 0, b.dtype.type(0), a * b)),
    "maximum": (lambda x, y, _: iv.maximum(x, y), np.maximum),
    "minimum": (lambda x, y, _: iv.minimum(x, y), np.minimum),
    "pow": (el.pow_, np.power),
    "logaddexp": (el.logaddexp, np.logaddexp),
    "xlogy": (el.xlogy, lambda a, b: np.where((a == 0) & ~np.isnan(b), 0 * np.ones_like(a), a * np.log(b))),
    "xlog1py": (el.xlog1py, lambda a, b: np.where((a == 0) & ~np.isnan(b), 0 * np.ones_like(a), a * np.log1p(b))),
}


def _softmax(x: Array) -> Array:
    e = np.exp(x - np.max(x))
    return np.asarray(e[0] / np.sum(e))


def _log_softmax(x: Array) -> Array:
    shifted = x - np.max(x)
    return np.asarray(shifted[0] - np.log(np.sum(np.exp(shifted))))


MANY: dict[str, tuple[Transfer, Callable[[Any], Any]]] = {
    "sum": (iv.sum_of, np.sum),
    "mean": (iv.mean_of, np.mean),
    "prod": (red.prod_of, np.prod),
    "softmax": (red.softmax, _softmax),
    "log_softmax": (red.log_softmax, _log_softmax),
    "logsumexp": (red.logsumexp, np.logaddexp.reduce),
    "var": (red.var_of, np.var),
    "std": (red.std_of, np.std),
    "1-norm": (lambda x, f: red.norm_of(x, f, 1.0), lambda x: np.sum(np.abs(x))),
    "2-norm": (red.norm_of, lambda x: np.sqrt(np.sum(np.square(x)))),
    "inf-norm": (lambda x, f: red.norm_of(x, f, INF), lambda x: np.max(np.abs(x))),
}


def holds(big: Interval, value: float) -> bool:
    """Tell whether a result lies in an interval; NaN only where it is announced, and zeros by their sign."""
    return big.nan if math.isnan(value) else big.includes(Interval(value, value))


def computed(f: Callable[..., Any], fmt: Format, *args: float | Sequence[float]) -> float:
    """Run `f` in the format: NumPy's own, or for bfloat16 in float32 and rounded at the end, as frameworks do."""
    dtype = NUMPY.get(fmt.name, np.float32)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        result = np.asarray(f(*(np.asarray(a, dtype=dtype) for a in args))).astype(dtype)
    return float(fmt.nearest(float(result)) if fmt.name == "bfloat16" else result)


all_formats = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda f: str(f.name))


@all_formats
def test_what_is_computed_lies_in_the_interval(fmt: Format) -> None:
    @quick
    @given(nested(fmt))
    def check(case: tuple[float, Interval, Interval]) -> None:
        x, inner, outer = case
        for name, (transfer, f) in ONE.items():
            result = transfer(inner, fmt)
            assert holds(result, computed(f, fmt, x)), (name, x, inner, result)
            assert transfer(outer, fmt).includes(result), (name, inner, outer)
            if inner.nan:
                assert holds(result, computed(f, fmt, math.nan)), (name, inner, result)

    check()


@all_formats
def test_what_is_computed_of_two_lies_in_the_interval(fmt: Format) -> None:
    @quick
    @given(nested(fmt), nested(fmt))
    def check(left: tuple[float, Interval, Interval], right: tuple[float, Interval, Interval]) -> None:
        (x, inner, outer), (y, inner_y, outer_y) = left, right
        for name, (transfer, f) in TWO.items():
            result = transfer(inner, inner_y, fmt)
            assert holds(result, computed(f, fmt, x, y)), (name, x, inner, y, inner_y, result)
            assert transfer(outer, outer_y, fmt).includes(result), (name, inner, outer, inner_y, outer_y)
            if inner.nan:
                assert holds(result, computed(f, fmt, math.nan, y)), (name, inner, y, inner_y, result)

    check()


@all_formats
def test_what_is_computed_of_many_lies_in_the_interval(fmt: Format) -> None:
    @quick
    @given(st.lists(numbers(fmt), min_size=1, max_size=9), numbers(fmt))
    def check(entries: list[float], another: float) -> None:
        inner = iv.hull(entries)
        for name, (transfer, f) in MANY.items():
            result = transfer(inner, fmt)
            assert holds(result, computed(f, fmt, entries)), (name, entries, inner, result)
            assert transfer(iv.hull([*entries, another]), fmt).includes(result), (name, inner, another)

    check()


@all_formats
def test_nothing_comes_of_nothing_and_nan_of_nan(fmt: Format) -> None:
    for name, (transfer, _) in (ONE | MANY).items():
        assert transfer(EMPTY, fmt) == EMPTY, name
        assert transfer(NAN, fmt) == NAN or name in {"bool", "sign", "x^0"}, name
    for name, (transfer, _) in TWO.items():
        assert transfer(EMPTY, Interval(2.0, 2.0), fmt) == EMPTY, name
        assert transfer(Interval(2.0, 2.0), EMPTY, fmt) == EMPTY, name
        assert transfer(NAN, Interval(2.0, 2.0), fmt) == NAN, name


@all_formats
def test_join_is_an_upper_bound_meet_a_lower_one_and_widening_ends(fmt: Format) -> None:
    @quick
    @given(nested(fmt), nested(fmt))
    def check(left: tuple[float, Interval, Interval], right: tuple[float, Interval, Interval]) -> None:
        (_, x, _), (_, y, _) = left, right
        both = iv.join(x, y)
        assert both.includes(x)
        assert both.includes(y)
        assert iv.join(y, x) == both
        assert iv.join(x, x, EMPTY) == x
        assert x.includes(iv.meet(x, y))
        assert y.includes(iv.meet(x, y))
        wide = iv.widen(x, y, fmt)
        assert wide.includes(both)
        assert iv.widen(wide, wide, fmt) == wide

    check()


# --- the kernels of frameworks


def grid(fmt: Format) -> list[float]:
    """Points of the format at which kernels are compared: edges, and about 300 numbers of all sizes."""
    dense = [s * 10 ** (k / 8) for k in range(-64, 17) for s in (1, -1)] + [k / 16 for k in range(-64, 65)]
    return sorted({float(fmt.nearest(x)) for x in dense + edges(fmt)})


def power(n: float, x: Any) -> Any:  # noqa: ANN401  (a tensor of any framework)
    return x**n


def check_kernels(kernels: dict[str, Kernel], fmt: Format) -> None:
    points = grid(fmt)
    for name, kernel in kernels.items():
        transfer = ONE[name][0]
        for x, y in zip(points, kernel(points), strict=True):
            given_x = iv.hull([x, math.copysign(0.0, x)]) if fmt.flush and 0 < abs(x) < fmt.tiny else Interval(x, x)
            result = transfer(given_x, fmt)
            assert result.contains(y), (name, fmt.name, x, y, str(result))


NAMES = ["exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "acos", "asin", "atanh", "sqrt", "square", "abs", "floor", "ceil", "round"]


@pytest.mark.framework
@all_formats
def test_kernels_of_pytorch_stay_inside(fmt: Format) -> None:
    torch = pytest.importorskip("torch", reason="compares PyTorch's kernels")
    functional = torch.nn.functional
    functions = {name: getattr(torch, name) for name in NAMES}
    functions |= {"sigmoid": torch.sigmoid, "logit": torch.logit, "softplus": functional.softplus, "log_sigmoid": functional.logsigmoid}
    functions |= {f"x^{n:g}": partial(power, n) for n in (2, 3, -1, -2, 0, 0.5, -0.5, 2.5)}
    functions |= {"clip": lambda x: x.clamp(1e-7, 1 - 1e-7), "relu": torch.relu}
    dtype = getattr(torch, fmt.name)

    def kernel(f: Callable[..., Any]) -> Kernel:
        return lambda xs: list(f(torch.tensor(xs, dtype=dtype)).double().tolist())

    check_kernels({name: kernel(f) for name, f in functions.items()}, fmt)


@pytest.mark.framework
@all_formats
def test_kernels_of_tensorflow_stay_inside(fmt: Format) -> None:
    tf = pytest.importorskip("tensorflow", reason="compares TensorFlow's kernels")
    functions = {name: getattr(tf.math, name) for name in NAMES}
    functions |= {"sigmoid": tf.sigmoid, "softplus": tf.nn.softplus, "log_sigmoid": tf.math.log_sigmoid, "relu": tf.nn.relu}
    functions |= {f"x^{n:g}": partial(power, n) for n in (2, 3, -1, -2, 0, 0.5, -0.5, 2.5)}
    functions |= {"clip": lambda x: tf.clip_by_value(x, 1e-7, 1 - 1e-7)}

    def kernel(f: Callable[..., Any]) -> Kernel:
        return lambda xs: list(tf.cast(f(tf.constant(xs, fmt.name)), "float64").numpy().tolist())

    check_kernels({name: kernel(f) for name, f in functions.items()}, named(fmt.name, flush=True))
