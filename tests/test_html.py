"""The HTML report: whole, readable without a network, nothing of the source taken for markup, every break in words and in the plot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from math import exp, inf, log1p, nan
from pathlib import Path

import pytest

from bce_lint.finding import Confirmed, Evidence, Finding, Origin, Refuted, Row, Severity, Span, Trouble, Undecided, Witness
from bce_lint.panels import panels_of
from bce_lint.report import html, svg
from bce_lint.report.html import Page

SOURCE = ["def loss(y, p):\n", '    if y < 1 and p > 0: return "<script>&"\n', "    return log(p / (1 - p))\n"]
WITNESSES = (Witness("value", 16.6355, "whatever the label", "nan"),)
VOID = {"meta", "line", "polyline", "rect"}


def curve() -> tuple[Row, ...]:
    rows = []
    for a in (10 + i / 5 for i in range(51)):
        for side, z in (("agreeing", -a), ("contradicting", a)):
            value, slope = log1p(exp(z)), 1 / (1 + exp(-z))
            yours, mine = (value, slope) if a < 16.6355 else (nan, nan)
            named = {
                "yours": (yours, mine),
                "nn.stable": (value, slope),
                "clipped <probs>": (min(value, 16.03), 0.0),
                "exact": (value, slope),
            }
            values = [(f"{name}|{what}|{side}", pair[k]) for name, pair in named.items() for k, what in enumerate(("value", "gradient"))]
            rows.append(Row(a, tuple(values)))
    return tuple(rows)


EVIDENCE = Evidence(
    assumed=("p = sigmoid(logit)",),
    framework="Some 1.0",
    dtype="float32",
    pattern="labels mixed, logits right; shape 6 x 1",
    columns=("yours", "nn.stable", "exact"),
    table=(Row(16.0, (("yours", 1e-7), ("nn.stable", 1e-7))), Row(17.0, (("yours", nan), ("nn.stable", 4e-8)))),
    curve=curve(),
    training=(Row(18.0, (("yours, wrong", nan), ("nn.stable, wrong", -0.8))),),
    program="print('a < b')\n",
)
FINDING = Finding(
    path="dir/loss.py",
    span=Span(3, 12, 3, 28),
    rule="logit-of-probability",
    code="BCE101",
    message="`p < 1` is <b>infinite</b>",
    severity=Severity.ERROR,
    origins=(Origin(Span(1, 13, 1, 14), "p", "a probability"),),
    verdict=Confirmed(WITNESSES, EVIDENCE),
)
REFUTED = replace(FINDING, span=Span(2, 1, 2, 3), verdict=Refuted("48 probes", replace(EVIDENCE, curve=(), training=())))
UNDECIDED = replace(FINDING, span=Span(1, 1, 1, 2), verdict=Undecided("it <exits>"))


class Checker(HTMLParser):
    """Notes the elements, and complains of one that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(*findings: Finding, troubles: tuple[Trouble, ...] = ()) -> str:
    return html.report(Page(findings, troubles, "Found 3 findings.\n", lambda _path, _cell: SOURCE))


@pytest.fixture(scope="module")
def whole() -> Checker:
    checker = Checker()
    checker.feed(page(FINDING, REFUTED, UNDECIDED, troubles=(Trouble("b<c.py", None, "is binary"),)))
    assert checker.open == []
    return checker


def all_of(checker: Checker, tag: str) -> Iterator[dict[str, str | None]]:
    return (attributes for name, attributes in checker.seen if name == tag)


def test_every_finding_has_a_place_in_the_list_and_an_article(whole: Checker) -> None:
    assert [link["href"] for link in all_of(whole, "a")] == ["#f1", "#f2", "#f3"]
    assert [(article["id"], article["class"]) for article in all_of(whole, "article")] == [
        ("f1", "confirmed"),
        ("f2", "refuted"),
        ("f3", "undecided"),
    ]


def test_nothing_is_fetched(whole: Checker) -> None:
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in whole.seen}
    links = [value or "" for _, attributes in whole.seen for name, value in attributes.items() if name in ("src", "href")]
    assert links
    assert not [link for link in links if not link.startswith("#")]
    assert not re.search(r"url\(|@import|https?:", page(FINDING))


def test_what_source_and_messages_say_is_text(whole: Checker) -> None:
    text = "".join(whole.words)
    assert '    if y < 1 and p > 0: return "<script>&"\n' in text
    assert "`p < 1` is <b>infinite</b>" in text
    assert "print('a < b')" in text
    assert "it <exits>" in text
    assert "b<c.py: not judged: is binary" in text
    assert not set("\ue000\ue001\ue002") & set(text)


def test_the_operation_is_underlined_in_the_colour_of_its_severity() -> None:
    assert f'<span class="error">{"^" * 16}</span>' in page(FINDING)


def test_numbers_that_are_not_finite_stand_out(whole: Checker) -> None:
    assert page(FINDING).count('<td class="bad">nan</td>') == 2
    assert [row.get("class") for row in all_of(whole, "tr")].count("marked") == 2


def test_each_panel_says_where_the_code_breaks_and_what_every_line_is(whole: Checker) -> None:
    text = "".join(whole.words)
    assert len([*all_of(whole, "svg")]) == 4 + len(["yours", "nn.stable", "clipped", "exact"])
    assert text.count("NaN from a = 16.64") == 2
    assert text.count("NaN from a = 16.8") == 2
    assert text.count("clipped <probs>") == 1


def test_curves_without_a_gradient_are_not_announced_as_some() -> None:
    values = tuple(replace(row, values=tuple(pair for pair in row.values if "|value|" in pair[0])) for row in EVIDENCE.curve)
    assert "Loss and gradient" in page(FINDING)
    assert "<h3>Loss</h3>" in page(replace(FINDING, verdict=Confirmed(WITNESSES, replace(EVIDENCE, curve=values))))


def test_a_curve_ends_where_its_values_do() -> None:
    panel = panels_of(EVIDENCE, WITNESSES)[0]
    drawn = svg.draw(panel, svg.names([panel]))
    (points,) = re.findall(r'<polyline class="yours" points="([^"]*)"', drawn)
    ends = [float(point.partition(",")[0]) for point in points.split()]
    (edge,) = re.findall(r'<line class="edge" x1="([\d.]+)"', drawn)
    assert ends == sorted(ends)
    assert ends[-1] < float(edge) < svg.WIDTH
    assert drawn.count('class="cross"') == 2


@pytest.mark.parametrize("values", [(0.0,) * 51, (1.0,) * 51, (nan,) * 51, (inf,) * 51, tuple(10.0**-i for i in range(51))])
def test_a_panel_of_any_values_can_be_drawn(values: tuple[float, ...]) -> None:
    rows = tuple(Row(float(a), (("yours|value|agreeing", value),)) for a, value in enumerate(values))
    (panel,) = panels_of(replace(EVIDENCE, curve=rows), ())
    drawn = svg.draw(panel, svg.names([panel]))
    assert "nan," not in drawn
    numbers = [float(number) for number in re.findall(r'(?:x|y|x1|x2|y1|y2|width|height)="(-?[\d.]+)"', drawn)]
    assert all(-1 <= number <= svg.WIDTH for number in numbers)


def test_the_command_line_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    from bce_lint.cli import main

    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("import numpy as np\n\n\ndef entropy(y_pred):\n    return -np.sum(y_pred * np.log(y_pred))\n")
    assert main(["--isolated", "--confirm", "--report", "out/report.html", "--output-format", "concise", "a.py"]) == 1
    text = Path("out/report.html").read_text()
    Checker().feed(text)
    assert "value is nan from |logit| = " in text
    assert text.count('<polyline class="yours"') > 0
    assert "Found 1 finding (1 warning) in 1 file; 1 confirmed." in text
    assert capsys.readouterr().err == "wrote out/report.html\n"
