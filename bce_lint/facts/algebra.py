"""Building expressions in one normal form: constants folded as Python folds them, constants last, no double signs.

Only rewrites that are exact in floating point are made: a negation is exact, and addition and multiplication commute, but neither
associates: `1e-10 + 1 - p` stays `(1 + 1e-10) - p`, which is `1 - p` in float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from bce_lint.facts.expr import (
    RUNNING,
    Add,
    Cast,
    Concat,
    Const,
    Div,
    Entries,
    Expr,
    Index,
    Items,
    Join,
    Mean,
    Mul,
    Neg,
    Nothing,
    Opaque,
    Pow,
    Reference,
    Sqrt,
    Square,
    StopGradient,
    Sub,
    Sum,
    Text,
    Truth,
    View,
    Where,
    children,
    replaced,
    walk,
)

MOST_CHOICES = 6


def _fold(f: Callable[[float, float], float], x: float, y: float) -> Expr | None:
    try:
        value = f(x, y)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return Const(float(value)) if isinstance(value, (int, float)) else None


def add(x: Expr, y: Expr) -> Expr:
    """Return `x + y`."""
    match x, y:
        case Const(a), Const(b):
            return Const(a + b)
        case Const(), _:
            return add(y, x)
        case _, Neg(b):
            return sub(x, b)
        case Neg(a), _:
            return sub(y, a)
    return Add(x, y)


def sub(x: Expr, y: Expr) -> Expr:
    """Return `x - y`."""
    match x, y:
        case Const(a), Const(b):
            return Const(a - b)
        case _, Neg(b):
            return add(x, b)
        case Const(0.0), _:
            return neg(y)
    return Sub(x, y)


def mul(x: Expr, y: Expr) -> Expr:
    """Return `x * y`."""
    match x, y:
        case Const(a), Const(b):
            return Const(a * b)
        case Const(), _:
            return mul(y, x)
        case _, Const(1.0):
            return x
        case _, Const(-1.0):
            return neg(x)
        case Neg(a), Neg(b):
            return mul(a, b)
        case Neg(a), _:
            return neg(mul(a, y))
        case _, Neg(b):
            return neg(mul(x, b))
    return Square(x) if x is y else Mul(x, y)


def div(x: Expr, y: Expr) -> Expr:
    """Return `x / y`."""
    match x, y:
        case Const(a), Const(b):
            return _fold(lambda p, q: p / q, a, b) or Div(x, y)
        case _, Const(1.0):
            return x
        case Neg(a), _:
            return neg(div(a, y))
        case _, Neg(b):
            return neg(div(x, b))
    return Div(x, y)


def neg(x: Expr) -> Expr:
    """Return `-x`."""
    match x:
        case Const(a):
            return Const(-a)
        case Neg(a):
            return a
        case Sub(a, b) if isinstance(a, Const) and a.value == 0.0:
            return b
    return Neg(x)


def opposite(x: Expr) -> Expr:
    """Return `-x` as one would write it: with the sign on a constant factor, and differences turned round."""
    match x:
        case Mul(a, Const(b)):
            return mul(a, Const(-b))
        case Div(a, Const(b)):
            return Div(a, Const(-b))
        case Sub(a, b):
            return sub(b, a)
    return neg(x)


def power(x: Expr, y: Expr) -> Expr:
    """Return `x ** y`."""
    match x, y:
        case Const(a), Const(b):
            return _fold(math.pow, a, b) or Pow(x, y)
        case _, Const(1.0):
            return x
        case _, Const(2.0):
            return Square(x)
        case _, Const(0.5):
            return Sqrt(x)
        case _, Const(-1.0):
            return div(Const(1.0), x)
    return Pow(x, y)


def join(*choices: Expr | None) -> Expr | None:
    """Return the value that is one of `choices`; None stands for a way on which there is no value, too many are None as well."""
    flat: dict[Expr, None] = {}
    for choice in choices:
        match choice:
            case None:
                continue
            case Join(more):
                flat.update(dict.fromkeys(more))
            case _:
                flat[choice] = None
    if any(isinstance(choice, Concat) for choice in flat):
        flat.pop(Items(()), None)
    if not flat or len(flat) > MOST_CHOICES:
        return None
    return next(iter(flat)) if len(flat) == 1 else Join(tuple(flat))


def present(x: Expr) -> Expr:
    """Return `x` without the None that it may be: nobody computes with that."""
    if not isinstance(x, Join) or Nothing() not in x.choices:
        return x
    return join(*(choice for choice in x.choices if choice is not Nothing())) or x


def core(x: Expr) -> Expr:
    """Return `x` without what only rearranges, casts or detaches its values."""
    while isinstance(x, (View, Index, Cast, StopGradient)):
        x = x.x
    return x


def running(x: Expr) -> bool:
    """Tell whether `x`, of which something is added up, is only its entries up to each one."""
    while isinstance(x, (View, Index, Cast, StopGradient)):
        if isinstance(x, Index) and x.which == RUNNING:
            return True
        x = x.x
    return False


def payload(made: Expr, given: Collection[Expr]) -> Expr:
    """Return what `made`, computed from `given`, scales or reduces: the loss of a mean of it, the log of `log(x) / log(2)`; else itself."""
    if made in given:
        return made
    match made:
        case Neg(x) | Sum(x) | Mean(x) | Div(x, Const()) if x not in given:
            return payload(x, given)
        case Mul(x, y) if x not in given and (y in given or isinstance(y, Const)):
            return payload(x, given)
        case Mul(x, y) if x in given and y not in given:
            return payload(y, given)
        case Join((first, *others)):
            inner = payload(first, given)
            return inner if all(payload(other, given) is inner for other in others) else made
    return made


def dotted(x: Expr, attr: str) -> Expr | None:
    """Return the reference `x.attr` of a module or class `x`."""
    return Reference(f"{x.name}.{attr}") if isinstance(x, Reference) else None


def each(op: Callable[[Expr, Expr], Expr], x: Expr, y: Expr) -> Expr:
    """Return `op(x, y)`, folded for every combination when both are constants or one of several constants."""
    lefts = x.choices if isinstance(x, Join) else (x,)
    rights = y.choices if isinstance(y, Join) else (y,)
    if all(isinstance(e, Const) for e in (*lefts, *rights)):
        joined = join(*(op(a, b) for a in lefts for b in rights))
        if joined is not None:
            return joined
    return op(x, y)


def longer(container: Expr, method: str, args: Sequence[Expr]) -> Expr | None:
    """Return a list as its method `append` or `extend` leaves it, None if that is not what is called."""
    if not isinstance(container, (Items, Concat)) or len(args) != 1:
        return None
    if method == "append":
        return Concat(tuple(dict.fromkeys((*container.items, *args))))
    more = args[0]
    return (
        Concat(tuple(dict.fromkeys((*container.items, *more.items)))) if method == "extend" and isinstance(more, (Items, Concat)) else None
    )


def overwritten(old: Expr, index: Expr, new: Expr) -> Expr | None:
    """Return `old` with some entries that are now `new`: where a test holds, or anywhere; None if nobody knows what is left.

    So it is of an array that was made to be filled; a positive number may be a guard wherever it is needed.
    """
    match old, index:
        case Const(), _:
            return None
        case _, Text(key):
            known = old if isinstance(old, Entries) else Entries((), (), old)
            entries = dict(zip(known.keys, known.values, strict=True)) | {key: new}
            return Entries(tuple(entries), tuple(entries.values()), known.rest)
        case _, Truth():
            return Where(index, new, old)
    return None if isinstance(new, Const) and new.value > 0 else join(old, new)


HULL = (Concat, Join, Index, View, Cast, StopGradient)
"""Ops whose result has no entry that its operands have not."""


def settled(e: Expr, unknown: Expr, first: Expr) -> Expr | None:
    """Return what going round a loop leaves of `e`, which is made of what was there before (`unknown`; `first` at the beginning).

    None if nobody knows: `e` computes something from `unknown`, so every round gives something new.
    """
    if unknown not in walk(e):
        return e
    hull = [e]
    for part in hull:
        hull += [child for child in children(part) if child is not unknown and unknown in walk(child)]
    return replaced(e, unknown, first) if all(isinstance(part, HULL) for part in hull) else None


def elements(container: Expr) -> Expr | None:
    """Return what iterating over `container` gives, or None if nobody knows."""
    match container:
        case Items(items):
            return join(*items)
        case Const() | Text() | Nothing() | Reference() | Opaque():
            return None
        case Concat(parts):
            return join(*parts)
        case _:
            return Index(container, "[]")
