"""How long one call of the user's code may take: a loop that ends for ordinary numbers need not end for extreme ones."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS, AT_FIRST = 2.0, 12.0
"""Of processor time, which does not depend on what else the machine does; the first call may import things."""
TOO_LONG = f"for some inputs a call of it takes more than {SECONDS:g} s of processor time"


class EndlessError(BaseException):
    """A call does not return. No Exception: the user's code would catch that."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise EndlessError within the `with` once it took so long; only between two steps of Python's, and not on Windows."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
