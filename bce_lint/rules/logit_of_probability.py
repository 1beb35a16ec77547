"""`log(p / (1 - p))` of a probability `p` that can be exactly 0 or 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Div, Expr, Log, Logit, Neg, Sub, children
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import both_sides
from bce_lint.facts.logs import complement_logged, is_probability, logged
from bce_lint.facts.relations import complement
from bce_lint.rule import Bad, Good, Report, rule

INVERSE = re.compile(r"(^|_)inv(erse)?(_|$)")
"""What functions are called that give an activation's input back, or infinity at its ends."""


@rule(
    "logit-of-probability",
    code="BCE101",
    on=(Log, Logit, Sub),
    bad=[
        Bad(
            """
            def loss(labels, logits):
                p = tf.sigmoid(logits)
                z = tf.math.log(p / (1 - p))  # flagged
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=z)
            """,
            fixed="    z = logits",
            breaks={"logits": 20.0, "labels": 1.0},
        ),
        Bad(
            """
            import torch
            import torch.nn.functional as F

            def loss(labels, logits):
                p = torch.sigmoid(logits)
                z = -torch.log(1 / p - 1)  # flagged
                return F.binary_cross_entropy_with_logits(z, labels)
            """,
            fixed="    z = logits",
            breaks={"logits": 20.0, "labels": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def loss(labels, logits):
                return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
            """
        ),
    ],
)
def logit_of_probability(e: Expr, facts: Facts) -> Report | None:
    """A float32 sigmoid is exactly 1.0 from 16.64 on, so the quotient divides by 0 and every gradient behind it is NaN.

    Clipped first, as Keras 1 and 2 did, it stays finite, but a confident wrong answer then has gradient 0.
    The logits are what the sigmoid was made from: use them.
    """
    found = logit_of(e)
    if found is None or not is_probability(found.p, facts) or not facts.would_touch(found.p, 0.0, 1.0):
        return None
    if isinstance(e, Logit) and facts.guessed(found.p) and is_inverse(facts):
        return None
    name, logits = facts.name(found.p), facts.logits_of(found.p)
    return Report(
        f"{facts.saturated(found.p)}, so `1 - {name}` is 0 and `{shape(e, name)}` infinite"
        if facts.would_touch(found.p, 1.0)
        else f"{facts.vanished(found.p)}, so `{shape(e, name)}` is infinite",
        help="use the logits that the probability was made from" if logits else "compute the loss from logits, or clip first",
        because=(found.p,),
        covers=tuple(above(e, found.p)),
        replace=Neg(logits) if logits is not None and found.negative else logits,
        swaps=both_sides(e, found.p, facts),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The probability whose logit is taken, or whose `negative` logit."""

    p: Expr
    negative: bool = False


def logit_of(e: Expr) -> Found | None:
    """Return `p` if `e` is `log(p / (1 - p))`, `log(p) - log(1 - p)`, `log(1 / p - 1)` or a library's unclipped logit(p)."""
    match e:
        case Log(Div(p, q)) if complement(q) is core(p):
            return Found(p)
        case Log(Div(q, p)) if complement(q) is core(p):
            return Found(p, negative=True)
        case Log(Sub(Div(Const(1.0), p), Const(1.0))):
            return Found(p, negative=True)
        case Sub(x, y) if (one := logged(x)) is not None and complement_logged(y) is one:
            return Found(one)
        case Sub(x, y) if (one := logged(y)) is not None and complement_logged(x) is one:
            return Found(one, negative=True)
        case Logit(p, None):
            return Found(p)
    return None


def is_inverse(facts: Facts) -> bool:
    """Tell whether the function is by its name the inverse of another: its callers know what they pass."""
    path = facts.trace.path
    return bool(path) and INVERSE.search(path[-1].lower()) is not None


def above(e: Expr, p: Expr) -> Iterator[Expr]:
    """Yield `e` and what it consists of, down to `p`."""
    if e is not p:
        yield e
        for child in children(e):
            yield from above(child, p)


def shape(e: Expr, name: str) -> str:
    """Return how the logit is written."""
    match e:
        case Log(Div(q, _)) if complement(q) is not None:
            return f"log((1 - {name}) / {name})"
        case Sub(x, _):
            return f"log({name}) - log(1 - {name})" if complement_logged(x) is None else f"log(1 - {name}) - log({name})"
        case Logit():
            return f"logit({name})"
        case Log(Sub()):
            return f"log(1 / {name} - 1)"
    return f"log({name} / (1 - {name}))"
