"""How a rule is declared: a pure function of an op and the facts about it, with the examples that document, test and probe it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from bce_lint.source.prefilter import Kinds

if TYPE_CHECKING:
    from bce_lint.facts.expr import Expr
    from bce_lint.facts.facts import Facts
    from bce_lint.facts.guards import Swap


class Level(StrEnum):
    """When a rule runs: always, only if selected, or (selected too) as advice about code that is finite but lossy."""

    DEFAULT = "default"
    OPT_IN = "opt-in"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Bad:
    """Code that the rule finds: exactly on the lines marked `# flagged` (or `# flagged: other-rule`).

    `fixed` replaces the flagged line, or is the whole new source when it has several lines; None says that there is no fix.
    Unless it is `safe`, it changes finite values: it is then finite at the witness, but not what the bad code means everywhere.
    `breaks` is a witness: the value of each parameter (|logit| for one that is a probability) at which value or gradient is not finite.
    """

    source: str
    fixed: str | None = None
    breaks: Mapping[str, float] = field(default_factory=dict)
    safe: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", dedent(self.source).strip("\n") + "\n")
        if self.fixed is not None and "\n" in self.fixed:
            object.__setattr__(self, "fixed", dedent(self.fixed).strip("\n") + "\n")


@dataclass(frozen=True, slots=True)
class Good:
    """A safe look-alike: no rule says anything, and it agrees with the exact meaning wherever a `Bad` breaks."""

    source: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", dedent(self.source).strip("\n") + "\n")


@dataclass(frozen=True, slots=True)
class Report:
    """What a rule says of the op that it was shown.

    `at` is the operand to underline, or several with all that lies between (empty: the op itself);
    `because` the operands whose origins to show; `help` the advice, in the imperative;
    `covers` the ops whose own findings this one makes superfluous; `replace` what to write in place of the op, or of its operand `instead`;
    `safe` whether that is the same mathematics; `drops` the reshapes, indices and casts of the op that it rightly does without
    (it loses no others). Where that cannot be written, `swaps` are offered, which unless they are
    `exact` change finite values, or that what the op gives is assigned to the name of the operand that it `assigns`. `from_logits` True
    tells the call of the loss that it now gets logits, together with `replace`; False, that it does not, where nothing can be replaced.
    """

    message: str
    help: str = ""
    at: tuple[Expr, ...] = ()
    because: tuple[Expr, ...] = ()
    covers: tuple[Expr, ...] = ()
    replace: Expr | None = None
    safe: bool = True
    drops: tuple[Expr, ...] = ()
    instead: Expr | None = None
    swaps: tuple[Swap, ...] = ()
    exact: bool = False
    assigns: Expr | None = None
    from_logits: bool | None = None


Check = Callable[[Any, "Facts"], Report | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as declared; `summary` is its module's docstring, `rationale` its function's.

    Rules above `Level.DEFAULT` run only when selected. `kinds` are the operations without which there is nothing to find:
    code that has none of those which the rules of a run look for is not even read.
    """

    name: str
    code: str
    on: tuple[type[Expr], ...]
    check: Check
    bad: tuple[Bad, ...]
    good: tuple[Good, ...]
    level: Level
    kinds: Kinds
    summary: str
    rationale: str


def rule(  # noqa: PLR0913  (every rule spells these out; they are its declaration)
    name: str,
    *,
    code: str,
    on: type[Expr] | tuple[type[Expr], ...],
    bad: list[Bad],
    good: list[Good],
    level: Level = Level.DEFAULT,
    kinds: Kinds = Kinds.CALLS,
) -> Callable[[Check], Rule]:
    """Declare the decorated function as the rule `name`, called for every op of the types `on`."""

    def declare(check: Check) -> Rule:
        summary = (sys.modules[check.__module__].__doc__ or "").strip()
        rationale = inspect.cleandoc(check.__doc__ or "")
        ops = on if isinstance(on, tuple) else (on,)
        return Rule(name, code, ops, check, tuple(bad), tuple(good), level, kinds, summary, rationale)

    return declare
