"""What a rule wants written in place of an op -> text edits in the file's own words, with the imports that they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from bce_lint.facts.aliases import place_for
from bce_lint.facts.expr import Cast, Expr, Index, Mean, Neg, StopGradient, Sum, View, walk
from bce_lint.facts.facts import Facts, below
from bce_lint.facts.guards import Swap
from bce_lint.facts.module import Module
from bce_lint.facts.quote import meanings
from bce_lint.facts.spell import SIGN, Piece, Speller, Unspellable, binding
from bce_lint.facts.trace import refers
from bce_lint.finding import Edit, Fix
from bce_lint.flip import flip
from bce_lint.rule import Report
from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.place import Places

BEFORE = re.compile(r"(?:\A|[-+*/%@=(,\[{:] ?|\b(?:return|if|else|and|or|not|in|is|lambda) )(\()\Z")
AFTER = re.compile(r"\)")
"""Parentheses that only group, with nothing else in them."""
Find = Callable[[ir.Node], Places | None]
"""Finds the places among which a node is."""


def offer(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
    """Return the fix that a report wants, None where it wants none or there is no way to write it."""
    if facts.site.inside:
        return None
    ways = (_flipped,) if report.from_logits else (_replacement, _swapped, _assigned, _flipped)
    return next((fix for way in ways if (fix := way(report, facts, source, find)) is not None), None)


def _replacement(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
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
        start, end = bare(source.text, start, end, piece)
        imports = tuple(_import(statement, facts.module, source) for statement in sorted(piece.imports))
    except Unspellable:
        return None
    cell, begin = source.cell_at(start)
    dropped = tuple(_drop(sign, source.text, begin, cell) for sign in signs)
    text = source.text[start:end]
    edits = (Edit(start - begin, end - begin, piece.text, cell), *dropped, *imports)
    return Fix(
        f"-({text}) -> {piece.text}" if signs else f"{text} -> {piece.text}",
        edits,
        safe=report.safe and text.count("#") <= piece.text.count("#"),
    )


def bare(text: str, start: int, end: int, piece: Piece) -> tuple[int, int]:
    """Return the stretch to replace, with the parentheses around it if what is written there needs none."""
    before, after = BEFORE.search(text, 0, start), AFTER.match(text, end)
    if before is None or after is None or binding(piece.text) < SIGN or piece.text.startswith("-"):
        return start, end
    return before.start(1), after.end()


def _drop(sign: int, text: str, begin: int, cell: int | None) -> Edit:
    """Return the edit that takes out a sign and the blanks behind it."""
    end = len(text) - len(text[sign + 1 :].lstrip(" \t"))
    return Edit(sign - begin, end - begin, " " if text[:sign][-1:].isalnum() else "", cell)


def _swapped(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
    """Return the fix that puts other operands, or guards around them, into the ops."""
    where = find(facts.site.node)
    if where is None or not report.swaps:
        return None
    edits: list[Edit] = []
    titles: list[str] = []
    comments = False
    try:
        for node, new in _operands(report.swaps, facts, where):
            start, end = where.offsets(node)
            speller = Speller.at(facts, node, where).repeating(node, meanings(facts.trace)[id(node)], where)
            piece = speller.inside(new, source.text[:start], source.text[end:])
            start, end = bare(source.text, start, end, piece)
            cell, begin = source.cell_at(start)
            edits.append(Edit(start - begin, end - begin, piece.text, cell))
            edits += [_import(statement, facts.module, source) for statement in sorted(piece.imports)]
            titles.append(f"{source.text[start:end]} -> {piece.text}")
            comments = comments or source.text[start:end].count("#") > piece.text.count("#")
    except Unspellable:
        return None
    return Fix("; ".join(dict.fromkeys(titles)), tuple(edits), safe=report.exact and not comments)


def _assigned(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
    """Return the fix that keeps what a statement computes and throws away."""
    node = facts.site.node
    where = find(node)
    known = meanings(facts.trace)
    names = [part.id for part in _direct(node, known) if isinstance(part, ir.Name) and known[id(part)] == {report.assigns}]
    if where is None or len(names) != 1:
        return None
    start = where.offsets(node)[0]
    cell, begin = source.cell_at(start)
    kept = f"{names[0]} = "
    return Fix(f"{where.text(node)} -> {kept}{where.text(node)}", (Edit(start - begin, start - begin, kept, cell),), safe=False)


def _flipped(report: Report, facts: Facts, source: Source, find: Find) -> Fix | None:
    """Return the fix that makes a loss of probabilities one of logits, or the other way round, and gives it what it then takes."""
    where = find(facts.site.node)
    if where is None or report.from_logits is None:
        return None
    both = report.from_logits and report.replace is not None
    operand = _replacement(report, facts, source, find) if both else None
    if both and operand is None:
        return None
    try:
        start, end, text = flip(facts, where, from_logits=report.from_logits)
    except Unspellable:
        return None
    cell, begin = source.cell_at(start)
    told = f"{source.text[start:end]} -> {text.strip()}" if end > start else f"add {text.strip(' ,')}"
    title = told if operand is None else f"{operand.title}; {told}"
    return Fix(title, (Edit(start - begin, end - begin, text, cell), *(operand.edits if operand else ())), safe=report.safe)


def _operands(swaps: tuple[Swap, ...], facts: Facts, where: Places) -> Iterator[tuple[ir.Node, Expr]]:
    """Yield the nodes to replace, each with what is wanted there: in every place where the op is written."""
    known = meanings(facts.trace)
    for swap in swaps:
        nodes = {id(node): node for _, node in facts.trace.places.get(swap.op, ()) if not refers(node, swap.op)}
        if not nodes or not all(where.holds(node) for node in nodes.values()):
            raise Unspellable(str(swap.op))
        for node in nodes.values():
            operands = [node] if swap.op is swap.old else [part for part in _direct(node, known) if known[id(part)] == {swap.old}]
            if not operands or any(map(_python_number, operands)):
                raise Unspellable(str(swap.old))
            yield from ((operand, swap.new) for operand in operands)


def _python_number(node: ir.Node) -> bool:
    """Tell whether a node takes a number out of a tensor, which functions of tensors do not take back."""
    return isinstance(node, ir.Call) and isinstance(node.func, ir.Attribute) and node.func.attr == "item"


def _direct(node: object, known: Mapping[int, set[Expr]]) -> Iterator[ir.Node]:
    """Yield what is written in a node and means something, without what that in turn is made of."""
    for f in fields(node) if is_dataclass(node) else ():
        value = getattr(node, f.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ir.Node) and id(part) in known and not isinstance(part, ir.Attribute):
                yield part
            elif f.name != "at":
                yield from _direct(part, known)


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
