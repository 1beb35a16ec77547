"""Fixes that are worked out but not written yet, executed: which of them are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.compare import Compare, Seen
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice_fixed import elsewhere
from bce_lint.finding import Fix, Proof
from bce_lint.fix import Fixed, Round, rewritten
from bce_lint.judge import Judged
from bce_lint.source.read import Source, parse

Path = tuple[str, ...]
"""The names of the definitions around something, from the outside in."""


def prove(fixed: Fixed[Judged], pool: Pool, options: Options) -> Iterator[tuple[Path, Proof]]:
    """Yield for every function with fixes what running it before and after them says."""
    made: dict[Path, list[Made]] = {}
    for one in fixed.rounds:
        for case in one.draft.judged.cases:
            if case.finding.fix in one.fixes:
                made.setdefault(case.meaning.path, []).append(Made(case, case.finding.fix, one))
    for path, some in made.items():
        seen = _seen(some, fixed.after.source.text, pool, options)
        yield path, Proof(fixed.path, some[0].case.finding.span, tuple(m.fix.title for m in some), seen.good, seen.reason, seen.change)


@dataclass(frozen=True, slots=True)
class Made:
    """A fix that was made, for what, and in which round."""

    case: Case
    fix: Fix
    round: Round[Judged]


def _seen(some: list[Made], text: str, pool: Pool, options: Options) -> Seen:
    """Compare the whole function or, where that cannot be run or has other faults, every expression that was fixed."""
    compare = Compare(pool, options, safe=all(made.fix.safe for made in some))
    whole = compare.function(some[0].case, text)
    if whole.good:
        return whole
    reached = compare.branch(some[0].case, _fixed_alone(some[0]))
    if reached.good and all(made.round is some[0].round for made in some):
        return reached
    single = [compare.expression(made.case, _fixed_alone(made)) for made in some]
    if all(seen.good for seen in single):
        return single[0]
    return reached if reached.change is not None else whole


def _fixed_alone(made: Made) -> Case:
    """Return the case for what stands in place of a finding after the fixes of its round."""
    edits = [edit for fix in made.round.fixes for edit in fix.edits]
    main = made.fix.edits[0]
    source = parse(made.case.path, rewritten(made.round.draft, edits))
    assert isinstance(source, Source)
    begin = next((source.row_starts[cell.row - 1] for cell in source.cells if cell.number == main.cell), 0)
    earlier = {edit for edit in edits if edit.cell == main.cell and edit.start < main.start}
    start = begin + main.start + sum(len(edit.text) - (edit.end - edit.start) for edit in earlier)
    return elsewhere(made.case, source.text, replace(source.span(start, start + len(main.text)), cell=None))
