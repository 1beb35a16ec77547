"""What the command line and pyproject.toml ask for; every bad value is a UsageError that names its key."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bce_lint.config import Config, read
from bce_lint.finding import UsageError


def asked(tmp_path: Path, *argv: str) -> Config:
    return read(argv, tmp_path)


def project(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)


def test_without_arguments_the_current_directory_is_judged(tmp_path: Path) -> None:
    assert asked(tmp_path) == Config()


def test_lists_of_rules_are_split_at_commas_and_may_be_repeated(tmp_path: Path) -> None:
    assert asked(tmp_path, "--select", "BCE1, BCE2", "--select=ALL", "--ignore", "BCE101").select == ("BCE1", "BCE2", "ALL")


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--dtype", "float8"], "--dtype.*'float8'.*float16.*bfloat16.*float32.*float64"),
        (["--output-format", "xml"], "--output-format.*'xml'.*full.*concise.*json"),
        (["--confrim"], "unrecognized arguments: --confrim"),
        (["--sel", "BCE1"], "unrecognized arguments: --sel"),
        (["--select"], "--select: expected one argument"),
        (["--plot", "out"], "--plot draws what --confirm measured"),
        (["--repro", "out"], "--repro writes what --confirm ran"),
        (["--only-confirmed"], "--only-confirmed leaves out what --confirm did not confirm"),
    ],
)
def test_a_wrong_command_line_is_one_line_that_names_the_option(tmp_path: Path, argv: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as error:
        asked(tmp_path, *argv)
    assert "\n" not in str(error.value)


def test_pyproject_completes_the_command_line_and_loses_to_it(tmp_path: Path) -> None:
    project(tmp_path, '[tool.bce-lint]\nselect = ["BCE1"]\nignore = ["BCE101"]\ndtype = "float16"\n')
    assert asked(tmp_path) == Config(select=("BCE1",), ignore=("BCE101",), dtype="float16")
    assert asked(tmp_path, "--select", "BCE2", "--dtype", "float64").select == ("BCE2",)
    assert asked(tmp_path, "--isolated") == Config(isolated=True)


def test_the_nearest_table_counts_and_files_without_one_are_passed_over(tmp_path: Path) -> None:
    project(tmp_path, "tool.bce-lint.select = ['BCE1']")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    project(tmp_path / "a", '[project]\ndependencies = ["bce-lint"]\n')
    assert asked(inner).select == ("BCE1",)


def test_a_pyproject_that_does_not_mention_us_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tomllib", raising=False)
    project(tmp_path, "this is = = no TOML")
    asked(tmp_path)
    assert "tomllib" not in sys.modules


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "[tool.bce-lint]\nselct = []",
            r"^pyproject.toml: unknown key 'selct' in \[tool.bce-lint\]; valid are select, ignore, dtype, fix, unsafe-fixes$",
        ),
        ("[tool.bce-lint]\nselect = 'BCE1'", "^pyproject.toml: select is 'BCE1'; it must be a list"),
        ("[tool.bce-lint]\nignore = [1]", r"^pyproject.toml: ignore is \[1\]; it must be a list"),
        ("[tool.bce-lint]\ndtype = 'half'", "^pyproject.toml: dtype is 'half'; valid are float16, bfloat16, float32, float64$"),
        ("[tool.bce-lint]\nunsafe-fixes = 1", "^pyproject.toml: unsafe-fixes is 1; it must be true or false$"),
        ("[tool.bce-lint]\ndtype = 16", "^pyproject.toml: dtype is 16; valid are"),
        ("[tool]\nbce-lint = 1", "^pyproject.toml: tool.bce-lint must be a table$"),
        ("[tool.bce-lint", "^pyproject.toml: Expected ']'"),
    ],
)
def test_a_bad_value_in_pyproject_names_its_key(tmp_path: Path, text: str, complaint: str) -> None:
    project(tmp_path, text)
    with pytest.raises(UsageError, match=complaint):
        asked(tmp_path)


def test_help_is_printed_and_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        asked(tmp_path, "--help")
    assert not end.value.code
    assert "exit status: 0 nothing found, 1 findings, 2" in capsys.readouterr().out
