"""Names in scope: a function's own, those around it, and last the module's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bce_lint.facts.expr import Expr

if TYPE_CHECKING:
    from bce_lint.facts.module import Module


@dataclass(slots=True)
class Scope:
    """The names of one function, or of one piece of module-level code (then `outer` is None and `before` its place in the file).

    Attributes assigned here are names with dots: "self.p".
    """

    module: Module
    path: tuple[str, ...]
    outer: Scope | None = None
    before: int | None = None
    names: dict[str, Expr] = field(default_factory=dict)
    outward: set[str] = field(default_factory=set)
    depth: int = 0

    def look(self, name: str) -> Expr:
        """Return what `name` is here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and name not in scope.outward:
                return scope.names[name]
            outermost, scope = scope, scope.outer
        return self.module.look(name, outermost.before)

    def visible(self) -> Mapping[str, Expr]:
        """Return a copy of the names as they are now, the inner ones hiding the outer."""
        chain: list[dict[str, Expr]] = []
        scope: Scope | None = self
        while scope is not None:
            chain.append(scope.names)
            scope = scope.outer
        seen: dict[str, Expr] = {}
        for names in reversed(chain):
            seen.update(names)
        return seen
