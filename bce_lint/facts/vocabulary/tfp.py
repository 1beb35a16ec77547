"""TensorFlow Probability's distributions. What is made from probabilities takes their logarithms as they are: -inf at a sure answer."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint.facts.vocabulary import densities
from bce_lint.facts.vocabulary.distributions import Family, diagonal, independent, kl, table
from bce_lint.facts.vocabulary.row import Row, Vocabulary

PACKAGE = "tensorflow_probability.distributions"
SAMPLE = "sample_shape: seed: name:"
VALUE = "value:x name:"
NAME = "name:"
OPTIONS = "validate_args: allow_nan_stats: name:"
COMMON = {"kl_divergence": Row(kl, "self:p other:q name:")}

BERNOULLI = {
    "entropy": Row(densities.bernoulli_entropy, NAME),
    "log_prob": Row(densities.bernoulli, VALUE),
    "logits": Row(densities.bernoulli_logits, ""),
    "logits_parameter": Row(densities.bernoulli_logits, NAME),
    "mean": Row(densities.bernoulli_probs, NAME),
    "prob": Row(densities.likelihood(densities.bernoulli, 1.0), VALUE),
    "probs": Row(densities.bernoulli_probs, ""),
    "probs_parameter": Row(densities.bernoulli_probs, NAME),
    "sample": Row(densities.bit, SAMPLE, keyed=True),
}
CLASSES = {
    "entropy": Row(densities.class_entropy(densities.log_shares, densities.class_probs), NAME),
    "logits": Row(densities.class_logits, ""),
    "logits_parameter": Row(densities.class_logits, NAME),
    "probs": Row(densities.class_probs, ""),
    "probs_parameter": Row(densities.class_probs, NAME),
}
INDEPENDENT = {
    **{name: Row(independent(name), NAME) for name in ("mean", "stddev", "variance")},
    "entropy": Row(independent("entropy", summed=True), NAME),
    "log_prob": Row(independent("log_prob", summed=True), VALUE),
    "sample": Row(independent("sample"), SAMPLE, keyed=True),
}
LAPLACE = {
    "entropy": Row(densities.laplace_entropy, NAME),
    "loc": Row(densities.location, ""),
    "log_prob": Row(densities.laplace, VALUE),
    "mean": Row(densities.location, NAME),
    "mode": Row(densities.location, NAME),
    "prob": Row(densities.likelihood(densities.laplace), VALUE),
    "sample": Row(densities.laplace_draw, SAMPLE, keyed=True),
    "scale": Row(densities.spread, ""),
    "stddev": Row(densities.laplace_spread, NAME),
}
NORMAL = {
    "cdf": Row(densities.normal_cdf, VALUE),
    "entropy": Row(densities.normal_entropy, NAME),
    "loc": Row(densities.location, ""),
    "log_prob": Row(densities.normal, VALUE),
    "mean": Row(densities.location, NAME),
    "mode": Row(densities.location, NAME),
    "prob": Row(densities.likelihood(densities.normal), VALUE),
    "sample": Row(densities.normal_draw, SAMPLE, keyed=True),
    "scale": Row(densities.spread, ""),
    "stddev": Row(densities.spread, NAME),
    "variance": Row(densities.variance, NAME),
}
DIAGONAL = {
    "entropy": Row(diagonal(densities.normal_entropy), NAME),
    "loc": Row(densities.location, ""),
    "log_prob": Row(diagonal(densities.normal), VALUE),
    "mean": Row(densities.location, NAME),
    "mode": Row(densities.location, NAME),
    "prob": Row(densities.likelihood(diagonal(densities.normal)), VALUE),
    "sample": Row(densities.normal_draw, SAMPLE, keyed=True),
    "stddev": Row(densities.spread, NAME),
    "variance": Row(densities.variance, NAME),
}
"""Of `MultivariateNormalDiag`: as many normal distributions, counted as one."""
UNIFORM = {
    "mean": Row(densities.uniform_mean, NAME),
    "sample": Row(densities.uniform_draw, SAMPLE, keyed=True),
    "stddev": Row(densities.uniform_spread, NAME),
}

FAMILIES: Mapping[str, Family] = {
    "Bernoulli": Family("logits probs dtype:", BERNOULLI),
    "Categorical": Family(
        "logits probs dtype: force_probs_to_zero_outside_support:",
        {
            **CLASSES,
            "log_prob": Row(densities.picked(densities.log_shares), VALUE),
            "prob": Row(densities.likelihood(densities.picked(densities.log_shares), 1.0), VALUE),
            "sample": Row(densities.number_drawn(densities.class_probs), SAMPLE, keyed=True),
        },
    ),
    "Independent": Family("distribution:base reinterpreted_batch_ndims:last", INDEPENDENT),
    "Laplace": Family("loc scale", LAPLACE),
    "MultivariateNormalDiag": Family("loc scale_diag:scale", DIAGONAL),
    "Normal": Family("loc scale", NORMAL),
    "OneHotCategorical": Family(
        "logits probs dtype:",
        {
            **CLASSES,
            "log_prob": Row(densities.weighted(densities.log_shares), VALUE),
            "mean": Row(densities.class_probs, NAME),
            "sample": Row(densities.bit, SAMPLE, keyed=True),
        },
    ),
    "RelaxedBernoulli": Family("temperature: logits probs", {"sample": Row(densities.relaxed_bit, SAMPLE, keyed=True)}),
    "RelaxedOneHotCategorical": Family("temperature: logits probs", {"sample": Row(densities.relaxed, SAMPLE, keyed=True)}),
    "Uniform": Family("low high", UNIFORM),
}

VOCABULARY = Vocabulary(
    name="tensorflow",
    dtype="float32",
    flushes_subnormals=True,
    functions={
        **table(PACKAGE, FAMILIES, OPTIONS, COMMON),
        f"{PACKAGE}.kl_divergence": Row(kl, "distribution_a:p distribution_b:q allow_nan_stats: name:"),
    },
)
