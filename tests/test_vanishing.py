"""Divisions, roots and norms of what vanishes: empty masks, channels of their own, equal vectors, and divisions in place."""

from __future__ import annotations

import pytest

from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice import program
from bce_lint.confirm.worker.job import Program
from bce_lint.facts.expr import Div, Exp, Expr, Free, Sqrt
from tests.cases import breaks, case, confirmed, refuted, verdict

pytestmark = pytest.mark.framework

QUOTIENT: Expr = Div(Free("a", "f"), Free("b", "f"))

DICE = """
import numpy as np
def dice_loss(class_weights):
    def loss(y_true, y_pred):
        shared = 2 * np.sum(class_weights * y_true * y_pred, axis=(-1,))
        return 1 - np.mean(shared / np.sum(y_true + y_pred, axis=(-1,)))
    return loss
"""


def test_an_empty_mask_and_channels_that_vanish_break_a_dice_loss_over_classes(pool: Pool) -> None:
    given = verdict(pool, case(DICE, "shared / np.sum(y_true + y_pred, axis=(-1,))", site=QUOTIENT, framework="numpy"))
    assert {labels: round(logit) for (_, labels), logit in breaks(given).items()} == {"labels all 0, logits all negative": 104}
    assert "y_pred = sigmoid(logit)" in " ".join(confirmed(given).evidence.assumed)


def test_a_smoothed_dice_loss_over_classes_is_refuted(pool: Pool) -> None:
    source = DICE.replace("np.sum(y_true + y_pred, axis=(-1,))", "(1e-3 + np.sum(y_true + y_pred, axis=(-1,)))")
    flagged = "shared / (1e-3 + np.sum(y_true + y_pred, axis=(-1,)))"
    assert refuted(verdict(pool, case(source, flagged, site=QUOTIENT, framework="numpy")))


def test_two_inputs_are_equal_once(pool: Pool) -> None:
    source = "import numpy as np\ndef f(first, second):\n    return np.exp(np.sum(first * second, -1))\n"
    one = case(source, "np.exp(np.sum(first * second, -1))", site=Exp(Free("x", "f")), framework="numpy")
    given = confirmed(verdict(pool, one))
    assert [text.partition(",")[0] for text in given.evidence.assumed] == ["first = logit", "second = logit"]
    assert given.witnesses[0].result == "inf"


IN_PLACE = """
import numpy as np
def share(y_pred):
    y_pred = y_pred * 1.0
    y_pred /= np.sum(
        y_pred, axis=-1,
        keepdims=True)
    return y_pred
"""


def test_a_division_in_place_is_judged_as_the_division_it_is(pool: Pool) -> None:
    one = case(IN_PLACE, "np.sum(\n        y_pred, axis=-1,\n        keepdims=True)", site=QUOTIENT, framework="numpy")
    made = program(one)
    assert isinstance(made, Program)
    assert "y_pred = __site__(y_pred / np.sum(y_pred, axis=-1, keepdims=True))" in made.marked
    assert made.marked.count("\n") == IN_PLACE.strip().count("\n") - 1
    assert breaks(verdict(pool, one))


def test_the_root_of_a_distance_breaks_where_two_vectors_are_equal(pool: Pool) -> None:
    pytest.importorskip("torch", reason="this code runs in torch")
    source = "import torch\ndef distance(a, b):\n    return torch.sqrt(torch.sum((a - b) ** 2, -1))\n"
    one = case(source, "torch.sqrt(torch.sum((a - b) ** 2, -1))", site=Sqrt(Free("d", "f")), framework="torch")
    assert breaks(verdict(pool, one)) == {("gradient", "logits of both signs"): 0.0}
