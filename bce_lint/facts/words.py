"""What messages call a value: its name or text as written, between backquotes, or a word for what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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


def spoken(e: Expr, facts: Facts) -> str:
    """Return how a message speaks of `e`: "`p`", "`tf.norm(x)`", or "the norm" where that is too long to repeat."""
    name = facts.name(e)
    return f"`{name}`" if "..." not in name else WORDS.get(type(core(e)), "the value")
