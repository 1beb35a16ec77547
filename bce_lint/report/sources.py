"""What findings point into: files are read again for what is shown, since findings carry places, not text."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from bce_lint.source.read import Source, read


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a report shows parts of, each read once; one that is gone by now has no lines."""

    _read: dict[tuple[str, int | None], tuple[Source, list[str]]] = field(default_factory=dict)

    def lines(self, path: str, cell: int | None) -> list[str]:
        """Return the rows of a file, or of one cell of a notebook."""
        return self._of(path, cell)[1]

    def position(self, path: str, cell: int | None, offset: int) -> tuple[int, int]:
        """Return the row and column, both from 1, of a character."""
        return self._of(path, cell)[0].position(offset)

    def _of(self, path: str, cell: int | None) -> tuple[Source, list[str]]:
        if (path, cell) not in self._read:
            found = read(path)
            whole = found if isinstance(found, Source) else Source(path, b"")
            source = whole if cell is None else _cell(whole, cell)
            ends = pairwise((*source.row_starts, len(source.text)))
            self._read[path, cell] = source, [source.text[start:end] for start, end in ends if start < end]
        return self._read[path, cell]


def _cell(notebook: Source, number: int) -> Source:
    """Return the code cell of a notebook, as it was judged."""
    from bce_lint.source.notebook import Notebook, join

    joined = join(notebook.path, notebook.data)
    if not isinstance(joined, Notebook):
        return Source(notebook.path, b"")
    rows = joined.text.splitlines(keepends=True)
    ends = [cell.row - 1 for cell in joined.cells[1:]] + [len(rows)]
    texts = {cell.number: "".join(rows[cell.row - 1 : end]) for cell, end in zip(joined.cells, ends, strict=True)}
    return Source(notebook.path, texts.get(number, "").encode(), cell=number)
