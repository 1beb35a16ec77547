"""Inputs are what is done with them, then what they are called: a temperature called `T` is no label."""

from __future__ import annotations

import pytest

from bce_lint.config import Config
from bce_lint.facts.meaning import Role
from bce_lint.judge import Judge
from bce_lint.source.read import Source

from .harness import judged


def roles(signature: str, value: str) -> dict[str, Role]:
    """Return the roles of the parameters of a loss that takes the logarithm of `value`."""
    text = f"import torch\ndef loss({signature}):\n    return -torch.log({value}).mean()\n"
    (case,) = Judge(Config(paths=("x.py",))).judge(Source("x.py", text.encode())).cases
    return {given.name: given.role for given in case.meaning.inputs}


@pytest.mark.parametrize("signature", ["x, T", "x, T=4.0", "x, t=4.0"])
def test_a_temperature_is_a_scalar(signature: str) -> None:
    assert list(roles(signature, f"torch.softmax(x / {signature[3]}, dim=1)").values())[1] is Role.SCALAR


def test_what_has_a_number_for_its_default_is_given_by_no_call() -> None:
    assert roles("x, targets=0.0, p=0.5", "torch.softmax(x + targets + p, dim=1)") == {
        "x": Role.UNKNOWN,
        "targets": Role.SCALAR,
        "p": Role.SCALAR,
    }


def test_labels_stay_labels_by_their_names() -> None:
    assert roles("x, T, y_true", "torch.softmax(x, dim=1) * T / y_true")["T"] is Role.LABEL
    assert roles("x, y_true", "torch.softmax(x, dim=1) / y_true")["y_true"] is Role.LABEL


def test_what_is_negated_or_chosen_by_is_a_mask() -> None:
    assert roles("x, same", "torch.softmax(x, dim=1) * torch.logical_not(same)")["same"] is Role.MASK
    assert roles("x, keep", "torch.softmax(torch.where(keep, x, -x), dim=1)")["keep"] is Role.MASK


def test_a_count_is_no_tensor() -> None:
    assert roles("x, n", "torch.softmax(x / n, dim=1)")["n"] is Role.INTEGER


@pytest.mark.parametrize(("axis", "classes"), [("1", True), ("-1", True), ("0", False)])
def test_what_a_maximum_is_taken_of_in_a_row_lies_along_classes(axis: str, classes: bool) -> None:  # noqa: FBT001  (pytest gives it)
    text = f"import tensorflow as tf\ndef loss(x):\n    return tf.math.log(tf.nn.relu(x - tf.reduce_max(x, axis={axis}, keepdims=True)))\n"
    (case,) = Judge(Config(paths=("x.py",))).judge(Source("x.py", text.encode())).cases
    assert [given.classes for given in case.meaning.inputs] == [classes]


def test_python_exponentials_of_a_tensors_number_overflow_in_double() -> None:
    text = (
        "import math\nimport torch.nn.functional as F\ndef f(x, y):\n    loss = F.cross_entropy(x, y).item()\n    return math.exp(loss)\n"
    )
    assert [finding.message for finding in judged(text, ("unbounded-exp",)).findings] == [
        "`math.exp(loss)` raises OverflowError once `loss` passes 709.78, and nothing bounds it"
    ]
