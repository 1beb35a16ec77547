"""Where strings, comments and brackets lie in a text, by regular expressions alone: no grammar, nothing is parsed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
      (?P<string> \"{3}(?>[^"\\]++|\\.|"(?!""))*+\"{3} | '{3}(?>[^'\\]++|\\.|'(?!''))*+'{3}
                | "(?>[^"\\\n]++|\\.)*+" | '(?>[^'\\\n]++|\\.)*+' )
    | (?P<comment> \#[^\n]*+ )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    """,
    re.VERBOSE | re.DOTALL,
)
LONE_RETURN = re.compile(r"\r(?!\n)")
LEADING_FEED = re.compile(r"(?m)^\f+")
QUOTES = ('"""', "'''")


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
        at = bisect_right(self.starts, offset) - 1
        return at >= 0 and self.starts[at] < offset < self.ends[at]


def triple_quoted(text: str) -> Spans | None:
    """Find the triple-quoted strings of a plain text; None if one does not end."""
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    ahead = {quote: text.find(quote) for quote in QUOTES}
    while (start := _next_quote(text, ahead, done)) is not None:
        skipped = _shadow(text, done, start)
        if skipped is not None:
            done = skipped
            continue
        end = _closing(text, start)
        if end < 0:
            return None
        starts.append(start)
        ends.append(end)
        done = end
    return Spans(tuple(starts), tuple(ends))


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
    for token in TOKEN.finditer(text, begin):
        if token.start() >= quote:
            return None
        if token.end() > quote:
            return token.end()
    return None


def _row_start(text: str, offset: int) -> int:
    """Give the start of the row of `offset`, or of the first of the rows that backslashes join to it."""
    start = text.rfind("\n", 0, offset) + 1
    while start > 0 and text.endswith(("\\\n", "\\\r\n"), 0, start):
        start = text.rfind("\n", 0, start - 1) + 1
    return start


def brackets(text: str, begin: int) -> Iterator[tuple[int, int]]:
    """Yield, from a place outside all brackets on, each bracket's offset and the depth behind it."""
    depth = 0
    for token in TOKEN.finditer(text, begin):
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case _:
                continue
        yield token.start(), depth
