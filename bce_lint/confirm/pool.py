"""One worker process a framework: started when the first job needs it, given jobs one after another, restarted when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from bce_lint.confirm.frameworks import missing
from bce_lint.confirm.worker.job import Failure, Job, Outcome, decode, encode

ENTRY = Path(__file__).parent / "worker" / "__main__.py"

START_SECONDS = 180.0
GRACE_SECONDS = 15.0
"""How much longer than a job may take its worker has for ending it and saying so."""


@dataclass(slots=True)
class Pool:
    """Workers by framework; a context manager, since they must be ended. `fork` is false to run jobs in the worker itself."""

    fork: bool = True
    workers: dict[str, Worker] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers.values():
            worker.stop()
        self.workers.clear()

    def start(self, framework: str) -> Worker:
        """Return the framework's worker; its import runs while the caller does something else."""
        if framework not in self.workers:
            self.workers[framework] = Worker(framework, fork=self.fork)
        return self.workers[framework]

    def loading(self, framework: str) -> str:
        """Return what to tell someone who waits for an import, "" if nobody does."""
        started = self.workers.get(framework)
        return f"importing {framework.replace('-', ' on ')}" if started is not None and not started.loaded else ""

    def run(self, framework: str, job: Job) -> Outcome | Failure:
        """Run a job and wait for what it gives."""
        answer = self.start(framework).ask(job)
        if not self.workers[framework].alive:
            self.workers.pop(framework).stop()
        return answer


class Worker:
    """A child process, seen from the linter."""

    def __init__(self, framework: str, *, fork: bool) -> None:
        self.framework = framework
        self.alive = True
        self.late = False
        self.grace = GRACE_SECONDS if fork else 0.0
        said, answers = os.pipe()
        self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and file)
            [sys.executable, "-I", str(ENTRY)],
            stdin=subprocess.PIPE,
            stdout=answers,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        os.close(answers)
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_collect, args=(os.fdopen(said, encoding="utf-8"), self.answers), daemon=True).start()
        here = {"", os.getcwd()}
        self._send({"path": [entry for entry in sys.path if entry not in here], "framework": framework, "fork": fork})
        self.loaded = False

    def load(self) -> Failure | None:
        """Wait until the framework is imported; return why it is not."""
        if self.loaded:
            return None
        match self._receive(START_SECONDS):
            case {"kind": "ready"}:
                self.loaded = True
                return None
            case {"kind": "unavailable", "value": said}:
                reason = missing(self.framework) or f"{self.framework} cannot be imported: {said}"
            case _:
                reason = f"the worker did not get through `import {self.framework}`"
        self.alive = False
        return Failure(reason)

    def ask(self, job: Job) -> Outcome | Failure:
        """Run a job; a worker that does not answer is ended."""
        missing = self.load()
        if missing:
            return missing
        self._send(encode(job))
        match self._receive(job.seconds + self.grace):
            case {"kind": "answer", "value": {"Outcome": outcome}}:
                return decode(Outcome, outcome)
            case {"kind": "answer", "value": {"Failure": failure}}:
                return decode(Failure, failure)
        self.alive = False
        if self.late:
            return Failure(f"it ran longer than {job.seconds:g} s")
        return Failure(self._why_silent())

    def _why_silent(self) -> str:
        try:
            return f"it ended its process with status {self.process.wait(timeout=1)} before it reported anything"
        except subprocess.TimeoutExpired:
            return "it closed the descriptor through which its result was to be reported"

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()

    def _send(self, message: object) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.alive = False

    def _receive(self, seconds: float) -> Any:  # noqa: ANN401  (JSON, matched by the caller)
        try:
            line = self.answers.get(timeout=seconds)
        except queue.Empty:
            self.late = True
            return None
        return json.loads(line) if line else None


def _collect(stream: IO[str], answers: queue.Queue[str]) -> None:
    """Pass on each line, and last an empty one."""
    with stream:
        for line in stream:
            answers.put(line)
    answers.put("")
