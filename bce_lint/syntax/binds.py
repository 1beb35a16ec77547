"""Which names a stretch of module-level code binds, by regular expressions: perhaps too many, never too few."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d]\w*")
ASSIGNED = re.compile(r"(?:^|[;:(,])[ \t]*([\w \t,*()\[\].]+)(?::[^=\n]*)?(?:=(?!=)|:=)", re.MULTILINE)
CHAINED = re.compile(r"=[ \t]*([^\W\d][\w \t,]*)(?==(?!=))")
AUGMENTED = re.compile(r"^[ \t]*([^\W\d]\w*)[ \t]*(?:[-+*/%@&|^]|//|\*\*|<<|>>)=", re.MULTILINE)
LOOPED = re.compile(r"\bfor\b([^\n]+?)\bin\b")
NAMED = re.compile(r"\bas\b[ \t]*(\([^)]*\)|[^\W\d]\w*)")
DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
IMPORTED = re.compile(r"(?:^|[;:])[ \t]*import\b([^\n;#]+(?:\\\r?\n[^\n;#]+)*)", re.MULTILINE)
FROM = re.compile(r"(?:^|[;:])[ \t]*from\b[\s\\]*[.\w \t]*?[\s\\]*\bimport\b[\s\\]*(\([^)]*\)|\*|(?:\\\r?\n|[^\n;#])+)", re.MULTILINE)
COMMENT = re.compile(r"#[^\n]*")
CASE = re.compile(r"^[ \t]*case\b([^\n]+):", re.MULTILINE)
KEYWORDS = frozenset("and as async await def else for from if import in is lambda not or with".split())


def binds(code: str) -> tuple[str, ...]:
    """Name what `code` binds, in order of the alphabet; `*` for a star import."""
    names: set[str] = set()
    for pattern in (ASSIGNED, CHAINED, AUGMENTED, LOOPED, NAMED, DEFINED, CASE):
        for found in pattern.finditer(code):
            names.update(WORD.findall(found[1]))
    if "import" in code:
        names |= _imported(code)
    return tuple(sorted(names - KEYWORDS))


def _imported(code: str) -> set[str]:
    names: set[str] = set()
    for found in IMPORTED.finditer(code):
        names.update(_bound(item).partition(".")[0] for item in found[1].split(","))
    for found in FROM.finditer(code):
        listed = COMMENT.sub("", found[1]).strip("()")
        names.update(_bound(item) for item in listed.split(","))
    return names - {""}


def _bound(item: str) -> str:
    """Give the bound name of `name` or `name as other`."""
    words = item.replace("\\", " ").split()
    return words[-1] if words else ""
