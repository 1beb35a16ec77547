"""The long tail of cases: every file of `fixtures/<rule-name>/` is flagged exactly where it is marked, with all rules on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint import registry
from bce_lint.rule import Rule

from .harness import MARK, expected, flagged, judged

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILES = sorted(file for rule in registry.registered() for file in (FIXTURES / rule.name).glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_fixture_is_flagged_exactly_where_marked(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    verdicts = judged(source)
    assert not verdicts.troubles
    assert flagged(verdicts) == expected(source, file.parent.name)


@pytest.mark.parametrize("rule", registry.registered(), ids=lambda rule: rule.name)
def test_a_rule_has_at_least_15_cases_and_no_fewer_safe_than_unsafe_ones(rule: Rule) -> None:
    marks = [MARK.search(case) is not None for file in FILES if file.parent.name == rule.name for case in cases(file)]
    unsafe, safe = marks.count(True), marks.count(False)
    assert unsafe + safe >= 15
    assert safe >= unsafe


def cases(file: Path) -> Iterator[str]:
    """Yield the source of every function and class of a fixture."""
    source = file.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield ast.get_source_segment(source, node) or ""
