"""Safe fixes in every framework that they are written in: exactly what the old code means, in value and gradient, and at rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bce_lint.config import Config
from bce_lint.fix import Draft, Fixed, Fixer
from bce_lint.judge import Judge, Judged
from bce_lint.mend import Wish
from bce_lint.source.read import Source
from tests.examples import as_confirmed, disagreements, function, grid, runnable
from tests.harness import cases

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

pytestmark = pytest.mark.framework


@dataclass(frozen=True)
class Language:
    """How a framework is imported and how it writes what the forms below are made of."""

    imports: str
    of: str
    log: str = "log"
    total: str = "sum({x}, axis={axis}, keepdims={keepdims})"
    squashed: str = "sigmoid({x})"
    shares: str = "softmax({x}, axis={axis})"

    def write(self, form: str) -> str:
        """Return a form in this framework: `exp(`, `log(` and so on with its names, `SUM<x|axis|keepdims>` and the like filled in."""
        text = form
        for mark, template in (("SIGMOID", self.squashed), ("SOFTMAX", self.shares), ("SUM", self.total)):
            while f"{mark}<" in text:
                before, _, rest = text.partition(f"{mark}<")
                inner, _, after = rest.partition(">")
                x, axis, keepdims = (*inner.split("|"), "None", "False")[:3]
                made = template if "." in template else f"{self.of}.{template}"
                text = f"{before}{made.format(x=x, axis=axis, keepdims=keepdims)}{after}"
        return text.replace("EXP(", f"{self.of}.exp(").replace("LOG(", f"{self.of}.{self.log}(").replace("COSH(", f"{self.of}.cosh(")


LANGUAGES = {
    "tensorflow": Language(
        "import tensorflow as tf",
        "tf",
        "math.log",
        "reduce_sum({x}, axis={axis}, keepdims={keepdims})",
        shares="tf.nn.softmax({x}, axis={axis})",
    ),
    "torch": Language(
        "import torch\nimport torch.nn.functional as F",
        "torch",
        total="sum({x}, dim={axis}, keepdim={keepdims})",
        shares="softmax({x}, dim={axis})",
    ),
    "jax": Language(
        "import jax\nimport jax.numpy as jnp", "jnp", squashed="jax.nn.sigmoid({x})", shares="jax.nn.softmax({x}, axis={axis})"
    ),
    "keras": Language("from keras import ops", "ops"),
    "backend": Language("from tensorflow.keras import backend as K\nimport tensorflow as tf", "K"),
    "numpy": Language("import numpy as np", "np", squashed="", shares=""),
}

FORMS = {
    "sigmoid": "1 / (1 + EXP(-logits))",
    "sigmoid by a quotient": "EXP(logits) / (1 + EXP(logits))",
    "softplus": "LOG(1 + EXP(logits))",
    "logarithm of a sigmoid": "LOG(SIGMOID<logits>)",
    "logarithm of a complement": "LOG(1 - SIGMOID<logits>)",
    "log-odds": "LOG(SIGMOID<logits> / (1 - SIGMOID<logits>))",
    "binary cross-entropy": "-(labels * LOG(SIGMOID<logits>) + (1 - labels) * LOG(1 - SIGMOID<logits>))",
    "weighted cross-entropy": "-(0.3 * labels * LOG(SIGMOID<logits>) + (1 - labels) * LOG(1 - SIGMOID<logits>))",
    "focal cross-entropy": "-((1 - SIGMOID<logits>) ** 2 * labels * LOG(SIGMOID<logits>)"
    " + SIGMOID<logits> ** 2 * (1 - labels) * LOG(1 - SIGMOID<logits>))",
    "log-cosh": "LOG(COSH(logits))",
    "log1p": "LOG(1 + logits * logits)",
    **{f"softmax along {axis}": f"EXP(logits) / SUM<EXP(logits)|{axis}|True>" for axis in (-1, 0, 1)},
    **{f"logarithm of a softmax along {axis}": f"LOG(SOFTMAX<logits|{axis}>)" for axis in (-1, 0, 1)},
    **{f"cross-entropy along {axis}": f"-labels * LOG(SOFTMAX<logits|{axis}>)" for axis in (-1, 0)},
    **{
        f"logsumexp along {axis}{', kept' * keepdims}": f"LOG(SUM<EXP(logits)|{axis}|{keepdims}>)"
        for axis in (-1, 0, 1, None)
        for keepdims in (False, True)
    },
    "entropy": "-SUM<SOFTMAX<logits|-1> * LOG(SOFTMAX<logits|-1>)|-1|False>",
}

ABSENT: Mapping[str, str] = {
    "torch": "logsumexp along None.*",
    "backend": "log-cosh",
    "numpy": "sigmoid|.*of a .*|log-odds|.*entropy.*",
    "keras": "log-cosh",
}
"""What a framework does not write so, or has nothing wrong with, or no certain stable form of."""


def written() -> Iterator[ParameterSet]:
    for name, language in LANGUAGES.items():
        for form, text in FORMS.items():
            if not re.fullmatch(ABSENT.get(name, ""), form):
                labels = "labels, " if "labels" in text else ""
                source = f"{language.imports}\n\n\ndef loss({labels}logits):\n    return {language.write(text)}\n"
                yield pytest.param(source, id=f"{name}-{form}")


def fixed(source: str) -> Fixed[Judged]:
    judge = Judge(Config(paths=("x.py",), select=("ALL",)))
    read = Source("x.py", source.encode())
    result = Fixer(judge.judge, Wish(unsafe=False).choose).fix(Draft(read.data, read, judge.judge(read)))
    assert isinstance(result, Fixed), result
    return result


@pytest.mark.parametrize("source", [*written()])
def test_a_safe_fix_is_what_the_old_code_means(source: str) -> None:
    result = fixed(source)
    text = result.after.source.text
    assert text != source
    assert cases(text) == ()
    assert fixed(text).after.source.text == text
    meant = as_confirmed(cases(source)[0])
    one = runnable(function(text, meant), {"logits"})
    assert meant.meaning.result is not None
    assert list(disagreements(one, meant.meaning.result, grid(one))) == []
