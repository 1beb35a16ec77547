"""Segments to IR by libcst: every construct has its node, and hostile input is a Trouble, soon."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import libcst
import pytest

from bce_lint.finding import Span, Trouble
from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.gate import SIZE, WEIGHT
from bce_lint.syntax.read_cst import Tree, read
from bce_lint.syntax.segments import segments

STDLIB = Path(ast.__file__).parent
AT = None


def tree(code: str) -> Tree:
    found = read(segments(Source("x.py", code.encode()))[0])
    assert isinstance(found, Tree), found
    return found


def statement(code: str) -> ir.Statement:
    (only,) = tree(code + "\n").body
    return only


def expression(code: str) -> ir.Expression:
    found = statement(code)
    assert isinstance(found, ir.Evaluate)
    return found.value


def trouble(code: str) -> Trouble:
    found = read(segments(Source("x.py", code.encode()))[0])
    assert isinstance(found, Trouble), found
    return found


def name(text: str) -> ir.Name:
    return ir.Name(AT, text)


def number(value: object) -> ir.Literal:
    return ir.Literal(AT, value)


def arg(text: str, keyword: str | None = None, star: int = 0) -> ir.Argument:
    return ir.Argument(name(text), keyword, star)


def do(text: str) -> tuple[ir.Statement, ...]:
    """Return a body that evaluates one name."""
    return (ir.Evaluate(AT, name(text)),)


a, b, c, x = (name(text) for text in "abcx")


@pytest.mark.parametrize(
    ("code", "node"),
    [
        ("a", a),
        ("(a)", a),
        ("a.b.c", ir.Attribute(AT, ir.Attribute(AT, a, "b"), "c")),
        ("1", number(1)),
        ("0x_ff", number(255)),
        ("1e-7", number(1e-7)),
        ("1_0.5", number(10.5)),
        ("2j", number(2j)),
        ("True", number(value=True)),
        ("None", number(None)),
        ("...", number(...)),
        (r"'a\n'", number("a\n")),
        (r"r'a\n'", number("a\\n")),
        (r"'\d'", number("\\d")),
        (r"'\N{DIGIT ONE}'", number("1")),
        (r"Rb'\n'", number(b"\\n")),
        ("U'é'", number("é")),
        ("'''a\r\nb'''", number("a\nb")),
        ("b'a' b'b'", number(b"ab")),
        ("'a' \"b\" '''c'''", number("abc")),
        ("'a' f'{a}'", ir.Other(AT, (a,))),
        ("f'{a!r:>{b}} {{c}}'", ir.Other(AT, (a, b))),
        ("f(a, *b, c=x, **x)", ir.Call(AT, name("f"), (arg("a"), arg("b", star=1), arg("x", "c"), arg("x", star=2)))),
        ("-a", ir.Unary(AT, "-", a)),
        ("not a", ir.Unary(AT, "not", a)),
        ("a - b * c", ir.Binary(AT, "-", a, ir.Binary(AT, "*", b, c))),
        ("a and b or c", ir.Boolean(AT, "or", ir.Boolean(AT, "and", a, b), c)),
        ("a < b <= c", ir.Compare(AT, a, ("<", "<="), (b, c))),
        ("a not in b is not c", ir.Compare(AT, a, ("not in", "is not"), (b, c))),
        ("a if b else c", ir.Conditional(AT, b, a, c)),
        ("lambda: a", ir.Lambda(AT, (), a)),
        ("lambda a, b=c: x", ir.Lambda(AT, (ir.Parameter(AT, "a"), ir.Parameter(AT, "b", c)), x)),
        ("a[b]", ir.Subscript(AT, a, b)),
        ("a[b,]", ir.Subscript(AT, a, ir.Sequence(AT, "tuple", (b,)))),
        ("a[b, c:x]", ir.Subscript(AT, a, ir.Sequence(AT, "tuple", (b, ir.Slice(AT, c, x, None))))),
        ("a[(b, c)]", ir.Subscript(AT, a, ir.Sequence(AT, "tuple", (b, c)))),
        ("a[*b]", ir.Subscript(AT, a, ir.Sequence(AT, "tuple", (ir.Starred(AT, b),)))),
        ("a[::b]", ir.Subscript(AT, a, ir.Slice(AT, None, None, b))),
        ("()", ir.Sequence(AT, "tuple", ())),
        ("a, *b", ir.Sequence(AT, "tuple", (a, ir.Starred(AT, b)))),
        ("[a, b]", ir.Sequence(AT, "list", (a, b))),
        ("{a, b}", ir.Sequence(AT, "set", (a, b))),
        ("{a: b, **c}", ir.Dictionary(AT, ((a, b), (None, c)))),
        ("[a for b in c if x if a]", ir.Comprehension(AT, "list", a, (ir.Generator(b, c, (x, a)),))),
        ("{a for b in c for x in b}", ir.Comprehension(AT, "set", a, (ir.Generator(b, c, ()), ir.Generator(x, b, ())))),
        ("(a for b in c)", ir.Comprehension(AT, "generator", a, (ir.Generator(b, c, ()),))),
        ("{a: b for c in x}", ir.Comprehension(AT, "dict", ir.Sequence(AT, "tuple", (a, b)), (ir.Generator(c, x, ()),))),
        ("(a := b)", ir.Walrus(AT, "a", b)),
    ],
)
def test_expressions(code: str, node: ir.Expression) -> None:
    assert expression(code) == node
    assert type(getattr(expression(code), "value", None)) is type(getattr(node, "value", None))


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"])
def test_operators(op: str) -> None:
    assert expression(f"a {op} b") == ir.Binary(AT, op, a, b)
    assert statement(f"a {op}= b") == ir.AugAssign(AT, a, op, b)


@pytest.mark.parametrize(
    ("code", "node"),
    [
        ("a = b = c", ir.Assign(AT, (a, b), c)),
        ("a, b = c", ir.Assign(AT, (ir.Sequence(AT, "tuple", (a, b)),), c)),
        ("a: b = c", ir.Assign(AT, (a,), c, b)),
        ("a: b", ir.Assign(AT, (a,), None, b)),
        ("if a:\n b\nelif b:\n c\nelse:\n x", ir.If(AT, a, do("b"), (ir.If(AT, b, do("c"), do("x")),))),
        ("if a: b; c", ir.If(AT, a, do("b") + do("c"), ())),
        ("for a in b:\n c\nelse: x", ir.For(AT, a, b, do("c"), do("x"))),
        ("while a:\n pass\nelse: x", ir.While(AT, a, (), do("x"))),
        ("with a as b, c: x", ir.With(AT, ((a, b), (c, None)), do("x"))),
        ("try: a\nexcept: b\nelse: c\nfinally: x", ir.Try(AT, do("a"), (do("b"),), do("c"), do("x"))),
        ("try: a\nexcept b as c: x", ir.Try(AT, do("a"), ((ir.Assign(AT, (c,), ir.Other(AT, ())), *do("x")),), (), ())),
        ("try: a\nexcept* b: x", ir.Try(AT, do("a"), (do("x"),), (), ())),
        ("match a:\n case [b, *c]: x\n case {1: b, **x} if c: pass", ir.Match(AT, a, (do("x"), do("c")), ("b", "c", "x"))),
        ("match a:\n case A(k=b) | (B() as b): x\n case _: c", ir.Match(AT, a, (do("x"), do("c")), ("b",))),
        ("import a.b, c as x", ir.Import(AT, (ir.Alias("a", "a"), ir.Alias("x", "c")))),
        ("import a.b as c", ir.Import(AT, (ir.Alias("c", "a.b"),))),
        ("from a.b import (c as x, b,)", ir.Import(AT, (ir.Alias("x", "a.b.c"), ir.Alias("b", "a.b.b")))),
        ("from . import a", ir.Import(AT, (ir.Alias("a", ".a"),))),
        ("from ..m import x as a", ir.Import(AT, (ir.Alias("a", "..m.x"),))),
        ("from a import *", ir.Import(AT, (ir.Alias("*", "a"),))),
        ("del a, b", ir.Delete(AT, (a, b))),
        ("assert a, b", ir.Assert(AT, a)),
        ("raise a from b", ir.Jump(AT, "raise", (a, b))),
        ("raise", ir.Jump(AT, "raise")),
        ("global a, b", ir.Scoped(AT, "global", ("a", "b"))),
        ("def f():\n return", ir.Function(AT, "f", (), (ir.Return(AT, None),), ())),
        ("async def f(): return await a", ir.Function(AT, "f", (), (ir.Return(AT, ir.Other(AT, (a,))),), ())),
        ("def f():\n yield a\n yield from b", ir.Function(AT, "f", (), tuple(ir.Evaluate(AT, ir.Other(AT, (it,))) for it in (a, b)), ())),
        ("@a\n@b(c)\nclass C(a, b=c): x", ir.Class(AT, "C", (arg("a"), arg("c", "b")), do("x"), (a, ir.Call(AT, b, (arg("c"),))))),
        (
            "def f():\n nonlocal a\n while b:\n  break",
            ir.Function(AT, "f", (), (ir.Scoped(AT, "nonlocal", ("a",)), ir.While(AT, b, (ir.Jump(AT, "break"),), ())), ()),
        ),
    ],
)
def test_statements(code: str, node: ir.Statement) -> None:
    assert statement(code) == node


def test_parameters() -> None:
    function = statement("def f(a, /, b: c = 1, *args, d, e=2, **kw): pass")
    assert isinstance(function, ir.Function)
    assert function.params == (
        ir.Parameter(AT, "a", kind="positional-only"),
        ir.Parameter(AT, "b", number(1), c),
        ir.Parameter(AT, "args", star=1),
        ir.Parameter(AT, "d", kind="keyword-only"),
        ir.Parameter(AT, "e", number(2), kind="keyword-only"),
        ir.Parameter(AT, "kw", star=2),
    )


@pytest.mark.parametrize("code", ["if x:\r\n  y\r\n", "if x:\r  y\r", "\x0cif x:\n\x0c  y\n", "if x:\n\ty\n", "if x:\n y"])
def test_newlines_and_form_feeds_are_read_as_python_reads_them(code: str) -> None:
    assert tree(code).body[-1] == ir.If(AT, x, (ir.Evaluate(AT, name("y")),), ())


def test_syntax_newer_than_this_python_is_read_all_the_same() -> None:
    assert statement('f"{a["b"]}"') == ir.Evaluate(AT, ir.Other(AT, (ir.Subscript(AT, a, number("b")),)))
    assert statement("type x = a") == ir.Assign(AT, (x,), a)


@pytest.mark.parametrize(
    ("code", "row", "column", "message"),
    [
        ("x = 1\n\ny = = 2\n", 3, 5, "syntax error: invalid syntax: correct it"),
        ("f('é') x\n", 1, 8, "syntax error: invalid syntax: correct it"),
        ("def f():\nx\n", 1, 9, "syntax error: expected an indented block after function definition on line 1: correct it"),
        ("x = (\n", 1, 5, "syntax error: '(' was never closed: correct it"),
        ("x = '''\n", 1, 5, "syntax error: unterminated triple-quoted string literal (detected at line 1): correct it"),
    ],
)
def test_a_syntax_error_is_told_at_its_place(code: str, row: int, column: int, message: str) -> None:
    found = trouble(code)
    assert (found.span, found.path) == (Span(row, column, row, column), "x.py")
    assert found.message.partition(" (detected")[0] == message.partition(" (detected")[0]


def test_a_part_with_a_syntax_error_leaves_the_others() -> None:
    source = Source("x.py", b"def f():\n    return log(x\n\n\ndef g():\n    return 1\n")
    broken, sound = (read(part) for part in segments(source))
    assert isinstance(broken, Trouble)
    assert broken.span == Span(2, 15, 2, 15)
    assert isinstance(sound, Tree)
    assert sound.segment.name == "g"


HOSTILE = {
    "parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "open parentheses": "x = " + "(" * 5000,
    "brackets": "x = " + "[" * 5000 + "]" * 5000,
    "sum": "x = " + "+".join("a" * 100_000),
    "calls of calls": "x = a" + ".b()" * 2000,
    "calls in calls": "x = " + "f(" * 1000 + ")" * 1000,
    "subscripts": "x = a" + "[0]" * 5000,
    "signs": "x = " + "-" * 10_000 + "1",
    "negations": "x = " + "not " * 10_000 + "1",
    "powers": "x = " + "a**" * 5000 + "1",
    "comparisons": "x = " + "a<" * 5000 + "1",
    "conditionals": "x = " + "a if b else " * 5000 + "1",
    "lambdas": "x = " + "lambda:" * 5000 + "1",
    "lambdas with parameters": "x = " + "lambda a, b: " * 5000 + "1",
    "f-string of parentheses": 'x = f"{' + "(" * 5000 + "1" + ")" * 5000 + '}"',
    "f-string of a sum": 'x = f"{' + "+".join("a" * 2000) + '}"',
    "joined strings": "x = " + "'a' " * 5000,
    "elif": "if a:\n pass\n" + "elif a:\n pass\n" * 3000,
    "indents": "".join(" " * depth + "if a:\n" for depth in range(150)) + " " * 150 + "pass\n",
    "patterns": "match x:\n case " + "{1:" * 20 + "a" + "}" * 20 + ": pass\n",
    "list": "x = [" + "1," * 200_000 + "]",
    "function": "def f():\n" + " x = log(y + 1)\n" * 20_000,
    "decorators": "@" * 5000,
    "continuations": "x = 1 \\\n" * 5000,
    "digits": "x = " + "1e" * 5000,
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_told(code: str) -> None:
    assert "\n" not in trouble(code).message


def test_what_is_too_complex_is_told_with_its_limit() -> None:
    assert (
        trouble("y = 1\nx = " + "+".join("a" * 200)).message
        == f"is too complex to judge (more than {WEIGHT} operations inside one another): split it"
    )
    assert trouble("x = '" + "a" * SIZE + "'").message == f"is too complex to judge (a statement of more than {SIZE // 1024} KB): split it"


@pytest.mark.parametrize(
    "code",
    [
        "x = [" + "1," * 5000 + "]",
        "x = {" + "'a': -1 + 2, " * 1000 + "}",
        "x = " + "+".join("a" * (WEIGHT - 1)),
        "f(" + ", ".join("a + b" for _ in range(1000)) + ")",
        "x = a + b\n" * 1000,
        "if a:\n pass\n" + "elif a:\n pass\n" * 90,
        "x = " + "9" * 5000,
        "x = '" + "(((" * 1000 + "'",
        "x = 1  # " + "((( " * 1000,
        "match x:\n case [A(b=[c])]: pass",
    ],
    ids=lambda code: code[:20],
)
def test_what_is_merely_long_is_read(code: str) -> None:
    assert tree(code).body


class Meant(ast.NodeTransformer):
    """Drops what the IR leaves out: what a function's result is annotated with, and what an assertion says."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        node.msg = None
        return self.generic_visit(node)


def nodes(value: object) -> Iterator[object]:
    """Yield all nodes below `value`."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            if field.name != "at":
                yield from nodes(getattr(value, field.name))


@pytest.mark.parametrize("path", sorted(STDLIB.glob("*.py"))[::12], ids=lambda path: path.name)
def test_real_code_is_read_with_every_call_name_and_operator(path: Path) -> None:
    source = Source(path.name, path.read_bytes())
    trees = [read(part) for part in segments(source)]
    assert all(isinstance(found, Tree) for found in trees)
    found = [node for part in trees if isinstance(part, Tree) for node in nodes(part.body)]
    whole = list(ast.walk(Meant().visit(ast.parse(source.data))))
    assert count(found, ir.Call) == count(whole, ast.Call)
    assert count(found, ir.Binary) == count(whole, ast.BinOp)
    assert count(found, ir.Compare) == count(whole, ast.Compare)
    assert count(found, ir.Function) == count(whole, ast.FunctionDef, ast.AsyncFunctionDef)
    assert count(found, ir.Lambda) == count(whole, ast.Lambda)
    assert count(found, ir.Subscript) <= count(whole, ast.Subscript)


def count(found: list[object] | list[ast.AST], *types: type) -> int:
    return sum(isinstance(node, types) for node in found)


def test_only_the_reader_itself_looks_into_a_handle() -> None:
    found = tree("x = a + b\n")
    assert isinstance(found.root, libcst.Module)
    assert "Module" not in repr(found)
