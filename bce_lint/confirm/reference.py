"""The exact value and derivative beside a run's numbers: from the code's meaning, or else from the same code in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bce_lint.confirm.worker.inputs import CLASS_NUMBERS, EACH_ITS_OWN, EMPTY, MASKS, PER_ROW, Layout
from bce_lint.confirm.worker.job import Argument, Outcome, Reading
from bce_lint.confirm.worker.measure import REFERENCE, YOURS
from bce_lint.confirm.worker.probes import Pattern, mask
from bce_lint.facts.expr import Abs, Expr, Free, LogSigmoid, LogSoftmax, Mul, Neg, Sigmoid, Softmax
from bce_lint.facts.meaning import Meaning, Role

DIGITS = 20
MAGNITUDE, DIRECTION, LOGITS = Free(" |logit|", ""), Free(" direction", ""), Free(" logits", "")
"""What the inputs are made of; no name of the user's has a blank."""

OPPOSITE = Neg(LOGITS)

CLOSE = 1e-3
CANCELLED = 1e-4
"""What part of the numbers that cancel in a mean may be left of them."""
BY_MEANING, BY_DOUBLE = "exact values by mpmath from the code's meaning", "exact: the same code in float64"


@dataclass(frozen=True, slots=True)
class Exact:
    """Value and derivative by |logit|; NaN where they are not known. `size` is that of the largest of what the value is the mean of."""

    value: float
    slope: float
    size: float = 0.0


UNKNOWN = Exact(math.nan, math.nan)


class Reference:
    """What is right at each point of a run; `source` says how that is known, "" where it is not."""

    def __init__(self, meaning: Meaning, arguments: Sequence[Argument], outcome: Outcome, patterns: Sequence[Pattern]) -> None:
        self.meaning = meaning
        self.outcome = outcome
        self.patterns = patterns
        self.arguments = arguments
        self.result = meaning.site if outcome.judged == "site" else meaning.result
        self.exact = self._agrees()
        doubles = any(name == REFERENCE for reading in outcome.table for name, *_ in reading.numbers)
        self.source = BY_MEANING if self.exact else BY_DOUBLE if doubles else ""

    def at(self, reading: Reading) -> Exact:
        """Return the exact value at a point."""
        return self._by_meaning(reading) if self.exact else _of(reading, REFERENCE)

    def value(self, reading: Reading) -> float:
        """Return the exact value at a point, without its derivative; NaN where it is not known for certain.

        Where there are both, the code's meaning and the same code in float64 must agree.
        """
        double = _of(reading, REFERENCE).value
        meant = self._value(self._inputs(self.patterns[reading.pattern], reading.logit)) if self.exact else math.nan
        if math.isnan(meant) or math.isnan(double):
            return meant if self.exact else double
        return meant if abs(meant - double) <= CLOSE * max(abs(double), abs(meant)) else math.nan

    def _value(self, inputs: dict[str, object]) -> float:
        from bce_lint.confirm import exact

        if self.result is None:
            return math.nan
        try:
            return float(_mean(exact.evaluate(self.result, inputs, DIGITS)))
        except (exact.NotExact, ArithmeticError, ValueError):
            return math.nan

    def _agrees(self) -> bool:
        """Say whether the meaning, as it was read, is what ran: at the most harmless point of the table they must agree."""
        for reading in self.outcome.table:
            ran = _of(reading, REFERENCE)
            ran = _of(reading, YOURS) if math.isnan(ran.value) else ran
            if math.isfinite(ran.value):
                meant = self._by_meaning(reading)
                return abs(meant.value - ran.value) <= CLOSE * max(abs(ran.value), 1e-6, CANCELLED * meant.size)
        return False

    def _by_meaning(self, reading: Reading) -> Exact:
        if self.result is None:
            return UNKNOWN
        try:
            from bce_lint.confirm import exact
        except ImportError:
            return UNKNOWN
        inputs = self._inputs(self.patterns[reading.pattern], reading.logit)
        try:
            value, slope = exact.differentiate(self.result, inputs, MAGNITUDE.name, DIGITS)
        except (exact.NotExact, ArithmeticError, ValueError):
            return UNKNOWN
        return Exact(float(_mean(value)), float(_mean(slope)), float(max(map(abs, value.flat))))

    def _inputs(self, pattern: Pattern, magnitude: float) -> dict[str, object]:
        """Return the inputs by name, as the worker made them but exact."""
        import numpy as np

        made: dict[str, object] = {
            MAGNITUDE.name: magnitude,
            DIRECTION.name: np.array(pattern.direction).reshape(self.outcome.shape),
            LOGITS.name: Mul(MAGNITUDE, DIRECTION),
        }
        labels, rows = (np.array(y).reshape(self.outcome.shape) for y in (pattern.y, Layout(self.outcome.shape).rows()))
        labels, rows = (labels[..., 0], rows[..., 0]) if self.outcome.labels == PER_ROW else (labels, rows)
        labels = labels.argmax(-1) if self.outcome.labels == CLASS_NUMBERS else labels
        texts = dict(self.outcome.assumed)
        for argument in self.arguments:
            role = Role(argument.role)
            text = texts.get(argument.name, "")
            if role is Role.LABEL and "labels" in text:
                made[argument.name] = rows if text == EACH_ITS_OWN else labels
            elif text in MASKS:
                made[argument.name] = np.array(mask(self.outcome.shape)).reshape(self.outcome.shape) * (text != EMPTY)
            elif role in MADE:
                made[argument.name] = _squashed(role, OPPOSITE if "-logit" in text else LOGITS, classes="softmax(" in text)
        for given in self.meaning.inputs:
            if given.role in MADE - {Role.LABEL}:
                made.setdefault(given.name, _squashed(given.role, LOGITS, classes=given.classes))
        sizes = {f"{name}.shape": labels.shape if value is labels else self.outcome.shape for name, value in made.items()}
        return sizes | made | self._settings()

    def _settings(self) -> dict[str, float]:
        settings: dict[str, float] = {}
        for name, text in self.outcome.assumed:
            try:
                settings[name] = float(text)
            except ValueError:
                continue
        return settings


MADE = {Role.LABEL, Role.LOGIT, Role.AMOUNT, Role.PROBABILITY, Role.LOG_PROBABILITY}


def _squashed(role: Role, logits: Expr, *, classes: bool) -> Expr:
    """Return what an input of this role is in terms of the logits."""
    match role:
        case Role.PROBABILITY:
            return Softmax(logits) if classes else Sigmoid(logits)
        case Role.AMOUNT:
            return Abs(logits)
        case Role.LOG_PROBABILITY:
            return LogSoftmax(logits) if classes else LogSigmoid(logits)
        case _:
            return logits


def _mean(values: Any) -> Any:  # noqa: ANN401
    flat = list(getattr(values, "flat", [values]))
    return sum(flat) / len(flat)


def _of(reading: Reading, wanted: str) -> Exact:
    return next((Exact(value, slope) for name, value, slope in reading.numbers if name == wanted), UNKNOWN)
