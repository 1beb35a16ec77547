"""The frameworks as they are installed: where a canonical name really lives, and arrays as each of them wants them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from bce_lint.facts.vocabulary import VOCABULARIES, load
from bce_lint.facts.vocabulary.row import Row
from tests.vocabulary_samples import Value

FRAMEWORKS = {
    "tensorflow": "tensorflow",
    "backend": "tensorflow",
    "keras": "keras",
    "keras_models": "keras",
    "torch": "torch",
    "torch_nn": "torch",
    "jax": "jax",
    "numpy": "scipy",
    "python": "math",
    "builtin": "math",
}
"""What must be importable to check a table."""

TF_PLACES = ("", "math.", "nn.", "linalg.", "compat.v1.", "compat.v1.math.", "compat.v1.nn.")


@dataclass(frozen=True)
class Place:
    """A real function: where it is, what it is, and whether it is a method."""

    name: str
    function: Callable[..., Value]

    def parameters(self) -> Sequence[inspect.Parameter] | None:
        """Return its parameters, None if it does not tell."""
        try:
            found = list(inspect.signature(self.function).parameters.values())
        except (ValueError, TypeError):
            return None
        return None if any(p.name in {"args", "kwargs"} and p.kind is p.VAR_POSITIONAL for p in found) else found


OF_OBJECTS = frozenset({"torch_distributions", "tfp"})
"""Tables of classes, whose methods need an object: `test_vocabulary_distributions.py` makes some."""


def tables() -> Sequence[str]:
    """Return the modules that hold tables of functions."""
    return tuple(table for table in dict.fromkeys(VOCABULARIES.values()) if table not in OF_OBJECTS)


def rows(table: str) -> Iterator[tuple[str, Row]]:
    """Yield the functions of a table."""
    yield from load(table).functions.items()


def require(table: str) -> None:
    """Skip unless the framework of a table is installed."""
    pytest.importorskip(FRAMEWORKS[table], reason=f"{FRAMEWORKS[table]} is not installed")


@cache
def places(name: str) -> tuple[Place, ...]:
    """Return the functions that the canonical `name` stands for in the installed versions."""
    root, _, rest = name.partition(".")
    match root:
        case "tensorflow":
            spellings = [f"tensorflow.{place}{rest}" for place in TF_PLACES]
        case "keras" if rest.startswith("backend."):
            spellings = [f"tensorflow.keras.{rest}"]
        case "keras":
            spellings = [name, f"keras._legacy.{rest}", f"tensorflow.keras.{rest}"]
        case "optax":
            spellings = [name, f"optax.losses.{rest}"]
        case _:
            spellings = [name]
    found: dict[int, Place] = {}
    for spelling in spellings:
        function = resolve(spelling)
        if function is not None:
            found.setdefault(id(function), Place(spelling, function))
    return tuple(found.values())


def resolve(dotted: str) -> Value:
    """Return what a dotted name is, None if there is no such thing."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            thing: Value = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            thing = getattr(thing, part, None)
        return thing
    return None


def real(framework: str, sample: Value) -> Value:
    """Return a sample as `framework` wants it."""
    match sample:
        case np.ndarray():
            return array(framework, sample)
        case list() if any(isinstance(item, np.ndarray) for item in sample):
            return [real(framework, item) for item in sample]
        case _:
            return sample


def array(framework: str, sample: np.ndarray[Any, Any]) -> Value:
    """Return a NumPy array as a tensor of `framework`, floating point numbers in single precision."""
    if sample.dtype == np.float64 and framework != "numpy":
        sample = sample.astype(np.float32)
    match framework:
        case "tensorflow" | "keras":
            import tensorflow as tf

            return tf.constant(sample)
        case "torch":
            import torch

            return torch.from_numpy(sample.copy())
        case "jax" | "optax":
            import jax.numpy as jnp

            return jnp.asarray(sample)
        case "math" | "builtins":
            return float(sample.flat[0])
        case _:
            return sample


def plain(result: Value) -> Value:
    """Return a result of a framework as NumPy arrays, several as a tuple."""
    if isinstance(result, (tuple, list)):
        return tuple(plain(part) for part in result)
    if hasattr(result, "detach"):
        return (result.float() if str(result.dtype) == "torch.bfloat16" else result).detach().numpy()
    return np.asarray(result)
