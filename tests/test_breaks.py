"""Every rule's examples, executed: bad code breaks at its witness, fixed and good code is what was meant there and everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bce_lint import registry
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.worker.search import wrong
from bce_lint.facts.meaning import Role
from bce_lint.rule import Bad, Good, Rule
from tests.examples import (
    FLOAT32,
    Tolerance,
    broken,
    disagreements,
    driven,
    found,
    function,
    functions,
    grid,
    outcome,
    runnable,
    unguarded,
    witnesses,
)
from tests.harness import wanted

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

pytestmark = pytest.mark.framework

FINITE: Mapping[str, str] = {
    "probabilities-as-logits": "the loss is finite, and is what is written: it is another one than was meant",
    "logits-as-probabilities": "the loss is what is written, of what is no probability",
}
"""Rules without a witness, and why."""

LOSSY: Mapping[str, str] = {
    "prefer-logits": "the framework clips: the gradient of a confident wrong answer is 0",
    "log1p-precision": "1 + x rounds x away",
    "expm1-precision": "exp(x) - 1 rounds x away",
    "variance-cancellation": "mean(x^2) - mean(x)^2 rounds the variance away",
}
"""Rules whose witness is an input at which the numbers are finite, but not what the code means, and why."""

OFF = Tolerance(1e-30, 0.01)
"""How far off lossy code is at its witness at least, and its fix at most."""

SAME: Mapping[str, str] = {
    "log1p-precision-1": "confirm takes delta below -1 too, where there is no logarithm",
}
"""Fixes that confirm cannot judge."""

MODERATE = 5.0
"""Up to this size of the inputs an unsafe fix gives what the bad code does."""

RULES = registry.registered()


def examples(*, lossy: bool | None = None, fixed: str = "", beyond: Mapping[str, str] | None = None) -> Iterator[ParameterSet]:
    """Yield the examples with a witness, and if so asked with a "safe" or "unsafe" fix; those in `beyond` must fail."""
    for rule in RULES:
        for number, bad in enumerate(rule.bad):
            name = f"{rule.name}-{number}"
            if bad.breaks and lossy in (None, rule.name in LOSSY) and fixed in ("", degree(bad)):
                marks = [pytest.mark.xfail(reason=beyond[name], strict=True)] if beyond and name in beyond else []
                yield pytest.param(rule, bad, id=name, marks=marks)


def degree(bad: Bad) -> str:
    return "" if bad.fixed is None else "safe" if bad.safe else "unsafe"


def safe() -> Iterator[ParameterSet]:
    """Yield the good examples that are functions, of rules with a witness."""
    for rule in RULES:
        for number, good in enumerate(rule.good):
            if any(bad.breaks for bad in rule.bad) and "def " in good.source:
                yield pytest.param(rule, good, id=f"{rule.name}-{number}")


@pytest.mark.parametrize(("rule", "bad"), examples(lossy=False))
def test_bad_breaks_at_its_witness(rule: Rule, bad: Bad) -> None:
    one = runnable(function(bad.source, driven(bad, rule)), bad.breaks)
    assert set(bad.breaks) <= {given.name for given in (*one.labels, *one.varying)}
    runs = [one.run(point) for point in witnesses(one, bad.breaks)]
    assert any(wrong(raw.entries) or wrong(raw.gradient or ()) for raw in runs), runs


@pytest.mark.parametrize(("rule", "bad"), examples(lossy=True))
def test_lossy_code_is_finite_at_its_witness_but_not_what_it_means(rule: Rule, bad: Bad) -> None:
    case = function(bad.source, driven(bad, rule))
    one = runnable(case, bad.breaks)
    assert case.meaning.result is not None
    assert not any(wrong(raw.entries) or wrong(raw.gradient or ()) for raw in map(one.run, witnesses(one, bad.breaks)))
    assert list(disagreements(one, case.meaning.result, witnesses(one, bad.breaks), OFF)) != []


@pytest.mark.parametrize(("rule", "bad"), examples(lossy=False))
def test_bad_is_confirmed_no_later_than_at_its_witness(pool: Pool, rule: Rule, bad: Bad) -> None:
    case = found(bad, rule)
    ran = outcome(pool, case)
    sizes = [abs(bad.breaks[given.name]) for given in case.meaning.inputs if given.name in bad.breaks and given.role is not Role.LABEL]
    assert min(one.logit for one in ran.breaks) <= max(sizes)


@pytest.mark.parametrize(("rule", "bad"), examples(fixed="safe", beyond=SAME))
def test_the_fix_is_refuted(pool: Pool, rule: Rule, bad: Bad) -> None:
    ran = outcome(pool, function(wanted(bad), driven(bad, rule)))
    assert (ran.breaks, ran.skipped) == ((), 0)


@pytest.mark.parametrize(("rule", "bad"), examples(fixed="safe"))
def test_the_fix_is_what_the_bad_code_means(rule: Rule, bad: Bad) -> None:
    meant = driven(bad, rule)
    one = runnable(function(wanted(bad), meant), bad.breaks)
    assert meant.meaning.result is not None
    tolerance = OFF if rule.name in LOSSY else FLOAT32
    assert list(disagreements(one, meant.meaning.result, witnesses(one, bad.breaks), tolerance)) == []
    assert list(disagreements(one, meant.meaning.result, grid(one))) == []


@pytest.mark.parametrize(("rule", "bad"), examples(fixed="unsafe"))
def test_an_unsafe_fix_is_finite_at_the_witness_and_the_same_where_nothing_broke(rule: Rule, bad: Bad) -> None:
    meant = driven(bad, rule)
    old, new = runnable(function(bad.source, meant), bad.breaks), runnable(function(wanted(bad), meant), bad.breaks)
    assert all(not wrong(raw.entries) and not wrong(raw.gradient or ()) for raw in map(new.run, witnesses(new, bad.breaks)))
    moderate = [point for point in grid(old) if max(abs(entry) for name in point for entry in point[name]) <= MODERATE]
    assert moderate
    for before, after in ((old.run(point), new.run(point)) for point in moderate):
        assert wrong(before.entries) or np.allclose(before.entries, after.entries, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("rule", "good"), safe())
def test_good_is_what_it_means_without_its_guards(rule: Rule, good: Good) -> None:
    assert list(differences(rule, good)) == []


def differences(rule: Rule, good: Good) -> Iterator[str]:
    """Yield where a good example is not what it means, its clips and epsilons apart: staying finite is not enough."""
    known = broken(rule)
    ran = list(functions(good.source, known))
    assert ran
    for case in ran:
        one = runnable(case, known)
        assert case.meaning.result is not None
        points = [point for bad in rule.bad if bad.breaks for point in witnesses(one, bad.breaks)]
        yield from disagreements(one, unguarded(case.meaning.result), [*points, *grid(one)])


UNFIT = {
    "clipped": """
        def loss(labels, logits):
            p = tf.clip_by_value(tf.sigmoid(logits), 1e-6, 1 - 1e-6)
            return -tf.reduce_mean(labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p))
        """,
    "epsilon": """
        def loss(labels, logits):
            p = torch.sigmoid(logits)
            return -torch.mean(labels * torch.log(p + 1e-6) + (1 - labels) * torch.log(1 - p + 1e-6))
        """,
    "gradient 0 where all logits are": """
        def loss(labels, logits):
            return tf.reduce_mean(tf.nn.relu(logits) - labels * logits + tf.math.log1p(tf.exp(-tf.abs(logits))))
        """,
}


@pytest.mark.parametrize("source", UNFIT.values(), ids=UNFIT)
def test_code_that_only_stays_finite_is_not_good(source: str) -> None:
    rule = next(rule for rule in RULES if rule.name == "naive-binary-cross-entropy")
    assert list(differences(rule, Good(source))) != []


def test_a_rule_without_a_witness_says_why() -> None:
    assert {rule.name for rule in RULES if not any(bad.breaks for bad in rule.bad)} == FINITE.keys()


def test_only_an_example_that_is_there_is_beyond_confirm() -> None:
    assert SAME.keys() <= {f"{rule.name}-{n}" for rule in RULES for n, bad in enumerate(rule.bad) if bad.breaks}
