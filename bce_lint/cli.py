"""The command line: argv to Config to lint to report to exit status. The only place that prints."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bce_lint.config import Config, read
from bce_lint.finding import Confirmed, Finding, Proof, Refuted, Trouble, UsageError

if TYPE_CHECKING:
    from bce_lint.confirm.case import Case
    from bce_lint.confirm.confirm import Progress
    from bce_lint.confirm.pool import Pool
    from bce_lint.lint import Outcome
    from bce_lint.report.sources import Sources
    from bce_lint.report.text import Fixes

CLEAN, FOUND, TROUBLE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run bce-lint and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(read(sys.argv[1:] if argv is None else argv, Path.cwd()))
    except UsageError as error:
        _print(f"bce-lint: {error}\n", sys.stderr)
        return TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(config: Config) -> int:
    if config.version:
        from importlib.metadata import version

        _print(f"bce-lint {version('bce-lint')}\n")
    elif config.list_rules or config.explain:
        from bce_lint import explain

        _print(explain.page(config.explain, partial(_measured, config)) if config.explain else explain.listing())
    elif config.why is not None:
        from bce_lint.why import why

        _check(config)
        _print(why(config, config.why))
    else:
        return _judge(config)
    return CLEAN


def _judge(config: Config) -> int:
    from bce_lint.lint import lint

    _check(config)
    outcome = lint(config)
    with _workers(config, outcome) as pool:
        proofs = _prove(config, outcome, pool) if pool is not None and outcome.fixed else []
        if config.diff:
            return _show(config, outcome, proofs)
        _put(outcome)
        findings = _confirmed(config, outcome.cases, pool) if pool is not None else outcome.findings
    _tell(proofs, sys.stderr if config.output_format == "json" else sys.stdout)
    shown = [finding for finding in findings if isinstance(finding.verdict, Confirmed)] if config.only_confirmed else findings
    summary = _summary(config, shown, outcome, [finding for finding in findings if finding not in shown])
    _report(config, shown, outcome, summary)
    _write(config, shown)
    if config.report:
        _publish(config.report, shown, outcome, summary)
    status = _status(shown, outcome.troubles)
    return CLEAN if status == FOUND and config.exit_zero else status


@contextmanager
def _workers(config: Config, outcome: Outcome) -> Iterator[Pool | None]:
    """Give the workers that run code, if any is to be run."""
    if not config.confirm or not (outcome.cases or outcome.fixed):
        yield None
        return
    from bce_lint.confirm.pool import Pool

    with Pool() as pool:
        yield pool


def _prove(config: Config, outcome: Outcome, pool: Pool) -> list[Proof]:
    """Run what is fixed before and after; take back the fixes that this does not show to be right."""
    from bce_lint.confirm.case import Options
    from bce_lint.judge import Judge
    from bce_lint.mend import Wish, again
    from bce_lint.prove import prove

    proofs: list[Proof] = []
    files = (*outcome.fixed,)
    with _progress() as progress:
        for number, file in enumerate(files):
            progress(file.path, number, len(files))
            told = list(prove(file, pool, Options(dtype=config.dtype)))
            proofs += [proof for _, proof in told]
            bad = frozenset(path for path, proof in told if not proof.good)
            if bad:
                outcome.instead(file, again(file, Judge(config), Wish(config.unsafe_fixes, bad)))
    return proofs


def _tell(proofs: Sequence[Proof], stream: TextIO) -> None:
    from bce_lint.report import text
    from bce_lint.report.excerpt import ansi, plain

    paint = ansi if _colourful(stream) else plain
    _print("".join(text.proof(proof, paint) for proof in proofs), stream)


def _show(config: Config, outcome: Outcome, proofs: Sequence[Proof]) -> int:
    """Print what would be changed, and on standard output nothing else, so that it can be applied."""
    from bce_lint.report import text
    from bce_lint.report.diff import diff
    from bce_lint.report.excerpt import ansi, plain

    paint = ansi if _colourful(sys.stdout) else plain
    _print("".join(diff(*change, paint) for file in outcome.fixed for change in file.texts()))
    _tell(proofs, sys.stderr)
    _complain(outcome)
    _print(text.would_fix(outcome.findings, _fixes(config, outcome)), sys.stderr)
    return TROUBLE if outcome.troubles else FOUND if outcome.fixed else CLEAN


def _put(outcome: Outcome) -> None:
    from bce_lint.source.write import write

    for file in (*outcome.fixed,):
        trouble = write(file.path, file.before.data, file.after.data)
        if trouble is not None:
            outcome.leave(file, trouble)


def _check(config: Config) -> None:
    """Complain now about what would only show after minutes, or only if something suspicious is found."""
    if config.select or config.ignore:
        from bce_lint import registry

        registry.selected(config.select, config.ignore)
    if config.plot:
        from bce_lint.confirm.plot import check

        check(config.plot)
    for option, directory in (("--repro", config.repro), ("--report", config.report and config.report.parent)):
        if directory:
            from bce_lint.confirm import files

            files.folder(option, directory)
    if config.report and config.report.is_dir():
        raise UsageError(f"--report: {config.report} is a directory; name a file")


def _status(findings: Sequence[Finding], troubles: Sequence[Trouble]) -> int:
    if troubles:
        return TROUBLE
    return FOUND if any(not isinstance(finding.verdict, Refuted) for finding in findings) else CLEAN


def _measured(config: Config, cases: Sequence[Case]) -> Sequence[Finding]:
    from bce_lint.confirm.pool import Pool

    with Pool() as pool:
        return _confirmed(config, cases, pool)


def _confirmed(config: Config, cases: Sequence[Case], pool: Pool) -> Sequence[Finding]:
    if not cases:
        return ()
    from bce_lint.confirm.case import Options
    from bce_lint.confirm.confirm import confirm_in

    with _progress() as progress:
        return confirm_in(pool, cases, Options(dtype=config.dtype, curve=bool(config.plot or config.report)), progress)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show on a terminal how far confirm is; nothing stays on the screen, and nothing is shown elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _doing, _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn("line"), TextColumn("confirming"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}", markup=False), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda doing, done, total: bar.update(task, description=doing, completed=done, total=total)


def _summary(config: Config, findings: Sequence[Finding], outcome: Outcome, left_out: Sequence[Finding]) -> str:
    from bce_lint.report import text

    idle = "" if findings or left_out or not config.confirm else "Nothing to run, so no framework was imported.\n"
    return text.summary(findings, outcome.troubles, outcome.files, _fixes(config, outcome), left_out) + idle


def _report(config: Config, findings: Sequence[Finding], outcome: Outcome, summary: str) -> None:
    from bce_lint.report import text
    from bce_lint.report.sources import Sources

    sources = Sources()
    _complain(outcome)
    if config.output_format == "json":
        from bce_lint.report import json

        _print(json.report(findings, outcome.troubles, sources.position))
        return
    found = text.concise(findings) if config.output_format == "concise" else "".join(_full(finding, sources) for finding in findings)
    _print(found + summary)


def _complain(outcome: Outcome) -> None:
    from bce_lint.report import text
    from bce_lint.report.excerpt import ansi, plain

    paint = ansi if _colourful(sys.stderr) else plain
    _print("".join(text.trouble(trouble, paint) for trouble in outcome.troubles), sys.stderr)


def _fixes(config: Config, outcome: Outcome) -> Fixes:
    from bce_lint.report.text import Fixes

    return Fixes(
        sum(len(file.fixes) for file in outcome.fixed), len(outcome.fixed), config.unsafe_fixes, refused=config.mends and config.confirm
    )


def _full(finding: Finding, sources: Sources) -> str:
    from bce_lint.report import text, verdict
    from bce_lint.report.excerpt import ansi, plain

    color = _colourful(sys.stdout)
    found = text.full(finding, sources.lines, ansi if color else plain)
    said = verdict.report(finding.verdict, verdict.Screen(color, _columns())) if finding.verdict else ""
    return f"{found}{said}\n"


def _write(config: Config, findings: Sequence[Finding]) -> None:
    """Write the files that were asked for, and say where they are."""
    if not findings:
        return
    if config.plot:
        from bce_lint.confirm.plot import plot

        _wrote(file for finding in findings for file in plot(finding, config.plot))
    if config.repro:
        from bce_lint.confirm.repro import write

        _wrote(file for finding in findings for file in write(finding, config.repro))


def _publish(file: Path, findings: Sequence[Finding], outcome: Outcome, summary: str) -> None:
    from bce_lint.confirm.files import write
    from bce_lint.report import html
    from bce_lint.report.sources import Sources

    write(file, html.report(html.Page(findings, outcome.troubles, summary, Sources().lines)).encode())
    _wrote([file])


def _wrote(files: Iterable[Path]) -> None:
    for file in files:
        _print(f"wrote {file}\n", sys.stderr)


def _colourful(stream: TextIO) -> bool:
    """Return whether to colour: NO_COLOR forbids it, FORCE_COLOR asks for it, else a terminal decides."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _columns() -> int:
    if not sys.stdout.isatty():
        return 100
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _print(text: str, stream: TextIO | None = None) -> None:
    """Write; a reader that has gone (`| head`) is no reason to complain, nor to change the exit status."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
