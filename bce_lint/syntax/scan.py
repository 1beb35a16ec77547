"""Where strings, comments and brackets lie in a text, by regular expressions alone: no grammar, nothing is parsed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from bce_lint.source.tokens import TOKEN

LONE_RETURN = re.compile(r"\r(?!\n)")
LEADING_FEED = re.compile(r"(?m)^\f+")
FORMATTED = re.compile(r"[fFtT][rR]?\Z")
QUOTES = ('"""', "'''")
JOINED = ("\\\n", "\\\r\n")


def plain(text: str) -> str:
    """Give a text of the same length in which a line feed ends every row and no row starts with a form feed; Python reads both alike."""
    if "\r" in text:
        text = LONE_RETURN.sub("\n", text)
    if "\f" in text:
        text = LEADING_FEED.sub(lambda found: "\n" * len(found[0]), text)
    return text


@dataclass(frozen=True, slots=True)
class Spans:
    """Disjoint stretches of a text, ascending."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def hold(self, offset: int) -> bool:
        """Tell whether `offset` lies inside one of them (its first character does not)."""
        start, end = self.before(offset)
        return start < offset < end

    def before(self, offset: int) -> tuple[int, int]:
        """Give the last stretch that starts before `offset`; the empty one at 0 if none does."""
        at = bisect_left(self.starts, offset) - 1
        return (self.starts[at], self.ends[at]) if at >= 0 else (0, 0)


def triple_quoted(text: str) -> Spans | None:
    """Find the triple-quoted strings of a plain text; None if one does not end."""
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    ahead = {quote: text.find(quote) for quote in QUOTES}
    while (start := _next_quote(text, ahead, done)) is not None:
        shadow = _shadow(text, done, start)
        if shadow is not None:
            done = shadow
            continue
        end = _closing(text, start)
        if end < 0:
            return None
        starts.append(start)
        ends.append(end)
        done = end
    return Spans(tuple(starts), tuple(ends))


def without_strings(text: str) -> str:
    """Give a plain text of the same length with blanks in place of its triple-quoted strings."""
    strings = triple_quoted(text)
    if strings is None:
        return text
    pieces: list[str] = []
    done = 0
    for start, end in zip(strings.starts, strings.ends, strict=True):
        pieces += (text[done:start], " " * (end - start))
        done = end
    return "".join((*pieces, text[done:]))


def in_code(text: str, offsets: Iterable[int]) -> list[int]:
    """Select the offsets outside comments and strings of a plain text; the inside of an f-string is code."""
    strings = triple_quoted(text)
    if strings is None:
        return list(offsets)
    return [offset for offset in offsets if _is_code(text, strings, offset)]


def formatted(text: str, quote: int) -> bool:
    """Tell whether the string whose quote stands at `quote` is an f-string (or a template)."""
    return FORMATTED.search(text, max(quote - 2, 0), quote) is not None


def _is_code(text: str, strings: Spans, offset: int) -> bool:
    start, end = strings.before(offset)
    if start < offset < end:
        return formatted(text, start)
    return not any(
        token.start() < offset < token.end() and not formatted(text, token.start())
        for token in _tokens(text, max(_row_start(text, offset), end), offset)
    )


def _tokens(text: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the tokens that start in `begin:end`."""
    return takewhile(lambda token: token.start() < end, TOKEN.finditer(text, begin))


def _next_quote(text: str, ahead: dict[str, int], done: int) -> int | None:
    """Give where the next three quotes stand; `ahead` remembers each kind's, so that no stretch is searched twice."""
    for quote, place in ahead.items():
        if 0 <= place < done:
            ahead[quote] = text.find(quote, done)
    return min((place for place in ahead.values() if place >= 0), default=None)


def _closing(text: str, start: int) -> int:
    """Give where the triple-quoted string that starts at `start` ends, or -1."""
    quote = text[start : start + 3]
    place = text.find(quote, start + 3)
    while place >= 0 and _escaped(text, place):
        place = text.find(quote, place + 1)
    return place if place < 0 else place + 3


def _escaped(text: str, place: int) -> bool:
    first = place
    while text[first - 1] == "\\":
        first -= 1
    return (place - first) % 2 == 1


def _shadow(text: str, done: int, quote: int) -> int | None:
    """Give the end of the comment or short string that holds the three quotes at `quote`; None if they open a string."""
    begin = max(_row_start(text, quote), done)
    if not any(mark in text[begin:quote] for mark in "#\"'"):
        return None
    return next((token.end() for token in _tokens(text, begin, quote) if token.end() > quote), None)


def _row_start(text: str, offset: int) -> int:
    """Give the start of the row of `offset`, or of the first of the rows that backslashes join to it."""
    start = text.rfind("\n", 0, offset) + 1
    while start > 0 and text.endswith(JOINED, 0, start):
        start = text.rfind("\n", 0, start - 1) + 1
    return start


class Depth:
    """How many brackets are open, asked of ascending places, from one on where none is."""

    def __init__(self, text: str, begin: int) -> None:
        self._brackets = (token for token in TOKEN.finditer(text, begin) if token.lastgroup in ("open", "close"))
        self._next = next(self._brackets, None)
        self._depth = 0

    def at(self, place: int) -> int:
        """Give how many are open before `place`."""
        while self._next is not None and self._next.start() < place:
            self._depth = self._depth + 1 if self._next.lastgroup == "open" else max(self._depth - 1, 0)
            self._next = next(self._brackets, None)
        return self._depth
