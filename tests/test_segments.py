"""A file is cut where its outermost statements begin, whatever stands in strings, brackets and comments, and without parsing it."""

from __future__ import annotations

import ast
import symtable
from pathlib import Path

import pytest

from bce_lint.source.read import Source, decode
from bce_lint.syntax import scan
from bce_lint.syntax.segments import Segment, holding, segments

STDLIB = Path(ast.__file__).parent
REAL = sorted(
    path for path in (*STDLIB.glob("*.py"), *STDLIB.glob("email/*.py"), *STDLIB.glob("unittest/*.py")) if path.stat().st_size < 60_000
)


def cut(text: str) -> tuple[Segment, ...]:
    source = Source("x.py", text.encode())
    parts = segments(source)
    assert "".join(part.text for part in parts) == text
    assert [part.index for part in parts] == list(range(len(parts)))
    assert all(part.row == source.position(part.start)[0] for part in parts)
    return parts


def kinds(text: str) -> list[str]:
    return [f"{part.kind} {part.name}".strip() for part in cut(text)]


def bound(text: str) -> set[str]:
    return {name for part in cut(text) for name in part.binds}


def test_functions_classes_imports_and_other_statements_are_told_apart() -> None:
    text = "import a\nfrom b import c\nx = 1\ny = 2\n\ndef f():\n    pass\n\nclass C(D):\n    pass\n\nasync  def  g(): pass\nz = 3\n"
    assert kinds(text) == ["import", "code", "def f", "class C", "def g", "code"]
    assert [part.row for part in cut(text)] == [1, 3, 6, 9, 12, 13]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n# nothing\n", ["code"]),
        ("# a\n\nx = 1\n", ["code"]),
        ("def f():\n    x\n# left\n    y\n\n# right\ndef g(): z", ["def f", "def g"]),
        ("@a\n# why\n@b(\n1,\n)\n\ndef f(): pass\n", ["def f"]),
        ("@a\nclass C: pass\nx = 1\n", ["class C", "code"]),
        ("x = 1\nif a:\n  b\nelif c:\n  d\n# e\nelse:\n  f\ny = 2\n", ["code", "code", "code"]),
        ("if a: b\nelse: c\n", ["code"]),
        ("try:\n a\nexcept B:\n c\nexcept: d\nelse:\n e\nfinally:\n f\n", ["code"]),
        ("for x in y:\n z\nelse:\n z\nwhile a: b\nwith c: d\n", ["code", "code", "code"]),
        ("x = [\n1,\n2\n]\ny = 2\n", ["code"]),
        ("x = f(\na,\n# )\n')',\nb)\ndef g(): pass\n", ["code", "def g"]),
        ("def f(\na,\nb\n): pass\nx = 1\n", ["def f", "code"]),
        ("def f():\n g(\na,\nb)\n\ndef h(): pass\n", ["def f", "def h"]),
        ('x = """\ndef f(): pass\n"""\ndef g(): pass\n', ["code", "def g"]),
        ("x = '''\n\"\"\"\n'''\ndef g(): pass\n", ["code", "def g"]),
        ("def f():\n  '''\n'''; x = \"\"\"\ndef g(): pass\n\"\"\"\n", ["def f"]),
        ('x = 1  # """\ndef g(): pass\ny = 1  # """\n', ["code", "def g", "code"]),
        ('x = \'#\'; y = """\ndef g(): pass\n"""\n', ["code"]),
        ('x = \'"""\'\ndef g(): pass\nx = \'"""\'\n', ["code", "def g", "code"]),
        ('x = """\\"""\ndef g(): pass\n"""\n', ["code"]),
        ('x = r"""\\\\"""\ndef g(): pass\n', ["code", "def g"]),
        ('x = """a"" """\ndef g(): pass\n', ["code", "def g"]),
        ('x = ""; y = """\ndef g(): pass\n"""\n', ["code"]),
        ("x = 1 + \\\n2\ndef f(): pass\n", ["code", "def f"]),
        ("x = 'a\\\ndef f(): pass'\ny = 1\n", ["code"]),
        ("x = 1  # \\\ndef f(): pass\n", ["code", "def f"]),
        ("def f():\n x\n\x0cdef g():\n y\n", ["def f", "def g"]),
        ("\x0cdef g():\n y\n", ["def g"]),
        ("def f():\r\n  x\r\ny = (\r\n1)\r\n", ["def f", "code"]),
        ("def f():\r  x\ry = 1\r", ["def f", "code"]),
        ("def f():\n\tx\ndef g():\n        y\n", ["def f", "def g"]),
        ("if x:\n def f(): pass\nelse:\n def f(): pass\n", ["code"]),
        ("x = ':('\ndef f(): pass\ny = 1\n", ["code", "def f", "code"]),
        ("def f():  # :(\n x\ny = 1\ndef g(): z\n", ["def f", "code", "def g"]),
        ("import a; x = 1\nfrom b import (\nc,\nd\n)\nx\n", ["import", "code"]),
        ("x = 1;\nclassify = 2\ndefine = 3\nimportant = 4\nfrom_ = 5\niffy = 6\n", ["code"]),
        ("x = 1", ["code"]),
        ("@a\n", ["code"]),
        ("def f(): pass\nelse: pass\n", ["def f"]),
        ("  x = 1\ny = 2\n", ["code"]),
        (")\nx = 1\ndef f(): pass\n", ["code", "def f"]),
        ('x = """\ndef f(): pass\n', ["code"]),
        ("def (:\n x\ndef g(): pass\n", ["code", "def g"]),
        ("match x:\n    case 1:\n        pass\nmatch = 1\n", ["code"]),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_a_large_table_does_not_drag_its_neighbours_along() -> None:
    table = "x = [" + "1, " * 10_000 + "]\n"
    assert [len(part.text) for part in cut("a = 1\n" + table + "b = 2\n")] == [6, len(table), 6]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1", "a"),
        ("a = b = c", "a b"),
        ("a, (b, *c) = d", "a b c"),
        ("[a, b] = c", "a b"),
        ("(a,\n b) = c", "a b"),
        ("a: int = 1", "a"),
        ("a += 1", "a"),
        ("a **= 2", "a"),
        ("a = 1; b = 2", "a b"),
        ("if x: a = 1", "a"),
        ("if x:\n  if y:\n    a = 1\n  else:\n\n    b = 2", "a b"),
        ("for a in b: c = 1", "a c"),
        ("for a, (b, c) in d:\n  pass", "a b c"),
        ("with x as a, y as (b, c):\n  pass", "a b c"),
        ("with (x as a, y() as b):\n  pass", "a b"),
        ("try:\n  import a\nexcept E as e:\n  a = None", "a e"),
        ("if x:\n  def f():\n    pass\n  class C:\n    pass", "C f"),
        ("while (a := b): pass", "a"),
        ("match x:\n  case C(a, b=[c, *d]) as e:\n    pass", "a c d e"),
        ("import a", "a"),
        ("import a.b.c", "a"),
        ("import a.b as c, d", "c d"),
        ("from a import b, c as d", "b d"),
        ("from . import a", "a"),
        ("from ..a.b import (c,  # why\n  d as e,\n)", "c e"),
        ("from a import \\\n  b, \\\n  c", "b c"),
        ("from a import *", "*"),
        ("import a; b = 1", "a b"),
        ("if x: import a", "a"),
        ("if x:\n  from a import b as c\n", "c"),
        ("def f(x):\n  global a, b\n  a = 1", "a b f"),
        ("class C:\n  x = 1", "C"),
        ("ünï = 1", "ünï"),
    ],
)
def test_bound_names_are_found(text: str, names: str) -> None:
    assert set(names.split()) <= bound(text)


@pytest.mark.parametrize(
    "text", ["a == b", "f(a)", "a.b", "a", "assert a != b", "print(a)", "def f():\n  a = 1", "class C:\n  a = 1", "del a"]
)
def test_what_binds_nothing_is_not_taken_for_it(text: str) -> None:
    assert bound(text) <= {"f", "C"}


def test_candidates_in_comments_and_strings_are_in_no_segment() -> None:
    text = 'def f():\n    """log(x)"""\n    y = "log(x)"  # log(x)\n\ndef g():\n    return log(x)\n\ndef h():\n    return f"{log(x)}"\n'
    parts = cut(text)
    offsets = [at for at in range(len(text)) if text.startswith("(x)", at)]
    assert len(offsets) == 5
    assert [part.name for part in holding(parts, offsets)] == ["g", "h"]
    assert holding((), [3]) == ()


def test_code_right_behind_a_string_is_code() -> None:
    text = 'x = """\na\n""" + log(x) + \'"""\' + exp(x)\n'
    assert scan.in_code(text, [text.index("(x)"), text.rindex("(x)"), text.index("a")]) == [text.index("(x)"), text.rindex("(x)")]


def assigned(code: str) -> set[str]:
    """Return what `code` binds at module level, as CPython sees it."""
    table = symtable.symtable(code, "x.py", "exec")
    deleted = {
        name.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Delete)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()} - deleted


@pytest.mark.parametrize("path", REAL[::3], ids=lambda path: path.relative_to(STDLIB).as_posix())
def test_a_real_file_is_cut_where_its_statements_begin(path: Path) -> None:
    source = decode(str(path), path.read_bytes())
    assert isinstance(source, Source)
    body: list[ast.stmt] = []
    for part in cut(source.text):
        tree = ast.parse(part.text)
        assert {kind(node) for node in tree.body} <= {part.kind}
        assert assigned(part.text) <= set(part.binds)
        body += ast.increment_lineno(tree, part.row - 1).body
    whole = ast.parse(source.text)
    assert ast.dump(ast.Module(body, []), include_attributes=True) == ast.dump(ast.Module(whole.body, []), include_attributes=True)


def kind(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "def"
        case ast.ClassDef():
            return "class"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case _:
            return "code"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "(" * 50_000,
            ")" * 50_000,
            "'''" * 20_001,
            "\\\n" * 50_000,
            "x = 1  # '''\n" * 20_000,
            "a\n(" * 20_000,
            "from a import (\n" * 5_000,
            "\r" * 50_000,
        ),
        *(
            "x = (\n" + "a,\n" * 50_000 + ")\n",
            "for " * 50_000,
            "a " * 50_000 + "=",
            "a," * 50_000,
            "[" + "a,\n[" * 20_000,
            "x = '\\\n" * 20_000,
            "as (" * 20_000,
        ),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_cut_in_linear_time(text: str) -> None:
    assert "".join(part.text for part in cut(text)) == text
