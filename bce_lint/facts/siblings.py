"""Finding the file that an import means, as far as it lies under the linted paths."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from bce_lint.facts.module import Module, Read
from bce_lint.facts.project import Project
from bce_lint.finding import Trouble
from bce_lint.source.read import read as read_file
from bce_lint.syntax.lean import lean
from bce_lint.syntax.segments import Segment, segments

MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
"""What lies in the top folder of a project."""


def project(folder: str) -> str:
    """Return the top of the project that `folder` is in: the nearest marked folder, else the one that holds its outermost package."""
    above = folder
    while not any(os.path.exists(os.path.join(above, mark)) for mark in MARKS):
        if os.path.dirname(above) == above:
            break
        above = os.path.dirname(above)
    else:
        return above
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return folder


@dataclass(slots=True)
class Siblings:
    """Opens imported files of the same project; each is cut once a run, one that cannot be read is as good as none.

    What was understood of them is kept for one judged file only: a tree's worth of definitions would cost more to hold than to read again.
    """

    roots: tuple[str, ...]
    read: Read
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _paths: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _parts: dict[str, tuple[Segment, ...]] = field(default_factory=dict)
    project: Project = field(default_factory=Project)

    def project_for_next(self) -> Project:
        """Return an empty project for the next file to be judged."""
        self.project.forget()
        self._modules.clear()
        self.project = Project(self.find)
        return self.project

    @classmethod
    def of(cls, paths: Iterable[str], read: Read) -> Siblings:
        """Return a finder for imports that stay under `paths` (for a file: in its project)."""
        files = dict.fromkeys(os.path.dirname(os.path.abspath(path)) for path in paths if not os.path.isdir(path))
        folders = [os.path.abspath(path) for path in paths if os.path.isdir(path)]
        return cls(tuple(dict.fromkeys([*folders, *(project(folder) for folder in files)])), read)

    def find(self, path: str, imported: str) -> Module | None:
        """Return the module that the file `path` means by `imported` ("..losses", "pkg.losses"), None if it is not one of ours."""
        folder = os.path.dirname(os.path.abspath(path))
        key = folder, imported
        if key not in self._paths:
            self._paths[key] = self._locate(folder, imported)
        found = self._paths[key]
        if found is None:
            return None
        if found not in self._modules:
            parts = self._cut(found)
            self._modules[found] = Module(found, parts, lambda part: self.read(lean(part, ())), self.project) if parts else None
        return self._modules[found]

    def _cut(self, path: str) -> tuple[Segment, ...]:
        if path not in self._parts:
            source = read_file(path)
            self._parts[path] = () if isinstance(source, Trouble) else segments(source)
        return self._parts[path]

    def _locate(self, folder: str, imported: str) -> str | None:
        name = imported.lstrip(".")
        up = len(imported) - len(name)
        if up:
            for _ in range(up - 1):
                folder = os.path.dirname(folder)
            return self._file(folder, name)
        while self._inside(folder):
            found = self._file(folder, name)
            if found is not None or os.path.dirname(folder) == folder:
                return found
            folder = os.path.dirname(folder)
        return None

    def _file(self, folder: str, name: str) -> str | None:
        """Return the file of the dotted `name` in `folder`: a module, or a package's __init__."""
        base = os.path.join(folder, *name.split(".")) if name else folder
        for candidate in (f"{base}.py", os.path.join(base, "__init__.py")):
            if self._inside(candidate) and os.path.isfile(candidate):
                return candidate
        return None

    def _inside(self, path: str) -> bool:
        return any(path == root or path.startswith(os.path.join(root, "")) for root in self.roots)
