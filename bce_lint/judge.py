"""One file: bytes -> segments that matter -> meaning -> what the rules report -> findings with their places."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bce_lint import registry
from bce_lint.config import Config
from bce_lint.confirm.case import Case
from bce_lint.facts.expr import Expr, Neg, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.module import Module
from bce_lint.facts.siblings import Siblings
from bce_lint.facts.trace import Site, Trace
from bce_lint.finding import Finding, Origin, Severity, Span, Trouble
from bce_lint.fix import Fixed
from bce_lint.offer import offer
from bce_lint.rule import Level, Report, Rule
from bce_lint.source import prefilter
from bce_lint.source.read import Source
from bce_lint.syntax import ir, scan
from bce_lint.syntax.lean import lean
from bce_lint.syntax.place import Places, places
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import Segment, holding, segments


@dataclass(frozen=True, slots=True)
class Judged:
    """What one file gave; if it is `fixed`, what its new text did."""

    cases: tuple[Case, ...]
    troubles: tuple[Trouble, ...]
    fixed: tuple[Fixed[Judged], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's report of a site, with the facts that it was made on."""

    rule: Rule
    site: Site
    report: Report
    facts: Facts


class Judge:
    """Judges the files of one run by the selected rules; what one file imports from another is read once."""

    def __init__(self, config: Config) -> None:
        self.rules = registry.selected(config.select, config.ignore)
        self.search = registry.search(self.rules, chosen=bool(config.select))
        self.dtype = config.dtype
        self.wanted = frozenset(op for rule in self.rules for op in rule.on)
        self.siblings = Siblings.of(config.paths, read)

    def judge(self, source: Source) -> Judged:
        """Judge one file. A bug of ours costs this file only."""
        at = Whereabouts(source.path)
        try:
            return self._judge(source, at)
        except Exception as error:  # noqa: BLE001  (the one border behind which a bug of ours ends)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            what = f"internal error in {at.rule or 'the analysis'}: {type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
            return Judged((), (Trouble(source.path, at.span, f"{what}; please report it with this file"),))

    def _judge(self, source: Source, at: Whereabouts) -> Judged:
        parts, hot, offsets = self._segments(source)
        module = Module(source.path, parts, lambda part: read(lean(part, offsets)), self.siblings.project_for_next())
        module.wanted = self.wanted
        cases: list[Case] = []
        for segment in hot:
            at.span = source.local(Span(segment.row, 1, segment.row, 1))
            for trace in module.analyse(segment.index):
                hits = resolved(_hits(module, trace, self, at))
                cases += (_case(hit, source, Locator(module, segment.index)) for hit in hits)
        return Judged(tuple(cases), tuple(module.troubles.values()))

    def _segments(self, source: Source) -> tuple[tuple[Segment, ...], list[Segment], list[int]]:
        """Return all segments of a file, those in which there may be something to find, and where that may be."""
        offsets = source.characters(prefilter.candidates(source.data, self.search.in_losses))
        parts = segments(source)
        anyway = set(holding(parts, source.characters(prefilter.candidates(source.data, self.search.everywhere))))
        hot = [part for part in holding(parts, offsets) if part in anyway or speaks_of_losses(lean(part, offsets))]
        return parts, hot, offsets


def speaks_of_losses(part: Segment) -> bool:
    """Tell whether the code of a segment, not its docstrings, names anything that has to do with a loss or its gradient."""
    return prefilter.LOSSY_TEXT.search(scan.without_strings(part.text)) is not None


@dataclass(slots=True)
class Whereabouts:
    """Where the work on a file is, for the message if it fails."""

    path: str
    rule: str = ""
    span: Span | None = None


def _hits(module: Module, trace: Trace, by: Judge, at: Whereabouts) -> Iterator[Hit]:
    """Show every op to the rules that look at its type, each place once."""
    shown: set[tuple[int, Expr]] = set()
    for site in places_of_ops(trace):
        if not module.wants(site.expr) or (id(site.node), site.expr) in shown:
            continue
        shown.add((id(site.node), site.expr))
        facts: Facts | None = None
        for rule in by.rules:
            if isinstance(site.expr, rule.on):
                facts = facts or Facts(module, trace, site, by.dtype)
                at.rule = f"rule {rule.name}"
                report = rule.check(site.expr, facts)
                if report is not None:
                    yield Hit(rule, site, report, facts)
    at.rule = ""


def places_of_ops(trace: Trace) -> Iterator[Site]:
    """Yield the op at every site, and the one that a library's call there only scales or reduces."""
    for site in trace.sites:
        if id(site.node) in trace.calls or passes_on(site, trace):
            continue
        yield site
        if isinstance(site.node, ir.Binary) and isinstance(site.expr, Neg):
            yield site._replace(expr=site.expr.x)  # the sign of `-a / b` stands before the quotient
        if site.expr in trace.payloads:
            yield site._replace(expr=trace.payloads[site.expr])


def passes_on(site: Site, trace: Trace) -> bool:
    """Tell whether a call only passes on one of its operands, as `loss.item()` does: what that is, is judged where it was made."""
    if not isinstance(site.node, ir.Call):
        return False
    operands = {id(arg.value) for arg in site.node.args}
    if isinstance(site.node.func, ir.Attribute):
        operands.add(id(site.node.func.value))
    return any(id(node) in operands for _, node in trace.places.get(site.expr, ()))


def resolved(hits: Iterable[Hit]) -> list[Hit]:
    """Keep one finding for one defect: what a report covers is not reported by itself.

    Of two that cover each other the one whose cause lies deeper stays, else the first.
    """
    every = list(hits)
    kept: list[Hit] = []
    for hit in every:
        general = any(covers(other, hit) and (not covers(hit, other) or deeper(other, hit)) for other in every)
        if not general and not any(covers(other, hit) for other in kept):
            kept.append(hit)
    return kept


def deeper(one: Hit, other: Hit) -> bool:
    """Tell whether what the cause of `other` is made from is the cause of `one`: an exponential's operand below a quotient of it."""
    return any(a is not b and a in set(walk(b)) for a in one.report.because for b in other.report.because)


def covers(one: Hit, other: Hit) -> bool:
    """Tell whether `one` makes `other` superfluous; the same defect in two places is two."""
    same = one.rule is other.rule and one.site.expr is other.site.expr
    return not same and other.site.expr in one.report.covers


class Locator:
    """Finds the places of nodes: those of the segment `index` first, then of whatever else was read."""

    def __init__(self, module: Module, index: int) -> None:
        self._module = module
        self._places: dict[int, Places] = {}
        self._order = [index, *(i for i in module.parsed() if i != index)]

    def of(self, node: ir.Node) -> Places | None:
        """Return the places among which `node` is."""
        for index in self._order:
            if index not in self._places:
                tree = self._module.tree(index)
                if tree is None:
                    continue
                self._places[index] = places(tree)
            if self._places[index].holds(node):
                return self._places[index]
        return None

    def span(self, node: ir.Node) -> Span | None:
        """Return where `node` stands."""
        found = self.of(node)
        return found.span(node) if found else None


def _case(hit: Hit, source: Source, locate: Locator) -> Case:
    span = _span(hit, locate)
    function = hit.facts.trace.node
    head = locate.span(function) if function is not None else None
    guessed = any(hit.facts.guessed(e) for e in hit.report.because)
    finding = Finding(
        path=source.path,
        span=span,
        rule=hit.rule.name,
        code=hit.rule.code,
        message=hit.report.message,
        severity=Severity.ADVICE if hit.rule.level is Level.ADVICE else Severity.WARNING if guessed else Severity.ERROR,
        origins=tuple(_origins(hit, locate)),
        help=hit.report.help,
        fix=offer(hit.report, hit.facts, source, locate.of),
    )
    meaning = hit.facts.meaning()
    return Case(finding, source.text, source.path, replace(meaning, row=head.row if head else span.row), source.cell_row(span.cell))


def _span(hit: Hit, locate: Locator) -> Span:
    nodes = [node for e in hit.report.at if (node := hit.facts.trace.place(e, hit.site.order)) is not None] or [hit.site.node]
    spans = [span for node in nodes if (span := locate.span(node)) is not None]
    assert spans, f"no place for {hit.site.expr}"
    first, last = min(spans), max(spans, key=lambda s: (s.end_row, s.end_column))
    return Span(first.row, first.column, last.end_row, last.end_column, first.cell)


def _origins(hit: Hit, locate: Locator) -> Iterator[Origin]:
    seen: set[tuple[Span | None, str]] = set()
    for e in hit.report.because:
        for told in hit.facts.story.origins(e):
            span = locate.span(told.node) if told.node is not None else None
            if (span, told.text) not in seen:
                seen.add((span, told.text))
                yield Origin(span, told.text, told.note, told.guessed)
