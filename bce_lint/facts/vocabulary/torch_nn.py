"""PyTorch's `torch.nn.functional` and the modules of `torch.nn`, which are the same functions with their options given beforehand."""

from __future__ import annotations

from functools import partial

from bce_lint.facts.expr import LogSigmoid, LogSoftmax, NegativeLogLikelihood, Relu, Sigmoid, Softmax, Tanh
from bce_lint.facts.vocabulary import activations, axes, constants, losses, places, regressions
from bce_lint.facts.vocabulary.layers import layer
from bce_lint.facts.vocabulary.losses import averaged
from bce_lint.facts.vocabulary.row import Row, Vocabulary

VOCABULARY = Vocabulary(
    name="torch",
    dtype="float32",
    flushes_subnormals=False,
    functions={
        # torch.nn.functional
        "torch.nn.functional.adaptive_avg_pool1d": Row(axes.pooled, "input:x output_size:"),
        "torch.nn.functional.adaptive_avg_pool2d": Row(axes.pooled, "input:x output_size:"),
        "torch.nn.functional.adaptive_avg_pool3d": Row(axes.pooled, "input:x output_size:"),
        "torch.nn.functional.adaptive_max_pool2d": Row(places.view("torch.nn.functional.adaptive_max_pool2d"), "input:x output_size:"),
        "torch.nn.functional.pad": Row(places.padded, "input:x pad: mode:"),
        "torch.nn.functional.avg_pool1d": Row(
            axes.pooled, "input:x kernel_size: stride: padding: ceil_mode: count_include_pad: divisor_override:"
        ),
        "torch.nn.functional.avg_pool2d": Row(
            axes.pooled, "input:x kernel_size: stride: padding: ceil_mode: count_include_pad: divisor_override:"
        ),
        "torch.nn.functional.avg_pool3d": Row(
            axes.pooled, "input:x kernel_size: stride: padding: ceil_mode: count_include_pad: divisor_override:"
        ),
        "torch.nn.functional.batch_norm": Row(
            axes.linear("batch_norm"), "input: running_mean: running_var: weight: bias: training: momentum: eps:"
        ),
        "torch.nn.functional.binary_cross_entropy": Row(
            averaged(partial(losses.binary, guard="log-floor")), "input:x target:labels weight size_average reduce reduction"
        ),
        "torch.nn.functional.binary_cross_entropy_with_logits": Row(
            averaged(losses.sigmoid_cross_entropy), "input:x target:labels weight size_average reduce reduction pos_weight"
        ),
        "torch.nn.functional.celu": Row(activations.celu, "input:x alpha inplace:"),
        "torch.nn.functional.conv1d": Row(axes.linear("conv1d"), "input: weight: bias: stride: padding: dilation: groups:"),
        "torch.nn.functional.conv2d": Row(axes.linear("conv2d"), "input: weight: bias: stride: padding: dilation: groups:"),
        "torch.nn.functional.conv3d": Row(axes.linear("conv3d"), "input: weight: bias: stride: padding: dilation: groups:"),
        "torch.nn.functional.conv_transpose1d": Row(
            axes.linear("conv_transpose1d"), "input: weight: bias: stride: padding: output_padding: groups: dilation:"
        ),
        "torch.nn.functional.conv_transpose2d": Row(
            axes.linear("conv_transpose2d"), "input: weight: bias: stride: padding: output_padding: groups: dilation:"
        ),
        "torch.nn.functional.conv_transpose3d": Row(
            axes.linear("conv_transpose3d"), "input: weight: bias: stride: padding: output_padding: groups: dilation:"
        ),
        "torch.nn.functional.cosine_embedding_loss": Row(
            averaged(regressions.cosine_embedding), "input1:x input2:y target:labels margin size_average reduce reduction"
        ),
        "torch.nn.functional.cosine_similarity": Row(regressions.cosine_similarity, "x1:x x2:y dim:axis eps:epsilon"),
        "torch.nn.functional.cross_entropy": Row(
            losses.class_averaged(losses.softmax_cross_entropy(sparse=True, axis=1)),
            "input:x target:labels weight size_average ignore_index: reduce reduction label_smoothing",
        ),
        "torch.nn.functional.dropout": Row(constants.dropout, "input:x p:rate training: inplace:", keyed=True),
        "torch.nn.functional.dropout2d": Row(constants.dropout, "input:x p:rate training: inplace:", keyed=True),
        "torch.nn.functional.elu": Row(activations.elu, "input:x alpha inplace:"),
        "torch.nn.functional.embedding": Row(
            axes.linear("embedding"), "input: weight: padding_idx: max_norm: norm_type: scale_grad_by_freq: sparse:"
        ),
        "torch.nn.functional.gaussian_nll_loss": Row(
            averaged(regressions.gaussian_nll), "input:x target:labels var full eps:epsilon reduction"
        ),
        "torch.nn.functional.gelu": Row(activations.gelu(approximate=False), "input:x * approximate"),
        "torch.nn.functional.glu": Row(activations.glu, "input:x dim:axis"),
        "torch.nn.functional.gumbel_softmax": Row(axes.gumbel, "logits: tau: hard: eps: dim:axis", keyed=True),
        "torch.nn.functional.hardsigmoid": Row(activations.hard_sigmoid, "input:x inplace:"),
        "torch.nn.functional.hardswish": Row(activations.hard_silu, "input:x inplace:"),
        "torch.nn.functional.hardtanh": Row(activations.hardtanh, "input:x min_val:lo max_val:hi inplace:"),
        "torch.nn.functional.hinge_embedding_loss": Row(
            averaged(regressions.hinge_embedding), "input:x target:labels margin size_average reduce reduction"
        ),
        "torch.nn.functional.huber_loss": Row(averaged(regressions.huber), "input:x target:labels reduction delta weight"),
        "torch.nn.functional.interpolate": Row(
            places.view("torch.nn.functional.interpolate"),
            "input:x size: scale_factor: mode: align_corners: recompute_scale_factor: antialias:",
        ),
        "torch.nn.functional.kl_div": Row(
            averaged(regressions.kl), "input:x target:labels size_average reduce reduction log_target:log_labels"
        ),
        "torch.nn.functional.l1_loss": Row(
            losses.weight_averaged(regressions.absolute), "input:x target:labels size_average reduce reduction weight"
        ),
        "torch.nn.functional.layer_norm": Row(axes.linear("layer_norm"), "input: normalized_shape: weight: bias: eps:"),
        "torch.nn.functional.leaky_relu": Row(activations.leaky_relu(0.01), "input:x negative_slope:alpha inplace:"),
        "torch.nn.functional.linear": Row(axes.projected, "input:x weight bias"),
        "torch.nn.functional.log_softmax": Row(axes.along(LogSoftmax), "input:x dim:axis _stacklevel: dtype"),
        "torch.nn.functional.logsigmoid": Row(LogSigmoid, "input:x"),
        "torch.nn.functional.margin_ranking_loss": Row(
            averaged(regressions.margin_ranking), "input1:x input2:y target:labels margin size_average reduce reduction"
        ),
        "torch.nn.functional.max_pool1d": Row(
            places.view("torch.nn.functional.max_pool1d"), "input:x kernel_size: stride: padding: dilation: ceil_mode:"
        ),
        "torch.nn.functional.max_pool2d": Row(
            places.view("torch.nn.functional.max_pool2d"), "input:x kernel_size: stride: padding: dilation: ceil_mode:"
        ),
        "torch.nn.functional.max_pool3d": Row(
            places.view("torch.nn.functional.max_pool3d"), "input:x kernel_size: stride: padding: dilation: ceil_mode:"
        ),
        "torch.nn.functional.mish": Row(activations.mish, "input:x inplace:"),
        "torch.nn.functional.mse_loss": Row(
            losses.weight_averaged(regressions.squared), "input:x target:labels size_average reduce reduction weight"
        ),
        "torch.nn.functional.multilabel_soft_margin_loss": Row(
            averaged(regressions.multilabel_soft_margin), "input:x target:labels * size_average reduce reduction"
        ),
        "torch.nn.functional.nll_loss": Row(
            losses.class_averaged(NegativeLogLikelihood), "input:x target:labels weight size_average ignore_index: reduce reduction"
        ),
        "torch.nn.functional.normalize": Row(axes.normalize_by_norm, "input:x p:ord dim:axis eps:epsilon out:"),
        "torch.nn.functional.one_hot": Row(constants.one_hot, "input:x num_classes:"),
        "torch.nn.functional.pairwise_distance": Row(regressions.pairwise_distance, "x1:x x2:y p:ord eps:epsilon keepdim:keepdims"),
        "torch.nn.functional.poisson_nll_loss": Row(
            averaged(regressions.poisson_nll), "input:x target:labels log_input full size_average eps:epsilon reduce reduction"
        ),
        "torch.nn.functional.relu": Row(Relu, "input:x inplace:"),
        "torch.nn.functional.relu6": Row(activations.relu6, "input:x inplace:"),
        "torch.nn.functional.selu": Row(activations.selu, "input:x inplace:"),
        "torch.nn.functional.sigmoid": Row(Sigmoid, "input:x"),
        "torch.nn.functional.silu": Row(activations.silu, "input:x inplace:"),
        "torch.nn.functional.smooth_l1_loss": Row(
            averaged(regressions.smooth_l1), "input:x target:labels size_average reduce reduction beta"
        ),
        "torch.nn.functional.soft_margin_loss": Row(
            averaged(regressions.soft_margin), "input:x target:labels size_average reduce reduction"
        ),
        "torch.nn.functional.softmax": Row(axes.along(Softmax), "input:x dim:axis _stacklevel: dtype"),
        "torch.nn.functional.softmin": Row(axes.softmin, "input:x dim:axis _stacklevel: dtype"),
        "torch.nn.functional.softplus": Row(activations.softplus, "input:x beta threshold:"),
        "torch.nn.functional.softsign": Row(activations.softsign, "input:x"),
        "torch.nn.functional.tanh": Row(Tanh, "input:x"),
        "torch.nn.functional.tanhshrink": Row(activations.tanhshrink, "input:x"),
        "torch.nn.functional.threshold": Row(activations.threshold, "input:x threshold value:y inplace:"),
        "torch.nn.functional.triplet_margin_loss": Row(
            averaged(regressions.triplet), "anchor:x positive:near negative:far margin p: eps: swap: size_average reduce reduction"
        ),
        "torch.nn.functional.upsample": Row(
            places.view("torch.nn.functional.upsample"),
            "input:x size: scale_factor: mode: align_corners: recompute_scale_factor: antialias:",
        ),
        # torch.nn
        "torch.nn.AdaptiveAvgPool1d": Row(layer("pooled"), "output_size:"),
        "torch.nn.AdaptiveAvgPool2d": Row(layer("pooled"), "output_size:"),
        "torch.nn.AdaptiveAvgPool3d": Row(layer("pooled"), "output_size:"),
        "torch.nn.AdaptiveMaxPool1d": Row(layer("rearranged"), "output_size:"),
        "torch.nn.AdaptiveMaxPool2d": Row(layer("rearranged"), "output_size:"),
        "torch.nn.AdaptiveMaxPool3d": Row(layer("rearranged"), "output_size:"),
        "torch.nn.AvgPool1d": Row(layer("pooled"), "kernel_size: stride: padding: ceil_mode: count_include_pad:"),
        "torch.nn.AvgPool2d": Row(layer("pooled"), "kernel_size: stride: padding: ceil_mode: count_include_pad: divisor_override:"),
        "torch.nn.AvgPool3d": Row(layer("pooled"), "kernel_size: stride: padding: ceil_mode: count_include_pad: divisor_override:"),
        "torch.nn.BCELoss": Row(layer("torch.nn.functional.binary_cross_entropy"), "weight size_average reduce reduction"),
        "torch.nn.BCEWithLogitsLoss": Row(
            layer("torch.nn.functional.binary_cross_entropy_with_logits"), "weight size_average reduce reduction pos_weight"
        ),
        "torch.nn.BatchNorm1d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.BatchNorm2d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.BatchNorm3d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.CELU": Row(layer("torch.nn.functional.celu"), "alpha inplace:"),
        "torch.nn.Conv1d": Row(
            layer("dense"), "in_channels: out_channels: kernel_size: stride: padding: dilation: groups: bias: padding_mode: device: dtype:"
        ),
        "torch.nn.Conv2d": Row(
            layer("dense"), "in_channels: out_channels: kernel_size: stride: padding: dilation: groups: bias: padding_mode: device: dtype:"
        ),
        "torch.nn.Conv3d": Row(
            layer("dense"), "in_channels: out_channels: kernel_size: stride: padding: dilation: groups: bias: padding_mode: device: dtype:"
        ),
        "torch.nn.ConvTranspose1d": Row(
            layer("dense"),
            "in_channels: out_channels: kernel_size: stride: padding: output_padding: groups: bias: dilation: padding_mode: device: dtype:",
        ),
        "torch.nn.ConvTranspose2d": Row(
            layer("dense"),
            "in_channels: out_channels: kernel_size: stride: padding: output_padding: groups: bias: dilation: padding_mode: device: dtype:",
        ),
        "torch.nn.ConvTranspose3d": Row(
            layer("dense"),
            "in_channels: out_channels: kernel_size: stride: padding: output_padding: groups: bias: dilation: padding_mode: device: dtype:",
        ),
        "torch.nn.CosineEmbeddingLoss": Row(layer("torch.nn.functional.cosine_embedding_loss"), "margin size_average reduce reduction"),
        "torch.nn.CosineSimilarity": Row(layer("torch.nn.functional.cosine_similarity"), "dim:axis eps:epsilon"),
        "torch.nn.CrossEntropyLoss": Row(
            layer("torch.nn.functional.cross_entropy"), "weight size_average ignore_index: reduce reduction label_smoothing"
        ),
        "torch.nn.Dropout": Row(layer("torch.nn.functional.dropout"), "p:rate inplace:"),
        "torch.nn.Dropout2d": Row(layer("torch.nn.functional.dropout"), "p:rate inplace:"),
        "torch.nn.ELU": Row(layer("torch.nn.functional.elu"), "alpha inplace:"),
        "torch.nn.Embedding": Row(
            layer("dense"), "num_embeddings: embedding_dim: padding_idx: max_norm: norm_type: scale_grad_by_freq: sparse:"
        ),
        "torch.nn.Flatten": Row(layer("rearranged"), "start_dim: end_dim:"),
        "torch.nn.GELU": Row(layer("torch.nn.functional.gelu"), "approximate"),
        "torch.nn.GLU": Row(layer("torch.nn.functional.glu"), "dim:axis"),
        "torch.nn.GaussianNLLLoss": Row(layer("torch.nn.functional.gaussian_nll_loss"), "* full eps:epsilon reduction"),
        "torch.nn.GroupNorm": Row(layer("dense"), "num_groups: num_channels: eps: affine: device: dtype:"),
        "torch.nn.Hardsigmoid": Row(layer("torch.nn.functional.hardsigmoid"), "inplace:"),
        "torch.nn.Hardswish": Row(layer("torch.nn.functional.hardswish"), "inplace:"),
        "torch.nn.Hardtanh": Row(layer("torch.nn.functional.hardtanh"), "min_val:lo max_val:hi inplace:"),
        "torch.nn.HingeEmbeddingLoss": Row(layer("torch.nn.functional.hinge_embedding_loss"), "margin size_average reduce reduction"),
        "torch.nn.HuberLoss": Row(layer("torch.nn.functional.huber_loss"), "reduction delta"),
        "torch.nn.Identity": Row(layer("identity"), "*ignored"),
        "torch.nn.InstanceNorm1d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.InstanceNorm2d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.InstanceNorm3d": Row(layer("dense"), "num_features: eps: momentum: affine: track_running_stats: device: dtype:"),
        "torch.nn.KLDivLoss": Row(layer("torch.nn.functional.kl_div"), "size_average reduce reduction log_target:log_labels"),
        "torch.nn.L1Loss": Row(layer("torch.nn.functional.l1_loss"), "size_average reduce reduction"),
        "torch.nn.LayerNorm": Row(layer("dense"), "normalized_shape: eps: elementwise_affine: bias: device: dtype:"),
        "torch.nn.LazyLinear": Row(layer("dense"), "out_features: bias: device: dtype:"),
        "torch.nn.LeakyReLU": Row(layer("torch.nn.functional.leaky_relu"), "negative_slope:alpha inplace:"),
        "torch.nn.Linear": Row(layer("dense"), "in_features: out_features: bias: device: dtype:"),
        "torch.nn.LogSigmoid": Row(layer("torch.nn.functional.logsigmoid"), ""),
        "torch.nn.LogSoftmax": Row(layer("torch.nn.functional.log_softmax"), "dim:axis"),
        "torch.nn.MSELoss": Row(layer("torch.nn.functional.mse_loss"), "size_average reduce reduction"),
        "torch.nn.MarginRankingLoss": Row(layer("torch.nn.functional.margin_ranking_loss"), "margin size_average reduce reduction"),
        "torch.nn.MaxPool1d": Row(layer("rearranged"), "kernel_size: stride: padding: dilation: * ceil_mode:"),
        "torch.nn.MaxPool2d": Row(layer("rearranged"), "kernel_size: stride: padding: dilation: * ceil_mode:"),
        "torch.nn.MaxPool3d": Row(layer("rearranged"), "kernel_size: stride: padding: dilation: * ceil_mode:"),
        "torch.nn.Mish": Row(layer("torch.nn.functional.mish"), "inplace:"),
        "torch.nn.MultiLabelSoftMarginLoss": Row(
            layer("torch.nn.functional.multilabel_soft_margin_loss"), "* size_average reduce reduction"
        ),
        "torch.nn.NLLLoss": Row(layer("torch.nn.functional.nll_loss"), "weight size_average ignore_index: reduce reduction"),
        "torch.nn.PairwiseDistance": Row(layer("torch.nn.functional.pairwise_distance"), "p:ord eps:epsilon keepdim:keepdims"),
        "torch.nn.PoissonNLLLoss": Row(
            layer("torch.nn.functional.poisson_nll_loss"), "log_input full size_average eps:epsilon reduce reduction"
        ),
        "torch.nn.ReLU": Row(layer("torch.nn.functional.relu"), "inplace:"),
        "torch.nn.ReLU6": Row(layer("torch.nn.functional.relu6"), "inplace:"),
        "torch.nn.SELU": Row(layer("torch.nn.functional.selu"), "inplace:"),
        "torch.nn.Sequential": Row(layer("sequential"), "*items"),
        "torch.nn.SiLU": Row(layer("torch.nn.functional.silu"), "inplace:"),
        "torch.nn.Sigmoid": Row(layer("torch.nn.functional.sigmoid"), ""),
        "torch.nn.SmoothL1Loss": Row(layer("torch.nn.functional.smooth_l1_loss"), "size_average reduce reduction beta"),
        "torch.nn.SoftMarginLoss": Row(layer("torch.nn.functional.soft_margin_loss"), "size_average reduce reduction"),
        "torch.nn.Softmax": Row(layer("torch.nn.functional.softmax"), "dim:axis"),
        "torch.nn.Softmax2d": Row(layer("torch.nn.functional.softmax", axis=-3), ""),
        "torch.nn.Softmin": Row(layer("torch.nn.functional.softmin"), "dim:axis"),
        "torch.nn.Softplus": Row(layer("torch.nn.functional.softplus"), "beta threshold:"),
        "torch.nn.Softsign": Row(layer("torch.nn.functional.softsign"), ""),
        "torch.nn.Tanh": Row(layer("torch.nn.functional.tanh"), ""),
        "torch.nn.Tanhshrink": Row(layer("torch.nn.functional.tanhshrink"), ""),
        "torch.nn.Threshold": Row(layer("torch.nn.functional.threshold"), "threshold value:y inplace:"),
        "torch.nn.TripletMarginLoss": Row(
            layer("torch.nn.functional.triplet_margin_loss"), "margin p: eps: swap: size_average reduce reduction"
        ),
        "torch.nn.Unflatten": Row(layer("rearranged"), "dim: unflattened_size:"),
        "torch.nn.Upsample": Row(layer("rearranged"), "size: scale_factor: mode: align_corners: recompute_scale_factor:"),
    },
    quirks={
        "torch.nn.functional.binary_cross_entropy": "logarithms are held above -100: the loss of a sure wrong answer is 100 and its gradient with respect to the logits 0",
        "torch.nn.functional.kl_div": "is NaN where the target is 0 and the log-probability minus infinity",
        "torch.nn.functional.soft_margin_loss": "overflows, as written with exp",
    },
)
