"""What becomes of the flagged operation's value in its own function: one that is guarded later on is not judged by itself."""

from __future__ import annotations

import ast
import re

from bce_lint.confirm.slice_script import called

GUARDS = re.compile(r"(^|\.)(nan_to_num\w*|is_?nan|is_?inf|is_?finite|is_?neginf|where|masked_fill_?|multiply_no_nan)$")
"""What looks for NaN and inf, or replaces entries; a clip lets NaN pass."""


def guarded_later(body: list[ast.stmt], chain: list[ast.AST]) -> bool:
    """Say whether entries of what the flagged statement binds are replaced afterwards, or looked at for what is not finite."""
    statement = next((node for node in reversed(chain) if isinstance(node, ast.stmt)), None)
    targets = (
        {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} if statement else set()
    )
    row = getattr(statement, "lineno", 0)
    for node in (inner for outer in body for inner in ast.walk(outer) if getattr(inner, "lineno", 0) > row):
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(name), slice=index)]) if name in targets:
                if not isinstance(index, ast.Constant):
                    return True
            case ast.Call() if GUARDS.search(called(node)) and targets & names(node):
                return True
            case ast.If(test=test) | ast.IfExp(test=test) if targets & names(test):
                return True
    return False


def names(node: ast.AST) -> set[str]:
    """Return the names in it."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
