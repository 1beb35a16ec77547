"""What a framework must be able to do for confirm; one module each implements it (`tensorflow_backend` for TensorFlow and Keras)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

Tensor = Any
"""A tensor of whatever framework runs; the worker must not depend on any of them."""

Loss = Callable[[Tensor, Tensor], object]
"""Takes the labels and the logit leaf."""


class UnsupportedError(Exception):
    """The framework cannot do this; the text is the reason for the user."""


class NoTensorError(Exception):
    """What a function returned holds no floating-point tensor."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a run gave: all entries of the result, the sum of the means of its parts, and its gradient with respect to the logits."""

    entries: tuple[float, ...]
    total: float
    gradient: tuple[float, ...] | None


Fast = Callable[[Tensor, Tensor], tuple[Raw, Raw]]
"""Takes labels and logits; gives what the result and what the flagged operation came to."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A stable function of the framework's for this kind of loss, by the name that the report shows; "" marks the best one."""

    name: str
    loss: Loss
    best: bool = False


class Backend(Protocol):
    """A framework, at one dtype at a time."""

    label: str
    dtype: str

    def use(self, dtype: str) -> None:
        """Compute in this dtype from now on."""

    def rounded(self, value: float) -> float:
        """Return a number as the dtype holds it."""

    def importer(self) -> Callable[[str], ModuleType | None]:
        """Return what to import for the user's code in place of what is installed."""

    def renamed(self) -> Mapping[str, str]:
        """Return which old names were used and what they became."""

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of the dtype."""

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of 64-bit integers."""

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply "sigmoid", "softmax", "log-sigmoid" or "log-softmax" (along the last axis)."""

    def run(self, function: Loss, y: Tensor, z: Tensor) -> Raw:
        """Call `function` with labels and logits; take the gradient of its result with respect to the logits."""

    def compile(self, function: Callable[[Tensor, Tensor], tuple[object, object]], y: Tensor, z: Tensor) -> Fast | None:
        """Return a compiled version of a function that gives its result and the flagged operation's; None where there is none."""

    def counterparts(self, kind: str) -> tuple[Counterpart, ...]:
        """Return the framework's own functions for a "sigmoid" or "softmax" cross entropy."""


def load(framework: str) -> Backend:
    """Import a framework ("keras-torch": Keras on PyTorch) and return its backend; raises ImportError where it is not installed."""
    name = framework.removeprefix("keras-")
    module = importlib.import_module(f".{name}_backend", __package__)
    backend: Backend = module.load()
    return backend if name == framework else _with_keras(backend)


def _with_keras(backend: Backend) -> Backend:
    """Have Keras, which runs on the same framework, make its constants of the backend's dtype too."""
    keras = importlib.import_module("keras")
    use = backend.use

    def use_both(dtype: str) -> None:
        use(dtype)
        keras.config.set_floatx(dtype)

    backend.use = use_both  # type: ignore[method-assign]  # a method of this one object
    backend.label = f"{backend.label}, Keras {keras.__version__}"
    return backend
