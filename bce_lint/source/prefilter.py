"""Where in the bytes of a file suspicious operations may stand: nearly every file has none, and is done with here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Flag, auto


class Kinds(Flag):
    """What to look for: calls of suspicious functions, roots and norms, divisions by something that is not a number, powers."""

    CALLS = auto()
    ROOTS = auto()
    DIVISIONS = auto()
    POWERS = auto()
    SQUARES = auto()


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for `everywhere`, and what only in code that speaks of losses or gradients."""

    everywhere: Kinds
    in_losses: Kinds


DEFAULT = Search(Kinds.CALLS, Kinds.CALLS | Kinds.ROOTS | Kinds.POWERS)
"""What the rules that are on by default look for: a root or power matters to them only where a gradient goes through it."""
LOSSY = (
    *("loss", "y_true", "y_pred", "logits", "entropy", "divergence", "likelihood"),
    *("minimize(", "backward(", ".grad(", "gradienttape"),
)
"""What code that speaks of losses or gradients contains, in lower case."""
LOSSY_TEXT = re.compile("|".join(map(re.escape, LOSSY)), re.IGNORECASE)
LOSSY_BYTES = tuple(word.encode() for word in LOSSY)

CALLED = (
    *(b"log", b"log2", b"log10", b"log1p", b"log1py", b"xlogy", b"exp", b"exp2", b"expm1", b"exponential"),
    *(b"logit", b"entr", b"ntropy", b"vergence", b"kld", b"KLD", b"bce", b"kl_div"),
    *(b"with_logits", b"logits_v2", b"integer_labels", b"Loss", b"loss", b".compile"),
    *(b"acos", b"arccos", b"asin", b"arcsin", b"atanh", b"arctanh", b"cosh", b"sinh", b"log_", b"exp_"),
)
"""How the suspicious names end: `ntropy` is any cross-entropy; Keras takes losses in `.compile`.

A sigmoid or softmax is none of them: it breaks nothing until something takes its logarithm or passes it to a loss.
"""
ROOTS = (b"sqrt", b"sqrt_", b"std", b"norm", b"normalize", b"hypot", b"similarity")
DIVISIONS = (b"div", b"div_", b"divide", b"reciprocal", b"xdivy", b"no_nan")
POWERS = (b"pow", b"pow_", b"power")
ENDINGS = (*CALLED, *ROOTS, *DIVISIONS, *POWERS)
LASTS = ("gpx", "t", "s", "e", "mr", "n", "l", "cdv", "hwy", "012D_")
"""The last characters of the endings, in groups that share few characters before."""


def _ends(sign: str, lasts: str = "".join(LASTS)) -> str:
    """Give a pattern that looks back from behind `sign` for the last three characters of an ending: any ending's at each place."""
    endings = [ending.decode() for ending in ENDINGS if chr(ending[-1]) in lasts]
    places = ("".join(sorted({ending[-place] for ending in endings})) for place in (3, 2, 1))
    return f"(?<={''.join(f'[{characters}]' for characters in places)}{sign})"


CALL = re.compile(rf"\((?:{_ends('[(]')}(?:{'|'.join(_ends('[(]', lasts) for lasts in LASTS)})|{_ends(' [(]')})".encode())
"""Lets few parentheses pass, in 2 ms for a megabyte: from the one literal character at a pattern's start the regex engine leaps to the
next with `memchr`, where a pattern that starts with the names takes 17. What passes is held against the endings one by one."""
RENAMED = re.compile(rf" as {_ends(' as ')}(\w+)".encode())
RE_COMPILE = re.compile(rb"(?<![\w.])re\.compile\Z")
BLANK = 32
DIVISION = re.compile(rb"/(?<=[\w.)\] ]/)=?(?=[ \t\\\r\n]*[-+~(A-Za-z_#])")
POWER = re.compile(rb"\*\*(?:(?<=[\w.)\]]\*\*)|(?<=[\w.)\]] \*\*)|(?<=  \*\*)(?= ))(?!=?[ \t]*\d+(?![\w.]))")
"""Not `**` in a call or signature: that follows a bracket, a comma or a margin and has no blank behind it."""

SQUARE = re.compile(rb"(?:square|abs2) ?\(|\*\* ?2\b|\bpow ?\((?=[^()]*2 ?\))")


NAMED = ((Kinds.CALLS, CALLED), (Kinds.ROOTS, ROOTS), (Kinds.DIVISIONS, DIVISIONS), (Kinds.POWERS, POWERS))


def worth_reading(data: bytes, search: Search) -> bool:
    """Tell whether a file has any of what is searched."""
    if not candidates(data, search.everywhere | search.in_losses):
        return False
    if candidates(data, search.everywhere):
        return True
    lower = data.lower()
    return any(word in lower for word in LOSSY_BYTES)


def candidates(data: bytes, kinds: Kinds = Kinds.CALLS) -> list[int]:
    """Return, ascending, the offsets at which operations of these kinds may stand: of a call's parenthesis, of the operator.

    There are too many rather than too few: a candidate may lie in a string. Not found are calls of a suspicious function whose
    parenthesis stands in the next row or behind two blanks, and those through a variable or as an argument (`map(torch.log, ...)`).
    """
    wanted = tuple(ending for kind, endings in NAMED if kind in kinds for ending in endings)
    found = set(_calls(data, wanted))
    if Kinds.DIVISIONS in kinds:
        found.update(match.start() for match in DIVISION.finditer(data))
    if Kinds.POWERS in kinds:
        found.update(match.start() for match in POWER.finditer(data))
    if Kinds.SQUARES in kinds:
        found.update(match.start() for match in SQUARE.finditer(data))
    return sorted(found)


def _calls(data: bytes, endings: tuple[bytes, ...]) -> Iterator[int]:
    """Find the parentheses of calls, also under a new name (`from torch import log as ln`); definitions and comments are none."""
    for match in CALL.finditer(data):
        start = match.start()
        name_end = start - 1 if data[start - 1] == BLANK else start
        if data.endswith(endings, 0, name_end) and _is_call(data, name_end):
            yield start
    renamed = {match[1] for match in RENAMED.finditer(data) if data.endswith(endings, 0, match.start())}
    unseen = sorted(name for name in renamed if not name.endswith(endings))
    if unseen:
        for match in re.finditer(rb"\b(?:" + b"|".join(unseen) + rb") ?\(", data):
            yield match.end() - 1


def _is_call(data: bytes, name_end: int) -> bool:
    """Tell whether a parenthesis behind this name calls it: not in `def name(`, `class name(`, a comment, or `re.compile(`."""
    words = data[data.rfind(b"\n", 0, name_end) + 1 : name_end].split()
    return not words[0].startswith(b"#") and words[-2:-1] not in ([b"def"], [b"class"]) and not RE_COMPILE.search(words[-1])
