"""Findings as people read them: an excerpt with the operation and its origins underlined, or one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan

from bce_lint.finding import Change, Confirmed, Finding, Origin, Proof, Refuted, Severity, Span, Trouble, Undecided
from bce_lint.report.excerpt import Mark, Paint, excerpt, one_line, plain, printable
from bce_lint.report.grid import number
from bce_lint.report.verdict import sentences

Lines = Callable[[str, int | None], Sequence[str]]
"""The lines of a file, or of one cell of a notebook."""


def concise(findings: Iterable[Finding]) -> str:
    """Return one line a finding."""
    return "".join(f"{place(found.path, found.span)}: {found.code} {one_line(found.message)}{_said(found)}\n" for found in findings)


def full(finding: Finding, lines: Lines, paint: Paint = plain) -> str:
    """Return a finding with the excerpt, and below it what to do."""
    where = paint(place(finding.path, finding.span), "strong")
    label = paint(f"{finding.severity}[{finding.code} {finding.rule}]", finding.severity)
    head = f"{where}: {label} {paint(one_line(finding.message), 'strong')}"
    source = lines(finding.path, finding.span.cell)
    rows = excerpt([*_marks(finding, source)], source, paint)
    return "\n".join([head, *rows, *_advice(finding, paint)]) + "\n"


def trouble(trouble: Trouble, paint: Paint = plain) -> str:
    """Return the one line of a file or a part of one that could not be judged or fixed."""
    where = place(trouble.path, trouble.span) if trouble.span else printable(trouble.path)
    return f"{paint(where, 'strong')}: {paint(trouble.what, 'error')}: {one_line(trouble.message)}\n"


@dataclass(frozen=True, slots=True)
class Fixes:
    """How many fixes were made, in how many files, whether unsafe ones were asked for, and whether those left over were `refused`."""

    made: int
    files: int
    unsafe: bool
    refused: bool = False


NONE = Fixes(0, 0, unsafe=False)


def summary(
    findings: Sequence[Finding], troubles: Sequence[Trouble], files: int, fixes: Fixes = NONE, left_out: Sequence[Finding] = ()
) -> str:
    """Return the closing lines: what was found in how many files, what execution said, what of that is not shown, and what can be fixed."""
    if not files and not findings and not troubles:
        return "No Python files to judge.\n"
    severities = Counter(finding.severity for finding in findings)
    kinds = ", ".join(_count(severities[kind], kind) for kind in Severity if severities[kind])
    fixed = f"{fixes.made} fixed, {len(findings)} remaining" if fixes.made else ""
    split = ": ".join(part for part in (fixed, kinds) if part)
    found = f"Found {_count(fixes.made + len(findings), 'finding')} ({split})" if split else "No findings"
    hidden = f"{_verdicts(left_out)} left out" if left_out else ""
    missed = [f"{number} {what}" for what, number in Counter(trouble.what for trouble in troubles).items()]
    line = "; ".join(part for part in (f"{found} in {_count(files, 'file')}", _verdicts(findings), hidden, *missed) if part)
    return f"{line}.\n{fixable(findings, fixes)}"


def _verdicts(findings: Sequence[Finding]) -> str:
    verdicts = Counter(type(finding.verdict).__name__.lower() for finding in findings)
    return ", ".join(f"{verdicts[word]} {word}" for word in ("confirmed", "refuted", "undecided") if verdicts[word])


def proof(told: Proof, paint: Paint = plain) -> str:
    """Return what running the code before and after its fixes said."""
    where = paint(place(told.path, told.span), "strong")
    said = paint("fix confirmed", "help") if told.good else f"{paint('fix not confirmed', 'error')}, not written ({one_line(told.reason)})"
    titles = one_line("; ".join(told.titles))
    return f"{where}: {said}: {titles}\n{_change(told.change) if told.change else ''}"


def _change(change: Change) -> str:
    """Return the numbers at the place that tells most: "value nan -> 2.06e-9 (exact 2.06e-9)"."""
    sides = [("value", change.values), ("gradient", change.slopes)]
    told = [_step(what, *numbers) for what, numbers in sides if what == "value" or not all(map(isnan, numbers))]
    return f"   {', '.join(told)} at |logit| = {number(change.logit)}, {change.labels}\n"


def _step(what: str, old: float, new: float, exact: float) -> str:
    known = "" if isnan(exact) else f" (exact {number(exact)})"
    return f"{what} {number(old)} -> {number(new)}{known}"


def would_fix(findings: Sequence[Finding], fixes: Fixes) -> str:
    """Return the line that closes a diff."""
    made = f"Would fix {_count(fixes.made, 'finding')} in {_count(fixes.files, 'file')}" if fixes.made else "Would fix nothing"
    return f"{made}.\n{fixable(findings, fixes)}"


def fixable(findings: Iterable[Finding], fixes: Fixes) -> str:
    """Return a line on what another run could fix, "" if there is nothing."""
    degrees = Counter(finding.fix.safe or fixes.unsafe for finding in findings if finding.fix is not None)
    if degrees[True] and not fixes.refused:
        more = f" ({degrees[False]} more with --unsafe-fixes)" if degrees[False] else ""
        return f"{degrees[True]} fixable with --fix{more}.\n"
    return f"{degrees[False]} fixable with --fix --unsafe-fixes.\n" if degrees[False] else ""


def place(path: str, span: Span) -> str:
    """Return `path:row:column`, or `path:cell N:row:column` as Ruff writes it."""
    cell = f"cell {span.cell}:" if span.cell is not None else ""
    return f"{printable(path)}:{cell}{span.row}:{span.column}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 or noun == Severity.ADVICE else f"{number} {noun}s"


def _said(finding: Finding) -> str:
    match finding.verdict:
        case Confirmed(witnesses):
            return f" [confirmed: {'; '.join(sentences(witnesses))}]"
        case Refuted():
            return " [refuted]"
        case Undecided(reason):
            return f" [undecided: {one_line(reason)}]"
        case _:
            return ""


def _marks(finding: Finding, source: Sequence[str]) -> Iterator[Mark]:
    yield Mark(finding.span, "^", finding.severity)
    for origin in finding.origins:
        if _in_sight(origin, finding) and origin.span:
            rows = "".join(source[origin.span.row - 1 : origin.span.end_row])
            seen = _squeezed(origin.text) in _squeezed(rows)
            yield Mark(origin.span, "-", "origin", _told(replace(origin, text="") if seen and origin.note else origin))


def _advice(finding: Finding, paint: Paint) -> Iterator[str]:
    indent = " " * (len(str(finding.span.end_row)) + 1)
    for origin in finding.origins:
        if not _in_sight(origin, finding):
            yield f"{indent}{paint('note:', 'origin')} {_told(origin)}"
    if finding.help:
        yield f"{indent}{paint('help:', 'help')} {one_line(finding.help)}"
    if finding.fix:
        degree = "safe" if finding.fix.safe else "unsafe"
        yield f"{indent}{paint(f'fix ({degree}):', 'help')} {one_line(finding.fix.title)}"


def _in_sight(origin: Origin, finding: Finding) -> bool:
    """Return whether the origin lies in the file, and in a notebook in the cell, that the excerpt is of."""
    return origin.span is not None and origin.span.cell == finding.span.cell


def _told(origin: Origin) -> str:
    what = ": ".join(part for part in (origin.text, origin.note) if part)
    return one_line(f"{'a guess: ' if origin.guessed else ''}{what}")


def _squeezed(code: str) -> str:
    return "".join(code.split())
