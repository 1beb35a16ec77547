"""Every method and property of a distribution means what it does in PyTorch and in TensorFlow Probability."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from bce_lint.facts.bind import bind, slots
from bce_lint.facts.expr import Bounded, Const, Expr, Index, Instance, Multinomial, Param, walk
from bce_lint.facts.vocabulary import canonical, function, load
from tests.test_vocabulary_rows import agree
from tests.vocabulary_reference import value
from tests.vocabulary_samples import CLASSES, LABELS, P, Q, R, Value, inputs_of, to_expr
from tests.vocabulary_world import plain, real, resolve

pytestmark = pytest.mark.framework

PACKAGES = {"torch_distributions": "torch.distributions", "tfp": "tensorflow_probability.distributions"}
FRAMEWORKS = {"torch_distributions": "torch", "tfp": "tensorflow"}
EPSILON = {"finfo.eps": np.array(2.0**-23)}

LOGITS = np.array([[1.5, -0.5, 0.3], [-2.0, 0.7, 0.1]])
OTHER_LOGITS = np.array([[0.5, 0.1, -0.2], [1.0, -0.3, 0.6]])
OF_CLASSES: list[dict[str, Value]] = [{"probs": P}, {"logits": LOGITS}]
RELAXED = [{"temperature": np.array(0.7), **made} for made in OF_CLASSES]
MADE: Mapping[str, list[dict[str, Value]]] = {
    "Bernoulli": OF_CLASSES,
    "Categorical": OF_CLASSES,
    "Laplace": [{"loc": P, "scale": Q}],
    "MultivariateNormalDiag": [{"loc": P, "scale_diag": Q}],
    "Normal": [{"loc": P, "scale": Q}],
    "OneHotCategorical": OF_CLASSES,
    "RelaxedBernoulli": RELAXED,
    "RelaxedOneHotCategorical": RELAXED,
    "Uniform": [{"low": P, "high": P + Q}],
}
"""What a distribution of each kind is made from."""
OTHERS: Mapping[str, Value] = {"probs": R, "logits": OTHER_LOGITS, "loc": R, "scale": P, "scale_diag": P}
"""What another one is made from."""
OBSERVED: Mapping[str, Value] = {"Bernoulli": LABELS, "Categorical": CLASSES, "OneHotCategorical": LABELS}
"""What densities are taken of; of other distributions anything."""


class Made:
    """A distribution as it is read, as it really is, and the arrays that it was made from."""

    def __init__(self, table: str, kind: str, fields: Mapping[str, Value], prefix: str = "") -> None:
        pytest.importorskip(PACKAGES[table].partition(".")[0], reason=f"{PACKAGES[table]} is not installed")
        named = {key: (f"{prefix}{key}", sample) for key, sample in fields.items()}
        self.read = read(f"{PACKAGES[table]}.{kind}", *((key, to_expr(name, sample)) for key, (name, sample) in named.items()))
        self.built = resolve(f"{PACKAGES[table]}.{kind}")(**{key: real(FRAMEWORKS[table], sample) for key, sample in fields.items()})
        self.inputs = {key: item for name, sample in named.values() for key, item in inputs_of(name, sample).items()}


def read(qualified: str, *args: tuple[str | None, Expr]) -> Expr:
    """Return what a call means."""
    found = function(qualified)
    assert found is not None, qualified
    fields = bind(found[1], args)
    assert fields is not None, f"{qualified} refuses {args}"
    return found[1].make(**fields, **({"key": "test"} if found[1].keyed else {}))


def members() -> list[Any]:
    """Return every method and property, and what its distribution may be made from."""
    return [
        pytest.param(table, kind, member, fields, id=f"{table}:{kind}.{member}:{'+'.join(fields)}")
        for table, package in PACKAGES.items()
        for kind, _, member in (name.removeprefix(f"{package}.").partition(".") for name in load(table).functions)
        for fields in MADE.get(kind, ())
        if member and member != "kl_divergence" and not (table == "tfp" and member in {"logits", "probs"} - set(fields))
    ]


@pytest.mark.parametrize(("table", "kind", "member", "fields"), members())
def test_a_member_means_what_it_does(table: str, kind: str, member: str, fields: Mapping[str, Value]) -> None:
    made = Made(table, kind, fields)
    qualified = f"{PACKAGES[table]}.{kind}.{member}"
    takes = [slot for slot in slots(load(table).functions[qualified].signature)[0] if slot.field == "x"]
    observed = OBSERVED.get(kind, R)
    found = getattr(made.built, member)
    operands = [real(FRAMEWORKS[table], observed) for _ in takes]
    result = plain(found(*operands) if callable(found) else found)
    meaning = read(qualified, (None, made.read), *((None, Param("value", "test")) for _ in takes))
    means(meaning, result, {**made.inputs, **EPSILON, "value": observed}, qualified)
    for slot in takes:
        assert slot.names[0] in inspect.signature(found).parameters


def means(meaning: Expr, result: Value, inputs: Mapping[str, Value], where: str) -> None:
    """Assert that `result` is what `meaning` says; of what is drawn, that it is a number."""
    logs = meaning.x if isinstance(meaning, Bounded) and meaning.x is not None else meaning
    if isinstance(logs, Index):
        picked = np.take_along_axis(value(logs.x, inputs), CLASSES[:, None], 1)[:, 0]
        assert np.allclose(result, picked if logs is meaning else np.exp(picked), rtol=3e-5), where
    elif any(isinstance(part, Multinomial) for part in walk(meaning)):
        assert set(np.ravel(result)) <= {0, 1, 2}, where
    else:
        agree(meaning, result, inputs, where)


KINDS = [pytest.param(table, kind, id=f"{table}:{kind}") for table in PACKAGES for kind in MADE if function(f"{PACKAGES[table]}.{kind}")]


@pytest.mark.parametrize(("table", "kind"), KINDS)
def test_a_constructor_takes_what_it_is_said_to(table: str, kind: str) -> None:
    pytest.importorskip(PACKAGES[table].partition(".")[0], reason=f"{PACKAGES[table]} is not installed")
    real_names = list(inspect.signature(resolve(f"{PACKAGES[table]}.{kind}").__init__).parameters)[1:]
    named = [slot.names[0] for slot in slots(load(table).functions[f"{PACKAGES[table]}.{kind}"].signature)[0]]
    assert named == [name for name in real_names if name in named]
    operands = [slot.names[0] for slot in slots(load(table).functions[f"{PACKAGES[table]}.{kind}"].signature)[0] if slot.field]
    assert named[: len(operands)] == real_names[: len(operands)] or kind.startswith("Relaxed")


@pytest.mark.parametrize("fields", [{"loc": P, "scale": Q}, *OF_CLASSES], ids=["scale", "probs", "logits"])
@pytest.mark.parametrize(("table", "kind"), KINDS)
def test_a_divergence_means_what_it_does(table: str, kind: str, fields: Mapping[str, Value]) -> None:
    fields = {"scale_diag" if kind.startswith("Multi") and name == "scale" else name: sample for name, sample in fields.items()}
    if fields not in MADE[kind] or kind.startswith("Uniform"):
        return
    one, other = Made(table, kind, fields), Made(table, kind, {name: OTHERS[name] for name in fields}, "other_")
    compare = resolve(f"{PACKAGES[table]}.kl_divergence")
    meaning = read(f"{PACKAGES[table]}.kl_divergence", (None, one.read), (None, other.read))
    inputs = {**one.inputs, **other.inputs, **EPSILON}
    agree(meaning, plain(compare(one.built, other.built)), inputs, kind)
    if table == "tfp":
        assert read(f"{PACKAGES[table]}.{kind}.kl_divergence", (None, one.read), (None, other.read)) is meaning
        assert np.allclose(plain(one.built.kl_divergence(other.built)), value(meaning, inputs), rtol=3e-5)


@pytest.mark.parametrize(("dims", "axis"), [(1, -1), (2, (-2, -1))])
@pytest.mark.parametrize("table", PACKAGES)
def test_what_counts_as_one_adds_up(table: str, dims: int, axis: object) -> None:
    one, other = Made(table, "Normal", MADE["Normal"][0]), Made(table, "Normal", {"loc": R, "scale": P}, "other_")
    cls = f"{PACKAGES[table]}.Independent"
    read_one, read_other = (read(cls, (None, made.read), (None, Const(float(dims)))) for made in (one, other))
    built, built_other = (resolve(cls)(made.built, dims) for made in (one, other))
    inputs = {**one.inputs, **other.inputs, "value": LABELS}
    observed = real(FRAMEWORKS[table], LABELS)
    logs = read(f"{cls}.log_prob", (None, read_one), (None, Param("value", "test")))
    assert getattr(logs, "axis", None) == axis
    agree(logs, plain(built.log_prob(observed)), inputs, cls)
    agree(read(f"{cls}.entropy", (None, read_one)), plain(built.entropy()), inputs, cls)
    meaning = read(f"{PACKAGES[table]}.kl_divergence", (None, read_one), (None, read_other))
    agree(meaning, plain(resolve(f"{PACKAGES[table]}.kl_divergence")(built, built_other)), inputs, cls)


def test_classes_are_found_in_their_modules_too() -> None:
    for name in ("normal.Normal", "categorical.Categorical", "bernoulli.Bernoulli", "kl.kl_divergence", "independent.Independent"):
        assert canonical(f"torch.distributions.{name}") == f"torch.distributions.{name.partition('.')[2]}"
    assert function("tensorflow.contrib.distributions.Normal") == function("tensorflow.distributions.Normal")
    assert isinstance(read("torch.distributions.Normal", (None, Const(0.0)), (None, Const(1.0))), Instance)


def test_pytorch_holds_probabilities_off_0_and_1() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    for kind, squash in {"Bernoulli": torch.sigmoid, "OneHotCategorical": torch.nn.Softmax(-1)}.items():
        logits = torch.tensor([-300.0, 300.0], requires_grad=True)
        loss = getattr(torch.distributions, kind)(probs=squash(logits)).log_prob(torch.tensor([1.0, 0.0])).sum()
        (gradient,) = torch.autograd.grad(loss, logits)
        assert bool(torch.isfinite(loss))
        assert bool(torch.isfinite(gradient).all())


def test_tensorflow_probability_takes_logarithms_as_they_are() -> None:
    tfp = pytest.importorskip("tensorflow_probability", reason="TensorFlow Probability is not installed")
    import tensorflow as tf

    logits = tf.Variable([-300.0, 300.0])
    for kind, observed in (
        ("Bernoulli", [1.0, 0.0]),
        ("Categorical", 0),
    ):
        with tf.GradientTape() as tape:
            p = tf.sigmoid(logits) if kind == "Bernoulli" else tf.nn.softmax(logits)
            loss = tf.reduce_sum(getattr(tfp.distributions, kind)(probs=p).log_prob(observed))
        assert np.isinf(loss.numpy())
        assert np.isnan(tape.gradient(loss, logits).numpy()).all()
