"""Attributes of the user's own classes: methods, class constants, and `self.x` as any of its methods assigns it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from bce_lint.facts import algebra
from bce_lint.facts.expr import Definition, Expr, Free, Made
from bce_lint.facts.flow import Flow, carried, targets_of
from bce_lint.facts.scope import Scope
from bce_lint.facts.trace import Trace
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import unparse

if TYPE_CHECKING:
    from bce_lint.facts.project import Defined, Project

PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


def attribute(project: Project, owner: Made | Definition, attr: str) -> Expr:
    """Return `owner.attr`; what no class in sight defines is free."""
    return member(project, owner.key, attr) or Free(f"self.{attr}", owner.key)


def member(project: Project, key: str, attr: str) -> Expr | None:
    """Return the attribute `attr` of the class `key` or its bases, None if it has none or is just being found out."""
    if (key, attr) in project.members:
        return project.members[key, attr]
    defined = project.defined[key]
    if (key, attr) in project.open or not isinstance(defined.node, ir.Class):
        return None
    project.open.add((key, attr))
    try:
        found = _own(project, key, attr) or _inherited(project, defined, attr)
    finally:
        project.open.discard((key, attr))
    if key not in project.open:
        project.members[key, attr] = found
    return found


def _own(project: Project, key: str, attr: str) -> Expr | None:
    defined = project.defined[key]
    assert isinstance(defined.node, ir.Class)
    scope = Scope(defined.scope.module, (*defined.scope.path, defined.node.name), outer=defined.scope)
    for statement in defined.node.body:
        if isinstance(statement, ir.Function) and statement.name == attr:
            return _method(project, key, statement, scope)
    return algebra.join(*_assigned(project, key, attr, scope))


def _assigned(project: Project, key: str, attr: str, scope: Scope) -> Iterator[Expr]:
    """Yield the values that the class body and its methods give to `attr`."""
    for statement in _assigning(project, key).get(attr, ()):
        if isinstance(statement, ir.Assign) and statement.value is not None:
            yield Flow(scope, Trace(scope.path, None)).lower.lower(statement.value)
        elif isinstance(statement, ir.Function):
            found = _after(project, key, statement, scope).names.get(f"{statement.params[0].name}.{attr}")
            if found is not None:
                yield found


def _assigning(project: Project, key: str) -> Mapping[str, list[ir.Statement]]:
    """Return for every attribute the statements of the class body, and the methods, that assign it."""
    if key not in project.assigning:
        index = project.assigning[key] = {}
        node = project.defined[key].node
        for statement in node.body if isinstance(node, ir.Class) else ():
            names: Iterable[str] = ()
            match statement:
                case ir.Assign(targets=targets):
                    names = [name for target in targets for name in targets_of(target)]
                case ir.Function(params=(first, *_), body=body):
                    own = f"{first.name}."
                    names = [name.removeprefix(own) for name in carried(body) if name.startswith(own)]
            for name in names:
                index.setdefault(name, []).append(statement)
    return project.assigning[key]


def _after(project: Project, key: str, method: ir.Function, scope: Scope) -> Scope:
    """Return the scope of a method when it has run; while it is followed, `key` is open, and the scope is as far as that has come."""
    from bce_lint.facts.calls import enter, follow

    place = key, id(method)
    if place not in project.afters:
        inside = project.afters[place] = Scope(scope.module, (*scope.path, method.name), outer=scope.outer, depth=1)
        trace = Trace(inside.path, method)
        outermost = key not in project.open
        project.open.add(key)
        try:
            enter(method, inside, key, trace)
            follow(method, inside, trace)
        finally:
            if outermost:
                project.open.discard(key)
    return project.afters[place]


def _method(project: Project, key: str, node: ir.Function, scope: Scope) -> Expr:
    from bce_lint.facts.calls import inline

    kinds = {unparse(d) for d in node.decorators}
    around = Scope(scope.module, scope.path, outer=scope.outer)
    definition = project.define(node, around)
    if kinds & PROPERTIES:
        return inline(project, Definition(definition.key, Made(key)), [], 1) or Free(f"self.{node.name}", key)
    return definition if "staticmethod" in kinds else Definition(definition.key, Made(key))


def _inherited(project: Project, defined: Defined, attr: str) -> Expr | None:
    assert isinstance(defined.node, ir.Class)
    for base in defined.node.bases:
        parent = Flow(defined.scope, Trace((), None)).lower.lower(base.value)
        found = member(project, parent.key, attr) if isinstance(parent, Definition) else None
        if found is not None:
            return found
    return None
