"""One file as a set of definitions, read on demand: what a name stands for, what its functions do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from bce_lint.facts import vocabulary
from bce_lint.facts.calls import around, enter, follow, name_of
from bce_lint.facts.expr import Expr, Free, Param, Reference
from bce_lint.facts.flow import Flow
from bce_lint.facts.project import Project
from bce_lint.facts.scope import Scope
from bce_lint.facts.trace import Trace
from bce_lint.finding import Trouble
from bce_lint.syntax import ir
from bce_lint.syntax.segments import Segment
from bce_lint.syntax.telling import TELLING

if TYPE_CHECKING:
    from bce_lint.syntax.read_cst import Tree

BOUNDING = re.compile(r"[sS]igmoid|[sS]oftmax|clip|clamp|expit|activation=")
"""Words without which what another file defines is not worth reading."""
WORD = re.compile(r"\b[A-Za-z_]\w*")
CALLED_BY_OTHERS = re.compile(r"(?:__\w+__|call|forward|build|compute_\w+|update_state|get_config|test\w*|setUp)\Z")
"""Methods whose callers a framework is: looking for them in the file finds everything but them."""
TRAINED = re.compile(r"(?<![\w.])([\w.]+)\.(?:fit|fit_generator|train_on_batch)[ ]?\(")
"""The models that a file trains, by name."""
DEFINED = ("def", "class")
"""The kinds of segments that define what is followed only when it is used."""
IMPORTED = re.compile(r"(?:^|\n)[ \t]*(?:import|from)[ \t]+(\w+)")

Read = Callable[[Segment], "Tree | Trouble"]


class Module:
    """The analysis of one file. Everything is read when it is asked for, once."""

    def __init__(self, path: str, segments: tuple[Segment, ...], read: Read, project: Project) -> None:
        self.path = path
        self.segments = segments
        self.project = project
        self.wanted: Collection[type[Expr]] = frozenset()
        self.troubles: dict[int, Trouble] = {}
        self._read = read
        self._trees: dict[int, Tree | None] = {}
        self._globals: dict[int, tuple[Scope, Trace]] = {}
        self._traces: dict[int, list[Trace]] = {}
        self._binds: dict[str, list[int]] = {}
        self._telling: dict[str, bool] = {}
        self._bounding: dict[str, bool] = {}
        self._trained: frozenset[str] | None = None
        self._callers: set[str] = set()
        for segment in segments:
            for name in segment.binds:
                self._binds.setdefault(name, []).append(segment.index)
        self.frameworks = frameworks(segment.text for segment in segments if segment.kind in {"import", "code"})
        project.modules.append(self)

    def forget(self) -> None:
        """Let go of what was read."""
        self._trees.clear()
        self._globals.clear()
        self._traces.clear()

    def wants(self, expr: Expr) -> bool:
        """Tell whether some rule looks at ops of this type."""
        return type(expr) in self.wanted

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
        return self.bound(name, before) or self._starred(name) or vocabulary.customary(name) or Free(name, self.path)

    def bound(self, name: str, before: int | None = None) -> Expr | None:
        """Return what the file itself binds `name` to, None if it does not."""
        indices = self._binds.get(name, [])
        earlier = [i for i in indices if before is None or i < before]
        for index in reversed(earlier or indices):
            if self.segments[index].kind in DEFINED and not self.tells(name):
                return Free(name, self.path)
            value = self._bound_in(index, name)
            if value is not None:
                return value
        return None

    def _bound_in(self, index: int, name: str) -> Expr | None:
        found = self._run(index)
        return found[0].names.get(name) if found is not None else None

    def _run(self, index: int) -> tuple[Scope, Trace] | None:
        """Follow the module-level statements of a segment, None if it is unreadable; while that is under way, what is known so far."""
        if index not in self._globals:
            tree = self.tree(index)
            if tree is None:
                return None
            scope, trace = self._globals[index] = Scope(self, (), before=index), Trace((), None)
            Flow(scope, trace).block(tree.body)
        return self._globals[index]

    def _starred(self, name: str) -> Expr | None:
        for index in self._binds.get("*", []):
            tree = self.tree(index)
            for statement in tree.body if tree else ():
                for alias in statement.aliases if isinstance(statement, ir.Import) else ():
                    if alias.bound != "*":
                        continue
                    if vocabulary.function(f"{alias.name}.{name}"):
                        return Reference(f"{alias.name}.{name}")
                    other = self.project.find(self.path, alias.name)
                    found = other.bound(name) if other is not None and other is not self else None
                    if found is not None:
                        return found
        return None

    def imported(self, qualified: str) -> Expr | None:
        """Return what `qualified` ("..losses.clip") stands for when it comes from a file that lies beside this one."""
        owner, dot, name = qualified.rpartition(".")
        if not dot:
            return None
        other = self.project.find(self.path, owner if owner.strip(".") else f"{owner}.")
        return other.bound(name) if other is not None and other is not self and other.bounds(name) else None

    def origin(self, reference: Reference) -> Reference:
        """Return the framework that another file imports under a name, and this one from there (`from .compat import K`)."""
        if vocabulary.vocabulary(reference.name) is not None:
            return reference
        found = self.imported(reference.name)
        return found if isinstance(found, Reference) else reference

    def bounds(self, name: str) -> bool:
        """Tell whether another file's `name` is worth following: it may bound a value, is a constant, or a framework under that name."""
        if name not in self._bounding:
            parts = [self.segments[index] for index in self._binds.get(name, [])]
            found = (part.kind not in DEFINED or BOUNDING.search(part.text) for part in parts)
            self._bounding[name] = any(found)
        return self._bounding[name]

    def trains(self, name: str) -> bool:
        """Tell whether the Keras model `name` may be trained: the file does so, or hands it on, or trains none at all."""
        if self._trained is None:
            texts = [segment.text for segment in self.segments if segment.kind != "import"]
            self._trained = frozenset(found for text in texts for found in TRAINED.findall(text))
        if not self._trained or name in self._trained:
            return True
        returned = re.compile(rf"\breturn\b[^\n]*(?<![\w.]){re.escape(name)}(?![\w.])")
        return any(returned.search(segment.text) for segment in self.segments)

    def tells(self, name: str) -> bool:
        """Tell whether following `name` can say anything of a value: it, or a function of this file that it names, has a telling word."""
        if name not in self._telling:
            bound = any(self.segments[index].kind not in DEFINED for index in self._binds.get(name, []))
            self._telling[name] = bound or any(TELLING.search(text) for text in self._named(name))
        return self._telling[name]

    def _named(self, name: str) -> Iterator[str]:
        """Yield the texts of the functions and classes called `name`, and by and by of those that these name."""
        met = [name]
        seen = {name}
        for each in met:
            parts = [part for index in self._binds.get(each, []) if (part := self.segments[index]).name == each and part.kind in DEFINED]
            for part in parts:
                yield part.text
                met += [word for word in dict.fromkeys(WORD.findall(part.text)) if word in self._binds and word not in seen]
                seen.update(met)

    # --- following the file's own code

    def analyse(self, index: int) -> list[Trace]:
        """Return the traces of everything that segment `index` defines, and of its module-level code."""
        if index not in self._traces:
            self._traces[index] = []
            self.project.calls = 0
            found = self._run(index)
            if found is not None:
                scope, trace = found
                self._traces[index] = [trace, *self._inner(trace, scope, None)]
        return self._traces[index]

    def passed(self, param: Param) -> tuple[Expr, ...]:
        """Return what the calls in this file give for a parameter of one of its functions."""
        self._follow_callers(param.scope)
        return tuple(self.project.passed.get((param.scope, param.name), ()))

    def callers(self, path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return the functions of this file that call the one at `path`."""
        self._follow_callers(".".join(path))
        return tuple(self.project.callers.get(".".join(path), ()))

    def _follow_callers(self, scope: str) -> None:
        owner, _, function = scope.rpartition(".")
        if function == "__init__":
            function = owner.rpartition(".")[2]
        if function.isidentifier() and function not in self._callers and not CALLED_BY_OTHERS.match(function):
            self._callers.add(function)
            self._telling[scope.partition(".")[0]] = True
            call = re.compile(rf"(?<!def )(?<!class ){function}[ ]*\(|\bloss[ ]*=[ ]*{function}\b")
            for segment in self.segments:
                text, start, end = segment.source.text, segment.start, segment.end
                if segment.kind != "import" and text.find(function, start, end) >= 0 and call.search(text, start, end):
                    self.analyse(segment.index)

    def _inner(self, trace: Trace, scope: Scope, owner: str | None) -> Iterator[Trace]:
        """Yield the traces of the functions and classes that `trace` met."""
        for definition in trace.definitions:
            node = self.project.defined[definition.key].node
            if isinstance(node, ir.Class):
                yield from self._class(definition.key, node, scope)
            else:
                yield from self._function(node, scope, owner)

    def _class(self, key: str, node: ir.Class, scope: Scope) -> Iterator[Trace]:
        inside = Scope(self, (*scope.path, node.name), outer=scope, before=scope.before)
        trace = Trace(inside.path, None)
        Flow(inside, trace).block(node.body)
        yield trace
        around = Scope(self, inside.path, outer=scope, before=scope.before)
        yield from self._inner(trace, around, key)

    def _function(self, node: ir.Function | ir.Lambda, outer: Scope, owner: str | None) -> Iterator[Trace]:
        scope = Scope(self, (*outer.path, name_of(node)), outer=around(outer))
        trace = Trace(scope.path, node)
        enter(node, scope, owner, trace)
        trace.params = {name: value for name, value in scope.names.items() if isinstance(value, Param)}
        follow(node, scope, trace)
        yield trace
        yield from self._inner(trace, scope, None)


def frameworks(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the top-level modules that `texts` import, in order of appearance."""
    return tuple(dict.fromkeys(name for text in texts for name in IMPORTED.findall(text)))
