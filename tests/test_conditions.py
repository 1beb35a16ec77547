"""What is certain where an op stands, by the tests on the way there."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from bce_lint.facts.expr import Exp, Truth
from bce_lint.facts.module import Module
from bce_lint.facts.project import Project
from bce_lint.source.read import Source
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import segments


def certain(body: str) -> list[tuple[str, bool]]:
    """Return the tests, by their relations, that are certain at `exp(x)`."""
    code = indent(dedent(body).strip(), "    ")
    source = Source("x.py", f"import math\n\n\ndef f(x, y):\n{code}\n".encode())
    module = Module("x.py", segments(source), read, Project())
    module.wanted = (Exp,)
    (trace,) = (trace for trace in module.analyse(len(module.segments) - 1) if trace.path == ("f",))
    (site,) = (site for site in trace.sites if isinstance(site.expr, Exp))
    return [(test.relation if isinstance(test, Truth) else "", holds) for test, holds in site.under]


@pytest.mark.parametrize(
    ("body", "tests"),
    [
        ("if x > 0:\n    return math.exp(x)", [(">", True)]),
        ("if x > 0:\n    return 1\nelse:\n    return math.exp(x)", [(">", False)]),
        ("if x > 0:\n    return 1\nreturn math.exp(x)", [(">", False)]),
        ("if x > 0:\n    y = 1\nelse:\n    raise ValueError\nreturn math.exp(x)", [(">", True)]),
        ("if x > 0:\n    y = 1\nreturn math.exp(x)", []),
        ("if x > 0 and y < 1:\n    return math.exp(x)", [(">", True), ("<", True)]),
        ("if x > 0 or y < 1:\n    return math.exp(x)", []),
        ("if x > 0 or y < 1:\n    return 1\nreturn math.exp(x)", [(">", False), ("<", False)]),
        ("if not x > 0:\n    return 1\nreturn math.exp(x)", [(">", True)]),
        ("if 0 < x < 1:\n    return math.exp(x)", [("<", True), ("<", True)]),
        ("assert x < 1\nreturn math.exp(x)", [("<", True)]),
        ("return math.exp(x) if x < 1 else 0", [("<", True)]),
        ("return 0 if x < 1 else math.exp(x)", [("<", False)]),
        ("if x > 0:\n    if x > 1:\n        return 1\n    return math.exp(x)", [(">", True), (">", False)]),
        ("if x > 0:\n    if x > 1:\n        return 1\nreturn math.exp(x)", []),
        ("for _ in y:\n    if x > 1:\n        continue\n    math.exp(x)", [(">", False)]),
        ("for _ in y:\n    if x > 1:\n        break\nreturn math.exp(x)", []),
        ("if y:\n    return math.exp(x)", [("", True)]),
    ],
)
def test_what_is_certain_at_an_op(body: str, tests: list[tuple[str, bool]]) -> None:
    assert certain(body) == tests
