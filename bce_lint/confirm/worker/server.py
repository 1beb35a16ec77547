"""The worker's main loop: import the framework once, then for each job fork a child that runs it, contained, and pass on what it says.

One line of JSON a message. Requests come by standard input. Answers go to what was standard output when the process started; the
descriptors 0, 1 and 2 of everything that user code can see are the null device. Where there is no safe fork (macOS, Windows) the job
runs in this process, and the linter ends and restarts it when a job dies or takes too long.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from . import backend, contain
from .backend import Backend
from .job import Failure, Job, Outcome, decode, encode
from .perform import perform

FORKS = sys.platform.startswith("linux")
LARGEST_REPORT = 32 * 2**20
LOST = 71
"""The exit status of a child that could not report."""

ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}

FOLDERS = ("TMPDIR", "TORCHINDUCTOR_CACHE_DIR")
"""Where a framework makes a folder when a part of it is imported: a job has one of its own, and may make none."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where requests come from and answers go."""

    requests: IO[str]
    answers: int

    def say(self, kind: str, value: object) -> None:
        """Send one answer."""
        data = memoryview(json.dumps({"kind": kind, "value": encode(value)}).encode() + b"\n")
        while data:
            data = data[os.write(self.answers, data) :]


def main() -> None:
    """Serve until the requests end. The first one says where packages are and which framework to load."""
    channel = _channel()
    first = json.loads(channel.requests.readline())
    sys.path[:] = first["path"]
    os.environ.update(ENVIRONMENT | {"KERAS_BACKEND": first["framework"].removeprefix("keras-")})
    try:
        framework = backend.load(first["framework"])
    except ImportError as error:
        channel.say("unavailable", str(error))
        return
    gc.freeze()  # else every child's collector would look through, and copy, all of the framework
    channel.say("ready", framework.label)
    serve(channel, framework, forks=FORKS and first["fork"])


def _channel() -> Channel:
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    os.close(null)
    return Channel(os.fdopen(requests, encoding="utf-8"), answers)


def serve(channel: Channel, framework: Backend, *, forks: bool) -> None:
    """Answer every request with an outcome or a failure."""
    if not forks:
        contain.deny()
    for line in channel.requests:
        job = decode(Job, json.loads(line))
        if forks:
            answer: object = _forked(job, framework, channel)
        else:
            answer = _tagged(_with_layers(perform(job, framework), ("own process and time limit", "audit hook")))
        channel.say("answer", answer)


def _tagged(result: Outcome | Failure) -> dict[str, object]:
    return {type(result).__name__: encode(result)}


def _with_layers(result: Outcome | Failure, layers: tuple[str, ...]) -> Outcome | Failure:
    return replace(result, layers=layers) if isinstance(result, Outcome) else result


def _forked(job: Job, framework: Backend, channel: Channel) -> object:
    folder = Path(tempfile.mkdtemp(prefix=f"bce-lint-{os.getpid()}-"))
    report, child_end = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(job, framework, child_end, (folder, (report, channel.answers, channel.requests.fileno())))
    os.close(child_end)
    deadline = time.monotonic() + job.seconds
    said, late = _listen(report, deadline)
    os.close(report)
    status = _end(child, deadline if not said else 0.0)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return json.loads(said)
    except ValueError:
        return _tagged(Failure(_why_silent(status, job, late=late)))


def _be_child(job: Job, framework: Backend, report: int, surroundings: tuple[Path, tuple[int, ...]]) -> None:
    """Run the job and report; never returns."""
    status = LOST
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        folder, close = surroundings
        os.environ.update(dict.fromkeys(FOLDERS, str(folder)))
        layers = contain.enter(folder, job.seconds, close)
        result = _with_layers(perform(job, framework), layers)
        data = memoryview(json.dumps(_tagged(result)).encode())
        while data:
            data = data[os.write(report, data) :]
        status = 0
    finally:
        os._exit(status)


def _listen(report: int, deadline: float) -> tuple[bytes, bool]:
    """Read until the child closes its end; say whether it was too late."""
    said = b""
    while len(said) < LARGEST_REPORT:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([report], [], [], left)[0]:
            return said, True
        chunk = os.read(report, 65536)
        if not chunk:
            break
        said += chunk
    return said, False


def _end(child: int, deadline: float) -> int:
    """End the child's whole session, at the latest at the deadline, and return its exit status."""
    while time.monotonic() < deadline and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.02)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _why_silent(status: int, job: Job, *, late: bool) -> str:
    if late:
        return f"it ran longer than {job.seconds:g} s"
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == LOST:
        return "it closed the descriptor through which its result was to be reported"
    if not os.WIFSIGNALED(status):
        return f"it ended its process with status {os.waitstatus_to_exitcode(status)} before it reported anything"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return f"it used more than {job.seconds:g} s of processor time"
    return f"it crashed its process ({signal.Signals(number).name})"
