"""Keeps what would take a parser minutes, or crash it, from ever reaching it; CPython's own parser decides first, at C speed."""

from __future__ import annotations

import re
import warnings

from bce_lint.finding import Span, Trouble
from bce_lint.syntax import scan
from bce_lint.syntax.segments import Segment

ONLY_AST = 0x400
SIZE = 256 * 1024
OPERATORS = 400
DEPTH = 60
OPERATOR = re.compile(r"[-+*/%@&|^<>~.=]+|\b(?:and|or|not|in|is|if|lambda|await)\b")


def gate(segment: Segment, text: str) -> Trouble | None:
    """Say why `text` (the segment's, plain) must not be parsed, or None if it may."""
    if len(text) > SIZE:
        return _complex(segment, segment.row, f"more than {SIZE // 1024} KB in one piece")
    row = _crowded(text)
    if row is not None:
        return _complex(segment, segment.row + row, f"more than {OPERATORS} operators in one statement")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, segment.source.path, "exec", ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return None if _shallow(text) else _syntax(segment, error)
    except (RecursionError, MemoryError):
        return _complex(segment, segment.row, "nested too deeply")
    except ValueError as error:
        return trouble(segment, segment.row, 1, f"cannot be parsed: {error}")
    return None


def refusal(segment: Segment, text: str) -> Trouble:
    """Say what is wrong with a text that no parser takes, in CPython's words if it is CPython that rejects it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, segment.source.path, "exec", ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return _syntax(segment, error)
    return trouble(segment, segment.row, 1, "cannot be parsed; report this to bce-lint, with the code")


def trouble(segment: Segment, row: int, column: int, message: str) -> Trouble:
    """Give a Trouble at one place of the segment's file."""
    return Trouble(segment.source.path, segment.source.local(Span(row, column, row, column + 1)), message)


def _complex(segment: Segment, row: int, why: str) -> Trouble:
    return trouble(segment, row, 1, f"is too complex to judge ({why}); split it")


def _syntax(segment: Segment, error: SyntaxError) -> Trouble:
    row = segment.row + max(error.lineno or 1, 1) - 1
    return trouble(segment, row, max(error.offset or 1, 1), f"syntax error: {error.msg}; this part was not judged, correct it")


def _crowded(text: str) -> int | None:
    """Give the row (from 0) of a statement with too many operators, or None."""
    if len(text) <= OPERATORS or len(OPERATOR.findall(text)) <= OPERATORS:
        return None
    count = begin = depth = 0
    for token in scan.TOKEN.finditer(text):
        code = text[begin : token.start()]
        if depth == 0 and "\n" in code:
            count = 0
            code = code[code.rfind("\n") :]
        count += len(OPERATOR.findall(code))
        if count > OPERATORS:
            return text.count("\n", 0, token.start())
        depth = max(depth + (token.lastgroup == "open") - (token.lastgroup == "close"), 0)
        begin = token.end()
    return None


def _shallow(text: str) -> bool:
    """Tell whether brackets and indents are nested so little that any parser survives them."""
    indent = max((len(row) - len(row.lstrip(" \t")) for row in text.split("\n")), default=0)
    return indent <= 400 and all(depth <= DEPTH for _, depth in scan.brackets(text, 0))
