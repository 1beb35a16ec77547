"""What confirm and `--why` are told of a finding's surroundings: the function, the roles of its inputs, its meaning as an Expr."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bce_lint.facts.expr import Expr


class Role(StrEnum):
    """What an input of a loss is, which decides what it is probed with."""

    LABEL = "label"
    PROBABILITY = "probability"
    LOGIT = "logit"
    LOG_PROBABILITY = "log-probability"
    AMOUNT = "amount"
    MASK = "mask"
    WEIGHT = "weight"
    SCALAR = "scalar"
    INTEGER = "integer"
    FLAG = "flag"
    FUNCTION = "function"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of the flagged function: `guessed` when only its name speaks for `role`; `because` is the use or name that decided.

    `classes` is true when the values lie along a class axis (softmax, one-hot labels) rather than one number an example.
    `default` is the parameter's default as a number, if it has one.
    """

    name: str
    role: Role
    guessed: bool
    because: str
    classes: bool = False
    default: float | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """Where a flagged op stands and what its function computes.

    `path` names the enclosing definitions from the outside in, `("FocalLoss", "call")`; it is empty for module-level code.
    `result` is what the innermost of them returns in terms of its parameters (None: it returns nothing that was read);
    `site` is the flagged op.
    """

    path: tuple[str, ...]
    row: int
    inputs: tuple[Input, ...]
    result: Expr | None
    site: Expr
    framework: str
    dtype: str
