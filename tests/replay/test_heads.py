"""Heads: read without decoding only from what is strict and right, and the same as the decoder reads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.test_patterns import (
    DECIDED,
    GOLDEN,
    OTHERS,
    _encoded,
    _places,
    _replaced,
    altered_records,
)

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.replay import heads
from aidledger.replay.patterns import AMENDING_TYPES
from aidledger.replay.reading import read_record
from aidledger.services.decoding import DataCheck

CHECK = DataCheck()
Head = tuple[bytes, ...]
"""Type, cause, prev, recorded_at, stream, version."""
FOUND = sorted(set(EVENTS) - AMENDING_TYPES)


@pytest.fixture(autouse=True, scope="module")
def from_the_first_one_on() -> object:
    """Have expressions made at once, as of a type that has come often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "READ_FIRST", 0)
        yield


def strictly(record: bytes) -> Head | None:
    """Read a head by the strict decoder, where nothing is wrong with the record as its type has it."""
    try:
        entry = decode_entry(record)
    except EntryError:
        return None
    if list(CHECK.faults(entry)):
        return None
    texts = (entry.type, entry.cause, entry.prev or "", entry.recorded_at, entry.stream)
    first, cause, prev, time, stream = (text.encode() for text in texts)
    return first, cause, prev, time, stream, str(entry.version).encode()


def read_heads(records: list[bytes]) -> list[Head] | None:
    """What is read of each record, if every one is right."""
    read = CHECK.heads(records)
    return None if read is None else list(zip(*read[:6], strict=True))


def found(record: bytes) -> list[Head] | None:
    """What is read of a record without decoding it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "_decoded", lambda _records, _check: None)
        return read_heads([record])


@settings(max_examples=250, deadline=None)
@given(
    st.lists(altered_records() | st.sampled_from(sorted(GOLDEN.items())), min_size=1, max_size=5)
)
def test_heads_are_those_that_the_strict_decoder_reads_or_none(
    altered: list[tuple[str, bytes]],
) -> None:
    records = [record for _, record in altered]
    several = read_heads(records)

    assert several is None or several == list(map(strictly, records))
    assert (several is None) is (None in map(strictly, records))


def lines_without_decoding(records: list[bytes]) -> dict[bytes, list[bytes]]:
    """Return the records that are said to have the form of their type, by type."""
    read = CHECK.heads(records)
    found = () if read is None else read.found
    return {name: [records[number] for number in numbers] for name, numbers in found}


@settings(max_examples=250, deadline=None)
@given(
    st.lists(altered_records() | st.sampled_from(sorted(GOLDEN.items())), min_size=1, max_size=5)
)
def test_what_has_the_form_of_its_type_is_what_the_strict_decoder_makes_of_it(
    altered: list[tuple[str, bytes]],
) -> None:
    for name, records in lines_without_decoding([record for _, record in altered]).items():
        for record in records:
            assert record == read_record(record).line
            assert name == decode_entry(record).type.encode()


def test_nothing_has_the_form_of_its_type_where_a_shared_part_was_decoded() -> None:
    record = GOLDEN["VisitMade"]
    day = decode_entry(record).effective_on
    early = record.replace(f'"effective_on":"{day}"'.encode(), b'"effective_on":"1700-03-04"')

    assert {b"VisitMade": [record]} == lines_without_decoding([record])
    assert [strictly(record), strictly(early)] == read_heads([record, early])
    assert {} == lines_without_decoding([record, early])


@pytest.mark.parametrize("name", FOUND)
def test_every_type_is_found_without_decoding(name: str) -> None:
    assert [strictly(GOLDEN[name])] == found(GOLDEN[name])


@pytest.mark.parametrize("name", sorted(AMENDING_TYPES))
def test_amendments_are_always_decoded(name: str) -> None:
    assert found(GOLDEN[name]) is None
    assert [strictly(GOLDEN[name])] == read_heads([GOLDEN[name]])


@pytest.mark.parametrize("name", FOUND)
def test_each_value_of_a_record_is_looked_at(name: str) -> None:
    record = json.loads(GOLDEN[name])
    for place in _places(record):
        held = _encoded(_replaced(record, place, "@"))
        for other in OTHERS:
            changed = held.replace(b'"@"', other)
            read = found(changed)

            assert read is None or read == [strictly(changed)], (place, other)


@pytest.mark.parametrize("name", DECIDED)
@pytest.mark.parametrize(
    "facts",
    [
        b'{"a":1,"b":[{"c":"x"}]}',
        b"{}",
        b'{"b":1,"a":2}',
        b'{"a":1.5}',
        b'{"a": 1}',
        b'{"a":' + b"[" * 12 + b"]" * 12 + b"}",
        b'{"a":' + b"[" * 13 + b"]" * 13 + b"}",
        b'{},"facts":{}',
        b'{"a":1},"gone":{"b":2}',
        b'{"a":1}},"b":{{"c":1}',
        b"null",
        b'"{}"',
    ],
)
def test_facts_with_any_keys_are_tested_by_themselves(name: str, facts: bytes) -> None:
    start = GOLDEN[name].index(b'"facts":') + 8
    end = GOLDEN[name].index(b',"outcome":', GOLDEN[name].index(b'"pack":') - 40)
    record = GOLDEN[name][:start] + facts + GOLDEN[name][end:]
    read = found(record)

    assert ([strictly(record)] if strictly(record) else None) == read


@pytest.mark.parametrize(
    ("year", "right"),
    [("1849", False), ("1850", True), ("2000", True), ("2200", True), ("2201", False)],
)
def test_a_day_is_found_only_in_years_that_records_are_of(year: str, *, right: bool) -> None:
    record = GOLDEN["VisitMade"]
    day = decode_entry(record).effective_on
    changed = record.replace(f'"effective_on":"{day}"'.encode(), f'"effective_on":"{year}-03-04"'.encode())  # fmt: skip

    assert right is (found(changed) is not None)


@pytest.mark.parametrize(
    "prev", [b"A" * 64, b"g" * 64, b"0" * 63 + b"\n", b"0" * 62 + b"\xc3\xa9", b" " + b"0" * 63]
)
def test_a_link_is_a_hash_in_lower_case_hex(prev: bytes) -> None:
    record = GOLDEN["VisitMade"]
    start = record.index(b'"prev":') + 7
    end = record.index(b',"recorded_at":')
    for named, right in ((prev, False), (b"09af" * 16, True)):
        changed = record[:start] + b'"' + named + b'"' + record[end:]

        assert right is (found(changed) is not None)
        assert right is (read_heads([record, changed]) is not None)


def test_two_records_in_one_are_not_taken_for_two() -> None:
    record = GOLDEN["VisitMade"]
    for records in (
        [record + b"\n" + record],
        [record + b"\n" + record, record[:-1]],
        [record[:100], record + b"\n" + record],
        [record, b""],
        [record + b"\n"],
    ):
        assert read_heads(records) is None


@pytest.mark.parametrize("hostile", [None, "text", 7, b"", b"{", b"\xff" * 99, b"x" * 70_000])
def test_what_is_no_record_is_a_doubt(hostile: object) -> None:
    assert read_heads([GOLDEN["VisitMade"], hostile]) is None  # type: ignore[list-item]


def test_a_stream_of_another_kind_is_a_doubt() -> None:
    record = GOLDEN["VisitMade"]
    stream = decode_entry(record).stream
    changed = record.replace(f'"stream":"{stream}"'.encode(), b'"stream":"run/2022-02"')

    assert found(changed) is None
    assert read_heads([changed]) is None
