"""What a rule wants written in place of an op -> text edits in the file's own words, with the imports that they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bce_lint.facts.aliases import place_for
from bce_lint.facts.expr import Cast, Expr, Index, Mean, Neg, StopGradient, Sum, View, walk
from bce_lint.facts.facts import Facts, below
from bce_lint.facts.module import Module
from bce_lint.facts.quote import meanings
from bce_lint.facts.spell import Speller, Unspellable
from bce_lint.finding import Edit, Fix
from bce_lint.rule import Report
from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.place import Places

Find = Callable[[ir.Node], Places | None]
"""Finds the places among which a node is."""


def offer(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
    """Return the fix that a report wants, None where it wants none or there is no way to write it."""
    wanted: Expr | None = report.replace
    old = report.instead or facts.site.expr
    node = _replaced(report, facts)
    where = find(node) if node is not None else None
    if wanted is None or node is None or where is None or not arrangements(old) - set(report.drops) <= arrangements(wanted):
        return None
    start, end = where.offsets(node)
    signs = [where.offsets(minus)[0] for minus in _minus(node, wanted, facts)]
    try:
        new = wanted.x if signs and isinstance(wanted, Neg) else wanted
        piece = Speller.at(facts, node, where).inside(new, source.text[:start], source.text[end:])
        imports = tuple(_import(statement, facts.module, source) for statement in sorted(piece.imports))
    except Unspellable:
        return None
    cell, begin = source.cell_at(start)
    dropped = tuple(_drop(sign, source.text, begin, cell) for sign in signs)
    text = source.text[start:end]
    edits = (Edit(start - begin, end - begin, piece.text, cell), *dropped, *imports)
    return Fix(f"{'-' * len(signs)}{text} -> {piece.text}", edits, safe=report.safe and text.count("#") <= piece.text.count("#"))


def _drop(sign: int, text: str, begin: int, cell: int | None) -> Edit:
    """Return the edit that takes out a sign and the blanks behind it."""
    end = len(text) - len(text[sign + 1 :].lstrip(" \t"))
    return Edit(sign - begin, end - begin, " " if text[:sign][-1:].isalnum() else "", cell)


def arrangements(e: Expr) -> set[Expr]:
    """Return what reshapes, selects or casts in `e`: a replacement that has lost one of these would have another shape."""
    return {part for part in walk(e) if isinstance(part, (Cast, Index, StopGradient, View))}


def _replaced(report: Report, facts: Facts) -> ir.Node | None:
    """Return what a fix replaces: the site, if it is just the op, or the one place in it where the operand stands."""
    places, site = facts.trace.places, facts.site
    if report.instead is None:
        return site.node if any(node is site.node for _, node in places.get(site.expr, ())) else None
    inside = {id(part) for part in below(site.node)}
    nodes = {id(node): node for _, node in places.get(report.instead, ()) if id(node) in inside}
    return next(iter(nodes.values())) if len(nodes) == 1 else None


def _minus(node: ir.Node, wanted: Expr, facts: Facts) -> Iterator[ir.Node]:
    """Yield the minus sign before the node, or before a mean or sum of it, if what is wanted has one too: both can go."""
    if not isinstance(wanted, Neg):
        return
    known = meanings(facts.trace)
    signs = {id(sign): sign for seen in facts.trace.places.values() for _, sign in seen if isinstance(sign, ir.Unary) and sign.op == "-"}
    for sign in signs.values():
        inner: ir.Expression | None = sign.x
        while inner is not None and inner is not node:
            linear = all(isinstance(e, (Mean, Sum)) for e in known.get(id(inner), [None]))
            inner = _first(inner) if isinstance(inner, ir.Call) and linear else None
        if inner is node:
            yield sign
            return


def _first(call: ir.Call) -> ir.Expression | None:
    """Return what a call is given first: its first argument, or what it is a method of."""
    if call.args and call.args[0].keyword is None and not call.args[0].star and not _is_method(call):
        return call.args[0].value
    return call.func.value if isinstance(call.func, ir.Attribute) else None


def _is_method(call: ir.Call) -> bool:
    return isinstance(call.func, ir.Attribute) and not isinstance(call.func.value, (ir.Name, ir.Attribute))


def _import(statement: str, module: Module, source: Source) -> Edit:
    """Put a missing import before the file's first import of the same framework."""
    place = place_for(statement, module)
    if place is None:
        raise Unspellable(statement)
    cell, begin = source.cell_at(place)
    newline = "\r\n" if "\r\n" in source.text else "\n"
    return Edit(place - begin, place - begin, statement + newline, cell)
