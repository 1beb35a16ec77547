"""Every rule's own examples: found exactly where marked, fixed exactly as said, silent where good."""

from __future__ import annotations

import pytest

from bce_lint import registry
from bce_lint.fix import apply
from bce_lint.rule import Bad, Good, Rule

from .harness import MARK, expected, flagged, judged, wanted

RULES = registry.registered()
BAD = [pytest.param(rule, bad, id=f"{rule.name}-{n}") for rule in RULES for n, bad in enumerate(rule.bad)]
GOOD = [pytest.param(rule, good, id=f"{rule.name}-{n}") for rule in RULES for n, good in enumerate(rule.good)]


@pytest.mark.parametrize(("rule", "bad"), BAD)
def test_bad_is_flagged_exactly_where_marked(rule: Rule, bad: Bad) -> None:
    verdicts = judged(bad.source)
    assert not verdicts.troubles
    assert flagged(verdicts) == expected(bad.source, rule.name)


@pytest.mark.parametrize(("rule", "good"), GOOD)
def test_good_is_silent(rule: Rule, good: Good) -> None:
    verdicts = judged(good.source)
    assert not verdicts.troubles
    assert flagged(verdicts) == [], rule.name


@pytest.mark.parametrize(("rule", "bad"), BAD)
def test_the_fix_writes_what_the_example_says(rule: Rule, bad: Bad) -> None:
    fixes = [finding.fix for finding in judged(bad.source).findings if finding.rule == rule.name and finding.fix is not None]
    if bad.fixed is None:
        assert fixes == []
        return
    assert all(fix.safe is bad.safe for fix in fixes)
    fixed = apply(bad.source, fixes)
    assert without_marks(fixed) == without_marks(wanted(bad))
    compile(fixed, rule.name, "exec")
    again = judged(fixed)
    assert flagged(again) == []
    assert [finding.fix for finding in again.findings] == []


def without_marks(text: str) -> str:
    return "".join(f"{MARK.sub('', line).rstrip()}\n" for line in text.splitlines())


def test_every_rule_has_examples_and_a_rationale() -> None:
    for rule in RULES:
        assert rule.bad, rule.name
        assert rule.good, rule.name
        assert rule.summary, rule.name
        assert rule.rationale, rule.name
        assert len(rule.rationale.splitlines()) <= 5, rule.name
