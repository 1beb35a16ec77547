"""What the wanted fixes make of a file."""

from __future__ import annotations

from dataclasses import replace

from bce_lint.finding import Finding, Fix, Trouble
from bce_lint.fix import Draft, Fixer
from bce_lint.judge import Judge, Judged
from bce_lint.source.read import Source, load, parse
from bce_lint.source.write import NOT_FIXED


def mended(source: Source, judged: Judged, judge: Judge, *, unsafe: bool) -> Judged:
    """Return what is left in a file after its fixes; `unsafe` asks for those too that change finite values."""

    def wanted(finding: Finding) -> Fix | None:
        fix = finding.fix
        return fix if fix is not None and (fix.safe or unsafe) else None

    if not any(wanted(case.finding) for case in judged.cases):
        return judged
    draft = _draft(source, judged)
    fixed = draft if isinstance(draft, Trouble) else Fixer(judge.judge, wanted).fix(draft)
    if isinstance(fixed, Trouble):
        return replace(judged, troubles=(*judged.troubles, fixed))
    return replace(fixed.after.judged, fixed=(fixed,))


def _draft(source: Source, judged: Judged) -> Draft[Judged] | Trouble:
    """Return what is judged with the bytes of the file that it was read from."""
    data = load(source.path)
    if isinstance(data, Trouble):
        return data
    again = parse(source.path, data)
    if isinstance(again, Trouble) or again.data != source.data:
        return Trouble(source.path, None, "was changed while it was judged: run again", NOT_FIXED)
    return Draft(data, source, judged)
