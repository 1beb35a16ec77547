"""The house of DESIGN: imports run one way, and three walls stand. Syntax, frameworks and printing each have their rooms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bce_lint

HOUSE = Path(bce_lint.__file__).parent
LAYERS = (
    {"finding"},
    {"source", "config", "panels"},
    {"syntax"},
    {"facts"},
    {"rule"},
    {"rules"},
    {"registry"},
    {"flip"},
    {"suppress", "offer", "fix", "report", "confirm"},
    {"judge"},
    {"mend", "prove"},
    {"lint"},
    {"explain", "why"},
    {"cli"},
    {"__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}
FRAMEWORKS = re.compile(r"\b(tensorflow|keras|torch|jax|jaxlib|optax|numpy|scipy|mpmath|matplotlib)\b")
MODULES = sorted(HOUSE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0) if module == "bce_lint":
                yield from (f"bce_lint.{alias.name}" for alias in names)
            case ast.ImportFrom(module=module, level=level) if module:
                yield f"bce_lint.{room(path)}" if level else module


def examples(module: ast.Module) -> set[ast.AST]:
    """Return the nodes inside calls of `Bad` and `Good`."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return {inner for call in calls if ast.unparse(call.func) in ("Bad", "Good") for inner in ast.walk(call)}


def docstrings(module: ast.Module) -> set[ast.AST]:
    return {node.value for node in ast.walk(module) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def words(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the identifiers and strings of a module that are neither documentation nor examples."""
    module = tree(path)
    passed = examples(module) | docstrings(module)
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)) if node not in passed:
                yield node.lineno, text
            case ast.Name(id=text) | ast.Attribute(attr=text):
                yield node.lineno, text


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in MODULES} - {"__init__"} <= set(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_one_way(path: Path) -> None:
    here = room(path)
    others = {other.split(".")[1] for other in imported(path) if other.startswith("bce_lint.")} - {here}
    upward = sorted(other for other in others if FLOOR[other] >= FLOOR.get(here, 0))
    assert not upward, f"{name(path)} imports {', '.join(upward)}, which may import it"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_syntax_room_and_the_slicer_know_trees(path: Path) -> None:
    if room(path) != "syntax" and not name(path).startswith("confirm/slice"):
        assert not {"ast", "_ast", "libcst"} & {other.split(".")[0] for other in imported(path)}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_vocabulary_and_confirm_know_frameworks(path: Path) -> None:
    if room(path) != "confirm" and not name(path).startswith("facts/vocabulary/"):
        assert not {other.split(".")[0] for other in imported(path) if FRAMEWORKS.match(other)}
        assert not [(line, text) for line, text in words(path) if FRAMEWORKS.search(text)]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_and_the_worker_print(path: Path) -> None:
    if name(path) != "cli.py" and not name(path).startswith("confirm/worker/"):
        written = [ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute | ast.Call)]
        assert not [text for text in written if text.startswith(("print(", "sys.stdout", "sys.stderr"))]


def test_the_worker_imports_nothing_of_the_linter() -> None:
    worker = sorted((HOUSE / "confirm" / "worker").glob("*.py"))
    assert worker
    assert not [
        name(path) for path in worker for other in imported(path) if other.split(".")[0] == "bce_lint" and other != "bce_lint.confirm"
    ]
