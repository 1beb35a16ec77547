"""What the inputs of a function are: by what it does with them first, then by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Add,
    BinaryCrossEntropy,
    Bounded,
    CategoricalCrossEntropy,
    Clip,
    Concat,
    Const,
    Div,
    Exp,
    Expr,
    Items,
    KlDivergence,
    Log,
    Logit,
    LogSigmoid,
    LogSoftmax,
    LogSumExp,
    Max,
    Min,
    Mul,
    Neg,
    NegativeLogLikelihood,
    Nothing,
    Opaque,
    Param,
    Sigmoid,
    SigmoidCrossEntropy,
    Softmax,
    SoftmaxCrossEntropy,
    Sub,
    Sum,
    Tanh,
    Text,
    Truth,
    Where,
    children,
    walk,
)
from bce_lint.facts.meaning import Input, Role
from bce_lint.facts.relations import complement

NAMES: Mapping[Role, re.Pattern[str]] = {
    Role.LABEL: re.compile(
        r"y|t|y_?true\w*|\w*targets?|\w*labels?|gt|ground_?truth|truth|\w*_true|true_\w+|y_?(real|actual|train|batch)|actual|(\w+_)?one_?hot\w*"
    ),
    Role.LOG_PROBABILITY: re.compile(r"(\w+_)?log_?(ps?|pis?|probs?|proba\w*|likelihoods?)(_\w+)?"),
    Role.PROBABILITY: re.compile(
        r"p|pr|y_?preds?|y_?hat|y_?prob\w*|preds?|predictions?|predicted\w*|outputs?|probs?|proba\w*|\w+_(probs?|preds?|predictions?|probabilit\w+)"
        r"|(probs?|preds?|prediction)_\w+|recon\w*|\w+_recon\w*|p_t|pt"
    ),
    Role.LOGIT: re.compile(r"\w*logits?|scores?|\w+_scores?|z|h|energy|pre_?activations?"),
    Role.MASK: re.compile(r"\w*masks?"),
    Role.WEIGHT: re.compile(r"(\w+_)?weights?|sample_weights?|class_weights?"),
    Role.INTEGER: re.compile(
        r"n|axis|dim|(batch_|sample_)?size|counts?|num_\w+|n_\w+|depth|classes|ndim|(\w+_)?(steps?|epochs?|iterations?)"
    ),
    Role.FLAG: re.compile(r"is_\w+|use_\w+|from_logits|keepdims?|reduce|training|size_average|sparse"),
    Role.SCALAR: re.compile(
        r"alpha|beta|gamma|delta|smooth\w*|eps\w*|epsilon|temperature|tau|margin|lam(bda)?_?\w*|label_smoothing|scale|factor|power"
    ),
}
"""What a parameter of a loss is called, by role; looked at in this order, the whole name must match."""

GIVEN = frozenset({Role.LABEL, Role.PROBABILITY, Role.LOG_PROBABILITY, Role.LOGIT})
"""What every call gives: a parameter with a number for its default is none of these, whatever it is called (`T=4.0`)."""
DRAWN = frozenset({"bernoulli", "normal", "one_hot", "randint", "uniform"})
"""Random numbers."""
LOGGED = "both its log and the log of 1 - it are taken"
ODDS = "it is called so, and the log of its odds is taken"
WEIGHED = "its log is multiplied by the label"
OWN_LOG = "it is multiplied by its own log, and all added up"
EXPONENT = "its exponential is taken"
GUESSES = frozenset({EXPONENT, LOGGED, ODDS, OWN_LOG, WEIGHED})
WEAK = frozenset({EXPONENT, OWN_LOG, WEIGHED})
"""Uses that say less than any other."""
LOSSES = re.compile(
    r"loss|entropy|bce|crossent|focal|nll|likelihood|dice|tversky|jaccard|iou|(^|_)kl|divergence|objective|criterion|(^|_)ce(_|$)|(^|_)costs?(_|$)",
    re.IGNORECASE,
)
AMOUNT = re.compile(
    r"(\w+_)?(rates?|lam|lambda|lambdas?|mus?|means?|variances?|vars?|stds?|sigmas?|scales?|counts?|intensit(y|ies)|weights?|alphas?|betas?)_?"
)
POSITIVE = re.compile(r"(\w+[_.])?(eps\w*|smooth\w*|tiny|small\w*|epsilon\w*)", re.IGNORECASE)
"""Names of what is added to keep a value off 0."""

IMAGE = re.compile(r"(\w+_)?(images?|imgs?|pixels?|frames?)", re.IGNORECASE)
PIXELS = (-3.0, 255.0)
"""What images are named, and what their pixels are: bytes, shares of white, or shares less the mean over the usual deviation."""


def inputs(params: Iterable[Param], result: Iterable[Expr], path: tuple[str, ...]) -> tuple[Input, ...]:
    """Return the inputs of the function `path` with their roles; `result` is everything that it computes."""
    computed = list(result)
    uses = _uses(computed)
    rows = _rows(computed)
    listed = list(params)
    lossy = is_lossy(path, (param.name for param in listed))
    found = ((param, _input(param, uses.get(param), lossy=lossy)) for param in listed)
    return tuple(replace(given, classes=True) if given.role is Role.UNKNOWN and param in rows else given for param, given in found)


def _rows(exprs: Iterable[Expr]) -> set[Expr]:
    """Return what is compared within a row: of which a maximum or minimum along a later axis is taken."""
    taken = {e for root in exprs for e in walk(root) if isinstance(e, (Max, Min)) and e.axis in (1, -1)}
    return {part for e in taken for part in walk(e) if isinstance(part, Param)}


def is_lossy(path: tuple[str, ...], names: Iterable[str]) -> bool:
    """Tell whether a function is a loss: by its name, or since it is given labels."""
    return any(LOSSES.search(part) for part in path) or any(named(name) is Role.LABEL and len(name) > 1 for name in names)


def _input(param: Param, use: tuple[Role, str, bool] | None, *, lossy: bool) -> Input:
    default = param.default.value if isinstance(param.default, Const) else None
    name = named(param.name)
    classes = use is not None and use[2]
    if use is not None and _counts(use[1], name, lossy=lossy):
        return Input(param.name, use[0], guessed=use[1] in GUESSES, because=use[1], classes=classes, default=default)
    if name is Role.PROBABILITY and not lossy:
        name = None
    if default is not None and (name is None or name in GIVEN):
        return Input(param.name, Role.SCALAR, guessed=True, because=f"its default is {default:g}", default=default)
    if name is None:
        return Input(param.name, Role.UNKNOWN, guessed=True, because="neither its use nor its name says", default=default)
    return Input(param.name, name, guessed=True, because=f"it is called `{param.name}`", classes=classes, default=default)


def _counts(use: str, name: Role | None, *, lossy: bool) -> bool:
    """Tell whether a use says more than the name."""
    said = {ODDS: not lossy, WEIGHED: lossy, EXPONENT: name is Role.PROBABILITY}
    return said.get(use, True)


def named(name: str) -> Role | None:
    """Return the role that a name speaks for."""
    bare = name.strip("_").lower()
    return next((role for role, pattern in NAMES.items() if pattern.fullmatch(bare)), None)


def _uses(exprs: Iterable[Expr]) -> dict[Param, tuple[Role, str, bool]]:
    """Return for each parameter the role that its uses show, what use that was, and whether classes lie along an axis."""
    seen: set[Expr] = set()
    uses: dict[Param, tuple[Role, str, bool]] = {}
    logs: dict[Param, set[str]] = {}
    added: set[Expr] = set()
    for root in exprs:
        for e in walk(root):
            if e in seen:
                continue
            seen.add(e)
            for param, use in _use(e):
                if param not in uses or (uses[param][1] in WEAK and use[1] not in WEAK):
                    uses[param] = use
            if isinstance(e, (Add, Sub)) and not isinstance(e.x, Const):
                added |= {core(e.x), core(e.y)}
            if isinstance(e, Log):
                for operand in (core(e.x), complement(e.x)):
                    if isinstance(operand, Param):
                        logs.setdefault(operand, set()).add("1 - p" if operand is complement(e.x) else "p")
    for param, kinds in logs.items():
        weak = uses[param][1] in WEAK if param in uses else True
        if weak and len(kinds) > 1:
            uses[param] = (Role.PROBABILITY, LOGGED, False)
        elif weak and param in added:
            uses.pop(param, None)  # an amount, as in x - y log(x)
    return uses


def unread(exprs: Iterable[Expr]) -> Mapping[Expr, Input]:
    """Return as inputs what nobody can read, as a model from elsewhere puts it out, whose logs are taken as of a probability."""
    parts = {part for root in exprs for part in walk(root)}
    if any(isinstance(e.lo, Const) and isinstance(e.hi, Const) and 0 < e.lo.value < e.hi.value < 1 for e in parts if isinstance(e, Clip)):
        return {}  # who holds probabilities, means to
    plain = {core(e.x) for e in parts if isinstance(e, Log)}
    turned = {complement(e.x) for e in parts if isinstance(e, Log)}
    return {e: Input(e.text, Role.PROBABILITY, guessed=True, because=LOGGED) for e in plain & turned if isinstance(e, Opaque)}


def _use(e: Expr) -> Iterable[tuple[Param, tuple[Role, str, bool]]]:
    match e:
        case Sigmoid(x) | LogSigmoid(x):
            found = [(x, Role.LOGIT, "it goes into a sigmoid", False)]
        case Tanh(x):
            found = [(x, Role.LOGIT, "it goes into a tanh", False)]
        case Softmax(x) | LogSoftmax(x) | LogSumExp(x):
            found = [(x, Role.LOGIT, "it goes into a softmax", True)]
        case SigmoidCrossEntropy(labels, x):
            found = [(x, Role.LOGIT, "it is passed as logits", False), (labels, Role.LABEL, "it is passed as labels", False)]
        case SoftmaxCrossEntropy(labels, x):
            found = [(x, Role.LOGIT, "it is passed as logits", True), (labels, Role.LABEL, "it is passed as labels", True)]
        case BinaryCrossEntropy(labels, x):
            found = [(x, Role.PROBABILITY, "it is passed as probabilities", False), (labels, Role.LABEL, "it is passed as labels", False)]
        case CategoricalCrossEntropy(labels, x):
            found = [(x, Role.PROBABILITY, "it is passed as probabilities", True), (labels, Role.LABEL, "it is passed as labels", True)]
        case NegativeLogLikelihood(labels, x) | KlDivergence(labels, x):
            found = [
                (x, Role.LOG_PROBABILITY, "it is passed as log-probabilities", True),
                (labels, Role.LABEL, "it is passed as target", True),
            ]
        case Exp(x) | Exp(Neg(x)):
            found = [(x, Role.LOGIT, EXPONENT, False)]
        case Clip(x, Const(lo), Const(hi)) if 0 < lo < 0.1 and 0.9 < hi <= 1:
            found = [(x, Role.PROBABILITY, f"it is clipped to [{lo:g}, {hi:.9g}]", False)]
        case Clip(x, lo, Sub(Const(1.0), hi)) if lo is hi and lo is not None:
            found = [(x, Role.PROBABILITY, "it is clipped to [eps, 1 - eps]", False)]
        case Logit(x, None) | Log(Div(x, Sub(Const(1.0)))) | Log(Div(Sub(Const(1.0)), x)) if _called_probability(x):
            found = [(x, Role.PROBABILITY, ODDS, False)]
        case Sum(Mul(Log(x), y) | Mul(y, Log(x))) if core(x) is core(y) and not is_label_name(core(x)):
            found = [(x, Role.PROBABILITY, OWN_LOG, True)]
        case Mul(Log(x), y) | Mul(y, Log(x)) if is_label_name(core(y)) and core(x) is not core(y) and not is_amount_name(core(x)):
            found = [(x, Role.PROBABILITY, WEIGHED, False)]
        case Truth("not", x) | Where(x) if not isinstance(core(x), Truth):
            found = [(x, Role.MASK, "it is a test", False)]
        case Div(_, Param(name) as divisor) if len(name) == 1 and named(name) is Role.LABEL:
            found = [(divisor, Role.SCALAR, "it is divided by", False)]
        case _:
            found = []
    for operand, role, because, classes in found:
        inner = core(operand)
        if isinstance(inner, Param):
            yield inner, (role, because, classes)


def is_label_name(x: Expr) -> bool:
    """Tell whether `x` is a parameter that is called like a label."""
    return isinstance(x, Param) and named(x.name) is Role.LABEL


def is_amount_name(x: Expr) -> bool:
    """Tell whether `x` is a parameter that is called like what may be any positive number."""
    return isinstance(x, Param) and AMOUNT.fullmatch(x.name.lower()) is not None


def _called_probability(x: Expr) -> bool:
    inner = core(x)
    return isinstance(inner, Param) and named(inner.name) is Role.PROBABILITY


def is_example(value: Expr, role: Role) -> bool:
    """Tell whether `value`, passed for an input, only shows how the function is called: an array of literals, or drawn at random."""
    parts = list(walk(value))
    leaves = [part for part in parts if not any(children(part))]
    if not all(isinstance(leaf, (Const, Text, Nothing)) or (isinstance(leaf, Bounded) and leaf.name in DRAWN) for leaf in leaves):
        return False
    return role in GIVEN or any(isinstance(part, (Bounded, Concat, Items)) for part in parts)


def under(e: Expr, stop: tuple[type[Expr], ...]) -> Iterable[Expr]:
    """Yield `e` and what is below it, not looking into ops of the types `stop`."""
    stack = [e]
    seen = {e}
    while stack:
        top = stack.pop()
        yield top
        if not isinstance(top, stop):
            new = [child for child in children(top) if child not in seen]
            seen.update(new)
            stack += new
