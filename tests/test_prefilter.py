"""Every suspicious operation is a candidate, at its own byte, and most of what only looks like one is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint.source.prefilter import Kinds, candidates
from bce_lint.source.read import Source
from bce_lint.syntax.segments import holding, segments

CALLS = (
    *(
        "log",
        "log2",
        "log10",
        "log1p",
        "exp",
        "exp2",
        "expm1",
        "logsumexp",
        "reduce_logsumexp",
        "logit",
        "logaddexp",
        "log_",
    ),
    *("sigmoid_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2", "binary_crossentropy", "cross_entropy", "nll_loss"),
    *("BinaryCrossentropy", "BCELoss", "NLLLoss", "log_loss", "kl_div", "KLDivergence", "xlogy", "xlog1py", "entr", "rel_entr"),
    *("acos", "arccos", "asin", "arcsin", "atanh", "arctanh", "cosh", "sinh"),
)
ROOTS = ("sqrt", "rsqrt", "norm", "l2_normalize", "normalize", "hypot", "cosine_similarity")
DIVISIONS = ("div", "divide", "truediv", "true_divide", "reciprocal", "xdivy", "div_no_nan")
POWERS = ("pow", "power")
EVERYTHING = Kinds.CALLS | Kinds.ROOTS | Kinds.DIVISIONS | Kinds.POWERS


def found(code: str, kinds: Kinds = EVERYTHING) -> list[str]:
    """Return what stands at the candidates, with the word before it."""
    data = code.encode()
    return [data[:offset].split()[-1].decode() + data[offset : offset + 1].decode() for offset in candidates(data, kinds)]


@pytest.mark.parametrize(
    ("kind", "names"),
    [(Kinds.CALLS, CALLS), (Kinds.ROOTS, ROOTS), (Kinds.DIVISIONS, DIVISIONS), (Kinds.POWERS, POWERS)],
    ids=lambda it: it.name if isinstance(it, Kinds) else "",
)
def test_every_call_is_found(kind: Kinds, names: tuple[str, ...]) -> None:
    for name in names:
        for call in (f"{name}(", f"tf.math.{name}(", f"my_{name}("):
            assert found(f"x = {call}y)\n", kind) == [call]
            assert name == "kl_div" or found(f"x = {call}y)\n", EVERYTHING ^ kind) == []
        assert candidates(f"x = {name} (y)\n".encode(), kind) == [len(name) + 5]


@pytest.mark.parametrize(
    "code",
    [
        *(
            "def log(x):",
            "    def sqrt(self):",
            "class MyLoss(Base):",
            "async def exp(x):",
            "# log(x)",
            "    # sqrt(x)",
            "catalogue(x)",
            "blog = x",
        ),
        *(
            "PATTERN = re.compile(x)",
            "f(re.compile(x))",
            "log",
            "log[x]",
            "import log",
            "from m import exp as exp",
            "f(log, (x))",
            "print(x)",
        ),
    ],
)
def test_what_calls_nothing_suspicious_is_passed(code: str) -> None:
    assert found(f"{code}\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "model.compile('adam', 'binary_crossentropy')",
        "model.compile(\n    loss=keras.losses.CategoricalCrossentropy(),\n    optimizer='sgd',\n)",
        "model.compile(loss=loss_fn)\nloss_fn = 'binary_crossentropy'",
        "model.compile(optimizer, loss_fn)\nloss_fn = 'kld'",
    ],
)
def test_keras_takes_losses_with_a_contract_in_compile(code: str) -> None:
    assert "model.compile(" in found(code)


@pytest.mark.parametrize("code", ["model.compile(loss='mse')", "model.compile(loss=loss_fn)", "model.compile()", "core.compile(x)"])
def test_other_compilations_are_passed(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    "kept", ["criterion = nn.BCEWithLogitsLoss()", "self.criterion: Loss = nn.CrossEntropyLoss()", "criterion=BinaryCrossentropy()"]
)
def test_calls_of_a_loss_that_was_kept_are_found(kept: str) -> None:
    assert found(f"{kept}\ndef step(x, y):\n    return self.criterion(x, y) + criteria(x)\n")[1:] == ["self.criterion("]


def test_functions_under_a_new_name_are_found() -> None:
    assert found("from torch import log as ln, exp as e\ny = ln(x) + e (x) + len(x)\n") == ["ln(", "e("]


@pytest.mark.parametrize(
    "code",
    [
        *(
            "x / y",
            "x/y",
            "f(x)/y",
            "x[0] / (y + 1)",
            "1. / x",
            "1/x",
            "2./ x",
            "x / -y",
            "x /\\\n y",
            "(x /\n y)",
            "x /= y",
            "(x\n / y)",
            "a / b",
        ),
        *("x / np.sum(y)", "x / _y", "x / self.y", "(x / # why\n y)", "x / ~y", "x / +y"),
    ],
)
def test_divisions_are_found(code: str) -> None:
    assert [code.encode()[at : at + 1] for at in candidates(code.encode(), Kinds.DIVISIONS)] == [b"/"]


@pytest.mark.parametrize(
    "code", ["x // y", "x / 2", "x / 2.0", "x /= 2", "x / .5", "'a' / 'b'", "http://a.b", "x //= y", "def f(a, /, b): pass"]
)
def test_divisions_by_a_number_are_passed(code: str) -> None:
    assert found(f"{code}\n", Kinds.DIVISIONS) == []


@pytest.mark.parametrize(
    "code", ["x**0.5", "x ** y", "x ** -1", "(x)**.5", "x[0] ** (1 / 3)", "2.**x", "x **= y", "x**2.5", "(x\n    ** y)", "x ** 2e0"]
)
def test_powers_are_found(code: str) -> None:
    assert [code.encode()[at : at + 2] for at in candidates(code.encode(), Kinds.POWERS)] == [b"**"]


@pytest.mark.parametrize("code", ["x**2", "x ** 2", "x **= 3", "f(**kw)", "f(a, **kw)", "f(\n    **kw,\n)", "def f(**kw): pass", "{**a}"])
def test_whole_powers_and_keyword_arguments_are_passed(code: str) -> None:
    assert found(f"{code}\n", Kinds.POWERS) == []


@pytest.mark.parametrize(("code", "squares"), [("x * x", 1), ("x*x", 1), ("a.b * a.b", 1), ("ax * x", 0), ("a.x * x", 0), ("x ** x", 0)])
def test_a_product_with_itself_is_a_square(code: str, squares: int) -> None:
    assert len(candidates(f"y = {code}\n".encode(), Kinds.SQUARES)) == squares


def test_offsets_are_bytes_and_lead_to_the_segment() -> None:
    code = "s = 'é😀'\ndef f(ünï):\n    return log(ünï)\n\ndef g(x):\n    return x\n"
    source = Source("x.py", code.encode())
    offsets = candidates(source.data)
    assert [source.data[at - 3 : at + 1] for at in offsets] == [b"log("]
    assert [part.name for part in holding(segments(source), source.characters(offsets))] == ["f"]


def suspicious(module: ast.Module) -> set[tuple[int, int]]:
    """Return row and column (in bytes) of the end of every suspicious function that is called."""
    ends: set[tuple[int, int]] = set()
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name) as function) if name.endswith(
                (*CALLS, *ROOTS, *DIVISIONS, *POWERS)
            ):
                assert function.end_lineno is not None
                assert function.end_col_offset is not None
                ends.add((function.end_lineno, function.end_col_offset))
    return ends


@pytest.mark.parametrize(
    "name", ["statistics", "random", "cmath", "fractions", "turtle", "colorsys", "_pydecimal", "logging/__init__", "test/test_math"]
)
def test_no_call_in_real_code_is_missed(name: str) -> None:
    path = Path(ast.__file__).parent / f"{name}.py"
    if not path.exists():
        pytest.skip("this Python does not have it")
    data = path.read_bytes()
    rows = data.split(b"\n")
    offsets = {sum(len(row) + 1 for row in rows[: row - 1]) + column for row, column in suspicious(ast.parse(data))}
    assert offsets <= set(candidates(data, EVERYTHING)) | {at - 1 for at in candidates(data, EVERYTHING)}


def test_importing_it_brings_nothing_heavy() -> None:
    code = "import sys, bce_lint.source.prefilter; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"libcst", "rich", "numpy", "json", "argparse"} & set(loaded)
