"""Logarithms whose -inf does no harm: of labels or noise, added to logits, where what follows leaves entries of -inf out."""

from __future__ import annotations

from bce_lint.facts import roles
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Bounded,
    Cast,
    Concat,
    Const,
    Div,
    Expr,
    Index,
    Items,
    Log,
    LogSumExp,
    Mul,
    Neg,
    Opaque,
    Param,
    Softmax,
    StopGradient,
    Sub,
    View,
    children,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.uses import computed, sources


def left_out(log: Expr, facts: Facts) -> bool:
    """Tell whether entries of -inf in `log` only leave others alone: Gumbel noise, or masks that are added to logits.

    Its operand passes no gradient on, which would be NaN. A softmax's gradient with respect to the other entries is finite.
    """
    if is_gumbel(log, facts):
        return True
    return isinstance(log, Log) and all(is_given(source, facts) for source in sources(log.x)) and only_masks(log, facts)


def is_gumbel(log: Expr, facts: Facts) -> bool:
    """Tell whether `log` is the inner one of `-log(-log(u))`, which is -inf where the random number `u` is 0, and so never drawn."""
    if not isinstance(log, Log) or not is_uniform(log.x):
        return False
    return any(isinstance(e, Log) and isinstance(inner := core(e.x), Neg) and core(inner.x) is log for e in computed(facts.trace))


def is_uniform(x: Expr) -> bool:
    """Tell whether `x` is a uniform random number."""
    inner = core(x)
    return isinstance(inner, Bounded) and inner.name == "uniform"


def is_given(source: Expr, facts: Facts) -> bool:
    """Tell whether a source is a label or mask, by its role or, whatever is done with it, by its name."""
    return facts.role(source) in {Role.LABEL, Role.MASK} or (isinstance(source, Param) and roles.named(source.name) is Role.LABEL)


def only_masks(log: Expr, facts: Facts) -> bool:
    """Tell whether all that is made of `log` ends in a softmax, a logsumexp or the place of a maximum, after nothing but additions."""
    everything = [e for e in computed(facts.trace) if not isinstance(e, Items) or e in facts.trace.returns]
    reached, ended = [log], False
    for e in reached:
        users = [user for user in everything if e in children(user)]
        ends = [user for user in users if is_end(user)]
        passed = [user for user in users if user not in ends]
        if not users or not all(passes(user, e) for user in passed):
            return False
        ended = ended or bool(ends)
        reached += [user for user in passed if user not in reached]
    return ended


def is_end(user: Expr) -> bool:
    """Tell whether an entry of -inf in the operand of `user` is left out."""
    return isinstance(user, (LogSumExp, Softmax)) or (isinstance(user, Bounded) and user.name == "index")


def passes(user: Expr, e: Expr) -> bool:
    """Tell whether `user` is -inf just where `e` is."""
    match user:
        case Add() | View() | Index() | Cast() | StopGradient() | Concat():
            return True
        case Sub(x, y):
            return x is e and y is not e
        case Mul(_, Const(factor)) | Div(_, Const(factor)):
            return factor > 0
        case Div(x, Opaque() | Param()):
            return x is e
    return False
