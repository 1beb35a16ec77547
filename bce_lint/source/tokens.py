"""Strings, comments and brackets, which is all of Python's grammar that is needed to see where statements start."""

from __future__ import annotations

import re

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
