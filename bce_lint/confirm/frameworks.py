"""Which worker runs a finding's code, and what has to be installed for it."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec

from bce_lint.confirm.case import Case
from bce_lint.confirm.worker.probes import FORMATS

WORKERS = {
    "tensorflow": "tensorflow",
    "torch": "torch",
    "jax": "jax",
    "optax": "jax",
    "numpy": "numpy",
    "scipy": "numpy",
    "math": "python",
    "python": "python",
}
KERAS = {"tensorflow": "tensorflow", "jax": "keras-jax", "torch": "keras-torch"}
"""The worker for Keras code by Keras' backend, in the order in which one is looked for."""

NEEDS = {
    "tensorflow": ("tensorflow", "keras"),
    "torch": ("torch",),
    "jax": ("jax",),
    "numpy": ("numpy",),
    "python": ("numpy",),
    "keras-jax": ("jax", "keras"),
    "keras-torch": ("torch", "keras"),
}
EXTRAS = {"tensorflow": "confirm", "keras": "confirm", "torch": "torch", "jax": "jax", "numpy": "confirm"}
"""The extra that installs each package."""


def worker(case: Case) -> str | None:
    """Return the worker for a case, None if there is none."""
    root, _, below = case.meaning.framework.partition(".")
    return _keras(case, old=below.startswith("backend")) if root == "keras" else WORKERS.get(root)


def _keras(case: Case, *, old: bool) -> str:
    """Return the worker for Keras code: on the backend of KERAS_BACKEND, else of the file's imports, else on the first one installed.

    The functions of Keras 2's backend are left in TensorFlow only.
    """
    if old or re.search(r"\btensorflow\b|keras\.backend\b", case.source):
        return "tensorflow"
    imported = (name for name in KERAS if re.search(rf"^\s*(import|from) {name}\b", case.source, re.MULTILINE))
    installed = (name for name in KERAS if find_spec(name) is not None)
    wanted = os.environ.get("KERAS_BACKEND") or next(imported, "") or next(installed, "tensorflow")
    return KERAS.get(wanted, "tensorflow")


def dtype(case: Case, worker: str, wanted: str | None) -> str:
    """Return the dtype to run in: the wanted one, else what the code shows; Python has one only."""
    if worker == "python":
        return "float64"
    return wanted or (case.meaning.dtype if case.meaning.dtype in FORMATS else "float32")


def missing(worker: str) -> str:
    """Return what to tell a user who lacks something that a worker needs, "" if nothing is missing."""
    lacking = next((package for package in NEEDS[worker] if find_spec(package) is None), None)
    return "" if lacking is None else f"{lacking} is not installed: pip install 'bce-lint[{EXTRAS[lacking]}]'"
