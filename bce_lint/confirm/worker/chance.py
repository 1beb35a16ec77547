"""Random numbers that are the same in every call and every run: weights that the user's code draws, dropout, noise."""

from __future__ import annotations

import random
import sys

SEEDERS = {"numpy": ("random", "seed"), "torch": ("manual_seed",), "tensorflow": ("random", "set_seed")}
"""What seeds each framework's generator, by attributes of its module."""


COSTLY = frozenset({"tensorflow"})
"""Seeding these makes them forget their kernels: each operation is then prepared again, at 0.3 ms apiece."""


def reseed(*, without: frozenset[str] = frozenset()) -> None:
    """Let every generator of what is imported begin anew, but those of the frameworks `without` which it is done."""
    random.seed(0)
    for name, path in SEEDERS.items():
        found: object = sys.modules.get(name) if name not in without else None
        for attribute in path if found is not None else ():
            found = getattr(found, attribute)
        if callable(found):
            found(0)
