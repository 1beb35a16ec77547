"""Keeps from the parser what would take it minutes or crash it: it is a Trouble, told in one line."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import chain

from bce_lint.finding import Trouble
from bce_lint.source.tokens import TOKEN
from bce_lint.syntax import scan
from bce_lint.syntax.segments import Segment

SIZE = 256 * 1024
WEIGHT = 100
"""How many operators, dots and brackets may stand inside one another: of 96 MB of real code, one test asserts on a longer sum.

libcst takes quadratic time for sums and chains of calls, and 5000 parentheses make it crash. Readers of the IR may recurse this deep.
"""
PATTERN_DEPTH = 6
"""How deep brackets may nest in a `case`: every further level takes libcst 4 times as long (27 s at 12)."""
QUOTES = 4000
"""More than 3000 strings, one behind another, make libcst crash."""
DEEP = re.compile(r"^(?: {80}|\t{40})", re.MULTILINE)
"""A row that may stand in more blocks than a parser bears."""
ONLY_AST = 0x400
MARK = re.compile(
    TOKEN.pattern
    + r"""
    | (?P<comma> ,)
    | (?P<joined> \\\r?\n)
    | (?P<row> [\n;])
    | (?P<operator> \*\*|//|<<|>>|[<>=!:]=|[-+*/%@&|^<>~]|\.(?=[^\W\d])|\b(?:and|or|not|in|is|if|else|for|lambda|await|yield)\b)
    """,
    re.VERBOSE | re.DOTALL,
)
SIGNS = "+-*/%@&|^<>~=.([{"
WORDS = re.compile(r"\b(?:and|or|not|in|is|if|else|for|lambda|await|yield)\b")
BRANCH = re.compile(r"^([ \t]*)(el)?if\b", re.MULTILINE)
CASE = re.compile(r"[ \t]*case\b")


def gate(segment: Segment, text: str) -> Trouble | None:
    """Tell whether `text` (the segment's, plain) must not be parsed."""
    if len(text) > SIZE:
        return trouble(segment, 0, f"is too complex to judge (a statement of more than {SIZE // 1024} KB): split it")
    place = _overload(text)
    if place is not None:
        return trouble(segment, place, f"is too complex to judge (more than {WEIGHT} operations inside one another): split it")
    if _unusual(text):
        return _compiled(segment, text)
    return None


def _unusual(text: str) -> bool:
    """Tell whether there is much of what the weights do not count: strings side by side, functions of functions, blocks in blocks."""
    quotes = text.count("'") + text.count('"')
    return "\0" in text or quotes > QUOTES or text.count("lambda") > WEIGHT or DEEP.search(text) is not None


def _compiled(segment: Segment, text: str) -> Trouble | None:
    """Let CPython try: it has limits where other parsers crash. Syntax that it rejects another one may still accept."""
    try:
        _compile(text, segment.source.path)
    except SyntaxError:
        return None
    except (RecursionError, MemoryError):
        return trouble(segment, 0, "is too complex to judge (statements nested too deeply): split it")
    except ValueError as error:
        return trouble(segment, 0, f"cannot be parsed ({error}): correct it")
    return None


def _compile(text: str, path: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, path, "exec", ONLY_AST, dont_inherit=True)


def rejected(segment: Segment, text: str, place: tuple[int, int]) -> Trouble:
    """Say in CPython's words why a text has no tree; if it has none to say, at `place`: the row and column, from 1, of the text."""
    error = SyntaxError("no parser understands this", (segment.source.path, *place, None))
    try:
        _compile(text, segment.source.path)
    except SyntaxError as own:
        error = own
    start = 0
    for _ in range((error.lineno or 1) - 1):
        start = text.find("\n", start) + 1 or len(text)
    return trouble(segment, start + max(error.offset or 1, 1) - 1, f"syntax error: {error.msg}: correct it")


def trouble(segment: Segment, place: int, message: str) -> Trouble:
    """Give a Trouble at one character of a segment."""
    start = min(segment.place(place), segment.end)
    return Trouble(segment.source.path, segment.source.span(start, start), message)


def _overload(text: str) -> int | None:
    """Give the place of something too heavy for libcst, or None."""
    if "case" not in text and sum(map(text.count, (*SIGNS, "elif"))) + len(WORDS.findall(text)) <= WEIGHT:
        return None
    heavy = (place for place, weight in chain(_chains(text), _weights(text)) if weight > WEIGHT)
    return next(heavy, None)


def _chains(text: str) -> Iterator[tuple[int, int]]:
    """Yield for every `elif` how many there are in its chain so far."""
    if text.count("elif") > WEIGHT:
        lengths: dict[str, int] = {}
        for found in BRANCH.finditer(text):
            lengths[found[1]] = lengths.get(found[1], 0) + 1 if found[2] else 0
            yield found.end(1), lengths[found[1]]


def _weights(text: str) -> Iterator[tuple[int, int]]:
    """Yield, wherever it may be highest, how many operations may stand inside one another there.

    That is at most what the items between two commas hold, brackets in them included; a list keeps, for every open bracket, what the
    present item holds and what its heaviest did.
    """
    levels = [[0, 0]]
    begin = 0
    for mark in MARK.finditer(text):
        top = levels[-1]
        match mark.lastgroup:
            case "operator":
                top[0] += 1
            case "open":
                levels.append([0, 0])
                yield mark.start(), _pattern_weight(text, begin, len(levels)) or len(levels)
            case "close" if len(levels) > 1:
                levels.pop()
                levels[-1][0] += 1 + max(top)
            case "comma":
                top[:] = 0, max(top)
            case "row" if len(levels) == 1:
                top[:] = 0, 0
                begin = mark.end()
            case "string" if scan.formatted(text, mark.start()):
                top[0] += max((weight for _, weight in _weights(mark[0].strip("\"'"))), default=0)
            case _:
                continue
        yield mark.start(), levels[-1][0]


def _pattern_weight(text: str, begin: int, depth: int) -> int:
    """Give the weight of a bracket in a `case`: too much from `PATTERN_DEPTH` on."""
    return WEIGHT + 1 if depth > PATTERN_DEPTH + 1 and CASE.match(text, begin) else 0
