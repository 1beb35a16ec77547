"""What else than inf and NaN confirms a finding, from source to verdict: dead gradients, wrong digits, empty masks, errors raised."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest

from bce_lint.confirm.case import Case, Options
from bce_lint.confirm.pool import Pool
from bce_lint.facts.meaning import Input, Role
from bce_lint.finding import Confirmed, Edit, Finding, Fix, Severity, Span
from bce_lint.report.verdict import sentences
from tests.cases import case, confirmed, reason, refuted, verdict
from tests.examples import complete
from tests.harness import cases

pytestmark = pytest.mark.framework


@dataclass(frozen=True)
class Shown:
    """A source with one finding of `code`, and the sentence in which execution confirms it."""

    framework: str
    code: str
    source: str
    sentence: str


def found(shown: Shown) -> Case:
    pytest.importorskip(shown.framework, reason=f"this code runs in {shown.framework}")
    return next(case for case in cases(complete(shown.source)) if case.finding.code == shown.code)


COMPILED = "model = keras.Sequential([keras.layers.Dense({layer})])\nmodel.compile(optimizer='adam', loss={loss})\n"

CONFIRMED = {
    "a sigmoid into a loss of logits": Shown(
        "tensorflow",
        "BCE501",
        "def loss(labels, logits):\n"
        "    p = tf.sigmoid(logits)\n"
        "    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=p)\n",
        "gradient is exactly 0 from |logit| = 16.64, labels all 0, logits positive",
    ),
    "a softmax into a loss of logits": Shown(
        "torch",
        "BCE501",
        "def loss(logits, labels):\n    return torch.nn.functional.cross_entropy(torch.softmax(logits, dim=1), labels)\n",
        "gradient is exactly 0 from |logit| = 50.79, labels one-hot, logits wrong, the right one negative",
    ),
    "the raw output of a layer in a compiled model": Shown(
        "tensorflow",
        "BCE502",
        COMPILED.format(layer="1", loss="'binary_crossentropy'"),
        "gradient is exactly 0 from |logit| = 1, if the label contradicts",
    ),
    "a loss object in a compiled model": Shown(
        "tensorflow",
        "BCE502",
        "LABELS = 0.0\n" + COMPILED.format(layer="3", loss="keras.losses.CategoricalCrossentropy(label_smoothing=LABELS)"),
        "value and gradient are nan from |logit| = 0, whatever the label",
    ),
    "a probability where its logarithm is wanted": Shown(
        "torch",
        "BCE502",
        "def loss(logits, labels):\n    p = torch.softmax(logits, dim=1)\n    return torch.nn.functional.nll_loss(p, labels)\n",
        "gradient is exactly 0 from |logit| = 50.79, labels one-hot, logits wrong, the right one negative",
    ),
    "a clip inside the framework": Shown(
        "torch",
        "BCE503",
        "def loss(labels, logits):\n    return torch.nn.functional.binary_cross_entropy(torch.sigmoid(logits), labels)\n",
        "gradient is exactly 0 from |logit| = 16.64, labels all 0, logits positive",
    ),
    "digits of a logarithm": Shown("numpy", "BCE601", "def compound(rate):\n    return np.log(1.0 + rate)\n", "value is off by"),
    "an overflow, which is more than lost digits": Shown(
        "numpy", "BCE303", "def softplus(x):\n    return np.log(1 + np.exp(x))\n", "value is inf from |logit| = 709.8"
    ),
    "digits of an exponential": Shown("torch", "BCE602", "def growth(rate):\n    return torch.exp(rate) - 1\n", "value is off by"),
    "an empty mask": Shown(
        "jax",
        "BCE401",
        "def masked_mean(values, mask):\n    return jnp.sum(values * mask) / jnp.sum(mask)\n",
        "value and gradient are nan from |logit| = 0, logits of both signs",
    ),
    "an empty mask of truth values": Shown(
        "numpy",
        "BCE401",
        "def share(values, mask):\n    kept = np.where(~mask, 0.0, 1.0 + np.square(values))\n    return kept / np.sum(kept)\n",
        "value is nan from |logit| = 0, logits of both signs",
    ),
    "a mask of truth values": Shown(
        "torch",
        "BCE204",
        "def entropy(logits, mask):\n    log_p = torch.log_softmax(logits.masked_fill(~mask, float('-inf')), dim=-1)\n"
        "    return -(log_p.exp() * log_p).sum(dim=-1)\n",
        "value is nan from |logit| = 0, logits of both signs",
    ),
    "a loss that refuses what is no probability": Shown(
        "torch",
        "BCE502",
        "def loss(x, labels):\n    z = torch.nn.Linear(4, 1)(x)\n    return torch.nn.functional.binary_cross_entropy(z.relu(), labels)\n",
        "it raises RuntimeError from |logit| = 1, whatever the label",
    ),
    "a positional loss of a compiled model": Shown(
        "tensorflow",
        "BCE502",
        "model = keras.Sequential([keras.layers.Dense(1)])\nmodel.compile('adam', keras.losses.BinaryCrossentropy())\n",
        "gradient is exactly 0 from |logit| = 1, if the label contradicts",
    ),
    "an exponential that Python refuses": Shown(
        "numpy",
        "BCE301",
        "import math\ndef sigmoid(x):\n    return 1 / (1 + math.exp(-x))\n",
        "it raises OverflowError from |logit| = 709.8",
    ),
    "a logarithm that Python refuses": Shown(
        "numpy",
        "BCE103",
        "import math\ndef loss(label, p):\n    return -(1 - label) * math.log(1 - p)\n",
        "it raises ValueError from |logit| = 36.74, whatever the label",
    ),
    "a quotient that Python refuses": Shown(
        "numpy",
        "BCE101",
        "import math\ndef odds_loss(p):\n    return math.log(p / (1 - p))\n",
        "it raises ZeroDivisionError from |logit| = 36.74, logits all positive",
    ),
    "a sum that a loop gathers": Shown(
        "numpy",
        "BCE302",
        "class Boosting:\n    def predict(self, X):\n        y_pred = None\n        for tree in self.trees:\n"
        "            update = tree.predict(X)\n            if y_pred is None:\n                y_pred = np.zeros_like(update)\n"
        "            y_pred -= 0.01 * update\n        return np.exp(y_pred) / np.sum(np.exp(y_pred), axis=1, keepdims=True)\n",
        "value is nan from |logit| = 709.8",
    ),
    "labels of embeddings": Shown(
        "numpy",
        "BCE303",
        "def pairs_loss(labels, embeddings):\n    same = labels[:, None] == labels[None, :]\n"
        "    return np.log(1 + np.exp(embeddings @ embeddings.T))[same].mean()\n",
        "value is inf from |logit|",
    ),
}


@pytest.mark.parametrize("name", CONFIRMED)
def test_what_is_finite_can_be_wrong_too(pool: Pool, name: str) -> None:
    shown = CONFIRMED[name]
    given: Confirmed = confirmed(verdict(pool, found(shown)))
    assert any(sentence.startswith(shown.sentence) for sentence in sentences(given.witnesses)), [*sentences(given.witnesses)]


def test_the_stable_loss_stands_beside_one_that_does_not_teach(pool: Pool) -> None:
    given = confirmed(verdict(pool, found(CONFIRMED["a sigmoid into a loss of logits"])))
    assert [name for name in given.evidence.columns if name != "fixed"][:2] == ["yours", "tf.nn.sigmoid_cross_entropy_with_logits"]
    last = dict(given.evidence.table[-1].values)
    assert last["your gradient"] == 0
    assert last["stable gradient"] == pytest.approx(1.0)


def test_keras_on_tensorflow_takes_the_logits_from_before_the_sigmoid(pool: Pool) -> None:
    source = COMPILED.format(layer="1, activation='sigmoid'", loss="keras.losses.BinaryCrossentropy(from_logits=True)")
    given = refuted(verdict(pool, found(Shown("tensorflow", "BCE501", source, ""))))
    assert given.probes.endswith("on TensorFlow, and there only, Keras takes the logits from before its own sigmoid or softmax")


FIXABLE = """
def loss(labels, logits):
    p = torch.sigmoid(logits)
    return -torch.mean(labels * torch.log(p) + (1 - labels) * torch.log(1 - p))
"""


def test_the_fixed_code_stands_beside_the_users(pool: Pool) -> None:
    made = found(Shown("torch", "BCE104", FIXABLE, ""))
    assert made.finding.fix is not None
    evidence = confirmed(verdict(pool, made, Options(curve=True))).evidence
    assert evidence.columns[:3] == ("yours", "fixed", "F.binary_cross_entropy_with_logits")
    for row in evidence.table:
        values = dict(row.values)
        assert values["fixed"] == pytest.approx(values["exact"], abs=1e-6)
        assert math.isnan(values["yours"]) == (row.logit > 16.6355)
    assert all(math.isfinite(value) for row in evidence.curve for name, value in row.values if name.startswith("fixed|"))


def test_a_fix_in_a_notebook_is_made_in_its_own_cell() -> None:
    finding = Finding(
        "a.ipynb",
        Span(1, 1, 1, 2, cell=3),
        "r",
        "BCE1",
        "",
        Severity.ERROR,
        fix=Fix("", (Edit(0, 1, "zz", 3), Edit(4, 4, "!", 3)), safe=True),
    )
    made = Case(finding, "import a\nx = 1\n", "a.ipynb", case("x = 1\n", "x").meaning, cell_row=2)
    assert made.fixed == "import a\nzz = !1\n"
    other = replace(finding, fix=Fix("", (Edit(0, 1, "zz", 1),), safe=True))
    assert replace(made, finding=other).fixed is None


def test_a_refutation_names_the_settings_that_it_rests_on(pool: Pool) -> None:
    source = (
        "def loss(labels, output, gamma=2.0):\n    p = np.clip(output, 1e-3, 1.0)\n    return -(labels * (1 - p) ** gamma * np.log(p))\n"
    )
    pytest.importorskip("numpy", reason="this code runs in numpy")
    made = case(complete(source), "np.log(p)", framework="numpy")
    inputs = (*made.meaning.inputs[:2], Input("gamma", Role.SCALAR, guessed=True, because="", default=2.0))
    given = refuted(verdict(pool, replace(made, meaning=replace(made.meaning, inputs=inputs))))
    assert "value only, since NumPy differentiates nothing, with gamma = 2 as by default" in given.probes


NUMPY = """
def loss(labels, logits):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))
"""


def test_numpy_has_no_gradient_but_the_exact_one_stands_beside_its_values(pool: Pool) -> None:
    evidence = confirmed(verdict(pool, found(Shown("numpy", "BCE104", NUMPY, "")), Options(curve=True))).evidence
    assert evidence.columns == ("yours", "fixed", "by np.logaddexp", "exact", "exact gradient")
    assert evidence.exact_from.endswith("; NumPy differentiates nothing, so the gradient is that meaning's exact derivative")
    assert evidence.training == ()
    assert not any("gradient" in name for row in evidence.curve for name, _ in row.values)
    for row in evidence.table:
        assert dict(row.values)["exact gradient"] == pytest.approx(-1 / (1 + math.exp(row.logit)), rel=1e-12)


def test_no_gradient_is_shown_for_code_whose_meaning_is_not_known(pool: Pool) -> None:
    source = "def loss(labels, logits):\n    p = 1 / (1 + np.exp(-logits))\n    return np.sort(np.log(1 - p)) * labels\n"
    evidence = confirmed(verdict(pool, found(Shown("numpy", "BCE103", source, "")))).evidence
    assert "exact gradient" not in evidence.columns
    assert "NumPy" not in evidence.exact_from


TWO = """
def adversarial_loss(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -(torch.log(real) + torch.log(1 - fake)).mean()
"""


def test_what_breaks_still_once_it_is_fixed_is_judged_by_itself(pool: Pool) -> None:
    given = confirmed(verdict(pool, found(Shown("torch", "BCE102", TWO, ""))))
    assert next(sentences(given.witnesses)).startswith("value is -inf from |logit| = 88.72")
    assert given.evidence.assumed[-1] == (
        "only the flagged expression was run: of its function, something else breaks at the same inputs, also once this is fixed"
    )
    first = given.evidence.table[0]
    assert dict(first.values)["yours"] == pytest.approx(-first.logit / 2)
    other = confirmed(verdict(pool, found(Shown("torch", "BCE103", TWO, ""))))
    assert next(sentences(other.witnesses)).startswith("value is inf from |logit| = 16.64")
    assert "fixed" in other.evidence.columns


DISCARDED = """
def loss(labels, logits, other_logits):
    p, q = torch.sigmoid(logits), torch.sigmoid(other_logits)
    torch.clamp(p, 1e-7, 1 - 1e-7)
    return -(labels * torch.log(p) + labels * torch.log(q) + (1 - labels) * torch.log(1 - q)).mean()
"""


def test_what_breaks_for_another_reason_confirms_nothing(pool: Pool) -> None:
    made = found(Shown("torch", "BCE203", DISCARDED, ""))
    assert reason(verdict(pool, made)) == "something else breaks at the same inputs, also once this is fixed"
    confirmed(verdict(pool, replace(made, finding=replace(made.finding, fix=None))))


def test_an_error_that_another_function_raises_does_not_confirm_a_finding(pool: Pool) -> None:
    source = (
        "import math\ndef sigmoid(x):\n    return 1 / (1 + math.exp(-x))\n"
        "def loss(label, logit):\n    p = sigmoid(logit)\n    return math.log(1 - p + 1e-3) + 0 * math.exp(logit)\n"
    )
    made = case(complete(source), "math.log(1 - p + 1e-3)", framework="python")
    inputs = (*made.meaning.inputs[:-1], replace(made.meaning.inputs[-1], role=Role.LOGIT))
    meaning = replace(made.meaning, dtype="float64", inputs=inputs)
    assert "the flagged operation has no part in it" in refuted(verdict(pool, replace(made, meaning=meaning))).probes


def test_a_loop_that_does_not_end_is_told_of_before_the_time_is_up(pool: Pool) -> None:
    source = "import math\ndef loss(x):\n    while x < 30.0:\n        x = x + math.log1p(math.exp(x))\n    return x\n"
    assert reason(verdict(pool, found(Shown("numpy", "BCE303", source, "")))) == (
        "for some inputs a call of it takes more than 2 s of processor time"
    )
    assert pool.workers["python"].alive


def test_patterns_that_could_not_be_run_are_told_with_the_reason(pool: Pool) -> None:
    source = "def loss(labels, logits):\n    assert logits.max() < 50\n    return np.log(1 + np.exp(np.minimum(logits, 60)))\n"
    made = case(complete(source), "np.exp(np.minimum(logits, 60))", framework="numpy")
    given = refuted(verdict(pool, made))
    assert "nothing broke, but 6 of 9 input patterns could not be run: AssertionError" in given.evidence.assumed[-1]


KNOWN_EXACTLY = {
    "the mean over examples by their number": Shown(
        "numpy",
        "BCE103",
        "def loss(labels, logits):\n    p = 1 / (1 + np.exp(-logits))\n    return -np.sum(labels * np.log(1 - p)) / labels.shape[0]\n",
        "",
    ),
    "class numbers": Shown(
        "torch",
        "BCE102",
        "def loss(logits, labels):\n    return F.nll_loss(torch.log(torch.softmax(logits, dim=1)), labels)\n",
        "",
    ),
    "numbers that cancel": Shown("numpy", "BCE101", "def logits_loss(p):\n    return np.log(p / (1 - p))\n", ""),
    "what is not finite at first": Shown(
        "numpy",
        "BCE401",
        "def cosine_loss(a, b):\n    return np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))\n",
        "",
    ),
}


@pytest.mark.parametrize("name", KNOWN_EXACTLY)
def test_what_the_code_means_is_known_exactly(pool: Pool, name: str) -> None:
    evidence = confirmed(verdict(pool, found(KNOWN_EXACTLY[name]))).evidence
    assert evidence.exact_from.startswith("exact values by mpmath from the code's meaning")


def test_what_is_drawn_at_random_is_the_same_in_every_run(pool: Pool) -> None:
    made = found(
        Shown("torch", "BCE102", "def loss(x):\n    p = torch.sigmoid(torch.nn.Linear(1, 1)(x))\n    return torch.log(p).mean()\n", "")
    )
    assert repr(confirmed(verdict(pool, made))) == repr(confirmed(verdict(pool, made)))


def test_what_tensorflow_draws_is_the_same_in_every_run(pool: Pool) -> None:
    noisy = "def loss(x):\n    p = tf.nn.sigmoid(x + tf.random.normal(tf.shape(x)))\n    return tf.reduce_mean(tf.math.log(p))\n"
    made = found(Shown("tensorflow", "BCE102", noisy, ""))
    assert repr(confirmed(verdict(pool, made))) == repr(confirmed(verdict(pool, made)))
