"""What works along axes of arrays of reals, and what rearranges them: sums, norms, softmax, reshapes, indices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import mpmath as mp
import numpy as np

from bce_lint.confirm.duals import Real, plain
from bce_lint.confirm.reals import Array, NotExact, array, divide, elementwise, exp, larger, log, power, size, smaller

if TYPE_CHECKING:
    from bce_lint.facts.expr import Axis

Along = tuple[int, ...] | None


def known(axis: Axis, x: Array) -> Along:
    """Return `axis` as NumPy takes it; one that the source does not show does not matter if there is only one."""
    if isinstance(axis, str):
        if x.ndim > 1:
            raise NotExact("the axis is not known")
        return None
    axes = axis if isinstance(axis, tuple) or axis is None else (axis,)
    if axes is not None and any(not -x.ndim <= a < x.ndim for a in axes):
        if x.ndim == 0:
            return None
        raise NotExact(f"there is no axis {axis} in shape {x.shape}")
    return axes


def fold(f: Callable[[Real, Real], Real], x: Array, axes: Along, *, keepdims: bool) -> Array:
    """Reduce along axes by a function of two numbers."""
    which = tuple(range(x.ndim)) if axes is None else tuple(a % x.ndim for a in axes)
    kept = [a for a in range(x.ndim) if a not in which]
    rows = np.transpose(x, [*kept, *which]).reshape([*(x.shape[a] for a in kept), -1])
    if rows.shape[-1] == 0:
        raise NotExact("nothing to reduce")
    result = array(rows[..., 0])
    for i in range(1, rows.shape[-1]):
        result = elementwise(f, result, array(rows[..., i]))
    return result.reshape([1 if a in which else x.shape[a] for a in range(x.ndim)]) if keepdims else result


def total(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return the sum."""
    return fold(lambda a, b: a + b, x, axes, keepdims=keepdims)


def count(x: Array, axes: Along) -> int:
    """Return how many entries are reduced to one."""
    return x.size if axes is None else int(np.prod([x.shape[a] for a in axes]))


def mean(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return the mean."""
    return array(total(x, axes, keepdims=keepdims) / count(x, axes))


def greatest(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return the maximum."""
    return fold(larger, x, axes, keepdims=keepdims)


def least(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return the minimum."""
    return fold(smaller, x, axes, keepdims=keepdims)


def product(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return the product."""
    return fold(lambda a, b: a * b, x, axes, keepdims=keepdims)


def log_sum_exp(x: Array, axes: Along, *, keepdims: bool = False) -> Array:
    """Return log(sum(e^x))."""
    top = greatest(x, axes, keepdims=True)
    finite = elementwise(lambda t: plain(t) if mp.isfinite(plain(t)) else mp.mpf(0), top)
    sums = total(elementwise(lambda a, t: exp(a - t), x, finite), axes, keepdims=True)
    result = elementwise(lambda s, t: log(s) + t, sums, finite)
    return result if keepdims else result.reshape(total(x, axes).shape)


def log_softmax(x: Array, axes: Along) -> Array:
    """Return x - logsumexp(x)."""
    return array(x - log_sum_exp(x, axes, keepdims=True))


def softmax(x: Array, axes: Along) -> Array:
    """Return e^x / sum(e^x)."""
    return elementwise(exp, log_softmax(x, axes))


def norm(x: Array, order: float, axes: Along, *, keepdims: bool) -> Array:
    """Return the `order`-norm: sums of powers, or the largest or least size."""
    sizes = elementwise(size, x)
    if order in (mp.inf, mp.ninf):
        return fold(larger if order > 0 else smaller, sizes, axes, keepdims=keepdims)
    if order == 0:
        return total(elementwise(lambda s: mp.mpf(plain(s) != 0), sizes), axes, keepdims=keepdims)
    powers = elementwise(lambda s: power(s, mp.mpf(order)), sizes)
    return elementwise(lambda s: power(s, 1 / mp.mpf(order)), total(powers, axes, keepdims=keepdims))


def variance(x: Array, axes: Along, *, keepdims: bool, ddof: int) -> Array:
    """Return the mean square distance from the mean, with n - `ddof` for n."""
    apart = array(x - mean(x, axes, keepdims=True))
    squares = total(elementwise(lambda d: d * d, apart), axes, keepdims=keepdims)
    return elementwise(lambda s: divide(s, mp.mpf(count(x, axes) - ddof)), squares)


def picked(x: Array, labels: Array, axis: int) -> Array:
    """Return the entries of `x` that class numbers name along `axis`."""
    if labels.ndim == x.ndim and labels.shape[axis] == 1:
        labels = array(np.squeeze(labels, axis=axis))
    classes = np.vectorize(lambda v: int(plain(v)), otypes=[int])(labels)
    where = np.expand_dims(classes, axis)
    if where.ndim != x.ndim or np.any((classes < 0) | (classes >= x.shape[axis])):
        raise NotExact("labels are not class numbers of the scores")
    return array(np.squeeze(np.take_along_axis(x, where, axis=axis), axis=axis))


# --- rearranging


def viewed(x: Array, how: str) -> Array:
    """Rearrange `x` as `how` says: the source of a call or attribute of "{x}", whose arguments are whole numbers."""
    match = re.fullmatch(r"(?:\{x\}\.|((?:\w+\.)*))(\w+)(?:\((?:\{x\}(?:, )?)?(.*)\))?", how)
    if how == "{x}" or (match and match[2] in _SAME):
        return x
    if match is None or match[2] not in _VIEWS or (match[1] or "").endswith("layers."):  # a layer's flatten keeps the batch
        raise NotExact(f"how {how.replace('{x}', 'x')!r} arranges its entries is not known")
    rearrange, keywords = _VIEWS[match[2]]
    try:
        return array(rearrange(x, _integers(match[3] or "", keywords)))
    except ValueError as error:
        raise NotExact(f"shape {x.shape} does not go through {how.replace('{x}', 'x')!r}") from error


def _integers(text: str, keywords: str) -> list[int]:
    """Return the whole numbers among the arguments, which must be of these keywords."""
    bare = re.sub(rf"\b({keywords})=", "", text).replace("None", "")
    if not re.fullmatch(r"[-\d,()\[\] ]*", bare):
        raise ValueError
    return [int(number) for number in re.findall(r"-?\d+", bare)]


def _transposed(x: Array, axes: list[int]) -> Array:
    """Put the axes into an order; two that are named are exchanged in one framework and an order in another, if not the same."""
    if len(axes) > 2 or axes == [1, 0]:
        return np.transpose(x, axes)
    if axes or x.ndim > 2:
        raise ValueError
    return x.T


_SAME = frozenset(["to", "type_as", "contiguous", "identity", "copy", "cpu", "numpy"])
_VIEWS: Mapping[str, tuple[Callable[[Array, list[int]], Array], str]] = {
    "flatten": (lambda x, n: x.reshape([*x.shape[: n[0]], -1] if n else -1), "start_dim"),
    "ravel": (lambda x, _: x.reshape(-1), "_"),
    "reshape": (lambda x, n: x.reshape(n), "shape|newshape"),
    "view": (lambda x, n: x.reshape(n), "shape|size"),
    "expand_dims": (lambda x, n: np.expand_dims(x, n[0] if n else -1), "axis|dim"),
    "unsqueeze": (lambda x, n: np.expand_dims(x, n[0]), "dim"),
    "squeeze": (lambda x, n: np.squeeze(x, axis=tuple(n) or None), "axis|dim"),
    "permute": (np.transpose, "dims"),
    "transpose": (_transposed, "perm|axes"),
    "T": (_transposed, "_"),
    "t": (_transposed, "_"),
}
"""How, and the keywords that its numbers may have."""


def indexed(x: Array, which: str) -> Array:
    """Return the entries that an index of whole numbers, slices, `...` and None names."""
    items: list[Any] = [_index(item.strip()) for item in which.split(",") if item.strip()]
    try:
        return array(x[tuple(items)])
    except IndexError as error:
        raise NotExact(f"there is no [{which}] in shape {x.shape}") from error


def _index(text: str) -> object:
    if text == "...":
        return ...
    if text == "None" or text.endswith(".newaxis"):
        return None
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"(-?\d*:){1,2}-?\d*", text):
        return slice(*(int(end) if end else None for end in text.split(":")))
    raise NotExact(f"what [{text}] takes is not known")
