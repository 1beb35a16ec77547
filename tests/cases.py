"""Cases for confirm, built by hand: a source, the text of its flagged operation, and the roles of its inputs."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.confirm import confirm_in
from bce_lint.confirm.pool import Pool
from bce_lint.facts.expr import Const, Div, Expr, Free, Log, Param, SigmoidCrossEntropy, Sub
from bce_lint.facts.meaning import Input, Meaning, Role
from bce_lint.finding import Confirmed, Finding, Refuted, Severity, Span, Undecided, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG: Expr = Log(Free("p", "test"))
QUOTIENT: Expr = Div(Free("a", "test"), Free("b", "test"))

ROLES = {
    "target": Role.LABEL,
    "labels": Role.LABEL,
    "y_true": Role.LABEL,
    "output": Role.PROBABILITY,
    "y_pred": Role.PROBABILITY,
    "logits": Role.LOGIT,
}


def case(source: str, flagged: str, *, site: Expr = LOG, framework: str = "tensorflow", path: str | Path = "loss.py") -> Case:
    """Return a case whose flagged operation is the first `flagged` of the source; inputs have roles by `ROLES`, others none."""
    text = dedent(source).strip("\n") + "\n"
    start = text.index(flagged)
    row, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    span = Span(row, column, row, column + len(flagged))
    finding = Finding(str(path), span, "some-rule", "BCE999", "breaks", Severity.WARNING)
    around = definitions(text, row)
    return Case(finding, text, str(path), meaning(around, row, site, framework))


def meaning(around: list[ast.FunctionDef | ast.ClassDef], row: int, site: Expr, framework: str) -> Meaning:
    """Return a meaning as the linter makes it, but for the result."""
    inner = [node for node in around if isinstance(node, ast.FunctionDef)]
    names = [a.arg for a in inner[-1].args.args if a.arg != "self"] if inner else []
    inputs = tuple(Input(name, ROLES.get(name, Role.UNKNOWN), guessed=True, because="it is so called") for name in names)
    return Meaning(tuple(node.name for node in around), row, inputs, None, site, framework, "float32")


def definitions(text: str, row: int) -> list[ast.FunctionDef | ast.ClassDef]:
    """Return the definitions around a row, from the outside in."""
    try:
        nodes = ast.walk(ast.parse(text))
    except SyntaxError:
        return []
    around = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.lineno <= row <= (n.end_lineno or 0)]
    return sorted(around, key=lambda node: node.lineno)


def verdict(pool: Pool, one: Case, options: Options | None = None) -> Verdict:
    """Run one case."""
    (found,) = confirm_in(pool, [one], options or Options(), lambda *_: None)
    assert found.verdict is not None
    return found.verdict


def confirmed(given: Verdict) -> Confirmed:
    assert isinstance(given, Confirmed), given
    return given


def refuted(given: Verdict) -> Refuted:
    assert isinstance(given, Refuted), given
    return given


def reason(given: Verdict) -> str:
    assert isinstance(given, Undecided), given
    return given.reason


def breaks(given: Verdict) -> Mapping[tuple[str, str], float]:
    """Return the |logit| of each witness by what breaks and for which labels."""
    return {(witness.what, witness.labels): witness.logit for witness in confirmed(given).witnesses}


CUSTOM = """
import keras.backend as K
import tensorflow as tf

def custom_loss(target, output, from_logits=False):
    if not from_logits:
        output = tf.log(output / (1 - output))
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
"""


IMPORTS = "import tensorflow as tf\nfrom tensorflow.keras import backend as K\nimport keras\n"


BCE = "def loss(labels, output):\n    return -(labels * {m}.log(output) + (1 - labels) * {m}.log(1 - output)).mean()\n"
OTHERS = {
    "torch": (
        "import torch\n" + BCE.format(m="torch"),
        "torch.log(1 - output)",
        {"float32": 16.6355, "float16": 8.32, "bfloat16": 6.25, "float64": 36.737},
    ),
    "jax": (
        "import jax.numpy as jnp\n" + BCE.format(m="jnp"),
        "jnp.log(1 - output)",
        {"float32": 16.6355, "float16": 7.625, "bfloat16": 5.5625, "float64": 36.737},
    ),
    "numpy": ("import numpy as np\n" + BCE.format(m="np"), "np.log(1 - output)", {"float32": 16.6355, "float16": 7.625, "float64": 36.737}),
}


def seeds() -> Case:
    """Return the seed's case with its meaning."""
    made = case(CUSTOM, "tf.log(output / (1 - output))")
    y, p = Param("target", "custom_loss"), Param("output", "custom_loss")
    logit = Log(Div(p, Sub(Const(1.0), p)))
    return replace(made, meaning=replace(made.meaning, result=SigmoidCrossEntropy(y, logit), site=logit))
