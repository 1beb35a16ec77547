"""What the user asked for: the command line and [tool.bce-lint] as one frozen `Config`. Every bad value is a UsageError naming its key."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bce_lint.finding import UsageError

DTYPES = ("float16", "bfloat16", "float32", "float64")
FORMATS = ("full", "concise", "json")
NEEDS_CONFIRM = {
    "only-confirmed": "leaves out what --confirm did not confirm",
    "plot": "draws what --confirm measured",
    "repro": "writes what --confirm ran",
    "report": "shows what --confirm measured",
}
EPILOG = """exit status: 0 nothing found, 1 findings, 2 a file that could not be judged or a wrong command line.
with --fix, what is left counts; with --diff, 1 says that something would be changed.
with --fix or --diff, --confirm runs old and new code, and leaves out the fixes that it does not find right.
--confirm executes flagged functions of the files it is given, with your rights, and they can read your files: it guards against
accidents, it is no sandbox. Run what you do not trust in a container; see README.md."""


@dataclass(frozen=True, slots=True)
class Config:
    """One run. `dtype` None is what the code shows, or else the framework's own; an empty `select` is the default rules."""

    paths: tuple[str, ...] = (".",)
    confirm: bool = False
    only_confirmed: bool = False
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    dtype: str | None = None
    plot: Path | None = None
    repro: Path | None = None
    report: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    output_format: str = "full"
    exit_zero: bool = False
    isolated: bool = False
    explain: str | None = None
    why: str | None = None
    list_rules: bool = False
    version: bool = False

    @property
    def mends(self) -> bool:
        """Tell whether fixes are to be worked out."""
        return self.fix or self.diff


@dataclass(frozen=True, slots=True)
class Project:
    """What [tool.bce-lint] of a pyproject.toml says; the command line goes first."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    dtype: str | None = None
    fix: bool = False
    unsafe_fixes: bool = False


def read(argv: Sequence[str], directory: Path) -> Config:
    """Return what `argv` says, completed by the nearest pyproject.toml at or above `directory` that has a [tool.bce-lint]."""
    asked = _parser().parse_args(argv)
    project = Project() if asked.isolated else project_at(directory)
    _needs_confirm(asked)
    return Config(
        paths=tuple(asked.paths) or (".",),
        confirm=asked.confirm,
        only_confirmed=asked.only_confirmed,
        fix=project.fix if asked.fix is None else asked.fix,
        diff=asked.diff,
        unsafe_fixes=project.unsafe_fixes if asked.unsafe_fixes is None else asked.unsafe_fixes,
        dtype=asked.dtype or project.dtype,
        plot=asked.plot,
        repro=asked.repro,
        report=asked.report,
        select=tuple(asked.select) or project.select,
        ignore=tuple(asked.ignore) or project.ignore,
        output_format=asked.output_format,
        exit_zero=asked.exit_zero,
        isolated=asked.isolated,
        explain=asked.explain,
        why=asked.why,
        list_rules=asked.list_rules,
        version=asked.version,
    )


def _needs_confirm(asked: argparse.Namespace) -> None:
    for option, why in NEEDS_CONFIRM.items():
        if getattr(asked, option.replace("-", "_")) and not asked.confirm:
            raise UsageError(f"--{option} {why}: give both")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as everything else does."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see bce-lint --help)")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Lays help out in 100 columns; asking the terminal for its width would import shutil, with or without --help."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "bce-lint",
        description="Find numerically unsafe losses in Python ML code, and prove them by running them.",
        epilog=EPILOG,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and directories to judge (default: .)")
    add("--confirm", action="store_true", help="run every flagged function on extreme inputs and say what comes out")
    add(
        "--fix",
        action=argparse.BooleanOptionalAction,
        help="write what can be written in the same meaning but stable, and report what is left",
    )
    add("--diff", action="store_true", help="print what --fix would change, and change nothing")
    add(
        "--unsafe-fixes",
        action=argparse.BooleanOptionalAction,
        help="fix also what then has other finite values: a clip, an epsilon, another loss",
    )
    add("--dtype", choices=DTYPES, help="judge and run in this dtype (default: what the code shows)")
    add("--only-confirmed", action="store_true", help="with --confirm: report, and fail for, nothing but what broke when it was run")
    add("--plot", type=Path, metavar="DIR", help="with --confirm: draw a PNG a finding into DIR")
    add("--report", type=Path, metavar="FILE", help="with --confirm: write everything into one HTML page")
    add("--repro", type=Path, metavar="DIR", help="with --confirm: write into DIR, for each finding, a script that shows its number")
    add(
        "--select",
        type=_words,
        action="extend",
        default=[],
        metavar="RULES",
        help="run only these: names, codes, code prefixes or ALL, by commas",
    )
    add("--ignore", type=_words, action="extend", default=[], metavar="RULES", help="leave these out")
    add("--output-format", choices=FORMATS, default=FORMATS[0], help="how to print findings (default: full)")
    add("--exit-zero", action="store_true", help="exit 0 even if something is found")
    add("--isolated", action="store_true", help="do not read pyproject.toml")
    add("--why", metavar="FILE:LINE", help="print what is known there, and what each rule that looked said")
    add("--explain", metavar="RULE", help="print the page of one rule, by name or code")
    add("--list-rules", action="store_true", help="print every rule")
    add("--version", action="store_true", help="print the version")
    return parser


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def project_at(directory: Path) -> Project:
    """Return what the nearest [tool.bce-lint] at or above `directory` says; a file that does not mention us is not parsed."""
    for place in (directory, *directory.parents):
        file = place / "pyproject.toml"
        try:
            data = file.read_bytes()
        except OSError:
            continue
        if b"bce-lint" in data and (table := _table(name := os.path.relpath(file, directory), data)) is not None:
            return _project(name, table)
    return Project()


def _table(file: str, data: bytes) -> object | None:
    import tomllib

    try:
        tool = tomllib.loads(data.decode()).get("tool")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: {error}") from None
    return tool.get("bce-lint") if isinstance(tool, dict) else None


def _project(file: str, table: object) -> Project:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: tool.bce-lint must be a table")
    valid = tuple(name.replace("_", "-") for name in Project.__match_args__)
    for key in table:
        if key not in valid:
            raise UsageError(f"{file}: unknown key {key!r} in [tool.bce-lint]; valid are {', '.join(valid)}")
    return Project(
        select=_rules(f"{file}: select", table.get("select", [])),
        ignore=_rules(f"{file}: ignore", table.get("ignore", [])),
        dtype=_dtype(f"{file}: dtype", table.get("dtype")),
        fix=_flag(f"{file}: fix", table.get("fix", False)),
        unsafe_fixes=_flag(f"{file}: unsafe-fixes", table.get("unsafe-fixes", False)),
    )


def _rules(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise UsageError(f"{key} is {value!r}; it must be a list of rule names, codes, code prefixes or ALL")


def _flag(key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise UsageError(f"{key} is {value!r}; it must be true or false")


def _dtype(key: str, value: object) -> str | None:
    if value is None:
        return None
    if value in DTYPES:
        return str(value)
    raise UsageError(f"{key} is {value!r}; valid are {', '.join(DTYPES)}")
