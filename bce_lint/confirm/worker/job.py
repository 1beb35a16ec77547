"""The plain data that confirm and its worker exchange: the sliced program, what to do with it, and the numbers that came out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of a module: the `names` that it binds, its text, and why it must not run ("" if it may)."""

    names: tuple[str, ...]
    line: int
    text: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The statements of a file that the flagged code can reach.

    `imports` gives the number of the program's file that an import means, spelled "1:losses" (level and name).
    """

    path: str
    statements: tuple[Statement, ...]
    imports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A definition to enter on the way to the flagged code: `kind` is "function" or "class"."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Argument:
    """What an input is probed with: `role` as in the linter's `Role`; `classes` says that it lies along a class axis.

    `text` is what a setting is that the code compares to strings.
    """

    name: str
    role: str
    classes: bool = False
    default: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A slice: `files[0]` is the flagged one, `statement` the number of the piece of it that holds the flagged code.

    `marked` is that piece's text with the flagged operation inside `__site__(...)`; `blame` says that a break counts only where
    that operation, or its gradient, is not finite itself. `pairs` says that labels are compared with each other.
    """

    files: tuple[SourceFile, ...]
    statement: int
    marked: str
    blame: bool
    path: tuple[Step, ...]
    arguments: tuple[Argument, ...]
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Run `program` on the probes within `seconds`; `curve` asks for the plot's points.

    `beside` names the cross entropy, "sigmoid" or "softmax", that the code is to be measured by even if it is no multiple of it: where
    that has a gradient for a wrong answer, the code must have one ("": nothing of the kind is asked).
    `digits` asks for values of all sizes, whatever breaks; `points`, by pattern and |logit|, for these and where it breaks.
    `search` is false to read those only. `vanish` asks, where nothing breaks, for inputs in which more vanishes; `apart` for such
    along a class axis, where each probability may vanish by itself.
    """

    program: Program
    dtype: str
    seconds: float
    curve: bool
    beside: str = ""
    digits: bool = False
    points: tuple[tuple[int, float], ...] = ()
    search: bool = True
    vanish: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """The smallest |logit| found at which the value or the gradient breaks, and the largest below it where it did not."""

    what: str
    logit: float
    last_good: float | None
    pattern: int
    result: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Value and derivative by |logit| of every function measured there, by name; `pattern` is the number of the probe pattern."""

    logit: float
    pattern: int
    numbers: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found. `judged` is "result" or, where the function's own result was of no use, "site".

    `elsewhere` says that the function broke at some probe, but the flagged operation had no part in it.
    `labels` says how those are passed, `call` spells the call that was made of `labels` and `logit` ("" if no expression gives it),
    `definition` what has to be defined for it.
    `sweep` holds points of all sizes where nothing broke, or digits are asked for: finite numbers may be wrong too.
    `trouble` says why patterns were `skipped`, as far as that is known.
    `counterpart` is "sigmoid" or "softmax" if the code is `scale` times that cross entropy, else "".
    """

    framework: str
    judged: str
    shape: tuple[int, ...]
    classes: bool
    labelled: bool
    labels: str
    call: str
    definition: str
    breaks: tuple[Break, ...]
    elsewhere: bool
    table: tuple[Reading, ...]
    curve: tuple[Reading, ...]
    training: tuple[Reading, ...]
    sweep: tuple[Reading, ...]
    counterpart: str
    scale: float
    gradient: bool
    probed: int
    skipped: int
    trouble: str
    assumed: tuple[tuple[str, str], ...]
    executed: tuple[tuple[int, int], ...]
    renamed: tuple[tuple[str, str], ...]
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there are no numbers: one line for the user; `final` says that it makes no sense to run less of the code."""

    reason: str
    final: bool = True


def encode(value: object) -> object:
    """Return a dataclass as what JSON can hold."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def decode(kind: type[T], data: object) -> T:
    """Rebuild the dataclass `kind` from what `encode` and JSON made of it."""
    result: T = _decode(kind, data)
    return result


def _decode(kind: Any, data: Any) -> Any:  # noqa: ANN401  (the shape of the data is whatever `kind` says)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _decode(hints[field.name], data[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(_decode(one, item) for one, item in zip(kinds, data, strict=True))
    return data
