"""The executed slice as a script of its own, which shows the break with nothing but the framework installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from bce_lint.confirm import files
from bce_lint.confirm.worker.inputs import BOOLEAN, CLASS_NUMBERS, EACH_ITS_OWN, EMPTY, PER_ROW, Layout
from bce_lint.confirm.worker.job import Job, Outcome, Program, SourceFile
from bce_lint.confirm.worker.lazy import SITE
from bce_lint.confirm.worker.measure import YOURS
from bce_lint.confirm.worker.probes import Pattern, mask
from bce_lint.confirm.worker.shim import MODULES
from bce_lint.finding import Confirmed, Finding, Refuted

IMPORT = re.compile(r"from (\.*)([\w.]*) import ([\w*]+)(?: as (\w+))?$|import ([\w.]+)(?: as (\w+))?$")

ANNOTATED = re.compile(r"\bdef \w+\([^)]*\w: |-> ")
UNREAD = "from __future__ import annotations\n\n"
"""What leaves annotations unread, as the worker does: their names need not be there."""

SETUP = {
    "TensorFlow": "import tensorflow\n",
    "PyTorch": "import torch\n",
    "JAX": "import jax\n",
    "NumPy": "import numpy\n",
    "Python": "import math\n",
}
BACKENDS = {"PyTorch": "torch", "JAX": "jax"}
"""Backends of Keras that it does not take by itself."""

ACTIVATIONS = {
    "TensorFlow": "tensorflow.nn.{name}",
    "PyTorch": "getattr(torch.nn.functional, {name!r})",
    "JAX": "jax.nn.{name}",
    "NumPy": "{name}",
    "Python": "{name}",
}
OTHERWISE = {
    ("TensorFlow", "log_sigmoid"): "tensorflow.math.log_sigmoid",
    ("PyTorch", "log_sigmoid"): "torch.nn.functional.logsigmoid",
    ("PyTorch", "sigmoid"): "torch.sigmoid",
    ("NumPy", "sigmoid"): "lambda z: numpy.where(z >= 0, 1, numpy.exp(-abs(z))) / (1 + numpy.exp(-abs(z)))",
    ("NumPy", "log_sigmoid"): "lambda z: -numpy.logaddexp(0, -z)",
    ("Python", "sigmoid"): "lambda z: (1 if z >= 0 else math.exp(-abs(z))) / (1 + math.exp(-abs(z)))",
    ("Python", "log_sigmoid"): "lambda z: min(z, 0) - math.log1p(math.exp(-abs(z)))",
    ("NumPy", "softmax"): "lambda z: numpy.exp(z - numpy.logaddexp.reduce(z, -1, keepdims=True))",
    ("NumPy", "log_softmax"): "lambda z: z - numpy.logaddexp.reduce(z, -1, keepdims=True)",
}
ARRAYS = {
    "TensorFlow": "tensorflow.constant({values}, {dtype!r}, {shape})",
    "PyTorch": "torch.tensor({values}, dtype=torch.{dtype}).reshape({shape})",
    "JAX": "jax.numpy.array({values}, {dtype!r}).reshape({shape})",
    "NumPy": "numpy.array({values}, {dtype!r}).reshape({shape})",
    "Python": "{values[0]!r}",
}
RUNS = {
    "TensorFlow": """\
with tensorflow.GradientTape() as tape:
    tape.watch(logit)
    result = {call}
print("value", result)
print("gradient", tape.gradient(result, logit))""",
    "PyTorch": """\
logit.requires_grad_()
result = {call}
print("value", result)
result.sum().backward()
print("gradient", logit.grad)""",
    "JAX": """\
print("value", {call})
print("gradient", jax.grad(lambda logit: {call}.sum())(logit))""",
    "NumPy": """\
print("value", {call})""",
    "Python": """\
print("value", {call})""",
}

AT_SITE = "site"
SHOW = f"""

def {SITE}(value):
    print("the flagged operation gives", value)
    return value

"""
ALONE = """\
try:
    {call}
except Exception as error:
    print("and then", repr(error))"""


def write(finding: Finding, directory: Path) -> Iterator[Path]:
    """Write the script of a finding that was run, and yield its file."""
    if isinstance(finding.verdict, Confirmed | Refuted):
        file = directory / f"{files.name(finding)}.py"
        files.write(file, finding.verdict.evidence.program.encode())
        yield file


def script(job: Job, outcome: Outcome, patterns: Sequence[Pattern]) -> str:
    """Return the executed statements in source order, old names given to today's modules first, and the call that breaks last."""
    framework = outcome.framework.partition(" ")[0]
    framework = "NumPy" if framework == "Python" and outcome.shape else framework
    setup = (_setup(framework, outcome.framework), *_dtype(outcome.framework, job.dtype))
    text = "\n".join([*setup, *_names(outcome), *_statements(job.program, outcome)])
    text = f"{UNREAD}{text}" if ANNOTATED.search(text) else text
    return re.sub(r"\n{4,}", "\n\n\n", f"{text}\n\n\n{_call(framework, job, outcome, patterns)}\n")


def _setup(framework: str, label: str) -> str:
    """Return the import of the framework; Keras must be told before that it is to run on it."""
    backend = BACKENDS.get(framework) if "Keras" in label else None
    return (f'import os\n\nos.environ["KERAS_BACKEND"] = {backend!r}\n' if backend else "") + SETUP[framework]


def _dtype(label: str, dtype: str) -> Iterator[str]:
    """Yield what makes the dtype the default, or possible at all."""
    if dtype != "float32" and label.startswith("PyTorch"):
        yield f"torch.set_default_dtype(torch.{dtype})"
    if dtype == "float64" and label.startswith("JAX"):
        yield 'jax.config.update("jax_enable_x64", True)'
    if dtype != "float32" and "Keras" in label:
        yield f"import keras\n\nkeras.config.set_floatx({dtype!r})"


def _names(outcome: Outcome) -> Iterator[str]:
    """Yield what gives today's framework the old names that were used."""
    if any(name.startswith("keras.") for pair in outcome.renamed for name in pair):
        yield "import keras"
    modules = [(old, new) for old, new in outcome.renamed if old in MODULES]
    if modules:
        yield "import sys"
    for old, new in modules:
        yield f"sys.modules[{old!r}] = {old} = {new}"
    for old, new in outcome.renamed:
        if (old, new) not in modules and not any(old.startswith(f"{module}.") for module, _ in modules):
            yield f"{old} = {new}"


def _statements(program: Program, outcome: Outcome) -> Iterator[str]:
    """Yield the statements of every file, what is imported before what imports it; the flagged operation shown where that was judged."""
    shown = outcome.judged == AT_SITE
    if shown:
        yield SHOW
    for number in sorted({number for number, _ in outcome.executed}, reverse=True):
        file = program.files[number]
        executed = sorted(index for at, index in outcome.executed if at == number)
        for index in executed:
            flagged = shown and (number, index) == (0, program.statement)
            text = _own(program.marked if flagged else file.statements[index].text, file)
            yield f"\n\n{text}\n\n" if re.match(r"(def|class|@|if True:)", text) else text


def _own(text: str, file: SourceFile) -> str:
    """Return a statement; of an import from the project, whose own statements stand above, only what it renames."""
    found = IMPORT.match(text)
    if found is None:
        return text.strip("\n") if text[:1] != " " else text
    dots, module, name, alias, plain, bound = found.groups()
    spelled = f"{len(dots or '')}:{module}" if name else f"0:{plain.partition('.')[0]}"
    if spelled not in dict(file.imports):
        return text
    if name:
        return f"{alias} = {name}" if alias and alias != name else ""
    return f"import sys\n{bound or plain.partition('.')[0]} = sys.modules[__name__]"


def _call(framework: str, job: Job, outcome: Outcome, patterns: Sequence[Pattern]) -> str:
    """Return the call that breaks, or else the table's last, in a function of its own so that none of the user's names is hidden."""
    point = _point(outcome)
    if point is None:
        return ""
    pattern, magnitude, what = patterns[point.pattern], point.logit, point.said
    said = f"# {what} at |logit| = {magnitude:.6g} in {job.dtype}, {pattern.describe()}"
    if not outcome.call:
        return said
    definition = f"{outcome.definition}\n\n\n" if outcome.definition else ""
    logits = [direction * magnitude for direction in pattern.direction]
    call = outcome.call.replace("|logit|", "abs(logit)")
    lines = [
        f"logit = {ARRAYS[framework].format(values=logits, dtype=job.dtype, shape=outcome.shape)}",
        *_labels(framework, job, outcome, pattern),
        *_mask(framework, job, outcome),
        *_activations(framework, outcome.call),
        (ALONE if outcome.judged == AT_SITE else RUNS[framework]).format(call=call),
    ]
    return f"{definition}{said}\ndef reproduce():\n{indent(chr(10).join(lines), '    ')}\n\n\nreproduce()"


@dataclass(frozen=True, slots=True)
class _Point:
    """Where to call the function, and what that shows."""

    pattern: int
    logit: float
    said: str


def _point(outcome: Outcome) -> _Point | None:
    if outcome.breaks:
        first = outcome.breaks[0]
        said = f"raises {first.result}" if first.result.endswith("Error") else f"{first.what} is {first.result}"
        return _Point(first.pattern, first.logit, said)
    found = ((reading, value) for reading in reversed(outcome.table) for name, value, _ in reading.numbers if name == YOURS)
    for reading, value in found:
        return _Point(reading.pattern, reading.logit, f"mean value is {value:.6g}, as it was meant,")
    return None


def _labels(framework: str, job: Job, outcome: Outcome, pattern: Pattern) -> Iterator[str]:
    if not outcome.labelled:
        return
    own = EACH_ITS_OWN in dict(outcome.assumed).values()
    values: list[float] = Layout(outcome.shape).rows() if own else list(pattern.y)
    shape, dtype = outcome.shape, job.dtype if outcome.labels in ("numbers", PER_ROW) else "int64"
    if outcome.labels in (CLASS_NUMBERS, PER_ROW):
        rows = [values[start : start + shape[-1]] for start in range(0, len(values), shape[-1])]
        values, shape = [row[0] if outcome.labels == PER_ROW else row.index(max(row)) for row in rows], shape[:-1]
    yield f"labels = {ARRAYS[framework].format(values=values, dtype=dtype, shape=shape)}"


def _mask(framework: str, job: Job, outcome: Outcome) -> Iterator[str]:
    if re.search(r"[=( ]mask\b", outcome.call):
        kinds = dict(outcome.assumed).values()
        empty, truth = EMPTY in kinds, " > 0" if BOOLEAN in kinds else ""
        values = [0.0 if empty else entry for entry in mask(outcome.shape)]
        yield f"mask = {ARRAYS[framework].format(values=values, dtype=job.dtype, shape=outcome.shape)}{truth}"


def _activations(framework: str, call: str) -> Iterator[str]:
    for name in ("sigmoid", "softmax", "log_sigmoid", "log_softmax"):
        if re.search(rf"[=( ]{name}\(-?logit\)", call):
            yield f"{name} = {OTHERWISE.get((framework, name), ACTIVATIONS[framework]).format(name=name)}"
