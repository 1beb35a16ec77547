"""Findings that were run as one HTML page, readable without a network: excerpt, numbers, plots and script of each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bce_lint.finding import Confirmed, Evidence, Finding, Refuted, Trouble, Undecided, Witness
from bce_lint.panels import panels_of
from bce_lint.report import grid, svg
from bce_lint.report.excerpt import one_line
from bce_lint.report.grid import Grid
from bce_lint.report.style import CSS
from bce_lint.report.text import Lines, full, place, trouble
from bce_lint.report.verdict import TRAINING, sentences

OPEN, NAME, CLOSE = "\ue000", "\ue001", "\ue002"
"""What stands for a tag while text is not escaped yet: private characters, which no excerpt shows."""
PAINTED = re.compile(f"{OPEN}(\\w+){NAME}([^{CLOSE}]*){CLOSE}")

SWATCH = '<svg viewBox="0 0 35 12"><line class="{}" x1="0" x2="35" y1="6" y2="6"/></svg>'


@dataclass(frozen=True, slots=True)
class Page:
    """What the report is made of; `lines` gives the source, `summary` is the closing line of the text report."""

    findings: Sequence[Finding]
    troubles: Sequence[Trouble]
    summary: str
    lines: Lines


def report(page: Page) -> str:
    """Return the whole page."""
    listed = "".join(_listed(number, finding) for number, finding in enumerate(page.findings, 1))
    heads = "<tr><th>verdict</th><th>where</th><th>rule</th><th>what</th></tr>"
    table = f'<div class="scroll"><table class="list">{heads}{listed}</table></div>' if listed else ""
    missed = "".join(f"<p>{_shown(trouble(each, _paint))}</p>" for each in page.troubles)
    articles = "".join(_article(number, finding, page.lines) for number, finding in enumerate(page.findings, 1))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>bce-lint report</title><style>{CSS}</style></head>\n<body><header><h1>bce-lint report</h1>"
        f'<p class="summary">{escape(page.summary.strip())}</p></header>\n{missed}{table}\n{articles}</body></html>\n'
    )


def _listed(number: int, finding: Finding) -> str:
    link = f'<a href="#f{number}">{escape(place(finding.path, finding.span))}</a>'
    what = "; ".join(_sentences(finding)) or one_line(finding.message)
    return f"<tr><td>{_badge(finding)}</td><td>{link}</td><td>{finding.code} {escape(finding.rule)}</td><td>{escape(what)}</td></tr>\n"


def _badge(finding: Finding) -> str:
    word = _word(finding)
    return f'<span class="badge {word}">{word}</span>'


def _word(finding: Finding) -> str:
    return type(finding.verdict).__name__.lower() if finding.verdict else "undecided"


def _sentences(finding: Finding) -> Iterator[str]:
    match finding.verdict:
        case Confirmed(witnesses):
            yield from sentences(witnesses)
        case Refuted(probes):
            yield f"nothing broke on {one_line(probes)}"
        case Undecided(reason):
            yield one_line(reason)


def _article(number: int, finding: Finding, lines: Lines) -> str:
    _, _, excerpt = _shown(full(finding, lines, _paint)).partition("\n")
    rule = f'<span class="{finding.severity}">{finding.severity}[{finding.code} {escape(finding.rule)}]</span>'
    parts = [
        f"<h2>{escape(place(finding.path, finding.span))} {_badge(finding)}</h2>",
        f"<p>{rule} {escape(one_line(finding.message))}</p>",
        f"<pre>{excerpt.rstrip()}</pre>",
        *(f'<p class="verdict">{escape(sentence)}</p>' for sentence in _sentences(finding)),
    ]
    match finding.verdict:
        case Confirmed(witnesses, evidence):
            parts += _evidence(evidence, witnesses)
        case Refuted(_, evidence):
            parts += _evidence(evidence, ())
    return "\n".join([f'<article class="{_word(finding)}" id="f{number}">', *parts, "</article>\n"])


def _evidence(evidence: Evidence, witnesses: Sequence[Witness]) -> Iterator[str]:
    first = witnesses[0].logit if witnesses else math.nan
    assumed = f"Assuming {', '.join(evidence.assumed)}. " if evidence.assumed else ""
    ran = f"{assumed}Run by {evidence.framework} in {evidence.dtype}."
    yield f'<p class="dim">{escape(ran)}</p>'
    if evidence.table:
        yield f"<h3>Mean loss for {escape(evidence.pattern)}</h3>{_table(grid.numbers(evidence, first))}"
    if evidence.curve:
        panels = panels_of(evidence, witnesses)
        kinds = svg.names(panels)
        heading = "Loss and gradient" if any(panel.what == "gradient" for panel in panels) else "Loss"
        yield from (f"<h3>{heading}</h3>", '<div class="plots">', *(svg.draw(panel, kinds) for panel in panels), "</div>")
        yield from ('<ul class="legend">', *(f"<li>{SWATCH.format(kind)}{escape(label)}</li>" for kind, label in kinds), "</ul>")
    if evidence.training:
        yield f"<h3>T{TRAINING[1:]}</h3>{_table(grid.training(evidence, first))}"
    notes = "; ".join(grid.notes(evidence))
    yield f'<p class="dim">{escape(notes)}</p>'
    if evidence.program:
        yield f"<details><summary>The script that shows it</summary><pre>{escape(evidence.program.strip())}</pre></details>"


def _table(shown: Grid) -> str:
    heads = "".join(f"<th>{escape(heading)}</th>" for heading in shown.headings)
    rows = []
    for line in shown.lines:
        cells = "".join(f'<td class="bad">{cell.text}</td>' if cell.bad else f"<td>{cell.text}</td>" for cell in line.cells)
        rows.append(f'<tr class="marked">{cells}</tr>' if line.marked else f"<tr>{cells}</tr>")
    return "".join(['<div class="scroll"><table>', f"<tr>{heads}</tr>", *rows, "</table></div>"])


def _paint(text: str, what: str) -> str:
    return f"{OPEN}{what}{NAME}{text}{CLOSE}" if text else text


def _shown(text: str) -> str:
    """Return painted text as HTML."""
    return PAINTED.sub(r'<span class="\1">\2</span>', escape(text))
