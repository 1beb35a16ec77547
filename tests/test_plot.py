"""Pictures of findings that were run: the right panels, the bisected break in words, NaN never only a gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from math import exp, inf, log1p, nan
from pathlib import Path

import pytest

from bce_lint.finding import Confirmed, Evidence, Finding, Refuted, Row, Severity, Span, Undecided, UsageError, Witness

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from bce_lint.confirm import files
from bce_lint.confirm import plot as module
from bce_lint.confirm.plot import check, plot
from bce_lint.panels import Panel, panels_of

MAGNITUDES = [10 + i / 5 for i in range(51)]
WITNESSES = (Witness("value", 16.6355, "whatever the label", "nan"), Witness("gradient", 16.6355, "whatever the label", "nan"))


def losses(a: float, side: str) -> dict[str, tuple[float, float]]:
    """Return value and gradient of the four functions at |logit| `a`."""
    z = -a if side == "agreeing" else a
    value, slope = log1p(exp(z)), 1 / (1 + exp(-z))
    clipped = min(max(value, 1.2e-7), 16.03)
    return {
        "yours": (value, slope) if a < 16.6355 else (nan, nan),
        "stable.call": (value, slope),
        "clipped": (clipped, slope if clipped == value else 0.0),
        "exact": (value, slope),
    }


def curve(sides: Sequence[str] = ("agreeing", "contradicting"), *, gradient: bool = True) -> tuple[Row, ...]:
    rows = []
    for side in sides:
        for a in MAGNITUDES:
            numbers = losses(a, side or "agreeing")
            values = [(f"{name}|value|{side}", value) for name, (value, _) in numbers.items()]
            slopes = [(f"{name}|gradient|{side}", slope) for name, (_, slope) in numbers.items() if gradient]
            rows.append(Row(a, (*values, *slopes)))
    return tuple(rows)


EVIDENCE = Evidence(("output = sigmoid(logit)",), "TensorFlow 2.21.0", "float32", "", (), (), curve())
FINDING = Finding(
    path="some folder/custom_loss.py",
    span=Span(11, 13, 11, 42),
    rule="logit-of-probability",
    code="BCE101",
    message="is infinite",
    severity=Severity.ERROR,
    verdict=Confirmed(WITNESSES, EVIDENCE),
)


def words(panel: Panel) -> list[str]:
    """Return what is written into a panel."""
    figure = module._single(panel, "title")
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_finding_becomes_two_pictures_named_after_its_place(tmp_path: Path) -> None:
    files = plot(FINDING, tmp_path / "new" / "folder")
    assert [file.name for file in files] == [
        "some-folder-custom_loss.py-11.13-BCE101.png",
        "some-folder-custom_loss.py-11.13-BCE101-loss.png",
    ]
    assert all(file.read_bytes().startswith(b"\x89PNG") and file.stat().st_size > 20_000 for file in files)


def test_drawing_again_overwrites_and_leaves_nothing_else(tmp_path: Path) -> None:
    first = [file.read_bytes() for file in plot(FINDING, tmp_path)]
    for file in tmp_path.iterdir():
        file.write_bytes(b"old")
    assert [file.read_bytes() for file in plot(FINDING, tmp_path)] == first
    assert len([*tmp_path.iterdir()]) == 2


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"^--plot: .* cannot be made: "):
        check(tmp_path / "file" / "folder")
    check(tmp_path / "folder")
    assert (tmp_path / "folder").is_dir()


def test_findings_of_different_places_do_not_share_a_name() -> None:
    places = [FINDING, replace(FINDING, span=Span(11, 60, 11, 80)), replace(FINDING, span=Span(11, 13, 11, 42, cell=2))]
    assert len({files.name(finding) for finding in places}) == 3
    assert "/" not in files.name(replace(FINDING, path="../../etc/loss.py"))
    assert len(files.name(replace(FINDING, path="d/" * 200 + "loss.py"))) < 150


def test_what_was_not_run_or_has_no_curve_is_not_drawn(tmp_path: Path) -> None:
    for verdict in (None, Undecided("calls self.encoder"), Refuted("48 probes", replace(EVIDENCE, curve=()))):
        assert plot(replace(FINDING, verdict=verdict), tmp_path) == ()
    assert not [*tmp_path.iterdir()]


def test_values_stand_above_gradients_and_agreeing_before_contradicting() -> None:
    panels = panels_of(EVIDENCE, WITNESSES)
    assert [(panel.what, panel.labels) for panel in panels] == [
        ("value", "agreeing"),
        ("value", "contradicting"),
        ("gradient", "agreeing"),
        ("gradient", "contradicting"),
    ]
    figure = module._grid(panels, "title")
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear", "log", "linear"]
    assert [axes.get_title() for axes in figure.axes] == ["label agrees with the logit", "label contradicts the logit", "", ""]


def test_the_break_is_the_bisected_one_not_a_point_of_the_grid() -> None:
    assert [panel.breaks for panel in panels_of(EVIDENCE, WITNESSES)] == [16.6355] * 4
    unbisected = panels_of(EVIDENCE, ())[0].breaks
    assert unbisected is not None
    assert math.isclose(unbisected, 16.8)


def test_every_panel_says_in_words_from_where_on_there_is_no_number() -> None:
    panels = panels_of(EVIDENCE, WITNESSES)
    assert all("NaN from a = 16.64" in words(panel) for panel in panels)
    infinite = replace(panels[1], result="inf")
    assert "inf from a = 16.64" in words(infinite)


def test_a_gradient_of_exactly_zero_is_pointed_out_and_is_harm_only_for_a_wrong_answer() -> None:
    panels = panels_of(EVIDENCE, WITNESSES)
    assert "exactly 0 at a = 16 and beyond" in words(panels[2])
    assert "exactly 0 at a = 16.2 and beyond:\nno more learning" in words(panels[3])
    assert not [word for panel in panels[:2] for word in words(panel) if word.startswith("exactly 0")]


def test_a_refuted_finding_is_drawn_without_a_break() -> None:
    harmless = tuple(
        Row(row.logit, tuple((name, 1.0 if math.isnan(value) else value) for name, value in row.values)) for row in EVIDENCE.curve
    )
    evidence = replace(EVIDENCE, curve=harmless)
    panels = panels_of(evidence, ())
    assert [panel.breaks for panel in panels] == [None] * 4
    assert not [word for panel in panels for word in words(panel) if "NaN" in word]


@pytest.mark.parametrize("sides", [("",), ("contradicting",), ("agreeing",)])
@pytest.mark.parametrize("gradient", [True, False])
def test_code_without_labels_or_gradient_has_fewer_panels(sides: Sequence[str], *, gradient: bool) -> None:
    panels = panels_of(replace(EVIDENCE, curve=curve(sides, gradient=gradient)), WITNESSES)
    assert len(panels) == (2 if gradient else 1)
    assert len(module._grid(panels, "title").axes) == len(panels)


@pytest.mark.parametrize("broken", [nan, inf])
def test_code_that_never_gives_a_number_is_still_drawn(broken: float) -> None:
    rows = tuple(
        Row(row.logit, tuple((name, broken if "yours" in name else value) for name, value in row.values)) for row in EVIDENCE.curve
    )
    panels = panels_of(replace(EVIDENCE, curve=rows), (Witness("value", 0.0, "whatever the label", str(broken)),))
    assert panels[0].breaks == 0.0
    assert [word for word in words(panels[0]) if word.endswith("from a = 0")]


@pytest.mark.parametrize("first", [0.0, 16.6355])
def test_where_the_code_raises_its_curve_ends_in_that(tmp_path: Path, first: float) -> None:
    """A curve has no point where the code raised, be it everywhere."""

    def raised(row: Row) -> Row:
        return Row(row.logit, tuple((name, y) for name, y in row.values if not name.startswith("yours|") or row.logit < first))

    evidence = replace(EVIDENCE, curve=tuple(map(raised, curve(gradient=False))))
    witnesses = (Witness("value", first, "whatever the label", "ValueError"),)
    assert {(panel.breaks, panel.result) for panel in panels_of(evidence, witnesses)} == {(first, "ValueError")}
    assert [panel.breaks for panel in panels_of(evidence, ())] == [None, None]
    assert len(plot(replace(FINDING, verdict=Confirmed(witnesses, evidence)), tmp_path)) == 2
