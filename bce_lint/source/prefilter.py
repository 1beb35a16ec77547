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
    *("minimize(", "backward(", ".grad(", ".gradients(", "gradienttape", "penalty"),
)
"""What code that speaks of losses or gradients contains, in lower case."""
LOSSY_TEXT = re.compile("|".join(map(re.escape, LOSSY)), re.IGNORECASE)
LOSSY_BYTES = tuple(word.encode() for word in LOSSY)

CALLED = (
    *(b"log", b"log2", b"log10", b"log1p", b"log1py", b"xlogy", b"exp", b"exp2", b"expm1", b"exponential"),
    *(b"logit", b"entr", b"ntropy", b"vergence", b"kld", b"KLD", b"bce", b"BCE", b"kl_div"),
    *(b"with_logits", b"logits_v2", b"integer_labels", b".compile"),
    *(
        b"BCELoss",
        b"EntropyLoss",
        b"LogitsLoss",
        b"NLLLoss",
        b"DivLoss",
        b"MarginLoss",
        b"nll_loss",
        b"log_loss",
        b"margin_loss",
        b"poisson_loss",
    ),
    b"log_prob",
    *(b"acos", b"arccos", b"asin", b"arcsin", b"atanh", b"arctanh", b"cosh", b"sinh", b"log_", b"exp_"),
)
"""How the suspicious names end: `ntropy` is any cross-entropy; Keras takes losses in `.compile`.

A sigmoid or softmax is none of them: it breaks nothing until something takes its logarithm or passes it to a loss.
"""
ROOTS = (b"sqrt", b"sqrt_", b"std", b"norm", b"normalize", b"hypot", b"similarity")
DIVISIONS = (b"div", b"div_", b"divide", b"reciprocal", b"xdivy", b"no_nan")
POWERS = (b"pow", b"pow_", b"power")
ENDINGS = (*CALLED, *ROOTS, *DIVISIONS, *POWERS)
LASTS = ("bgpx", "t", "s", "e", "mr", "n", "l", "cdv", "hwy", "012D_")
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
LOSSES = (b"Loss", b"ntropy", b"vergence")
"""How classes end whose instances are kept to be called."""
KEPT = re.compile(rb"(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*[\w.]*\Z")
REACH = 600
"""How far behind its parenthesis the arguments of a call are looked for."""
CONTRACT = re.compile(rb"ntropy|vergence|kld|KLD")
"""What names a loss that wants logits or probabilities."""
VARIABLE = re.compile(rb"loss\s*=\s*(?!None\b)[A-Za-z_]\w*\s*[,)]|\(\s*[\w.'\"]+\s*,\s*[A-Za-z_]\w*\s*[,)]")
DIVISION = re.compile(rb"/(?<=[\w.)\] ]/)=?(?=[ \t\\\r\n]*[-+~(A-Za-z_#])")
POWER = re.compile(rb"\*\*(?:(?<=[\w.)\]]\*\*)|(?<=[\w.)\]] \*\*)|(?<=  \*\*)(?= ))(?!=?[ \t]*\d+(?![\w.]))")
"""Not `**` in a call or signature: that follows a bracket, a comma or a margin and has no blank behind it."""

WORDY = re.compile(rb"[\w.]")
PRODUCT = re.compile(rb"(?<!\*)\* ?(\w[\w.]*)")
SQUARE = re.compile(rb"(?:square|abs2) ?\(|\*\* ?2\b|\bpow(?:er)? ?\((?=[^()]*2 ?\))")


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
        found.update(match.start() for match in PRODUCT.finditer(data) if _is_before(data, match[1], match.start()))
    return sorted(found)


def _calls(data: bytes, endings: tuple[bytes, ...]) -> Iterator[int]:
    """Find the parentheses of calls; definitions and comments are none.

    Found too are calls under a new name (`from torch import log as ln`) and of a loss that was kept (`self.criterion = nn.BCELoss()`).
    """
    names = {match[1] for match in RENAMED.finditer(data) if data.endswith(endings, 0, match.start())}
    for match in CALL.finditer(data):
        start = match.start()
        name_end = start - 1 if data[start - 1] == BLANK else start
        if data.endswith(endings, 0, name_end) and _is_call(data, name_end) and _is_loss(data, name_end):
            yield start
            kept = KEPT.search(data, data.rfind(b"\n", 0, name_end) + 1, name_end) if data.endswith(LOSSES, 0, name_end) else None
            names |= {kept[1]} if kept else set()
    unseen = sorted(name for name in names if not name.endswith(endings))
    if unseen:
        for match in re.finditer(rb"\b(?:" + b"|".join(unseen) + rb") ?\(", data):
            yield match.end() - 1


def _is_before(data: bytes, word: bytes, end: int) -> bool:
    """Tell whether `word`, and perhaps a blank, stands before `end`: whether `x * x` is a square."""
    end -= data[end - 1] == BLANK
    return data.endswith(word, 0, end) and not WORDY.match(data, end - len(word) - 1)


def _is_loss(data: bytes, name_end: int) -> bool:
    """Tell whether a `compile(` may be given a loss with a contract: by its name, or as a variable in a file that has one."""
    if not data.endswith(b".compile", 0, name_end):
        return True
    arguments = data[name_end : name_end + REACH]
    return CONTRACT.search(arguments) is not None or (VARIABLE.search(arguments) is not None and CONTRACT.search(data) is not None)


def _is_call(data: bytes, name_end: int) -> bool:
    """Tell whether a parenthesis behind this name calls it: not in `def name(`, `class name(`, a comment, or `re.compile(`."""
    words = data[data.rfind(b"\n", 0, name_end) + 1 : name_end].split()
    return not words[0].startswith(b"#") and words[-2:-1] not in ([b"def"], [b"class"]) and not RE_COMPILE.search(words[-1])
