"""What each input is probed as: the roles that the linter gave, what the finding itself claims, and what else an input may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bce_lint.confirm.case import Case
from bce_lint.confirm.slice_pieces import Definition
from bce_lint.facts.expr import (
    Abs,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Clip,
    Cosh,
    Exp,
    Expm1,
    Expr,
    Free,
    Linear,
    Log,
    Log1p,
    LogSumExp,
    Maximum,
    NegativeLogLikelihood,
    Norm,
    Opaque,
    Param,
    Pow,
    Relu,
    Sigmoid,
    SigmoidCrossEntropy,
    Sinh,
    Softmax,
    SoftmaxCrossEntropy,
    Softplus,
    Sqrt,
    Square,
    Std,
    Var,
    walk,
)
from bce_lint.facts.meaning import Input, Meaning, Role
from bce_lint.facts.roles import under

SEVERAL = re.compile(r"categor|multi_?class|softmax|(class|cls)_?(weights?|w)$|^n(um|b)?_?classes$", re.IGNORECASE)
VARYING = {Role.PROBABILITY, Role.LOG_PROBABILITY, Role.LOGIT}
GROWING = (Exp, Expm1, Cosh, Sinh, LogSumExp)
"""Ops that take any number, so that an input of which nothing is known may be any number too."""
UNSIGNED = (Square, Abs, Exp, Sigmoid, Softmax, Softplus, Norm, Std, Var, Cosh, Relu, Clip, Maximum)
"""Ops behind which the sign of what went in is lost."""
POSITIVE = (Log, Log1p, Sqrt, Pow)
"""Ops that are meant for numbers above 0 only."""

AXES = ("axis", "axes", "dim")

UNREAD = (Opaque, Param, Free)
"""What the linter could not follow any further."""

UNSAID = "neither its use nor its name says"
BY_NAME = "only its name makes it a probability"
CLAIMED = "that is what the finding says of it"

Around = Sequence[Definition]
"""The definitions around the flagged code, from the outside in."""


def taken(meaning: Meaning, around: Around) -> tuple[Input, ...]:
    """Return the inputs; along a class axis if the function or a setting of it says so, and any number where nothing is known of one.

    That is not done where a logarithm or a root is taken of it, whatever its sign: it will be positive then.
    What goes into a cosh is an error: a prediction that is a probability by name only may be any number then.
    """
    optional = _optional(around)
    settings = (arg.arg for node in around if not isinstance(node, ast.ClassDef) for arg in node.args.args)
    several = any(SEVERAL.search(name) for name in settings) or any(SEVERAL.search(node.name) for node in around)
    called, axes, texts = _called(around), _axes(around), strings(around)
    unknown = [
        i.name
        for i in meaning.inputs
        if i.role is Role.UNKNOWN and i.default is None and i.name not in called | optional | axes | texts.keys()
    ]
    alone = len(unknown) <= 2 and not _positive(meaning.site, unknown) and not any(i.role in VARYING for i in meaning.inputs)
    errors = any(isinstance(e, Cosh) for e in walk(meaning.site))
    numbers = [i.name for i in meaning.inputs if i.role is Role.PROBABILITY and i.guessed] if errors else []
    roles = dict.fromkeys([*numbers, *(unknown if alone else ())], Role.LOGIT) | dict.fromkeys(called, Role.FUNCTION)
    roles |= {i.name: Role.UNKNOWN for i in meaning.inputs if i.because == UNSAID and i.name in optional}
    roles |= dict.fromkeys(axes, Role.INTEGER) | dict.fromkeys(texts, Role.UNKNOWN)
    inputs = (_claimed(meaning.site, given) for given in meaning.inputs)
    return tuple(replace(i, role=roles.get(i.name, i.role), classes=i.classes or several) for i in inputs)


def _inner(around: Around) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost function."""
    return next((node for node in reversed(around) if not isinstance(node, ast.ClassDef)), None)


def _axes(around: Around) -> set[str]:
    """Return the parameters of the innermost function that it gives as axes."""
    inner = _inner(around)
    keywords = (node for node in ast.walk(inner) if isinstance(node, ast.keyword)) if inner is not None else ()
    return {k.value.id for k in keywords if k.arg in AXES and isinstance(k.value, ast.Name)} & _parameters(inner)


def strings(around: Around) -> dict[str, str]:
    """Return the parameters of the innermost function that it compares to strings, each with the first of these."""
    inner, found = _inner(around), dict[str, str]()
    for node in ast.walk(inner) if inner is not None else ():
        match node:
            case ast.Compare(ast.Name(name), [ast.Eq() | ast.NotEq()], [ast.Constant(str() as text)]):
                found.setdefault(name, text)
            case ast.Compare(ast.Name(name), [ast.In() | ast.NotIn()], [ast.Tuple([ast.Constant(str() as text), *_])]):
                found.setdefault(name, text)
    return {name: text for name, text in found.items() if name in _parameters(inner)}


def pairs(around: Around, inputs: Sequence[Input]) -> bool:
    """Say whether the innermost function compares labels with each other: they are the classes of rows then, and may be many."""
    labels = {given.name for given in inputs if given.role is Role.LABEL}
    inner = _inner(around)
    for node in ast.walk(inner) if inner is not None else ():
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value) if labels & _names(value):
                labels.add(name)
            case ast.Compare(left, [ast.Eq() | ast.NotEq()], [right]) if labels & _names(left) and labels & _names(right):
                return True
            case ast.Call(func=ast.Attribute(attr="equal" | "not_equal" | "eq" | "ne"), args=[left, right]):
                if labels & _names(left) and labels & _names(right):
                    return True
    return False


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _parameters(inner: ast.FunctionDef | ast.AsyncFunctionDef | None) -> set[str]:
    return set() if inner is None else {arg.arg for arg in (*inner.args.posonlyargs, *inner.args.args, *inner.args.kwonlyargs)}


def _optional(around: Around) -> set[str]:
    """Return the parameters of the innermost function that have a default, which they keep where nothing says what they are."""
    inner = _inner(around)
    if inner is None:
        return set()
    placed = [*inner.args.posonlyargs, *inner.args.args]
    named = (arg for arg, default in zip(inner.args.kwonlyargs, inner.args.kw_defaults, strict=True) if default is not None)
    return {arg.arg for arg in (*placed[len(placed) - len(inner.args.defaults) :], *named)}


def _called(around: Around) -> set[str]:
    """Return the parameters that the innermost function calls."""
    inner = _inner(around)
    if inner is None:
        return set()
    calls = {node.func.id for node in ast.walk(inner) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return calls & _parameters(inner)


def _claimed(site: Expr, given: Input) -> Input:
    """Return an input as what the finding says goes into the flagged loss, which is not what that loss takes."""
    match site:
        case SigmoidCrossEntropy(x=Param(name)) | SoftmaxCrossEntropy(x=Param(name)) if name == given.name and given.role is Role.LOGIT:
            return replace(given, role=Role.PROBABILITY, because=CLAIMED)
        case BinaryCrossEntropy(x=Param(name)) | CategoricalCrossEntropy(x=Param(name)) if (
            name == given.name and given.role is Role.PROBABILITY and not given.guessed
        ):
            return replace(given, role=Role.LOGIT, because=CLAIMED)
        case NegativeLogLikelihood(x=Param(name)) if name == given.name and given.role is Role.LOG_PROBABILITY:
            return replace(given, role=Role.PROBABILITY, because=CLAIMED)
        case _:
            return given


def _positive(site: Expr, names: Sequence[str]) -> bool:
    """Say whether the sign of an input goes through to an op that is meant for numbers above 0."""
    return any(
        isinstance(part, Param | Free) and part.name in names
        for e in walk(site)
        if isinstance(e, POSITIVE)
        for part in under(_operand(e), UNSIGNED)
    )


def _operand(e: Expr) -> Expr:
    assert isinstance(e, POSITIVE)
    return e.x


def otherwise(meaning: Meaning) -> tuple[Role, bool]:
    """Return what goes into the flagged operation as the linter understood it: what is left of a model that was cut off."""
    below = {type(e) for e in walk(meaning.site)}
    if below & {Sigmoid, Softmax}:
        return Role.PROBABILITY, Softmax in below
    if below & {*GROWING, Linear}:
        return Role.LOGIT, False
    operands = (_operand(e) for e in walk(meaning.site) if isinstance(e, POSITIVE))
    bare = any(isinstance(part, UNREAD) for operand in operands for part in under(operand, UNSIGNED))
    if bare and any(given.role in VARYING for given in meaning.inputs):
        return Role.UNKNOWN, False
    return _number(meaning.site, positive=bare), False


def _number(site: Expr, *, positive: bool) -> Role:
    """Return the role of what nothing is known of; that 0 has no logarithm says nothing of code that takes the logarithm of just that."""
    if not positive:
        return Role.LOGIT
    return Role.UNKNOWN if isinstance(site, POSITIVE) and isinstance(_operand(site), UNREAD) else Role.AMOUNT


def variants(case: Case) -> Iterator[Case]:
    """Yield the case, and once more with other inputs where nothing but a name, or nothing at all, speaks for those that it has."""
    yield case
    site = {type(e) for e in walk(case.meaning.site)}
    any_number = bool(site & {*GROWING, Sigmoid, Softmax})
    unknown = [i.name for i in case.meaning.inputs if i.role is Role.UNKNOWN and i.default is None]
    role = _number(case.meaning.site, positive=_positive(case.meaning.site, unknown))
    inputs = tuple(_otherwise(given, role, any_number=any_number) for given in case.meaning.inputs)
    if inputs != case.meaning.inputs:
        yield replace(case, meaning=replace(case.meaning, inputs=inputs))


def _otherwise(given: Input, unknown: Role, *, any_number: bool) -> Input:
    if given.role is Role.UNKNOWN and given.default is None:
        return replace(given, role=unknown, because=UNSAID)
    if given.role is Role.PROBABILITY and given.guessed and any_number:
        return replace(given, role=Role.LOGIT, because=BY_NAME)
    return given


def by_name(meaning: Meaning) -> str:
    """Return the input that is a probability by its name alone, "" if there is none."""
    return next((i.name for i in meaning.inputs if i.guessed and i.role is Role.PROBABILITY), "")
