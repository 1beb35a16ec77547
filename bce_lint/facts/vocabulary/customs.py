"""What frameworks are usually called and used for, where a file does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bce_lint.facts import vocabulary
from bce_lint.facts.expr import Expr, Sigmoid, Softmax

BACKENDS: Mapping[str, str] = {"K": "keras.backend", "backend": "keras.backend", "xp": "numpy"}
"""What a variable of unknown value is taken for when functions are called on it (`backend = kwargs["backend"]; backend.log(p)`)."""
SQUASHING: Mapping[str, Callable[[Expr], Expr]] = {"expit": Sigmoid, "sigmoid": Sigmoid, "softmax": lambda x: Softmax(x, "?")}
"""What a function that nobody can see is taken for, by its name."""
ENDING_LAYER = "keras.layers.Dense"
"""What an unread class with `activation="sigmoid"` is taken for: a layer that ends in it."""
WITHOUT_GRADIENT = frozenset({"numpy", "python"})
"""Frameworks that differentiate nothing."""
ITSELF = frozenset({"apply", "cpu", "cuda", "eval", "requires_grad_", "share_memory", "to", "train"})
"""Methods of PyTorch's modules that return the module."""
USUAL = "tensorflow"


def principal(imported: Sequence[str]) -> str:
    """Return the framework of a file that imports these modules: the first one that has gradients, else NumPy, else the usual one."""
    tables = [table.name for name in imported if (table := vocabulary.vocabulary(name)) is not None]
    return next((name for name in tables if name not in WITHOUT_GRADIENT), "numpy" if "numpy" in imported else USUAL)


CALLED: Mapping[str, str] = {
    "tensorflow": "tf",
    "keras.backend": "K",
    "keras": "keras",
    "torch.nn.functional": "F",
    "torch": "torch",
    "jax.numpy": "jnp",
    "jax": "jax",
    "numpy": "np",
}
"""Customary names of what spellings begin with, what is more special first."""

SAME: Mapping[str, str] = {
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tf_keras": "keras",
    "keras.api": "keras",
    "keras.src": "keras",
    "keras.backend.tensorflow_backend": "keras.backend",
    "autograd.numpy": "numpy",
}
"""Packages that hold the same functions under the same names."""

SPELLED = r"\b(?:tensorflow|keras|torch|jax|numpy)(?:\.\w+)+"
"""What is a framework's name in a spelling."""

INSTEAD: Mapping[str, tuple[str, tuple[str, ...]]] = {"keras": ("keras.ops", ("keras.backend", "tensorflow"))}
"""What a framework's spellings need, and what to write in where a file has none of it: Keras 2 has no `keras.ops`."""

FROM_LOGITS: Mapping[str, str] = {
    "torch.nn.functional.binary_cross_entropy": "binary_cross_entropy_with_logits",
    **{
        f"keras.{package}.{name}": "from_logits"
        for package in ("backend", "losses", "ops")
        for name in ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
    },
    **{f"keras.losses.{name}Crossentropy": "from_logits" for name in ("Binary", "Categorical", "SparseCategorical")},
}
"""What makes a loss of probabilities one of logits: another name in the same place, or a keyword."""

EARLY_COSH = frozenset({"torch"})
"""Whose cosh, being vectorised, overflows where exp does: at 88.72 in float32, where the others' ends at 89.42."""


def remembers_logits(loss: str, probability: str | None, imported: Sequence[str]) -> bool:
    """Tell whether a loss finds the logits behind its own sigmoid or softmax again, as Keras 3 does on TensorFlow."""
    other_backend = "tensorflow" not in imported and any(name in imported for name in ("torch", "jax"))
    return loss == "keras" and probability in {None, "keras"} and not other_backend
