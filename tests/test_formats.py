"""Rounding to the four formats, against NumPy, exact fractions and multiple precision."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint.facts.formats import FORMATS, REAL, Format, named
from bce_lint.finding import UsageError

NUMPY: dict[str, Any] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
quick = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def near(fmt: Format) -> st.SearchStrategy[float]:
    """Doubles, half of them near the numbers of the format and the points between two of them."""
    exponents = st.integers(math.frexp(fmt.smallest)[1] - 3, math.frexp(fmt.max)[1] + 1)
    steps = st.integers(-(2 ** min(fmt.precision + 2, 53)), 2 ** min(fmt.precision + 2, 53))
    on_grid = st.builds(lambda m, e: math.ldexp(m, e - fmt.precision - 1) if e < 1000 else float(m), steps, exponents)
    nudged = st.builds(math.nextafter, on_grid, st.sampled_from([0.0, math.inf, -math.inf]))
    return st.floats(allow_nan=False) | on_grid | nudged


@pytest.mark.parametrize("name", NUMPY)
def test_rounding_is_numpys(name: str) -> None:
    @quick
    @given(near(FORMATS[name]))
    def check(x: float) -> None:
        with np.errstate(all="ignore"):
            want = float(NUMPY[name](x))
        got = FORMATS[name].nearest(x)
        assert (got, math.copysign(1, got)) == (want, math.copysign(1, want))

    check()


def bfloat16(x: float) -> float:
    """Round to bfloat16 by integers, for doubles that are float32 already: nothing is rounded twice."""
    (bits,) = struct.unpack("<I", struct.pack("<f", x))
    return float(struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000))[0])


def test_rounding_to_bfloat16_is_the_one_on_bits() -> None:
    @quick
    @given(st.floats(width=32, allow_nan=False))
    def check(x: float) -> None:
        assert FORMATS["bfloat16"].nearest(x) == bfloat16(x)

    check()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda f: f.name)
def test_a_fraction_is_rounded_once_to_the_nearest(fmt: Format) -> None:
    @quick
    @given(st.fractions(min_value=-(2**15), max_value=2**15))
    def check(x: Fraction) -> None:
        got = fmt.nearest(x)
        distance = abs(Fraction(got) - x)
        assert distance <= abs(Fraction(fmt.next_up(got)) - x)
        assert distance <= abs(Fraction(fmt.next_down(got)) - x)

    check()
    halfway = (Fraction(1) + Fraction(fmt.next_up(1.0))) / 2
    assert fmt.nearest(halfway) == 1.0
    assert fmt.nearest(halfway + Fraction(1, 10**40)) == fmt.next_up(1.0)


@pytest.mark.parametrize("name", NUMPY)
def test_neighbours_are_numpys(name: str) -> None:
    fmt, dtype = FORMATS[name], NUMPY[name]
    for x in (0.0, -0.0, fmt.smallest, -fmt.smallest, fmt.tiny, 1.0, -1.0, 2.0, -2.0, fmt.max, -fmt.max, math.inf, -math.inf):
        with np.errstate(all="ignore"):
            assert fmt.next_up(x) == float(np.nextafter(dtype(x), dtype(np.inf)))
            assert fmt.next_down(x) == float(np.nextafter(dtype(x), dtype(-np.inf)))


def test_limits_are_numpys() -> None:
    for name, dtype in NUMPY.items():
        info, fmt = np.finfo(dtype), FORMATS[name]
        assert (fmt.max, fmt.tiny, fmt.smallest) == (info.max, info.tiny, info.smallest_subnormal)
    assert FORMATS["bfloat16"].next_up(FORMATS["bfloat16"].max) == math.inf
    assert FORMATS["bfloat16"].smallest == 2.0**-133


def test_steps_stop_at_infinity_and_keep_the_sign_of_zero() -> None:
    fmt = FORMATS["float32"]
    assert fmt.step(fmt.max, 5) == math.inf
    assert math.copysign(1, fmt.step(-fmt.smallest, 1)) == -1
    assert fmt.step(fmt.step(1.0, 1000), -1000) == 1.0


def test_what_guards_lose_to_rounding() -> None:
    assert FORMATS["float32"].round(1 - 1e-8) == 1.0
    assert FORMATS["float32"].round(1 - 1e-7) < 1.0
    assert FORMATS["float64"].round(1 - 1e-15) < 1.0
    assert FORMATS["float16"].round(1e-8) == 0.0
    assert FORMATS["float16"].round(1e-7) == pytest.approx(1.192e-7, rel=1e-3)
    assert FORMATS["float16"].round(1 - 1e-7) == 1.0
    assert FORMATS["bfloat16"].round(1 - 1e-3) == 1.0
    assert FORMATS["float16"].round(65520) == math.inf
    assert FORMATS["float16"].round(65519) == 65504


def test_flushing_takes_subnormals_to_the_zero_of_their_sign() -> None:
    fmt = named("float32", flush=True)
    assert (fmt.round(1e-40), math.copysign(1, fmt.round(-1e-40))) == (0.0, -1)
    assert fmt.nearest(1e-40) > 0
    assert fmt.round(fmt.tiny) == fmt.tiny
    assert not named("float16", flush=True).flush


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="unknown dtype 'float8': expected one of float16, bfloat16, float32, float64"):
        named("float8")


@pytest.mark.parametrize(("name", "said"), [("float16", 7.62), ("bfloat16", 5.545), ("float32", 16.6355), ("float64", 36.74)])
def test_a_sigmoid_saturates_where_the_format_says(name: str, said: float) -> None:
    fmt = FORMATS[name]
    at = fmt.saturates()
    assert at == pytest.approx(said, abs=0.005)
    with mp.workdps(60):
        after, before = (1 + Fraction(int(mp.ldexp(mp.exp(-mp.mpf(at) * by), 150)), 2**150) for by in (1 + 1e-6, 1 - 1e-6))
    assert fmt.nearest(after) == 1.0
    assert fmt.nearest(before) > 1.0
    assert fmt.nearest(1 / after) == fmt.next_down(1.0)


@pytest.mark.parametrize(("name", "said"), [("float16", 11.09), ("bfloat16", 88.72), ("float32", 88.72), ("float64", 709.78)])
def test_exp_overflows_where_the_format_says(name: str, said: float) -> None:
    fmt = FORMATS[name]
    at = fmt.overflows()
    assert at == pytest.approx(said, abs=0.005)
    with mp.workdps(40):
        above, below = (Fraction(int(mp.exp(mp.mpf(at) * factor))) for factor in (1 + 1e-6, 1 - 1e-6))
    assert fmt.nearest(above) == math.inf
    assert fmt.nearest(below) < math.inf


@pytest.mark.parametrize(
    ("name", "flush", "said"),
    [
        ("float32", False, 88.7228),
        ("float32", True, 87.3365),
        ("float64", False, 709.78),
        ("float64", True, 708.40),
        ("float16", False, 17.33),
    ],
)
def test_a_sigmoid_vanishes_where_the_format_says(name: str, *, flush: bool, said: float) -> None:
    assert named(name, flush=flush).vanishes() == pytest.approx(said, abs=0.005)


def test_numpys_sigmoid_saturates_where_the_format_says() -> None:
    for name in ("float32", "float64"):
        dtype, at = NUMPY[name], FORMATS[name].saturates()
        assert dtype(1) / (dtype(1) + np.exp(-dtype(at * (1 + 1e-6)))) == 1
        assert dtype(1) / (dtype(1) + np.exp(-dtype(at * (1 - 1e-6)))) < 1


def test_numpys_sigmoid_vanishes_where_the_format_says() -> None:
    for name in ("float32", "float64"):
        dtype, at = NUMPY[name], FORMATS[name].vanishes()
        with np.errstate(all="ignore"):
            assert dtype(1) / (dtype(1) + np.exp(dtype(at * (1 + 1e-6)))) == 0
            assert dtype(1) / (dtype(1) + np.exp(dtype(at * (1 - 1e-6)))) > 0


def test_the_reals_do_not_round() -> None:
    assert REAL.round(REAL.exact(1.0) - REAL.exact(1e-30)) < 1
    assert REAL.saturates() == REAL.overflows() == REAL.vanishes() == math.inf
    assert REAL.next_up(0.0) > 0
