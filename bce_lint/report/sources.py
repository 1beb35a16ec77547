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
            source = found if isinstance(found, Source) else Source(path, b"")
            ends = (*source.row_starts, len(source.text)) if source.data else ()
            rows = [source.text[start:end] for start, end in pairwise(ends)]
            self._read[path, cell] = source, rows
        return self._read[path, cell]
