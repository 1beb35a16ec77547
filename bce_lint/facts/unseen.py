"""Calls of what no vocabulary knows: functions of files beside this, layers of other libraries, helpers that nobody can see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bce_lint.facts import calls, library, vocabulary
from bce_lint.facts.bind import Arguments
from bce_lint.facts.expr import Const, Expr, Layer, Made, Opaque, Reference, Text, View
from bce_lint.facts.vocabulary.customs import ENDING_LAYER, SQUASHING

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower

ACTIVATIONS = ("activation", "activation_fn", "output_activation", "last_activation", "final_activation")
ENDS = re.compile(r"(?:.*\.)?(?:sigmoid|softmax)")
"""`Anything(..., activation="sigmoid")` is taken for a layer that puts out probabilities, and so is `slim.anything(...)`."""


def call(name: str, args: Arguments, text: str, lower: Lower) -> Expr:
    """Return what calling `name` gives, as far as that can be told."""
    made = calls.wrapped(name, args)
    if made is not None:
        return made
    local = lower.scope.module.imported(name)
    if local is not None and not (isinstance(local, Reference) and vocabulary.function(local.name) is None):
        called = lower.call(local, list(args), text)
        if isinstance(called, Made):
            return ending(name, args, text, lower) or called
        if not isinstance(called, Opaque):
            return called
    return ending(name, args, text, lower) or by_name(args, text) or lower.opaque(text)


def ending(name: str, args: Arguments, text: str, lower: Lower) -> Expr | None:
    """Return a layer that ends in a sigmoid or softmax, or what it puts out where it is a function; None if nothing says so."""
    ends = [value for keyword, value in args if keyword in ACTIVATIONS and ENDS.fullmatch(spelled(value))]
    found = vocabulary.function(ENDING_LAYER) if ends else None
    if found is None:
        return None
    layer = library.apply(found, [(None, Const(1.0)), ("activation", ends[-1])], text, lower)
    called = isinstance(layer, Layer) and not name.rpartition(".")[2][:1].isupper()
    return lower.call(layer, [(None, Const(1.0))], text) if called else layer


def spelled(value: Expr) -> str:
    """Return the name that a string or a function of a library is, "" for anything else."""
    return value.value if isinstance(value, Text) else value.name if isinstance(value, Reference) else ""


def by_name(args: Arguments, text: str) -> Expr | None:
    """Return what a function gives that is called a sigmoid or softmax."""
    squash = SQUASHING.get(text.rpartition(".")[2])
    tensors = [value for keyword, value in args if keyword is None]
    return View(squash(tensors[0]), text) if squash is not None and tensors else None
