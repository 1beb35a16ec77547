"""A line to what is known there: its operations, what goes into them and where that comes from, and what each rule said."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bce_lint.config import Config
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Expr, Free, Join, Opaque, Param, Reference, children
from bce_lint.facts.facts import Facts
from bce_lint.facts.module import Module
from bce_lint.facts.ranges import Reach
from bce_lint.facts.trace import Site, Trace
from bce_lint.finding import Finding, Span, Trouble, UsageError
from bce_lint.judge import Hit, Judge, Locator, covers, places_of_ops, resolved
from bce_lint.source.read import Source, read
from bce_lint.syntax import ir
from bce_lint.syntax.read_cst import read as read_tree
from bce_lint.syntax.segments import Segment, segments
from bce_lint.syntax.unparse import unparse

PLACE = re.compile(r"(?P<path>.+?)(?::cell (?P<cell>\d+))?:(?P<row>\d+)(?::\d+)?")
LONGEST = 60
SURE = {Reach.KNOWN: "reached", Reach.GUESSED: "reached if it is what its name says", Reach.UNKNOWN: "perhaps not reached"}
UNTOLD = (Const, Free, Opaque, Param, Reference)
"""What is no operation."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, or of one cell of a notebook."""

    path: str
    row: int
    cell: int | None

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell is not None else ""
        return f"{self.path}:{cell}{self.row}"

    def on(self, span: Span | None) -> bool:
        """Tell whether `span` touches the line."""
        return span is not None and span.cell == self.cell and span.row <= self.row <= span.end_row


@dataclass(frozen=True, slots=True)
class Seen:
    """An operation on the line: where it stands, what is known there, and what the rules that looked at it said."""

    span: Span
    facts: Facts
    hits: tuple[Hit, ...]


def why(config: Config, word: str) -> str:
    """Return what is known at `word`, a FILE:LINE, and what the rules that run said there."""
    place, source = _read(word)
    judge = Judge(replace(config, paths=(*config.paths, place.path)))
    reported = [case.finding for case in judge.judge(source).cases if place.on(case.finding.span)]
    module = Module(source.path, segments(source), read_tree, judge.siblings.project_for_next())
    module.wanted = judge.wanted
    parts = [_scope(module, segment, place, Rules(judge, reported)) for segment in module.segments if _holds(segment, source, place)]
    code = _code(source, place)
    found = "\n".join(part for part in parts if part)
    return f"{place}\n\n    {code.strip()}\n\n{found or _nothing(module)}"


def _read(word: str) -> tuple[Place, Source]:
    match = PLACE.fullmatch(word)
    if match is None:
        raise UsageError(f"--why: {word!r} is not FILE:LINE (in a notebook: FILE:cell N:LINE)")
    place = Place(match["path"], int(match["row"]), int(match["cell"]) if match["cell"] else None)
    source = read(place.path)
    if isinstance(source, Trouble):
        raise UsageError(f"--why: {place.path} {source.message}")
    cells = [cell.number for cell in source.cells]
    if cells and place.cell not in cells:
        raise UsageError(f"--why: {place.path} is a notebook: name one of its code cells, as in {place.path}:cell {cells[0]}:1")
    if place.cell is not None and not cells:
        raise UsageError(f"--why: {place.path} has no cells; it is not a notebook with code")
    if not 1 <= place.row <= _rows(source, place):
        raise UsageError(f"--why: {place} is not a line; there are {_rows(source, place)}")
    return place, source


def _first(source: Source, place: Place) -> int:
    """Return the row of all the text, from 1, with which the file or the cell begins."""
    return next((cell.row for cell in source.cells if cell.number == place.cell), 1)


def _rows(source: Source, place: Place) -> int:
    first = _first(source, place)
    following = min((cell.row for cell in source.cells if cell.row > first), default=len(source.text.splitlines()) + 1)
    return following - first


def _code(source: Source, place: Place) -> str:
    return source.text.splitlines()[_first(source, place) + place.row - 2]


def _holds(segment: Segment, source: Source, place: Place) -> bool:
    row = _first(source, place) + place.row - 1
    return segment.row <= row <= source.position(max(segment.start, segment.end - 1))[0]


def _nothing(module: Module) -> str:
    for trouble in module.troubles.values():
        return f"Nothing is known here: {trouble.message}.\n"
    return "There is no operation on this line, or it is never reached.\n"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a run, and what they report of the line when the file is judged as a whole."""

    judge: Judge
    reported: list[Finding]

    def hits(self, module: Module, trace: Trace) -> list[Hit]:
        """Return every report of every op of `trace`."""
        found: list[Hit] = []
        shown: set[tuple[int, Expr]] = set()
        for site in places_of_ops(trace):
            if module.wants(site.expr) and (id(site.node), site.expr) not in shown:
                shown.add((id(site.node), site.expr))
                facts = Facts(module, trace, site, self.judge.dtype)
                looking = [rule for rule in self.judge.rules if isinstance(site.expr, rule.on)]
                found += [Hit(rule, site, report, facts) for rule in looking if (report := rule.check(site.expr, facts)) is not None]
        return found

    def said(self, site: Site, hits: list[Hit], kept: list[Hit]) -> Iterator[str]:
        """Yield what the rules that looked at the op of `site` said, the silent ones in one line."""
        silent: list[str] = []
        for rule in self.judge.rules:
            if not isinstance(site.expr, rule.on):
                continue
            hit = next((hit for hit in hits if hit.rule is rule and hit.site.node is site.node and hit.site.expr is site.expr), None)
            if hit is None:
                silent.append(rule.code)
            elif hit not in kept:
                silent.append(f"{rule.code} ({next((by.rule.code for by in kept if covers(by, hit)), 'another rule')} says it)")
            elif not any(finding.rule == rule.name and finding.message == hit.report.message for finding in self.reported):
                silent.append(f"{rule.code} (no loss in sight)")
            else:
                yield f"  reported: {rule.code} {rule.name}: {hit.report.message}"
        if silent:
            yield f"  silent: {', '.join(silent)}"


def _scope(module: Module, segment: Segment, place: Place, rules: Rules) -> str:
    """Return what is known of the operations on the line in one segment, those of each function below its name."""
    parts: list[str] = []
    locate = Locator(module, segment.index)
    for trace in module.analyse(segment.index):
        sites = list(_sites(trace, place, locate))
        if sites:
            hits = rules.hits(module, trace)
            kept = resolved(hits)
            parts.append(f"in {'.'.join(trace.path) or 'the module'}:\n")
            teller = Teller(locate, set())
            for site in sites:
                lines = (*teller.tell(Facts(module, trace, site, rules.judge.dtype)), *rules.said(site, hits, kept))
                parts.append("".join(f"{line}\n" for line in lines))
    return "\n".join(parts)


def _sites(trace: Trace, place: Place, locate: Locator) -> Iterator[Site]:
    """Yield the operations on the line, each once, in the order in which they are computed."""
    shown: set[Expr] = set()
    for site in places_of_ops(trace):
        operation = not isinstance(site.expr, UNTOLD) and any(children(site.expr))
        if operation and site.expr not in shown and place.on(locate.span(site.node)):
            shown.add(site.expr)
            yield site


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells operations in words; what was told already is not told again."""

    locate: Locator
    told: set[str]

    def tell(self, facts: Facts) -> Iterator[str]:
        """Yield what is known of an operation and of its operands, with their origins and guards."""
        e = facts.site.expr
        said = f"{_name(facts, e)}: {_range(facts, e)}"
        self.told.add(f"  {said}")
        yield f"{type(e).__name__} {said}"
        for operand in dict.fromkeys(children(e)):
            if not isinstance(operand, Const):
                yield from self._operand(facts, operand)

    def _operand(self, facts: Facts, operand: Expr) -> Iterator[str]:
        said = f"  {_name(facts, operand)}: {_range(facts, operand)}"
        if said in self.told:
            return
        self.told.add(said)
        yield said
        inner = core(operand)
        ways = inner.choices if isinstance(inner, Join) else (operand,)
        for origin in (origin for way in ways for origin in facts.story.origins(way)):
            span = self.locate.span(origin.node) if origin.node is not None else None
            line = f"line {span.row}: " if span is not None else ""
            text = f"    {line}{'; '.join(part for part in (origin.text, origin.note) if part)}"
            if text not in self.told:
                self.told.add(text)
                yield text


def _name(facts: Facts, e: Expr) -> str:
    """Return what the user calls `e`, or the beginning of its text."""
    name = facts.name(e)
    node = facts.trace.place(e, facts.site.order)
    if name != "..." or node is None or isinstance(node, (ir.Parameter, ir.Function)):
        return name
    text = unparse(node)  # type: ignore[arg-type]  # (what is no parameter or function is an expression)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _range(facts: Facts, e: Expr) -> str:
    """Return a range in words: "[0, 1] in float32, reached"."""
    r = facts.range(e)
    nan = " or NaN" if r.interval.nan else ""
    lo, hi = float(r.interval.lo), float(r.interval.hi)
    if isinstance(core(e), Opaque):
        return "unread, so any number"
    if (lo, hi, r.lo, r.hi) == (-math.inf, math.inf, Reach.UNKNOWN, Reach.UNKNOWN):
        return f"any number{nan}, of any size"
    if lo == hi:
        return f"{lo:.9g}{nan} in {facts.dtype}"
    ends = SURE[r.lo] if r.lo == r.hi else f"{lo:.9g} {SURE[r.lo]}, {hi:.9g} {SURE[r.hi]}"
    return f"[{lo:.9g}, {hi:.9g}]{nan} in {facts.dtype}, {ends}"
