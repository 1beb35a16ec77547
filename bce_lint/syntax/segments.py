"""A file to its outermost functions, classes and own statements, without parsing: each is read by itself, when it matters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from bce_lint.source.read import Source
from bce_lint.source.tokens import TOKEN
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
LONG = 16_384


RUNS = ("import", "simple")


class Head(NamedTuple):
    """Where a statement starts; `what` is the group of `HEAD` that matched. A plain tuple, since a megabyte has 2000 of them."""

    what: str
    name: str
    start: int


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

    cuts: tuple[tuple[int, int], ...] = ()
    """Stretches of it, ascending, that `text` leaves out."""

    @property
    def text(self) -> str:
        """Its part of the source, less the cuts."""
        text = self.source.text
        begins = [self.start, *(self.start + end for _, end in self.cuts)]
        ends = [*(self.start + start for start, _ in self.cuts), self.end]
        return "".join(text[begin:end] for begin, end in zip(begins, ends, strict=True))

    def place(self, offset: int) -> int:
        """Return where in the file a character of `text` stands."""
        for start, end in self.cuts:
            if offset < start:
                break
            offset += end - start
        return self.start + offset

    @property
    def row(self) -> int:
        """The row of the file, from 1, in which it starts."""
        return self.source.position(self.start)[0]


def segments(source: Source) -> tuple[Segment, ...]:
    """Cut a source into its segments; their texts one after another are the source's."""
    text = scan.plain(source.text)
    heads = [*_heads(text), Head("end", "", len(text))]
    return tuple(_segment(source, index, head, text[head.start : after.start]) for index, (head, after) in enumerate(pairwise(heads)))


def _segment(source: Source, index: int, head: Head, code: str) -> Segment:
    kind: Kind
    match head.what:
        case "def" | "class" as kind:
            bound = tuple(sorted({head.name} | binds.exports(code)))
        case "import" as kind if ";" not in code:
            bound = tuple(sorted(binds.imports(code)))
        case what:
            kind = "import" if what == "import" else "code"
            bound = binds.binds(code)
    return Segment(source, index, kind, head.name, head.start, head.start + len(code), bound)


def holding(parts: tuple[Segment, ...], offsets: Iterable[int]) -> tuple[Segment, ...]:
    """Select the segments in whose code, not a comment or string, character offsets lie."""
    if not parts:
        return ()
    starts = [part.start for part in parts]
    code = scan.in_code(scan.plain(parts[0].source.text), offsets)
    return tuple(parts[at] for at in sorted({bisect_right(starts, offset) - 1 for offset in code}))


def _starts(text: str) -> list[int]:
    """Find where statements start in column 0: outside strings, brackets and continued rows."""
    strings = scan.triple_quoted(text)
    if strings is None:
        return [0]
    places = [0] if text[:1].strip(" \t\n#") else []
    places += [found.end() for found in FLUSH_LEFT.finditer(text)]
    return _outside_brackets(text, [place for place in places if not strings.hold(place) and not _continued(text, place)])


def _continued(text: str, place: int) -> bool:
    """Tell whether a backslash joins the row at `place` to the one before, which it does not in a comment."""
    if not text.endswith(scan.JOINED, 0, place):
        return False
    row = text.rfind("\n", 0, place - 1) + 1
    return not any(token.lastgroup == "comment" for token in TOKEN.finditer(text, row, place))


def _outside_brackets(text: str, places: list[int]) -> list[int]:
    """Keep the places outside brackets. Counting them between two places settles nearly all; where it does not, they are traced."""
    kept: list[int] = []
    begin = 0
    depth: scan.Depth | None = None
    for place in places:
        if not ALWAYS.match(text, place) and (depth is not None or not _balanced(text, begin, place)):
            depth = depth or scan.Depth(text, begin)
            if depth.at(place):
                continue
        depth = None
        kept.append(place)
        begin = place
    return kept


def _balanced(text: str, begin: int, end: int) -> bool:
    return all(text.count(opened, begin, end) == text.count(closed, begin, end) for opened, closed in ("()", "[]", "{}"))


def _heads(text: str) -> Iterator[Head]:
    """Yield where segments start: not at `else`, which belongs to its `if`, nor within runs of imports or of simple statements."""
    what, begin = "", 0
    for head, after in pairwise([*_statements(text, _starts(text)), Head("end", "", len(text))]):
        if what and (head.what == "rest" or (head.what == what in RUNS and after.start - begin <= LONG)):
            continue
        yield head if what else head._replace(start=0)
        what, begin = head.what, head.start
    if text and not what:
        yield Head("simple", "", 0)


def _statements(text: str, starts: list[int]) -> Iterator[Head]:
    """Tell what starts at each place; decorators belong to what they decorate."""
    decorated: int | None = None
    for start in starts:
        found = HEAD.match(text, start)
        assert found is not None
        begin = start if decorated is None else decorated
        if found.lastgroup == "decorator":
            decorated = begin
            continue
        decorated = None
        yield Head(found.lastgroup or "simple", found["def"] or found["class"] or "", begin)
    if decorated is not None:
        yield Head("simple", "", decorated)
