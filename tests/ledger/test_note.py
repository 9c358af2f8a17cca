"""Signed notes: the outside vectors, what a trusted key does to a note, and hostile bytes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import refusal, shared, signer

from aidledger.ledger.keys import KeyKind, VerifierKey, parse_vkey
from aidledger.ledger.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    NotSignedError,
    add_signatures,
    check_plain,
    check_text,
    open_note,
    parse_note,
    parse_signatures,
    sign_note,
)
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.strict import FormatError

TEXT = "第一行\n\nsecond\n".encode()
ALICE, BOB = signer("alice"), signer("bob")
NOTE = sign_note(sign_note(Note(TEXT, ()), ALICE), BOB)
DASH = "\u2014 ".encode()

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30).map(
    lambda text: text.encode() + b"\n"
)


def reads(data: bytes, vkeys: Sequence[str]) -> tuple[list[str], list[str]]:
    keys = [parse_vkey(text.encode()) for text in vkeys]
    opened = open_note(parse_note(data), keys)
    return [one.key.name for one in opened.verified], [one.name for one in opened.unverified]


def golang() -> Any:
    return shared("golang-note/note_vectors.json")


def test_signing_gives_the_bytes_of_the_outside_vector() -> None:
    vectors = golang()
    name, _, secret = vectors["skey"].removeprefix("PRIVATE+KEY+").split("+", 2)
    material = base64.b64decode(secret)
    author = SeedSigner(name, KeyKind(material[:1]), material[1:])
    note = sign_note(Note(vectors["text"].encode(), ()), author)

    assert vectors["signed"].encode() == note.encode()
    assert vectors["skey"].split("+")[3] == author.key.key_id.hex()


def test_all_outside_notes_are_read_or_refused_as_they_say() -> None:
    seen = 0
    for case in golang()["cases"]:
        data = case["note"].encode()
        if case["ok"]:
            assert (case["verified"], case["unverified"]) == reads(data, case["vkeys"])
        else:
            kind = FormatError if "malformed" in case["error"] else NotSignedError
            with pytest.raises(kind):
                reads(data, case["vkeys"])
        seen += 1

    assert 14 == seen
    with pytest.raises(FormatError, match="UTF-8"):
        parse_note(b"\xff" + golang()["signed"].encode())


def test_the_note_of_the_specification_verifies() -> None:
    example = shared("c2sp-examples/examples.json")

    assert (["example.com/foo"], []) == reads(example["note"].encode(), [example["vkey"]])


def test_a_note_keeps_its_bytes_and_its_text_may_have_blank_lines() -> None:
    assert NOTE == parse_note(NOTE.encode())
    assert TEXT == parse_note(NOTE.encode()).text
    assert b"\n" == parse_note(sign_note(Note(b"\n", ()), ALICE).encode()).text


def keys(*signers: SeedSigner) -> list[VerifierKey]:
    return [one.key for one in signers]


def replaced(at: int, signature: bytes) -> Note:
    lines = list(NOTE.signatures)
    lines[at] = lines[at]._replace(signature=signature)
    return Note(NOTE.text, tuple(lines))


def test_a_line_of_an_unknown_key_is_passed_over_even_if_its_name_or_id_is_known() -> None:
    namesake = signer("alice", number=1)
    borrowed = NoteSignature("carol", ALICE.key.key_id, bytes(64))
    note = add_signatures(sign_note(Note(TEXT, ()), namesake), [borrowed])
    mixed = add_signatures(note, NOTE.signatures)

    opened = open_note(mixed, keys(ALICE))

    assert ["alice"] == [one.key.name for one in opened.verified]
    assert ["alice", "carol", "bob"] == [one.name for one in opened.unverified]
    with pytest.raises(NotSignedError, match="a signature of a known key"):
        open_note(note, keys(ALICE))


def test_one_bad_line_of_a_known_key_fails_the_whole_note() -> None:
    bad = replaced(1, bytes(64))

    assert 1 == len(open_note(bad, keys(ALICE)).verified)
    with pytest.raises(NotSignedError, match="a valid one of bob"):
        open_note(bad, keys(ALICE, BOB))
    # also where another line of the same key is good
    twice = add_signatures(NOTE, [bad.signatures[1]])
    with pytest.raises(NotSignedError, match="a valid one of bob"):
        open_note(twice, keys(ALICE, BOB))


def test_two_known_keys_of_one_name_and_id_are_not_chosen_between() -> None:
    assert 1 == len(open_note(NOTE, [*keys(ALICE), signer("x").key, signer("x").key]).verified)
    with pytest.raises(NotSignedError, match="one key of this name and id"):
        open_note(NOTE, keys(ALICE, ALICE))


def test_a_signature_counts_for_its_own_text_only() -> None:
    other = Note(TEXT + b"more\n", NOTE.signatures)

    with pytest.raises(NotSignedError):
        open_note(other, keys(ALICE))


def test_a_key_of_another_kind_signs_no_plain_note() -> None:
    for kind in set(KeyKind) - {KeyKind.NOTE}:
        other = signer("alice", kind)

        assert not check_plain(other.key, TEXT, other.sign(TEXT))
        with pytest.raises(FormatError, match="a key for notes"):
            sign_note(Note(TEXT, ()), other)


def test_at_most_a_hundred_signatures_are_read() -> None:
    lines = [NoteSignature(f"n{number}", bytes(4), bytes(64)) for number in range(101)]
    note = Note(TEXT, (*NOTE.signatures, *lines[:98]))

    assert MAX_SIGNATURES == len(parse_note(note.encode()).signatures)
    assert 2 == len(open_note(parse_note(note.encode()), keys(ALICE, BOB)).verified)
    with pytest.raises(FormatError, match="at most 100"):
        parse_note(Note(TEXT, tuple(lines)).encode())
    with pytest.raises(FormatError, match=f"at most {MAX_NOTE_BYTES} bytes"):
        parse_note(b"a" * MAX_NOTE_BYTES + b"\n")


def test_adding_a_line_twice_adds_it_once() -> None:
    assert NOTE == add_signatures(NOTE, NOTE.signatures)


LINE = NOTE.signatures[0].line()


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"\n",
        LINE[:-1],
        b" " + LINE,
        LINE.replace(b"\xe2\x80\x94", b"-"),
        LINE.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94"),
        LINE.replace(b"alice ", b"alice  "),
        LINE.replace(b"alice ", b"alice"),
        LINE.replace(b"alice", b""),
        LINE.replace(b"alice", b"al+ice"),
        LINE.replace(b"alice", b"al\xe3\x80\x80ice"),
        LINE.replace(b"alice", b"al\xffice"),
        LINE.replace(b"\n", b" \n"),
        LINE.replace(b"=", b""),
        LINE + b"\n" + LINE,
        DASH + b"alice AAAAAA==\n",
        DASH + b"alice AAA=\n",
        DASH + b"alice \n",
    ],
)
def test_a_malformed_line_of_a_signature_is_refused(lines: bytes) -> None:
    with pytest.raises(FormatError, match="signature"):
        parse_signatures(lines)


@pytest.mark.parametrize(
    "text", [b"", b"a", b"a\r\n", b"a\tb\n", b"a\0\n", b"\x1b[2J\n", b"\xff\n"]
)
def test_a_text_that_no_note_may_have_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        check_text(text)


def test_an_error_names_the_line() -> None:
    data = NOTE.encode().replace(b"bob ", b"bob")

    error = refusal(parse_note, data)

    assert error is not None
    assert 6 == error.line


@given(texts, st.binary(min_size=1, max_size=90), st.binary(min_size=4, max_size=4))
def test_every_note_reads_back(text: bytes, signature: bytes, key_id: bytes) -> None:
    note = Note(text, (NoteSignature("键/名", key_id, signature),))

    assert note == parse_note(note.encode())


def test_no_note_with_one_changed_byte_verifies_under_all_its_keys() -> None:
    whole = NOTE.encode()
    for at, byte in enumerate(whole):
        for other in {byte ^ 1, byte ^ 0x80, 0x0A, 0x20, 0x41} - {byte}:
            changed = whole[:at] + bytes([other]) + whole[at + 1 :]
            if refusal(parse_note, changed) is None:
                note = parse_note(changed)

                assert note != NOTE
                assert changed == note.encode()
                # a changed name or id makes a line unknown; the other still speaks for the text
                refused = refusal(open_note, note, keys(ALICE, BOB)) is not None
                assert refused or (note.text == TEXT and note.signatures != NOTE.signatures)


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, NOTE.encode()[:60] + data, data + NOTE.encode()[60:]):
        refusal(parse_note, value)
        refusal(parse_signatures, value)


@pytest.mark.parametrize("hostile", [None, "text", 7, bytearray(NOTE.encode())])
def test_other_types_than_bytes_are_refused(hostile: Any) -> None:
    assert refusal(parse_note, hostile) is not None
    assert refusal(parse_signatures, hostile) is not None
    assert refusal(check_text, hostile) is not None
