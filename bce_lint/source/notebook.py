"""A notebook as one Python text: its code cells in order, what only IPython understands turned into comments of the same length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bce_lint.finding import Cell, Trouble
from bce_lint.source.tokens import TOKEN

ELSEWHERE = re.compile(
    r"[ \t\r\n]*%%(?:bash|sh|script|writefile|file|html|HTML|javascript|js|latex|markdown|svg"
    r"|perl|ruby|cmd|sql|bigquery|R|cython|python2|pypy)\b"
)
"""Cell magics whose cell is not Python of this notebook."""
LINE = re.compile(
    r"^(?P<code>[ \t]*(?:[\w, \t]+=[ \t]*(?=[%!]))?)(?:(?P<magic>[%!?][^\n]*)|(?P<help>[\w.]+\?{1,2}[ \t]*\r?))$", re.MULTILINE
)
"""A magic, a shell command, what they give a name, a question."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """All code cells as one text, each ending in a newline."""

    text: str
    cells: tuple[Cell, ...]


def join(path: str, data: bytes) -> Notebook | Trouble:
    """Return the code of a notebook; the Trouble says why it cannot be judged."""
    import json

    try:
        cells = json.loads(data)["cells"]
        code = [(number, _source(cell["source"])) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except ValueError as error:
        return Trouble(path, None, f"is not a notebook: {error}; save it again, or exclude it")
    except (KeyError, TypeError):
        return Trouble(path, None, "is not a notebook of nbformat 4; convert it with `jupyter nbconvert --to notebook`, or exclude it")
    parts: list[str] = []
    starts: list[Cell] = []
    row = 1
    for number, source in code:
        text = python(source)
        text += "" if text.endswith("\n") else "\n"
        starts.append(Cell(number, row))
        parts.append(text)
        row += text.count("\n")
    return Notebook("".join(parts), tuple(starts))


def sources(data: bytes) -> dict[int, str]:
    """Return the source of every cell of a notebook, by its number from 1."""
    import json

    return {number: _source(cell["source"]) for number, cell in enumerate(json.loads(data)["cells"], 1)}


def _source(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def python(source: str) -> str:
    """Return a cell's source with magics, shell and help lines neutral, every character at its place."""
    if ELSEWHERE.match(source):
        return re.sub(r"[^\n]", "#", source)
    return "".join(_neutralised(_continued(source)))


def _neutralised(source: str) -> Iterator[str]:
    """Yield `source` in pieces, neutral where a statement that only IPython understands stands: not within brackets or strings."""
    done = 0
    for line in LINE.finditer(source):
        if not _opened(source, done, line.start()):
            yield source[done : line.start()]
            yield f"{line['code']}{neutral(line['magic'] or line['help'])}"
            done = line.end()
    yield source[done:]


def _opened(source: str, begin: int, end: int) -> int:
    """Return how many more brackets open than close in `begin:end`; a string that goes on at `end` counts as one."""
    opened = 0
    for token in TOKEN.finditer(source, begin):
        if token.start() >= end:
            break
        opened += token.end() > end or (token.lastgroup == "open") - (token.lastgroup == "close")
    return opened


def neutral(code: str) -> str:
    """Return a Python expression of the length of `code` that does nothing: `0#...`."""
    return "0" + "#" * (len(code) - 1)


def _continued(source: str) -> str:
    r"""Return `source` with the continuation lines of a shell command (`!pip install a \`) commented out."""
    rows = source.split("\n")
    shell = False
    for i, row in enumerate(rows):
        continues = row.rstrip().endswith("\\")
        if shell:
            rows[i] = "#" * len(row)
        shell = continues and (shell or row.lstrip().startswith(("!", "%")))
    return "\n".join(rows)
