"""The pipeline, read this first: paths -> bytes -> segments -> meaning -> rules -> findings with their places."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bce_lint.config import Config
from bce_lint.finding import Finding, Trouble
from bce_lint.source import prefilter
from bce_lint.source.read import read
from bce_lint.source.walk import walk

if TYPE_CHECKING:
    from bce_lint.confirm.case import Case
    from bce_lint.judge import Judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that linting gave; `cases` are the findings with what confirm needs to run them."""

    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...]
    cases: tuple[Case, ...]
    files: int


ROUND = 128
"""After how many judged files memory is collected: each leaves cycles behind, and collecting more often costs more than judging."""


def lint(config: Config) -> Outcome:
    """Judge all files that `config` names."""
    troubles: list[Trouble] = []
    cases: list[Case] = []
    files = judged_files = 0
    judge: Judge | None = None
    gc.disable()
    search = _search(config)
    for path in walk(config.paths):
        source = path if isinstance(path, Trouble) else read(path)
        if isinstance(source, Trouble):
            troubles.append(source)
            continue
        files += 1
        if not prefilter.worth_reading(source.data, search):
            continue
        if judge is None:
            from bce_lint.judge import Judge

            judge = Judge(config)
        judged = judge.judge(source)
        troubles += judged.troubles
        cases += judged.cases
        judged_files += 1
        if judged_files % ROUND == 0:
            gc.collect()
    gc.enable()
    cases.sort(key=lambda case: (case.finding.path, case.finding.span.cell or 0, case.finding.span, case.finding.code))
    return Outcome(tuple(case.finding for case in cases), tuple(troubles), tuple(cases), files)


def _search(config: Config) -> prefilter.Search:
    """Return what to look for in the bytes of a file; the rules are not imported for those that are on by default."""
    if not config.select:
        return prefilter.DEFAULT
    from bce_lint import registry

    return registry.search(registry.selected(config.select, config.ignore), chosen=True)
