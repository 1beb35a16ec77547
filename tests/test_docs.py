"""README cannot go stale: its table and its output are what the program says now. `python -m tests.test_docs` writes them anew."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bce_lint import explain, registry
from bce_lint.rule import Rule

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- end -->)", re.DOTALL)
OUTPUT = re.compile(r"(?<=<!-- bce-lint )(.*?)( -->\n```text\n)(.*?)(?=```\n)", re.DOTALL)
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q "


def ran(arguments: str) -> str:
    """Return what bce-lint prints in the repository's root, up to the first table of numbers."""
    command = [sys.executable, "-m", "bce_lint", "--isolated", *arguments.split()]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return f"$ bce-lint {arguments}\n{shown.partition('   the weight of')[0].rstrip()}\n"


def without_numbers(text: str) -> list[str]:
    """Return the words and layout of an output, since the last digits and versions depend on machine and framework."""
    return [re.sub(r"[-\d.e]*\d[-\d.e]*|nan", "#", line).replace(" ", "") for line in text.splitlines() if "---" not in line]


def test_the_table_of_rules_is_current() -> None:
    found = TABLE.search(README.read_text())
    assert found
    assert found[0] == explain.table()


@pytest.mark.framework
def test_the_output_shown_is_what_the_command_prints() -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    found = OUTPUT.search(README.read_text())
    assert found
    assert without_numbers(found[3]) == without_numbers(ran(found[1]))


def test_two_commands_set_everything_up() -> None:
    commands = [line for line in README.read_text().splitlines() if line.startswith(SET_UP)]
    assert len(commands) == 2
    demo, tests = commands
    assert "bce-lint --confirm" in demo
    assert (ROOT / demo.split()[-1]).is_dir()
    assert tests.endswith("'.[dev]' && .venv/bin/python -m pytest")


def test_every_file_that_readme_names_exists() -> None:
    names = re.findall(r"\]\(((?!https?:)[^)]+)\)", README.read_text())
    assert names
    assert all((ROOT / name).is_file() for name in names)


@pytest.mark.parametrize("rule", registry.registered(), ids=lambda rule: rule.name)
def test_every_rule_has_a_page_with_the_real_output_of_its_examples(rule: Rule) -> None:
    page = explain.page(rule.code)
    assert page == explain.page(rule.name)
    assert page.startswith(f"# {rule.name} ({rule.code})\n\n{rule.summary}\n\n{rule.rationale}\n")
    for bad in rule.bad:
        assert f"```python\n{bad.source}```" in page
    assert page.count("```text\nexample.py:") == len(rule.bad)
    assert page.count("```diff") == len([bad for bad in rule.bad if bad.fixed])
    assert page.count("## Good") == len(rule.good)


def test_the_listing_has_a_line_a_rule() -> None:
    lines = explain.listing().splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.code, rule.name] for rule in registry.registered()]


def test_the_changelog_names_every_rule() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert not [rule.name for rule in registry.registered() if f"`{rule.name}`" not in changelog]


def _draw() -> None:
    """Draw README's pictures anew."""
    with TemporaryDirectory() as folder:
        ran(f"--confirm --plot {folder} fixtures/demo/custom_loss.py")
        for file in Path(folder).iterdir():
            file.replace(ROOT / "fixtures" / "demo" / f"custom_loss{file.stem.partition('-BCE101')[2]}.png")


if __name__ == "__main__":
    text = TABLE.sub(lambda _: explain.table(), README.read_text())
    README.write_text(OUTPUT.sub(lambda found: f"{found[1]}{found[2]}{ran(found[1])}", text))
    _draw()
