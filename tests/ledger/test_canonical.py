from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.making import VECTORS, make_record

from aidledger.ledger import canonical
from aidledger.ledger.canonical import CanonicalError, decode, encode

LIMIT = canonical.INTEGER_LIMIT


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n"\\/龙é'), max_size=12
).map(nfc)
keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-LIMIT, LIMIT) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
@settings(max_examples=300)
def test_encoding_agrees_with_rfc_8785_and_decodes_to_the_same_value(value: Any) -> None:
    data = encode(value)

    assert rfc8785.dumps(value) == data
    assert value == decode(data)


@given(
    st.binary(max_size=40) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(max_examples=300)
def test_any_bytes_either_decode_to_their_only_value_or_raise_canonical_error(data: bytes) -> None:
    try:
        value = decode(data)
    except CanonicalError:
        return

    assert data == encode(value)


@given(st.data())
@settings(max_examples=300)
def test_a_changed_record_is_read_back_exactly_or_refused(data: st.DataObject) -> None:
    record = bytearray(make_record())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(record) - 1))
        record[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    changed = bytes(record)
    try:
        value = decode(changed)
    except CanonicalError:
        return

    assert changed == encode(value)


@given(values)
@settings(max_examples=200)
def test_the_fast_way_never_accepts_what_the_rules_refuse(value: Any) -> None:
    wild = msgspec.json.encode(value)
    for form in (wild, wild.replace(b"a", b"\xcc\x81"), wild.replace(b"e", b"\\u0065")):
        outcomes: list[Any] = []
        for read in (decode, canonical._decode_slowly):
            try:
                outcomes.append(read(form))
            except CanonicalError as error:
                outcomes.append(str(error))

        assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1,"a":2}', "only canonical form"),
        (b'{"a":1,"a":1}', "only canonical form"),
        (b'{"b":1,"a":2}', "only canonical form"),
        (b'{"a": 1}', "only canonical form"),
        (b' {"a":1}', "only canonical form"),
        (b'{"a":1}\n', "only canonical form"),
        (b'"\\u0041"', "only canonical form"),
        (b'"\\/"', "only canonical form"),
        (b'"\\u000a"', "only canonical form"),
        (b"-0", "only canonical form"),
        (b"1.0", "text, integer"),
        (b"1e3", "text, integer"),
        (b'{"a":[1.5]}', "text, integer"),
        (b"NaN", "one JSON text"),
        (b"Infinity", "one JSON text"),
        (b"01", "one JSON text"),
        (b"", "one JSON text"),
        (b"[1,]", "one JSON text"),
        (b'{"a":1}{}', "one JSON text"),
        (b"\xef\xbb\xbf1", "one JSON text"),
        (b"9007199254740992", "2^53"),
        (b"-9007199254740992", "2^53"),
        (b"9" * 5000, ""),
        (b'"\\t"', "control"),
        (b'"\\u001f"', "control"),
        (b'"\x7f"', "control"),
        ('"\x85"'.encode(), "control"),
        ('"e\u0301"'.encode(), "NFC"),
        ('"\\n\u0301"'.encode(), None),
        ('{"é":1}'.encode(), "ASCII keys"),
        ('{"éa":1}'.encode(), "ASCII keys"),
        ('[{"a":{"x\\"é":1}}]'.encode(), "ASCII keys"),
        ('{"a":[{"é":1}]}'.encode(), "ASCII keys"),
        (b'"\\ud800"', ""),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b'"\xc0\x80"', "UTF-8"),
        (b'"\xff"', "UTF-8"),
        (b"[" * 16 + b"]" * 16, None),
        (b"[" * 17 + b"]" * 17, "16 levels"),
        (b"[" * 100_000, "16 levels"),
        (b'{"a":' * 100_000, "16 levels"),
        (b'"' + b"[" * 100 + b'"', None),
        (b"9007199254740991", None),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_every_other_spelling_is_refused(data: bytes, expected: str | None) -> None:
    if expected is None:
        assert data == encode(decode(data))
        return
    with pytest.raises(CanonicalError) as caught:
        decode(data)

    assert expected in caught.value.expected
    assert len(caught.value.found) <= 80


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        LIMIT + 1,
        -LIMIT - 1,
        pytest.param(10**5000, id="5,000 digits"),
        "\x00",
        "\t",
        "\x9f",
        "\ud800",
        "e\u0301",
        b"bytes",
        (1, 2),
        {1: 2},
        {True: 1},
        {"é": 1},
        {"a\t": 1},
        {"a": {"b": [object()]}},
        type("Text", (str,), {})("x"),
    ],
)
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        encode(value)


def test_an_error_names_the_place() -> None:
    with pytest.raises(CanonicalError) as caught:
        encode({"a": [1, {"b": 0.5}]})

    assert "$.a[1].b" == caught.value.path
    assert "float" == caught.value.found


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_depth_counts_the_outermost_container(wrap: Callable[[Any], Any]) -> None:
    value: Any = 1
    for _ in range(16):
        value = wrap(value)
    encode(value)
    with pytest.raises(CanonicalError):
        encode(wrap(value))


def test_decode_takes_bytes_only() -> None:
    for data in (None, "1", bytearray(b"1"), memoryview(b"1"), 5):
        with pytest.raises(CanonicalError):
            decode(data)  # type: ignore[arg-type]


class Amounts(msgspec.Struct):
    b_fen: int
    a_text: str
    c_any: Any = None


def test_a_struct_is_written_sorted_and_proven() -> None:
    assert b'{"a_text":"x","b_fen":1,"c_any":null}' == canonical.encode_struct(
        Amounts(b_fen=1, a_text="x")
    )
    for wrong in (Amounts(b_fen=1, a_text="\t"), Amounts(b_fen=2**60, a_text="x")):
        with pytest.raises(CanonicalError):
            canonical.encode_struct(wrong)
    with pytest.raises(CanonicalError):
        canonical.encode_struct(Amounts(b_fen=1, a_text="x", c_any=object()))


@given(st.text(max_size=200) | st.binary(max_size=200) | st.integers() | st.none() | st.booleans())
def test_hostile_values_are_shown_short_and_printable(value: object) -> None:
    shown = canonical.show(value)

    assert len(shown) <= 80
    assert shown.isascii()
    assert shown.isprintable()


def test_what_is_short_is_shown_whole() -> None:
    shown = ["null", "true", "5", '"a"', "2 bytes 6162", "f" * 80, "object"]

    values = (None, True, 5, "a", b"ab", type("f" * 80, (), {})(), object())
    assert shown == [canonical.show(value) for value in values]
    assert ["f" * 5, "ff..."] == [canonical.clip("f" * size, 5) for size in (5, 6)]


ACCEPTED = {"arrays", "structures"}


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_vectors_of_rfc_8785_are_accepted_inside_the_restriction_only(name: str) -> None:
    folder = VECTORS / "jcs-rfc8785" / "testdata"
    if not folder.is_dir():
        pytest.skip("the shared vectors are not beside the project")
    output = (folder / "output" / f"{name}.json").read_bytes().rstrip(b"\n")
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())
    if name in ACCEPTED:
        assert output == encode(decode(output))
        assert value == decode(output)
        return
    for refuse, data in ((encode, value), (decode, output)):
        with pytest.raises(CanonicalError):
            refuse(data)
