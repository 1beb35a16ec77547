"""What is known where: `reveal(p)  # [0, 1] float32 known` in a small source says the range, dtype and reach of `p` at that line.

The sources are the cases of `fixtures/flow/*.py`, each from `# --- its name` to the next; what stands above the first is common to all.
A mark names what it asserts: the interval always (`nan` for one that may be NaN besides), the dtype and the reach if they are given.
The reach is that of both ends (`known`), or of the lower and the upper one (`known..unknown`). A known gap is marked as it is now,
with `todo: ` and what it ought to be behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bce_lint.facts.expr import BinaryCrossEntropy, CategoricalCrossEntropy, Expr, Log, SigmoidCrossEntropy, SoftmaxCrossEntropy
from bce_lint.facts.facts import Facts
from bce_lint.facts.formats import FORMATS, Format
from bce_lint.facts.module import Module
from bce_lint.facts.siblings import Siblings
from bce_lint.facts.trace import Site, Trace
from bce_lint.judge import Locator
from bce_lint.source.read import Source, decode_notebook
from bce_lint.syntax import ir
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import segments

SOURCES = Path(__file__).parent.parent / "fixtures" / "flow"
CASE = re.compile(r"^# --- (.+)\n", re.MULTILINE)
MARK = re.compile(r"# \[(?P<lo>[^],]+), (?P<hi>[^],]+)\](?P<words>(?: (?!todo)[\w.]+)*)(?: todo: .*)?$")
WANTED = (Log, BinaryCrossEntropy, CategoricalCrossEntropy, SigmoidCrossEntropy, SoftmaxCrossEntropy)
"""The ops that are asked about, as rules do: what goes into them tells what inputs are for."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line says of the value that it reveals."""

    lo: float
    hi: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """What is known of a value."""

    lo: float
    hi: float
    nan: bool
    dtype: str
    reach: str

    def agrees(self, mark: Mark) -> bool:
        """Tell whether this is what `mark` says."""
        fmt = FORMATS[self.dtype]
        said = {self.dtype, self.reach, "nan"} if self.nan else {self.dtype, self.reach}
        within = near(self.lo, mark.lo, fmt) and near(self.hi, mark.hi, fmt)
        return within and set(mark.words) <= said and self.nan is ("nan" in mark.words)


def near(x: float, marked: float, fmt: Format) -> bool:
    """Tell whether `x` is the marked number, to six digits of what it lacks to 1 and of what it is."""
    rounded = float(fmt.round(marked))
    return x == rounded or (rounded not in {0.0, 1.0} and abs(x - rounded) <= 1e-6 * abs(rounded) and x not in {0.0, 1.0})


def marks(text: str) -> dict[int, Mark]:
    """Return the marks of a source by row."""
    found: dict[int, Mark] = {}
    for row, line in enumerate(text.splitlines(), 1):
        if "reveal(" in line:
            mark = MARK.search(line)
            assert mark, f"no mark in row {row}: {line}"
            found[row] = Mark(float(mark["lo"]), float(mark["hi"]), tuple(mark["words"].split()))
    return found


def revealed(source: Source, root: str = "x.py") -> dict[int, set[Revealed]]:
    """Return by row of the whole text what is known of each value that `reveal` is called on."""
    module = Module(source.path, segments(source), read, Siblings.of((root,), read).project_for_next())
    module.wanted = WANTED
    found: dict[int, set[Revealed]] = {}
    for segment in module.segments:
        if "reveal(" in segment.text:
            for trace in module.analyse(segment.index):
                for node, value in arguments(trace):
                    span = Locator(module, segment.index).span(node)
                    assert span is not None
                    before = next((cell.row - 1 for cell in source.cells if cell.number == span.cell), 0)
                    found.setdefault(before + span.row, set()).add(known(Facts(module, trace, Site(node, value, {}, 0))))
    assert not module.troubles
    return found


def arguments(trace: Trace) -> Iterator[tuple[ir.Call, Expr]]:
    """Yield every call of `reveal` with what it is given."""
    nodes = {id(node): value for value, places in trace.places.items() for _, node in places}
    for places in trace.places.values():
        for _, node in places:
            match node:
                case ir.Call(func=ir.Name(id="reveal"), args=(argument,)):
                    yield node, nodes[id(argument.value)]


def known(facts: Facts) -> Revealed:
    """Return what the facts say of the value at their site."""
    r = facts.range(facts.site.expr)
    reach = r.lo.name.lower() if r.lo == r.hi else f"{r.lo.name}..{r.hi.name}".lower()
    return Revealed(float(r.interval.lo), float(r.interval.hi), r.interval.nan, facts.dtype, reach)


@cache
def cases(file: Path) -> dict[str, str]:
    """Return the cases of a file by name, every row at its place."""
    text = file.read_text(encoding="utf-8")
    head, *parts = CASE.split(text)
    found: dict[str, str] = {}
    row = head.count("\n")
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        assert name not in found, f"two cases of {file.name} are called {name}"
        found[name] = head + "\n" * (row + 1 - head.count("\n")) + body
        row += 1 + body.count("\n")
    return found


CASES = [pytest.param(file, name, id=f"{file.stem}: {name}") for file in sorted(SOURCES.glob("*.py")) for name in cases(file)]


@pytest.mark.parametrize(("file", "name"), CASES)
def test_what_is_known_is_as_marked(file: Path, name: str) -> None:
    text = cases(file)[name]
    assert differences(Source("x.py", text.encode()), marks(text)) == []


def differences(source: Source, wanted: dict[int, Mark], root: str = "x.py") -> list[str]:
    """Return a line for every mark that is not what is known there."""
    found = revealed(source, root)
    rows = sorted({*wanted, *found})
    wrong = [row for row in rows if row not in wanted or row not in found or not all(one.agrees(wanted[row]) for one in found[row])]
    return [f"row {row}: marked {wanted.get(row)}, known {found.get(row)}" for row in wrong]


@pytest.mark.parametrize("statement", ["from losses import squash, EPS", "from .losses import squash, EPS", "from losses import *"])
def test_imports_of_files_beside_are_followed(tmp_path: Path, statement: str) -> None:
    (tmp_path / "losses.py").write_text("import torch\nEPS = 1e-6\ndef squash(x):\n    return torch.sigmoid(x)\n", encoding="utf-8")
    text = f"{statement}\ndef loss(x):\n    reveal(squash(x))  # [0, 1] known\n    reveal(squash(x) + EPS)  # [1e-6, 1.000001] known\n"
    assert differences(Source(str(tmp_path / "main.py"), text.encode()), marks(text), str(tmp_path)) == []


def test_a_module_imported_whole_is_followed(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "safe.py").write_text("import torch\ndef floor(p, eps=1e-6):\n    return torch.clamp(p, min=eps)\n", encoding="utf-8")
    text = "import torch\nfrom package import safe\ndef loss(x):\n    reveal(safe.floor(torch.sigmoid(x)))  # [1e-6, 1] known\n"
    assert differences(Source(str(tmp_path / "main.py"), text.encode()), marks(text), str(tmp_path)) == []


def test_what_a_file_beside_imports_is_what_it_is_there(tmp_path: Path) -> None:
    compat = "import os\nif os.environ:\n    import keras.backend as K\nimport torch\nfrom torch import sigmoid as squash\n"
    (tmp_path / "compat.py").write_text(compat, encoding="utf-8")
    text = (
        "from compat import K, squash\nimport compat\ndef loss(x):\n    reveal(K.sigmoid(x))  # [0, 1] known\n"
        "    reveal(squash(x))  # [0, 1] known\n    reveal(compat.torch.sigmoid(x))  # [0, 1] known\n"
    )
    assert differences(Source(str(tmp_path / "main.py"), text.encode()), marks(text), str(tmp_path)) == []


def test_an_instance_of_a_class_of_a_file_beside_is_called(tmp_path: Path) -> None:
    net = "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x)\n"
    (tmp_path / "models.py").write_text(net, encoding="utf-8")
    text = "from models import Net\nnet = Net(3).cuda()\ndef loss(x):\n    reveal(net(x)[0].item())  # [0, 1] known\n"
    assert differences(Source(str(tmp_path / "main.py"), text.encode()), marks(text), str(tmp_path)) == []


@pytest.mark.parametrize(("mark", "known"), [("setup.py", "0.25, 0.5"), ("pyproject.toml", "0.25, 0.5"), ("README.md", "-inf, inf")])
def test_of_a_file_alone_the_imports_from_its_project_are_followed(tmp_path: Path, mark: str, known: str) -> None:
    for folder in ("models", "train"):
        (tmp_path / folder).mkdir()
    (tmp_path / mark).write_text("", encoding="utf-8")
    (tmp_path / "models" / "net.py").write_text("import torch\ndef floor(x):\n    return torch.clamp(x, 0.25, 0.5)\n", encoding="utf-8")
    text = f"from models.net import floor\ndef loss(x):\n    reveal(floor(x))  # [{known}]\n"
    file = tmp_path / "train" / "main.py"
    file.write_text(text, encoding="utf-8")
    assert differences(Source(str(file), text.encode()), marks(text), str(file)) == []


def test_an_instance_that_is_told_how_it_ends_does_so_whatever_its_class_says(tmp_path: Path) -> None:
    net = "import tensorflow as tf\nclass DNN(tf.keras.layers.Layer):\n    def call(self, x):\n        return tf.clip_by_value(x, -5, 5)\n"
    (tmp_path / "layers.py").write_text(net, encoding="utf-8")
    text = 'from layers import DNN\ndef loss(x):\n    reveal(DNN(1, activation="sigmoid")(x))  # [0, 1] known\n'
    assert differences(Source(str(tmp_path / "main.py"), text.encode()), marks(text), str(tmp_path)) == []


def test_of_a_file_alone_the_imports_from_its_package_are_followed(tmp_path: Path) -> None:
    inner = tmp_path / "package" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        (folder / "__init__.py").write_text("", encoding="utf-8")
    (inner.parent / "net.py").write_text("import torch\ndef floor(x):\n    return torch.clamp(x, 0.25, 0.5)\n", encoding="utf-8")
    text = "from package.net import floor\nfrom ..net import floor as same\ndef loss(x):\n"
    text += "    reveal(floor(x))  # [0.25, 0.5] known\n    reveal(same(x))  # [0.25, 0.5] known\n"
    file = inner / "main.py"
    file.write_text(text, encoding="utf-8")
    assert differences(Source(str(file), text.encode()), marks(text), str(file)) == []


def test_imports_from_outside_of_the_linted_paths_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text("import torch\ndef squash(x):\n    return torch.sigmoid(x)\n", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    text = "from ..losses import squash\ndef loss(x):\n    reveal(squash(x))  # [-inf, inf] unknown\n"
    assert differences(Source(str(tmp_path / "inner" / "main.py"), text.encode()), marks(text), str(tmp_path / "inner")) == []


def test_cells_of_a_notebook_are_followed_in_order() -> None:
    cells = [
        ("code", "%matplotlib inline\nimport tensorflow as tf\n!pip install keras\nEPS = 1e-3"),
        ("markdown", "EPS = 1"),
        ("code", "def squash(x):\n    return tf.sigmoid(x) + EPS"),
        ("code", "EPS = 1e-6\nx = tf.Variable(START)\np = squash(x)\nreveal(p)  # [1e-6, 1.000001] known"),
        ("code", "%%bash\nls"),
        ("code", "p = p - EPS\nreveal(p)  # [0, 0.99999994] known"),
    ]
    notebook = {"cells": [{"cell_type": kind, "source": text} for kind, text in cells], "nbformat": 4}
    source = decode_notebook("x.ipynb", json.dumps(notebook).encode())
    assert isinstance(source, Source)
    assert differences(source, marks(source.text)) == []


def test_there_are_marks_enough_to_trust() -> None:
    assert sum(len(marks(text)) for file in SOURCES.glob("*.py") for text in cases(file).values()) >= 150
