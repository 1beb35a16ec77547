"""Code that cannot be called, seen from near: the flagged operation and the arithmetic around it, everything else an input.

Of what leads up to it only arithmetic, functions of numbers, sums and the like are followed. A call, an attribute or an item of anything
else is an input of its own. How an input is arranged (a reshape, a transposition, a cast) is no matter, since its shape is ours to choose.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bce_lint.confirm.slice_after import guarded_later, names
from bce_lint.confirm.slice_pieces import dotted
from bce_lint.confirm.slice_script import GROWING, NAME, Script, Surroundings, assignments, called, kind_of, stands_by
from bce_lint.confirm.worker.guess import setting
from bce_lint.confirm.worker.job import Argument
from bce_lint.confirm.worker.lazy import SITE
from bce_lint.facts.meaning import Role
from bce_lint.facts.roles import NAMES

REDUCTIONS = re.compile(
    r"(^|[._])(sum|nansum|mean|nanmean|prod|max|amax|min|amin|std|var|variance|norm|vector_norm|cumsum|logsumexp|softmax|normalize|median)$"
)
FUNCTIONS = re.compile(
    r"(^|\.)(abs|absolute|fabs|log|log2|log10|log1p|exp|exp2|expm1|sqrt|rsqrt|square|pow|power|clip|clip_by_value|clamp|clamp_min|clamp_max"
    r"|sigmoid|expit|logit|logsigmoid|log_sigmoid|log_softmax|softplus|tanh|relu|elu|maximum|minimum|fmax|fmin|where|divide|true_divide|div"
    r"|mul|multiply|add|sub|subtract|neg|negative|reciprocal|sign|sin|cos|sinh|cosh|acos|arccos|asin|arcsin|atan|arctan|atanh|arctanh|erf"
    r"|nan_to_num|divide_no_nan|div_no_nan|multiply_no_nan|xlogy|entr|l2_normalize|l2_loss|unit_norm)_?$"
)
"""What is followed: functions of numbers, and what reduces many to one."""
VIEWS = re.compile(
    r"(^|\.)(view|reshape|flatten|ravel|permute|transpose|swapaxes|moveaxis|squeeze|unsqueeze|expand_dims|expand|expand_as|repeat|tile"
    r"|broadcast_to|contiguous|to|type|type_as|astype|cast|float|double|half|cpu|cuda|detach|clone|copy|numpy|item|stop_gradient|identity"
    r"|convert_to_tensor|asarray|array|constant|tensor|as_tensor|from_numpy|FloatTensor|stack|vstack|hstack|concat|concatenate|cat|atleast_\dd)_?$"
)
"""What rearranges, gathers or casts."""
ATTRIBUTES = frozenset({"T", "mT", "H", "data", "values", "real", "value"})
"""Attributes that are the same numbers."""
COUNTS = re.compile(r"(^|\.)(len|int|size|shape|numel|ndim|range|rank)$")
MODULES = frozenset({"backend", "K", "F", "xp", "np", "tf", "torch", "jnp", "ops", "keras", "nn", "lib"})
"""What modules are called: a name of these that no import binds is none of numbers."""
AXES, KEEPS = frozenset({"axis", "axes", "dim", "dims"}), frozenset({"keepdims", "keepdim", "keep_dims"})
DROPPED = frozenset({"dtype", "name", "out", "device", "copy", "where", "initial"})
STEPS = 40
COUNT = "count"
FIXED = frozenset({Role.SCALAR, Role.INTEGER, Role.FLAG})


class _Unread(Exception):  # noqa: N818  (an answer, not an accident)
    """The expression around the operation means nothing by itself."""


def near(around: Surroundings, chain: list[ast.AST], site: ast.expr) -> Script | None:
    """Make a function of the operation and what follows it; None where nothing varies, or the result is guarded later on."""
    whole = _arithmetic(chain, site)
    if guarded_later(around.body, chain):
        return None
    maker = _Near(around, site)
    try:
        result = maker.value(whole, whole.lineno)
    except _Unread:
        return None
    if not maker.vary():
        return None
    lines = [f"def {NAME}({', '.join(maker.params)}):", *maker.lines, f"return {ast.unparse(result)}"]
    marked = "\n    ".join(lines)
    return Script(marked.replace(f"{SITE}(", "("), marked, tuple(maker.arguments()))


def _arithmetic(chain: list[ast.AST], site: ast.expr) -> ast.expr:
    """Return the largest expression around the site that is arithmetic all the way."""
    best: ast.expr = site
    for node in reversed(chain[: chain.index(site)]):
        match node:
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()) | ast.UnaryOp() | ast.Subscript():
                best = node
            case ast.Call() if _followed(called(node)):
                best = node
            case ast.Attribute():
                continue
            case _:
                break
    return best


def _followed(name: str) -> bool:
    return any(pattern.search(name) for pattern in (FUNCTIONS, REDUCTIONS, VIEWS))


@dataclass(slots=True)
class _Near:
    """Rewrites the expression, and the assignments that it rests on, as far as they are arithmetic."""

    around: Surroundings
    site: ast.expr
    params: dict[str, Role] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    local: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)
    classes: bool = False
    steps: int = 0
    assigned: dict[str, list[tuple[int, ast.expr | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, row, value in assignments(self.around.body):
            self.assigned.setdefault(name, []).append((row, value))

    def vary(self) -> bool:
        """Say whether anything that varies goes in; where all are settings by name only, any number may be what they are."""
        known = {given.name for given in self.around.inputs if given.default is not None}
        if all(role in FIXED for role in self.params.values()):
            self.params |= {name: Role.UNKNOWN for name in self.params if name not in known and not name.startswith(COUNT)}
        return any(role not in FIXED for role in self.params.values())

    def arguments(self) -> Iterator[Argument]:
        """Yield the inputs as the worker takes them."""
        other, several = self.around.otherwise
        classes = self.classes or several or any(given.classes for given in self.around.inputs)
        known = {given.name: given for given in self.around.inputs}
        for name, role in self.params.items():
            default = known[name].default if name in known else None
            yield Argument(name, str(other if role is Role.UNKNOWN else role), classes, default)

    def value(self, node: ast.expr, row: int) -> ast.expr:
        """Return an expression with what is cut replaced, as of a line."""
        made = self._value(node, row)
        return ast.Call(ast.Name(SITE, ast.Load()), [made], []) if node is self.site else made

    def _value(self, node: ast.expr, row: int) -> ast.expr:
        match node:
            case ast.Constant(value=int() | float()):
                return node
            case ast.Name(name):
                return node if name in self.bound else self._name(name, row)
            case ast.Attribute():
                return self._attribute(node, row)
            case ast.Subscript(value=base):
                return self._item(node, base, row)
            case ast.BinOp(left, ast.Div(), right) if node is not self.site and self._given(right, row):
                return ast.BinOp(
                    self.value(left, row), ast.Div(), self._input(right, COUNT if self._counted(right) else _last(right), Role.SCALAR)
                )
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow() as op, right):
                return ast.BinOp(self.value(left, row), op, self.value(right, row))
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod()):
                return self._input(node, COUNT, Role.SCALAR)
            case ast.UnaryOp(ast.USub() | ast.UAdd() as op, operand):
                return ast.UnaryOp(op, self.value(operand, row))
            case ast.Compare(left, [op], [right]):
                return ast.Compare(self.value(left, row), [op], [self.value(right, row)])
            case ast.IfExp(body=body, orelse=orelse):
                return self.value(orelse if self._holds(orelse) else body, row)
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return self.value(elt, row)
            case ast.Call():
                return self._call(node, row)
            case _:
                return self._input(node, "data", Role.UNKNOWN)

    def _holds(self, node: ast.expr) -> bool:
        return any(inner is self.site for inner in ast.walk(node))

    def _name(self, name: str, row: int) -> ast.expr:
        """Return a name as the module's constant, as a local variable that arithmetic gives, or as an input."""
        given = next(((at, value) for at, value in reversed(self.assigned.get(name, [])) if at < row), None)
        at, value = given or (0, None)
        if given is None and self._constant(name):
            return ast.Name(name, ast.Load())
        if value is None or self.steps > STEPS or not self._arithmetic(value):
            role = kind_of(value) if isinstance(value, ast.Call) else None
            count = value is not None and self._counted(value)
            return self._input(
                ast.Name(name, ast.Load()), name, Role.SCALAR if count else Role.LOGIT if role is Role.LOGIT else Role.UNKNOWN
            )
        if (name, at) not in self.local:
            self.steps += 1
            made = self.value(value, at)
            if isinstance(made, ast.Name):
                return made
            taken = set(self.local.values()) | set(self.params)
            self.local[name, at] = name if name not in taken else f"{name}_{at}"
            self.lines.append(f"{self.local[name, at]} = {ast.unparse(made)}")
        return ast.Name(self.local[name, at], ast.Load())

    def _constant(self, name: str) -> bool:
        """Say whether a name is a value that the module itself computes, once."""
        found = [piece for piece in self.around.pieces if name in piece.names]
        return bool(found) and all(not p.why_not and isinstance(p.node, ast.Assign | ast.AnnAssign) for p in found)

    def _arithmetic(self, value: ast.expr) -> bool:
        """Say whether a value is worth following: it is computed from numbers by what is followed."""
        match value:
            case ast.Call():
                return _followed(called(value)) and not self._counted(value)
            case ast.BinOp(op=op):
                return not isinstance(op, ast.MatMult | ast.FloorDiv | ast.Mod)
            case ast.Subscript(value=base):
                return not self._counted(base)
            case _:
                return isinstance(value, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp | ast.IfExp | ast.Compare)

    def _kind(self, value: ast.expr) -> Role:
        """Return what a value that is cut off is."""
        if self._counted(value):
            return Role.SCALAR
        return Role.LOGIT if isinstance(value, ast.Call) and kind_of(value) is Role.LOGIT else Role.UNKNOWN

    def _counted(self, value: ast.expr) -> bool:
        match value:
            case ast.Call():
                return bool(COUNTS.search(called(value)))
            case ast.Attribute(attr=attr):
                return bool(COUNTS.search(attr))
            case ast.Subscript(value=base):
                return self._counted(base)
            case ast.BinOp(op=op):
                return isinstance(op, ast.FloorDiv | ast.Mod)
            case _:
                return False

    def _attribute(self, node: ast.Attribute, row: int) -> ast.expr:
        root = dotted(node).partition(".")[0]
        own = self.around.attributes.get(node.attr) if isinstance(node.value, ast.Name) and node.value.id == "self" else None
        if isinstance(own, ast.Constant) and type(own.value) in (int, float) and setting(node.attr) is not None:
            return own
        if root and root != "self" and root not in self.assigned and stands_by(self.around, root):
            return node
        if node.attr in ATTRIBUTES:
            return self.value(node.value, row)
        if self._counted(node):
            return self._input(node, COUNT, Role.SCALAR)
        return self._input(node, node.attr, Role.UNKNOWN)

    def _item(self, node: ast.Subscript, base: ast.expr, row: int) -> ast.expr:
        """Return an item: what was put there by name; of what is computed, all of it; of an input, an input of its own."""
        at, value = next(((at, value) for at, value in reversed(self.assigned.get(ast.unparse(node), [])) if at < row), (0, None))
        if value is not None and self._arithmetic(value):
            return self.value(value, at)
        if self._counted(base):
            return self._input(node, COUNT, Role.SCALAR)
        if not self._given(base, row):
            return self.value(base, row)
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        name = key if isinstance(key, str) and key.isidentifier() else _last(base)
        return self._input(node, name, Role.UNKNOWN)

    def _given(self, node: ast.expr, row: int) -> bool:
        """Say whether an expression is an input, or an item or an attribute of one."""
        match node:
            case ast.Name(name):
                at, value = next(((at, value) for at, value in reversed(self.assigned.get(name, [])) if at < row), (0, None))
                if isinstance(value, ast.Call) and VIEWS.search(called(value)):
                    return self._given(value, at)
                return (value is None or not self._arithmetic(value)) and not self._constant(name)
            case ast.Call():
                operand = self._operand(node)
                return operand is None or not _followed(called(node)) or (bool(VIEWS.search(called(node))) and self._given(operand, row))
            case ast.Attribute(attr=attr):
                return attr not in ATTRIBUTES
            case ast.Subscript(value=base):
                return self._given(base, row)
            case _:
                return False

    def _call(self, node: ast.Call, row: int) -> ast.expr:
        name = called(node)
        if self._counted(node):
            return self._input(node, COUNT, Role.SCALAR)
        operand = self._operand(node)
        if operand is None or not _followed(name):
            return self._input(node, name.rpartition(".")[2] or "data", self._kind(node))
        if VIEWS.search(name):
            return self.value(_gathered(operand), row)
        if isinstance(operand, ast.GeneratorExp | ast.ListComp) and isinstance(node.func, ast.Name) and _plain(operand):
            return ast.Call(node.func, [self._loop(operand, row)], [])
        self.classes |= "softmax" in name
        func = node.func
        first = self.value(_gathered(operand), row)
        bare = first.operand if isinstance(first, ast.UnaryOp) else first
        if GROWING.search(name) and isinstance(bare, ast.Name) and bare.id in self.params:
            self.params[bare.id] = Role.LOGIT
        if operand is not (node.args[0] if node.args else None):
            assert isinstance(func, ast.Attribute)
            func, args = ast.Attribute(first, func.attr.rstrip("_"), ast.Load()), node.args
        else:
            args = node.args[1:]
        reduces = bool(REDUCTIONS.search(name))
        rest = [self._axis(arg) if reduces else self.value(arg, row) for arg in args]
        keywords = [made for given in node.keywords if (made := self._keyword(given, row)) is not None]
        return ast.Call(func, rest if func is not node.func else [first, *rest], keywords)

    def _loop(self, node: ast.GeneratorExp | ast.ListComp, row: int) -> ast.expr:
        """Return a loop over numbers as it is, over what is an input or not."""
        (loop,) = node.generators
        assert isinstance(loop.target, ast.Name)
        over = self.value(loop.iter, row)
        self.bound.add(loop.target.id)
        elt = self.value(node.elt, row)
        self.bound.discard(loop.target.id)
        return ast.GeneratorExp(elt, [ast.comprehension(loop.target, over, [], 0)])

    def _operand(self, node: ast.Call) -> ast.expr | None:
        """Return what a call is about: the object of a tensor's method, the first argument of a function; None if it is neither."""
        first = node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None
        match node.func:
            case ast.Name(name):
                return first if name not in self.assigned and stands_by(self.around, name) else None
            case ast.Attribute(value=base):
                root = dotted(base).partition(".")[0]
                if root and root != "self" and root not in self.assigned and stands_by(self.around, root):
                    return first
                return None if root in MODULES else base
            case _:
                return None

    def _axis(self, arg: ast.expr) -> ast.expr:
        """Return an axis as it is written, or else the last one."""
        try:
            ast.literal_eval(arg)
        except ValueError:
            return ast.Constant(-1)
        return arg

    def _keyword(self, given: ast.keyword, row: int) -> ast.keyword | None:
        if given.arg is None or given.arg in DROPPED:
            return None
        if given.arg in AXES:
            return ast.keyword(given.arg, self._axis(given.value))
        if given.arg in KEEPS:
            return ast.keyword(given.arg, given.value if isinstance(given.value, ast.Constant) else ast.Constant(value=True))
        return ast.keyword(given.arg, self.value(given.value, row))

    def _input(self, node: ast.expr, name: str, role: Role) -> ast.expr:
        """Return the input that stands for an expression, the same one for the same expression."""
        if node is self.site or self._holds(node):
            raise _Unread
        key = ast.unparse(node)
        if key not in self.keys:
            bare = re.sub(r"\W", "", name).lstrip("_") or "data"
            taken = set(self.keys.values()) | set(self.local.values())
            self.keys[key] = next(n for n in (bare, *(f"{bare}_{i}" for i in range(2, 99))) if n not in taken and not keyword.iskeyword(n))
            self.params[self.keys[key]] = self._role(bare, role)
        return ast.Name(self.keys[key], ast.Load())

    def _role(self, name: str, role: Role) -> Role:
        """Return the role that the linter gave an input, or that its name tells, if its use does not."""
        found = next((given.role for given in self.around.inputs if given.name == name and given.role is not Role.UNKNOWN), role)
        if found is Role.UNKNOWN:
            found = next((known for known, pattern in NAMES.items() if pattern.fullmatch(name.lower())), Role.UNKNOWN)
        if found is Role.WEIGHT or (found is Role.PROBABILITY and self.around.otherwise[0] is Role.LOGIT):
            return Role.UNKNOWN
        return Role.SCALAR if found is Role.UNKNOWN and setting(name) is not None else found


def _gathered(node: ast.expr) -> ast.expr:
    """Return what a list gathers, if that is one kind of thing."""
    return node.elts[0] if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1 else node


def _plain(node: ast.GeneratorExp | ast.ListComp) -> bool:
    """Say whether a loop goes over numbers, of which nothing but arithmetic is done."""
    match node.generators:
        case [ast.comprehension(target=ast.Name(name), ifs=[])]:
            held = [inner for inner in ast.walk(node.elt) if isinstance(inner, ast.Attribute | ast.Subscript)]
            calls = [inner for inner in ast.walk(node.elt) if isinstance(inner, ast.Call)]
            return not any(name in names(inner) for inner in held) and all(_followed(called(inner)) for inner in calls)
        case _:
            return False


def _last(node: ast.expr) -> str:
    """Return the last name in an expression that stands for an input."""
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=base):
            return _last(base)
        case _:
            return "data"
