"""What the check of the rows must know beside the rows: names that are gone, old spellings, arguments that need a special shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from tests.vocabulary_samples import CLASSES, SIGNS, TEST, P, Q, Value

T = TypeVar("T")

LAYERS_1 = "tf.layers is an empty shell beside Keras 3 and raises; tf.keras.layers does the same"
CONTRIB = "tf.contrib went with TensorFlow 2"
BEFORE_1 = "renamed in TensorFlow 1.0"
KERAS_2 = "in the backend of Keras 2 only"
KERAS_1 = "in Keras 1 and 2"
FLAX = "Flax is not installed"

GONE: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "tensorflow.layers.conv1d",
            "tensorflow.layers.conv2d",
            "tensorflow.layers.conv2d_transpose",
            "tensorflow.layers.dense",
            "tensorflow.layers.flatten",
            "tensorflow.layers.average_pooling2d",
            "tensorflow.layers.batch_normalization",
            "tensorflow.layers.dropout",
            "tensorflow.layers.max_pooling2d",
        ],
        LAYERS_1,
    ),
    **dict.fromkeys(
        [
            "tensorflow.contrib.layers.conv2d",
            "tensorflow.contrib.layers.flatten",
            "tensorflow.contrib.layers.fully_connected",
            "tensorflow.contrib.layers.linear",
        ],
        CONTRIB,
    ),
    **dict.fromkeys(
        ["tensorflow.mul", "tensorflow.neg", "tensorflow.sub", "tensorflow.select", "tensorflow.pack", "tensorflow.unpack"], BEFORE_1
    ),
    **dict.fromkeys(
        [
            "keras.backend.identity",
            "keras.backend.in_train_phase",
            "keras.backend.logsumexp",
            "keras.backend.print_tensor",
            "keras.backend.slice",
        ],
        KERAS_2,
    ),
    "keras.losses.cosine_proximity": KERAS_1,
    **dict.fromkeys(["jax.nn.Dense", "jax.nn.Conv", "jax.nn.Embed", "jax.nn.BatchNorm", "jax.nn.LayerNorm", "jax.nn.Sequential"], FLAX),
}
"""Rows of functions that no installed version has, and why they are kept."""

OLD: Mapping[str, tuple[str, ...]] = {
    "keras.activations.leaky_relu": ("alpha",),
    "keras.activations.relu": ("alpha",),
    "keras.backend.expand_dims": ("dim",),
    "keras.layers.LeakyReLU": ("alpha",),
    "torch.linalg.norm": ("A",),
    "method.numpy.swapaxes": ("axis1", "axis2"),
    "torch.FloatTensor": ("data",),
    "jax.numpy.clip": ("a", "a_min", "a_max"),
    "keras.backend.one_hot": ("nb_classes",),
    "keras.backend.random_uniform": ("low", "high"),
    "numpy.add.reduce": ("keepdims",),
    "numpy.logaddexp.reduce": ("keepdims",),
    "numpy.maximum.reduce": ("keepdims",),
    "numpy.arange": ("start",),
    "numpy.einsum": ("casting", "dtype", "order", "subscripts"),
    "numpy.reshape": ("newshape",),
    "tensorflow.einsum": ("name", "optimize"),
    "tensorflow.losses.mean_squared_error": ("y_true", "y_pred"),
    "tensorflow.sigmoid_cross_entropy_with_logits": ("targets",),
}
"""Spellings of parameters that only older or newer versions know, or that only `**kwargs` takes."""

MAIN_TOO: Mapping[str, tuple[str, ...]] = {
    "weighted_cross_entropy_with_logits": ("pos_weight",),
    "moments": ("axis",),
    "expand_dims": ("axis",),
    "reverse": ("axis", "axes"),
    "ops.take_along_axis": ("axis",),
    "losses.cosine_distance": ("axis",),
    "torch.softmax": ("axis",),
    "torch.log_softmax": ("axis",),
    "torch.special.softmax": ("axis",),
    "torch.special.log_softmax": ("axis",),
    "torch.special.logsumexp": ("axis",),
    "torch.logsumexp": ("axis",),
    "torch.gather": ("axis",),
    "torch.index_select": ("axis",),
    "torch.narrow": ("axis",),
    "torch.unsqueeze": ("axis",),
    "torch.take_along_dim": ("axis",),
    "functional.threshold": ("threshold",),
    "nn.Threshold": ("threshold",),
    "layers.Activation": ("activation",),
    "torch.lerp": ("weight",),
    "lax.reduce_sum": ("axis",),
    "lax.reduce_max": ("axis",),
    "backend.squeeze": ("axis",),
    **dict.fromkeys(["norm.cdf", "norm.logpdf", "norm.pdf"], ("loc", "scale")),
    "repeat_elements": ("axis",),
}
"""Fields that are options elsewhere and operands here, by the end of the row's name."""

NUMBERS = "any number: nothing to compare"

NOT_CALLED: Mapping[str, str] = {
    "builtins.len": "needs a list",
    **dict.fromkeys(
        ["conv1d", "conv2d", "conv3d", "conv2d_transpose", "depthwise_conv2d", "embedding_lookup", "xw_plus_b", "batch_normalization"],
        NUMBERS,
    ),
    "floatx": "is a string",
    "to_categorical": "wants NumPy arrays",
    "torch.from_numpy": "wants NumPy arrays",
    **dict.fromkeys(["torch.Tensor", "FloatTensor", "DoubleTensor", "HalfTensor"], "wants a list"),
    "Sequential": "has a test of its own",
    "Model": "wants the tensors of a model",
    "method.torch.cuda": "needs a GPU",
    "method.torch.fill": "in place only",
    "method.torch.normal": "in place only",
    **dict.fromkeys(["method.torch.new_full", "method.torch.new_ones", "method.torch.new_zeros"], "wants a size"),
    "method.torch.zero": "in place only",
    "method.torch.uniform": "in place only",
    "method.torch.scatter": "has a test of its own",
    "method.torch.type": "returns a name when nothing is asked",
    "method.torch.to": "has a test of its own",
    "torch.max": "has a test of its own",
    **dict.fromkeys(["torch.multinomial", "method.torch.multinomial"], "has a test of its own: it draws at random"),
    "torch.min": "has a test of its own",
    "interpolate": "wants one of two arguments",
    "upsample": "wants one of two arguments",
    **dict.fromkeys(
        [
            "conv_transpose1d",
            "conv_transpose2d",
            "conv_transpose3d",
            "functional.linear",
            "functional.embedding",
            "functional.layer_norm",
            "functional.batch_norm",
            "lax.dot",
            "torch.addmm",
            "torch.baddbmm",
        ],
        NUMBERS,
    ),
}
"""Rows whose function is not called here, and why; its parameters are compared all the same."""

REFUSED: Mapping[str, tuple[str, ...]] = {
    "numpy.clip": ("min", "max"),
    "tensorflow.compat.v1.nn.avg_pool": ("input",),
    "tensorflow.compat.v1.nn.max_pool": ("input",),
    "tensorflow.compat.v1.nn.softmax_cross_entropy_with_logits": ("axis",),
    "tensorflow.compat.v1.transpose": ("a",),
    "tensorflow.transpose": ("a",),
}
"""Keywords that a function has but cannot take, or not together with its own defaults or other spellings, by its real name."""

IMAGE = np.linspace(0.1, 0.9, 32).reshape(1, 4, 4, 2)
SQUARE: Mapping[str, Value] = {"x": P[:, :2], "y": Q[:, :2]}
PAIR_OF_TESTS: Mapping[str, Value] = {"x": TEST, "y": ~TEST}
TF1: Mapping[str, Value] = {"reduction": "weighted_sum"}
FRAMES: Mapping[str, Value] = {"index": (0, 1), "shape": (1, 2)}

LINE = IMAGE.reshape(1, 4, 8)
BLOCK = IMAGE.reshape(1, 2, 4, 4)

SAMPLES: Mapping[str, Mapping[str, Value]] = {
    "torch.softmax": {"axis": -1},
    "torch.cumsum": {"dim": 1},
    "torch.logcumsumexp": {"dim": 1},
    "method.torch.expand": {"how": (4, 2, 3)},
    "method.torch.expand_as": {"other": P},
    "method.torch.flip": {"how": (1, 0)},
    "method.torch.item": {"x": np.array(0.3)},
    "method.numpy.item": {"x": np.array(0.3)},
    "method.jax.item": {"x": np.array(0.3)},
    "method.torch.permute": {"how": (1, 0)},
    "method.numpy.transpose": {"how": (1, 0)},
    "method.jax.transpose": {"how": (1, 0)},
    "method.torch.type_as": {"other": P},
    "method.torch.view_as": {"other": P},
    "torch.gather": {"axis": 0, "index": np.array([[0, 1, 1], [1, 0, 0]])},
    "torch.index_select": {"axis": 0},
    "torch.narrow": {"axis": 1, "index": 1, "shape": 2},
    "torch.lerp": {"weight": 0.3},
    "torch.masked_fill": {"y": 0.7},
    "torch.masked_select": {"index": TEST},
    "torch.mm": SQUARE,
    "torch.mv": {"x": P, "y": Q[0]},
    "torch.bmm": {"x": P[None, :, :2], "y": Q[None, :, :2]},
    "torch.dot": {"x": P[0], "y": Q[0]},
    "torch.movedim": {"shape": 0, "perm": 1},
    "torch.roll": {"shape": 1, "dims": 1},
    "torch.inner": {"x": P, "y": Q},
    "torch.outer": {"x": P[0], "y": Q[0]},
    "torch.transpose": {"shape": 0, "perm": 1},
    "torch.swapaxes": {"shape": 0, "perm": 1},
    "torch.take_along_dim": {"axis": 1, "index": np.array([[0, 1], [1, 2]])},
    "torch.flatten": {"shape": 0, "perm": 1},
    "torch.squeeze": {"x": P[:, :, None]},
    "functional.avg_pool1d": {"x": LINE, "kernel_size": 2},
    "functional.avg_pool2d": {"x": IMAGE, "kernel_size": 2},
    "functional.avg_pool3d": {"x": BLOCK, "kernel_size": 2},
    "functional.max_pool1d": {"x": LINE, "kernel_size": 2},
    "functional.max_pool2d": {"x": IMAGE, "kernel_size": 2},
    "functional.max_pool3d": {"x": BLOCK, "kernel_size": 2},
    "functional.adaptive_avg_pool1d": {"x": LINE, "output_size": 2},
    "functional.adaptive_avg_pool2d": {"x": IMAGE, "output_size": 2},
    "functional.adaptive_avg_pool3d": {"x": BLOCK, "output_size": 2},
    "functional.cosine_embedding_loss": {"labels": SIGNS[:, 0]},
    "functional.hinge_embedding_loss": {"labels": SIGNS},
    "functional.cross_entropy": {"labels": CLASSES, "weight": Q[0]},
    "nn.NLLLoss": {"weight": Q[0]},
    "nn.CrossEntropyLoss": {"weight": Q[0]},
    "nn.GELU": {"approximate": "tanh"},
    "nn.Threshold": {"threshold": 0.3, "y": 0.7},
    "functional.nll_loss": {"labels": CLASSES, "weight": Q[0]},
    "functional.mse_loss": {"weight": Q},
    "functional.l1_loss": {"weight": Q},
    "functional.huber_loss": {"weight": Q},
    "functional.binary_cross_entropy": {"weight": Q},
    "functional.binary_cross_entropy_with_logits": {"weight": Q},
    "functional.one_hot": {"x": CLASSES},
    "functional.gumbel_softmax": {"logits": P},
    "functional.threshold": {"threshold": 0.3, "y": 0.7},
    "functional.gelu": {"approximate": "tanh"},
    "torch.eye": {"n": 3},
    "functional.pairwise_distance": {"ord": 1},
    "functional.margin_ranking_loss": {"labels": SIGNS},
    "torch.bernoulli": {"input": P},
    "torch.einsum": {"operands": (P, Q), "equation": "ij,kj"},
    "torch.linalg.norm": {"x": P[0]},
    "hinge": {"labels": SIGNS},
    "squared_hinge": {"labels": SIGNS},
    "softmax_cross_entropy_with_integer_labels": {"labels": CLASSES},
    "safe_norm": {"x": P[0]},
    "smooth_labels": {"labels": P, "alpha": 0.1},
    "integer_pow": {"y": 2},
    "lax.reduce_sum": {"axis": (1,)},
    "lax.reduce_max": {"axis": (1,)},
    "jax.random.normal": {"key": np.array([0, 7], dtype=np.uint32)},
    "tensorflow.pad": {"paddings": ((1, 1), (1, 1))},
    "tensorflow.band_part": {"num_lower": -1, "num_upper": 0},
    "tensorflow.eye": {"num_rows": 3},
    "tensorflow.linspace": {"num": 5},
    "torch.linspace": {"steps": 5},
    "functional.pad": {"pad": (1, 1)},
    "functional.adaptive_max_pool2d": {"x": IMAGE, "output_size": 2},
    "jax.random.uniform": {"key": np.array([0, 7], dtype=np.uint32)},
    "jax.random.bernoulli": {"key": np.array([0, 7], dtype=np.uint32)},
    "activations.get": {"how": "sigmoid"},
    "all": {"x": TEST},
    "any": {"x": TEST},
    "atleast_1d": {"items": [P]},
    "atleast_2d": {"items": [P]},
    "avg_pool": {"x": IMAGE},
    "backend.eye": {"size": 3},
    "backend.squeeze": {"x": P[:, :, None], "axis": -1},
    "batch_gather": {"index": CLASSES[:, None]},
    "bias_add": {"y": Q[0]},
    "boolean_mask": {"index": TEST[:, 0], "axis": 0},
    "broadcast_to": {"shape": (4, 2, 3)},
    "builtins.max": {"items": (0.2, 0.5)},
    "builtins.min": {"items": (0.2, 0.5)},
    "builtins.sum": {"items": (0.2, 0.5)},
    "dot": SQUARE,
    "einsum": {"operands": (P, Q), "inputs": (P, Q)},
    "expand_dims": {"axis": 1},
    "glu": {"x": IMAGE[0, 0]},
    "linalg.norm": {"x": P[0]},
    "multivariate_normal.pdf": {"mean": np.zeros(3)},
    **{f"norm.{name}": {"loc": Q, "scale": 0.5} for name in ("cdf", "logpdf", "pdf")},
    "logical_and": PAIR_OF_TESTS,
    "logical_not": {"x": TEST},
    "logical_or": PAIR_OF_TESTS,
    "losses.cosine_distance": {**TF1, "axis": 1},
    "losses.get": {"how": "mean_squared_error"},
    "losses.sparse_softmax_cross_entropy": {**TF1, "labels": CLASSES},
    "matmul": SQUARE,
    "max_pool": {"x": IMAGE},
    "moments": {"axis": 1},
    "moveaxis": {"shape": 0, "perm": 1},
    "normalize": {"ord": 2},
    "one_hot": {"x": CLASSES},
    "ops.norm": {"x": P[0]},
    "rand": {"sizes": (2, 3)},
    "reduce_all": {"x": TEST},
    "reduce_any": {"x": TEST},
    "reverse": {"axis": (1,), "axes": (1,)},
    "roll": {"shape": 1},
    "slice": FRAMES,
    "sparse_categorical_crossentropy": {"labels": CLASSES},
    "sparse_softmax_cross_entropy_with_logits": {"labels": CLASSES},
    "squeeze": {"x": P[:, :, None]},
    "swapaxes": {"shape": 0, "perm": 1},
    "take_along_axis": {"index": np.array([[0, 1], [1, 2]])},
    "tile": {"repeats": (2, 1)},
    "to_categorical": {"x": CLASSES},
    "utils.normalize": {"ord": 2},
    **{
        f"tensorflow.losses.{name}": TF1
        for name in (
            "absolute_difference",
            "compute_weighted_loss",
            "hinge_loss",
            "huber_loss",
            "log_loss",
            "mean_squared_error",
            "sigmoid_cross_entropy",
            "softmax_cross_entropy",
        )
    },
}
"""Arguments of single rows, by field (or by parameter, for what means nothing to the algebra); by the end of the row's name."""


def of(table: Mapping[str, T], name: str, default: T) -> T:
    """Return the entry for `name`, or for the longest end of it that has one."""
    while name:
        if name in table:
            return table[name]
        name = name.partition(".")[2]
    return default
