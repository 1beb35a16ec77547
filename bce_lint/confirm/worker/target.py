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
from .inputs import SIMPLE
from .job import Argument, Step
from .lazy import Space


class UnreachableError(Exception):
    """The flagged function cannot be got hold of."""


MADE = "WithoutConstructor"


@dataclass(frozen=True, slots=True)
class Bare:
    """An object made without its constructor: an expression for its class, and its attributes, guessed as they are asked for."""

    base: str
    attributes: dict[str, object] = field(default_factory=dict)

    def definition(self) -> str:
        """Return a class whose objects need no constructor; "" if no text gives the attributes."""
        if not self.base or not all(isinstance(value, SIMPLE) for value in self.attributes.values()):
            return ""
        lines = [f'class {MADE}({self.base}):\n    """What its constructor would have set is guessed by its name."""\n']
        lines += [f"    {name} = {value!r}" for name, value in self.attributes.items()]
        return "\n".join([*lines, *([""] if self.attributes else []), "    def __init__(self):\n        pass"])


@dataclass(frozen=True, slots=True)
class Target:
    """A callable, the settings that had to be assumed to get it, and an expression that gives it ("" if there is none)."""

    function: Callable[..., object]
    spelled: str
    assumed: dict[str, object] = field(default_factory=dict)
    bare: Bare | None = None

    def settings(self) -> dict[str, object]:
        """Return everything assumed, the attributes that were asked for too."""
        attributes = self.bare.attributes if self.bare is not None else {}
        return self.assumed | {f"self.{name}": value for name, value in attributes.items()}

    def definition(self) -> str:
        """Return what must be defined before `spelled` gives it."""
        return self.bare.definition() if self.bare is not None else ""


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
    bare: Bare | None = None

    def on(self, spelled: str, assumed: dict[str, object], bare: Bare | None = None) -> _Way:
        """Return the way one step further."""
        return _Way(self.arguments, spelled if self.spelled else "", self.assumed | assumed, bare or self.bare)


def _enter(found: Any, step: Step, rest: list[Step], way: _Way) -> Iterator[Target]:  # noqa: ANN401  (any object of the user's)
    if not rest:
        if not callable(found):
            raise UnreachableError(f"`{step.name}` is not callable")
        yield Target(found, way.spelled, way.assumed, way.bare)
        return
    following, *beyond = rest
    if step.kind == "class":
        for holder, spelled, made in _instances(found, following, way):
            assumed, bare = ({}, made) if isinstance(made, Bare) else (made, None)
            further = way.on(f"{spelled}.{following.name}" if spelled else "", assumed, bare)
            yield from _enter(getattr(holder, following.name), following, beyond, further)
            if not beyond and following.name in ("call", "forward") and callable(holder):
                yield Target(holder, spelled, way.assumed | assumed, bare or way.bare)
        return
    inner, spelled, assumed = _inside(found, following, way)
    yield from _enter(inner, following, beyond, way.on(spelled, assumed))


def _instances(kind: type, step: Step, way: _Way) -> Iterator[tuple[object, str, dict[str, object] | Bare]]:
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
    bare = Bare(way.spelled)
    holder = _without_constructor(kind, bare)
    if holder is not None:
        yield holder, f"{MADE}()" if way.spelled else "", bare


def _call(spelled: str, args: list[object], kwargs: dict[str, object]) -> str:
    return f"{spelled}({', '.join([*map(repr, args), *(f'{name}={value!r}' for name, value in kwargs.items())])})" if spelled else ""


def _attempt(kind: type, args: list[object], kwargs: dict[str, object]) -> object:
    try:
        return kind(*args, **kwargs)
    except (DeniedError, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001  (a constructor may raise anything; there are other ways)
        return None


def _without_constructor(kind: type, bare: Bare) -> object:
    """Make an object without its constructor, whose missing attributes are settings guessed by name; None where that cannot be."""

    def missing(_: object, name: str) -> object:
        value = None if name.startswith("_") else guess.default(kind, name) or guess.setting(name)
        if value is None:
            raise AttributeError(name)
        bare.attributes[name] = value
        return value

    try:
        return object.__new__(type(kind.__name__, (kind,), {"__init__": lambda _: None, "__getattr__": missing}))
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
