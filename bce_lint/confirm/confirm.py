"""Is it really so? Cuts out the flagged code, runs it on extreme inputs in a contained worker, and gives each finding its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.pool import Pool, unavailable
from bce_lint.confirm.slice import NotClosed, programs
from bce_lint.confirm.verdict import Run, judge
from bce_lint.confirm.worker.job import Job, Outcome
from bce_lint.confirm.worker.probes import FORMATS
from bce_lint.finding import Finding, Undecided, Verdict

Progress = Callable[[str, int, int], None]
"""Is told what is going on, how many findings are judged, and how many there are."""

WORKERS = {
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "torch": "torch",
    "jax": "jax",
    "optax": "jax",
    "numpy": "numpy",
    "scipy": "numpy",
    "math": "numpy",
    "python": "numpy",
}
"""Which worker runs a framework's code: Keras runs on TensorFlow unless it is told otherwise."""


def worker(case: Case) -> str | None:
    """Return the framework whose worker runs a case, None if there is none."""
    return WORKERS.get(case.meaning.framework.partition(".")[0])


def confirm(cases: Sequence[Case], options: Options, progress: Progress) -> list[Finding]:
    """Return the findings in the same order, each with its verdict."""
    with Pool(fork=options.fork) as pool:
        return confirm_in(pool, cases, options, progress)


def confirm_in(pool: Pool, cases: Sequence[Case], options: Options, progress: Progress) -> list[Finding]:
    """Do the same with workers that live on, for the next cases."""
    for framework in dict.fromkeys(worker(case) for case in cases):
        if framework and find_spec(framework) is not None:
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
    if find_spec(framework) is None:
        return Undecided(unavailable(framework))
    dtype = options.dtype or (case.meaning.dtype if case.meaning.dtype in FORMATS else "float32")
    first = ""
    for sliced in programs(case):
        if isinstance(sliced, NotClosed):
            first = first or sliced.reason
            continue
        job = Job(sliced, dtype, options.seconds, options.curve)
        answer = pool.run(framework, job)
        note = f"only the flagged expression was run: of its function, {first}" if first else ""
        if isinstance(answer, Outcome) or answer.final:
            return judge(Run(case, job, note), answer)
        first = first or answer.reason
    return Undecided(first)
