"""Verdicts, each by running real frameworks: where a loss breaks, that a safe one does not, and why another cannot be judged."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import pytest

from bce_lint.confirm import frameworks
from bce_lint.confirm.case import Options
from bce_lint.confirm.confirm import confirm_in
from bce_lint.confirm.pool import Pool
from bce_lint.facts.expr import Add, Clip, Const, Exp, Expr, Log, Param, SigmoidCrossEntropy, Sqrt
from bce_lint.facts.meaning import Role
from bce_lint.finding import Confirmed, Row, Verdict
from tests.cases import IMPORTS, LOG, OTHERS, QUOTIENT, breaks, case, confirmed, reason, refuted, seeds, verdict


def custom(pool: Pool, dtype: str, *, curve: bool = False) -> Confirmed:
    pytest.importorskip("tensorflow", reason="these losses run in TensorFlow")
    return confirmed(verdict(pool, seeds(), Options(dtype=dtype, curve=curve)))


@pytest.fixture(scope="module")
def seed(pool: Pool) -> Confirmed:
    """Return what comes of the custom loss in float32, run once for the tests that look at it."""
    return custom(pool, "float32", curve=True)


def column(rows: tuple[Row, ...], name: str) -> dict[float, float]:
    return {row.logit: dict(row.values)[name] for row in rows if name in dict(row.values)}


@pytest.mark.framework
@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("float32", 16.63, 16.65), ("float16", 7.6, 7.65), ("float64", 36.7, 36.8), ("bfloat16", 5.5, 5.6)]
)
def test_the_custom_loss_breaks_where_one_minus_sigmoid_rounds_to_zero(pool: Pool, dtype: str, low: float, high: float) -> None:
    found = breaks(custom(pool, dtype))
    assert low < found["value", "whatever the label"] < high


@pytest.mark.framework
def test_the_gradient_can_break_before_the_value(pool: Pool) -> None:
    found = breaks(custom(pool, "float16"))
    assert 5.6 < found["gradient", "if the label agrees"] < 5.62
    assert found["value", "whatever the label"] > 7.6


@pytest.mark.framework
def test_the_table_shows_the_stable_losses_beside_the_users(seed: Confirmed) -> None:
    evidence = seed.evidence
    assert evidence.columns == (
        "yours",
        "tf.nn.sigmoid_cross_entropy_with_logits",
        "Keras on probabilities",
        "Keras, logits known",
        "exact",
        "your gradient",
        "stable gradient",
    )
    assert 8 <= len(evidence.table) <= 9
    for name in evidence.columns:
        finite = {logit: math.isfinite(value) for logit, value in column(evidence.table, name).items()}
        assert all(ok == (logit < 16.6355 or not name.startswith("your")) for logit, ok in finite.items())
    last = dict(evidence.table[-1].values)
    true = math.log1p(math.exp(-evidence.table[-1].logit))
    for name in ("tf.nn.sigmoid_cross_entropy_with_logits", "Keras, logits known", "exact"):
        assert last[name] == pytest.approx(true, rel=1e-6)
    assert last["Keras on probabilities"] == pytest.approx(1.1920929e-7)


@pytest.mark.framework
def test_one_step_of_training_shows_what_it_does_to_a_weight(seed: Confirmed) -> None:
    rows = seed.evidence.training
    for row in rows:
        values = dict(row.values)
        assert math.isnan(values["yours, right"]) == math.isnan(values["yours, wrong"]) == (row.logit > 16.6355)
        assert values["Keras, logits known, wrong"] == pytest.approx(1 - 0.1 * row.logit, rel=1e-4)
        if row.logit > 16.6355:
            assert values["Keras on probabilities, wrong"] == 1.0


@pytest.mark.framework
def test_the_curve_has_points_on_both_sides_for_both_labels(seed: Confirmed) -> None:
    curve = seed.evidence.curve
    for side in ("agreeing", "contradicting"):
        values = column(curve, f"yours|value|{side}")
        assert len(values) == 41
        assert min(values) < 10.1
        assert max(values) > 20
        assert {math.isfinite(value) for logit, value in values.items() if logit < 16.63} == {True}
        assert {math.isfinite(value) for logit, value in values.items() if logit > 16.64} == {False}
        assert min(column(curve, f"exact|gradient|{side}").values()) >= 0


@pytest.mark.framework
def test_the_same_run_twice_gives_the_same_numbers(pool: Pool, seed: Confirmed) -> None:
    assert repr(custom(pool, "float32", curve=True)) == repr(seed)


@pytest.mark.framework
def test_the_program_is_the_slice(seed: Confirmed) -> None:
    program = seed.evidence.program
    assert "tensorflow.log = tensorflow.math.log" in program
    assert "import keras" not in program
    compile(program, "repro", "exec")


def tf_verdict(pool: Pool, source: str, flagged: str, site: Expr = LOG) -> Verdict:
    pytest.importorskip("tensorflow", reason="these losses run in TensorFlow")
    return verdict(pool, case(IMPORTS + dedent(source), flagged, site=site))


@pytest.mark.framework
def test_a_clip_that_holds_is_refuted_and_the_probes_are_named(pool: Pool) -> None:
    source = """
    def loss(y_true, y_pred):
        p = K.clip(y_pred, 1e-7, 1 - 1e-7)
        return -K.mean(y_true * K.log(p) + (1 - y_true) * K.log(1 - p))
    """
    given = refuted(tf_verdict(pool, source, "K.log(1 - p)"))
    assert given.probes.startswith("369 probes in float32, |logit| from 0 to 10000 (labels mixed, all 0, all 1; logits right, wrong")
    assert given.evidence.table


@pytest.mark.framework
def test_a_clip_too_small_for_the_dtype_is_confirmed(pool: Pool) -> None:
    source = "def loss(y_true, y_pred):\n    p = tf.clip_by_value(y_pred, 1e-8, 1 - 1e-8)\n    return tf.math.log(p / (1 - p)) * y_true\n"
    given = tf_verdict(
        pool, source, "tf.clip_by_value(y_pred, 1e-8, 1 - 1e-8)", Clip(Param("y_pred", "loss"), Const(1e-8), Const(1 - 1e-8))
    )
    assert min(breaks(given).values()) == pytest.approx(16.6355, abs=1e-3)


@pytest.mark.framework
def test_a_finding_is_refuted_where_another_operation_breaks_the_function(pool: Pool) -> None:
    source = "def loss(y_true, y_pred):\n    return y_pred / (y_true + 2) + y_true * tf.math.log(1 - y_pred)\n"
    assert "the flagged operation has no part in it" in refuted(tf_verdict(pool, source, "y_pred / (y_true + 2)", QUOTIENT)).probes
    confirmed(tf_verdict(pool, source, "tf.math.log(1 - y_pred)"))


@dataclass(frozen=True)
class Known:
    """An operation, and what of it breaks from which |logit| on."""

    site: Expr
    what: str
    logit: float


KNOWN = {
    "tf.math.log(y_pred)": Known(LOG, "gradient", 87.34),
    "tf.sqrt(tf.reduce_sum(tf.square(logits)))": Known(Sqrt(Param("a", "")), "gradient", 0.0),
    "tf.math.log(1 + tf.exp(logits))": Known(LOG, "value", 88.72),
    "K.sum(y_true * y_pred) / (K.sum(y_true) + K.sum(y_pred))": Known(QUOTIENT, "value", 87.34),
}


@pytest.mark.framework
@pytest.mark.parametrize("operation", KNOWN)
def test_breaks_of_other_kinds_are_found(pool: Pool, operation: str) -> None:
    known = KNOWN[operation]
    result = f"tf.where(y_pred > 0, {operation}, 0.)" if known.site is LOG and "y_pred" in operation else operation
    source = f"def loss(y_true, {'logits' if 'logits' in operation else 'y_pred'}):\n    return {result}\n"
    found = {what: at for (what, _), at in breaks(tf_verdict(pool, source, operation, known.site)).items()}
    assert found[known.what] == pytest.approx(known.logit, abs=0.01)


FORMS = {
    "Loss.call": """
        class L(keras.losses.Loss):
            def call(self, y_true, y_pred):
                return -K.mean(y_true * K.log(1 - y_pred))
        """,
    "no constructor": """
        class L:
            def __init__(self, gamma, path):
                self.g = open(path)
                self.gamma = gamma
            def call(self, y_true, y_pred):
                return -self.gamma * y_true * K.log(1 - y_pred)
        """,
    "static": """
        class L:
            @staticmethod
            def call(y_true, y_pred):
                return y_true * K.log(1 - y_pred)
        """,
    "factory": """
        def make(gamma, weights):
            def loss(y_true, y_pred):
                return -K.mean(gamma * y_true * K.log(1 - y_pred))
            return loss
        """,
    "factory that fails": """
        def make(gamma):
            def loss(y_true, y_pred):
                return y_true * K.log(1 - y_pred)
            return model.compile(loss=loss)
        """,
    "lambda": """
        loss = lambda y_true, y_pred: y_true * K.log(1 - y_pred)
        """,
    "tf.function": """
        @tf.function(jit_compile=True)
        def loss(y_true, y_pred):
            return y_true * K.log(1 - y_pred)
        """,
    "flag turned": """
        def loss(y_true, y_pred, use_log=False):
            if use_log:
                return y_true * K.log(1 - y_pred)
            return y_true * y_pred
        """,
    "fails afterwards": """
        def loss(y_true, y_pred):
            a = y_true * K.log(1 - y_pred)
            return tf.gradients(a, nothing)
        """,
    "expression": """
        def train():
            y_pred = tf.sigmoid(net(inputs))
            cost = K.mean(y_true * K.log(1 - y_pred))
            Adam().minimize(cost)
        """,
    "script": """
        x = tf.placeholder("float")
        y_true = tf.placeholder("float")
        W = tf.Variable(tf.zeros([9, 1]))
        y_pred = tf.sigmoid(tf.matmul(x, W))
        cost = -tf.reduce_mean(y_true * K.log(1 - y_pred))
        """,
}


@pytest.mark.framework
@pytest.mark.parametrize("form", FORMS)
def test_code_is_got_at_in_every_form(pool: Pool, form: str) -> None:
    given = confirmed(tf_verdict(pool, FORMS[form], "K.log(1 - y_pred)"))
    assert min(witness.logit for witness in given.witnesses) == pytest.approx(16.6355, abs=1e-3)


OLD = {
    "LOG": "tensorflow.log",
    "tf.sub(LOG, tf.div(y_true, 2.))": "tensorflow.sub",
    "tf.reduce_sum(LOG, reduction_indices=0, keep_dims=True)": "tensorflow.reduce_sum",
    "LOG + 0 * K.logsumexp(y_pred, 0)": "tensorflow.keras.backend.logsumexp",
    "LOG + 0 * keras.backend.mean(y_pred)": "keras.backend.mean",
    "LOG + tf.nn.weighted_cross_entropy_with_logits(targets=y_true, logits=y_pred, pos_weight=2.)": "weighted_cross_entropy_with_logits",
    "LOG + keras.objectives.mean_squared_error(y_true, y_pred)": "tensorflow.log",
    "LOG + tf.losses.sigmoid_cross_entropy(y_true, y_pred)": "tensorflow.losses.sigmoid_cross_entropy",
}


@pytest.mark.framework
@pytest.mark.parametrize("expression", OLD)
def test_old_names_and_arguments_mean_what_they_did(pool: Pool, expression: str) -> None:
    log = "tf.log(1 - y_pred)"
    given = confirmed(tf_verdict(pool, f"def loss(y_true, y_pred):\n    return {expression.replace('LOG', log)}\n", log))
    assert given.witnesses[0].logit == pytest.approx(16.6355, abs=1e-3)
    assert OLD[expression] in given.evidence.program


UNDECIDED = {
    "K.log(thing)": "what to give its parameter `thing` is not known",
    "K.log(y_true + 1)": "nothing that comes of it depends on the inputs",
    "K.log(y_pred * data)": "`load(...)` at module level is not run",
    "K.log(y_pred @ tf.zeros((7, 7)))": "InvalidArgumentError",
    "K.log(tf.zeros((1 << 15, 1 << 15)) + y_pred)": "more memory than confirm allows",
    "missing.log(y_pred)": "it needs nothing_like_this, not installed here",
}


@pytest.mark.framework
@pytest.mark.parametrize("expression", UNDECIDED)
def test_what_cannot_be_judged_says_why(pool: Pool, expression: str) -> None:
    parameter = "thing" if "thing" in expression else "y_pred"
    source = f"import nothing_like_this as missing\ndata = load('x')\ndef loss(y_true, {parameter}):\n    return {expression}\n"
    assert UNDECIDED[expression] in reason(tf_verdict(pool, source, expression, Log(Param(parameter, "loss"))))


@pytest.mark.framework
def test_softmax_losses_get_the_softmax_columns(pool: Pool) -> None:
    pytest.importorskip("tensorflow", reason="this loss runs in TensorFlow")
    made = case(
        "import tensorflow as tf\ndef loss(y_true, y_pred):\n    return -tf.reduce_sum(y_true * tf.math.log(y_pred), -1)\n",
        "tf.math.log(y_pred)",
    )
    inputs = tuple(replace(given, classes=True) for given in made.meaning.inputs)
    evidence = confirmed(verdict(pool, replace(made, meaning=replace(made.meaning, inputs=inputs)))).evidence
    assert evidence.columns[1] == "tf.nn.softmax_cross_entropy_with_logits"
    assert "y_pred = softmax(logit), since it is so called" in evidence.assumed
    assert evidence.pattern.endswith("shape 6 x 3")


@pytest.mark.framework
def test_a_loss_that_is_no_cross_entropy_gets_no_such_columns(pool: Pool) -> None:
    given = confirmed(tf_verdict(pool, "def loss(y_true, y_pred):\n    return (1 - y_pred) ** 2 * y_true * K.log(y_pred)", "K.log(y_pred)"))
    assert given.evidence.columns == ("yours", "exact", "your gradient", "exact gradient")


# --- other frameworks


@pytest.mark.framework
@pytest.mark.parametrize(("framework", "dtype"), [(framework, dtype) for framework, (_, _, limits) in OTHERS.items() for dtype in limits])
def test_other_frameworks_break_where_their_kernels_do(pool: Pool, framework: str, dtype: str) -> None:
    pytest.importorskip(framework, reason="its losses run in it")
    source, flagged, limits = OTHERS[framework]
    given = confirmed(verdict(pool, case(source, flagged, framework=framework), Options(dtype=dtype)))
    assert given.witnesses[0].logit == pytest.approx(limits[dtype], abs=1e-3)
    assert {witness.what for witness in given.witnesses} == ({"value"} if framework == "numpy" else {"value", "gradient"})


KERAS = """
from keras import ops
def loss(labels, output):
    return -ops.mean(labels * ops.log(1 - output))
"""


@pytest.mark.framework
@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
def test_keras_runs_on_each_of_its_backends(pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: str) -> None:
    for package in ("keras", backend):
        pytest.importorskip(package, reason="it runs in it")
    monkeypatch.setenv("KERAS_BACKEND", backend)
    given = confirmed(verdict(pool, case(KERAS, "ops.log(1 - output)", framework="keras.ops")))
    assert given.witnesses[0].logit == pytest.approx(16.6355, abs=1e-3)
    assert {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}[backend] in given.evidence.framework
    assert "Keras" in given.evidence.framework
    script = tmp_path / "repro.py"
    script.write_text(given.evidence.program)
    done = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert given.witnesses[0].result in done.stdout.partition("gradient")[0]


def test_keras_code_runs_on_the_framework_that_its_file_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    keras = case(KERAS, "ops.log(1 - output)", framework="keras.ops")
    assert frameworks.worker(replace(keras, source="import torch\n" + KERAS)) == "keras-torch"
    assert frameworks.worker(replace(keras, source="import jax.numpy as jnp\n" + KERAS)) == "keras-jax"
    assert frameworks.worker(replace(keras, source="import torch\nfrom keras.backend import log\n" + KERAS)) == "tensorflow"


@pytest.mark.framework
def test_modules_of_pytorch_are_made_and_called(pool: Pool) -> None:
    pytest.importorskip("torch", reason="it is a PyTorch module")
    source = """
    import torch
    from torch import nn
    class FocalLoss(nn.Module):
        def __init__(self, gamma, reduction="mean"):
            super().__init__()
            self.gamma = gamma
        def forward(self, output, target):
            return (-((1 - output) ** self.gamma) * target * torch.log(1 - output)).mean()
    """
    given = confirmed(verdict(pool, case(source, "torch.log(1 - output)", framework="torch")))
    assert given.evidence.assumed[0] == "gamma = 2.0"


def test_numpy_has_no_bfloat16(pool: Pool) -> None:
    source, flagged, _ = OTHERS["numpy"]
    assert reason(verdict(pool, case(source, flagged, framework="numpy"), Options(dtype="bfloat16"))) == "NumPy has no bfloat16"


# --- without a framework


def test_a_missing_framework_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frameworks, "find_spec", lambda _: None)
    with Pool() as empty:
        assert reason(verdict(empty, seeds())) == "tensorflow is not installed: pip install 'bce-lint[confirm]'"
        assert empty.workers == {}


def test_no_case_starts_no_worker() -> None:
    with Pool() as empty:
        assert confirm_in(empty, [], Options(), lambda *_: None) == []
        assert empty.workers == {}


def test_findings_come_back_in_order_and_progress_is_told(pool: Pool) -> None:
    source, flagged, _ = OTHERS["numpy"]
    told: list[tuple[str, int, int]] = []
    cases = [case(source, flagged, framework="numpy", path=Path(f"{name}.py")) for name in "abc"]
    found = confirm_in(pool, cases, Options(), lambda *said: told.append(said))
    assert [finding.path for finding in found] == ["a.py", "b.py", "c.py"]
    assert told == [("a.py:3", 0, 3), ("b.py:3", 1, 3), ("c.py:3", 2, 3), ("", 3, 3)]


def test_two_distributions_are_probed_with_opposite_logits(pool: Pool) -> None:
    source = "import numpy as np\ndef loss(logits_a, logits_b):\n    return np.exp(logits_a - logits_b)\n"
    made = case(source, "np.exp(logits_a - logits_b)", framework="numpy", site=Exp(Param("a", "loss")))
    inputs = tuple(replace(given, role=Role.LOGIT) for given in made.meaning.inputs)
    given = confirmed(verdict(pool, replace(made, meaning=replace(made.meaning, inputs=inputs))))
    assert given.evidence.assumed[1].startswith("logits_b = -logit")
    assert given.witnesses[0].logit == pytest.approx(44.361, abs=1e-3)


def test_a_loss_that_the_framework_guards_is_not_refuted_by_staying_finite(pool: Pool) -> None:
    source = "import numpy as np\ndef loss(labels, output):\n    return np.square(labels - output)\n"
    site = SigmoidCrossEntropy(Param("labels", "loss"), Param("output", "loss"))
    assert "only its gradient could tell" in reason(verdict(pool, case(source, "np.square(labels - output)", framework="numpy", site=site)))


def test_what_a_name_alone_says_is_tried_as_any_number_too(pool: Pool) -> None:
    source = "import numpy as np\ndef loss(labels, output):\n    return np.log(1 + np.exp(output))\n"
    site = Log(Add(Const(1.0), Exp(Param("output", "loss"))))
    given = confirmed(verdict(pool, case(source, "np.log(1 + np.exp(output))", framework="numpy", site=site)))
    assert given.witnesses[0].logit == pytest.approx(88.723, abs=1e-3)
    assert "output = logit, since only its name makes it a probability" in given.evidence.assumed


def test_packages_that_are_not_installed_do_no_harm_where_they_do_not_count(pool: Pool) -> None:
    source = """
    import numpy as np
    import no_such_package as missing
    from no_such_package.sub import Base, decorate
    class Loss(Base):
        def __init__(self):
            self.bar = missing.Bar(missing.COLOR.red)
        @decorate
        def call(self, labels, output):
            return labels * np.log(1 - output)
    """
    assert confirmed(verdict(pool, case(source, "np.log(1 - output)", framework="numpy"))).witnesses[0].logit == pytest.approx(
        16.6355, abs=1e-3
    )
