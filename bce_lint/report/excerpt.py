"""The source lines that a finding speaks of, underlined; tabs, wide and control characters keep their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from unicodedata import category, east_asian_width

from bce_lint.finding import Span

Paint = Callable[[str, str], str]
"""Text and what it is (`error`, `warning`, `advice`, `origin`, `dim`, `help`, `strong`) to text in colour, or as it was."""

TAB = 4
LONGEST = 160
"""Wider source lines are cut, to a window that begins a little before the first mark."""
READABLE = 120
"""A label that would end beyond this column is wrapped, below its mark."""
LEAST = 60
"""How wide a wrapped label is at least."""
ROWS = 3
"""How many rows are underlined at either end of a long span."""

SGR = {"error": "1;31", "warning": "1;33", "advice": "1;36", "origin": "34", "dim": "2", "help": "32", "strong": "1"}


def plain(text: str, _what: str) -> str:
    """Leave text without colour."""
    return text


def ansi(text: str, what: str) -> str:
    """Colour text for a terminal."""
    return f"\x1b[{SGR[what]}m{text}\x1b[0m" if text else text


@dataclass(frozen=True, slots=True)
class Mark:
    """Underline `span` with `sign` and write `label` behind its end; `what` is for the paint."""

    span: Span
    sign: str
    what: str
    label: str = ""


def excerpt(marks: Sequence[Mark], lines: Sequence[str], paint: Paint = plain) -> Iterator[str]:
    """Yield the marked lines with their numbers and underlines; rows that `lines` does not have are left out."""
    rows = sorted({row for mark in marks for row in _rows(mark.span) if row <= len(lines)})
    if not rows:
        return
    gutter = len(str(rows[-1]))
    bar = paint(f"{'':{gutter}} |", "dim")
    yield bar
    for row, last in zip(rows, [rows[0], *rows], strict=False):
        if row == last + 2:
            yield f"{paint(f'{last + 1:>{gutter}} |', 'dim')} {shown(lines[last])[:LONGEST]}".rstrip()
        elif row > last + 2:
            yield paint("...", "dim")
        text, underlines = _underlined(lines[row - 1], row, [mark for mark in marks if row in _rows(mark.span)], paint)
        yield f"{paint(f'{row:>{gutter}} |', 'dim')} {text}"
        yield from (f"{bar} {underline}" for underline in underlines)
    yield bar


def _rows(span: Span) -> list[int]:
    rows = range(span.row, span.end_row + 1)
    return [*rows] if len(rows) <= 2 * ROWS else [*rows[:ROWS], *rows[-ROWS:]]


def _underlined(line: str, row: int, marks: Sequence[Mark], paint: Paint) -> tuple[str, list[str]]:
    """Return the line as it is printed and an underline a mark."""
    text = shown(line)
    ends = [_ends(line, row, mark.span) for mark in marks]
    if len(text) > LONGEST:
        cut = max(0, ends[0][0] - TAB)
        text = text[cut : cut + LONGEST]
        ends = [(max(start - cut, 0), max(end - cut, 0)) for start, end in ends]
    underlines: list[str] = []
    for mark, (start, end) in zip(marks, ends, strict=True):
        here = mark if row == mark.span.end_row else replace(mark, label="")
        underlines += _underline(here, width(text[:start]), max(width(text[start:end]), 1), paint)
    return text, underlines


def _underline(mark: Mark, start: int, length: int, paint: Paint) -> Iterator[str]:
    """Yield the underline with the label behind it, or in lines of its own below."""
    fits = start + length + 1 + width(mark.label) <= READABLE
    signs = f"{'':{start}}{paint(mark.sign * length, mark.what)}"
    yield f"{signs} {paint(mark.label, mark.what)}" if mark.label and fits else signs
    if not fits:
        left = min(start, READABLE - LEAST)
        yield from (f"{'':{left}}{paint(line, mark.what)}" for line in wrap(mark.label, READABLE - left))


def _ends(line: str, row: int, span: Span) -> tuple[int, int]:
    """Return where the part of `span` in this row starts and ends, in characters of the line as printed."""
    start = span.column - 1 if row == span.row else len(line) - len(line.lstrip())
    end = span.end_column - 1 if row == span.end_row else len(line.rstrip())
    return len(shown(line[:start])), len(shown(line[:end]))


def shown(line: str) -> str:
    """Return a source line as it is printed: tabs widened, control characters visible."""
    return printable(line.rstrip("\r\n").expandtabs(TAB))


def printable(text: str) -> str:
    """Return `text` with what a terminal would obey or cannot show replaced."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def one_line(text: str) -> str:
    """Return `text` without line breaks and control characters."""
    return printable(" ".join(text.split()))


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)
