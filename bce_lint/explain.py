"""A rule to its page, by running lint and fix on its own examples; all rules to a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import unified_diff
from textwrap import dedent

from bce_lint import registry
from bce_lint.config import Config
from bce_lint.confirm.case import Case
from bce_lint.finding import Confirmed, Finding, Undecided
from bce_lint.fix import apply
from bce_lint.judge import Judge
from bce_lint.report.text import full
from bce_lint.report.verdict import Screen, report
from bce_lint.rule import Bad, Level
from bce_lint.source.read import Source

EXAMPLE = "example.py"


Measure = Callable[[Sequence[Case]], Sequence[Finding]]
"""Runs cases: confirm, with whatever shows its progress."""


def page(word: str, measure: Measure | None = None) -> str:
    """Return the page, in Markdown, of the rule whose name or code is `word`; with `measure` its examples are run, too."""
    rule = registry.find(word)
    when = {Level.DEFAULT: "On by default.", Level.OPT_IN: "Off unless selected.", Level.ADVICE: "Advice: off unless selected."}
    head = f"# {rule.name} ({rule.code})\n\n{rule.summary}\n\n{rule.rationale}\n\n{when[rule.level]}\n"
    found = [_found(bad) for bad in rule.bad]
    own = [next(case for case in cases if case.finding.rule == rule.name) for cases in found]
    numbers = [_measured(finding) for finding in measure(own)] if measure else [""] * len(own)
    bad = [_bad(*one) for one in zip(rule.bad, found, numbers, strict=True)]
    good = [f"## Good\n\n{_code(good.source)}" for good in rule.good]
    return "\n".join([head, *bad, *good])


def listing() -> str:
    """Return all rules as lines of a terminal: code, name, when it runs, what it finds."""
    rules = registry.registered()
    name, level = (max((len(text) for text in texts), default=0) for texts in zip(*((r.name, r.level) for r in rules), strict=True))
    return "".join(f"{rule.code}  {rule.name:{name}}  {rule.level:{level}}  {rule.summary}\n" for rule in rules)


def table() -> str:
    """Return all rules as a table in Markdown."""
    rows = [f"| {rule.code} | {rule.name} | {rule.summary} | {rule.level} |\n" for rule in registry.registered()]
    return "".join(["| code | name | finds | runs |\n", "|---|---|---|---|\n", *rows])


def _found(bad: Bad) -> Sequence[Case]:
    """Return what all rules find in an example."""
    return Judge(Config(paths=(EXAMPLE,), select=(registry.ALL,))).judge(Source(EXAMPLE, bad.source.encode())).cases


def _bad(bad: Bad, found: Sequence[Case], numbers: str) -> str:
    """Return an example with what bce-lint really says of it, what its fixes really make of it, and what running it gave."""
    findings = [case.finding for case in found]
    said = "\n".join(full(finding, lambda _path, _cell: bad.source.splitlines()) for finding in findings)
    diff = _diff(bad.source, findings)
    return "\n".join(
        [
            f"## Bad\n\n{_code(bad.source)}",
            _block("text", said),
            *([_block("diff", diff)] if diff else []),
            *([_block("text", numbers)] if numbers else []),
        ]
    )


def _measured(finding: Finding) -> str:
    """Return the numbers of an example that breaks, or why there are none here; of one that is finite there is nothing to show."""
    match finding.verdict:
        case Confirmed() as broken:
            return dedent(report(broken, Screen()))
        case Undecided(reason) if "not installed" in reason:
            return f"not measured: {reason}\n"
    return ""


def _diff(source: str, findings: Sequence[Finding]) -> str:
    fixed = apply(source, (finding.fix for finding in findings if finding.fix))
    lines = unified_diff(source.splitlines(keepends=True), fixed.splitlines(keepends=True), n=1)
    return "".join([*lines][3:])


def _code(source: str) -> str:
    return _block("python", source)


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"
