"""Edits -> new text: sorted, without overlaps, the first of two that overlap winning; what several fixes import is imported once."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.finding import Fix


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """Return `text` after one round of `fixes`: all edits of a fix or, where one overlaps an earlier fix's, none."""
    taken: list[tuple[int, int, str]] = []
    for fix in sorted(fixes, key=lambda fix: fix.edits):
        edits = [(edit.start, edit.end, edit.text) for edit in fix.edits]
        if not any(start < other_end and other_start < end for start, end, _ in edits for other_start, other_end, _ in taken):
            taken += [edit for edit in edits if edit not in taken]
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return text
