"""From a run's raw numbers and the exact meaning to a verdict with its evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bce_lint.confirm import repro
from bce_lint.confirm.case import Case
from bce_lint.confirm.compare import LARGE
from bce_lint.confirm.reference import Reference
from bce_lint.confirm.slice_script import NAME
from bce_lint.confirm.worker import probes
from bce_lint.confirm.worker.job import Break, Failure, Job, Outcome, Reading
from bce_lint.confirm.worker.measure import FIXED, REFERENCE, YOURS
from bce_lint.confirm.worker.probes import Pattern
from bce_lint.facts.expr import (
    Add,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Const,
    Div,
    DivNoNan,
    Expr,
    Log,
    LogSoftmax,
    NegativeLogLikelihood,
    Norm,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Sqrt,
    Std,
    Sub,
)
from bce_lint.finding import Confirmed, Evidence, Refuted, Row, Undecided, Verdict, Witness

EXACT = "exact"
YOUR_GRADIENT, STABLE_GRADIENT, EXACT_GRADIENT = "your gradient", "stable gradient", "exact gradient"
OF_MEANING = "; {} differentiates nothing, so the gradient is that meaning's exact derivative"
MINE = (YOURS, FIXED, REFERENCE)
"""The user's own code, not the framework's."""
RATE = 0.1
"""The learning rate of the one step that the training table shows, of one weight that is 1 and gets +-|logit| as its input."""

SIDES = {"agreeing": "right", "contradicting": "wrong"}
NEAR = 1e-4


def beside(site: Expr) -> str:
    """Return the kind of loss that a flagged loss must hold its own with: the framework keeps it finite, but it may not teach."""
    match site:
        case BinaryCrossEntropy() | SigmoidCrossEntropy():
            return "sigmoid"
        case CategoricalCrossEntropy() | SoftmaxCrossEntropy() | NegativeLogLikelihood() | LogSoftmax():
            return "softmax"
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class Run:
    """A case, what was run for it, and what has to be said of that."""

    case: Case
    job: Job
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run with what came out."""

    case: Case
    job: Job
    note: str
    outcome: Outcome

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The label and logit patterns, as the worker numbers them."""
        return probes.patterns(self.outcome.shape, classes=self.outcome.classes, labelled=self.outcome.labelled)


def judge(run: Run, answer: Outcome | Failure) -> Verdict:
    """Decide what a run says of a finding."""
    if isinstance(answer, Failure):
        return Undecided(answer.reason)
    ran = Ran(run.case, run.job, run.note, answer)
    if run.job.digits and not _overflows(ran) and (off := _off(ran)) is not None:
        return Confirmed((off.witness,), evidence(off.ran))
    if answer.breaks:
        return Confirmed(tuple(witnesses(ran)), evidence(ran))
    if answer.skipped:
        because = f": {answer.trouble}" if answer.trouble else ""
        return Undecided(f"nothing broke, but {answer.skipped} of {len(ran.patterns)} input patterns could not be run{because}")
    if (off := _off(ran)) is not None:
        return Confirmed((off.witness,), evidence(off.ran))
    if run.job.digits and not any(_known(ran)):
        return Undecided("nothing breaks, but how exact it is cannot be told: nothing more exact than it is at hand")
    if beside(run.case.meaning.site) and not answer.gradient:
        return Undecided("nothing breaks, but whether this loss teaches anything only its gradient could tell")
    return Refuted(_probes(ran), evidence(ran))


@dataclass(frozen=True, slots=True)
class Off:
    """A value that is finite but wrong, and the run with its neighbours as the table."""

    witness: Witness
    ran: Ran


def _off(run: Ran) -> Off | None:
    """Return the most ordinary point at which the value is off: by a thousandth of it if digits are what the finding is about."""
    outcome = run.outcome
    reference = Reference(run.case.meaning, run.job.program.arguments, outcome, run.patterns)
    digits = run.job.digits
    relative, absolute = (1e-3, 0.0) if digits else (0.1, 1e-3)
    for reading in sorted(outcome.sweep, key=lambda r: (digits and r.logit > 1, abs(math.log10(r.logit)))):
        mine = next((value for name, value, _ in reading.numbers if name == YOURS and math.isfinite(value)), math.nan)
        right = reference.value(reading) if digits or reading.logit >= 1 else math.nan
        if abs(mine - right) > max(relative * abs(right), absolute) and not (digits and right == 0):
            share = abs(mine - right) / abs(right) if right else math.inf
            result = f"off by {share:.2g} of it" if share < 1 else f"{mine:.4g} in place of {right:.4g}"
            table = tuple(r for r in outcome.sweep if r.pattern == reading.pattern)
            ran = Ran(run.case, run.job, run.note, replace(outcome, table=table))
            return Off(Witness("value", reading.logit, _labels(run.patterns[reading.pattern]), result), ran)
    return None


def _overflows(run: Ran) -> bool:
    """Say whether a value breaks that would be an ordinary number: that tells more than lost digits do."""
    reference = Reference(run.case.meaning, run.job.program.arguments, run.outcome, run.patterns)
    lost = (reference.value(Reading(one.logit, one.pattern, ())) for one in run.outcome.breaks if one.what == "value")
    return any(abs(value) < LARGE[run.job.dtype] for value in lost)


def _known(run: Ran) -> Iterator[bool]:
    """Yield for every point whether what is exact there is known."""
    reference = Reference(run.case.meaning, run.job.program.arguments, run.outcome, run.patterns)
    yield from (not math.isnan(reference.value(reading)) for reading in run.outcome.sweep)


def loses_digits(site: Expr) -> bool:
    """Say whether the flagged operation is one that gives the leading digits away: a difference, or the logarithm of 1 + x."""
    match site:
        case Sub() | Log(Add(Const(1.0), _) | Add(_, Const(1.0))):
            return True
        case _:
            return False


def divides(site: Expr) -> bool:
    """Say whether the flagged operation is one that breaks where what goes into it vanishes."""
    return isinstance(site, Div | DivNoNan | Norm | Sqrt | Std)


def witnesses(run: Ran) -> Iterator[Witness]:
    """Yield the smallest breaks, those of both labels at one place as one, and leave out what adds nothing."""
    best = {what: min((b.logit for b in run.outcome.breaks if b.what == what), default=math.inf) for what in ("value", "gradient")}
    told: list[Break] = []
    for found in run.outcome.breaks:
        side = run.patterns[found.pattern].agreement
        if (not side and found.logit > best[found.what] * (1 + NEAR)) or any(_same(found, other) for other in told):
            continue
        told.append(found)
        twins = [run.patterns[o.pattern].agreement for o in run.outcome.breaks if _same(found, o)]
        both = {"agreeing", "contradicting"} <= set(twins)
        yield Witness(found.what, found.logit, "whatever the label" if both else _labels(run.patterns[found.pattern]), found.result)


def _same(one: Break, other: Break) -> bool:
    return (one.what, one.result) == (other.what, other.result) and abs(one.logit - other.logit) <= NEAR * one.logit


def _labels(pattern: Pattern) -> str:
    if pattern.labels in ("mixed", "one-hot") and pattern.logits in ("right", "wrong"):
        return "if the label agrees" if pattern.agreement == "agreeing" else "if the label contradicts"
    return pattern.describe()


def _probes(run: Ran) -> str:
    outcome = run.outcome
    labels = ", ".join(dict.fromkeys(pattern.labels for pattern in run.patterns))
    logits = ", ".join(dict.fromkeys(pattern.logits for pattern in run.patterns))
    why = f"{_values_only(outcome)} differentiates nothing" if _values_only(outcome) else "no gradient reaches the logits"
    what = "value and gradient" if outcome.gradient else f"value only, since {why}"
    reason = "; the function breaks, but the flagged operation has no part in it" if outcome.elsewhere else ""
    meaning = run.case.meaning
    if beside(meaning.site) and meaning.framework.startswith("keras") and outcome.framework.startswith("TensorFlow"):
        reason += "; on TensorFlow, and there only, Keras takes the logits from before its own sigmoid or softmax"
    shown = f"labels {labels}; logits {logits}" if outcome.labelled else f"logits {logits}"
    given = dict(outcome.assumed)
    settings = [f"{i.name} = {i.default:g}" for i in run.case.meaning.inputs if i.default is not None and i.name not in given]
    kept = f", with {', '.join(settings)} as by default" if settings and run.job.program.path[-1].name != NAME else ""
    return f"{outcome.probed} probes in {run.job.dtype}, |logit| from 0 to {probes.LARGEST:g} ({shown}), {what}{kept}{reason}"


def evidence(run: Ran) -> Evidence:
    """Return what was run and its numbers, the exact ones beside them."""
    outcome, reference = run.outcome, Reference(run.case.meaning, run.job.program.arguments, run.outcome, run.patterns)
    main = outcome.breaks[0].pattern if not outcome.table else outcome.table[0].pattern
    columns = _columns(outcome)
    rows = tuple(Row(r.logit, tuple((c, v) for c, v in _row(r, reference).items() if c in columns)) for r in outcome.table)
    present = {name for row in rows for name, _ in row.values}
    without = _values_only(outcome)
    shape = " x ".join(map(str, outcome.shape)) or "a single number"
    return Evidence(
        assumed=tuple(_assumed(run)),
        framework=outcome.framework,
        dtype=run.job.dtype,
        pattern=f"{run.patterns[main].describe()}; shape {shape}",
        columns=tuple(column for column in columns if column in present),
        table=rows,
        curve=tuple(_curve(run, reference)),
        training=tuple(_training(run)),
        containment=outcome.layers,
        program=repro.script(run.job, outcome, run.patterns),
        exact_from=reference.source + (OF_MEANING.format(without) if without and EXACT_GRADIENT in present else ""),
    )


def _values_only(outcome: Outcome) -> str:
    """Return the name of a framework that has no gradients at all, "" for any other."""
    name = outcome.framework.partition(" ")[0]
    return name if name in ("NumPy", "Python") else ""


def _columns(outcome: Outcome) -> tuple[str, ...]:
    names = [name for name, *_ in outcome.table[0].numbers] if outcome.table else []
    beside = [name for name in names if name not in MINE]
    gradients: tuple[str, ...] = (EXACT_GRADIENT,) if _values_only(outcome) else ()
    if outcome.gradient:
        gradients = (YOUR_GRADIENT, STABLE_GRADIENT if beside else EXACT_GRADIENT)
    fixed = (FIXED,) if FIXED in names else ()
    return (YOURS, *fixed, *beside, EXACT, *gradients)


def _row(reading: Reading, reference: Reference) -> dict[str, float]:
    """Return every number known at a point, by column."""
    values = {name: value for name, value, _ in reading.numbers if name != REFERENCE}
    slopes = {name: slope for name, _, slope in reading.numbers}
    stable = next((name for name in values if name not in MINE), None)
    exact = reference.at(reading)
    values |= {EXACT: exact.value, EXACT_GRADIENT: exact.slope}
    values |= {YOUR_GRADIENT: slopes[YOURS]} if YOURS in slopes else {}
    values |= {STABLE_GRADIENT: slopes[stable]} if stable else {}
    unknown = (EXACT, EXACT_GRADIENT)
    return {name: value for name, value in values.items() if not (name in unknown and math.isnan(value))}


def _assumed(run: Ran) -> Iterator[str]:
    guessed = {i.name: i.because for i in run.case.meaning.inputs if i.guessed}
    for name, text in run.outcome.assumed:
        yield f"{name} = {text}" + (f", since {guessed[name]}" if name in guessed else "")
    if run.note:
        yield run.note
    if run.outcome.judged == "site":
        yield "judged by the flagged operation's own value, since the function's result is of no use here"
    if run.outcome.counterpart and run.outcome.scale != 1:
        yield f"the loss is {run.outcome.scale:.4g} times a {run.outcome.counterpart} cross entropy, and so are the columns beside it"


def _curve(run: Ran, reference: Reference) -> Iterator[Row]:
    """Yield the plot's points: every line's name with "value" or "gradient" and the labels' side."""
    for reading in run.outcome.curve:
        pattern = run.patterns[reading.pattern]
        side = pattern.agreement or (pattern.describe() if run.outcome.labelled else "")
        exact = reference.at(reading)
        named = [(name, value, slope) for name, value, slope in reading.numbers if name != REFERENCE]
        named += [] if math.isnan(exact.value) else [(EXACT, exact.value, exact.slope)]
        values = [(f"{name}|value|{side}", value) for name, value, _ in named]
        values += [(f"{name}|gradient|{side}", abs(slope)) for name, _, slope in named] if run.outcome.gradient else []
        yield Row(reading.logit, tuple(values))


def _training(run: Ran) -> Iterator[Row]:
    """Yield by |logit| what the weight is after one step, for right and for wrong answers."""
    if not run.outcome.gradient:
        return
    rows: dict[float, list[tuple[str, float]]] = {}
    for reading in run.outcome.training:
        side = SIDES.get(run.patterns[reading.pattern].agreement, "")
        for name, _, slope in _shown(reading.numbers):
            column = f"{name}, {side}" if side else name
            rows.setdefault(reading.logit, []).append((column, 1 - RATE * reading.logit * slope))
    for logit, values in sorted(rows.items()):
        yield Row(logit, tuple(values))


def _shown(numbers: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Leave out the first of three, which a framework's usual one equals, and float64 where anything stable is."""
    names = [name for name, *_ in numbers if name not in (YOURS, REFERENCE)]
    wanted = {YOURS, *(names[1:] if len(names) > 2 else names or [REFERENCE])}
    return [("in float64" if name == REFERENCE else name, value, slope) for name, value, slope in numbers if name in wanted]
