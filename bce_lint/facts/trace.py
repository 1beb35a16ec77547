"""What following a function's statements leaves behind: which op stands where, what every name was, what is returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bce_lint.facts.expr import Definition, Expr, Index, Param
from bce_lint.facts.meaning import Input
from bce_lint.syntax import ir

Certain = tuple[tuple[Expr, bool], ...]
"""Tests, and whether they hold."""


class Site(NamedTuple):
    """An op at its place, with the names usable there; `order` counts places in the order of the flow, `under` is certain there.

    Without `gradient`, it stands where the framework is told to keep none. An op `inside` is computed by the
    library's method that `node` calls. A plain tuple, since every expression is one.
    """

    node: ir.Node
    expr: Expr
    names: Mapping[str, Expr]
    order: int
    under: Certain = ()
    gradient: bool = True
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """`name` was given a value by the expression `node`."""

    name: str
    node: ir.Node
    order: int


@dataclass(slots=True)
class Trace:
    """The record of one function (or of one piece of module-level code), filled by `flow.py` and frozen in spirit afterwards.

    `payloads` holds, for the result of a library's call, the op that it only scales or reduces: the log of `log2`, the loss of a mean.
    `calls` are the identities of the nodes that call a function of the same file, where what it computes is judged by itself.
    `inputs` are the parameters' roles, once somebody has asked for them, `unread` those of other values that nobody can read.
    While the flow is followed, `under` is what is certain at this point, `gradient` whether the framework keeps one, and `heard` what the
    parts of a test mean.
    """

    path: tuple[str, ...]
    node: ir.Function | ir.Lambda | None
    params: dict[str, Param] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    places: dict[Expr, list[tuple[int, ir.Node]]] = field(default_factory=dict)
    bindings: dict[Expr, list[Binding]] = field(default_factory=dict)
    discarded: list[Site] = field(default_factory=list)
    returns: list[Expr] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    inputs: Mapping[str, Input] | None = None
    unread: Mapping[Expr, Input] | None = None
    payloads: dict[Expr, Expr] = field(default_factory=dict)
    calls: set[int] = field(default_factory=set)
    under: Certain = ()
    gradient: bool = True
    heard: dict[int, Expr] | None = None
    clock: int = 0

    def mark(self, node: ir.Node, expr: Expr, names: Mapping[str, Expr]) -> None:
        """Note that `node` means `expr`; an op becomes a site."""
        self.clock += 1
        self.places.setdefault(expr, []).append((self.clock, node))
        if self.heard is not None:
            self.heard[id(node)] = expr
        if not refers(node, expr):
            self.sites.append(Site(node, expr, names, self.clock, self.under, self.gradient))

    def mark_inside(self, node: ir.Node, ops: Iterable[Expr], names: Mapping[str, Expr]) -> None:
        """Note what the method of a library's object that `node` calls computes by the way."""
        self.sites += [Site(node, op, names, self.clock, self.under, self.gradient, inside=True) for op in ops]

    def bind(self, name: str, node: ir.Node, expr: Expr) -> None:
        """Note that `name` now is `expr`, by the expression `node`."""
        self.clock += 1
        self.bindings.setdefault(expr, []).append(Binding(name, node, self.clock))

    def place(self, expr: Expr, before: int) -> ir.Node | None:
        """Return where `expr` was last written at or before the moment `before`, else where it first was; names only if need be."""
        every = self.places.get(expr, [])
        seen = [(order, node) for order, node in every if not refers(node, expr)] or every
        earlier = [node for order, node in seen if order <= before]
        return earlier[-1] if earlier else seen[0][1] if seen else None


def refers(node: ir.Node, expr: Expr) -> bool:
    """Tell whether `node` only names `expr`, which is computed elsewhere: a variable, or an item of a tuple or dictionary."""
    return isinstance(node, (ir.Name, ir.Attribute)) or (isinstance(node, ir.Subscript) and not isinstance(expr, Index))
