"""Python's own floats, as `math` takes them: an operation without a finite result raises an error."""

from __future__ import annotations

import importlib
import platform
from collections.abc import Sequence
from typing import Any

from .backend import Tensor
from .numpy_backend import NumPy


def load() -> Python:
    """Import NumPy, for what is no single number."""
    return Python(importlib.import_module("numpy"))


class Python(NumPy):
    """NumPy's backend, but for single numbers."""

    def __init__(self, numpy: Any) -> None:  # noqa: ANN401  (the module, which the linter itself must not import)
        super().__init__(numpy)
        self.label = f"Python {platform.python_version()}"

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array, or a float."""
        return super().leaf(values, shape) if shape else float(values[0])

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array of 64-bit integers, or an integer."""
        return super().whole(values, shape) if shape else int(values[0])

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply an activation as NumPy's backend does, to a float too."""
        squashed = super().squash(self.np.asarray(leaf), kind)
        return float(squashed) if isinstance(leaf, float) else squashed
