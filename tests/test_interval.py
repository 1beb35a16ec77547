"""Intervals hold what is computed, in every format: properties of every transfer function, and the facts that guards live on."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
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
from bce_lint.facts.formats import FORMATS, REAL, Format, named
from bce_lint.facts.interval import EMPTY, INF, NAN, TOP, Interval, constant

NUMPY: dict[str, Any] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
quick = settings(derandomize=True, database=None, deadline=None, max_examples=80)
F32, F16, BF16, F64 = (FORMATS[name] for name in ("float32", "float16", "bfloat16", "float64"))
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


def test_widening_reaches_a_bound_in_a_few_rounds() -> None:
    x, rounds = Interval(0.0, 0.1), 0
    while (wider := iv.widen(x, iv.add(x, constant(0.1, F32), F32), F32)) != x:
        x, rounds = wider, rounds + 1
    assert rounds <= 4
    assert x == Interval(0.0, F32.max)  # where + 0.1 is lost


@all_formats
def test_nothing_comes_of_nothing_and_nan_of_nan(fmt: Format) -> None:
    for name, (transfer, _) in (ONE | MANY).items():
        assert transfer(EMPTY, fmt) == EMPTY, name
        assert transfer(NAN, fmt) == NAN or name in {"bool", "sign", "x^0"}, name
    for name, (transfer, _) in TWO.items():
        assert transfer(EMPTY, Interval(2.0, 2.0), fmt) == EMPTY, name
        assert transfer(Interval(2.0, 2.0), EMPTY, fmt) == EMPTY, name
        assert transfer(NAN, Interval(2.0, 2.0), fmt) == NAN, name


def test_nan_becomes_a_number_only_where_it_is_asked_for() -> None:
    assert iv.nan_to_num(TOP, F32) == iv.finite(F32)
    assert iv.nan_to_num(NAN, F32) == Interval(0.0, 0.0)
    assert iv.clip(TOP, unit(), unit()).nan


# --- the facts that guards live on


def unit() -> Interval:
    return Interval(0.0, 1.0)


def complement(p: Interval, fmt: Format) -> Interval:
    return iv.sub(constant(1.0, fmt), p, fmt)


@pytest.mark.parametrize(
    ("fmt", "eps", "safe"),
    [
        (F32, 1e-7, True),
        (F32, 1e-8, False),
        (F16, 1e-7, False),
        (F16, 1e-3, True),
        (BF16, 1e-3, False),
        (F64, 1e-15, True),
        (F64, 1e-17, False),
    ],
    ids=lambda v: str(getattr(v, "name", v)),
)
def test_a_clip_guards_the_complement_only_where_one_minus_epsilon_is_not_one(fmt: Format, eps: float, *, safe: bool) -> None:
    p = iv.clip(unit(), constant(eps, fmt), constant(1 - eps, fmt))
    assert complement(p, fmt).contains(0.0) is not safe
    assert p.contains(1.0) is not safe
    exact = iv.clip(unit(), constant(Fraction(eps), REAL), iv.sub(constant(1.0, REAL), constant(eps, REAL), REAL))
    assert not complement(exact, REAL).contains(0.0)
    assert el.log(complement(exact, REAL), REAL).finite


def test_a_clip_at_1e8_keeps_its_lower_end_in_float32_and_loses_both_in_float16() -> None:
    p = iv.clip(unit(), constant(1e-8, F32), constant(1 - 1e-8, F32))
    assert str(p) == "[1e-08, 1]"
    assert str(iv.clip(unit(), constant(1e-8, F16), constant(1 - 1e-8, F16))) == "[0, 1]"
    assert constant(1e-7, F16).lo == pytest.approx(1.192e-7, rel=1e-3)


def test_the_order_of_evaluation_decides_whether_an_epsilon_survives() -> None:
    eps = 1e-10
    lost = iv.sub(iv.add(constant(eps, F32), constant(1.0, F32), F32), unit(), F32)
    kept = iv.add(complement(unit(), F32), constant(eps, F32), F32)
    assert lost.contains(0.0)
    assert not kept.contains(0.0)
    assert not iv.sub(iv.add(constant(eps, REAL), constant(1.0, REAL), REAL), unit(), REAL).contains(0.0)


@all_formats
def test_asymptotes_are_attained_in_every_format_but_not_in_the_reals(fmt: Format) -> None:
    z = iv.finite(fmt)
    assert el.sigmoid(z, fmt) == unit()
    assert el.exp(z, fmt) == Interval(0.0, INF)
    assert el.tanh(z, fmt) == Interval(-1.0, 1.0)
    assert el.softplus(z, fmt) == Interval(0.0, fmt.max)
    assert red.softmax(z, fmt) == unit()
    assert el.log(el.sigmoid(z, fmt), fmt) == Interval(-INF, 0.0)
    assert el.log(complement(el.sigmoid(z, fmt), fmt), fmt) == Interval(-INF, 0.0)
    p = el.sigmoid(z, REAL)
    assert not p.contains(0.0)
    assert not p.contains(1.0)
    assert not el.exp(z, REAL).contains(0.0)
    assert el.log(complement(p, REAL), REAL).finite


def test_asymptotes_are_attained_from_where_it_is_said() -> None:
    assert np.exp(np.float32(-104.0)) == 0
    assert el.exp(Interval(-104.0, 0.0), F32) == unit()
    assert F32.nearest(math.tanh(9.02)) == 1
    assert F32.nearest(math.tanh(9.0)) < 1
    assert el.tanh(Interval(0.0, 9.02), F32).hi == 1
    assert el.log(Interval(-0.0, 0.0), F32) == Interval(-INF, -INF)


def test_a_bounded_logit_keeps_a_sigmoid_off_its_ends() -> None:
    near = el.sigmoid(Interval(-10.0, 10.0), F32)
    assert not near.contains(0.0)
    assert not near.contains(1.0)
    assert el.sigmoid(Interval(-10.0, 17.0), F32).contains(1.0)
    assert el.sigmoid(Interval(-89.0, 0.0), F32).contains(0.0)
    assert not el.sigmoid(Interval(-87.4, 0.0), F32).contains(0.0)
    assert el.sigmoid(Interval(-87.4, 0.0), named("float32", flush=True)).contains(0.0)


def test_a_softmax_of_near_entries_stays_off_zero() -> None:
    assert not red.softmax(Interval(-1.0, 1.0), F32).contains(0.0)
    assert red.softmax(Interval(-60.0, 60.0), F32).contains(0.0)


def test_a_flushed_constant_may_be_zero_and_may_not() -> None:
    tiny = constant(1e-40, named("float32", flush=True))
    assert tiny.contains(0.0)
    assert tiny.hi > 0
    assert not constant(1e-40, F32).contains(0.0)


def test_division_knows_the_sign_of_zero() -> None:
    one = Interval(1.0, 1.0)
    assert iv.div(one, unit(), F32) == Interval(1.0, INF)
    assert iv.div(one, Interval(-1.0, -0.0), F32) == Interval(-INF, -1.0)
    assert iv.div(one, Interval(-0.0, 1.0), F32) == Interval(-INF, INF)
    assert iv.div(unit(), unit(), F32) == Interval(0.0, INF, nan=True)
    assert iv.div(one, Interval(INF, INF), F32) == Interval(0.0, 0.0)
    assert iv.div(Interval(0.0, 0.0), Interval(0.0, 0.0), F32) == NAN


def test_a_mean_and_a_power_of_probabilities_are_probabilities() -> None:
    assert iv.mean_of(unit(), F32) == unit()
    assert el.pow_(unit(), constant(2.0, F32), F32) == unit()
    assert el.pow_(unit(), constant(0.5, F32), F32) == unit()
    assert el.sqrt(unit(), F32) == unit()


def test_a_sum_of_probabilities_overflows_in_float16_only() -> None:
    assert iv.sum_of(unit(), F16).hi == INF
    assert iv.sum_of(unit(), F32).finite
    assert iv.sum_of(unit(), BF16).finite
    assert iv.sum_of(Interval(0.5, 1.0), F32).lo == 0.5
    assert iv.sum_of(Interval(-1.0, -0.5), F32).hi == -0.5
    with np.errstate(over="ignore"):
        assert np.sum(np.ones(65519, np.float16)) < INF
        assert np.sum(np.ones(65520, np.float16)) == INF


def test_a_mean_of_what_has_no_bound_overflows_on_the_way() -> None:
    assert iv.mean_of(iv.finite(F32), F32) == TOP
    assert iv.mean_of(Interval(-1e20, 1e20), F32).finite
    with np.errstate(over="ignore"):
        assert np.mean(np.full(2, F32.max, np.float32)) == INF


def test_a_negative_base_has_only_whole_powers() -> None:
    base = Interval(-2.0, 3.0)
    assert not el.pow_(base, constant(2.0, F32), F32).nan
    assert el.pow_(base, constant(2.0, F32), F32).lo == 0.0
    assert not el.pow_(base, constant(3.0, F32), F32).nan
    assert el.pow_(base, constant(0.5, F32), F32).nan
    assert el.pow_(base, Interval(1.0, 2.0), F32).nan
    assert el.pow_(TOP, constant(0.0, F32), F32) == Interval(1.0, 1.0)


def test_zero_times_a_logarithm_is_zero() -> None:
    assert not el.xlogy(unit(), unit(), F32).nan
    assert iv.mul(unit(), el.log(unit(), F32), F32).nan


def test_where_follows_a_known_test() -> None:
    assert iv.where(Interval(1.0, 1.0), unit(), TOP) == unit()
    assert iv.where(Interval(0.0, 0.0), TOP, unit()) == unit()
    assert iv.where(unit(), unit(), Interval(2.0, 2.0)) == Interval(0.0, 2.0)


def test_a_cast_rounds_and_an_integer_drops_the_fraction() -> None:
    p = iv.clip(unit(), constant(1e-8, F32), constant(1 - 1e-7, F32))
    assert iv.cast(p, F16) == unit()
    assert iv.cast_to_int(Interval(-1.5, 2.5)) == Interval(-1.0, 2.0)
    assert iv.cast_to_bool(unit()) == unit()


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (unit(), "[0, 1]"),
        (iv.clip(unit(), constant(1e-7, F32), constant(1 - 1e-7, F32)), "[1e-07, 0.9999999]"),
        (iv.clip(unit(), constant(1e-15, F64), constant(1 - 1e-15, F64)), "[1e-15, 0.999999999999999]"),
        (iv.finite(F32), "(-inf, inf)"),
        (Interval(-INF, INF), "[-inf, inf]"),
        (TOP, "[-inf, inf] or NaN"),
        (Interval(-INF, -0.0), "[-inf, 0]"),
        (Interval(F32.smallest, F32.max), "(0, inf)"),
        (constant(16.6355323334, F32), "[16.64, 16.64]"),
        (constant(65536.0, F32), "[65536, 65536]"),
        (NAN, "NaN"),
        (EMPTY, "nothing"),
    ],
)
def test_an_interval_reads_as_in_a_textbook(interval: Interval, text: str) -> None:
    assert str(interval) == text


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
