"""What frameworks are usually called and used for, where a file does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bce_lint.facts import vocabulary

BACKENDS: Mapping[str, str] = {"K": "keras.backend", "backend": "keras.backend", "xp": "numpy"}
"""What a variable of unknown value is taken for when functions are called on it (`backend = kwargs["backend"]; backend.log(p)`)."""
ENDING_LAYER = "keras.layers.Dense"
"""What an unread class with `activation="sigmoid"` is taken for: a layer that ends in it."""
WITHOUT_GRADIENT = frozenset({"numpy", "python"})
"""Frameworks that differentiate nothing."""
USUAL = "tensorflow"


def principal(imported: Sequence[str]) -> str:
    """Return the framework of a file that imports these modules: the first one that has gradients, else NumPy, else the usual one."""
    tables = [table.name for name in imported if (table := vocabulary.vocabulary(name)) is not None]
    return next((name for name in tables if name not in WITHOUT_GRADIENT), "numpy" if "numpy" in imported else USUAL)
