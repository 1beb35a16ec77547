"""A large class without the methods that do not matter: they are cut out, so that parsing costs what the rest costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bce_lint.syntax import scan
from bce_lint.syntax.segments import Segment

LARGE = 1_500
"""Characters from which on it pays."""
INDENT = re.compile(r"^([ \t]+)[^\s)\]}#]", re.MULTILINE)
OWN = re.compile(r"\b(?:self|cls)\.(\w+)")
KEPT = frozenset({"__init__", "__call__", "call", "forward", "build", "setup"})
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


def _needed(text: str, members: Iterable[Member], hot: Sequence[int]) -> set[Member]:
    """Return the methods with hot places, and by and by those whose names, or whose assignments to `self`, these use."""
    rest = list(members)
    needed = {m for m in rest if m.name in KEPT or any(m.start <= place < m.end for place in hot)}
    names: set[str] = set()
    fresh = set(needed)
    while fresh:
        new = {name for m in fresh for name in OWN.findall(text, m.start, m.end)} - names
        names |= new
        rest = [m for m in rest if m not in needed]
        fresh = {m for m in rest if m.name in new or any(f"self.{name} = " in text[m.start : m.end] for name in new)} if new else set()
        needed |= fresh
    return needed
