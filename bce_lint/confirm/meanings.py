"""What each op of the algebra means in real numbers: a function of the op and of the values of its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp
import numpy as np

from bce_lint.confirm import axes
from bce_lint.confirm.duals import constant, plain
from bce_lint.confirm.reals import (
    ELEMENTWISE,
    RELATIONS,
    ROUNDINGS,
    Array,
    NotExact,
    array,
    cross_entropy,
    divergence,
    elementwise,
    exp,
    larger,
    logit,
    root,
    smaller,
    softplus,
    truncated,
    xlogy,
)
from bce_lint.facts import expr as ex
from bce_lint.facts.expr import Expr, children

Of = Callable[[Expr], Array]
"""How a meaning asks for the value of an operand."""

Meaning = Callable[[Any, Of], Array]


def meaning(e: Expr, of: Of) -> Array:
    """Return the value of `e`, asking `of` for those of its operands; leaves have none."""
    f = ELEMENTWISE.get(type(e))
    if f is not None:
        return elementwise(f, *(of(x) for x in children(e)))
    if type(e) not in MEANINGS:
        raise NotExact(f"{_shown(e)} is not a number that is known")
    return MEANINGS[type(e)](e, of)


def _shown(e: Expr) -> str:
    return str(getattr(e, "text", getattr(e, "name", type(e).__name__.lower())))


def _join(e: ex.Join, of: Of) -> Array:
    if len(e.choices) > 1:
        raise NotExact("it depends on the way that is taken")
    return of(e.choices[0])


def _cast(e: ex.Cast, of: Of) -> Array:
    x = of(e.x)
    match e.dtype:
        case "int":
            return elementwise(constant(truncated), x)
        case "bool":
            return elementwise(lambda v: mp.mpf(plain(v) != 0), x)
    return x


def _clip(e: ex.Clip, of: Of) -> Array:
    x = of(e.x) if e.lo is None else elementwise(larger, of(e.x), of(e.lo))
    return x if e.hi is None else elementwise(smaller, x, of(e.hi))


def _truth(e: ex.Truth, of: Of) -> Array:
    if e.relation not in RELATIONS:
        raise NotExact(f"the test {e.relation!r} is not known")
    holds = RELATIONS[e.relation]
    return elementwise(constant(lambda *operands: mp.mpf(bool(holds(*operands)))), *(of(x) for x in children(e)))


def _logit(e: ex.Logit, of: Of) -> Array:
    x = of(e.x)
    if e.eps is not None:
        eps = of(e.eps)
        x = elementwise(smaller, elementwise(larger, x, eps), array(1 - eps))
    return elementwise(logit, x)


def _matmul(e: ex.MatMul, of: Of) -> Array:
    x, y = of(e.x), of(e.y)
    try:
        return array(np.matmul(x, y))
    except ValueError as error:
        raise NotExact(f"shapes {x.shape} and {y.shape} do not multiply") from error


def _softmax(e: ex.Softmax, of: Of) -> Array:
    x = of(e.x)
    return axes.softmax(x, axes.known(e.axis, x))


def _log_softmax(e: ex.LogSoftmax, of: Of) -> Array:
    x = of(e.x)
    return axes.log_softmax(x, axes.known(e.axis, x))


def _reduction(reduce: Callable[..., Array]) -> Meaning:
    """Make a meaning of a function of `x`, its known axes and `keepdims`."""

    def meant(e: Any, of: Of) -> Array:  # noqa: ANN401  (any op with x, axis and keepdims)
        x = of(e.x)
        return reduce(x, axes.known(e.axis, x), keepdims=e.keepdims)

    return meant


def _norm(e: ex.Norm, of: Of) -> Array:
    x = of(e.x)
    return axes.norm(x, e.ord, axes.known(e.axis, x), keepdims=e.keepdims)


def _var(e: ex.Var | ex.Std, of: Of) -> Array:
    x = of(e.x)
    return axes.variance(x, axes.known(e.axis, x), keepdims=e.keepdims, ddof=e.ddof)


def _std(e: ex.Std, of: Of) -> Array:
    return elementwise(root, _var(e, of))


# --- losses


def _sigmoid_cross_entropy(e: ex.SigmoidCrossEntropy, of: Of) -> Array:
    """Weigh the two softplus by the labels."""
    weight = array(mp.mpf(1)) if e.pos_weight is None else of(e.pos_weight)
    return elementwise(lambda y, x, w: w * y * softplus(-x) + (1 - y) * softplus(x), of(e.labels), of(e.x), weight)


def _categorical(e: ex.CategoricalCrossEntropy, of: Of) -> Array:
    return _by_class(e, of, of(e.x), xlogy)


def _softmax_cross_entropy(e: ex.SoftmaxCrossEntropy, of: Of) -> Array:
    x = of(e.x)
    log_p = axes.log_softmax(x, axes.known(e.axis, x))
    return _by_class(e, of, log_p, lambda y, p: mp.mpf(0) if plain(y) == 0 else y * p)


def _by_class(e: ex.CategoricalCrossEntropy | ex.SoftmaxCrossEntropy, of: Of, x: Array, term: Callable[..., Any]) -> Array:
    """Return -sum(term(labels, x)) over the classes, or -term(1, x) of the class that a sparse label names."""
    along = axes.known(e.axis, x)
    if not e.sparse:
        return array(-axes.total(elementwise(term, of(e.labels), x), along))
    if along is None or len(along) != 1:
        raise NotExact("the axis of the classes is not known")
    return elementwise(lambda p: -term(mp.mpf(1), p), axes.picked(x, of(e.labels), along[0]))


def _negative_log_likelihood(e: ex.NegativeLogLikelihood, of: Of) -> Array:
    x = of(e.x)
    return array(-axes.picked(x, of(e.labels), 1 if x.ndim > 1 else 0))


def _kl_divergence(e: ex.KlDivergence, of: Of) -> Array:
    if e.log_labels:
        return elementwise(lambda y, x: exp(y) * (y - x), of(e.labels), of(e.x))
    return elementwise(divergence, of(e.labels), of(e.x))


MEANINGS: Mapping[type[Expr], Meaning] = {
    ex.Join: _join,
    ex.View: lambda e, of: axes.viewed(of(e.x), e.how),
    ex.Index: lambda e, of: axes.indexed(of(e.x), e.which),
    ex.Cast: _cast,
    ex.Clip: _clip,
    ex.Truth: _truth,
    ex.Round: lambda e, of: elementwise(constant(ROUNDINGS[e.how]), of(e.x)),
    ex.MatMul: _matmul,
    ex.Logit: _logit,
    ex.Softmax: _softmax,
    ex.LogSoftmax: _log_softmax,
    ex.Sum: _reduction(axes.total),
    ex.Mean: _reduction(axes.mean),
    ex.Max: _reduction(axes.greatest),
    ex.Min: _reduction(axes.least),
    ex.Prod: _reduction(axes.product),
    ex.LogSumExp: _reduction(axes.log_sum_exp),
    ex.Norm: _norm,
    ex.Var: _var,
    ex.Std: _std,
    ex.BinaryCrossEntropy: lambda e, of: elementwise(cross_entropy, of(e.labels), of(e.x)),
    ex.SigmoidCrossEntropy: _sigmoid_cross_entropy,
    ex.CategoricalCrossEntropy: _categorical,
    ex.SoftmaxCrossEntropy: _softmax_cross_entropy,
    ex.NegativeLogLikelihood: _negative_log_likelihood,
    ex.KlDivergence: _kl_divergence,
}
"""Ops that are more than a function of their operands' entries."""
