"""The same function, or the same expression, in the text of a file after its fixes: the same way in, and the same inputs."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace

from bce_lint.confirm.case import Case
from bce_lint.confirm.slice_pieces import DEFINITIONS
from bce_lint.finding import Span


def in_function(case: Case, text: str) -> Case | None:
    """Return the case for the same function, as a whole, in another text; None if it is not to be found there."""
    path = case.meaning.path
    old, new = ([node for names, node in _definitions(source) if names == path] for source in (case.source, text))
    if not old or len(old) != len(new):
        return None
    row = case.meaning.row + case.cell_row - 1
    number = min(range(len(old)), key=lambda at: abs(_row(old[at]) - row))
    return elsewhere(case, text, _span(new[number], text))


def elsewhere(case: Case, text: str, span: Span) -> Case:
    """Return the case with its finding at another place of another text."""
    return replace(case, finding=replace(case.finding, span=span), source=text, cell_row=1)


def _definitions(source: str) -> Iterator[tuple[tuple[str, ...], ast.AST]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    stack: list[tuple[tuple[str, ...], ast.AST]] = [((), tree)]
    while stack:
        names, node = stack.pop()
        if isinstance(node, DEFINITIONS):
            names = (*names, node.name)
            yield names, node
        stack += [(names, child) for child in reversed(list(ast.iter_child_nodes(node)))]


def _row(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _span(node: ast.AST, text: str) -> Span:
    """Return where a definition stands, in characters."""
    assert isinstance(node, DEFINITIONS)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[node.end_lineno - 1]
    end = len(last.encode()[: node.end_col_offset].decode())
    return Span(node.lineno, node.col_offset + 1, node.end_lineno, end + 1)
