"""Arguments of a call -> fields of an op, by the signature of its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bce_lint.facts.algebra import present
from bce_lint.facts.expr import Const, Expr, Items, Nothing, Reference, Text
from bce_lint.facts.vocabulary.row import STATIC, UNKNOWN, Row

Arguments = Sequence[tuple[str | None, Expr]]
"""Keyword (None: positional) and value, in the order of the source."""


FLAGS = frozenset({"from_logits", "keepdims", "log_labels", "sparse", "zero_gradient"})
"""Static fields that are true or false."""
OPERANDS = frozenset({"x", "y"})
"""Fields that are computed with; others, such as bounds, may be None."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a signature: its spellings, the field that it fills ("" for none), and whether it may be positional."""

    names: tuple[str, ...]
    field: str
    positional: bool


@lru_cache(maxsize=4096)
def slots(signature: str) -> tuple[tuple[Slot, ...], str | None]:
    """Parse a signature (see `Row`): its slots, and the field that takes all remaining positional arguments."""
    found: list[Slot] = []
    rest = None
    positional = True
    for item in signature.split():
        if item == "*":
            positional = False
        elif item.startswith("*"):
            rest = item[1:]
            positional = False
        else:
            names, colon, field = item.partition(":")
            spellings = tuple(names.split("/"))
            found.append(Slot(spellings, field if colon else spellings[0], positional))
    return tuple(found), rest


def bind(row: Row, args: Arguments) -> dict[str, object] | None:
    """Return the fields for `row.make`, or None when the call does not fit the signature."""
    parsed, rest = slots(row.signature)
    positional = [value for keyword, value in args if keyword is None]
    open_slots = [slot for slot in parsed if slot.positional]
    taken = list(zip(open_slots, positional, strict=False))
    extra = positional[len(open_slots) :]
    if extra and rest is None:
        return None
    for keyword, value in args:
        if keyword is not None:
            slot = next((slot for slot in parsed if keyword in slot.names), None)
            if slot is None:
                return None
            taken.append((slot, value))
    fields: dict[str, object] = {rest: tuple(extra)} if rest else {}
    for slot, value in taken:
        if slot.field:
            whole = present(value) if slot.field in OPERANDS else value
            fields[slot.field] = _static(slot.field, value) if slot.field in STATIC else whole
    return fields


def _static(field: str, value: Expr) -> object:
    constant = literal(value)
    return bool(constant) if field in FLAGS and constant != UNKNOWN else constant


def literal(value: Expr) -> object:
    """Return a static argument as the Python literal that it is, or UNKNOWN."""
    match value:
        case Const(number):
            return int(number) if number.is_integer() else number
        case Text(text):
            return text
        case Nothing():
            return None
        case Items(items):
            return tuple(literal(item) for item in items)
        case Reference(name):
            return name
        case _:
            return UNKNOWN
