"""Is it really so? Cuts out the flagged code, runs it on extreme inputs in a contained worker, and gives each finding its verdict."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.frameworks import dtype, missing, worker
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice import NotClosed, program, programs
from bce_lint.confirm.slice_fixed import in_function
from bce_lint.confirm.slice_roles import by_name, variants
from bce_lint.confirm.slice_script import NAME
from bce_lint.confirm.verdict import Run, beside, divides, judge, loses_digits
from bce_lint.confirm.worker.job import Break, Failure, Job, Outcome, Program, Reading
from bce_lint.confirm.worker.measure import FIXED, YOURS
from bce_lint.facts.meaning import Role
from bce_lint.finding import Confirmed, Finding, Refuted, Undecided, Verdict

Progress = Callable[[str, int, int], None]
"""Is told what is going on, how many findings are judged, and how many there are."""

SOMETHING_ELSE = "something else breaks at the same inputs, also once this is fixed"
ONLY_POSITIVE = "nothing breaks where `{}` is positive, but nothing says that it is"
ONLY_BY_NAME = "nothing breaks if `{}` is a probability, but only its name says so, and the finding is about any number"


def confirm(cases: Sequence[Case], options: Options, progress: Progress) -> list[Finding]:
    """Return the findings in the same order, each with its verdict."""
    with Pool(fork=options.fork) as pool:
        return confirm_in(pool, cases, options, progress)


def confirm_in(pool: Pool, cases: Sequence[Case], options: Options, progress: Progress) -> list[Finding]:
    """Do the same with workers that live on, for the next cases."""
    for framework in dict.fromkeys(worker(case) for case in cases):
        if framework and not missing(framework):
            pool.start(framework)
    findings = []
    for number, case in enumerate(cases):
        loading = pool.loading(worker(case) or "")
        progress(loading or f"{case.finding.path}:{case.finding.span.row}", number, len(cases))
        findings.append(replace(case.finding, verdict=_verdict(case, options, pool)))
    progress("", len(cases), len(cases))
    return findings


def _verdict(case: Case, options: Options, pool: Pool) -> Verdict:
    framework = worker(case)
    if framework is None:
        return Undecided(f"confirm cannot run {case.meaning.framework} code yet")
    if lacking := missing(framework):
        return Undecided(lacking)
    before: Verdict | None = None
    for one in variants(case):
        verdict, final = _judged(Question(one, framework, options), pool)
        if before is None or not isinstance(verdict, Undecided):
            before = verdict
        elif isinstance(before, Refuted) and (name := by_name(case.meaning)):
            before = Undecided(ONLY_BY_NAME.format(name))
        if final:
            break
    assert before is not None
    return before


@dataclass(frozen=True, slots=True)
class Question:
    """A case with the roles of its inputs settled, and how to run it."""

    case: Case
    framework: str
    options: Options


def _judged(asked: Question, pool: Pool) -> tuple[Verdict, bool]:
    """Run what can be run until something comes of it; say whether it makes no sense to try with other inputs.

    Where something else breaks the function at the same inputs, the flagged operation is run alone.
    """
    first = ""
    kept: Verdict | None = None
    todo = programs(asked.case)
    while (sliced := next(todo, None)) is not None:
        if isinstance(sliced, NotClosed):
            first = first or sliced.reason
            continue
        tried = _tried(asked, sliced, first, pool)
        verdict = tried.verdict
        if not tried.own:
            first, kept = SOMETHING_ELSE, verdict if isinstance(verdict, Confirmed) else Undecided(SOMETHING_ELSE)
            todo = iter(deque(todo, maxlen=1))
        elif isinstance(verdict, Confirmed) or (kept is None and isinstance(verdict, Refuted)):
            return verdict, isinstance(verdict, Confirmed)
        elif kept is None and tried.final:
            return verdict, True
        elif isinstance(verdict, Undecided):
            first = first or verdict.reason
    return kept or Undecided(first), isinstance(kept, Confirmed)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of running one program; `own` unless the numbers show a break that is not the finding's, `final` as a failure is."""

    verdict: Verdict
    own: bool
    final: bool


def _tried(asked: Question, sliced: Program, before: str, pool: Pool) -> Tried:
    case, options = asked.case, asked.options
    site = case.meaning.site
    kind = dtype(case, asked.framework, options.dtype)
    job = Job(sliced, kind, options.seconds, options.curve, beside(site), loses_digits(site), vanish=True, apart=divides(site))
    answer = pool.run(asked.framework, job)
    run = Run(case, job, f"only the flagged expression was run: of its function, {before}" if before else "")
    if isinstance(answer, Failure):
        return Tried(judge(run, answer), own=True, final=answer.final)
    mended = _with_fixed(asked, job, answer, pool) if answer.breaks and sliced.path[-1].name != NAME else answer
    verdict = judge(run, mended)
    amount = next((argument.name for argument in sliced.arguments if argument.role == Role.AMOUNT), "")
    if isinstance(verdict, Refuted) and amount and sliced.path[-1].name == NAME:
        verdict = Undecided(ONLY_POSITIVE.format(amount))
    lost = job.digits and isinstance(verdict, Confirmed)
    return Tried(verdict, own=lost or answer.breaks[:1] == mended.breaks[:1], final=False)


def _with_fixed(asked: Question, job: Job, answer: Outcome, pool: Pool) -> Outcome:
    """Add what the function gives after the finding's own fix, at the same points, if it takes the same inputs.

    A break that this fix does not mend is not the finding's.
    """
    text = asked.case.fixed
    new = in_function(asked.case, text) if text is not None else None
    made = program(new) if new is not None else None
    if not isinstance(made, Program):
        return answer
    points = (*((r.pattern, r.logit) for r in (*answer.table, *answer.curve)), *((b.pattern, b.logit) for b in answer.breaks))
    after = pool.run(asked.framework, Job(replace(made, blame=False), job.dtype, job.seconds, curve=False, points=points, search=False))
    if not isinstance(after, Outcome) or (after.shape, after.labels) != (answer.shape, answer.labels) or _given_else(answer, after):
        return answer
    fixed = {(r.pattern, r.logit): (FIXED, value, slope) for r in after.sweep for name, value, slope in r.numbers if name == YOURS}

    def beside(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
        given = ((r, fixed.get((r.pattern, r.logit))) for r in readings)
        return tuple(replace(r, numbers=(*r.numbers, number)) if number else r for r, number in given)

    breaks = tuple(one for one in answer.breaks if not _persists(one, fixed.get((one.pattern, one.logit)), after))
    return replace(answer, table=beside(answer.table), curve=beside(answer.curve), breaks=breaks)


def _persists(one: Break, number: tuple[str, float, float] | None, after: Outcome) -> bool:
    """Tell whether the fixed code, `after`, is not finite either where the old one broke; a slope is NaN also if it has no gradient."""
    if number is None:
        return False
    _, value, slope = number
    lost = not math.isfinite(value)
    return lost if one.what == "value" else not math.isfinite(slope) and (lost or after.gradient)


def _given_else(one: Outcome, other: Outcome) -> bool:
    """Say whether an input that both runs have is not the same in both."""
    theirs = dict(other.assumed)
    return any(theirs.get(name, text) != text for name, text in one.assumed)
