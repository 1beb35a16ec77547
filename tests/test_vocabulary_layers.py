"""Layers and loss objects, made by their constructor and then called, mean what they do."""

from __future__ import annotations

import numpy as np
import pytest

from bce_lint.facts.bind import slots
from bce_lint.facts.expr import (
    Add,
    BinaryCrossEntropy,
    Expr,
    Items,
    Layer,
    Linear,
    LogSoftmax,
    Mean,
    Opaque,
    Param,
    Reference,
    Sigmoid,
    Softmax,
    Tanh,
    Text,
)
from bce_lint.facts.vocabulary import apply_layer, function
from bce_lint.facts.vocabulary.layers import LAYERS, activation, named
from bce_lint.facts.vocabulary.row import UNKNOWN, Row, UnreadError
from tests.test_vocabulary_rows import ROWS, agree, calls, framework_of, is_main, meaning, outcome, sample, sample_of
from tests.vocabulary_exceptions import GONE, NOT_CALLED, of
from tests.vocabulary_samples import P, Value, inputs_of, to_expr
from tests.vocabulary_world import places, plain, real, require


def is_constructor(row: Value) -> bool:
    return getattr(row.make, "__qualname__", "") == "layer.<locals>.constructor"


CONSTRUCTORS = [param for param in ROWS if is_constructor(param.values[2])]

NOT_BUILT = {
    "keras.layers.EinsumDense": "wants an equation",
    "keras.layers.Embedding": "wants integers",
    "torch.nn.Embedding": "wants integers",
    "keras.layers.BatchNormalization": "any number",
    "torch.nn.GroupNorm": "any number",
    "keras.layers.Permute": "wants three dimensions",
    "torch.nn.Unflatten": "wants sizes that fit",
}
IMAGES = (
    "Conv",
    "Pool",
    "UpSampling",
    "Upsample",
    "LSTM",
    "GRU",
    "RNN",
    "InstanceNorm",
    "BatchNorm2",
    "BatchNorm3",
    "SpatialDropout",
    "Softmax2d",
)


def built(param: Value) -> bool:
    name = param.values[1]
    return name not in GONE and name not in NOT_BUILT and not of(NOT_CALLED, name, "") and not any(part in name for part in IMAGES)


def operands(layer: Layer) -> dict[str, Value]:
    """Return samples for what calling a layer takes, by parameter."""
    row = LAYERS.get(layer.make) or named(layer.make)
    assert row is not None, layer
    target = dict(layer.settings).get("loss", layer.make)
    samples = sample_of(str(target))
    if layer.make in {"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"}:
        return {"inputs": samples["items"]}
    mains = [slot for slot in slots(row.signature)[0] if is_main(str(target), row, slot) and slot.field not in dict(layer.settings)]
    return {slot.names[0]: sample(slot, samples) for slot in mains}


SHAPES: dict[str, dict[str, Value]] = {"keras.layers.Reshape": {"target_shape": (3, 1)}, "keras.layers.RepeatVector": {"n": 2}}
FIRST: dict[str, tuple[list[Value], dict[str, Value]]] = {
    "torch.nn.Linear": ([3, 4], {}),
    "torch.nn.LayerNorm": ([3], {}),
    "torch.nn.BatchNorm1d": ([3], {}),
    "keras.layers.Dense": ([4], {"activation": "sigmoid"}),
    "torch.nn.LazyLinear": ([4], {}),
}


@pytest.mark.framework
@pytest.mark.parametrize(("table", "name", "row"), [param for param in CONSTRUCTORS if built(param)])
def test_a_layer_means_what_calling_it_does(table: str, name: str, row: Row) -> None:
    require(table)
    place = places(name)[0]
    constructions = [FIRST[name]] if name in FIRST else [([], SHAPES[name])] if name in SHAPES else list(calls(name, row, place, set()))
    for construction in constructions:
        made, _ = meaning(row, construction)
        assert isinstance(made, Layer)
        given = operands(made)
        result = apply_layer(made, [(None, to_expr(key, value)) for key, value in given.items()], "call")
        assert result is not None, f"{name}{construction} cannot be called"
        inputs = {key: item for name, value in given.items() for key, item in inputs_of(name, value).items()}
        inputs |= {key: item for i, value in enumerate(construction[0]) for key, item in inputs_of(f"arg{i}", value).items()}
        inputs |= {key: item for name, value in construction[1].items() for key, item in inputs_of(name, value).items()}
        called = outcome(place, construction)(*(real(framework_of(place), value) for value in given.values()))
        agree(result, plain(called), inputs, f"{name}{construction}")


# --- composition


def made(name: str, **settings: object) -> Expr:
    found = function(name)
    assert found is not None, name
    return found[1].make(**settings)


def called(layer: Expr, *args: Expr) -> Expr | None:
    assert isinstance(layer, Layer)
    return apply_layer(layer, [(None, arg) for arg in args], "k")


X = Param("x", "f")
Y = Param("y", "f")


SPELLED = ["sigmoid", "tensorflow.nn.sigmoid", "tensorflow.keras.activations.sigmoid", "tensorflow.sigmoid", "keras.backend.sigmoid"]


@pytest.mark.parametrize("spelled", SPELLED)
def test_an_activation_is_a_name_or_a_function(spelled: str) -> None:
    result = called(made("keras.layers.Dense", activation=spelled), X)
    assert isinstance(result, Sigmoid)
    assert isinstance(result.x, Linear)


def test_a_dense_layer_without_activation_is_any_number() -> None:
    assert isinstance(called(made("keras.layers.Dense", units=3), X), Linear)
    assert isinstance(called(made("keras.layers.Dense", activation="linear"), X), Linear)
    assert isinstance(called(made("keras.layers.Dense", activation=None), X), Linear)


def test_an_activation_that_is_not_shown_is_not_guessed() -> None:
    assert called(made("keras.layers.Dense", activation=UNKNOWN), X) is None
    with pytest.raises(UnreadError):
        activation(UNKNOWN)


def test_two_calls_of_dense_layers_are_two_values() -> None:
    layer = made("keras.layers.Dense", activation="sigmoid")
    assert isinstance(layer, Layer)
    one, other = (apply_layer(layer, [(None, X)], key) for key in ("1", "2"))
    assert one is not other


def test_sequential_calls_its_layers_in_turn() -> None:
    parts = (made("torch.nn.Linear"), made("torch.nn.ReLU"), made("torch.nn.Linear"), made("torch.nn.Sigmoid"))
    result = called(made("torch.nn.Sequential", items=parts), X)
    assert isinstance(result, Sigmoid)
    assert isinstance(result.x, Linear)
    keras = called(
        made("keras.Sequential", items=Items((made("keras.layers.Dense"), made("keras.layers.Activation", activation="softmax")))), X
    )
    assert isinstance(keras, Softmax)
    assert isinstance(keras.x, Linear)


def test_sequential_forgets_what_went_through_an_unread_layer() -> None:
    parts = (made("torch.nn.Linear"), Reference("mine.Layer"), made("torch.nn.Tanh"))
    result = called(made("torch.nn.Sequential", items=parts), X)
    assert isinstance(result, Tanh)
    assert isinstance(result.x, Opaque)


def test_loss_objects_take_their_settings_along() -> None:
    result = called(made("torch.nn.BCELoss", reduction="sum"), X, Y)
    assert result is not None
    assert [type(e).__name__ for e in (result, result.x)] == ["Sum", "BinaryCrossEntropy"]  # type: ignore[attr-defined]
    keras = called(made("keras.losses.BinaryCrossentropy"), Y, X)
    assert isinstance(keras, Mean)
    assert keras is Mean(Mean(BinaryCrossEntropy(Y, X), -1))


def test_functions_by_name_are_layers() -> None:
    layer = made("keras.activations.get", how="softmax")
    assert isinstance(called(layer, X), Softmax)
    assert isinstance(called(made("keras.losses.get", how="mse"), Y, X), Mean)
    assert isinstance(called(made("keras.layers.Add"), Items((X, Y))), Add)
    assert isinstance(called(made("torch.nn.LogSoftmax", axis=1), X), LogSoftmax)


def test_layers_of_unknown_make_are_unread() -> None:
    assert apply_layer(Layer("nobody.knows"), [(None, X)], "k") is None
    assert apply_layer(Layer("dense"), [("unheard_of", Text("?"))], "k") is None


@pytest.mark.framework
def test_sequential_of_keras_and_pytorch_runs_as_read() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    model = torch.nn.Sequential(torch.nn.Softmax(dim=1), torch.nn.LogSigmoid())
    result = called(made("torch.nn.Sequential", items=(made("torch.nn.Softmax", axis=1), made("torch.nn.LogSigmoid"))), X)
    assert result is not None
    agree(result, plain(model(real("torch", P))), {"x": P}, "Sequential")
    assert np.shape(plain(model(real("torch", P)))) == np.shape(P)
