"""How a framework's table is written: a `Row` a function, a `Vocabulary` a framework. Data only; `facts/lower.py` reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bce_lint.facts.expr import Expr

UNKNOWN = "?"
"""What a static field is when the source does not show it as a literal."""

STATIC = frozenset(
    [
        "activation",
        "axis",
        "ddof",
        "dtype",
        "from_logits",
        "guard",
        "how",
        "index",
        "keepdims",
        "label_smoothing",
        "log_labels",
        "ord",
        "reduction",
        "sparse",
        "units",
        "zero_gradient",
    ]
)
"""Fields that take a Python literal (number, string, bool, None, tuple of them), never an Expr."""


@dataclass(frozen=True, slots=True)
class Row:
    """`make(field=operand, ...)` is what a call of the function means.

    `signature` lists the function's parameters in their order, so that positional arguments land where Python puts them:

        "input_tensor:x axis/reduction_indices:axis keepdims/keep_dims:keepdims name:"

    `param:field` hands the argument to `make` as `field`; `param` alone is `param:param`; `param:` is accepted and ignored.
    `a/b` are two spellings of one parameter (an old name). What follows a lone `*` is keyword only.
    `*items` takes all remaining positional arguments as a tuple. A field in STATIC receives a literal or UNKNOWN.
    A call that gives an argument the signature does not know, or lacks one that `make` needs, is unread: an Opaque.
    """

    make: Callable[..., Expr]
    signature: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One framework: what its names mean and how its ops are spelled.

    `functions` is keyed by canonical qualified name ("tensorflow.math.log"), `methods` by method name of a tensor (its first parameter is the
    tensor). `canonical` rewrites prefixes before the look-up ("tensorflow.compat.v1" -> "tensorflow"), longest first.
    `customary` says what a name is taken for when nothing in the file binds it ("K" -> "keras.backend").
    `spellings` gives for an op the source to write, its fields in braces: "tensorflow.math.log_sigmoid({x})"; the dotted name before
    the parenthesis is shortened to the file's own aliases by `facts/spell.py`.
    """

    name: str
    dtype: str
    flushes_subnormals: bool
    functions: Mapping[str, Row]
    methods: Mapping[str, Row] = field(default_factory=dict)
    canonical: Mapping[str, str] = field(default_factory=dict)
    customary: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[type[Expr], str] = field(default_factory=dict)
