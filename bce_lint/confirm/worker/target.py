"""From a lazily executed file to the flagged function as something to call: classes are instantiated, factories called."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType, FunctionType
from typing import Any

from . import guess
from .contain import DeniedError
from .job import Argument, Step
from .lazy import Space


class UnreachableError(Exception):
    """The flagged function cannot be got hold of."""


@dataclass(frozen=True, slots=True)
class Target:
    """A callable, the settings that had to be assumed to get it, and an expression that gives it ("" if there is none)."""

    function: Callable[..., object]
    spelled: str
    assumed: dict[str, object] = field(default_factory=dict)


def targets(space: Space) -> Iterator[Target]:
    """Yield the ways to get at the flagged function, the most natural first."""
    program = space.program
    space.execute(0, program.statement)
    first, *rest = program.path
    yield from _enter(space.names[0][first.name], first, rest, _Way(program.arguments, first.name, {}))


@dataclass(frozen=True, slots=True)
class _Way:
    """How one got here: what is known of inputs, the expression so far, and what was assumed."""

    arguments: tuple[Argument, ...]
    spelled: str
    assumed: dict[str, object]

    def on(self, spelled: str, assumed: dict[str, object]) -> _Way:
        """Return the way one step further."""
        return _Way(self.arguments, spelled if self.spelled else "", self.assumed | assumed)


def _enter(found: Any, step: Step, rest: list[Step], way: _Way) -> Iterator[Target]:  # noqa: ANN401  (any object of the user's)
    if not rest:
        if not callable(found):
            raise UnreachableError(f"`{step.name}` is not callable")
        yield Target(found, way.spelled, way.assumed)
        return
    following, *beyond = rest
    if step.kind == "class":
        for holder, spelled, assumed in _instances(found, following, way):
            further = way.on(f"{spelled}.{following.name}" if spelled else "", assumed)
            yield from _enter(getattr(holder, following.name), following, beyond, further)
            if not beyond and following.name in ("call", "forward") and callable(holder):
                yield Target(holder, spelled, way.assumed | assumed)
        return
    inner, spelled, assumed = _inside(found, following, way)
    yield from _enter(inner, following, beyond, way.on(spelled, assumed))


def _instances(kind: type, step: Step, way: _Way) -> Iterator[tuple[object, str, dict[str, object]]]:
    """Yield objects of a class: made without settings, with assumed ones, and last without running its constructor."""
    if step.kind == "class" or isinstance(inspect.getattr_static(kind, step.name, None), staticmethod | classmethod):
        yield kind, way.spelled, {}
        return
    positional, named = guess.settings(kind, way.arguments)
    for args, kwargs in (([], {}), (positional, named)) if positional or named else (([], {}),):
        made = _attempt(kind, args, kwargs)
        if made is not None:
            yield made, _call(way.spelled, args, kwargs), kwargs
            break
    bare = _bare(kind)
    if bare is not None:
        yield bare[0], "", bare[1]


def _call(spelled: str, args: list[object], kwargs: dict[str, object]) -> str:
    return f"{spelled}({', '.join([*map(repr, args), *(f'{name}={value!r}' for name, value in kwargs.items())])})" if spelled else ""


def _attempt(kind: type, args: list[object], kwargs: dict[str, object]) -> object:
    try:
        return kind(*args, **kwargs)
    except (DeniedError, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001  (a constructor may raise anything; there are other ways)
        return None


def _bare(kind: type) -> tuple[object, dict[str, object]] | None:
    """Make an object without its constructor, whose missing attributes are settings guessed by name."""
    assumed: dict[str, object] = {}

    def missing(_: object, name: str) -> object:
        value = None if name.startswith("_") else guess.setting(name)
        if value is None:
            raise AttributeError(name)
        assumed[f"self.{name}"] = value
        return value

    try:
        return object.__new__(type(kind.__name__, (kind,), {"__init__": lambda _: None, "__getattr__": missing})), assumed
    except TypeError:
        return None


def _inside(function: Any, step: Step, way: _Way) -> tuple[object, str, dict[str, object]]:  # noqa: ANN401
    """Call a function and return what it calls `step.name` inside, whatever it returns itself, and the call if it returns that."""
    caught: list[object] = []
    code = getattr(inspect.unwrap(function), "__code__", None)
    positional, named = guess.settings(function, way.arguments)

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is code and step.name in frame.f_locals:
            caught.append(frame.f_locals[step.name])

    error: Exception | None = None
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        returned = function(*positional, **named)
    except Exception as raised:  # noqa: BLE001  (the user's code may raise anything after it defined what is wanted)
        error = raised
        returned = None
    finally:
        sys.setprofile(before)
    if caught:
        return caught[-1], _call(way.spelled, positional, named) if returned is caught[-1] else "", named
    if isinstance(returned, FunctionType) and returned.__name__ == step.name:
        return returned, _call(way.spelled, positional, named), named
    because = f": {type(error).__name__}: {error}" if error else ""
    raise UnreachableError(f"calling `{getattr(function, '__name__', 'it')}` does not define `{step.name}`{because}")
