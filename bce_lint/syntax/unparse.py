"""IR -> one line of text: for messages and for telling two indices apart, not for writing into files."""

from __future__ import annotations

from bce_lint.syntax import ir


def unparse(node: ir.Expression) -> str:
    """Return `node` as Python, blanks and parentheses normalised, anything rare as "..."."""
    match node:
        case ir.Name(id=name):
            return name
        case ir.Literal(value=value):
            return "..." if value is Ellipsis else repr(value)
        case ir.Attribute(value=value, attr=attr):
            return f"{_operand(value)}.{attr}"
        case ir.Call(func=func, args=args):
            return f"{_operand(func)}({', '.join(_argument(arg) for arg in args)})"
        case ir.Subscript(value=value, index=index):
            return f"{_operand(value)}[{_index(index)}]"
        case ir.Slice() | ir.Sequence() | ir.Starred():
            return _display(node)
        case _:
            return _operation(node)


def _operation(node: ir.Expression) -> str:
    match node:
        case ir.Unary(op="not", x=x):
            return f"not {_operand(x)}"
        case ir.Unary(op=op, x=x):
            return f"{op}{_operand(x)}"
        case ir.Binary(op=op, left=left, right=right):
            tight = op == "**"
            return f"{_operand(left)}{'**' if tight else f' {op} '}{_operand(right)}"
        case ir.Boolean(op=op, left=left, right=right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case ir.Compare(left=left, ops=ops, rights=rights):
            return " ".join([_operand(left), *(f"{op} {_operand(right)}" for op, right in zip(ops, rights, strict=True))])
        case ir.Conditional(test=test, body=body, orelse=orelse):
            return f"{_operand(body)} if {_operand(test)} else {_operand(orelse)}"
        case ir.Lambda(params=params, body=body):
            return f"lambda {', '.join(p.name for p in params)}: {unparse(body)}"
        case _:
            return "..."


def _display(node: ir.Expression) -> str:
    match node:
        case ir.Slice(lower=lower, upper=upper, step=step):
            text = f"{unparse(lower) if lower else ''}:{unparse(upper) if upper else ''}"
            return f"{text}:{unparse(step)}" if step else text
        case ir.Sequence(kind=kind, items=items):
            inner = ", ".join(unparse(item) for item in items)
            if kind == "tuple":
                return f"({inner},)" if len(items) == 1 else f"({inner})"
            return f"[{inner}]" if kind == "list" else f"{{{inner}}}"
        case ir.Starred(value=value):
            return f"*{_operand(value)}"
        case _:
            return "..."


def _operand(node: ir.Expression) -> str:
    text = unparse(node)
    compound = isinstance(node, (ir.Binary, ir.Boolean, ir.Compare, ir.Conditional, ir.Lambda, ir.Unary, ir.Walrus))
    return f"({text})" if compound else text


def _argument(arg: ir.Argument) -> str:
    text = unparse(arg.value)
    if arg.star:
        return "*" * arg.star + text
    return f"{arg.keyword}={text}" if arg.keyword else text


def _index(node: ir.Expression) -> str:
    if isinstance(node, ir.Sequence) and node.kind == "tuple" and node.items:
        return ", ".join(unparse(item) for item in node.items)
    return unparse(node)


def dotted_name(node: ir.Expression) -> str | None:
    """Return `a.b.c` for a chain of attributes of a name."""
    parts: list[str] = []
    while isinstance(node, ir.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ir.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
