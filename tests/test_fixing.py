"""`--fix` and `--diff` on files: what is written, what stays as it was byte for byte, what is refused."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bce_lint.cli import main
from bce_lint.finding import Edit, Finding, Fix, Severity, Span, Trouble
from bce_lint.fix import Draft, Fixed, Fixer, apply
from bce_lint.source.notebook_text import replaced
from bce_lint.source.read import Source, parse
from bce_lint.source.write import write

SAFE = """\
import tensorflow as tf


def loss(labels, logits):
    p = tf.sigmoid(logits)
    return -tf.reduce_mean(labels * tf.math.log(p)) + tf.reduce_mean(p)
"""
FIXED = SAFE.replace("tf.math.log(p)", "tf.math.log_sigmoid(logits)")
UNSAFE = """\
import torch
import torch.nn.functional as F


def loss(labels, logits):
    return F.cross_entropy(F.softmax(logits, dim=1), labels)
"""
UNFIXABLE = """\
import tensorflow as tf


def loss(y_true, y_pred):
    return -tf.reduce_mean(y_true * tf.math.log(y_pred))
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


# --- what is said


def test_a_fixed_file_is_written_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("a.py")
    file.write_text(SAFE)
    assert run(capsys, "--fix") == (0, "Found 1 finding (1 fixed, 0 remaining) in 1 file.\n", "")
    assert file.read_text() == FIXED
    assert run(capsys, "--fix") == (0, "No findings in 1 file.\n", "")
    assert file.read_text() == FIXED


def test_what_is_left_is_reported_at_its_new_place_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("import jax.numpy as jnp\n\n\ndef f(x):\n    return jnp.log(1 + jnp.exp(x))\n\n\n" + UNFIXABLE)
    status, out, _ = run(capsys, "--fix", "--output-format", "concise", "a.py")
    assert status == 1
    left, last, _ = out.splitlines()
    assert left.startswith("a.py:12:37: BCE105 ")
    assert last == "Found 2 findings (1 fixed, 1 remaining: 1 warning) in 1 file."
    assert Path("a.py").read_text().startswith("import jax\n\n\ndef f(x):\n    return jax.nn.softplus(x)\n")


def test_unsafe_fixes_wait_until_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(UNSAFE)
    status, out, _ = run(capsys, "--fix")
    assert (status, Path("a.py").read_text()) == (1, UNSAFE)
    assert out.endswith("1 fixable with --fix --unsafe-fixes.\n")
    status, out, _ = run(capsys, "--fix", "--unsafe-fixes")
    assert (status, out) == (0, "Found 1 finding (1 fixed, 0 remaining) in 1 file.\n")
    assert Path("a.py").read_text() == UNSAFE.replace("F.softmax(logits, dim=1)", "logits")


def test_pyproject_may_ask_for_fixes_and_the_command_line_decide_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text("[tool.bce-lint]\nfix = true\nunsafe-fixes = true\n")
    Path("a.py").write_text(UNSAFE)
    assert run(capsys, "--no-fix")[0] == 1
    assert run(capsys, "--no-unsafe-fixes")[0] == 1
    assert Path("a.py").read_text() == UNSAFE
    assert run(capsys)[0] == 0
    assert Path("a.py").read_text() != UNSAFE


def test_a_diff_is_all_that_is_on_standard_output_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        Path(f"{name}.py").write_text(SAFE)
    status, out, err = run(capsys, "--diff", "--fix")
    assert (status, err) == (1, "Would fix 2 findings in 2 files.\n")
    assert Path("a.py").read_text() == SAFE
    assert out.startswith("--- a.py\n+++ a.py\n@@ -3,4 +3,4 @@\n")
    assert "\n-    return -tf.reduce_mean(labels * tf.math.log(p))" in out
    subprocess.run(["patch", "-s", "-p0"], input=out, text=True, check=True)
    assert Path("a.py").read_text() == Path("b.py").read_text() == FIXED
    assert run(capsys, "--diff") == (0, "", "Would fix nothing.\n")


def test_a_diff_tells_of_a_last_row_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("import torch\nimport torch.nn.functional as F\ndef f(x): return torch.log(torch.sigmoid(x))")
    out = run(capsys, "--diff", "--select", "ALL")[1]
    assert out.count("\n\\ No newline at end of file\n") == 2
    subprocess.run(["patch", "-s", "-p0"], input=out, text=True, check=True)
    assert Path("a.py").read_text().endswith("return F.logsigmoid(x)")


def test_json_says_which_fixes_are_safe_and_after_a_fix_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(SAFE)
    Path("b.py").write_text(UNSAFE)
    found = json.loads(run(capsys, "--output-format", "json")[1])
    assert [each["fix"]["applicability"] for each in found] == ["safe", "unsafe"]
    assert found[0]["fix"]["edits"] == [
        {"content": "tf.math.log_sigmoid(logits)", "location": {"row": 6, "column": 37}, "end_location": {"row": 6, "column": 51}}
    ]
    left = json.loads(run(capsys, "--fix", "--output-format", "json")[1])
    assert [Path(each["filename"]).name for each in left] == ["b.py"]


# --- bytes


ODD = {
    "bom": b"\xef\xbb\xbf" + SAFE.encode(),
    "crlf": SAFE.replace("\n", "\r\n").encode(),
    "tabs": SAFE.replace("    ", "\t").encode(),
    "latin-1": ("# -*- coding: latin-1 -*-\n# \xe9t\xe9\n" + SAFE).encode("latin-1"),
    "comments": SAFE.replace("p = ", "# \N{SNOWMAN}  \n\n    p  =  ").encode(),
    "mixed newlines": SAFE.replace("\n\n\n", "\r\n\n\r\n").encode(),
    "form feed and no end": SAFE.replace("\n\n\ndef", "\n\n\x0c\ndef").rstrip().encode(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_bytes_outside_the_edit_stay(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_bytes(data)
    assert run(capsys, "--fix")[0] == 0
    assert Path("a.py").read_bytes() == data.replace(b"tf.math.log(p)", b"tf.math.log_sigmoid(logits)")


def test_a_missing_import_ends_its_row_as_the_file_does(capsys: pytest.CaptureFixture[str]) -> None:
    text = b"import jax.numpy as jnp\r\n\r\n\r\ndef f(x):\r\n\treturn jnp.log(1 + jnp.exp(x)) + jnp.pi\r\n"
    Path("a.py").write_bytes(text)
    run(capsys, "--fix")
    assert Path("a.py").read_bytes() == b"import jax\r\n" + text.replace(b"jnp.log(1 + jnp.exp(x))", b"jax.nn.softplus(x)")


def test_nested_and_neighbouring_findings_all_land(capsys: pytest.CaptureFixture[str]) -> None:
    inner = "tf.math.log(1 + tf.exp({}))"
    nested = inner.format(inner.format(inner.format("x")))
    Path("a.py").write_text(f"import tensorflow as tf\n\n\ndef f(x, z):\n    return {nested} + {inner.format('z')}, {inner.format('x')}\n")
    assert run(capsys, "--fix", "a.py")[0] == 0
    fixed = "tf.nn.softplus(tf.nn.softplus(tf.nn.softplus(x))) + tf.nn.softplus(z), tf.nn.softplus(x)"
    assert Path("a.py").read_text().splitlines()[-1] == f"    return {fixed}"


def cell(*rows: str, kind: str = "code") -> dict[str, object]:
    outputs: dict[str, object] = {"outputs": [{"text": ["1e-7\n", "\u00e9"], "data": {"image/png": "iVBO=="}}], "execution_count": 3}
    return {"cell_type": kind, "metadata": {"scrolled": True}, **(outputs if kind == "code" else {}), "source": [*rows]}


def notebook(*cells: dict[str, object]) -> dict[str, object]:
    return {"cells": [*cells], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}


CELLS = (
    cell("# Title \u00e9\n", "log(p)", kind="markdown"),
    cell("%matplotlib inline\n", "import jax.numpy as jnp\n", "!pip install jax"),
    cell("def f(x):  # \u00e9\n", "    return jnp.log(1 + jnp.exp(x))\n", "\n", "f(data)"),
)
LAYOUTS = {
    "jupyter": json.dumps(notebook(*CELLS), indent=1, ensure_ascii=False) + "\n",
    "escaped": json.dumps(notebook(*CELLS), indent=4),
    "one row": json.dumps(notebook(*CELLS), separators=(",", ":"), ensure_ascii=False),
    "strings": json.dumps(notebook(*({**each, "source": "".join(each["source"])} for each in CELLS)), indent=2),  # type: ignore[arg-type]
    "windows": json.dumps(notebook(*CELLS), indent=1, ensure_ascii=False).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_in_a_notebook_only_the_fixed_rows_change(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.ipynb").write_bytes(text.encode())
    assert run(capsys, "--fix")[0] == 0
    after = Path("a.ipynb").read_bytes().decode()
    assert "import jax\\n" in after
    undone = after.replace("jax.nn.softplus(x)", "jnp.log(1 + jnp.exp(x))")
    row = next(row for row in undone.splitlines(keepends=True) if "import jax\\n" in row)
    undone = (
        undone.replace(row, "")
        if row.strip() == '"import jax\\n",'
        else undone.replace('"import jax\\n",', "").replace("import jax\\n", "")
    )
    assert undone == text


def test_a_notebook_is_shown_by_cells(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.ipynb").write_text(LAYOUTS["jupyter"])
    out = run(capsys, "--diff")[1]
    assert "--- a.ipynb:cell 2\n+++ a.ipynb:cell 2\n@@ -1,3 +1,4 @@\n %matplotlib inline\n+import jax\n import jax.numpy as jnp\n" in out
    assert "--- a.ipynb:cell 3\n" in out
    assert "cell 1" not in out


def test_a_source_of_one_row_grows_to_two() -> None:
    data = json.dumps(notebook(cell("x = 1")), indent=1).encode()
    assert json.loads(replaced(data, {1: "y = 0\nx = 1"}))["cells"][0]["source"] == ["y = 0\n", "x = 1"]


# --- files


def test_mode_and_links_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Path("real").mkdir()
    target = Path("real/a.py")
    target.write_text(SAFE)
    target.chmod(0o750)
    Path("link.py").symlink_to("real/a.py")
    run(capsys, "--fix", "link.py")
    assert target.read_text() == FIXED
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert Path("link.py").is_symlink()
    assert [*Path("real").iterdir()] == [target]


def test_a_read_only_file_is_one_line_and_the_others_are_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        Path(f"{name}.py").write_text(SAFE)
    Path("b.py").chmod(0o444)
    status, out, err = run(capsys, "--fix", "--output-format", "concise")
    assert (status, err) == (2, "b.py: not fixed: is read-only: make it writable\n")
    assert [Path(f"{name}.py").read_text() for name in "abc"] == [FIXED, SAFE, FIXED]
    assert out.startswith("b.py:6:37: BCE102 ")
    assert "Found 3 findings (2 fixed, 1 remaining: 1 error) in 3 files; 1 not fixed.\n" in out


SHUT = """
import os, sys, tempfile
from bce_lint.cli import main
os.mkdir("shut")
open("shut/a.py", "w").write({text!r})
os.chmod("shut/a.py", 0o666)
os.chmod("shut", 0o555)
main(["--diff", "shut"])
sys.stderr.flush()
os.dup2(os.open("err", os.O_WRONLY | os.O_CREAT), 2)
if os.getuid() == 0:
    os.setuid(65534)
sys.exit(main(["--fix", "shut"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_read_only_folder_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", SHUT.format(text=SAFE)], capture_output=True, text=True, check=False)
    assert (done.returncode, Path("err").read_text()) == (2, "shut/a.py: not fixed: cannot be written: permission denied\n")
    assert Path("shut/a.py").read_text() == SAFE


def test_what_was_changed_meanwhile_is_not_overwritten() -> None:
    Path("a.py").write_text("new\n")
    trouble = write("a.py", b"old\n", b"fixed\n")
    assert trouble is not None
    assert trouble.message == "was changed while it was judged: run again"
    assert Path("a.py").read_text() == "new\n"


def test_a_failed_write_leaves_no_file_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.py").write_text("old\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bce_lint.source.write.os.fsync", full)
    trouble = write("a.py", b"old\n", b"new\n")
    assert trouble is not None
    assert trouble.message == "cannot be written: no space left on device"
    assert [path.read_text() for path in Path().iterdir()] == ["old\n"]


def test_an_encoding_that_cannot_be_written_back_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text = b"# coding: utf-7\n# +AGE-\n" + SAFE.replace("+", "-").encode()
    Path("a.py").write_bytes(text)
    status, _, err = run(capsys, "--fix")
    assert status == 2
    assert err == "a.py: not fixed: cannot be written back in utf-7 as it was: save it as UTF-8\n"
    assert Path("a.py").read_bytes() == text


# --- what is refused


@dataclass(frozen=True)
class Case:
    finding: Finding


@dataclass(frozen=True)
class Judged:
    cases: tuple[Case, ...]
    troubles: tuple[Trouble, ...] = ()


def found(rule: str, *edits: Edit) -> Case:
    fix = Fix(f"{rule}'s fix", edits, safe=True) if edits else None
    return Case(Finding("x.py", Span(1, 1, 1, 2), rule, "BCE000", "", Severity.ERROR, fix=fix))


def wanted(judged: Judged) -> list[Fix]:
    return [case.finding.fix for case in judged.cases if case.finding.fix is not None]


def fixed(text: str, *judgements: Judged) -> Fixed[Judged] | Trouble:
    """Fix a text that the judge thinks so of, round by round."""
    first, *later = judgements
    answers: Iterator[Judged] = iter(later)
    source = parse("x.py", text.encode())
    assert isinstance(source, Source)
    return Fixer(lambda _: next(answers), wanted).fix(Draft(text.encode(), source, first))


NOTHING = Judged(())


def test_a_fix_that_does_not_compile_is_refused_whole() -> None:
    said = fixed("a = 1\nb = 2\n", Judged((found("one", Edit(4, 5, "3")), found("two", Edit(10, 11, "(")))), NOTHING)
    assert said == Trouble(
        "x.py",
        None,
        "internal error in the fixes: they leave what does not compile (two's fix); please report it with this file",
        "not fixed",
    )


def test_a_fix_after_which_more_is_found_is_refused() -> None:
    said = fixed("a = 1\n", Judged((found("one", Edit(4, 5, "3")),)), Judged((found("other"),)))
    assert isinstance(said, Trouble)
    assert "they give rise to other;" in said.message
    again = fixed("a = 1\n", Judged((found("one", Edit(4, 5, "3")), found("other"))), Judged((found("other"),)))
    assert isinstance(again, Fixed)


def test_a_fix_after_which_something_cannot_be_judged_is_refused() -> None:
    said = fixed("a = 1\n", Judged((found("one", Edit(4, 5, "3")),)), Judged((), (Trouble("x.py", None, "internal error"),)))
    assert isinstance(said, Trouble)
    assert "what they leave cannot be judged" in said.message


def test_fixes_that_undo_each_other_are_refused() -> None:
    to, fro = (Judged((found(rule, Edit(4, 5, text)),)) for rule, text in (("to", "2"), ("fro", "1")))
    said = fixed("a = 1\n", *[to, fro] * 100)
    assert isinstance(said, Trouble)
    assert "they do not come to rest" in said.message


def test_what_a_fix_leaves_unread_goes_too(capsys: pytest.CaptureFixture[str]) -> None:
    rows = "    {}p = tf.sigmoid(z)\n    return -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))\n"
    Path("a.py").write_text("import tensorflow as tf\n\n\ndef f(y, x):\n" + rows.format("z = 2 * x\n    "))
    assert run(capsys, "--fix")[0] == 0
    fixed = "    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z))\n"
    assert Path("a.py").read_text() == "import tensorflow as tf\n\n\ndef f(y, x):\n    z = 2 * x\n" + fixed


def test_what_python_does_not_compile_is_fixed_as_far_as_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(SAFE + "\n\nprint 'done'\n")
    run(capsys, "--fix")
    assert Path("a.py").read_text() == FIXED + "\n\nprint 'done'\n"


def test_of_two_fixes_that_overlap_the_first_wins() -> None:
    one, two, three = (Fix("", (Edit(start, end, text),), safe=True) for start, end, text in ((0, 3, "x"), (2, 5, "y"), (5, 6, "z")))
    assert apply("abcdef", [three, two, one]) == "xdez"
    assert (
        apply("abcdef", [Fix("", (Edit(0, 0, "i"), Edit(1, 2, "x")), safe=True), Fix("", (Edit(0, 0, "i"), Edit(3, 4, "y")), safe=True)])
        == "iaxcyef"
    )
