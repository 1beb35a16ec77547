"""TensorFlow, and Keras on it: eager, so that user code behaves as in a debugger, on one thread."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from .backend import Counterpart, Fast, Loss, NoTensorError, Raw, Tensor
from .shim import Shim


def load() -> TensorFlow:
    """Import TensorFlow and Keras, running no operation (that would start threads, which a fork does not survive)."""
    tensorflow, keras = importlib.import_module("tensorflow"), importlib.import_module("keras")
    _ = tensorflow.keras.backend, tensorflow.compat.v1
    return TensorFlow(tensorflow, keras)


class TensorFlow:
    """The backend; `use` must come first."""

    def __init__(self, tensorflow: Any, keras: Any) -> None:  # noqa: ANN401  (modules without types)
        self.tf = tensorflow
        self.keras = keras
        self.np = importlib.import_module("numpy")
        self.shim = Shim()
        self.dtype = "float32"
        self.label = f"TensorFlow {tensorflow.__version__}, Keras {keras.__version__}"

    def use(self, dtype: str) -> None:
        """Compute in this dtype, `tf.function`s eagerly, and let Keras make its constants of it."""
        self.dtype = dtype
        self.keras.config.set_floatx(dtype)
        self.tf.config.run_functions_eagerly(run_eagerly=True)

    def rounded(self, value: float) -> float:
        """Return a number as the dtype holds it."""
        return float(self.tf.constant(value, self.dtype).numpy())

    def importer(self) -> Callable[[str], ModuleType | None]:
        """Return the import hook for TensorFlow 1 and Keras 2 names."""
        return self.shim.bring

    def renamed(self) -> Mapping[str, str]:
        """Return which old names were used and what they became."""
        return self.shim.renamed

    def leaf(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of the dtype, by way of NumPy: TensorFlow is slow with lists."""
        return self.tf.constant(self.np.array(values, self.tf.as_dtype(self.dtype).as_numpy_dtype).reshape(shape))

    def whole(self, values: Sequence[float], shape: tuple[int, ...]) -> Tensor:
        """Return a tensor of 64-bit integers."""
        return self.tf.constant([int(value) for value in values], "int64", shape)

    def squash(self, leaf: Tensor, kind: str) -> Tensor:
        """Apply an activation by TensorFlow's own kernel, so that Keras does not know the logits behind it."""
        nn = self.tf.nn
        kinds = {"sigmoid": nn.sigmoid, "softmax": nn.softmax, "log-sigmoid": self.tf.math.log_sigmoid, "log-softmax": nn.log_softmax}
        return kinds[kind](leaf)

    def run(self, function: Loss, y: Tensor, z: Tensor) -> Raw:
        """Call `function` with labels and logits; take the gradient of its result with respect to the logits."""
        with self.tf.GradientTape() as tape:
            tape.watch(z)
            parts = self._parts(function(y, z))
            total = sum(self.tf.reduce_mean(part) for part in parts)
        gradient = self._gradient(tape, total, z) if total.dtype.is_floating else None
        entries = tuple(float(entry) for part in parts for entry in part.numpy().ravel())
        return Raw(entries, float(total), gradient)

    def compile(self, function: Callable[[Tensor, Tensor], tuple[object, object]], y: Tensor, z: Tensor) -> Fast:
        """Trace the function into a graph of the same kernels, without any rewriting: a fifth of the time of eager calls."""
        tf = self.tf
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        sizes: list[int] = []

        def traced(y: Tensor, z: Tensor) -> Tensor:
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(z)
                parts = [self._parts(result) for result in function(y, z)]
                totals = [sum(tf.reduce_mean(part) for part in some) for some in parts]
            flat = []
            for some, total in zip(parts, totals, strict=True):
                gradient = tape.gradient(total, z)
                pieces = [tf.concat([tf.reshape(part, [-1]) for part in some], 0), tf.reshape(total, [-1])]
                flat += [*pieces, *([] if gradient is None else [tf.reshape(tf.convert_to_tensor(gradient), [-1])])]
                sizes.extend([pieces[0].shape[0], 1, 0 if gradient is None else math.prod(z.shape)])
            return tf.concat([tf.cast(piece, "float64") for piece in flat], 0)

        tf.config.run_functions_eagerly(run_eagerly=False)
        try:
            specification = [tf.TensorSpec(y.shape, y.dtype), tf.TensorSpec(z.shape, z.dtype)]
            run = tf.function(traced, autograph=False).get_concrete_function(*specification)
        finally:
            tf.config.run_functions_eagerly(run_eagerly=True)

        def fast(y: Tensor, z: Tensor) -> tuple[Raw, Raw]:
            numbers = iter(run(y, z).numpy().tolist())
            pieces = [tuple(itertools.islice(numbers, size)) for size in sizes]
            first, second = (Raw(entries, total[0], gradient or None) for entries, total, gradient in (pieces[:3], pieces[3:]))
            return first, second

        return fast

    def _gradient(self, tape: Any, total: Tensor, leaf: Tensor) -> tuple[float, ...] | None:  # noqa: ANN401
        try:
            gradient = tape.gradient(total, leaf)
        except LookupError:  # "gradient registry has no entry for": an operation without a gradient
            return None
        return None if gradient is None else tuple(float(entry) for entry in self.tf.convert_to_tensor(gradient).numpy().ravel())

    def _parts(self, result: object) -> list[Tensor]:
        """Return the non-empty floating-point tensors in a result; of a result without any, its numbers."""
        flat = [item for item in self.tf.nest.flatten(result) if item is not None and not isinstance(item, str | bool)]
        tensors = [
            self.tf.convert_to_tensor(item)
            for item in flat
            if self.tf.is_tensor(item) or isinstance(item, float) or hasattr(item, "__array__")
        ]
        found = [part for part in tensors if part.dtype.is_floating and math.prod(part.shape)]
        if not found:
            raise NoTensorError
        return found

    def counterparts(self, kind: str) -> tuple[Counterpart, ...]:
        """Return TensorFlow's loss of logits, and Keras' with the logits known and with probabilities alone."""
        nn, ops = self.tf.nn, self.keras.ops
        if kind == "sigmoid":
            return (
                Counterpart(
                    "tf.nn.sigmoid_cross_entropy_with_logits",
                    lambda y, z: nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z),
                    best=True,
                ),
                Counterpart("Keras on probabilities", lambda y, z: ops.binary_crossentropy(y, nn.sigmoid(z))),
                Counterpart("Keras, logits known", lambda y, z: ops.binary_crossentropy(y, ops.sigmoid(z))),
            )
        return (
            Counterpart(
                "tf.nn.softmax_cross_entropy_with_logits",
                lambda y, z: nn.softmax_cross_entropy_with_logits(labels=y, logits=z),
                best=True,
            ),
            Counterpart("Keras on probabilities", lambda y, z: ops.categorical_crossentropy(y, nn.softmax(z))),
            Counterpart("Keras, logits known", lambda y, z: ops.categorical_crossentropy(y, ops.softmax(z))),
        )
