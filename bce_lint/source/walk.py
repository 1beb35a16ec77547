"""Which files to judge: those named, and the Python files below the directories named, less what `.gitignore` files say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bce_lint.finding import Trouble
from bce_lint.source.ignore import Ignore, above, ignored, inside

SUFFIXES = (".py", ".ipynb")
SKIPPED = frozenset(("__pycache__", "build", "dist", "node_modules", "site-packages", "venv"))


def walk(paths: Iterable[str]) -> Iterator[str | Trouble]:
    """Yield each file once, below a directory in order of the alphabet. What is named is taken as it is, ignored or not."""
    seen: set[str] = set()
    for path in paths:
        shown = _tidy(path)
        place = Path(path)
        absolute = os.path.realpath(path)
        if place.is_dir():
            found = _below("" if shown == "." else f"{shown.rstrip('/')}/", absolute)
        elif place.exists():
            found = iter(((shown, absolute),))
        else:
            yield Trouble(path, None, "no such file or directory")
            continue
        for item in found:
            if isinstance(item, Trouble):
                yield item
            elif item[1] not in seen:
                seen.add(item[1])
                yield item[0]


def _tidy(path: str) -> str:
    """Drop a leading `./`."""
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path or "."


def _below(shown: str, absolute: str) -> Iterator[tuple[str, str] | Trouble]:
    """Yield the files below a directory, as shown and absolute. Links to directories are not followed, so there are no loops."""
    stack = [(shown, absolute, above(absolute), True)]
    while stack:
        shown, absolute, ignores, directory = stack.pop()
        if not directory:
            yield shown, absolute
            continue
        ignores = (*inside(absolute), *ignores)
        try:
            with os.scandir(absolute) as entries:
                kept = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries if _wanted(entry, absolute, ignores))
        except OSError as error:
            yield Trouble(shown.rstrip("/"), None, f"cannot be read: {(error.strerror or str(error)).lower()}")
            continue
        for name, deeper in reversed(kept):
            stack.append((f"{shown}{name}{'/' * deeper}", f"{absolute.rstrip('/')}/{name}", ignores, deeper))


def _wanted(entry: os.DirEntry[str], parent: str, ignores: tuple[Ignore, ...]) -> bool:
    """Tell whether an entry is a directory to enter or a file to judge."""
    name = entry.name
    directory = entry.is_dir(follow_symlinks=False)
    wanted = name not in SKIPPED and not name.startswith(".") if directory else name.endswith(SUFFIXES) and entry.is_file()
    return wanted and not ignored(ignores, f"{parent}/{name}", name, directory=directory)
