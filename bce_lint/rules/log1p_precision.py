"""`log(1 + x)` of a small `x`, most of whose digits the sum has lost."""

from __future__ import annotations

import re

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import summands
from bce_lint.facts.expr import Add, Const, Exp, Expr, Log, Log1p, Sum
from bce_lint.facts.facts import Facts
from bce_lint.facts.meaning import Role
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Level, Report, rule

COUNT = re.compile(r"count|num_|num$|freq|size|length|degree|views|clicks|^n_|^n$|steps?$", re.IGNORECASE)


@rule(
    "log1p-precision",
    code="BCE601",
    on=Log,
    level=Level.OPT_IN,
    bad=[
        Bad(
            """
            def cauchy_loss(error):
                return tf.reduce_mean(tf.math.log(1.0 + tf.square(error)))  # flagged
            """,
            fixed="    return tf.reduce_mean(tf.math.log1p(tf.square(error)))",
            breaks={"error": 1e-4},
        ),
        Bad(
            """
            def loss(delta):
                return np.mean(np.log(delta + 1))  # flagged
            """,
            fixed="    return np.mean(np.log1p(delta))",
            breaks={"delta": 1e-17},
        ),
    ],
    good=[
        Good(
            """
            def cauchy_loss(error):
                return tf.reduce_mean(tf.math.log1p(tf.square(error)))
            """
        ),
    ],
)
def log1p_precision(log: Log, facts: Facts) -> Report | None:
    """In float32 `1 + x` keeps of a small x what is above 6e-8: at x = 1e-5 the logarithm is 0.1 % off, below 6e-8 it is 0.

    `log1p(x)` is right to the last digit everywhere.
    """
    match log.x:
        case Add(x, Const(1.0)) if small(x, facts):
            return Report(
                f"`{facts.name(log.x)}` loses the digits of a small `{facts.name(x)}`: below {half_step(facts):.1g} its log is 0",
                help=f"use {offered(Log1p, facts, 'log1p')}",
                because=(x,),
                replace=Log1p(x),
            )
    return None


def small(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` can be small without being 0: not a count, nor an exponential, whose smallness loses nothing here."""
    interval = facts.range(x).interval
    if (
        isinstance(core(x), (Const, Sum))
        or facts.role(core(x)) is Role.INTEGER
        or COUNT.search(facts.name(core(x)))
        or any(isinstance(part, Exp) for part in summands(x))
    ):
        return False
    return interval.lo < half_step(facts) and interval.hi > -half_step(facts)


def half_step(facts: Facts) -> float:
    """Return half the distance from 1 to the next number: what is smaller disappears in a sum with 1."""
    return (float(facts.format.next_up(1.0)) - 1) / 2
