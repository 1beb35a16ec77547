"""Exponentials, as several rules look at them: which of them overflow, what that makes of a value, whether anybody asks for a gradient."""

from __future__ import annotations

import math

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Exp, Expr, Where, walk
from bce_lint.facts.facts import Facts

WITHOUT_GRADIENT = frozenset({"numpy", "python"})
"""Where nothing is differentiated behind the user's back: an infinity that is divided by or not chosen does no harm."""


def overflowing(e: Expr, facts: Facts) -> Exp | None:
    """Return `e`, seen through what only rearranges it, if it is an exponential that is infinite for some plausible input."""
    inner = core(e)
    return inner if isinstance(inner, Exp) and facts.touches(inner, math.inf) else None


def differentiated(facts: Facts) -> bool:
    """Tell whether the framework differentiates what is written at the site."""
    return facts.framework not in WITHOUT_GRADIENT


def overflow(exp: Exp, facts: Facts) -> str:
    """Return when `exp` overflows: "`tf.exp(x)` is infinite in float32 once `x` passes 88.72"."""
    what = "raises OverflowError" if facts.framework == "python" else f"is infinite in {facts.dtype}"
    return f"`{facts.name(exp)}` {what} once `{facts.name(exp.x)}` passes {facts.format.overflows():.2f}"


def chosen(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is computed for a `where` that may well choose the other branch."""
    return any(isinstance(site.expr, Where) and (e in set(walk(site.expr.x)) or e in set(walk(site.expr.y))) for site in facts.trace.sites)
