"""TensorFlow 1, Keras 1 and Keras 2 names for the user's code on today's TensorFlow and Keras; what it imports passes through here.

The installed modules stay as they are: `lazy.Builtins.bring` hands out these look-alikes instead. A look-up takes, in this order,
a name of the tables below, what is installed, `tf.math`, and `tf.compat.v1`. A function whose arguments were renamed goes to
`tf.compat.v1` only when it is called with an old one.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

FRAMEWORKS = ("tensorflow", "keras")

NOTHING = "lambda *args, **kwargs: None"

NAMES = {
    # before TensorFlow 1.0
    "tensorflow.mul": "tensorflow.math.multiply",
    "tensorflow.sub": "tensorflow.math.subtract",
    "tensorflow.neg": "tensorflow.math.negative",
    "tensorflow.inv": "tensorflow.math.reciprocal",
    "tensorflow.pack": "tensorflow.stack",
    "tensorflow.unpack": "tensorflow.unstack",
    "tensorflow.select": "tensorflow.where",
    "tensorflow.concat_v2": "tensorflow.concat",
    "tensorflow.batch_matmul": "tensorflow.matmul",
    # what eager execution makes superfluous, and would break the worker
    "tensorflow.disable_v2_behavior": NOTHING,
    "tensorflow.disable_eager_execution": NOTHING,
    "tensorflow.enable_eager_execution": NOTHING,
    "tensorflow.enable_v2_behavior": NOTHING,
    "tensorflow.enable_resource_variables": NOTHING,
    "tensorflow.reset_default_graph": NOTHING,
    "tensorflow.compat.v1.disable_v2_behavior": NOTHING,
    "tensorflow.compat.v1.disable_eager_execution": NOTHING,
    "tensorflow.compat.v1.enable_eager_execution": NOTHING,
    "tensorflow.compat.v1.reset_default_graph": NOTHING,
    "tensorflow.set_random_seed": "tensorflow.random.set_seed",
    "tensorflow.Print": "lambda x, *args, **kwargs: x",
    "tensorflow.placeholder": "lambda dtype, shape=None, name=None: tensorflow.ones([n or 4 for n in shape or (4,)], dtype)",
    "tensorflow.placeholder_with_default": "lambda input, shape, name=None: tensorflow.convert_to_tensor(input)",
    "tensorflow.compat.v1.placeholder": "lambda dtype, shape=None, name=None: tensorflow.ones([n or 4 for n in shape or (4,)], dtype)",
    # what tf.contrib had that losses use
    "tensorflow.contrib.layers.flatten": "lambda x: tensorflow.reshape(x, [tensorflow.shape(x)[0], -1])",
    "tensorflow.contrib.layers.l2_regularizer": "lambda scale: lambda w: scale * tensorflow.nn.l2_loss(w)",
    "tensorflow.contrib.layers.xavier_initializer": "lambda *args, **kwargs: tensorflow.compat.v1.glorot_uniform_initializer()",
    # Keras backend functions that tf.keras.backend has lost too
    "keras.backend.logsumexp": "lambda x, axis=None, keepdims=False: tensorflow.reduce_logsumexp(x, axis, keepdims)",
    "keras.backend.identity": "tensorflow.identity",
    "keras.backend.is_tensor": "tensorflow.is_tensor",
    "keras.backend.is_nan": "tensorflow.math.is_nan",
    "keras.backend.slice": "tensorflow.slice",
    "keras.backend.in_train_phase": "lambda x, alt, training=None: x() if callable(x) else x",
    "keras.backend.in_test_phase": "lambda x, alt, training=None: x() if callable(x) else x",
    "keras.backend.learning_phase": "lambda: 1",
    "keras.backend.set_learning_phase": NOTHING,
    "keras.backend.print_tensor": "lambda x, message='': x",
    "keras.backend.get_variable_shape": "lambda x: tuple(x.shape)",
    "keras.backend.image_dim_ordering": "lambda: 'tf'",
    "keras.backend.placeholder": "lambda shape=None, ndim=None, dtype=None, **_: tensorflow.ones([n or 4 for n in shape or (4,)], dtype)",
    "keras.backend.is_placeholder": "lambda x: False",
    "keras.backend.symbolic": "lambda function: function",
    "keras.backend.pattern_broadcast": "lambda x, pattern: x",
}

MODULES = {
    "keras.backend": "tensorflow.keras.backend",
    "keras.backend.tensorflow_backend": "tensorflow.keras.backend",
    "keras.objectives": "keras.losses",
    "keras.engine": "keras.layers",
    "keras.engine.topology": "keras.layers",
    "keras.engine.base_layer": "keras.layers",
    "keras.engine.training": "keras",
    "keras.layers.core": "keras.layers",
    "keras.layers.merge": "keras.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.normalization": "keras.layers",
    "keras.layers.advanced_activations": "keras.layers",
    "keras.layers.recurrent": "keras.layers",
    "keras.layers.pooling": "keras.layers",
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.generic_utils": "keras.utils",
    "tensorflow.keras.backend": "tensorflow.keras.backend",
    "tensorflow.contrib": "",
    "tensorflow.contrib.layers": "",
    "tensorflow.contrib.keras": "tensorflow.keras",
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.python.keras.backend": "tensorflow.keras.backend",
    "tensorflow.python.ops.math_ops": "tensorflow.math",
    "tensorflow.python.ops.nn_ops": "tensorflow.nn",
}
"""Modules that have gone or changed, and what stands in for them ("": nothing)."""


class Shim:
    """Hands out look-alikes of TensorFlow and Keras, and remembers which old names were used and what they became."""

    def __init__(self) -> None:
        self.real = {name: importlib.import_module(name) for name in FRAMEWORKS}
        self.renamed: dict[str, str] = {}

    def bring(self, name: str) -> ModuleType | None:
        """Return the look-alike of a module of TensorFlow or Keras; None for any other module."""
        top, *below = name.split(".")
        if top not in FRAMEWORKS:
            return None
        module: ModuleType = Old(self, top, self.real[top])
        for part in below:
            try:
                inner = getattr(module, part)
            except AttributeError:
                return importlib.import_module(name)
            if not isinstance(inner, ModuleType):
                return importlib.import_module(name)
            module = inner
        return module

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401  (anything of the frameworks)
        """Return what an expression of the tables means."""
        return eval(expression, dict(self.real))  # noqa: S307  (our own tables)

    def look(self, path: str, name: str, module: ModuleType | None) -> object:
        """Return what `path.name` means to old code; `module` is what is installed at `path`."""
        full = f"{path}.{name}"
        if full in MODULES:
            if MODULES[full] and not _installed(full):
                self.renamed[full] = MODULES[full]
            return Old(self, full, self.evaluate(MODULES[full]) if MODULES[full] else None)
        key = full.replace("tensorflow.keras.backend.", "keras.backend.").replace("tensorflow.python.keras.backend.", "keras.backend.")
        if key in NAMES:
            self.renamed[full] = NAMES[key]
            return self.evaluate(NAMES[key])
        if module is not None and hasattr(module, name):
            return self._current(full, getattr(module, name))
        return self._gone(full)

    def _current(self, full: str, value: object) -> object:
        if full.startswith("keras.backend.") and not hasattr(self.real["keras"].backend, full.removeprefix("keras.backend.")):
            self.renamed[full] = f"tensorflow.{full}"
        if not full.startswith("tensorflow.") or full.startswith("tensorflow.keras."):
            return value
        if isinstance(value, ModuleType):
            return Old(self, full, value)
        old = self._version_1(full)
        return self._either(full, value, old) if isinstance(value, FunctionType) and callable(old) else value

    def _gone(self, full: str) -> object:
        """Return an old name's function from tf.math, where its arguments are today's, or else from tf.compat.v1."""
        name = full.rpartition(".")[2]
        found = getattr(self.real["tensorflow"].math, name, None) if full == f"tensorflow.{name}" else None
        instead = f"tensorflow.math.{name}"
        if found is None:
            found, instead = self._version_1(full), full.replace("tensorflow.", "tensorflow.compat.v1.", 1)
        if found is None:
            raise AttributeError(f"module {full.rpartition('.')[0]!r} has no attribute {name!r}, and no old one either")
        self.renamed[full] = instead
        old = self._version_1(full)
        return self._either(full, found, old) if isinstance(found, FunctionType) and callable(old) else found

    def _version_1(self, full: str) -> object:
        if not full.startswith("tensorflow.") or full.startswith("tensorflow.compat."):
            return None
        found: object = self.real["tensorflow"].compat.v1
        for part in full.split(".")[1:]:
            found = getattr(found, part, None)
        return found

    def _either(self, full: str, new: Callable[..., object], old: Callable[..., object]) -> Callable[..., object]:
        """Return `new`, which makes way for `old` when called with an argument that only that one has."""
        gone = _parameters(old) - _parameters(new)
        if not gone:
            return new

        @functools.wraps(new)
        def call(*args: object, **kwargs: object) -> object:
            if gone.isdisjoint(kwargs):
                return new(*args, **kwargs)
            self.renamed[full] = full.replace("tensorflow.", "tensorflow.compat.v1.", 1)
            return old(*args, **kwargs)

        return call


class Old(ModuleType):
    """A module as old code expects it."""

    def __init__(self, shim: Shim, path: str, module: ModuleType | None) -> None:
        super().__init__(path)
        self.__dict__["_shim"] = shim
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.__dict__["_shim"].look(self.__name__, name, self.__dict__["_module"])
        self.__dict__[name] = value
        return value


def _installed(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _parameters(function: Callable[..., object]) -> set[str]:
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return set()
