"""What a fix leaves unread is taken out, where that is all that happens."""

from __future__ import annotations

from textwrap import dedent

import pytest

from bce_lint.facts.unused import unused
from bce_lint.fix import edited
from bce_lint.source.read import Source

HEAD = "import tensorflow as tf\n\n\ndef f(x, net):\n"


def without(before: str, after: str, path: str = "x.py") -> str:
    return edited(after, unused(Source(path, before.encode()), Source(path, after.encode())))


def inside(body: str) -> str:
    """Return what is left of a function's body once its last row no longer reads `p`."""
    text = HEAD + "".join(f"    {row}\n" for row in dedent(body).strip().splitlines())
    return without(text + "    return p\n", text + "    return x\n").removeprefix(HEAD).removesuffix("    return x\n")


GONE = {
    "one row": "p = tf.sigmoid(x)",
    "several rows": "p = tf.sigmoid(\n    x\n)",
    "arithmetic of an argument": "p = (1 - x) * 2",
    "an item and an attribute": "p = tf.exp(x[0]) + x.shape",
}


@pytest.mark.parametrize("body", GONE.values(), ids=GONE)
def test_a_variable_that_nothing_reads_any_more_is_taken_out(body: str) -> None:
    assert inside(body) == ""


KEPT = {
    "a comment on its row": "p = tf.sigmoid(x)  # squash",
    "a comment inside": "p = tf.sigmoid(  # squash\n    x)",
    "two on a row": "p = tf.sigmoid(x); q = 1",
    "a call of the user's own": "p = tf.sigmoid(net(x))",
    "random numbers": "p = tf.random.uniform(x)",
    "bound twice": "p = tf.sigmoid(x)\nif net:\n    p = 1 - x",
    "bound with another": "p, q = tf.sigmoid(x), x",
    "bound twice at once": "p = q = tf.sigmoid(x)",
    "annotated": "p: tf.Tensor = tf.sigmoid(x)",
    "read in a closure": "p = tf.sigmoid(x)\ndef g():\n    return p",
    "read in an f-string": "p = tf.sigmoid(x)\nprint(f'{p}')",
    "global": "global p\np = tf.sigmoid(x)",
    "reflection": "p = tf.sigmoid(x)\nprint(locals())",
    "all of a block": "if net:\n    p = tf.sigmoid(x)",
    "added to": "p = tf.sigmoid(x)\np += 1",
}


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_a_variable_stays_where_taking_it_out_might_do_more(body: str) -> None:
    assert inside(body) == "".join(f"    {row}\n" for row in body.splitlines())


def test_what_was_unread_before_is_no_business_of_ours() -> None:
    text = HEAD + "    p = tf.sigmoid(x)\n    return {}\n"
    assert without(text.format("x"), text.format("2 * x")) == text.format("2 * x")


def test_what_only_an_unread_variable_read_goes_in_the_next_round() -> None:
    text = HEAD + "    d = 2 * x\n    p = tf.sigmoid(d)\n"
    before, after = text + "    return tf.abs(p)\n", text + "    return tf.abs(x)\n"
    assert without(before, without(before, after)) == HEAD + "    return tf.abs(x)\n"


@pytest.mark.parametrize(
    ("imports", "left"),
    [
        ("import math\n", ""),
        ("import numpy as math\n", ""),
        ("from os import math\n", ""),
        ("from os import math, path\n", "from os import path\n"),
        ("from os import path, math, sep\n", "from os import path, sep\n"),
        ("import math  # for later\n", "import math  # for later\n"),
        ("import os, math\n", "import os, math\n"),
        ("import math.special\n", ""),
        ("from os import (math, path)\n", "from os import (math, path)\n"),
        ("try:\n    import math\nexcept ImportError:\n    pass\n", "try:\n    import math\nexcept ImportError:\n    pass\n"),
        ('import math\n__all__ = ["math"]\n', 'import math\n__all__ = ["math"]\n'),
    ],
)
def test_an_import_that_nothing_names_any_more_is_taken_out(imports: str, left: str) -> None:
    assert without(f"{imports}x = math.log(2)\n", f"{imports}x = 2\n") == f"{left}x = 2\n"


@pytest.mark.parametrize("path", ["pkg/__init__.py", "x.ipynb"])
def test_imports_stay_where_others_may_use_them(path: str) -> None:
    assert without("import math\nx = math.log(2)\n", "import math\nx = 2\n", path) == "import math\nx = 2\n"


def test_an_import_named_like_an_attribute_was_never_used() -> None:
    assert without("import math\nx = tf.math.log(2)\n", "import math\nx = 2\n") == "import math\nx = 2\n"
