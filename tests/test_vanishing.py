"""Divisions, roots and norms of what vanishes: empty masks, channels of their own, equal vectors, and divisions in place."""

from __future__ import annotations

import pytest

from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice import program
from bce_lint.confirm.worker.job import Program
from bce_lint.facts.expr import Div, Exp, Expr, Free, Sqrt, Sub
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


PAIRS = """
import numpy as np
def contrast(labels, embeddings):
    same = (labels[:, None] == labels[None, :]) & ~np.eye(len(labels), dtype=bool)
    distances = ((embeddings[:, None] - embeddings[None, :]) ** 2).sum(-1)
    return (distances * same).sum() / same.sum()
"""


def test_labels_that_are_compared_with_each_other_may_all_differ(pool: Pool) -> None:
    given = confirmed(verdict(pool, case(PAIRS, "(distances * same).sum() / same.sum()", site=QUOTIENT, framework="numpy")))
    assert given.witnesses[0].result == "nan"
    assert "labels = labels, each row another" in [text.partition(", since")[0] for text in given.evidence.assumed]
    assert "labels = numpy.array([0.0, 1.0, 2.0, 3.0, 4.0]" in given.evidence.program


def test_labels_that_are_not_compared_are_never_all_different(pool: Pool) -> None:
    source = "import numpy as np\ndef loss(labels, output):\n    return np.mean(labels * output) / (1 + np.sum(labels * (1 - labels)))\n"
    flagged = "np.mean(labels * output) / (1 + np.sum(labels * (1 - labels)))"
    assert refuted(verdict(pool, case(source, flagged, site=QUOTIENT, framework="numpy")))


def test_what_only_labels_go_into_is_probed_with_numbers_for_labels(pool: Pool) -> None:
    pytest.importorskip("torch", reason="this code runs in torch")
    source = "import torch\ndef cosine(output, target):\n    return (output * target).sum(-1) / torch.sqrt((target ** 2).sum(-1) + 1e-30)\n"
    one = case(source, "torch.sqrt((target ** 2).sum(-1) + 1e-30)", site=Sqrt(Free("d", "f")), framework="torch")
    assert refuted(verdict(pool, one))
    given = verdict(
        pool, case(source.replace(" + 1e-30", ""), "torch.sqrt((target ** 2).sum(-1))", site=Sqrt(Free("d", "f")), framework="torch")
    )
    assert "target = -logit" in [text.partition(",")[0] for text in confirmed(given).evidence.assumed]


MOMENTS = """
import torch
def moments(x, axes, order="c"):
    if order not in ("c", "f"):
        raise ValueError(order)
    mean = torch.mean(x, dim=axes, keepdim=True)
    variance = torch.mean(x ** 2, dim=axes, keepdim=True) - mean ** 2
    return mean, variance
"""


def test_a_difference_of_mean_squares_loses_the_variance_of_what_is_nearly_equal(pool: Pool) -> None:
    pytest.importorskip("torch", reason="this code runs in torch")
    one = case(
        MOMENTS, "torch.mean(x ** 2, dim=axes, keepdim=True) - mean ** 2", site=Sub(Free("a", "f"), Free("b", "f")), framework="torch"
    )
    given = confirmed(verdict(pool, one))
    assert "nearly equal" in given.witnesses[0].labels
    assert "axes = -1" in [text.partition(",")[0] for text in given.evidence.assumed]


CHOICE = """
import numpy as np
def pooled(x, data_format):
    if data_format == "last":
        return x.sum(-1) / np.abs(x).sum(-1)
    raise ValueError(f"{data_format!r} is no format")
"""


def test_a_setting_that_is_compared_to_strings_is_one_of_them(pool: Pool) -> None:
    given = verdict(pool, case(CHOICE, "x.sum(-1) / np.abs(x).sum(-1)", site=QUOTIENT, framework="numpy"))
    assert breaks(given)
    assert "data_format = last" in [text.partition(",")[0] for text in confirmed(given).evidence.assumed]


def test_a_module_that_makes_a_folder_when_it_is_imported_finds_one(pool: Pool) -> None:
    pytest.importorskip("torch", reason="this code runs in torch")
    source = "import torch\ndef f(logits):\n    import torch._dynamo\n    return torch.exp(logits)\n"
    assert breaks(verdict(pool, case(source, "torch.exp(logits)", site=Exp(Free("x", "f")), framework="torch")))


SHARE = """
import numpy as np
def share(logits, positive=False):
    if positive:
        logits = 1.0 + np.abs(logits)
    return np.tanh(logits) + logits / np.sum(logits, axis=-1, keepdims=True)
"""


def test_no_flag_is_turned_round_because_a_share_does_not_change_with_size(pool: Pool) -> None:
    given = verdict(pool, case(SHARE, "logits / np.sum(logits, axis=-1, keepdims=True)", site=QUOTIENT, framework="numpy"))
    assert breaks(given)
    assert not any(text.startswith("positive") for text in confirmed(given).evidence.assumed)
