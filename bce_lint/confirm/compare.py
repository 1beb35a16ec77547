"""Code before and after its fixes, run on the same probes beside the exact values: only what is right there is written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.frameworks import dtype, missing, worker
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.reference import UNKNOWN, Exact, Reference
from bce_lint.confirm.slice import NotClosed, program, programs
from bce_lint.confirm.slice_fixed import in_function
from bce_lint.confirm.worker import probes
from bce_lint.confirm.worker.job import Job, Outcome, Program, Reading
from bce_lint.confirm.worker.measure import REFERENCE, TOLERANCE, YOURS
from bce_lint.finding import Change

MAGNITUDES = (0.1, 1.0, 4.0, 10.0, 17.0, 40.0, 95.0, 1000.0)
"""Where old and new are compared, besides where the old one breaks: on both sides of where the dtypes give way."""
PATTERNS = (0, 1, 2, 6)
"""Patterns that between them have all labels and signs."""
FLOOR = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1e-6, "float64": 1e-9}
"""Absolute errors that are no matter."""
TRUSTED = 17.0
"""Up to this |logit| the old code in float64 counts as exact; further out only where the new code in float64 agrees."""
LARGE = {"float16": 6e4, "bfloat16": 1e38, "float32": 1e38, "float64": 1e308}
"""What is larger may be infinite."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a comparison showed: whether the new code is right, if not why, and the numbers at the place that tells most."""

    good: bool
    reason: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """Value and derivative at one input: of the old code, of the new, and exact; not `sure` is what only the new code in float64 says."""

    reading: Reading
    old: Exact
    new: Exact
    exact: Exact
    sure: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """How to run: by which workers, with which options; `safe` asks for the exact values, else the new code must only be finite."""

    pool: Pool
    options: Options
    safe: bool

    def function(self, case: Case, text: str) -> Seen:
        """Compare the function around a finding with what it is in the new text."""
        new = in_function(case, text)
        if new is None:
            return Seen(good=False, reason="it is in no function")
        return self._programs(case, program(case), program(new))

    def branch(self, case: Case, new: Case) -> Seen:
        """Compare the functions again, with settings by which what stands in place of the finding is reached."""
        return self._programs(case, program(case), program(new))

    def expression(self, case: Case, new: Case) -> Seen:
        """Compare the largest expression around a finding with what stands there after it."""
        return self._programs(case, _expression(case), _expression(new))

    def _programs(self, case: Case, old: Program | NotClosed, new: Program | NotClosed) -> Seen:
        for sliced in (old, new):
            if isinstance(sliced, NotClosed):
                return Seen(good=False, reason=sliced.reason)
        assert isinstance(old, Program)
        assert isinstance(new, Program)
        framework = worker(case)
        lacking = missing(framework) if framework else f"confirm cannot run {case.meaning.framework} code yet"
        if framework is None or lacking:
            return Seen(good=False, reason=lacking)
        if sorted((a.role, a.classes) for a in old.arguments) != sorted((a.role, a.classes) for a in new.arguments):
            return Seen(good=False, reason="it takes other inputs than before")
        job = Job(
            replace(old, blame=False),
            dtype(case, framework, self.options.dtype),
            self.options.seconds,
            curve=False,
            points=tuple((number, a) for number in PATTERNS for a in MAGNITUDES),
        )
        before = self.pool.run(framework, job)
        if not isinstance(before, Outcome):
            return Seen(good=False, reason=before.reason)
        after = self.pool.run(
            framework, replace(job, program=replace(new, blame=False), points=tuple((r.pattern, r.logit) for r in before.sweep))
        )
        if not isinstance(after, Outcome):
            return Seen(good=False, reason=after.reason)
        return Comparison(case, job, before, after).seen(safe=self.safe)


def _expression(case: Case) -> Program | NotClosed:
    """Return the program of the largest expression around a finding, which follows that of its function, if there is one."""
    found = [made for made in programs(case) if isinstance(made, NotClosed) or made.path[0].name == "flagged_expression"]
    return found[0] if found else NotClosed("it is no expression")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same inputs."""

    case: Case
    job: Job
    before: Outcome
    after: Outcome

    @property
    def patterns(self) -> tuple[probes.Pattern, ...]:
        """The label and logit patterns, as the worker numbers them."""
        return probes.patterns(self.before.shape, classes=self.before.classes, labelled=self.before.labelled)

    def seen(self, *, safe: bool) -> Seen:
        """Judge the new code."""
        one, other = ((o.shape, o.classes, o.labelled, o.labels, o.judged) for o in (self.before, self.after))
        if one != other:
            return Seen(good=False, reason="it takes inputs of another shape than before")
        points = list(self._points())
        change = self._change(max(points, key=self._weight)) if points else None
        if self.after.skipped or len(points) < len(self.before.sweep):
            return Seen(good=False, reason="some inputs could not be run", change=change)
        if not safe:
            return Seen(not self.after.breaks, self._breaks(), change)
        wrong = next((point for point in points if not self._right(point)), None)
        if wrong is not None:
            return Seen(good=False, reason="it is not exact", change=self._change(wrong))
        known = sum(point.sure for point in points) > len(points) // 2
        return Seen(known, "" if known else "what is exact is not known", change)

    def _breaks(self) -> str:
        return next((f"its {b.what} is {b.result} at |logit| = {b.logit:.4g}" for b in self.after.breaks), "")

    def _points(self) -> Iterator[Point]:
        reference = Reference(self.case.meaning, self.job.program.arguments, self.before, self.patterns)
        after = {(reading.pattern, reading.logit): reading for reading in self.after.sweep}
        for reading in self.before.sweep:
            new = after.get((reading.pattern, reading.logit))
            old = _of(reading, YOURS)
            if new is not None and (mine := _of(new, YOURS)) is not None:
                double = _of(new, REFERENCE) or UNKNOWN
                exact = reference.at(reading)
                sure = reference.exact or reading.logit <= TRUSTED or self._close(double.value, exact.value)
                sure = sure and not math.isnan(exact.value)
                yield Point(reading, old or UNKNOWN, mine, exact if sure else double, sure)

    def _right(self, point: Point) -> bool:
        """Tell whether the new code is right at a point, in its value and, where there is one, its derivative."""
        pairs = [(point.new.value, point.exact.value)]
        pairs += [(point.new.slope, point.exact.slope)] if self.after.gradient else []
        return all(math.isnan(exact) or self._close(mine, exact) for mine, exact in pairs)

    def _close(self, mine: float, exact: float) -> bool:
        dtype = self.job.dtype
        if abs(exact) > LARGE[dtype]:
            return True
        return math.isfinite(mine) and abs(mine - exact) <= max(TOLERANCE[dtype] * abs(exact), FLOOR[dtype])

    def _weight(self, point: Point) -> tuple[bool, float]:
        """Return how much a point tells: most where the old value breaks first, or else where it is furthest off."""
        broken = next(iter(self.before.breaks), None)
        first = broken is not None and (broken.pattern, broken.logit) == (point.reading.pattern, point.reading.logit)
        off = abs(point.old.value - point.exact.value) / max(abs(point.exact.value), 1e-30)
        return first, off if math.isfinite(off) else 0.0

    def _change(self, point: Point) -> Change:
        labels = self.patterns[point.reading.pattern].describe()
        values = (point.old.value, point.new.value, point.exact.value)
        slopes = (point.old.slope, point.new.slope, point.exact.slope) if self.after.gradient else (math.nan,) * 3
        return Change(point.reading.logit, labels, values, slopes)


def _of(reading: Reading, wanted: str) -> Exact | None:
    return next((Exact(value, slope) for name, value, slope in reading.numbers if name == wanted), None)
