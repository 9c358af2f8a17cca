from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.ledger.commitment import (
    account_token,
    field_commitment,
    field_opens,
    length_prefixed,
    person_token,
)

SALT = bytes(range(16))
PEPPER = bytes(32)


def test_a_commitment_is_the_hash_of_label_and_prefixed_parts() -> None:
    body = b"aidledger/field/v1\n\0\0\0\x04name\0\0\0\x10" + SALT + b"\0\0\0\x03abc"

    assert hashlib.sha256(body).hexdigest() == field_commitment("name", SALT, b"abc")


parts = st.lists(st.binary(max_size=6), max_size=4)


@given(parts, parts)
def test_different_parts_never_join_to_the_same_bytes(a: list[bytes], b: list[bytes]) -> None:
    assert (a == b) == (length_prefixed(*a) == length_prefixed(*b))


def test_a_commitment_opens_to_its_own_parts_only() -> None:
    commitment = field_commitment("name", SALT, b"abc")

    assert field_opens(commitment, "name", SALT, b"abc")
    assert not field_opens(commitment, "nam", SALT, b"eabc")
    assert not field_opens(commitment, "name", SALT, b"abd")
    assert not field_opens(commitment, "name", bytes(16), b"abc")
    assert not field_opens(commitment, "name", b"", b"abc")
    assert not field_opens(commitment.upper(), "name", SALT, b"abc")
    assert not field_opens("姓名", "name", SALT, b"abc")
    assert not field_opens("\ud800", "name", SALT, b"abc")


def test_salt_and_pepper_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(ValueError, match="salt: expected 16 bytes, found 15"):
        field_commitment("name", bytes(15), b"abc")
    with pytest.raises(ValueError, match="pepper: expected at least 16 bytes"):
        person_token(b"short", "52010319500101001X")


def test_tokens_are_stable_short_and_of_their_own_kind() -> None:
    person = person_token(PEPPER, "52010319500101001X")
    account = account_token(PEPPER, "52010319500101001X")

    assert person == person_token(PEPPER, "52010319500101001X")
    assert person != person_token(bytes(31) + b"1", "52010319500101001X")
    assert ("p", "a") == (person[0], account[0])
    assert person[1:] != account[1:]
    assert 33 == len(person) == len(account)
    assert int(person[1:], 16) >= 0


@pytest.mark.parametrize(
    "written",
    [
        "6222 0200 0000 0012 345",
        "6222-0200-0000-0012-345",
        " 6222020000000012345\n",
        "６２２２０２００００００００１２３４５",
        "6222020000000012345\u200b",
        "6222020000000012345.",
        "卡号：6222020000000012345",
    ],
)
def test_an_account_is_one_however_its_number_is_written(written: str) -> None:
    """F062, F069: one card for many persons, written otherwise each time, would be as many accounts."""
    assert account_token(PEPPER, "6222020000000012345") == account_token(PEPPER, written)


def test_letters_of_an_account_count_and_what_has_none_is_as_written() -> None:
    known = {account_token(PEPPER, text) for text in ("ab12", "AB12", "ＡＢ１２", " a-b 12 ")}

    assert 1 == len(known)
    assert account_token(PEPPER, "无") == account_token(PEPPER, " 无 ")
    assert account_token(PEPPER, "无") != account_token(PEPPER, "未知")
