"""What `.gitignore` files say of a path, as git reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

GLOB = re.compile(r"(?P<deep>(?<![^/])\*\*/)|(?P<rest>(?<=/)\*\*\Z)|(?P<star>\*+)|(?P<any>\?)|(?P<set>\[)|\\(?P<escaped>.)|(?P<plain>.)")
SET = re.compile(r"\[(?P<not>[!^]?)(?P<members>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]")
MEMBER = re.compile(r"\[:\w+:\]|\\.|.", re.DOTALL)
CLASSES = {
    "[:alnum:]": "A-Za-z0-9",
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:space:]": r"\s",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9A-Fa-f",
}
SPECIAL = frozenset("*?[\\/")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: a regular expression for paths below the file's directory."""

    regex: re.Pattern[str]
    directories_only: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of one `.gitignore`. Nearly all are `name`, `name/` or `*.ext`: whether these may match is asked of sets first."""

    root: str
    patterns: tuple[Pattern, ...]
    names: frozenset[str]
    endings: tuple[str, ...]
    others: tuple[Pattern, ...]

    def says(self, path: str, name: str, *, directory: bool) -> bool | None:
        """Tell whether `path`, absolute and called `name`, is ignored (True), taken back (False) or not spoken of."""
        below = path[len(self.root) :].lstrip("/")
        if name not in self.names and not name.endswith(self.endings) and not any(other.regex.match(below) for other in self.others):
            return None
        for pattern in reversed(self.patterns):
            if (directory or not pattern.directories_only) and pattern.regex.match(below):
                return not pattern.negated
        return None


def ignored(ignores: Iterable[Ignore], path: str, name: str, *, directory: bool) -> bool:
    """Ask one `.gitignore` after the other, the nearest first; the first that has something to say decides."""
    return next((said for ignore in ignores if (said := ignore.says(path, name, directory=directory)) is not None), False)


def above(directory: str) -> tuple[Ignore, ...]:
    """Read what holds for an absolute directory from outside: up to the root of its git repository, the nearest first."""
    found: list[Ignore] = []
    for at in (Path(directory), *Path(directory).parents):
        if str(at) != directory:
            found += inside(str(at))
        if (at / ".git").exists():
            return (*found, *load(str(at), f"{at}/.git/info/exclude"))
    return ()


def inside(directory: str) -> tuple[Ignore, ...]:
    """Read a directory's own `.gitignore`."""
    return load(directory, f"{directory}/.gitignore")


def load(root: str, path: str) -> tuple[Ignore, ...]:
    """Read the patterns in the file `path` for what is below `root`; nothing if there is none."""
    try:
        return (parse(root, Path(path).read_text("utf-8", "surrogateescape")),)
    except OSError:
        return ()


def parse(root: str, text: str) -> Ignore:
    """Read the text of a `.gitignore` in the absolute directory `root`."""
    patterns: list[Pattern] = []
    names: set[str] = set()
    endings: list[str] = []
    others: list[Pattern] = []
    for line in text.splitlines():
        body = _trimmed(line)
        negated = body.startswith("!")
        body = body.removeprefix("!")
        pattern = _pattern(body.removeprefix("\\") if body[:2] in ("\\#", "\\!") else body, negated=negated)
        if pattern is None:
            continue
        patterns.append(pattern)
        bare = body.removesuffix("/")
        if not SPECIAL.intersection(bare):
            names.add(bare)
        elif bare.startswith("*") and not SPECIAL.intersection(bare[1:]):
            endings.append(bare[1:])
        else:
            others.append(pattern)
    return Ignore(root, tuple(patterns), frozenset(names), tuple(endings), tuple(others))


def _trimmed(line: str) -> str:
    """Drop a comment and the blanks at the end that no backslash keeps."""
    if line.startswith("#"):
        return ""
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    return line


def _pattern(body: str, *, negated: bool) -> Pattern | None:
    """Translate a pattern; None if it is empty or can never match."""
    glob = body.removesuffix("/")
    if not glob:
        return None
    regex = "".join(_translated(glob.removeprefix("/")))
    floating = "" if "/" in glob else "(?:.*/)?"
    return Pattern(re.compile(rf"{floating}{regex}\Z", re.DOTALL), body.endswith("/"), negated)


def _translated(glob: str) -> Iterator[str]:
    at = 0
    while at < len(glob):
        found = GLOB.match(glob, at)
        assert found is not None
        at = found.end()
        match found.lastgroup:
            case "deep":
                yield "(?:.*/)?"
            case "rest":
                yield ".+"
            case "star":
                yield "[^/]*"
            case "any":
                yield "[^/]"
            case "set":
                members = SET.match(glob, found.start())
                at = len(glob) if members is None else members.end()
                yield "(?!)" if members is None else _set(members)
            case _:
                yield re.escape(found["escaped"] or found["plain"])


def _set(found: re.Match[str]) -> str:
    """Translate `[a-z]` and its like; it never matches a slash, and a range that runs backwards matches its start only."""
    members = "".join(_members(MEMBER.findall(found["members"])))
    match bool(found["not"]), members:
        case False, "":
            return "(?!)"
        case True, "":
            return "[^/]"
        case negated, _:
            return f"(?!/)[{'^' * negated}{members}]"


def _members(parts: list[str]) -> Iterator[str]:
    at = 0
    while at < len(parts):
        part = parts[at]
        if part in CLASSES:
            yield CLASSES[part]
        elif parts[at + 1 : at + 2] == ["-"] and at + 2 < len(parts):
            low, high = part[-1], parts[at + 2][-1]
            yield f"{re.escape(low)}-{re.escape(high)}" if low <= high else re.escape(low)
            at += 2
        else:
            yield re.escape(part[-1])
        at += 1
