"""Exact meanings: against NumPy where doubles do, and by identities where they give up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from bce_lint.confirm.exact import NotExact, evaluate, gradient, sigmoid_of, softmax_of
from bce_lint.confirm.meanings import MEANINGS
from bce_lint.confirm.reals import ELEMENTWISE
from bce_lint.facts import expr as ex
from bce_lint.facts.expr import Const, Expr, Param

X, Y, Z, P, T = (Param(name, "loss") for name in ("x", "y", "z", "p", "t"))
ONE = Const(1.0)
RNG = np.random.default_rng(0)


def double(values: Any) -> Any:  # noqa: ANN401  (arrays of mpf)
    return np.asarray(values, dtype=object).astype(float)


def close(a: Any, b: Any, digits: int = 30) -> bool:  # noqa: ANN401
    """Tell whether two arrays of `mpf` agree to so many digits."""
    with mp.workdps(digits + 400):
        pairs = zip(np.asarray(a, dtype=object).flat, np.asarray(b, dtype=object).flat, strict=True)
        return all(x == y or abs(x - y) <= mp.mpf(10) ** -digits * abs(y) for x, y in pairs)


# --- the algebra in benign ranges

ANY = np.array([-3.0, -0.7, 0.0, 1e-3, 0.5, 1.0, 2.5])
UNIT = np.array([0.1, 0.25, 0.5, 0.9])

UNARY: list[tuple[type[Expr], Callable[[Any], Any], Any]] = [
    (ex.Neg, np.negative, ANY),
    (ex.Abs, np.abs, ANY),
    (ex.Sign, np.sign, ANY),
    (ex.Square, np.square, ANY),
    (ex.Sqrt, np.sqrt, np.abs(ANY)),
    (ex.Exp, np.exp, ANY),
    (ex.Expm1, np.expm1, ANY),
    (ex.Log, np.log, UNIT),
    (ex.Log1p, np.log1p, UNIT),
    (ex.Sigmoid, lambda x: 1 / (1 + np.exp(-x)), ANY),
    (ex.LogSigmoid, lambda x: -np.logaddexp(0, -x), ANY),
    (ex.Softplus, lambda x: np.logaddexp(0, x), ANY),
    (ex.Logit, lambda x: np.log(x / (1 - x)), UNIT),
    (ex.Tanh, np.tanh, ANY),
    (ex.Cosh, np.cosh, ANY),
    (ex.Sinh, np.sinh, ANY),
    (ex.Relu, lambda x: np.maximum(x, 0), ANY),
    (ex.Acos, np.arccos, UNIT),
    (ex.Asin, np.arcsin, UNIT),
    (ex.Atanh, np.arctanh, UNIT),
    (ex.Round, np.rint, ANY),
    (ex.NanToNum, np.nan_to_num, ANY),
]
BINARY: list[tuple[type[Expr], Callable[[Any, Any], Any]]] = [
    (ex.Add, np.add),
    (ex.Sub, np.subtract),
    (ex.Mul, np.multiply),
    (ex.Div, np.divide),
    (ex.Maximum, np.maximum),
    (ex.Minimum, np.minimum),
    (ex.Pow, np.power),
    (ex.LogAddExp, np.logaddexp),
    (ex.DivNoNan, np.divide),
    (ex.MulNoNan, np.multiply),
    (ex.Xlogy, lambda x, y: x * np.log(y)),
    (ex.Xlog1py, lambda x, y: x * np.log1p(y)),
]


@pytest.mark.parametrize(("op", "f", "points"), UNARY, ids=lambda v: getattr(v, "__name__", ""))
def test_an_op_is_what_numpy_computes(op: Any, f: Callable[[Any], Any], points: Any) -> None:  # noqa: ANN401
    assert double(evaluate(op(X), {"x": points})) == pytest.approx(f(points), rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(("op", "f"), BINARY, ids=lambda v: getattr(v, "__name__", ""))
def test_an_op_of_two_is_what_numpy_computes_and_broadcasts(op: Any, f: Callable[[Any, Any], Any]) -> None:  # noqa: ANN401
    x, y = np.array([[0.5, 1.5, 3.0]]), np.array([[0.25], [2.0]])
    assert double(evaluate(op(X, Y), {"x": x, "y": y})) == pytest.approx(f(x, y), rel=1e-14)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_are_what_numpy_computes(axis: Any, *, keepdims: bool) -> None:  # noqa: ANN401
    x = RNG.normal(size=(2, 3, 4))
    for op, f in (
        (ex.Sum, np.sum),
        (ex.Mean, np.mean),
        (ex.Max, np.max),
        (ex.Min, np.min),
        (ex.Prod, np.prod),
        (ex.Var, np.var),
        (ex.Std, np.std),
    ):
        want = f(x, axis=axis, keepdims=keepdims)
        got = evaluate(op(X, axis, keepdims), {"x": x})
        assert got.shape == want.shape
        assert double(got) == pytest.approx(want, rel=1e-13)
    want = np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))
    got = evaluate(ex.LogSumExp(X, axis, keepdims), {"x": x})
    assert got.shape == want.shape
    assert double(got) == pytest.approx(want, rel=1e-13)


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, 3.0, np.inf, -np.inf])
def test_norms_are_what_numpy_computes(order: float) -> None:
    x = RNG.normal(size=(3, 4))
    want = np.linalg.norm(x, ord=order, axis=1)
    assert double(evaluate(ex.Norm(X, order, 1), {"x": x})) == pytest.approx(want, rel=1e-13)


def test_variance_with_one_degree_less() -> None:
    x = RNG.normal(size=5)
    assert double(evaluate(ex.Var(X, None, False, 1), {"x": x})) == pytest.approx(np.var(x, ddof=1))  # noqa: FBT003  (keepdims)


def test_tests_choose_and_products_multiply() -> None:
    x, y = np.array([-1.0, 0.0, 2.0]), np.array([0.0, 0.0, 1.0])
    relu = ex.Where(ex.Truth(">", X, Const(0.0)), X, Const(0.0))
    assert list(double(evaluate(relu, {"x": x}))) == [0, 0, 2]
    both = ex.Truth("and", ex.Truth(">=", X, Const(0.0)), ex.Truth("not", Y))
    assert list(double(evaluate(both, {"x": x, "y": y}))) == [0, 1, 0]
    assert double(evaluate(ex.MatMul(X, Y), {"x": [[1.0, 2.0]], "y": [[3.0], [4.0]]})).tolist() == [[11]]
    assert list(double(evaluate(ex.Cast(X, "int"), {"x": [-1.5, 1.5]}))) == [-1, 1]
    assert list(double(evaluate(ex.Cast(X, "bool"), {"x": [-1.5, 0.0]}))) == [1, 0]
    assert list(double(evaluate(ex.Cast(X, "float16"), {"x": [1e-8]}))) == [1e-8]


def test_a_clip_means_what_it_says() -> None:
    p = ex.Clip(P, Const(1e-8), ex.Sub(ONE, Const(1e-8)))
    got = evaluate(ex.Sub(ONE, p), {"p": [0.0, 1.0]})
    with mp.workdps(60):
        assert close(got, [1 - mp.mpf(1e-8), mp.mpf(1e-8)])
    assert close(evaluate(ex.Clip(P, None, Const(0.5)), {"p": [0.25, 1.0]}), [mp.mpf(0.25), mp.mpf(0.5)])


def test_poles_are_answered_as_ieee_does() -> None:
    inputs = {"x": [1.0, 0.0, -1.0], "y": [0.0, 0.0, 0.0]}
    quotient = double(evaluate(ex.Div(X, Y), inputs))
    assert quotient[0] == np.inf
    assert np.isnan(quotient[1])
    assert quotient[2] == -np.inf
    logs = double(evaluate(ex.Log(X), inputs))
    assert logs[1] == -np.inf
    assert np.isnan(logs[2])
    assert list(double(evaluate(ex.DivNoNan(X, Y), inputs))) == [0, 0, 0]
    assert list(double(evaluate(ex.MulNoNan(ex.Log(Y), Y), inputs))) == [0, 0, 0]
    assert list(double(evaluate(ex.Xlogy(Y, Y), inputs))) == [0, 0, 0]
    assert np.isnan(double(evaluate(ex.Pow(X, Const(0.5)), inputs))[2])
    assert double(evaluate(ex.Atanh(X), {"x": 1.0})) == np.inf


def test_every_op_has_a_meaning_or_is_a_leaf() -> None:
    leaves = {ex.Const, ex.Param, ex.Free, ex.Opaque, ex.Linear, ex.Bounded, ex.StopGradient}
    unmeant = {
        ex.Items,
        ex.Text,
        ex.Nothing,
        ex.Layer,
        ex.Reference,
        ex.Definition,
        ex.Instance,
        ex.Made,
        ex.Concat,
        ex.Partial,
        ex.Entries,
        ex.Multinomial,
    }
    ops = {c for c in vars(ex).values() if isinstance(c, type) and issubclass(c, Expr) and c is not Expr}
    assert ops == leaves | unmeant | set(ELEMENTWISE) | set(MEANINGS)


# --- far out, where doubles give up

LOGIT_OF_P = ex.Log(ex.Div(P, ex.Sub(ONE, P)))
NAIVE = ex.Neg(ex.Add(ex.Mul(Y, ex.Log(P)), ex.Mul(ex.Sub(ONE, Y), ex.Log(ex.Sub(ONE, P)))))


@pytest.mark.parametrize("a", [0.0, 1e-30, 20.0, 400.0, 2000.0])
def test_the_logit_of_a_sigmoid_is_its_argument(a: float) -> None:
    want = [mp.mpf(a), mp.mpf(-a)]
    assert close(evaluate(LOGIT_OF_P, {"p": ex.Sigmoid(Z), "z": [a, -a]}), want, 35)
    assert close(evaluate(LOGIT_OF_P, {"p": ex.Sigmoid(Z), "z": [a, -a]}, digits=100), want, 75)
    assert close(evaluate(LOGIT_OF_P, {"p": sigmoid_of([a, -a], 90)}, 90), want, 55)


def test_the_complement_of_a_sigmoid_keeps_its_digits() -> None:
    with mp.workdps(60):
        want = mp.exp(-400) / (1 + mp.exp(-400))
    got = evaluate(ex.Sub(ONE, ex.Sigmoid(Z)), {"z": 400.0})
    assert close(got, [want], 40)
    assert 1e-174 < float(got) < 3e-174
    assert close(evaluate(ex.Sub(ONE, P), {"p": sigmoid_of(400.0)}), [want], 40)


def test_the_stable_forms_are_the_naive_ones() -> None:
    z = [-800.0, -30.0, 0.0, 1e-20, 30.0, 800.0]
    p = ex.Sigmoid(Z)
    same = [
        (ex.LogSigmoid(Z), ex.Log(p)),
        (ex.Softplus(Z), ex.Log(ex.Add(ONE, ex.Exp(Z)))),
        (ex.Softplus(Z), ex.Neg(ex.LogSigmoid(ex.Neg(Z)))),
        (ex.LogSigmoid(ex.Neg(Z)), ex.Log1p(ex.Neg(p))),
        (ex.Sub(ONE, p), ex.Sigmoid(ex.Neg(Z))),
        (ex.Sub(ONE, ex.Tanh(Z)), ex.Mul(Const(2.0), ex.Sigmoid(ex.Mul(Const(-2.0), Z)))),
        (ex.Log(ex.Cosh(Z)), ex.Sub(ex.Add(Z, ex.Softplus(ex.Mul(Const(-2.0), Z))), ex.Log(Const(2.0)))),
        (ex.Square(ex.Sub(ONE, p)), ex.Pow(ex.Sigmoid(ex.Neg(Z)), Const(2.0))),
        (ex.LogAddExp(Z, Const(0.0)), ex.Softplus(Z)),
    ]
    for stable, naive in same:
        assert close(evaluate(stable, {"z": z}), evaluate(naive, {"z": z})), stable


def test_the_stable_forms_of_classes_are_the_naive_ones() -> None:
    z = [[0.0, 0.0, 1.0], [300.0, -300.0, 0.0], [5.0, 5.0, -700.0]]
    share = ex.Div(ex.Exp(Z), ex.Sum(ex.Exp(Z), -1, True))  # noqa: FBT003  (keepdims)
    for stable, naive in (
        (ex.Softmax(Z), share),
        (ex.LogSoftmax(Z), ex.Log(share)),
        (ex.LogSoftmax(Z), ex.Log(ex.Softmax(Z))),
        (ex.LogSumExp(Z, -1), ex.Log(ex.Sum(ex.Exp(Z), -1))),
    ):
        assert close(evaluate(stable, {"z": z}), evaluate(naive, {"z": z})), stable
    assert close(evaluate(ex.Log(P), {"p": softmax_of(z)}), evaluate(ex.LogSoftmax(Z), {"z": z}))


def test_what_cancels_is_zero_and_what_is_infinite_stays_so() -> None:
    nothing = ex.Sub(ex.Softplus(Z), ex.Add(Z, ex.Softplus(ex.Neg(Z))))
    assert abs(float(evaluate(nothing, {"z": 3.0}))) < 1e-40
    assert double(evaluate(LOGIT_OF_P, {"p": 1.0})) == np.inf
    assert double(evaluate(NAIVE, {"p": 1.0, "y": 0.0})) == np.inf
    assert np.isnan(double(evaluate(NAIVE, {"p": 1.0, "y": 1.0})))


# --- derivatives


@pytest.mark.parametrize("a", [0.0, 1e-30, 0.5, 17.0, 88.0, 400.0])
def test_the_gradient_of_a_cross_entropy_is_sigmoid_minus_label(a: float) -> None:
    z, y = [a, -a, a], [1.0, 1.0, 0.0]
    with mp.workdps(600):
        want = [1 / (1 + mp.exp(-mp.mpf(v))) - mp.mpf(label) for v, label in zip(z, y, strict=True)]
    assert close(gradient(ex.SigmoidCrossEntropy(Y, Z), {"y": y, "z": z}, "z"), want, 16)
    assert close(gradient(NAIVE, {"y": y, "z": z, "p": ex.Sigmoid(Z)}, "z"), want, 16)
    mean = gradient(ex.Mean(NAIVE), {"y": y, "z": z, "p": ex.Sigmoid(Z)}, "z")
    assert close(mean, [w / 3 for w in want], 15)


def test_the_gradient_of_a_softmax_cross_entropy_is_softmax_minus_label() -> None:
    z, y = [[3.0, -40.0, 0.0], [0.0, 0.0, 0.0]], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    loss = ex.Neg(ex.Sum(ex.Mul(Y, ex.Log(P)), -1))
    got = gradient(loss, {"y": y, "z": z, "p": ex.Softmax(Z)}, "z")
    assert got.shape == (2, 3)
    assert close(got, evaluate(ex.Sub(ex.Softmax(Z), Y), {"y": y, "z": z}), 16)


def test_nothing_flows_through_a_stopped_gradient_or_a_clip() -> None:
    z = {"z": [2.0]}
    assert close(gradient(ex.Mul(ex.StopGradient(Z), Z), z, "z"), [mp.mpf(2)], 16)
    assert gradient(ex.Clip(ex.Sigmoid(Z), Const(0.1), Const(0.6)), z, "z")[0] == 0
    assert gradient(ex.Round(Z), {"z": [1.2]}, "z")[0] == 0


def test_at_a_kink_the_derivative_is_the_mean_of_both_sides() -> None:
    assert close(gradient(ex.Relu(Z), {"z": [0.0]}, "z"), [mp.mpf(0.5)], 15)
    assert gradient(ex.Abs(Z), {"z": [0.0]}, "z")[0] == 0


# --- what has no exact meaning


@pytest.mark.parametrize(
    ("e", "reason"),
    [
        (T, "t is not a number"),
        (ex.Opaque("f(x)", "1"), r"f\(x\) is not a number"),
        (ex.Linear("dense", "1"), "dense is not a number"),
        (ex.Free("self.eps", "loss"), "self.eps is not a number"),
        (ex.Join((X, Y)), "the way that is taken"),
        (ex.Sum(X, "?"), "the axis is not known"),
        (ex.Sum(X, 5), r"no axis 5 in shape \(2, 2\)"),
        (ex.View(X, "gather({x})"), "'gather\\(x\\)' arranges"),
        (ex.View(X, "tensorflow.layers.flatten({x})"), "arranges"),
        (ex.View(X, "{x}.transpose(0, 1)"), "does not go through"),
        (ex.View(X, "{x}.reshape(?)"), "does not go through"),
        (ex.Index(X, "mask"), r"\[mask\]"),
        (ex.Index(X, "7"), r"no \[7\] in shape"),
        (ex.Concat((X, Y)), "concat is not a number"),
        (ex.NanToNum(ex.Log(Const(0.0))), "an infinity is replaced"),
        (ex.Add(X, ex.View(X, "{x}.reshape(4)")), "do not broadcast"),
        (ex.Sigmoid(Const(1e9)), "more than 20000 digits"),
    ],
    ids=str,
)
def test_what_nobody_knows_is_not_guessed(e: Expr, reason: str) -> None:
    with pytest.raises(NotExact, match=reason):
        evaluate(e, {"x": [[1.0, 2.0], [3.0, 4.0]]})


def test_an_input_in_terms_of_itself_is_refused() -> None:
    with pytest.raises(NotExact, match="p is given in terms of itself"):
        evaluate(P, {"p": ex.Sigmoid(P)})


def test_leaves_may_be_given_and_defaults_count() -> None:
    eps = Param("eps", "loss", Const(0.5))
    assert float(evaluate(ex.Add(X, eps), {"x": 1.0})) == 1.5
    assert float(evaluate(ex.Add(X, eps), {"x": 1.0, "eps": 2.0})) == 3.0
    assert float(evaluate(ex.Free("self.eps", "loss"), {"self.eps": 3})) == 3.0


@pytest.mark.parametrize(
    ("how", "shape"),
    [
        ("{x}", (2, 3)),
        ("{x}.flatten()", (6,)),
        ("keras.backend.flatten({x})", (6,)),
        ("tensorflow.reshape({x}, shape=-1)", (6,)),
        ("tensorflow.reshape({x}, shape=(3, 2))", (3, 2)),
        ("{x}.view(-1)", (6,)),
        ("{x}.view(3, -1)", (3, 2)),
        ("torch.flatten({x}, start_dim=1)", (2, 3)),
        ("{x}.T", (3, 2)),
        ("tensorflow.expand_dims({x}, axis=1)", (2, 1, 3)),
        ("{x}.unsqueeze(dim=-1)", (2, 3, 1)),
        ("{x}.permute(1, 0)", (3, 2)),
        ("tensorflow.transpose({x}, perm=[1, 0])", (3, 2)),
        ("{x}.transpose(1, 0)", (3, 2)),
        ("{x}.to()", (2, 3)),
    ],
)
def test_a_view_that_is_shown_is_followed(how: str, shape: tuple[int, ...]) -> None:
    assert evaluate(ex.View(X, how), {"x": np.arange(6.0).reshape(2, 3)}).shape == shape


@pytest.mark.parametrize("which", ["0", ":, 1", "..., 0", "-1, 1:", ":, None", "..., tf.newaxis", "::2"])
def test_an_index_that_is_shown_is_followed(which: str) -> None:
    x = np.arange(6.0).reshape(2, 3)
    want = {
        "0": x[0],
        ":, 1": x[:, 1],
        "..., 0": x[..., 0],
        "-1, 1:": x[-1, 1:],
        ":, None": x[:, None],
        "..., tf.newaxis": x[..., None],
        "::2": x[::2],
    }
    assert double(evaluate(ex.Index(X, which), {"x": x})).tolist() == want[which].tolist()


def test_an_index_by_class_numbers_picks_one_entry_of_each_row() -> None:
    x, classes = np.arange(6.0).reshape(2, 3), np.array([2, 0])
    for which in ("(np.arange(len(y)), t)", "torch.arange(x.size(0)), t"):
        assert double(evaluate(ex.Index(X, which), {"x": x, "t": classes})).tolist() == [2.0, 3.0]
    with pytest.raises(NotExact):
        evaluate(ex.Index(X, "(np.arange(len(y)), t)"), {"x": x})


def test_an_unknown_axis_does_not_matter_where_there_is_only_one() -> None:
    assert float(evaluate(ex.Sum(X, "?"), {"x": [1.0, 2.0]})) == 3.0
