"""Panels as SVG, drawn by hand so that a report needs no library: colours are classes, which the page gives for light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bce_lint.panels import AXES, EXACT, LABELS, WIDEST, YOURS, Curve, Panel
from bce_lint.report.grid import number

WIDTH, HEIGHT = 430, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 28, 40
TICKS = 5
ARM = 5
"""Half the size of the cross at which a curve ends."""

WIDE = 130
"""Words that begin within so many pixels of the right edge are set to the left of the break."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels; `low` and `high` are the ends of the axis."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value, on the axis' lower end for what a logarithm cannot show."""
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(max(value, self.low))
        return self.start + (self.end - self.start) * (at - low) / (high - low)


def names(panels: Sequence[Panel]) -> list[tuple[str, str]]:
    """Return class and label of every curve, for the legend."""
    found = dict.fromkeys(curve.name for panel in panels for curve in panel.curves)
    order = sorted(found, key=lambda name: (name not in (YOURS, EXACT), name == EXACT))
    others = [name for name in order if name not in (YOURS, EXACT)]
    kinds = {name: f"c{number}" for number, name in enumerate(others, 1)} | {YOURS: "yours", EXACT: "exact"}
    return [(kinds[name], LABELS.get(name, name)) for name in order]


def draw(panel: Panel, kinds: Sequence[tuple[str, str]]) -> str:
    """Return a panel as an SVG element."""
    classes = {label: kind for kind, label in kinds}
    x, y = _scales(panel)
    parts = [*_frame(x, y)]
    if panel.breaks is not None:
        parts += _gone(panel.breaks, x)
    for curve in sorted(panel.curves, key=lambda curve: (curve.name == YOURS, curve.name != EXACT)):
        kind = classes[LABELS.get(curve.name, curve.name)]
        parts += (f'<polyline class="{kind}" points="{points}"/>' for points in _pieces(curve, x, y))
    if panel.breaks is not None:
        parts += _end(panel, x, y)
    title = f"{AXES[panel.what]}, {panel.title}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<text class="title" x="{LEFT}" y="16">{escape(title)}</text>{"".join(parts)}</svg>'
    )


def _scales(panel: Panel) -> tuple[Scale, Scale]:
    values = [y for curve in panel.curves for y in curve.y if math.isfinite(y)] or [0.0]
    least, most = min(values), max(values)
    positive = min((y for y in values if y > 0), default=math.inf)
    x = Scale(min(c.x[0] for c in panel.curves), max(c.x[-1] for c in panel.curves), LEFT, WIDTH - RIGHT)
    bottom, top = float(HEIGHT - BOTTOM), float(TOP)
    if least >= 0 and most > WIDEST * positive:
        return x, Scale(positive / 2, most * 2, bottom, top, logarithmic=True)
    if panel.what == "gradient":
        least, most = min(least, 0.0), max(most, 0.0)
    room = max(0.05 * (most - least), 0.1 * abs(most), 0.1 * abs(least)) or 1.0
    return x, Scale(least - room, most + room, bottom, top)


def _frame(x: Scale, y: Scale) -> Iterator[str]:
    """Yield grid lines with their numbers, and what the axes show."""
    for value in _ticks(y):
        at = y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{at + 3.5:.1f}">{number(value, 3)}</text>'
    for value in _ticks(x):
        at = x(value)
        yield f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text class="tick" text-anchor="middle" x="{at:.1f}" y="{HEIGHT - BOTTOM + 15}">{number(value, 3)}</text>'
    yield f'<text class="tick" text-anchor="middle" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}">a = |logit|</text>'


def _ticks(scale: Scale) -> Iterator[float]:
    """Yield round values within a scale: powers of ten of a logarithmic one."""
    if scale.logarithmic:
        first, last = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
        step = max(1, math.ceil((last - first + 1) / TICKS))
        yield from (10.0**power for power in range(first, last + 1, step))
        return
    rough = (scale.high - scale.low) / TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step_size = next(unit * size for size in (1, 2, 5, 10) if unit * size >= rough)
    for index in range(math.ceil(scale.low / step_size), math.floor(scale.high / step_size) + 1):
        yield float(f"{index * step_size:.12g}")


def _pieces(curve: Curve, x: Scale, y: Scale) -> Iterator[str]:
    """Yield the points of each stretch of finite values."""
    piece: list[str] = []
    for at, value in zip(curve.x, curve.y, strict=True):
        if math.isfinite(value):
            piece.append(f"{x(at):.1f},{y(value):.1f}")
        elif piece:
            yield " ".join(piece)
            piece = []
    if piece:
        yield " ".join(piece)


def _gone(breaks: float, x: Scale) -> Iterator[str]:
    """Yield the region without values, and the line at which it begins."""
    at = x(breaks)
    yield f'<rect class="gone" x="{at:.1f}" y="{TOP}" width="{max(x.end - at, 0):.1f}" height="{HEIGHT - BOTTOM - TOP}"/>'
    yield f'<line class="edge" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'


def _end(panel: Panel, x: Scale, y: Scale) -> Iterator[str]:
    """Yield the cross in which the user's curve ends, and in words what comes then."""
    assert panel.breaks is not None
    at = x(panel.breaks)
    mine = [point for curve in panel.curves if curve.name == YOURS for point in zip(curve.x, curve.y, strict=True)]
    last = [v for a, v in mine if a < panel.breaks and math.isfinite(v)][-1:]
    for height in (y(value) for value in last):
        for sign in (-ARM, ARM):
            ends = f'x1="{at - ARM:.1f}" y1="{height - sign:.1f}" x2="{at + ARM:.1f}" y2="{height + sign:.1f}"'
            yield f'<line class="cross" {ends}/>'
    anchor, beside = ("end", at - 6) if at > WIDTH - WIDE else ("start", at + 6)
    words = f"{'NaN' if panel.result == 'nan' else panel.result} from a = {number(panel.breaks)}"
    yield f'<text class="said" text-anchor="{anchor}" x="{beside:.1f}" y="{TOP + 14}">{escape(words)}</text>'
