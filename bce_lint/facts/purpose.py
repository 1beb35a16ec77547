"""What a function is for: a loss or a layer, through which gradients go, or numbers that are only looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bce_lint.facts import roles, vocabulary
from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated
from bce_lint.facts.expr import Add, Clip, Const, Div, Expr, MatMul, Maximum, Mean, Minimum, NanToNum, Relu, Sqrt, Square, Sub, Sum
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.singular import not_chosen
from bce_lint.facts.uses import computed, share_a_source, sources

LOOKED_AT = re.compile(
    r"(?-i:(?<![a-z])(?:metric|eval|test_)|Metric|Eval)|plot|summar|preprocess|augment|optimi[sz]er|schedul", re.IGNORECASE
)
"""What functions and classes are called whose results no gradient comes back from; asymmetric and retrieval losses are none of them."""
MEASURED = re.compile(r"accura|precision|recall|score|psnr|ssim|f1|auc", re.IGNORECASE)
"""What is measured, but may also be trained: a `psnr_loss`."""
DATA = frozenset({Role.LABEL, Role.MASK, Role.WEIGHT, Role.INTEGER, Role.FLAG})
"""What an input is that no gradient is asked for."""
LAYERS = frozenset({("call",), ("forward",), ("__call__",)})


def in_loss(facts: Facts) -> bool:
    """Tell whether the site is in a loss: by the names of the functions and classes around it, or since labels come in."""
    path = facts.trace.path
    if any(map(is_looked_at, path)):
        return False
    labels = any(given.role is Role.LABEL and len(given.name) > 1 for given in facts.inputs.values())
    return labels or any(roles.LOSSES.search(part) for part in path)


def penalised(length: Expr, facts: Facts) -> bool:
    """Tell whether what a `length` is off a number is squared, or counts above it only: what is done to make it that number."""
    for e in computed(facts.trace):
        match e:
            case Square(x) | Relu(x) | Maximum(x, Const(0.0)):
                match core(x):
                    case Sub(a, Const()) | Sub(Const(), a) if core(a) is length:
                        return True
    return False


def is_looked_at(name: str) -> bool:
    """Tell whether a function or class of this name gives numbers that are only looked at."""
    return LOOKED_AT.search(name) is not None or (MEASURED.search(name) is not None and "loss" not in name.lower())


def differentiable(facts: Facts) -> bool:
    """Tell whether gradients may go through the site: the framework keeps them, and the function is not one whose results are looked at."""
    return differentiated(facts) and facts.trace.node is not None and not any(map(is_looked_at, facts.trace.path))


def trained_through(facts: Facts) -> bool:
    """Tell whether gradients go through the site: it is in a loss, or in what a layer or model does when called."""
    return differentiated(facts) and (in_loss(facts) or is_trained(facts.trace.path))


def called_through(facts: Facts) -> bool:
    """Tell whether gradients go through the site, or through a call of its function in the same file."""
    if not differentiated(facts) or any(map(is_looked_at, facts.trace.path)):
        return False
    return trained_through(facts) or any(map(is_trained, called_in(facts)))


def is_trained(path: tuple[str, ...]) -> bool:
    """Tell whether a function is a loss or what a layer does when called, by its name and what is around it."""
    return (path[-1:] in LAYERS or any(roles.LOSSES.search(part) for part in path)) and not any(map(is_looked_at, path))


def called_in(facts: Facts) -> Iterator[tuple[str, ...]]:
    """Yield the functions of the file that call the one around the site, and those that call these."""
    met = [facts.trace.path]
    for path in met:
        found = [caller for caller in facts.module.callers(path) if caller not in met]
        yield from found
        met += found


def trained(e: Expr, facts: Facts) -> bool:
    """Tell whether a gradient goes through `e` to something that is neither data nor a constant."""
    return any(facts.role(source) not in DATA for source in sources(e))


def forgiven(op: type[Expr], facts: Facts) -> bool:
    """Tell whether the framework's gradient of `op` is 0, not NaN, where an infinite derivative meets a 0 from above."""
    language = vocabulary.vocabulary(facts.framework)
    return language is not None and op in language.forgiving


def scales(length: Expr, facts: Facts) -> bool:
    """Tell whether vectors are just divided by their `length`, in a framework that forgives what is infinite where they are 0.

    What comes from above is a sum of their entries, and 0 there.
    """
    divided = [e for e in computed(facts.trace) if isinstance(e, Div) and divisor(e.y) is length]
    return bool(divided) and forgiven(Sqrt, facts) and all(share_a_source(e.x, length) for e in divided)


def divisor(e: Expr) -> Expr:
    """Return what is divided by, without the constant that keeps it off 0."""
    match core(e):
        case Add(x, Const()) | Maximum(x, Const()):
            return core(x)
        case inner:
            return inner


def mended(log: Expr, facts: Facts) -> bool:
    """Tell whether an infinite logarithm is cut off, replaced or not chosen, where nothing is differentiated: no harm is done."""
    if differentiated(facts):
        return False
    if not_chosen(log, facts):
        return True
    for e in computed(facts.trace):
        match e:
            case NanToNum(x) if any(part is log for part in roles.under(x, (Sum, Mean, MatMul))):
                return True
            case Clip(x) | Maximum(x) | Minimum(x) if core(x) is log:
                return True
    return False
