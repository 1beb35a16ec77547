"""What execution said of a finding, for a terminal: the witness in a sentence, then the numbers around it and what they do to training."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bce_lint.finding import Confirmed, Evidence, Refuted, Row, Undecided, Verdict, Witness
from bce_lint.report.excerpt import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

WIDTH = 100
INDENT = 3
NARROWEST = 9
"""Headings are broken at blanks, dots and underscores so that a column need not be wider than its numbers."""

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
    for part in _parts(verdict):
        console.print(Padding(part, (0, 0, 0, INDENT)), markup=False, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def sentences(witnesses: Sequence[Witness]) -> Iterator[str]:
    """Yield witnesses in words, those of one place together: "value and gradient are nan from |logit| = 16.64, whatever the label"."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for witness in witnesses:
        together.setdefault((witness.result, number(witness.logit), witness.labels), []).append(witness.what)
    for (result, logit, labels), what in together.items():
        verb = "is" if len(what) == 1 else "are"
        yield f"{' and '.join(what)} {verb} {result} from |logit| = {logit}{', ' if labels else ''}{labels}"


def number(value: float) -> str:
    """Return four significant digits, as short as they can be written."""
    return re.sub(r"e([+-])0", r"e\1", f"{value:.4g}").replace("e+", "e")


def _parts(verdict: Verdict) -> Iterator[RenderableType]:
    match verdict:
        case Confirmed(witnesses, evidence):
            yield _said("confirmed", "; ".join(sentences(witnesses)))
            yield from _evidence(evidence, witnesses[0].logit)
        case Refuted(probes, evidence):
            yield _said("refuted", f"nothing broke on {one_line(probes)}")
            yield from _evidence(evidence, math.nan)
        case Undecided(reason):
            yield _said("undecided", one_line(reason))


def _said(word: str, rest: str) -> Text:
    from rich.text import Text

    return Text.assemble((f"{word}:", WORDS[word]), " ", rest)


def _evidence(evidence: Evidence, witness: float) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(f"assuming {', '.join(evidence.assumed)}" if evidence.assumed else "")
    yield Text(f"run by {evidence.framework} in {evidence.dtype}; {evidence.pattern}")
    if evidence.table:
        yield ""
        yield _table(evidence.table, evidence.columns, witness)
    if evidence.training:
        yield ""
        yield Text("what one step of gradient descent does")
        yield _table(evidence.training, [*dict.fromkeys(name for row in evidence.training for name, _ in row.values)], witness)
    notes = [evidence.exact_from, f"contained by {', '.join(evidence.containment)}" if evidence.containment else ""]
    yield Text("; ".join(note for note in notes if note), "dim")


def _table(rows: Sequence[Row], columns: Sequence[str], witness: float) -> Table:
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    lines = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
    table = Table(box=lines, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in ("|logit|", *columns):
        table.add_column(Text(_broken(name)), justify="right", vertical="bottom")
    nearest = min(rows, key=lambda row: abs(row.logit - witness)) if math.isfinite(witness) else None
    for row in rows:
        values = dict(row.values)
        cells = [_cell(values[name]) if name in values else Text("") for name in columns]
        table.add_row(">" if row is nearest else "", number(row.logit), *cells)
    return table


def _cell(value: float) -> Text:
    from rich.text import Text

    return Text(number(value), "" if math.isfinite(value) else "bold red")


def _broken(heading: str) -> str:
    """Return a heading in lines no wider than they must be."""
    lines = [""]
    for part in re.findall(r"[^ ._]+[ ._]?|[ ._]", heading):
        if lines[-1] and len(lines[-1]) + len(part.rstrip()) > NARROWEST:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)
