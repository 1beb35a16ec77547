"""Methods and properties of a library's own objects: distributions, and modules that only move or change their mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bce_lint.facts import algebra, calls, classes, library, vocabulary
from bce_lint.facts.bind import Arguments
from bce_lint.facts.expr import Expr, Instance, Join, Layer, Made, walk
from bce_lint.syntax import ir

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower
    from bce_lint.facts.project import Project


def is_module(owner: Expr, method: str, project: Project) -> bool:
    """Tell whether `owner` is a layer, or an instance whose class has no `method` of its own."""
    return isinstance(owner, Layer) or (isinstance(owner, Made) and classes.member(project, owner.key, method) is None)


def applied(owner: Expr, args: Arguments | None, lower: Lower) -> Expr | None:
    """Return what Flax's `Net().apply(variables, x)` gives: the instance called on all but the variables; None for PyTorch's `apply`."""
    given = [(keyword, value) for keyword, value in args or () if keyword is None]
    return calls.call(owner, given[1:], lower) if isinstance(owner, Made) and len(given) > 1 else None


def member(owner: Expr, name: str, args: Arguments, at: tuple[ir.Expression, Lower]) -> Expr | None:
    """Return what a method or property of a library's object gives, None if `owner` is none or has none of this name."""
    node, lower = at
    choices = owner.choices if isinstance(owner, Join) else (owner,)
    rows = [vocabulary.function(f"{choice.kind}.{name}") if isinstance(choice, Instance) else None for choice in choices]
    made = [library.apply(row, [(None, choice), *args], name, lower) for choice, row in zip(choices, rows, strict=True) if row is not None]
    computed(node, made, [*choices, *(value for _, value in args)], lower)
    return algebra.join(*made) if len(made) == len(choices) else None


def computed(node: ir.Expression, made: Sequence[Expr], given: Sequence[Expr], lower: Lower) -> None:
    """Note what a library computes of its own objects: nobody else writes it."""
    before = {part for value in given for part in walk(value)} if made else set()
    wants = lower.scope.module.wants
    ops = {part: None for result in made for part in walk(result) if part not in before and wants(part)}
    lower.trace.mark_inside(node, ops, lower.scope.visible())
