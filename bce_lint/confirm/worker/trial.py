"""The flagged function in the child: the ways to call it, what a call shows, and the first way that shows anything."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import patience, probes
from .backend import Backend, Loss, NoTensorError, Raw, Tensor, UnsupportedError
from .chance import COSTLY, reseed
from .contain import DeniedError
from .inputs import LABEL_KINDS, LABELS, PER_ROW, Inputs, Layout, UnknownRoleError, bind
from .job import Program
from .lazy import SITE, Space, UnboundError
from .patience import EndlessError, limit
from .probes import Pattern
from .refusal import refuses, within
from .search import Sample, wrong
from .target import Target, UnreachableError, targets

RESULT, AT_SITE = "result", "site"


Compiled = Callable[[Pattern, float], tuple[Raw, Raw]]
"""Gives what the result and what the flagged operation came to."""

REASONS = {
    DeniedError: "it {}, which confirm does not allow",
    RecursionError: "it calls itself without end",
    UnsupportedError: "{}",
    UnknownRoleError: "what to give its parameter `{}` is not known",
}


class HopelessError(Exception):
    """No other shape or setting would help; the text is the reason for the user."""


class Trial:
    """A program at one dtype, with what it takes to call it."""

    def __init__(self, program: Program, backend: Backend, dtype: str) -> None:
        reseed()
        backend.use(dtype)
        self.program = program
        self.backend = backend
        self.dtype = dtype
        self.space = Space(program, backend.importer())
        self.marked = SITE in program.marked
        self.blame = self.marked and program.blame
        self.elsewhere = False
        self.endless: dict[Pattern, float] = {}
        self.warm = False
        self.unseeded: frozenset[str] | None = None
        self.trouble = ""

    def ways(self, layouts: Sequence[Layout]) -> Iterator[Way]:
        """Yield the ways to call the function: each way to get it, each layout of its inputs, last with flags turned round."""
        for target in targets(self.space):
            plain = bind(target.function, self.program.arguments, self.backend)
            for inputs in (plain, *plain.boolean(), *plain.flipped(target.function)):
                for layout in layouts:
                    yield Way(self, target, inputs, layout)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to call the function; `judged` says whether its result counts, or the flagged operation's value."""

    trial: Trial
    target: Target
    inputs: Inputs
    layout: Layout
    judged: str = RESULT

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the label and logit patterns for this layout."""
        return probes.patterns(self.layout.shape, classes=self.classes, labelled=self.inputs.labelled)

    @property
    def classes(self) -> bool:
        """Whether the inputs lie along a class axis."""
        return any(argument.classes for argument in self.trial.program.arguments)

    def run(self, pattern: Pattern, magnitude: float, judged: str = "") -> Raw:
        """Call the function on a pattern at a magnitude, and differentiate."""
        call = self._site if (judged or self.judged) == AT_SITE else self._result
        if magnitude >= self.trial.endless.get(pattern, math.inf):
            raise EndlessError
        try:
            with limit(patience.SECONDS if self.trial.warm else patience.AT_FIRST):
                raw = self._seeded(call, self.layout.pass_labels(pattern.y, self.trial.backend), self.logits(pattern, magnitude))
        except EndlessError:
            self.trial.endless[pattern] = magnitude
            raise
        self.trial.warm = True
        return raw

    def _seeded(self, call: Loss, y: Tensor, z: Tensor) -> Raw:
        """Run with the same random numbers every time; once it is seen that none are drawn, without the costly part of that."""
        trial = self.trial
        reseed(without=trial.unseeded or frozenset())
        raw = trial.backend.run(call, y, z)
        if trial.unseeded is None:
            reseed(without=COSTLY)
            trial.unseeded = COSTLY if repr(trial.backend.run(call, y, z)) == repr(raw) else frozenset()
        return raw

    def logits(self, pattern: Pattern, magnitude: float) -> Tensor:
        """Return the logits of a pattern at a magnitude."""
        return self.trial.backend.leaf([direction * magnitude for direction in pattern.direction], self.layout.shape)

    def several(self) -> bool:
        """Say whether the function gives several things, so that the digits of none can be told from their sum."""
        right = self.patterns()[0]
        labels = self.layout.pass_labels(right.y, self.trial.backend)
        return self.trial.marked and isinstance(self._result(labels, self.logits(right, 1.0)), tuple | list | dict)

    def _result(self, y: Tensor, z: Tensor) -> object:
        self.trial.space.sites.clear()
        return self.inputs.call(self.target.function, y, z)

    def _site(self, y: Tensor, z: Tensor) -> object:
        """Return what the flagged operation gave, whatever becomes of the function afterwards."""
        sites = self.trial.space.sites
        sites.clear()
        try:
            self.inputs.call(self.target.function, y, z)
        except Exception as error:
            if not sites or hopeless(error):
                raise
        if not sites:
            raise NoTensorError
        return list(sites)

    def judging(self, judged: str) -> Way:
        """Return the same way with another thing to judge."""
        return Way(self.trial, self.target, self.inputs, self.layout, judged)

    def others(self, *, apart: bool) -> Iterator[Way]:
        """Yield the same way with inputs in which more vanishes.

        That is: every mask empty, equal vectors, channels that need not sum to 1, no two labels alike, and numbers for labels where nothing
        else goes into the flagged operation.
        """
        inputs, backend = self.inputs, self.trial.backend
        others = [inputs.emptied(backend) if inputs.masked else None]
        others += [inputs.respelled("-logit", "logit", backend), inputs.respelled("softmax(", "sigmoid(", backend) if apart else None]
        others += [inputs.each_its_own(self.layout, backend)] if self.trial.program.pairs else []
        others += [inputs.respelled(words, "-logit", backend) for words in LABELS] if self.idle() and not self.trial.program.pairs else []
        yield from (Way(self.trial, self.target, other, self.layout, self.judged) for other in others if other is not None)

    def idle(self) -> bool:
        """Say whether the flagged operation's value is the same whatever the logits are: their sizes, and which are which for one label."""
        if not self.trial.marked:
            return False
        right, wrong, *_, last = self.patterns()
        try:
            values = {self.run(pattern, magnitude, AT_SITE).entries for pattern in (right, wrong) for magnitude in (1.0, 3.0)}
            return len(values) == 1 and not self.varies(last, AT_SITE)
        except Exception as error:
            if hopeless(error):
                raise
            return False

    def varies(self, pattern: Pattern, judged: str = "") -> bool:
        """Say whether what is judged is something else for larger logits."""
        return self.run(pattern, 1.0, judged).entries != self.run(pattern, 3.0, judged).entries

    def sample(self, pattern: Pattern, magnitude: float) -> Sample | None:
        """Say what breaks; a break counts only if the flagged operation has a part in it. None where the function raises."""
        try:
            result = self.run(pattern, magnitude)
            blamed = self.judged == RESULT and self.trial.blame and bool(wrong(result.entries) or wrong(result.gradient or ()))
            return self.weigh(result, self.run(pattern, magnitude, AT_SITE) if blamed else result)
        except Exception as error:
            if hopeless(error):
                raise
            if refuses(error, self.trial.program):
                return self._refused(error, pattern, magnitude)
            self.trial.trouble = self.trial.trouble or in_words(error)
        except EndlessError:
            self.trial.trouble = patience.TOO_LONG
        return None

    def _refused(self, error: Exception, pattern: Pattern, magnitude: float) -> Sample:
        """Return an error as a break, unless the flagged operation was done by then, and finite, or another function raised."""
        fault = not self.trial.blame or within(error, self.trial.program)
        if self.trial.blame and self.trial.space.sites:
            site = _sample(self.run(pattern, magnitude, AT_SITE))
            fault = bool(site.value or site.gradient)
        self.trial.elsewhere |= not fault
        return Sample(type(error).__name__ if fault else "", "")

    def weigh(self, result: Raw, site: Raw) -> Sample:
        """Return what is wrong with a result, unless the flagged operation is all right while it should be to blame."""
        sample = _sample(result)
        if not self.trial.blame or not (sample.value or sample.gradient):
            return sample
        blamed = _sample(site)
        if blamed.value or blamed.gradient:
            return sample
        self.trial.elsewhere = True
        return Sample("", "")

    def compiled(self) -> Compiled | None:
        """Return a fast version of `run`, if the framework can compile the function and it then gives the same numbers."""
        backend, patterns = self.trial.backend, self.patterns()
        labels = {pattern.y: self.layout.pass_labels(pattern.y, backend) for pattern in patterns}

        def both(y: Tensor, z: Tensor) -> tuple[object, object]:
            self.trial.space.sites.clear()
            result = self.inputs.call(self.target.function, y, z)
            return result, list(self.trial.space.sites) or result

        try:
            fast = backend.compile(both, labels[patterns[0].y], self.logits(patterns[0], 2.0)) if self.judged == RESULT else None
            if fast is None or not all(
                self._same(pattern, fast(labels[pattern.y], self.logits(pattern, 2.0))[0]) for pattern in patterns[:2]
            ):
                return None
        except Exception as error:  # it runs uncompiled, so it can do without
            if hopeless(error):
                raise
            return None
        return lambda pattern, magnitude: fast(labels[pattern.y], self.logits(pattern, magnitude))

    def _same(self, pattern: Pattern, theirs: Raw) -> bool:
        mine = self.run(pattern, 2.0)
        return math.isclose(mine.total, theirs.total, rel_tol=1e-3) and (mine.gradient is None) == (theirs.gradient is None)

    def in_double(self) -> Way:
        """Return the same way to call the same code in float64."""
        trial, seen = Trial(self.trial.program, self.trial.backend, "float64"), _Seen([])
        ways = (Way(trial, target, self.inputs, self.layout, self.judged) for target in targets(trial.space))
        return next(way for way in ways if seen.take(way) or way is seen.idle)


def _sample(raw: Raw) -> Sample:
    return Sample(wrong(raw.entries), wrong(raw.gradient) if raw.gradient is not None else "")


def hopeless(error: BaseException) -> str:
    """Return the reason if trying something else makes no sense, else ""."""
    if isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__ or "Unable to allocate" in str(error):
        return "it needs more memory than confirm allows"
    if isinstance(error, EndlessError):
        return patience.TOO_LONG
    if isinstance(error, UnboundError | HopelessError | UnreachableError):
        return str(error)
    if not isinstance(error, Exception):
        return "it exits the process" if isinstance(error, SystemExit) else f"it raises {type(error).__name__}"
    return next((words.format(error) for kind, words in REASONS.items() if isinstance(error, kind)), "")


def in_words(error: BaseException) -> str:
    """Return what an error is, in one line."""
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}{': ' + first if first else ''}"[:280]


def layouts(program: Program) -> list[Layout]:
    """Return the layouts to try, in order."""
    classes = any(argument.classes for argument in program.arguments)
    kinds = LABEL_KINDS if classes else (*LABEL_KINDS[:2], PER_ROW)
    kinds = (PER_ROW, *LABEL_KINDS[:2]) if program.pairs else kinds
    labelled = any(argument.role == "label" for argument in program.arguments)
    shapes = probes.shapes(classes=classes)
    return [
        Layout(shape, kind)
        for kind in (kinds if labelled else kinds[:1])
        for shape in ((probes.SQUARE, *shapes) if kind == PER_ROW else shapes)
        if (shape or kind == kinds[0]) and (kind != PER_ROW or len(shape) == 2)
    ]


def find(trial: Trial, deadline: float) -> Way:
    """Return the first way whose result depends on the logits, and the flagged operation's value too if there is such a way.

    Where there is none, return the first where the flagged operation's value does.
    """
    seen = _Seen([])
    for judged in (RESULT, AT_SITE) if trial.marked else (RESULT,):
        for way in (way.judging(judged) for way in trial.ways(layouts(trial.program))):
            if seen.idle is not None and way.inputs is not seen.idle.inputs:
                return seen.idle
            if seen.take(way):
                return way
            if time.monotonic() > deadline:
                if seen.idle is not None:
                    return seen.idle
                raise HopelessError("no inputs that it takes were found in half of its time")
        if seen.idle is not None:
            return seen.idle
    if trial.space.missing and not seen.ran:
        raise HopelessError(f"it needs {', '.join(sorted(trial.space.missing))}, not installed here")
    if seen.ran or isinstance(seen.errors[0], NoTensorError):
        raise HopelessError("the flagged operation is not reached, or nothing that comes of it depends on the inputs that were tried")
    raise seen.errors[0]


@dataclass(slots=True)
class _Seen:
    """What came of the ways tried so far: the first that works but leaves the flagged operation's value as it is, and errors."""

    errors: list[Exception]
    idle: Way | None = None
    ran: bool = False

    def take(self, way: Way) -> bool:
        """Try a way; say whether it is the one."""
        try:
            if not _depends(way):
                self.ran = True
            elif way.idle():
                self.idle = self.idle or way
            else:
                return True
        except Exception as error:
            if hopeless(error):
                raise
            if refuses(error, way.trial.program):
                return True
            self.errors.append(error)
        except EndlessError:
            way.trial.endless.clear()
            self.errors.append(HopelessError(patience.TOO_LONG))
        return False


def _depends(way: Way) -> bool:
    """Say whether the result changes with the logits, and the flagged operation is reached."""
    right, other, *_, last = way.patterns()
    one = way.run(right, 1.0)
    if way.trial.marked and not way.trial.space.sites:
        return False
    if one.gradient and any(one.gradient):
        return True
    points = ((right, 3.0), (other, 3.0), (right, 0.0))
    return any(way.run(pattern, magnitude).entries != one.entries for pattern, magnitude in points) or way.varies(last)
