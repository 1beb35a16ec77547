"""What frameworks are called in one file: a qualified name -> how to write it there, and the import that this takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bce_lint.facts.expr import Expr, Reference
from bce_lint.facts.vocabulary.customs import CALLED, SAME

if TYPE_CHECKING:
    from bce_lint.facts.module import Module

IMPORT = re.compile(r"^(?:import|from)[ \t]+([\w.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Aliases:
    """`bound` are the names of modules and functions, `taken` those of anything else; `roots` is what the file imports."""

    bound: Mapping[str, str]
    taken: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()

    @classmethod
    def at(cls, module: Module, names: Mapping[str, Expr]) -> Aliases:
        """Return the aliases at a place where `names` are visible besides those of the module."""
        visible: dict[str, Expr | None] = {}
        for segment in module.segments:
            imports = segment.kind == "import" or IMPORT.search(segment.text.replace("    ", "")) is not None
            visible |= {name: module.bound(name) if imports and segment.kind in {"import", "code"} else None for name in segment.binds}
        visible |= names
        bound = {name: value.name for name, value in visible.items() if isinstance(value, Reference)}
        return cls(bound, frozenset(visible.keys() - bound.keys()), frozenset(module.frameworks))

    def imports(self, package: str) -> bool:
        """Tell whether something in `package` has a name here."""
        return any(real(name) == package or real(name).startswith(package + ".") for name in self.bound.values())

    def shorten(self, qualified: str) -> tuple[str, str | None] | None:
        """Return how to write `qualified` here, and the import that is missing for it; None if there is no way."""
        spelled = [
            name + qualified[len(prefix) :] for name, meant in self.bound.items() for prefix in prefixes(qualified) if real(meant) == prefix
        ]
        return (min(spelled, key=len), None) if spelled else self._customary(qualified)

    def _customary(self, qualified: str) -> tuple[str, str | None] | None:
        """Take the customary name, and import it, unless the file is a mere piece of one that imports nothing of the framework."""
        piece = prefixes(qualified)[-1] not in {real(root) for root in self.roots}
        for package, short in CALLED.items():
            if qualified.startswith(package + ".") and short not in self.taken and short not in self.bound:
                statement = f"import {package}" if short == package else f"import {package} as {short}"
                return short + qualified[len(package) :], None if piece else statement
        return None


def prefixes(qualified: str) -> list[str]:
    """Return `qualified` and the packages that it lies in."""
    parts = qualified.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def real(qualified: str) -> str:
    """Return `qualified` in the package that tables know it by."""
    for package in prefixes(qualified):
        if package in SAME:
            return real(SAME[package] + qualified[len(package) :])
    return qualified


def place_for(statement: str, module: Module) -> int | None:
    """Return the character before which to write an import: the file's first import of the same framework at module level."""
    found = IMPORT.match(statement)
    assert found is not None
    root = found[1].split(".")[0]
    for segment in module.segments:
        for other in IMPORT.finditer(segment.text) if segment.kind == "import" else ():
            if other[1].split(".")[0] == root:
                return segment.start + other.start()
    return None
