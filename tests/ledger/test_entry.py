from __future__ import annotations

import gzip
import pickle
import unicodedata
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.making import PIN, make_record

from aidledger.ledger import canonical, entry
from aidledger.ledger.entry import Entry, EntryError, decode_entry, encode_draft, encode_entry

LIMIT = canonical.INTEGER_LIMIT

names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
keys = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
data = st.dictionaries(keys, st.none() | st.booleans() | st.integers(-LIMIT, LIMIT) | texts)
entries = st.builds(
    Entry,
    type=st.from_regex(r"[A-Z][A-Za-z0-9]{1,20}", fullmatch=True),
    actor=names,
    cause=names,
    data=data | st.dictionaries(keys, data, max_size=2),
    effective_on=st.dates().map(str),
    office=names,
    policy=st.none() | st.just(PIN),
    prev=st.none() | hashes,
    recorded_at=st.datetimes().map(lambda at: at.isoformat(timespec="microseconds") + "Z"),
    sealed=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_.]*", fullmatch=True), hashes, max_size=2),
    stream=st.from_regex(r"[a-z][a-z_]{0,5}/[A-Za-z0-9][A-Za-z0-9._:-]{0,9}", fullmatch=True),
    version=st.integers(1, LIMIT),
)


@given(entries)
@settings(max_examples=200)
def test_an_entry_survives_writing_and_reading(one: Entry) -> None:
    record = encode_entry(one)

    assert one == decode_entry(record)
    assert record == canonical.encode(canonical.decode(record))


@given(entries, entries)
def test_two_entries_have_the_same_bytes_only_if_they_are_the_same(a: Entry, b: Entry) -> None:
    assert (a == b) == (encode_entry(a) == encode_entry(b))


@given(entries)
def test_a_draft_with_canonical_data_gives_the_same_bytes(one: Entry) -> None:
    parts = {name: getattr(one, name) for name in Entry.__struct_fields__ if name != "v"}
    parts["data"] = msgspec.Raw(canonical.encode(one.data))

    assert encode_entry(one) == encode_draft(**parts)


@given(st.data())
@settings(max_examples=300)
def test_both_ways_of_reading_agree_on_changed_records(draw: st.DataObject) -> None:
    record = bytearray(make_record())
    at = draw.draw(st.integers(0, len(record) - 1))
    record[at : at + draw.draw(st.integers(0, 3))] = draw.draw(st.binary(max_size=3))
    outcomes: list[Any] = []
    for read in (decode_entry, entry._decode_slowly):
        try:
            outcomes.append(read(bytes(record)))
        except EntryError as error:
            outcomes.append((error.code, error.field))

    assert outcomes[0] == outcomes[1]


@given(st.binary(max_size=60) | st.text(max_size=40) | st.none() | st.integers())
def test_hostile_records_raise_entry_error_and_nothing_else(record: Any) -> None:
    with pytest.raises(EntryError) as caught:
        decode_entry(record)

    assert len(caught.value.found) <= 90
    assert caught.value.found.isprintable()


WRONG: list[tuple[str, Any]] = [
    ("type", "visitRecorded"),
    ("type", "V"),
    ("type", "V" * 65),
    ("type", "Visit Recorded"),
    ("type", 1),
    ("actor", ""),
    ("actor", "a b"),
    ("actor", "a" * 129),
    ("actor", "张三"),
    ("actor", "a\n"),
    ("office", None),
    ("cause", ""),
    ("cause", True),
    ("data", msgspec.Raw(b"[]")),
    ("data", msgspec.Raw(b"null")),
    ("data", msgspec.Raw(b'{"a":1.5}')),
    ("data", msgspec.Raw(b'{"b":1,"a":2}')),
    ("data", msgspec.Raw(b'{"a":1,"a":1}')),
    ("data", msgspec.Raw(b"{")),
    ("data", msgspec.Raw(b'{},"actor":"other"')),
    ("data", msgspec.Raw('{"é":1}'.encode())),
    ("data", msgspec.Raw('{"a":"e\u0301"}'.encode())),
    ("effective_on", "2022-02-30"),
    ("effective_on", "2022-2-17"),
    ("effective_on", "20220217"),
    ("effective_on", "0000-01-01"),
    ("effective_on", "٢٠٢٢-02-17"),
    ("recorded_at", "2022-02-17T09:31:05Z"),
    ("recorded_at", "2022-02-17T09:31:05.123456"),
    ("recorded_at", "2022-02-17 09:31:05.123456Z"),
    ("recorded_at", "2022-02-17T24:31:05.123456Z"),
    ("recorded_at", "2022-02-17T09:31:60.123456Z"),
    ("recorded_at", "2022-02-17T09:31:05.123456Z\n"),
    ("policy", msgspec.Raw(b"{}")),
    ("policy", msgspec.Raw(b'{"hash":"sha256:00","pack":"p"}')),
    ("policy", msgspec.Raw(b'{"hash":"%s","pack":""}' % PIN.hash.encode())),
    ("policy", msgspec.Raw(b'{"hash":"%s","pack":"p","x":1}' % PIN.hash.encode())),
    ("prev", "AB" * 32),
    ("prev", "ab" * 31),
    ("prev", ""),
    ("sealed", {"Name": "ab" * 32}),
    ("sealed", {"name": "AB" * 32}),
    ("sealed", {"name": "ab"}),
    ("sealed", {"name": 1}),
    ("sealed", None),
    ("stream", "case"),
    ("stream", "case/"),
    ("stream", "Case/1"),
    ("stream", "case/.1"),
    ("stream", "case/1//2"),
    ("stream", "case/" + "1" * 200),
    ("stream", "case/一"),
    ("version", 0),
    ("version", -1),
    ("version", True),
    ("version", 1.0),
    ("version", "1"),
    ("version", LIMIT + 1),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_an_entry_that_breaks_the_form_cannot_be_written(field: str, value: Any) -> None:
    with pytest.raises(EntryError) as caught:
        make_record(**{field: value})

    named = {"type": "$type"}.get(field, field)
    if not isinstance(value, msgspec.Raw):
        assert named in caught.value.field or caught.value.field == "record"
    assert len(caught.value.found) <= 90


def change(record: bytes, **changes: Any) -> bytes:
    value = canonical.decode(record)
    for field, new in changes.items():
        if new is ...:
            del value[field]
        else:
            value[field] = new
    return canonical.encode(value)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"actor": ...}, "record_missing_field", "actor"),
        ({"v": ...}, "record_missing_field", "v"),
        ({"extra": 1}, "record_unknown_field", "extra"),
        ({"v": 2}, "record_field", "v"),
        ({"v": True}, "record_field", "v"),
        ({"version": True}, "record_field", "version"),
        ({"version": 2**52, "actor": 5}, "record_field", "actor"),
        ({"data": []}, "record_field", "data"),
        ({"policy": {"hash": 1, "pack": "p"}}, "record_field", "policy"),
        ({"$type": ...}, "opaque_record", "record"),
        ({"actor": "x" * 70_000}, "record_too_long", "record"),
    ],
)
def test_reading_names_what_is_wrong(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(EntryError) as caught:
        decode_entry(change(make_record(), **changes))

    assert (code, field) == (caught.value.code, caught.value.field)


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (zlib.compress(make_record()), "zlib"),
        (gzip.compress(make_record()), "gzip"),
        (b"\x28\xb5\x2f\xfd" + make_record(), "Zstandard"),
        (pickle.dumps({"record": make_record()}, protocol=4), "pickle"),
        (b"gAAAAABmsecret", "67414141"),
        (b"", "no bytes"),
        (b" \n", "200a"),
        (b'{"ciphertext":"AAAA"}', "$type"),
    ],
)
def test_opaque_envelopes_are_refused_by_name(record: bytes, found: str) -> None:
    with pytest.raises(EntryError) as caught:
        decode_entry(record)

    assert "opaque_record" == caught.value.code
    assert found in caught.value.found


def test_a_record_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    room = entry.MAX_RECORD_BYTES - len(make_record(data=msgspec.Raw(b'{"a":""}')))
    fits = make_record(data=msgspec.Raw(b'{"a":"%s"}' % (b"x" * room)))

    assert entry.MAX_RECORD_BYTES == len(fits)
    with pytest.raises(EntryError, match="65535"):
        make_record(data=msgspec.Raw(b'{"a":"%s"}' % (b"x" * (room + 1))))


def test_data_deeper_than_the_fast_way_reaches_is_read_all_the_same() -> None:
    deep: Any = 1
    for _ in range(14):
        deep = [deep]
    one = decode_entry(make_record(data=msgspec.Raw(canonical.encode({"deep": deep}))))

    assert {"deep": deep} == one.data
    with pytest.raises(EntryError, match="16 levels"):
        make_record(data=msgspec.Raw(canonical.encode({"deep": [deep]})))


def test_values_that_would_only_look_canonical_are_refused_in_plain_data() -> None:
    one = decode_entry(make_record())
    for bad in ((1, 2), {1: "a"}, b"bytes", 1.0):
        with pytest.raises(EntryError):
            encode_entry(msgspec.structs.replace(one, data={"a": bad}))
    with pytest.raises(EntryError):
        encode_entry(msgspec.structs.replace(one, sealed={"a": object()}))


def test_errors_escape_control_characters_and_stay_short() -> None:
    record = change(make_record(), actor="\n" * 300)
    with pytest.raises(EntryError) as caught:
        decode_entry(record)

    assert "\n" not in str(caught.value)
    assert len(caught.value.found) <= 80


def test_the_bytes_of_a_record_are_fixed() -> None:
    expected = (
        '{"$type":"VisitRecorded","actor":"officer-7","cause":"req-1","data":{"amount_fen":70000,'
        '"village":"龙坪村"},"effective_on":"2022-02-17","office":"520123001","policy":null,'
        '"prev":null,"recorded_at":"2022-02-17T09:31:05.123456Z","sealed":{},'
        '"stream":"case/520123-2022-000017","v":1,"version":1}'
    )

    assert expected.encode() == make_record()


@given(st.lists(st.sampled_from(range(7)), max_size=6), st.data())
@settings(max_examples=200)
def test_many_records_are_read_together_as_each_is_alone(
    kinds: list[int], draw: st.DataObject
) -> None:
    """Also where a record says a part of its neighbour, two at once, or nothing."""
    one, other = make_record(), make_record(data=msgspec.Raw(canonical.encode({"e": "é"})))
    at = draw.draw(st.integers(1, len(one) - 1))
    key = other.replace(b'"e"', '"é"'.encode())
    pieces = [one, one + b"\n" + one, one[:at], one[at:], b"", other, key]
    records = [pieces[kind] for kind in kinds]
    alone = [entry.read_entry(record) for record in records]

    assert entry.read_entries(records) == (None if None in alone else alone)


def test_what_no_record_says_alone_is_not_read_out_of_two() -> None:
    record = make_record()
    for at in range(1, len(record)):
        assert entry.read_entries([record[:at], record[at:]]) is None
        assert entry.read_entries([record[:at], record[at:] + b"\n" + record]) is None


def test_the_first_record_that_is_none_is_named() -> None:
    with pytest.raises(EntryError) as caught:
        entry.decode_entries([make_record(), make_record(), make_record() + b" "])

    assert 2 == caught.value.index


def test_a_header_out_of_form_is_found_among_many() -> None:
    good = make_record()
    for field, bad in (
        (b'"actor":"', b'"actor":" '),
        (b'"stream":"', b'"stream":"/'),
        (b'"recorded_at":"2', b'"recorded_at":"x'),
        (b'"effective_on":"2', b'"effective_on":"x'),
        (b'"version":', b'"version":-'),
    ):
        assert field in good
        with pytest.raises(EntryError) as caught:
            entry.decode_entries([good, good.replace(field, bad, 1), good])

        assert 1 == caught.value.index


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
def test_text_taken_as_plain_is_in_normal_form_without_controls(text: str) -> None:
    if not canonical.plain_bytes(b'"' + text.encode() + b'"'):
        return

    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" for c in text if c > "\x1f")


def test_every_character_taken_as_plain_by_its_bytes_stays_as_it_is() -> None:
    """U+4000 to U+9FFF, the range that `plain_bytes` need not look into."""
    han = "".join(map(chr, range(0x4000, 0xA000)))

    assert unicodedata.is_normalized("NFC", han)
    assert not any(map(unicodedata.combining, han))
    assert not any(map(unicodedata.decomposition, han))
