"""Code that cannot be called, seen from near: what is followed, what becomes an input, and what is not taken by itself."""

from __future__ import annotations

import pytest

from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice import programs
from bce_lint.confirm.worker.job import Program
from bce_lint.facts.expr import Add, Const, Div, Expr, Free, Opaque, Sqrt
from bce_lint.finding import Undecided
from tests.cases import LOG, breaks, case, confirmed, reason, refuted, verdict

QUOTIENT: Expr = Div(Free("a", "f"), Free("b", "f"))


def near(source: str, flagged: str, site: Expr = LOG, framework: str = "numpy") -> Program:
    """Return the last program of a case, which takes the least of its code."""
    *_, last = (made for made in programs(case(source, flagged, site=site, framework=framework)) if isinstance(made, Program))
    return last


def text(made: Program) -> str:
    return made.files[0].statements[made.statement].text


def roles(made: Program) -> dict[str, str]:
    return {argument.name: argument.role for argument in made.arguments}


WINDOW = """
import torch
class Attention:
    def table(self):
        h = torch.arange(self.size[0]).to(torch.float32)
        coords = torch.stack(self.grid(h, h)).permute(1, 2, 0).contiguous() * 8
        return torch.sign(coords) * torch.log2(1.0 + coords.abs())
"""


def test_arrangements_are_left_out_and_calls_that_nobody_knows_become_inputs() -> None:
    made = near(WINDOW, "torch.log2(1.0 + coords.abs())")
    assert text(made) == (
        "def flagged_expression(grid):\n    coords = grid * 8\n    return torch.sign(coords) * (torch.log2(1.0 + coords.abs()))"
    )
    assert roles(made) == {"grid": "unknown"}


def test_attributes_and_items_are_inputs_of_their_own() -> None:
    source = """
    import numpy as np
    class Buffer:
        def get(self):
            mean, spread = statistics(self.advantages)
            return (self.advantages[: self.end] - mean) / (spread * self.state["scale"])
    """
    made = near(source, '(self.advantages[: self.end] - mean) / (spread * self.state["scale"])', QUOTIENT)
    assert text(made).endswith("return ((advantages - mean) / (spread * scale))")
    assert roles(made) == {"advantages": "logit", "mean": "logit", "spread": "logit", "scale": "scalar"}


def test_what_was_put_into_a_dictionary_by_name_is_followed() -> None:
    source = """
    import jax.numpy as jnp
    def encode(encoder, images):
        embedded, out = encoder(images)
        out["norm"] = jnp.linalg.norm(embedded)
        return embedded / (out["norm"] + 1e-8)
    """
    made = near(source, 'out["norm"] + 1e-8', Add(Free("n", "f"), Const(1e-8)), "jax")
    assert "jnp.linalg.norm(embedded)" in text(made)
    assert set(roles(made)) == {"embedded"}


def test_an_activation_and_a_clip_on_the_way_are_kept() -> None:
    source = """
    import torch
    def pool(self, x):
        p = self.layer(x).view(B, 1, -1).sigmoid()
        q = torch.clamp(p, min=1e-6)
        return q / q.sum(dim=axis, keepdim=True)
    """
    made = near(source, "q / q.sum(dim=axis, keepdim=True)", QUOTIENT)
    assert text(made).split("\n")[1:] == [
        "    p = layer.sigmoid()",
        "    q = torch.clamp(p, min=1e-06)",
        "    return (q / q.sum(dim=-1, keepdim=True))",
    ]


def test_what_another_division_divides_by_is_a_setting() -> None:
    source = "import math\ndef report(total):\n    loss = total / args.interval\n    return math.exp(loss)\n"
    assert roles(near(source, "math.exp(loss)"))["interval"] == "scalar"


GUARDED = """
import numpy as np
def load(path):
    table = np.genfromtxt(open(path))
    scale = 1 / table.sum(1)
    {guard}
    return scale
"""


@pytest.mark.framework
@pytest.mark.parametrize(
    "guard",
    ["scale[np.isinf(scale)] = 0", "scale = np.nan_to_num(scale)", "scale = 1 if np.any(scale > 9) else scale"],
)
def test_what_is_guarded_afterwards_is_not_judged_by_itself(pool: Pool, guard: str) -> None:
    one = case(GUARDED.format(guard=guard), "1 / table.sum(1)", site=QUOTIENT, framework="numpy")
    assert isinstance(verdict(pool, one), Undecided)


@pytest.mark.framework
def test_what_cannot_be_called_breaks_by_its_own_arithmetic(pool: Pool) -> None:
    one = case(GUARDED.format(guard="pass"), "1 / table.sum(1)", site=QUOTIENT, framework="numpy")
    assert breaks(verdict(pool, one)) == {("value", "logits of both signs"): 0.0}


@pytest.mark.framework
def test_what_cannot_be_called_is_refuted_where_its_own_arithmetic_holds(pool: Pool) -> None:
    source = GUARDED.format(guard="pass").replace("table.sum(1)", "np.exp(table).sum(1).clip(1e-3)")
    one = case(source, "1 / np.exp(table).sum(1).clip(1e-3)", site=QUOTIENT, framework="numpy")
    assert "only the flagged expression was run" in " ".join(refuted(verdict(pool, one)).evidence.assumed)


@pytest.mark.framework
def test_code_whose_operation_rests_on_no_number_stays_undecided(pool: Pool) -> None:
    source = "import numpy as np\ndef ask(server):\n    return np.log(server.ask(0).strip().lower() + str(server))\n"
    assert reason(verdict(pool, case(source, "np.log(server.ask(0).strip().lower() + str(server))", framework="numpy")))


def test_two_items_of_one_input_may_differ_and_nothing_is_done_in_place() -> None:
    source = """
    import torch
    def relative(self, size):
        grid = torch.stack(self.mesh(size)).flatten(1)
        apart = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0)
        return torch.log(1.0 + apart.abs()).mul_(self.slope)
    """
    made = near(source, "torch.log(1.0 + apart.abs())")
    assert text(made).split("\n")[1:] == ["    apart = grid - grid_2", "    return (torch.log(1.0 + apart.abs())).mul(slope)"]


def test_what_no_cast_or_root_of_a_count_changes_is_a_setting() -> None:
    source = "import numpy as np\ndef f(rows):\n    x = rows.load()\n    return np.log(x / len(rows) + x.shape[0] // 2)\n"
    assert roles(near(source, "np.log(x / len(rows) + x.shape[0] // 2)")) == {"x": "unknown", "count": "scalar", "count_2": "scalar"}


@pytest.mark.framework
def test_a_loop_over_numbers_stays_a_loop(pool: Pool) -> None:
    source = """
    import math
    def denominator(tags):
        scores = [score(tag) for tag in tags.all()]
        return math.log(sum(math.exp(score) for score in scores))
    """
    flagged = "math.log(sum(math.exp(score) for score in scores))"
    made = near(source, flagged)
    assert text(made) == "def flagged_expression(scores):\n    return (math.log(sum((math.exp(score) for score in scores))))"
    one = case(source, flagged, framework="numpy")
    assert confirmed(verdict(pool, one)).witnesses[0].result == "inf"


@pytest.mark.framework
def test_an_attribute_that_a_parameter_sets_has_its_default(pool: Pool) -> None:
    source = """
    import numpy as np
    class FocalLoss:
        def __init__(self, path, gamma=0.75, smooth=1e-3):
            self.table = open(path)
            self.gamma = gamma
            self.smooth = smooth
            self.alpha = smooth
        def call(self, target, output):
            index = self.overlap(output)
            return np.log(index + self.alpha) ** self.power
        def judged(self, output):
            return np.log(output + self.smooth) * self.gamma
    """
    assert "np.log(index + 0.001)" in text(near(source, "np.log(index + self.alpha)"))
    given = refuted(verdict(pool, case(source, "np.log(output + self.smooth)", framework="numpy")))
    assert {"self.gamma = 0.75", "self.smooth = 0.001"} <= set(given.evidence.assumed)


@pytest.mark.framework
def test_what_holds_for_positive_numbers_alone_refutes_nothing(pool: Pool) -> None:
    source = "import numpy as np\ndef f(batch):\n    return np.sqrt(1.0 + batch.net.overlap())\n"
    one = case(source, "np.sqrt(1.0 + batch.net.overlap())", site=Sqrt(Add(Const(1.0), Opaque("overlap", "1"))), framework="numpy")
    assert isinstance(verdict(pool, one), Undecided)
