"""Statements of a scope -> what each name is at each point: branches join, loops widen, a branch that leaves does not join."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bce_lint.facts import algebra, conditions, vocabulary
from bce_lint.facts.expr import Expr, Reference
from bce_lint.facts.lower import ARITHMETIC, Lower
from bce_lint.facts.scope import Scope
from bce_lint.facts.trace import Certain, Site, Trace
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import dotted_name, unparse

Names = dict[str, Expr]

ONLOOKERS = re.compile(
    r"(?:^|[._])assert|^print$|[pP]rint$|\bsummary\.|add_(?:scalar|histogram)|\blogg(?:er|ing)\.|log_(?:metrics?|scalars?|kv)$|^wandb\.log$"
)
"""What is called for its arguments to be looked at: nothing comes of them."""
PYTHON = "python"
WITHOUT_GRADIENT = re.compile(r"(?:^|\.)(?:no_grad|inference_mode)(?:\(\))?$")


class Flow:
    """Follows the statements of one scope, writing names into the scope and everything else into the trace."""

    def __init__(self, scope: Scope, trace: Trace) -> None:
        self.scope = scope
        self.trace = trace
        self.lower = Lower(scope, trace)

    def block(self, statements: Sequence[ir.Statement]) -> bool:
        """Follow `statements`; return whether control can reach their end."""
        under = self.trace.under
        through = all(self._statement(statement) for statement in statements)
        self.trace.under = under
        return through

    def _statement(self, node: ir.Statement) -> bool:
        match node:
            case ir.Assign() | ir.AugAssign():
                self._assign(node)
            case ir.Evaluate(value=value):
                self._evaluate(value)
            case ir.Return(value=value):
                if value is not None:
                    self.trace.returns.append(self.lower.lower(value))
                return False
            case ir.If(test=test, body=body, orelse=orelse):
                found = conditions.tested(test, self.lower.lower, self.trace)
                return self._branches([body, orelse], [found.when(holds=True), found.when(holds=False)])
            case ir.Match(subject=subject, cases=cases, bound=bound):
                self.lower.lower(subject)
                self._forget(bound)
                return self._branches([*cases, ()], [()] * (len(cases) + 1))
            case ir.For() | ir.While():
                self._loop(node)
            case ir.With(items=items, body=body):
                return self._with(items, body)
            case ir.Try():
                return self._try(node)
            case ir.Function() | ir.Class():
                self._define(node)
            case _:
                return self._rest(node)
        return True

    def _rest(self, node: ir.Statement) -> bool:
        match node:
            case ir.Import(aliases=aliases):
                for alias in aliases:
                    self.scope.names[alias.bound] = Reference(alias.name)
            case ir.Assert(test=test):
                sites = len(self.trace.sites)
                self.trace.under += conditions.tested(test, self.lower.lower, self.trace).when(holds=True)
                self._forgive(sites)
            case ir.Delete(targets=targets):
                for target in targets:
                    self.lower.forget(target)
            case ir.Scoped(names=names):
                self.scope.outward.update(names)
            case ir.Jump(parts=parts):
                for part in parts:
                    self.lower.lower(part)
                return False
            case _:
                pass
        return True

    # --- simple statements

    def _assign(self, node: ir.Assign | ir.AugAssign) -> None:
        match node:
            case ir.Assign(targets=targets, value=value):
                if value is not None:
                    expr = self.lower.lower(value)
                    for target in targets:
                        if isinstance(target, ir.Subscript):
                            self.lower.overwrite(target.value, self.lower.lower(target.index), expr)
                        else:
                            self.lower.unpack(target, value, expr)
            case ir.AugAssign(target=target, op=op, value=value):
                right = self.lower.lower(value)
                if isinstance(target, ir.Subscript) or op not in ARITHMETIC:
                    self.lower.unpack(target, value, None)
                    return
                result = ARITHMETIC[op](self.lower.lower(target), right)
                self.trace.mark(value, result, self.scope.visible())
                self.lower.unpack(target, value, result)

    def _evaluate(self, value: ir.Expression) -> None:
        sites = len(self.trace.sites)
        expr = self.lower.lower(value)
        if isinstance(value, ir.Call):
            if ONLOOKERS.search(unparse(value.func)):
                self._forgive(sites)
            self.trace.discarded.append(Site(value, expr, self.scope.visible(), self.trace.clock))

    def _forgive(self, first: int) -> None:
        """Forget the sites from `first` on, whose results are only looked at, but for Python's own functions: these raise."""
        languages = self.scope.module.project.languages
        self.trace.sites[first:] = [site for site in self.trace.sites[first:] if languages.get(site.expr) == PYTHON]

    def _define(self, node: ir.Function | ir.Class) -> None:
        for decorator in node.decorators:
            self.lower.lower(decorator)
        definition = self.scope.module.project.define(node, self.scope)
        self.trace.definitions.append(definition)
        self.scope.names[node.name] = definition

    # --- ways that part and meet

    def _branches(self, bodies: Sequence[Sequence[ir.Statement]], tests: Sequence[Certain]) -> bool:
        """Follow each way by itself. If only one comes through, what was tested for it is certain from then on."""
        before, under = dict(self.scope.names), self.trace.under
        ends: list[Names] = []
        through: list[Certain] = []
        for body, certain in zip(bodies, tests, strict=True):
            self._restore(before)
            self.trace.under = (*under, *certain)
            if self.block(body):
                ends.append(dict(self.scope.names))
                through.append(certain)
        if len(ends) == 2:
            mend(before, ends, through)
        self._restore(self._meet(ends) if ends else before)
        self.trace.under = (*under, *through[0]) if len(through) == 1 else under
        return bool(ends)

    def _restore(self, names: Names) -> None:
        self.scope.names.clear()
        self.scope.names.update(names)

    def _meet(self, ends: Sequence[Names]) -> Names:
        met = dict(ends[0])
        several: dict[str, list[Expr]] = {}
        for end in ends[1:]:
            for name, value in end.items():
                known = met.setdefault(name, value)
                if known is not value:
                    several.setdefault(name, [known]).append(value)
        for name, values in several.items():
            met[name] = package(values) or algebra.join(*values) or self.lower.opaque(name)
        return met

    def _loop(self, node: ir.For | ir.While) -> None:
        if isinstance(node, ir.For):
            self.lower.unpack(node.target, node.iter, self.lower.iterated(node.iter))
        else:
            self.lower.lower(node.test)
        before = dict(self.scope.names)
        unknown = self._widen(carried(node.body), before)
        widened = dict(self.scope.names)
        ends = [dict(self.scope.names)] if self.block(node.body) else []
        if leaps(node.body):
            self._restore(self._meet([widened, *ends]))
        else:
            for end in ends:
                end.update((name, self._settled(end[name], value, before[name])) for name, value in unknown.items() if name in end)
            self._restore(self._meet([before, *ends]))
        self.block(node.orelse)

    def _settled(self, end: Expr, unknown: Expr, first: Expr) -> Expr:
        """Return what a name is after any number of rounds, from what it is at the end of one that began with `unknown`."""
        return algebra.settled(end, unknown, first) or algebra.join(first, end) or end

    def _widen(self, names: Iterable[str], before: Names) -> Names:
        """Let names that the loop changes and reads again be what they were or something unknown; return that."""
        unknown: Names = {}
        for name in names:
            if name in before:
                unknown[name] = self.lower.opaque(name)
                self.scope.names[name] = algebra.join(before[name], unknown[name]) or unknown[name]
        return unknown

    def _with(self, items: Sequence[tuple[ir.Expression, ir.Expression | None]], body: Sequence[ir.Statement]) -> bool:
        gradient = self.trace.gradient
        for context, target in items:
            self.lower.lower(context)
            self.trace.gradient = self.trace.gradient and not keeps_no_gradient(context)
            if target is not None:
                self.lower.unpack(target, context, None)
        through = self.block(body)
        self.trace.gradient = gradient
        return through

    def _try(self, node: ir.Try) -> bool:
        before = dict(self.scope.names)
        ends: list[Names] = []
        if self.block(node.body) and self.block(node.orelse):
            ends.append(dict(self.scope.names))
        start = self._meet([before, dict(self.scope.names)])
        for handler in node.handlers:
            self._restore(start)
            if self.block(handler):
                ends.append(dict(self.scope.names))
        self._restore(self._meet(ends) if ends else start)
        return self.block(node.final) and (bool(ends) or not node.handlers)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.scope.names[name] = self.lower.opaque(name)


def mend(before: Names, ends: Sequence[Names], tests: Sequence[Certain]) -> None:
    """Let a name be what it was, or a number where a test says so, if one of two ways only gives it that number: `if x == 0: x = 1`."""
    for (changed, kept), (_, certain) in zip((ends, ends[::-1]), (tests, tests[::-1]), strict=True):
        for name, value in changed.items():
            old = before.get(name)
            if old is not None and kept.get(name) is old and (mended := conditions.held(old, value, certain)) is not None:
                changed[name] = kept[name] = mended


def package(values: Iterable[Expr]) -> Expr | None:
    """Return the framework that a name stands for whichever import of it succeeds (`try: import tensorflow.compat.v1 as tf`), or None."""
    names = [value.name if isinstance(value, Reference) else None for value in values]
    if any(name is None or vocabulary.function(name) is not None for name in names):
        return None
    return next((Reference(name) for name in names if name is not None and vocabulary.vocabulary(name) is not None), None)


def keeps_no_gradient(context: ir.Expression) -> bool:
    """Tell whether `with context:`, or `@context`, tells PyTorch to keep no gradients."""
    return WITHOUT_GRADIENT.search(unparse(context)) is not None


def leaps(body: Sequence[ir.Statement]) -> bool:
    """Tell whether a round of a loop may end, or the loop, before the end of its body."""
    return any(isinstance(node, ir.Jump) and node.kind != "raise" for node in nested(body))


def nested(body: Sequence[ir.Statement]) -> Iterator[ir.Statement]:
    """Yield the statements of `body` and of the blocks in them, but not of functions and classes."""
    stack: list[ir.Statement] = list(body)
    while stack:
        node = stack.pop()
        yield node
        match node:
            case ir.If(body=first, orelse=second) | ir.For(body=first, orelse=second) | ir.While(body=first, orelse=second):
                stack += [*first, *second]
            case ir.With(body=inner):
                stack += inner
            case ir.Try(body=inner, handlers=handlers, orelse=second, final=final):
                stack += [*inner, *second, *final, *(s for handler in handlers for s in handler)]
            case ir.Match(cases=cases):
                stack += [s for case in cases for s in case]
            case _:
                pass


def carried(body: Sequence[ir.Statement]) -> set[str]:
    """Return the names that `body` assigns and may read before that: what goes round a loop."""
    assigned: set[str] = set()
    for node in nested(body):
        match node:
            case ir.Assign(targets=targets):
                for target in targets:
                    assigned.update(targets_of(target))
            case ir.AugAssign(target=target):
                assigned.update(targets_of(target))
            case _:
                pass
    return assigned


def targets_of(target: ir.Expression) -> Iterable[str]:
    """Yield the names, dotted ones too, that assigning to `target` sets."""
    match target:
        case ir.Name() | ir.Attribute():
            name = dotted_name(target)
            if name is not None:
                yield name
        case ir.Sequence(items=items):
            for item in items:
                yield from targets_of(item)
        case ir.Starred(value=value):
            yield from targets_of(value)
        case ir.Subscript(value=value):
            yield from targets_of(value)
        case _:
            return
