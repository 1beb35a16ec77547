"""The worker: code that misbehaves costs its own finding a verdict, within its limit, and no other's."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint.confirm import frameworks
from bce_lint.confirm import pool as workers
from bce_lint.confirm.case import Options
from bce_lint.confirm.pool import Pool
from bce_lint.confirm.slice import program
from bce_lint.confirm.worker import contain, probes
from bce_lint.confirm.worker.job import Break, Job, Outcome, Program, decode, encode
from bce_lint.confirm.worker.probes import FORMATS
from bce_lint.confirm.worker.search import Plan, Sample, search
from bce_lint.finding import Verdict
from tests.cases import case, confirmed, reason, verdict

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="jobs are forked and contained on Linux only")

GOOD = """
import numpy as np
def loss(labels, output):
    return -np.mean(labels * np.log(output))
"""

LIMIT = 2.0


def hostile(statement: str) -> str:
    imports = "import ctypes, os, signal, socket, subprocess, sys, time\nimport numpy as np\n"
    return f"{imports}def loss(labels, output):\n    {statement}\n    return np.log(output)\n"


def judged(pool: Pool, statement: str, *, fork: bool = True) -> Verdict:
    """Return the verdict, after checking that it came in time and that the next finding has its own."""
    started = time.monotonic()
    options = Options(seconds=LIMIT, fork=fork)
    given = verdict(pool, case(hostile(statement), "np.log(output)", framework="numpy"), options)
    assert time.monotonic() - started < LIMIT + 10
    assert not fork or left_running(pool) == []
    confirmed(verdict(pool, case(GOOD, "np.log(output)", framework="numpy"), options))
    return given


def left_running(pool: Pool) -> list[str]:
    """Return what the worker has started and not ended."""
    return [stat.parent.name for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == str(pool.workers["numpy"].process.pid)]


HOSTILE = {
    "sys.exit(0)": "it exits the process",
    "exit()": "it exits the process",
    "raise KeyboardInterrupt": "it raises KeyboardInterrupt",
    "os._exit(3)": "it ended its process with status 3 before it reported anything",
    "time.sleep(60)": "it ran longer than 2 s",
    "np.zeros(10 << 27)": "it needs more memory than confirm allows",
    "loss(labels, output)": "it calls itself without end",
    "open('left-behind.txt', 'w')": "it writes a file (left-behind.txt), which confirm does not allow",
    "np.save('left-behind.npy', output)": "it writes a file (left-behind.npy), which confirm does not allow",
    "os.remove('/tmp/nothing-like-this')": "it deletes files, which confirm does not allow",
    "socket.create_connection(('127.0.0.1', 9))": "it asks the network for an address, which confirm does not allow",
    "socket.socket()": "it opens a socket, which confirm does not allow",
    "subprocess.run(['id'])": "it starts a process, which confirm does not allow",
    "os.system('id')": "it starts a process, which confirm does not allow",
    "os.fork()": "it starts a process, which confirm does not allow",
    "os.kill(os.getppid(), signal.SIGKILL)": "it sends a signal to a process, which confirm does not allow",
    "ctypes.string_at(0)": "it reads raw memory, which confirm does not allow",
    "ctypes.memset(0, 0, 8)": "it crashed its process (SIGSEGV)",
    "os.closerange(0, 200)": "it closed the descriptor through which its result was to be reported",
}


TOO_LONG = ("it ran longer than 2 s", "it used more than 2 s of processor time")


def note(given: Verdict) -> str:
    """Return what a verdict says of a function that cannot be run, whose flagged expression was judged by itself."""
    return next(text for text in confirmed(given).evidence.assumed if text.startswith("only the flagged expression was run: "))


@LINUX
@pytest.mark.parametrize("statement", HOSTILE)
def test_what_misbehaves_is_undecided_with_its_reason_and_harms_no_other(pool: Pool, statement: str) -> None:
    assert reason(judged(pool, statement)) == HOSTILE[statement]


@LINUX
def test_a_loop_without_end_is_stopped(pool: Pool) -> None:
    assert reason(judged(pool, "while True: pass")) in TOO_LONG


@LINUX
def test_a_fork_bomb_makes_no_process(pool: Pool) -> None:
    statement = "while True:\n        try: os.fork()\n        except OSError: pass"
    assert reason(judged(pool, statement)) in TOO_LONG


@LINUX
def test_growing_without_end_is_stopped(pool: Pool) -> None:
    stopped = reason(judged(pool, "k = []\n    while True: k.append(bytearray(1 << 27))"))
    assert stopped in ("it needs more memory than confirm allows", "it ran longer than 2 s")


@LINUX
def test_files_cannot_be_written_by_native_code_either(tmp_path: Path, pool: Pool) -> None:
    """`os.open` with flags that Python's hook lets pass is closed by Landlock, where the kernel has it."""
    given = verdict(pool, case(GOOD, "np.log(output)", framework="numpy"))
    if "Landlock" not in confirmed(given).evidence.containment:
        pytest.skip("this kernel has no Landlock")
    target = tmp_path / "made-by-mkfifo"
    assert "PermissionError" in note(judged(pool, f"os.mkfifo({str(target)!r})"))
    assert not target.exists()


@LINUX
def test_printing_is_harmless_however_much(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    source = GOOD.replace("    return", "    for i in range(200): print('x' * 100)\n    return")
    confirmed(verdict(pool, case(source, "np.log(output)", framework="numpy")))
    assert capfd.readouterr().out == ""


@LINUX
def test_reading_input_finds_none(pool: Pool) -> None:
    assert "EOFError" in note(judged(pool, "input()"))


@LINUX
def test_threads_left_behind_do_not_outlive_the_job(pool: Pool) -> None:
    source = "import threading, time\n" + GOOD.replace(
        "    return", "    threading.Thread(target=time.sleep, args=(60,)).start()\n    return"
    )
    started = time.monotonic()
    confirmed(verdict(pool, case(source, "np.log(output)", framework="numpy")))
    assert time.monotonic() - started < 10


@LINUX
def test_nothing_is_left_running_and_no_folder_left_behind(pool: Pool) -> None:
    judged(pool, "time.sleep(60)")
    parent = str(pool.workers["numpy"].process.pid)
    assert left_running(pool) == []
    assert not [*Path(tempfile.gettempdir()).glob(f"bce-lint-{parent}-*")]


def _parent(stat: Path) -> str:
    try:
        return stat.read_text().rpartition(")")[2].split()[1]
    except OSError:
        return ""


@pytest.fixture(scope="module")
def inline() -> Iterator[Pool]:
    with Pool(fork=False) as made:
        yield made


@pytest.mark.parametrize(
    "statement",
    ["sys.exit(0)", "os._exit(3)", "open('left-behind.txt', 'w')", "socket.create_connection(('127.0.0.1', 9))", "loss(labels, output)"],
)
def test_where_nothing_can_be_forked_the_worker_is_restarted(inline: Pool, statement: str) -> None:
    assert reason(judged(inline, statement, fork=False)) == HOSTILE[statement]


def test_where_nothing_can_be_forked_the_limit_holds_too(inline: Pool) -> None:
    assert reason(judged(inline, "time.sleep(60)", fork=False)) == "it ran longer than 2 s"


def test_the_worker_imports_nothing_of_the_linter() -> None:
    probe = (
        "import importlib.util, sys, json; sys.argv = [sys.argv[1]]; import runpy; m = runpy.run_path(sys.argv[0], run_name='probe');"
        "from pathlib import Path; m['_load'](Path(sys.argv[0]).parent); import importlib; importlib.import_module('bce_worker.server');"
        "print(json.dumps(sorted(name for name in sys.modules if name.split('.')[0] in ('bce_lint', 'libcst', 'numpy', 'tensorflow'))))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", probe, str(workers.ENTRY)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_missing_framework_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frameworks, "find_spec", lambda package: None if package == "torch" else package)
    assert frameworks.missing("torch") == "torch is not installed: pip install 'bce-lint[torch]'"
    assert frameworks.missing("keras-torch") == "torch is not installed: pip install 'bce-lint[torch]'"
    assert frameworks.missing("numpy") == ""


def test_a_worker_without_its_framework_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    with Pool() as made:
        made.start("numpy")
        monkeypatch.undo()
        made_job = Job(sliced(), "float32", 3.0, curve=False)
        answer = made.run("numpy", made_job)
    assert not isinstance(answer, Outcome)
    assert answer.reason == "numpy cannot be imported: No module named 'numpy'"


def sliced() -> Program:
    made = program(case(GOOD, "np.log(output)", framework="numpy"))
    assert isinstance(made, Program)
    return made


def test_jobs_survive_their_trip_through_json() -> None:
    job = Job(sliced(), "float32", 3.0, curve=True)
    assert decode(Job, json.loads(json.dumps(encode(job)))) == job


def test_numbers_that_are_not_finite_survive_it_too() -> None:
    found = decode(Break, json.loads(json.dumps(encode(Break("value", math.inf, None, 0, "nan")))))
    assert found == Break("value", math.inf, None, 0, "nan")


# --- the search


def plan(grid: tuple[float, ...] = (0.0, 1.0, 10.0, 20.0, 100.0)) -> Plan:
    return Plan(probes.patterns((4, 1), classes=False, labelled=True), grid, lambda value: value, time.monotonic() + 60)


def test_the_smallest_break_is_bisected_for_value_and_gradient_apart() -> None:
    found = search(lambda _, a: Sample("nan" if a >= 16.6355 else "", "inf" if a >= 5.61 else ""), plan())
    assert {(b.what, b.result, round(b.logit, 3)) for b in found.breaks} == {("value", "nan", 16.636), ("gradient", "inf", 5.61)}
    assert all(b.last_good is not None and b.last_good < b.logit <= b.last_good * (1 + 1e-5) for b in found.breaks)


def test_agreeing_and_contradicting_labels_are_searched_apart() -> None:
    patterns = plan().patterns
    limits = {"agreeing": 87.3, "contradicting": 16.6, "": 50.0}
    found = search(lambda number, a: Sample("nan" if a >= limits[patterns[number].agreement] else "", ""), plan())
    assert {patterns[b.pattern].agreement: round(b.logit, 3) for b in found.breaks} == limits


def test_a_window_of_breaks_is_found_where_the_grid_looks() -> None:
    found = search(lambda _, a: Sample("nan" if 9.0 <= a <= 11.0 else "", ""), plan())
    assert {round(b.logit, 3) for b in found.breaks} == {9.0}


def test_a_break_that_wavers_is_followed_down() -> None:
    found = search(lambda _, a: Sample("nan" if 16.6 <= a <= 16.7 or a >= 16.9 else "", ""), plan((0.0, 10.0, 20.0)))
    assert {round(b.logit, 2) for b in found.breaks} == {16.6}


def test_a_break_at_zero_needs_no_bisection() -> None:
    (first, *_) = search(lambda _, a: Sample("nan", "nan"), plan()).breaks  # noqa: ARG005
    assert (first.logit, first.last_good) == (0.0, None)


def test_patterns_that_raise_or_come_too_late_are_counted_as_skipped() -> None:
    raising = search(lambda number, a: None if number == 2 and a > 5 else Sample("", ""), plan())
    assert (raising.skipped, raising.breaks) == (1, ())
    late = Plan(plan().patterns, (1.0,), float, time.monotonic() - 1)
    assert search(lambda *_: Sample("", ""), late).skipped == len(late.patterns)


@pytest.mark.parametrize("dtype", FORMATS)
def test_the_grid_has_a_point_just_above_each_critical_magnitude(dtype: str) -> None:
    bits, exponent = FORMATS[dtype]
    grid = probes.grid(dtype)
    assert list(grid) == sorted(grid)
    assert grid[0] == 0
    assert grid[-1] == probes.LARGEST
    for critical in (bits * math.log(2), (exponent + 1) * math.log(2)):
        assert any(critical < point < critical * 1.001 for point in grid)


@pytest.mark.parametrize("classes", [False, True])
def test_patterns_fit_every_shape(classes: bool) -> None:  # noqa: FBT001
    for shape in probes.shapes(classes=classes):
        for labelled in (False, True):
            made = probes.patterns(shape, classes=classes, labelled=labelled)
            assert {len(p.y) for p in made} | {len(p.direction) for p in made} == {math.prod(shape)}
            assert len({p.describe() for p in made}) == len(made)


@pytest.mark.parametrize("first", [16.6355, 7.625, 88.72, 0.2, 1234.5])
def test_the_table_has_both_sides_of_the_break(first: float) -> None:
    rows = probes.around((first,))
    assert 8 <= len(rows) <= 9
    assert any(first * 0.999 < row <= first for row in rows)
    assert any(first <= row < first * 1.001 for row in rows)


def test_the_deny_list_names_real_audit_events() -> None:
    assert all("." in event for event in contain.DENIED)
    assert os.O_CREAT & contain.WRITING
