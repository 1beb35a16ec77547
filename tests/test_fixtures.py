"""The long tail of cases: every file of `fixtures/<rule-name>/` is flagged exactly where it is marked, with all rules on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint import registry

from .harness import expected, flagged, judged

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILES = sorted(file for rule in registry.registered() for file in (FIXTURES / rule.name).glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_fixture_is_flagged_exactly_where_marked(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    verdicts = judged(source)
    assert not verdicts.troubles
    assert flagged(verdicts) == expected(source, file.parent.name)
