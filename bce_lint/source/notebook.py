"""A notebook as one Python text: its code cells in order, what only IPython understands turned into comments of the same length."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bce_lint.finding import Cell, Trouble

ELSEWHERE = re.compile(
    r"[ \t\r\n]*%%(?:bash|sh|script|writefile|file|html|HTML|javascript|js|latex|markdown|svg"
    r"|perl|ruby|cmd|sql|bigquery|R|cython|python2|pypy)\b"
)
"""Cell magics whose cell is not Python of this notebook."""
LINE = re.compile(r"^([ \t]*)([%!?][^\n]*|[\w.]+\?{1,2}[ \t]*\r?)$", re.MULTILINE)
ASSIGNED = re.compile(r"^([ \t]*[\w, \t]+=[ \t]*)([%!][^\n]*)$", re.MULTILINE)


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
    source = _continued(source)
    source = LINE.sub(lambda line: line[1] + neutral(line[2]), source)
    return ASSIGNED.sub(lambda line: line[1] + neutral(line[2]), source)


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
