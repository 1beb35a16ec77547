"""What is certain where a statement is reached: the tests of the `if`, `while` and `assert` on the way there, and how they came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bce_lint.facts.expr import Const, Expr, Param, Truth, Where
from bce_lint.facts.trace import Certain, Trace
from bce_lint.syntax import ir


@dataclass(frozen=True, slots=True)
class Test:
    """A test as written, and what every part of it means."""

    node: ir.Expression
    meanings: Mapping[int, Expr]

    def when(self, *, holds: bool) -> Certain:
        """Return what is certain where the test holds, or does not."""
        return tuple(self._implied(self.node, holds))

    def _implied(self, node: ir.Expression, holds: bool) -> list[tuple[Expr, bool]]:  # noqa: FBT001  (which way is the subject)
        match node:
            case ir.Unary(op="not", x=x):
                return self._implied(x, not holds)
            case ir.Boolean(op=op, left=left, right=right):
                return [*self._implied(left, holds), *self._implied(right, holds)] if holds == (op == "and") else []
            case ir.Compare(left=left, ops=ops, rights=rights) if len(ops) > 1:
                sides = [self.meanings.get(id(side)) for side in (left, *rights)]
                chain = [(op, a, b) for op, (a, b) in zip(ops, pairwise(sides), strict=True)] if holds else []
                return [(Truth(op, a, b), True) for op, a, b in chain if a is not None and b is not None]
        meaning = self.meanings.get(id(node))
        return [(meaning, holds)] if meaning is not None else []


def tested(node: ir.Expression, lower: Callable[[ir.Expression], Expr], trace: Trace) -> Test:
    """Lower a test, and remember what its parts mean."""
    outer, trace.heard = trace.heard, {}
    lower(node)
    heard, trace.heard = trace.heard, outer
    return Test(node, heard)


def held(kept: Expr, other: Expr, certain: Certain) -> Expr | None:
    """Return `where(test, kept, other)` if a number stands for a value where a test of that value says so: `x if x > 0 else 1`."""
    if not isinstance(other, Const) or isinstance(kept, Const):
        return None
    found = next(((test, holds) for test, holds in certain if is_about(test, kept)), None)
    if found is None:
        return None
    test, holds = found
    return Where(test, kept, other) if holds else Where(test, other, kept)


def is_about(test: Expr, x: Expr) -> bool:
    """Tell whether a test compares `x` itself with a number; an argument that is not given may be what `if not x` asks for."""
    return (test is x and not isinstance(x, Param)) or (isinstance(test, Truth) and test.x is x and isinstance(test.y, Const))
