"""Layers, loss objects and other callables made by a constructor: what calling one of them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bce_lint.facts import algebra
from bce_lint.facts.bind import bind
from bce_lint.facts.expr import Expr, Items, Layer, Linear, Opaque
from bce_lint.facts.vocabulary import axes, function, make, places
from bce_lint.facts.vocabulary.losses import averaged
from bce_lint.facts.vocabulary.places import identity
from bce_lint.facts.vocabulary.row import UNKNOWN, Row, UnreadError

ONE = "inputs/input/x:x training: mask:"
SEQUENCE = "sequential"
"""The layer that calls one after another."""
LOSSES = "keras.losses"
"""Where the losses are that a string names."""


def layer(make: str, **defaults: object) -> Callable[..., Expr]:
    """Build a constructor: a `Layer` with what the call says about it, and with `defaults` for what it leaves out.

    `make` is a key of `LAYERS` or the qualified name of the function that does the same.
    """

    def constructor(**settings: object) -> Expr:
        return Layer(make, tuple(sorted({**defaults, **settings}.items())))

    return constructor


def apply(layer: Layer, args: Sequence[tuple[str | None, Expr]], key: str) -> Expr | None:
    """Return what calling `layer` gives, None if it cannot be read."""
    row = LAYERS.get(layer.make) or named(layer.make)
    fields = bind(row, args) if row else None
    if row is None or fields is None:
        return None
    try:
        return row.make(**dict(layer.settings), **fields, **({"key": key} if row.keyed else {}))
    except (TypeError, ValueError):
        return None


def named(qualified: str) -> Row | None:
    """Return the row of a function."""
    found = function(qualified)
    return found[1] if found else None


def activation(name: object) -> Callable[[Expr], Expr]:
    """Return the activation that a static argument says: a name that Keras takes, a function's qualified name, or None for none."""
    if name is None:
        return identity
    if not isinstance(name, str) or name == UNKNOWN:
        raise UnreadError
    row = named(name if "." in name else f"keras.activations.{name}")
    if row is None:
        raise UnreadError

    def of(x: Expr) -> Expr:
        fields = bind(row, [(None, x)])
        if fields is None:
            raise UnreadError
        return row.make(**fields)

    return of


def activated(x: Expr, **settings: object) -> Expr:
    """Return `x` through the activation in the settings."""
    return activation(settings.get("activation"))(x)


def dense(key: str = UNKNOWN, **settings: object) -> Expr:
    """Return what a layer with weights puts out: any number, through its activation."""
    return activated(Linear("dense", key), activation=settings.get("activation"))


def sequential(x: Expr, items: Expr | tuple[Expr, ...], key: str = UNKNOWN) -> Expr:
    """Return what layers give that are called one on another's result."""
    parts = items.items if isinstance(items, Items) else items
    if not isinstance(parts, tuple):
        raise UnreadError
    for i, part in enumerate(parts):
        inner = f"{key}.{i}"
        x = (apply(part, [(None, x)], inner) if isinstance(part, Layer) else None) or Opaque("layer", inner)
    return x


def outputs(x: Expr, outputs: Expr) -> Expr:
    """Return what a model puts out that was built from its inputs to its outputs."""
    del x
    return outputs.items[0] if isinstance(outputs, Items) and len(outputs.items) == 1 else outputs


def unchanged(x: Expr, **_: object) -> Expr:
    """Return `x`, whatever the settings."""
    return identity(x)


def merged(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a layer that takes a list of tensors."""

    def merge(x: Expr) -> Expr:
        return make(items=x)

    return merge


def fetched(package: str) -> Callable[..., Expr]:
    """Build Keras' `get`: a function of `package` by its name."""

    def get(how: object) -> Expr:
        if not isinstance(how, str) or named(f"{package}.{how}") is None:
            raise UnreadError
        return Layer(f"{package}.{how}")

    return get


def loss(loss: str, **fields: object) -> Expr:
    """Return what a Keras loss object gives: its function, weighted and averaged."""
    row = named(loss)
    if row is None:
        raise UnreadError
    return averaged(row.make)(**fields)


LAYERS: Mapping[str, Row] = {
    "activation": Row(activated, ONE),
    "add": Row(merged(make.folded(algebra.add)), ONE),
    "average": Row(merged(make.mean_of), ONE),
    "concatenate": Row(merged(places.concat), ONE),
    "dense": Row(dense, ONE, keyed=True),
    "identity": Row(unchanged, ONE),
    "loss": Row(loss, "y_true:labels y_pred:x sample_weight:weight"),
    "maximum": Row(merged(make.folded(make.maximum)), ONE),
    "minimum": Row(merged(make.folded(make.minimum)), ONE),
    "model": Row(outputs, ONE),
    "multiply": Row(merged(make.folded(algebra.mul)), ONE),
    "pooled": Row(axes.pooled, ONE),
    "rearranged": Row(places.view("layer"), ONE),
    SEQUENCE: Row(sequential, ONE, keyed=True),
    "subtract": Row(merged(make.folded(algebra.sub)), ONE),
}
