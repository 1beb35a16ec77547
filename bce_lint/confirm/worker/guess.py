"""What a setting is given when nothing says: by its name, as people name the settings of losses."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable

from .job import Argument
from .probes import BATCH, CLASSES

NUMBERS = {
    "learning_rate": 0.01,
    "lr": 0.01,
    "momentum": 0.9,
    "decay": 0.01,
    "temperature": 1.0,
    "margin": 1.0,
    "scale": 1.0,
    "delta": 1.0,
    "tau": 1.0,
    "lambda": 1.0,
    "epochs": 1,
    "steps": 1,
    "batch_size": BATCH,
    "size": BATCH,
    "count": BATCH,
    "n": BATCH,
    "ratio": 0.2,
    "coef": 0.5,
    "gamma": 2.0,
    "alpha": 0.25,
    "beta": 0.5,
    "smooth": 1.0,
    "eps": 1e-7,
    "epsilon": 1e-7,
    "threshold": 0.5,
    "axis": -1,
    "dim": -1,
    "num_classes": CLASSES,
    "n_classes": CLASSES,
    "nb_classes": CLASSES,
    "depth": CLASSES,
    "from_logits": False,
    "is_logits": False,
    "name": "loss",
    "reduction": "mean",
    "dtype": "float32",
}
PER_CLASS = re.compile(r"(class|cls)_?(weights?|w)$|weights$|^(alphas|gammas|betas)$")

Values = dict[str, object]


def setting(name: str) -> object:
    """Return a value for a setting called `name`, None if the name says nothing."""
    low = name.lower().strip("_")
    if PER_CLASS.search(low):
        return [1.0] * CLASSES
    if low in NUMBERS:
        return NUMBERS[low]
    return next((value for key, value in NUMBERS.items() if low.endswith(("_" + key, "_" + key + "_"))), None)


def from_arguments(name: str, arguments: Iterable[Argument]) -> object:
    """Return a value for a setting from its role, where the linter gave it one."""
    for argument in arguments:
        if argument.name == name:
            return _from_role(argument)
    return None


def first(*args: object, **_: object) -> object:
    """Return the first argument: what a function that is a setting is taken to do."""
    return args[0]


def _from_role(argument: Argument) -> object:
    match argument.role:
        case _ if argument.text:
            return argument.text
        case _ if argument.default is not None:
            return argument.default
        case "weight" if argument.classes:
            return [1.0] * CLASSES
        case "flag":
            return False
        case "function":
            return first
        case "integer":
            return setting(argument.name) or -1
        case "scalar" | "weight":
            return setting(argument.name) or 1.0
        case _:
            return None


def default(function: Callable[..., object], name: str) -> int | float | None:
    """Return the number that a parameter has by default, if it has one."""
    try:
        found = inspect.signature(function).parameters[name].default
    except (TypeError, ValueError, KeyError):
        return None
    return found if type(found) in (int, float) else None


def required(function: Callable[..., object]) -> list[inspect.Parameter]:
    """Return the parameters that a call must give; none where Python cannot tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p for p in parameters if p.kind not in variable and p.default is inspect.Parameter.empty]


def settings(function: Callable[..., object], arguments: Iterable[Argument]) -> tuple[list[object], Values]:
    """Return positional and keyword arguments for a factory or a constructor."""
    known = tuple(arguments)
    positional: list[object] = []
    named: Values = {}
    for parameter in required(function):
        value = from_arguments(parameter.name, known)
        value = setting(parameter.name) if value is None else value
        value = 1.0 if value is None else value
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            named[parameter.name] = value
    return positional, named
