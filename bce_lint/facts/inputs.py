"""What is known of the values that come into a function: by what the file's own calls pass, by their roles, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bce_lint.facts import roles
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Add, Clip, Const, Expr, Free, Maximum, Param
from bce_lint.facts.formats import Format
from bce_lint.facts.interval import Interval
from bce_lint.facts.meaning import Input, Role
from bce_lint.facts.module import Module
from bce_lint.facts.ranges import ANY_SIZE, Range, Ranges, Reach, probability


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one function and their roles, in a format."""

    module: Module
    roles: Mapping[Expr, Input]
    format: Format

    def range(self, e: Expr, ranges: Ranges) -> Range | None:
        """Return the range of an input, None where nothing is known; `ranges` are those of what is passed for it."""
        passed = self.passed_range(e, ranges) if isinstance(e, Param) else None
        if passed is not None:
            return passed
        given = self.roles.get(e)
        if given is not None and given.default is None:
            match given.role:
                case Role.PROBABILITY | Role.MASK:
                    return probability(Reach.GUESSED)
                case Role.LABEL:
                    return probability(Reach.UNKNOWN)
        return self._by_name(e)

    def _by_name(self, e: Expr) -> Range | None:
        if not isinstance(e, (Param, Free)):
            return None
        if not isinstance(getattr(e, "default", None), Const) and roles.POSITIVE.fullmatch(e.name):
            return Range(Interval(self.format.tiny, 1.0), Reach.UNKNOWN, Reach.UNKNOWN)
        if roles.IMAGE.fullmatch(e.name):
            return Range(Interval(*roles.PIXELS), Reach.UNKNOWN, Reach.UNKNOWN)
        return None

    def passed_range(self, param: Param, ranges: Ranges) -> Range | None:
        """Return the range of what the file's own calls pass for a parameter, None where they say nothing.

        What an unknown number is added to or bounds, as `softmax(x) + epsilon`, may be guarded: that says more than any name.
        """
        if param not in self.roles:
            return None
        role = self.roles[param].role
        values = [value for value in self.module.passed(param) if not roles.is_example(value, role)]
        if not values or param in values:
            return None
        whole = ranges.of_join(*values)
        informative = whole.interval.lo > -ANY_SIZE and whole.interval.hi < ANY_SIZE
        return whole if informative or any(isinstance(core(value), (Add, Clip, Maximum)) for value in values) else None
