"""A tiny syntactic IR: statements and expressions, each with a handle to its place. What the rest of the house reads."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """`at` is the reader's own handle; only `syntax/place.py` looks inside."""

    at: object = field(compare=False, repr=False)


# --- expressions


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    value: Expression
    attr: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, bytes, bool, None or Ellipsis; implicitly joined strings are one; an f-string is `Other`."""

    value: object


@dataclass(frozen=True, slots=True)
class Argument:
    """`value`, `keyword=value`, `*value` (star 1) or `**value` (star 2)."""

    value: Expression
    keyword: str | None = None
    star: int = 0


@dataclass(frozen=True, slots=True)
class Call(Node):
    func: Expression
    args: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`op` is one of `+ - ~ not`."""

    op: str
    x: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`op` as written: `+ - * / // % ** @ << >> & | ^`."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """`op` is `and` or `or`."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left ops[0] rights[0] ops[1] rights[1] ...`; an op is one of `< <= > >= == != in is`, `not in`, `is not`."""

    left: Expression
    ops: tuple[str, ...]
    rights: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`body if test else orelse`."""

    test: Expression
    body: Expression
    orelse: Expression


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    params: tuple[Parameter, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`value[index]`; several comma-separated indices are a `Sequence` of kind "tuple"."""

    value: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Slice(Node):
    lower: Expression | None
    upper: Expression | None
    step: Expression | None


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """A `tuple`, `list` or `set` display."""

    kind: str
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Dictionary(Node):
    """A key of None is `**value`."""

    items: tuple[tuple[Expression | None, Expression], ...]


@dataclass(frozen=True, slots=True)
class Generator:
    target: Expression
    iter: Expression
    tests: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """`kind` is list, set, dict or generator; a dict's element is a `Sequence` of key and value."""

    kind: str
    element: Expression
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True)
class Walrus(Node):
    target: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Starred(Node):
    value: Expression


@dataclass(frozen=True, slots=True)
class Other(Node):
    """Anything else (await, yield, f-string, template): only what lies inside matters."""

    parts: tuple[Expression, ...]


Expression = (
    Name
    | Attribute
    | Literal
    | Call
    | Unary
    | Binary
    | Boolean
    | Compare
    | Conditional
    | Lambda
    | Subscript
    | Slice
    | Sequence
    | Dictionary
    | Comprehension
    | Walrus
    | Starred
    | Other
)


# --- statements


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`star` is 1 for *args, 2 for **kwargs; `kind` is "positional-only", "any" or "keyword-only"."""

    name: str
    default: Expression | None = None
    annotation: Expression | None = None
    star: int = 0
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`targets[0] = targets[1] = value`; an annotated assignment has one target, and no value when it only declares."""

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None = None


@dataclass(frozen=True, slots=True)
class AugAssign(Node):
    """`target op= value`; `op` without the `=`."""

    target: Expression
    op: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Evaluate(Node):
    """An expression statement."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Return(Node):
    value: Expression | None


@dataclass(frozen=True, slots=True)
class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For(Node):
    target: Expression
    iter: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class With(Node):
    """Each item is a context expression and its `as` target or None."""

    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try(Node):
    body: tuple[Statement, ...]
    handlers: tuple[tuple[Statement, ...], ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Match(Node):
    """The patterns are not read; the names that they bind are `bound`."""

    subject: Expression
    cases: tuple[tuple[Statement, ...], ...]
    bound: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function(Node):
    name: str
    params: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Class(Node):
    name: str
    bases: tuple[Argument, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """`import name as bound`: `bound` is the name that appears in the scope, `name` what it stands for, dotted."""

    bound: str
    name: str


@dataclass(frozen=True, slots=True)
class Import(Node):
    """`import a.b` binds `a` to `a`; `from ..m import x as y` binds `y` to `..m.x`; `from m import *` binds `*` to `m`."""

    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Jump(Node):
    """`raise`, `break` or `continue`; what is raised is in `parts`."""

    kind: str
    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Assert(Node):
    test: Expression


@dataclass(frozen=True, slots=True)
class Scoped(Node):
    """`global` or `nonlocal`."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delete(Node):
    targets: tuple[Expression, ...]


Statement = (
    Assign
    | AugAssign
    | Evaluate
    | Return
    | If
    | For
    | While
    | With
    | Try
    | Match
    | Function
    | Class
    | Import
    | Jump
    | Assert
    | Scoped
    | Delete
)
