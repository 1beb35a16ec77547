"""Models as they are put together: `model.add(layer)` makes it longer, `model.compile(loss=...)` gives its output to a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bce_lint.facts import algebra, classes
from bce_lint.facts.bind import Arguments
from bce_lint.facts.expr import Definition, Expr, Free, Items, Join, Layer, Made, Opaque, Param, Reference, Text
from bce_lint.facts.vocabulary.layers import LOSSES, SEQUENCE

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower


def grown(model: Expr, args: Arguments) -> Expr | None:
    """Return `model` with one more layer at its end, None if it is no model or that is no layer."""
    match model, args:
        case Join(choices), _:
            longer = [grown(choice, args) for choice in choices]
            return algebra.join(*longer) if all(one is not None for one in longer) else None
        case Layer(make, settings), [(None, Layer() | Made() | Opaque() as layer)] if make == SEQUENCE:
            before = dict(settings).get("items", Items(()))
            return sequence(before.items, layer) if isinstance(before, Items) else None
        case Param() | Free() | Opaque(), [(None, Layer() as layer)]:
            return sequence((model,), layer)
    return None


def sequence(before: tuple[Expr, ...], layer: Expr) -> Layer:
    """Return a model of layers called one on another's result."""
    return Layer(SEQUENCE, (("items", Items((*before, layer))),))


def compiled(model: Expr, args: Arguments, lower: Lower) -> Expr | None:
    """Return the loss of the output of `model` that compiling it says, None if it is not a known one.

    A function of the file is followed with that output, and judged where it stands.
    """
    if isinstance(model, Made) and classes.member(lower.scope.module.project, model.key, "compile") is not None:
        return None
    by_name = dict(args)
    chosen = by_name.get("loss") or next((value for keyword, value in args[1:2] if keyword is None), None)
    if isinstance(chosen, Definition):
        lower.call(chosen, [(None, lower.opaque("y")), (None, lower.call(model, [(None, lower.opaque("x"))], "model"))], "loss")
        return None
    losses = chosen.choices if isinstance(chosen, Join) else (chosen,)
    known = [loss for loss in losses if isinstance(loss, (Text, Layer, Reference))]
    if not known or len(known) < len(losses):
        return None
    output = lower.call(model, [(None, lower.opaque("x"))], "model")
    labels = lower.opaque("y")
    found = [lower.call(function(loss), [(None, labels), (None, output)], "loss") for loss in known]
    return algebra.join(*found) if not isinstance(output, (Opaque, Items)) else None


def function(loss: Expr) -> Expr:
    """Return the loss that a string names."""
    return Reference(f"{LOSSES}.{loss.value}") if isinstance(loss, Text) else loss
