"""The executed slice as a script of its own, which shows the break with nothing but the framework installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bce_lint.confirm.worker.job import Job, Outcome, Program
from bce_lint.confirm.worker.probes import Pattern


def script(job: Job, outcome: Outcome, patterns: Sequence[Pattern]) -> str:
    """Return the executed statements in source order, old names given to today's modules first, and the call that breaks last."""
    parts = [*_names(outcome), *_statements(job.program, outcome), *_call(job, outcome, patterns)]
    return "\n".join(parts) + "\n"


def _names(outcome: Outcome) -> Iterator[str]:
    """Yield what gives today's framework the old names that were used."""
    tops = sorted({name.partition(".")[0] for pair in outcome.renamed for name in pair if "." in name and not name.startswith("lambda")})
    yield from (f"import {top}" for top in sorted({"tensorflow", *tops}) if outcome.renamed)
    for old, new in outcome.renamed:
        yield f"{old} = {new}"
    if outcome.renamed:
        yield ""


def _statements(program: Program, outcome: Outcome) -> Iterator[str]:
    for number in sorted({number for number, _ in outcome.executed}, reverse=True):
        for index in sorted(index for file, index in outcome.executed if file == number):
            yield program.files[number].statements[index].text


def _call(job: Job, outcome: Outcome, patterns: Sequence[Pattern]) -> Iterator[str]:
    if not outcome.breaks:
        return
    first = outcome.breaks[0]
    yield f"# {first.what} is {first.result} at |logit| = {first.logit:.6g} in {job.dtype}, {patterns[first.pattern].describe()}"
