"""The call of a loss of probabilities told that it gets logits, or the other way round: one edit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bce_lint.facts.aliases import Aliases, real
from bce_lint.facts.facts import Facts, below
from bce_lint.facts.spell import Unspellable
from bce_lint.facts.vocabulary import CUSTOMARY
from bce_lint.facts.vocabulary.customs import FROM_LOGITS
from bce_lint.syntax import ir
from bce_lint.syntax.place import Places

KEYWORD = "from_logits"
BY_PLACE = 2
"""How many arguments a loss may be given by their places: labels and predictions; the next, as a class's first, might be the keyword's."""
INDENT = re.compile(r"[ \t]*")


def flip(facts: Facts, where: Places, *, from_logits: bool) -> tuple[int, int, str]:
    """Return what to write where in the file, so that the loss at the site takes logits, or takes them no longer."""
    calls = list(_calls(facts, where))
    if len(calls) != 1:
        raise Unspellable("not one loss")
    call, form = calls[0]
    given = next((argument for argument in call.args if argument.keyword == KEYWORD), None)
    if given is not None:
        if not isinstance(given.value, ir.Literal) or given.value.value is from_logits:
            raise Unspellable(KEYWORD)
        start, end = where.offsets(given.value)
        return start, end, str(from_logits)
    if not from_logits:
        raise Unspellable(KEYWORD)
    if form != KEYWORD:
        return _renamed(call, form, where)
    is_class = where.text(call.func).rpartition(".")[2][:1].isupper()
    if sum(argument.keyword is None for argument in call.args) > (0 if is_class else BY_PLACE):
        raise Unspellable(KEYWORD)
    return _added(call, where)


def _calls(facts: Facts, where: Places) -> Iterator[tuple[ir.Call, str]]:
    """Yield the calls at the site of functions that have such a form, each with that."""
    bound = {**CUSTOMARY, **Aliases.at(facts.module, facts.site.names).bound}
    for part in below(facts.site.node):
        if isinstance(part, ir.Call) and where.holds(part.func):
            root, dot, rest = where.text(part.func).partition(".")
            name = real(f"{bound.get(root, root)}{dot}{rest}")
            if name in FROM_LOGITS:
                yield part, FROM_LOGITS[name]


def _renamed(call: ir.Call, name: str, where: Places) -> tuple[int, int, str]:
    if not isinstance(call.func, ir.Attribute):
        raise Unspellable(name)
    end = where.offsets(call.func)[1]
    return end - len(call.func.attr), end, name


def _added(call: ir.Call, where: Places) -> tuple[int, int, str]:
    """Return the edit that adds the keyword behind all arguments, in a row of its own if they have such."""
    text = where.tree.segment.source.text
    end = where.offsets(call)[1] - 1
    if not call.args:
        return end, end, f"{KEYWORD}=True"
    last = where.offsets(call.args[-1].value)
    rest = text[last[1] : end]
    if rest.strip() not in ("", ","):
        raise Unspellable(KEYWORD)
    if "\n" not in rest:
        return last[1], end, f", {KEYWORD}=True"
    row = text.rfind("\n", 0, last[0]) + 1
    indent = INDENT.match(text, row)
    newline = "\r\n" if "\r\n" in rest else "\n"
    return last[1], last[1] + len(rest) - len(rest.lstrip(",")), f",{newline}{indent[0] if indent else ''}{KEYWORD}=True,"
