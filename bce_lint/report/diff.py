"""What fixes change, as a unified diff that `patch -p0` takes."""

from __future__ import annotations

import re
from difflib import unified_diff

from bce_lint.report.excerpt import Paint, plain

ROW = re.compile(r"[^\n]*\n|[^\n]+")
KINDS = {"+": "help", "-": "error", "@": "origin"}


def diff(name: str, before: str, after: str, paint: Paint = plain) -> str:
    """Return the rows of `name` that differ, with those around them."""
    rows = unified_diff(ROW.findall(before), ROW.findall(after), name, name)
    return "".join(_row(row, paint) for row in rows)


def _row(row: str, paint: Paint) -> str:
    """Return a row of the diff; one that the file does not end is said not to be ended."""
    text = row.removesuffix("\n")
    kind = "strong" if text.startswith(("---", "+++")) else KINDS.get(text[:1], "")
    painted = paint(text, kind) if kind else text
    return f"{painted}\n" if row.endswith("\n") else f"{painted}\n\\ No newline at end of file\n"
