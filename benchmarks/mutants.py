"""Do the tests notice when a rule is wrong? Changes every rule in one place at a time and runs the quick tests on what comes out.

    python -m benchmarks.mutants [--jobs N] [RULE ...]

Run it in the repository's root. Each mutant lives in a forked process only; no file is changed. It drops a condition, a `case`, a guard,
a fix or what a report covers, turns a comparison round or makes a number another one; what a message says is not changed. Killed is what
fails the quick tests of the rule's family: examples, fixtures, forms, fixes, and that one defect gives one finding.
"""

from __future__ import annotations

import argparse
import ast
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from operator import itemgetter
from pathlib import Path
from types import ModuleType

from bce_lint import registry, rules
from bce_lint.rule import Rule

SECONDS = 120
"""A mutant that takes longer than this does not come to an end, and is killed."""
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
SAID = frozenset({"help", "because"})
"""What a report only tells."""
OPTIONAL = frozenset({"replace", "covers", "instead", "at", "safe", "drops"})
"""What a report can do without."""

FAMILIES = ("12", "36", "4", "5")
"""Rules that look at the same ops, by the first digit of their codes."""

NOTHING = "the next condition says no to None as well; mypy wants it said"
EQUIVALENT: dict[str, str] = {
    "log-of-probability: without x is None": NOTHING,
    "log-of-complement: without p is None": NOTHING,
    "naive-categorical-cross-entropy: without x is None": NOTHING,
    "naive-categorical-cross-entropy: without p is None": NOTHING,
    "naive-categorical-cross-entropy: without x is not None": NOTHING,
    "naive-softplus: without exp is None": NOTHING,
    "variance-cancellation: without values is not None": NOTHING,
    "variance-cancellation: without squared is not None": NOTHING,
    "discarded-guard: without isinstance(node, ir.Call)": "only calls are thrown away",
    "logits-as-probabilities: without case _": "the rule looks at no other op",
}
"""Mutants that differ in no program, by their description, and why."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule's module with one change."""

    rule: str
    line: int
    change: str
    source: str

    def __str__(self) -> str:
        """Name the mutant as it is listed."""
        return f"{self.rule}:{self.line}: {self.change}"


@dataclass(frozen=True, slots=True)
class Change:
    """`owner.field` set to `value` is the mutant."""

    owner: ast.AST
    field: str
    value: object
    what: str


# --- making mutants


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Yield every mutant of a rule."""
    file = Path(rules.__path__[0], f"{rule.name.replace('-', '_')}.py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in mutable(tree):
        for change in changes(node):
            old = getattr(change.owner, change.field)
            setattr(change.owner, change.field, change.value)
            line = next((n.lineno for n in (node, *ast.walk(node)) if hasattr(n, "lineno")), 0)
            yield Mutant(rule.name, line, change.what, ast.unparse(tree))
            setattr(change.owner, change.field, old)


def mutable(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what a rule computes with: its functions and the numbers of its module, but not what they say, nor the examples."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop(0)
        yield node
        stack += [child for child in ast.iter_child_nodes(node) if not is_said(child, node)]


def is_said(node: ast.AST, parent: ast.AST) -> bool:
    """Tell whether `node` only makes a text for people, states an invariant, annotates or is an example."""
    match node, parent:
        case ((ast.JoinedStr() | ast.Assert() | ast.arguments()), _):
            return True
        case ast.FunctionDef(returns=ast.Name(id="str")), _:
            return True
        case ast.expr(), ast.FunctionDef() | ast.ClassDef() | ast.AnnAssign():
            return node is not getattr(parent, "value", None)
        case ast.keyword(arg=name), ast.Call(func=ast.Name(id="Report")):
            return name in SAID
        case ast.expr(), ast.Call(func=ast.Name(id="Report"), args=[first, *_]):
            return node is first
    return False


def changes(node: ast.AST) -> Iterator[Change]:
    """Yield the ways to change one node."""
    match node:
        case ast.BoolOp(values=values):
            for i, value in enumerate(values):
                yield Change(node, "values", values[:i] + values[i + 1 :], f"without {shown(value)}")
        case ast.If(test=test) | ast.IfExp(test=test):
            yield Change(node, "test", ast.Constant(value=False), f"never {shown(test)}")
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield Change(node, "ops", [SWAPPED[type(op)]()], f"opposite of {shown(node)}")
        case ast.Constant(value=bool() as flag):
            yield Change(node, "value", not flag, f"{not flag} for {flag}")
        case ast.Constant(value=int() | float() as number):
            yield Change(node, "value", number + 1, f"{number + 1:g} for {number:g}")
        case ast.Call(func=ast.Name(id="any" | "all" as word) as name):
            yield Change(name, "id", "all" if word == "any" else "any", f"not {shown(node)}")
        case ast.Call(func=ast.Name(id="Report"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg in OPTIONAL:
                    yield Change(node, "keywords", [other for other in keywords if other is not keyword], f"without {keyword.arg}")
        case ast.Match(cases=cases) if len(cases) > 1:
            for i, case in enumerate(cases):
                yield Change(node, "cases", cases[:i] + cases[i + 1 :], f"without case {ast.unparse(case.pattern)}")
        case ast.match_case(guard=ast.expr() as guard):
            yield Change(node, "guard", None, f"without guard {shown(guard)}")
        case ast.comprehension(ifs=[*tests]):
            for test in tests:
                yield Change(node, "ifs", [other for other in tests if other is not test], f"without if {shown(test)}")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield Change(node, "operand", ast.UnaryOp(ast.Not(), operand), f"opposite of not {shown(operand)}")


def shown(node: ast.expr) -> str:
    """Return the source of an expression, cut if long."""
    text = ast.unparse(node)
    return text if len(text) <= 80 else f"{text[:77]}..."


# --- running the tests on them


def survivors(every: Sequence[Mutant], checks: Sequence[partial[None]], jobs: int) -> list[Mutant]:
    """Return the mutants that pass all checks, each run in a fork of this process, which nothing that it does outlives."""
    running: dict[int, Mutant] = {}
    lived: set[Mutant] = set()
    waiting = list(every)
    while waiting or running:
        if waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            child = os.fork()
            if child == 0:
                os._exit(int(survives(mutant, checks)))
            running[child] = mutant
        else:
            child, status = os.wait()
            mutant = running.pop(child)
            lived |= {mutant} if os.waitstatus_to_exitcode(status) == 1 else set()
    return [mutant for mutant in every if mutant in lived]


def survives(mutant: Mutant, checks: Sequence[partial[None]]) -> bool:
    """Tell whether all checks pass with a mutant in place of its rule. To be called in a process of its own."""
    signal.alarm(SECONDS)
    try:
        put(mutant)
        for check in checks:
            check()
    except Exception:  # noqa: BLE001  (a mutant may fail in any way)
        return False
    return True


def put(mutant: Mutant) -> None:
    """Let the registry find the mutant in place of the rule."""
    name = f"{rules.__name__}.{mutant.rule.replace('-', '_')}"
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(mutant.source, name, "exec"), vars(module))  # noqa: S102  (it is our own source)
    registry.registered.cache_clear()


def quick(rule: Rule) -> list[partial[None]]:
    """Return the quick tests of a rule: of its examples and fixtures first, then of its family's, then those of no rule in particular."""
    from tests import test_fixes, test_fixtures, test_forms, test_one_finding, test_rules

    families = {code: family for family in FAMILIES for code in family}
    family = {other.name for other in registry.registered() if families[other.code[3]] == families[rule.code[3]]}
    every = [call for module in (test_rules, test_fixtures, test_forms, test_fixes, test_one_finding) for call in calls(module)]
    about = [(subject(call), call) for call in every]
    ranked = [(subject != rule.name, subject not in family, call) for subject, call in about if not subject or subject in family]
    return [call for *_, call in sorted(ranked, key=itemgetter(0, 1))]


def subject(call: partial[None]) -> str:
    """Return the name of the rule whose example or fixture a test is given, "" if none."""
    given = next((one for one in call.args if isinstance(one, (Rule, Path))), None)
    return "" if given is None else given.name if isinstance(given, Rule) else given.parent.name


def calls(module: ModuleType) -> Iterator[partial[None]]:
    """Yield the tests of a module, each with every set of arguments that pytest would give it."""
    for name, test in vars(module).items():
        if name.startswith("test_"):
            marks = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
            for given in product(*marks):
                yield partial(test, *(value for one in given for value in arguments(one)))


def arguments(one: object) -> tuple[object, ...]:
    """Return what one entry of `parametrize` stands for."""
    values = getattr(one, "values", one)
    return values if isinstance(values, tuple) else (one,)


# --- the report


def main(argv: Sequence[str] | None = None) -> int:
    """Print the score of each rule and what survives; the exit status is 1 if fewer than 9 of 10 mutants are killed."""
    parser = argparse.ArgumentParser(description="Change every rule in one place at a time, and count how many changes the tests notice.")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="names or codes (default: all rules)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time (default: one a core)")
    wanted = parser.parse_args(argv)
    alive: list[Mutant] = []
    made = 0
    for rule in [registry.find(word) for word in wanted.rules] or registry.registered():
        every = [mutant for mutant in mutants(rule) if f"{mutant.rule}: {mutant.change}" not in EQUIVALENT]
        left = survivors(every, quick(rule), wanted.jobs)
        print(f"{rule.code} {rule.name:32} {len(every) - len(left):3} of {len(every):3}", *left, sep="\n    survives ", flush=True)
        made += len(every)
        alive += left
    print(f"killed {made - len(alive)} of {made} mutants ({1 - len(alive) / made:.1%})")
    return int(len(alive) > made / 10)


if __name__ == "__main__":
    sys.exit(main())
