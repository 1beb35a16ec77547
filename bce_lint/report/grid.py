"""The numbers of a finding that was run as cells of text: around the break, and after one step of training."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bce_lint.finding import Evidence, Row
from bce_lint.panels import YOURS

STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in text, "" where there is none; `bad` if it is not finite."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of cells; `marked` is the first at which the witness has broken."""

    cells: tuple[Cell, ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def number(value: float, digits: int = 4) -> str:
    """Return so many significant digits, as short as they can be written: 16.64, 5.934e-8."""
    text = f"{value:.{digits}g}" if abs(value) >= 1e-3 or value == 0 else f"{value:.{digits - 1}e}"
    return re.sub(r"\.?0*e([+-])0?", r"e\1", text).replace("e+", "e")


def heading(column: str) -> str:
    """Return what stands above a column: the name of a library's function is too long for that."""
    return STABLE if "." in column else column.replace("probabilities", "probs")


def numbers(evidence: Evidence, witness: float, digits: int = 4) -> Grid:
    """Lay out what was measured around the break."""
    marked = _first(evidence.table, witness)
    lines = []
    for row in evidence.table:
        values = dict(row.values)
        cells = [Cell(number(row.logit)), *(_cell(values.get(name), digits) for name in evidence.columns)]
        if YOURS in evidence.columns and YOURS not in values:
            cells[1 + evidence.columns.index(YOURS)] = Cell("raises", bad=True)
        lines.append(Line(tuple(cells), row is marked))
    return Grid(("|logit|", *map(heading, evidence.columns)), tuple(lines))


def training(evidence: Evidence, witness: float, digits: int = 4) -> Grid:
    """Lay out columns such as "yours, wrong" as a row an answer and a column a function."""
    found = {(row.logit, *_side(column)): value for row in evidence.training for column, value in row.values}
    names = [*dict.fromkeys(name for _, _, name in found)]
    answers = ["answer"] if any(side for _, side, _ in found) else []
    marked = _first(evidence.training, witness)
    lines = []
    for logit, side in dict.fromkeys((logit, side) for logit, side, _ in found):
        values = (_cell(found.get((logit, side, name)), digits) for name in names)
        told = (Cell(side),) if answers else ()
        lines.append(Line((Cell(number(logit)), *told, *values), marked is not None and logit == marked.logit))
    return Grid(("|logit|", *answers, *map(heading, names)), tuple(lines))


def _side(column: str) -> tuple[str, str]:
    """Return the answer that a column is for, and whose it is."""
    name, _, side = column.rpartition(", ")
    return (side, name) if side in ("right", "wrong") else ("", column)


def _first(rows: Sequence[Row], witness: float) -> Row | None:
    """Return the first row at which the witness has broken."""
    return min((row for row in rows if row.logit >= witness * (1 - 1e-6)), key=lambda row: row.logit, default=None)


def _cell(value: float | None, digits: int) -> Cell:
    return Cell("") if value is None else Cell(number(value, digits), bad=not math.isfinite(value))


def notes(evidence: Evidence) -> tuple[str, ...]:
    """Return what has to be said of the columns."""
    stable = [f"{STABLE}: {name}" for name in evidence.columns if heading(name) == STABLE]
    contained = f"contained by: {', '.join(evidence.containment)}" if evidence.containment else ""
    by = "gradients are by |logit|" if any("gradient" in name for name in evidence.columns) else ""
    return tuple(note for note in (*stable, evidence.exact_from, by, contained) if note)
