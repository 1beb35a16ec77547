"""Intervals as guards need them: what rounds away, what is attained, how they join and read."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from bce_lint.facts import elementary as el
from bce_lint.facts import interval as iv
from bce_lint.facts import reductions as red
from bce_lint.facts.formats import FORMATS, REAL, Format, named
from bce_lint.facts.interval import EMPTY, INF, NAN, TOP, Interval, constant

F32, F16, BF16, F64 = (FORMATS[name] for name in ("float32", "float16", "bfloat16", "float64"))
all_formats = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda f: str(f.name))


def test_widening_reaches_a_bound_in_a_few_rounds() -> None:
    x, rounds = Interval(0.0, 0.1), 0
    while (wider := iv.widen(x, iv.add(x, constant(0.1, F32), F32), F32)) != x:
        x, rounds = wider, rounds + 1
    assert rounds <= 4
    assert x == Interval(0.0, F32.max)  # where + 0.1 is lost


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


def test_nan_becomes_a_number_only_where_it_is_asked_for() -> None:
    assert iv.nan_to_num(TOP, F32) == iv.finite(F32)
    assert iv.nan_to_num(NAN, F32) == Interval(0.0, 0.0)
    assert iv.clip(TOP, unit(), unit()).nan
