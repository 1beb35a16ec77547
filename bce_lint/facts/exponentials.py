"""Exponentials, as several rules look at them: which of them overflow, what they are summed with, whether anybody asks for a gradient."""

from __future__ import annotations

import math
import re

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    Clip,
    Const,
    Div,
    Exp,
    Expr,
    Free,
    Index,
    Log,
    Max,
    Mean,
    Min,
    Mul,
    Neg,
    Nothing,
    Opaque,
    Param,
    Sub,
    Sum,
    Where,
    walk,
)
from bce_lint.facts.facts import Facts
from bce_lint.facts.logs import factors
from bce_lint.facts.vocabulary.customs import WITHOUT_GRADIENT

LOG_PROBABILITY = re.compile(r"(\w+\.)*_?log_?(p|ps|probs?|pdf|pmf)(_sum)?(\(.*\))?")
"""What logarithms of probabilities and densities are called, and the methods that give them."""
LIMIT = re.compile(r"(\w+[_.])*(min|max|minimum|maximum|lo|hi|low|high|lower|upper)(_\w+)?")
"""What the ends of a range are called."""
DISTANCE = re.compile(r"(\w+[_.])*(sq_?|squared_?)?(dists?|distances?)(_\w+)?")


def overflowing(e: Expr, facts: Facts) -> Exp | None:
    """Return `e`, seen through what only rearranges it, if it is an exponential that is infinite for some plausible input.

    It must be written in the same function: what a function of the file computes is judged there, not wherever that is called.
    """
    inner = core(e)
    if not isinstance(inner, Exp) or facts.trace.place(inner, facts.site.order) is None:
        return None
    if held_by_maximum(inner.x, facts) or held_by_name(inner.x) or between_limits(inner.x, facts) or is_small(inner.x, facts):
        return None
    return inner if facts.touches(inner, math.inf) else None


def held_by_maximum(x: Expr, facts: Facts) -> bool:
    """Tell whether a maximum is subtracted in `x`, perhaps of something related to it that nobody can see from here."""
    match core(x):
        case Sub(a, b):
            return isinstance(core(b), Max) or "max" in facts.name(b).lower() or held_by_maximum(a, facts)
        case Neg(a):
            return above_minimum(a)
        case Mul(a, b):
            return not negative(b) and (held_by_maximum(a, facts) or held_by_maximum(b, facts))
        case Div(a, b):
            return not negative(b) and held_by_maximum(a, facts)
    return False


def held_by_name(x: Expr) -> bool:
    """Tell whether `x` is clipped at a number that somebody else chooses: `clip(x, self.low, self.high)`."""
    match core(x):
        case Clip(_, _, Param(default=None) | Free() | Opaque() | Index()):
            return True
    return False


def between_limits(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is a sigmoid or the like, brought between limits that somebody else chooses: `low + sigmoid(x) * (high - low)`."""
    bounded = any(is_bounded(part, facts) and not isinstance(part, Const) for part in walk(core(x)))
    return bounded and not isinstance(core(x), (Free, Param)) and is_limited(x, facts)


def is_limited(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is made of limits and bounded values only."""
    match core(e):
        case Free(name) | Param(name, default=None | Nothing()):
            return LIMIT.fullmatch(name.lower()) is not None
        case Add(x, y) | Sub(x, y) | Mul(x, y):
            return is_limited(x, facts) and is_limited(y, facts)
        case Neg(x) | Div(x, Const()):
            return is_limited(x, facts)
        case inner:
            return is_bounded(inner, facts)


def is_bounded(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is known to be too small for its exponential to overflow."""
    interval = facts.range(e).interval
    return max(-interval.lo, interval.hi) <= facts.format.overflows()


def is_small(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is not known to be bounded, but is not meant to be large."""
    return is_log_probability(x, facts) or is_distance(x, facts) or is_tempered(x)


def is_log_probability(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is called the logarithm of a probability, or of a density, which is not that large either."""
    inner = core(x)
    names = (facts.name(x), inner.text if isinstance(inner, Opaque) else "")
    return not isinstance(inner, Const) and any(LOG_PROBABILITY.fullmatch(name.lower()) for name in names)


def is_tempered(x: Expr) -> bool:
    """Tell whether `x` is a logarithm over a temperature: its exponential is a power, and of probabilities at most 1."""
    match core(x):
        case Div(a, _):
            return isinstance(core(a), Log)
        case Mul(a, b):
            return isinstance(core(a), Log) or isinstance(core(b), Log)
        case inner:
            return isinstance(inner, Log)


def is_distance(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is what is called a distance, perhaps scaled, with a minus sign."""
    match core(x):
        case Neg(a):
            scaled = core(a)
            named = (scaled, core(scaled.x)) if isinstance(scaled, (Mul, Div)) else (scaled,)
            return any(DISTANCE.fullmatch(facts.name(part).lower()) for part in named)
    return False


def above_minimum(x: Expr) -> bool:
    """Tell whether a minimum is subtracted in `x`, perhaps scaled."""
    match core(x):
        case Sub(_, b):
            return isinstance(core(b), Min)
        case Mul(a, b) | Div(a, b):
            return not negative(b) and above_minimum(a)
    return False


def negative(e: Expr) -> bool:
    """Tell whether `e` is a number below 0."""
    return isinstance(e, Const) and e.value < 0


def summands(e: Expr) -> list[Expr]:
    """Return what is added up in `e`: by `+`, or, seen through a sum or mean along an axis, entry by entry; a divisor counts as weight."""
    match core(e):
        case Add(x, y):
            return [*summands(x), *summands(y)]
        case Sub(x, y):
            return [*summands(x), *summands(y)]
        case Sum(x) | Mean(x) | Mul(x, Const()):
            return summands(x)
        case Div(x, y) if not any(isinstance(part, Exp) for part in walk(y)):
            return summands(x)
        case inner:
            return [inner]


def overflowing_summand(e: Expr, facts: Facts) -> Exp | None:
    """Return the first exponential that overflows among the factors of what is added up in `e`."""
    found = (overflowing(factor, facts) for summand in summands(e) for factor in factors(summand))
    return next((exp for exp in found if exp is not None), None)


def differentiated(facts: Facts) -> bool:
    """Tell whether the framework differentiates what is written at the site."""
    return facts.site.gradient and facts.framework not in WITHOUT_GRADIENT


def overflow(exp: Exp, facts: Facts) -> str:
    """Return when `exp` overflows: "`tf.exp(x)` is infinite in float32 once `x` passes 88.72"."""
    what = "raises OverflowError" if facts.framework == "python" else f"is infinite in {facts.dtype}"
    whole, inner = facts.name(exp), facts.name(exp.x)
    argument = "its argument" if "..." in inner else f"`{inner}`"
    return (
        f"`{f'exp({inner})' if '...' in whole or whole == inner else whole}` {what} once {argument} passes {facts.format.overflows():.2f}"
    )


def chosen(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is computed for a `where` that may well choose the other branch."""
    return any(isinstance(site.expr, Where) and (e in set(walk(site.expr.x)) or e in set(walk(site.expr.y))) for site in facts.trace.sites)


def harmless(e: Expr, facts: Facts) -> bool:
    """Tell whether an infinite `e` is thrown away by a `where` and leaves no trace in a gradient."""
    return not differentiated(facts) and facts.framework != "python" and chosen(e, facts)
