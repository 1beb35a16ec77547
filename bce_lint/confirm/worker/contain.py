"""What keeps a job from doing harm by accident: its own session, limits, closed doors. Names the layers that took effect.

This is accident protection, not a sandbox: the code runs with the user's rights and can read whatever the user can.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from . import kernel

MEMORY = 1536 * 2**20
FILE_SIZE = 2**20
OPEN_FILES = 256

DENIED = {
    "socket.__new__": "opens a socket",
    "socket.connect": "opens a network connection",
    "socket.bind": "opens a socket",
    "socket.sendto": "sends to the network",
    "socket.getaddrinfo": "asks the network for an address",
    "socket.gethostbyname": "asks the network for an address",
    "urllib.Request": "opens a network connection",
    "webbrowser.open": "opens a browser",
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.exec": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.spawn": "starts a process",
    "os.startfile": "starts a process",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.kill": "sends a signal to a process",
    "os.killpg": "sends a signal to a process",
    "signal.pthread_kill": "sends a signal to a process",
    "shutil.rmtree": "deletes files",
    "os.remove": "deletes files",
    "os.rmdir": "deletes files",
    "os.rename": "renames files",
    "os.mkdir": "makes a directory",
    "os.link": "links files",
    "os.symlink": "links files",
    "os.chmod": "changes file rights",
    "os.chown": "changes file rights",
    "os.truncate": "truncates a file",
    "ctypes.dlopen": "loads a library",
    "ctypes.string_at": "reads raw memory",
    "ctypes.wstring_at": "reads raw memory",
}
"""Audit events that are refused, and what the code then does, in words."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class DeniedError(PermissionError):
    """The job tried something that confirm does not allow."""


def deny() -> None:
    """Refuse, from now on and for good, what `DENIED` lists and every opening of a file for writing."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in DENIED:
            raise DeniedError(DENIED[event])
        if event == "open" and _writes(args):
            raise DeniedError(f"writes a file ({os.path.basename(str(args[0]))})")

    sys.addaudithook(hook)


def _writes(args: tuple[object, ...]) -> bool:
    path, _, flags = args
    return isinstance(flags, int) and bool(flags & WRITING) and str(path) != os.devnull and not isinstance(path, int)


def enter(folder: Path, seconds: float, close: tuple[int, ...]) -> tuple[str, ...]:
    """Shut the forked child in, closing its parent's descriptors, and return the names of the layers that hold."""
    os.setsid()
    os.chdir(folder)
    _close(close)
    layers = ["own session and time limit"]
    layers += [name for name, layer in _layers(folder, seconds).items() if _holds(layer)]
    deny()
    return (*layers, "audit hook")


def _layers(folder: Path, seconds: float) -> dict[str, Callable[[], object]]:
    return {
        "dies with its parent": kernel.die_with_parent,
        "resource limits": lambda: limit(seconds),
        "Landlock": lambda: kernel.landlock(read=["/"], write=[str(folder), os.devnull]),
        "no network": kernel.leave_network,
    }


def _holds(layer: Callable[[], object]) -> bool:
    """Try a layer that this kernel may not have."""
    try:
        layer()
    except (OSError, AttributeError, ImportError, ValueError):
        return False
    return True


def _close(numbers: tuple[int, ...]) -> None:
    for number in numbers:
        os.close(number)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


def limit(seconds: float) -> None:
    """Set resource limits; memory from what the process has now, since the framework alone maps a gigabyte."""
    import resource  # there is none on Windows

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        memory = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    ceiling = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling, ceiling + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
