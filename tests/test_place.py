"""Nodes to their places in the file, the same that libcst itself would tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from bce_lint.finding import Span
from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.place import Places, places
from bce_lint.syntax.read_cst import Tree, read
from bce_lint.syntax.segments import segments

STDLIB = Path(ast.__file__).parent


def placed(code: str, index: int = 0) -> tuple[Tree, Places]:
    tree = read(segments(Source("x.py", code.encode()))[index])
    assert isinstance(tree, Tree), tree
    return tree, places(tree)


def value(tree: Tree) -> ir.Expression:
    """Return the value of the last statement."""
    last = tree.body[-1]
    assert isinstance(last, ir.Assign)
    assert last.value is not None
    return last.value


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("x = a + b", "a + b"),
        ("x = (a + b)", "a + b"),
        ("x = ((a) + b)", "(a) + b"),
        ("x = (a + (b))", "a + (b)"),
        ("x = ( # why\n  a # a\n  + b\n)", "a # a\n  + b"),
        ("x = log( a )", "log( a )"),
        ("x = (a, b)", "(a, b)"),
        ("x = ((a, b))", "(a, b)"),
        ("x = a, b,", "a, b,"),
        ("x = (a for b in c)", "(a for b in c)"),
        ("x = [ a , b ]", "[ a , b ]"),
        ("x = not a", "not a"),
        ("x = 'a' \\\n  'b'", "'a' \\\n  'b'"),
        ("x = f'{a}'", "f'{a}'"),
        ("x = -1.5e-7", "-1.5e-7"),
        ("x = a . b", "a . b"),
        ("x = lambda a: b", "lambda a: b"),
        ("x = a if b else c", "a if b else c"),
        ("x = yes = a", "a"),
    ],
)
def test_the_text_of_a_node_is_as_written_without_outer_parentheses(code: str, text: str) -> None:
    tree, where = placed(f"{code}\n")
    assert where.text(value(tree)) == text
    start, end = where.offsets(value(tree))
    assert code[start:end] == text


def test_rows_and_columns_count_characters_of_the_file() -> None:
    tree, where = placed("# é😀\nimport a\n\n\n@d\ndef f(ä):\n    # é\n    y = '😀', log(ä) + 1\n", 1)
    function = tree.body[0]
    assert isinstance(function, ir.Function)
    assert where.span(function) == Span(6, 1, 8, 24)
    assign = function.body[0]
    assert isinstance(assign, ir.Assign)
    assert isinstance(assign.value, ir.Sequence)
    total = assign.value.items[1]
    assert where.span(total) == Span(8, 14, 8, 24)
    assert where.text(total) == "log(ä) + 1"
    assert where.span(function.decorators[0]) == Span(5, 2, 5, 3)
    assert where.span(function.params[0]) == Span(6, 7, 6, 8)


@pytest.mark.parametrize(
    "code", ["x = (\r\n  a\r\n  + b)\r\n", "x = (\r  a\r  + b)\r", "\x0cx = (\n\x0c a\n  + b)\n", "\ufeffx = (\n  a\n  + b)"]
)
def test_newlines_and_form_feeds_shift_nothing(code: str) -> None:
    code = code.removeprefix("\ufeff")
    tree, where = placed(code)
    start, end = where.offsets(value(tree))
    assert (start, end) == (code.index("a"), code.index("b") + 1)
    assert where.span(value(tree)).row == 2
    assert where.span(value(tree)).end_row == 3


@pytest.mark.parametrize(
    "code",
    [
        "if c:\n    d\n  \\\n  x = log(a)\n",
        "d = [1]\n   \n\t\n\nx = log(a)\n",
        "if c:\n    d\r\n   \n # e \\  # f\n\x0c\n    x = log(a)  \\\n\n",
        "d\x0c= 1\n\n\x0c # e \x0c\n# f\n\n\nx = log(a)",
        "d = 1\r\n   \n\t\n # e\nx = log(a) # f",
    ],
)
def test_what_libcst_loses_shifts_nothing(code: str) -> None:
    tree, where = placed(code)
    last = tree.body[-1]
    assign = last.body[-1] if isinstance(last, ir.If) else last
    assert isinstance(assign, ir.Assign)
    assert assign.value is not None
    assert where.text(assign) == "x = log(a)"
    assert where.text(assign.value) == "log(a)"


def test_an_index_of_several_parts_and_a_pair_of_a_dictionary_have_places() -> None:
    tree, where = placed("x = a[b, c:d]\n")
    subscript = value(tree)
    assert isinstance(subscript, ir.Subscript)
    assert where.text(subscript.index) == "b, c:d"
    tree, where = placed("x = {a: b for c in d}\n")
    comprehension = value(tree)
    assert isinstance(comprehension, ir.Comprehension)
    assert where.text(comprehension.element) == "a: b"


def test_a_tree_knows_its_own_nodes() -> None:
    one, where = placed("x = a[b, c]\n")
    other, _ = placed("x = a\n")
    index = value(one)
    assert isinstance(index, ir.Subscript)
    assert all(where.holds(node) for node in (index, index.index, index.value))
    assert not where.holds(value(other))


def expected(root: libcst.Module, text: str) -> Iterator[tuple[libcst.CSTNode, tuple[int, int]]]:
    """Yield every node that the IR may refer to, with its place by libcst's own reckoning."""
    rows = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]
    ranges = MetadataWrapper(root, unsafe_skip_copy=True).resolve(PositionProvider)
    handles = (libcst.BaseExpression, libcst.BaseCompoundStatement, libcst.BaseSmallStatement, libcst.Param, libcst.LeftParen)
    for node, found in ranges.items():
        if isinstance(node, handles):
            yield node, (rows[found.start.line - 1] + found.start.column, rows[found.end.line - 1] + found.end.column)


@pytest.mark.parametrize(
    "name", ["bisect", "colorsys", "contextlib", "copy", "fractions", "heapq", "keyword", "random", "statistics", "types"]
)
def test_every_place_in_real_code_is_libcsts(name: str) -> None:
    source = Source(f"{name}.py", (STDLIB / f"{name}.py").read_bytes())
    for segment in segments(source):
        tree = read(segment)
        assert isinstance(tree, Tree)
        marks = places(tree).marks
        wrong = [(node, place) for node, place in expected(tree.root, segment.text + "\n") if marks[id(node)] != place]
        assert not wrong


def test_old_statements_do_not_move_what_stands_behind_them() -> None:
    source = Source("x.py", b"def f(x):\n    print 'a', x\n    return log(x)\n")
    tree = read(segments(source)[0])
    assert isinstance(tree, Tree)
    (function,) = tree.body
    assert isinstance(function, ir.Function)
    assert places(tree).text(function.body[-1]) == "return log(x)"
