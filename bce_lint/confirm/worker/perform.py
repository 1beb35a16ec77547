"""A job in the child from end to end: find inputs that the function takes, search for its breaks, read the numbers around them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

from . import dead, measure, probes
from .backend import Backend
from .inputs import UnknownRoleError
from .job import Failure, Job, Outcome
from .lazy import UnboundError
from .patience import EndlessError
from .search import Found, Plan, search
from .target import UnreachableError
from .trial import AT_SITE, Compiled, HopelessError, Trial, Way, find, hopeless, in_words


def perform(job: Job, backend: Backend) -> Outcome | Failure:
    """Run a job to its end; whatever the user's code does with an exception becomes a reason."""
    try:
        return _perform(job, backend, time.monotonic() + job.seconds / 2)
    except BaseException as error:  # noqa: BLE001  (it is the user's code that raises)
        final = bool(hopeless(error)) and not isinstance(error, UnboundError | HopelessError | UnreachableError | UnknownRoleError)
        return Failure(hopeless(error) or f"it cannot be run: {in_words(error)}", final)


def _perform(job: Job, backend: Backend, deadline: float) -> Outcome:
    way = find(Trial(job.program, backend, job.dtype), deadline)
    way = way.judging(AT_SITE) if job.digits and way.several() else way
    plan = Plan(way.patterns(), probes.grid(job.dtype), backend.rounded, deadline)
    searched = _search(way, plan) if job.search else Searched(Found((), 0, 0), None)
    for other in way.others(apart=job.apart) if job.vanish and not searched.found.breaks else ():
        if (vanishing := _search(other, replace(plan, patterns=other.patterns()))).found.breaks:
            way, searched = other, vanishing
            break
    if way.trial.endless and not searched.found.breaks:
        raise EndlessError
    if job.beside and not searched.found.breaks and not searched.found.skipped:
        searched = replace(searched, found=dead.search_dead(way, plan, job.beside) or searched.found)
    return _outcome(job, way, searched)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, and the compiled function where that is as good."""

    found: Found
    fast: Compiled | None


def _search(way: Way, plan: Plan) -> Searched:
    """Search compiled, if that gives what the function gives as it is called, and else uncompiled."""
    trial, patterns = way.trial, plan.patterns
    if (fast := way.compiled()) is not None:
        found = search(lambda number, magnitude: way.weigh(*fast(patterns[number], magnitude)), plan)
        trial.elsewhere = trial.elsewhere and not found.breaks
        if _holds(found, way):
            return Searched(found, fast)
    return Searched(search(lambda number, magnitude: way.sample(patterns[number], magnitude), plan), None)


def _holds(found: Found, way: Way) -> bool:
    """Say whether the breaks of the compiled function are those of the function as it is called."""
    patterns = way.patterns()
    sample = cache(lambda number, magnitude: way.sample(patterns[number], magnitude))
    for one in found.breaks:
        there = sample(one.pattern, one.logit)
        before = sample(one.pattern, one.last_good) if one.last_good is not None else None
        if there is None or there.of(one.what) != one.result or (before is not None and before.of(one.what)):
            return False
    return True


def _outcome(job: Job, way: Way, searched: Searched) -> Outcome:
    backend, found, fast = way.trial.backend, searched.found, searched.fast
    label = backend.label
    assumed = tuple((name, str(value)) for name, value in way.target.settings().items()) + way.inputs.assumed
    executed = tuple(sorted(way.trial.space.executed))
    renamed = tuple(sorted(backend.renamed().items()))
    yours = way.run if fast is None else lambda pattern, magnitude: fast(pattern, magnitude)[0]
    read = measure.measure(way, found, job, yours)
    return Outcome(
        framework=label,
        judged=way.judged,
        shape=way.layout.shape,
        classes=way.classes,
        labelled=way.inputs.labelled,
        labels=way.layout.labels,
        call=way.inputs.spell(way.target.spelled),
        definition=way.target.definition(),
        breaks=found.breaks,
        elsewhere=way.trial.elsewhere,
        table=read.table,
        curve=read.curve,
        training=read.training,
        sweep=read.sweep,
        counterpart=read.counterpart,
        scale=read.scale,
        gradient=read.gradient,
        probed=found.probed,
        skipped=found.skipped,
        trouble=way.trial.trouble,
        assumed=assumed,
        executed=executed,
        renamed=renamed,
    )
