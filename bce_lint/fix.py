"""Fixes applied until nothing changes: rounds of edits -> new bytes, refused whole if they no longer compile or lint worse."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Generic, Protocol, TypeVar

from bce_lint.facts.unused import unused
from bce_lint.finding import Edit, Finding, Fix, Trouble
from bce_lint.source.read import Source, parse
from bce_lint.source.write import NOT_FIXED
from bce_lint.syntax.segments import segments

ROUNDS = 50
"""In how many rounds a file must come to rest: each fix of one expression inside another takes one."""
AWAIT = 0x2000
"""Compiles `await` outside functions, as a notebook's cells may have it."""


class Case(Protocol):
    """A finding with whatever belongs to it."""

    @property
    def finding(self) -> Finding:
        """What is found."""


class Judged(Protocol):
    """What judging a source gave."""

    @property
    def cases(self) -> Sequence[Case]:
        """The findings."""

    @property
    def troubles(self) -> Sequence[Trouble]:
        """What could not be judged."""


J = TypeVar("J", bound=Judged)


@dataclass(frozen=True, slots=True)
class Draft(Generic[J]):
    """A file as it is or is to be: its bytes, what they say, and what is found in that."""

    data: bytes
    source: Source
    judged: J


@dataclass(frozen=True, slots=True)
class Round(Generic[J]):
    """The fixes made at once, and in what."""

    draft: Draft[J]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Fixed(Generic[J]):
    """A file before and after."""

    before: Draft[J]
    after: Draft[J]
    rounds: tuple[Round[J], ...]

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """All fixes, in the order in which they were made."""
        return tuple(fix for one in self.rounds for fix in one.fixes)

    @property
    def path(self) -> str:
        """The file's path."""
        return self.before.source.path

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Yield the name of the file, or of each cell of a notebook, and what it says before and after."""
        if not self.path.endswith(".ipynb"):
            yield self.path, self.before.source.text, self.after.source.text
            return
        from bce_lint.source.notebook import sources

        after = sources(self.after.data)
        yield from ((f"{self.path}:cell {number}", text, after[number]) for number, text in sources(self.before.data).items())


@dataclass(frozen=True, slots=True)
class Fixer(Generic[J]):
    """`look` judges a source, `choose` gives the fixes that are wanted of what it says."""

    look: Callable[[Source], J]
    choose: Callable[[J], Iterable[Fix]]

    def fix(self, before: Draft[J]) -> Fixed[J] | Trouble:
        """Return a file at rest; a Trouble if our fixes make it worse, and then nothing of it is to be written."""
        path = before.source.path
        if rewritten(before, ()) != before.data:
            return Trouble(path, None, f"cannot be written back in {before.source.encoding} as it was: save it as UTF-8", NOT_FIXED)
        draft = before
        done: list[Round[J]] = []
        for _ in range(ROUNDS):
            fixes = apart(self.choose(draft.judged))
            data = rewritten(draft, [edit for fix in fixes for edit in fix.edits])
            if data == draft.data:
                data = rewritten(draft, unused(before.source, draft.source)) if done else data
            if data == draft.data:
                worse = regressions(before, draft)
                return bug(path, worse) if worse else Fixed(before, draft, tuple(done))
            source = parse(path, data)
            if isinstance(source, Trouble) or not compiles(before.source, source):
                return bug(path, f"they leave what does not compile ({fixes[-1].title if fixes else _last(done)})")
            done.append(Round(draft, tuple(fixes)))
            draft = Draft(data, source, self.look(source))
        return bug(path, f"they do not come to rest ({_last(done)})")


def _last(rounds: Sequence[Round[J]]) -> str:
    """Return the title of the last fix."""
    return [fix.title for one in rounds for fix in one.fixes][-1]


def bug(path: str, what: str) -> Trouble:
    """Return the Trouble that fixes of ours are no good."""
    return Trouble(path, None, f"internal error in the fixes: {what}; please report it with this file", NOT_FIXED)


# --- one round


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """Return `text` after one round of `fixes`."""
    return edited(text, [edit for fix in apart(fixes) for edit in fix.edits])


def apart(fixes: Iterable[Fix]) -> list[Fix]:
    """Return the fixes that can be applied together: of two that overlap, the one that starts first."""
    taken: list[Edit] = []
    kept: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: [_place(edit) for edit in fix.edits]):
        if not any(_overlap(edit, other) for edit in fix.edits for other in taken):
            taken += fix.edits
            kept.append(fix)
    return kept


def _place(edit: Edit) -> tuple[int, int, int]:
    return edit.cell or 0, edit.start, edit.end


def _overlap(one: Edit, other: Edit) -> bool:
    return one.cell == other.cell and one.start < other.end and other.start < one.end


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits, of which those that several fixes share are made once."""
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end, edit.text), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def rewritten(draft: Draft[J], edits: Iterable[Edit]) -> bytes:
    """Return the bytes of a file with the edits."""
    source = draft.source
    if not source.path.endswith(".ipynb"):
        return source.encode(edited(source.text, edits))
    from bce_lint.source import notebook, notebook_text

    texts = notebook.sources(draft.data)
    by_cell = groupby(sorted(edits, key=_place), lambda edit: edit.cell or 0)
    return notebook_text.replaced(draft.data, {cell: edited(texts[cell], some) for cell, some in by_cell})


# --- what may not get worse


def regressions(old: Draft[J], new: Draft[J]) -> str:
    """Return what is found in the new text but not in the old one, "" if nothing."""
    known, found = (Counter(case.finding.rule for case in draft.judged.cases) for draft in (old, new))
    if fresh := [rule for rule in found if found[rule] > known[rule]]:
        return f"they give rise to {', '.join(sorted(fresh))}"
    return "what they leave cannot be judged" if len(new.judged.troubles) > len(old.judged.troubles) else ""


def compiles(old: Source, new: Source) -> bool:
    """Tell whether Python takes the new text as it took the old one; of one that it did not take, as much as before."""
    return sum(not accepted for accepted in _accepted(new)) <= sum(not accepted for accepted in _accepted(old))


def _accepted(source: Source) -> Iterator[bool]:
    """Yield what Python takes: the file, and each of its parts, or each cell of a notebook."""
    if source.cells:
        starts = [*(source.row_starts[cell.row - 1] for cell in source.cells), len(source.text)]
        yield from (accepts(source.text[start:end], AWAIT) for start, end in pairwise(starts))
        return
    whole = accepts(source.text)
    yield whole
    yield from (whole or accepts(part.text) for part in segments(source))


def accepts(text: str, flags: int = 0) -> bool:
    """Tell whether Python compiles a text; what nests too deeply for it counts as taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<fix>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    except (RecursionError, MemoryError):
        return True
    return True
