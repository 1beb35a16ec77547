"""Logarithms of probabilities, as several rules look at them: which of their operands vanish, and is there a guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Clip, Const, Div, Expr, Log, Log1p, MatMul, Maximum, Mean, Mul, MulNoNan, Neg, Sub, Sum, Xlog1py, Xlogy
from bce_lint.facts.facts import Facts
from bce_lint.facts.relations import complement, is_share
from bce_lint.facts.uses import is_label, numerator, summands


def is_probability(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` is known, or guessed, to lie in [0, 1]; a ratio of totals, such as an overlap, is no probability."""
    p = picked(x, facts)
    interval = facts.range(p).interval
    return interval.lo >= 0 and interval.hi <= 1 and not interval.nan and facts.modelled(p) and not is_overlap(p)


def picked(x: Expr, facts: Facts) -> Expr:
    """Return `p` if `x` is `sum(y * p)` with labels `y`: the probability of the right class; else `x` itself."""
    match core(x):
        case Sum(product) if isinstance(core(product), Mul):
            values = [factor for factor in numerator(product) if not is_label(factor, facts)]
            return values[0] if len(values) == 1 and len(numerator(product)) == 2 else x
    return x


def is_overlap(x: Expr) -> bool:
    """Tell whether `x` is a quotient of sums over many entries, and not one entry's share in such a sum."""
    inner = core(x)
    if not isinstance(inner, Div) or is_share(inner.x, inner.y):
        return False
    return any(isinstance(core(term), (Sum, Mean)) for term in summands(inner.y))


def complement_logged(e: Expr) -> Expr | None:
    """Return `p` if `e` is `log(1 - p)` or `log1p(-p)`."""
    match e:
        case Log(x):
            return complement(x)
        case Log1p(Neg(p)):
            return p
    return None


def logged(e: Expr) -> Expr | None:
    """Return `p` if `e` is `log(p)` and `p` is not a complement."""
    return core(e.x) if isinstance(e, Log) and complement(e.x) is None else None


@dataclass(frozen=True, slots=True)
class Term:
    """A signed product."""

    negative: bool
    factors: tuple[Expr, ...]


def terms(e: Expr, *, negative: bool = False) -> list[Term]:
    """Return the signed products whose sum `e` is; what is not a sum or a negation is one product."""
    match e:
        case Add(x, y):
            return [*terms(x, negative=negative), *terms(y, negative=negative)]
        case Sub(x, y):
            return [*terms(x, negative=negative), *terms(y, negative=not negative)]
        case Neg(x):
            return terms(x, negative=not negative)
    return [Term(negative, tuple(factors(e)))]


def factors(e: Expr) -> list[Expr]:
    """Return the factors of nested products, a constant divisor among them."""
    match e:
        case Mul(x, y) | MulNoNan(x, y):
            return [*factors(x), *factors(y)]
        case Div(x, Const() as y):
            return [*factors(x), y]
        case Neg(x):
            return [Const(-1.0), *factors(x)]
    return [e]


@dataclass(frozen=True, slots=True)
class Logarithm:
    """A product in which `op` takes the logarithm of `p`, or of its `complement`; `plain` if no sum along an axis lies between."""

    op: Expr
    p: Expr
    others: tuple[Expr, ...]
    complement: bool = False
    plain: bool = True


def logarithm(product: Sequence[Expr]) -> Logarithm | None:
    """Return the logarithm among the factors of a product, seen into sums, means and scalar products."""
    for factor in product:
        others = tuple(other for other in product if other is not factor)
        match core(factor):
            case Log(x) | Xlogy(_, x) as op if (p := complement(x)) is not None:
                return Logarithm(op, p, (*others, *weight_of(op)), complement=True)
            case Log(x) | Xlogy(_, x) as op:
                return Logarithm(op, core(x), (*others, *weight_of(op)))
            case Log1p(Neg(p)) | Xlog1py(_, Neg(p)) as op:
                return Logarithm(op, core(p), (*others, *weight_of(op)), complement=True)
            case Sum(x) | Mean(x) if (inner := logarithm(factors(x))) is not None:
                return replace(inner, others=(*others, *inner.others), plain=False)
            case MatMul(x, y) if (inner := logarithm([*factors(x), *factors(y)])) is not None:
                return replace(inner, others=(*others, *inner.others), plain=False)
    return None


def weight_of(op: Expr) -> tuple[Expr, ...]:
    """Return what `xlogy` and `xlog1py` multiply the logarithm by."""
    return (op.x,) if isinstance(op, (Xlogy, Xlog1py)) else ()


def guard_of(e: Expr) -> Expr | None:
    """Return the guard nearest to `e`: a clip, a floor, an added constant."""
    match e:
        case Clip() | Maximum() | Add(_, Const()) | Add(Const(), _):
            return e
        case Sub(Const(value), x):
            return guard_of(x) if value == 1.0 else e
        case Neg(x):
            return guard_of(x)
        case _:
            inner = core(e)
            return guard_of(inner) if inner is not e else None
