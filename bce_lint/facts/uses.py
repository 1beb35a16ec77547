"""What becomes of a value later on in its function: what it is multiplied by, and whether it is a label that does so."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.facts import roles
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Bounded, Const, Div, Expr, Mul, Neg, children, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.relations import complement
from bce_lint.facts.trace import Trace


def computed(trace: Trace) -> Iterator[Expr]:
    """Yield everything that a function computes, once."""
    seen: set[Expr] = set()
    stack = [site.expr for site in trace.sites]
    while stack:
        e = stack.pop()
        if e not in seen:
            seen.add(e)
            yield e
            stack += children(e)


def numerator(e: Expr) -> list[Expr]:
    """Return the factors of nested products and quotients that stand above the line, constants left out."""
    match core(e):
        case Mul(x, y):
            return [*numerator(x), *numerator(y)]
        case Div(x, _) | Neg(x):
            return numerator(x)
        case Const():
            return []
        case inner:
            return [inner]


def multipliers(e: Expr, trace: Trace) -> list[Expr]:
    """Return what `e` is multiplied by anywhere in the function."""
    found: dict[Expr, None] = {}
    for part in computed(trace):
        if isinstance(part, (Mul, Div)):
            factors = numerator(part)
            if e in factors:
                found.update((factor, None) for factor in factors if factor is not e)
    return list(found)


def is_label(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` looks like labels: one-hot, a parameter in that role, a variable with such a name, or their complement."""
    inner = complement(e) or core(e)
    if isinstance(inner, Bounded) and inner.name == "one_hot":
        return True
    given = facts.role(inner)
    if given is not None:
        return given is Role.LABEL
    return any(roles.named(facts.name(value)) is Role.LABEL for value in (e, inner))


def rests_on(e: Expr, x: Expr) -> bool:
    """Tell whether `e` is computed from `x`."""
    return any(part is x for part in walk(e))
