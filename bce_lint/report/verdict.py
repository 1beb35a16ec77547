"""What execution said of a finding, for a terminal: the witness in a sentence, then the numbers around it and what they do to training."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from bce_lint.finding import Confirmed, Evidence, Refuted, Undecided, Verdict, Witness
from bce_lint.report import grid
from bce_lint.report.excerpt import one_line
from bce_lint.report.grid import Grid, number

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WIDTH, NARROW = 100, 92
"""At most so many columns; with fewer than the second, numbers get three digits in place of four."""
INDENT = 3
NARROWEST = 10
"""Headings are broken at blanks, so that a column need not be wider than its numbers."""

TRAINING = "the weight of a model with one input, 1 before, after one step of SGD at learning rate 0.1"

FINITE = re.compile("^off by | in place of ")
"""What need not be so for larger inputs."""

WORDS = {"confirmed": "bold red", "refuted": "bold green", "undecided": "bold yellow"}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the terminal, or the file in its place, can show."""

    color: bool = False
    width: int = WIDTH


def report(verdict: Verdict, screen: Screen) -> str:
    """Return the verdict in at most the screen's columns, and never more than 100."""
    from io import StringIO

    from rich.console import Console
    from rich.padding import Padding

    file = StringIO()
    width = min(screen.width, WIDTH)
    system: Literal["standard"] | None = "standard" if screen.color else None
    console = Console(file=file, width=width, force_terminal=screen.color, color_system=system, no_color=not screen.color, emoji=False)
    for part in _parts(verdict, 4 if width >= NARROW else 3):
        console.print(Padding(part, (0, 0, 0, INDENT)), markup=False, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def sentences(witnesses: Sequence[Witness]) -> Iterator[str]:
    """Yield witnesses in words, those of one place together: "value and gradient are nan from |logit| = 16.64, whatever the label"."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for witness in witnesses:
        together.setdefault((witness.result, number(witness.logit), witness.labels), []).append(witness.what)
    for (result, logit, labels), what in together.items():
        verb = "is" if len(what) == 1 else "are"
        since = "at" if FINITE.search(result) else "from"
        said = f"it raises {result}" if result.endswith("Error") else f"{' and '.join(what)} {verb} {result}"
        yield f"{said} {since} |logit| = {logit}{', ' if labels else ''}{labels}"


def _parts(verdict: Verdict, digits: int) -> Iterator[RenderableType]:
    match verdict:
        case Confirmed(witnesses, evidence):
            yield _said("confirmed", "\n".join(sentences(witnesses)))
            yield from _evidence(evidence, witnesses[0].logit, digits)
        case Refuted(probes, evidence):
            yield _said("refuted", f"nothing broke on {one_line(probes)}")
            yield from _evidence(evidence, math.nan, digits)
        case Undecided(reason):
            yield _said("undecided", one_line(reason))


def _said(word: str, rest: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_row(Text(f"{word}:", WORDS[word]), Text(rest))
    return lines


def _evidence(evidence: Evidence, witness: float, digits: int) -> Iterator[RenderableType]:
    from rich.text import Text

    if evidence.assumed:
        yield Text(f"assuming {', '.join(evidence.assumed)}")
    yield Text(f"run by {evidence.framework} in {evidence.dtype}")
    if evidence.table:
        yield from ("", Text(f"mean loss for {evidence.pattern}:"), _drawn(grid.numbers(evidence, witness, digits)))
    if evidence.training:
        yield from ("", Text(f"{TRAINING}:"), _drawn(grid.training(evidence, witness, digits)))
    yield from ("", Text("; ".join(grid.notes(evidence)), "dim"))


def _drawn(shown: Grid) -> Table:
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    lines = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
    table = Table(box=lines, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in ("", *shown.headings):
        table.add_column(Text(_broken(heading)), justify="right", vertical="bottom", overflow="fold")
    for line in shown.lines:
        table.add_row(">" if line.marked else "", *(Text(cell.text, "bold red" if cell.bad else "") for cell in line.cells))
    return table


def _broken(heading: str) -> str:
    """Return a heading in lines no wider than they must be."""
    return "\n".join(wrap(heading, NARROWEST, break_long_words=False))
