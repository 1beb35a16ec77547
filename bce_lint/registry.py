"""Which rules there are, and which of them run: every module of `rules/` holds one; select and ignore by name, code or code prefix."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING

from bce_lint import rules
from bce_lint.finding import UsageError
from bce_lint.rule import Level, Rule
from bce_lint.source.prefilter import Kinds, Search

if TYPE_CHECKING:
    from types import ModuleType

ALL = "ALL"
NAMED = 1000
"""How specific a whole name or code is; a prefix is as specific as it is long, `ALL` not at all."""


@cache
def registered(package: ModuleType = rules) -> tuple[Rule, ...]:
    """Return the rules of `package`, by code; an assertion says what is wrong with a module that breaks the one-rule rule."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = sorted((_rule(import_module(f"{package.__name__}.{name}")) for name in names), key=lambda rule: rule.code)
    _assert_unique(rule.code for rule in found)
    _assert_unique(rule.name for rule in found)
    return tuple(found)


def _rule(module: ModuleType) -> Rule:
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    assert len(found) == 1, f"{module.__name__} holds {len(found)} rules, not one"
    file = module.__name__.rpartition(".")[2]
    assert found[0].name == file.replace("_", "-"), f"{module.__name__} holds a rule of another name: {found[0].name}"
    return found[0]


def _assert_unique(words: Iterable[str]) -> None:
    seen: set[str] = set()
    for word in words:
        assert word not in seen, f"two rules are called {word}"
        seen.add(word)


def selected(select: Sequence[str], ignore: Sequence[str], known: Sequence[Rule] | None = None) -> tuple[Rule, ...]:
    """Return the rules to run; where both lists name a rule the more specific word wins, and `ignore` a tie.

    An empty `select` is every rule that is on by default.
    """
    known = registered() if known is None else known
    _check("select", select, known)
    _check("ignore", ignore, known)
    return tuple(rule for rule in known if _wanted(rule, select) > _named(rule, ignore))


def search(rules: Sequence[Rule], *, chosen: bool) -> Search:
    """Return what `rules` look for; if they were chosen by hand, all of it everywhere."""
    kinds = reduce(or_, (rule.kinds for rule in rules), Kinds.CALLS)
    return Search(kinds if chosen else Kinds.CALLS, kinds)


def find(word: str, known: Sequence[Rule] | None = None) -> Rule:
    """Return the rule whose name or code is `word`."""
    known = registered() if known is None else known
    for rule in known:
        if word in (rule.name, rule.code):
            return rule
    raise UsageError(f"--explain: there is no rule {word!r}; {_nearest(word, known)}")


def _wanted(rule: Rule, select: Sequence[str]) -> int:
    if not select:
        return 0 if rule.level is Level.DEFAULT else -1
    return _named(rule, select)


def _named(rule: Rule, words: Sequence[str]) -> int:
    """Return how specifically `words` name `rule`; -1 is not at all."""
    return max((_specificity(rule, word) for word in words), default=-1)


def _specificity(rule: Rule, word: str) -> int:
    if word in (rule.name, rule.code):
        return NAMED
    if word == ALL:
        return 0
    return len(word) if rule.code.startswith(word) else -1


def _check(key: str, words: Sequence[str], known: Sequence[Rule]) -> None:
    for word in words:
        if not word or all(_specificity(rule, word) < 0 for rule in known):
            raise UsageError(f"{key}: there is no rule {word!r}; {_nearest(word, known)}")


def _nearest(word: str, known: Sequence[Rule]) -> str:
    from difflib import get_close_matches

    spelled = {spelling.lower(): f"{rule.code} {rule.name}" for rule in known for spelling in (rule.code, rule.name)}
    near = dict.fromkeys(spelled[match] for match in get_close_matches(word.lower(), spelled, n=3, cutoff=0.5))
    valid = "valid are a name, a code, a code prefix such as BCE1, and ALL (see --list-rules)"
    return f"did you mean {' or '.join(near)}? {valid}" if near else valid
