"""Python's builtins that also take tensors: a table of their own, since they do not say which framework is spoken."""

from __future__ import annotations

from bce_lint.facts import algebra
from bce_lint.facts.expr import Abs
from bce_lint.facts.vocabulary import constants, make
from bce_lint.facts.vocabulary.row import Row, Vocabulary

VOCABULARY = Vocabulary(
    name="builtins",
    dtype="float64",
    flushes_subnormals=False,
    functions={
        "builtins.abs": Row(Abs, "x"),
        "builtins.float": Row(constants.number, "x"),
        "builtins.int": Row(constants.cast("int"), "x"),
        "builtins.len": Row(constants.size, "obj:x"),
        "builtins.max": Row(make.folded(make.maximum), "*items"),
        "builtins.min": Row(make.folded(make.minimum), "*items"),
        "builtins.pow": Row(algebra.power, "base:x exp:y"),
        "builtins.round": Row(make.rounded, "number:x ndigits:decimals"),
        "builtins.sum": Row(make.folded(algebra.add), "iterable:items"),
    },
)
