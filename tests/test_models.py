"""Models put together layer by layer, and what compiling them means."""

from __future__ import annotations

import pytest

from bce_lint.facts.expr import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Expr,
    Linear,
    Opaque,
    Sigmoid,
    SigmoidCrossEntropy,
    Softmax,
    walk,
)
from bce_lint.facts.module import Module
from bce_lint.facts.project import Project
from bce_lint.source.read import Source
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import segments

HEAD = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers import Dense


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = Dense(1, activation="sigmoid")

    def call(self, x):
        return self.out(x)


class Own(Net):
    def compile(self, loss):
        self.loss = loss


def function():
"""


def compiled(body: str) -> Expr:
    """Return what the call of `compile` in `body` means."""
    source = Source("x.py", (HEAD + "".join(f"    {line}\n" for line in body.strip().splitlines())).encode())
    module = Module("x.py", segments(source), read, Project())
    module.wanted = (BinaryCrossEntropy,)
    (trace,) = (trace for trace in module.analyse(len(module.segments) - 1) if trace.path == ("function",))
    return next(site.expr for site in reversed(trace.sites) if getattr(getattr(site.node, "func", None), "attr", "") == "compile")


def loss(body: str) -> Expr:
    """Return the cross entropy in it."""
    kinds = (BinaryCrossEntropy, CategoricalCrossEntropy, SigmoidCrossEntropy)
    return next(e for e in walk(compiled(body)) if isinstance(e, kinds))


@pytest.mark.parametrize(
    "body",
    [
        'm = keras.Sequential([Dense(3), Dense(1, activation="sigmoid")])\nm.compile("sgd", "binary_crossentropy")',
        'm = keras.Sequential()\nm.add(Dense(3))\nm.add(Dense(1, activation="sigmoid"))\nm.compile(loss="binary_crossentropy")',
        'm = keras.Sequential()\nm.add(Dense(1))\nm.add(layers.Activation("sigmoid"))\nm.compile(loss=keras.losses.binary_crossentropy)',
        'i = keras.Input((3,))\nm = keras.Model(i, Dense(1, activation="sigmoid")(i))\nm.compile(loss=keras.losses.BinaryCrossentropy())',
        'i = keras.Input((3,))\nm = keras.Model(i, [layers.Dense(1, "sigmoid")(i)])\nm.compile(loss="binary_crossentropy")',
        'm = Net()\nm.compile(optimizer="sgd", loss="binary_crossentropy")',
        'm = make()\nm.add(Dense(1, activation="sigmoid"))\nm.compile(loss="binary_crossentropy")',
    ],
)
def test_a_model_that_ends_in_a_sigmoid_gives_probabilities(body: str) -> None:
    found = loss(body)
    assert isinstance(found, BinaryCrossEntropy)
    assert isinstance(found.x, Sigmoid)
    assert isinstance(found.x.x, Linear)


def test_the_last_layer_decides() -> None:
    found = loss('m = keras.Sequential([Dense(1, activation="sigmoid")])\nm.add(Dense(2))\nm.compile(loss="categorical_crossentropy")')
    assert isinstance(found, CategoricalCrossEntropy)
    assert isinstance(found.x, Linear)


def test_a_layer_added_in_a_loop_may_be_the_last() -> None:
    grown = 'm = keras.Sequential([Dense(4)])\nfor n in sizes:\n    m.add(Dense(n, activation="softmax"))\n'
    found = loss(grown + 'm.compile(loss="categorical_crossentropy")')
    assert {type(e) for e in walk(found)} >= {Linear, Softmax}


@pytest.mark.parametrize(
    "body",
    [
        'm = keras.Sequential([Dense(1)])\nm.compile(loss={"out": "binary_crossentropy"})',
        "m = keras.Sequential([Dense(1)])\nm.compile(loss=mine)",
        'm = make()\nm.compile(loss="binary_crossentropy")',
        'm = keras.Sequential([Dense(1)])\nm.compile("sgd")',
        'm = Own()\nm.compile(loss="binary_crossentropy")',
        'i = keras.Input((3,))\nm = keras.Model(i, [Dense(1)(i), Dense(2)(i)])\nm.compile(loss="binary_crossentropy")',
    ],
)
def test_what_cannot_be_told_means_nothing(body: str) -> None:
    found = compiled(body)
    assert not any(isinstance(e, (BinaryCrossEntropy, CategoricalCrossEntropy)) for e in walk(found)) or isinstance(found, Opaque)
