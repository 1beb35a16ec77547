"""NumPy and SciPy."""

from __future__ import annotations

import math

from bce_lint.facts.expr import Exp, Log, Mean, Sum
from bce_lint.facts.vocabulary import make
from bce_lint.facts.vocabulary.row import Row, Vocabulary

VOCABULARY = Vocabulary(
    name="numpy",
    dtype="float64",
    flushes_subnormals=False,
    functions={
        "numpy.clip": Row(make.clip, "a:x a_min/min:lo a_max/max:hi out:"),
        "numpy.exp": Row(make.masked(Exp), "x out * where:test"),
        "numpy.log": Row(make.masked(Log), "x out * where:test"),
        "numpy.maximum": Row(make.masked(make.maximum), "x1:x x2:y out * where:test"),
        "numpy.mean": Row(make.reduce(Mean), "a:x axis dtype out: keepdims"),
        "numpy.sum": Row(make.reduce(Sum), "a:x axis dtype out: keepdims"),
    },
    constants={"numpy.pi": math.pi, "numpy.e": math.e, "numpy.inf": math.inf, "numpy.nan": math.nan},
    spellings={Log: "numpy.log({x})"},
)
