"""Ops that are infinite, or have an infinite gradient, at a value of their operand; what a test says of it; what can be 0 unseen."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Abs,
    Acos,
    Add,
    Asin,
    Atanh,
    Bounded,
    Clip,
    Concat,
    Const,
    Div,
    Exp,
    Expr,
    Log,
    Log1p,
    Max,
    Maximum,
    Mean,
    Min,
    Mul,
    Neg,
    Norm,
    Pow,
    Relu,
    Sigmoid,
    Softplus,
    Sqrt,
    Square,
    Std,
    StopGradient,
    Sub,
    Sum,
    Truth,
    Var,
    Where,
    children,
    walk,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.uses import computed, is_label

NEAR = 1e-2
"""A bound this close to the value at which an op breaks is meant as a guard."""
UNIFORM_DRAWS = "8 to 16 million"
"""How many float32 numbers random generators choose from: 2^23 in TensorFlow and JAX, 2^24 in PyTorch."""
RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Singular:
    """`op` breaks where `operand` is `at`: there its derivative is infinite, if not its value."""

    op: Expr
    operand: Expr
    at: float


def singular(op: Expr) -> Singular | None:
    """Return where `op` by itself breaks."""
    match op:
        case Norm(_, 1):
            return None
        case Log(x) | Div(_, x) | Sqrt(x) | Norm(x, zero_gradient=False):
            return Singular(op, x, 0.0)
        case Pow(x, Const(c)) if c < 1 and c != 0:
            return Singular(op, x, 0.0)
        case Log1p(x):
            return Singular(op, x, -1.0)
        case Acos(x) | Asin(x) | Atanh(x):
            return Singular(op, x, 1.0)
        case Exp(x):
            return Singular(op, x, math.inf)
    return None


def computed_in(e: Expr) -> Iterator[Expr]:
    """Yield `e` and all that it differentiates through, but not what another `where` chooses between."""
    seen = {e}
    stack = [e]
    while stack:
        top = stack.pop()
        yield top
        if not isinstance(top, (Where, Truth, StopGradient)):
            new = [child for child in children(top) if child not in seen]
            seen.update(new)
            stack += new


def kept_out(found: Singular, test: Expr, *, chosen: bool, limits: bool = False) -> bool:
    """Tell whether `test` is there to keep the operand off the value at which the op breaks: it is not `chosen` then.

    With `limits`, a bound that is not a number counts too: it is taken to be positive, as in `norm < max_norm`.
    """
    match core(test):
        case Truth("not", x):
            return kept_out(found, x, chosen=not chosen, limits=limits)
        case Truth("and" | "or" as word, x, Expr() as y) if (word == "and") == chosen:
            return any(kept_out(found, part, chosen=chosen, limits=limits) for part in (x, y))
        case Truth(relation, x, Expr() as y) if relation in RELATIONS:
            value = solved(found.operand, core(x), found.at)
            bound = y.value if isinstance(y, Const) else None
            if value is None or (math.isfinite(value) and bound is not None and abs(value - bound) > NEAR):
                return False
            return (bound is not None or limits) and RELATIONS[relation](value, 1.0 if bound is None else bound) != chosen
    return False


def held_off(found: Singular, facts: Facts) -> bool:
    """Tell whether the operand cannot be where the op breaks anyway: its range says so, or an epsilon was added to it."""
    if math.isinf(found.at):
        return False
    match core(found.operand):
        case Add(_, Const(c)) if found.at == 0.0 and c <= NEAR and facts.format.round(c) > 0:
            return True
    return not facts.range(found.operand).interval.contains(found.at)


def not_chosen(op: Expr, facts: Facts) -> bool:
    """Tell whether a `where` chooses something else wherever `op` breaks."""
    found = singular(op)
    if found is None:
        return False
    for e in computed(facts.trace):
        if isinstance(e, Where):
            for branch, chosen in ((e.x, True), (e.y, False)):
                if kept_out(found, e.test, chosen=chosen, limits=True) and any(part is op for part in computed_in(branch)):
                    return True
    return False


def solved(e: Expr, x: Expr, value: float) -> float | None:
    """Return what `x` is where `e` is `value`, if `e` is computed from nothing else in a simple way."""
    match core(e):
        case inner if inner is x:
            return value
        case Neg(a):
            return solved(a, x, -value)
        case Sub(Const(k), a):
            return solved(a, x, k - value)
        case Sub(a, Const(k)):
            return solved(a, x, value + k)
        case Add(a, Const(k)):
            return solved(a, x, value - k)
        case Mul(a, Const(k)) if k:
            return solved(a, x, value / k)
        case Div(a, Const(k)):
            return solved(a, x, value * k)
        case Div(a, _) if value == 0.0:
            return solved(a, x, value)
        case Abs(a) | Sqrt(a) | Square(a) if value in (0.0, math.inf):
            return solved(a, x, value)
    return None


def can_vanish(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` can be 0, taking the terms of a sum of what is not negative one by one: that they share inputs is no guard."""
    if underflow_apart(core(e)) or counted(e) or never_empty(core(e)):
        return False
    if facts.touches(e, 0.0):
        return facts.would_touch(e, 0.0)
    if same_sides(core(e), facts):
        return True
    if not facts.range(e).interval.contains(0.0):
        return False
    match core(e):
        case Add(x, y):
            return facts.range(e).interval.lo >= 0 and can_vanish(x, facts) and can_vanish(y, facts)
        case Sum(x) | Mean(x) | Square(x):
            return can_vanish(x, facts)
        case Mul(x, y):
            return can_vanish(x, facts) or can_vanish(y, facts)
    return False


def underflow_apart(e: Expr) -> bool:
    """Tell whether `e` adds two positive values that are 0 only where they underflow, which two will hardly do in the same place."""
    return isinstance(e, Add) and e.x is not e.y and all(isinstance(core(x), (Exp, Sigmoid, Softplus)) for x in (e.x, e.y))


def never_empty(e: Expr) -> bool:
    """Tell whether `e` adds up what a mask selects that has a column of ones."""
    if not isinstance(e, Sum) or not isinstance(product := core(e.x), Mul):
        return False
    masks = [part for part in (core(product.x), core(product.y)) if isinstance(part, Concat)]
    return any(isinstance(item, Const) and item.value > 0 for mask in masks for item in map(core, mask.items))


def counted(e: Expr) -> bool:
    """Tell whether `e` is computed from nothing but sizes and numbers."""
    leaves = [part for part in walk(e) if not any(children(part)) and not isinstance(part, Const)]
    sizes = [part for part in walk(e) if isinstance(part, Bounded) and part.name == "size"]
    return bool(sizes) and all(any(leaf is inner for size in sizes for inner in walk(size)) for leaf in leaves)


def is_total(x: Expr) -> bool:
    """Tell whether `x` is a square, a distance, or a sum or mean of such, perhaps only held at 0: 0 where both sides are equal."""
    match core(x):
        case Square() | Abs(Sub()):
            return True
        case Sum(inner) | Mean(inner) | Maximum(inner) | Clip(inner):
            return is_total(inner)
    return False


def same_sides(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is how far a prediction is from its label: 0 once it is right."""
    match e:
        case Abs(Sub(x, y)) | Square(Sub(x, y)):
            return any(is_label(a, facts) and facts.modelled(b) for a, b in ((x, y), (y, x)))
    return False


def zero_when(x: Expr) -> str:
    """Return at which inputs `x` is 0, as a clause."""
    match core(x):
        case Var() | Std():
            return "when all entries are equal"
        case Sum(y) | Mean(y) if any(isinstance(part, Truth) for part in walk(y)):
            return "when nothing is selected"
        case Sum(Mul()):
            return "when nothing overlaps"
        case Sqrt(y) | Square(y):
            return zero_when(y)
        case Norm(y) | Mean(y):
            return zero_when_all(core(y))
        case Sub(Add(Sum(), Sum()), _):
            return "when all entries are"
        case Sub(Max(y), Min(z)) if core(y) is core(z):
            return "when all entries are equal"
        case Sub(Const(), _):
            return "for plausible inputs"
        case Abs(Sub()) | Sub():
            return "where both sides are equal"
        case Bounded("uniform"):
            return f"once in {UNIFORM_DRAWS} draws"
        case Bounded("density"):
            return "for an unlikely value"
        case Relu() | Maximum(_, Const(0.0)):
            return "for every negative input"
        case Div(y, _) | Mul(y, Const()):
            return zero_when(y)
        case Sum(y):
            return zero_when_all(core(y))
        case Add(y, z) | Mul(y, z):
            return zero_when(y) if zero_when(y) == zero_when(z) else "for plausible inputs"
    return "for plausible inputs"


def zero_when_all(x: Expr) -> str:
    """Return at which inputs a sum over `x` is 0."""
    match core(x.x) if isinstance(x, (Square, Abs)) else x:
        case Sub(a, b) if isinstance(mean := core(b), Mean) and core(mean.x) is core(a):
            return "when all entries are equal"
        case Sub():
            return "where both sides are equal"
    return "when all entries are"
