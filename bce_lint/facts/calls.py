"""Following calls of the user's own functions: parameters take the arguments, the body is followed, what it returns is the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bce_lint.facts import algebra, classes
from bce_lint.facts.bind import Arguments
from bce_lint.facts.expr import Definition, Expr, Layer, Made, Param, Partial, Reference
from bce_lint.facts.flow import Flow, keeps_no_gradient
from bce_lint.facts.scope import Scope
from bce_lint.facts.trace import Trace
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import unparse

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower
    from bce_lint.facts.module import Module
    from bce_lint.facts.project import Project

DEEPEST = 5
"""How many calls are followed into each other."""
MOST_CALLS = 40
"""How many calls are followed for one segment, so that cost stays proportional to the code."""
ENTRANCES = ("__call__", "call", "forward")
"""The methods that calling an instance runs: Python's own, Keras' and PyTorch's."""

SAME = frozenset(
    ["jit", "njit", "vmap", "pmap", "remat", "checkpoint", "compile", "function", "script", "DataParallel", "DistributedDataParallel"]
)
"""What makes a function of a function, or a module of a module, with the same values: how they end in all frameworks."""

Callable = ir.Function | ir.Lambda


def call(func: Definition | Made, args: Arguments, lower: Lower) -> Expr | None:
    """Return what calling a function, class or instance gives, None if it cannot be followed."""
    project = lower.scope.module.project
    if isinstance(func, Made):
        method = next((m for name in ENTRANCES if (m := classes.member(project, func.key, name)) is not None), None)
        return call(method, args, lower) if isinstance(method, Definition) else None
    node = project.defined[func.key].node
    if isinstance(node, ir.Class):
        _construct(project, func, args)
        return Made(func.key)
    project.callers.setdefault(".".join((*project.defined[func.key].scope.path, name_of(node))), {})[lower.scope.path] = None
    key = (func, *args)
    if key in project.results:
        return project.results[key]
    if key in project.open or lower.scope.depth >= DEEPEST or project.calls >= MOST_CALLS:
        return None
    project.calls += 1
    project.open.add(key)
    try:
        result = project.results[key] = inline(project, func, args, lower.scope.depth + 1)
    finally:
        project.open.discard(key)
    return result


def _construct(project: Project, func: Definition, args: Arguments) -> None:
    """Remember what the constructor of a class is given."""
    defined = project.defined[func.key]
    for statement in defined.node.body if isinstance(defined.node, ir.Class) else ():
        if isinstance(statement, ir.Function) and statement.name == "__init__":
            _remember(project, (*defined.scope.path, name_of(defined.node), statement.name), arguments(statement, args, bound=True))


def _remember(project: Project, path: tuple[str, ...], given: Mapping[str, Expr] | None) -> None:
    for name, value in (given or {}).items():
        project.passed.setdefault((".".join(path), name), {})[value] = None


def given(param: Param, module: Module) -> Expr | None:
    """Return the model, layer or function that the file's own calls pass for a parameter, None if one of them passes anything else."""
    passed = module.passed(param)
    return algebra.join(*passed) if all(isinstance(value, (Definition, Layer, Made, Partial)) for value in passed) else None


def wrapped(name: str, args: Arguments) -> Expr | None:
    """Return the function that `partial(f, ...)` or `jit(f)` makes of `f`, None if the call of `name` does something else."""
    match args:
        case [(None, (Definition() | Reference() | Layer() | Made() | Partial()) as function), *rest]:
            if name == "functools.partial":
                return Partial(function, tuple(keyword for keyword, _ in rest), tuple(value for _, value in rest))
            return function if name.rpartition(".")[2] in SAME else None
    return None


def completed(partial: Partial, args: Arguments) -> list[tuple[str | None, Expr]]:
    """Return all arguments of the function of `partial` when it is called with `args`: a keyword given later counts."""
    given = {keyword for keyword, _ in args if keyword is not None}
    before = [(keyword, value) for keyword, value in zip(partial.names, partial.values, strict=True) if keyword not in given]
    return [*(arg for arg in before if arg[0] is None), *args, *(arg for arg in before if arg[0] is not None)]


def inline(project: Project, func: Definition, args: Arguments, depth: int) -> Expr | None:
    """Follow the body of a function with `args` in place of its parameters; `passed` remembers them for the function's own sake."""
    defined = project.defined[func.key]
    assert not isinstance(defined.node, ir.Class)
    scope = Scope(defined.scope.module, (*defined.scope.path, name_of(defined.node)), outer=around(defined.scope), depth=depth)
    trace = Trace(scope.path, defined.node)
    owner = func.owner.key if isinstance(func.owner, Made) else None
    enter(defined.node, scope, owner, trace)
    given = arguments(defined.node, args, bound=owner is not None)
    if given is None:
        return None
    _remember(project, scope.path, given)
    for name, value in list(scope.names.items()):
        if name in given:
            scope.names[name] = given[name]
        elif isinstance(value, Param) and value.default is not None:
            scope.names[name] = value.default
    follow(defined.node, scope, trace)
    return algebra.join(*trace.returns)


def around(scope: Scope) -> Scope:
    """Return the scope of a definition as it is when that is called: of a module's names the last bindings count."""
    return scope if scope.path or scope.before is None else Scope(scope.module, (), names=scope.names)


def name_of(node: Callable | ir.Class) -> str:
    """Return the name of a function or class."""
    return "<lambda>" if isinstance(node, ir.Lambda) else node.name


def follow(node: Callable, scope: Scope, trace: Trace) -> None:
    """Follow the body of a function whose parameters are in `scope`."""
    flow = Flow(scope, trace)
    if isinstance(node, ir.Function):
        flow.block(node.body)
    else:
        trace.returns.append(flow.lower.lower(node.body))


def enter(node: Callable, scope: Scope, owner: str | None, trace: Trace) -> None:
    """Put the parameters into `scope` as unknown values; the first one of a method is its instance."""
    outer = scope.outer or scope
    trace.gradient = isinstance(node, ir.Lambda) or not any(keeps_no_gradient(d) for d in node.decorators)
    static = isinstance(node, ir.Lambda) or any(unparse(d) == "staticmethod" for d in node.decorators)
    for position, param in enumerate(node.params):
        if position == 0 and owner is not None and not static and not param.star:
            scope.names[param.name] = Made(owner)
            continue
        default = Flow(outer, Trace(outer.path, None)).lower.lower(param.default) if param.default is not None else None
        value = Param(param.name, ".".join(scope.path), default)
        scope.names[param.name] = value
        trace.bind(param.name, param, value)


def arguments(node: Callable, args: Arguments, *, bound: bool) -> Mapping[str, Expr] | None:
    """Return the parameters of `node` that a call gives a value, None if it does not fit."""
    open_names = [p.name for p in node.params if not p.star and p.kind != "keyword-only"][1 if bound else 0 :]
    every = {p.name for p in node.params if not p.star}
    positional = [value for keyword, value in args if keyword is None]
    if len(positional) > len(open_names) and not any(p.star == 1 for p in node.params):
        return None
    given: dict[str, Expr] = dict(zip(open_names, positional, strict=False))
    given.update((keyword, value) for keyword, value in args if keyword in every and keyword is not None)
    return given
