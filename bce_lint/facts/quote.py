"""What the file writes elsewhere of an expression, where that means the same here: better than our own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from bce_lint.facts.expr import Bounded, Const, Definition, Expr, Free, Linear, Opaque, Reference
from bce_lint.syntax import ir

if TYPE_CHECKING:
    from bce_lint.facts.trace import Trace
    from bce_lint.syntax.place import Places


def quotation(e: Expr, trace: Trace, names: Mapping[str, Expr], places: Places) -> tuple[ir.Node, str] | None:
    """Return where `e` is written such that its names mean the same among `names`, and the text; it is not computed twice lightly."""
    if isinstance(e, Const):
        return None
    nodes = [node for _, node in trace.places.get(e, ()) if not isinstance(node, (ir.Name, ir.Literal)) and places.holds(node)]
    meant = meanings(trace) if nodes else {}
    for node in nodes:
        text = places.text(node)
        if meant[id(node)] == {e} and "\n" not in text and all(_stays(part, meant, names) for part in (node, *_parts(node))):
            return node, text
    return None


def meanings(trace: Trace) -> Mapping[int, set[Expr]]:
    """Return what each node means: in a loop, or where it is added to a name, more than one thing."""
    found: dict[int, set[Expr]] = {}
    for e, seen in trace.places.items():
        for _, node in seen:
            found.setdefault(id(node), set()).add(e)
    return found


def _stays(part: object, known: Mapping[int, set[Expr]], names: Mapping[str, Expr]) -> bool:
    """Tell whether a part of what is quoted means the same here, and may be computed once more."""
    if not isinstance(part, ir.Name):
        return isinstance(part, ir.Attribute) or not any(isinstance(e, (Opaque, Linear, Bounded)) for e in known.get(id(part), ()))
    meant, here = known.get(id(part)), names.get(part.id)
    if meant is None:
        return here is None or isinstance(here, Reference)
    if here is None:
        return all(isinstance(e, (Free, Reference, Definition)) for e in meant)
    return meant == {here}


def _parts(node: object) -> Iterator[object]:
    for f in fields(node) if is_dataclass(node) else ():
        value = getattr(node, f.name)
        for part in value if isinstance(value, tuple) else (value,):
            if f.name != "at" and is_dataclass(part):
                yield part
                yield from _parts(part)
