"""What an `Expr` is worth on arrays: the exact value, as doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from bce_lint.confirm import exact
from bce_lint.facts.expr import Bounded, Cast, Expr

Array = Any
DIGITS = 12
CLOSE: Mapping[str, float] = {"float16": 1e-3, "bfloat16": 8e-3}
KNOWN: Mapping[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "density": np.exp,
    "erf": special.erf,
    "erfc": special.erfc,
}


def value(e: Expr, inputs: Mapping[str, Array]) -> Array:
    """Return what `e` is, its parameters being given by name; raise `NotExact` where the algebra does not say."""
    if isinstance(e, Bounded) and e.name in KNOWN and e.x is not None:
        return KNOWN[e.name](value(e.x, inputs))
    return np.asarray(exact.evaluate(e, inputs, DIGITS)).astype(float)


def closeness(e: Expr) -> float:
    """Return the relative error that the type of the result allows, single precision unless a cast says less."""
    return CLOSE.get(e.dtype, 3e-5) if isinstance(e, Cast) else 3e-5
