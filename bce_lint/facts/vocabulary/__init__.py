"""What each framework's names mean: tables, each loaded when one of its names is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module

from bce_lint.facts.expr import Const, Expr, Layer, Reference
from bce_lint.facts.vocabulary.row import Row, Vocabulary

Found = tuple[Vocabulary, Row]

VOCABULARIES: Mapping[str, str] = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "keras.backend": "backend",
    "keras.layers": "keras_models",
    "keras.losses": "keras_models",
    "keras.models": "keras_models",
    "keras.Model": "keras_models",
    "keras.Sequential": "keras_models",
    "torch": "torch",
    "torch.distributions": "torch_distributions",
    "torch.nn": "torch_nn",
    "jax": "jax",
    "optax": "jax",
    "numpy": "numpy",
    "scipy": "numpy",
    "math": "python",
    "python": "python",
    "builtins": "builtin",
    "sys": "python",
    "tensorflow_probability": "tfp",
}
"""Where a canonical name is looked up: the longest of these prefixes names the module of this package that holds its table."""

DISTRIBUTIONS = (
    *("bernoulli", "categorical", "independent", "kl", "laplace", "normal", "one_hot_categorical", "relaxed_bernoulli"),
    *("relaxed_categorical", "uniform"),
)
"""Where in `torch.distributions` its classes are."""

PREFIXES: Mapping[str, str] = {
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.math": "tensorflow",
    "tensorflow.nn": "tensorflow",
    "tensorflow.linalg": "tensorflow",
    "tensorflow.python.framework.constant_op": "tensorflow",
    "tensorflow.python.framework.ops": "tensorflow",
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.python.ops.array_ops": "tensorflow",
    "tensorflow.python.ops.clip_ops": "tensorflow",
    "tensorflow.python.ops.gen_math_ops": "tensorflow",
    "tensorflow.python.ops.linalg_ops": "tensorflow",
    "tensorflow.python.ops.losses.losses": "tensorflow.losses",
    "tensorflow.python.ops.math_ops": "tensorflow",
    "tensorflow.python.ops.nn": "tensorflow",
    "tensorflow.python.ops.nn_impl": "tensorflow",
    "tensorflow.python.ops.nn_ops": "tensorflow",
    "tensorflow.contrib.distributions": "tensorflow_probability.distributions",
    "tensorflow.contrib.keras": "tensorflow.keras",
    "tensorflow.contrib.slim": "tensorflow.contrib.layers",
    "tensorflow.distributions": "tensorflow_probability.distributions",
    "tensorflow.keras": "keras",
    "tf_keras": "keras",
    "tf_slim": "tensorflow.contrib.layers",
    "keras_core": "keras",
    "keras.api": "keras",
    "keras.src": "keras",
    "keras.python": "keras",
    "keras.backend.tensorflow_backend": "keras.backend",
    "keras.layers.advanced_activations": "keras.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.core": "keras.layers",
    "keras.engine.sequential": "keras.models",
    "keras.engine.training": "keras.models",
    "keras.metrics": "keras.losses",
    "keras.objectives": "keras.losses",
    "keras.ops.numpy": "keras.ops",
    "keras.ops.nn": "keras.ops",
    "tensorflow_probability.python.distributions": "tensorflow_probability.distributions",
    **{f"torch.distributions.{module}": "torch.distributions" for module in DISTRIBUTIONS},
    "torch.cuda.FloatTensor": "torch.FloatTensor",
    "torch.functional": "torch",
    "torch.nn.modules": "torch.nn",
    "torch.nn.modules.activation": "torch.nn",
    "torch.nn.modules.loss": "torch.nn",
    "jax.scipy.special.logsumexp": "jax.nn.logsumexp",
    "flax.linen": "jax.nn",
    "flax.nnx": "jax.nn",
    "optax.losses": "optax",
    "optax._src.loss": "optax",
    "optax.losses._classification": "optax",
    "optax.losses._regression": "optax",
    "cupy": "numpy",
    "autograd.numpy": "numpy",
    "autograd.scipy": "scipy",
    "scipy.misc.logsumexp": "scipy.special.logsumexp",
}
"""Other places of the same functions. `tf.math`, `tf.nn` and `tf.linalg` share no name with different meanings, so all are keyed "tensorflow.log"."""

CUSTOMARY: Mapping[str, str] = {
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "K": "keras.backend",
    "torch": "torch",
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "jax": "jax",
    "jnp": "jax.numpy",
    "lax": "jax.lax",
    "optax": "optax",
    "np": "numpy",
    "numpy": "numpy",
    "scipy": "scipy",
    "math": "math",
    "slim": "tensorflow.contrib.layers",
    "tfp": "tensorflow_probability",
    "tfd": "tensorflow_probability.distributions",
}
"""What a name is taken for when nothing in the file binds it.

`nn` is torch.nn: its names are classes in CamelCase, which the functions of the other modules called `nn` are not.
`ops` (keras.ops, torch.ops, several TensorFlow modules) and `T` are anybody's guess and stay unbound.
"""

METHODS: tuple[str, ...] = ("torch", "jax", "numpy")
"""The frameworks whose tensors have methods; PyTorch first, which also takes `axis` where the others do."""

ROOTS: Mapping[str, str] = {
    "torchvision": "torch",
    "pytorch_lightning": "torch",
    "lightning": "torch",
    "flax": "jax",
    "scipy": "numpy",
    "optax": "jax",
}
"""Modules that are hardly imported without the framework that they build on."""


KEPT = 4096
"""How many names' meanings are remembered: code asks for the same ones over and over."""


@lru_cache(maxsize=KEPT)
def canonical(qualified: str) -> str:
    """Return the one name under which tables know `qualified`."""
    while True:
        longest = _prefix(qualified, PREFIXES)
        if longest is None:
            return qualified
        qualified = PREFIXES[longest] + qualified[len(longest) :]


def _prefix(qualified: str, table: Mapping[str, str]) -> str | None:
    """Return the longest dotted prefix of `qualified` in `table`."""
    end = len(qualified)
    while end > 0:
        if qualified[:end] in table:
            return qualified[:end]
        end = qualified.rfind(".", 0, end)
    return None


@cache
def load(module: str) -> Vocabulary:
    """Return the table in the module of this package with this name."""
    table: Vocabulary = import_module(f"{__name__}.{module}").VOCABULARY
    return table


@lru_cache(maxsize=KEPT)
def vocabulary(name: str) -> Vocabulary | None:
    """Return the vocabulary in which names like `name` are found: a framework or something in it."""
    prefix = _prefix(canonical(name), VOCABULARIES)
    return load(VOCABULARIES[prefix]) if prefix else None


@lru_cache(maxsize=KEPT)
def function(qualified: str) -> Found | None:
    """Return what the function or class `qualified` means."""
    name = canonical(qualified)
    table = vocabulary(name)
    if table is None:
        return None
    row = table.functions.get(name)
    if row is None and name.startswith("tensorflow.losses."):
        return function(name.replace("tensorflow", "keras", 1))
    if row is None and name.endswith("_") and table.name == "torch":
        row = table.functions.get(name[:-1])
    return (table, row) if row else None


def method(name: str, frameworks: Iterable[str]) -> Found | None:
    """Return what the tensor method `name` means (".T": the attribute) in a file that imports `frameworks`; in-place forms mean the same."""
    imported = {ROOTS.get(framework, framework) for framework in frameworks}
    for framework in METHODS:
        if framework in imported:
            table = load(framework)
            row = table.methods.get(name)
            if row is None and framework == "torch" and name.endswith("_"):
                row = table.methods.get(name[:-1])
            if row is not None:
                return table, row
    return None


def constant(qualified: str) -> Expr | None:
    """Return the number that `qualified` is."""
    name = canonical(qualified)
    table = vocabulary(name)
    value = table.constants.get(name) if table else None
    return None if value is None else Const(value)


def customary(name: str) -> Reference | None:
    """Return what `name` is taken for when nothing in the file binds it."""
    if name in CUSTOMARY:
        return Reference(CUSTOMARY[name])
    return Reference(f"builtins.{name}") if f"builtins.{name}" in load("builtin").functions else None


def apply_layer(layer: Layer, args: Sequence[tuple[str | None, Expr]], key: str) -> Expr | None:
    """Return what calling `layer` gives, `args` being keyword (None: positional) and value; None if it cannot be read."""
    from bce_lint.facts.vocabulary.layers import apply

    return apply(layer, args, key)
