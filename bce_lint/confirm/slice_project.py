"""Which imports of a file are files of the same project, and where they lie."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
FRAMEWORKS = {"tensorflow", "keras", "tf_keras", "torch", "torchvision", "numpy", "scipy", "jax", "optax", "flax"}
LARGEST = 2**20


def root(path: Path) -> Path:
    """Return the project's folder: the nearest one above that looks like it, else the file's own."""
    marked = (folder for folder in path.parents if any((folder / mark).exists() for mark in ROOT_MARKS))
    return next(marked, path.parent)


def wanted(node: ast.AST) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield level, module and names of every import in a statement, in the functions that it defines too."""
    for inner in ast.walk(node):
        match inner:
            case ast.Import(names):
                yield from ((0, alias.name, ()) for alias in names)
            case ast.ImportFrom():
                yield inner.level, inner.module or "", tuple(alias.name for alias in inner.names)


def find(importer: Path, level: int, module: str, top: Path) -> Path | None:
    """Return the file or package folder that an import in `importer` (a file, or a package's folder) names, within the project."""
    folders = [importer, *importer.parents] if importer.is_dir() else [*importer.parents]
    if level:
        return below(folders[level - 1], module) if level <= len(folders) else None
    first = module.partition(".")[0]
    if first in sys.stdlib_module_names or first in FRAMEWORKS:
        return None
    inside = folders[: folders.index(top) + 1] if top in folders else folders[:1]
    places = [found for folder in inside if (found := below(folder, module)) is not None]
    return next((place for place in places if place.is_file() or (place / "__init__.py").is_file()), next(iter(places), None))


def below(folder: Path, module: str) -> Path | None:
    """Return the file of a dotted module name below a folder, or the folder of a package."""
    place = folder.joinpath(*module.split(".")) if module else folder
    file = place.with_name(place.name + ".py")
    if module and file.is_file():
        return file
    return place if place.is_dir() else None


def text(place: Path) -> str:
    """Return the source of a module, of a package that of its `__init__.py`; "" if there is none to be read."""
    file = place / "__init__.py" if place.is_dir() else place
    try:
        return file.read_bytes()[:LARGEST].decode("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return ""
