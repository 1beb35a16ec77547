"""The smallest |logit| that breaks a function: every pattern over the grid, then bisection between neighbours.

What breaks at one magnitude may hold at a larger one, so the grid comes first and bisection never leaves two of its points.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .job import Break
from .probes import Pattern

WHAT = ("value", "gradient")
PRECISION = 2.0**-20
STEPS = 40
FINEST = 1e-4
"""What breaks here but not at 0 breaks at once; how near to 0 is no matter."""
BELOW, SPREAD = 12, 0.03
"""How many magnitudes are tried just below a break, where rounding may waver, and how far below."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is wrong with the value and with the gradient: "" (nothing), "nan", "inf", "-inf", an error raised, "exactly 0"."""

    value: str
    gradient: str

    def of(self, what: str) -> str:
        """Return what is wrong with the value or the gradient."""
        return self.value if what == "value" else self.gradient


Probe = Callable[[int, float], Sample | None]
"""Runs a pattern, by number, at a magnitude; None where the function raised."""


@dataclass(frozen=True, slots=True)
class Found:
    """The breaks, smallest first, how many probes were run, and how many patterns were left out for time or an error."""

    breaks: tuple[Break, ...]
    probed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """A grid point where something is wrong, and the one before it, where nothing was."""

    pattern: int
    good: float | None
    bad: float
    result: str


def wrong(numbers: Sequence[float]) -> str:
    """Return what is not finite about the numbers."""
    if any(math.isnan(number) for number in numbers):
        return "nan"
    infinite = next((number for number in numbers if math.isinf(number)), 0.0)
    return str(infinite) if infinite else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to search: `rounded` is the dtype's rounding, since only what it holds can be tried; `deadline` is `time.monotonic()`'s."""

    patterns: Sequence[Pattern]
    grid: Sequence[float]
    rounded: Callable[[float], float]
    deadline: float


def search(probe: Probe, plan: Plan) -> Found:
    """Find the smallest break of value and gradient, for agreeing, contradicting and other labels apart."""
    counted = _Counted(probe)
    grid = sorted({plan.rounded(magnitude) for magnitude in plan.grid})
    gaps: dict[tuple[str, str], list[_Gap]] = {}
    skipped = 0
    for number, pattern in enumerate(plan.patterns):
        if time.monotonic() > plan.deadline:
            skipped += 1
            continue
        found, complete = _sweep(counted, number, grid)
        skipped += not complete
        for what, gap in found.items():
            gaps.setdefault((what, pattern.agreement), []).append(gap)
    breaks = [_smallest(counted, what, some, plan.rounded) for (what, _), some in gaps.items()]
    return Found(tuple(sorted(breaks, key=lambda b: (b.logit, WHAT.index(b.what), b.pattern))), len(counted.made), skipped)


class _Counted:
    """A probe that is made once at each point: value and gradient often break at the same one."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.made: dict[tuple[int, float], Sample | None] = {}

    def __call__(self, pattern: int, magnitude: float) -> Sample | None:
        point = pattern, magnitude
        if point not in self.made:
            self.made[point] = self.probe(pattern, magnitude)
        return self.made[point]


def _sweep(probe: Probe, pattern: int, grid: Sequence[float]) -> tuple[dict[str, _Gap], bool]:
    """Return the first gap of value and gradient; incomplete where the function raised."""
    found: dict[str, _Gap] = {}
    before: float | None = None
    for magnitude in grid:
        sample = probe(pattern, magnitude)
        if sample is None:
            return found, False
        for what in WHAT:
            if sample.of(what) and what not in found:
                found[what] = _Gap(pattern, before, magnitude, sample.of(what))
        if len(found) == len(WHAT):
            break
        before = magnitude
    return found, True


def _smallest(probe: Probe, what: str, gaps: Sequence[_Gap], rounded: Callable[[float], float]) -> Break:
    """Bisect the lowest gap, and any other only if it is broken below what that gave."""
    best: Break | None = None
    for gap in sorted(gaps, key=lambda gap: (gap.bad, gap.pattern)):
        if best is not None:
            if gap.good is None or gap.good >= best.logit or best.last_good is None:
                continue
            below = probe(gap.pattern, best.last_good)
            if below is None or not below.of(what):
                continue
            gap = _Gap(gap.pattern, gap.good, best.last_good, below.of(what))  # noqa: PLW2901
        best = _lowest(probe, what, _bisect(probe, what, gap, rounded), rounded)
    assert best is not None
    return best


def _lowest(probe: Probe, what: str, found: Break, rounded: Callable[[float], float]) -> Break:
    """Look just below a break for one that the bisection stepped over."""
    good = found.last_good
    for step in range(BELOW, 0, -1):
        magnitude = rounded(found.logit * (1 - SPREAD * step / BELOW))
        sample = probe(found.pattern, magnitude) if good is not None and 0 < magnitude < good else None
        if sample is not None and sample.of(what):
            below = rounded(magnitude * (1 - SPREAD / BELOW))
            return _bisect(probe, what, _Gap(found.pattern, below, magnitude, sample.of(what)), rounded)
    return found


def _bisect(probe: Probe, what: str, gap: _Gap, rounded: Callable[[float], float]) -> Break:
    good, bad, result = gap.good, gap.bad, gap.result
    for _ in range(STEPS):
        if good is None or bad - good <= PRECISION * bad or (good == 0 and bad <= FINEST):
            break
        middle = rounded((good + bad) / 2)
        sample = probe(gap.pattern, middle) if good < middle < bad else None
        if sample is None:
            break
        if sample.of(what):
            bad, result = middle, sample.of(what)
        else:
            good = middle
    return Break(what, bad, good, gap.pattern, result)
