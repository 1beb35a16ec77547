"""One file as a set of definitions, read on demand: what a name stands for, what a call of the file's own code returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bce_lint.facts import algebra, vocabulary
from bce_lint.facts.bind import Arguments
from bce_lint.facts.expr import Definition, Expr, Free, Made, Param, Reference
from bce_lint.facts.flow import Flow, carried, targets_of
from bce_lint.facts.lower import Lower
from bce_lint.facts.scope import Scope
from bce_lint.facts.trace import Trace
from bce_lint.finding import Trouble
from bce_lint.syntax import ir
from bce_lint.syntax.segments import Segment
from bce_lint.syntax.unparse import unparse

if TYPE_CHECKING:
    from bce_lint.syntax.read_cst import Tree

DEEPEST = 5
"""How many calls of the file's own functions are followed into each other."""
MOST_CALLS = 400
"""How many such calls are followed for one segment, so that cost stays proportional to the code."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A function, lambda or class, and the scope in which it stands."""

    node: ir.Function | ir.Lambda | ir.Class
    scope: Scope


class Module:
    """The analysis of one file. Everything is read when it is asked for, once."""

    def __init__(self, segments: tuple[Segment, ...], read: Callable[[Segment], Tree | Trouble], wanted: tuple[type[Expr], ...]) -> None:
        self.segments = segments
        self.troubles: dict[int, Trouble] = {}
        self._read = read
        self._wanted = wanted
        self._trees: dict[int, Tree | None] = {}
        self._defined: dict[str, Defined] = {}
        self._globals: dict[int, Scope] = {}
        self._attributes: dict[tuple[str, str], Expr] = {}
        self._results: dict[object, Expr | None] = {}
        self._open: set[object] = set()
        self._calls = 0
        self._fresh = 0
        self.languages: dict[Expr, str] = {}
        self._binds: dict[str, list[int]] = {}
        for segment in segments:
            for name in segment.binds:
                self._binds.setdefault(name, []).append(segment.index)
        self.frameworks = frameworks(segment.text for segment in segments if segment.kind in {"import", "code"})

    def wants(self, expr: Expr) -> bool:
        """Tell whether some rule looks at ops of this type."""
        return isinstance(expr, self._wanted)

    def tree(self, index: int) -> Tree | None:
        """Return the tree of a segment, None if it does not parse (the trouble is kept)."""
        if index not in self._trees:
            tree = self._read(self.segments[index])
            if isinstance(tree, Trouble):
                self.troubles[index] = tree
            self._trees[index] = None if isinstance(tree, Trouble) else tree
        return self._trees[index]

    def parsed(self) -> tuple[int, ...]:
        """Return the segments read so far."""
        return tuple(index for index, tree in self._trees.items() if tree is not None)

    # --- names

    def look(self, name: str, before: int | None) -> Expr:
        """Return what the module-level `name` is: as bound last before segment `before`, else last in the file."""
        indices = self._binds.get(name, [])
        earlier = [i for i in indices if before is None or i < before]
        for index in reversed(earlier or indices):
            value = self._bound(name, index)
            if value is not None:
                return value
        return self._starred(name) or vocabulary.customary(name) or Free(name, "")

    def _bound(self, name: str, index: int) -> Expr | None:
        segment = self.segments[index]
        if segment.kind in {"def", "class"}:
            return self._define_at(index)
        if (index, name) in self._open:
            return None
        self._open.add((index, name))
        try:
            scope = self.globals(index)
        finally:
            self._open.discard((index, name))
        return scope.names.get(name) if scope is not None else None

    def globals(self, index: int) -> Scope | None:
        """Return the names that the module-level code of segment `index` binds; None while they are being found out, or unreadable."""
        if index in self._globals:
            return self._globals[index]
        if ("globals", index) in self._open:
            return None
        tree = self.tree(index)
        if tree is None:
            return None
        self._open.add(("globals", index))
        scope = Scope(self, (), before=index)
        self.run(tree.body, scope, Trace((), None))
        self._open.discard(("globals", index))
        self._globals[index] = scope
        return scope

    def _define_at(self, index: int) -> Expr | None:
        tree = self.tree(index)
        if tree is None:
            return None
        for node in tree.body:
            if isinstance(node, (ir.Function, ir.Class)):
                return self.define(node, Scope(self, (), before=None), f"{index}")
        return None

    def _starred(self, name: str) -> Expr | None:
        for index in self._binds.get("*", []):
            tree = self.tree(index)
            for statement in tree.body if tree else ():
                for alias in statement.aliases if isinstance(statement, ir.Import) else ():
                    if alias.bound == "*" and vocabulary.function(f"{alias.name}.{name}"):
                        return Reference(f"{alias.name}.{name}")
        return None

    # --- definitions

    def define(self, node: ir.Function | ir.Class, scope: Scope, where: str = "") -> Definition:
        """Register a function or class statement and return what its name stands for."""
        key = ".".join([*scope.path, node.name]) + (f"@{where}" if where else f"@{scope.before}:{id(node)}")
        self._defined.setdefault(key, Defined(node, scope))
        return Definition(key)

    def define_lambda(self, node: ir.Lambda, scope: Scope) -> Definition:
        """Register a lambda and return its value."""
        key = f"<lambda>@{id(node)}"
        self._defined.setdefault(key, Defined(node, scope))
        return Definition(key)

    def defined(self, key: str) -> Defined:
        """Return what a `Definition` or `Made` stands for."""
        return self._defined[key]

    # --- following the file's own code

    def run(self, body: Sequence[ir.Statement], scope: Scope, trace: Trace) -> None:
        """Follow statements in `scope`."""
        Flow(scope, trace).block(body)

    def analyse(self, index: int) -> list[Trace]:
        """Return the traces of everything that segment `index` defines, and of its module-level code."""
        self._calls = 0
        tree = self.tree(index)
        if tree is None:
            return []
        scope = Scope(self, (), before=index)
        trace = Trace((), None)
        self.run(tree.body, scope, trace)
        return [trace, *self._inner(trace, scope, None)]

    def _inner(self, trace: Trace, scope: Scope, owner: str | None) -> Iterator[Trace]:
        """Yield the traces of the functions and classes that `trace` met."""
        for definition in trace.definitions:
            node = self._defined[definition.key].node
            if isinstance(node, ir.Class):
                yield from self._class(definition.key, node, scope)
            else:
                yield from self._function(node, scope, owner)

    def _class(self, key: str, node: ir.Class, scope: Scope) -> Iterator[Trace]:
        inside = Scope(self, (*scope.path, node.name), outer=scope, before=scope.before)
        trace = Trace(inside.path, None)
        self.run(node.body, inside, trace)
        yield trace
        around = Scope(self, inside.path, outer=scope, before=scope.before)
        yield from self._inner(trace, around, key)

    def _function(self, node: ir.Function | ir.Lambda, outer: Scope, owner: str | None) -> Iterator[Trace]:
        name = node.name if isinstance(node, ir.Function) else "<lambda>"
        scope = Scope(self, (*outer.path, name), outer=outer)
        trace = Trace(scope.path, node)
        trace.params = {name: value for name, value in self._parameters(node, scope, owner, trace).items() if isinstance(value, Param)}
        self._body(node, scope, trace)
        yield trace
        yield from self._inner(trace, scope, owner)

    def _body(self, node: ir.Function | ir.Lambda, scope: Scope, trace: Trace) -> None:
        if isinstance(node, ir.Function):
            self.run(node.body, scope, trace)
        else:
            trace.returns.append(Flow(scope, trace).lower.lower(node.body))

    def _parameters(self, node: ir.Function | ir.Lambda, scope: Scope, owner: str | None, trace: Trace) -> dict[str, Expr]:
        """Put the parameters into `scope` as unknown values; the first one of a method is its instance."""
        outer = scope.outer or scope
        static = isinstance(node, ir.Function) and any(unparse(d) == "staticmethod" for d in node.decorators)
        for position, param in enumerate(node.params):
            if position == 0 and owner is not None and not static and not param.star and isinstance(node, ir.Function):
                scope.names[param.name] = Made(owner)
                continue
            default = Flow(outer, Trace(outer.path, None)).lower.lower(param.default) if param.default is not None else None
            value = Param(param.name, ".".join(scope.path), default)
            scope.names[param.name] = value
            trace.bind(param.name, param, value)
        return scope.names

    def call(self, func: Definition | Made, args: Arguments, lower: Lower) -> Expr | None:
        """Return what calling a function, class or instance of this file gives, None if it cannot be followed."""
        if isinstance(func, Made):
            method = next((m for name in ("__call__", "call", "forward") if (m := self._member(func.key, name)) is not None), None)
            return self.call(method, args, lower) if isinstance(method, Definition) else None
        node = self._defined[func.key].node
        if isinstance(node, ir.Class):
            return Made(func.key)
        key = (func, *args)
        if key in self._results:
            return self._results[key]
        if key in self._open or lower.scope.depth >= DEEPEST or self._calls >= MOST_CALLS:
            return None
        self._calls += 1
        self._open.add(key)
        try:
            result = self._inline(func, node, args, lower.scope.depth + 1)
        finally:
            self._open.discard(key)
        self._results[key] = result
        return result

    def _inline(self, func: Definition, node: ir.Function | ir.Lambda, args: Arguments, depth: int) -> Expr | None:
        name = node.name if isinstance(node, ir.Function) else "<lambda>"
        around = self._defined[func.key].scope
        scope = Scope(self, (*around.path, name), outer=around, depth=depth)
        trace = Trace(scope.path, node)
        self._parameters(node, scope, func.owner.key if isinstance(func.owner, Made) else None, trace)
        if not fill(scope.names, node, args, bound=func.owner is not None):
            return None
        self._body(node, scope, trace)
        return algebra.join(*trace.returns)

    # --- attributes of the file's own classes

    def attribute(self, owner: Made | Definition, attr: str) -> Expr:
        """Return `owner.attr`."""
        return self._member(owner.key, attr) or Free(f"self.{attr}", owner.key)

    def _member(self, key: str, attr: str) -> Expr | None:
        known = self._attributes.get((key, attr))
        if known is not None or (key, attr) in self._open:
            return known
        defined = self._defined[key]
        if not isinstance(defined.node, ir.Class):
            return None
        self._open.add((key, attr))
        try:
            found = self._own_member(key, defined.node, attr) or self._inherited(defined, attr)
        finally:
            self._open.discard((key, attr))
        if found is not None:
            self._attributes[key, attr] = found
        return found

    def _own_member(self, key: str, node: ir.Class, attr: str) -> Expr | None:
        scope = Scope(self, (*self._defined[key].scope.path, node.name), outer=self._defined[key].scope)
        values: list[Expr] = []
        for statement in node.body:
            match statement:
                case ir.Function(name=name) if name == attr:
                    return self._method(key, statement, scope)
                case ir.Assign(targets=targets, value=value) if value is not None and attr in {t for x in targets for t in targets_of(x)}:
                    values.append(Flow(scope, Trace(scope.path, None)).lower.lower(value))
                case ir.Function(params=params) if params and sets(statement.body, f"{params[0].name}.{attr}"):
                    inner = Scope(self, (*scope.path, statement.name), outer=scope, depth=1)
                    trace = Trace(inner.path, statement)
                    self._parameters(statement, inner, key, trace)
                    self.run(statement.body, inner, trace)
                    value = inner.names.get(f"{params[0].name}.{attr}")
                    values += [value] if value is not None else []
        return algebra.join(*values)

    def _method(self, key: str, node: ir.Function, scope: Scope) -> Expr:
        kinds = {unparse(d) for d in node.decorators}
        name = f"{key}.{node.name}"
        self._defined.setdefault(name, Defined(node, Scope(self, scope.path, outer=scope.outer)))
        if kinds & {"property", "cached_property", "functools.cached_property"}:
            return self._inline(Definition(name, Made(key)), node, [], 1) or Free(f"self.{node.name}", key)
        return Definition(name) if "staticmethod" in kinds else Definition(name, Made(key))

    def _inherited(self, defined: Defined, attr: str) -> Expr | None:
        assert isinstance(defined.node, ir.Class)
        for base in defined.node.bases:
            parent = Flow(defined.scope, Trace((), None)).lower.lower(base.value)
            if isinstance(parent, Definition):
                found = self._member(parent.key, attr)
                if found is not None:
                    return found
        return None

    def fresh(self) -> str:
        """Return a key for a value that equals no other in this file."""
        self._fresh += 1
        return str(self._fresh)


def fill(names: dict[str, Expr], node: ir.Function | ir.Lambda, args: Arguments, *, bound: bool) -> bool:
    """Give the parameters of `node` the arguments of a call, defaults their value; return whether they fit."""
    open_names = [p.name for p in node.params if not p.star and p.kind != "keyword-only"][1 if bound else 0 :]
    every = {p.name for p in node.params if not p.star}
    positional = [value for keyword, value in args if keyword is None]
    if len(positional) > len(open_names) and not any(p.star == 1 for p in node.params):
        return False
    given: dict[str, Expr] = dict(zip(open_names, positional, strict=False))
    for keyword, value in args:
        if keyword is not None and keyword in every:
            given[keyword] = value
    for name, value in list(names.items()):
        if name in given:
            names[name] = given[name]
        elif isinstance(value, Param) and value.default is not None:
            names[name] = value.default
    return True


def sets(body: Sequence[ir.Statement], name: str) -> bool:
    """Tell whether some statement in `body` assigns the dotted `name`."""
    return name in carried(body)


IMPORTED = re.compile(r"(?:^|\n)[ \t]*(?:import|from)[ \t]+(\w+)")


def frameworks(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the top-level modules that `texts` import, in order of appearance."""
    return tuple(dict.fromkeys(name for text in texts for name in IMPORTED.findall(text)))
