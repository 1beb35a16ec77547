"""Calls of methods: of tensors, which the vocabularies know, of models and lists that grow, and of modules that return themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bce_lint.facts import algebra, calls, classes, library, models, objects
from bce_lint.facts.expr import (
    Definition,
    Expr,
    Free,
    Index,
    Join,
    Layer,
    Made,
    Maximum,
    Minimum,
    Nothing,
    Opaque,
    Param,
    Reference,
    StopGradient,
    Text,
)
from bce_lint.facts.vocabulary.customs import BACKENDS, ITSELF
from bce_lint.syntax import ir
from bce_lint.syntax.unparse import dotted_name, unparse

if TYPE_CHECKING:
    from bce_lint.facts.lower import Lower

PREDICTING = frozenset({"predict", "predict_on_batch"})
"""Methods of Keras' models that return what calling the model does, as NumPy's array."""
UPDATES: Mapping[str, Callable[[Expr, Expr], Expr]] = {
    "set": lambda _, new: new,
    "add": algebra.add,
    "subtract": algebra.sub,
    "multiply": algebra.mul,
    "mul": algebra.mul,
    "divide": algebra.div,
    "power": algebra.power,
    "max": Maximum,
    "min": Minimum,
}
"""Methods of `x.at[index]`: from an old entry and what is given, the new one."""


def call(node: ir.Call, func: ir.Attribute, lower: Lower) -> Expr | None:
    """Lower `value.attr(...)` when `value` is a tensor; None when it is a module, an instance or unknown with no such method."""
    name = dotted_name(func)
    if name is not None and name in lower.scope.names:
        return None
    if (entries := updated(node, func, lower)) is not None:
        return entries
    owner = lower.lower(func.value)
    if func.attr == "compile" and isinstance(owner, (Layer, Made, Join)):
        given = lower.arguments(node.args) or ()
        trained = lower.scope.module.trains(unparse(func.value))
        return (models.compiled(owner, given, lower) if trained else None) or lower.opaque(unparse(func))
    if func.attr in ITSELF and objects.is_module(owner, func.attr, lower.scope.module.project):
        return objects.applied(owner, lower.arguments(node.args), lower) or owner if func.attr == "apply" else owner
    if func.attr in PREDICTING and objects.is_module(owner, func.attr, lower.scope.module.project):
        predicted = lower.arguments(node.args)
        return StopGradient(lower.call(owner, predicted and predicted[:1], unparse(func)))
    if isinstance(owner, (Reference, Made, Definition, Text, Nothing)) or (isinstance(owner, Layer) and func.attr != "add"):
        return None
    args = lower.arguments(node.args)
    if func.attr == "add" and args is not None and (model := models.grown(owner, args)) is not None:
        lower.unpack(func.value, node, model)
        return Nothing()
    if args is not None and (longer := algebra.longer(owner, func.attr, [value for _, value in args])) is not None:
        lower.unpack(func.value, node, longer)
        return Nothing()
    if isinstance(owner, Layer):
        return lower.opaque(unparse(func))
    if isinstance(func.value, ir.Name) and func.value.id in BACKENDS and isinstance(owner, (Param, Free, Opaque, Index)):
        return lower.call(Reference(f"{BACKENDS[func.value.id]}.{func.attr}"), args, unparse(func))
    if args is not None and (found := objects.member(owner, func.attr, args, (node, lower))) is not None:
        return found
    row = library.method_of(owner, func.attr, lower.scope.module)
    if row is None and isinstance(owner, Param) and isinstance(model := calls.given(owner, lower.scope.module), (Made, Definition)):
        return lower.call(classes.attribute(lower.scope.module.project, model, func.attr), args, unparse(func))
    if row is None or args is None:
        if func.attr.endswith("_") and not func.attr.startswith("_"):
            lower.forget(func.value)
        return lower.opaque(unparse(func))
    result = library.apply(row, [(None, owner), *args], func.attr, lower)
    if func.attr.endswith("_") and not isinstance(result, Opaque):
        lower.unpack(func.value, node, result)
    return result


def updated(node: ir.Call, func: ir.Attribute, lower: Lower) -> Expr | None:
    """Return what JAX's `x.at[index].set(new)` gives, None for any other call: `x` with some entries new, or computed from the old ones."""
    match func.value, node.args:
        case ir.Subscript(value=ir.Attribute(value=base, attr="at"), index=index), [ir.Argument(value=new), *_] if func.attr in UPDATES:
            old = lower.lower(base)
            found = algebra.overwritten(old, lower.lower(index), UPDATES[func.attr](old, lower.lower(new)))
            return found or lower.opaque(unparse(func))
    return None
