"""Losses that do not teach: a gradient of exactly 0 for a wrong answer where the stable loss of that kind has one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .measure import best_of
from .search import Found, Plan, Sample, search

if TYPE_CHECKING:
    from .trial import Way

DEAD = "exactly 0"
NEAREST, FARTHEST = 1.0, 200.0
"""Where an answer is wrong enough to teach something; a gradient that is 0 only farther out is no matter."""
LEAST = 1e-3
"""The stable loss's gradient must be this large, summed over the batch: it is about 1 for a wrong answer."""


def search_dead(way: Way, plan: Plan, kind: str) -> Found | None:
    """Find the smallest |logit| from which on a wrong answer teaches nothing; None where it always does, or has no gradient at all."""
    patterns = way.patterns()
    stable = best_of(kind, way)

    def probe(number: int, magnitude: float) -> Sample | None:
        pattern = patterns[number]
        if pattern.agreement != "contradicting":
            return Sample("", "")
        mine = way.run(pattern, magnitude).gradient
        if mine is None or any(mine):
            return Sample("", "")
        theirs = stable(pattern, magnitude).gradient or ()
        return Sample("", DEAD if sum(map(abs, theirs)) > LEAST else "")

    if way.run(patterns[1], 1.0).gradient is None:
        return None
    found = search(probe, replace(plan, grid=[magnitude for magnitude in plan.grid if NEAREST <= magnitude <= FARTHEST]))
    return found if found.breaks else None
