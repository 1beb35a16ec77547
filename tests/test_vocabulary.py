"""Looking names up: canonical names, customary aliases, lazy tables; what the tables promise without any framework."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest

from bce_lint.facts import vocabulary
from bce_lint.facts.bind import slots
from bce_lint.facts.expr import Const, Expr, Items, Layer, Param, Reference
from bce_lint.facts.vocabulary import CUSTOMARY, PREFIXES, VOCABULARIES, canonical, constant, customary, function, load
from bce_lint.facts.vocabulary.row import STATIC, UNKNOWN, Row, UnreadError

TABLES = tuple(dict.fromkeys(VOCABULARIES.values()))
EVERY = [
    pytest.param(row, id=f"{table}:{name}")
    for table in TABLES
    for name, row in (*load(table).functions.items(), *load(table).methods.items())
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tensorflow.compat.v1.math.log", "tensorflow.log"),
        ("tensorflow.compat.v1.nn.sigmoid", "tensorflow.sigmoid"),
        ("tensorflow.python.ops.math_ops.log", "tensorflow.log"),
        ("tensorflow.python.keras.backend.log", "keras.backend.log"),
        ("tensorflow.compat.v1.keras.backend.clip", "keras.backend.clip"),
        ("tensorflow.keras.layers.Dense", "keras.layers.Dense"),
        ("keras.layers.core.Dense", "keras.layers.Dense"),
        ("keras.objectives.mse", "keras.losses.mse"),
        ("keras.metrics.binary_crossentropy", "keras.losses.binary_crossentropy"),
        ("torch.nn.modules.loss.BCELoss", "torch.nn.BCELoss"),
        ("jax.scipy.special.logsumexp", "jax.nn.logsumexp"),
        ("flax.linen.sigmoid", "jax.nn.sigmoid"),
        ("optax.losses.l2_loss", "optax.l2_loss"),
        ("scipy.misc.logsumexp", "scipy.special.logsumexp"),
        ("autograd.numpy.exp", "numpy.exp"),
        ("numpy.exp", "numpy.exp"),
        ("tensorflow", "tensorflow"),
        ("nobody.knows", "nobody.knows"),
    ],
)
def test_names_have_one_canonical_form(name: str, expected: str) -> None:
    assert canonical(name) == expected
    assert canonical(canonical(name)) == expected


def test_prefixes_stop_at_dots() -> None:
    assert canonical("tensorflow.mathematics.log") == "tensorflow.mathematics.log"
    assert canonical("tensorflow.nnx.log") == "tensorflow.nnx.log"


def test_functions_are_found_under_every_name() -> None:
    assert function("tensorflow.math.log") == function("tensorflow.log") == function("tensorflow.compat.v1.log")
    found = function("tensorflow.losses.binary_crossentropy")
    assert found is not None
    assert found == function("keras.losses.binary_crossentropy")
    assert function("tensorflow.losses.log_loss") is not None
    assert function("tensorflow.nothing_like_it") is None
    assert function("nobody.knows") is None


def test_a_function_comes_with_its_framework() -> None:
    for name, framework in (
        ("tensorflow.log", "tensorflow"),
        ("keras.backend.log", "keras.backend"),
        ("keras.ops.log", "keras"),
        ("keras.losses.mse", "keras"),
        ("torch.log", "torch"),
        ("torch.nn.functional.softmax", "torch"),
        ("jax.numpy.log", "jax"),
        ("optax.l2_loss", "jax"),
        ("scipy.special.expit", "numpy"),
        ("math.log", "python"),
    ):
        found = function(name)
        assert found is not None, name
        assert found[0].name == framework
        assert vocabulary.vocabulary(framework) is not None


def test_constants_are_numbers() -> None:
    assert constant("numpy.pi") is Const(3.141592653589793)
    assert constant("tensorflow.float32.max") is Const(3.4028234663852886e38)
    assert constant("numpy.log") is None


def test_customary_names_stand_for_modules() -> None:
    assert customary("tf") is Reference("tensorflow")
    assert customary("K") is Reference("keras.backend")
    assert customary("ops") is None
    assert customary("T") is None
    for target in CUSTOMARY.values():
        assert vocabulary.vocabulary(target) is not None, target


def test_prefixes_lead_somewhere() -> None:
    for old, new in PREFIXES.items():
        assert vocabulary.vocabulary(new) is not None, old


def test_only_the_tables_of_the_names_asked_for_are_loaded() -> None:
    code = """
import sys
from bce_lint.facts import vocabulary
vocabulary.function("torch.log"), vocabulary.method("log", ["torch"])
vocabulary.customary("tf"), vocabulary.canonical("tensorflow.math.log")
tables = {m.rpartition(".")[2] for m in sys.modules if m.startswith("bce_lint.facts.vocabulary.")}
print(*sorted(tables & {"tensorflow", "keras", "keras_models", "backend", "torch", "torch_nn", "jax", "numpy", "python", "builtin"}))
print(*sorted({m.partition(".")[0] for m in sys.modules} & {"numpy", "torch", "tensorflow", "keras", "jax", "scipy", "libcst", "rich"}))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out == ["torch", ""]


def test_no_name_is_out_of_reach() -> None:
    for table in TABLES:
        for name in load(table).functions:
            found = function(name)
            assert found is not None, name
            assert found[1] is load(table).functions[name], f"{name} is found elsewhere"


def test_quirks_are_about_functions() -> None:
    for table in TABLES:
        for name in load(table).quirks:
            assert function(name) is not None, name


# --- every row by itself


OPERANDS: dict[str, object] = {
    **dict.fromkeys(["lo", "hi", "rate", "decimals", "value"], Const(0.25)),
    **dict.fromkeys(["num", "sizes"], Items((Const(1.0), Const(2.0)))),
    "activation": "sigmoid",
    "full": None,
    "how": UNKNOWN,
    "ignore": None,
    "items": Items((Param("x", "f"), Param("y", "f"))),
    "ord": 2,
    "reduction": "mean",
    "threshold": Const(0.0),
}


def operand(field: str) -> object:
    """Return something that `make` could get for a field."""
    return OPERANDS[field] if field in OPERANDS else 0 if field in STATIC else Param(field, "f")


def fields_of(row: Row) -> dict[str, object]:
    """Return something for every field that the signature of a row names."""
    parsed, rest = slots(row.signature)
    fields = {slot.field: operand(slot.field) for slot in parsed if slot.field}
    return fields | ({rest: (Param("x", "f"), Param("y", "f"))} if rest else {}) | ({"key": "1"} if row.keyed else {})


@pytest.mark.parametrize("row", EVERY)
def test_make_accepts_the_fields_that_its_signature_names(row: Row) -> None:
    spellings = [spelling for slot in slots(row.signature)[0] for spelling in slot.names]
    assert len(spellings) == len(set(spellings)), "one name stands for two parameters"
    assert all(spelling.isidentifier() for spelling in spellings)
    with suppress(UnreadError):
        made = row.make(**fields_of(row))
        assert isinstance(made, Expr)
        assert not isinstance(made, Layer) or hash(made.settings) is not None
