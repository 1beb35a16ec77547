"""The questions a rule may ask of an op: what range, in which dtype, from where, called what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cached_property

from bce_lint.facts import narrowing, roles, vocabulary
from bce_lint.facts.algebra import core
from bce_lint.facts.expr import (
    Cast,
    Concat,
    Const,
    Div,
    Exp,
    Expr,
    Free,
    Join,
    Opaque,
    Param,
    Sigmoid,
    Softmax,
    Sub,
    children,
    walk,
)
from bce_lint.facts.formats import REAL, Format, named
from bce_lint.facts.inputs import Inputs
from bce_lint.facts.meaning import Input, Meaning, Role
from bce_lint.facts.module import Module
from bce_lint.facts.ranges import Range, Ranges, Reach
from bce_lint.facts.relations import complement, is_share, is_squashed
from bce_lint.facts.story import Story
from bce_lint.facts.trace import Site, Trace
from bce_lint.facts.vocabulary.customs import WITHOUT_GRADIENT, principal

FLOATS = ("float16", "bfloat16", "float32", "float64")


class Facts:
    """What is known at one site. `dtype` is the user's choice (`--dtype`), None for what the code uses."""

    def __init__(self, module: Module, trace: Trace, site: Site, dtype: str | None = None) -> None:
        self.module = module
        self.trace = trace
        self.site = site
        self._chosen = dtype

    @cached_property
    def framework(self) -> str:
        """The framework that spells the op."""
        return framework_of(self.site.expr, self.module)

    @cached_property
    def dtype(self) -> str:
        """The dtype in which the op is judged."""
        return self._chosen or dtype_of(self.site.expr, self.framework, self.module.project.languages)

    @cached_property
    def format(self) -> Format:
        """The format of that dtype, with subnormals flushed where the framework does so."""
        language = vocabulary.vocabulary(self.framework)
        return named(self.dtype, flush=language.flushes_subnormals if language else False)

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The inputs of the function, by name."""
        return inputs_of(self.module, self.trace)

    @cached_property
    def _roles(self) -> Mapping[Expr, Input]:
        known: dict[Expr, Input] = {value: self.inputs[name] for name, value in self.trace.params.items() if name in self.inputs}
        known |= unread_of(self.module, self.trace)
        if self.framework != "python" or roles.is_lossy(self.trace.path, self.trace.params):
            return known
        return {value: given for value, given in known.items() if not given.guessed}  # numbers of somebody's formula

    @cached_property
    def _passed(self) -> Inputs:
        return Inputs(self.module, self._roles, self.format)

    @cached_property
    def _ranges(self) -> Ranges:
        return narrowing.under(self.site.under, Ranges(self.format, self._passed.range, names=self.site.names))

    @cached_property
    def _reals(self) -> Ranges:
        return narrowing.under(self.site.under, Ranges(REAL, self._passed.range, self.format, self.site.names))

    def _is_passed(self, param: Param) -> bool:
        return self._passed.passed_range(param, self._ranges) is not None

    def _given(self, param: Param) -> tuple[Expr, ...]:
        return self.module.passed(param) if self._is_passed(param) else ()

    # --- ranges

    def range(self, e: Expr) -> Range:
        """Return the range of `e`, rounded to the dtype."""
        return self._ranges.of(e)

    def touches(self, e: Expr, *values: float) -> bool:
        """Tell whether `e` is, for some plausible input, exactly one of `values` in the dtype."""
        return any(self.range(e).touches(value) > Reach.UNKNOWN for value in values)

    def would_touch(self, e: Expr, *values: float) -> bool:
        """Tell the same of real arithmetic, in which no epsilon is lost; a sigmoid still attains its ends."""
        return any(self._reals.of(e).touches(value) > Reach.UNKNOWN for value in values)

    def loses_guard(self, e: Expr, value: float) -> bool:
        """Tell whether a guard keeps `e` off `value` in real arithmetic, but not in the dtype."""
        return self.touches(e, value) and not self._reals.of(e).interval.contains(value)

    def guessed(self, e: Expr) -> bool:
        """Tell whether what is said of `e` rests on the name of an input."""
        return any(self._is_guess(leaf) for leaf in roles.under(e, (Sigmoid, Softmax)) if isinstance(leaf, (Opaque, Param)))

    def modelled(self, e: Expr) -> bool:
        """Tell whether `e` is made from what a model puts out as probabilities: a sigmoid, a softmax, an input taken for one."""
        leaves = roles.under(e, (Sigmoid, Softmax))
        return any(isinstance(leaf, (Sigmoid, Softmax)) or is_squashed(leaf) or self._is_probability(leaf) for leaf in leaves)

    def _is_probability(self, e: Expr) -> bool:
        given = self._roles.get(e)
        if given is None or not isinstance(e, Param):
            return given is not None
        return given.role is Role.PROBABILITY or any(self.modelled(value) for value in self.module.passed(e) if value is not e)

    def _is_guess(self, leaf: Expr) -> bool:
        given = self._roles.get(leaf)
        probable = given is not None and given.guessed and given.role in {Role.PROBABILITY, Role.MASK}
        return probable and not (isinstance(leaf, Param) and self._is_passed(leaf))

    def role(self, e: Expr) -> Role | None:
        """Return the role of an input of the function, None for any other value."""
        given = self._roles.get(e)
        return given.role if given is not None else None

    # --- where values come from

    def logits_of(self, p: Expr) -> Expr | None:
        """Return the logits of which `p` is the sigmoid, if they are in sight."""
        return p.x if isinstance(p, Sigmoid) else None

    @property
    def story(self) -> Story:
        """Return the teller of names and origins."""
        return Story(self.trace, self.site, self._roles, self.format, self._given)

    def name(self, e: Expr) -> str:
        """Return what the user calls `e` here, for use between backquotes."""
        return self.story.name(e)

    def saturated(self, p: Expr) -> str:
        """Return when the probability `p` is 1: "`p` is sigmoid(logits): exactly 1.0 in float32 from a logit of 16.64"."""
        return f"{self.story.clause(p)} exactly 1.0 in {self.dtype} from a logit of {self.format.saturates():.2f}"

    def vanished(self, p: Expr) -> str:
        """Return when the probability `p` is 0: "`p` is softmax(logits): exactly 0.0 in float32 once another logit leads by 88"."""
        match typical(p):
            case Sigmoid():
                when = f"from a logit of {-self.format.vanishes():.2f}"
            case Sub() as rest if isinstance(complement(rest), Sigmoid):
                when = f"from a logit of {self.format.saturates():.2f}"
            case Softmax() | Div() as share if isinstance(share, Softmax) or (is_squashed(share) and is_share(share.x, share.y)):
                when = f"once another logit leads by {math.ceil(self.format.underflows())}"
            case Param() as param if self.role(param) is Role.LABEL:
                when = "for every other class"
            case _:
                when = "for a confident answer"
        return f"{self.story.clause(p)} exactly 0.0 in {self.dtype} {when}"

    def written_inside(self, *parts: Expr) -> bool:
        """Tell whether all `parts` were written inside the expression at the site, none in an earlier statement."""
        inside = {id(node) for node in below(self.site.node)}
        nodes = [self.trace.place(part, self.site.order) for part in parts]
        return all(node is not None and id(node) in inside for node in nodes)

    def meaning(self) -> Meaning:
        """Return what confirm needs to know of the site's surroundings."""
        return Meaning(
            path=self.trace.path,
            row=0 if self.trace.node is None else 1,
            inputs=tuple(self._told(given) for given in self.inputs.values()),
            result=result_of(self.trace),
            site=self.site.expr,
            framework=self.framework,
            dtype=self.dtype,
        )

    def _told(self, given: Input) -> Input:
        """Return an input of which the file says by its own calls what it is: that is no guess."""
        param = self.trace.params.get(given.name)
        made = self.story.made(param) if param is not None and given.role is Role.PROBABILITY else ""
        return replace(given, guessed=False, because=f"this file gives it {made}") if made else given


def typical(e: Expr) -> Expr:
    """Return one of the parts that `e` is put together from or is one of, if all are made by the same op, else `e`; seen through views."""
    inner = core(e)
    parts = [typical(part) for part in inner.items] if isinstance(inner, Concat) else []
    parts = [typical(part) for part in inner.choices] if isinstance(inner, Join) else parts
    return parts[0] if parts and len({type(part) for part in parts}) == 1 else inner


def meaning_of(module: Module, trace: Trace) -> Meaning | None:
    """Return what a function without a finding means: its result stands for the site. None if it returns nothing that was read."""
    result = result_of(trace)
    if result is None:
        return None
    framework = framework_of(result, module)
    row = 0 if trace.node is None else 1
    inputs = tuple(inputs_of(module, trace).values())
    return Meaning(trace.path, row, inputs, result, result, framework, dtype_of(result, framework, module.project.languages))


def result_of(trace: Trace) -> Expr | None:
    """Return what a function returns, in terms of its parameters; one value of several if it returns in several places."""
    returns = trace.returns
    return returns[0] if len(returns) == 1 else Join(tuple(dict.fromkeys(returns))) if returns else None


def below(node: object) -> Iterator[object]:
    """Yield an IR node and everything in it."""
    yield node
    if is_dataclass(node):
        for f in fields(node):
            value = getattr(node, f.name)
            for part in value if isinstance(value, tuple) else (value,):
                if f.name != "at":
                    yield from below(part)


def inputs_of(module: Module, trace: Trace) -> Mapping[str, Input]:
    """Return the inputs of the function that `trace` follows, by name."""
    if trace.inputs is None:
        computed: Iterable[Expr] = [*trace.returns, *(site.expr for site in trace.sites if module.wants(site.expr))]
        trace.inputs = {given.name: given for given in roles.inputs(trace.params.values(), computed, trace.path)}
    return trace.inputs


def unread_of(module: Module, trace: Trace) -> Mapping[Expr, Input]:
    """Return what is known of values that nobody can read, by what is done with them."""
    if trace.unread is None:
        trace.unread = roles.unread(site.expr for site in trace.sites if module.wants(site.expr))
    return trace.unread


def framework_of(e: Expr, module: Module) -> str:
    """Return the framework that spells `e`, else its operands, constants last, else the one that the file imports first."""
    spelt = [part for part in walk(e) if module.project.languages.get(part, "builtins") != "builtins"]
    varying = (part for part in spelt if not isinstance(part, Const) and not _constant(part))
    found = next(varying, spelt[0] if spelt else None)
    return module.project.languages[found] if found is not None else principal(module.frameworks)


def _constant(e: Expr) -> bool:
    """Tell whether an op is one of constants only, such as `np.sqrt(2 * np.pi)`, which may stand in any framework's code."""
    operands = children(e)
    return bool(operands) and all(isinstance(operand, Const) for operand in operands)


def dtype_of(e: Expr, framework: str, languages: Mapping[Expr, str]) -> str:
    """Return the dtype of `e`: the one that all its casts agree on, else the default of its framework, or of the tensors in it."""
    casts = {part.dtype for part in walk(e) if isinstance(part, Cast) and part.dtype in FLOATS}
    if len(casts) == 1:
        return casts.pop()
    computed = [part for part in walk(e) if not isinstance(part, (Const, Free))]
    made = {name for part in computed if (name := languages.get(part)) is not None} - WITHOUT_GRADIENT - {"builtins"}
    if framework == "python" and (not made or any(isinstance(part, Exp) and languages.get(part) == "python" for part in computed)):
        return "float64"
    language = vocabulary.vocabulary(min(made, default=framework))
    return language.dtype if language else "float32"
