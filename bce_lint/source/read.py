"""Bytes of a file to a `Source`: what it says, whatever its encoding, and where its rows begin."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bce_lint.finding import Cell, Span, Trouble

CODING = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
ROW_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Source:
    """The text of a file: `data` is it in UTF-8 without byte order mark, whatever the file's `encoding`.

    Of a notebook it is the text of all code cells, and `cells` says where each starts; rows then are counted from the cell's first.

    It has no slots: the text and its rows are made when first asked for, which a file without suspicious operations never is.
    """

    path: str
    data: bytes
    encoding: str = "utf-8"
    cells: tuple[Cell, ...] = ()

    @cached_property
    def text(self) -> str:
        """The characters, with the newlines that the file has."""
        return self.data.decode()

    def encode(self, text: str) -> bytes:
        """Turn a new text into the bytes to write in place of the file."""
        return text.encode(self.encoding)

    @cached_property
    def row_starts(self) -> tuple[int, ...]:
        """At which character each row starts; CR, LF and CRLF end one, as for Python, a form feed does not."""
        return (0, *(end.end() for end in ROW_END.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Turn a character offset into its row and column, both from 1."""
        row = bisect_right(self.row_starts, offset)
        return row, offset - self.row_starts[row - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Turn the characters `start:end` into rows and columns, of a cell in a notebook."""
        (row, column), (end_row, end_column) = self.position(start), self.position(end)
        return self.local(Span(row, column, end_row, end_column))

    def local(self, span: Span) -> Span:
        """Count the rows of a span of the whole text from the first of its cell."""
        if not self.cells:
            return span
        cell = self.cells[bisect_right([cell.row for cell in self.cells], span.row) - 1]
        before = cell.row - 1
        return Span(span.row - before, span.column, span.end_row - before, span.end_column, cell.number)

    def cell_at(self, offset: int) -> tuple[int | None, int]:
        """Return the cell in which a character is and where, in characters of the whole text, that cell starts."""
        if not self.cells:
            return None, 0
        row = self.position(offset)[0]
        cell = self.cells[bisect_right([cell.row for cell in self.cells], row) - 1]
        return cell.number, self.row_starts[cell.row - 1]

    def cell_row(self, cell: int | None) -> int:
        """Return the row of the whole text at which a cell starts."""
        return next((each.row for each in self.cells if each.number == cell), 1)

    def offset(self, row: int, column: int) -> int:
        """Turn a row and column, both from 1, into a character offset."""
        return self.row_starts[row - 1] + column - 1

    def characters(self, offsets: Iterable[int]) -> list[int]:
        """Turn ascending byte offsets into `data` into character offsets into `text`."""
        if len(self.data) == len(self.text):
            return list(offsets)
        done, count, found = 0, 0, []
        for offset in offsets:
            count += len(self.data[done:offset].decode())
            done = offset
            found.append(count)
        return found


def read(path: str) -> Source | Trouble:
    """Read a file; the Trouble says in one line why it cannot be judged and what to do."""
    data = load(path)
    return data if isinstance(data, Trouble) else parse(path, data)


def load(path: str) -> bytes | Trouble:
    """Return the bytes of a file."""
    try:
        data = _bytes(path)
    except OSError as error:
        return Trouble(path, None, f"cannot be read: {(error.strerror or str(error)).lower()}")
    return Trouble(path, None, "is not a regular file: name a file or a directory") if data is None else data


def parse(path: str, data: bytes) -> Source | Trouble:
    """Turn the bytes of a file into a Source."""
    return decode_notebook(path, data) if path.endswith(".ipynb") else decode(path, data)


def decode_notebook(path: str, data: bytes) -> Source | Trouble:
    """Turn the bytes of a notebook into a Source of its code cells."""
    from bce_lint.source.notebook import join

    joined = join(path, data)
    return joined if isinstance(joined, Trouble) else Source(path, joined.text.encode(), cells=joined.cells)


def decode(path: str, data: bytes) -> Source | Trouble:
    """Turn the bytes of a file into a Source, as Python would: by byte order mark, coding line, else UTF-8."""
    if b"\0" in data:
        return Trouble(path, None, "is binary (it holds NUL bytes): exclude it, or save it as UTF-8 text")
    encoding = "utf-8-sig" if data.startswith(BOM_UTF8) else _declared(data)
    if encoding == "utf-8" and data.isascii():
        return Source(path, data)
    try:
        return Source(path, data.decode(encoding).encode(), encoding)
    except LookupError:
        return Trouble(path, None, f'declares the unknown encoding "{encoding}": correct its coding line')
    except UnicodeError as error:
        sound = data[: error.start] if isinstance(error, UnicodeDecodeError) else b""
        row = len(ROW_END.findall(sound.decode("latin-1"))) + 1
        what = f"is not valid {encoding.removesuffix('-sig')} (line {row})"
        return Trouble(path, None, f"{what}: save it as UTF-8, or declare its encoding in the first line")


def _bytes(path: str) -> bytes | None:
    """Read a regular file; of anything else (a pipe, a device) there may be no end."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb", buffering=0) as file:
        return file.read() if stat.S_ISREG(os.fstat(handle).st_mode) else None


def _declared(data: bytes) -> str:
    """Read the coding line of PEP 263, which stands in the first or second line."""
    found = CODING.match(data)
    if found is None:
        return "utf-8"
    name = found[1].decode().lower().replace("_", "-")
    return "utf-8" if name in ("utf-8", "utf8") or name.startswith("utf-8-") else name
