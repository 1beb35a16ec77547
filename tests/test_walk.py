"""Which files are judged: those named, those below directories, less what git would not see."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from bce_lint.finding import Trouble
from bce_lint.source.ignore import ignored, parse
from bce_lint.source.walk import walk


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(root: Path, *paths: str, **texts: str) -> None:
    for path in (*paths, *texts):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(texts.get(path, ""))


def git(root: Path, *args: str, given: str = "") -> str:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *args], cwd=root, input=given, capture_output=True, text=True, check=False, env=os.environ | settings)
    return done.stdout


def walked(*paths: str) -> list[str]:
    return [item if isinstance(item, str) else f"{item.path}: {item.message}" for item in walk(paths)]


def test_directories_are_walked_in_order_of_the_alphabet(here: Path) -> None:
    plant(here, "b.py", "a/z.py", "a/y/x.py", "a.py", "a/readme.md", "c/d.PY")
    assert walked(".") == ["a/y/x.py", "a/z.py", "a.py", "b.py"]


@pytest.mark.parametrize(
    ("given", "shown"), [("src", "src/a.py"), ("./src/", "src/a.py"), (".//src", "src/a.py"), ("src/../src", "src/../src/a.py")]
)
def test_paths_are_shown_as_they_were_given(here: Path, given: str, shown: str) -> None:
    plant(here, "src/a.py")
    assert walked(given) == [shown]


def test_an_absolute_path_stays_absolute(here: Path) -> None:
    plant(here, "src/a.py")
    assert walked(str(here / "src")) == [str(here / "src" / "a.py")]


def test_a_named_file_is_taken_whatever_it_is(here: Path) -> None:
    plant(here, "build/a.py", "script", ".hidden/b.py", **{".gitignore": "*\n"})
    assert walked("build/a.py", "./script", ".hidden/b.py", "build") == ["build/a.py", "script", ".hidden/b.py"]


def test_a_file_comes_once(here: Path) -> None:
    plant(here, "a/b.py", "c.py")
    assert walked("a/b.py", ".", "./a", str(here), "a/../c.py") == ["a/b.py", "c.py"]


def test_a_missing_path_is_told_and_the_others_are_walked(here: Path) -> None:
    plant(here, "a.py")
    assert list(walk(["gone", "a.py"])) == [Trouble("gone", None, "no such file or directory"), "a.py"]


def test_what_is_not_the_users_code_is_passed_over(here: Path) -> None:
    inside = ["build", "dist", "node_modules", "venv", ".venv", ".git", "site-packages", "__pycache__", "a/.tox", "a/build"]
    plant(here, "a/a.py", *(f"{directory}/x.py" for directory in inside))
    assert walked(".") == ["a/a.py"]


def test_loops_of_links_are_survived(here: Path) -> None:
    plant(here, "a/b.py", "target.py")
    (here / "a" / "up").symlink_to(here)
    (here / "a" / "self").symlink_to("self")
    (here / "a" / "gone.py").symlink_to("nowhere")
    (here / "a" / "link.py").symlink_to(here / "target.py")
    assert walked("a", "a/self") == ["a/b.py", "a/link.py", "a/self: no such file or directory"]


def test_a_directory_nested_very_deeply_is_walked(here: Path) -> None:
    deep = here
    for _ in range(300):
        deep /= "d"
        deep.mkdir()
    plant(deep, "x.py")
    assert walked(".") == ["d/" * 300 + "x.py"]


def test_pipes_below_a_directory_are_passed_over(here: Path) -> None:
    os.mkfifo(here / "pipe.py")
    assert walked(".") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every directory")
def test_a_directory_that_cannot_be_read_is_told(here: Path) -> None:
    plant(here, "a/x.py")
    (here / "a").chmod(0)
    assert walked(".") == ["a: cannot be read: permission denied"]
    (here / "a").chmod(0o700)


PATHS = (
    *("a.py", "b.py", "foo.py", "#x.py", "!x.py", "a b.py", "[x].py", "x-y.py", "a.pyc", "trailing .py", "*.py", "\\.py"),
    *("a/a.py", "a/b/a.py", "a/b/c/d.py", "foo/a.py", "foo/bar/a.py", "bar/foo/a.py", "x.d/a.py", "docs/a/foo.py", "doc/a.py"),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "-q")
    plant(root, *PATHS)
    return root


def matched(text: str, paths: Iterable[str]) -> set[str]:
    """Return what a .gitignore at the root ignores, by itself or with a directory above it."""
    ignores = (parse("/r", text),)
    found = set()
    for path in paths:
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        if any(ignored(ignores, f"/r/{it}", it.rpartition("/")[2], directory=it != path) for it in (*above, path)):
            found.add(path)
    return found


@pytest.mark.parametrize(
    "text",
    [
        *("a.py", "foo", "foo/", "*.py", "*.pyc\n*~", "/a.py", "/foo", "foo/bar", "foo/bar/", "a/*.py", "a/**", "a/**/d.py", "**/foo"),
        *("**/a/b", "**/", "a/**/", "*", "/*", "*/a.py", "?.py", "[ab].py", "[!a].py", "[^a].py", "[a-c].py", "[[:alpha:]].py", "[b-a].py"),
        *(
            "\\#x.py",
            "#x.py",
            "\\!x.py",
            "!x.py",
            "a b.py",
            "a.py ",
            "a.py\\ ",
            "trailing .py  ",
            "\\[x\\].py",
            "[[]x].py",
            "[",
            "[]x]*",
            "x[-]y.py",
        ),
        *(
            "*.py\n!a.py",
            "foo\n!foo/bar",
            "foo/*\n!foo/bar",
            "*\n!*/\n!a.py",
            "!a.py\na.py",
            "a.py\n!a.py\na.py",
            "/a/\n!/a/b",
            "*.d",
            "x.?",
        ),
        *(
            "",
            "\n\n#\n",
            "a//b",
            "**//",
            "/",
            "//",
            "!",
            "doc*",
            "docs/**/foo.py",
            "**foo.py",
            "a**/b",
            "\\*.py",
            "\\\\.py",
            "\\a.py",
            "*[",
            "a.py/",
        ),
    ],
)
def test_a_gitignore_is_read_as_git_reads_it(repository: Path, text: str) -> None:
    (repository / ".gitignore").write_text(text + "\n")
    said = git(repository, "check-ignore", "--no-index", "-z", "--stdin", given="\0".join(PATHS))
    assert matched(text, PATHS) == set(said.split("\0")) - {""}


def test_gitignores_of_every_directory_up_to_the_repository_hold(here: Path) -> None:
    git(here, "init", "-q")
    plant(here, "sub/deep/a.py", "sub/deep/b.py", "sub/deep/c.py", "sub/deep/d.py", "sub/deep/own/e.py", "sub/f.py")
    plant(here, **{".gitignore": "a.py\nb.py\n/sub/deep/own/\n", "sub/.gitignore": "!b.py\nc.py\n", "sub/deep/.gitignore": "d.py\n"})
    (here / ".git" / "info" / "exclude").write_text("f.py\n")
    assert walked(".") == walked("sub") == ["sub/deep/b.py"]
    assert walked("sub/deep/own", "sub/f.py") == ["sub/deep/own/e.py", "sub/f.py"]
    seen = git(here, "ls-files", "--others", "--exclude-standard", "*.py")
    assert seen.split() == ["sub/deep/b.py"]


def test_a_gitignore_outside_of_the_repository_does_not_hold(here: Path) -> None:
    plant(here, "repo/a.py", **{".gitignore": "*\n"})
    git(here / "repo", "init", "-q")
    assert walked("repo") == ["repo/a.py"]
