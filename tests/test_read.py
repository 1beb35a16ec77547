"""Bytes to text: encodings as Python takes them, rows as Python counts them, one clear line for what cannot be read."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from bce_lint.finding import Trouble
from bce_lint.source.read import Source, decode, read


def text_of(data: bytes) -> str:
    source = decode("x.py", data)
    assert isinstance(source, Source), source
    return source.text


def trouble_of(data: bytes) -> str:
    source = decode("x.py", data)
    assert isinstance(source, Trouble), source
    return source.message


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1\r\ny = 2\r", "x = 1\r\ny = 2\r"),
        ("s = 'é😀'\n".encode(), "s = 'é😀'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\ns = '\xe9'\n", "# -*- coding: latin-1 -*-\ns = 'é'\n"),
        (
            b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '\x80'\n",
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '€'\n",
        ),
        (b"\n# coding: koi8-r\ns = '\xd6'\n", "\n# coding: koi8-r\ns = 'ж'\n"),
        ("# coding: shift_jis\ns = 'ソ('\n".encode("shift_jis"), "# coding: shift_jis\ns = 'ソ('\n"),
        ("# coding: UTF_8\ns = 'é'\n".encode(), "# coding: UTF_8\ns = 'é'\n"),
        ("x = 1\n\n# coding: latin-1\ns = 'é'\n".encode(), "x = 1\n\n# coding: latin-1\ns = 'é'\n"),
        ("x = 1\n# coding: latin-1\ns = 'é'\n".encode(), "x = 1\n# coding: latin-1\ns = 'é'\n"),
    ],
)
def test_text_is_decoded_as_python_decodes_it(data: bytes, text: str) -> None:
    assert text_of(data) == text
    if b"'" in data:
        assert ast.dump(ast.parse(data)) == ast.dump(ast.parse(text))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = 1\0", "is binary (it holds NUL bytes): exclude it, or save it as UTF-8 text"),
        (b"a\r\nb\rs = '\xe9'\n", "is not valid utf-8 (line 3): save it as UTF-8, or declare its encoding in the first line"),
        (b"# coding: klingon\n", 'declares the unknown encoding "klingon": correct its coding line'),
        (b"# coding: hex\n\xe9", 'declares the unknown encoding "hex": correct its coding line'),
        (b"# coding: ascii\ns = '\xe9'\n", "is not valid ascii (line 2): save it as UTF-8, or declare its encoding in the first line"),
        (b"# coding: latin-1\n\0", "is binary (it holds NUL bytes): exclude it, or save it as UTF-8 text"),
        (b"# coding: utf-7\n+2AA-\n", "is not valid utf-7 (line 1): save it as UTF-8, or declare its encoding in the first line"),
        (b"\xef\xbb\xbf# \xff\n", "is not valid utf-8 (line 1): save it as UTF-8, or declare its encoding in the first line"),
    ],
)
def test_what_is_no_text_is_told_in_one_line(data: bytes, message: str) -> None:
    assert trouble_of(data) == message


def test_the_data_are_utf_8_whatever_the_file_is() -> None:
    source = decode("x.py", b"# coding: latin-1\ns = '\xe9'\n")
    assert isinstance(source, Source)
    assert source.data == "# coding: latin-1\ns = 'é'\n".encode()


@pytest.mark.parametrize("data", [b"x = 1\r\n", b"\xef\xbb\xbfs = '\xc3\xa9'\n", b"# coding: latin-1\ns = '\xe9'\n"])
def test_a_text_goes_back_into_the_bytes_it_came_from(data: bytes) -> None:
    source = decode("x.py", data)
    assert isinstance(source, Source)
    assert source.encode(source.text) == data


@pytest.mark.parametrize(
    "text", ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\n\r\nb\r\rc", "\fa\n\fb\n", "a = '\x0b\x1c\u2028\x85'\nb\n", "é\n😀b\n", "", "a"]
)
def test_rows_are_counted_as_python_counts_them(text: str) -> None:
    source = Source("x.py", text.encode())
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert len(source.row_starts) == len(rows)
    for offset in range(len(text) + 1):
        row, column = source.position(offset)
        assert source.offset(row, column) == offset
        assert text[offset - column + 1 : offset] == text[source.row_starts[row - 1] : offset]


@pytest.mark.parametrize("text", ["x = log(y)\n", "é = log(😀)\n(é)\n"])
def test_byte_offsets_become_character_offsets(text: str) -> None:
    source = Source("x.py", text.encode())
    in_bytes = [at for at, byte in enumerate(source.data) if byte == ord("(")]
    assert source.characters(in_bytes) == [at for at, char in enumerate(text) if char == "("]


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    assert read(str(path)) == Source(str(path), b"x = 1\r\n")


def test_a_file_that_is_gone_is_told() -> None:
    assert read("no/such.py") == Trouble("no/such.py", None, "cannot be read: no such file or directory")


def test_a_directory_and_a_pipe_are_told(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    assert read(str(pipe)) == Trouble(str(pipe), None, "is not a regular file: name a file or a directory")
    assert isinstance(read(str(tmp_path)), Trouble)
