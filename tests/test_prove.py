"""`--fix --confirm`: old and new code are run, both are told, and what is not right is not written."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bce_lint.cli import main
from bce_lint.confirm.case import Options
from bce_lint.confirm.compare import Compare, Seen
from bce_lint.confirm.pool import Pool
from tests.harness import cases

pytest.importorskip("numpy", reason="NumPy is not installed")

NUMPY = """\
import numpy as np


def total(x):
    return np.log(np.sum(np.exp(x), axis=-1))


def divergence(p, q):
    return np.sum(p * np.log(p / q))
"""
STABLE = "np.logaddexp.reduce(x, axis=-1)"
TORCH = """\
import torch
import torch.nn.functional as F


def loss(labels, logits):
    p = torch.sigmoid(logits)
    return -torch.mean(labels * torch.log(p))
"""


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_a_right_fix_is_written_and_told_with_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(NUMPY)
    status, out, err = run(capsys, "--fix", "--confirm", "--unsafe-fixes", "--output-format", "concise", "a.py")
    told = out.splitlines()
    assert told[0] == f"a.py:5:12: fix confirmed: np.log(np.sum(np.exp(x), axis=-1)) -> {STABLE}"
    assert told[1] == "   value inf -> 0 (exact 0) at |logit| = 709.8, logits of both signs"
    assert told[2].startswith("a.py:9:23: fix not confirmed, not written (what to give its parameter `q` is not known): ")
    assert (status, err) == (1, "")
    assert Path("a.py").read_text() == NUMPY.replace("np.log(np.sum(np.exp(x), axis=-1))", STABLE)
    assert "Found 2 findings (1 fixed, 1 remaining: " in out


def test_a_diff_shows_what_is_right_and_tells_the_rest_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(NUMPY)
    status, out, err = run(capsys, "--diff", "--confirm", "--unsafe-fixes", "a.py")
    assert status == 1
    assert f"\n+    return {STABLE}\n" in out
    assert "maximum" not in out
    assert "fix not confirmed, not written" in err
    assert Path("a.py").read_text() == NUMPY


def seen(pool: Pool, source: str, new: str, *, safe: bool = True) -> Seen:
    """Compare the first function with a finding with what it would be."""
    old = source.rpartition("return ")[2].strip()
    return Compare(pool, Options(), safe).function(cases(source)[0], source.replace(old, new))


@pytest.mark.framework
@pytest.mark.parametrize(
    ("new", "safe", "good", "reason"),
    [
        ("-torch.mean(labels * F.logsigmoid(logits))", True, True, ""),
        ("torch.mean(labels * F.softplus(-logits))", True, True, ""),
        ("-torch.mean(labels * F.logsigmoid(-logits))", True, False, "it is not exact"),
        ("-torch.sum(labels * F.logsigmoid(logits))", True, False, "it is not exact"),
        ("-torch.mean(labels * F.logsigmoid(logits.detach()) + 0 * logits)", True, False, "it is not exact"),
        ("-torch.mean(labels * torch.log(p + 1e-7))", True, False, "it is not exact"),
        ("-torch.mean(labels * torch.log(p + 1e-7))", False, True, ""),
        ("-torch.mean(labels * torch.log(p ** 2))", False, False, "its gradient is -inf at |logit| = "),
        ("-torch.mean(labels * log(p))", True, False, "it cannot be run: NameError"),
    ],
)
def test_only_what_is_exact_is_good_in_value_and_gradient(pool: Pool, new: str, safe: bool, good: bool, reason: str) -> None:  # noqa: FBT001
    pytest.importorskip("torch", reason="PyTorch is not installed")
    told = seen(pool, TORCH, new, safe=safe)
    assert (told.good, told.reason.startswith(reason)) == (good, True), told
    if good:
        assert told.change is not None
        assert math.isnan(told.change.values[0])
        assert math.isclose(told.change.values[1], told.change.values[2], rel_tol=1e-3, abs_tol=1e-6) or not safe


SWITCHED = """\
import torch
import torch.nn.functional as F


def loss(labels, logits, soft=False):
    if soft:
        return torch.mean(labels * torch.log1p(torch.exp(-logits)))
    return torch.mean(labels * torch.relu(1 - logits))
"""


@pytest.mark.framework
def test_a_flag_is_set_for_the_new_code_as_for_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(SWITCHED)
    status, out, _ = run(capsys, "--fix", "--confirm", "a.py")
    assert status == 0, out
    assert Path("a.py").read_text() == SWITCHED.replace("torch.log1p(torch.exp(-logits))", "F.softplus(-logits)")


BOTH_SIDES = TORCH.replace("labels * torch.log(p)", "labels * torch.log(p) + torch.log(1 - p)").replace("def loss(", "def loss(weird, ")


@pytest.mark.framework
def test_the_sign_of_logits_that_were_cut_off_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(BOTH_SIDES)
    status, out, _ = run(capsys, "--fix", "--confirm", "a.py")
    assert status == 0, out
    assert "labels * F.logsigmoid(logits) + F.logsigmoid(-logits)" in Path("a.py").read_text()


@pytest.mark.framework
def test_an_expression_is_compared_where_its_function_cannot_be_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.chdir(tmp_path)
    method = "class Net:\n    def step(self, labels, logits):\n        self.optimizer.zero_grad()\n"
    text = TORCH[: TORCH.index("def loss")] + method + "        return -torch.mean(labels * torch.log(torch.sigmoid(logits)))\n"
    Path("a.py").write_text(text)
    status, out, _ = run(capsys, "--fix", "--confirm", "a.py")
    assert status == 0, out
    assert "fix confirmed" in out
    assert Path("a.py").read_text() == text.replace("torch.log(torch.sigmoid(logits))", "F.logsigmoid(logits)")
