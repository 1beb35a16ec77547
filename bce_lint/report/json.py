"""Findings for machines: Ruff's JSON, key for key, and `origins` and `verdict` besides."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict
from os.path import normpath
from pathlib import Path

from bce_lint.finding import Finding, Fix, Origin, Severity, Span, Trouble, Verdict

Place = Callable[[str, int | None, int], tuple[int, int]]
"""Path, cell and character offset to row and column, both from 1."""

START = Span(1, 1, 1, 1)


def report(findings: Iterable[Finding], troubles: Iterable[Trouble], place: Place) -> str:
    """Return a JSON array of findings and troubles, by file and place; a trouble has no code, since it is no rule's."""
    everything: list[Finding | Trouble] = [*findings, *troubles]
    rows = [_finding(item, place) if isinstance(item, Finding) else _trouble(item) for item in sorted(everything, key=_order)]
    return json.dumps(rows, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _order(item: Finding | Trouble) -> tuple[str, int, Span]:
    span = item.span or START
    return item.path, span.cell or 0, Span(span.row, span.column, span.end_row, span.end_column)


def _finding(finding: Finding, place: Place) -> dict[str, object]:
    return _row(finding, finding.span) | {
        "code": finding.code,
        "name": finding.rule,
        "severity": finding.severity,
        "noqa_row": finding.span.row,
        "fix": finding.fix and _fix(finding.fix, finding.path, place),
        "origins": [_origin(origin) for origin in finding.origins],
        "verdict": finding.verdict and _verdict(finding.verdict),
    }


def _trouble(trouble: Trouble) -> dict[str, object]:
    nothing = dict.fromkeys(("code", "name", "noqa_row", "fix", "verdict"))
    return _row(trouble, trouble.span or START) | nothing | {"severity": Severity.ERROR, "origins": []}


def _row(item: Finding | Trouble, span: Span) -> dict[str, object]:
    return {"filename": normpath(Path(item.path).absolute()), "message": item.message, "url": None, **_span(span)}


def _span(span: Span) -> dict[str, object]:
    return {"cell": span.cell, "location": _location(span.row, span.column), "end_location": _location(span.end_row, span.end_column)}


def _location(row: int, column: int) -> dict[str, int]:
    return {"row": row, "column": column}


def _fix(fix: Fix, path: str, place: Place) -> dict[str, object]:
    edits = [
        {
            "content": edit.text,
            "location": _location(*place(path, edit.cell, edit.start)),
            "end_location": _location(*place(path, edit.cell, edit.end)),
        }
        for edit in fix.edits
    ]
    return {"applicability": "safe" if fix.safe else "unsafe", "message": fix.title, "edits": edits}


def _origin(origin: Origin) -> dict[str, object]:
    span = _span(origin.span) if origin.span else dict.fromkeys(("cell", "location", "end_location"))
    return {"text": origin.text, "note": origin.note, "guessed": origin.guessed, **span}


def _verdict(verdict: Verdict) -> object:
    """Return the verdict as plain data; JSON has no NaN, so numbers that are not finite are the strings "nan", "inf" and "-inf"."""
    return _plain({"is": type(verdict).__name__.lower(), **asdict(verdict)})


def _plain(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return value
