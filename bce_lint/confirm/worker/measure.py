"""The numbers that the report shows: the user's function, the framework's own beside it, and the same code in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import probes
from .backend import Backend, Counterpart, Raw
from .job import Job, Reading
from .patience import EndlessError
from .probes import Pattern
from .search import Found

if TYPE_CHECKING:
    from .trial import Way

YOURS, FIXED, REFERENCE = "yours", "fixed", "float64"

TOLERANCE = {"float16": 2e-2, "bfloat16": 8e-2, "float32": 2e-3, "float64": 2e-3}
"""How far a loss may be from a multiple of a cross entropy at |logit| 0.5 and 2 and still be called one: an epsilon is no matter there."""

AT_ONCE = 32
"""How many points are read from a framework's loss in one run, or a multiple of that."""

Run = Callable[[Pattern, float], Raw]


@dataclass(frozen=True, slots=True)
class Read:
    """The readings of one job."""

    table: tuple[Reading, ...]
    curve: tuple[Reading, ...]
    training: tuple[Reading, ...]
    sweep: tuple[Reading, ...]
    counterpart: str
    scale: float
    gradient: bool


@dataclass(frozen=True, slots=True)
class _Point:
    pattern: int
    magnitude: float


def measure(way: Way, found: Found, job: Job, yours: Run) -> Read:
    """Read every function at the magnitudes of the table, of the training steps and of the curve; `yours` is the user's."""
    backend, patterns = way.trial.backend, way.patterns()
    table = _table(found, backend) if job.search else []
    training = _training(found, patterns, backend) if job.search else []
    curve = _curve(found, patterns, backend) if job.curve else []
    sweep = [] if found.breaks and not job.digits else _sweep(patterns, backend)
    sweep = _asked(job, found, patterns, backend) if job.points else sweep
    points = list(dict.fromkeys([*table, *training, *curve, *sweep]))
    kind, scale, others = _counterparts(way, job.beside, yours) if job.search else ("", 1.0, ())
    numbers = {YOURS: _read(yours, patterns, points)}
    numbers |= {other.name: _beside(other, way, scale, points) for other in others}
    doubled = list(dict.fromkeys([*table, *curve, *sweep])) if others else points
    numbers[REFERENCE] = _reference(way, patterns, doubled) if job.search else {}
    backend.use(job.dtype)

    def readings(some: Sequence[_Point]) -> tuple[Reading, ...]:
        return tuple(
            Reading(point.magnitude, point.pattern, tuple((name, *of[point]) for name, of in numbers.items() if point in of))
            for point in some
        )

    gradient = any(not math.isnan(slope) for _, slope in numbers[YOURS].values())
    return Read(readings(table), readings(curve), readings(training), readings(sweep), kind, scale, gradient)


def _table(found: Found, backend: Backend) -> list[_Point]:
    """Return the table's points: about nine around the first break, on its pattern."""
    if not found.breaks:
        return [_Point(0, backend.rounded(a)) for a in probes.around(())]
    value = next((b for b in found.breaks if b.what == "value"), None)
    main = value or found.breaks[0]
    early = [b.logit for b in found.breaks if b.pattern == main.pattern and b.logit < 0.97 * main.logit]
    return [_Point(main.pattern, a) for a in dict.fromkeys(backend.rounded(a) for a in probes.around((main.logit, *early[:1])))]


def _training(found: Found, patterns: Sequence[Pattern], backend: Backend) -> list[_Point]:
    """Return the points of the one-step table: below and above the first break, agreeing and contradicting."""
    first = found.breaks[0].logit if found.breaks else 16.0
    sizes = [probes.short(first * part, 2) for part in (0.9, 1.1, 2.0)] if first > 0.01 else [0.1, 1.0, 10.0]
    sides = [number for number in _sides(found, patterns) if patterns[number].agreement] or [0]
    return [_Point(side, backend.rounded(a)) for side in sides for a in sizes]


def _curve(found: Found, patterns: Sequence[Pattern], backend: Backend) -> list[_Point]:
    first = found.breaks[0].logit if found.breaks else 16.0
    return [_Point(side, backend.rounded(a)) for side in _sides(found, patterns) for a in probes.dense(first)]


def _sides(found: Found, patterns: Sequence[Pattern]) -> list[int]:
    """Return a pattern whose labels agree and one whose labels contradict, those that broke if any did, and the one that broke first."""
    broke = {patterns[one.pattern].agreement: one.pattern for one in reversed(found.breaks)}
    usual = {patterns[number].agreement: number for number in reversed(range(len(patterns)))}
    sides = [broke.get(side, usual[side]) for side in ("agreeing", "contradicting") if side in usual]
    first = found.breaks[0].pattern if found.breaks else sides[0] if sides else 0
    return list(dict.fromkeys([*sides, first]))


def _sweep(patterns: Sequence[Pattern], backend: Backend) -> list[_Point]:
    """Return points from the smallest to the largest that ordinary numbers come to."""
    some = patterns[:2] if patterns[0].labels else patterns
    return [_Point(number, backend.rounded(a)) for number in range(len(some)) for a in probes.SIZES]


def _asked(job: Job, found: Found, patterns: Sequence[Pattern], backend: Backend) -> list[_Point]:
    """Return the points that the job asks for, as far as there are such patterns, and every break."""
    asked = [_Point(number, backend.rounded(a)) for number, a in job.points if number < len(patterns)]
    return list(dict.fromkeys([*asked, *(_Point(b.pattern, b.logit) for b in found.breaks)]))


def _read(run: Run, patterns: Sequence[Pattern], points: Sequence[_Point]) -> dict[_Point, tuple[float, float]]:
    """Return value and derivative by |logit| at each point; a function that raises there has none."""
    numbers: dict[_Point, tuple[float, float]] = {}
    for point in points:
        pattern = patterns[point.pattern]
        try:
            raw = run(pattern, point.magnitude)
        except (Exception, EndlessError):  # noqa: BLE001, S112  (the user's code may raise at any magnitude; the row is left out)
            continue
        numbers[point] = raw.total, slope(raw, pattern)
    return numbers


def slope(raw: Raw, pattern: Pattern) -> float:
    """Return the derivative of the mean by |logit|: the gradient along the pattern; NaN where there is none."""
    if raw.gradient is None or any(map(math.isnan, raw.gradient)):
        return math.nan
    return sum(d * g if d else abs(g) * math.isinf(g) for d, g in zip(pattern.direction, raw.gradient, strict=True) if d or math.isinf(g))


def _reference(way: Way, patterns: Sequence[Pattern], points: Sequence[_Point]) -> dict[_Point, tuple[float, float]]:
    """Run the same code in float64, from its first statement, since module-level constants have a dtype too."""
    if way.trial.dtype == "float64":
        return {}
    try:
        double = way.in_double()
    except Exception:  # noqa: BLE001  (code that fixes its dtype raises here; then there is no such column)
        return {}
    return _read(double.run, patterns, points)


def _counterparts(way: Way, beside: str, yours: Run) -> tuple[str, float, tuple[Counterpart, ...]]:
    """Recognise, by its values at harmless magnitudes, a loss that is a multiple of a sigmoid or softmax cross entropy.

    What the code is to be measured by anyway stands beside it as it is.
    """
    if not way.inputs.labelled:
        return "", 1.0, ()
    kind = "softmax" if way.classes and way.layout.shape[-1:] != (1,) else "sigmoid"
    others = way.trial.backend.counterparts(kind)
    best = next(other for other in others if other.best)
    points = [_Point(number, magnitude) for number in range(min(4, len(way.patterns()))) for magnitude in (0.5, 2.0)]
    theirs = _beside(best, way, 1.0, points)
    mine = _read(yours, way.patterns(), points)
    ratios = [mine[p][0] / theirs[p][0] if p in mine and theirs[p][0] else math.nan for p in points]
    scale = ratios[0]
    close = all(abs(ratio - scale) <= TOLERANCE[way.trial.dtype] * abs(scale) for ratio in ratios)
    if close and math.isfinite(scale) and scale:
        return kind, _neat(scale), others
    return ("", 1.0, way.trial.backend.counterparts(beside)[:1]) if beside else ("", 1.0, ())


def best_of(kind: str, way: Way) -> Run:
    """Return the framework's stable loss of a kind, on the inputs of `way`."""
    backend = way.trial.backend
    best = _best(kind, backend)
    return lambda pattern, magnitude: backend.run(best.loss, backend.leaf(pattern.y, way.layout.shape), way.logits(pattern, magnitude))


def _best(kind: str, backend: Backend) -> Counterpart:
    return next(other for other in backend.counterparts(kind) if other.best)


def _neat(scale: float) -> float:
    """Return the whole number, or the reciprocal of one, that a scale is up to rounding."""
    for candidate in (round(scale), 1 / round(1 / scale) if abs(scale) < 1 and round(1 / scale) else 0):
        if candidate and abs(scale - candidate) < 0.02 * abs(scale):
            return float(candidate)
    return scale


def _beside(other: Counterpart, way: Way, scale: float, points: Sequence[_Point]) -> dict[_Point, tuple[float, float]]:
    """Return value and derivative of a framework's loss at each point, all of them in one run: it treats every example by itself.

    The last point is repeated, so that most runs have one shape, and what compiles need do so once.
    """
    backend, shape = way.trial.backend, way.layout.shape
    every = [*points, *list(points[-1:]) * (-len(points) % AT_ONCE)]
    patterns = [way.patterns()[point.pattern] for point in every]
    y = [entry for pattern in patterns for entry in pattern.y]
    z = [direction * point.magnitude for pattern, point in zip(patterns, every, strict=True) for direction in pattern.direction]
    raw = backend.run(other.loss, backend.leaf(y, (len(every), *shape)), backend.leaf(z, (len(every), *shape)))
    numbers: dict[_Point, tuple[float, float]] = {}
    for number, (point, pattern) in enumerate(zip(points, patterns, strict=False)):
        entries = _part(raw.entries, number, len(every))
        gradient = None if raw.gradient is None else _part(raw.gradient, number, len(every))
        mean = math.fsum(entries) / len(entries) if all(map(math.isfinite, entries)) else sum(entries)
        numbers[point] = scale * mean, scale * len(every) * slope(Raw(entries, mean, gradient), pattern)
    return numbers


def _part(numbers: Sequence[float], part: int, parts: int) -> tuple[float, ...]:
    size = len(numbers) // parts
    return tuple(numbers[part * size : (part + 1) * size])
