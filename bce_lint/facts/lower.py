"""Syntax to meaning: an IR expression, in a scope, becomes an `Expr`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bce_lint.facts import algebra, calls, classes, conditions, library, methods, objects, unseen, vocabulary
from bce_lint.facts.expr import (
    Concat,
    Const,
    Definition,
    Entries,
    Expr,
    Free,
    Index,
    Instance,
    Items,
    Join,
    Layer,
    Made,
    MatMul,
    Nothing,
    Opaque,
    Param,
    Partial,
    Reference,
    Text,
    Truth,
)
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import dotted_name, unparse

if TYPE_CHECKING:
    from bce_lint.facts.scope import Scope
    from bce_lint.facts.trace import Trace

ARITHMETIC: Mapping[str, Callable[[Expr, Expr], Expr]] = {
    "+": algebra.add,
    "-": algebra.sub,
    "*": algebra.mul,
    "/": algebra.div,
    "**": algebra.power,
    "@": MatMul,
}
INTEGER: Mapping[str, Callable[[float, float], float]] = {"//": operator.floordiv, "%": operator.mod}
CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+|_?eps\w*|smooth\w*|tiny")
LOGIC = {"&": "and", "|": "or", "^": "xor"}


class Lower:
    """Lowers the expressions of one scope and marks them in its trace; calls of the file's own functions go to `calls.py`."""

    def __init__(self, scope: Scope, trace: Trace) -> None:
        self.scope = scope
        self.trace = trace
        self._wanted = scope.module.wanted

    def lower(self, node: ir.Expression) -> Expr:
        """Return what `node` means here, and note it in the trace."""
        expr = self._lower(node)
        wanted = type(expr) in self._wanted or type(self.trace.payloads.get(expr)) in self._wanted
        self.trace.mark(node, expr, self.scope.visible() if wanted else {})
        return expr

    def opaque(self, text: str) -> Opaque:
        """Return a value that nobody knows, equal to no other."""
        return Opaque(text, self.scope.module.project.fresh())

    def _lower(self, node: ir.Expression) -> Expr:
        match node:
            case ir.Name(id=name):
                return self._constant(self.scope.look(name), name)
            case ir.Literal(value=value):
                return self._literal(value)
            case ir.Call():
                return self._call(node)
            case ir.Attribute():
                return self._attribute(node)
            case ir.Binary(op=op, left=left, right=right):
                return self._binary(op, self.lower(left), self.lower(right))
            case ir.Unary(op=op, x=x):
                return self._unary(op, self.lower(x))
            case ir.Compare():
                return self._compare(node)
            case ir.Subscript(value=value, index=index):
                return self._subscript(self.lower(value), index)
            case ir.Sequence(items=items, kind=kind):
                lowered = tuple(self.lower(item) for item in items)
                return self.opaque("set") if kind == "set" else Items(lowered)
            case ir.Conditional():
                return self._conditional(node)
            case ir.Boolean(left=left, right=right):
                return algebra.join(self.lower(left), self.lower(right)) or self.opaque("boolean")
            case ir.Walrus(target=target, value=value):
                expr = self.lower(value)
                self.assign(target, value, expr)
                return expr
            case ir.Lambda():
                definition = self.scope.module.project.define(node, self.scope)
                self.trace.definitions.append(definition)
                return definition
            case ir.Comprehension():
                return self._comprehension(node)
            case _:
                return self._rest(node)

    def _conditional(self, node: ir.Conditional) -> Expr:
        found, under = conditions.tested(node.test, self.lower, self.trace), self.trace.under
        values = []
        for branch, holds in ((node.body, True), (node.orelse, False)):
            self.trace.under = (*under, *found.when(holds=holds))
            values.append(self.lower(branch))
        self.trace.under = under
        body, orelse = values
        held = conditions.held(body, orelse, found.when(holds=True)) or conditions.held(orelse, body, found.when(holds=False))
        return held or algebra.join(body, orelse) or self.opaque("conditional")

    def _rest(self, node: ir.Expression) -> Expr:
        match node:
            case ir.Starred(value=value):
                self.lower(value)
            case ir.Other(parts=parts):
                for part in parts:
                    self.lower(part)
            case ir.Dictionary(items=items):
                return self._dictionary(items)
            case _:
                pass
        return self.opaque(type(node).__name__.lower())

    def _dictionary(self, items: Iterable[tuple[ir.Expression | None, ir.Expression]]) -> Expr:
        entries: dict[str, Expr] = {}
        literal = True
        for key, value in items:
            name = self.lower(key) if key is not None else None
            entries[name.value if isinstance(name, Text) else ""] = self.lower(value)
            literal = literal and isinstance(name, Text)
        return Entries(tuple(entries), tuple(entries.values())) if literal else self.opaque("dictionary")

    def assign(self, name: str, node: ir.Node, expr: Expr) -> None:
        """Let `name` be `expr` from here on."""
        self.scope.names[name] = expr
        self.trace.bind(name, node, expr)

    # --- leaves

    def _literal(self, value: object) -> Expr:
        match value:
            case bool() | int() | float():
                try:
                    return Const(float(value))
                except OverflowError:
                    return self.opaque("integer")
            case str():
                return Text(value)
            case None:
                return Nothing()
            case _:
                return self.opaque("literal")

    def _constant(self, found: Expr, name: str) -> Expr:
        """Return the number of a file beside this one that a name imported from there, spelled like a constant, stands for."""
        if not isinstance(found, Reference) or not CONSTANT.fullmatch(name):
            return found
        value = self.scope.module.imported(found.name)
        return value if isinstance(value, (Const, Join)) else found

    def _attribute(self, node: ir.Attribute) -> Expr:
        name = dotted_name(node)
        if name is not None and name in self.scope.names:
            return self.scope.names[name]
        owner = self.lower(node.value)
        match owner:
            case Reference():
                qualified = f"{self.scope.module.origin(owner).name}.{node.attr}"
                return vocabulary.constant(qualified) or self._constant(Reference(qualified), node.attr)
            case Made() | Definition():
                return classes.attribute(self.scope.module.project, owner, node.attr)
            case Free():
                return Free(f"{owner.name}.{node.attr}", owner.scope)
            case Param() if name is not None:
                return Free(name, owner.scope)
            case Instance() | Join() if (found := objects.member(owner, node.attr, [], (node, self))) is not None:
                return found
            case Join(choices) if any(isinstance(choice, (Made, Definition)) for choice in choices):
                return self.opaque(name or node.attr)
            case _:
                row = vocabulary.method("." + node.attr, self.scope.module.frameworks)
                return library.apply(row, [(None, owner)], node.attr, self) if row else self.opaque(name or node.attr)

    # --- operators

    def _binary(self, op: str, x: Expr, y: Expr) -> Expr:
        x, y = algebra.present(x), algebra.present(y)
        if isinstance(x, (Join, Const)) and isinstance(y, (Join, Const)) and op in ARITHMETIC:
            return algebra.each(ARITHMETIC[op], x, y)
        if op in ARITHMETIC and not isinstance(x, (Items, Text)) and not isinstance(y, Text):
            return ARITHMETIC[op](x, y)
        if op in INTEGER and isinstance(x, Const) and isinstance(y, Const) and y.value:
            return Const(INTEGER[op](x.value, y.value))
        if op in LOGIC:
            return Truth(LOGIC[op], x, y)
        return self.opaque(op)

    def _unary(self, op: str, x: Expr) -> Expr:
        match op:
            case "-":
                return algebra.neg(x)
            case "+":
                return x
            case _:
                return Truth("not", x)

    def _compare(self, node: ir.Compare) -> Expr:
        left = self.lower(node.left)
        rights = [self.lower(right) for right in node.rights]
        return Truth(node.ops[0], left, rights[0]) if len(rights) == 1 else self.opaque("comparison")

    def _subscript(self, value: Expr, index: ir.Expression) -> Expr:
        which = unparse(index) + (f" {self.scope.module.project.fresh()}" if isinstance(index, ir.Other) else "")  # f-strings may differ
        self.lower(index) if not isinstance(index, ir.Slice) else None
        match value, index:
            case Items(items), ir.Literal(value=int(i)) if -len(items) <= i < len(items):
                return items[i]
            case Entries(keys, values), ir.Literal(value=str(key)) if key in keys:
                return values[keys.index(key)]
            case Entries(_, _, Expr() as rest), ir.Literal(value=str()):
                return Index(rest, which)
            case Entries(), _:
                return self.opaque(f"[{which}]")
            case Param(name, scope, Items(items)), ir.Literal(value=int(i)) if -len(items) <= i < len(items):
                return Param(f"{name}[{which}]", scope, items[i])
            case ((Const() | Nothing() | Text() | Items()), _):
                return algebra.elements(value) or self.opaque(f"[{which}]")
            case Reference() | Definition() | Made() | Layer(), _:
                return self.opaque(f"[{which}]")
        return Index(value, which)

    def _comprehension(self, node: ir.Comprehension) -> Expr:
        saved = dict(self.scope.names)
        for generator in node.generators:
            self.unpack(generator.target, generator.iter, self.iterated(generator.iter))
            for test in generator.tests:
                self.lower(test)
        element = self.lower(node.element)
        self.scope.names.clear()
        self.scope.names.update(saved)
        return Concat((element,)) if node.kind in {"list", "generator"} else self.opaque("comprehension")

    def iterated(self, node: ir.Expression) -> Expr | None:
        """Return what iterating over `node` gives, also through `enumerate` and `zip`; None if nobody knows."""
        match node:
            case ir.Call(func=ir.Name(id="enumerate"), args=[ir.Argument(value=items), *_]):
                return Items((self.opaque("i"), self._element(items)))
            case ir.Call(func=ir.Name(id="zip"), args=parts):
                return Items(tuple(self._element(part.value) for part in parts))
        return algebra.elements(self.lower(node))

    def _element(self, node: ir.Expression) -> Expr:
        return algebra.elements(self.lower(node)) or self.opaque("element")

    def unpack(self, target: ir.Expression, node: ir.Node, value: Expr | None) -> None:
        """Assign `value` (None: unknown) to a target, taking tuples apart."""
        match target:
            case ir.Name(id=name):
                self.assign(name, node, value if value is not None else self.opaque(name))
            case ir.Attribute():
                dotted = dotted_name(target)
                if dotted is not None:
                    self.assign(dotted, node, value if value is not None else self.opaque(dotted))
            case ir.Sequence(items=targets):
                for each, one in zip(targets, _shares(targets, value), strict=True):
                    self.unpack(each, node, one)
            case ir.Starred(value=inner):
                self.unpack(inner, node, value)
            case ir.Subscript(value=base):
                self.forget(base)
            case _:
                pass

    def overwrite(self, base: ir.Expression, index: Expr, new: Expr) -> None:
        """Let some entries of `base` be `new`: where a test holds, or anywhere."""
        name = dotted_name(base)
        old = self.scope.names.get(name) if name is not None else None
        if name is None or old is None:
            self.forget(base)
        else:
            self.scope.names[name] = algebra.overwritten(old, index, new) or self.opaque(name)

    def forget(self, base: ir.Expression) -> None:
        """Note that a part of `base` was overwritten or deleted: nobody knows it any more."""
        name = dotted_name(base)
        if name is not None:
            self.scope.names[name] = self.opaque(name)

    # --- calls

    def _call(self, node: ir.Call) -> Expr:
        result = self._called(node)
        for arg in node.args:
            if arg.keyword == "out":
                self.unpack(arg.value, node, result)
        return result

    def _called(self, node: ir.Call) -> Expr:
        if isinstance(node.func, ir.Attribute):
            method = methods.call(node, node.func, self)
            if method is not None:
                return method
        func = self.lower(node.func)
        args = self.arguments(node.args)
        if isinstance(func, (Definition, Made)) and self.scope.module.project.defined[func.key].scope.module is self.scope.module:
            self.trace.calls.add(id(node))
        result = self.call(func, args, unparse(node.func))
        if isinstance(func, Reference) and vocabulary.function(func.name) is None:
            self.trace.calls.add(id(node))
        values = [value for _, value in args or ()]
        if isinstance(func, Reference) and any(isinstance(value, Instance) for value in values):
            objects.computed(node, [result], values, self)
        return result

    def arguments(self, args: tuple[ir.Argument, ...]) -> list[tuple[str | None, Expr]] | None:
        """Return keyword (or None) and value of each argument of a call, None when there are stars."""
        lowered: list[tuple[str | None, Expr]] = []
        known = True
        for arg in args:
            value = self.lower(arg.value)
            known = known and arg.star == 0
            lowered.append((arg.keyword, value))
        return lowered if known else None

    def call(self, func: Expr, args: list[tuple[str | None, Expr]] | None, text: str) -> Expr:
        """Return what calling `func` gives; `args` are keyword (or None) and value, None when there are stars."""
        if args is None:
            return self._instance(func) or self.opaque(text)
        match func:
            case Reference(name):
                found = vocabulary.function(name)
                if found is not None:
                    return library.apply(found, args, text, self)
                return unseen.call(name, args, text, self)
            case Definition() | Made():
                return calls.call(func, args, self) or unseen.by_name(args, text) or self.opaque(text)
            case Partial(function):
                return self.call(function, calls.completed(func, args), text)
            case Layer():
                return library.apply_layer(func, args, self) or self.opaque(text)
            case Join(choices):
                return algebra.join(*(self.call(choice, args, text) for choice in choices)) or self.opaque(text)
            case Param():
                given = calls.given(func, self.scope.module)
                return self.call(given, args, text) if given is not None else self.opaque(text)
            case _:
                return unseen.by_name(args, text) or self.opaque(text)

    def _instance(self, func: Expr) -> Made | None:
        """Return what calling a class of the file gives, with whatever arguments."""
        if isinstance(func, Definition) and isinstance(self.scope.module.project.defined[func.key].node, ir.Class):
            return Made(func.key)
        return None


def _shares(targets: Sequence[ir.Expression], value: Expr | None) -> Sequence[Expr | None]:
    """Return what each of several targets gets; a starred one takes what the others leave."""
    if not isinstance(value, Items):
        return [None] * len(targets)
    star = next((at for at, target in enumerate(targets) if isinstance(target, ir.Starred)), None)
    behind = len(targets) - 1 - star if star is not None else 0
    if star is None or len(value.items) < len(targets) - 1:
        return value.items if len(value.items) == len(targets) else [None] * len(targets)
    end = len(value.items) - behind
    return [*value.items[:star], Items(value.items[star:end]), *value.items[end:]]
