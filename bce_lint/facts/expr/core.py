"""Expressions as objects: one for every value; what they are made of when nothing is computed, and values otherwise arranged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform
from weakref import WeakValueDictionary

T = TypeVar("T")

Axis = int | tuple[int, ...] | None | str
"""`None` is all axes; the string "?" an axis that the source does not show as a literal, any other string names it."""


class Interned(type):
    """Makes equal calls return the same object. The table is weak, so it holds nothing alive."""

    __match_args__: tuple[str, ...]
    _table: ClassVar[WeakValueDictionary[tuple[object, ...], Expr]] = WeakValueDictionary()

    def __call__(cls, *args: object, **kwargs: object) -> Expr:
        """Return the one instance of `cls` with these fields."""
        if kwargs or len(args) != len(cls.__match_args__):
            new: Expr = super().__call__(*args, **kwargs)
            args = tuple(getattr(new, name) for name in cls.__match_args__)
            return Interned._table.setdefault(_identity(cls, args), new)
        key = _identity(cls, args)
        known = Interned._table.get(key)
        if known is None:
            known = Interned._table[key] = super().__call__(*args)
        return known


def _identity(cls: Interned, fields: tuple[object, ...]) -> tuple[object, ...]:
    """Return what tells a value from all others: 0.0 from -0.0, and True, 1 and 1.0 too, while NaN equals itself."""
    kinds = tuple(map(type, fields))
    if float in kinds:
        fields = tuple(field.hex() if isinstance(field, float) else field for field in fields)
    return cls, kinds, fields


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Expr(metaclass=Interned):
    """A value."""

    __match_args__: ClassVar[tuple[str, ...]]

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), tuple(getattr(self, name) for name in self.__match_args__)


def children(e: Expr) -> list[Expr]:
    """Return the operands of `e`, in order."""
    found: list[Expr] = []
    for name in e.__match_args__:
        value = getattr(e, name)
        if isinstance(value, Expr):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Expr)]
    return found


def walk(e: Expr) -> Iterator[Expr]:
    """Yield `e` and everything below it once, operands after what uses them."""
    seen = {e}
    stack = [e]
    while stack:
        top = stack.pop()
        yield top
        for child in children(top):
            if child not in seen:
                seen.add(child)
                stack.append(child)


def replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    """Return `e` with `new` in place of `old`."""
    if e is old:
        return new
    fields = [getattr(e, name) for name in e.__match_args__]
    inner = [_replaced(field, old, new) for field in fields]
    return e if all(a is b for a, b in zip(fields, inner, strict=True)) else type(e)(*inner)


def _replaced(field: object, old: Expr, new: Expr) -> object:
    if isinstance(field, Expr):
        return replaced(field, old, new)
    if isinstance(field, tuple) and any(isinstance(item, Expr) for item in field):
        items = tuple(_replaced(item, old, new) for item in field)
        return field if all(a is b for a, b in zip(field, items, strict=True)) else items
    return field


@dataclass_transform(frozen_default=True, eq_default=False)
def op(cls: type[T]) -> type[T]:
    """Declare an op: a frozen node of the algebra, matched by position."""
    return dataclass(frozen=True, slots=True, eq=False)(cls)


# --- leaves


@op
class Const(Expr):
    """A number that Python computes in double before any tensor sees it; `True` is 1."""

    value: float


@op
class Param(Expr):
    """A parameter of the function `scope` (dotted, unique in its file); `default` is what it is when not given."""

    name: str
    scope: str
    default: Expr | None = None


@op
class Free(Expr):
    """A name or attribute that nothing in sight defines (`self.eps`): one value throughout `scope`."""

    name: str
    scope: str


@op
class Opaque(Expr):
    """A value that nobody knows: an unread call. Equal only to itself, since `f(x)` twice may be two values."""

    text: str
    key: str


@op
class Join(Expr):
    """One of these, depending on the way that was taken."""

    choices: tuple[Expr, ...]


@op
class Items(Expr):
    """A Python tuple or list of values."""

    items: tuple[Expr, ...]


@op
class Entries(Expr):
    """A Python dictionary with literal keys, the last entry of a key counting; `rest` has those that nobody wrote here."""

    keys: tuple[str, ...]
    values: tuple[Expr, ...]
    rest: Expr | None = None


@op
class Text(Expr):
    """A Python string."""

    value: str


@op
class Nothing(Expr):
    """Python's None."""


@op
class Layer(Expr):
    """A callable made earlier (`nn.Softmax(dim=1)`, `Dense(1, activation="sigmoid")`): `make` names what calling it does."""

    make: str
    settings: tuple[tuple[str, object], ...] = ()


@op
class Reference(Expr):
    """An imported module, function or class by its qualified name ("tensorflow.math.log"), whatever it is called here."""

    name: str


@op
class Definition(Expr):
    """A function, lambda or class of this file, by its key in the `Module`; `owner` is the instance that a method is bound to."""

    key: str
    owner: Expr | None = None


@op
class Partial(Expr):
    """`function` with arguments given beforehand: `names` (None: positional) and `values`."""

    function: Expr
    names: tuple[str | None, ...]
    values: tuple[Expr, ...]


@op
class Made(Expr):
    """An instance of the class `key` of this file."""

    key: str


@op
class Instance(Expr):
    """An object of a framework's class `kind`, by the qualified name, and what it was made from: a distribution and its parameters."""

    kind: str
    names: tuple[str, ...]
    values: tuple[Expr, ...]


@op
class Bounded(Expr):
    """Something whose result lies in `[lo, hi]` whatever goes in, both ends reached: a random uniform, sin, hard_sigmoid, one_hot."""

    name: str
    lo: float
    hi: float
    key: str
    x: Expr | None = None


@op
class Linear(Expr):
    """What a layer without activation puts out (dense, conv, matmul, embedding): any real number, so a logit. Equal only to itself."""

    name: str
    key: str


# --- the same values, otherwise arranged


@op
class View(Expr):
    """`x` reshaped, transposed, expanded, copied to a device, gathered into batches: `how` is its spelling with arguments."""

    x: Expr
    how: str


@op
class Index(Expr):
    """Some of the entries of `x`; `which` is the index as written, or `RUNNING`."""

    x: Expr
    which: str


RUNNING = "up to here"
"""The index of the entries up to each one, or from it on, which a cumulative sum adds up: there may be just one."""


@op
class Concat(Expr):
    """The entries of all `items`, stacked or concatenated."""

    items: tuple[Expr, ...]


@op
class StopGradient(Expr):
    x: Expr


@op
class Cast(Expr):
    """`x` rounded to `dtype`: float16, bfloat16, float32, float64, int, bool, or "?" for one that the source does not show."""

    x: Expr
    dtype: str
