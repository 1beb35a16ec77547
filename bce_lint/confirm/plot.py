"""A finding that was run as a picture: loss and gradient over |logit|, the user's code beside the stable call and the exact value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bce_lint.confirm import files
from bce_lint.finding import Confirmed, Evidence, Finding, Refuted, UsageError
from bce_lint.panels import AXES, EXACT, LABELS, TITLES, WIDEST, YOURS, Curve, Panel, panels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Look = dict[str, Any]
"""Keyword arguments of matplotlib's `plot`."""

RED, PINK, INK = "#d1242f", "#fbe9eb", "#24292f"
STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10.5,
    "grid.color": "#d8dee4",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "text.color": INK,
}
BAND: Look = {"color": "#c9ced4", "linewidth": 9, "solid_capstyle": "butt", "zorder": 1.5}
LINE: Look = {"color": RED, "linewidth": 1.8, "zorder": 4}
BESIDE: tuple[Look, ...] = (
    {"color": "#0969da", "linewidth": 2.2, "zorder": 2},
    {"color": "#9a6700", "linewidth": 1.8, "linestyle": (0, (5, 2)), "zorder": 2.5},
    {"color": "#1a7f37", "linewidth": 2.6, "linestyle": (0, (1, 2.2)), "zorder": 3},
    {"color": "#8250df", "linewidth": 1.8, "linestyle": (0, (4, 2, 1, 2)), "zorder": 2.2},
)
"""What is drawn beside the user's code, the best first."""

DOTS_PER_INCH = 110
HEIGHTS = (0.9, 0.75, 0.6, 0.45, 0.3, 0.1)
"""Where the words of a break may stand."""


def check(directory: Path) -> None:
    """Complain if there is nothing to draw with, or nowhere to draw to."""
    if find_spec("matplotlib") is None:
        raise UsageError("--plot: matplotlib is not installed: pip install 'bce-lint[plot]'")
    files.folder("--plot", directory)


def plot(finding: Finding, directory: Path) -> tuple[Path, ...]:
    """Draw a finding that was run and return the files: all panels, and the loss for agreeing labels once more by itself."""
    match finding.verdict:
        case Confirmed(witnesses, evidence):
            panels = panels_of(evidence, witnesses)
        case Refuted(_, evidence):
            panels = panels_of(evidence, ())
        case _:
            return ()
    if not panels:
        return ()
    name = files.name(finding)
    title = _title(finding, evidence, panels)
    figures = {directory / f"{name}.png": _grid(panels, title)}
    if (panels[0].what, panels[0].labels) == ("value", "agreeing"):
        figures[directory / f"{name}-loss.png"] = _single(panels[0], title)
    for file, figure in figures.items():
        _save(figure, file)
    return tuple(figures)


def _title(finding: Finding, evidence: Evidence, panels: Sequence[Panel]) -> str:
    """Return what is drawn, and the break itself where it happens for other labels than those drawn."""
    between = "  " if len({panel.labels for panel in panels}) > 1 else "\n"
    title = f"{Path(finding.path).name}:{finding.span.row}  {finding.rule}{between}({evidence.dtype}, {evidence.framework})"
    if isinstance(finding.verdict, Confirmed) and all(panel.breaks is None for panel in panels):
        first = finding.verdict.witnesses[0]
        title += f"\nnot drawn: {first.what} is {first.result} from a = {first.logit:.4g}, {first.labels}"
    return title


def _grid(panels: Sequence[Panel], title: str) -> Figure:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    labels = [*dict.fromkeys(panel.labels for panel in panels)]
    whats = [*dict.fromkeys(panel.what for panel in panels)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(0.8 + 5.6 * len(labels), 1.4 + 2.85 * len(whats)), layout="constrained")
        grid = figure.subplots(len(whats), len(labels), sharex=True, squeeze=False)
        for panel in panels:
            _draw(grid[whats.index(panel.what)][labels.index(panel.labels)], panel)
        for axes, name in zip(grid[0], labels, strict=True):
            axes.set_title(TITLES.get(name, name), fontsize=11)
        for axes in grid[-1]:
            axes.set_xlabel("a = |logit|")
        for row, what in zip(grid, whats, strict=True):
            row[0].set_ylabel(AXES[what])
        figure.suptitle(title, fontweight="bold", fontsize=12.5)
        handles, words = grid[0][0].get_legend_handles_labels()
        columns = 5 if len(words) <= 5 and len(labels) > 1 else 3
        figure.legend(handles, words, loc="outside lower center", ncols=columns, fontsize=9.5)
    return figure


def _single(panel: Panel, title: str) -> Figure:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 5), layout="constrained")
        axes = figure.subplots()
        _draw(axes, panel)
        axes.set(xlabel="a: logits -a and a, labels 0 and 1", ylabel="loss")
        axes.set_title(title, fontweight="bold", fontsize=11)
        axes.legend(loc="lower left", fontsize=9.5)
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    _scale(axes, panel)
    looks = iter(BESIDE)
    zeros = []
    for curve in sorted(panel.curves, key=lambda curve: curve.name != EXACT):
        look = {EXACT: BAND, YOURS: LINE}.get(curve.name) or next(looks, BESIDE[-1])
        x, y, zero = _drawn(curve)
        axes.plot(x, y, label=LABELS.get(curve.name, curve.name), **look)
        zeros += [(zero, look["color"])] if zero is not None else []
    if zeros and panel.what == "gradient":
        _vanishes(axes, panel, *min(zeros))
    if panel.breaks is not None:
        _break(axes, panel, panel.breaks)


def _scale(axes: Axes, panel: Panel) -> None:
    """Choose the axes: logarithmic for what spans magnitudes, else linear, and never so close that rounding fills the panel."""
    values = [y for curve in panel.curves for y in curve.y if math.isfinite(y)]
    least, most = min(values), max(values)
    positive = min((y for y in values if y > 0), default=math.inf)
    axes.set_xlim(min(curve.x[0] for curve in panel.curves), max(curve.x[-1] for curve in panel.curves))
    if least >= 0 and most > WIDEST * positive:
        axes.set_yscale("log")
        axes.set_ylim(positive / 2, most * 2)
        return
    if panel.what == "gradient":
        least, most = min(least, 0.0), max(most, 0.0)
    room = max(0.05 * (most - least), 0.1 * abs(most), 0.1 * abs(least))
    axes.set_ylim(least - room, most + room)


def _drawn(curve: Curve) -> tuple[list[float], list[float], float | None]:
    """Return the finite points, and where the curve falls to exactly 0 for good; it falls at once, not along a slope."""
    points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if math.isfinite(y)]
    last = max((i for i, (_, y) in enumerate(points) if y), default=-1)
    zero = None
    if 0 <= last < len(points) - 1:
        zero = points[last + 1][0]
        points.insert(last + 1, (zero, points[last][1]))
    return [x for x, _ in points], [y for _, y in points], zero


def _vanishes(axes: Axes, panel: Panel, zero: float, color: str) -> None:
    """Say where a gradient is exactly 0: a logarithmic axis cannot show it, and for a wrong answer it is a defect."""
    harm = ":\nno more learning" if panel.labels == "contradicting" else ""
    axes.annotate(
        f"exactly 0 at a = {zero:.4g} and beyond{harm}",
        (zero, axes.get_ylim()[0] if axes.get_yscale() == "log" else 0),
        xytext=(0.08, 0.16),
        textcoords="axes fraction",
        color=color,
        fontsize=9.5,
        arrowprops={"arrowstyle": "->", "color": color},
    )


def _break(axes: Axes, panel: Panel, x: float) -> None:
    """End the user's curve in a cross, and say from where on there is none; NaN by itself would only leave a gap."""
    mine = [point for curve in panel.curves if curve.name == YOURS for point in zip(curve.x, curve.y, strict=True)]
    last = [y for at, y in mine if at < x and math.isfinite(y)][-1:]
    axes.axvspan(x, max(curve.x[-1] for curve in panel.curves), color=PINK, zorder=0.5)
    axes.axvline(x, color=RED, linewidth=1.1, zorder=1)
    axes.plot([x] * len(last), last, "x", color=RED, markersize=11, markeredgewidth=2.8, zorder=5)
    between = "\n" if panel.result.endswith("Error") else " "
    axes.annotate(
        f"{'NaN' if panel.result == 'nan' else panel.result}{between}from a = {x:.4g}",
        (x, _free_height(axes, panel, x)),
        xycoords=("data", "axes fraction"),
        xytext=(6, 0),
        textcoords="offset points",
        color=RED,
        fontweight="bold",
        va="center",
    )


def _free_height(axes: Axes, panel: Panel, x: float) -> float:
    """Return at which height behind a break the fewest curves pass, as a fraction of the axes."""
    low, high = axes.get_ylim()
    logarithmic = axes.get_yscale() == "log"

    def height(y: float) -> float:
        if logarithmic:
            return math.log(y / low) / math.log(high / low) if y > 0 else 0.0
        return (y - low) / (high - low)

    points = [(at, y) for curve in panel.curves for at, y in zip(curve.x, curve.y, strict=True)]
    passed = [height(y) for at, y in points if at >= x and math.isfinite(y)] or [0.0]
    return max(HEIGHTS, key=lambda free: min(abs(free - other) for other in passed))


def _save(figure: Figure, file: Path) -> None:
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    files.write(file, picture.getvalue())
