"""The functions in rules' examples: what each means, and what its framework and exact arithmetic make of the same inputs."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bce_lint import registry
from bce_lint.confirm import exact
from bce_lint.confirm.case import Case
from bce_lint.confirm.frameworks import worker
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.reals import log
from bce_lint.confirm.slice import NotClosed, program, programs
from bce_lint.confirm.worker import guess
from bce_lint.confirm.worker.backend import Backend, Raw, Tensor, load
from bce_lint.confirm.worker.job import Job, Outcome, Program
from bce_lint.confirm.worker.lazy import Space
from bce_lint.confirm.worker.target import targets
from bce_lint.facts.expr import Add, Clip, Const, Expr, Free, Log, Maximum, Mul, replaced, walk
from bce_lint.facts.facts import meaning_of
from bce_lint.facts.meaning import Input, Role
from bce_lint.facts.module import Module
from bce_lint.facts.project import Project
from bce_lint.facts.vocabulary import CUSTOMARY
from bce_lint.finding import Finding, Severity
from bce_lint.judge import Locator
from bce_lint.rule import Bad, Rule
from bce_lint.source.read import Source
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import segments
from tests.harness import cases

SHAPE = (2, 3)
"""Two examples of three classes, or six of one number."""
SIGNS = {
    (1.0, -0.6, 0.3, -1.0, 0.8, -0.2): (0.0, 0.5, 5.0, 16.0, 30.0, 60.0, 95.0),
    (1.0, 0.6, 0.3, 0.9, 0.8, 0.2): (5.0, 30.0, 95.0),
}
"""By direction, how far the inputs go."""
STEPS = (1.0, 0.7, -0.4, 0.9, -0.55, 0.3)
"""The direction in which every point's gradient is compared: no entry of a wrong one cancels another."""
LABELS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SETTINGS = {Role.SCALAR, Role.INTEGER, Role.FLAG, Role.WEIGHT}
DIGITS = 20
SPREAD = 1e-4
"""How far apart, relatively, entries are that are nearly alike."""
BASE, STEP, T = " base of ", " step of ", Free(" t", "")
"""What exact inputs are made of; no name of an example has a blank."""

Point = Mapping[str, tuple[float, ...]]
"""The entries of each input."""


def complete(source: str) -> str:
    """Return an example with the imports that it takes for granted."""
    used = [name for name in CUSTOMARY if re.search(rf"(?<![\w.]){name}\.", source)]
    missing = [name for name in used if not re.search(rf"^(import|from) .*\b{name}$", source, re.MULTILINE)]
    return "".join(f"import {CUSTOMARY[name]} as {name}\n" for name in missing) + source


def found(bad: Bad, rule: Rule) -> Case:
    """Return the case of the rule's own first finding in an example, its inputs as confirm takes them."""
    return as_confirmed(next(case for case in cases(complete(bad.source)) if case.finding.rule == rule.name))


def driven(bad: Bad, rule: Rule) -> Case:
    """Return the same with those inputs known to be numbers of any size of which only the example's witness says so."""
    case = found(bad, rule)
    unsaid = {*SETTINGS, Role.UNKNOWN}
    inputs = tuple(replace(i, role=Role.LOGIT) if i.name in bad.breaks and i.role in unsaid else i for i in case.meaning.inputs)
    return replace(case, meaning=replace(case.meaning, inputs=inputs))


def outcome(pool: Pool, case: Case) -> Outcome:
    """Return what confirm's worker finds, without the exact numbers beside it; the first program that runs counts."""
    framework = worker(case)
    assert framework is not None, case.meaning.framework
    pytest.importorskip(framework, reason=f"the example runs in {framework}")
    answers = []
    for sliced in programs(case):
        if isinstance(sliced, Program):
            answers.append(pool.run(framework, Job(sliced, case.meaning.dtype, seconds=30.0, curve=False, vanish=True)))
            if isinstance(answers[-1], Outcome):
                return answers[-1]
    raise AssertionError(answers)


def as_confirmed(case: Case) -> Case:
    """Return a case with the roles that confirm gives its inputs."""
    sliced = program(case)
    assert not isinstance(sliced, NotClosed), sliced
    roles = {argument.name: argument for argument in sliced.arguments}
    inputs = tuple(replace(i, role=Role(roles[i.name].role), classes=roles[i.name].classes) for i in case.meaning.inputs)
    return replace(case, meaning=replace(case.meaning, inputs=inputs))


def broken(rule: Rule) -> Mapping[str, Input]:
    """Return the inputs that the rule's examples break by."""
    return {given.name: given for bad in rule.bad if bad.breaks for given in driven(bad, rule).meaning.inputs if given.name in bad.breaks}


def functions(example: str, known: Mapping[str, Input]) -> Iterator[Case]:
    """Yield a case for every function that returns something, as if all of it were flagged; `known` are inputs whose roles are."""
    source = complete(example)
    text = Source("x.py", source.encode())
    parts = segments(text)
    module = Module(text.path, tuple(parts), read, Project())
    module.wanted = tuple({op for rule in registry.registered() for op in rule.on})
    for part in parts:
        for trace in module.analyse(part.index):
            meaning = meaning_of(module, trace) if trace.node is not None else None
            if meaning is not None and trace.node is not None:
                span = Locator(module, part.index).span(trace.node)
                assert span is not None
                case = as_confirmed(Case(Finding(text.path, span, "", "", "", Severity.ERROR), source, text.path, meaning))
                inputs = tuple(known.get(given.name, given) for given in case.meaning.inputs)
                yield replace(case, meaning=replace(case.meaning, inputs=inputs))


def function(example: str, bad: Case) -> Case:
    """Return the case of the function in which another version of the example is flagged."""
    known = {given.name: given for given in bad.meaning.inputs}
    return next(case for case in functions(example, known) if case.meaning.path == bad.meaning.path)


@cache
def backend(framework: str, dtype: str) -> Backend:
    """Return a framework, imported once, at a dtype; the test is skipped where it is not installed."""
    pytest.importorskip(framework, reason=f"the example runs in {framework}")
    loaded = load(framework)
    loaded.use(dtype)
    return loaded


@dataclass(frozen=True, slots=True, eq=False)
class Runnable:
    """A function with the framework to run it in; `varying` are the inputs that are differentiated, `labels` other tensors.

    `width` is how many labels there are for each example: one a class, or one.
    """

    case: Case
    backend: Backend
    call: Callable[[Tensor, Tensor], object]
    labels: tuple[Input, ...]
    varying: tuple[Input, ...]
    settings: Mapping[str, object]
    width: int = SHAPE[1]

    def run(self, point: Point) -> Raw:
        """Return what the framework makes of inputs."""
        y = [entry for given in self.labels for entry in self.narrowed(point[given.name]).flat]
        z = [entry for given in self.varying for entry in point[given.name]]
        with np.errstate(all="ignore"):
            return self.backend.run(
                self.call,
                self.backend.leaf(y, (len(self.labels), *self.narrowed(LABELS).shape)) if y else None,
                self.backend.leaf(z, (len(self.varying), *SHAPE)),
            )

    def narrowed(self, labels: tuple[float, ...]) -> npt.NDArray[np.float64]:
        """Return labels in the shape that the function takes."""
        return np.reshape(labels, SHAPE)[:, 0] if self.width == 1 else np.reshape(labels, SHAPE)

    def taken(self) -> bool:
        """Tell whether the function takes inputs of these shapes."""
        try:
            self.run({given.name: LABELS for given in (*self.labels, *self.varying)})
        except Exception:  # noqa: BLE001  (each framework has its own for shapes)
            return False
        return True

    def rounded(self, point: Point) -> Point:
        """Return the inputs as the dtype holds them."""
        return {name: tuple(self.backend.rounded(entry) for entry in entries) for name, entries in point.items()}


def runnable(case: Case, broken_by: Collection[str]) -> Runnable:
    """Make a function callable; what the rule names in `breaks` varies, whatever it is called."""
    framework = worker(case)
    assert framework is not None, case.meaning.framework
    ready = backend(framework, case.meaning.dtype)
    sliced = program(case)
    assert not isinstance(sliced, NotClosed), sliced
    target = next(targets(Space(sliced, ready.importer()))).function
    parameters = inspect.signature(target).parameters.values()
    required = {p.name for p in parameters if p.default is p.empty or p.name in broken_by}
    inputs = [given for given in case.meaning.inputs if given.name in required]
    assert required == {given.name for given in inputs}, f"{required} are not all inputs"
    settings = {i.name: guess.from_arguments(i.name, sliced.arguments) for i in inputs if i.role in SETTINGS and i.name not in broken_by}
    labels = tuple(i for i in inputs if i.name not in settings and i.role in (Role.LABEL, Role.MASK))
    varying = tuple(i for i in inputs if i.name not in settings and i not in labels)

    def call(y: Tensor, z: Tensor) -> object:
        values = {i.name: y[k] for k, i in enumerate(labels)} | {i.name: z[k] for k, i in enumerate(varying)}
        return target(**values, **settings)

    plain = Runnable(case, ready, call, labels, varying, settings)
    return plain if plain.taken() else replace(plain, width=1)


# --- inputs


def witnesses(one: Runnable, breaks: Mapping[str, float]) -> Iterator[Point]:
    """Yield what a witness may mean: its values for the first class only and, where there are no classes, in or around every entry."""
    inputs = (*one.labels, *one.varying)
    alike = not any(given.classes for given in inputs)
    for spread in (None, 0.0, SPREAD) if alike else (None,):
        point = {}
        for given in inputs:
            value = breaks.get(given.name, float(given in one.labels))
            second = 1 - value if given in one.labels else 0.0
            row = (value, second, 0.0) if spread is None else (value,) * SHAPE[1]
            around = STEPS if spread and given in one.varying else (0.0,) * 6
            point[given.name] = _as_role(given, tuple(v * (1 + SPREAD * d) for v, d in zip(row * SHAPE[0], around, strict=True)))
        yield one.rounded(point)


def grid(one: Runnable) -> Iterator[Point]:
    """Yield inputs over the ranges of their roles, of each its own: of both signs, and positive."""
    for magnitude, directions in ((m, d) for d, some in SIGNS.items() for m in some):
        point: dict[str, tuple[float, ...]] = {given.name: LABELS for given in one.labels}
        for k, given in enumerate(one.varying):
            point[given.name] = _as_role(given, tuple(magnitude * d for d in directions[k:] + directions[:k]))
        yield one.rounded(point)


def _as_role(given: Input, values: tuple[float, ...]) -> tuple[float, ...]:
    """Return probabilities of these logits, if such is the input."""
    if given.role not in (Role.PROBABILITY, Role.LOG_PROBABILITY):
        return values
    kept = exact.softmax_of(np.reshape(values, SHAPE)) if given.classes else exact.sigmoid_of(np.array(values))
    return tuple(float(v) if given.role is Role.PROBABILITY else float(log(v)) for v in kept.flat)


# --- comparison


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far off a number may be: the larger of both will do."""

    absolute: float
    relative: float

    def allows(self, mine: float, exactly: float, scale: float) -> bool:
        """Tell whether a number is as good as exact; `scale` is the size of what was added up."""
        return math.isfinite(mine) and abs(mine - exactly) <= max(self.absolute, self.relative * scale)


FLOAT32 = Tolerance(1e-6, 1e-5)
"""logaddexp and PyTorch's BCEWithLogits lose relative accuracy of tiny losses, at 5e-7 absolute."""


def disagreements(one: Runnable, meant: Expr, points: Iterable[Point], tolerance: Tolerance = FLOAT32) -> Iterator[str]:
    """Yield where value or gradient are not those of `meant`; of most points it must be known what they are."""
    listed = list(points)
    unknown = 0
    for point in listed:
        meaning = _meaning(one, meant, point)
        if meaning is None:
            unknown += 1
            continue
        values, slope = meaning
        raw = one.run(point)
        assert len(values) == len(raw.entries), f"{len(raw.entries)} entries, {len(values)} meant"
        if not all(tolerance.allows(mine, theirs, abs(theirs)) for mine, theirs in zip(raw.entries, values, strict=True)):
            yield f"value {raw.entries}, exact {values}, at {dict(point)}"
        if raw.gradient is not None:
            parts = [g * s * len(values) for g, s in zip(raw.gradient, STEPS * len(one.varying), strict=True)]
            if not tolerance.allows(sum(parts), slope, sum(map(abs, parts))):
                yield f"slope {sum(parts)}, exact {slope}, at {dict(point)}"
    if unknown > len(listed) // 2:
        yield f"no exact value at {unknown} of {len(listed)} points"


def _meaning(one: Runnable, meant: Expr, point: Point) -> tuple[list[float], float] | None:
    """Return the exact entries and their sum's derivative along STEPS; None where there are none, or they take too many digits."""
    inputs = _exact_inputs(one, point)
    try:
        values = [float(v) for v in exact.evaluate(meant, inputs, DIGITS).flat]
        slope = float(exact.gradient(meant, inputs, T.name, DIGITS)) if one.backend.label.split()[0] != "NumPy" else 0.0
    except exact.NotExact:
        return None
    return None if any(map(math.isnan, values)) else (values, slope)


def _exact_inputs(one: Runnable, point: Point) -> dict[str, Any]:
    """Return the inputs as functions of T, which moves the varying ones along STEPS."""
    inputs: dict[str, Any] = {T.name: 0.0, **one.settings}
    for given in one.labels:
        inputs[given.name] = one.narrowed(point[given.name])
    for given in one.varying:
        base, step = Free(BASE + given.name, ""), Free(STEP + given.name, "")
        inputs[base.name], inputs[step.name] = np.reshape(point[given.name], SHAPE), np.reshape(STEPS, SHAPE)
        inputs[given.name] = Add(base, Mul(T, step))
    return inputs


def unguarded(e: Expr) -> Expr:
    """Return `e` without clips and epsilons that only keep a logarithm finite."""
    for part in walk(e):
        match part:
            case Clip(x, Const(lo), Const(hi)) if 0 < lo < 0.1 and 0.9 < hi < 1:
                return unguarded(replaced(e, part, x))
            case Log(Add(x, Const(eps)) | Maximum(x, Const(eps))) if 0 < eps < 0.1:
                return unguarded(replaced(e, part, Log(x)))
    return e
