"""Form by form: which rules report an expression, with all rules selected, and what the safe fixes make of it; "" is silence."""

from __future__ import annotations

import pytest

from bce_lint.fix import apply

from .harness import judged
from .test_fixes import returned, source

FORMS = {
    # logarithms of probabilities
    "tf.math.log(tf.sigmoid(x))": "log-of-probability -> tf.math.log_sigmoid(x)",
    "tf.math.log(tf.sigmoid(x) + 0.1)": "",
    "tf.math.log(tf.maximum(tf.sigmoid(x), 0.1))": "",
    "tf.math.log(0.5 * tf.sigmoid(x) + 0.5)": "",
    "tf.math.log(tf.nn.relu(x))": "log-of-vanishing-value",
    "tf.math.log(tf.nn.softmax(x))": "log-of-probability -> tf.nn.log_softmax(x)",
    "torch.log(F.softmax(x, 1))": "log-of-probability -> F.log_softmax(x, dim=1)",
    "tf.math.xlogy(z, tf.sigmoid(x))": "log-of-probability",
    "tf.math.xlogy(z, 1 - tf.sigmoid(x))": "log-of-complement",
    "tf.math.log(1 - tf.sigmoid(x))": "log-of-complement -> tf.math.log_sigmoid(-x)",
    "tf.math.log1p(-tf.sigmoid(x))": "log-of-complement -> tf.math.log_sigmoid(-x)",
    "jax.scipy.special.xlog1py(z, -jax.nn.sigmoid(x))": "log-of-complement",
    "tf.math.log(1 - tf.maximum(tf.sigmoid(x), 0.5))": "log-of-complement",
    "tf.math.log(1 - tf.minimum(tf.sigmoid(x), 0.5))": "",
    "np.maximum(np.log(1 - torch.sigmoid(x)), -100)": "",
    # binary cross-entropies
    "labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log(1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> -tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    ),
    "-labels * tf.math.log(tf.sigmoid(x)) - (1 - labels) * tf.math.log(1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    ),
    "(1 - labels) * tf.math.log(1 - tf.sigmoid(x)) + labels * tf.math.log(tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> -tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log1p(-tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> -tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    ),
    "tf.reduce_sum(labels * tf.math.log(tf.sigmoid(x))) + (1 - labels) * tf.math.log(1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> tf.reduce_sum(labels * tf.math.log_sigmoid(x)) + (1 - labels) * tf.math.log_sigmoid(-x)"
    ),
    "w * labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log(1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> w * labels * tf.math.log_sigmoid(x) + (1 - labels) * tf.math.log_sigmoid(-x)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) + z * tf.math.log(1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> labels * tf.math.log_sigmoid(x) + z * tf.math.log_sigmoid(-x)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) - (1 - labels) * tf.math.log(1 - tf.sigmoid(x))": (
        "log-of-complement, log-of-probability -> labels * tf.math.log_sigmoid(x) - (1 - labels) * tf.math.log_sigmoid(-x)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log(1 - tf.sigmoid(z))": (
        "log-of-complement, log-of-probability -> labels * tf.math.log_sigmoid(x) + (1 - labels) * tf.math.log_sigmoid(-z)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log(tf.sigmoid(x))": (
        "log-of-probability, log-of-probability -> labels * tf.math.log_sigmoid(x) + (1 - labels) * tf.math.log_sigmoid(x)"
    ),
    "labels * tf.math.log(tf.sigmoid(x)) + (1 - labels) * tf.math.log(1 - tf.sigmoid(x)) + z * tf.math.log(tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> -tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x) + z * tf.math.log(tf.sigmoid(x))"
    ),
    "tf.math.xlogy(labels, tf.sigmoid(x)) + tf.math.xlogy(1 - labels, 1 - tf.sigmoid(x))": (
        "naive-binary-cross-entropy -> -tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)"
    ),
    "tf.where(labels > 0, tf.math.log(tf.sigmoid(x)), tf.math.log(1 - tf.sigmoid(x)))": (
        "naive-binary-cross-entropy -> tf.where(labels > 0, tf.math.log_sigmoid(x), tf.math.log_sigmoid(-x))"
    ),
    "labels * tf.math.log(tf.minimum(tf.sigmoid(x), 0.9)) + (1 - labels) * tf.math.log(1 - tf.minimum(tf.sigmoid(x), 0.9))": (
        "log-of-probability"
    ),
    # categorical cross-entropies
    "np.where(F.softmax(x, 1) > 0, labels * np.log(F.softmax(x, 1)), 0)": "",
    "(labels * tf.math.log(tf.nn.softmax(x)), tf.math.log(1 - tf.nn.softmax(x)))": (
        "log-of-complement, log-of-probability -> (labels * tf.nn.log_softmax(x), tf.math.log(1 - tf.nn.softmax(x)))"
    ),
    "tf.one_hot(tf.argmax(tf.nn.softmax(x)), 3) * tf.math.log(tf.nn.softmax(x))": (
        "log-of-probability -> tf.one_hot(tf.argmax(tf.nn.softmax(x)), 3) * tf.nn.log_softmax(x)"
    ),
    "labels * tf.math.log(tf.maximum(tf.nn.softmax(x), 0.1))": "",
    "labels * tf.math.log(tf.clip_by_value(tf.nn.softmax(x), 1e-50, 1.0))": "ineffective-epsilon",
    "labels * tf.math.log(tf.sigmoid(x))": "log-of-probability -> labels * tf.math.log_sigmoid(x)",
    "labels * tf.math.log(tf.nn.softmax(x))": "naive-categorical-cross-entropy -> labels * tf.nn.log_softmax(x)",
    "labels * tf.math.log(tf.reshape(tf.nn.softmax(x), (-1,)))": "naive-categorical-cross-entropy",
    "tf.math.xlogy(labels, tf.nn.softmax(x))": "naive-categorical-cross-entropy",
    "z * tf.math.log(tf.nn.softmax(x))": "log-of-probability -> z * tf.nn.log_softmax(x)",
    "labels * tf.math.log(1 - tf.nn.softmax(x))": "log-of-complement",
    "labels * tf.math.log(tf.nn.softmax(x)) + (1 - labels) * tf.math.log(1 - tf.nn.softmax(x))": "naive-binary-cross-entropy",
    "labels * np.maximum(np.log(F.softmax(x, 1)), -100)": "",
    "tf.one_hot(mask, 3) * tf.math.log(tf.nn.softmax(x))": "naive-categorical-cross-entropy -> tf.one_hot(mask, 3) * tf.nn.log_softmax(x)",
    # entropies and divergences
    "tf.nn.relu(x) * tf.math.log(tf.nn.relu(x))": "log-of-vanishing-value",
    "tf.nn.softmax(x) * tf.math.log(tf.clip_by_value(tf.nn.softmax(x), 1e-50, 1.0))": "ineffective-epsilon",
    "tf.nn.softmax(x) * tf.math.log(tf.nn.softmax(x) + 1e-7)": "",
    "tf.nn.softmax(x) * tf.math.log(tf.nn.softmax(x))": "naive-kl-divergence -> tf.nn.softmax(x) * tf.nn.log_softmax(x)",
    "tf.nn.softmax(x) * tf.math.log(tf.nn.softmax(x) / tf.nn.softmax(z))": (
        "naive-kl-divergence -> tf.nn.softmax(x) * (tf.nn.log_softmax(x) - tf.nn.log_softmax(z))"
    ),
    "tf.nn.softmax(x) * (tf.math.log(tf.nn.softmax(x)) - tf.math.log(tf.nn.softmax(z)))": (
        "naive-kl-divergence -> tf.nn.softmax(x) * (tf.nn.log_softmax(x) - tf.math.log(tf.nn.softmax(z)))"
    ),
    "tf.nn.softmax(z) * tf.math.log(tf.maximum(tf.nn.softmax(z), 1e-7) / tf.nn.softmax(x))": "naive-kl-divergence",
    "labels * tf.math.log(labels / tf.maximum(tf.nn.softmax(x), 1e-7))": "naive-kl-divergence",
    "tf.nn.softmax(x) * tf.math.log(tf.maximum(tf.nn.softmax(x), 1e-7))": "",
    "tf.math.xlogy(tf.nn.softmax(x), tf.nn.softmax(x))": "",
    "torch.xlogy(F.softmax(x, 1), F.softmax(x, 1))": "naive-kl-divergence",
    "torch.xlogy(F.softmax(x, 1).clamp(min=1e-7), F.softmax(x, 1).clamp(min=1e-7))": "",
    "F.kl_div(F.log_softmax(x, 1), F.softmax(x / 2, 1))": "naive-kl-divergence",
    "F.kl_div(F.log_softmax(x, 1), F.softmax(z, 1))": "",
    "F.kl_div(F.log_softmax(x, 1), F.log_softmax(x / 2, 1), log_target=True)": "",
    # logarithms of what vanishes
    "tf.math.log(tf.reduce_sum(x - z))": "",
    "np.log(np.abs(labels - torch.sigmoid(x)))": "log-of-vanishing-value",
    "tf.math.log(tf.reduce_sum(tf.nn.relu(z) * tf.exp(x)))": "naive-logsumexp",
    "tf.math.log(tf.reduce_sum(tf.exp(x) * tf.exp(z)))": "naive-logsumexp",
    "tf.math.log(tf.reduce_max(tf.nn.relu(x) + tf.nn.relu(z)))": "log-of-vanishing-value",
    "tf.math.log(tf.exp(x) * tf.sigmoid(z))": "log-of-vanishing-value, unbounded-exp",
    "tf.math.log(tf.norm(x - z))": "sqrt-gradient",
    "tf.math.log(tf.norm(x))": "sqrt-gradient",
    "tf.math.log(tf.reduce_mean(tf.square(x - z)))": "log-of-vanishing-value",
    "tf.math.log(tf.reduce_mean(tf.square(labels - 1.0)))": "",
    "np.log(np.var(x))": "",
    "torch.log(torch.std(x))": "log-of-vanishing-value",
    "torch.log(x.std() ** 2)": "log-of-vanishing-value",
    "tf.math.log(tf.reduce_sum(tf.nn.relu(x)))": "log-of-vanishing-value",
    "tf.math.log(tf.math.reduce_variance(x))": "log-of-vanishing-value",
    "tf.math.log(tf.math.reduce_variance(x) + 1e-6)": "",
    "tf.math.log(tf.exp(-tf.square(x)))": "",
    "tf.math.log(tf.reduce_sum(tf.exp(-tf.square(x))))": "naive-logsumexp -> tf.reduce_logsumexp(-tf.square(x))",
    "tf.math.log(tf.exp(-tf.square(x)) * tf.nn.relu(z))": "log-of-vanishing-value",
    "tf.math.log(tf.reduce_mean(labels * tf.sigmoid(x)))": "log-of-probability",
    "tf.math.log(tf.abs(labels - tf.sigmoid(x)))": "log-of-vanishing-value",
    "tf.math.log(tf.square(labels - x))": "log-of-vanishing-value",
    "math.log(2.0)": "",
    "math.log(axis + 1)": "",
    # guards
    "tf.math.log((1 + 1e-9 - tf.sigmoid(x)) / (1 + tf.sigmoid(x)))": "ineffective-epsilon",
    "jnp.where(labels > 0, jnp.log(jnp.sum(mask * jax.nn.sigmoid(x))), 0.0)": "log-of-vanishing-value",
    "jnp.where(labels > 0, jnp.sqrt(jnp.sum(mask * jax.nn.sigmoid(x))), 0.0)": "sqrt-gradient",
    "jnp.where(x > 0, 0.0, jnp.log1p(x))": "",
    "jnp.where(x > 0, jnp.log(x) + jnp.sqrt(x), 0.0)": (
        "where-gradient -> jnp.where(x > 0, jnp.log(x) + jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0)"
    ),
    "jnp.where(x > 0, z, jnp.log(x))": "",
    "jnp.where(jnp.abs(x) > 0, jnp.log(jnp.abs(x)), 0.0)": (
        "where-gradient -> jnp.where(jnp.abs(x) > 0, jnp.log(jnp.where(jnp.abs(x) > 0, jnp.abs(x), 1.0)), 0)"
    ),
    "torch.where(x > 0, torch.log(x), z)": "where-gradient -> torch.where(x > 0, torch.log(torch.where(x > 0, x, 1.0)), z)",
    "torch.where(x > 0, torch.log(labels), z)": "",
    "torch.where(x > 0, torch.sqrt(x), z)": "where-gradient -> torch.where(x > 0, torch.sqrt(torch.where(x > 0, x, 1.0)), z)",
    "tf.math.log(1 + 1e-9 - tf.sigmoid(x))": "ineffective-epsilon",
    "tf.math.log(tf.clip_by_value(tf.sigmoid(x), 1e-50, 1.0))": "ineffective-epsilon",
    "1 / (1 + 1e-9 - tf.sigmoid(x))": "ineffective-epsilon",
    "1 / (1 + 1e-6 - tf.sigmoid(x))": "",
    "tf.math.log1p(-tf.clip_by_value(tf.sigmoid(x), 0.0, 1 - 1e-9))": "ineffective-epsilon",
    "tf.where(x > 0, tf.sqrt(x), 0.0)": "",
    "jnp.where(x > 0, jnp.sqrt(x), 0.0)": "where-gradient -> jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0)",
    "jnp.where(x <= 0, 0.0, jnp.sqrt(x))": "where-gradient -> jnp.where(x <= 0, 0, jnp.sqrt(jnp.where(x <= 0, 1.0, x)))",
    "jnp.where(x > 0.5, jnp.sqrt(x), 0.0)": "",
    "jnp.where(x > 0, jnp.sqrt(labels), 0.0)": "",
    "jnp.where(x > 0, 1 / x, 0.0)": "where-gradient -> jnp.where(x > 0, 1 / jnp.where(x > 0, x, 1), 0)",
    "jnp.where(x != 0, z / x, 0.0)": "where-gradient -> jnp.where(x != 0, z / jnp.where(x != 0, x, 1.0), 0)",
    "jnp.where(x < 1, jnp.log1p(-x), 0.0)": "where-gradient",
    "jnp.where(jnp.abs(x) < 1, jnp.arccos(x), 0.0)": "",
    "jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)": "",
    "np.where(x > 0, np.sqrt(x), 0.0)": "",
    "tf.sqrt(tf.reduce_sum(tf.square(x - z))) + 1e-8": "late-guard",
    "tf.sqrt(tf.reduce_sum(tf.square(x - z))) + 1.0": "sqrt-gradient",
    "tf.sqrt(tf.reduce_sum(tf.square(labels))) + 1e-8": "",
    "tf.sqrt(tf.square(x) + 1.0) + 1e-8": "",
    "torch.norm(x - z) + 1e-8": "",
    "jnp.maximum(jnp.sqrt(jnp.sum((x - z) ** 2)), 1e-8)": "late-guard",
    "jnp.nan_to_num(jnp.log(jax.nn.softmax(x)))": "late-guard",
    "jnp.nan_to_num(jnp.log(jax.nn.softmax(x) + 0.1))": "",
    "jnp.nan_to_num(jnp.exp(x))": "unbounded-exp",
    "jnp.clip(jnp.log(jax.nn.softmax(x)), -100)": "late-guard",
    "jnp.clip(jnp.log(labels), -100)": "",
    "jnp.minimum(-jnp.log(jax.nn.softmax(x)), 100)": "late-guard",
    "jnp.minimum(x / jnp.sum(x), 1.0)": "",
    "np.clip(np.log(torch.softmax(x, 1)), -100, 0)": "",
    # roots, powers, angles
    "tf.acos(tf.clip_by_value(x, -0.9, 1.0))": "acos-gradient",
    "tf.pow(1 - tf.sigmoid(x), 0.0)": "",
    "tf.nn.relu(labels) ** 0.7": "",
    "tf.reduce_sum(tf.square(x - z)) ** 0.3": "power-gradient",
    "tf.maximum(tf.reduce_sum(tf.square(x - z)), 1e-6) ** 0.3": "",
    "tf.reduce_sum(x - z) ** 0.3": "",
    "tf.where(tf.reduce_sum(tf.square(x)) > 0, tf.sqrt(tf.reduce_sum(tf.square(x))), 0.0)": "",
    "z / (jnp.linalg.norm(x) * jnp.sum(z))": "division-by-vanishing-sum, sqrt-gradient",
    "z / (jnp.linalg.norm(x) * jnp.linalg.norm(z))": "sqrt-gradient, sqrt-gradient",
    "tf.sqrt(tf.nn.relu(x))": "sqrt-gradient",
    "tf.sqrt(tf.reduce_sum(tf.abs(x)))": "",
    "tf.sqrt(tf.clip_by_value(tf.sigmoid(x), 1e-50, 1.0))": "",
    "tf.sqrt(tf.reduce_mean(tf.square(x - z)))": "sqrt-gradient",
    "tf.sqrt(tf.reduce_mean(tf.square(x - z)) + 1e-8)": "",
    "tf.sqrt(tf.reduce_mean(x))": "",
    "tf.sqrt(tf.sigmoid(x))": "sqrt-gradient",
    "tf.sqrt(tf.abs(x - z))": "sqrt-gradient",
    "tf.sqrt(labels)": "",
    "np.sqrt(np.sum((x - z) ** 2))": "",
    "tf.norm(x)": "sqrt-gradient",
    "torch.norm(x)": "",
    "jnp.std(x)": "sqrt-gradient",
    "torch.std(x)": "",
    "(1 - tf.sigmoid(x)) ** 0.5": "sqrt-gradient",
    "(1 - tf.sigmoid(x)) ** 0.7": "power-gradient",
    "(1 - tf.sigmoid(x)) ** 1.0": "",
    "(1 - tf.sigmoid(x)) ** 2": "",
    "(1 - tf.sigmoid(x)) ** 0": "",
    "(1 - tf.sigmoid(x)) ** -0.5": "power-gradient",
    "(1 - tf.sigmoid(x)) ** z": "",
    "(1.1 - tf.sigmoid(x)) ** 0.7": "",
    "x ** 0.7": "",
    "labels ** 0.7": "",
    "np.abs(x - z) ** 0.7": "",
    "jnp.where(jax.nn.sigmoid(x) < 1, (1 - jax.nn.sigmoid(x)) ** 0.7, 0.0)": (
        "where-gradient -> jnp.where(jax.nn.sigmoid(x) < 1, jnp.where(jax.nn.sigmoid(x) < 1, 1 - jax.nn.sigmoid(x), 1) ** 0.7, 0.0)"
    ),
    "tf.acos(tf.clip_by_value(x, -1.0, 1.0))": "acos-gradient",
    "tf.acos(tf.clip_by_value(x, -1.0, 0.9))": "acos-gradient",
    "tf.acos(tf.clip_by_value(x, -0.9, 0.9))": "",
    "tf.acos(tf.clip_by_value(labels, -1.0, 1.0))": "",
    "tf.atanh(tf.tanh(x))": "acos-gradient",
    "np.arctanh(np.tanh(x))": "acos-gradient",
    "np.arccos(np.tanh(x))": "",
    # divisions
    "x / tf.maximum(tf.reduce_sum(x), 0.0)": "division-by-vanishing-sum",
    "x / tf.clip_by_value(tf.reduce_sum(x), 0.0, 5.0)": "division-by-vanishing-sum",
    "x / (tf.reduce_sum(x) if axis else z)": "division-by-vanishing-sum",
    "x / tf.nn.relu(z)": "",
    "x / tf.reduce_sum(class_weights)": "",
    "x / (z * tf.reduce_sum(x))": "division-by-vanishing-sum",
    "x / jnp.sum(z) + jnp.nan_to_num(z)": "division-by-vanishing-sum",
    "x / tf.reduce_sum(z) + tf.minimum(z, 1.0)": "division-by-vanishing-sum",
    "x / tf.matmul(x, z)": "",
    "x / tf.matmul(tf.reduce_sum(x), z)": "",
    "x / tf.matmul(tf.reduce_sum(x), tf.reduce_sum(z))": "division-by-vanishing-sum",
    "x / (tf.reduce_sum(x) + tf.reduce_sum(z))": "division-by-vanishing-sum",
    "x / (z + tf.reduce_sum(x))": "",
    "x / (z - tf.reduce_sum(x))": "",
    "x / z.sum()": "division-by-vanishing-sum",
    "-x / z.sum()": "division-by-vanishing-sum",
    "x / total": "division-by-vanishing-sum",
    "x / totals": "",
    "x / tf.reduce_sum(x)": "division-by-vanishing-sum",
    "x / (tf.reduce_sum(x) + 1e-8)": "",
    "x / tf.maximum(tf.reduce_sum(x), 1.0)": "",
    "x / tf.sqrt(tf.reduce_sum(tf.square(x)))": "division-by-vanishing-sum",
    "x / tf.reduce_sum(w)": "division-by-vanishing-sum",
    "x / tf.reduce_sum(1 + labels)": "",
    "x / (tf.reduce_sum(x) * tf.reduce_sum(z))": "division-by-vanishing-sum",
    "x / (tf.reduce_sum(x) - tf.reduce_sum(z))": "division-by-vanishing-sum",
    "x / (tf.reduce_sum(x) + z)": "",
    "x / z": "",
    "x / tf.sigmoid(x)": "division-by-vanishing-sum",
    "x / (1 - tf.sigmoid(x))": "division-by-vanishing-sum",
    "tf.minimum(x / tf.reduce_sum(z), 1.0)": "",
    "tf.where(z > 0, x / z, 0.0)": "where-gradient -> tf.where(z > 0, x / tf.where(z > 0, z, 1.0), 0)",
    "jnp.nan_to_num(x / jnp.sum(z))": "",
    "np.where(np.sum(z) > 0, x / np.sum(z), 0)": "",
    "x / tf.matmul(z, z)": "division-by-vanishing-sum",
    "x / (tf.reduce_max(z) - tf.reduce_min(z))": "division-by-vanishing-sum",
    "x / num_valid": "division-by-vanishing-sum",
    # exponentials
    "tf.math.log(tf.reduce_sum(tf.exp(x)) / tf.reduce_sum(z))": "division-by-vanishing-sum, naive-logsumexp",
    "tf.math.log((tf.exp(x) + tf.exp(-z)) / 2)": "naive-logsumexp",
    "tf.math.log(0.5 * (tf.exp(x) + tf.exp(-z)))": "naive-logsumexp",
    "tf.math.log(tf.exp(x - z) + tf.exp(z - x))": "naive-log-cosh -> x - z + tf.nn.softplus((x - z) * -2.0)",
    "1 / (1 + tf.exp(-x))": "naive-sigmoid -> tf.sigmoid(x)",
    "1 / (2 + tf.exp(-x))": "unbounded-exp",
    "1 / (1 + tf.exp(-tf.square(x)))": "",
    "(1 - tf.exp(x)) / (1 + tf.exp(x))": "naive-sigmoid -> tf.tanh(x / -2.0)",
    "1 / (1 + np.exp(-x))": "",
    "np.exp(x) / (1 + np.exp(x))": "naive-sigmoid -> np.exp(-np.logaddexp(0, -x))",
    "np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))": "",
    "jnp.where(x > 0, 1 / (1 + jnp.exp(-x)), jnp.exp(x) / (1 + jnp.exp(x)))": "naive-sigmoid -> jax.nn.sigmoid(x)",
    "jnp.where(x > 0, 1 / (1 + jnp.exp(-x)), z)": "where-gradient",
    "1 / (1 + math.exp(-x))": "naive-sigmoid",
    "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)": "naive-softmax -> tf.nn.softmax(x)",
    "tf.exp(x - tf.reduce_max(x)) / tf.reduce_sum(tf.exp(x - tf.reduce_max(x)))": "",
    "tf.exp(-(x - tf.reduce_min(x)) / z) / tf.reduce_sum(tf.exp(-(x - tf.reduce_min(x)) / z))": "",
    "tf.exp((x - tf.reduce_max(x)) * -2.0) / tf.reduce_sum(tf.exp((x - tf.reduce_max(x)) * -2.0))": "naive-softmax",
    "mask * tf.exp(x) / tf.reduce_sum(mask * tf.exp(x))": "naive-softmax",
    "tf.exp(x) / (tf.exp(x) + tf.exp(z))": "naive-softmax",
    "tf.math.log(tf.exp(x) / tf.reduce_sum(tf.exp(x)))": "naive-softmax",
    "tf.math.log(1 + tf.exp(x))": "naive-softplus -> tf.nn.softplus(x)",
    "tf.math.log(2 + tf.exp(x))": "naive-logsumexp",
    "tf.math.log(1 + 2 * tf.exp(x))": "naive-logsumexp",
    "tf.math.log1p(tf.exp(-tf.abs(x)))": "",
    "np.where(x > 30, x, np.log1p(np.exp(x)))": "",
    "jnp.where(x > 30, x, jnp.log1p(jnp.exp(x)))": "where-gradient",
    "tf.math.log(tf.reduce_sum(tf.exp(x)))": "naive-logsumexp -> tf.reduce_logsumexp(x)",
    "tf.math.log(tf.reduce_mean(tf.exp(x)))": "naive-logsumexp",
    "tf.math.log(tf.exp(x))": "unbounded-exp",
    "tf.math.log(tf.reduce_sum(tf.exp(-tf.square(x))) + 1e-7)": "",
    "tf.math.log(1 + tf.reduce_sum(tf.exp(x)))": "naive-logsumexp -> tf.nn.softplus(tf.reduce_logsumexp(x))",
    "np.where(x > 30, x, np.log(np.sum(np.exp(x))))": "",
    "tf.math.log(tf.cosh(x))": "naive-log-cosh -> x + tf.nn.softplus(x * -2.0) - 0.6931471805599453",
    "tf.math.log(tf.cosh(tf.tanh(x)))": "",
    "tf.math.log(tf.exp(x) + tf.exp(-x))": "naive-log-cosh -> x + tf.nn.softplus(x * -2.0)",
    "np.log(np.cosh(x - labels))": "naive-log-cosh -> x - labels + np.logaddexp(0, (x - labels) * -2.0) - 0.6931471805599453",
    "tf.exp(x)": "unbounded-exp",
    "tf.exp(-x)": "unbounded-exp",
    "tf.exp(labels)": "",
    "tf.exp(-tf.square(x))": "",
    "tf.exp(tf.clip_by_value(x, -20.0, 20.0))": "",
    "tf.exp(tf.matmul(x, z))": "unbounded-exp",
    "tf.exp(tf.reduce_sum(x * z))": "unbounded-exp",
    "tf.exp(x - z)": "unbounded-exp",
    "tf.exp(axis * 2)": "",
    "np.exp(x)": "",
    # contracts
    "F.cross_entropy(F.softmax(x, 1), labels)": "probabilities-as-logits",
    "F.cross_entropy(torch.sigmoid(x), labels)": "probabilities-as-logits",
    "F.cross_entropy(x, labels)": "",
    "F.log_softmax(F.softmax(x, 1), 1)": "",
    "F.log_softmax(torch.sigmoid(x), 1)": "",
    "F.binary_cross_entropy_with_logits(torch.sigmoid(x), labels)": "probabilities-as-logits",
    "F.binary_cross_entropy(x, labels)": "",
    "F.binary_cross_entropy(F.relu(x), labels)": "logits-as-probabilities",
    "F.binary_cross_entropy(torch.tanh(x), labels)": "logits-as-probabilities",
    "F.binary_cross_entropy(F.logsigmoid(x), labels)": "logits-as-probabilities",
    "F.binary_cross_entropy(torch.sigmoid(x), labels)": "prefer-logits -> F.binary_cross_entropy_with_logits(x, labels)",
    "F.binary_cross_entropy(torch.sigmoid(x).clamp(0.01, 0.99), labels)": "prefer-logits",
    "F.nll_loss(F.softmax(x, 1), labels)": "logits-as-probabilities",
    "F.nll_loss(F.log_softmax(x, 1), labels)": "",
    "F.nll_loss(x, labels)": "",
    "F.kl_div(F.softmax(x, 1), labels)": "logits-as-probabilities",
    "F.kl_div(torch.sigmoid(x), labels)": "logits-as-probabilities",
    "K.binary_crossentropy(labels, K.relu(x))": "logits-as-probabilities",
    "K.binary_crossentropy(labels, K.sigmoid(x))": "prefer-logits -> K.binary_crossentropy(labels, x, from_logits=True)",
    "K.categorical_crossentropy(labels, K.softmax(x))": "prefer-logits -> K.categorical_crossentropy(labels, x, from_logits=True)",
    "keras.losses.binary_crossentropy(labels, keras.ops.sigmoid(x))": "",
    "K.binary_crossentropy(labels, K.sigmoid(x), from_logits=True)": "probabilities-as-logits",
    # precision
    "np.mean(x**2, axis=0) - np.mean(x, axis=1) ** 2": "variance-cancellation",
    "tf.math.log(1 + tf.minimum(x, -2.0))": "",
    "tf.math.log(1 + tf.maximum(x, 1.0))": "",
    "tf.math.log(1 + x)": "log1p-precision -> tf.math.log1p(x)",
    "tf.math.log(1 + tf.reduce_sum(x))": "",
    "tf.math.log(1 + tf.cast(axis, tf.float32))": "",
    "tf.exp(-tf.abs(x)) - 1": "expm1-precision -> tf.math.expm1(-tf.abs(x))",
    "tf.exp(-tf.abs(x)) + -1.0": "expm1-precision -> tf.math.expm1(-tf.abs(x))",
    "tf.exp(-tf.abs(x) - 1.0) - 1": "",
    "tf.exp(-tf.abs(x)) - 2": "",
    "np.mean(x**2) - np.mean(x) ** 2": "variance-cancellation -> np.var(x)",
    "np.mean(x**2) - np.mean(z) ** 2": "",
    "np.mean(x**2) + np.mean(x) ** 2": "",
    "np.sum(x**2) / axis - (np.sum(x) / axis) ** 2": "variance-cancellation",
}


@pytest.mark.parametrize(("expression", "said"), FORMS.items(), ids=FORMS)
def test_a_form_is_reported_and_fixed_as_listed(expression: str, said: str) -> None:
    text = source(expression)
    findings = judged(text).findings
    safe = [finding.fix for finding in findings if finding.fix is not None and finding.fix.safe]
    fixed = f" -> {returned(apply(text, safe))}" if safe else ""
    assert f"{', '.join(sorted(finding.rule for finding in findings))}{fixed}" == said
