"""The points of a finding's curve as panels to draw: loss and gradient, labels that agree and that contradict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bce_lint.finding import Evidence, Witness

EXACT, YOURS = "exact", "yours"
LABELS = {EXACT: "your code in exact arithmetic", YOURS: "your code", "fixed": "your code, fixed"}
TITLES = {"agreeing": "label agrees with the logit", "contradicting": "label contradicts the logit", "": "no label"}
AXES = {"value": "loss", "gradient": "|d loss / d logit|"}
WIDEST = 1e3
"""Values that span more than this factor are drawn on a logarithmic axis."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its points by rising |logit|, those that are not finite included."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of a "value" or "gradient" for labels that agree or contradict, or for others in words; where the user's code breaks."""

    what: str
    labels: str
    curves: tuple[Curve, ...]
    breaks: float | None = None
    result: str = ""

    @property
    def title(self) -> str:
        """What the labels are."""
        return TITLES.get(self.labels, self.labels)


def panels_of(evidence: Evidence, witnesses: Sequence[Witness]) -> list[Panel]:
    """Sort the points of the evidence's curve into panels: values above gradients, agreeing labels before contradicting ones."""
    points: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = {}
    for row in evidence.curve:
        for column, value in row.values:
            name, what, labels = column.split("|")
            points.setdefault((what, labels), {}).setdefault(name, []).append((row.logit, value))
    sides = [*TITLES, *dict.fromkeys(labels for _, labels in points if labels not in TITLES)]
    order = [(what, labels) for what in AXES for labels in sides if (what, labels) in points]
    return [_panel(what, labels, points[what, labels], witnesses) for what, labels in order]


def _panel(what: str, labels: str, points: Mapping[str, Sequence[tuple[float, float]]], witnesses: Sequence[Witness]) -> Panel:
    curves = tuple(Curve(name, tuple(x for x, _ in of), tuple(y for _, y in of)) for name, of in points.items())
    known = dict(points.get(YOURS, ()))
    every = sorted({x for of in points.values() for x, _ in of})
    bad = next((x for x in every if not math.isfinite(known.get(x, math.nan))), None)
    if bad is None:
        return Panel(what, labels, curves)
    before = max((x for x in known if x < bad), default=0.0)
    bisected = min((w for w in witnesses if w.what == what and before <= w.logit <= bad), key=lambda w: w.logit, default=None)
    if bad not in known and bisected is None:
        return Panel(what, labels, curves)
    result = bisected.result if bisected is not None and bad not in known else str(known[bad])
    return Panel(what, labels, curves, bisected.logit if bisected is not None else bad, result)
