"""libcst's expressions to those of the IR; the statements around them are `read_cst.py`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import libcst

from bce_lint.syntax import ir

OPERATORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Add": "+",
        "Subtract": "-",
        "Multiply": "*",
        "Divide": "/",
        "FloorDivide": "//",
        "Modulo": "%",
        "Power": "**",
        "MatrixMultiply": "@",
        "LeftShift": "<<",
        "RightShift": ">>",
        "BitAnd": "&",
        "BitOr": "|",
        "BitXor": "^",
        "And": "and",
        "Or": "or",
        "Plus": "+",
        "Minus": "-",
        "BitInvert": "~",
        "Not": "not",
        "LessThan": "<",
        "LessThanEqual": "<=",
        "GreaterThan": ">",
        "GreaterThanEqual": ">=",
        "Equal": "==",
        "NotEqual": "!=",
        "In": "in",
        "NotIn": "not in",
        "Is": "is",
        "IsNot": "is not",
    }
)
CONSTANTS: Final[Mapping[str, bool | None]] = MappingProxyType({"True": True, "False": False, "None": None})


def expression(node: libcst.CSTNode) -> ir.Expression:
    """Turn an expression node, an element, an index or a slice into the IR."""
    reader = READERS.get(type(node).__name__)
    return ir.Other(node, parts(node)) if reader is None else reader(node)


def optional(node: libcst.CSTNode | None) -> ir.Expression | None:
    """Do the same for what may be absent."""
    return None if node is None else expression(node)


def parts(node: libcst.CSTNode) -> tuple[ir.Expression, ...]:
    """Read the outermost expressions inside a node."""
    found: list[ir.Expression] = []
    for child in node.children:
        if isinstance(child, libcst.BaseExpression):
            found.append(expression(child))
        else:
            found.extend(parts(child))
    return tuple(found)


def arguments(args: Any) -> tuple[ir.Argument, ...]:  # noqa: ANN401  (nodes are told apart by their names)
    """Read the arguments of a call or the bases of a class."""
    return tuple(ir.Argument(expression(arg.value), arg.keyword and arg.keyword.value, len(arg.star)) for arg in args)


def parameters(params: libcst.Parameters) -> tuple[ir.Parameter, ...]:
    """Read the parameters of a function or lambda."""
    found = [_parameter(param, "positional-only") for param in params.posonly_params]
    found += [_parameter(param, "any") for param in params.params]
    if isinstance(params.star_arg, libcst.Param):
        found.append(_parameter(params.star_arg, "any", 1))
    found += [_parameter(param, "keyword-only") for param in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_parameter(params.star_kwarg, "any", 2))
    return tuple(found)


def _parameter(param: libcst.Param, kind: str, star: int = 0) -> ir.Parameter:
    annotation = None if param.annotation is None else expression(param.annotation.annotation)
    return ir.Parameter(param, param.name.value, optional(param.default), annotation, star, kind)


def _name(node: libcst.Name) -> ir.Expression:
    if node.value in CONSTANTS:
        return ir.Literal(node, CONSTANTS[node.value])
    return ir.Name(node, node.value)


def _attribute(node: libcst.Attribute) -> ir.Expression:
    return ir.Attribute(node, expression(node.value), node.attr.value)


def _ellipsis(node: libcst.Ellipsis) -> ir.Expression:
    return ir.Literal(node, ...)


def _number(node: libcst.Integer | libcst.Float | libcst.Imaginary) -> ir.Expression:
    """Read a number; one that Python rejects (for its 5000 digits, say) is an `Other`."""
    try:
        match node:
            case libcst.Integer(value=digits):
                return ir.Literal(node, int(digits, 0))
            case libcst.Float(value=digits):
                return ir.Literal(node, float(digits))
            case libcst.Imaginary(value=digits):
                return ir.Literal(node, complex(digits))
    except ValueError:
        return ir.Other(node, ())


def _string(node: libcst.SimpleString) -> ir.Expression:
    """Read a string; one that Python rejects (for a broken escape) is an `Other`."""
    try:
        return ir.Literal(node, _text(node))
    except (SyntaxError, ValueError):
        return ir.Other(node, ())


def _text(node: libcst.SimpleString) -> str | bytes:
    """Evaluate a string, by Python's own parser (libcst's way) only where something in it asks for that."""
    plain = "b" not in node.prefix and "\\" not in node.value and "\r" not in node.value
    return node.raw_value if plain else node.evaluated_value


def _strings(node: libcst.ConcatenatedString) -> ir.Expression:
    """Join implicitly concatenated strings."""
    pieces: list[Any] = []
    rest: Any = node
    while isinstance(rest, libcst.ConcatenatedString):
        pieces.append(rest.left)
        rest = rest.right
    pieces.append(rest)
    if not all(isinstance(piece, libcst.SimpleString) for piece in pieces):
        return ir.Other(node, tuple(part for piece in pieces for part in parts(piece)))
    try:
        values: list[Any] = [_text(piece) for piece in pieces]
    except (SyntaxError, ValueError):
        return ir.Other(node, ())
    return ir.Literal(node, b"".join(values) if isinstance(values[0], bytes) else "".join(values))


def _call(node: libcst.Call) -> ir.Expression:
    return ir.Call(node, expression(node.func), arguments(node.args))


def _unary(node: libcst.UnaryOperation) -> ir.Expression:
    return ir.Unary(node, _operator(node.operator), expression(node.expression))


def _binary(node: libcst.BinaryOperation) -> ir.Expression:
    return ir.Binary(node, _operator(node.operator), expression(node.left), expression(node.right))


def _boolean(node: libcst.BooleanOperation) -> ir.Expression:
    return ir.Boolean(node, _operator(node.operator), expression(node.left), expression(node.right))


def _compare(node: libcst.Comparison) -> ir.Expression:
    ops = tuple(_operator(target.operator) for target in node.comparisons)
    return ir.Compare(node, expression(node.left), ops, tuple(expression(target.comparator) for target in node.comparisons))


def _operator(node: libcst.CSTNode) -> str:
    return OPERATORS[type(node).__name__]


def _conditional(node: libcst.IfExp) -> ir.Expression:
    return ir.Conditional(node, expression(node.test), expression(node.body), expression(node.orelse))


def _lambda(node: libcst.Lambda) -> ir.Expression:
    return ir.Lambda(node, parameters(node.params), expression(node.body))


def _subscript(node: libcst.Subscript) -> ir.Expression:
    value = expression(node.value)
    only = node.slice[0]
    if len(node.slice) == 1 and not isinstance(only.comma, libcst.Comma) and not _stars(only.slice):
        return ir.Subscript(node, value, expression(only.slice))
    return ir.Subscript(node, value, ir.Sequence(tuple(node.slice), "tuple", tuple(expression(item.slice) for item in node.slice)))


def _stars(index: libcst.BaseSlice) -> bool:
    return isinstance(index, libcst.Index) and bool(index.star)


def _index(node: libcst.Index) -> ir.Expression:
    return ir.Starred(node, expression(node.value)) if node.star else expression(node.value)


def _slice(node: libcst.Slice) -> ir.Expression:
    return ir.Slice(node, optional(node.lower), optional(node.upper), optional(node.step))


def _sequence(node: libcst.Tuple | libcst.List | libcst.Set) -> ir.Expression:
    return ir.Sequence(node, type(node).__name__.lower(), tuple(expression(item) for item in node.elements))


def _element(node: libcst.Element) -> ir.Expression:
    return expression(node.value)


def _starred(node: libcst.StarredElement) -> ir.Expression:
    return ir.Starred(node, expression(node.value))


def _dict(node: libcst.Dict) -> ir.Expression:
    keys = (expression(item.key) if isinstance(item, libcst.DictElement) else None for item in node.elements)
    values = (expression(item.value) for item in node.elements)
    return ir.Dictionary(node, tuple(zip(keys, values, strict=True)))


def _comprehension(node: libcst.ListComp | libcst.SetComp | libcst.GeneratorExp) -> ir.Expression:
    kind = {"ListComp": "list", "SetComp": "set"}.get(type(node).__name__, "generator")
    return ir.Comprehension(node, kind, expression(node.elt), _generators(node.for_in))


def _dict_comprehension(node: libcst.DictComp) -> ir.Expression:
    pair = ir.Sequence((node.key, node.value), "tuple", (expression(node.key), expression(node.value)))
    return ir.Comprehension(node, "dict", pair, _generators(node.for_in))


def _generators(first: libcst.CompFor) -> tuple[ir.Generator, ...]:
    found: list[ir.Generator] = []
    loop: libcst.CompFor | None = first
    while loop is not None:
        tests = tuple(expression(test.test) for test in loop.ifs)
        found.append(ir.Generator(expression(loop.target), expression(loop.iter), tests))
        loop = loop.inner_for_in
    return tuple(found)


def _walrus(node: libcst.NamedExpr) -> ir.Expression:
    assert isinstance(node.target, libcst.Name)
    return ir.Walrus(node, node.target.value, expression(node.value))


READERS: Final[Mapping[str, Callable[[Any], ir.Expression]]] = MappingProxyType(
    {
        "Name": _name,
        "Attribute": _attribute,
        "Integer": _number,
        "Float": _number,
        "Imaginary": _number,
        "Ellipsis": _ellipsis,
        "SimpleString": _string,
        "ConcatenatedString": _strings,
        "Call": _call,
        "UnaryOperation": _unary,
        "BinaryOperation": _binary,
        "BooleanOperation": _boolean,
        "Comparison": _compare,
        "IfExp": _conditional,
        "Lambda": _lambda,
        "Subscript": _subscript,
        "Index": _index,
        "Slice": _slice,
        "Tuple": _sequence,
        "List": _sequence,
        "Set": _sequence,
        "Element": _element,
        "StarredElement": _starred,
        "Dict": _dict,
        "ListComp": _comprehension,
        "SetComp": _comprehension,
        "GeneratorExp": _comprehension,
        "DictComp": _dict_comprehension,
        "NamedExpr": _walrus,
    }
)
"""By the name of the node's class: a libcst that lacks one of them, or has a new one (then `Other`), is no trouble."""
