"""A notebook's JSON with other sources in some cells: every byte outside those stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

BLANKS = re.compile(r"[ \t\r\n]*")
READ = json.JSONDecoder()


class Value(NamedTuple):
    """A JSON value and the characters `start:end` that it is written in."""

    value: object
    start: int
    end: int


def replaced(data: bytes, sources: Mapping[int, str]) -> bytes:
    """Return the notebook `data` with the source of these cells, counted from 1, replaced."""
    encoding = json.detect_encoding(data)
    text = data.decode(encoding)
    places = {number: place for number, place in enumerate(_sources(text), 1) if number in sources}
    for number, place in sorted(places.items(), reverse=True):
        text = text[: place.start] + _written(text, place, sources[number]) + text[place.end :]
    return text.encode(encoding)


def _sources(text: str) -> Iterator[Value]:
    """Yield where the source of each cell stands."""
    for cell in _items(text, _member(text, _blanks(text, 0), "cells").start):
        yield _member(text, cell.start, "source")


def _member(text: str, at: int, wanted: str) -> Value:
    """Return the value of a key of the object at `at`; of one that is there twice the last, as JSON readers do."""
    found: list[Value] = []
    at = _blanks(text, at + 1)
    while text[at] != "}":
        key = _value(text, at)
        value = _value(text, _blanks(text, _blanks(text, key.end) + 1))
        found += [value] if key.value == wanted else []
        at = _after(text, value)
    return found[-1]


def _items(text: str, at: int) -> Iterator[Value]:
    """Yield the items of the list at `at`."""
    at = _blanks(text, at + 1)
    while text[at] != "]":
        item = _value(text, at)
        yield item
        at = _after(text, item)


def _after(text: str, value: Value) -> int:
    """Return where the next item begins, or the bracket that closes all."""
    at = _blanks(text, value.end)
    return _blanks(text, at + 1) if text[at] == "," else at


def _value(text: str, at: int) -> Value:
    value, end = READ.raw_decode(text, at)
    return Value(value, at, end)


def _blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _written(text: str, old: Value, source: str) -> str:
    """Write a source as the old one is: one string, or a list of rows, of which those that stay are not written anew."""
    ascii_only = text[old.start : old.end].isascii()
    if not isinstance(old.value, list):
        return json.dumps(source, ensure_ascii=ascii_only)
    items = list(_items(text, old.start))
    rows = re.findall(r"[^\n]*\n|[^\n]+", source)
    as_it_was = {item.value: text[item.start : item.end] for item in items}
    written = [as_it_was.get(row) or json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    first, last = items[0], items[-1]
    between = text[first.end : items[1].start] if len(items) > 1 else "," + text[old.start + 1 : first.start]
    return text[old.start : first.start] + between.join(written) + text[last.end : old.end]
