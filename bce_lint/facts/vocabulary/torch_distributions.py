"""`torch.distributions`. What is made from probabilities holds them away from 0 and 1, so that nothing breaks at a sure answer."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint.facts.vocabulary import densities
from bce_lint.facts.vocabulary.distributions import Family, independent, kl, table
from bce_lint.facts.vocabulary.row import Row, Vocabulary

PACKAGE = "torch.distributions"
SAMPLE = "sample_shape:"

BERNOULLI = {
    "entropy": Row(densities.held_bernoulli_entropy, ""),
    "log_prob": Row(densities.held_bernoulli, "value:x"),
    "logits": Row(densities.held_bernoulli_logits, ""),
    "mean": Row(densities.bernoulli_probs, ""),
    "probs": Row(densities.bernoulli_probs, ""),
    "sample": Row(densities.bit, SAMPLE, keyed=True),
}
CLASSES = {
    "entropy": Row(densities.class_entropy(densities.held_log_shares, densities.shares), ""),
    "logits": Row(densities.held_log_shares, ""),
    "probs": Row(densities.shares, ""),
}
INDEPENDENT = {
    **{name: Row(independent(name), "") for name in ("mean", "stddev", "variance")},
    **{name: Row(independent(name), SAMPLE, keyed=True) for name in ("rsample", "sample")},
    "entropy": Row(independent("entropy", summed=True), ""),
    "log_prob": Row(independent("log_prob", summed=True), "value:x"),
}
LAPLACE = {
    "entropy": Row(densities.laplace_entropy, ""),
    "loc": Row(densities.location, ""),
    "log_prob": Row(densities.laplace, "value:x"),
    "mean": Row(densities.location, ""),
    "rsample": Row(densities.laplace_draw, SAMPLE, keyed=True),
    "sample": Row(densities.detached(densities.laplace_draw), SAMPLE, keyed=True),
    "scale": Row(densities.spread, ""),
    "stddev": Row(densities.laplace_spread, ""),
}
NORMAL = {
    "cdf": Row(densities.normal_cdf, "value:x"),
    "entropy": Row(densities.normal_entropy, ""),
    "loc": Row(densities.location, ""),
    "log_prob": Row(densities.normal_by_variance, "value:x"),
    "mean": Row(densities.location, ""),
    "rsample": Row(densities.normal_draw, SAMPLE, keyed=True),
    "sample": Row(densities.detached(densities.normal_draw), SAMPLE, keyed=True),
    "scale": Row(densities.spread, ""),
    "stddev": Row(densities.spread, ""),
    "variance": Row(densities.variance, ""),
}
UNIFORM = {
    "mean": Row(densities.uniform_mean, ""),
    "rsample": Row(densities.uniform_draw, SAMPLE, keyed=True),
    "sample": Row(densities.detached(densities.uniform_draw), SAMPLE, keyed=True),
    "stddev": Row(densities.uniform_spread, ""),
}

FAMILIES: Mapping[str, Family] = {
    "Bernoulli": Family("probs logits", BERNOULLI),
    "Categorical": Family(
        "probs logits",
        {
            **CLASSES,
            "log_prob": Row(densities.picked(densities.held_log_shares), "value:x"),
            "sample": Row(densities.number_drawn(densities.shares), SAMPLE, keyed=True),
        },
    ),
    "Independent": Family("base_distribution:base reinterpreted_batch_ndims:last", INDEPENDENT),
    "Laplace": Family("loc scale", LAPLACE),
    "Normal": Family("loc scale", NORMAL),
    "OneHotCategorical": Family(
        "probs logits",
        {
            **CLASSES,
            "log_prob": Row(densities.weighted(densities.held_log_shares), "value:x"),
            "mean": Row(densities.shares, ""),
            "sample": Row(densities.bit, SAMPLE, keyed=True),
        },
    ),
    "RelaxedBernoulli": Family("temperature: probs logits", {"rsample": Row(densities.held_relaxed_bit, SAMPLE, keyed=True)}),
    "RelaxedOneHotCategorical": Family("temperature: probs logits", {"rsample": Row(densities.relaxed, SAMPLE, keyed=True)}),
    "Uniform": Family("low high", UNIFORM),
}

VOCABULARY = Vocabulary(
    name="torch",
    dtype="float32",
    flushes_subnormals=False,
    functions={**table(PACKAGE, FAMILIES, "validate_args:"), "torch.distributions.kl_divergence": Row(kl, "p q")},
)
