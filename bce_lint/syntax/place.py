"""Handles to places: where in its file a node of the IR stands, worked out only for the segments in which something is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import libcst
from libcst._nodes.internal import CodegenState

from bce_lint.finding import Span
from bce_lint.syntax import ir
from bce_lint.syntax.read_cst import Tree

BLANKS = re.compile(r"(?:[ \t\f\r\n]|\\\r?\n)++")


@dataclass(frozen=True, slots=True)
class Places:
    """The places of all nodes of one tree, as character offsets into its file."""

    tree: Tree
    marks: dict[int, tuple[int, int]] = field(repr=False)

    def holds(self, node: ir.Node) -> bool:
        """Tell whether a node is of this tree."""
        handle = node.at[0] if isinstance(node.at, tuple) else node.at
        return id(handle) in self.marks

    def offsets(self, node: ir.Node) -> tuple[int, int]:
        """Give the characters `start:end` of the file that a node is, without parentheses around it, as `ast` counts."""
        match node.at:
            case tuple() as row:
                return self._mark(row[0])[0], self._mark(row[-1])[1]
            case libcst.Tuple(lpar=[*_, opened], rpar=[closed, *_]) | libcst.GeneratorExp(lpar=[*_, opened], rpar=[closed, *_]):
                return self._mark(opened)[0], self._mark(closed)[1]
            case handle:
                return self._mark(handle)

    def span(self, node: ir.Node) -> Span:
        """Give the rows and columns of a node."""
        start, end = self.offsets(node)
        source = self.tree.segment.source
        return source.span(start, end)

    def text(self, node: ir.Node) -> str:
        """Give a node as it is written."""
        start, end = self.offsets(node)
        return self.tree.segment.source.text[start:end]

    def _mark(self, handle: object) -> tuple[int, int]:
        start, end = self.marks[id(handle)]
        place = self.tree.segment.place
        return place(start), place(max(end - 1, start)) + min(end - start, 1)


def places(tree: Tree) -> Places:
    """Work out where everything in a tree stands."""
    pen = _Pen(tree.root, tree.text)
    tree.root._codegen(pen)  # noqa: SLF001  (libcst's PositionProvider calls it so; that takes 3 times as long and knows no offsets)
    return Places(tree, pen.marks)


class _Pen(CodegenState):
    """Writes the tree as libcst does, and notes at which character of the text each node begins and ends.

    libcst loses some blank rows, and backslashes in a margin: so each token is looked for in the text, behind blanks.
    """

    def __init__(self, root: libcst.Module, text: str) -> None:
        super().__init__(root.default_indent, root.default_newline)
        self.source = text
        self.at = 0
        self.begun: list[int] = []
        self.marks: dict[int, tuple[int, int]] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if self.source.startswith(value, self.at):
            self.at += len(value)
        elif not value.isspace():
            self.at = self._behind_blanks(self.at)
            assert self.source.startswith(value, self.at), f"{value!r} is not at {self.at}"
            self.at += len(value)

    def before_codegen(self, node: libcst.CSTNode) -> None:
        del node
        self.begun.append(self.at)

    def after_codegen(self, node: libcst.CSTNode) -> None:
        begin = self.begun.pop()
        self.marks.setdefault(id(node), (min(self._behind_blanks(begin), self.at), self.at))

    @contextmanager
    def record_syntactic_position(
        self, node: libcst.CSTNode, *, start_node: libcst.CSTNode | None = None, end_node: libcst.CSTNode | None = None
    ) -> Iterator[None]:
        """Note where a node begins and ends without the blanks and parentheses that it owns."""
        begin = self.at
        yield
        begin = begin if start_node is None else self.marks[id(start_node)][0]
        end = self.at if end_node is None else self.marks[id(end_node)][1]
        self.marks[id(node)] = (min(self._behind_blanks(begin), end), end)

    def _behind_blanks(self, at: int) -> int:
        found = BLANKS.match(self.source, at)
        return found.end() if found else at
