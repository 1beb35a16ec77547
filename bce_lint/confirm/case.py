"""What confirm is asked: a finding with its source and meaning, and how far to go."""

from __future__ import annotations

from dataclasses import dataclass

from bce_lint.facts.meaning import Meaning
from bce_lint.finding import Finding, Span


@dataclass(frozen=True, slots=True)
class Case:
    """A finding to be judged: `source` is the text of its whole file, `path` where that lies (project-local imports start there).

    Of a notebook, `source` is the text of all code cells, and `cell_row` the row in it at which the finding's cell starts.
    """

    finding: Finding
    source: str
    path: str
    meaning: Meaning
    cell_row: int = 1

    @property
    def span(self) -> Span:
        """The place of the finding in `source`."""
        span, before = self.finding.span, self.cell_row - 1
        return Span(span.row + before, span.column, span.end_row + before, span.end_column)

    @property
    def fixed(self) -> str | None:
        """The whole source after the finding's own fix; None if it has none, or none within its cell."""
        fix = self.finding.fix
        if fix is None or any(edit.cell != self.finding.span.cell for edit in fix.edits):
            return None
        start = sum(len(row) for row in self.source.splitlines(keepends=True)[: self.cell_row - 1])
        text = self.source
        for edit in sorted(set(fix.edits), key=lambda edit: edit.start, reverse=True):
            text = text[: start + edit.start] + edit.text + text[start + edit.end :]
        return text


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: `dtype` overrides what the code says, `seconds` limits each job's wall time, `curve` asks for the plot's points.

    `fork` is false to run the jobs in the worker itself, as is done where processes cannot be forked.
    """

    dtype: str | None = None
    seconds: float = 30.0
    curve: bool = False
    fork: bool = True
