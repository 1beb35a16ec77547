"""TensorFlow 1 and 2: `tf.math`, `tf.nn`, `tf.linalg` and `tf.compat.v1` share one set of names."""

from __future__ import annotations

from bce_lint.facts import algebra
from bce_lint.facts.expr import Exp, Log, Max, Mean, Min, Sigmoid, SigmoidCrossEntropy, Softmax, SoftmaxCrossEntropy, Sum
from bce_lint.facts.vocabulary import make
from bce_lint.facts.vocabulary.row import Row, Vocabulary

REDUCE = "input_tensor:x axis/reduction_indices:axis keepdims/keep_dims:keepdims name:"

VOCABULARY = Vocabulary(
    name="tensorflow",
    dtype="float32",
    flushes_subnormals=True,
    functions={
        "tensorflow.add": Row(algebra.add, "x y name:"),
        "tensorflow.divide": Row(algebra.div, "x y name:"),
        "tensorflow.multiply": Row(algebra.mul, "x y name:"),
        "tensorflow.negative": Row(algebra.neg, "x name:"),
        "tensorflow.subtract": Row(algebra.sub, "x y name:"),
        "tensorflow.exp": Row(Exp, "x name:"),
        "tensorflow.log": Row(Log, "x name:"),
        "tensorflow.sigmoid": Row(Sigmoid, "x name:"),
        "tensorflow.softmax": Row(make.along(Softmax), "logits:x axis/dim:axis name:"),
        "tensorflow.clip_by_value": Row(make.clip, "t:x clip_value_min:lo clip_value_max:hi name:"),
        "tensorflow.maximum": Row(make.maximum, "x y name:"),
        "tensorflow.minimum": Row(make.minimum, "x y name:"),
        "tensorflow.reduce_max": Row(make.reduce(Max), REDUCE),
        "tensorflow.reduce_mean": Row(make.reduce(Mean), REDUCE),
        "tensorflow.reduce_min": Row(make.reduce(Min), REDUCE),
        "tensorflow.reduce_sum": Row(make.reduce(Sum), REDUCE),
        "tensorflow.sigmoid_cross_entropy_with_logits": Row(SigmoidCrossEntropy, "labels/targets:labels logits:x name:"),
        "tensorflow.softmax_cross_entropy_with_logits": Row(SoftmaxCrossEntropy, "labels logits:x axis/dim:axis name:"),
    },
    spellings={
        Log: "tensorflow.math.log({x})",
        SigmoidCrossEntropy: "tensorflow.nn.sigmoid_cross_entropy_with_logits(labels={labels}, logits={x})",
    },
)
