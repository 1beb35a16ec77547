"""What the wanted fixes make of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bce_lint.finding import Fix, Trouble
from bce_lint.fix import Draft, Fixed, Fixer
from bce_lint.judge import Judge, Judged
from bce_lint.source.read import Source, load, parse
from bce_lint.source.write import NOT_FIXED

Path = tuple[str, ...]
"""The names of the definitions around something, from the outside in."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which fixes are wanted: `unsafe` ones too, which change finite values, and none in the functions `without`."""

    unsafe: bool
    without: frozenset[Path] = frozenset()

    def choose(self, judged: Judged) -> Iterator[Fix]:
        """Yield the fixes that are wanted of what was found."""
        for case in judged.cases:
            fix = case.finding.fix
            if fix is not None and (fix.safe or self.unsafe) and case.meaning.path not in self.without:
                yield fix


def mended(source: Source, judged: Judged, judge: Judge, wish: Wish) -> Judged:
    """Return what is left in a file after its fixes."""
    if not any(wish.choose(judged)):
        return judged
    draft = _draft(source, judged)
    fixed = draft if isinstance(draft, Trouble) else Fixer(judge.judge, wish.choose).fix(draft)
    if isinstance(fixed, Trouble):
        return replace(judged, troubles=(*judged.troubles, fixed))
    return replace(fixed.after.judged, fixed=(fixed,))


def again(fixed: Fixed[Judged], judge: Judge, wish: Wish) -> Judged:
    """Return what is left in a file if not all its fixes are wanted after all."""
    return mended(fixed.before.source, fixed.before.judged, judge, wish)


def _draft(source: Source, judged: Judged) -> Draft[Judged] | Trouble:
    """Return what is judged with the bytes of the file that it was read from."""
    data = load(source.path)
    if isinstance(data, Trouble):
        return data
    read = parse(source.path, data)
    if isinstance(read, Trouble) or read.data != source.data:
        return Trouble(source.path, None, "was changed while it was judged: run again", NOT_FIXED)
    return Draft(data, source, judged)
