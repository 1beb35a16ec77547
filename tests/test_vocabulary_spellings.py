"""What a fix may write is right in the framework for which it is written, also where the naive formula breaks."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields

import numpy as np
import pytest

from bce_lint.facts import expr as ops
from bce_lint.facts.vocabulary import load
from tests.vocabulary_reference import value
from tests.vocabulary_samples import LABELS, TEST, P, Q, Value
from tests.vocabulary_world import array, plain, require

pytestmark = pytest.mark.framework

SPEAKERS = {"tensorflow": "tensorflow", "backend": "tensorflow", "keras": "tensorflow", "torch": "torch", "jax": "jax", "numpy": "numpy"}
SPELLINGS = [pytest.param(table, op, text, id=f"{table}:{op.__name__}") for table in SPEAKERS for op, text in load(table).spellings.items()]
BRACKETS = re.compile(r"\[([^\[\]{}]*\{\w+!?\}[^\[\]{}]*)\]")
LOGITS = np.array([[-100.0, -30.0, 0.0], [0.5, 30.0, 100.0]])
TENSORS: Mapping[str, Value] = {"x": P, "y": Q, "labels": LABELS, "test": TEST, "lo": 0.25, "hi": 0.45, "pos_weight": np.array(3.0)}
OPTIONS: Mapping[str, Value] = {"axis": -1, "keepdims": True, "ddof": 1, "ord": 1}
OF_LOGITS = (
    *(ops.LogSigmoid, ops.Softplus, ops.Sigmoid, ops.SigmoidCrossEntropy),
    *(ops.LogSoftmax, ops.LogSumExp, ops.Softmax, ops.SoftmaxCrossEntropy),
)


def written(op: type[ops.Expr], text: str, *, options: bool) -> tuple[str, ops.Expr]:
    """Return the source of a spelling with or without what is optional, and the op that it must be."""
    mentioned = set(re.findall(r"\{(\w+)!?\}", text if options else BRACKETS.sub("", text)))
    settings = {name: OPTIONS.get(name, ops.Param(name, "f")) for name in mentioned}
    for f in fields(op):
        if f.name not in settings and f.default is MISSING:
            raise AssertionError(f"{op.__name__}.{f.name} is not written")
    source = BRACKETS.sub(r"\1", text) if options else BRACKETS.sub("", text)
    return re.sub(r"\{(\w+)!?\}", lambda m: repr(OPTIONS[m[1]]) if m[1] in OPTIONS else m[1], source), op(**settings)


def run(source: str, framework: str, tensors: Mapping[str, Value]) -> Value:
    """Return what a line of source gives in a framework."""
    if "keras.backend." in source:
        source = source.replace("keras.backend.", "tensorflow.keras.backend.")
    names = {root: importlib.import_module(root) for root in ("tensorflow", "keras", "torch", "jax", "numpy") if f"{root}." in source}
    if "jax" in names:
        importlib.import_module("jax.numpy")
    values = {name: array(framework, item) if isinstance(item, np.ndarray) else item for name, item in tensors.items()}
    return plain(eval(source, {**names, **values}))  # noqa: S307  (our own table)


@pytest.mark.parametrize("options", [False, True])
@pytest.mark.parametrize(("table", "op", "text"), SPELLINGS)
def test_a_spelling_is_its_op(table: str, op: type[ops.Expr], text: str, options: bool) -> None:  # noqa: FBT001
    require(table)
    source, expr = written(op, text, options=options or op is ops.Clip)  # without any bound it is no clip
    result = run(source, SPEAKERS[table], TENSORS)
    expected = value(expr, {k: np.asarray(v) for k, v in TENSORS.items()})
    assert np.shape(result) == np.shape(expected), source
    assert np.allclose(result, expected, rtol=3e-5, atol=3e-6), source


@pytest.mark.parametrize(("table", "op", "text"), [p for p in SPELLINGS if p.values[1] in OF_LOGITS])
def test_a_spelling_of_logits_holds_far_out(table: str, op: type[ops.Expr], text: str) -> None:
    require(table)
    tensors = {**TENSORS, "x": LOGITS}
    source, expr = written(op, text, options=False)
    if "axis" not in expr.__match_args__ or "{axis" in text:
        source, expr = written(op, text, options=True)
    result = run(source, SPEAKERS[table], tensors)
    expected = value(expr, {k: np.asarray(v) for k, v in tensors.items()})
    assert np.all(np.isfinite(result)), source
    assert np.allclose(result, expected, rtol=2e-5, atol=5e-7 * float(np.max(np.abs(expected)))), f"{source}\n{result}\n{expected}"


def test_the_gradient_of_the_spelled_loss_is_right_at_0_and_far_out() -> None:
    for table in ("tensorflow", "backend", "keras"):
        require(table)
        import tensorflow as tf

        source, _ = written(ops.SigmoidCrossEntropy, load(table).spellings[ops.SigmoidCrossEntropy], options=False)
        x, labels = tf.Variable([-100.0, 0.0, 0.0, 100.0]), tf.constant([1.0, 0.0, 1.0, 0.0])
        with tf.GradientTape() as tape:
            import keras

            names = {"tensorflow": tf, "keras": keras, "x": x, "labels": labels}
            total = tf.reduce_sum(eval(source.replace("keras.backend", "tensorflow.keras.backend"), names))  # noqa: S307
        assert np.allclose(tape.gradient(total, x), [-1.0, 0.5, -0.5, 1.0], atol=1e-6), source


def test_the_gradient_of_the_loss_spelled_for_pytorch_is_right_at_0() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    source, _ = written(ops.SigmoidCrossEntropy, load("torch").spellings[ops.SigmoidCrossEntropy], options=False)
    x = torch.tensor([-100.0, 0.0, 0.0, 100.0], requires_grad=True)
    eval(source, {"torch": torch, "x": x, "labels": torch.tensor([1.0, 0.0, 1.0, 0.0])}).sum().backward()  # noqa: S307
    assert np.allclose(x.grad, [-1.0, 0.5, -0.5, 1.0], atol=1e-6)


def test_the_gradient_of_the_loss_spelled_for_jax_is_right_at_0() -> None:
    jax = pytest.importorskip("jax", reason="jax is not installed")
    source, _ = written(ops.SigmoidCrossEntropy, load("jax").spellings[ops.SigmoidCrossEntropy], options=False)
    labels = np.array([1.0, 0.0, 1.0, 0.0])
    gradient = jax.grad(lambda x: eval(source, {"jax": jax, "x": x, "labels": labels}).sum())  # noqa: S307
    assert np.allclose(gradient(np.array([-100.0, 0.0, 0.0, 100.0], dtype=np.float32)), [-1.0, 0.5, -0.5, 1.0], atol=1e-6)


def test_what_no_framework_does_right_has_no_spelling() -> None:
    for table in ("tensorflow", "keras", "jax"):
        assert ops.Norm not in load(table).spellings, "the gradient of their norm at 0 is NaN"
    assert "logaddexp" not in load("keras").spellings.get(ops.LogAddExp, ""), "its gradient at equal operands is 1 and 0"
    for table in ("torch", "jax"):
        assert ops.Xlogy not in load(table).spellings, "its gradient at 0, 0 is NaN"
