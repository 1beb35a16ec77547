"""libcst tree to IR. The truth: whatever is reported was judged on this reading, and spans, slices and fixes come from it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import libcst

from bce_lint.finding import Trouble
from bce_lint.syntax import ir, scan
from bce_lint.syntax.cst_expressions import OPERATORS, arguments, expression, optional, parameters, parts
from bce_lint.syntax.gate import gate, rejected, trouble
from bce_lint.syntax.python2 import modern
from bce_lint.syntax.segments import Segment

Statements = tuple[ir.Statement, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A segment as read; `text`, what was parsed, and `root`, libcst's tree of it, are for `place.py` alone."""

    segment: Segment
    body: Statements
    text: str = field(repr=False, compare=False)
    root: libcst.Module = field(repr=False, compare=False)


def read(segment: Segment) -> Tree | Trouble:
    """Parse a segment; a Trouble concerns this segment only."""
    text = scan.plain(segment.text)
    refused = gate(segment, text)
    if refused is not None:
        return refused
    try:
        return _tree(segment, text)
    except libcst.ParserSyntaxError as error:
        place = error.raw_line, error.raw_column + 1
    except RecursionError:
        return trouble(segment, 0, "is too complex to judge (statements nested too deeply): split it")
    try:
        return _tree(segment, modern(text))
    except (libcst.ParserSyntaxError, RecursionError):
        return rejected(segment, text, place)


def _tree(segment: Segment, text: str) -> Tree:
    root = libcst.parse_module(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Tree(segment, _body(root.body), text, root)


def _body(nodes: Sequence[libcst.CSTNode]) -> Statements:
    found: list[ir.Statement] = []
    for node in nodes:
        if isinstance(node, libcst.SimpleStatementLine):
            found.extend(_body(node.body))
        elif (reader := READERS.get(type(node).__name__)) is not None:
            found.append(reader(node))
    return tuple(found)


def _suite(node: Any) -> Statements:  # noqa: ANN401  (an `IndentedBlock`, or the rest of the row)
    return _body(node.body)


def _orelse(node: libcst.If | libcst.Else | None) -> Statements:
    match node:
        case None:
            return ()
        case libcst.Else():
            return _suite(node.body)
        case _:
            return (_if(node),)


def _if(node: libcst.If) -> ir.If:
    return ir.If(node, expression(node.test), _suite(node.body), _orelse(node.orelse))


def _for(node: libcst.For) -> ir.Statement:
    return ir.For(node, expression(node.target), expression(node.iter), _suite(node.body), _orelse(node.orelse))


def _while(node: libcst.While) -> ir.Statement:
    return ir.While(node, expression(node.test), _suite(node.body), _orelse(node.orelse))


def _with(node: libcst.With) -> ir.Statement:
    items = tuple((expression(item.item), None if item.asname is None else expression(item.asname.name)) for item in node.items)
    return ir.With(node, items, _suite(node.body))


def _try(node: libcst.Try | libcst.TryStar) -> ir.Statement:
    final = () if node.finalbody is None else _suite(node.finalbody.body)
    return ir.Try(node, _suite(node.body), tuple(_handler(handler) for handler in node.handlers), _orelse(node.orelse), final)


def _handler(node: libcst.ExceptHandler | libcst.ExceptStarHandler) -> Statements:
    """Read a handler; `except E as e` starts with an assignment of an unknown value."""
    if node.name is None:
        return _suite(node.body)
    return (ir.Assign(node.name, (expression(node.name.name),), ir.Other(node.name, ())), *_suite(node.body))


def _match(node: libcst.Match) -> ir.Statement:
    bound = {name for case in node.cases for name in _captures(case.pattern)}
    cases = tuple(_guard(case) + _suite(case.body) for case in node.cases)
    return ir.Match(node, expression(node.subject), cases, tuple(sorted(bound)))


def _guard(case: libcst.MatchCase) -> Statements:
    return () if case.guard is None else (ir.Evaluate(case.guard, expression(case.guard)),)


def _captures(pattern: libcst.CSTNode) -> set[str]:
    match pattern:
        case libcst.MatchAs(name=libcst.Name(value=name)) | libcst.MatchStar(name=libcst.Name(value=name)):
            found = {name}
        case libcst.MatchMapping(rest=libcst.Name(value=name)):
            found = {name}
        case _:
            found = set()
    return found.union(*(_captures(child) for child in pattern.children))


def _function(node: libcst.FunctionDef) -> ir.Statement:
    return ir.Function(node, node.name.value, parameters(node.params), _suite(node.body), _decorators(node))


def _class(node: libcst.ClassDef) -> ir.Statement:
    return ir.Class(node, node.name.value, arguments((*node.bases, *node.keywords)), _suite(node.body), _decorators(node))


def _decorators(node: libcst.FunctionDef | libcst.ClassDef) -> tuple[ir.Expression, ...]:
    return tuple(expression(decorator.decorator) for decorator in node.decorators)


def _assign(node: libcst.Assign) -> ir.Statement:
    return ir.Assign(node, tuple(expression(target.target) for target in node.targets), expression(node.value))


def _annotated(node: libcst.AnnAssign) -> ir.Statement:
    return ir.Assign(node, (expression(node.target),), optional(node.value), expression(node.annotation.annotation))


def _augmented(node: libcst.AugAssign) -> ir.Statement:
    op = OPERATORS[type(node.operator).__name__.removesuffix("Assign")]
    return ir.AugAssign(node, expression(node.target), op, expression(node.value))


def _type_alias(node: libcst.TypeAlias) -> ir.Statement:
    return ir.Assign(node, (expression(node.name),), expression(node.value))


def _evaluate(node: libcst.Expr) -> ir.Statement:
    return ir.Evaluate(node, expression(node.value))


def _return(node: libcst.Return) -> ir.Statement:
    return ir.Return(node, optional(node.value))


def _import(node: libcst.Import) -> ir.Statement:
    return ir.Import(node, tuple(_alias(alias, alias.evaluated_name.partition(".")[0], "") for alias in node.names))


def _import_from(node: libcst.ImportFrom) -> ir.Statement:
    module = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
    if isinstance(node.names, libcst.ImportStar):
        return ir.Import(node, (ir.Alias("*", module),))
    prefix = module if module.endswith(".") else f"{module}."
    return ir.Import(node, tuple(_alias(alias, alias.evaluated_name, prefix) for alias in node.names))


def _alias(alias: libcst.ImportAlias, bound: str, prefix: str) -> ir.Alias:
    """Read `name` or `name as other`; without `as`, it is `bound` that is bound, to itself."""
    if alias.evaluated_alias is None:
        return ir.Alias(bound, prefix + bound)
    return ir.Alias(alias.evaluated_alias, prefix + alias.evaluated_name)


def _dotted(node: libcst.CSTNode) -> str:
    match node:
        case libcst.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr.value}"
        case libcst.Name(value=name):
            return name
        case _:
            raise AssertionError(node)


def _jump(node: libcst.Raise | libcst.Break | libcst.Continue) -> ir.Statement:
    return ir.Jump(node, type(node).__name__.lower(), parts(node))


def _assert(node: libcst.Assert) -> ir.Statement:
    return ir.Assert(node, expression(node.test))


def _scoped(node: libcst.Global | libcst.Nonlocal) -> ir.Statement:
    return ir.Scoped(node, type(node).__name__.lower(), tuple(item.name.value for item in node.names))


def _delete(node: libcst.Del) -> ir.Statement:
    target = expression(node.target)
    return ir.Delete(node, target.items if isinstance(target, ir.Sequence) else (target,))


READERS: Final[Mapping[str, Callable[[Any], ir.Statement]]] = MappingProxyType(
    {
        "If": _if,
        "For": _for,
        "While": _while,
        "With": _with,
        "Try": _try,
        "TryStar": _try,
        "Match": _match,
        "FunctionDef": _function,
        "ClassDef": _class,
        "Assign": _assign,
        "AnnAssign": _annotated,
        "AugAssign": _augmented,
        "TypeAlias": _type_alias,
        "Expr": _evaluate,
        "Return": _return,
        "Import": _import,
        "ImportFrom": _import_from,
        "LazyImport": _import,
        "LazyImportFrom": _import_from,
        "Raise": _jump,
        "Break": _jump,
        "Continue": _jump,
        "Assert": _assert,
        "Global": _scoped,
        "Nonlocal": _scoped,
        "Del": _delete,
    }
)
"""By the name of the node's class; `pass` has no reader: it says nothing."""
