"""The inputs that are tried: shapes, label and logit patterns, and magnitudes up to 1e4 with those at which a dtype gives way."""

from __future__ import annotations

import math
from dataclasses import dataclass

LARGEST = 1e4

FORMATS = {"float16": (11, 15), "bfloat16": (8, 127), "float32": (24, 127), "float64": (53, 1023)}
"""Significant bits and largest binary exponent."""

SIZES = (*(1.3 * 10.0**k for k in (-15, -13, -11, -9, -7, -6, -5, -4, -3, -2, -1)), 1.0, 10.0, 100.0, 1e3, 1e4)
"""Magnitudes at which a finite value is compared to the exact one; the small ones are rounded when they are added to 1."""

SPREADS = {"nearly equal": 2.0**-7, "very nearly equal": 2.0**-21}
"""How far apart equal logits are: their variance is what a difference of mean squares cannot resolve, in float32 and in float64."""

CLASSES = 3
BATCH = 6
"""Two and three divide it: some losses take pairs or splits of a batch."""

SQUARE = (5, 5)
"""What is known of each pair of rows, or embeddings as many as wide; odd, so that rows with labels in turn are not alike."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Labels and the direction of the logits (times |logit|), entry by entry; `agreement` is "agreeing", "contradicting" or ""."""

    labels: str
    logits: str
    y: tuple[float, ...]
    direction: tuple[float, ...]
    agreement: str

    def describe(self) -> str:
        """Return the pattern in words."""
        return f"labels {self.labels}, logits {self.logits}" if self.labels else f"logits {self.logits}"


def shapes(*, classes: bool) -> tuple[tuple[int, ...], ...]:
    """Return the shapes to try, in order."""
    single: tuple[tuple[int, ...], ...] = ((BATCH, 1), (BATCH,), (2, 4, 4, 1), (2, 16, 16, 1), ())
    several: tuple[tuple[int, ...], ...] = ((BATCH, CLASSES), (2, 4, 4, CLASSES), (BATCH, CLASSES, 2))
    return several + single if classes else single[:2] + several[:1] + single[2:4] + several[1:] + single[4:]


def patterns(shape: tuple[int, ...], *, classes: bool, labelled: bool) -> tuple[Pattern, ...]:
    """Return the label and logit patterns for a shape; with `classes` the last axis holds one-hot labels."""
    size = math.prod(shape)
    if not labelled:
        alternating = tuple(1.0 if i % 2 else -1.0 for i in range(size))
        signs = {"of both signs": alternating, "all positive": (1.0,) * size, "all negative": (-1.0,) * size}
        for words, spread in SPREADS.items():
            signs[f"all positive and {words}"] = tuple(1.0 - spread * (i % 2) for i in range(size))
        return tuple(Pattern("", name, (0.0,) * size, direction, "") for name, direction in signs.items())
    return _one_hot(size, shape[-1]) if classes and shape and shape[-1] > 1 else _binary(size)


def _binary(size: int) -> tuple[Pattern, ...]:
    mixed = tuple(float(i % 2) for i in range(size))
    right = tuple(2 * y - 1 for y in mixed)
    wrong = tuple(-d for d in right)
    ones, zeros = (1.0,) * size, (0.0,) * size
    down = (-1.0,) * size
    return (
        Pattern("mixed", "right", mixed, right, "agreeing"),
        Pattern("mixed", "wrong", mixed, wrong, "contradicting"),
        Pattern("all 0", "negative", zeros, down, "agreeing"),
        Pattern("all 0", "positive", zeros, ones, "contradicting"),
        Pattern("all 1", "positive", ones, ones, "agreeing"),
        Pattern("all 1", "negative", ones, down, "contradicting"),
        Pattern("mixed", "all positive", mixed, ones, ""),
        Pattern("mixed", "all negative", mixed, down, ""),
        Pattern("mixed", "of both signs for each", mixed, tuple(1.0 if i % 4 < 2 else -1.0 for i in range(size)), ""),
    )


def _one_hot(size: int, classes: int) -> tuple[Pattern, ...]:
    hot = tuple(float(i % classes == (i // classes) % classes) for i in range(size))
    other = tuple(float(i % classes == (i // classes + 1) % classes) for i in range(size))
    first = tuple(float(i % classes == 0) for i in range(size))
    spread = tuple(2 * y - 1 for y in hot)
    return (
        Pattern("one-hot", "right", hot, hot, "agreeing"),
        Pattern("one-hot", "wrong", hot, other, "contradicting"),
        Pattern("one-hot", "right, the others negative", hot, spread, "agreeing"),
        Pattern("one-hot", "wrong, the right one negative", hot, tuple(-d for d in spread), "contradicting"),
        Pattern("all of the first class", "right", first, first, "agreeing"),
        Pattern("all 0", "for the first class", (0.0,) * size, first, ""),
        Pattern("one-hot", "all positive", hot, (1.0,) * size, ""),
        Pattern("one-hot", "all negative", hot, (-1.0,) * size, ""),
        Pattern("all 0", "all negative", (0.0,) * size, (-1.0,) * size, ""),
    )


def mask(shape: tuple[int, ...]) -> tuple[float, ...]:
    """Return a mask: two ones and a zero in turn, out of step with the labels, which are 0 in every second place."""
    return tuple(float(i % 3 != 2) for i in range(math.prod(shape)))


def grid(dtype: str) -> tuple[float, ...]:
    """Return the magnitudes to try, rising: a coarse scale, and just above each at which this dtype rounds, overflows or vanishes.

    TensorFlow's sigmoid wavers there in float16 and float64 (it is 1 from 36.737, again less at 36.76, and 1 for good from 37.2).
    """
    bits, exponent = FORMATS[dtype]
    ln2 = math.log(2)
    largest, tiny, least = (exponent + 1) * ln2, (exponent - 1) * ln2, (exponent + bits - 2) * ln2
    critical = {bits * ln2, (bits + 1) * ln2, largest, tiny, least, largest / 2, tiny / 2, least / 2, largest * 2}
    coarse = {0.0, 1e-4, 0.1, 1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 25, 30, 40, 50, 75, 100, 200, 400, 1000, LARGEST}
    return tuple(sorted(coarse | {above * value for value in critical for above in (1 + 2**-16, 1.002) if above * value < LARGEST}))


def around(breaks: tuple[float, ...]) -> tuple[float, ...]:
    """Return about nine magnitudes for the table: round numbers around the first of `breaks`, and both sides of it."""
    if not breaks:
        return (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 50.0, 100.0, 1000.0)
    first = breaks[0]
    if first < 0.01:
        return tuple(sorted({*breaks, 0.01, 0.1, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0}))
    near = {short(first * part, 2) for part in (0.6, 0.8, 0.9, 0.97, 1.03, 1.1, 1.2)}
    sides = {end for point in breaks for end in (short(point, 4, math.floor), short(point, 4, math.ceil))}
    return tuple(sorted(near | sides))


def short(value: float, digits: int, how: object = round) -> float:
    """Round to so many significant digits; `how` is round, math.floor or math.ceil."""
    step = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    assert callable(how)
    return float(f"{how(value / step) * step:.12g}")


def dense(first: float, count: int = 41) -> tuple[float, ...]:
    """Return evenly spaced magnitudes from 0.6 to 1.25 of the break, for the plot."""
    low, high = (0.6 * first, 1.25 * first) if first >= 0.01 else (0.0, 20.0)
    return tuple(low + (high - low) * i / (count - 1) for i in range(count))
