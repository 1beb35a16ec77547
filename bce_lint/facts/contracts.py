"""What a loss is given: probabilities, or numbers of any size."""

from __future__ import annotations

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Clip, Expr, Join, Linear, LogSigmoid, LogSoftmax, Mean, Param, Relu, Sigmoid, Softmax, Tanh
from bce_lint.facts.facts import Facts

LAYERS = frozenset({"dense", "linear", "xw_plus_b"})
"""Products with weights, not just of any two tensors."""


def squashed(x: Expr, facts: Facts) -> Sigmoid | Softmax | None:
    """Return the sigmoid or softmax that `x` is, whatever way was taken, and perhaps clipped or rearranged."""
    match core(x):
        case Sigmoid() | Softmax() as p:
            return p
        case Clip(inner):
            return squashed(inner, facts)
        case Join() | Param() as several:
            found = [squashed(one, facts) for one in possible(several, facts)]
            return found[0] if found and None not in found else None
    return None


def unsquashed(x: Expr, facts: Facts) -> Expr | None:
    """Return what in `x` is certain to leave [0, 1]: a layer's raw output, an activation that is no sigmoid, a log-probability."""
    match core(x):
        case Linear(name) as raw if name in LAYERS:
            return raw
        case Relu() | Tanh() | LogSigmoid() | LogSoftmax() as raw:
            return raw
        case Mean(inner):
            return unsquashed(inner, facts)
        case Join() | Param() as several:
            found = [unsquashed(one, facts) for one in possible(several, facts)]
            return found[0] if found and None not in found else None
    return None


def possible(x: Join | Param, facts: Facts) -> tuple[Expr, ...]:
    """Return what `x` can be: on the ways that meet, or in the calls of its function."""
    values = x.choices if isinstance(x, Join) else facts.module.passed(x)
    return () if x in values else values


def subject(x: Expr, facts: Facts) -> str:
    """Return what to call the operand `x` of a loss at the beginning of a sentence."""
    name = facts.name(x)
    if "..." not in name:
        return f"`{name}`"
    return "this" if facts.trace.place(x, facts.site.order) is not None else "the model's output"


def origin(x: Expr, p: Expr) -> tuple[Expr, ...]:
    """Return whose origins to show for the operand `x` that is `p`: a parameter's own say what it was taken for, not what it is given."""
    return (p,) if isinstance(core(x), Param) else (x,)


def kind(p: Expr) -> str:
    """Return what made `p`: "a sigmoid"."""
    names = {Linear: "the raw output of a layer", Relu: "a relu", LogSigmoid: "a log_sigmoid", LogSoftmax: "a log_softmax"}
    return names.get(type(p), f"a {type(p).__name__.lower()}")
