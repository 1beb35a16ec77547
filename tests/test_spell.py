"""What is spelled is read back as the same op in every framework, by the file's own aliases; the spellings test tells what it computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields

import pytest

from bce_lint.facts import aliases, vocabulary
from bce_lint.facts.aliases import Aliases
from bce_lint.facts.expr import (
    Abs,
    Add,
    Clip,
    Const,
    Div,
    Exp,
    Expm1,
    Expr,
    Index,
    Items,
    Log,
    Log1p,
    LogAddExp,
    LogSigmoid,
    LogSoftmax,
    LogSumExp,
    Max,
    Maximum,
    Mean,
    Min,
    Minimum,
    Mul,
    Neg,
    Norm,
    Opaque,
    Param,
    Prod,
    Relu,
    Sigmoid,
    SigmoidCrossEntropy,
    Softmax,
    SoftmaxCrossEntropy,
    Softplus,
    Sqrt,
    Square,
    Std,
    StopGradient,
    Sub,
    Sum,
    Tanh,
    Truth,
    Var,
    Where,
    Xlogy,
    walk,
)
from bce_lint.facts.module import Module
from bce_lint.facts.project import Project
from bce_lint.facts.spell import ATOM, SUM, Piece, Speller, Unspellable, need_after, need_before
from bce_lint.source.read import Source
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import segments

X, Y = Param("x", "f"), Param("y", "f")
LABELS = Param("labels", "f")

HEADERS = {
    "tensorflow": [
        "import tensorflow as tf",
        "import tensorflow",
        "import tensorflow.compat.v1 as tf1",
        "from tensorflow import math, nn\nimport tensorflow as t",
    ],
    "keras.backend": [
        "from tensorflow.keras import backend as K\nimport tensorflow as tf",
        "import keras.backend as back\nimport tensorflow as tf",
    ],
    "keras": ["from keras import ops", "import keras", "import keras.ops as O"],
    "torch": ["import torch", "import torch\nimport torch.nn.functional as F", "import torch as th\nfrom torch import nn"],
    "jax": ["import jax\nimport jax.numpy as jnp", "import jax", "import jax\nfrom jax import numpy as np, nn"],
    "numpy": ["import numpy as np", "import numpy"],
}

OPS: list[Expr] = [
    *(op(X) for op in (Abs, Exp, Expm1, Log, Log1p, LogSigmoid, Relu, Sigmoid, Softplus, Sqrt, Square, StopGradient, Tanh)),
    *(op(X, Y) for op in (LogAddExp, Maximum, Minimum, Xlogy)),
    *(op(X, *axis) for op in (Max, Mean, Min, Prod, Sum, LogSumExp, Std, Var, Norm) for axis in (() if op is not Norm else (2,),)),
    *(op(X, 1) for op in (Max, Mean, Min, Prod, Sum, LogSumExp)),
    *(op(X, -1, keepdims=True) for op in (Max, Mean, Min, Sum, LogSumExp)),
    *(op(X, (0, 1)) for op in (Max, Mean, Min, Sum, LogSumExp)),
    *(op(X, axis) for op in (Softmax, LogSoftmax) for axis in (-1, 0, 1)),
    *(op(X, 1, keepdims=True, ddof=1) for op in (Std, Var)),
    Norm(X, 2, 1, keepdims=True),
    Norm(X, 1, 1),
    Clip(X, Const(0.0), Const(1.0)),
    SigmoidCrossEntropy(LABELS, X),
    SoftmaxCrossEntropy(LABELS, X),
    SoftmaxCrossEntropy(LABELS, X, 1),
    Where(Truth(">", X, Y), X, Y),
    Softplus(Neg(Sub(X, Y))),
    Add(X, Mul(Softplus(Mul(X, Const(-2.0))), Y)),
    Div(Sub(X, Sub(Y, X)), Mul(X, Add(X, Y))),
    Sigmoid(Index(X, "(..., 1:)")),
]

COMPOSED: dict[str, set[type[Expr]]] = {
    "tensorflow": {LogAddExp},
    "keras.backend": {LogAddExp, LogSigmoid, Sqrt},
    "keras": {LogAddExp},
    "torch": {Norm, SoftmaxCrossEntropy},
    "jax": {SigmoidCrossEntropy, SoftmaxCrossEntropy},
    "numpy": {LogSigmoid, LogSoftmax, Relu, Sigmoid, SigmoidCrossEntropy, Softmax, SoftmaxCrossEntropy, Softplus},
}
"""Ops that a framework has only in the form of others, or with a guard of its own: read back as those."""


def module_of(header: str, *texts: str) -> Module:
    body = "".join(f"    yield {text}\n" for text in texts)
    source = Source("x.py", f"{header}\n\n\ndef f(x, y, labels):\n{body}    return [{', '.join(texts)}]\n".encode())
    return Module("x.py", segments(source), read, Project())


def meanings(header: str, texts: list[str]) -> tuple[Expr, ...]:
    """Return what `texts` mean below `header`."""
    module = module_of(header, *texts)
    (returned,) = (e for trace in module.analyse(len(module.segments) - 1) for e in trace.returns)
    assert isinstance(returned, Items)
    return returned.items


def speller(framework: str, header: str) -> Speller:
    names = {"x": X, "y": Y, "labels": LABELS}
    return Speller(framework, names, Aliases.at(module_of(header, "x"), names))


def spelled(by: Speller, e: Expr) -> Piece | None:
    try:
        return by.spell(e)
    except Unspellable:
        return None


HEADED = [
    pytest.param(framework, header, id=f"{framework}-{n}") for framework, headers in HEADERS.items() for n, header in enumerate(headers)
]


@pytest.mark.parametrize(("framework", "header"), HEADED)
def test_what_is_spelled_is_read_as_the_same(framework: str, header: str) -> None:
    pieces = {e: piece for e in OPS if (piece := spelled(speller(framework, header), e)) is not None}
    assert len(pieces) > len(OPS) * 0.7
    assert not any(piece.imports for piece in pieces.values())
    read_back = meanings(header, [piece.text for piece in pieces.values()])
    different = {
        piece.text: back
        for (e, piece), back in zip(pieces.items(), read_back, strict=True)
        if back is not e and not COMPOSED[framework] & {type(part) for part in walk(e)}
    }
    assert not different


@pytest.mark.parametrize("framework", HEADERS)
def test_what_cannot_be_said_is_not_spelled(framework: str) -> None:
    by = speller(framework, HEADERS[framework][0])
    assert spelled(by, Opaque("net(x)", "1")) is None
    assert spelled(by, Param("z", "g")) is None
    assert spelled(by, Sum(X, "?")) is None
    assert spelled(by, SoftmaxCrossEntropy(LABELS, X, -1, sparse=True)) is None


OTHERWISE: dict[str, tuple[object, ...]] = {
    "axis": (0, (0, 1), "?", "batch"),
    "keepdims": (True,),
    "ddof": (1,),
    "sparse": (True,),
    "pos_weight": (Y,),
    "ord": (1, 3),
    "eps": (Const(0.1),),
    "how": ("floor",),
    "guard": ("log-floor",),
    "log_labels": (True,),
    "lo": (Const(0.5),),
    "hi": (Const(0.5),),
    "default": (Y,),
}
"""Of every field that has a default, other values."""


def optional(op: type[Expr]) -> list[str]:
    return [f.name for f in fields(op) if f.default is not MISSING and f.name != "zero_gradient"]


def varied(op: type[Expr]) -> Iterator[Expr]:
    """Yield the op with each optional field other than its default, alone and with all the others."""
    given = {f.name: (X, Y, LABELS)[n] for n, f in enumerate(f for f in fields(op) if f.default is MISSING)}
    names = optional(op)
    for name in names:
        for value in OTHERWISE[name]:
            yield op(**given, **{name: value})
            yield op(**given, **{other: OTHERWISE[other][0] for other in names} | {name: value})


@pytest.mark.parametrize("framework", HEADERS)
def test_a_field_that_a_spelling_does_not_say_is_never_dropped(framework: str) -> None:
    header = HEADERS[framework][0]
    table = vocabulary.vocabulary(framework)
    assert table is not None
    pieces = {e: piece for op in table.spellings for e in varied(op) if (piece := spelled(speller(framework, header), e)) is not None}
    assert len(pieces) > 10
    read_back = meanings(header, [piece.text for piece in pieces.values()])
    for (e, piece), back in zip(pieces.items(), read_back, strict=True):
        assert back is e or COMPOSED[framework] & {type(e)}, piece.text


@pytest.mark.parametrize("framework", ["tensorflow", "keras.backend", "torch"])
def test_a_softmax_over_all_entries_is_not_one_along_the_last_axis(framework: str) -> None:
    assert spelled(speller(framework, HEADERS[framework][0]), Softmax(X, None)) is None


# --- what is written already, and what stands around


@pytest.mark.parametrize(
    ("before", "after", "least"),
    [
        ("return ", "\n", 0),
        ("f(", ")", 0),
        ("x = ", "  # so", 0),
        ("a - ", "\n", SUM + 1),
        ("a * ", "\n", SUM + 2),
        ("", " + b", SUM),
        ("(", "\n    * b)", SUM + 1),
        ("", ".mean()", ATOM),
        ("", " if a else b", SUM),
        ("a ** -", "", ATOM),
        ("-", "", SUM + 1),
        ("return a == ", "", SUM),
        ("", " == b", SUM),
    ],
)
def test_parentheses_stand_where_the_text_around_would_tear_it_apart(before: str, after: str, least: int) -> None:
    assert max(need_after(before), need_before(after)) == least


def test_a_call_of_the_users_own_is_not_doubled() -> None:
    call = Opaque("net(x)", "1")
    by = Speller("tensorflow", {"x": X}, Aliases({"tf": "tensorflow"}), {call: Piece("net(x)", ATOM, (call,))})
    assert by.spell(Softplus(call)).text == "tf.nn.softplus(net(x))"
    assert spelled(by, Add(call, Softplus(call))) is None


def test_a_missing_import_is_asked_for() -> None:
    header = "import jax.numpy as jnp\nimport torch"
    assert speller("jax", header).spell(Sigmoid(X)) == Piece("jax.nn.sigmoid(x)", ATOM, (), frozenset({"import jax"}))
    assert aliases.place_for("import jax", module_of(header, "x")) == 0
    assert aliases.place_for("import tensorflow as tf", module_of(header, "x")) is None


def test_a_customary_name_that_means_something_else_is_not_used() -> None:
    names = {"x": X, "F": Y}
    module = module_of("import torch", "x")
    by = Speller("torch", names, Aliases.at(module, names))
    assert by.spell(Softplus(X)).text == "torch.nn.functional.softplus(x)"


def test_keras_2_is_written_by_its_backend() -> None:
    from bce_lint.facts.spell import language

    old = Aliases({"K": "tensorflow.keras.backend", "keras": "tensorflow.keras"}, frozenset(), frozenset({"tensorflow"}))
    new = Aliases({"ops": "keras.ops"}, frozenset(), frozenset({"keras"}))
    assert language("keras", old) == "keras.backend"
    assert language("keras", new) == "keras"
