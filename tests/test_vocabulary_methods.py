"""Every method and attribute of a tensor means what it does in PyTorch, NumPy and JAX."""

from __future__ import annotations

import numpy as np
import pytest

from bce_lint.facts.bind import slots
from bce_lint.facts.expr import Bounded, Cast, Const, Expr, Items, Max, Maximum, Min, Minimum, Param, View
from bce_lint.facts.vocabulary import function, load, method
from bce_lint.facts.vocabulary.row import Row
from tests.test_vocabulary_rows import calls, check
from tests.vocabulary_exceptions import NOT_CALLED, OLD, of
from tests.vocabulary_samples import TEST, P, Q, Value
from tests.vocabulary_world import Place, array, plain, require

pytestmark = pytest.mark.framework

METHODS = [
    pytest.param(framework, table, name, row, id=f"{framework}:{name}")
    for framework, table in (("torch", "torch"), ("numpy", "numpy"), ("jax", "jax"))
    for name, row in load(table).methods.items()
]
OF_FINFO = {".eps", ".tiny", ".smallest_normal", ".max", ".min"}
OF_RESULT = {".values", ".indices"}


def place_of(framework: str, name: str) -> Place:
    """Return a method as a function of the tensor."""

    def call(*args: Value, **kwargs: Value) -> Value:
        if not args:
            raise TypeError(name)
        found = getattr(args[0], name.lstrip("."))
        return found if name.startswith(".") else found(*args[1:], **kwargs)

    return Place(f"{framework}.method.{name}", call)


@pytest.mark.parametrize(("framework", "table", "name", "row"), METHODS)
def test_a_method_means_what_it_does(framework: str, table: str, name: str, row: Row) -> None:
    require(table)
    dotted = f"method.{framework}.{name.lstrip('.')}"
    if name in OF_FINFO | OF_RESULT or of(NOT_CALLED, dotted, ""):
        return
    place = place_of(framework, name)
    accepted = {"self", "a", "input"}
    for call in calls(dotted, row, place, accepted):
        if call[0]:
            check(row, place, call)
    spellings = {spelling for slot in slots(row.signature)[0] if slot.field for spelling in slot.names}
    assert spellings - accepted <= set(of(OLD, dotted, ())), spellings - accepted


def test_in_place_methods_mean_the_same() -> None:
    for name in ("clamp_", "sigmoid_", "log_", "clamp_min_", "masked_fill_", "zero_", "uniform_"):
        assert method(name, ["torch"]) == method(name.removesuffix("_"), ["torch"])
    assert function("torch.nn.functional.relu_") == function("torch.nn.functional.relu")


def test_methods_are_those_of_the_imported_frameworks() -> None:
    found = method("sum", ["os", "numpy"])
    assert found is not None
    assert found[0].name == "numpy"
    assert method("sum", ["os"]) is None
    assert method("clamp", ["numpy"]) is None
    both = method("sum", ["numpy", "torch"])
    assert both is not None
    assert both[0].name == "torch"


def extreme(name: str, *args: Expr, **kwargs: object) -> Expr:
    found = function(f"torch.{name}")
    assert found is not None
    return found[1].make(*args, **kwargs)


def test_the_maximum_of_pytorch_is_three_functions() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, y = Param("x", "f"), Param("y", "f")
    assert extreme("max", x) is Max(x)
    assert extreme("min", x, y) is Minimum(x, y)
    assert extreme("max", x, y) is Maximum(x, y)
    along = extreme("max", x, Const(1.0), keepdims=True)
    assert isinstance(along, Items)
    assert along.items[0] is Max(x, 1, keepdims=True)
    assert extreme("min", x, axis=0).items[0] is Min(x, 0)  # type: ignore[attr-defined]
    tensor, other = array("torch", P), array("torch", Q)
    assert torch.max(tensor).shape == ()
    assert np.allclose(plain(torch.max(tensor, other)), np.maximum(P, Q))
    assert np.allclose(plain(torch.max(tensor, 1, keepdim=True))[0], P.max(1, keepdims=True))
    assert np.allclose(plain(torch.min(tensor, dim=0))[0], P.min(0))


def test_where_of_a_ufunc_keeps_what_is_outside_unread() -> None:
    found = function("numpy.log")
    assert found is not None
    x, test, out = Param("x", "f"), Param("test", "f"), Param("out", "f")
    masked = found[1].make(x=x, test=test, out=out)
    assert type(masked).__name__ == "Where"
    assert np.allclose(np.log(P, where=TEST, out=Q.copy()), np.where(TEST, np.log(P), Q))
    with pytest.raises(ValueError, match=r"^$"):
        found[1].make(x=x, test=test)


def test_the_attributes_of_finfo_are_numbers() -> None:
    for qualified, framework in (("numpy.finfo", "numpy"), ("torch.finfo", "torch"), ("jax.numpy.finfo", "jax")):
        found = function(qualified)
        assert found is not None
        for dtype in ("float16", "float32", "float64"):
            info = np.finfo(dtype)
            for attribute, expected in (("eps", info.eps), ("tiny", info.tiny), ("max", info.max), ("min", info.min)):
                row = method(f".{attribute}", [framework])
                assert row is not None
                assert row[1].make(x=found[1].make(dtype=dtype)) is Const(float(expected))


def test_a_random_number_of_each_dtype_stays_below_1() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(0)
    found = function("torch.rand")
    assert found is not None
    for dtype in ("float16", "bfloat16", "float32"):
        made = found[1].make(dtype=dtype, key="1")
        assert isinstance(made, Bounded)
        drawn = torch.rand(2_000_000, dtype=getattr(torch, dtype)).max().item()
        assert drawn <= made.hi < 1.0
    assert drawn > 1.0 - 1e-5


def test_tensorflow_and_jax_draw_nothing_between_1_and_the_last_number_below_it() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    drawn = {
        "jax.random.uniform": jax.random.uniform(jax.random.PRNGKey(0), (30_000_000,)).max(),
        "tensorflow.random.uniform": tf.reduce_max(tf.random.stateless_uniform((30_000_000,), (0, 0))),
    }
    for name, most in drawn.items():
        found = function(name)
        assert found is not None
        made = found[1].make(key="1")
        assert isinstance(made, Bounded)
        assert float(most) == made.hi == 1.0 - 2.0**-23


def test_to_casts_only_where_it_names_a_dtype() -> None:
    row = method("to", ["torch"])
    assert row is not None
    x = Param("x", "f")
    assert row[1].make(x=x, dtype="torch.float16") is Cast(x, "float16")
    assert row[1].make(x=x, dtype="cuda", how="torch.float64") is Cast(x, "float64")
    assert isinstance(row[1].make(x=x, dtype="cuda"), View)
    assert isinstance(row[1].make(x=x, dtype="?"), View)


def test_scattering_a_one_into_zeros_gives_labels() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    row = method("scatter_", ["torch"])
    assert row is not None
    made = row[1].make(x=Const(0.0), index="?", y=Const(1.0))
    assert isinstance(made, Bounded)
    assert (made.lo, made.hi) == (0.0, 1.0)
    real = torch.zeros(2, 3).scatter_(1, torch.tensor([[1], [0]]), 1.0)
    assert real.tolist() == [[0, 1, 0], [1, 0, 0]]


def test_what_pytorch_draws_is_proportional_to_the_weights() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    weights = torch.tensor([3.0, 0.0, 1.0])
    torch.manual_seed(7)
    for drawn in (torch.multinomial(weights, 4000, replacement=True), weights.multinomial(4000, replacement=True)):
        assert abs(float((drawn == 0).float().mean()) - 0.75) < 0.03
        assert not bool((drawn == 1).any())
