"""The policy file, and which checkpoints it accepts."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.parties import (
    AUDIT,
    FINANCE,
    LOG,
    ORIGIN,
    POLICY,
    POLICY_TEXT,
    ROOTS,
    SUPERVISION,
    TIME,
    WITNESSES,
    checkpoint,
)
from tests.ledger.signers import refusal, signer

from aidledger.ledger.acceptance import Cosigner, accepted
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.cosignature import cosign, sign_checkpoint, sign_text
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.note import Note, NoteSignature, add_signatures
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy, parse_policy

A, B, C = (signer(f"w{number}", KeyKind.COSIGNATURE).key.vkey() for number in range(3))
L = LOG.key.vkey()


def policy(*lines: str) -> Policy:
    return parse_policy("".join(f"{line}\n" for line in lines).encode())


def renamed(vkey: str, name: str, kind: KeyKind = KeyKind.COSIGNATURE) -> str:
    """Give the key of a vkey another name: its text and id differ, the key is the same."""
    public = signer(vkey.split("+", maxsplit=1)[0], KeyKind.COSIGNATURE).key.public
    return VerifierKey(name=name, kind=kind, public=public).vkey()


def test_a_policy_is_read_with_its_names_urls_and_groups() -> None:
    assert [L] == [log.key.vkey() for log in POLICY.logs]
    assert b"https://ledger.example/" == POLICY.logs[0].url
    assert ["审计".encode(), b"finance", b"supervision"] == [one.name for one in POLICY.witnesses]
    assert [(b"offices", 2)] == [(one.name, one.threshold) for one in POLICY.groups]
    assert b"offices" == POLICY.quorum
    assert POLICY == parse_policy(POLICY.encode())


def test_white_space_is_spaces_and_tabs_and_lines_may_be_blank_or_comments() -> None:
    read = policy(
        "", "  \t ", "# witness a", " \t# quorum x", f"\twitness  a \t {A} ", "quorum a\t"
    )

    assert policy(f"witness a {A}", "quorum a") == read


REFUSED = [
    ("two keys alike, other name and id", [f"witness a {A}", f"witness b {renamed(A, 'x')}"]),
    ("a witness twice", [f"witness a {A}", f"witness b {A}"]),
    ("a log twice", [f"log {L}", f"log {L}"]),
    ("a log's key as a witness", [f"witness a {A}", f"log {renamed(A, 'x', KeyKind.NOTE)}"]),
    ("a name twice", [f"witness a {A}", f"witness a {B}"]),
    ("a group named as a witness", [f"witness a {A}", f"witness b {B}", "group a any b"]),
    ("a witness named as a group", [f"witness a {A}", "group b any a", f"witness b {B}"]),
    ("a witness called none", [f"witness none {A}"]),
    ("a group called none", [f"witness a {A}", "group none any a"]),
    ("none as a member", [f"witness a {A}", "group g any none"]),
    ("a member twice in a group", [f"witness a {A}", "group g 2 a a"]),
    ("a member of two groups", [f"witness a {A}", "group g any a", "group h any a"]),
    (
        "a group in two groups",
        [f"witness a {A}", "group g any a", "group h any g", "group i any g"],
    ),
    ("a group in itself", [f"witness a {A}", "group g any a g"]),
    ("a circle", [f"witness a {A}", "group g any h", "group h any g"]),
    ("a member named after it", ["group g any a", f"witness a {A}"]),
    ("an unknown member", [f"witness a {A}", "group g any b"]),
    ("a group without members", [f"witness a {A}", "group g all"]),
    ("a threshold of 0", [f"witness a {A}", "group g 0 a"]),
    ("a threshold above the members", [f"witness a {A}", "group g 2 a"]),
    ("a threshold with a sign", [f"witness a {A}", "group g +1 a"]),
    ("a threshold with a zero", [f"witness a {A}", "group g 01 a"]),
    ("a threshold of other digits", [f"witness a {A}", "group g ١ a"]),
    ("another word for a threshold", [f"witness a {A}", "group g most a"]),
    ("an unknown quorum", [f"witness a {A}", "quorum b"]),
    ("a quorum named after it", ["quorum a", f"witness a {A}"]),
    ("two quorums", [f"witness a {A}", "quorum a", "quorum a"]),
    ("a quorum of two", [f"witness a {A}", f"witness b {B}", "quorum a b"]),
    ("another word", ["trust a"]),
    ("another case", [f"Witness a {A}"]),
    ("too many items", [f"log {L} https://a b"]),
    ("a witness without a key", ["witness a"]),
    ("a comment behind a line", [f"witness a {A} # b c"]),
    ("a log's kind for a witness", [f"witness a {L}"]),
    ("a witness's kind for a log", [f"log {A}"]),
    ("a kind for batches", [f"witness a {signer('b', KeyKind.BATCH).key.vkey()}"]),
    ("a vkey with another id", [f"witness a {A.replace('+', '+0', 1)}"]),
    ("a control character", ["# \x7f"]),
    ("a carriage return", [f"witness a {A}\r"]),
    ("a null", ["# \0"]),
]


@pytest.mark.parametrize(("name", "lines"), REFUSED, ids=[name for name, _ in REFUSED])
def test_a_policy_in_which_somebody_counts_twice_or_is_unknown_is_refused(
    name: str, lines: list[str]
) -> None:
    end = [] if any(line.startswith("quorum") for line in lines) else ["quorum none"]
    with pytest.raises(FormatError) as caught:
        policy(*lines, *end)

    assert caught.value.line is not None, name
    assert caught.value.line in range(1, len(lines) + 1), name


def test_what_an_editor_of_windows_makes_of_a_policy_is_told_how_to_be_saved() -> None:
    text = f"witness a {A}\nquorum a\n".encode()
    with pytest.raises(FormatError, match="line 1: expected a file saved without a byte order"):
        parse_policy(b"\xef\xbb\xbf" + text)
    with pytest.raises(FormatError, match="line 1: expected lines that end with LF alone"):
        parse_policy(text.replace(b"\n", b"\r\n"))


def test_a_policy_needs_one_quorum_line_and_an_end() -> None:
    for data in (b"", b"\n", POLICY_TEXT[:-1], f"witness a {A}\n".encode()):
        with pytest.raises(FormatError):
            parse_policy(data)


def test_names_are_bytes_whatever_they_look_like() -> None:
    read = parse_policy(b"witness \xff\x80 %s\nquorum \xff\x80\n" % A.encode())

    assert read.is_met({b"\xff\x80"})
    assert not read.is_met({b"\xff"})
    with pytest.raises(FormatError, match="a name from a line before"):
        policy(f"witness K {A}", "quorum \u212a")


def test_quorums_of_groups_within_groups() -> None:
    lines = [f"witness {name} {key}" for name, key in zip("abc", (A, B, C), strict=True)]
    nested = policy(*lines, "group g 1 a b", "group h all g c", "quorum h")
    meets = {"ac", "bc", "abc"}
    for size in range(4):
        for chosen in combinations("abc", size):
            names = {name.encode() for name in chosen}

            assert nested.is_met(names) is ("".join(chosen) in meets)
    assert not policy(*lines, "group g all a b c", "quorum g").is_met({b"a", b"b"})
    assert policy(*lines, "group g any a b c", "quorum g").is_met({b"c"})
    assert policy(*lines, "quorum b").is_met({b"b"})
    assert not policy(*lines, "quorum b").is_met({b"a", b"c"})
    assert policy("quorum none").is_met(set())


def test_a_long_chain_of_groups_is_counted_without_recursion() -> None:
    chain = [f"group g{number} any g{number - 1}" for number in range(1, 3000)]
    read = policy(f"witness g0 {A}", *chain, "quorum g2999")

    assert read.is_met({b"g0"})
    assert not read.is_met(set())


# ---- what it accepts


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_two_of_three_witnesses_are_asked_for(size: int) -> None:
    for chosen in combinations(range(3), size):
        verdict = accepted(checkpoint(7, *chosen).encode(), POLICY)

        assert verdict.accepted is (size >= 2)
        assert verdict.witnessed is (size >= 2)
        assert verdict.reason == ("accepted" if size >= 2 else "quorum_missed")
        assert (ORIGIN, 7, ROOTS[7]) == (
            verdict.checkpoint and verdict.checkpoint.origin,
            verdict.checkpoint and verdict.checkpoint.size,
            verdict.checkpoint and verdict.checkpoint.root,
        )
        assert (LOG.key.label,) == verdict.signers
        assert [WITNESSES[number].key.label for number in chosen] == [
            one.key for one in verdict.cosigners
        ]


def test_one_witness_at_two_times_is_one_witness() -> None:
    note = checkpoint(7, 0)
    note = add_signatures(note, [cosign(note.text, AUDIT, TIME + 60)])

    verdict = accepted(note, POLICY)

    assert "quorum_missed" == verdict.reason
    assert (Cosigner("审计".encode(), AUDIT.key.label, TIME + 60),) == verdict.cosigners


def test_without_a_quorum_it_is_accepted_and_called_unwitnessed() -> None:
    verdict = accepted(checkpoint(7), policy(f"log {L}", "quorum none"))

    assert verdict.accepted
    assert not verdict.witnessed


def test_the_log_itself_must_have_signed() -> None:
    note = checkpoint(7, 0, 1, 2)
    unsigned = Note(note.text, note.signatures[1:])
    verdict = accepted(unsigned, POLICY)

    assert ("not_signed", None) == (verdict.reason, verdict.checkpoint)
    other = sign_checkpoint("example.com/other", 7, ROOTS[7], [signer("example.com/other")], TIME)
    assert "unknown_log" == accepted(other, POLICY).reason
    forged = sign_checkpoint(ORIGIN, 7, ROOTS[7], [signer(ORIGIN, number=1)], TIME)
    assert "not_signed" == accepted(forged, POLICY).reason


@pytest.mark.parametrize("at", range(4))
def test_one_bad_line_of_a_known_key_fails_the_whole(at: int) -> None:
    lines = list(checkpoint(7, 0, 1, 2).signatures)
    lines[at] = lines[at]._replace(signature=lines[at].signature[:-1] + b"\0")
    verdict = accepted(Note(checkpoint(7).text, tuple(lines)), POLICY)

    assert ("not_signed", None, ()) == (verdict.reason, verdict.checkpoint, verdict.cosigners)


def test_cosignatures_of_another_checkpoint_do_not_count() -> None:
    other = checkpoint(8, 0, 1, 2)
    moved = add_signatures(checkpoint(7), other.signatures[1:])

    assert not accepted(moved, POLICY).accepted


def test_a_cosignature_in_a_plain_form_does_not_count() -> None:
    plain = NoteSignature(AUDIT.key.name, AUDIT.key.key_id, AUDIT.sign(checkpoint(7).text))

    assert "not_signed" == accepted(add_signatures(checkpoint(7), [plain]), POLICY).reason


def test_a_log_may_sign_with_two_keys_and_with_ml_dsa() -> None:
    second = signer(ORIGIN, KeyKind.COSIGNATURE_ML_DSA)
    both = policy(f"log {L}", f"log {second.key.vkey()}", "quorum none")
    for signers in ([LOG], [second], [LOG, second]):
        note = sign_checkpoint(ORIGIN, 7, ROOTS[7], signers, TIME)

        assert [one.key.label for one in signers] == list(accepted(note, both).signers)
    assert not accepted(sign_checkpoint(ORIGIN, 7, ROOTS[7], [second], TIME), POLICY).accepted


def test_an_impossible_root_is_not_accepted() -> None:
    text = (
        checkpoint(0).text.split(b"\n")[0] + b"\n0\n" + checkpoint(1).text.split(b"\n")[2] + b"\n"
    )
    note = Note(text, tuple(sign_text(text, one, TIME) for one in (LOG, *WITNESSES)))

    assert "impossible_root" == accepted(note, POLICY).reason
    assert accepted(checkpoint(0, 0, 1), POLICY).accepted


def test_no_changed_byte_of_an_accepted_note_proves_another_checkpoint() -> None:
    # two Ed25519 lines, so that each byte can be tried
    lines = [cosign(checkpoint(7).text, one, TIME) for one in (AUDIT, SUPERVISION)]
    whole = add_signatures(checkpoint(7), lines).encode()
    expected = parse_checkpoint(checkpoint(7).text)

    assert accepted(whole, POLICY).accepted
    for at, byte in enumerate(whole):
        for other in {byte ^ 1, byte ^ 0x20, 0x0A} - {byte}:
            changed = whole[:at] + bytes([other]) + whole[at + 1 :]
            if refusal(accepted, changed, POLICY) is None:
                verdict = accepted(changed, POLICY)

                assert not verdict.accepted
                assert verdict.checkpoint in (None, expected)


def test_no_changed_byte_of_a_policy_is_the_same_policy() -> None:
    lines = [f"witness {name} {vkey} https://{name}/" for name, vkey in (("a", A), ("b", B))]
    expected = policy(f"log {L}", *lines, "group g 1 a b", "quorum g")
    whole = expected.encode()
    for at, byte in enumerate(whole):
        for other in {byte ^ 1, byte ^ 0x20, 0x0A, 0x23} - {byte}:
            changed = whole[:at] + bytes([other]) + whole[at + 1 :]
            if refusal(parse_policy, changed) is None:
                # only a tab for a space, or a blank where a line ends, would be the same
                assert parse_policy(changed) != expected


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.sets(st.integers(0, 5)))
def test_more_cosigners_never_unmeet_a_quorum(thresholds: list[int], chosen: set[int]) -> None:
    witnesses = [signer(f"w{number}", KeyKind.COSIGNATURE).key.vkey() for number in range(6)]
    lines = [f"witness {number} {vkey}" for number, vkey in enumerate(witnesses)]
    members = " ".join(str(number) for number in range(6))
    read = policy(*lines, f"group g {thresholds[0] % 6 + 1} {members}", "quorum g")
    names = {str(number).encode() for number in chosen}

    assert read.is_met(names) is (len(chosen) >= thresholds[0] % 6 + 1)
    assert read == parse_policy(read.encode())


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=3),
    st.sets(st.integers(0, 5)),
    st.booleans(),
)
def test_the_fewest_of_some_keys_are_those_that_no_accepted_set_goes_below(
    groups: list[tuple[int, int]], named: set[int], asked: bool
) -> None:
    signers = [signer(f"w{number}", KeyKind.COSIGNATURE).key for number in range(6)]
    free = [f"w{number}" for number in range(6)]
    lines = [f"witness w{number} {key.vkey()}" for number, key in enumerate(signers)]
    for number, (threshold, width) in enumerate(groups):
        members, free = free[:width], [*free[width:], f"g{number}"]
        lines.append(f"group g{number} {min(threshold, len(members))} {' '.join(members)}")
    read = policy(*lines, f"quorum {free[-1] if asked else 'none'}")
    fewest = min(
        len(named & set(chosen))
        for size in range(7)
        for chosen in combinations(range(6), size)
        if read.is_met({b"w%d" % number for number in chosen})
    )

    assert fewest == read.fewest_of({signers[number].public for number in named})


@given(st.binary(max_size=120))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, POLICY_TEXT[:-20] + data, data + POLICY_TEXT):
        refusal(parse_policy, value)
        refusal(accepted, value, POLICY)
    assert "finance.example" == FINANCE.key.name
    assert "supervision.example" == SUPERVISION.key.name
