"""What `--why` says of a line: its operations, their ranges and origins, and the rules that looked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bce_lint.cli import main
from bce_lint.config import Config
from bce_lint.finding import UsageError
from bce_lint.why import why

SOURCE = """\
import tensorflow as tf


def loss(labels, logits, eps=1e-7):
    p = tf.sigmoid(logits)
    q = tf.clip_by_value(p, eps, 1 - eps)
    return -tf.reduce_mean(
        labels * tf.math.log(p)
        + (1 - labels) * tf.math.log(1 - q)
    )


def render(output, flag):
    if flag:
        shade = tf.tanh(output)
    else:
        shade = tf.sigmoid(output) + 1
    return tf.sqrt(shade)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("x.py")
    path.write_text(SOURCE, encoding="utf-8")
    return path


def told(place: str, *select: str) -> list[str]:
    return [line.strip() for line in why(Config(select=select), place).splitlines() if line.strip()]


def test_a_line_is_told_in_full(file: Path) -> None:
    assert [line for line in told(f"{file}:8", "BCE101", "BCE102", "BCE103") if "BCE102" not in line][:8] == [
        "x.py:8",
        "labels * tf.math.log(p)",
        "in loss:",
        "Log tf.math.log(p): [-inf, 0] in float32, reached",
        "p: [0, 1] in float32, reached",
        "line 5: p = tf.sigmoid(logits); in [0, 1]; in float32 exactly 1.0 from a logit of 16.64, exactly 0.0 from -87.34",
        "silent: BCE101, BCE103",
        "Mul labels * tf.math.log(p): [-inf, 0] or NaN in float32, -inf perhaps not reached, 0 reached",
    ]


def test_a_silence_is_told_with_the_guard(file: Path) -> None:
    lines = told(f"{file}:9", "BCE1")
    assert "q: [1.00000001e-07, 0.999999881] in float32, reached" in lines
    assert "line 6: q = tf.clip_by_value(p, eps, 1 - eps); in [eps, 1 - eps] in float32" in lines
    assert not [line for line in lines if line.startswith("reported") and "BCE103" in line]


def test_every_way_that_a_value_may_come_is_told(file: Path) -> None:
    lines = told(f"{file}:18")
    assert "shade: [-1, 2] in float32, reached" in lines
    assert any(line.startswith("line 15: shade = tf.tanh(output)") for line in lines)
    assert any(line.startswith("line 17: shade = tf.sigmoid(output) + 1") for line in lines)


def test_the_dtype_asked_for_is_the_one_told(file: Path) -> None:
    assert "p: [0, 1] in float16, reached" in why(Config(dtype="float16"), f"{file}:8")
    assert "reported" not in why(Config(select=("BCE201",)), f"{file}:9")
    assert "reported: BCE201" in why(Config(select=("BCE201",), dtype="float16"), f"{file}:9")


def test_only_the_rules_that_run_are_told(file: Path) -> None:
    assert "  reported: BCE102 log-of-probability: `p` is sigmoid(logits)" in why(Config(), f"{file}:8")
    assert "BCE102" not in why(Config(ignore=("BCE102",)), f"{file}:8")


def test_a_line_without_operations_says_so(file: Path) -> None:
    assert told(f"{file}:2")[-1] == "There is no operation on this line, or it is never reached."


def test_a_line_that_does_not_parse_says_so(file: Path) -> None:
    file.write_text("def loss(p):\n    return log(p\n", encoding="utf-8")
    assert told(f"{file}:2")[-1].startswith("Nothing is known here: ")


def test_a_line_of_a_notebook_is_named_with_its_cell(tmp_path: Path) -> None:
    cells = ["import tensorflow as tf", "x = tf.Variable(START)\ny = tf.math.log(tf.sigmoid(x))"]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}), encoding="utf-8")
    assert "Log tf.math.log(tf.sigmoid(x)): [-inf, 0] in float32, reached" in told(f"{path}:cell 2:2")
    with pytest.raises(UsageError, match="is a notebook: name one of its code cells"):
        why(Config(), f"{path}:2")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("x.py", "'x.py' is not FILE:LINE"),
        ("x.py:", "'x.py:' is not FILE:LINE"),
        ("x.py:one", "'x.py:one' is not FILE:LINE"),
        ("y.py:1", "y.py cannot be read: no such file or directory"),
        (".:1", "cannot be read|is not a regular file"),
        ("x.py:0", "x.py:0 is not a line; there are 18"),
        ("x.py:19", "x.py:19 is not a line; there are 18"),
        ("x.py:cell 1:1", "x.py has no cells"),
    ],
)
def test_a_bad_place_is_a_usage_error(file: Path, place: str, message: str) -> None:
    assert file.exists()
    with pytest.raises(UsageError, match=message):
        why(Config(), place)


def test_the_command_line_prints_it_and_exits_with_0(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--why", f"{file}:8:5"]) == 0
    assert capsys.readouterr().out.startswith("x.py:8\n\n    labels * tf.math.log(p)\n\nin loss:\n")
    assert main(["--why", "x.py:99"]) == 2
    assert capsys.readouterr().err == "bce-lint: --why: x.py:99 is not a line; there are 18\n"
