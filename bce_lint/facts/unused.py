"""What nothing reads any more after a fix: local variables and imports, and the edits that take them out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass

from bce_lint.facts.expr import Bounded, Linear, Opaque
from bce_lint.facts.module import Module
from bce_lint.facts.project import Project
from bce_lint.facts.quote import meanings
from bce_lint.facts.trace import Trace
from bce_lint.finding import Edit
from bce_lint.source.read import Source
from bce_lint.syntax import ir
from bce_lint.syntax.place import Places, places
from bce_lint.syntax.read_cst import read
from bce_lint.syntax.segments import Segment, segments

REFLECTION = frozenset(("locals", "vars", "eval", "exec", "globals", "dir"))
SEVERAL = re.compile(r"(\s*from[ \t]+[\w.]+[ \t]+import[ \t]+)(\w[\w, \t]*?)(\s*)")


def unused(before: Source, after: Source) -> list[Edit]:
    """Return the edits of `after` that remove what was read in `before` and is not any more, where that is all they do."""
    old = {segment.text for segment in segments(before)}
    parts = segments(after)
    new = {segment.text for segment in parts}
    changed = [segment for segment in parts if segment.text not in old]
    were = [segment for segment in segments(before) if segment.text not in new]
    module = Module(after.path, parts, read, Project())
    pairs = zip(were, changed, strict=True) if len(were) == len(changed) else ()
    found = [edit for was, segment in pairs if segment.kind != "import" for edit in _locals(module, was, segment)]
    if not after.path.endswith(("__init__.py", ".ipynb")):
        found += [edit for segment in parts if segment.kind == "import" for edit in _imports(module, segment, before.text)]
    return [_in_cell(after, edit) for edit in found]


def _in_cell(source: Source, edit: Edit) -> Edit:
    cell, begin = source.cell_at(edit.start)
    return Edit(edit.start - begin, edit.end - begin, edit.text, cell)


# --- local variables


@dataclass(frozen=True, slots=True)
class Names:
    """How often each name is bound and read in a piece of code, whatever is nested in it."""

    bound: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)


def _locals(module: Module, was: Segment, segment: Segment) -> Iterator[Edit]:
    old = read(was)
    new = module.tree(segment.index)
    if new is None or not hasattr(old, "body"):
        return
    functions, earlier = list(_functions(new.body)), list(_functions(old.body))
    if [function.name for function in functions] != [function.name for function in earlier]:
        return
    traces = {id(trace.node): trace for trace in module.analyse(segment.index)}
    where = places(new)
    for function, one in zip(functions, earlier, strict=True):
        names, before = Names(), Names()
        _note(function.body, names)
        _note(one.body, before)
        gone = {name for name in before.read if not names.read[name] and names.bound[name] == 1}
        if gone and not REFLECTION & names.read.keys() and id(function) in traces:
            yield from _removed(function.body, gone, traces[id(function)], where)


def _functions(node: object) -> Iterator[ir.Function]:
    if isinstance(node, ir.Function):
        yield node
    for part in _parts(node):
        yield from _functions(part)


def _removed(block: Sequence[ir.Statement], gone: set[str], trace: Trace, where: Places) -> Iterator[Edit]:
    """Yield the removals of plain assignments to names that are gone; a block keeps a statement."""
    for statement in block:
        match statement:
            case ir.Assign(targets=(ir.Name(id=name),), value=value, annotation=None) if (
                name in gone and value is not None and len(block) > 1
            ):
                if _harmless(value, trace) and (edit := _row(where, statement)) is not None:
                    yield edit
            case ir.If() | ir.For() | ir.While() | ir.With() | ir.Try():
                for part in fields(statement):
                    inner = getattr(statement, part.name)
                    if part.name in {"body", "orelse", "final"}:
                        yield from _removed(inner, gone, trace, where)


def _harmless(value: ir.Expression, trace: Trace) -> bool:
    """Tell whether nothing is missed if a value is not computed: it calls only what is known, and draws no random numbers."""
    known = meanings(trace)
    for part in (value, *_within(value)):
        if isinstance(part, (ir.Lambda, ir.Comprehension, ir.Walrus, ir.Other)):
            return False
        if isinstance(part, ir.Call):
            meant = known.get(id(part), set())
            if id(part) in trace.calls or not meant or any(isinstance(e, (Opaque, Linear, Bounded)) for e in meant):
                return False
    return True


def _row(where: Places, statement: ir.Statement) -> Edit | None:
    """Return the removal of a statement's rows, if nothing else stands there, no comment either."""
    source = where.tree.segment.source
    start, end = where.offsets(statement)
    first, last = source.position(start)[0], source.position(end)[0]
    begin = source.row_starts[first - 1]
    after = source.row_starts[last] if last < len(source.row_starts) else len(source.text)
    around = source.text[begin:start] + source.text[end:after]
    return None if around.strip() or "#" in source.text[start:end] else Edit(begin, after, "")


def _note(node: object, names: Names) -> None:
    """Count the names in a node."""
    match node:
        case ir.Name(id=name):
            names.read[name] += 1
        case ir.Assign(targets=targets):
            for target in targets:
                _note_target(target, names)
            _note((node.value, node.annotation), names)
        case ir.AugAssign(target=target, value=value):
            _note_target(target, names)
            _note((target, value), names)
        case ir.For(target=target) | ir.Generator(target=target):
            _note_target(target, names)
            _note([part for part in _parts(node) if part is not target], names)
        case ir.With(items=items, body=body):
            for context, held in items:
                _note(context, names)
                _note_target(held, names)
            _note(body, names)
        case ir.Walrus(target=name, value=value):
            names.bound[name] += 1
            _note(value, names)
        case ir.Scoped(names=outer) | ir.Match(bound=outer):
            names.bound.update(dict.fromkeys(outer, 2))
            _note(list(_parts(node)), names)
        case ir.Import(aliases=aliases):
            names.bound.update(alias.bound for alias in aliases)
        case ir.Function(name=name) | ir.Class(name=name) | ir.Parameter(name=name):
            names.bound[name] += 1
            _note(list(_parts(node)), names)
        case _:
            for part in _parts(node):
                _note(part, names)


def _note_target(target: object, names: Names) -> None:
    match target:
        case ir.Name(id=name):
            names.bound[name] += 1
        case ir.Sequence(items=items):
            for item in items:
                _note_target(item, names)
        case ir.Starred(value=value):
            _note_target(value, names)
        case None:
            pass
        case _:
            _note(target, names)


def _parts(node: object) -> Iterator[object]:
    """Yield what a node, or a tuple of nodes, is made of."""
    if isinstance(node, (tuple, list)):
        yield from node
    elif is_dataclass(node):
        yield from (getattr(node, f.name) for f in fields(node) if f.name != "at")


def _within(node: object) -> Iterator[object]:
    for part in _parts(node):
        yield part
        yield from _within(part)


# --- import statements


def _imports(module: Module, segment: Segment, before: str) -> Iterator[Edit]:
    tree = module.tree(segment.index)
    if tree is None:
        return
    where = places(tree)
    for statement in tree.body:
        if isinstance(statement, ir.Import):
            gone = [alias for alias in statement.aliases if _forgotten(alias, before, segment.source.text)]
            if gone:
                yield from _shortened(where, statement, {alias.bound for alias in gone})


def _forgotten(alias: ir.Alias, before: str, after: str) -> bool:
    """Tell whether an imported name was used, and now stands nowhere but in its import."""
    name = re.escape(alias.bound)
    return len(re.findall(rf"\b{name}\b", after)) == 1 < len(re.findall(rf"(?<![.\w]){name}\b", before))


def _shortened(where: Places, statement: ir.Import, gone: set[str]) -> Iterator[Edit]:
    """Yield the removal of the row of an import, or of some of its names if it has others."""
    row = _row(where, statement)
    if row is None:
        return
    if len(gone) == len(statement.aliases):
        yield row
        return
    text = where.tree.segment.source.text[row.start : row.end]
    several = SEVERAL.fullmatch(text)
    if several is not None:
        kept = [item.strip() for item in several[2].split(",") if item.split()[-1] not in gone]
        yield Edit(row.start, row.end, f"{several[1]}{', '.join(kept)}{several[3]}")
