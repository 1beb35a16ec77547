"""A large class is read without the methods that cannot matter, and everything keeps its place."""

from __future__ import annotations

from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.lean import LARGE, lean
from bce_lint.syntax.place import places
from bce_lint.syntax.read_cst import Tree, read
from bce_lint.syntax.segments import Segment, segments

FILLER = "".join(f"        x = {n}  # so that it is large\n" for n in range(LARGE // 30))
CLASS = f'''import keras


class Loss(keras.losses.Loss):
    """What it is for."""

    def __init__(self):
        self.eps = 1e-7

    def cold(self):
        """Says
def nothing(): of any use
        """
{FILLER}
    @keras.saving.register
    def guard(self, p):
        return p + self.eps

    def hot(self, p):
        return log(self.guard(p))

    def colder(self):
{FILLER}'''


def cut(source: str, hot: str) -> Segment:
    segment = next(part for part in segments(Source("x.py", source.encode())) if part.kind == "class")
    return lean(segment, [source.index(hot)] if hot else [])


def methods(segment: Segment) -> list[str]:
    tree = read(segment)
    assert isinstance(tree, Tree)
    body = tree.body[0]
    assert isinstance(body, ir.Class)
    return [statement.name for statement in body.body if isinstance(statement, ir.Function)]


def test_hot_methods_and_what_they_use_are_kept() -> None:
    assert methods(cut(CLASS, "log(")) == ["__init__", "guard", "hot"]


def test_what_says_what_an_instance_is_is_kept_without_anything_hot() -> None:
    assert methods(cut(CLASS, "")) == ["__init__"]


def test_every_character_knows_its_place() -> None:
    segment = cut(CLASS, "log(")
    text = segment.text
    assert [CLASS[segment.place(at)] for at in range(len(text))] == list(text)


def test_a_node_behind_a_cut_stands_where_it_stands() -> None:
    segment = cut(CLASS, "log(")
    tree = read(segment)
    assert isinstance(tree, Tree)
    (body,) = tree.body
    assert isinstance(body, ir.Class)
    returned = body.body[-1]
    assert isinstance(returned, ir.Function)
    assert places(tree).text(returned) == "def hot(self, p):\n        return log(self.guard(p))"


def test_a_small_class_and_a_function_are_left_whole() -> None:
    small = Source("x.py", b"class A:\n    def f(self):\n        pass\n")
    assert [lean(part, []).cuts for part in segments(small)] == [()]


def test_a_class_of_nothing_but_cold_methods_keeps_one() -> None:
    source = f"class A:\n    def f(self):\n{FILLER}\n    def g(self):\n{FILLER}"
    assert methods(cut(source, "")) == ["f"]


def test_methods_that_are_named_by_the_class_itself_are_read() -> None:
    source = CLASS.replace("self.guard(p)", "Loss.guard(self, p)")
    assert methods(cut(source, "(Loss.guard")) == ["__init__", "guard", "hot"]
