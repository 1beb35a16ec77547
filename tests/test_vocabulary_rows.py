"""Every row is called in the real framework, through its signature, and compared with what the algebra says it means."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from itertools import takewhile

import numpy as np
import pytest

from bce_lint.confirm.exact import NotExact
from bce_lint.facts.bind import Slot, bind, slots
from bce_lint.facts.expr import Bounded, Concat, Const, Expr, Items, Join, Layer, Linear, View, walk
from bce_lint.facts.vocabulary.row import Row
from tests.vocabulary_exceptions import GONE, MAIN_TOO, NOT_CALLED, OLD, REFUSED, SAMPLES, of
from tests.vocabulary_reference import KNOWN, closeness, value
from tests.vocabulary_samples import FILL, MAIN, OPTIONS, Dtype, Value, inputs_of, to_expr
from tests.vocabulary_world import Place, places, plain, real, require, rows, tables

pytestmark = pytest.mark.framework

Call = tuple[list[Value], dict[str, Value]]

ROWS = [pytest.param(table, name, row, id=name) for table in tables() for name, row in rows(table)]


@pytest.mark.parametrize(("table", "name", "row"), ROWS)
def test_a_row_means_what_the_function_does(table: str, name: str, row: Row) -> None:
    require(table)
    found = places(name)
    assert bool(found) != (name in GONE), f"{name}: {'exists after all' if found else 'does not exist in the installed version'}"
    accepted: set[str] = set()
    for place in found[:1]:
        check_positions(place, row)
    for place in found:
        if not of(NOT_CALLED, name, ""):
            for call in calls(name, row, place, accepted):
                check(row, place, call)
        accepted |= {p.name for p in place.parameters() or ()}
    if found and not of(NOT_CALLED, name, "") and not positional_only(found):
        spellings = {spelling for slot in slots(row.signature)[0] for spelling in slot.names}
        ignored = {spelling for slot in slots(row.signature)[0] if not slot.field for spelling in slot.names} if unsure(found) else set()
        unknown = spellings - accepted - ignored - set(OLD.get(name, ()))
        assert not unknown, f"{name} takes no {', '.join(sorted(unknown))}"


def positional_only(found: tuple[Place, ...]) -> bool:
    """Tell whether the functions are Python's or ufuncs of JAX, which take no keywords."""
    return framework_of(found[0]) in {"math", "builtins", "jax"} and all(place.parameters() is None for place in found)


def unsure(found: tuple[Place, ...]) -> bool:
    """Tell whether what is ignored cannot be checked: no function says what its parameters are, or one takes any keyword."""
    told = [known for place in found if (known := place.parameters()) is not None]
    return not told or any(p.kind is p.VAR_KEYWORD for known in told for p in known)


# --- how a row is called


def calls(name: str, row: Row, place: Place, accepted: set[str]) -> Iterator[Call]:
    """Yield calls: the operands in their order, the operands by keyword, and each option in each spelling; note the keywords accepted."""
    parsed, rest = slots(row.signature)
    samples = sample_of(name)
    operands = [slot for slot in parsed if is_main(name, row, slot)]
    fill = {**FILL, **of(SAMPLES, name, {})}
    args, extra = positional((parsed, operands), place, samples, fill, everything=rest is not None)
    first = [*args, *(samples.get(rest, ()) if rest else ())]
    accepted.update(extra)
    yield first, extra
    longer = in_a_row(parsed, operands, samples)
    if place.parameters() is None and not rest and len(longer) > len(first):
        yield longer, extra
    in_order = [slot for slot in parsed if slot.positional]
    for slot in parsed:
        for i, spelling in enumerate(slot.names):
            if slot in operands and slot.positional:
                index = in_order.index(slot)
                later = [other for other in in_order[index + 1 :] if other in operands or needed(other, place)]
                others = {
                    spelling_like(i, other, place): sample(other, samples) if other in operands else filler(other, {}, fill)
                    for other in later
                }
                yield from spelled(place, spelling, (args[:index], {**extra, **others}), sample(slot, samples), accepted)
            elif slot not in operands and slot.field in OPTIONS:
                if slot in in_order[: len(args)]:
                    break
                more = {**extra, **together(slot, parsed, operands, place)}
                yield from spelled(place, spelling, (first, more), samples[slot.field], accepted)


def together(slot: Slot, parsed: tuple[Slot, ...], operands: list[Slot], place: Place) -> dict[str, Value]:
    """Return the axis that PyTorch wants beside `keepdim`."""
    axis = next((other for other in parsed if other.field == "axis" and other not in operands), None)
    if slot.field not in {"keepdims", "unbiased"} or axis is None or framework_of(place) != "torch":
        return {}
    return {spelling_like(0, axis, place): OPTIONS["axis"]}


def sample(slot: Slot, samples: Mapping[str, Value]) -> Value:
    """Return the sample of a slot, by its field or its name."""
    return samples[slot.field or next(spelling for spelling in slot.names if spelling in samples)]


def needed(slot: Slot, place: Place) -> bool:
    """Tell whether the real function insists on a parameter."""
    return any(p.name in slot.names and p.default is p.empty for p in place.parameters() or ())


def in_a_row(parsed: tuple[Slot, ...], operands: list[Slot], samples: Mapping[str, Value]) -> list[Value]:
    """Return operands and options by position, up to the first parameter that means nothing to the algebra."""
    leading = takewhile(lambda slot: slot in operands or slot.field in OPTIONS, (slot for slot in parsed if slot.positional))
    return [sample(slot, samples) for slot in leading]


def spelling_like(i: int, slot: Slot, place: Place) -> str:
    """Return the spelling number `i` of a slot if the place knows it, else the first that it knows."""
    known = {p.name for p in place.parameters() or ()}
    choices = [slot.names[min(i, len(slot.names) - 1)], *slot.names]
    return next((choice for choice in choices if choice in known), choices[0])


def spelled(place: Place, spelling: str, call: Call, sample: Value, accepted: set[str]) -> Iterator[Call]:
    """Yield `call` with one more keyword, if the place knows it."""
    known = place.parameters()
    args, kwargs = call
    if spelling in REFUSED.get(place.name, ()):
        return
    if known is None or any(p.name == spelling and p.kind is not p.POSITIONAL_ONLY for p in known):
        more = args, {**kwargs, spelling: sample}
        if known is not None or runs(place, more):
            accepted.add(spelling)
            yield more


def sample_of(name: str) -> Mapping[str, Value]:
    """Return the samples of a row by field."""
    return {**OPTIONS, **MAIN, **of(SAMPLES, name, {})}


def is_main(name: str, row: Row, slot: Slot) -> bool:
    """Tell whether `slot` is an operand that is always given."""
    if slot.field == "test" and not slot.positional:
        return False
    if not slot.field:
        return any(spelling in of(SAMPLES, name, {}) for spelling in slot.names)
    if slot.field == "dtype" and getattr(row.make, "__qualname__", "").startswith("cast."):
        return True
    return slot.field in of(MAIN_TOO, name, ()) or (slot.field in MAIN and slot.field not in OPTIONS)


def positional(
    which: tuple[tuple[Slot, ...], list[Slot]], place: Place, samples: Mapping[str, Value], fill: Mapping[str, Value], *, everything: bool
) -> Call:
    """Return positional arguments up to the last operand (or all), and what else the real function insists on by keyword."""
    parsed, operands = which
    known = {p.name: p for p in place.parameters() or ()}
    in_order = [slot for slot in parsed if slot.positional]
    last = len(in_order) - 1 if everything else max((i for i, slot in enumerate(in_order) if slot in operands), default=-1)
    args = [sample(slot, samples) if slot in operands else filler(slot, known, fill) for slot in in_order[: last + 1]]
    given = {spelling for slot in in_order[: last + 1] for spelling in slot.names}
    needed = [
        p.name for p in known.values() if p.default is p.empty and p.kind not in {p.VAR_KEYWORD, p.VAR_POSITIONAL} and p.name not in given
    ]
    kwargs = {slot.names[0]: sample(slot, samples) for slot in operands if not slot.positional}
    by_order = [p for p in needed if known[p].kind is inspect.Parameter.POSITIONAL_ONLY]
    return [*args, *(fill[p] for p in by_order)], kwargs | {p: fill[p] for p in needed if p in fill and p not in by_order}


def filler(slot: Slot, known: Mapping[str, inspect.Parameter], fill: Mapping[str, Value]) -> Value:
    """Return something for a parameter that means nothing to the algebra."""
    for spelling in slot.names:
        if spelling in known and known[spelling].default is not inspect.Parameter.empty:
            return known[spelling].default
    return next((fill[spelling] for spelling in slot.names if spelling in fill), None)


# --- what comes out


def framework_of(place: Place) -> str:
    """Return whose tensors a function takes."""
    root = place.name.partition(".")[0]
    return {"scipy": "numpy", "keras": "tensorflow"}.get(root, root)


def dtype_of(framework: str, dtype: Dtype) -> Value:
    """Return a framework's own dtype."""
    if framework == "torch":
        import torch

        return getattr(torch, dtype.name)
    return dtype.name


def runs(place: Place, call: Call) -> bool:
    """Tell whether a function takes these keywords."""
    try:
        outcome(place, call)
    except (TypeError, RuntimeError):
        return False
    return True


def outcome(place: Place, call: Call) -> Value:
    """Call the real function."""
    framework = framework_of(place)

    def ready(sample: Value) -> Value:
        return dtype_of(framework, sample) if isinstance(sample, Dtype) else real(framework, sample)

    args, kwargs = call
    return place.function(*map(ready, args), **{k: ready(v) for k, v in kwargs.items()})


def meaning(row: Row, call: Call) -> tuple[Expr, dict[str, Value]]:
    """Return what the row makes of a call, and the arrays by name."""
    args, kwargs = call
    named = [(None, f"arg{i}", sample) for i, sample in enumerate(args)] + [(k, k, sample) for k, sample in kwargs.items()]
    fields = bind(row, [(keyword, to_expr(name, sample)) for keyword, name, sample in named])
    assert fields is not None, f"the signature refuses {call}"
    if row.keyed:
        fields["key"] = "test"
    inputs = {key: item for _, name, sample in named for key, item in inputs_of(name, sample).items()}
    return row.make(**fields), inputs


def check(row: Row, place: Place, call: Call) -> None:
    """Compare the real result with what the row means."""
    made, inputs = meaning(row, call)
    if isinstance(made, Layer):
        return
    result = plain(outcome(place, call))
    if framework_of(place) in {"math", "builtins"}:
        inputs = {key: item.flat[0] for key, item in inputs.items()}
    agree(made, result, inputs, f"{place.name}{call}")


def agree(made: Expr, result: Value, inputs: Mapping[str, Value], where: str) -> None:
    """Assert that `result` is what `made` means."""
    match made:
        case Items(items) if isinstance(result, tuple):
            for item, part in zip(items, result, strict=True):
                agree(item, part, inputs, where)
        case Bounded(name, lo, hi) if name not in KNOWN or made.x is None:
            result = np.asarray(result)
            assert np.all((lo - 1e-6 <= result) & (result <= hi)), f"{where}: {result} outside [{lo}, {hi}]"
        case Linear():
            assert np.all(np.isfinite(result)), where
        case View() | Concat():
            numbers = [e.value for e in walk(made) if isinstance(e, Const)]
            entries = np.concatenate([numbers, *(np.ravel(array) for array in inputs.values())])
            assert np.all(np.isclose(np.ravel(result)[:, None], entries.astype(float)[None, :], rtol=1e-5).any(axis=1)), (
                f"{where}: {result}"
            )
        case Join(choices):
            assert any(equal(choice, result, inputs) for choice in choices), where
        case _:
            assert equal(made, result, inputs), f"{where} is\n{result}, not\n{value(made, inputs)}\n= {made}"


def equal(made: Expr, result: Value, inputs: Mapping[str, Value]) -> bool:
    """Tell whether `result` is the value of `made`, and of its shape."""
    try:
        expected = np.asarray(value(made, inputs))
    except NotExact:
        assert any(isinstance(e, (Bounded, View, Linear)) or getattr(e, "axis", 0) == "?" for e in walk(made)), made
        return bool(np.all(np.isfinite(result)))
    same_shape = np.shape(result) == expected.shape or expected.shape == ()
    return same_shape and bool(np.allclose(result, expected, rtol=closeness(made), atol=3e-6))


def check_positions(place: Place, row: Row) -> None:
    """Assert that positional parameters of the signature stand where the real function has them, if it tells."""
    known = place.parameters()
    parsed, rest = slots(row.signature)
    if known is None or place.name in OLD or rest:
        return
    order = [p.name for p in known if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    for slot, actual in zip([slot for slot in parsed if slot.positional], order, strict=False):
        assert actual in slot.names, f"{place.name}: {'/'.join(slot.names)} stands where the function has {actual}"
