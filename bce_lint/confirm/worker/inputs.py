"""What a call of the flagged function is given: tensors made of the labels and of one logit leaf, and settings by default, role or name."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import guess
from .backend import Backend, Tensor
from .job import Argument
from .probes import mask

LABEL, MASK, WEIGHT = "label", "mask", "weight"
SQUASHED = {"probability": ("sigmoid", "softmax"), "log-probability": ("log_sigmoid", "log_softmax")}
CLASS_NUMBERS = "class numbers"
LABEL_KINDS = ("numbers", "integers", CLASS_NUMBERS)
PER_ROW = "one a row"
"""Labels without the last axis of the logits, that each row's first entry has: classes of embeddings."""

EACH_ITS_OWN = "labels, each row another"
LABELS = ("labels 0 and 1", "one-hot labels")

MASKED, EMPTY, BOOLEAN = "a mask of 1 and 0", "a mask of 0 alone", "a mask of true and false"
MASKS = (MASKED, EMPTY, BOOLEAN)

SIMPLE = (int, float, str, list, type(None))

VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class UnknownRoleError(Exception):
    """Nobody knows what to give a parameter."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of the logits, and labels as numbers of the dtype, as integers, or as class numbers without the last axis."""

    shape: tuple[int, ...]
    labels: str = "numbers"

    def pass_labels(self, y: Sequence[float], backend: Backend) -> Tensor:
        """Return the labels as a tensor."""
        if self.labels == "numbers":
            return backend.leaf(y, self.shape)
        if self.labels == "integers":
            return backend.whole(y, self.shape)
        width = self.shape[-1]
        rows = [y[i : i + width] for i in range(0, len(y), width)]
        if self.labels == PER_ROW:
            return backend.leaf([row[0] for row in rows], self.shape[:-1])
        return backend.whole([float(row.index(max(row))) for row in rows], self.shape[:-1])

    def rows(self) -> list[float]:
        """Return the number of each entry's row."""
        width = self.shape[-1] if len(self.shape) > 1 else 1
        return [float(number // width) for number in range(math.prod(self.shape))]


Build = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Inputs:
    """One way to call a function: what builds each tensor from labels and leaf, the fixed settings, and all of it in words."""

    positional: tuple[str, ...]
    tensors: dict[str, Build]
    settings: dict[str, object]
    assumed: tuple[tuple[str, str], ...]

    def call(self, function: Callable[..., object], y: Tensor, z: Tensor) -> object:
        """Call `function` with labels `y` and logits `z`."""
        values = {name: build(y, z) for name, build in self.tensors.items()} | self.settings
        return function(*(values.pop(name) for name in self.positional), **values)

    def spell(self, function: str) -> str:
        """Return the call as an expression of `labels`, `logit` and the names of activations."""
        if not function or any(not isinstance(value, SIMPLE) for value in self.settings.values()):
            return ""
        texts = dict(self.assumed) | {name: repr(value) for name, value in self.settings.items()}
        spelled = {name: "labels" if "labels" in text else "mask" if text in MASKS else text for name, text in texts.items()}
        return f"{function}({', '.join([*(spelled.pop(name) for name in self.positional), *(f'{k}={v}' for k, v in spelled.items())])})"

    @property
    def labelled(self) -> bool:
        """Whether the labels go in."""
        return any("labels" in text for _, text in self.assumed)

    @property
    def masked(self) -> bool:
        """Whether a mask goes in."""
        return any(text in (MASKED, BOOLEAN) for _, text in self.assumed)

    def boolean(self) -> list[Inputs]:
        """Return the same call with masks of truth values, if it has masks."""
        masks = {name: self.tensors[name] for name, text in self.assumed if text == MASKED}
        tensors = self.tensors | {name: _positive(build) for name, build in masks.items()}
        assumed = tuple((name, BOOLEAN if name in masks else text) for name, text in self.assumed)
        return [Inputs(self.positional, tensors, self.settings, assumed)] if masks else []

    def emptied(self, backend: Backend) -> Inputs:
        """Return the same call with masks that leave nothing."""

        def nothing(_: Tensor, z: Tensor) -> Tensor:
            return backend.leaf((0.0,) * math.prod(_shape(z)), _shape(z))

        masks = {name: text for name, text in self.assumed if text in (MASKED, BOOLEAN)}
        tensors = self.tensors | {name: nothing if text == MASKED else _positive(nothing) for name, text in masks.items()}
        assumed = tuple((name, EMPTY if name in masks else text) for name, text in self.assumed)
        return Inputs(self.positional, tensors, self.settings, assumed)

    def respelled(self, old: str, new: str, backend: Backend) -> Inputs | None:
        """Return the same call with other tensors, as their descriptions become with `new` in place of `old`; None if none has it."""
        changed = {name: text.replace(old, new) for name, text in self.assumed if name in self.tensors and old in text}
        tensors = self.tensors | {name: _build(text, backend) for name, text in changed.items()}
        assumed = tuple((name, changed.get(name, text)) for name, text in self.assumed)
        return Inputs(self.positional, tensors, self.settings, assumed) if changed else None

    def each_its_own(self, layout: Layout, backend: Backend) -> Inputs:
        """Return the same call with labels that are all different, whatever the pattern's are."""
        labels = [name for name, text in self.assumed if text in LABELS]
        tensors = self.tensors | dict.fromkeys(labels, lambda _, z: layout.pass_labels(layout.rows(), backend))  # noqa: ARG005
        return Inputs(
            self.positional, tensors, self.settings, tuple((n, EACH_ITS_OWN if n in labels else text) for n, text in self.assumed)
        )

    def flipped(self, function: Callable[..., object]) -> list[Inputs]:
        """Return the same call with each true-or-false default turned round, one at a time."""
        found = _parameters(function) or ()
        flags = {p.name: not p.default for p in found if isinstance(p.default, bool) and p.name not in self.settings}
        return [
            Inputs(self.positional, self.tensors, {**self.settings, name: value}, (*self.assumed, (name, str(value))))
            for name, value in flags.items()
        ]


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """Return the shape of a tensor, or of a Python number."""
    return tuple(getattr(tensor, "shape", ()))


def _positive(build: Build) -> Build:
    return lambda y, z: build(y, z) > 0


def bind(function: Callable[..., object], arguments: Sequence[Argument], backend: Backend) -> Inputs:
    """Decide what each parameter of `function` gets; a setting with a default keeps it."""
    known = {argument.name: argument for argument in arguments}
    parameters = _parameters(function)
    if parameters is None:
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in known]
    tensors: dict[str, Build] = {}
    settings: dict[str, object] = {}
    assumed: list[tuple[str, str]] = []
    seen: Counter[str] = Counter()
    for parameter in parameters:
        argument = known.get(parameter.name)
        sign = -1 if argument and seen[argument.role] % 2 else 1
        build, words = _tensor(argument, parameter, (backend, sign)) if argument else (None, "")
        seen[argument.role if argument else ""] += build is not None
        if build is not None:
            tensors[parameter.name] = build
        elif parameter.default is inspect.Parameter.empty:
            settings[parameter.name] = _setting(parameter.name, arguments)
            words = str(settings[parameter.name])
        if words:
            assumed.append((parameter.name, words))
    settings |= _keywords(function, backend)
    given = tensors.keys() | settings.keys()
    positional = [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_ONLY and p.name in given]
    return Inputs(tuple(positional), tensors, settings, tuple(assumed))


def _keywords(function: Callable[..., object], backend: Backend) -> dict[str, object]:
    """Return the modules that a function takes out of its `**kwargs`, as those written for several Keras packages do."""
    code = getattr(function, "__code__", None)
    if code is None or not code.co_flags & inspect.CO_VARKEYWORDS:
        return {}
    importer = backend.importer()
    wanted = {name: MODULES[name] for name in code.co_consts if isinstance(name, str) and name in MODULES}
    return {name: module for name, path in wanted.items() if (module := importer(path)) is not None}


MODULES = {"backend": "keras.backend", "layers": "keras.layers", "models": "keras.models", "utils": "keras.utils"}


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter] | None:
    try:
        return [p for p in inspect.signature(function).parameters.values() if p.kind not in VARIABLE]
    except (TypeError, ValueError):
        return None


def _tensor(argument: Argument, parameter: inspect.Parameter, how: tuple[Backend, int]) -> tuple[Build | None, str]:
    """Return how to build a tensor argument, and its description; (None, "") for a setting.

    Every second one of a role gets the opposite logits: two distributions that were the same would hide what divides them.
    """
    backend, sign = how
    leaf = "logit" if sign > 0 else "-logit"
    optional = parameter.default is not inspect.Parameter.empty
    match argument.role:
        case "label":
            return (lambda y, _: y), LABELS[argument.classes]
        case "logit" | "amount" | "probability" | "log-probability":
            squashed = f"{SQUASHED[argument.role][argument.classes]}({leaf})" if argument.role in SQUASHED else ""
            words = squashed or ("|logit|" if argument.role == "amount" else leaf)
            return _build(words, backend), words
        case "mask" if not optional:
            return (lambda _, z: backend.leaf(mask(_shape(z)), _shape(z))), MASKED
        case _:
            return None, ""


def _build(words: str, backend: Backend) -> Build:
    """Return what makes a tensor of the logits as it is described: "-logit", "|logit|", "softmax(logit)"."""
    sign = -1 if "-logit" in words else 1
    kind = words.partition("(")[0].replace("_", "-") if "(" in words else ""
    if kind:
        return lambda _, z: backend.squash(z * sign, kind)
    return (lambda _, z: abs(z)) if words.startswith("|") else lambda _, z: z * sign


def _setting(name: str, arguments: Sequence[Argument]) -> object:
    value = guess.from_arguments(name, arguments)
    value = guess.setting(name) if value is None else value
    if value is None:
        raise UnknownRoleError(name)
    return value
