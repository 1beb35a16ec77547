"""The hooks in a real repository: the real pre-commit refuses a commit with a finding, fixes it if asked to, and lets a clean one pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

pytest.importorskip("pre_commit", reason="pre-commit is not installed")

ROOT = Path(__file__).parents[1]
BAD = """\
import tensorflow as tf


def loss(labels, logits):
    p = tf.sigmoid(logits)
    return -tf.reduce_mean(labels * tf.math.log(p / (1 - p)))
"""
FIXABLE = """\
import tensorflow as tf


def loss(labels, logits):
    p = tf.sigmoid(logits)
    return -tf.reduce_mean(labels * tf.math.log(p)), p
"""
GOOD = """\
import tensorflow as tf


def loss(labels, logits):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
"""


class Repository:
    """A scratch repository with our hook, run by the bce-lint that is installed here: no network, no other environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.use("bce-lint")
        self.run("git", "init", "-q", "-b", "main")
        self.run(sys.executable, "-m", "pre_commit", "install")

    def use(self, name: str, more: str = "") -> None:
        """Make one of our hooks the repository's only one."""
        hooks = (ROOT / ".pre-commit-hooks.yaml").read_text().replace("language: python", "language: system")
        (hook,) = re.findall(rf"- id: {name}\n(?:  .*\n)+", hooks)
        self.write(".pre-commit-config.yaml", "repos:\n  - repo: local\n    hooks:\n" + indent(hook + more, " " * 6))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        home = str(self.folder / ".git")
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "t"), ("EMAIL", "t@t.invalid"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = {"HOME": home, "PRE_COMMIT_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "PATH": path, **who}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def commit(self, *names: str) -> subprocess.CompletedProcess[str]:
        self.run("git", "add", *names)
        return self.run("git", "commit", "-qm", "try")

    def commits(self) -> int:
        return len(self.run("git", "rev-list", "--all").stdout.split())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    return Repository(tmp_path)


def test_a_commit_with_a_finding_is_refused_and_shown(repository: Repository) -> None:
    repository.write("bad.py", BAD)
    refused = repository.commit("bad.py")
    assert refused.returncode == 1
    assert "bad.py:6:" in refused.stdout + refused.stderr
    assert "BCE101" in refused.stdout + refused.stderr
    assert repository.commits() == 0


def test_a_clean_commit_passes_and_so_does_one_without_python(repository: Repository) -> None:
    repository.write("good.py", GOOD)
    repository.write("notes.txt", "log(p / (1 - p))\n")
    assert repository.commit("good.py").returncode == 0
    assert repository.commit("notes.txt", ".pre-commit-config.yaml").returncode == 0
    assert repository.commits() == 2


def test_the_fixing_hook_writes_and_lets_the_second_try_pass(repository: Repository) -> None:
    repository.write("bad.py", FIXABLE)
    repository.use("bce-lint-fix")
    first = repository.commit("bad.py", ".pre-commit-config.yaml")
    assert first.returncode == 1
    assert "files were modified by this hook" in first.stdout + first.stderr
    assert (repository.folder / "bad.py").read_text() == FIXABLE.replace("tf.math.log(p)", "tf.math.log_sigmoid(logits)")
    assert repository.commit("bad.py").returncode == 0
    assert repository.commits() == 1


def test_the_hook_works_with_an_empty_list_of_files(repository: Repository) -> None:
    repository.use("bce-lint", "  always_run: true\n  files: ^$\n")
    repository.write("good.py", GOOD)
    assert repository.commit("good.py", ".pre-commit-config.yaml").returncode == 0
