"""Benign arguments for every parameter that a vocabulary names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bce_lint.facts.expr import Const, Expr, Items, Nothing, Param, Text

Value = Any
"""An argument or result of a framework, whatever it is."""

P = np.array([[0.2, 0.5, 0.3], [0.1, 0.6, 0.3]])
Q = np.array([[0.4, 0.15, 0.45], [0.25, 0.35, 0.4]])
R = np.array([[0.3, 0.6, 0.1], [0.7, 0.2, 0.1]])
LABELS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
CLASSES = np.array([1, 0])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])
TEST = np.array([[True, False, True], [False, True, True]])
TRIPLE = np.array([[1.0, 2.0], [0.5, 1.5], [2.0, 3.0]])


@dataclass(frozen=True)
class Dtype:
    """A dtype, which every framework has its own object for."""

    name: str


MAIN: Mapping[str, Value] = {
    "x": P,
    "y": Q,
    "z": R,
    "test": TEST,
    "labels": LABELS,
    "items": [P, Q],
    "lo": 0.25,
    "hi": 0.45,
    "num": 2,
    "sizes": (1, 1),
    "near": Q,
    "far": R,
    "var": R,
    "value": 0.25,
    "limit": 0.5,
    "how": (3, 2),
    "index": CLASSES,
    "shape": (3, 2),
    "repeats": 2,
    "perm": (1, 0),
    "dims": (1, 0),
    "rate": 0.25,
    "least": 0.1,
}
"""Operands, by field."""

OPTIONS: Mapping[str, Value] = {
    "alpha": 0.3,
    "approximate": True,
    "rounding": "floor",
    "axis": -1,
    "balance": True,
    "beta": 0.7,
    "ceiling": 0.25,
    "ddof": 1,
    "decimals": 1,
    "delta": 0.2,
    "dtype": Dtype("float32"),
    "epsilon": 0.05,
    "from_logits": True,
    "full": False,
    "gamma": 3.0,
    "keepdims": True,
    "label_smoothing": 0.1,
    "log_input": False,
    "log_labels": True,
    "margin": 0.2,
    "ord": 1,
    "pos_weight": np.array(3.0),
    "reduction": "sum",
    "slope": 0.2,
    "unbiased": False,
    "weight": np.array(2.0),
    "weights": Q,
    "eps": 0.1,
    "base": 3.0,
    "b": Q,
    "flip_x": False,
    "flip_y": False,
    "axes": (1, 0),
    "reduce": False,
    "size_average": False,
    "threshold": 0.0,
    "ignore": None,
    "activation": "sigmoid",
    "batch_dims": 0,
    "selected": TEST,
}
"""What can be left out, by field."""

FILL: Mapping[str, Value] = {
    "axis": 0,
    "depth": 3,
    "num_classes": 3,
    "shape": (2, 3),
    "dims": (2, 3),
    "size": (2, 3),
    "message": "?",
    "units": 4,
    "dtype": "float32",
    "repeats": 2,
    "axis1": 0,
    "axis2": 1,
    "N": 3,
    "num_samples": 2,
    "summarize": 1,
    "k": 2,
    "a": P,
    "b": Q,
    "x1": P,
    "x2": Q,
    "x": P,
    "y": Q,
    "subscripts": "ij,kj",
    "equation": "ij,kj",
    "tensor": P,
    "input": P,
    "other": Q,
    "axes": ((1,), (1,)),
    "ksize": 2,
    "strides": 1,
    "padding": "VALID",
}
"""Parameters that mean nothing to the algebra but must be given, by name."""


def to_expr(name: str, sample: Value) -> Expr:
    """Return a sample as lowering would hand it over: arrays are parameters."""
    match sample:
        case np.ndarray():
            return Param(name, "test")
        case Dtype(dtype):
            return Text(dtype)
        case None:
            return Nothing()
        case str():
            return Text(sample)
        case list() | tuple():
            return Items(tuple(to_expr(f"{name}.{i}", item) for i, item in enumerate(sample)))
        case _:
            return Const(float(sample))


def inputs_of(name: str, sample: Value) -> dict[str, Value]:
    """Return the arrays in a sample by the names that `to_expr` gives them."""
    match sample:
        case np.ndarray():
            return {name: sample}
        case list() | tuple():
            return {key: item for i, part in enumerate(sample) for key, item in inputs_of(f"{name}.{i}", part).items()}
        case _:
            return {}
