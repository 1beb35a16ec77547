"""NumPy and SciPy: values only, since there is nothing to differentiate with."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from .backend import Counterpart, Fast, Loss, NoTensorError, Raw, Tensor, UnsupportedError


def load() -> NumPy:
    """Import NumPy."""
    return NumPy(importlib.import_module("numpy"))


class NumPy:
    """The backend; `use` must come first."""

    def __init__(self, numpy: Any) -> None:  # noqa: ANN401  (the module, which the linter itself must not import)
        self.np = numpy
        self.dtype = "float64"
        self.label = f"NumPy {numpy.__version__}"

    def use(self, dtype: str) -> None:
        """Compute in this dtype from now on."""
        if dtype == "bfloat16":
            raise UnsupportedError("NumPy has no bfloat16")
        self.dtype = dtype
        self.np.seterr(all="ignore")

    def rounded(self, value: float) -> float:
        """Return a number as the dtype holds it."""
        return float(self.np.dtype(self.dtype).type(value))

    def importer(self) -> Callable[[str], ModuleType | None]:
        """Change nothing about imports."""
        return lambda _: None

    def renamed(self) -> Mapping[str, str]:
        """Return nothing: no name is changed."""
        return {}

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array of the dtype."""
        return self.np.array(values, self.dtype).reshape(shape)

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array of 64-bit integers."""
        return self.np.array(values, "int64").reshape(shape)

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply an activation in a form that neither overflows nor loses digits by itself."""
        np = self.np
        if "softmax" in kind:
            log = leaf - leaf.max(-1, keepdims=True)
            log = log - np.log(np.exp(log).sum(-1, keepdims=True))
            return log if kind == "log-softmax" else np.exp(log)
        log = -np.logaddexp(leaf * 0, -leaf)
        small = np.exp(-np.abs(leaf))
        return log if kind == "log-sigmoid" else np.where(leaf >= 0, 1 / (1 + small), small / (1 + small))

    def run(self, function: Loss, y: Tensor, z: Tensor) -> Raw:
        """Call `function` with labels and logits."""
        parts = list(self._parts(function(y, z)))
        if not parts:
            raise NoTensorError
        entries = tuple(float(entry) for part in parts for entry in part.ravel())
        return Raw(entries, math.fsum(float(part.mean()) for part in parts) if all(map(math.isfinite, entries)) else sum(entries), None)

    def _parts(self, result: object) -> Iterator[Tensor]:
        if isinstance(result, tuple | list | dict):
            for item in result.values() if isinstance(result, dict) else result:
                yield from self._parts(item)
        elif isinstance(result, float) or hasattr(result, "__array__"):
            array = self.np.asarray(result)
            if array.dtype.kind == "f" and array.size:
                yield array

    def compile(self, function: object, y: Tensor, z: Tensor) -> Fast | None:  # noqa: ARG002
        """Return None: there is no compiler, nor any need."""
        return None

    def counterparts(self, kind: str) -> tuple[Counterpart, ...]:
        """Return the stable forms that NumPy's own functions give."""
        np = self.np
        if kind == "sigmoid":
            return (Counterpart("by np.logaddexp", lambda y, z: y * np.logaddexp(0 * z, -z) + (1 - y) * np.logaddexp(0 * z, z), best=True),)
        return (Counterpart("by log-softmax", lambda y, z: -(y * self.squash(z, "log-softmax")).sum(-1), best=True),)
