"""Probability distributions: what their methods give, in terms of what they were made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bce_lint.facts.expr import Const, Expr, Instance, Nothing, Sum
from bce_lint.facts.vocabulary import densities, function
from bce_lint.facts.vocabulary.make import ZERO
from bce_lint.facts.vocabulary.row import Row, UnreadError


@dataclass(frozen=True, slots=True)
class Family:
    """A class of distributions: its constructor's signature, and its methods and properties.

    A method's `make` takes what the distribution was made from beside its own fields; its signature names the latter.
    """

    signature: str
    methods: Mapping[str, Row]


def table(package: str, families: Mapping[str, Family], more: str, common: Mapping[str, Row] | None = None) -> dict[str, Row]:
    """Return the rows of the constructors and methods of `families`.

    Each constructor takes `more` parameters that mean nothing. `common` methods are those of all, which take the distribution itself.
    """
    rows: dict[str, Row] = {}
    for name, family in families.items():
        kind = f"{package}.{name}"
        rows[kind] = Row(instance(kind), f"{family.signature} {more}".strip())
        for method, row in family.methods.items():
            rows[f"{kind}.{method}"] = Row(of_instance(row.make), f"self {row.signature}".strip(), row.keyed)
        rows |= {f"{kind}.{method}": row for method, row in (common or {}).items()}
    return rows


def instance(kind: str) -> Callable[..., Expr]:
    """Build a constructor."""

    def make(**fields: Expr) -> Expr:
        known = {name: value for name, value in sorted(fields.items()) if not isinstance(value, Nothing)}
        return Instance(kind, tuple(known), tuple(known.values()))

    return make


def fields_of(self: Expr) -> dict[str, Expr]:
    """Return what a distribution was made from."""
    if not isinstance(self, Instance):
        raise UnreadError
    return dict(zip(self.names, self.values, strict=True))


def of_instance(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build a method."""

    def method(self: Expr, **given: object) -> Expr:
        return make(**fields_of(self), **given)

    return method


def member(self: Expr, name: str, **given: object) -> Expr:
    """Return what a method or property of a distribution gives."""
    found = function(f"{self.kind}.{name}") if isinstance(self, Instance) else None
    if found is None:
        raise UnreadError
    return found[1].make(self, **given)


# --- several that count as one


def independent(method: str, *, summed: bool = False) -> Callable[..., Expr]:
    """Build a method of `Independent`, which adds up as many of the last axes as it was told to."""

    def make(base: Expr, last: Expr = ZERO, **given: object) -> Expr:
        each = member(base, method, **given)
        return summed_over(each, last) if summed else each

    return make


def summed_over(x: Expr, last: Expr) -> Expr:
    """Return the sum over so many of the last axes."""
    if not isinstance(last, Const):
        return Sum(x, "?")
    count = int(last.value)
    return Sum(x, tuple(range(-count, 0)) if count > 1 else -1) if count else x


def diagonal(make: Callable[..., Expr]) -> Callable[..., Expr]:
    """Build what is the sum of what independent numbers give."""

    def method(*operands: Expr, **fields: Expr) -> Expr:
        return Sum(make(*operands, **fields), -1)

    return method


# --- divergences

COMPARED: Mapping[str, tuple[Callable[..., Expr], tuple[str, ...]]] = {
    "Bernoulli": (densities.bernoulli_kl, ("logits",)),
    "Categorical": (densities.class_kl, ("logits",)),
    "Laplace": (densities.laplace_kl, ("loc", "scale")),
    "MultivariateNormalDiag": (diagonal(densities.normal_kl), ("loc", "stddev")),
    "Normal": (densities.normal_kl, ("loc", "scale")),
    "OneHotCategorical": (densities.class_kl, ("logits",)),
}
"""The divergence of two distributions of a kind, and the properties of both that it takes."""


def kl(p: Expr, q: Expr) -> Expr:
    """Return the divergence of two distributions of the same kind."""
    if not isinstance(p, Instance) or not isinstance(q, Instance) or p.kind != q.kind:
        raise UnreadError
    name = p.kind.rpartition(".")[2]
    if name == "Independent":
        one, other = fields_of(p), fields_of(q)
        return summed_over(kl(one["base"], other["base"]), one.get("last", ZERO))
    if name not in COMPARED:
        raise UnreadError
    make, properties = COMPARED[name]
    return make(*(member(each, each_property) for each in (p, q) for each_property in properties))
