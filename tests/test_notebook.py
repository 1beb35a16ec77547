"""What only IPython understands becomes neutral, at equal length, and nothing else changes."""

from __future__ import annotations

import ast

import pytest

from bce_lint.source.notebook import python


@pytest.mark.parametrize(
    ("cell", "neutral"),
    [
        ("%matplotlib inline\ny = 1", "0#################\ny = 1"),
        ("% matplotlib inline\n", "0##################\n"),
        ("for i in x:\n    %time f(x)\n    !ls {i}\n", "for i in x:\n    0#########\n    0######\n"),
        ("files = !ls\nbest, rest = %timeit f(x)", "files = 0##\nbest, rest = 0###########"),
        ("np.log?\nx??", "0######\n0##"),
        ("!echo \"it's (\ny = (1\n% 2)", "0############\ny = (1\n% 2)"),
        ("!pip install \\\n  torch\nx = 1", "0#############\n#######\nx = 1"),
        ("%%bash\nls", "######\n##"),
    ],
)
def test_what_only_ipython_understands_becomes_neutral(cell: str, neutral: str) -> None:
    assert python(cell) == neutral
    ast.parse(neutral)


@pytest.mark.parametrize(
    "cell",
    [
        "print('%d of %d'\n      % (x, y))",
        "z = [\n    a\n    % b,\n]",
        "text = '''\n%matplotlib inline\n!ls\n'''",
        "if x != y and a % b:\n    pass",
        "text = 'a?'  # (why?",
    ],
)
def test_python_stays_as_it_is(cell: str) -> None:
    assert python(cell) == cell
