"""What a witness cosigns and refuses, with the statuses of tlog-witness."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from tests.ledger.parties import (
    AUDIT,
    FINANCE,
    LEAVES,
    LOG,
    ORIGIN,
    POLICY,
    ROOTS,
    SUPERVISION,
    TIME,
    checkpoint,
)
from tests.ledger.signers import refusal, signer

from aidledger.ledger.acceptance import accepted
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import sign_text
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, NoteSignature, NotSignedError, add_signatures
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.witnessing import (
    Granted,
    LogState,
    Refusal,
    Request,
    cosign_lines,
    decide,
    malformed,
    parse_request,
    read_size,
    take_answer,
)

NEW = LogState((LOG.key,))
FORK = [*LEAVES[:5], *LEAVES[6:15], LEAVES[5]]


def state(size: int) -> LogState:
    return LogState((LOG.key,), TreeHead(size, ROOTS[size]))


def request(
    old: int, size: int, proof: Sequence[bytes] | None = None, note: Note | None = None
) -> Request:
    if proof is None:
        proof = consistency_proof(LEAVES[:size], old) if 0 < old <= size else ()
    return Request(old_size=old, proof=tuple(proof), note=note or checkpoint(size))


def refused(found: Any) -> int:
    assert isinstance(found, Refusal)
    return found.status


def test_a_request_is_written_as_the_specification_has_it() -> None:
    one = request(3, 7)
    proof = consistency_proof(LEAVES[:7], 3)
    expected = b"old 3\n" + b"".join(base64.b64encode(value) + b"\n" for value in proof) + b"\n"

    assert expected + checkpoint(7).encode() == one.encode()
    assert one == parse_request(one.encode())
    assert b"old 0\n\n" + checkpoint(7).encode() == request(0, 7).encode()
    assert (ORIGIN, 7) == (one.checkpoint.origin, one.checkpoint.size)


def test_every_consistent_step_is_granted_with_its_new_head() -> None:
    for old in range(10):
        for size in range(old, 12):
            granted = decide(state(old), request(old, size))

            assert granted == Granted(checkpoint(size), TreeHead(size, ROOTS[size]))


def test_the_answer_makes_the_checkpoint_accepted() -> None:
    note = checkpoint(7)
    granted = decide(state(3), request(3, 7))
    assert isinstance(granted, Granted)
    for witness in (AUDIT, FINANCE):
        body = cosign_lines(granted, [witness], TIME)
        note = take_answer(note, body, [witness.key])

    assert accepted(note, POLICY).accepted
    assert "\u2014 audit.example ".encode() in note.encode()


def test_an_unknown_origin_is_404_and_no_log_key_is_403() -> None:
    assert 404 == refused(decide(None, request(0, 7)))
    assert 404 == refused(decide(LogState(()), request(0, 7)))
    foreign = signer("example.com/other")
    assert 403 == refused(decide(LogState((foreign.key,)), request(0, 7)))
    text = checkpoint(7).text
    signed_by_it = Note(text, (sign_text(text, foreign, TIME),))
    assert 403 == refused(decide(LogState((foreign.key,)), request(0, 7, [], signed_by_it)))
    assert 403 == refused(decide(LogState((signer(ORIGIN, number=1).key,)), request(0, 7)))


def test_a_bad_line_of_a_trusted_key_is_403_even_beside_a_good_one() -> None:
    good = checkpoint(7)
    bad = good.signatures[0]._replace(signature=bytes(64))
    for note in (Note(good.text, (bad,)), add_signatures(good, [bad])):
        assert 403 == refused(decide(state(3), request(3, 7, note=note)))
    unknown = add_signatures(good, [NoteSignature("x", bytes(4), bytes(64))])
    assert isinstance(decide(state(3), request(3, 7, note=unknown)), Granted)


def test_an_old_size_above_the_checkpoint_is_400() -> None:
    assert 400 == refused(decide(state(9), request(9, 7)))


@pytest.mark.parametrize("old", [0, 1, 4, 6])
def test_another_old_size_than_the_witness_has_is_409_with_its_own(old: int) -> None:
    found = decide(state(5), request(old, 7))

    assert isinstance(found, Refusal)
    assert (409, b"5\n", "text/x.tlog.size", False) == found
    assert 5 == read_size(found.body)


def test_a_witness_that_saw_nothing_says_0() -> None:
    found = decide(NEW, request(3, 7))

    assert isinstance(found, Refusal)
    assert (409, 0) == (found.status, read_size(found.body))
    assert isinstance(decide(NEW, request(0, 7)), Granted)


def test_a_proof_that_does_not_lead_there_is_422() -> None:
    proof = consistency_proof(LEAVES[:7], 3)
    for other in (proof[:-1], [*proof, proof[0]], proof[::-1], [bytes(32)] * len(proof), []):
        assert 422 == refused(decide(state(3), request(3, 7, other)))


def test_a_proof_where_none_belongs_is_422() -> None:
    assert 422 == refused(decide(NEW, request(0, 7, [ROOTS[1]])))
    assert 422 == refused(decide(state(7), request(7, 7, [ROOTS[7]])))
    assert 422 == refused(decide(NEW, request(0, 0, [ROOTS[1]])))


def test_two_roots_at_one_size_are_422_and_worth_keeping() -> None:
    fork = checkpoint(7, root=ROOTS[6])

    assert Refusal(422, b"two roots at size 7\n", contradicts=True) == decide(
        state(7), request(7, 7, [], fork)
    )
    # also where the client tries to hide it behind another old size
    hidden = decide(state(7), request(3, 7, None, fork))
    assert isinstance(hidden, Refusal)
    assert (409, True) == (hidden.status, hidden.contradicts)


def test_a_fork_with_the_logs_own_key_is_never_cosigned() -> None:
    for size in range(6, 15):
        root = root_of_leaves(FORK[:size])
        proof = consistency_proof(FORK[:size], 6)
        found = decide(state(6), request(6, size, proof, checkpoint(size, root=root)))

        assert 422 == refused(found) or root == ROOTS[size]


def test_size_0_has_one_root() -> None:
    empty = checkpoint(0)
    text = empty.text.replace(empty.text.split(b"\n")[2], base64.b64encode(bytes(32)))
    wrong = Note(text, (sign_text(text, LOG, TIME),))

    assert isinstance(decide(NEW, request(0, 0)), Granted)
    assert 422 == refused(decide(NEW, request(0, 0, [], wrong)))


def test_a_smaller_checkpoint_is_never_cosigned() -> None:
    for old in range(1, 9):
        for size in range(old):
            for claimed in range(10):
                found = decide(state(old), request(claimed, size))

                assert refused(found) in {400, 409}


def test_a_witness_never_signs_without_a_time_or_a_key() -> None:
    granted = decide(NEW, request(0, 7))
    assert isinstance(granted, Granted)
    for signers, time in (([], TIME), ([LOG], TIME), ([AUDIT], 0)):
        with pytest.raises(FormatError):
            cosign_lines(granted, signers, time)


def test_an_answer_counts_only_with_the_signatures_of_the_asked() -> None:
    note = checkpoint(7)
    granted = decide(NEW, request(0, 7))
    assert isinstance(granted, Granted)
    body = cosign_lines(granted, [AUDIT, SUPERVISION], TIME)

    assert 2 == len(take_answer(note, body, [AUDIT.key]).signatures)
    with pytest.raises(NotSignedError):
        take_answer(note, body, [FINANCE.key])
    with pytest.raises(NotSignedError):
        take_answer(checkpoint(8), body, [AUDIT.key])
    zero = b"cosignature/v1\ntime 0\n" + note.text
    line = NoteSignature(AUDIT.key.name, AUDIT.key.key_id, bytes(8) + AUDIT.sign(zero)).line()
    with pytest.raises(NotSignedError, match="a time"):
        take_answer(note, line, [AUDIT.key])
    with pytest.raises(FormatError):
        take_answer(note, b"ok\n", [AUDIT.key])


@pytest.mark.parametrize("body", [b"", b"7", b"7\n8\n", b"07\n", b"+7\n", b" 7\n", b"7\r\n"])
def test_another_size_than_one_decimal_is_refused(body: bytes) -> None:
    with pytest.raises(FormatError, match="size"):
        read_size(body)


WHOLE = request(3, 7).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WHOLE[1:],
        WHOLE[:-1],
        WHOLE.replace(b"old 3", b"old 03"),
        WHOLE.replace(b"old 3", b"old +3"),
        WHOLE.replace(b"old 3", b"old  3"),
        WHOLE.replace(b"old 3", b"old 3 "),
        WHOLE.replace(b"old 3", b"Old 3"),
        WHOLE.replace(b"old 3", b"old -3"),
        WHOLE.replace(b"old 3\n", b"old 3\r\n"),
        WHOLE.replace(b"old 3\n", b"old 3\nAAAA\n"),
        WHOLE.replace(b"old 3\n", b"old 3\n" + (base64.b64encode(bytes(32)) + b"\n") * 63),
        WHOLE.replace(b"\n\n", b"\n", 1),
        WHOLE.replace(b"\n7\n", b"\n07\n"),
        b"\n" + WHOLE,
    ],
)
def test_another_body_is_malformed(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        parse_request(data)

    answer = malformed(caught.value)
    assert (400, "text/plain; charset=utf-8") == (answer.status, answer.content_type)
    assert answer.body.decode().isascii()


def test_63_hashes_can_be_read() -> None:
    one = request(3, 7, [bytes(32)] * 63)

    assert one == parse_request(one.encode())
    assert 422 == refused(decide(state(3), one))


@given(st.binary(max_size=120))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, WHOLE[:40] + data, data + WHOLE[30:]):
        if refusal(parse_request, value) is None:
            assert isinstance(decide(state(3), parse_request(value)), Granted | Refusal)
        refusal(read_size, value)
        refusal(take_answer, checkpoint(7), value, [AUDIT.key])


def test_a_request_with_one_changed_byte_is_granted_for_nothing_else() -> None:
    for at, byte in enumerate(WHOLE):
        for other in {byte ^ 1, byte ^ 0x20} - {byte}:
            changed = WHOLE[:at] + bytes([other]) + WHOLE[at + 1 :]
            if refusal(parse_request, changed) is None:
                assert isinstance(decide(state(3), parse_request(changed)), Refusal)


@trying(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), min_size=1, max_size=12
    )
)
def test_whatever_is_asked_in_whatever_order_what_was_cosigned_is_one_tree(
    steps: list[tuple[int, int, bool]],
) -> None:
    held, cosigned = NEW, []
    for old, size, forked in steps:
        leaves = FORK if forked else LEAVES
        root = root_of_leaves(leaves[:size])
        proof = consistency_proof(leaves[:size], old) if 0 < old <= size else []
        found = decide(held, request(old, size, proof, checkpoint(size, root=root)))
        if isinstance(found, Granted):
            held = held._replace(head=found.head)
            cosigned.append((size, root))

    one_tree = [
        [(size, root_of_leaves(leaves[:size])) for size, _ in cosigned] for leaves in (LEAVES, FORK)
    ]
    assert cosigned in one_tree
    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)


def test_two_logs_are_told_apart_by_their_keys_not_by_their_word() -> None:
    impostor = signer(ORIGIN, number=7)
    text = checkpoint(7).text
    note = Note(text, (sign_text(text, impostor, TIME),))

    assert 403 == refused(decide(NEW, request(0, 7, [], note)))
    assert KeyKind.NOTE is impostor.key.kind
