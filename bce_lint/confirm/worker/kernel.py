"""Linux calls that Python has no function for: die with the parent, Landlock, a network of one's own. All raise OSError if refused."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SIGKILL = 9
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 2, 4, 8, 1 << 14
"""Landlock's access rights, as in linux/landlock.h; the numbers of its system calls are the same on every architecture."""


def _libc() -> ctypes.CDLL:
    if not sys.platform.startswith("linux") or platform.python_implementation() != "CPython":
        raise OSError("only on Linux")
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _check(_libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))


def leave_network() -> None:
    """Move into a network namespace without any device; needs a user namespace, which many systems refuse."""
    _check(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNET))


def landlock(read: list[str], write: list[str]) -> None:
    """Allow reading below `read` and writing below `write` only, for children and C++ code too, and no TCP where the kernel can."""
    libc = _libc()
    version = _check(libc.syscall(CREATE, None, 0, 1))
    everything = (1 << 13) - 1 | (1 << 13 if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    network = struct.pack("Q", 3) if version >= 4 else b""
    attributes = struct.pack("Q", everything) + network
    rules = _check(libc.syscall(CREATE, attributes, len(attributes), 0))
    try:
        for path in read:
            _allow(libc, rules, path, EXECUTE | READ_FILE | READ_DIR)
        for path in write:
            _allow(libc, rules, path, everything)
        _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _check(libc.syscall(RESTRICT, rules, 0))
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    if not os.path.isdir(path):
        access &= EXECUTE | WRITE_FILE | READ_FILE
    target = os.open(path, os.O_PATH)
    try:
        _check(libc.syscall(ADD_RULE, rules, 1, struct.pack("<Qi", access, target), 0))
    finally:
        os.close(target)
