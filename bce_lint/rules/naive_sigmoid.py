"""`1 / (1 + exp(-x))` and `exp(x) / (1 + exp(x))`: a sigmoid, or tanh, written out."""

from __future__ import annotations

from dataclasses import dataclass

from bce_lint.facts.algebra import core, div, mul, neg, opposite
from bce_lint.facts.exponentials import chosen, differentiated, overflow, overflowing
from bce_lint.facts.expr import Add, Const, Div, Exp, Expr, Mul, Neg, Sigmoid, Sub, Tanh, Where, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.words import offered
from bce_lint.rule import Bad, Good, Report, rule

ONE = Const(1.0)
TWO = Const(2.0)


@rule(
    "naive-sigmoid",
    code="BCE301",
    on=(Div, Where),
    bad=[
        Bad(
            """
            def gate(logits):
                return 1 / (1 + tf.exp(-logits))  # flagged
            """,
            fixed="    return tf.sigmoid(logits)",
            breaks={"logits": -100.0},
        ),
        Bad(
            """
            def gate(logits):
                e = np.exp(logits)
                return e / (1 + e)  # flagged
            """,
            fixed="    return np.exp(-np.logaddexp(0, -logits))",
            breaks={"logits": 1000.0},
        ),
    ],
    good=[
        Good(
            """
            def gate(logits):
                return tf.sigmoid(logits)
            """
        ),
    ],
)
def naive_sigmoid(e: Expr, facts: Facts) -> Report | None:
    """From x = -88.72 on exp(-x) is infinite in float32: the sigmoid is 0, as it should be, but its gradient 0 * inf, NaN.

    `exp(x) / (1 + exp(x))` is inf / inf, NaN itself, from 88.72. Every framework has a sigmoid that is neither.
    In NumPy, which has no gradients, the first form only warns and is not reported.
    """
    found = written_out(e)
    if found is None or overflowing(found.exp, facts) is None or not harmful(e, found, facts):
        return None
    return Report(
        f"{overflow(found.exp, facts)}; {harm(found, facts)}",
        help=f"use {offered(Tanh, facts, 'tanh') if isinstance(found.meant, Tanh) else offered(Sigmoid, facts, 'a stable sigmoid')}",
        because=(found.exp.x,),
        covers=tuple(part for part in walk(e) if isinstance(part, (Exp, Div, Sub, Where))),
        replace=found.meant,
    )


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """The exponential of a sigmoid or tanh, whether it stands above the bar too, and what is meant (None: who knows)."""

    exp: Exp
    twice: bool
    meant: Expr | None


def written_out(e: Expr) -> WrittenOut | None:
    """Return the parts of `e` if it divides by 1 + exp(z) or by exp(z) + exp(-z), or chooses between two ways to write that."""
    match e:
        case Where(_, x, y):
            first, second = written_out(x), written_out(y)
            if first is None or second is None or first.meant is not second.meant:
                return None
            return first
        case Div(x, Add(Exp(a) as p, Exp(b) as q)) if neg(a) is b:
            meant: dict[Expr, Expr] = {Sub(p, q): Tanh(a), Sub(q, p): Tanh(b), p: Sigmoid(mul(a, TWO)), q: Sigmoid(mul(b, TWO))}
            return WrittenOut(p, twice=True, meant=meant[x]) if x in meant else None
        case Div(x, Add(y, one)) if isinstance(exp := core(y), Exp) and core(one) is ONE:
            if exp not in walk(x):
                return WrittenOut(exp, twice=False, meant=mul(x, Sigmoid(opposite(exp.x))) if y is exp else None)
            half = halved(exp.x)
            meant = {exp: Sigmoid(exp.x), Sub(exp, ONE): Tanh(half), Sub(ONE, exp): Tanh(opposite(half))}
            return WrittenOut(exp, twice=True, meant=meant.get(x))
    return None


def halved(x: Expr) -> Expr:
    """Return `x / 2`, without doubling and halving."""
    match x:
        case Mul(inner, Const(factor)):
            return mul(inner, Const(factor / 2))
        case Neg(inner):
            return opposite(halved(inner))
    return div(x, TWO)


def harmful(e: Expr, found: WrittenOut, facts: Facts) -> bool:
    """Tell whether the overflow shows: by itself or in a gradient, if there are gradients."""
    if facts.framework == "python" or differentiated(facts):
        return True
    return found.twice and not isinstance(e, Where) and not chosen(e, facts)


def harm(found: WrittenOut, facts: Facts) -> str:
    """Return what comes of the overflow."""
    if facts.framework == "python":
        return "a stable sigmoid does not"
    return "this is then inf / inf, NaN" if found.twice else "the value is then 0, but its gradient 0 * inf, NaN"
