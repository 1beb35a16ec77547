"""Exact derivatives: against differences in multiple precision for every op, and against JAX's and PyTorch's for whole expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from bce_lint.confirm.exact import differentiate, evaluate, gradient
from bce_lint.confirm.meanings import MEANINGS
from bce_lint.confirm.reals import ELEMENTWISE
from bce_lint.facts import expr as ex
from bce_lint.facts.expr import Const, Expr, Free, Param, walk

X, Y, T = Param("x", "loss"), Param("y", "loss"), Free("t", "loss")
ONE = Const(1.0)
PATH, BESIDE = ex.Add(X, ex.Mul(T, Free("d", "loss"))), ex.Sub(Y, ex.Mul(T, Free("d", "loss")))
"""What moves with t, and something else that does."""
UNIT = np.array([[0.1, 0.45, 0.8], [0.3, 0.62, 0.9]])
WIDE = np.array([[-2.4, 0.3, 1.25], [3.9, -0.75, 0.55]])
CLASSES = np.array([2, 0])
P = ex.Sigmoid(PATH)

SAMPLES: list[Expr] = [
    *(op(PATH, BESIDE) for op in (ex.Add, ex.Sub, ex.Mul, ex.Div, ex.Maximum, ex.Minimum, ex.LogAddExp, ex.DivNoNan, ex.MulNoNan)),
    *(op(P, ex.Sigmoid(BESIDE)) for op in (ex.Pow, ex.Xlogy, ex.Xlog1py, ex.BinaryCrossEntropy, ex.SigmoidCrossEntropy)),
    *(op(PATH) for op in (ex.Neg, ex.Abs, ex.Sign, ex.Square, ex.Exp, ex.Expm1, ex.Sigmoid, ex.LogSigmoid, ex.Softplus, ex.Tanh, ex.Cosh)),
    *(op(P) for op in (ex.Sqrt, ex.Log, ex.Log1p, ex.Logit, ex.Acos, ex.Asin, ex.Atanh)),
    *(op(PATH) for op in (ex.Sinh, ex.Relu, ex.NanToNum, ex.Round, ex.Softmax, ex.LogSoftmax)),
    *(op(PATH, axis) for op in (ex.Sum, ex.Mean, ex.Max, ex.Min, ex.Prod, ex.LogSumExp, ex.Var, ex.Std) for axis in (None, 0)),
    *(ex.Norm(PATH, order, 1) for order in (1.0, 2.0, 3.0, np.inf)),
    ex.Where(ex.Truth(">", PATH, Y), ex.Exp(PATH), BESIDE),
    ex.Clip(PATH, Const(-1.0), ONE),
    ex.Logit(P, Const(0.3)),
    ex.Cast(PATH, "int"),
    ex.Cast(PATH, "float32"),
    ex.Join((PATH,)),
    ex.MatMul(PATH, ex.View(BESIDE, "{x}.T")),
    ex.Index(PATH, ":, 1"),
    ex.CategoricalCrossEntropy(Free("y", "loss"), ex.Softmax(PATH)),
    ex.SoftmaxCrossEntropy(Y, PATH),
    ex.SoftmaxCrossEntropy(Free("classes", "loss"), PATH, sparse=True),
    ex.NegativeLogLikelihood(Free("classes", "loss"), ex.LogSoftmax(PATH)),
    ex.KlDivergence(Y, ex.LogSoftmax(PATH)),
    ex.KlDivergence(ex.LogSigmoid(BESIDE), ex.LogSoftmax(PATH), log_labels=True),
    ex.Pow(P, Const(0.3)),
    ex.Pow(PATH, Const(2.0)),
    ex.Pow(Const(2.0), PATH),
]


def inputs(t: object) -> dict[str, object]:
    return {"x": WIDE, "y": UNIT, "d": UNIT[::-1] * 3, "classes": CLASSES, "t": t}


def differences(e: Expr) -> Any:  # noqa: ANN401
    """Differentiate by t numerically, over a step far below what doubles could take; right to 30 digits."""
    with mp.workdps(60):
        step = mp.mpf(10) ** -10
        a, b, c, d = (evaluate(e, inputs(steps * step), 60) for steps in (-2, -1, 1, 2))
        return (8 * (c - b) - (d - a)) / (12 * step)


@pytest.mark.parametrize("e", SAMPLES, ids=lambda e: type(e).__name__)
def test_every_op_is_differentiated_as_differences_say(e: Expr) -> None:
    value, slope = differentiate(e, inputs(0.0), "t")
    assert np.all(value == evaluate(e, inputs(0.0)))
    for got, want in zip(np.asarray(slope).flat, np.asarray(differences(e)).flat, strict=True):
        assert abs(got - want) <= 1e-25 * max(1, abs(want)), e


def test_no_op_with_a_meaning_is_left_out() -> None:
    assert {type(part) for e in SAMPLES for part in walk(e)} >= set(ELEMENTWISE) | set(MEANINGS)


# --- where nothing is smooth


@dataclass(frozen=True)
class Corner:
    """An expression of x, a place, and its derivative there."""

    e: Expr
    x: float
    slope: float


CORNERS = {
    "the derivative of a root at 0 is infinite": Corner(ex.Sqrt(X), 0.0, np.inf),
    "and of a power below 1": Corner(ex.Pow(X, Const(0.75)), 0.0, np.inf),
    "and of an arc at its end": Corner(ex.Acos(X), 1.0, -np.inf),
    "and of a logarithm": Corner(ex.Log(X), 0.0, np.inf),
    "a root of a square has the kink of |x|": Corner(ex.Sqrt(ex.Square(X)), 0.0, 0.0),
    "a norm too": Corner(ex.Norm(X), 0.0, 0.0),
    "a clip at its end has the mean of both sides": Corner(ex.Clip(X, Const(0.5), ONE), 0.5, 0.5),
    "a relu too": Corner(ex.Relu(X), 0.0, 0.5),
    "beyond a clip nothing moves": Corner(ex.Clip(X, Const(0.5), ONE), 0.25, 0.0),
    "what a where does not choose adds nothing": Corner(ex.Where(ex.Truth(">", X, Const(0.0)), ex.Log(X), Const(0.0)), 0.0, 0.0),
    "what a maximum does not choose adds nothing": Corner(ex.Maximum(ex.Log(X), Const(-3.0)), 0.0, 0.0),
    "a product with 0 stays 0": Corner(ex.Mul(Const(0.0), ex.Sqrt(X)), 0.0, 0.0),
    "x log x falls straight down at 0": Corner(ex.Xlogy(X, X), 0.0, -np.inf),
    "xlogy moves with its factor": Corner(ex.Xlogy(X, Const(2.0)), 0.0, float(np.log(2.0))),
    "a stopped gradient is none": Corner(ex.Mul(ex.StopGradient(X), X), 3.0, 3.0),
    "a wrong answer far out still teaches": Corner(ex.SigmoidCrossEntropy(Const(0.0), X), 5000.0, 1.0),
    "a naive one, exactly, too": Corner(ex.Neg(ex.Log(ex.Sub(ONE, ex.Sigmoid(X)))), 1000.0, 1.0),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    corner = CORNERS[name]
    _, slope = differentiate(corner.e, {"x": corner.x}, "x")
    assert float(slope) == pytest.approx(corner.slope)


def test_where_there_is_no_value_there_is_no_derivative() -> None:
    assert mp.isnan(differentiate(ex.Log(X), {"x": -1.0}, "x")[1].item())
    assert mp.isnan(differentiate(ex.Square(ex.Sqrt(X)), {"x": 0.0}, "x")[1].item())


# --- against automatic differentiation

Pair = tuple[Expr, Callable[..., Any]]
"""An expression of x and y, and the same in a framework."""


def grown(rng: np.random.Generator, numpy: Any, nn: Any, depth: int) -> Pair:  # noqa: ANN401  (modules)
    """Return a random expression of numbers around 1, smooth or not, and the same in JAX."""
    if depth == 0:
        return ((X, lambda x, _: x), (Y, lambda _, y: y))[rng.integers(2)]
    a, f = grown(rng, numpy, nn, depth - 1)
    b, g = grown(rng, numpy, nn, depth - 1)
    square, above = ex.Add(ONE, ex.Square(a)), ex.Truth(">", a, b)
    choices: list[Pair] = [
        (ex.Sub(a, b), lambda x, y: f(x, y) - g(x, y)),
        (ex.Mul(a, ex.Tanh(b)), lambda x, y: f(x, y) * numpy.tanh(g(x, y))),
        (ex.Div(b, square), lambda x, y: g(x, y) / (1 + f(x, y) ** 2)),
        (ex.Log(square), lambda x, y: numpy.log(1 + f(x, y) ** 2)),
        (ex.Sqrt(square), lambda x, y: numpy.sqrt(1 + f(x, y) ** 2)),
        (ex.Pow(square, Const(-0.3)), lambda x, y: (1 + f(x, y) ** 2) ** -0.3),
        (ex.Sigmoid(a), lambda x, y: nn.sigmoid(f(x, y))),
        (ex.Softplus(a), lambda x, y: nn.softplus(f(x, y))),
        (ex.Softmax(a), lambda x, y: nn.softmax(f(x, y), axis=-1)),
        (ex.LogSoftmax(a), lambda x, y: nn.log_softmax(f(x, y), axis=-1)),
        (ex.Maximum(a, b), lambda x, y: numpy.maximum(f(x, y), g(x, y))),
        (ex.Clip(a, Const(-1.0), ONE), lambda x, y: numpy.clip(f(x, y), -1.0, 1.0)),
        (ex.Where(above, a, ex.Neg(b)), lambda x, y: numpy.where(f(x, y) > g(x, y), f(x, y), -g(x, y))),
        (ex.LogAddExp(a, b), lambda x, y: numpy.logaddexp(f(x, y), g(x, y))),
        (ex.Add(b, ex.Var(a, 1, keepdims=True)), lambda x, y: g(x, y) + numpy.var(f(x, y), axis=1, keepdims=True)),
    ]
    return choices[rng.integers(len(choices))]


@pytest.mark.framework
def test_random_expressions_have_the_gradient_that_jax_finds() -> None:
    jax = pytest.importorskip("jax", reason="compares with JAX's gradients")
    rng = np.random.default_rng(5)
    compared = 0
    with jax.enable_x64(new_val=True):
        for _ in range(60):
            e, f = grown(rng, jax.numpy, jax.nn, int(rng.integers(1, 5)))
            x, y = rng.normal(scale=1.5, size=(2, 2, 3))
            want = jax.grad(lambda x, y, f=f: jax.numpy.sum(f(x, y)))(x, y)
            got = gradient(e, {"x": x, "y": y}, "x", 20).astype(float)
            assert got == pytest.approx(np.asarray(want), rel=1e-9, abs=1e-11), e
            compared += bool(np.any(got))
    assert compared > 30


LOSSES: list[tuple[str, Expr]] = [
    ("F.binary_cross_entropy_with_logits(x, y, reduction='sum')", ex.SigmoidCrossEntropy(Y, X)),
    ("F.binary_cross_entropy(torch.sigmoid(x), y, reduction='sum')", ex.BinaryCrossEntropy(Y, ex.Sigmoid(X))),
    ("F.cross_entropy(x, y, reduction='sum')", ex.SoftmaxCrossEntropy(Y, X)),
    ("F.kl_div(F.log_softmax(x, -1), y, reduction='sum')", ex.KlDivergence(Y, ex.LogSoftmax(X))),
    ("-(y * torch.log(torch.sigmoid(x)) + (1 - y) * torch.log(1 - torch.sigmoid(x))).sum()", ex.BinaryCrossEntropy(Y, ex.Sigmoid(X))),
    ("(y * (1 - torch.sigmoid(x)) ** 2).sum()", ex.Mul(Y, ex.Pow(ex.Sub(ONE, ex.Sigmoid(X)), Const(2.0)))),
    ("torch.linalg.vector_norm(x - y, dim=-1).sum()", ex.Norm(ex.Sub(X, Y), 2, -1)),
    ("torch.logsumexp(x * y, -1).sum()", ex.LogSumExp(ex.Mul(X, Y), -1)),
    ("torch.special.logit(torch.sigmoid(x), 0.2).sum()", ex.Logit(ex.Sigmoid(X), Const(0.2))),
    ("torch.cosh(x - y).log().sum()", ex.Log(ex.Cosh(ex.Sub(X, Y)))),
    ("torch.acos(torch.tanh(x)).sum() + torch.prod(x)", ex.Add(ex.Sum(ex.Acos(ex.Tanh(X))), ex.Prod(X))),
    ("(x @ y.T).max(-1).values.sum()", ex.Max(ex.MatMul(X, ex.View(Y, "{x}.T")), -1)),
]


@pytest.mark.framework
@pytest.mark.parametrize(("source", "e"), LOSSES, ids=lambda v: v if isinstance(v, str) else "")
def test_losses_have_the_gradient_that_pytorch_finds(source: str, e: Expr) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch's gradients")
    rng = np.random.default_rng(7)
    x, y = rng.normal(scale=3.0, size=(4, 3)), rng.uniform(size=(4, 3))
    leaf = torch.tensor(x, requires_grad=True)
    eval(source, {"torch": torch, "F": torch.nn.functional, "x": leaf, "y": torch.tensor(y)}).backward()  # noqa: S307  (ours)
    want = leaf.grad.numpy()
    got = gradient(ex.Sum(e), {"x": x, "y": y}, "x", 20).astype(float)
    assert got == pytest.approx(want, rel=1e-9, abs=1e-12)
