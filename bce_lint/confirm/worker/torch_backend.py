"""PyTorch: eager, with autograd, on one thread."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from .backend import Counterpart, Fast, Loss, NoTensorError, Raw, Tensor


def load() -> Torch:
    """Import PyTorch, running no operation."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return Torch(torch)


class Torch:
    """The backend; `use` must come first."""

    def __init__(self, torch: Any) -> None:  # noqa: ANN401  (a module that need not be installed where types are checked)
        self.torch = torch
        self.dtype = "float32"
        self.label = f"PyTorch {torch.__version__.partition('+')[0]}"

    def use(self, dtype: str) -> None:
        """Compute in this dtype from now on, and make new tensors of it."""
        self.dtype = dtype
        self.torch.set_default_dtype(getattr(self.torch, dtype))

    def rounded(self, value: float) -> float:
        """Return a number as the dtype holds it."""
        return float(self.torch.tensor(value, dtype=getattr(self.torch, self.dtype)))

    def importer(self) -> Callable[[str], ModuleType | None]:
        """Change nothing about imports."""
        return lambda _: None

    def renamed(self) -> Mapping[str, str]:
        """Return nothing: no name is changed."""
        return {}

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of the dtype."""
        return self.torch.tensor(list(values), dtype=getattr(self.torch, self.dtype)).reshape(shape)

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of 64-bit integers."""
        return self.torch.tensor([int(value) for value in values]).reshape(shape)

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply an activation by PyTorch's own kernel."""
        functional = self.torch.nn.functional
        if kind == "sigmoid":
            return self.torch.sigmoid(leaf)
        if kind == "log-sigmoid":
            return functional.logsigmoid(leaf)
        return functional.softmax(leaf, -1) if kind == "softmax" else functional.log_softmax(leaf, -1)

    def run(self, function: Loss, y: Tensor, z: Tensor) -> Raw:
        """Call `function` with labels and logits; take the gradient of its result with respect to the logits."""
        parts = list(self._parts(function(y, z.requires_grad_())))
        if not parts:
            raise NoTensorError
        total = sum(part.mean() for part in parts)
        gradient = None
        if total.requires_grad:
            (found,) = self.torch.autograd.grad(total, z, allow_unused=True)
            gradient = None if found is None else tuple(found.double().flatten().tolist())
        return Raw(tuple(entry for part in parts for entry in part.detach().double().flatten().tolist()), float(total.detach()), gradient)

    def _parts(self, result: object) -> Iterator[Tensor]:
        if isinstance(result, tuple | list | dict):
            for item in result.values() if isinstance(result, dict) else result:
                yield from self._parts(item)
        elif isinstance(result, float):
            yield self.leaf([result], ())
        elif isinstance(result, self.torch.Tensor) and result.dtype.is_floating_point and result.numel():
            yield result

    def compile(self, function: object, y: Tensor, z: Tensor) -> Fast | None:  # noqa: ARG002
        """Return None: an eager call takes a tenth of a millisecond."""
        return None

    def counterparts(self, kind: str) -> tuple[Counterpart, ...]:
        """Return PyTorch's loss of logits, and for the sigmoid that of probabilities."""
        functional = self.torch.nn.functional
        if kind == "sigmoid":
            return (
                Counterpart(
                    "F.binary_cross_entropy_with_logits",
                    lambda y, z: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
                    best=True,
                ),
                Counterpart(
                    "PyTorch on probabilities",
                    lambda y, z: functional.binary_cross_entropy(self.torch.sigmoid(z), y, reduction="none"),
                ),
            )
        return (Counterpart("F.cross_entropy", lambda y, z: -(y * functional.log_softmax(z, -1)).sum(-1), best=True),)
