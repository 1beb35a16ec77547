"""A file cut into module-level pieces: what each binds and uses, its text without foreign decorators, and why it must not run."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

KEPT = re.compile(
    r"(^|\.)(staticmethod|classmethod|property|setter|dataclass|custom_gradient|custom_jvp|custom_vjp|lru_cache|cache|wraps|contextmanager|no_grad)$"
)
"""Decorators that change what a function computes or how it is called; all others are dropped (registries, tf.function, jit)."""

CHEAP = re.compile(
    r"^(np|numpy|math|tf|tensorflow|K|backend|keras|torch|nn|F|jnp|jax|scipy|functools|collections|itertools|typing|os\.environ)\b"
)
EXPENSIVE = re.compile(
    r"load|read|fetch|download|input|train|fit|run|open|parse_args|Session|compile|urlopen|get_data|make_|Sequential|Model|dataset|DataLoader"
    r"|system|Popen|save|write|eval|placeholder|Variable|matmul|conv|dense",
    re.IGNORECASE,
)
STATEMENT_START = re.compile(r"(?!(?:else|elif|except|finally)\b)[^\s#)\]}]")
MOST_CHUNKS = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A module-level statement: an import of one name, an assignment, a definition, or a whole `if` or `try`."""

    node: ast.stmt
    names: tuple[str, ...]
    line: int
    text: str
    why_not: str
    uses: frozenset[str]


def cut(source: str) -> tuple[Piece, ...]:
    """Return the pieces of a file; the parts that do not parse are left out, the others still count."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    body = _parse(lines, 0, len(lines))
    return tuple(piece for node in (_recover(lines) if body is None else body) for piece in _pieces(node, lines))


def definition(node: Definition, lines: list[str]) -> Piece:
    """Return a definition inside an `if`, `with` or loop as a piece of its own."""
    piece = _piece(node, (node.name,), lines)
    return Piece(node, piece.names, piece.line - 1, "if True:\n" + piece.text, "", piece.uses) if node.col_offset else piece


def _parse(lines: list[str], start: int, end: int) -> list[ast.stmt] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse("\n" * start + "\n".join(lines[start:end])).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _recover(lines: list[str]) -> Iterator[ast.stmt]:
    """Parse from one line that starts at column 0 to the next, or the shortest run of such stretches that parses."""
    starts = [number for number, line in enumerate(lines) if STATEMENT_START.match(line)] + [len(lines)]
    at = 0
    while at < len(starts) - 1:
        for end in range(at + 1, min(at + MOST_CHUNKS, len(starts))):
            body = _parse(lines, starts[at], starts[end])
            if body is not None:
                yield from body
                at = end
                break
        else:
            at += 1


def _pieces(node: ast.stmt, lines: list[str]) -> Iterator[Piece]:
    match node:
        case ast.Import(aliases):
            for alias in aliases:
                text = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                yield Piece(node, (alias.asname or alias.name.partition(".")[0],), node.lineno, text, "", frozenset())
        case ast.ImportFrom(names=aliases):
            module = "." * node.level + (node.module or "")
            if module == "__future__":
                return
            for alias in aliases:
                text = f"from {module} import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                yield Piece(node, (alias.asname or alias.name,), node.lineno, text, "", frozenset({alias.name}))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield _piece(node, (node.name,), lines)
        case ast.Expr():
            yield _piece(node, (), lines)
        case _:
            names = tuple(dict.fromkeys(_bound([node])))
            if names:
                yield _piece(node, names, lines)


def _piece(node: ast.stmt, names: tuple[str, ...], lines: list[str]) -> Piece:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) if isinstance(node, DEFINITIONS) else node.lineno
    own = lines[first - 1 : node.end_lineno]
    if not isinstance(node, DEFINITIONS) and node.end_lineno is not None:
        own[-1] = own[-1].encode()[: node.end_col_offset].decode()
        own[0] = own[0].encode()[node.col_offset :].decode()
    for number in _foreign_decorators(node):
        own[number - first] = ""
    uses = {n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)}
    uses |= {alias.name for n in ast.walk(node) if isinstance(n, ast.ImportFrom) for alias in n.names}
    return Piece(node, names, first, "\n".join(own), _why_not(node), frozenset(uses))


def _foreign_decorators(node: ast.stmt) -> Iterator[int]:
    """Yield the lines that decorators to drop take, of `node` and of what is defined in it."""
    for inner in ast.walk(node):
        if isinstance(inner, DEFINITIONS):
            for decorator in inner.decorator_list:
                name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
                if not KEPT.search(name):
                    yield from range(decorator.lineno, (decorator.end_lineno or decorator.lineno) + 1)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c`, "" for anything else."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, attr):
            before = dotted(value)
            return f"{before}.{attr}" if before else ""
        case _:
            return ""


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements bind at module level, in `if`s, `try`s, loops and `with`s too."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case _:
                yield from _stored(node)
                for field in ("body", "orelse", "finalbody", "handlers"):
                    yield from _bound(getattr(node, field, ()))


def _stored(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.expr | ast.withitem) and not isinstance(
            child, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
        ):
            yield from _stored(child)


def _why_not(node: ast.stmt) -> str:
    """Return why a module-level statement must not be executed, "" if it may."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return ""
        case ast.If(test=test) if "__name__" in {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}:
            return "it is set only where the file runs as a script"
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.If() | ast.Try():
            called = next((name for name in _called(node) if not _cheap(name)), None)
            return "" if called is None else f"`{called}(...)` at module level is not run"
        case _:
            return f"it is set in a `{type(node).__name__.lower()}` block at module level, which is not run"


def _called(node: ast.AST) -> Iterator[str]:
    """Yield what is called when the statement runs: not inside functions and lambdas."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield dotted(child.func) or "<expression>"
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield from _called(child)


def _cheap(name: str) -> bool:
    return (bool(CHEAP.match(name)) or hasattr(builtins, name)) and not EXPENSIVE.search(name)
