"""Code outside functions, or in one that cannot be called: the largest expression around the flagged operation, as a function of its own.

Whatever comes out of data, variables or a model is cut off and becomes a parameter, an activation around it kept:
`y * tf.log(tf.nn.softmax(tf.matmul(x, W) + b))` becomes a function of `y` and of the logits.
"""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bce_lint.confirm.slice_pieces import DEFINITIONS, Piece, dotted
from bce_lint.confirm.worker.guess import setting
from bce_lint.confirm.worker.job import Argument
from bce_lint.confirm.worker.lazy import SITE
from bce_lint.facts.expr import (
    CategoricalCrossEntropy,
    Expr,
    NegativeLogLikelihood,
    Relu,
    Sigmoid,
    Softmax,
    SoftmaxCrossEntropy,
    Softplus,
    Tanh,
    View,
)
from bce_lint.facts.meaning import Input, Role
from bce_lint.facts.roles import NAMES
from bce_lint.facts.vocabulary import CUSTOMARY

NAME = "flagged_expression"
LOGIT = "logit"

OUTPUTS: Mapping[type[object], str] = {Sigmoid: "sigmoid", Softmax: "softmax", Relu: "relu", Tanh: "tanh", Softplus: "softplus"}
ACTIVATIONS = re.compile(r"(^|\.)(softmax|sigmoid|log_softmax|logsigmoid|log_sigmoid|expit)$")
LINEAR = re.compile(r"(^|\.)(matmul|mm|dot|dense|linear|conv\w*|bias_add|xw_plus_b|embedding\w*|einsum|fully_connected)$", re.IGNORECASE)
VARIABLE = re.compile(r"(^|\.)(Variable|get_variable|Parameter)$")
DATA = re.compile(
    r"(^|\.)(placeholder|next_batch|get_next|Input|gradients|grad|load\w*|read\w*|fetch\w*|open|run|eval|fit|predict\w*|model\w*|net\w*|inference\w*|forward|apply"
    r"|(build|create|make|get)_?\w*|\w*(layer|lstm|rnn|cell|encoder|decoder|generator|discriminator|classifier|network)\w*)$",
    re.IGNORECASE,
)
METHODS = re.compile(
    r"^(abs|log\w*|exp\w*|sqrt|square|pow|div|mul|add|sub|neg|sum|mean|prod|max|amax|min|std|var|norm|cumsum|clip|clamp\w*|sigmoid|softmax"
    r"|squeeze|unsqueeze|view|reshape|flatten|ravel|permute|transpose|t|expand|repeat|float|double|half|to|type_as|astype|contiguous"
    r"|cpu|cuda|detach|clone|copy|numpy|gather|select|masked_\w+|index_\w+|dot|mm|matmul|bmm|softplus|tanh|relu)_?$"
)
"""Methods of tensors."""
GROWING = re.compile(r"(^|\.)(exp|expm1|cosh|sinh|logsumexp|reduce_logsumexp|softplus)$")
STOPS = re.compile(
    r"(^|\.)(minimize|run|eval|append|gradients|compute_gradients|scalar|histogram|print|float|str|format|backward|step|item)$"
)
"""Calls that an expression is not taken beyond: what they take is judged, not what they do."""


@dataclass(frozen=True, slots=True)
class Script:
    """A function made of an expression: its text without and with the mark, and its inputs."""

    text: str
    marked: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the expression: the statements of its scope, the module's pieces, and inputs with their roles.

    `otherwise` is the role of an input of which nothing else is known, and whether that lies along a class axis; `attributes` are
    those that the class around it gives itself.
    """

    body: list[ast.stmt]
    pieces: tuple[Piece, ...]
    inputs: tuple[Input, ...]
    otherwise: tuple[Role, bool] = (Role.UNKNOWN, False)
    attributes: Mapping[str, ast.expr] = field(default_factory=dict)


def attributes(kind: ast.ClassDef) -> dict[str, ast.expr]:
    """Return what a class assigns to attributes of `self`, the first of each; of a parameter its default, if that is written there."""
    found: dict[str, ast.expr] = {}
    for method in kind.body:
        defaults = _defaults(method.args) if isinstance(method, ast.FunctionDef) else {}
        for node in ast.walk(method):
            match node:
                case ast.Assign(targets=[ast.Attribute(ast.Name("self"), attr)], value=ast.Name(name)) if name in defaults:
                    found.setdefault(attr, defaults[name])
                case ast.Assign(targets=[ast.Attribute(ast.Name("self"), attr)], value=value):
                    found.setdefault(attr, value)
    return found


def _defaults(args: ast.arguments) -> dict[str, ast.expr]:
    placed = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(placed[len(placed) - len(args.defaults) :], args.defaults, strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return {arg.arg: default for arg, default in pairs if isinstance(default, ast.Constant) and type(default.value) in (int, float)}


def script(around: Surroundings, chain: list[ast.AST], site: ast.expr) -> Script | None:
    """Make a function of the expression around `site`, the last of `chain`; None where nothing that varies goes into it."""
    whole = _largest(chain, site)
    maker = _Maker(around, site)
    result = maker.value(whole, getattr(whole, "lineno", 0))
    if not maker.params:
        return None
    marked = maker.function(result)
    plain = marked.replace(f"{SITE}(", "(")
    other, several = around.otherwise
    roles = {name: other if role is Role.UNKNOWN else role for name, role in maker.params.items()}
    classes = maker.classes or several or any(given.classes for given in around.inputs)
    arguments = tuple(Argument(name, str(role), classes) for name, role in roles.items())
    return Script(plain, marked, arguments)


def compiled(around: Surroundings, call: ast.Call, site: Expr) -> Script | None:
    """Make a function of the loss that `model.compile(loss=...)` names, as Keras looks it up, and of the model's last activation."""
    loss = next((keyword.value for keyword in call.keywords if keyword.arg == "loss"), call.args[1] if len(call.args) > 1 else None)
    x = getattr(site, "x", None)
    while isinstance(x, View):
        x = x.x
    if loss is None or x is None or not isinstance(call.func, ast.Attribute) or call.func.attr != "compile":
        return None
    maker = _Maker(around, call)
    text = ast.unparse(maker.value(loss, call.lineno))
    output = f"keras.activations.{OUTPUTS[type(x)]}(logit)" if type(x) in OUTPUTS else "logit"
    several = isinstance(site, CategoricalCrossEntropy | SoftmaxCrossEntropy | NegativeLogLikelihood)
    lines = [f"def {NAME}(labels, {LOGIT}):", "import keras", *maker.lines, f"return {SITE}(keras.losses.get({text})(labels, {output}))"]
    marked = "\n    ".join(lines)
    arguments = (Argument("labels", "label", several), Argument(LOGIT, "logit", several))
    return None if maker.params else Script(marked.replace(f"{SITE}(", "("), marked, arguments)


def _largest(chain: list[ast.AST], site: ast.expr) -> ast.expr:
    """Return the outermost expression around the site that is not an argument of a call that does something else."""
    best: ast.expr = site
    for node in reversed(chain[: chain.index(site)]):
        if isinstance(node, ast.Call) and STOPS.search(called(node)):
            break
        if not isinstance(node, ast.expr) or isinstance(
            node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.List | ast.Tuple | ast.Dict
        ):
            break
        best = node
    return best


def called(node: ast.Call) -> str:
    """Return the dotted name of what is called: of `a.b(...)(x)` that is `a.b`, of `(x + y).log()` it is `.log`."""
    match node.func:
        case ast.Call() as made:
            return called(made)
        case ast.Attribute(attr=attr):
            return dotted(node.func) or f".{attr}"
        case _:
            return dotted(node.func)


@dataclass(slots=True)
class _Maker:
    """Rewrites an expression, and the assignments that it rests on, into a function's body."""

    around: Surroundings
    site: ast.expr
    params: dict[str, Role] = field(default_factory=dict)
    local: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    classes: bool = False
    assigned: dict[str, list[tuple[int, ast.expr | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, row, value in assignments(self.around.body):
            self.assigned.setdefault(name, []).append((row, value))

    def function(self, result: ast.expr) -> str:
        """Return the text of the function."""
        head = f"def {NAME}({', '.join(self.params)}):"
        return "\n    ".join([head, *self.lines, f"return {ast.unparse(result)}"])

    def value(self, node: ast.expr, row: int) -> ast.expr:
        """Return an expression with what is cut replaced, as of a line."""
        made = self._value(node, row)
        return ast.Call(ast.Name(SITE, ast.Load()), [made], []) if node is self.site else made

    def _value(self, node: ast.expr, row: int) -> ast.expr:
        match node:
            case ast.Name(name, ast.Load()):
                return self._name(name, row)
            case ast.Call() if ACTIVATIONS.search(called(node)) and node.args:
                self.classes |= "softmax" in called(node)
                return ast.Call(node.func, [self._logit(node.args[0], row), *node.args[1:]], node.keywords)
            case ast.Call() if node is not self.site and (kind := self._kind(node, row)) is not None:
                return self._parameter(LOGIT if kind is Role.LOGIT else "variable" if kind is Role.WEIGHT else "data", kind)
            case ast.Attribute(ast.Name("self"), attr) if attr in self.around.attributes:
                return self.value(self.around.attributes[attr], 0)
            case ast.Attribute(ast.Name(name), attr) if setting(attr) is not None and not self._defined(name):
                return self._parameter(attr, Role.SCALAR)
            case ast.Attribute(ast.Name("self"), attr):
                return self._parameter(attr, self._role(attr, Role.UNKNOWN))
            case ast.Lambda() | ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return node
            case _:
                return self._inside(node, row)

    def _logit(self, node: ast.expr, row: int) -> ast.expr:
        """Return what goes into an activation: a parameter for what rests on a cut, whose sign stays."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return ast.UnaryOp(node.op, self._logit(node.operand, row))
        return self._parameter(LOGIT, Role.LOGIT) if self._cut(node, row) else self.value(node, row)

    def _inside(self, node: ast.expr, row: int) -> ast.expr:
        made = copy.copy(node)
        for name, old in ast.iter_fields(node):
            if isinstance(old, ast.expr) and not (name == "func" and self._function(old, row)):
                setattr(made, name, self.value(old, row))
            elif isinstance(old, list):
                setattr(made, name, [self._item(item, row) for item in old])
        self._grows(node)
        return made

    def _function(self, func: ast.expr, row: int) -> bool:
        """Say whether what is called is a function of a module, or of an object, rather than a tensor's own method."""
        root = dotted(func).partition(".")[0]
        if isinstance(func, ast.Name):
            return self._given(root, row) is None
        if isinstance(func, ast.Attribute) and root == "self":
            return func.attr not in self.around.attributes
        if not isinstance(func, ast.Attribute) or not METHODS.search(func.attr):
            return bool(root)
        return bool(root) and self._given(root, row) is None and self._defined(root)

    def _grows(self, node: ast.expr) -> None:
        """Note that what an exponential takes may be any number: its use says more than its name."""
        match node:
            case ast.Call(args=[ast.Name(name) | ast.UnaryOp(operand=ast.Name(name))]) if name in self.params and GROWING.search(
                called(node)
            ):
                self.params[name] = Role.LOGIT

    def _item(self, item: object, row: int) -> object:
        if isinstance(item, ast.keyword):
            return ast.keyword(item.arg, self.value(item.value, row))
        return self.value(item, row) if isinstance(item, ast.expr) else item

    def _name(self, name: str, row: int) -> ast.expr:
        """Return a name as it is where the module defines it, as a local variable where it rests on a cut, or as a parameter."""
        given = self._given(name, row)
        if given is None:
            return ast.Name(name, ast.Load()) if self._defined(name) else self._parameter(name, self._role(name, Role.UNKNOWN))
        at, value = given
        if value is None:
            return self._parameter(name, self._role(name, Role.UNKNOWN))
        if not self._cut(value, at) and self._defined(name):
            return ast.Name(name, ast.Load())
        if (role := self._linear(value, at)) is not None:
            return self._parameter(name, self._role(name, role))
        if (name, at) not in self.local:
            made = self.value(value, at)
            taken = set(self.local.values()) | set(self.params)
            self.local[name, at] = name if name not in taken else f"{name}_{at}"
            self.lines.append(f"{self.local[name, at]} = {ast.unparse(made)}")
        return ast.Name(self.local[name, at], ast.Load())

    def _given(self, name: str, row: int) -> tuple[int, ast.expr | None] | None:
        return next(((at, value) for at, value in reversed(self.assigned.get(name, [])) if at < row), None)

    def _defined(self, name: str) -> bool:
        """Say whether the worker can get at a name: by executing the module's own statement, or because everybody knows it."""
        return stands_by(self.around, name)

    def _cut(self, node: ast.expr, row: int, depth: int = 0) -> bool:
        """Say whether an expression rests on something that is cut."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and self._kind(inner, row) is not None:
                return True
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and depth < MOST_STEPS:
                given = self._given(inner.id, row)
                if given is None and not self._defined(inner.id):
                    return True
                if given is not None and (given[1] is None or self._cut(given[1], given[0], depth + 1)):
                    return True
        return False

    def _kind(self, node: ast.Call, row: int) -> Role | None:
        """Return what a call that is cut off gives; one of an object made here, or of a name that nobody defines, gives data."""
        kind = kind_of(node)
        root = dotted(node.func).partition(".")[0]
        given = self._given(root, row)
        method = isinstance(node.func, ast.Attribute) and bool(METHODS.search(node.func.attr))
        made = given is not None and isinstance(given[1], ast.Call) and not method
        unknown = bool(root) and given is None and not self._defined(root) and not method
        return Role.UNKNOWN if kind is None and (made or unknown) else kind

    def _linear(self, value: ast.expr, row: int) -> Role | None:
        """Return the role of a value that is cut off as a whole: a call that is cut, or a sum with one."""
        match value:
            case ast.Call():
                return self._kind(value, row)
            case ast.BinOp(left, ast.Add() | ast.Sub(), right):
                return Role.LOGIT if Role.LOGIT in {self._linear(left, row), self._linear(right, row)} else None
            case _:
                return None

    def _parameter(self, name: str, role: Role) -> ast.expr:
        self.params.setdefault(name, role)
        return ast.Name(name, ast.Load())

    def _role(self, name: str, otherwise: Role) -> Role:
        """Return the role that the linter gave an input, or that its name tells, or that of where it comes from."""
        for given in self.around.inputs:
            if given.name == name and given.role is not Role.UNKNOWN:
                return given.role
        if otherwise is not Role.UNKNOWN:
            return otherwise
        bare = name.strip("_").lower()
        named = next((role for role, pattern in NAMES.items() if pattern.fullmatch(bare)), None)
        if named is Role.PROBABILITY and self.around.otherwise[0] is Role.LOGIT:
            return Role.LOGIT
        return named or (otherwise if setting(name) is None else Role.SCALAR)


MOST_STEPS = 20


def kind_of(node: ast.Call) -> Role | None:
    """Return what a call that is cut off gives: logits, a variable, or data; None for a call that stays."""
    name = called(node)
    for keyword in node.keywords:
        if keyword.arg == "activation" and LINEAR.search(name):
            text = ast.unparse(keyword.value)
            return Role.PROBABILITY if re.search("sigmoid|softmax", text) else Role.LOGIT
    if LINEAR.search(name):
        return Role.LOGIT
    if VARIABLE.search(name):
        return Role.WEIGHT
    return Role.UNKNOWN if DATA.search(name) else None


def assignments(body: Iterable[ast.stmt], fresh: set[str] | None = None) -> Iterator[tuple[str, int, ast.expr | None]]:
    """Yield name, line and value of every binding in a scope, in source order; `fresh` are the names bound in this round of a loop.

    There is no value where it is one of several, a loop's, gathered in a list, or one that a loop computes from that of the round before.
    """
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value) | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                grows = fresh is not None and name not in fresh and _names(value, name)
                yield name, node.lineno, None if grows or _empty(value) else value
                if fresh is not None and not grows:
                    fresh.add(name)
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(str())) as item], value=value) if fresh is None:
                yield ast.unparse(item), node.lineno, value
            case ast.AugAssign(target=ast.Name(name), op=op, value=value):
                grows = fresh is not None and name not in fresh
                yield name, node.lineno, None if grows else ast.BinOp(ast.Name(name, ast.Load()), op, value)
            case _ if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
                continue
            case _:
                yield from ((inner.id, node.lineno, None) for inner in _targets(node))
        looped = isinstance(node, ast.For | ast.AsyncFor | ast.While)
        for part in ("body", "orelse", "handlers", "finalbody"):
            yield from assignments(getattr(node, part, ()), set() if looped else None if fresh is None else {*fresh})


def stands_by(around: Surroundings, name: str) -> bool:
    """Say whether the worker can get at a name of the module, or one that everybody knows."""
    return any(name in piece.names and not piece.why_not for piece in around.pieces) or name in CUSTOMARY or hasattr(builtins, name)


def _empty(value: ast.expr) -> bool:
    match value:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call(func=ast.Name("list" | "dict"), args=[], keywords=[]):
            return True
        case _:
            return False


def _names(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _targets(node: ast.stmt) -> Iterator[ast.Name]:
    match node:
        case ast.Assign(targets=targets):
            held: list[ast.AST] = [*targets]
        case ast.For(target=target) | ast.AsyncFor(target=target):
            held = [target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            held = [item.optional_vars for item in items if item.optional_vars is not None]
        case _:
            return
    yield from (inner for one in held for inner in ast.walk(one) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
