"""Judging pieces of code in tests: what is flagged, compared with the marks on the lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bce_lint.config import Config
from bce_lint.confirm.case import Case
from bce_lint.finding import Finding, Trouble
from bce_lint.judge import Judge
from bce_lint.rule import Bad
from bce_lint.source.read import Source

MARK = re.compile(r"#\s*(todo:\s*)?(not flagged|flagged)(?::\s*([\w ,-]+))?")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one source gave: its findings, and what could not be judged."""

    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...]


def judged(source: str, select: tuple[str, ...] = ("ALL",), dtype: str | None = None) -> Verdicts:
    """Judge `source` as the file x.py."""
    found = Judge(Config(paths=("x.py",), select=select, dtype=dtype)).judge(Source("x.py", source.encode()))
    return Verdicts(tuple(case.finding for case in found.cases), found.troubles)


def cases(source: str) -> tuple[Case, ...]:
    """Return what all rules find in `source`, with what confirm needs."""
    return Judge(Config(paths=("x.py",), select=("ALL",))).judge(Source("x.py", source.encode())).cases


def expected(source: str, rule: str) -> list[tuple[int, str]]:
    """Return row and rule of every finding that the marks call for; a known gap is expected as it is now."""
    rows: list[tuple[int, str]] = []
    for row, line in enumerate(source.splitlines(), 1):
        for gap, what, names in MARK.findall(line):
            if (what == "flagged") != bool(gap):
                rows += [(row, name.strip()) for name in (names or rule).split(",")]
    return sorted(rows)


def flagged(verdicts: Verdicts) -> list[tuple[int, str]]:
    """Return row and rule of every finding."""
    return sorted((finding.span.row, finding.rule) for finding in verdicts.findings)


def wanted(bad: Bad) -> str:
    """Return the whole source after the fix: `fixed` is all of it, or stands for the one flagged line. Marks are left to the caller."""
    assert bad.fixed is not None
    if bad.fixed.count("\n") > 0:
        return bad.fixed
    return "".join(bad.fixed + "  # flagged\n" if "# flagged" in line else line for line in bad.source.splitlines(keepends=True))
