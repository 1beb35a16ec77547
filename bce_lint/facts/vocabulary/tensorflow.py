"""TensorFlow 1 and 2: `tf.math`, `tf.nn`, `tf.linalg` and `tf.compat.v1` share one set of names."""

from __future__ import annotations

import math
from functools import partial

from bce_lint.facts import algebra
from bce_lint.facts.expr import (
    Abs,
    Acos,
    Asin,
    Atanh,
    Clip,
    Cosh,
    DivNoNan,
    Exp,
    Expm1,
    Log,
    Log1p,
    LogAddExp,
    LogSigmoid,
    LogSoftmax,
    LogSumExp,
    Max,
    Maximum,
    Mean,
    Min,
    Minimum,
    MulNoNan,
    Prod,
    Relu,
    Round,
    Sigmoid,
    SigmoidCrossEntropy,
    Sign,
    Sinh,
    Softmax,
    SoftmaxCrossEntropy,
    Softplus,
    Sqrt,
    Square,
    Std,
    StopGradient,
    Sum,
    Tanh,
    Var,
    Where,
    Xlog1py,
    Xlogy,
)
from bce_lint.facts.vocabulary import activations, axes, constants, layers, losses, make, places, regressions
from bce_lint.facts.vocabulary.losses import averaged
from bce_lint.facts.vocabulary.row import Row, Vocabulary

X = "x name:"
XY = "x y name:"
FEATURES = "features:x name:"
LIKE = "input/tensor: dtype: name: layout: * optimize:"
SPREAD = "input_tensor:x axis keepdims name:"
REDUCE = "input_tensor:x axis/reduction_indices:axis keepdims/keep_dims:keepdims name:"
TF1_LOSS = "weights:weight scope: loss_collection: reduction"
LAYER = "use_bias: kernel_initializer: bias_initializer: kernel_regularizer: bias_regularizer: activity_regularizer: kernel_constraint: bias_constraint: trainable: name: reuse:"
CONV = "filters: kernel_size: strides: padding: data_format: dilation_rate: activation " + LAYER
CONTRIB = "normalizer_fn: normalizer_params: weights_initializer: weights_regularizer: biases_initializer: biases_regularizer: reuse: variables_collections: outputs_collections: trainable: scope:"

VOCABULARY = Vocabulary(
    name="tensorflow",
    dtype="float32",
    flushes_subnormals=True,
    forgiving=frozenset({Sqrt, Xlog1py, Xlogy}),
    functions={
        # arithmetic
        "tensorflow.abs": Row(Abs, X),
        "tensorflow.accumulate_n": Row(make.folded(algebra.add), "inputs:items shape: tensor_dtype: name:"),
        "tensorflow.add": Row(algebra.add, XY),
        "tensorflow.add_n": Row(make.folded(algebra.add), "inputs:items name:"),
        "tensorflow.bias_add": Row(algebra.add, "value:x bias:y data_format: name:"),
        "tensorflow.div": Row(algebra.div, XY),
        "tensorflow.div_no_nan": Row(DivNoNan, XY),
        "tensorflow.divide": Row(algebra.div, XY),
        "tensorflow.divide_no_nan": Row(DivNoNan, XY),
        "tensorflow.mul": Row(algebra.mul, XY),
        "tensorflow.multiply": Row(algebra.mul, XY),
        "tensorflow.multiply_no_nan": Row(MulNoNan, XY),
        "tensorflow.neg": Row(algebra.neg, X),
        "tensorflow.negative": Row(algebra.neg, X),
        "tensorflow.pow": Row(algebra.power, XY),
        "tensorflow.realdiv": Row(algebra.div, XY),
        "tensorflow.reciprocal": Row(make.reciprocal, X),
        "tensorflow.reciprocal_no_nan": Row(partial(DivNoNan, make.ONE), "x:y name:"),
        "tensorflow.rsqrt": Row(make.rsqrt, X),
        "tensorflow.sign": Row(Sign, X),
        "tensorflow.sqrt": Row(Sqrt, X),
        "tensorflow.square": Row(Square, X),
        "tensorflow.squared_difference": Row(make.squared_difference, XY),
        "tensorflow.sub": Row(algebra.sub, XY),
        "tensorflow.subtract": Row(algebra.sub, XY),
        "tensorflow.truediv": Row(algebra.div, XY),
        "tensorflow.floordiv": Row(partial(make.divide, rounding="floor"), XY),
        "tensorflow.xdivy": Row(make.xdivy, XY),
        # rounding
        "tensorflow.ceil": Row(partial(Round, how="ceil"), X),
        "tensorflow.floor": Row(partial(Round, how="floor"), X),
        "tensorflow.rint": Row(Round, X),
        "tensorflow.round": Row(Round, X),
        # exponentials and their relatives
        "tensorflow.exp": Row(Exp, X),
        "tensorflow.expm1": Row(Expm1, X),
        "tensorflow.log": Row(Log, X),
        "tensorflow.log1p": Row(Log1p, X),
        "tensorflow.log_sigmoid": Row(LogSigmoid, X),
        "tensorflow.xlog1py": Row(Xlog1py, XY),
        "tensorflow.xlogy": Row(Xlogy, XY),
        # trigonometry
        "tensorflow.acos": Row(Acos, X),
        "tensorflow.asin": Row(Asin, X),
        "tensorflow.atan": Row(constants.bounded("atan", -math.pi / 2, math.pi / 2), X),
        "tensorflow.atanh": Row(Atanh, X),
        "tensorflow.cos": Row(constants.bounded("cos", -1.0, 1.0), X),
        "tensorflow.cosh": Row(Cosh, X),
        "tensorflow.erf": Row(constants.bounded("erf", -1.0, 1.0), X),
        "tensorflow.erfc": Row(constants.bounded("erfc", 0.0, 2.0), X),
        "tensorflow.sin": Row(constants.bounded("sin", -1.0, 1.0), X),
        "tensorflow.sinh": Row(Sinh, X),
        # activations
        "tensorflow.elu": Row(activations.elu, FEATURES),
        "tensorflow.gelu": Row(activations.gelu(approximate=False), "features:x approximate name:"),
        "tensorflow.leaky_relu": Row(activations.leaky_relu(0.2), "features:x alpha name:"),
        "tensorflow.log_softmax": Row(axes.along(LogSoftmax), "logits:x axis/dim:axis name:"),
        "tensorflow.relu": Row(Relu, FEATURES),
        "tensorflow.relu6": Row(activations.relu6, FEATURES),
        "tensorflow.selu": Row(activations.selu, FEATURES),
        "tensorflow.sigmoid": Row(Sigmoid, X),
        "tensorflow.silu": Row(activations.silu, "features:x beta"),
        "tensorflow.softmax": Row(axes.along(Softmax), "logits:x axis/dim:axis name:"),
        "tensorflow.softplus": Row(Softplus, FEATURES),
        "tensorflow.softsign": Row(activations.softsign, FEATURES),
        "tensorflow.swish": Row(activations.silu, "features:x beta"),
        "tensorflow.tanh": Row(Tanh, X),
        # guards and choices
        "tensorflow.check_numerics": Row(places.identity, "tensor:x message: name:"),
        "tensorflow.debugging.check_numerics": Row(places.identity, "tensor:x message: name:"),
        "tensorflow.clip_by_norm": Row(axes.clip_by_norm, "t:x clip_norm:limit axes:axis name:"),
        "tensorflow.clip_by_value": Row(make.clip, "t:x clip_value_min:lo clip_value_max:hi name:"),
        "tensorflow.maximum": Row(make.maximum, XY),
        "tensorflow.minimum": Row(make.minimum, XY),
        "tensorflow.select": Row(Where, "condition:test t/x:x e/y:y name:"),
        "tensorflow.where": Row(Where, "condition:test x y name:"),
        "tensorflow.where_v2": Row(Where, "condition:test x y name:"),
        # comparisons
        "tensorflow.equal": Row(make.truth("=="), XY),
        "tensorflow.greater": Row(make.truth(">"), XY),
        "tensorflow.greater_equal": Row(make.truth(">="), XY),
        "tensorflow.is_finite": Row(make.truth("isfinite"), X),
        "tensorflow.is_inf": Row(make.isinf, X),
        "tensorflow.is_nan": Row(make.truth("isnan"), X),
        "tensorflow.less": Row(make.truth("<"), XY),
        "tensorflow.less_equal": Row(make.truth("<="), XY),
        "tensorflow.logical_and": Row(make.truth("and"), XY),
        "tensorflow.logical_not": Row(make.truth("not"), X),
        "tensorflow.logical_or": Row(make.truth("or"), XY),
        "tensorflow.not_equal": Row(make.truth("!="), XY),
        # along axes
        "tensorflow.argmax": Row(axes.place_of("argmax"), "input:x axis/dimension:axis output_type: name:"),
        "tensorflow.argmin": Row(axes.place_of("argmin"), "input:x axis/dimension:axis output_type: name:"),
        "tensorflow.count_nonzero": Row(constants.count, "input/input_tensor:x axis: keepdims: dtype: name: reduction_indices: keep_dims:"),
        "tensorflow.l2_loss": Row(axes.half_sum_of_squares, "t:x name:"),
        "tensorflow.l2_normalize": Row(axes.normalize, "x axis/dim:axis epsilon name:"),
        "tensorflow.moments": Row(axes.moments, "x axes:axis shift: keepdims/keep_dims:keepdims name:"),
        "tensorflow.norm": Row(axes.norm(), "tensor:x ord axis keepdims/keep_dims:keepdims name:"),
        "tensorflow.normalize": Row(axes.unit, "tensor:x ord axis name:"),
        "tensorflow.reduce_all": Row(axes.reduce(Min), REDUCE),
        "tensorflow.reduce_any": Row(axes.reduce(Max), REDUCE),
        "tensorflow.reduce_euclidean_norm": Row(axes.norm(), SPREAD),
        "tensorflow.reduce_logsumexp": Row(axes.reduce(LogSumExp), REDUCE),
        "tensorflow.reduce_max": Row(axes.reduce(Max), REDUCE),
        "tensorflow.reduce_mean": Row(axes.reduce(Mean), REDUCE),
        "tensorflow.reduce_min": Row(axes.reduce(Min), REDUCE),
        "tensorflow.reduce_prod": Row(axes.reduce(Prod), REDUCE),
        "tensorflow.reduce_std": Row(axes.spread(Std), SPREAD),
        "tensorflow.cumsum": Row(axes.cumulative(Sum), "x axis: exclusive: reverse: name:"),
        "tensorflow.cumulative_logsumexp": Row(axes.cumulative(LogSumExp), "x axis: exclusive: reverse: name:"),
        "tensorflow.reduce_sum": Row(axes.reduce(Sum), REDUCE),
        "tensorflow.reduce_variance": Row(axes.spread(Var), SPREAD),
        "tensorflow.top_k": Row(axes.sorted_values("tensorflow.math.top_k"), "input:x k:repeats sorted: * index_type: name:"),
        # linear algebra and layers
        "tensorflow.conv1d": Row(axes.linear("conv1d"), "input/value: filters: stride: padding: data_format: dilations: name:"),
        "tensorflow.conv2d": Row(
            axes.linear("conv2d"), "input: filters/filter: strides: padding: data_format: dilations: name: use_cudnn_on_gpu:"
        ),
        "tensorflow.conv2d_transpose": Row(
            axes.linear("conv2d_transpose"), "input/value: filters/filter: output_shape: strides: padding: data_format: dilations: name:"
        ),
        "tensorflow.conv3d": Row(axes.linear("conv3d"), "input: filters/filter: strides: padding: data_format: dilations: name:"),
        "tensorflow.depthwise_conv2d": Row(
            axes.linear("depthwise_conv2d"), "input: filter: strides: padding: data_format: dilations: name: rate:"
        ),
        "tensorflow.einsum": Row(axes.linear("einsum"), "equation: *inputs name: optimize:"),
        "tensorflow.embedding_lookup": Row(
            axes.linear("embedding_lookup"), "params: ids: max_norm: name: partition_strategy: validate_indices:"
        ),
        "tensorflow.matmul": Row(
            axes.matmul,
            "a:x b:y transpose_a:flip_x transpose_b:flip_y adjoint_a:flip_x adjoint_b:flip_y a_is_sparse: b_is_sparse: * output_type: name:",
        ),
        "tensorflow.tensordot": Row(axes.linear("tensordot"), "a: b: axes: name:"),
        "tensorflow.xw_plus_b": Row(axes.linear("xw_plus_b"), "x: weights: biases: name:"),
        "tensorflow.avg_pool": Row(axes.pooled, "input/value:x ksize: strides: padding: data_format: name:"),
        "tensorflow.dropout": Row(constants.dropout, "x rate/keep_prob:rate noise_shape: seed: name:", keyed=True),
        "tensorflow.max_pool": Row(places.view("tensorflow.nn.max_pool"), "input/value:x ksize: strides: padding: data_format: name:"),
        "tensorflow.layers.conv1d": Row(layers.dense, f"inputs: {CONV}", keyed=True),
        "tensorflow.layers.conv2d": Row(layers.dense, f"inputs: {CONV}", keyed=True),
        "tensorflow.layers.conv2d_transpose": Row(
            layers.dense, f"inputs: filters: kernel_size: strides: padding: data_format: activation {LAYER}", keyed=True
        ),
        "tensorflow.layers.dense": Row(layers.dense, f"inputs: units: activation {LAYER}", keyed=True),
        "tensorflow.layers.average_pooling2d": Row(axes.pooled, "inputs:x pool_size: strides: padding: data_format: name:"),
        "tensorflow.layers.batch_normalization": Row(
            axes.linear("batch_normalization"), f"inputs: axis: momentum: epsilon: center: scale: * training: {LAYER}"
        ),
        "tensorflow.layers.dropout": Row(constants.dropout, "inputs:x rate noise_shape: seed: training: name:", keyed=True),
        "tensorflow.layers.flatten": Row(places.view("tensorflow.layers.flatten"), "inputs:x name: data_format:"),
        "tensorflow.layers.max_pooling2d": Row(
            places.view("tensorflow.layers.max_pooling2d"), "inputs:x pool_size: strides: padding: data_format: name:"
        ),
        "tensorflow.contrib.layers.conv2d": Row(
            partial(layers.dense, activation="tensorflow.relu"),
            f"inputs: num_outputs: kernel_size: stride: padding: data_format: rate: activation_fn:activation {CONTRIB}",
            keyed=True,
        ),
        "tensorflow.contrib.layers.flatten": Row(places.view("tensorflow.contrib.layers.flatten"), "inputs:x outputs_collections: scope:"),
        "tensorflow.contrib.layers.fully_connected": Row(
            partial(layers.dense, activation="tensorflow.relu"), f"inputs: num_outputs: activation_fn:activation {CONTRIB}", keyed=True
        ),
        "tensorflow.contrib.layers.linear": Row(layers.dense, f"inputs: num_outputs: activation_fn:activation {CONTRIB}", keyed=True),
        # the same values, otherwise arranged
        "tensorflow.batch_gather": Row(places.entries("tensorflow.gather"), "params:x indices:index name:", keyed=True),
        "tensorflow.boolean_mask": Row(places.entries("tensorflow.boolean_mask"), "tensor:x mask:index axis name:", keyed=True),
        "tensorflow.broadcast_to": Row(places.view("tensorflow.broadcast_to"), "input:x shape name:"),
        "tensorflow.cast": Row(constants.cast(), "x dtype name:"),
        "tensorflow.concat": Row(places.concat, "values:items axis: name:"),
        "tensorflow.constant": Row(constants.constant, "value:x dtype shape: name: verify_shape:"),
        "tensorflow.convert_to_tensor": Row(constants.constant, "value:x dtype dtype_hint/preferred_dtype: name:"),
        "tensorflow.ensure_shape": Row(places.identity, "x shape: name:"),
        "tensorflow.expand_dims": Row(places.view("tensorflow.expand_dims"), "input:x axis/dim:axis name:"),
        "tensorflow.fill": Row(constants.full, "dims: value name: layout:"),
        "tensorflow.gather": Row(
            places.entries("tensorflow.gather"), "params:x indices:index validate_indices: axis batch_dims: name:", keyed=True
        ),
        "tensorflow.gather_nd": Row(
            places.entries("tensorflow.gather_nd"), "params:x indices:index batch_dims: name: bad_indices_policy:", keyed=True
        ),
        "tensorflow.identity": Row(places.identity, "input:x name:"),
        "tensorflow.one_hot": Row(constants.one_hot, "indices:x depth: on_value:hi off_value:lo axis: dtype: name:"),
        "tensorflow.ones": Row(constants.always(1.0), "shape: dtype: name: layout:"),
        "tensorflow.ones_like": Row(constants.always(1.0), LIKE),
        "tensorflow.pad": Row(places.padded, "tensor:x paddings: mode: * name:"),
        "tensorflow.band_part": Row(places.padded, "input:x num_lower: num_upper: name:"),
        "tensorflow.eye": Row(constants.bounded("eye", 0.0, 1.0), "num_rows: num_columns: batch_shape: dtype: name:"),
        "tensorflow.linspace": Row(constants.steps, "start:lo stop:hi num: * axis: name:", keyed=True),
        "tensorflow.range": Row(constants.steps, "start:lo limit:hi delta: dtype: name:", keyed=True),
        "tensorflow.pack": Row(places.concat, "values:items axis: name:"),
        "tensorflow.rank": Row(constants.size, "input:x name:"),
        "tensorflow.repeat": Row(places.view("tensorflow.repeat"), "input:x repeats axis name:"),
        "tensorflow.reshape": Row(places.view("tensorflow.reshape"), "tensor:x shape name:"),
        "tensorflow.reverse": Row(places.view("tensorflow.reverse"), "tensor:x axis name:"),
        "tensorflow.saturate_cast": Row(constants.cast(), "value:x dtype name:"),
        "tensorflow.shape": Row(constants.size, "input:x out_type: name:"),
        "tensorflow.size": Row(constants.size, "input:x out_type: name:"),
        "tensorflow.slice": Row(places.entries("tensorflow.slice"), "input_:x begin:index size:shape name:", keyed=True),
        "tensorflow.sort": Row(places.view("tensorflow.sort"), "values:x axis direction: name:"),
        "tensorflow.split": Row(places.split, "value:x num_or_size_splits:num axis: num: name:"),
        "tensorflow.squeeze": Row(places.view("tensorflow.squeeze"), "input:x axis/squeeze_dims:axis name:"),
        "tensorflow.stack": Row(places.concat, "values:items axis: name:"),
        "tensorflow.stop_gradient": Row(StopGradient, "input:x name:"),
        "tensorflow.tile": Row(places.view("tensorflow.tile"), "input:x multiples:repeats name:"),
        "tensorflow.to_double": Row(constants.cast("float64"), X),
        "tensorflow.to_float": Row(constants.cast("float32"), X),
        "tensorflow.to_int32": Row(constants.cast("int"), X),
        "tensorflow.to_int64": Row(constants.cast("int"), X),
        "tensorflow.transpose": Row(places.view("tensorflow.transpose"), "a:x perm conjugate: name:"),
        "tensorflow.unstack": Row(places.split, "value:x num axis: name:"),
        "tensorflow.unpack": Row(places.split, "value:x num axis: name:"),
        "tensorflow.zeros": Row(constants.always(0.0), "shape: dtype: name: layout:"),
        "tensorflow.zeros_like": Row(constants.always(0.0), LIKE),
        # random numbers
        "tensorflow.random.normal": Row(constants.normal, "shape: mean stddev:std dtype: seed: name:", keyed=True),
        "tensorflow.random.truncated_normal": Row(
            constants.truncated_normal, "shape: mean stddev:deviation dtype: seed: name:", keyed=True
        ),
        "tensorflow.random.uniform": Row(constants.uniform("float32", spare=1), "shape: minval:lo maxval:hi dtype seed: name:", keyed=True),
        "tensorflow.random_normal": Row(constants.normal, "shape: mean stddev:std dtype: seed: name:", keyed=True),
        "tensorflow.truncated_normal": Row(constants.truncated_normal, "shape: mean stddev:deviation dtype: seed: name:", keyed=True),
        "tensorflow.random_uniform": Row(constants.uniform("float32", spare=1), "shape: minval:lo maxval:hi dtype seed: name:", keyed=True),
        # losses
        "tensorflow.log_poisson_loss": Row(regressions.log_poisson, "targets:labels log_input:x compute_full_loss:full name:"),
        "tensorflow.sigmoid_cross_entropy_with_logits": Row(SigmoidCrossEntropy, "labels/targets:labels logits:x name:"),
        "tensorflow.softmax_cross_entropy_with_logits": Row(
            losses.softmax_cross_entropy(sparse=False), "labels logits:x axis/dim:axis name:"
        ),
        "tensorflow.softmax_cross_entropy_with_logits_v2": Row(
            losses.softmax_cross_entropy(sparse=False), "labels logits:x axis/dim:axis name:"
        ),
        "tensorflow.sparse_softmax_cross_entropy_with_logits": Row(losses.softmax_cross_entropy(sparse=True), "labels logits:x name:"),
        "tensorflow.weighted_cross_entropy_with_logits": Row(SigmoidCrossEntropy, "labels/targets:labels logits:x pos_weight name:"),
        "tensorflow.losses.absolute_difference": Row(averaged(regressions.absolute), f"labels predictions:x {TF1_LOSS}"),
        "tensorflow.losses.compute_weighted_loss": Row(averaged(places.identity), f"losses:x {TF1_LOSS}"),
        "tensorflow.losses.cosine_distance": Row(averaged(regressions.cosine_distance), f"labels predictions:x axis/dim:axis {TF1_LOSS}"),
        "tensorflow.losses.hinge_loss": Row(averaged(regressions.hinge_of_classes), f"labels logits:x {TF1_LOSS}"),
        "tensorflow.losses.huber_loss": Row(
            averaged(regressions.huber), "labels predictions:x weights:weight delta scope: loss_collection: reduction"
        ),
        "tensorflow.losses.log_loss": Row(
            averaged(regressions.log_loss), "labels predictions:x weights:weight epsilon scope: loss_collection: reduction"
        ),
        "tensorflow.losses.mean_squared_error": Row(averaged(regressions.squared), f"labels/y_true:labels predictions/y_pred:x {TF1_LOSS}"),
        "tensorflow.losses.sigmoid_cross_entropy": Row(
            averaged(losses.sigmoid_cross_entropy),
            "multi_class_labels:labels logits:x weights:weight label_smoothing scope: loss_collection: reduction",
        ),
        "tensorflow.losses.softmax_cross_entropy": Row(
            averaged(losses.softmax_cross_entropy(sparse=False)),
            "onehot_labels:labels logits:x weights:weight label_smoothing scope: loss_collection: reduction",
        ),
        "tensorflow.losses.sparse_softmax_cross_entropy": Row(
            averaged(losses.softmax_cross_entropy(sparse=True)), f"labels logits:x {TF1_LOSS}"
        ),
    },
    constants={
        "tensorflow.bfloat16.max": constants.RANGES["bfloat16"][1],
        "tensorflow.bfloat16.min": -constants.RANGES["bfloat16"][1],
        "tensorflow.float16.max": constants.RANGES["float16"][1],
        "tensorflow.float16.min": -constants.RANGES["float16"][1],
        "tensorflow.float32.max": constants.RANGES["float32"][1],
        "tensorflow.float32.min": -constants.RANGES["float32"][1],
        "tensorflow.float64.max": constants.RANGES["float64"][1],
        "tensorflow.float64.min": -constants.RANGES["float64"][1],
    },
    spellings={
        Abs: "tensorflow.abs({x})",
        Clip: "tensorflow.clip_by_value({x}, {lo}, {hi})",
        Exp: "tensorflow.exp({x})",
        Expm1: "tensorflow.math.expm1({x})",
        Log: "tensorflow.math.log({x})",
        Log1p: "tensorflow.math.log1p({x})",
        LogAddExp: "{x} + tensorflow.nn.softplus({y} - {x})",
        LogSigmoid: "tensorflow.math.log_sigmoid({x})",
        LogSoftmax: "tensorflow.nn.log_softmax({x}[, axis={axis!}])",
        LogSumExp: "tensorflow.reduce_logsumexp({x}[, axis={axis}][, keepdims={keepdims}])",
        Max: "tensorflow.reduce_max({x}[, axis={axis}][, keepdims={keepdims}])",
        Maximum: "tensorflow.maximum({x}, {y})",
        Mean: "tensorflow.reduce_mean({x}[, axis={axis}][, keepdims={keepdims}])",
        Min: "tensorflow.reduce_min({x}[, axis={axis}][, keepdims={keepdims}])",
        Minimum: "tensorflow.minimum({x}, {y})",
        Prod: "tensorflow.reduce_prod({x}[, axis={axis}][, keepdims={keepdims}])",
        Relu: "tensorflow.nn.relu({x})",
        Sigmoid: "tensorflow.sigmoid({x})",
        SigmoidCrossEntropy: "tensorflow.nn.sigmoid_cross_entropy_with_logits(labels={labels}, logits={x})",
        Softmax: "tensorflow.nn.softmax({x}[, axis={axis!}])",
        SoftmaxCrossEntropy: "tensorflow.nn.softmax_cross_entropy_with_logits(labels={labels}, logits={x}[, axis={axis!}])",
        Softplus: "tensorflow.nn.softplus({x})",
        Sqrt: "tensorflow.sqrt({x})",
        Square: "tensorflow.square({x})",
        Std: "tensorflow.math.reduce_std({x}[, axis={axis}][, keepdims={keepdims}])",
        StopGradient: "tensorflow.stop_gradient({x})",
        Sum: "tensorflow.reduce_sum({x}[, axis={axis}][, keepdims={keepdims}])",
        Tanh: "tensorflow.tanh({x})",
        Var: "tensorflow.math.reduce_variance({x}[, axis={axis}][, keepdims={keepdims}])",
        Where: "tensorflow.where({test}, {x}, {y})",
        Xlogy: "tensorflow.math.xlogy({x}, {y})",
    },
    quirks={
        "tensorflow.multiply_no_nan": "the value is 0 where y is 0, but the gradient behind x stays NaN",
        "tensorflow.norm": "the gradient at 0 is NaN",
        "tensorflow.reduce_euclidean_norm": "the gradient at 0 is NaN",
        "tensorflow.reduce_std": "the gradient at 0 is NaN",
        "tensorflow.sqrt": "the gradient at 0 is infinite, but 0 where nothing comes from above (0 / 0 gives 0)",
        "tensorflow.weighted_cross_entropy_with_logits": "the gradient at logit 0 is 0 or 1 instead of a half (TensorFlow 2.21)",
    },
)
