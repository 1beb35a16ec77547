"""Every module of a package holds one rule; select and ignore name rules by name, code, code prefix or ALL."""

from __future__ import annotations

import importlib
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from bce_lint.finding import UsageError
from bce_lint.registry import find, registered, search, selected
from bce_lint.rule import Level, Rule
from bce_lint.source.prefilter import DEFAULT, Kinds


def made(name: str, code: str, level: Level = Level.DEFAULT) -> Rule:
    return Rule(name, code, (), lambda _op, _facts: None, (), (), level, Kinds.CALLS, "", "")


KNOWN = (
    made("logit-of-probability", "BCE101"),
    made("log-of-probability", "BCE102"),
    made("ineffective-epsilon", "BCE201"),
    made("unbounded-exp", "BCE306", Level.OPT_IN),
    made("prefer-logits", "BCE503", Level.ADVICE),
)


def codes(select: str = "", ignore: str = "") -> str:
    return " ".join(rule.code[3:] for rule in selected(select.split(), ignore.split(), KNOWN))


def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, **modules: str) -> ModuleType:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module(name)


def module(name: str, code: str) -> str:
    return f'''
        """About {name}."""
        from bce_lint.facts.expr import Log
        from bce_lint.rule import rule

        @rule({name!r}, code={code!r}, on=Log, bad=[], good=[])
        def check(log, facts):
            """Because."""
    '''


def test_only_default_rules_run_unless_others_are_selected() -> None:
    assert codes() == "101 102 201"
    assert codes("BCE306 prefer-logits") == "306 503"


def test_all_and_prefixes_select_rules_of_every_level() -> None:
    assert codes("ALL") == "101 102 201 306 503"
    assert codes("BCE1 BCE5") == "101 102 503"
    assert codes("BCE") == "101 102 201 306 503"


def test_ignore_takes_rules_away_by_name_code_or_prefix() -> None:
    assert codes("", "BCE1") == "201"
    assert codes("", "log-of-probability") == "101 201"
    assert codes("", "ALL") == ""


def test_the_more_specific_word_wins_and_ignore_wins_a_tie() -> None:
    assert codes("BCE101", "BCE1") == "101"
    assert codes("BCE1", "logit-of-probability") == "102"
    assert codes("BCE10", "BCE1") == "101 102"
    assert codes("BCE101", "logit-of-probability") == ""


@pytest.mark.parametrize("word", ["BCE9", "", "logit", "bce101", "all", "BCE1011"])
def test_a_word_that_names_no_rule_is_a_usage_error(word: str) -> None:
    with pytest.raises(UsageError, match=r"^select: there is no rule '.*(a code prefix such as BCE1, and ALL)"):
        selected([word], [], KNOWN)


def test_the_error_names_the_key_and_near_matches() -> None:
    with pytest.raises(
        UsageError, match=r"^ignore: there is no rule 'log-of-probabilty'; did you mean BCE102 log-of-probability or BCE101 logit"
    ):
        selected([], ["log-of-probabilty"], KNOWN)
    with pytest.raises(UsageError, match="did you mean BCE102"):
        selected(["bce102"], [], KNOWN)


def test_a_rule_is_found_by_name_and_by_code() -> None:
    assert find("BCE201", KNOWN) is find("ineffective-epsilon", KNOWN)
    with pytest.raises(UsageError, match=r"^--explain: there is no rule 'BCE2'"):
        find("BCE2", KNOWN)


def test_rules_are_found_by_scanning_and_sorted_by_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = package(tmp_path, monkeypatch, "two_rules", a_b=module("a-b", "BCE902"), c_d=module("c-d", "BCE901"))
    assert [(rule.code, rule.name, rule.summary, rule.rationale) for rule in registered(rules)] == [
        ("BCE901", "c-d", "About c-d.", "Because."),
        ("BCE902", "a-b", "About a-b.", "Because."),
    ]


@pytest.mark.parametrize(
    ("name", "modules", "complaint"),
    [
        ("same_code", {"a": module("a", "BCE901"), "b": module("b", "BCE901")}, "two rules are called BCE901"),
        ("no_rule", {"a": "x = 1"}, "holds 0 rules"),
        ("two_in_one", {"a": module("a", "BCE901") + module("b", "BCE902").replace("def check", "def other")}, "holds 2 rules"),
        ("misnamed", {"a": module("b", "BCE901")}, "a rule of another name"),
    ],
)
def test_a_package_that_breaks_the_one_rule_rule_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, modules: dict[str, str], complaint: str
) -> None:
    rules = package(tmp_path, monkeypatch, name, **modules)
    with pytest.raises(AssertionError, match=complaint):
        registered(rules)


def test_the_rules_of_this_project_are_well_formed() -> None:
    for rule in registered():
        assert rule.code[:3] == "BCE"
        assert rule.code[3:].isdigit()
        assert rule.summary
        assert rule.rationale


def test_code_is_read_by_default_for_what_the_default_rules_look_for() -> None:
    assert search(selected((), ()), chosen=False) == DEFAULT
