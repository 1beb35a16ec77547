"""The op algebra: what a tensor expression means in real numbers, whatever framework spells it. Frozen and interned.

Two expressions are the same value exactly when they are the same object, so `p is q` is the question "is it the same p?",
and a name used twice costs nothing: substituting definitions builds a DAG, never a tree.
Everything is elementwise unless it says otherwise. Constants are Python doubles; rounding to a dtype is `interval.py`'s business.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar, TypeVar, dataclass_transform
from weakref import WeakValueDictionary

T = TypeVar("T")

Axis = int | tuple[int, ...] | None | str
"""`None` is all axes; the string "?" an axis that the source does not show as a literal, any other string names it."""


class Interned(type):
    """Makes equal calls return the same object. The table is weak, so it holds nothing alive."""

    _table: ClassVar[WeakValueDictionary[tuple[object, ...], Expr]] = WeakValueDictionary()

    def __call__(cls, *args: object, **kwargs: object) -> Expr:
        """Return the one instance of `cls` with these fields."""
        new: Expr = super().__call__(*args, **kwargs)
        key = (cls, *(_key(getattr(new, name)) for name in new.__match_args__))
        return Interned._table.setdefault(key, new)


def _key(value: object) -> object:
    """Tell 0.0 from -0.0 and let NaN equal itself; True, 1 and 1.0 differ too."""
    return (type(value), value.hex()) if isinstance(value, float) else (type(value), value)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Expr(metaclass=Interned):
    """A value."""

    __match_args__: ClassVar[tuple[str, ...]]

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))


def children(e: Expr) -> Iterator[Expr]:
    """Yield the operands of `e`, in order."""
    for name in e.__match_args__:
        value = getattr(e, name)
        if isinstance(value, Expr):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Expr))


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
    """A Python dictionary with literal keys, the last entry of a key counting."""

    keys: tuple[str, ...]
    values: tuple[Expr, ...]


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
    """Some of the entries of `x`; `which` is the index as written."""

    x: Expr
    which: str


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


# --- arithmetic


@op
class Add(Expr):
    x: Expr
    y: Expr


@op
class Sub(Expr):
    x: Expr
    y: Expr


@op
class Mul(Expr):
    x: Expr
    y: Expr


@op
class Div(Expr):
    x: Expr
    y: Expr


@op
class Pow(Expr):
    x: Expr
    y: Expr


@op
class Neg(Expr):
    x: Expr


@op
class Abs(Expr):
    x: Expr


@op
class Sign(Expr):
    x: Expr


@op
class Square(Expr):
    x: Expr


@op
class Sqrt(Expr):
    x: Expr


@op
class Maximum(Expr):
    x: Expr
    y: Expr


@op
class Minimum(Expr):
    x: Expr
    y: Expr


@op
class Clip(Expr):
    """`x` held in `[lo, hi]`; None is no bound on that side."""

    x: Expr
    lo: Expr | None = None
    hi: Expr | None = None


@op
class Where(Expr):
    """`x` where `test`, else `y`; both are computed, and differentiated, everywhere."""

    test: Expr
    x: Expr
    y: Expr


@op
class Truth(Expr):
    """A comparison or test: 0 or 1. `relation` is one of `< <= > >= == !=`, isnan, isfinite, and, or, not."""

    relation: str
    x: Expr
    y: Expr | None = None


@op
class Round(Expr):
    """`x` to an integer; `how` is round, floor or ceil. Its gradient is 0."""

    x: Expr
    how: str = "round"


@op
class MatMul(Expr):
    x: Expr
    y: Expr


@op
class DivNoNan(Expr):
    """`x / y`, and 0 where `y` is 0."""

    x: Expr
    y: Expr


@op
class MulNoNan(Expr):
    """`x * y`, and 0 where `y` is 0 even if `x` is infinite or NaN (in the value, not in the gradient)."""

    x: Expr
    y: Expr


@op
class NanToNum(Expr):
    """`x` with NaN and infinities replaced; the gradient behind stays NaN."""

    x: Expr


# --- exponentials and their relatives


@op
class Exp(Expr):
    x: Expr


@op
class Expm1(Expr):
    x: Expr


@op
class Log(Expr):
    x: Expr


@op
class Log1p(Expr):
    x: Expr


@op
class Xlogy(Expr):
    """`x log(y)`, and 0 where `x` is 0."""

    x: Expr
    y: Expr


@op
class Xlog1py(Expr):
    """`x log(1 + y)`, and 0 where `x` is 0."""

    x: Expr
    y: Expr


@op
class Sigmoid(Expr):
    x: Expr


@op
class LogSigmoid(Expr):
    x: Expr


@op
class Softplus(Expr):
    x: Expr


@op
class Logit(Expr):
    """`log(x / (1 - x))` as a library call, after clipping to `[eps, 1 - eps]` if `eps` is given."""

    x: Expr
    eps: Expr | None = None


@op
class LogAddExp(Expr):
    x: Expr
    y: Expr


@op
class Tanh(Expr):
    x: Expr


@op
class Cosh(Expr):
    x: Expr


@op
class Sinh(Expr):
    x: Expr


@op
class Relu(Expr):
    x: Expr


@op
class Acos(Expr):
    x: Expr


@op
class Asin(Expr):
    x: Expr


@op
class Atanh(Expr):
    x: Expr


# --- along axes


@op
class Softmax(Expr):
    x: Expr
    axis: Axis = -1


@op
class LogSoftmax(Expr):
    x: Expr
    axis: Axis = -1


@op
class Sum(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Mean(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Max(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Min(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Prod(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class LogSumExp(Expr):
    x: Expr
    axis: Axis = None
    keepdims: bool = False


@op
class Norm(Expr):
    """The `ord`-norm along `axis`; 2 is Euclid's (and Frobenius').

    `zero_gradient` is true where a framework gives 0 for its gradient at 0.
    """

    x: Expr
    ord: float = 2
    axis: Axis = None
    keepdims: bool = False
    zero_gradient: bool = False


@op
class Var(Expr):
    """The variance along `axis`, with n in the denominator (`ddof` 0) or n - 1 (1)."""

    x: Expr
    axis: Axis = None
    keepdims: bool = False
    ddof: int = 0


@op
class Std(Expr):
    """The square root of `Var`."""

    x: Expr
    axis: Axis = None
    keepdims: bool = False
    ddof: int = 0


# --- losses, per element or per row; a framework's reduction is a Mean or Sum around them


@op
class BinaryCrossEntropy(Expr):
    """`-(labels log x + (1 - labels) log(1 - x))` of probabilities `x`, guarded inside by the framework.

    `guard` says how: "clip" (Keras: to [1e-7, 1 - 1e-7]) or "log-floor" (PyTorch: logarithms held above -100).
    """

    labels: Expr
    x: Expr
    guard: str = "clip"


@op
class SigmoidCrossEntropy(Expr):
    """The same of logits `x`, stable: `max(x, 0) - x labels + log(1 + exp(-|x|))`; `pos_weight` multiplies the first term."""

    labels: Expr
    x: Expr
    pos_weight: Expr | None = None


@op
class CategoricalCrossEntropy(Expr):
    """`-sum(labels log x)` along `axis` of probabilities, guarded inside like `BinaryCrossEntropy`; `sparse` labels are class numbers."""

    labels: Expr
    x: Expr
    axis: Axis = -1
    sparse: bool = False


@op
class SoftmaxCrossEntropy(Expr):
    """`-sum(labels log_softmax(x))` along `axis`, stable; `sparse` labels are class numbers."""

    labels: Expr
    x: Expr
    axis: Axis = -1
    sparse: bool = False


@op
class NegativeLogLikelihood(Expr):
    """`-x[labels]` of log-probabilities."""

    labels: Expr
    x: Expr


@op
class KlDivergence(Expr):
    """`labels (log labels - x)` of log-probabilities `x`, 0 where `labels` is 0; with `log_labels` they are logarithms too."""

    labels: Expr
    x: Expr
    log_labels: bool = False


@op
class Multinomial(Expr):
    """Numbers of classes, drawn with probabilities that are proportional to the weights `x`."""

    x: Expr


LOG2 = math.log(2.0)
LOG10 = math.log(10.0)
