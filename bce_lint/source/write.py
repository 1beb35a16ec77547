"""A file's new bytes onto the disk: all of them or none, through links, with mode and owner as they were."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from bce_lint.finding import Trouble

NOT_FIXED = "not fixed"
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write(path: str, old: bytes, new: bytes) -> Trouble | None:
    """Replace what `path` holds, if that still is `old`; the Trouble says why nothing was written."""
    target = os.path.realpath(path)
    try:
        if Path(target).read_bytes() != old:
            return Trouble(path, None, "was changed while it was judged: run again", NOT_FIXED)
        status = os.stat(target)
        if not status.st_mode & WRITABLE or not os.access(target, os.W_OK):
            return Trouble(path, None, "is read-only: make it writable", NOT_FIXED)
        _replace(target, new, status)
    except OSError as error:
        return Trouble(path, None, f"cannot be written: {(error.strerror or str(error)).lower()}", NOT_FIXED)
    return None


def _replace(target: str, new: bytes, status: os.stat_result) -> None:
    """Write a file beside the target, and put it in its place when it is complete."""
    from tempfile import mkstemp

    handle, beside = mkstemp(prefix=f".{os.path.basename(target)}.", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(PermissionError, AttributeError):
            os.chown(beside, status.st_uid, status.st_gid)
        os.chmod(beside, stat.S_IMODE(status.st_mode))
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
