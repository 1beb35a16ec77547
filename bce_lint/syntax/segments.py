"""A file to its outermost functions, classes and own statements, without parsing: each is read by itself, when it matters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bce_lint.source.read import Source
from bce_lint.syntax import binds, scan

Kind = Literal["def", "class", "import", "code"]

FLUSH_LEFT = re.compile(r"\n(?=[^\s#)\]}])")
ALWAYS = re.compile(r"(?:def|class|import|async[ \t]+def)[ \t]")
HEAD = re.compile(
    r"""
      (?:async[ \t]+)?def[ \t]+(?P<def>\w+) | class[ \t]+(?P<class>\w+) | (?P<decorator>@)
    | (?P<import>import|from)\b | (?P<rest>else|elif|except|finally)\b | (?P<compound>if|for|while|with|try)\b | (?P<simple>)
    """,
    re.VERBOSE,
)
BLACK = re.compile(r"[^\r\n]")
LONG = 16_384


@dataclass(frozen=True, slots=True)
class Segment:
    """The characters `start:end` of a source: one outermost function or class with its decorators, imports, or other statements."""

    source: Source = field(repr=False)
    index: int
    kind: Kind
    name: str
    start: int
    end: int
    binds: tuple[str, ...]
    """The names that it binds at module level: more than it does, perhaps, but none less; `*` is a star import."""

    blank: tuple[tuple[int, int], ...] = ()
    """Stretches of it that are left out of `text`: blanks stand there."""

    @property
    def text(self) -> str:
        """Its part of the source."""
        text = self.source.text[self.start : self.end]
        for start, end in self.blank:
            text = text[:start] + BLACK.sub(" ", text[start:end]) + text[end:]
        return text

    @property
    def row(self) -> int:
        """The row of the file, from 1, in which it starts."""
        return self.source.position(self.start)[0]


def segments(source: Source) -> tuple[Segment, ...]:
    """Cut a source into its segments; their texts one after another are the source's."""
    text = scan.plain(source.text)
    return tuple(
        Segment(source, index, kind, name, start, end, _binds(kind, name, text[start:end]))
        for index, (kind, name, start, end) in enumerate(_pieces(text, _starts(text)))
    )


def _binds(kind: Kind, name: str, code: str) -> tuple[str, ...]:
    match kind:
        case "def" | "class":
            return tuple(sorted({name} | binds.exports(code)))
        case "import":
            return tuple(sorted(binds.imports(code))) if ";" not in code else binds.binds(code)
        case "code":
            return binds.binds(code)


def holding(parts: tuple[Segment, ...], offsets: Iterable[int]) -> tuple[Segment, ...]:
    """Select the segments in which character offsets lie."""
    starts = [part.start for part in parts]
    found = {bisect_right(starts, offset) - 1 for offset in offsets}
    return tuple(parts[at] for at in sorted(found) if at >= 0)


def _starts(text: str) -> list[int]:
    """Find where statements start in column 0: outside strings, brackets and continued rows."""
    strings = scan.triple_quoted(text)
    if strings is None:
        return [0] if text else []
    places = [0] if text[:1].strip(" \t\n#") else []
    places += [found.end() for found in FLUSH_LEFT.finditer(text)]
    return _outside_brackets(text, [place for place in places if not strings.hold(place) and not _continued(text, place)])


def _continued(text: str, place: int) -> bool:
    """Tell whether a backslash joins the row at `place` to the one before, which it does not in a comment."""
    if not text.endswith(("\\\n", "\\\r\n"), 0, place):
        return False
    row = text.rfind("\n", 0, place - 1) + 1
    return not any(token.lastgroup == "comment" for token in scan.TOKEN.finditer(text, row, place))


def _outside_brackets(text: str, places: list[int]) -> list[int]:
    """Keep the places outside brackets. Counting them between two places settles nearly all; where it does not, they are traced."""
    kept: list[int] = []
    begin = 0
    trace = None
    depth, at = 0, 0
    for place in places:
        if ALWAYS.match(text, place) or (trace is None and _balanced(text, begin, place)):
            trace = None
        else:
            if trace is None:
                trace = scan.brackets(text, begin)
                at, depth = next(trace, (len(text), 0))
                before = 0
            while at < place:
                before = depth
                at, depth = next(trace, (len(text), depth))
            if before:
                continue
            trace = None
        kept.append(place)
        begin = place
    return kept


def _balanced(text: str, begin: int, end: int) -> bool:
    return all(text.count(opened, begin, end) == text.count(closed, begin, end) for opened, closed in ("()", "[]", "{}"))


def _pieces(text: str, starts: list[int]) -> list[tuple[Kind, str, int, int]]:
    """Join statements to pieces: decorators to what they decorate, `else` to its `if`, neighbours of one kind to runs."""
    pieces: list[tuple[Kind, str, int, int]] = []
    decorated: int | None = None
    open_run = False
    for start, end in pairwise([*starts, len(text)]):
        head = HEAD.match(text, start)
        assert head is not None
        what = head.lastgroup
        begin = start if decorated is None else decorated
        if what == "decorator":
            decorated = begin
            continue
        decorated = None
        if what == "rest" and pieces:
            pieces[-1] = (*pieces[-1][:3], end)
            continue
        kind: Kind = what if what in ("def", "class", "import") else "code"  # type: ignore[assignment]
        joins = open_run and what in ("import", "simple") and pieces[-1][0] == kind and end - pieces[-1][2] <= LONG
        if joins:
            pieces[-1] = (*pieces[-1][:3], end)
        else:
            pieces.append((kind, head[what] if what in ("def", "class") else "", begin, end))
        open_run = what in ("import", "simple")
    if decorated is not None:
        pieces.append(("code", "", decorated, len(text)))
    if pieces:
        pieces[0] = (*pieces[0][:2], 0, pieces[0][3])
    elif text:
        pieces.append(("code", "", 0, len(text)))
    return pieces
