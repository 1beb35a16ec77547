"""One finding for one defect: where several rules could speak, only the most specific does, with all of them selected."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bce_lint.finding import Finding

from .harness import judged
from .test_fixtures import FILES

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

HEAD = """
import jax
import jax.numpy as jnp
import numpy as np
import tensorflow as tf
import torch
import torch.nn.functional as F
from tensorflow.keras import backend as K


def some_loss(x, z, labels, mask, logits):
    p = {p}
    return {expression}
"""

SIGMOIDS = {"tf": "tf.sigmoid(logits)", "K": "K.sigmoid(logits)", "jnp": "jax.nn.sigmoid(logits)", "torch": "torch.sigmoid(logits)"}
SOFTMAXES = {"tf": "tf.nn.softmax(logits)", "K": "K.softmax(logits)", "jnp": "jax.nn.softmax(logits)", "torch": "F.softmax(logits, 1)"}

OF_A_SIGMOID = {
    "m.log(p / (1 - p))": "logit-of-probability",
    "m.log(p) - m.log(1 - p)": "logit-of-probability",
    "labels * m.log(p) + (1 - labels) * m.log(1 - p)": "naive-binary-cross-entropy",
    "labels * m.log(p)": "log-of-probability",
    "(1 - labels) * m.log(1 - p)": "log-of-complement",
    "m.log(1 + 1e-10 - p)": "ineffective-epsilon",
}
OF_A_SOFTMAX = {
    "labels * m.log(p)": "naive-categorical-cross-entropy",
    "p * m.log(p)": "naive-kl-divergence",
    "m.log(p)": "log-of-probability",
}
OF_EXPONENTIALS = {
    "1 / (1 + m.exp(-x))": "naive-sigmoid",
    "(m.exp(x) - m.exp(-x)) / (m.exp(x) + m.exp(-x))": "naive-sigmoid",
    "m.log(1 / (1 + m.exp(-x)))": "naive-softplus",
    "m.log(1 + m.exp(x))": "naive-softplus",
    "m.log(m.exp(x) + m.exp(z))": "naive-logsumexp",
    "m.log((m.exp(x) + m.exp(-x)) / 2)": "naive-log-cosh",
    "m.exp(x) / (m.exp(x) + m.exp(z))": "naive-softmax",
    "m.log(m.exp(x) / (m.exp(x) + m.exp(z)))": "naive-softmax",
    "m.exp(x)": "unbounded-exp",
}
OTHERS = {
    "tf.where(tf.nn.softmax(logits) > 0, tf.math.log(tf.nn.softmax(logits)), 0.0)": "where-gradient",
    "tf.clip_by_value(tf.math.log(tf.nn.softmax(logits)), -100.0, 0.0)": "late-guard",
    "labels * torch.nan_to_num(torch.log(F.softmax(logits, 1)))": "late-guard",
    "torch.sqrt(torch.sum((x - z) ** 2)) + 1e-8": "late-guard",
    "x / jnp.linalg.norm(x)": "sqrt-gradient",
    "x / torch.norm(x)": "division-by-vanishing-sum",
    "jnp.sum((x - z) ** 2) ** 0.5 / jnp.sqrt(jnp.sum(x**2))": "sqrt-gradient, sqrt-gradient",
    "mask * np.log(torch.sigmoid(x) * mask)": "late-mask",
    "np.log(np.sum(labels * p) / np.sum(labels + p + 1))": "log-of-vanishing-value",
    "F.cross_entropy(F.softmax(x, 1), labels)": "probabilities-as-logits",
    "F.binary_cross_entropy(torch.sigmoid(x), labels)": "prefer-logits",
    "F.nll_loss(F.softmax(x, 1), labels)": "logits-as-probabilities",
    "torch.acos(torch.clamp(x, -1, 1)) + 1e-8": "acos-gradient",
    "tf.reduce_sum(tf.abs(x - z)) ** 0.75": "power-gradient",
    "np.sqrt(np.mean(x**2) - np.mean(x) ** 2)": "variance-cancellation",
    "np.log(1 + x)": "log1p-precision",
    "np.exp(-np.abs(x)) - 1": "expm1-precision",
}


def sources() -> Iterator[ParameterSet]:
    """Yield each expression in each framework, with the rules that it should be reported by."""
    for forms, probabilities in ((OF_A_SIGMOID, SIGMOIDS), (OF_A_SOFTMAX, SOFTMAXES), (OF_EXPONENTIALS, SIGMOIDS)):
        for form, rules in forms.items():
            for module, p in probabilities.items():
                expression = form.replace("m.", "tf.math." if module == "tf" else f"{module}.")
                yield pytest.param(HEAD.format(p=p, expression=expression), rules, id=f"{module} {form}")
    for form, rules in OTHERS.items():
        yield pytest.param(HEAD.format(p="torch.sigmoid(logits)", expression=form), rules, id=form)


@pytest.mark.parametrize(("source", "rules"), list(sources()))
def test_only_the_most_specific_rule_reports(source: str, rules: str) -> None:
    assert ", ".join(finding.rule for finding in judged(source).findings) == rules


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_no_two_findings_of_a_fixture_overlap(file: Path) -> None:
    found = judged(file.read_text(encoding="utf-8")).findings
    assert [(one.span, one.rule, other.rule) for one, other in combinations(found, 2) if overlap(one, other)] == []


def overlap(one: Finding, other: Finding) -> bool:
    """Tell whether two findings underline the same code."""
    first, second = sorted([one.span, other.span])
    return (second.row, second.column) < (first.end_row, first.end_column)
