"""Exact meanings of losses: against their formulas, and against frameworks where these are at ease."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bce_lint.confirm.exact import evaluate
from bce_lint.facts import expr as ex
from bce_lint.facts.expr import Const, Expr, Param

Y, Z = Param("y", "loss"), Param("z", "loss")
RNG = np.random.default_rng(0)


def double(values: Any) -> Any:  # noqa: ANN401  (arrays of mpf)
    return np.asarray(values, dtype=object).astype(float)


def losses() -> dict[str, tuple[Expr, Callable[[Any, Any], Any]]]:
    """Binary losses by name: the op, and the formula that it means."""
    return {
        "of probabilities": (ex.BinaryCrossEntropy(Y, ex.Sigmoid(Z)), lambda y, z: y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)),
        "of logits": (ex.SigmoidCrossEntropy(Y, Z), lambda y, z: y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)),
        "weighted": (ex.SigmoidCrossEntropy(Y, Z, Const(3.0)), lambda y, z: 3 * y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)),
        "divergence": (
            ex.KlDivergence(Y, ex.LogSigmoid(Z)),
            lambda y, z: np.where(y > 0, y * (np.log(np.where(y > 0, y, 1)) + np.logaddexp(0, -z)), 0),
        ),
        "of logs": (ex.KlDivergence(Y, ex.LogSigmoid(Z), log_labels=True), lambda y, z: np.exp(y) * (y + np.logaddexp(0, -z))),
    }


@pytest.mark.parametrize("name", losses())
def test_a_loss_is_its_formula(name: str) -> None:
    loss, formula = losses()[name]
    y, z = np.array([0.0, 1.0, 0.3, 1.0]), np.array([-2.0, 0.0, 3.0, 5.0])
    assert double(evaluate(loss, {"y": y, "z": z})) == pytest.approx(formula(y, z), rel=1e-13)


def test_losses_of_classes_agree_sparse_or_not() -> None:
    z, classes = RNG.normal(size=(4, 3)), np.array([0, 2, 1, 2])
    hot = np.eye(3)[classes]
    want = -np.log(np.exp(z) / np.exp(z).sum(1, keepdims=True))[np.arange(4), classes]
    dense, sparse = {"y": hot, "z": z}, {"y": classes, "z": z}
    for inputs, is_sparse in ((dense, False), (sparse, True), ({"y": classes[:, None], "z": z}, True)):
        assert double(evaluate(ex.SoftmaxCrossEntropy(Y, Z, -1, is_sparse), inputs)) == pytest.approx(want)
        assert double(evaluate(ex.CategoricalCrossEntropy(Y, ex.Softmax(Z), -1, is_sparse), inputs)) == pytest.approx(want)
    assert double(evaluate(ex.NegativeLogLikelihood(Y, ex.LogSoftmax(Z)), sparse)) == pytest.approx(want)


# --- frameworks, where they are at ease


@pytest.mark.framework
def test_pytorch_means_the_same_by_its_losses() -> None:
    torch = pytest.importorskip("torch", reason="compares PyTorch's losses")
    functional = torch.nn.functional
    z, y, classes = RNG.normal(size=(4, 3)), RNG.uniform(size=(4, 3)), np.array([0, 2, 1, 1])
    tz, ty, tc = torch.tensor(z), torch.tensor(y), torch.tensor(classes)
    log_p = functional.log_softmax(tz, dim=1)
    same = [
        (ex.SigmoidCrossEntropy(Y, Z), y, functional.binary_cross_entropy_with_logits(tz, ty, reduction="none")),
        (
            ex.SigmoidCrossEntropy(Y, Z, Const(3.0)),
            y,
            functional.binary_cross_entropy_with_logits(tz, ty, reduction="none", pos_weight=torch.tensor(3.0)),
        ),
        (ex.BinaryCrossEntropy(Y, ex.Sigmoid(Z)), y, functional.binary_cross_entropy(torch.sigmoid(tz), ty, reduction="none")),
        (ex.SoftmaxCrossEntropy(Y, Z, 1, sparse=True), classes, functional.cross_entropy(tz, tc, reduction="none")),
        (ex.SoftmaxCrossEntropy(Y, Z, 1), y, functional.cross_entropy(tz, ty, reduction="none")),
        (ex.NegativeLogLikelihood(Y, ex.LogSoftmax(Z, 1)), classes, functional.nll_loss(log_p, tc, reduction="none")),
        (ex.KlDivergence(Y, ex.LogSoftmax(Z, 1)), y, functional.kl_div(log_p, ty, reduction="none")),
        (ex.KlDivergence(Y, ex.LogSoftmax(Z, 1), log_labels=True), y, functional.kl_div(log_p, ty, reduction="none", log_target=True)),
        (ex.Softplus(Z), y, functional.softplus(tz)),
        (ex.LogSigmoid(Z), y, functional.logsigmoid(tz)),
        (ex.LogSumExp(Z, 1), y, torch.logsumexp(tz, dim=1)),
    ]
    for e, labels, want in same:
        assert double(evaluate(e, {"z": z, "y": labels})) == pytest.approx(want.numpy(), rel=1e-9), e


@pytest.mark.framework
def test_tensorflow_means_the_same_by_its_losses() -> None:
    tf = pytest.importorskip("tensorflow", reason="compares TensorFlow's losses")
    z, y, classes = RNG.normal(size=(4, 3)), RNG.uniform(size=(4, 3)), np.array([0, 2, 1, 1])
    p = tf.nn.softmax(z)
    same = [
        (ex.SigmoidCrossEntropy(Y, Z), y, tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)),
        (ex.SigmoidCrossEntropy(Y, Z, Const(3.0)), y, tf.nn.weighted_cross_entropy_with_logits(labels=y, logits=z, pos_weight=3.0)),
        (ex.SoftmaxCrossEntropy(Y, Z), y, tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z)),
        (ex.SoftmaxCrossEntropy(Y, Z, -1, sparse=True), classes, tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=z)),
        (ex.CategoricalCrossEntropy(Y, ex.Softmax(Z)), y, tf.keras.losses.categorical_crossentropy(tf.constant(y), p)),
        (ex.Mean(ex.BinaryCrossEntropy(Y, ex.Softmax(Z)), -1), y, tf.keras.losses.binary_crossentropy(tf.constant(y), p)),
        (ex.LogSumExp(Z, -1), y, tf.reduce_logsumexp(z, axis=-1)),
        (ex.Xlogy(Y, ex.Softmax(Z)), y, tf.math.xlogy(y, p)),
    ]
    for e, labels, want in same:
        assert double(evaluate(e, {"z": z, "y": labels})) == pytest.approx(want.numpy(), rel=1e-6), e
