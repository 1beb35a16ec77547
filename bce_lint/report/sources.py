"""What findings point into: files are read again for what is shown, since findings carry places, not text."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from bce_lint.source.read import Source, read


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a report shows parts of, each read once; one that is gone by now has no lines."""

    _read: dict[str, tuple[Source, list[str]]] = field(default_factory=dict)

    def lines(self, path: str, cell: int | None) -> list[str]:
        """Return the rows of a file, or of one cell of a notebook."""
        source, rows = self._of(path)
        if cell is None:
            return rows
        starts = [*(each.row - 1 for each in source.cells), len(rows)]
        return next((rows[start:end] for each, (start, end) in zip(source.cells, pairwise(starts), strict=True) if each.number == cell), [])

    def position(self, path: str, cell: int | None, offset: int) -> tuple[int, int]:
        """Return the row and column, both from 1, of a character of a file or of a cell."""
        source, _ = self._of(path)
        first = source.cell_row(cell)
        row, column = source.position(source.offset(first, 1) + offset)
        return row - first + 1, column

    def _of(self, path: str) -> tuple[Source, list[str]]:
        if path not in self._read:
            found = read(path)
            source = found if isinstance(found, Source) else Source(path, b"")
            rows = [source.text[start:end] for start, end in pairwise((*source.row_starts, len(source.text)))]
            self._read[path] = source, [row for row in rows if row]
        return self._read[path]
