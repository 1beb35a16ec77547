"""Start a worker (`python -I .../worker/__main__.py`): load the files beside it as the package `bce_worker`, and no other of the linter."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path


def _load(folder: Path) -> None:
    spec = importlib.util.spec_from_file_location("bce_worker", folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["bce_worker"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    _load(Path(__file__).parent)
    importlib.import_module("bce_worker.server").main()
