"""`exp` of a network's output, a log-variance or a difference of log-probabilities that nothing bounds."""

from __future__ import annotations

import re

from bce_lint.facts.algebra import core
from bce_lint.facts.exponentials import differentiated, harmless, overflow, overflowing, summands
from bce_lint.facts.expr import Add, Const, Div, Exp, Expr, Linear, MatMul, Mul, Neg, Param, Sub, Sum
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import ceiling
from bce_lint.facts.meaning import Role
from bce_lint.rule import Bad, Good, Level, Report, rule

SPREAD = re.compile(r"(.*[._])?log_?(vars?|variances?|stds?|stddev|sigmas?|scales?|ratios?|rates?|alphas?)(_?\w*)")
"""What logarithms of anything positive are called."""
PROBABILITY = re.compile(r"(.*[._])?log_?(p|ps|pi|pis|probs?|probas?|likelihoods?)(_?\w*)")
"""What logarithms of probabilities are called: at most 0, but their differences can be any number."""
LOSS = re.compile(r"(.*[._])?(\w*_)?(loss|nll|entropy)(_\w*)?")
SIZES = frozenset({Role.SCALAR, Role.INTEGER, Role.FLAG, Role.MASK, Role.WEIGHT, Role.LABEL})


@rule(
    "unbounded-exp",
    code="BCE306",
    on=Exp,
    level=Level.OPT_IN,
    bad=[
        Bad(
            """
            def kl_loss(mean, log_var):
                return -0.5 * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(log_var))  # flagged
            """,
            fixed="    return -0.5 * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(tf.minimum(log_var, 80.0)))",
            safe=False,
            breaks={"mean": 0.0, "log_var": 100.0},
        ),
        Bad(
            """
            def policy_loss(logp, logp_old, advantage):
                ratio = torch.exp(logp - logp_old)  # flagged
                return -(ratio * advantage).mean()
            """,
            fixed="    ratio = torch.exp(torch.clamp(logp - logp_old, max=80.0))",
            safe=False,
            breaks={"logp": 0.0, "logp_old": -100.0, "advantage": 1.0},
        ),
    ],
    good=[
        Good(
            """
            def kl_loss(mean, log_var):
                log_var = tf.clip_by_value(log_var, -20.0, 20.0)
                return -0.5 * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(log_var))
            """
        ),
    ],
)
def unbounded_exp(exp: Exp, facts: Facts) -> Report | None:
    """An encoder may put out a log-variance of any size, a policy move log-probabilities 88 apart: exp is then infinite in float32.

    A clip behind it does not help: its gradient 0 times inf is NaN. Clip the exponent, or let softplus make a positive number.
    """
    if overflowing(exp, facts) is None or harmless(exp, facts) or not grows(exp.x, facts) or divides(exp, facts):
        return None
    return Report(
        f"{overflow(exp, facts)}, and nothing bounds it",
        help="clip the exponent, or use softplus where just a positive number is wanted",
        because=(exp.x,),
        swaps=(ceiling(exp, exp.x, facts),),
    )


def grows(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` looks like what training can make as large as it likes."""
    name = facts.name(e)
    if SPREAD.fullmatch(name.lower()) or (facts.framework == "python" and LOSS.fullmatch(name.lower())):
        return True
    match core(e):
        case Linear() | MatMul() | Sum(Mul()) | Add(Linear() | MatMul(), _):
            return differentiated(facts)
        case Param(name) if name in facts.inputs and not probable(e, facts):
            return differentiated(facts) and facts.inputs[name].role not in SIZES
        case Sub(x, y):
            return all(isinstance(part, Const) or probable(part, facts) or grows(part, facts) for part in (x, y))
        case Neg(x) | Mul(x, Const()) | Div(x, Const()) | Add(x, Const()):
            return grows(x, facts)
        case Mul(x, y) | Div(x, y):
            return (size(y, facts) and grows(x, facts)) or (size(x, facts) and grows(y, facts))
    return False


def size(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is an input that only scales: a temperature, a weight."""
    return isinstance(e, Param) and e.name in facts.inputs and facts.inputs[e.name].role in SIZES


def probable(e: Expr, facts: Facts) -> bool:
    """Tell whether `e` is called the logarithm of a probability."""
    return PROBABILITY.fullmatch(facts.name(e).lower()) is not None


def divides(exp: Exp, facts: Facts) -> bool:
    """Tell whether something is divided by `exp` where an infinite divisor does no harm."""
    return not differentiated(facts) and any(isinstance(site.expr, Div) and exp in summands(site.expr.y) for site in facts.trace.sites)
