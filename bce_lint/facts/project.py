"""What the files of one run share: their definitions, what calls of them returned, and how one file finds another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bce_lint.facts.expr import Definition, Expr
from bce_lint.syntax import ir

if TYPE_CHECKING:
    from bce_lint.facts.module import Module
    from bce_lint.facts.scope import Scope

Definable = ir.Function | ir.Lambda | ir.Class


@dataclass(frozen=True, slots=True)
class Defined:
    """A function, lambda or class, and the scope in which it stands."""

    node: Definable
    scope: Scope


@dataclass(slots=True)
class Project:
    """The memory of one run. `find(path, module)` opens the file that `path` means by importing `module` (".losses"), or says None."""

    find: Callable[[str, str], Module | None] = lambda _path, _module: None
    defined: dict[str, Defined] = field(default_factory=dict)
    results: dict[object, Expr | None] = field(default_factory=dict)
    members: dict[tuple[str, str], Expr | None] = field(default_factory=dict)
    assigning: dict[str, dict[str, list[ir.Statement]]] = field(default_factory=dict)
    afters: dict[tuple[str, int], Scope] = field(default_factory=dict)
    passed: dict[tuple[str, str], dict[Expr, None]] = field(default_factory=dict)
    callers: dict[str, dict[tuple[str, ...], None]] = field(default_factory=dict)
    languages: dict[Expr, str] = field(default_factory=dict)
    open: set[object] = field(default_factory=set)
    calls: int = 0
    keys: int = 0
    modules: list[Module] = field(default_factory=list)
    _numbers: dict[tuple[int, int], str] = field(default_factory=dict)

    def define(self, node: Definable, scope: Scope) -> Definition:
        """Register a definition and return what its name stands for: the same node in the same call of what is around it is the same."""
        place = id(node), id(scope) if scope.depth else 0
        key = self._numbers.get(place)
        if key is None:
            name = "<lambda>" if isinstance(node, ir.Lambda) else node.name
            key = self._numbers[place] = f"{scope.module.path}:{'.'.join([*scope.path, name])}@{len(self._numbers)}"
            self.defined[key] = Defined(node, scope)
        return Definition(key)

    def fresh(self) -> str:
        """Return a key for a value that equals no other in this run."""
        self.keys += 1
        return str(self.keys)

    def forget(self) -> None:
        """Let go of everything: definitions, scopes and files hold each other, and finding that out later costs more."""
        for module in self.modules:
            module.forget()
        told = (self.passed, self.callers, self.languages)
        for memory in (self.modules, self.defined, self.results, self.members, self.assigning, self.afters, *told):
            memory.clear()
