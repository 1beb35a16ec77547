"""Builders for what only rearranges values: views, indices, concatenations, splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bce_lint.facts.bind import literal
from bce_lint.facts.expr import Concat, Const, Expr, Items, View
from bce_lint.facts.vocabulary.make import ZERO, tensor
from bce_lint.facts.vocabulary.row import UNKNOWN, UnreadError


def view(name: str) -> Callable[..., Expr]:
    """Build `View(x, "name({x}, ...)")`, or `"{x}.name(...)"` for a method, with the arguments that the source shows."""

    def make(x: Expr, **how: object) -> Expr:
        return View(tensor(x), written(name, how))

    return make


def entries(name: str) -> Callable[..., Expr]:
    """Build a view of some of the entries; where the source does not show which, they are those of this call only."""

    def make(x: Expr, key: str = UNKNOWN, **how: object) -> Expr:
        which = written(name, how)
        return View(tensor(x), f"{which} {key}" if UNKNOWN in which else which)

    return make


def written(name: str, how: Mapping[str, object]) -> str:
    """Return the source of a call of `name` on `{x}`."""
    args: list[str] = []
    for key, value in how.items():
        if isinstance(value, tuple) and all(isinstance(v, Expr) for v in value):
            args += [shown(literal(v)) for v in value]
        else:
            args.append(f"{key}={shown(literal(value) if isinstance(value, Expr) else value)}")
    return "{x}" + f"{name}({', '.join(args)})" if name.startswith(".") else f"{name}({', '.join(['{x}', *args])})"


def shown(value: object) -> str:
    """Return a literal as source, "?" for what holds an unknown part."""
    if value == UNKNOWN or (isinstance(value, tuple) and UNKNOWN in value):
        return UNKNOWN
    return repr(value)


def identity(x: Expr) -> Expr:
    """Return `x` itself: a copy, an identity, a variable made of it."""
    return tensor(x)


def concat(items: Expr | tuple[Expr, ...]) -> Expr:
    """Join a list of values, or one list that nobody sees."""
    match items:
        case Items(parts) | tuple(parts):
            return Concat(tuple(map(tensor, parts)))
        case Const():
            raise UnreadError
        case _:
            return Concat((items,))


def split(x: Expr, num: Expr) -> Expr:
    """Take `x` apart into `num` pieces, or as many as `num` lists sizes."""
    match num:
        case Const(value) if 0 < value <= 16:
            count = int(value)
        case Items(items):
            count = len(items)
        case _:
            raise UnreadError
    return Items(tuple(View(x, f"{{x}} split {i} of {count}") for i in range(count)))


def padded(x: Expr) -> Expr:
    """Return `x` with zeros around it or in place of some of its entries; of a constant that is a mask, unread."""
    if isinstance(x, Const):
        raise UnreadError
    return Concat((tensor(x), ZERO))


def pieces(x: Expr, sizes: Expr) -> Expr:
    """Take `x` apart into pieces of the listed sizes; how many of one size there are, nobody knows."""
    if not isinstance(sizes, Items):
        raise UnreadError
    return split(x, sizes)


def pair(x: Expr, y: Expr) -> Expr:
    """Join two values."""
    return Concat((tensor(x), tensor(y)))


def only(items: tuple[Expr, ...]) -> Expr:
    """Return the one operand of a function that takes any number of them."""
    if len(items) != 1:
        raise UnreadError
    return View(tensor(items[0]), "{x}")
