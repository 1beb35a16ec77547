"""JAX, under `jit`: each operation by itself would be compiled too, for each dtype and shape, at 50 ms apiece."""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from .backend import Counterpart, Fast, Loss, NoTensorError, Raw, Tensor

Flat = Callable[[Tensor, Tensor], Tensor]


def load() -> Jax:
    """Import JAX for the CPU, running no operation."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    jax = importlib.import_module("jax")
    return Jax(jax, importlib.import_module("jax.numpy"), importlib.import_module("numpy"))


class Jax:
    """The backend; `use` must come first."""

    def __init__(self, jax: Any, jnp: Any, np: Any) -> None:  # noqa: ANN401  (modules that need not be installed where types are checked)
        self.jax = jax
        self.jnp = jnp
        self.np = np
        self.dtype = "float32"
        self.label = f"JAX {jax.__version__}"
        self.compiled: dict[Loss, tuple[Flat, Flat, list[int]]] = {}

    def use(self, dtype: str) -> None:
        """Compute in this dtype from now on; 64 bits are allowed only then, since they would become the default."""
        self.dtype = dtype
        self.compiled.clear()
        self.jax.config.update("jax_enable_x64", dtype == "float64")

    def rounded(self, value: float) -> float:
        """Return a number as the dtype holds it."""
        return float(self._array(value))

    def importer(self) -> Callable[[str], ModuleType | None]:
        """Change nothing about imports."""
        return lambda _: None

    def renamed(self) -> Mapping[str, str]:
        """Return nothing: no name is changed."""
        return {}

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array of the dtype."""
        return self.jax.device_put(self._array(values).reshape(shape))

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return an array of integers."""
        return self.jax.device_put(self.np.array(values, "int64" if self.dtype == "float64" else "int32").reshape(shape))

    def _array(self, values: object) -> Any:  # noqa: ANN401  (an array of NumPy's, whose operations need no compiler)
        return self.np.array(values, self.jnp.dtype(self.dtype))

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply an activation by JAX's own functions."""
        nn = self.jax.nn
        kinds = {"sigmoid": nn.sigmoid, "softmax": nn.softmax, "log-sigmoid": nn.log_sigmoid, "log-softmax": nn.log_softmax}
        return kinds[kind](leaf)

    def run(self, function: Loss, y: Tensor, z: Tensor) -> Raw:
        """Call `function` under `jit`, or as it is where that cannot trace it; take the gradient of its result by the logits."""
        if function not in self.compiled:
            flat, sizes = self._flat(function)
            self.compiled[function] = flat, self.jax.jit(flat), sizes
        flat, jitted, sizes = self.compiled[function]
        try:
            numbers = jitted(y, z)
        except self.jax.errors.JAXTypeError:
            numbers = flat(y, z)
        return _raw(iter(numbers.tolist()), sizes)

    def _flat(self, function: Loss) -> tuple[Flat, list[int]]:
        """Return a function of labels and logits that gives entries, total and gradient as one array, and fills in their numbers."""
        sizes: list[int] = []

        def reduced(z: Tensor, y: Tensor) -> tuple[Tensor, list[Tensor]]:
            parts = self._parts(function(y, z))
            return sum(part.mean() for part in parts), parts

        def flat(y: Tensor, z: Tensor) -> Tensor:
            (total, parts), gradient = self.jax.value_and_grad(reduced, has_aux=True)(z, y)
            sizes[:] = [sum(part.size for part in parts), 1, z.size]
            return self.jnp.concatenate([*(part.ravel().astype(z.dtype) for part in parts), total.ravel(), gradient.ravel()])

        return flat, sizes

    def _parts(self, result: object) -> list[Tensor]:
        leaves = [
            self.jnp.asarray(leaf) for leaf in self.jax.tree_util.tree_leaves(result) if isinstance(leaf, float) or hasattr(leaf, "dtype")
        ]
        found = [leaf for leaf in leaves if self.jnp.issubdtype(leaf.dtype, self.jnp.floating) and leaf.size]
        if not found:
            raise NoTensorError
        return found

    def compile(self, function: object, y: Tensor, z: Tensor) -> Fast | None:  # noqa: ARG002
        """Return None: what is run is compiled already."""
        return None

    def counterparts(self, kind: str) -> tuple[Counterpart, ...]:
        """Return optax's losses, or where it is not installed what they are made of."""
        nn = self.jax.nn
        if kind == "sigmoid":
            return (
                Counterpart(
                    "optax.sigmoid_binary_cross_entropy",
                    lambda y, z: -y * nn.log_sigmoid(z) - (1 - y) * nn.log_sigmoid(-z),
                    best=True,
                ),
            )
        return (Counterpart("optax.softmax_cross_entropy", lambda y, z: -(y * nn.log_softmax(z, -1)).sum(-1), best=True),)


def _raw(numbers: Iterator[float], sizes: Sequence[int]) -> Raw:
    entries, (total,), gradient = (tuple(itertools.islice(numbers, size)) for size in sizes)
    return Raw(entries, total, gradient)
