"""Statements of Python 2 as Python 3 of the same length: old code is judged too, every character at its place."""

from __future__ import annotations

import re

from bce_lint.syntax import scan

OLD = re.compile(
    r"""
      (?:^|(?<=[:;]))(?P<margin>[ \t]*)
      (?: (?P<print> print[ \t]+ (?=[^\s=.,()\]]) (?P<to> >> )?)
        | except (?P<what> [^\n,:()]+ | [ \t]*\([^\n:()]*\)[ \t]* ) (?P<name> ,[ \t]*\w+[ \t]* ) (?=:)
        | raise [ \t]+ [\w.]+ (?P<message> [ \t]*,[^\n]+ ) )
    """,
    re.VERBOSE | re.MULTILINE,
)
"""`print x`, `print >>file, x`, `except Error, e:` and `raise Error, "message"`, each on one row."""


def modern(text: str) -> str:
    """Return a plain text with its statements of Python 2 made neutral: what is printed becomes a tuple, the name of an error is lost."""
    found = list(OLD.finditer(text))
    code = set(scan.in_code(text, [match.end("margin") for match in found]))
    pieces: list[str] = []
    done = 0
    for match in found:
        if match.end("margin") in code:
            pieces += (text[done : match.start()], _modern(match))
            done = match.end()
    return "".join((*pieces, text[done:]))


def _modern(match: re.Match[str]) -> str:
    whole, margin, printed, to = match[0], match["margin"], match["print"], match["to"] or ""
    if printed:
        return margin + ("0,0" if to else "0,").ljust(len(printed) - len(to)) + to
    group, blank = ("name", " ") if match["name"] else ("message", "#")
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return whole[:start] + blank * (end - start) + whole[end:]
