"""Errors that arithmetic raises, or a loss that refuses its numbers: breaks, if the user's code raised and the flagged part is at fault."""

from __future__ import annotations

import re
from types import CodeType

from .job import Program
from .lazy import SITE

REFUSALS = re.compile(r"math (domain|range) error|expected a \w+ input, got|elements of \w+ should be between 0 and 1")


def refuses(error: Exception, program: Program) -> bool:
    """Say whether arithmetic itself raised: Python's does where an array would hold inf or NaN, and some losses refuse such numbers."""
    return (isinstance(error, ArithmeticError) or bool(REFUSALS.search(str(error)))) and bool(_codes(error, program))


def within(error: Exception, program: Program) -> bool:
    """Say whether the function that holds the flagged operation raised, not one that it called, which is judged by itself."""
    own = [code for code in _codes(error, program) if SITE in code.co_names or not code.co_name.startswith("<")]
    return any(SITE in code.co_names for code in own[-1:])


def _codes(error: Exception, program: Program) -> list[CodeType]:
    """Return the program's code that was being run, from the outside in."""
    paths = {file.path for file in program.files}
    codes: list[CodeType] = []
    trace = error.__traceback__
    while trace is not None:
        codes += [trace.tb_frame.f_code] if trace.tb_frame.f_code.co_filename in paths else []
        trace = trace.tb_next
    return codes
