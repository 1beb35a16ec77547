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
        "approximate",
        "axes",
        "balance",
        "axis",
        "ddof",
        "dims",
        "dtype",
        "flip_x",
        "flip_y",
        "from_logits",
        "guard",
        "full",
        "how",
        "ignore",
        "index",
        "keepdims",
        "label_smoothing",
        "log_input",
        "log_labels",
        "ord",
        "perm",
        "reduce",
        "reduction",
        "repeats",
        "rounding",
        "shape",
        "size_average",
        "sparse",
        "unbiased",
        "units",
        "zero_gradient",
    ]
)
"""Fields that take a Python literal (number, string, bool, None, tuple of them) or the qualified name of a function or dtype, never an Expr."""


class UnreadError(ValueError):
    """Raised by a `make` whose operands have no meaning in the algebra: the call becomes an Opaque."""


@dataclass(frozen=True, slots=True)
class Row:
    """`make(field=operand, ...)` is what a call of the function means.

    `signature` lists the function's parameters in their order, so that positional arguments land where Python puts them:

        "input_tensor:x axis/reduction_indices:axis keepdims/keep_dims:keepdims name:"

    `param:field` hands the argument to `make` as `field`; `param` alone is `param:param`; `param:` is accepted and ignored.
    `a/b` are two spellings of one parameter (an old name). What follows a lone `*` is keyword only.
    `*items` takes all remaining positional arguments as a tuple. A field in STATIC receives a literal or UNKNOWN.
    A call that gives an argument the signature does not know, or lacks one that `make` needs, is unread: an Opaque.
    A `keyed` make also takes `key`, the identity of the call, for a part of its result that is equal only to itself.
    """

    make: Callable[..., Expr]
    signature: str
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One framework: what its names mean and how its ops are spelled.

    `functions` is keyed by canonical qualified name ("tensorflow.log" for tf.math.log), `constants` likewise ("numpy.pi").
    `methods` is keyed by the method name of a tensor, the tensor being the first parameter; an attribute's key starts with a dot (".T").
    `spellings` gives for an op the source to write, its fields in braces: "tensorflow.math.log_sigmoid({x})". Dotted names that start with
    a framework's root are shortened to the file's own aliases by `facts/spell.py`; what stands in square brackets is left out when its
    field is the op's default ("tensorflow.reduce_sum({x}[, axis={axis}])"); `{axis!}` cannot be None. An operand that is not a whole
    argument (as in "-K.softplus(-{x})") needs parentheses unless it is an atom, and so does a spelling that is not a call when it becomes
    an operand.
    `forgiving` are the ops whose gradient is 0 where the chain rule says 0 * inf or 0 / 0: behind a branch not chosen, or a factor of 0.
    `quirks` says, by qualified name, where a function's value or gradient departs from its op's in a way that no field of the op tells.
    """

    name: str
    dtype: str
    flushes_subnormals: bool
    functions: Mapping[str, Row]
    methods: Mapping[str, Row] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    spellings: Mapping[type[Expr], str] = field(default_factory=dict)
    quirks: Mapping[str, str] = field(default_factory=dict)
    forgiving: frozenset[type[Expr]] = frozenset()
