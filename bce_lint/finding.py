"""The shared nouns: what is found, where, why, how to mend it, and what execution said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UsageError(Exception):
    """The command line or the configuration is wrong; the message names the key and the valid values."""


class Severity(StrEnum):
    """`error` rests on known ranges, `warning` on a guess that the finding names, `advice` is finite but lossy."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file: 1-based rows and columns in characters, the end exclusive as in Ruff; `cell` counts all cells from 1."""

    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A notebook's code cell: its number among all cells, from 1, and the row at which it starts in the text of all code cells, from 1."""

    number: int
    row: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: "p = sigmoid(logits)", and what that says of it: "in [0, 1]; exactly 1.0 in float32 from 16.64"."""

    span: Span | None
    text: str
    note: str
    guessed: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters `start:end` of the file's text (of the cell's, in a notebook)."""

    start: int
    end: int
    text: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together. `safe` is the same mathematics, at least as accurate; otherwise finite values change."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of confirm's table: at |logit| `logit`, every number that the report shows there, by column name."""

    logit: float
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was run and what came out: enough to print the report, draw the plot and repeat the run."""

    assumed: tuple[str, ...]
    framework: str
    dtype: str
    pattern: str
    columns: tuple[str, ...]
    table: tuple[Row, ...]
    curve: tuple[Row, ...] = ()
    training: tuple[Row, ...] = ()
    containment: tuple[str, ...] = ()
    program: str = ""
    exact_from: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """The smallest |logit| at which the `value` or the `gradient` breaks, for which labels, and what it is there."""

    what: str
    logit: float
    labels: str
    result: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """It was run and it breaks; the first witness is the smallest."""

    witnesses: tuple[Witness, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Refuted:
    """It was run on all the probes named and nothing broke."""

    probes: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Undecided:
    """It could not be run, or what came out decides nothing; `reason` is one line for the user."""

    reason: str


Verdict = Confirmed | Refuted | Undecided


@dataclass(frozen=True, slots=True)
class Change:
    """What a fix changes at one input: value and derivative by |logit| before and after, and the exact ones; NaN where not known."""

    logit: float
    labels: str
    values: tuple[float, float, float]
    slopes: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Proof:
    """What running the code before and after its fixes said: they are only written if that is `good`, else `reason` says why not."""

    path: str
    span: Span
    titles: tuple[str, ...]
    good: bool
    reason: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect in the user's code."""

    path: str
    span: Span
    rule: str
    code: str
    message: str
    severity: Severity
    origins: tuple[Origin, ...] = ()
    help: str = ""
    fix: Fix | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file or a part of it that could not be judged, or fixed (`what` says which of these), and what to do about it."""

    path: str
    span: Span | None
    message: str
    what: str = "not judged"
