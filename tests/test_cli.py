"""The command line from outside: what it prints where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bce_lint.cli import main
from bce_lint.finding import Evidence

UNSAFE = """\
import tensorflow as tf


def loss(labels, logits):
    p = tf.sigmoid(logits)
    return -tf.reduce_mean(labels * tf.math.log(p))
"""
CLEAN = """\
import tensorflow as tf


def loss(labels, logits):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
"""
QUIET = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH")}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.py").write_text(text)


def lint(*argv: str, env: Mapping[str, str] = QUIET) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bce_lint", *argv], env=env, capture_output=True, text=True, check=False)


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


# --- exit status


def test_clean_files_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=CLEAN, b="x = 1\n")
    assert printed(capsys) == (0, "No findings in 2 files.\n", "")


def test_findings_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=UNSAFE)
    status, out, err = printed(capsys, "a.py")
    assert (status, err) == (1, "")
    assert out.startswith("a.py:6:37: error[BCE102 log-of-probability] ")
    assert out.endswith("\nFound 1 finding (1 error) in 1 file.\n1 fixable with --fix.\n")


def test_exit_zero_forgives_findings_but_not_troubles(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=UNSAFE)
    status, out, _ = printed(capsys, "--exit-zero", "a.py")
    assert status == 0
    assert "BCE102" in out
    assert printed(capsys, "--exit-zero", "a.py", "missing.py")[0] == 2


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("torn.py", b"import torch\ndef loss(p):\n    return torch.log(p / (1 - p)\n", "torn.py:"),
        ("binary.py", b"\x00\x01tf.log(p)", "binary.py: not judged: "),
        ("latin.py", b"import torch  # \xe9\ntorch.log(p)\n", "latin.py: not judged: "),
        ("missing.py", None, "missing.py: not judged: "),
    ],
)
def test_a_file_that_cannot_be_judged_is_one_line_and_exit_2_and_the_others_are_judged(
    name: str, content: bytes | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(a=UNSAFE)
    if content is not None:
        Path(name).write_bytes(content)
    status, out, err = printed(capsys, "--output-format", "concise", name, "a.py")
    assert status == 2
    assert err.startswith(complaint)
    assert err.count("\n") == 1
    assert out.startswith("a.py:6:37: BCE102 ")
    assert "; 1 not judged.\n" in out


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--select", "BCE999"], "bce-lint: select: there is no rule 'BCE999'; did you mean BCE"),
        (
            ["--ignore", "log-of-probabilty"],
            "bce-lint: ignore: there is no rule 'log-of-probabilty'; did you mean BCE102 log-of-probability",
        ),
        (["--explain", "BCE9"], "bce-lint: --explain: there is no rule 'BCE9'"),
        (["--dtype", "int8"], "bce-lint: argument --dtype: invalid choice: 'int8'"),
        (["--nonsense"], "bce-lint: unrecognized arguments: --nonsense"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_2(argv: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(a=CLEAN)
    status, out, err = printed(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.startswith(complaint)
    assert err.count("\n") == 1


def test_a_folder_without_python_is_clean_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ".") == (0, "No Python files to judge.\n", "")


def test_pyproject_is_read_unless_isolated(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=UNSAFE)
    Path("pyproject.toml").write_text('[tool.bce-lint]\nignore = ["BCE102"]\n')
    assert printed(capsys)[0] == 0
    assert printed(capsys, "--isolated")[0] == 1
    assert printed(capsys, "--ignore", "BCE201")[0] == 1


# --- formats


def test_concise_is_one_line_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=UNSAFE, b=UNSAFE)
    first, second, *last = printed(capsys, "--output-format", "concise")[1].splitlines()
    assert first.startswith("a.py:6:37: BCE102 ")
    assert second == first.replace("a.py", "b.py")
    assert last == ["Found 2 findings (2 errors) in 2 files.", "2 fixable with --fix."]


def test_json_is_nothing_but_json_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=UNSAFE)
    status, out, err = printed(capsys, "--output-format", "json", "a.py", "missing.py")
    found, trouble = json.loads(out)
    assert status == 2
    assert (found["code"], found["name"], found["severity"]) == ("BCE102", "log-of-probability", "error")
    assert found["filename"] == str(Path("a.py").absolute())
    assert found["origins"][0]["location"]["row"] == 5
    assert trouble["code"] is None
    assert trouble["message"] in err


def test_json_of_clean_files_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=CLEAN)
    assert printed(capsys, "--output-format", "json") == (0, "[]\n", "")


def test_the_same_command_twice_prints_the_same() -> None:
    write(a=UNSAFE, b=UNSAFE, c="import torch\ntorch.log(torch.sigmoid(x)\n")
    first, second = lint("."), lint(".", env={**QUIET, "PYTHONHASHSEED": "7"})
    assert (first.stdout, first.stderr, first.returncode) == (second.stdout, second.stderr, 2)


def test_version_rules_and_pages_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--version") == (0, "bce-lint 0.1.0\n", "")
    assert "BCE101  logit-of-probability " in printed(capsys, "--list-rules")[1]


@pytest.mark.framework
def test_a_rules_page_is_printed_with_measured_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorflow", reason="one of the examples runs in TensorFlow")
    status, page, _ = printed(capsys, "--explain", "late-mask")
    assert status == 0
    assert page.startswith("# late-mask (BCE204)\n")
    assert page.count("\nconfirmed: ") == 2


# --- colour, pipes, interruption


def test_colour_only_for_terminals_or_when_asked_for() -> None:
    write(a=UNSAFE)
    assert "\x1b" not in lint("a.py").stdout
    assert "\x1b[1;31merror[BCE102" in lint("a.py", env={**QUIET, "FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in lint("a.py", env={**QUIET, "FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_gets_colour_unless_it_is_dumb() -> None:
    write(a=UNSAFE)
    assert "\x1b[1;31merror" in on_a_terminal("xterm")
    assert "\x1b" not in on_a_terminal("dumb")


def on_a_terminal(kind: str) -> str:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-m", "bce_lint", "a.py"], env={**QUIET, "TERM": kind}, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            pass  # how Linux says that the other end is closed
    os.close(ours)
    return shown.decode()


def test_a_reader_that_goes_away_is_no_reason_to_complain() -> None:
    write(a=UNSAFE)
    with subprocess.Popen([sys.executable, "-m", "bce_lint", "a.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_an_interruption_is_quiet_and_exits_130() -> None:
    write(a=UNSAFE)
    script = """
import signal, sys
sys.addaudithook(lambda event, args: signal.raise_signal(signal.SIGINT) if event == "open" and str(args[0]).endswith("a.py") else None)
from bce_lint.cli import main
sys.exit(main(["a.py"]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_text_that_the_terminal_cannot_show_is_escaped() -> None:
    write(a=UNSAFE.replace("p =", "# \N{GREEK SMALL LETTER SIGMA}\n    p ="), b=UNSAFE.replace("labels", "\u03b2"))
    done = lint(".", env={**QUIET, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert done.stderr == ""


# --- cost


def imported(*argv: str) -> set[str]:
    done = subprocess.run([sys.executable, "-X", "importtime", "-m", "bce_lint", *argv], capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_a_clean_file_costs_no_import_that_it_does_not_need() -> None:
    write(clean="import numpy as np\n\n\ndef add(x, y):\n    return np.add(x, y)\n")
    modules = imported("clean.py")
    assert "bce_lint.lint" in modules
    heavy = {
        "libcst",
        "rich",
        "numpy",
        "tensorflow",
        "keras",
        "torch",
        "jax",
        "mpmath",
        "matplotlib",
        "json",
        "tomllib",
        "bce_lint.registry",
    }
    assert not heavy & modules


def test_confirm_without_findings_imports_no_framework() -> None:
    write(a=CLEAN)
    assert not {"tensorflow", "numpy", "rich", "bce_lint.confirm.confirm"} & imported("--confirm", "a.py")


def test_confirm_without_findings_says_that_it_ran_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=CLEAN)
    said = "No findings in 1 file.\nNothing to run, so no framework was imported.\n"
    assert printed(capsys, "--confirm", "--repro", "scripts", "a.py") == (0, said, "")


NUMPY = """\
import numpy as np


def entropy(y_pred):
    return -np.sum(y_pred * np.log(y_pred))


def logged(scores):
    print(scores, file=open("log.txt", "w"))
    return np.exp(scores) / np.sum(np.exp(scores), axis=-1)
"""


def test_only_what_is_confirmed_is_reported_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    write(a=NUMPY)
    status, out, err = printed(capsys, "--confirm", "--output-format", "concise", "a.py")
    assert (status, err) == (1, "")
    assert out.count("[confirmed: ") == 1
    assert (undecided := out.count("[undecided: ")) > 0
    status, out, err = printed(capsys, "--confirm", "--only-confirmed", "--repro", "scripts", "--output-format", "concise", "a.py")
    first, last, *_ = out.splitlines()
    assert "[confirmed: value is nan" in first
    assert last == f"Found 1 finding (1 warning) in 1 file; 1 confirmed; {undecided} undecided left out."
    assert err == "wrote scripts/a.py-5.29-BCE106.py\n"
    script = subprocess.run([sys.executable, "-I", "scripts/a.py-5.29-BCE106.py"], capture_output=True, text=True, check=True)
    assert script.stdout == "value nan\n"
    write(a=NUMPY[: NUMPY.index("def entropy")] + NUMPY[NUMPY.index("def logged") :])
    assert printed(capsys, "--confirm", "--only-confirmed", "a.py")[0] == 0


# --- confirm


def test_a_refuted_finding_does_not_fail_the_run() -> None:
    from bce_lint.cli import _status
    from bce_lint.finding import Finding, Refuted, Severity, Span, Trouble, Undecided

    found = Finding("a.py", Span(1, 1, 1, 2), "log-of-probability", "BCE102", "is -inf", Severity.ERROR)
    refuted = replace(found, verdict=Refuted("48 probes", Evidence((), "", "", "", (), ())))
    assert _status([refuted], []) == 0
    assert _status([refuted, found], []) == 1
    assert _status([replace(found, verdict=Undecided("calls f"))], []) == 1
    assert _status([refuted], [Trouble("b.py", None, "is binary")]) == 2


def test_the_cells_of_a_notebook_are_run_together(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    cells = [
        ("code", "%matplotlib inline\nimport numpy as np"),
        ("markdown", "# Loss"),
        ("code", "FLOOR = 0.0\n"),
        ("code", "def entropy(y_pred):\n    return -np.sum(y_pred * np.log(y_pred + FLOOR))"),
    ]
    notebook = {"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4}
    Path("a.ipynb").write_text(json.dumps(notebook))
    status, out, _ = printed(capsys, "--confirm", "--repro", "scripts", "--output-format", "concise", "a.ipynb")
    assert status == 1
    assert out.startswith("a.ipynb:cell 4:2:29: BCE106 ")
    assert "[confirmed: value is nan from |logit| = " in out
    script = Path("scripts/a.ipynb-4.2.29-BCE106.py").read_text()
    assert "FLOOR = 0.0" in script


@pytest.mark.framework
def test_the_demo_is_flagged_executed_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    demo = Path(__file__).parents[1] / "fixtures" / "demo"
    status, out, err = printed(capsys, "--isolated", "--confirm", "--plot", "pictures", "--output-format", "json", str(demo))
    assert status == 1
    assert err.count("wrote pictures") == len([*Path("pictures").glob("*.png")]) == 4
    found = json.loads(out)
    assert [(Path(each["filename"]).name, each["name"], each["verdict"]["is"]) for each in found] == [
        ("clip_1e8.py", "ineffective-epsilon", "confirmed"),
        ("custom_loss.py", "logit-of-probability", "confirmed"),
    ]
    for each in found:
        first = each["verdict"]["witnesses"][0]
        assert 16.63 < first["logit"] < 16.65
        assert (first["what"], first["result"], first["labels"]) == ("value", "nan", "whatever the label")
