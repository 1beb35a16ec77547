"""A large class without the methods that do not matter: they are cut out, so that parsing costs what the rest costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bce_lint.syntax import scan
from bce_lint.syntax.segments import Segment
from bce_lint.syntax.telling import TELLING

LARGE = 1_500
"""Characters from which on it pays."""
INDENT = re.compile(r"^([ \t]+)[^\s)\]}#]", re.MULTILINE)
NOTHING = re.compile(r"(?!)")
OWN = re.compile(r"\b(?:self|cls|[A-Z]\w*)\.(\w+)")
"""How a method names another one of its class: by the instance, or by the class itself."""
ENTRANCES = frozenset({"__call__", "call", "forward"})
KEPT = ENTRANCES | {"__init__", "build", "setup"}
"""Methods that say what an instance is or what calling it does."""


@dataclass(frozen=True, slots=True)
class Member:
    """A method with its decorators: characters `start:end` of the class."""

    name: str
    start: int
    end: int


def lean(segment: Segment, offsets: Sequence[int]) -> Segment:
    """Return a class with only those methods that hold one of `offsets` (in the file), or that these refer to by `self.name`."""
    if segment.kind != "class" or segment.end - segment.start < LARGE:
        return segment
    text = scan.plain(segment.text)
    members = _members(text)
    hot = [offset - segment.start for offset in offsets if segment.start <= offset < segment.end]
    needed = _needed(text, members, hot)
    needed = needed or set(members[:1])  # a body must not be empty
    return replace(segment, cuts=tuple((member.start, member.end) for member in members if member not in needed))


def _members(text: str) -> list[Member]:
    strings = scan.triple_quoted(text)
    if strings is None:
        return []
    indents = [row[1] for row in INDENT.finditer(text) if not strings.hold(row.start())]
    indent = re.escape(min(indents, key=len, default=""))
    row_start = re.compile(rf"^{indent}(?:(?:async[ \t]+)?def[ \t]+(\w+)|(@)|[^\s)\]}}#])", re.MULTILINE)
    rows = [row for row in row_start.finditer(text) if not strings.hold(row.start())]
    found: list[Member] = []
    decorated: int | None = None
    for row, following in zip_longest(rows, rows[1:]):
        if row[2]:
            decorated = row.start() if decorated is None else decorated
            continue
        if row[1]:
            start = row.start() if decorated is None else decorated
            found.append(Member(row[1], start, following.start() if following else len(text)))
        decorated = None
    return found


def _needed(text: str, members: Sequence[Member], hot: Sequence[int]) -> set[Member]:
    """Return the methods with hot places, and by and by those whose names, or whose assignments to `self`, these use.

    If nothing is hot, something else in the file may make an instance and call it: those that say what it is are.
    """
    code = scan.without_strings(text)
    needed = {m for m in members if any(m.start <= place < m.end for place in hot)}
    told = _telling(code, members)
    needed |= {m for m in members if m.name in KEPT and (not needed or (m.name in ENTRANCES and m in told))}
    names: set[str] = set()
    fresh = set(needed)
    while fresh:
        new = {name for m in fresh for name in OWN.findall(code, m.start, m.end)} - names
        names |= new
        assigns = re.compile(rf"\bself\.(?:{'|'.join(new)})(?:: [^=\n]+)? [-+*/]?= ") if new else NOTHING
        fresh = {m for m in members if (m.name in new and m in told) or assigns.search(code, m.start, m.end)} - needed
        needed |= fresh
    return needed


def _telling(code: str, members: Iterable[Member]) -> set[Member]:
    """Return the methods that can say anything of a value: they, or a method that they name, have a telling word."""
    silent = set(members)
    found = {m for m in silent if TELLING.search(code, m.start, m.end)}
    told: set[Member] = set()
    while found:
        told |= found
        silent -= found
        names = {m.name for m in found}
        found = {m for m in silent if not names.isdisjoint(OWN.findall(code, m.start, m.end))}
    return told
