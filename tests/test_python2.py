"""Old statements become ones of Python 3 of the same length, and code around them is judged at its place."""

from __future__ import annotations

import ast

import pytest

from bce_lint.syntax.python2 import modern


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('print "loss", x', '0,    "loss", x'),
        ("if x: print x; print 'y'", "if x: 0,    x; 0,    'y'"),
        ('print >>log, "%d" % 3; print x', '0,0   >>log, "%d" % 3; 0,    x'),
        ("try:\n    f()\nexcept ValueError, e:\n    pass", "try:\n    f()\nexcept ValueError   :\n    pass"),
        ("try:\n    f()\nexcept (A, B), e:\n    pass", "try:\n    f()\nexcept (A, B)   :\n    pass"),
        ('raise ValueError, "bad (%d" % x', "raise ValueError" + "#" * 15),
    ],
)
def test_old_statements_are_read(old: str, new: str) -> None:
    assert modern(old) == new
    ast.parse(new)
    with pytest.raises(SyntaxError):
        ast.parse(old)


@pytest.mark.parametrize(
    "code",
    [
        "print(x)",
        "print (x), y",
        "print",
        "print = log",
        "printed x",
        "x = '''\nprint a\n'''",
        "raise ValueError(a, b)",
        "except (A, B) as e:",
    ],
)
def test_all_else_stays_as_it_is(code: str) -> None:
    assert modern(code) == code
