"""What the rules of exponentials and contracts write in place of what they find, form by form, and when they rather write nothing."""

from __future__ import annotations

import pytest

from bce_lint.fix import apply

from .harness import judged

HEAD = """
import math

import jax.numpy as jnp
import keras
import numpy as np
import tensorflow as tf
import torch
import torch.nn.functional as F
from tensorflow.keras import backend as K


def f(x, z, w, mask, labels, axis, net):
    {before}
    return {expression}
"""

FIXED = {
    # logit-of-probability
    "tf.math.log(tf.sigmoid(x) / (1 - tf.sigmoid(x)))": "x",
    "tf.math.log((1 - tf.sigmoid(x)) / tf.sigmoid(x))": "-x",
    "tf.math.log(1 / tf.sigmoid(x) - 1)": "-x",
    "-tf.math.log(1 / tf.sigmoid(x) - 1)": "x",
    "tf.math.log(tf.sigmoid(x)) - tf.math.log(1 - tf.sigmoid(x))": "x",
    "tf.math.log(1 - tf.sigmoid(x)) - tf.math.log(tf.sigmoid(x))": "-x",
    "torch.logit(torch.sigmoid(x))": "x",
    # naive-sigmoid
    "1 / (1 + tf.exp(-x))": "tf.sigmoid(x)",
    "1 / (1 + tf.exp(-2 * x))": "tf.sigmoid(x * 2)",
    "1 / (1 + tf.exp(z - x))": "tf.sigmoid(x - z)",
    "1 / (1 + tf.exp(x / -3))": "tf.sigmoid(x / 3)",
    "1 / (1 + tf.exp(-net(x)))": "tf.sigmoid(net(x))",
    "w / (1 + tf.exp(-x))": "w * tf.sigmoid(x)",
    "z + 1 / (1 + tf.exp(-x)) * w": "z + tf.sigmoid(x) * w",
    "tf.exp(x) / (tf.exp(x) + 1)": "tf.sigmoid(x)",
    "(tf.exp(x) - 1) / (tf.exp(x) + 1)": "tf.tanh(x / 2.0)",
    "(tf.exp(-x) - 1) / (tf.exp(-x) + 1)": "tf.tanh(x / -2.0)",
    "(1 - tf.exp(-2 * x)) / (1 + tf.exp(-2 * x))": "tf.tanh(x)",
    "(K.exp(x) - K.exp(-x)) / (K.exp(x) + K.exp(-x))": "K.tanh(x)",
    "(K.exp(-x) - K.exp(x)) / (K.exp(x) + K.exp(-x))": "K.tanh(-x)",
    "tf.exp(x) / (tf.exp(x) + tf.exp(-x))": "tf.sigmoid(x * 2.0)",
    "tf.exp(-x) / (tf.exp(x) + tf.exp(-x))": "tf.sigmoid(-x * 2.0)",
    "tf.where(x < 0, tf.exp(x) / (1 + tf.exp(x)), 1 / (1 + tf.exp(-x)))": "tf.sigmoid(x)",
    "1 / (1 + jnp.exp(-x))": "jax.nn.sigmoid(x)",
    "1 / (1 + torch.exp(-x))": "torch.sigmoid(x)",
    # naive-softmax
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)": "tf.nn.softmax(x)",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=2, keepdims=True)": "tf.nn.softmax(x, axis=2)",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=0)": "tf.nn.softmax(x, axis=0)",
    "tf.exp(x) / tf.expand_dims(tf.reduce_sum(tf.exp(x), axis=1), 1)": "tf.nn.softmax(x, axis=1)",
    "np.exp(x) / np.exp(x).sum(axis=1)[:, None]": "np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))",
    "np.exp(x) / np.exp(x).sum(axis=1)[:, np.newaxis]": "np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))",
    "torch.exp(x) / torch.exp(x).sum(1).view(-1, 1)": "torch.softmax(x, dim=1)",
    "torch.exp(x) / torch.exp(x).sum(1).reshape(-1, 1)": "torch.softmax(x, dim=1)",
    "torch.log(torch.exp(x) / torch.exp(x).sum(1, keepdim=True))": "F.log_softmax(x, dim=1)",
    "torch.log(torch.exp(x) / torch.exp(z).sum(1))": "x - torch.logsumexp(z, dim=1)",
    "np.exp(x) / np.sum(np.exp(x))": "np.exp(x - np.logaddexp.reduce(x, axis=None, keepdims=True))",
    "jnp.exp(x) / jnp.exp(x).sum()": "jax.nn.softmax(x, axis=None)",
    # naive-softplus
    "tf.math.log(1 + tf.exp(x))": "tf.nn.softplus(x)",
    "-tf.math.log(1 + tf.exp(-x))": "-tf.nn.softplus(-x)",
    "tf.math.log1p(tf.exp(x - z))": "tf.nn.softplus(x - z)",
    "tf.math.log(1 / (1 + tf.exp(-x)))": "tf.math.log_sigmoid(x)",
    "np.log(1 + np.exp(x))": "np.logaddexp(0, x)",
    # naive-logsumexp
    "tf.math.log(tf.reduce_sum(tf.exp(x)))": "tf.reduce_logsumexp(x)",
    "tf.math.log(tf.reduce_sum(tf.exp(x), axis=[0, 1]))": "tf.reduce_logsumexp(x, axis=(0, 1))",
    "tf.math.log(tf.reduce_sum(tf.exp(x), 1, True))": "tf.reduce_logsumexp(x, axis=1, keepdims=True)",
    "tf.math.log(1 + tf.reduce_sum(tf.exp(x), 1))": "tf.nn.softplus(tf.reduce_logsumexp(x, axis=1))",
    "tf.math.log(tf.exp(x) + tf.exp(z))": "x + tf.nn.softplus(z - x)",
    "torch.log(torch.exp(x) + torch.exp(z))": "torch.logaddexp(x, z)",
    "torch.log(torch.exp(x).sum(-1))": "torch.logsumexp(x, dim=-1)",
    "np.log(np.sum(np.exp(x), axis=0))": "np.logaddexp.reduce(x, axis=0)",
    "K.log(K.sum(K.exp(x), axis=1))": "tf.reduce_logsumexp(x, axis=1)",
    # naive-log-cosh
    "tf.math.log(tf.cosh(x))": "x + tf.nn.softplus(x * -2.0) - 0.6931471805599453",
    "tf.math.log(tf.exp(x) + tf.exp(-x))": "x + tf.nn.softplus(x * -2.0)",
    "tf.math.log((tf.exp(x) + tf.exp(-x)) / 2)": "x + tf.nn.softplus(x * -2.0) - 0.6931471805599453",
    "tf.math.log(0.5 * (tf.exp(x) + tf.exp(-x)))": "x + tf.nn.softplus(x * -2.0) - 0.6931471805599453",
    # contracts
    "F.cross_entropy(F.softmax(x, dim=1), labels)": "F.cross_entropy(x, labels)",
    "F.binary_cross_entropy_with_logits(torch.sigmoid(x - z), labels)": "F.binary_cross_entropy_with_logits(x - z, labels)",
    "F.nll_loss(F.softmax(x, dim=1), labels)": "F.nll_loss(F.log_softmax(x, dim=1), labels)",
    "F.kl_div(torch.sigmoid(x), labels)": "F.kl_div(F.logsigmoid(x), labels)",
    # precision
    "tf.math.log(1 + tf.square(x))": "tf.math.log1p(tf.square(x))",
    "tf.exp(-tf.square(x)) - 1": "tf.math.expm1(-tf.square(x))",
    "np.mean(x**2, axis=0) - np.mean(x, axis=0) ** 2": "np.var(x, axis=0)",
}

UNFIXED = [
    "1 / (1 + tf.reshape(tf.exp(-x), (-1,)))",
    "(z - tf.exp(x)) / (1 + tf.exp(x))",
    "1 / (1 + math.exp(-x))",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x))",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=1)",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=axis, keepdims=True)",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=[0, 1], keepdims=True)",
    "tf.reshape(tf.exp(x), (-1, 3)) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)",
    "tf.exp(x) / tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True)",
    "tf.exp(x) / (tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True) + 1e-8)",
    "tf.exp(x) * mask / tf.reduce_sum(tf.exp(x) * mask, axis=-1, keepdims=True)",
    "tf.exp(x) / tf.transpose(tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True))",
    "torch.exp(x) / torch.exp(x).sum(1)[labels]",
    "tf.math.log(1 + tf.reshape(tf.exp(x), (-1,)))",
    "tf.math.log(tf.reduce_mean(tf.exp(x)))",
    "tf.math.log(tf.reduce_sum(tf.exp(x)) + 1e-8)",
    "torch.log(torch.exp(x).sum())",
    "torch.log(torch.cosh(net(x)))",
    "F.cross_entropy(F.softmax(x, dim=1).view(-1, 3), labels)",
    "np.mean(x**2, axis=0) - np.mean(x, axis=0, keepdims=True) ** 2",
    "np.sum(x**2) / 3 - (np.sum(x) / 3) ** 2",
]

UNSAFE = ("F.cross_entropy", "F.binary", "F.nll", "F.kl")


def source(expression: str, before: str = "pass") -> str:
    return HEAD.format(expression=expression, before=before)


def returned(text: str) -> str:
    """Return what the last row returns."""
    return text.rstrip().splitlines()[-1].strip().removeprefix("return ")


@pytest.mark.parametrize(("expression", "fixed"), FIXED.items(), ids=FIXED)
def test_a_fix_writes_the_stable_form(expression: str, fixed: str) -> None:
    (finding,) = judged(source(expression)).findings
    assert finding.fix is not None
    assert returned(apply(source(expression), [finding.fix])) == fixed
    assert finding.fix.safe is not expression.startswith(UNSAFE)


@pytest.mark.parametrize("expression", UNFIXED)
def test_what_has_no_certain_form_is_found_but_not_fixed(expression: str) -> None:
    (finding,) = judged(source(expression)).findings
    assert finding.fix is None


def test_names_are_used_rather_than_what_they_stand_for() -> None:
    (finding,) = judged(source("e / (1 + e)", "d = x - z; e = tf.exp(d)"), select=("BCE301",)).findings
    assert finding.fix is not None
    assert finding.fix.title == "e / (1 + e) -> tf.sigmoid(d)"


QUOTED = {
    "p = tf.nn.softmax(tf.matmul(x, w) + z)": "tf.nn.log_softmax(tf.matmul(x, w) + z)",
    "p = tf.nn.softmax(tf.matmul(x, w) + z); z = 3": None,
    "p = tf.nn.softmax(tf.matmul(x, w) + z); w = net(w)": None,
    "p = tf.nn.softmax(net(x))": None,
    "p = tf.nn.softmax(x); x = 2": None,
    "d = 2 * x; p = tf.nn.softmax(d); d = 2": "tf.nn.log_softmax(2 * x)",
}


@pytest.mark.parametrize(("before", "fixed"), QUOTED.items(), ids=QUOTED)
def test_what_stands_elsewhere_is_quoted_as_long_as_it_means_the_same(before: str, fixed: str | None) -> None:
    text = source("tf.math.log(p)", before)
    (finding,) = judged(text, select=("BCE102",)).findings
    assert finding.fix is not None
    assert returned(apply(text, [finding.fix])) == (fixed or "tf.math.log(tf.maximum(p, 1e-7))")


def test_a_comment_that_a_fix_drops_makes_it_unsafe() -> None:
    (finding,) = judged(source("tf.math.log(  # of the odds\n        1 + tf.exp(x))")).findings
    assert finding.fix is not None
    assert not finding.fix.safe


@pytest.mark.parametrize(
    ("expression", "fixed"),
    [
        ("-tf.reduce_mean({})", "tf.reduce_mean({})"),
        ("- tf.reduce_sum({}, axis=1)", "tf.reduce_sum({}, axis=1)"),
        ("w-tf.reduce_mean(-({}))", "w-tf.reduce_mean({})"),
        ("2 * -tf.reduce_mean(tf.reduce_sum({}, 1))", "2 * tf.reduce_mean(tf.reduce_sum({}, 1))"),
        ("w - tf.reduce_mean({})", "w - tf.reduce_mean(-{})"),
        ("-tf.square({})", "-tf.square(-{})"),
    ],
)
def test_two_minus_signs_are_none(expression: str, fixed: str) -> None:
    text = source(expression.format("labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p)"), "p = tf.sigmoid(x)")
    (finding,) = judged(text, select=("BCE104",)).findings
    assert finding.fix is not None
    stable = "tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    assert returned(apply(text, [finding.fix])) == fixed.format(stable)


GUARDED = {
    "w / tf.reduce_sum(mask)": "w / tf.maximum(tf.reduce_sum(mask), 1e-7)",
    "w / torch.sum(mask)": "w / torch.clamp(torch.sum(mask), min=1e-7)",
    "w / torch.sum(mask).item()": None,
    "w / torch.sum(x)": None,
    "w / torch.sum(mask).clamp(min=z)": None,
    "torch.log(tf.sigmoid(x) * z)": None,
    "tf.math.log(tf.sigmoid(net(x)))": "tf.math.log_sigmoid(net(x))",
    "tf.math.log(mask)": "tf.math.log(tf.maximum(mask, 1e-12))",
    "tf.acos(tf.clip_by_value(x, -1.0, 1.0))": "tf.acos(tf.clip_by_value(x, -1 + 1e-7, 1 - 1e-7))",
    "tf.sqrt(tf.reduce_sum(tf.square(x - z)))": "tf.sqrt(tf.reduce_sum(tf.square(x - z)) + 1e-12)",
    "jnp.linalg.norm(x - z)": "jnp.sqrt(jnp.sum(jnp.square(x - z)) + 1e-12)",
    "(1 - tf.sigmoid(x)) ** 0.3": "tf.maximum(1 - tf.sigmoid(x), 1e-7) ** 0.3",
    "(1 - tf.sigmoid(x)) ** 0.5": "(1 - tf.sigmoid(x) + 1e-12) ** 0.5",
}


@pytest.mark.parametrize(("expression", "fixed"), GUARDED.items(), ids=GUARDED)
def test_a_guard_is_offered_where_it_is_certain_to_fit(expression: str, fixed: str | None) -> None:
    text = source(expression).replace("def f(", "def loss(")
    fixes = [finding.fix for finding in judged(text).findings]
    assert [fix and returned(apply(text, [fix])) for fix in fixes] in ([fixed], [] if fixed is None else [fixed])


FLIPPED = {
    "K.binary_crossentropy(labels, K.sigmoid(x))": "K.binary_crossentropy(labels, x, from_logits=True)",
    "K.binary_crossentropy(labels, K.sigmoid(x), False)": None,
    "K.binary_crossentropy(labels, K.sigmoid(x), from_logits=False)": "K.binary_crossentropy(labels, x, from_logits=True)",
    "keras.losses.binary_crossentropy(labels, tf.sigmoid(x), label_smoothing=0.1,)": "keras.losses.binary_crossentropy("
    "labels, x, label_smoothing=0.1, from_logits=True)",
    "K.categorical_crossentropy(labels, tf.nn.softmax(x))": "K.categorical_crossentropy(labels, x, from_logits=True)",
    "F.binary_cross_entropy(torch.sigmoid(x), labels, reduction='sum')": "F.binary_cross_entropy_with_logits(x, labels, reduction='sum')",
    "K.binary_crossentropy(labels, keras.layers.Dense(1)(x))": "K.binary_crossentropy(labels, keras.layers.Dense(1)(x), from_logits=True)",
    "K.binary_crossentropy(labels, K.clip(K.sigmoid(x), 0.1, 0.9))": None,
    "F.binary_cross_entropy(F.logsigmoid(x), labels)": None,
    "F.binary_cross_entropy(torch.tanh(x), labels)": None,
    "K.binary_crossentropy(labels, K.relu(x))": None,
}


WEIGHTED = {
    "labels * tf.math.log(p) * w + (1 - labels) * tf.math.log(1 - p)": "labels * tf.math.log_sigmoid(x) * w"
    " + (1 - labels) * tf.math.log_sigmoid(-x)",
    "(1 - p) ** 2 * labels * tf.math.log(p) + p ** 2 * (1 - labels) * tf.math.log(1 - p)": "(1 - p) ** 2 * labels * tf.math.log_sigmoid(x)"
    " + p ** 2 * (1 - labels) * tf.math.log_sigmoid(-x)",
}


@pytest.mark.parametrize(("expression", "fixed"), WEIGHTED.items(), ids=WEIGHTED)
def test_a_weighted_cross_entropy_keeps_its_weights(expression: str, fixed: str) -> None:
    text = source(expression, "p = tf.sigmoid(x)")
    (finding,) = judged(text).findings
    assert finding.fix is not None
    assert finding.fix.safe
    assert returned(apply(text, [finding.fix])) == fixed
    assert finding.help.startswith("take `tf.math.log_sigmoid` of the logits")


def test_logits_are_called_what_they_are_called_where_they_go() -> None:
    text = source(
        "positive + negative",
        "p = tf.sigmoid(2 * x)\n    positive = w * labels * tf.math.log(p)\n    z = 2 * x\n    "
        "negative = (1 - labels) * tf.math.log(1 - p)",
    )
    (finding,) = judged(text).findings
    assert finding.fix is not None
    fixed = apply(text, [finding.fix])
    assert "positive = w * labels * tf.math.log_sigmoid(2 * x)\n" in fixed
    assert "negative = (1 - labels) * tf.math.log_sigmoid(-z)\n" in fixed


COMPILED = {
    "keras.losses.BinaryCrossentropy()": "keras.losses.BinaryCrossentropy(from_logits=True)",
    "keras.losses.BinaryCrossentropy(label_smoothing=0.1)": "keras.losses.BinaryCrossentropy(label_smoothing=0.1, from_logits=True)",
    "keras.losses.BinaryCrossentropy(False)": None,
    "'binary_crossentropy'": None,
}


@pytest.mark.parametrize(("loss", "fixed"), COMPILED.items(), ids=COMPILED)
def test_a_loss_that_is_compiled_in_is_told_of_logits(loss: str, fixed: str | None) -> None:
    text = "import keras\n\nmodel = keras.Sequential([keras.layers.Dense(1)])\n" + f"model.compile(optimizer='adam', loss={loss})\n"
    (finding,) = judged(text).findings
    assert (finding.fix and apply(text, [finding.fix])) == (fixed and text.replace(loss, fixed))


@pytest.mark.parametrize(("expression", "fixed"), FLIPPED.items(), ids=FLIPPED)
def test_a_loss_of_probabilities_becomes_one_of_logits(expression: str, fixed: str | None) -> None:
    text = source(expression)
    fixes = [finding.fix for finding in judged(text).findings if finding.code in ("BCE502", "BCE503")]
    assert [fix and returned(apply(text, [fix])) for fix in fixes] in ([fixed], [] if fixed is None else [fixed])


def test_a_keyword_is_added_in_a_row_of_its_own_where_all_have_one() -> None:
    rows = "K.binary_crossentropy(\n        labels,\n        K.sigmoid(x),\n    )"
    (finding,) = judged(source(rows)).findings
    assert finding.fix is not None
    assert apply(source(rows), [finding.fix]).endswith("(\n        labels,\n        x,\n        from_logits=True,\n    )\n")


def test_two_fixes_that_need_one_import_import_it_once() -> None:
    text = "import jax.numpy as jnp\n\n\ndef f(x, z):\n    return jnp.log(1 + jnp.exp(x)) + jnp.log(1 + jnp.exp(z))\n"
    fixes = [finding.fix for finding in judged(text).findings if finding.fix is not None]
    fixed = apply(text, fixes)
    assert fixed == "import jax\nimport jax.numpy as jnp\n\n\ndef f(x, z):\n    return jax.nn.softplus(x) + jax.nn.softplus(z)\n"
    assert judged(fixed).findings == ()


MESSAGES = {
    "tf.math.xlogy(labels, tf.nn.softmax(x))": "`tf.nn.softmax(x)` is softmax(x): exactly 0.0 in float32 once another logit leads by 88, "
    "and where the label is not 0 its log is -inf",
    "tf.math.xlogy(labels, tf.sigmoid(x)) + tf.math.xlogy(1 - labels, 1 - tf.sigmoid(x))": "`tf.sigmoid(x)` is sigmoid(x): "
    "exactly 1.0 in float32 from a logit of 16.64, and log(1 - tf.sigmoid(x)) is then -inf",
    "tf.nn.softmax(x) * tf.math.log(tf.nn.softmax(x))": "`tf.nn.softmax(x)` is softmax(x): "
    "exactly 0.0 in float32 once another logit leads by 88, and 0 * log(0) is then NaN",
    "tf.nn.softmax(z) * tf.math.log(tf.maximum(tf.nn.softmax(z), 1e-7) / tf.nn.softmax(x))": "`tf.nn.softmax(x)` is softmax(x): "
    "exactly 0.0 in float32 once another logit leads by 88, and the logarithm of the ratio is then infinite",
    "(1 - tf.sigmoid(x)) ** -0.5": "`1 - tf.sigmoid(x)` can be 0, where the power is infinite: its exponent is -0.5",
    "(1 - tf.sigmoid(x)) ** 0.7": "`1 - tf.sigmoid(x)` can be 0, where the gradient of the power is infinite: its exponent is 0.7",
    "tf.atanh(tf.tanh(x))": "`tf.tanh(x)` can be exactly 1 or -1 in float32, where `tf.atanh(tf.tanh(x))` is infinite",
    "tf.math.log(tf.math.reduce_variance(x))": "`tf.math.reduce_variance(x)` is exactly 0 when all entries are equal, and its log -inf",
    "tf.math.log(tf.minimum(tf.sigmoid(x), 0.9) / (1 - tf.minimum(tf.sigmoid(x), 0.9)))": "`tf.minimum(tf.sigmoid(x), 0.9)` is "
    "exactly 0.0 in float32 for a confident answer, "
    "so `log(tf.minimum(tf.sigmoid(x), 0.9) / (1 - tf.minimum(tf.sigmoid(x), 0.9)))` is infinite",
    "tf.math.log(1 - tf.sigmoid(x)) - tf.math.log(tf.sigmoid(x))": "`tf.sigmoid(x)` is sigmoid(x): exactly 1.0 in float32 "
    "from a logit of 16.64, so `1 - tf.sigmoid(x)` is 0 and `log(1 - tf.sigmoid(x)) - log(tf.sigmoid(x))` infinite",
    "1 / (1 + tf.exp(-x))": "`tf.exp(-x)` is infinite in float32 once `-x` passes 88.72; "
    "the value is then 0, but its gradient 0 * inf, NaN",
    "np.exp(x) / (1 + np.exp(x))": "`np.exp(x)` is infinite in float64 once `x` passes 709.78; this is then inf / inf, NaN",
    "1 / (1 + math.exp(-x))": "`math.exp(-x)` raises OverflowError once `-x` passes 709.78; a stable sigmoid does not",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x))": "`tf.exp(x)` is infinite in float32 once `x` passes 88.72; inf / inf is then NaN",
    "math.log(1 + math.exp(x))": "`math.exp(x)` raises OverflowError once `x` passes 709.78",
    "torch.log1p(torch.exp(x))": "`torch.exp(x)` is infinite in float32 once `x` passes 88.72, and its logarithm with it",
    "torch.log(torch.exp(x).sum(1))": "`torch.exp(x)` is infinite in float32 once `x` passes 88.72, and the logarithm of the sum with it",
    "tf.math.log(tf.cosh(x))": "`tf.cosh(x)` is infinite in float32 once `x` passes 89.42, and its logarithm with it",
    "torch.log(torch.cosh(x))": "`torch.cosh(x)` is infinite in float32 once `x` passes 88.72, and its logarithm with it",
    "tf.math.log(tf.exp(x) + tf.exp(-x))": "`tf.exp(x) + tf.exp(-x)` is infinite in float32 once `x` passes 88.72, "
    "and its logarithm with it",
    "math.log(math.cosh(x))": "`math.cosh(x)` raises OverflowError once `x` passes 710.48, and its logarithm with it",
    "F.cross_entropy(F.softmax(x, 1), labels)": "`F.softmax(x, 1)` is a softmax, but is passed as logits: "
    "no loss is below 0.313 for 2 classes, 1.46 for 10, and sure wrong answers have gradient 0",
    "F.binary_cross_entropy(F.relu(x), labels)": "`F.relu(x)` is a relu, but is passed as probabilities: outside [0, 1] it raises an error",
    "K.binary_crossentropy(labels, K.relu(x))": "`K.relu(x)` is a relu, but is passed as probabilities: outside [0, 1] the gradient is 0",
    "K.binary_crossentropy(labels, K.sigmoid(x))": "`K.sigmoid(x)` is a sigmoid: from a logit of 16.12 on a wrong answer has gradient 0",
    "F.binary_cross_entropy(torch.sigmoid(x), labels)": "`torch.sigmoid(x)` is a sigmoid: "
    "from a logit of 16.64 on a wrong answer has gradient 0",
    "np.log(1 + x)": "`1 + x` loses the digits of a small `x`: below 1e-16 its log is 0",
    "torch.log(1 + x)": "`1 + x` loses the digits of a small `x`: below 6e-08 its log is 0",
    "torch.exp(-x.abs()) - 1": "`torch.exp(-x.abs()) - 1` loses the digits of a small `-x.abs()`: below 6e-08 it is 0",
}


@pytest.mark.parametrize(("expression", "message"), MESSAGES.items(), ids=MESSAGES)
def test_a_message_says_what_happens_and_when(expression: str, message: str) -> None:
    (finding,) = judged(source(expression)).findings
    assert finding.message == message


HELPS = {
    "1 / (1 + tf.exp(-x))": "use `tf.sigmoid`",
    "torch.log1p(torch.exp(x))": "use `F.softplus`",
    "np.log(1 + np.exp(x))": "use `np.logaddexp(0, x)`",
    "math.log1p(math.exp(x))": "use log1p(exp(-abs(x))) + max(x, 0)",
    "jnp.exp(x) / jnp.exp(x).sum()": "use `jax.nn.softmax`, or subtract the maximum first",
    "-(labels * K.log(K.sigmoid(x)) + (1 - labels) * K.log(1 - K.sigmoid(x)))": (
        "compute it from the logits: `K.binary_crossentropy(labels, x, from_logits=True)`"
    ),
}


@pytest.mark.parametrize(("expression", "advice"), HELPS.items(), ids=HELPS)
def test_a_help_names_what_the_framework_has(expression: str, advice: str) -> None:
    (finding,) = judged(source(expression)).findings
    assert finding.help == advice
