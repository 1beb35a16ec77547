"""Which names a stretch of module-level code binds, by regular expressions: perhaps too many, hardly ever too few."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d]\w*")
BINDERS = tuple(
    (sign, re.compile(pattern, re.MULTILINE))
    for sign, pattern in (
        ("=", r"(?:^|[;:])[ \t]*([\w., \t*()\[\]]++)=(?!=)"),  # a = ...; a, (b, c) = ...; if x: a = ...
        ("=", r"^[ \t]*([(\[][\w.,\s*()\[\]]{1,2000}+)=(?!=)"),  # the same over several rows
        ("=", r"=[ \t]*([\w., \t*()\[\]]++)(?==(?!=))"),  # the b of a = b = ...
        (":", r"(?:^|;)[ \t]*(\w++)[ \t]*:"),  # a: int = ...
        ("=", r"(?:^|[;:])[ \t]*(\w++)[ \t]*(?:[-+%@&|^]|//?|\*\*?|<<|>>)="),
        (":=", r"(\w++)[ \t]*:="),
        ("for ", r"\bfor\b([\w.,\s*()\[\]]{1,300}?)\bin\b"),
        (" as", r"\bas\b\s*(\([^)]{0,500}|\w++)"),
        ("def ", r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)"),
        ("class ", r"^[ \t]*class[ \t]+(\w+)"),
        ("case ", r"^[ \t]*case\b([^\n]+):"),
        ("global ", r"\bglobal[ \t]+([\w, \t]++)"),
    )
)
"""Patterns that catch what binds, each with a sign without which it cannot match."""
GLOBAL = re.compile(r"\bglobal[ \t]+([\w, \t]++)")
IMPORT = re.compile(r"(?:^|[;:])[ \t]*import\b((?:\\\r?\n|[^\n;#])++)", re.MULTILINE)
FROM = re.compile(r"(?:^|[;:])[ \t]*from\b[.\w \t\\\r\n]{1,300}?\bimport\b[\s\\]*(\([^)]*|\*|(?:\\\r?\n|[^\n;#])++)", re.MULTILINE)
COMMENT = re.compile(r"#[^\n]*")
KEYWORDS = frozenset(
    ("and", "as", "async", "await", "else", "finally", "for", "if", "in", "is", "lambda", "not", "or", "print", "try", "with")
)


def binds(code: str) -> tuple[str, ...]:
    """Name what `code` binds, in order of the alphabet; `*` for a star import."""
    names = {name for sign, binder in BINDERS if sign in code for found in binder.finditer(code) for name in WORD.findall(found[1])}
    return tuple(sorted((names | imports(code)) - KEYWORDS))


def imports(code: str) -> set[str]:
    """Name what the import statements in `code` bind."""
    if "import" not in code:
        return set()
    names = {_bound(item).partition(".")[0] for found in IMPORT.finditer(code) for item in found[1].split(",")}
    names |= {_bound(item) for found in FROM.finditer(code) for item in COMMENT.sub("", found[1]).strip("()").split(",")}
    return names - {""}


def exports(code: str) -> set[str]:
    """Name what functions in `code` bind outside of themselves."""
    return {name for found in GLOBAL.finditer(code) for name in WORD.findall(found[1])} if "global " in code else set()


def _bound(item: str) -> str:
    """Give the bound name of `name` or `name as other`."""
    words = item.replace("\\", " ").split()
    return words[-1] if words else ""
