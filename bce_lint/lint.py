"""The pipeline, read this first: paths -> bytes -> segments -> meaning -> rules -> findings with their places."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bce_lint.config import Config
from bce_lint.finding import Finding, Trouble
from bce_lint.source import prefilter
from bce_lint.source.read import Source, read
from bce_lint.source.walk import walk

if TYPE_CHECKING:
    from bce_lint.confirm.case import Case
    from bce_lint.fix import Fixed
    from bce_lint.judge import Judge, Judged


@dataclass(slots=True)
class Outcome:
    """Everything that linting gave; `cases` are the findings with what confirm needs to run them.

    Of a file in `fixed`, they are those of its new text, which is not written yet.
    """

    files: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    fixed: list[Fixed[Judged]] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """What was found, without what confirm needs."""
        return [case.finding for case in self.cases]

    def add(self, judged: Judged) -> None:
        """Take in what one file gave."""
        self.troubles += judged.troubles
        self.cases += judged.cases
        self.fixed += judged.fixed

    def leave(self, file: Fixed[Judged], trouble: Trouble) -> None:
        """Take back what is known of a fixed file, which for this reason stays as it is."""
        self.instead(file, replace(file.before.judged, troubles=(trouble,)))

    def instead(self, file: Fixed[Judged], judged: Judged) -> None:
        """Take back what is known of a fixed file, and take in something else."""
        self.cases = [case for case in self.cases if case.path != file.path]
        self.fixed.remove(file)
        self.add(replace(judged, troubles=tuple(trouble for trouble in judged.troubles if trouble not in self.troubles)))
        self.sort()

    def sort(self) -> None:
        """Put the findings in the order in which they are told."""
        self.cases.sort(key=lambda case: (case.finding.path, case.finding.span.cell or 0, case.finding.span, case.finding.code))


ROUND = 128
"""After how many judged files memory is collected: each leaves cycles behind, and collecting more often costs more than judging."""


def lint(config: Config) -> Outcome:
    """Judge all files that `config` names, and work out their fixes if it asks for that."""
    outcome = Outcome()
    judged_files = 0
    judge: Judge | None = None
    gc.disable()
    search = _search(config)
    for path in walk(config.paths):
        source = path if isinstance(path, Trouble) else read(path)
        if isinstance(source, Trouble):
            outcome.troubles.append(source)
            continue
        outcome.files += 1
        if not prefilter.worth_reading(source.data, search):
            continue
        if judge is None:
            from bce_lint.judge import Judge

            judge = Judge(config)
        outcome.add(_judged(source, judge, config))
        judged_files += 1
        if judged_files % ROUND == 0:
            gc.collect()
    gc.enable()
    outcome.sort()
    return outcome


def _judged(source: Source, judge: Judge, config: Config) -> Judged:
    judged = judge.judge(source)
    if not config.mends:
        return judged
    from bce_lint.mend import Wish, mended

    return mended(source, judged, judge, Wish(config.unsafe_fixes))


def _search(config: Config) -> prefilter.Search:
    """Return what to look for in the bytes of a file; the rules are not imported for those that are on by default."""
    if not config.select:
        return prefilter.DEFAULT
    from bce_lint import registry

    return registry.search(registry.selected(config.select, config.ignore), chosen=True)
