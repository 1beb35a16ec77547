"""What becomes of a value later on in its function: what it is multiplied by, and whether it is a label that does so."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.facts import roles
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Bounded,
    Const,
    Div,
    Expr,
    Linear,
    MatMul,
    Mul,
    Neg,
    Opaque,
    Param,
    Pow,
    Round,
    Sign,
    StopGradient,
    Sub,
    Truth,
    children,
    walk,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.relations import complement
from bce_lint.facts.trace import Trace


def computed(trace: Trace) -> Iterator[Expr]:
    """Yield everything that a function computes, once."""
    seen: set[Expr] = set()
    stack = list(trace.places)
    while stack:
        e = stack.pop()
        if e not in seen:
            seen.add(e)
            yield e
            stack += children(e)


def numerator(e: Expr) -> list[Expr]:
    """Return the factors of nested products and quotients that stand above the line, constants left out."""
    match core(e):
        case Mul(x, y) | MatMul(x, y):
            return [*numerator(x), *numerator(y)]
        case Div(x, _) | Neg(x):
            return numerator(x)
        case Const():
            return []
        case inner:
            return [inner]


def summands(e: Expr) -> list[Expr]:
    """Return the factors of all terms of a sum: `log p` and `log q` of `log p - a * log q`, `a` too."""
    match core(e):
        case Add(x, y) | Sub(x, y):
            return [*summands(x), *summands(y)]
        case inner:
            return numerator(inner)


def products(e: Expr, trace: Trace) -> Iterator[tuple[Expr, list[Expr]]]:
    """Yield every product that `e` goes into, as a factor or as a term of one: that factor, and the others."""
    for part in computed(trace):
        if isinstance(part, (Mul, Div, MatMul)):
            factors = numerator(part)
            for factor in factors:
                if factor is e or e in summands(factor):
                    yield factor, [other for other in factors if other is not factor]


def multipliers(e: Expr, trace: Trace) -> list[Expr]:
    """Return what `e` is multiplied by anywhere in the function."""
    return list(dict.fromkeys(other for _, others in products(e, trace) for other in others))


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


def sources(e: Expr, *, scales: bool = True) -> set[Expr]:
    """Return the inputs, layers and unknown values that `e` is made from and passes a gradient to; without `scales`, not its divisors."""
    found: set[Expr] = set()
    seen: set[Expr] = set()
    stack = [e]
    while stack:
        top = stack.pop()
        if top in seen or isinstance(top, (StopGradient, Truth, Round, Sign, Bounded)):
            continue
        seen.add(top)
        if isinstance(top, (Opaque, Linear)) or (isinstance(top, Param) and top.default is None):
            found.add(top)
        stack += [top.x] if isinstance(top, (Div, Pow)) and not scales else children(top)
    return found


def share_a_source(x: Expr, y: Expr) -> bool:
    """Tell whether a gradient that reaches one of two values is sure to reach the other."""
    return bool(sources(x, scales=False) & sources(y, scales=False))
