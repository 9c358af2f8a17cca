"""Forms: they pass only what the strict decoder passes, and as good as all of it."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.histories import golden_records

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger import canonical
from aidledger.ledger.entry import EntryError
from aidledger.replay import patterns
from aidledger.replay.patterns import UnwrittenError, form_of, is_open_part, make_form, never
from aidledger.replay.reading import read_record

GOLDEN = golden_records()
ADDED = b'"programmes":["tekun","dibao"],"status"'
DECIDED = tuple(name for name, record in GOLDEN.items() if b'"facts":{' in record)

PIECES = (
    *(b'"', b"\\", b"\\n", b"\\u0041", b"\n", b" ", b"\t", b"\x00", b"\x7f", b"\xff", b"\xc2\x85"),
    *("é".encode(), "e\u0301".encode(), "\u0301".encode(), "青".encode(), "豈".encode()),
    *("Ω".encode(), "\u2028".encode(), "\U00020000".encode(), "\U0002f800".encode(), "≠".encode()),
    *(b"0", b"00", b"-", b"-0", b"1.0", b"1e3", b"9" * 15, b"9" * 16, b"9007199254740993"),
    *(b"9007199254740991", b"100000000", b"100000001", b"101", b"100", b"true", b"null"),
    *(b",", b":", b"{", b"}", b"{}", b"[]", b'{"a":1}', b'"a":1,', b',"a":1', b'"facts":{},'),
    *(b"x" * 200, b"x" * 600, b"2022-02-29", b"2022-02-30", b"2024-02-29", b"1900-02-29"),
    *(b"0000-01-01", b"2022-13", b"T24:00:00.000000Z", b"/", b"A", b"a" * 64, b"sha256:"),
)

OTHERS = (
    *(b"1.0", b"1.5", b"-1", b"-0", b"00", b"01", b"0", b"1", b"10", b"101", b"100000001"),
    *(
        b"9007199254740991",
        b"9007199254740992",
        b"-9007199254740991",
        b"-9007199254740992",
        b"true",
        b"null",
        b"[]",
        b"[null]",
        b"{}",
    ),
    *(b'{"b":1}', b'""', b'"x y"', b'"x"', b'"a:"', b'"\\n"', b'"\\u0041"', b'"\x7f"'),
    *(f'"{text}"'.encode() for text in ("e\u0301", "x" * 129, "x" * 501, "x/" + "y" * 199)),
    *(f'"{day}"'.encode() for day in ("2022-04-31", "2022-02-29", "1900-02-29", "2024-02-29")),
    *(f'"{day}"'.encode() for day in ("2022-00-10", "2022-13-01", "2022-01-00", "0000-01-01")),
    *(f'"2022-02-17T{time}Z"'.encode() for time in ("24:00:00.000000", "23:60:00.000000")),
    *(f'"2022-02-17T{time}Z"'.encode() for time in ("23:00:60.000000", "23:00:00.00000")),
    *(f'"{month}"'.encode() for month in ("2022-13", "2022-00", "0000-01")),
    *(f'{{"hash":"{start}{"cd" * 32}","pack":"p"}}'.encode() for start in ("", ":", "sha256:")),
    *(f'"{start}{"cd" * 32}"'.encode() for start in ("", "0", "p", "import:")),
)


def strictly(record: bytes) -> bytes | None:
    """Return the line that the strict decoder makes of a record."""
    try:
        return read_record(record).line
    except EntryError:
        return None


def passed(name: str, record: bytes) -> bool:
    return bool(form_of(name)(record))


@st.composite
def altered_records(draw: st.DrawFn) -> tuple[str, bytes]:
    """A record of any type in which up to two places are other."""
    name = draw(st.sampled_from(sorted(GOLDEN)) | st.sampled_from(DECIDED))
    record = GOLDEN[name]
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(9, len(record)))
        length = draw(st.sampled_from((0, 0, 1, 1, 2, 10)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=2))
        record = record[:at] + piece + record[at + length :]
    return name, record


@settings(max_examples=1_000)
@given(altered_records())
def test_what_a_form_passes_the_strict_decoder_reads_to_the_same_line(
    altered: tuple[str, bytes],
) -> None:
    name, record = altered

    assert not passed(name, record) or strictly(record) == record


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_type_has_a_form_that_passes_its_records(name: str) -> None:
    record = GOLDEN[name]

    assert form_of(name) is not never
    assert passed(name, record)
    assert not passed(name, record + b" ")
    assert not passed(name, record[:-1])


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_each_value_of_a_record_is_looked_at(name: str) -> None:
    """Whatever value is put in the place of any other: a form passes none that is not strict."""
    record = json.loads(GOLDEN[name])
    for place in _places(record):
        held = _encoded(_replaced(record, place, "@"))
        for other in OTHERS:
            changed = held.replace(b'"@"', other)

            assert not passed(name, changed) or strictly(changed) == changed, (place, other)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


def _replaced(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], other)
    return copy


def _encoded(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_every_character_that_passes_is_canonical_and_joins_no_other() -> None:
    test = re.compile(patterns.CHARACTERS.encode("latin-1")).fullmatch
    text = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    passing = {one for one in text if test(one.encode())}
    joining = {
        parts[1]
        for parts in (unicodedata.decomposition(one).split() for one in text)
        if len(parts) == 2 and not parts[0].startswith("<")
    }

    assert {"a", " ", "中", "×", "·", "—", "①", "（", "\U00020000", "é"} <= passing
    assert not {'"', "\\", "\n", "\u007f", "\u0085", "\u0301", "\u2028", "\u302a"} & passing
    assert not {one for one in passing if f"{ord(one):04X}" in joining or ord(one) < 32}
    assert not {one for one in passing if unicodedata.combining(one)}
    for one in passing:
        assert unicodedata.normalize("NFC", one) == one
        canonical.decode(f'"{one}"'.encode())


@pytest.mark.parametrize("name", DECIDED)
@pytest.mark.parametrize(
    ("facts", "right"),
    [
        ('{"a":1,"b":[{"c":"\u9752\\n"}]}', True),
        ("{}", True),
        ('{"b":1,"a":2}', False),
        ('{"a":1,"a":2}', False),
        ('{"a":1.5}', False),
        ('{"a":9007199254740993}', False),
        ('{"\u00fc":1}', False),
        ('{"a":[1,]}', False),
        ('{"a": 1}', False),
        ('{"a":' + "[" * 12 + "]" * 12 + "}", True),
        ('{"a":' + "[" * 13 + "]" * 13 + "}", False),
        ('{},"facts":{}', False),
        ('{"a":1},"gone":{"b":2}', False),
        ("null", False),
        ("[]", False),
        ('"{}"', False),
    ],
)
def test_facts_with_any_keys_are_decoded_by_themselves(
    name: str, facts: str, *, right: bool
) -> None:
    start = GOLDEN[name].index(b'"facts":') + 8
    end = GOLDEN[name].index(b',"outcome":', GOLDEN[name].index(b'"pack":') - 40)
    record = GOLDEN[name][:start] + facts.encode() + GOLDEN[name][end:]

    assert right is passed(name, record)
    assert right is (strictly(record) == record)


def test_an_open_part_is_an_object() -> None:
    assert is_open_part(b'{"a":1}', 3)
    assert not is_open_part(b"[1]", 3)
    assert not is_open_part(b'{"a":1}},"b":{{', 3)
    assert not is_open_part(b"\xff", 3)


class _Unsorted(msgspec.Struct):
    b: bool
    a: bool


class _Float(msgspec.Struct):
    a: float


class _TwoOpen(msgspec.Struct):
    a: dict[str, Any]
    b: dict[str, Any]


@pytest.mark.parametrize("data", [_Unsorted, _Float, _TwoOpen])
def test_a_type_of_another_kind_has_no_form_and_is_left_to_the_decoder(
    data: type[msgspec.Struct], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnwrittenError):
        make_form("Made", data, ())

    kind = msgspec.structs.replace(EVENTS["VisitMade"], struct=data)
    monkeypatch.setattr(patterns, "EVENTS", {"VisitMade": kind})

    assert not form_of.__wrapped__("VisitMade")(GOLDEN["VisitMade"])


def test_sealed_fields_pass_in_their_order_with_any_of_them_missing() -> None:
    one = '"{}":"' + "01" * 32 + '"'
    names = EVENTS["ApplicationSubmitted"].sealed
    record = GOLDEN["ApplicationSubmitted"]
    start, end = record.index(b'"sealed":') + 9, record.index(b',"stream":')

    def with_sealed(*given: str) -> bytes:
        inner = ",".join(one.format(name) for name in given)
        return record[:start] + f"{{{inner}}}".encode() + record[end:]

    for number in range(2 ** len(names)):
        some = [name for bit, name in enumerate(names) if number >> bit & 1]
        assert passed("ApplicationSubmitted", with_sealed(*some))
        if len(some) > 1:
            assert not passed("ApplicationSubmitted", with_sealed(*reversed(some)))
    assert not passed("ApplicationSubmitted", with_sealed("name", "name"))
    assert not passed("ApplicationSubmitted", with_sealed("zz"))
    whole = with_sealed(*names)
    for sound, broken in ((b'"},"stream"', b'",},"stream"'), (b'","phone"', b'""phone"')):
        assert sound in whole
        assert not passed("ApplicationSubmitted", whole.replace(sound, broken))
    assert not passed("ApplicationSubmitted", whole.replace(b'"sealed":{', b'"sealed":{,'))


def test_a_field_added_to_a_type_may_be_absent_and_stands_in_its_order() -> None:
    older = GOLDEN["PackAdopted"]
    newer = older.replace(b'"status"', ADDED)
    misplaced = older.replace(b'"pack":', ADDED.removesuffix(b'"status"') + b'"pack":')

    for record, strict in ((older, True), (newer, True), (misplaced, False)):
        assert strict == bool(form_of("PackAdopted")(record))
    assert not form_of("PackAdopted")(newer.replace(b"dibao", b"dibau"))
    assert b"programmes" in newer
    assert "dibao" in str(read_record(newer).line)
    with pytest.raises(EntryError):
        read_record(misplaced)
