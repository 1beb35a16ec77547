"""What a call of a framework's function, layer or tensor method means, by its row in a vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bce_lint.facts import algebra, vocabulary
from bce_lint.facts.bind import Arguments, bind
from bce_lint.facts.expr import Concat, Expr, Items, Layer, children
from bce_lint.facts.vocabulary.row import Row, UnreadError, Vocabulary

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower
    from bce_lint.facts.module import Module


def apply(found: tuple[Vocabulary, Row], args: Arguments, text: str, lower: Lower) -> Expr:
    """Return what a call of the row that was `found` means."""
    language, row = found
    fields = bind(row, args)
    if fields is None:
        return lower.opaque(text)
    if row.keyed:
        fields["key"] = lower.scope.module.project.fresh()
    try:
        made = row.make(**fields)
    except (TypeError, UnreadError):
        return lower.opaque(text)
    lower.scope.module.project.languages[made] = language.name
    return carried(made, args, lower)


def apply_layer(layer: Layer, args: Arguments, lower: Lower) -> Expr | None:
    """Call a layer; keywords that it does not know (`training=`, `mask=`, one's own) do not change what its output is."""
    key = lower.scope.module.project.fresh()
    bare = [(keyword, value) for keyword, value in args if keyword is None]
    made = vocabulary.apply_layer(layer, args, key) or vocabulary.apply_layer(layer, bare, key)
    languages = lower.scope.module.project.languages
    if made is not None and layer in languages:
        languages.setdefault(made, languages[layer])
    return made and carried(made, args, lower)


def method_of(owner: Expr, name: str, module: Module) -> tuple[Vocabulary, Row] | None:
    """Return the row of a tensor's method: in the framework that made `owner` or its operand, else in those that the file imports."""
    languages = module.project.languages
    made = next((languages[e] for e in (owner, *children(owner)) if e in languages), None)
    return (made and vocabulary.method(name, (made,))) or vocabulary.method(name, module.frameworks)


def carried(made: Expr, args: Arguments, lower: Lower) -> Expr:
    """Return what a library's call makes of `args`, after noting the op that it only scales or reduces."""
    given = {whole for _, value in args for whole in (value, algebra.present(value))}
    payload = algebra.payload(made, given | {part for value in given if isinstance(value, (Concat, Items)) for part in value.items})
    if payload is not made:
        lower.trace.payloads[made] = payload
        languages = lower.scope.module.project.languages
        if made in languages:
            languages.setdefault(payload, languages[made])
    return made
