"""The files that confirm writes: a finding's name for its own, folders that are made in time, and none that is half written."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bce_lint.finding import Finding, UsageError

LONGEST = 100


def folder(option: str, directory: Path) -> None:
    """Make a directory, now rather than after minutes; complain of the option where that is not possible."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{option}: {directory} cannot be made: {(error.strerror or str(error)).lower()}") from None


def name(finding: Finding) -> str:
    """Return a name of the finding's own, without extension: path, place and code."""
    cell = f"{finding.span.cell}." if finding.span.cell is not None else ""
    path = re.sub(r"[^\w.]+", "-", finding.path).strip("-.")[-LONGEST:]
    return f"{path}-{cell}{finding.span.row}.{finding.span.column}-{finding.code}"


def write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
