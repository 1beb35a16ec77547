"""Python's own functions on numbers: `math`."""

from __future__ import annotations

import math
from functools import partial

from bce_lint.facts import algebra
from bce_lint.facts.expr import Abs, Acos, Asin, Atanh, Cosh, Exp, Expm1, Log1p, Round, Sinh, Sqrt, Tanh
from bce_lint.facts.vocabulary import constants, make
from bce_lint.facts.vocabulary.row import Row, Vocabulary

VOCABULARY = Vocabulary(
    name="python",
    dtype="float64",
    flushes_subnormals=False,
    functions={
        "math.acos": Row(Acos, "x"),
        "math.asin": Row(Asin, "x"),
        "math.atanh": Row(Atanh, "x"),
        "math.ceil": Row(partial(Round, how="ceil"), "x"),
        "math.cos": Row(constants.bounded("cos", -1.0, 1.0), "x"),
        "math.cosh": Row(Cosh, "x"),
        "math.erf": Row(constants.bounded("erf", -1.0, 1.0), "x"),
        "math.exp": Row(Exp, "x"),
        "math.expm1": Row(Expm1, "x"),
        "math.fabs": Row(Abs, "x"),
        "math.floor": Row(partial(Round, how="floor"), "x"),
        "math.hypot": Row(make.hypot, "x y"),
        "math.isfinite": Row(make.truth("isfinite"), "x"),
        "math.isinf": Row(make.isinf, "x"),
        "math.isnan": Row(make.truth("isnan"), "x"),
        "math.log": Row(make.log_to_base, "x base"),
        "math.log10": Row(make.log10, "x"),
        "math.log1p": Row(Log1p, "x"),
        "math.log2": Row(make.log2, "x"),
        "math.pow": Row(algebra.power, "x y"),
        "math.sin": Row(constants.bounded("sin", -1.0, 1.0), "x"),
        "math.sinh": Row(Sinh, "x"),
        "math.sqrt": Row(Sqrt, "x"),
        "math.tanh": Row(Tanh, "x"),
    },
    constants={
        "math.e": math.e,
        "math.inf": math.inf,
        "math.nan": math.nan,
        "math.pi": math.pi,
        "math.tau": math.tau,
        "sys.float_info.epsilon": 2.0**-52,
        "sys.float_info.max": constants.RANGES["float64"][1],
        "sys.float_info.min": constants.RANGES["float64"][0],
    },
    quirks={"math.log": "0 raises ValueError instead of being minus infinity", "math.exp": "overflow raises OverflowError"},
)
