"""What confirm cuts out of a file: the flagged function and what it can reach, without running anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bce_lint.confirm.slice import NotClosed, program, programs
from bce_lint.confirm.slice_pieces import cut
from bce_lint.confirm.worker.job import Program, Step
from bce_lint.confirm.worker.lazy import Space, UnboundError
from bce_lint.facts.expr import Add, Const, Exp, Expr, Log, Param, Sqrt, Square, Sum
from bce_lint.facts.meaning import Input, Role
from tests.cases import case

LOSS = """
import os, sys
import matplotlib.pyplot as plt
import tensorflow as tf
from tensorflow.keras import backend as K, losses
from __future__ import annotations

EPSILON = 1e-7
data = load_data("x")

def unrelated():
    return plt.figure()

def helper(p):
    return K.clip(p, EPSILON, 1 - EPSILON)

@register("loss")
def custom_loss(target, output):
    output = helper(output)
    return -tf.reduce_mean(target * tf.math.log(output))

custom_loss(data, data)
"""


def sliced(source: str, flagged: str, path: str | Path = "loss.py") -> Program:
    made = program(case(source, flagged, path=path))
    assert isinstance(made, Program), made
    return made


def texts(made: Program, number: int = 0) -> list[str]:
    return [statement.text for statement in made.files[number].statements]


def run(made: Program) -> Space:
    space = Space(made, lambda _: None)
    space.execute(0, made.statement)
    return space


def test_only_what_the_function_can_reach_is_taken_each_import_by_itself() -> None:
    assert [line for text in texts(sliced(LOSS, "tf.math.log(output)")) for line in text.splitlines()[:1]] == [
        "import tensorflow as tf",
        "from tensorflow.keras import backend as K",
        "EPSILON = 1e-7",
        "def helper(p):",
        "",
    ]


def test_foreign_decorators_are_dropped_and_line_numbers_kept() -> None:
    made = sliced(LOSS, "tf.math.log(output)")
    piece = made.files[0].statements[made.statement]
    assert "register" not in piece.text
    assert LOSS.strip("\n").split("\n")[piece.line - 1 :][: len(piece.text.split("\n"))][1:] == piece.text.split("\n")[1:]


def test_decorators_that_change_the_call_are_kept() -> None:
    source = """
    class Loss:
        @staticmethod
        @tf.function
        def call(labels, logits):
            return tf.math.log(logits)
    """
    text = texts(sliced(source, "tf.math.log(logits)"))[-1]
    assert "@staticmethod" in text
    assert "@tf.function" not in text


def test_the_flagged_operation_is_marked_in_a_copy_only() -> None:
    made = sliced(LOSS, "tf.math.log(output)")
    assert "target * __site__(tf.math.log(output))" in made.marked
    assert "__site__" not in "".join(texts(made))


def test_the_operation_is_marked_when_only_its_operand_is_underlined() -> None:
    assert "__site__(K.log(y_pred + 1))" in sliced("def loss(y_pred):\n    return K.log(y_pred + 1)\n", "y_pred + 1").marked


def test_columns_count_characters_not_bytes() -> None:
    source = "def loss(y_pred):\n    return ('ü€😀', y_pred, K.log(y_pred))[2]\n"
    assert "('ü€😀', y_pred, __site__(K.log(y_pred)))" in sliced(source, "K.log(y_pred)").marked


def test_operations_over_several_lines_are_marked_whole() -> None:
    source = "def loss(y_pred):\n    return -(K.log(\n        y_pred\n    ) + 1)\n"
    assert "__site__(K.log(\n        y_pred\n    ))" in sliced(source, "K.log(").marked


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("class A:\n    def call(self, y_pred):\n        return K.log(y_pred)\n", (Step("class", "A"), Step("function", "call"))),
        (
            "def make(g):\n    def loss(y_pred):\n        return g * K.log(y_pred)\n    return loss\n",
            (Step("function", "make"), Step("function", "loss")),
        ),
        ("def make(g):\n    def loss(y_pred):\n        return K.log(y_pred)\n    return loss\n", (Step("function", "loss"),)),
        (
            "class A:\n    def test(self):\n        def loss(y_pred):\n            return K.log(y_pred)\n        return loss\n",
            (Step("function", "loss"),),
        ),
        ("if True:\n    def loss(y_pred):\n        return K.log(y_pred)\n", (Step("function", "loss"),)),
        ("with a:\n    for b in c:\n        def loss(y_pred):\n            return K.log(y_pred)\n", (Step("function", "loss"),)),
    ],
)
def test_the_way_goes_through_the_definitions(source: str, path: tuple[Step, ...]) -> None:
    made = sliced(source, "K.log(y_pred)")
    assert made.path == path
    compile(made.marked, "marked", "exec")


def test_the_last_binding_counts_and_earlier_ones_feed_it() -> None:
    source = """
    scale = 2.0
    scale = scale * 3
    scale += 1
    def loss(y_pred):
        return scale + log(y_pred)
    """
    assert run(sliced(source, "log(y_pred)")).names[0]["scale"] == 7.0


def test_class_bodies_and_defaults_find_module_names() -> None:
    source = """
    BASE = 3
    class Base:
        n = BASE
    class Loss(Base):
        m = BASE + 1
        def call(self, y_pred, k=BASE):
            return log(y_pred)
    """
    kind = run(sliced(source, "log(y_pred)")).names[0]["Loss"]
    assert (kind.n, kind.m) == (3, 4)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "statement",
    [
        "k = load_weights('x')",
        "k = model.fit(x)",
        "k = argparse.ArgumentParser().parse_args()",
        "k = tf.Session()",
        "for k in range(3):\n    pass",
        "with open('x') as k:\n    pass",
        "if __name__ == '__main__':\n    k = 1",
        "try:\n    k = download()\nexcept OSError:\n    k = None",
    ],
)
def test_costly_statements_are_never_run(statement: str) -> None:
    space = run(sliced(f"{statement}\ndef loss(y_pred):\n    return k * log(y_pred)\n", "log(y_pred)"))
    with pytest.raises(UnboundError, match="`k` is not known"):
        space.names[0]["k"]


@pytest.mark.parametrize(
    "statement",
    [
        "k = float('3')",
        "k: float = 3.0",
        "j, k = 2, 3.0",
        "k = (lambda: load('x')) and 3.0",
        "try:\n    import nothing_like_this\n    k = 1.0\nexcept ImportError:\n    k = 3.0",
        "if 1 > 0:\n    k = 3.0\nelse:\n    k = 4.0",
        "j = 1; k = 3.0",
        "import math; k = math.floor(3.7)",
    ],
)
def test_cheap_statements_are_run_on_demand(statement: str) -> None:
    space = run(sliced(f"{statement}\ndef loss(y_pred):\n    return k * log(y_pred)\n", "log(y_pred)"))
    assert space.names[0]["k"] == 3.0


def test_nothing_is_run_that_the_run_does_not_ask_for() -> None:
    space = run(
        sliced("k = boom\nimport nothing_like_this\ndef loss(y_pred):\n    return nothing_like_this.f(k, log(y_pred))\n", "log(y_pred)")
    )
    assert space.executed == [(0, 2)]


def test_names_that_nothing_binds_raise_as_usual() -> None:
    space = run(sliced("def loss(y_pred):\n    return missing + log(y_pred)\n", "log(y_pred)"))
    with pytest.raises(NameError, match="missing"):
        space.names[0]["loss"](1.0)  # type: ignore[operator]


@pytest.mark.parametrize(
    "bad",
    ["print 'python 2'", "def broken(:\n    pass", "%matplotlib inline", "!pip install x", "x = = 3", "def f():\n  a\n bad indentation"],
)
def test_what_does_not_parse_is_left_out_and_the_rest_counts(bad: str) -> None:
    loss = "def loss(y_pred):\n    '''a docstring\nwith a line at column 0\n    '''\n    return SCALE * log(y_pred)\n"
    source = f"import tensorflow as tf\nSCALE = 2\n{bad}\n{loss}"
    made = sliced(source, "log(y_pred)")
    assert made.path == (Step("function", "loss"),)
    assert "SCALE = 2" in texts(made)


def test_a_finding_in_the_part_that_does_not_parse_has_no_program() -> None:
    made = program(case("def loss(y_pred):\n    print 'x'\n    return log(y_pred)\n", "log(y_pred)"))
    assert made == NotClosed("its statement does not parse by itself")


def test_hostile_nesting_does_not_bring_the_slicer_down() -> None:
    assert cut("x = " + "(" * 5000 + ")" * 5000 + "\ny = 1\n")[-1].names == ("y",)
    assert cut("x = 1\0\ny = 2\n") is not None


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


LOCAL = {
    "setup.py": "",
    "pkg/__init__.py": "from .consts import *\n",
    "pkg/consts.py": "EPS = 0.25\nOTHER = boom()\n",
    "pkg/tools/__init__.py": "",
    "pkg/tools/maths.py": "from ..consts import EPS\ndef clip(p):\n    return p + EPS\n",
    "shared.py": "FACTOR = 2\n",
}


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("from .tools.maths import clip", "clip(1)"),
        ("from .tools import maths", "maths.clip(1)"),
        ("from . import tools\nfrom .tools import maths", "tools.maths.clip(1)"),
        ("from pkg.tools.maths import clip as c", "c(1)"),
        ("import pkg.tools.maths", "pkg.tools.maths.clip(1)"),
        ("import pkg.tools.maths as m", "m.clip(1)"),
        ("from .consts import *", "EPS + 1"),
        ("from pkg import EPS", "EPS + 1"),
        ("from shared import FACTOR\nimport shared", "FACTOR / shared.FACTOR + 0.25"),
    ],
)
def test_files_of_the_project_are_imported_lazily(tmp_path: Path, imports: str, use: str) -> None:
    write(tmp_path, LOCAL)
    source = f"{imports}\ndef loss(y_pred):\n    return {use}, log(y_pred)\ndef log(x):\n    return x\n"
    space = run(sliced(source, "log(y_pred)", tmp_path / "pkg" / "losses.py"))
    assert space.names[0]["loss"](1)[0] == 1.25  # type: ignore[operator]


def test_installed_packages_are_not_shadowed_by_folders_of_their_name(tmp_path: Path) -> None:
    write(tmp_path, {"setup.py": "", "math.py": "pi = 3", "keras/__init__.py": "backend = None"})
    made = sliced(
        "import math\nimport keras\ndef loss(y_pred):\n    return keras.log(y_pred, math.pi)\n",
        "keras.log(y_pred, math.pi)",
        tmp_path / "a.py",
    )
    assert made.files[0].imports == ()


SCRIPT = """
import tensorflow as tf
x = tf.placeholder("float", [None, 784])
y_true = tf.placeholder("float", [None, 10])
W = tf.Variable(tf.zeros([784, 10]))
with tf.name_scope("model"):
    output = tf.nn.softmax(tf.matmul(x, W) + 1)
eps = 1e-12
cost = tf.reduce_mean(-tf.reduce_sum(y_true * tf.log(output + eps), reduction_indices=1))
step = tf.train.AdamOptimizer(0.1).minimize(-tf.reduce_sum(y_true * tf.log(output)))
"""


def function(made: Program) -> str:
    return made.files[0].statements[made.statement].text


def test_a_script_gives_its_largest_expression_cut_at_the_data_with_the_activation_kept() -> None:
    made = sliced(SCRIPT, "tf.log(output + eps)")
    assert function(made) == (
        "def flagged_expression(y_true, logit):\n    output = tf.nn.softmax(logit)\n"
        "    return tf.reduce_mean(-tf.reduce_sum(y_true * (tf.log(output + eps)), reduction_indices=1))"
    )
    assert [(a.name, a.role, a.classes) for a in made.arguments] == [("y_true", "label", True), ("logit", "logit", True)]
    assert "eps = 1e-12" in texts(made)


def test_an_expression_ends_where_a_call_does_something_else_with_it() -> None:
    assert function(sliced(SCRIPT, "tf.log(output)")).endswith("return -tf.reduce_sum(y_true * (tf.log(output)))")


def test_a_function_too_can_be_reduced_to_its_expression() -> None:
    source = """
    import tensorflow as tf
    def train(steps):
        logits = build(inputs())
        scaled = logits * 2
        loss = tf.reduce_mean(tf.log(1 + tf.exp(scaled)))
        return optimizer.minimize(loss)
    """
    whole, expression, operation = (made for made in programs(case(source, "tf.log(1 + tf.exp(scaled))")) if isinstance(made, Program))
    assert whole.path == (Step("function", "train"),)
    before = "def flagged_expression(logits):\n    scaled = logits * 2\n"
    assert function(expression) == before + "    return tf.reduce_mean((tf.log(1 + tf.exp(scaled))))"
    assert function(operation) == before + "    return (tf.log(1 + tf.exp(scaled)))"


def test_settings_are_told_from_data_by_their_names() -> None:
    source = """
    import tensorflow as tf
    for epoch in range(9):
        loss = tf.log(1 + tf.exp(net(x) - learning_rate))
    """
    assert [(a.name, a.role) for a in sliced(source, "tf.log(1 + tf.exp(net(x) - learning_rate))").arguments] == [
        ("data", "unknown"),
        ("learning_rate", "scalar"),
    ]


def test_a_name_that_an_exponential_takes_may_be_any_number() -> None:
    source = "import numpy as np\ndef predict(trees):\n    y_pred = trees.predict()\n    y_pred = np.exp(-y_pred) / 2\n    return y_pred\n"
    *_, operation = programs(case(source, "np.exp(-y_pred)"))
    assert isinstance(operation, Program)
    assert [(a.name, a.role) for a in operation.arguments] == [("y_pred", "logit")]


def test_an_expression_without_anything_that_varies_has_no_program() -> None:
    assert program(case("import math\nk = math.log(3.0)\n", "math.log(3.0)")) == NotClosed("nothing that varies goes into it")


def test_a_framework_that_the_file_never_imports_goes_by_its_customary_name() -> None:
    assert texts(sliced("def loss(y_pred):\n    return tf.log(K.abs(y_pred))\n", "tf.log(K.abs(y_pred))"))[:2] == [
        "import tensorflow as tf",
        "import keras.backend as K",
    ]


@pytest.mark.parametrize(
    ("source", "classes"),
    [
        ("def make(class_weights):\n    def loss(y_true, y_pred):\n        return K.log(y_pred)\n    return loss\n", True),
        ("def categorical_loss(y_true, y_pred):\n    return K.log(y_pred)\n", True),
        ("def loss(y_true, y_pred):\n    return K.log(y_pred)\n", False),
    ],
)
def test_a_class_axis_is_taken_from_names_of_settings_too(source: str, *, classes: bool) -> None:
    assert {argument.classes for argument in sliced(source, "K.log(y_pred)").arguments} == {classes}


@pytest.mark.parametrize(
    ("site", "role"),
    [
        (Exp(Param("thing", "f")), "logit"),
        (Sqrt(Sum(Square(Param("thing", "f")))), "logit"),
        (Log(Param("thing", "f")), "unknown"),
        (Sqrt(Add(Param("thing", "f"), Const(1.0))), "unknown"),
    ],
)
def test_an_input_of_which_nothing_is_known_may_be_any_number_unless_its_sign_matters(site: Expr, role: str) -> None:
    made = program(case("def f(thing):\n    return tf.exp(thing)\n", "tf.exp(thing)", site=site))
    assert isinstance(made, Program)
    assert [argument.role for argument in made.arguments] == [role]


def test_a_lambda_is_taken_as_the_expression_that_it_is() -> None:
    source = "def depth(matrix):\n    scale = 2\n    squash = lambda x: 1 / (scale + K.exp(-x))\n    return squash(matrix)\n"
    made = case(source, "1 / (scale + K.exp(-x))")
    inside = replace(made.meaning, path=("depth", "<lambda>"), inputs=(Input("x", Role.LOGIT, guessed=True, because="it is"),))
    found = program(replace(made, meaning=inside))
    assert isinstance(found, Program)
    assert function(found) == "def flagged_expression(x):\n    scale = 2\n    return (1 / (scale + K.exp(-x)))"
