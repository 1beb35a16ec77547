"""The exact value and derivative beside a run's numbers: from the code's meaning, or else from the same code in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bce_lint.confirm.worker.job import Outcome, Reading
from bce_lint.confirm.worker.measure import REFERENCE, YOURS
from bce_lint.confirm.worker.probes import Pattern
from bce_lint.facts.meaning import Input, Meaning, Role

DIGITS = 40
DIGITS_BY_LOGIT = 0.9
"""`1 - sigmoid(a)` is e^-a, so telling it from 0 takes 0.44 a digits, its square twice that."""

CLOSE = 1e-3
BY_MEANING, BY_DOUBLE = "exact values by mpmath from the code's meaning", "exact: the same code in float64"


@dataclass(frozen=True, slots=True)
class Exact:
    """Value and derivative by |logit|; NaN where they are not known."""

    value: float
    slope: float


UNKNOWN = Exact(math.nan, math.nan)


class Reference:
    """What is right at each point of a run; `source` says how that is known, "" where it is not."""

    def __init__(self, meaning: Meaning, outcome: Outcome, patterns: Sequence[Pattern]) -> None:
        self.outcome = outcome
        self.patterns = patterns
        self.inputs = meaning.inputs
        self.result = meaning.site if outcome.judged == "site" else meaning.result
        self.exact = outcome.judged != "site" and self._agrees()
        doubles = any(name == REFERENCE for reading in outcome.table for name, *_ in reading.numbers)
        self.source = BY_MEANING if self.exact else BY_DOUBLE if doubles else ""

    def at(self, reading: Reading) -> Exact:
        """Return the exact value at a point."""
        return self._by_meaning(reading) if self.exact else _of(reading, REFERENCE)

    def _agrees(self) -> bool:
        """Say whether the meaning, as it was read, is what ran: at the most harmless point of the table they must agree."""
        if not self.outcome.table:
            return False
        reading = self.outcome.table[0]
        ran = _of(reading, REFERENCE)
        ran = _of(reading, YOURS) if math.isnan(ran.value) else ran
        meant = self._by_meaning(reading).value
        return abs(meant - ran.value) <= CLOSE * max(abs(ran.value), 1e-6)

    def _by_meaning(self, reading: Reading) -> Exact:
        if self.result is None:
            return UNKNOWN
        try:
            from bce_lint.confirm import exact
        except ImportError:
            return UNKNOWN
        result, digits = self.result, int(DIGITS + DIGITS_BY_LOGIT * reading.logit)
        pattern = self.patterns[reading.pattern]

        def total(magnitude: Any) -> Any:  # noqa: ANN401  (mpmath has no types)
            return _mean(exact.evaluate(result, self._values(pattern, magnitude, digits), digits))

        try:
            with exact.precision(digits):
                return Exact(float(total(reading.logit)), float(exact.derivative(total, reading.logit)))
        except (exact.NotExact, ArithmeticError, ValueError):
            return UNKNOWN

    def _values(self, pattern: Pattern, magnitude: Any, digits: int) -> dict[str, Any]:  # noqa: ANN401
        """Return the inputs by name, as the worker made them but exact."""
        import mpmath
        import numpy as np

        with mpmath.workdps(digits):
            shape = self.outcome.shape
            z = np.array([magnitude * direction for direction in pattern.direction], dtype=object).reshape(shape)
            y = np.array([mpmath.mpf(label) for label in pattern.y], dtype=object).reshape(shape)
            return {i.name: _made(i, y, z) for i in self.inputs if i.role in TENSORS} | self._settings()

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        for name, text in self.outcome.assumed:
            try:
                settings[name] = float(text)
            except ValueError:
                continue
        return settings


TENSORS = {Role.LABEL, Role.PROBABILITY, Role.LOGIT, Role.LOG_PROBABILITY}


def _made(given: Input, y: Any, z: Any) -> Any:  # noqa: ANN401
    import mpmath
    import numpy as np

    sigmoid = np.frompyfunc(lambda x: 1 / (1 + mpmath.exp(-x)), 1, 1)
    log = np.frompyfunc(mpmath.log, 1, 1)
    exp = np.frompyfunc(mpmath.exp, 1, 1)
    match given.role:
        case Role.LABEL:
            return y
        case Role.LOGIT:
            return z
    squashed = exp(z) / np.sum(exp(z), axis=-1, keepdims=True) if given.classes else sigmoid(z)
    return squashed if given.role is Role.PROBABILITY else log(squashed)


def _mean(values: Any) -> Any:  # noqa: ANN401
    flat = list(getattr(values, "flat", [values]))
    return sum(flat) / len(flat)


def _of(reading: Reading, wanted: str) -> Exact:
    return next((Exact(value, slope) for name, value, slope in reading.numbers if name == wanted), UNKNOWN)
