"""What Keras models are made of: layers and losses of Keras 3, and what Keras 1 and 2 called otherwise; also as `tf.keras`."""

from __future__ import annotations

from bce_lint.facts import algebra
from bce_lint.facts.expr import Const
from bce_lint.facts.vocabulary import losses, make, places, regressions
from bce_lint.facts.vocabulary.layers import fetched, layer
from bce_lint.facts.vocabulary.losses import row_mean, row_sum
from bce_lint.facts.vocabulary.row import Row, Vocabulary

COMMON = "* name: dtype: trainable: input_shape: input_dim: batch_input_shape: batch_size: weights:"
LAYER = f"use_bias/bias: * kernel_initializer/init: bias_initializer: kernel_regularizer/W_regularizer: bias_regularizer/b_regularizer: activity_regularizer: kernel_constraint: bias_constraint: depthwise_initializer: pointwise_initializer: embeddings_initializer: embeddings_regularizer: embeddings_constraint: recurrent_initializer: go_backwards: implementation: use_cudnn: unit_forget_bias: reset_after: recurrent_regularizer: recurrent_constraint: {COMMON}"
CONV = "filters/nb_filter: kernel_size/nb_row: strides/subsample: padding/border_mode: data_format/dim_ordering: dilation_rate:"
TRANSPOSE = "filters: kernel_size: strides: padding: output_padding: data_format: dilation_rate:"
NORMALIZATION = f"beta_initializer: gamma_initializer: moving_mean_initializer: moving_variance_initializer: synchronized: renorm: renorm_clipping: renorm_momentum: virtual_batch_size: fused: beta_constraint: gamma_constraint: beta_regularizer: gamma_regularizer: {COMMON}"


VOCABULARY = Vocabulary(
    name="keras",
    dtype="float32",
    flushes_subnormals=True,
    functions={
        # losses
        "keras.losses.BinaryCrossentropy": Row(
            layer("loss", loss="keras.losses.binary_crossentropy"), "from_logits label_smoothing axis reduction name: dtype:"
        ),
        "keras.losses.BinaryFocalCrossentropy": Row(
            layer("loss", loss="keras.losses.binary_focal_crossentropy"),
            "apply_class_balancing:balance alpha gamma from_logits label_smoothing axis reduction name: dtype:",
        ),
        "keras.losses.CategoricalCrossentropy": Row(
            layer("loss", loss="keras.losses.categorical_crossentropy"), "from_logits label_smoothing axis reduction name: dtype:"
        ),
        "keras.losses.CategoricalFocalCrossentropy": Row(
            layer("loss", loss="keras.losses.categorical_focal_crossentropy"),
            "alpha gamma from_logits label_smoothing axis reduction name: dtype:",
        ),
        "keras.losses.CategoricalHinge": Row(layer("loss", loss="keras.losses.categorical_hinge"), "reduction name: dtype:"),
        "keras.losses.CosineSimilarity": Row(layer("loss", loss="keras.losses.cosine_similarity"), "axis reduction name: dtype:"),
        "keras.losses.Dice": Row(layer("loss", loss="keras.losses.dice"), "reduction name: axis dtype:"),
        "keras.losses.Hinge": Row(layer("loss", loss="keras.losses.hinge"), "reduction name: dtype:"),
        "keras.losses.Huber": Row(layer("loss", loss="keras.losses.huber"), "delta reduction name: dtype:"),
        "keras.losses.KLD": Row(row_sum(regressions.kl_of_probabilities), "y_true:labels y_pred:x"),
        "keras.losses.KLDivergence": Row(layer("loss", loss="keras.losses.kl_divergence"), "reduction name: dtype:"),
        "keras.losses.LogCosh": Row(layer("loss", loss="keras.losses.log_cosh"), "reduction name: dtype:"),
        "keras.losses.MAE": Row(row_mean(regressions.absolute), "y_true:labels y_pred:x"),
        "keras.losses.MAPE": Row(row_mean(regressions.percentage), "y_true:labels y_pred:x"),
        "keras.losses.MSE": Row(row_mean(regressions.squared), "y_true:labels y_pred:x"),
        "keras.losses.MSLE": Row(row_mean(regressions.squared_logarithmic), "y_true:labels y_pred:x"),
        "keras.losses.MeanAbsoluteError": Row(layer("loss", loss="keras.losses.mean_absolute_error"), "reduction name: dtype:"),
        "keras.losses.MeanAbsolutePercentageError": Row(
            layer("loss", loss="keras.losses.mean_absolute_percentage_error"), "reduction name: dtype:"
        ),
        "keras.losses.MeanSquaredError": Row(layer("loss", loss="keras.losses.mean_squared_error"), "reduction name: dtype:"),
        "keras.losses.MeanSquaredLogarithmicError": Row(
            layer("loss", loss="keras.losses.mean_squared_logarithmic_error"), "reduction name: dtype:"
        ),
        "keras.losses.Poisson": Row(layer("loss", loss="keras.losses.poisson"), "reduction name: dtype:"),
        "keras.losses.SparseCategoricalCrossentropy": Row(
            layer("loss", loss="keras.losses.sparse_categorical_crossentropy"),
            "from_logits ignore_class:ignore reduction axis name: dtype:",
        ),
        "keras.losses.SquaredHinge": Row(layer("loss", loss="keras.losses.squared_hinge"), "reduction name: dtype:"),
        "keras.losses.Tversky": Row(layer("loss", loss="keras.losses.tversky"), "alpha beta reduction name: axis dtype:"),
        "keras.losses.binary_crossentropy": Row(row_mean(losses.binary), "y_true:labels y_pred:x from_logits label_smoothing axis"),
        "keras.losses.binary_focal_crossentropy": Row(
            row_mean(losses.balanced_focal(losses.focal)),
            "y_true:labels y_pred:x apply_class_balancing:balance alpha gamma from_logits label_smoothing axis",
        ),
        "keras.losses.categorical_crossentropy": Row(losses.categorical, "y_true:labels y_pred:x from_logits label_smoothing axis"),
        "keras.losses.categorical_focal_crossentropy": Row(
            losses.categorical_focal, "y_true:labels y_pred:x alpha gamma from_logits label_smoothing axis"
        ),
        "keras.losses.categorical_hinge": Row(regressions.categorical_hinge, "y_true:labels y_pred:x"),
        "keras.losses.cosine_proximity": Row(regressions.negative_cosine, "y_true:labels y_pred:x axis"),
        "keras.losses.cosine_similarity": Row(regressions.negative_cosine, "y_true:labels y_pred:x axis"),
        "keras.losses.dice": Row(regressions.dice, "y_true:labels y_pred:x axis"),
        "keras.losses.get": Row(fetched("keras.losses"), "identifier:how"),
        "keras.losses.hinge": Row(row_mean(regressions.hinge), "y_true:labels y_pred:x"),
        "keras.losses.huber": Row(row_mean(regressions.huber), "y_true:labels y_pred:x delta"),
        "keras.losses.kl_divergence": Row(row_sum(regressions.kl_of_probabilities), "y_true:labels y_pred:x"),
        "keras.losses.kld": Row(row_sum(regressions.kl_of_probabilities), "y_true:labels y_pred:x"),
        "keras.losses.kullback_leibler_divergence": Row(row_sum(regressions.kl_of_probabilities), "y_true:labels y_pred:x"),
        "keras.losses.log_cosh": Row(row_mean(regressions.log_cosh), "y_true:labels y_pred:x"),
        "keras.losses.logcosh": Row(row_mean(regressions.log_cosh), "y_true:labels y_pred:x"),
        "keras.losses.mae": Row(row_mean(regressions.absolute), "y_true:labels y_pred:x"),
        "keras.losses.mape": Row(row_mean(regressions.percentage), "y_true:labels y_pred:x"),
        "keras.losses.mean_absolute_error": Row(row_mean(regressions.absolute), "y_true:labels y_pred:x"),
        "keras.losses.mean_absolute_percentage_error": Row(row_mean(regressions.percentage), "y_true:labels y_pred:x"),
        "keras.losses.mean_squared_error": Row(row_mean(regressions.squared), "y_true:labels y_pred:x"),
        "keras.losses.mean_squared_logarithmic_error": Row(row_mean(regressions.squared_logarithmic), "y_true:labels y_pred:x"),
        "keras.losses.mse": Row(row_mean(regressions.squared), "y_true:labels y_pred:x"),
        "keras.losses.msle": Row(row_mean(regressions.squared_logarithmic), "y_true:labels y_pred:x"),
        "keras.losses.poisson": Row(row_mean(regressions.poisson), "y_true:labels y_pred:x"),
        "keras.losses.sparse_categorical_crossentropy": Row(
            losses.sparse_categorical, "y_true:labels y_pred:x from_logits ignore_class:ignore axis"
        ),
        "keras.losses.squared_hinge": Row(row_mean(regressions.squared_hinge), "y_true:labels y_pred:x"),
        "keras.losses.tversky": Row(regressions.tversky, "y_true:labels y_pred:x alpha beta axis"),
        # layers
        "keras.Model": Row(layer("model"), "inputs/input: outputs/output name: trainable:"),
        "keras.Sequential": Row(layer("sequential"), "layers:items trainable: name:"),
        "keras.layers.Activation": Row(layer("activation"), f"activation {COMMON}"),
        "keras.layers.Add": Row(layer("add"), f"{COMMON}"),
        "keras.layers.Average": Row(layer("average"), f"{COMMON}"),
        "keras.layers.AveragePooling1D": Row(layer("pooled"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.AveragePooling2D": Row(layer("pooled"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.AveragePooling3D": Row(layer("pooled"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.BatchNormalization": Row(layer("dense"), f"axis: momentum: epsilon: center: scale: * {NORMALIZATION}"),
        "keras.layers.Concatenate": Row(layer("concatenate"), f"axis: {COMMON}"),
        "keras.layers.Conv1D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Conv1DTranspose": Row(layer("dense"), f"{TRANSPOSE} activation {LAYER}"),
        "keras.layers.Conv2D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Conv2DTranspose": Row(layer("dense"), f"{TRANSPOSE} activation {LAYER}"),
        "keras.layers.Conv3D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Conv3DTranspose": Row(
            layer("dense"), f"filters: kernel_size: strides: padding: data_format: output_padding: dilation_rate: activation {LAYER}"
        ),
        "keras.layers.Convolution1D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Convolution2D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Convolution3D": Row(layer("dense"), f"{CONV} groups: activation {LAYER}"),
        "keras.layers.Dense": Row(layer("dense"), f"units/output_dim: activation {LAYER}"),
        "keras.layers.DepthwiseConv2D": Row(
            layer("dense"), f"kernel_size: strides: padding: depth_multiplier: data_format: dilation_rate: activation {LAYER}"
        ),
        "keras.layers.Dropout": Row(layer("keras.random.dropout"), f"rate noise_shape: seed: {COMMON}"),
        "keras.layers.ELU": Row(layer("keras.activations.elu"), f"alpha {COMMON}"),
        "keras.layers.EinsumDense": Row(layer("dense"), f"equation: output_shape: activation * bias_axes: {LAYER}"),
        "keras.layers.Embedding": Row(
            layer("dense"),
            "input_dim: output_dim: embeddings_initializer: embeddings_regularizer: embeddings_constraint: mask_zero: * input_length: name: dtype: trainable: input_shape: batch_input_shape: batch_size: weights:",
        ),
        "keras.layers.Flatten": Row(layer("rearranged"), f"data_format: {COMMON}"),
        "keras.layers.GRU": Row(
            layer("dense"),
            f"units/output_dim: * activation: recurrent_activation: return_sequences: dropout: recurrent_dropout: stateful: unroll: {LAYER}",
        ),
        "keras.layers.GlobalAveragePooling1D": Row(layer("pooled"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.GlobalAveragePooling2D": Row(layer("pooled"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.GlobalAveragePooling3D": Row(layer("pooled"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.GlobalMaxPooling1D": Row(layer("rearranged"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.GlobalMaxPooling2D": Row(layer("rearranged"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.GlobalMaxPooling3D": Row(layer("rearranged"), f"data_format: keepdims: {COMMON}"),
        "keras.layers.Identity": Row(layer("identity"), f"{COMMON}"),
        "keras.layers.LSTM": Row(
            layer("dense"),
            f"units/output_dim: * activation: recurrent_activation: return_sequences: dropout: recurrent_dropout: stateful: unroll: {LAYER}",
        ),
        "keras.layers.LayerNormalization": Row(layer("dense"), f"axis: epsilon: center: scale: * {NORMALIZATION}"),
        "keras.layers.LeakyReLU": Row(layer("keras.activations.leaky_relu", alpha=Const(0.3)), f"negative_slope/alpha:alpha {COMMON}"),
        "keras.layers.MaxPooling1D": Row(layer("rearranged"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.MaxPooling2D": Row(layer("rearranged"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.MaxPooling3D": Row(layer("rearranged"), f"pool_size: strides: padding: data_format: {COMMON}"),
        "keras.layers.Maximum": Row(layer("maximum"), f"{COMMON}"),
        "keras.layers.Minimum": Row(layer("minimum"), f"{COMMON}"),
        "keras.layers.Multiply": Row(layer("multiply"), f"{COMMON}"),
        "keras.layers.Permute": Row(layer("rearranged"), f"dims: {COMMON}"),
        "keras.layers.ReLU": Row(layer("keras.activations.relu"), f"max_value:ceiling negative_slope:slope threshold {COMMON}"),
        "keras.layers.RepeatVector": Row(layer("rearranged"), f"n: {COMMON}"),
        "keras.layers.Reshape": Row(layer("rearranged"), f"target_shape: {COMMON}"),
        "keras.layers.SeparableConv1D": Row(layer("dense"), f"{CONV} depth_multiplier: activation {LAYER}"),
        "keras.layers.SeparableConv2D": Row(layer("dense"), f"{CONV} depth_multiplier: activation {LAYER}"),
        "keras.layers.SimpleRNN": Row(
            layer("dense"),
            f"units/output_dim: * activation: recurrent_activation: return_sequences: dropout: recurrent_dropout: stateful: unroll: {LAYER}",
        ),
        "keras.layers.Softmax": Row(layer("keras.activations.softmax"), f"axis {COMMON}"),
        "keras.layers.SpatialDropout2D": Row(layer("keras.random.dropout"), "rate data_format: seed: name: dtype:"),
        "keras.layers.Subtract": Row(layer("subtract"), f"{COMMON}"),
        "keras.layers.UpSampling2D": Row(layer("rearranged"), f"size: data_format: interpolation: {COMMON}"),
        "keras.layers.add": Row(make.folded(algebra.add), f"inputs:items {COMMON}"),
        "keras.layers.average": Row(make.mean_of, f"inputs:items {COMMON}"),
        "keras.layers.concatenate": Row(places.concat, f"inputs:items axis: {COMMON}"),
        "keras.layers.maximum": Row(make.folded(make.maximum), f"inputs:items {COMMON}"),
        "keras.layers.minimum": Row(make.folded(make.minimum), f"inputs:items {COMMON}"),
        "keras.layers.multiply": Row(make.folded(algebra.mul), f"inputs:items {COMMON}"),
        "keras.layers.subtract": Row(make.folded(algebra.sub), f"inputs:items {COMMON}"),
        "keras.models.Model": Row(layer("model"), "inputs/input: outputs/output name: trainable:"),
        "keras.models.Sequential": Row(layer("sequential"), "layers:items trainable: name:"),
    },
)
