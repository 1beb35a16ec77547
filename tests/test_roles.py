"""Inputs are what is done with them, then what they are called: a temperature called `T` is no label."""

from __future__ import annotations

import pytest

from bce_lint.config import Config
from bce_lint.facts.meaning import Role
from bce_lint.judge import Judge
from bce_lint.source.read import Source


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
