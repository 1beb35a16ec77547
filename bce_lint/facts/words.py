"""What messages call a value: its name or text as written, between backquotes, or a word for what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bce_lint.facts import vocabulary
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Acos,
    Add,
    Asin,
    Atanh,
    Clip,
    Div,
    Exp,
    Expr,
    Log,
    Log1p,
    Max,
    Mean,
    Mul,
    Norm,
    Pow,
    Sqrt,
    Std,
    Sub,
    Sum,
    Var,
    Where,
)
from bce_lint.facts.vocabulary.customs import CALLED

if TYPE_CHECKING:
    from bce_lint.facts.facts import Facts

WORDS: Mapping[type[Expr], str] = {
    Acos: "the angle",
    Add: "the sum",
    Asin: "the angle",
    Atanh: "its atanh",
    Clip: "the clipped value",
    Div: "the quotient",
    Exp: "the exponential",
    Log: "the logarithm",
    Log1p: "the logarithm",
    Max: "the maximum",
    Mean: "the mean",
    Mul: "the product",
    Norm: "the norm",
    Pow: "the power",
    Sqrt: "the root",
    Std: "the deviation",
    Sub: "the difference",
    Sum: "the sum",
    Var: "the variance",
    Where: "what is chosen",
}

LEFT_OUT = re.compile(r"\[[^\[\]]*\]")
ONE_CALL = re.compile(r"[\w.]+\((?:(?:\w+=)?\{\w+!?\}(?:, )?)*\)")
"""A call of nothing but the op's own fields, for which the function's name says all."""
NAMED = re.compile(r"\{(\w+)!?\}")


def spoken(e: Expr, facts: Facts) -> str:
    """Return how a message speaks of `e`: "`p`", "`tf.norm(x)`", or "the norm" where that is too long to repeat."""
    name = facts.name(e)
    return f"`{name}`" if "..." not in name else WORDS.get(type(core(e)), "the value")


def offered(op: type[Expr], facts: Facts, otherwise: str) -> str:
    """Return how a help speaks of a function for `op` that the site's framework has: "`tf.nn.softplus`", "`np.logaddexp(0, x)`"."""
    language = vocabulary.vocabulary(facts.framework)
    spelling = language.spellings.get(op) if language else None
    if spelling is None:
        return otherwise
    whole = LEFT_OUT.sub("", spelling)
    text = whole.partition("(")[0] if ONE_CALL.fullmatch(whole) else NAMED.sub(r"\1", whole)
    for name, short in CALLED.items():
        text = re.sub(rf"(?<![\w.]){re.escape(name)}\.", f"{short}.", text)
    return f"`{text}`"
