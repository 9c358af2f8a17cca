"""Records that passed the form of their type are read without its checks: as the strict decoder has them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.histories import golden_records

from aidledger.domain.recorded import Recorded
from aidledger.replay import patterns
from aidledger.replay.rows import recorded_record
from aidledger.services import decoding
from aidledger.services.decoding import recorded_records

GOLDEN = golden_records()
FLAT = [name for name in GOLDEN if decoding._flat(name.encode())]


@pytest.fixture(autouse=True)
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every type's form is made, save those of amendments."""
    made = {n.encode(): patterns.form_of(n) for n in GOLDEN if n not in patterns.AMENDING_TYPES}
    monkeypatch.setattr(decoding, "MADE_FORMS", made)


def types_of(value: Any) -> Any:
    """Return a value with the type of each part: True is 1, and a text of another type is a text."""
    if isinstance(value, msgspec.Struct):
        return (type(value), [types_of(getattr(value, f)) for f in value.__struct_fields__])
    if isinstance(value, (list, tuple)):
        return (type(value), list(map(types_of, value)))
    return (type(value), repr(value))


def one_by_one(records: list[tuple[int, bytes]]) -> list[Recorded]:
    return [one for pair in records if (one := recorded_record(*pair)) is not None]


def test_every_type_is_read_as_the_strict_decoder_reads_it() -> None:
    records = list(enumerate(GOLDEN.values()))

    found = recorded_records(records)

    assert list(map(types_of, one_by_one(records))) == list(map(types_of, found))
    assert len(found) == len(records)
    assert len(FLAT) > len(GOLDEN) / 2


@given(st.sampled_from(FLAT), st.integers(0, 2_000), st.integers(0, 255))
def test_a_byte_that_is_another_makes_no_difference_between_them(
    name: str, place: int, byte: int
) -> None:
    record = bytearray(GOLDEN[name])
    record[place % len(record)] = byte
    records = [(7, bytes(record))]

    found = recorded_records(records)

    assert list(map(types_of, one_by_one(records))) == list(map(types_of, found))


def test_without_the_form_more_would_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    record = GOLDEN["PaymentIssued"].replace(b'"amount_fen":', b'"amount_fen":-')
    assert record != GOLDEN["PaymentIssued"]
    assert [] == recorded_records([(7, record)])

    monkeypatch.setattr(decoding, "MADE_FORMS", {b"PaymentIssued": lambda _: True})

    assert [] != recorded_records([(7, record)])
