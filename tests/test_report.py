"""Reports are functions from findings to text: whole outputs, compared as they are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from textwrap import dedent

import pytest

from bce_lint.confirm.verdict import RATE
from bce_lint.finding import (
    Confirmed,
    Edit,
    Evidence,
    Finding,
    Fix,
    Origin,
    Refuted,
    Row,
    Severity,
    Span,
    Trouble,
    Undecided,
    Witness,
)
from bce_lint.report import json as json_report
from bce_lint.report import text
from bce_lint.report.excerpt import Mark, ansi, excerpt, width
from bce_lint.report.grid import number
from bce_lint.report.sources import Sources
from bce_lint.report.verdict import Screen, report, sentences

VERDICT = """\
   confirmed: value and gradient are nan from |logit| = 16.64, whatever the label
   assuming p = sigmoid(logit), labels = label
   run by tensorflow 2.21.0 in float32

   mean loss for labels mixed, logits right:
      |logit|     yours    stable     exact
   ----------------------------------------
        16.63  5.994e-8  5.994e-8  5.994e-8
   >    16.64       nan  5.934e-8  5.934e-8

   the weight of a model with one input, 1 before, after one step of SGD at learning rate 0.1:
      |logit|  answer  yours  stable
   ---------------------------------
   >       18   right    1.2     1.2
   >       18   wrong   -inf    -0.8

   stable: tf.nn.sigmoid_cross_entropy_with_logits; exact: by mpmath; contained by: resource limits,
   audit hook
"""

SOURCE = """\
import tensorflow as tf


def loss(labels, logits):
    p = tf.sigmoid(logits)

    z = tf.math.log(p / (1 - p))
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=z)
"""

FINDING = Finding(
    path="losses.py",
    span=Span(7, 9, 7, 33),
    rule="logit-of-probability",
    code="BCE101",
    message="log(p / (1 - p)) is infinite once p rounds to 0 or 1",
    severity=Severity.ERROR,
    origins=(Origin(Span(5, 9, 5, 27), "p = sigmoid(logits)", "in [0, 1]; exactly 1.0 in float32 from 16.64"),),
    help="use the logits",
    fix=Fix("z = logits", (Edit(97, 121, "logits"),), safe=True),
)
SAFE, UNSAFE = (replace(FINDING, fix=Fix("a -> b", (Edit(0, 1, "b"),), safe=safe)) for safe in (True, False))
PLAIN = replace(FINDING, fix=None)

TROUBLE = Trouble("torn.py", Span(3, 1, 3, 4), "does not parse: unexpected indent")
WITNESS = Witness("value", 16.6355, "whatever the label", "nan")
EVIDENCE = Evidence(
    assumed=("p = sigmoid(logit)", "labels = label"),
    framework="tensorflow 2.21.0",
    dtype="float32",
    pattern="labels mixed, logits right",
    columns=("yours", "tf.nn.sigmoid_cross_entropy_with_logits", "exact"),
    table=(
        Row(16.63, (("yours", 5.994e-8), ("tf.nn.sigmoid_cross_entropy_with_logits", 5.994e-8), ("exact", 5.994e-8))),
        Row(16.64, (("yours", nan), ("tf.nn.sigmoid_cross_entropy_with_logits", 5.934e-8), ("exact", 5.934e-8))),
    ),
    training=(Row(18, (("yours, right", 1.2), ("stable, right", 1.2), ("yours, wrong", -inf), ("stable, wrong", -0.8))),),
    containment=("resource limits", "audit hook"),
    exact_from="exact: by mpmath",
)


def source_of(text: str) -> text.Lines:
    return lambda _path, _cell: text.splitlines(keepends=True)


def block(text: str) -> str:
    return dedent(text).removeprefix("\n")


def underlined(line: str, start: int, end: int) -> list[str]:
    return [*excerpt([Mark(Span(1, start, 1, end), "^", "error")], [line])][1:-1]


# --- full, and its excerpt


def test_full_underlines_the_operation_and_where_its_operand_comes_from() -> None:
    assert text.full(FINDING, source_of(SOURCE)) == block("""
        losses.py:7:9: error[BCE101 logit-of-probability] log(p / (1 - p)) is infinite once p rounds to 0 or 1
          |
        5 |     p = tf.sigmoid(logits)
          |         ------------------ p = sigmoid(logits): in [0, 1]; exactly 1.0 in float32 from 16.64
        6 |
        7 |     z = tf.math.log(p / (1 - p))
          |         ^^^^^^^^^^^^^^^^^^^^^^^^
          |
          help: use the logits
          fix (safe): z = logits
    """)


def test_full_shows_a_long_span_by_its_ends_and_skips_what_lies_between() -> None:
    lines = "def f(p):\n    q = p\n\n\n    return log(\n" + "        p,\n" * 10 + "    )\n"
    origin = Origin(Span(2, 5, 2, 10), "q = p", "")
    finding = replace(FINDING, span=Span(5, 12, 16, 6), origins=(origin,), help="", fix=None, message="is long")
    assert text.full(finding, source_of(lines)) == block("""
        losses.py:5:12: error[BCE101 logit-of-probability] is long
           |
         2 |     q = p
           |     ----- q = p
        ...
         5 |     return log(
           |            ^^^^
         6 |         p,
           |         ^^
         7 |         p,
           |         ^^
        ...
        14 |         p,
           |         ^^
        15 |         p,
           |         ^^
        16 |     )
           |     ^
           |
    """)


def test_an_origin_without_a_place_or_in_another_cell_is_a_note() -> None:
    guess = Origin(None, "y_pred is a probability", "by its name", guessed=True)
    other = Origin(Span(1, 1, 1, 4, cell=2), "p = sigmoid(x)", "in [0, 1]")
    finding = replace(FINDING, origins=(guess, other), severity=Severity.WARNING, span=Span(7, 9, 7, 33, cell=3))
    shown = text.full(finding, source_of(SOURCE))
    assert shown.startswith("losses.py:cell 3:7:9: warning[BCE101 logit-of-probability] ")
    assert "  note: a guess: y_pred is a probability: by its name\n  note: p = sigmoid(x): in [0, 1]\n  help:" in shown


def test_an_origin_inside_the_operation_gets_a_line_of_its_own() -> None:
    finding = replace(FINDING, origins=(Origin(Span(7, 21, 7, 22), "p", "in [0, 1]"),))
    assert "  |         ^^^^^^^^^^^^^^^^^^^^^^^^\n  |                     - in [0, 1]\n" in text.full(finding, source_of(SOURCE))


def test_tabs_and_wide_characters_keep_their_columns() -> None:
    assert underlined("\tz = log(p)", 6, 12) == ["1 |     z = log(p)", "  |         ^^^^^^"]
    assert underlined("损失 = log(名)", 6, 12) == ["1 | 损失 = log(名)", "  |        ^^^^^^^"]
    assert underlined("e\u0301 = log(p)", 6, 12) == ["1 | e\u0301 = log(p)", "  |     ^^^^^^"]
    assert width("损a\u0301") == 3


def test_control_characters_never_reach_the_terminal() -> None:
    assert underlined("\x0clog(p)  # \x1b[31m\x07", 2, 8) == ["1 | \ufffdlog(p)  # \ufffd[31m\ufffd", "  |  ^^^^^^"]
    assert "\x1b" not in text.full(replace(FINDING, message="a\x1b[2J\nb", path="x\x1b.py"), source_of(SOURCE))


def test_a_very_long_line_is_cut_to_a_window_around_the_mark() -> None:
    line = "x = 1; " * 100 + "z = log(p); " + "y = 2; " * 100
    shown, marks = underlined(line, 705, 711)
    assert len(shown) == len("1 | ") + 160
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "log(p)"


def test_a_file_that_has_changed_or_gone_is_reported_without_its_excerpt() -> None:
    assert text.full(FINDING, source_of("")).splitlines()[1:] == ["  help: use the logits", "  fix (safe): z = logits"]
    assert Sources().lines("no such file.py", None) == []


def test_the_lines_of_a_notebook_are_those_of_the_cell(tmp_path: Path) -> None:
    cells = [("markdown", "# p"), ("code", "%matplotlib inline\nx = 1"), ("code", "y = 2\nz = log(y)")]
    notebook = {"nbformat": 4, "cells": [{"cell_type": kind, "source": source} for kind, source in cells]}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook))
    assert Sources().lines(str(tmp_path / "n.ipynb"), 3) == ["y = 2\n", "z = log(y)\n"]
    assert Sources().lines(str(tmp_path / "n.ipynb"), 1) == []
    assert Sources().position(str(tmp_path / "n.ipynb"), 3, 10) == (2, 5)


def test_colour_is_added_and_nothing_else() -> None:
    coloured = text.full(FINDING, source_of(SOURCE), ansi)
    assert "\x1b[1;31merror[BCE101 logit-of-probability]\x1b[0m" in coloured
    bare = coloured
    for code in ("1;31", "1;33", "34", "32", "2", "1", "0"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert bare == text.full(FINDING, source_of(SOURCE))


# --- concise, troubles, the closing line


def test_concise_is_one_line_each_and_says_the_verdict() -> None:
    said: Sequence[Finding] = [
        FINDING,
        replace(FINDING, verdict=Confirmed((WITNESS, Witness("gradient", 88.7, "", "inf")), EVIDENCE)),
        replace(FINDING, verdict=Refuted("48 probes", EVIDENCE)),
        replace(FINDING, verdict=Undecided("calls self.encoder")),
    ]
    line = "losses.py:7:9: BCE101 log(p / (1 - p)) is infinite once p rounds to 0 or 1"
    assert text.concise(said).splitlines() == [
        line,
        f"{line} [confirmed: value is nan from |logit| = 16.64, whatever the label; gradient is inf from |logit| = 88.7]",
        f"{line} [refuted]",
        f"{line} [undecided: calls self.encoder]",
    ]


def test_a_trouble_is_one_line_with_its_place_if_it_has_one() -> None:
    assert text.trouble(TROUBLE) == "torn.py:3:1: not judged: does not parse: unexpected indent\n"
    assert text.trouble(Trouble("x.py", None, "is binary\nreally")) == "x.py: not judged: is binary really\n"


@pytest.mark.parametrize(
    ("findings", "troubles", "files", "line"),
    [
        ([], [], 12, "No findings in 12 files."),
        ([], [], 0, "No Python files to judge."),
        ([], [TROUBLE], 0, "No findings in 0 files; 1 not judged."),
        ([PLAIN], [], 1, "Found 1 finding (1 error) in 1 file."),
        (
            [PLAIN, replace(PLAIN, severity=Severity.WARNING), replace(PLAIN, severity=Severity.ADVICE)],
            [TROUBLE, replace(TROUBLE, what="not fixed")],
            3,
            "Found 3 findings (1 error, 1 warning, 1 advice) in 3 files; 1 not judged; 1 not fixed.",
        ),
        (
            [replace(PLAIN, verdict=Undecided("x")), replace(PLAIN, verdict=Confirmed((WITNESS,), EVIDENCE))],
            [],
            1,
            "Found 2 findings (2 errors) in 1 file; 1 confirmed, 1 undecided.",
        ),
    ],
)
def test_the_closing_line_counts(findings: list[Finding], troubles: list[Trouble], files: int, line: str) -> None:
    assert text.summary(findings, troubles, files, text.NONE) == f"{line}\n"


@pytest.mark.parametrize(
    ("findings", "fixes", "said"),
    [
        ([PLAIN], text.Fixes(2, 1, unsafe=False), "Found 3 findings (2 fixed, 1 remaining: 1 error) in 1 file.\n"),
        ([], text.Fixes(1, 1, unsafe=True), "Found 1 finding (1 fixed, 0 remaining) in 1 file.\n"),
        ([SAFE, UNSAFE], text.Fixes(0, 0, unsafe=False), "1 fixable with --fix (1 more with --unsafe-fixes).\n"),
        ([SAFE, UNSAFE], text.Fixes(0, 0, unsafe=True), "2 fixable with --fix.\n"),
        ([SAFE, UNSAFE], text.Fixes(0, 0, unsafe=False, refused=True), "1 fixable with --fix --unsafe-fixes.\n"),
        ([SAFE], text.Fixes(0, 0, unsafe=False, refused=True), "Found 1 finding (1 error) in 1 file.\n"),
        ([UNSAFE], text.Fixes(0, 0, unsafe=False), "1 fixable with --fix --unsafe-fixes.\n"),
    ],
)
def test_the_closing_lines_say_what_was_and_can_be_fixed(findings: list[Finding], fixes: text.Fixes, said: str) -> None:
    assert text.summary(findings, [], 1, fixes).endswith(said)


def test_the_closing_line_counts_what_is_left_out() -> None:
    hidden = [replace(FINDING, verdict=Undecided("x")), replace(FINDING, verdict=Refuted("48 probes", EVIDENCE))]
    assert text.summary([], [], 2, left_out=hidden) == "No findings in 2 files; 1 refuted, 1 undecided left out.\n"


# --- json


def as_json(*findings: Finding, troubles: Sequence[Trouble] = ()) -> list[dict[str, object]]:
    rows = json.loads(json_report.report(findings, troubles, lambda _path, _cell, offset: (7, offset - 88)))
    assert isinstance(rows, list)
    return rows


def keys(value: object) -> object:
    """Return the shape of JSON: the keys of objects, and of the first element of a list."""
    match value:
        case dict():
            return {key: keys(item) for key, item in value.items()}
        case [first, *_]:
            return [keys(first)]
        case _:
            return None


def test_json_has_the_keys_of_ruff_and_two_more(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json", "a.py"]
    theirs = json.loads(subprocess.run(ruff, cwd=tmp_path, capture_output=True, check=False).stdout)[0]
    ours = as_json(FINDING)[0]
    assert set(ours) - set(theirs) <= {"origins", "verdict", "name", "severity"}
    assert keys({key: ours[key] for key in theirs}) == keys(theirs)
    assert theirs["filename"] == str(tmp_path / "a.py")


def test_json_says_everything_about_a_finding() -> None:
    assert as_json(FINDING)[0] == {
        "cell": None,
        "code": "BCE101",
        "end_location": {"row": 7, "column": 33},
        "filename": str(Path("losses.py").absolute()),
        "fix": {
            "applicability": "safe",
            "edits": [{"content": "logits", "location": {"row": 7, "column": 9}, "end_location": {"row": 7, "column": 33}}],
            "message": "z = logits",
        },
        "location": {"row": 7, "column": 9},
        "message": "log(p / (1 - p)) is infinite once p rounds to 0 or 1",
        "name": "logit-of-probability",
        "noqa_row": 7,
        "origins": [
            {
                "cell": None,
                "end_location": {"row": 5, "column": 27},
                "guessed": False,
                "location": {"row": 5, "column": 9},
                "note": "in [0, 1]; exactly 1.0 in float32 from 16.64",
                "text": "p = sigmoid(logits)",
            }
        ],
        "severity": "error",
        "url": None,
        "verdict": None,
    }


def test_json_has_no_nan_and_carries_the_verdict() -> None:
    verdict = as_json(replace(FINDING, verdict=Confirmed((WITNESS,), EVIDENCE)))[0]["verdict"]
    assert isinstance(verdict, dict)
    assert verdict["is"] == "confirmed"
    assert verdict["witnesses"] == [{"what": "value", "logit": 16.6355, "labels": "whatever the label", "result": "nan"}]
    assert verdict["evidence"]["table"][1]["values"][0] == ["yours", "nan"]
    assert as_json(replace(FINDING, verdict=Undecided("why not")))[0]["verdict"] == {"is": "undecided", "reason": "why not"}


def test_troubles_stand_among_the_findings_without_a_code() -> None:
    first = replace(FINDING, path="a.py")
    rows = as_json(replace(FINDING, path="z.py"), first, troubles=[TROUBLE, Trouble("b.py", None, "is binary")])
    assert [(Path(str(row["filename"])).name, row["code"]) for row in rows] == [
        ("a.py", "BCE101"),
        ("b.py", None),
        ("torn.py", None),
        ("z.py", "BCE101"),
    ]
    assert rows[1]["location"] == {"row": 1, "column": 1}
    assert keys(rows[1]) == {**dict.fromkeys(rows[0]), "location": keys(rows[0]["location"]), "end_location": keys(rows[0]["location"])}


# --- the verdict


def test_a_confirmed_finding_shows_witness_inputs_numbers_and_training() -> None:
    assert report(Confirmed((WITNESS, replace(WITNESS, what="gradient")), EVIDENCE), Screen()) == VERDICT


def test_a_refuted_finding_says_what_was_tried_and_an_undecided_one_why_not() -> None:
    refuted = report(Refuted("48 probes, |logit| from 0 to 1e4", EVIDENCE), Screen()).splitlines()
    assert refuted[0] == "   refuted: nothing broke on 48 probes, |logit| from 0 to 1e4"
    assert not [line for line in refuted if line.startswith("   >")]
    assert report(Undecided("it calls\nself.encoder"), Screen()) == "   undecided: it calls self.encoder\n"


def test_a_verdict_fits_its_screen_and_colours_only_what_is_not_finite() -> None:
    confirmed = Confirmed((WITNESS, replace(WITNESS, what="gradient")), EVIDENCE)
    assert max(map(len, report(confirmed, Screen(width=60)).splitlines())) <= 60
    coloured = report(confirmed, Screen(color=True))
    assert coloured.count("\x1b[1;31m") == len(["confirmed:", "nan", "-inf"])
    assert "\x1b" not in report(confirmed, Screen())


def test_numbers_stay_whole_on_a_terminal_of_eighty_columns() -> None:
    columns = ("yours", "a.stable.call", "Keras on probabilities", "Keras, logits known", "exact", "your gradient", "stable gradient")
    row = Row(16.6355, tuple((name, -1.2345e-9 if "gradient" in name else 1.2345e-9) for name in columns))
    shown = report(Confirmed((WITNESS,), replace(EVIDENCE, columns=columns, table=(row,))), Screen(width=80))
    assert "   >    16.64  1.23e-9  1.23e-9   1.23e-9  1.23e-9  1.23e-9  -1.23e-9  -1.23e-9\n" in shown


def test_the_step_that_the_report_describes_is_the_one_that_confirm_computes() -> None:
    assert f"SGD at learning rate {RATE:g}:" in report(Confirmed((WITNESS,), EVIDENCE), Screen())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (16.6355, "16.64"),
        (5.934e-8, "5.934e-8"),
        (nan, "nan"),
        (-inf, "-inf"),
        (0.0, "0"),
        (1e10, "1e10"),
        (-1.8, "-1.8"),
        (100, "100"),
        (9.928e-4, "9.928e-4"),
    ],
)
def test_numbers_have_four_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_witnesses_of_one_place_are_told_together() -> None:
    inf_loss = Witness("value", 87.34, "labels all 1", "inf")
    assert [*sentences([WITNESS, replace(WITNESS, what="gradient"), inf_loss])] == [
        "value and gradient are nan from |logit| = 16.64, whatever the label",
        "value is inf from |logit| = 87.34, labels all 1",
    ]


def test_where_the_code_raises_the_table_says_so() -> None:
    evidence = replace(EVIDENCE, table=(EVIDENCE.table[0], Row(16.64, (("exact", 5.934e-8),))))
    shown = report(Confirmed((replace(WITNESS, result="ZeroDivisionError"),), evidence), Screen())
    assert "confirmed: it raises ZeroDivisionError from |logit| = 16.64" in shown
    assert re.search(r">\s+16.64\s+raises\s+5.934e-8", shown)
