"""The executed slice as a script of its own: run by itself, it shows the number that the verdict tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint.confirm.case import Case
from bce_lint.confirm.pool import Pool
from tests.cases import IMPORTS, OTHERS, case, confirmed, seeds, verdict

FACTORY = """
def make(gamma, weights):
    def loss(y_true, y_pred):
        return -K.mean(gamma * y_true * tf.log(1 - y_pred))
    return loss
"""

OLD_MODULE = """
import keras.objectives as ko
def loss(y_true, y_pred):
    return ko.mse(y_true, y_pred) + tf.log(1 - y_pred)
"""


def reproduced(name: str) -> Case:
    match name:
        case "seed":
            return seeds()
        case "factory":
            return case(IMPORTS + FACTORY, "tf.log(1 - y_pred)")
        case "old module":
            return case(IMPORTS + OLD_MODULE, "tf.log(1 - y_pred)")
        case _:
            source, flagged, _ = OTHERS[name]
            return case(source, flagged, framework=name)


def run(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, check=False)


@pytest.mark.framework
@pytest.mark.parametrize("name", ["seed", "factory", "old module", *OTHERS])
def test_the_script_gives_the_number_with_nothing_but_the_framework(pool: Pool, tmp_path: Path, name: str) -> None:
    pytest.importorskip(name if name in OTHERS else "tensorflow", reason="the script runs in it")
    found = confirmed(verdict(pool, reproduced(name)))
    file = tmp_path / "repro.py"
    file.write_text(found.evidence.program)
    done = run(file)
    value, _, gradient = done.stdout.partition("gradient")
    assert done.returncode == 0, done.stderr
    assert found.witnesses[0].result in value
    assert "nan" in gradient or name == "numpy"


def test_files_of_the_project_become_part_of_the_script(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "maths.py").write_text("import numpy as np\nSCALE = 2.0\ndef safe(x):\n    return np.log(x) * SCALE\n")
    source = "import maths\nfrom maths import safe as s\ndef loss(labels, output):\n    return s(output) + maths.safe(1 - output)\n"
    made = case(source, "maths.safe(1 - output)", framework="numpy", path=tmp_path / "losses.py")
    program = confirmed(verdict(pool, made)).evidence.program
    (tmp_path / "maths.py").unlink()
    (tmp_path / "repro.py").write_text(program)
    assert "-inf" in run(tmp_path / "repro.py").stdout


def test_a_call_that_no_expression_gives_is_told_of_only(pool: Pool) -> None:
    source = """
    import numpy as np
    def loss(labels, output, reduced):
        return reduced(labels * np.log(output))
    """
    program = confirmed(verdict(pool, case(source, "np.log(output)", framework="numpy"))).evidence.program
    assert program.rstrip().splitlines()[-1].startswith("# value is nan at |logit| = 103.97")
    compile(program, "repro", "exec")


def test_the_script_of_an_error_raises_it(pool: Pool, tmp_path: Path) -> None:
    source = "import math\ndef odds(output):\n    return math.log(output / (1 - output))\n"
    given = confirmed(verdict(pool, case(source, "math.log(output / (1 - output))", framework="python")))
    program = given.evidence.program
    assert "# raises ZeroDivisionError at |logit| = 36.7368 in float64" in program
    assert "import numpy" not in program
    (tmp_path / "repro.py").write_text(program)
    assert run(tmp_path / "repro.py").stderr.splitlines()[-1].startswith("ZeroDivisionError")


BARE = """
import torch

class Scorer(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = build(config["layers"])
        self.alpha, self.gamma = config["alpha"], config["gamma"]

    def forward(self, output: NeverImported) -> NeverImported:
        return self.alpha * (1 - output) ** self.gamma * torch.log(output)
"""


@pytest.mark.framework
def test_an_object_that_was_made_without_its_constructor_is_made_so_by_the_script_too(pool: Pool, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the script runs in it")
    found = confirmed(verdict(pool, case(BARE, "torch.log(output)", framework="torch")))
    assert {"self.alpha = 0.25", "self.gamma = 2.0"} <= set(found.evidence.assumed)
    file = tmp_path / "repro.py"
    file.write_text(found.evidence.program)
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert found.witnesses[0].result in done.stdout.partition("gradient")[0 if found.witnesses[0].what == "value" else 2]


LOST = """
import numpy as np

def described(output):
    total = np.log(output)
    return f"at most {total.max()}"
"""


@pytest.mark.framework
def test_where_the_flagged_operation_was_judged_the_script_shows_it(pool: Pool, tmp_path: Path) -> None:
    found = confirmed(verdict(pool, case(LOST, "np.log(output)", framework="numpy")))
    assert any(text.startswith("judged by the flagged operation's own value") for text in found.evidence.assumed)
    file = tmp_path / "repro.py"
    file.write_text(found.evidence.program)
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the flagged operation gives")
    assert found.witnesses[0].result in done.stdout
