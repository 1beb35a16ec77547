"""A rule to its page, by running lint and fix on its own examples; all rules to a table."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff

from bce_lint import registry
from bce_lint.config import Config
from bce_lint.finding import Finding
from bce_lint.fix import apply
from bce_lint.judge import Judge
from bce_lint.report.text import full
from bce_lint.rule import Bad, Level
from bce_lint.source.read import Source

EXAMPLE = "example.py"


def page(word: str) -> str:
    """Return the page, in Markdown, of the rule whose name or code is `word`."""
    rule = registry.find(word)
    when = {Level.DEFAULT: "On by default.", Level.OPT_IN: "Off unless selected.", Level.ADVICE: "Advice: off unless selected."}
    head = f"# {rule.name} ({rule.code})\n\n{rule.summary}\n\n{rule.rationale}\n\n{when[rule.level]}\n"
    good = [f"## Good\n\n{_code(good.source)}" for good in rule.good]
    return "\n".join([head, *(_bad(bad) for bad in rule.bad), *good])


def listing() -> str:
    """Return all rules as lines of a terminal: code, name, when it runs, what it finds."""
    rules = registry.registered()
    name, level = (max((len(text) for text in texts), default=0) for texts in zip(*((r.name, r.level) for r in rules), strict=True))
    return "".join(f"{rule.code}  {rule.name:{name}}  {rule.level:{level}}  {rule.summary}\n" for rule in rules)


def table() -> str:
    """Return all rules as a table in Markdown."""
    rows = [f"| {rule.code} | {rule.name} | {rule.summary} | {rule.level} |\n" for rule in registry.registered()]
    return "".join(["| code | name | finds | runs |\n", "|---|---|---|---|\n", *rows])


def _bad(bad: Bad) -> str:
    """Return an example with what bce-lint really says of it, and what its fixes really make of it."""
    cases = Judge(Config(paths=(EXAMPLE,), select=(registry.ALL,))).judge(Source(EXAMPLE, bad.source.encode())).cases
    findings = [case.finding for case in cases]
    said = "\n".join(full(finding, lambda _path, _cell: bad.source.splitlines()) for finding in findings)
    diff = _diff(bad.source, findings)
    return "\n".join([f"## Bad\n\n{_code(bad.source)}", _block("text", said), *([_block("diff", diff)] if diff else [])])


def _diff(source: str, findings: Sequence[Finding]) -> str:
    fixed = apply(source, (finding.fix for finding in findings if finding.fix))
    lines = unified_diff(source.splitlines(keepends=True), fixed.splitlines(keepends=True), n=1)
    return "".join([*lines][3:])


def _code(source: str) -> str:
    return _block("python", source)


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"
