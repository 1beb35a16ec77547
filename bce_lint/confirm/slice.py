"""From a finding to the program that its function needs: the definition itself and, by name, everything in the project that it can reach.

Nothing is executed here. The worker runs a statement only when its name is first asked for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bce_lint.confirm import slice_project as project
from bce_lint.confirm.case import Case
from bce_lint.confirm.slice_near import near
from bce_lint.confirm.slice_pieces import DEFINITIONS, Definition, Piece, cut, definition
from bce_lint.confirm.slice_roles import otherwise, pairs, strings, taken
from bce_lint.confirm.slice_script import NAME, Script, Surroundings, attributes, compiled, script
from bce_lint.confirm.worker.job import Argument, Program, SourceFile, Statement, Step
from bce_lint.confirm.worker.lazy import SITE
from bce_lint.facts.expr import Div, DivNoNan, Exp, Expm1, Log, Log1p, LogSumExp, Norm, Pow, Sqrt, Std
from bce_lint.facts.meaning import Meaning
from bce_lint.facts.vocabulary import CUSTOMARY
from bce_lint.finding import Span

MOST_FILES = 40
BREAKING = (Log, Log1p, Exp, Expm1, Sqrt, Pow, Div, DivNoNan, Norm, Std, LogSumExp)
"""Ops whose own value or gradient is not finite where they break a function; a clip, say, breaks it from a distance."""


@dataclass(frozen=True, slots=True)
class NotClosed:
    """Why no program can be made of a finding."""

    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the flagged code stands: its module-level piece, the definitions around it from the outside in, its expression.

    Of `x /= y` the expression is `x / y`, which is written nowhere; `augmented` is that statement.
    """

    piece: Piece
    around: tuple[Definition, ...]
    chain: tuple[ast.AST, ...]
    node: ast.expr | None
    augmented: ast.AugAssign | None = None


@dataclass(slots=True)
class Reach:
    """The files and pieces reached so far; `demanded` are all names that they use."""

    top: Path
    demanded: set[str]
    places: list[Path]
    pieces: list[tuple[Piece, ...]]
    taken: list[set[int]] = field(default_factory=list)
    imports: list[dict[str, int]] = field(default_factory=list)


def programs(case: Case) -> Iterator[Program | NotClosed]:
    """Yield what could be run for a finding, the most telling first: its function, the expression around it, the operation alone."""
    pieces = cut(case.source)
    place = locate(case.source, pieces, case.span)
    if place is not None and isinstance(case.meaning.site, Div | Pow):
        place = _written_out(place)
    if place is None:
        yield NotClosed("its statement does not parse by itself")
        return
    if (loss := _compiled(case, pieces, place)) is not None:
        yield loss
        return
    steps = _steps(place, case.meaning)
    if steps and steps[-1].kind == "function" and case.meaning.path[-1:] != ("<lambda>",):
        inputs, texts = taken(case.meaning, place.around), strings(place.around)
        arguments = tuple(Argument(i.name, str(i.role), i.classes, i.default, texts.get(i.name, "")) for i in inputs)
        lifted = _lifted(place, case.source)
        if lifted is not place:
            place, steps = lifted, steps[-1:]
        entry = Entry(place.piece, mark(place), steps, arguments, pairs(place.around, inputs))
        yield _program(case, pieces if place.piece in pieces else (*pieces, place.piece), entry)
    yield from _expressions(case, pieces, place)


def _expressions(case: Case, pieces: tuple[Piece, ...], place: Place) -> Iterator[Program | NotClosed]:
    """Yield the expression around the flagged operation, that alone, and last no more than the arithmetic around it."""
    if place.node is None:
        yield NotClosed("it is not an expression")
        return
    around, seen = _around(case, pieces, place), set[Script]()
    ways = (
        script(around, list(place.chain), place.node),
        script(around, [place.node], place.node),
        near(around, list(place.chain), place.node),
    )
    for made in ways:
        if made is not None and made not in seen:
            seen.add(made)
            yield _scripted(case, pieces, made)
    if not seen:
        yield NotClosed("nothing that varies goes into it")


def program(case: Case) -> Program | NotClosed:
    """Return the first of `programs`."""
    return next(programs(case))


@dataclass(frozen=True, slots=True)
class Entry:
    """Where to go in: the piece, its text with the mark, the way through its definitions, and what the function takes."""

    piece: Piece
    marked: str
    steps: tuple[Step, ...]
    arguments: tuple[Argument, ...]
    pairs: bool = False


def _program(case: Case, pieces: tuple[Piece, ...], entry: Entry) -> Program:
    pieces = (*_customary(pieces, entry.piece), *pieces)
    reach = _reach(Path(case.path), pieces, entry.piece)
    files = tuple(_file(reach, number) for number in range(len(reach.places)))
    own = sorted(reach.taken[0])
    blame = isinstance(case.meaning.site, BREAKING)
    return Program(files, own.index(pieces.index(entry.piece)), entry.marked, blame, entry.steps, entry.arguments, entry.pairs)


def _customary(pieces: tuple[Piece, ...], entry: Piece) -> Iterator[Piece]:
    """Yield the imports of the frameworks that go by their customary names in a file that never imports them: part of a notebook, say."""
    bound = {name for piece in pieces for name in piece.names}
    used = {node.id for node in ast.walk(entry.node) if isinstance(node, ast.Name)}
    for name, module in CUSTOMARY.items():
        if name in used - bound:
            text = f"import {module} as {name}"
            yield Piece(ast.parse(text).body[0], (name,), 1, text, "", frozenset())


def _compiled(case: Case, pieces: tuple[Piece, ...], place: Place) -> Program | None:
    """Return the loss that a `compile(loss=...)` names, on what the linter saw of the model's last layer."""
    made = compiled(_around(case, pieces, place), place.node, case.meaning.site) if isinstance(place.node, ast.Call) else None
    return None if made is None else _scripted(case, pieces, made)


def _around(case: Case, pieces: tuple[Piece, ...], place: Place) -> Surroundings:
    inner = next((node for node in reversed(place.around) if not isinstance(node, ast.ClassDef)), None)
    body = inner.body if inner is not None else list(dict.fromkeys(piece.node for piece in pieces))
    kind = next((node for node in reversed(place.around) if isinstance(node, ast.ClassDef)), None)
    own = {} if kind is None else attributes(kind)
    return Surroundings(body, pieces, taken(case.meaning, place.around), otherwise(case.meaning), own)


def _scripted(case: Case, pieces: tuple[Piece, ...], made: Script) -> Program:
    node = ast.parse(made.text).body[0]
    uses = frozenset(n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
    piece = Piece(node, (NAME,), case.span.row, made.text, "", uses)
    return _program(case, (*pieces, piece), Entry(piece, made.marked, (Step("function", NAME),), made.arguments))


def _lifted(place: Place, source: str) -> Place:
    """Return the place with a function that needs nothing of those around it as one of the module, so that they need not be called."""
    *outer, inner = place.around
    functions = [node for node in outer if not isinstance(node, ast.ClassDef)]
    if not functions or outer[-1] is not functions[-1] or isinstance(inner, ast.ClassDef):
        return place
    bound = {name for node in functions for name in _locals(node)} - {inner.name}
    used = {node.id for node in ast.walk(inner) if isinstance(node, ast.Name)} - _locals(inner)
    if bound & used:
        return place
    piece = definition(inner, source.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return replace(place, piece=piece, around=(inner,), chain=place.chain[place.chain.index(inner) :])


def _locals(function: ast.AST) -> set[str]:
    """Return the names that a function binds, those of functions in it too."""
    found = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    found |= {node.name for node in ast.walk(function) if isinstance(node, DEFINITIONS) and node is not function}
    imported = (alias for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names)
    return found | {alias.asname or alias.name.partition(".")[0] for alias in imported}


def locate(source: str, pieces: tuple[Piece, ...], span: Span) -> Place | None:
    """Find the piece, the definitions and the expression that a span lies in."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    piece = next((p for p in pieces if p.line <= span.row <= (p.node.end_lineno or p.node.lineno)), None)
    if piece is None:
        return None
    chain = _chain(piece.node, _bytes(lines, span.row, span.column), _bytes(lines, span.end_row, span.end_column))
    around = tuple(node for node in chain if isinstance(node, DEFINITIONS))
    if around and around[0] is not piece.node:
        piece = definition(around[0], lines)
    return Place(piece, around, tuple(chain), _operation([node for node in chain if isinstance(node, ast.expr)]))


def _written_out(place: Place) -> Place:
    """Return the place of `x /= y`, whose right side alone is underlined, with the division as its expression."""
    statement = next((node for node in reversed(place.chain) if isinstance(node, ast.stmt)), None)
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.op, ast.Div | ast.Pow):
        return place
    if place.node is not statement.value and isinstance(place.node, ast.BinOp):
        return place
    target = ast.parse(ast.unparse(statement.target), mode="eval").body
    for node in ast.walk(target):
        ast.copy_location(node, statement)
    whole = ast.copy_location(ast.BinOp(target, statement.op, statement.value), statement)
    chain = (*place.chain[: place.chain.index(statement) + 1], whole)
    return replace(place, chain=chain, node=whole, augmented=statement)


def _bytes(lines: list[str], row: int, column: int) -> tuple[int, int]:
    """Return a position as the parser counts it: columns in bytes from 0."""
    return row, len(lines[row - 1][: column - 1].encode())


def _chain(node: ast.AST, start: tuple[int, int], end: tuple[int, int]) -> list[ast.AST]:
    """Return the nodes that contain a stretch, from `node` inward."""
    chain = [node]
    while True:
        inside = (child for child in _placed(chain[-1]) if _start(child) <= start and end <= _end(child))
        child = next(inside, None)
        if child is None:
            return chain
        chain.append(child)


def _placed(node: ast.AST) -> list[ast.AST]:
    """Return the children that have a position; those without (arguments, comprehensions) stand for theirs."""
    placed: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        placed += [child] if isinstance(child, ast.expr | ast.stmt | ast.excepthandler | ast.match_case) else _placed(child)
    return placed


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _operation(expressions: list[ast.expr]) -> ast.expr | None:
    """Return the innermost call, division or power around the span: the operation, if only its operand is underlined."""
    for node in reversed(expressions):
        if isinstance(node, ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Pow)):
            return node
    return next((node for node in reversed(expressions) if isinstance(node, ast.BinOp | ast.UnaryOp)), None)


def mark(place: Place) -> str:
    """Return the text of the piece with the flagged operation in `__site__(...)`."""
    node = place.node
    if node is None or node.end_lineno is None or node.end_col_offset is None:
        return place.piece.text
    lines = [line.encode() for line in place.piece.text.split("\n")]
    if (statement := place.augmented) is not None:
        first, last = node.lineno - place.piece.line, node.end_lineno - place.piece.line
        before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
        written = f"{ast.unparse(statement.target)} = {SITE}({ast.unparse(node)})".encode()
        lines[first : last + 1] = [before + written + after, *[b""] * (last - first)]
        return b"\n".join(lines).decode()
    for row, column, inserted in ((node.end_lineno, node.end_col_offset, b")"), (node.lineno, node.col_offset, f"{SITE}(".encode())):
        line = lines[row - place.piece.line]
        lines[row - place.piece.line] = line[:column] + inserted + line[column:]
    return b"\n".join(lines).decode()


def _steps(place: Place, meaning: Meaning) -> tuple[Step, ...]:
    """Return the way to the function whose inputs the meaning names: outward definitions as the linter saw them, if they agree."""
    names = tuple(node.name for node in place.around)
    known = len(meaning.path) if names[: len(meaning.path)] == meaning.path else 0
    around = place.around[: known or None]
    return tuple(Step("class" if isinstance(node, ast.ClassDef) else "function", node.name) for node in around)


def _reach(path: Path, pieces: tuple[Piece, ...], start: Piece) -> Reach:
    """Take every piece that binds a name in use, until no new name turns up."""
    resolved = path.resolve()
    reach = Reach(project.root(resolved), set(start.uses), [resolved], [pieces], [{pieces.index(start)}], [{}])
    _follow(reach, 0, start)
    before = -1
    while before != (before := sum(len(taken) for taken in reach.taken) + len(reach.places)):
        for number in range(len(reach.places)):
            _take(reach, number)
    return reach


def _take(reach: Reach, number: int) -> None:
    for index, piece in enumerate(reach.pieces[number]):
        if index not in reach.taken[number] and (piece.names == ("*",) or not reach.demanded.isdisjoint(piece.names)):
            reach.taken[number].add(index)
            if not piece.why_not:
                reach.demanded |= piece.uses
                _follow(reach, number, piece)


def _follow(reach: Reach, number: int, piece: Piece) -> None:
    """Note which imports of a piece are files of the project, and add those."""
    for level, module, names in project.wanted(piece.node):
        plain = not level and not names
        first, *below = module.split(".") if plain else (module,)
        found = project.find(reach.places[number], level, first, reach.top)
        if found is not None and (target := _add(reach, found)) is not None:
            reach.imports[number][f"{level}:{first}"] = target
            for name in names:
                _submodules(reach, target, [name])
            _submodules(reach, target, below)


def _submodules(reach: Reach, number: int, names: list[str]) -> None:
    """Note the module below a package that dotted names lead to, and those on the way."""
    for name in names:
        place = reach.places[number]
        found = project.below(place, name) if place.is_dir() and name != "*" else None
        target = None if found is None else _add(reach, found)
        if target is None:
            return
        reach.imports[number][f"1:{name}"] = target
        number = target


def _add(reach: Reach, place: Path) -> int | None:
    resolved = place.resolve()
    if resolved not in reach.places:
        if len(reach.places) >= MOST_FILES:
            return None
        reach.places.append(resolved)
        reach.pieces.append(cut(project.text(resolved)))
        reach.taken.append(set())
        reach.imports.append({})
    return reach.places.index(resolved)


def _file(reach: Reach, number: int) -> SourceFile:
    taken = sorted(reach.taken[number])
    statements = tuple(Statement(p.names, p.line, p.text, p.why_not) for p in (reach.pieces[number][index] for index in taken))
    return SourceFile(str(reach.places[number]), statements, tuple(sorted(reach.imports[number].items())))
