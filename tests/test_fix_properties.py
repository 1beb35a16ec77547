"""Fixes in random surroundings: outside the edit no byte changes, whatever the layout, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed")

from hypothesis import given, settings  # noqa: E402  (skipped without it)
from hypothesis import strategies as st  # noqa: E402

from bce_lint.config import Config  # noqa: E402
from bce_lint.fix import Draft, Fixed, Fixer  # noqa: E402
from bce_lint.judge import Judge, Judged  # noqa: E402
from bce_lint.mend import Wish  # noqa: E402
from bce_lint.source.read import Source, parse  # noqa: E402

FORMS = {
    "tf.math.log(1 + tf.exp(x))": ("tf.nn.softplus(x)",),
    "tf.math.log(tf.sigmoid(x))": ("tf.math.log_sigmoid(x)",),
    "1 / (1 + tf.exp(-x))": ("tf.sigmoid(x)",),
    "tf.math.log(tf.reduce_sum(tf.exp(x), axis=1))": ("tf.reduce_logsumexp(x, axis=1)",),
    "tf.exp(x) - 1": ("tf.math.expm1(x)",),
}
"""Unsafe expressions and what they become."""

BEFORE = (
    "",
    "# caf\N{LATIN SMALL LETTER E WITH ACUTE}, \N{SNOWMAN}",
    "'''log(p / (1 - p))'''",
    "LABEL = \"# 'tf.exp(x)'\"",
    "if True: pass",
    "y = [\n 1,\n]",
)
AROUND = (
    "return {}",
    "return ({})",
    "return (  # why\n        {}  # so\n    )",
    "return tf.reduce_mean({}, axis=[\n      0,\n    ])",
    "return z * ({}) + z",
    "return [{}, z]",
    "return {}  # \N{GREEK SMALL LETTER SIGMA}",
    "z = ({},\n         z)\n    return z",
    "return z if z is None else {}",
    "return z[{}]",
    "return tf.abs(\\\n    {})",
    'return f"{{z}}", {}',
    "return -({})",
    "return {}; pass",
)
NEWLINES = ("\n", "\r\n")
INDENTS = ("    ", "\t", "  ")
HEAD = "import tensorflow as tf"


def judge() -> Judge:
    return Judge(Config(paths=("x.py",), select=("ALL",)))


def fixed(data: bytes) -> Fixed[Judged]:
    source = parse("x.py", data)
    assert isinstance(source, Source)
    by = judge()
    result = Fixer(by.judge, Wish(unsafe=False).choose).fix(Draft(data, source, by.judge(source)))
    assert isinstance(result, Fixed), result
    return result


def layouts(expression: str, parts: tuple[Sequence[str], str, str, str, str]) -> tuple[bytes, int]:
    """Return a file around an expression, and where that starts."""
    before, around, newline, indent, bom = parts
    head, tail = around.split("{}", 1)
    rows = [HEAD, *before, "", "", "def f(x, z):", f"    {head}"]
    first = "\n".join(rows)
    text = f"{first}{expression}{tail}\n".replace("{{", "{").replace("}}", "}")
    start = len(first.replace("{{", "{").replace("}}", "}"))
    lead = text[:start].replace("    ", indent).replace("\n", newline)
    rest = text[start:].replace("\n    ", f"\n{indent}").replace("\n", newline)
    return (bom + lead + rest).encode(), len((bom + lead).encode())


PARTS = st.tuples(
    st.lists(st.sampled_from(BEFORE), max_size=4),
    st.sampled_from(AROUND),
    st.sampled_from(NEWLINES),
    st.sampled_from(INDENTS),
    st.sampled_from(("", "\N{ZERO WIDTH NO-BREAK SPACE}")),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(form=st.sampled_from(sorted(FORMS)), parts=PARTS)
def test_outside_the_edit_no_byte_changes(form: str, parts: tuple[Sequence[str], str, str, str, str]) -> None:
    data, start = layouts(form, parts)
    before, after = data[:start], data[start + len(form) :]
    (new,) = FORMS[form]
    result = fixed(data).after.data
    wanted = {before + new.encode() + after}
    if before.endswith(b"(") and after.startswith(b")"):
        wanted.add(before[:-1] + new.encode() + after[1:])
    assert result in wanted
    assert fixed(result).after.data == result


@settings(max_examples=60, deadline=None, derandomize=True)
@given(parts=PARTS, blanks=st.lists(st.sampled_from((" ", "  ", "\n        ", "  # what\n        ", "\\\n      ")), min_size=6, max_size=6))
def test_a_layout_inside_the_expression_is_read_too(parts: tuple[Sequence[str], str, str, str, str], blanks: list[str]) -> None:
    a, b, c, d, e, f = (blank if "\\" not in blank else " " for blank in blanks)
    form = f"tf.math.log({a}1{b}+{c}tf.exp({d}x{e}){f})"
    data, start = layouts(form, parts)
    length = len(form.replace("\n    ", "\n" + parts[3]).replace("\n", parts[2]).encode())
    result = fixed(data).after.data
    if "#" in form:
        assert result == data
        return
    before, after = data[:start], data[start + length :]
    assert result.startswith(before[:-1])
    assert result.endswith(after[1:])
    assert b"tf.nn.softplus(" in result
    assert judge().judge(source_of(result)).cases == ()


def source_of(data: bytes) -> Source:
    source = parse("x.py", data)
    assert isinstance(source, Source)
    return source
