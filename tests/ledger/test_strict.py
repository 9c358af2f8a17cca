"""Strict reading: one text for each value, and nothing that Python's own readers would also take."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import refusal

from aidledger.ledger.strict import (
    SIZE_LIMIT,
    FormatError,
    only_bytes,
    read_after,
    read_base64,
    read_decimal,
    read_hashes,
    read_hex,
    split_lines,
    write_base64,
)

NOT_DECIMAL = [
    "",
    "+5",
    "-1",
    " 5",
    "5 ",
    "5\n",
    "1_000",
    "٣",
    "05",
    "00",
    "0x1",
    "1.0",
    "1e3",
    "²",
]
NOT_BASE64 = ["", "QR==", "QQ", "QQ=", "QQ==\n", "Q Q==", "QQ==QQ==", "_-8=", "QQ===", "é"]


@pytest.mark.parametrize("text", [*NOT_DECIMAL, str(SIZE_LIMIT + 1), "9" * 5000])
def test_other_numbers_than_plain_decimals_are_refused(text: str) -> None:
    with pytest.raises(FormatError, match="decimal"):
        read_decimal(text.encode(), "size")


@given(st.integers(0, SIZE_LIMIT))
def test_a_decimal_reads_back(number: int) -> None:
    assert number == read_decimal(str(number).encode(), "size")


@pytest.mark.parametrize("text", NOT_BASE64)
def test_base64_of_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="base64"):
        read_base64(text.encode(), "hash")


@given(st.binary(min_size=1, max_size=70), st.integers(0, 100), st.integers(0, 255))
def test_base64_has_one_spelling(value: bytes, at: int, byte: int) -> None:
    text = write_base64(value).encode()
    changed = text[: at % len(text)] + bytes([byte]) + text[at % len(text) + 1 :]

    assert value == read_base64(text, "hash", size=len(value))
    try:
        assert (read_base64(changed, "hash") == value) is (changed == text)
    except FormatError:
        assert changed != text
    with pytest.raises(FormatError, match=f"base64 of {len(value) + 1} bytes"):
        read_base64(text, "hash", size=len(value) + 1)


def test_only_the_newline_ends_a_line() -> None:
    data = "a\u0085b\u2028c\rd\x0be\x1cf\n\ng\n".encode()

    assert ["a\u0085b\u2028c\rd\x0be\x1cf".encode(), b"", b"g"] == split_lines(data, "text")
    for broken in (b"", b"a", b"a\nb"):
        with pytest.raises(FormatError, match="newline"):
            split_lines(broken, "text")


@pytest.mark.parametrize("text", [b"", b"0", b"0G", b"AB", b"ab ", b" ab", b"abcd", "١١".encode()])
def test_hexadecimal_of_another_spelling_is_refused(text: bytes) -> None:
    assert b"\xab" == read_hex(b"ab", "id", 1)
    assert b"\xab\xcd\xef" == read_hex(b"abcdef", "id", 3)
    with pytest.raises(FormatError, match="hexadecimal"):
        read_hex(text, "id", 1)


def test_a_proof_has_at_most_63_hashes_of_32_bytes() -> None:
    lines = [write_base64(bytes([number]) * 32).encode() for number in range(64)]

    assert bytes([62]) * 32 == read_hashes(lines[:63], "proof", 2)[-1]
    assert () == read_hashes([], "proof", 2)
    with pytest.raises(FormatError, match="at most 63 hashes"):
        read_hashes(lines, "proof", 2)
    with pytest.raises(FormatError, match="proof, line 4: expected base64 of 32 bytes"):
        read_hashes([*lines[:2], write_base64(bytes(31)).encode()], "proof", 2)


@pytest.mark.parametrize("line", [b"", b"old", b"old5", b"Old 5", b" old 5", b"old\t5"])
def test_a_word_is_followed_by_one_space(line: bytes) -> None:
    assert b"5" == read_after(b"old 5", b"old", "size")
    with pytest.raises(FormatError, match=r'"old \.\.\."'):
        read_after(line, b"old", "size")


@pytest.mark.parametrize("value", [None, "text", bytearray(1), memoryview(b"a"), 7])
def test_other_types_than_bytes_are_refused(value: Any) -> None:
    with pytest.raises(FormatError, match="expected bytes"):
        only_bytes(value, "note", 10)
    with pytest.raises(FormatError, match="at most 2 bytes, found 3 bytes"):
        only_bytes(b"abc", "note", 2)
    assert b"ab" == only_bytes(b"ab", "note", 2)


@given(st.binary(max_size=400), st.sampled_from([read_decimal, read_base64]))
def test_an_error_is_short_printable_ascii(data: bytes, read: Callable[..., Any]) -> None:
    error = refusal(read, data, "value", 3)

    assert error is None or str(error).startswith("value, line 3: expected ")
    assert error is None or len(error.found) <= 80


def test_an_error_shows_what_was_found() -> None:
    assert "found 3 lines" in str(FormatError("note", "one", "3 lines"))
    assert 'found "\\n"' in str(FormatError("note", "one", b"\n"))
    assert "found nothing" in str(FormatError("note", "one", b""))
    assert base64.b64decode("QR==", validate=True) == b"A"  # why the others are written again
