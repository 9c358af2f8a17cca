"""Misbehaviour bundles: what convicts a log before strangers, and what must not."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.parties import (
    AUDIT,
    LEAVES,
    LOG,
    ORIGIN,
    POLICY,
    ROOTS,
    TIME,
    checkpoint,
)
from tests.ledger.signers import refusal, signer

from aidledger.ledger.cosignature import sign_checkpoint, sign_text
from aidledger.ledger.misbehaviour import (
    Bundle,
    Misbehaved,
    NotShown,
    check_bundle,
    parse_bundle,
)
from aidledger.ledger.note import Note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.trust import parse_policy

# the operator takes entry 2 out of the log and signs the rest anew
REWRITTEN = [*LEAVES[:2], *LEAVES[3:]]


def rewritten(size: int) -> bytes:
    return root_of_leaves(REWRITTEN[:size])


def across(old: int, new: int) -> Bundle:
    """Bundle of an honest checkpoint and one of the rewritten log."""
    return Bundle(
        older=checkpoint(old, 0, 1),
        newer=checkpoint(new, 0, root=rewritten(new)),
        root=rewritten(old),
        proof=tuple(consistency_proof(REWRITTEN[:new], old)),
    )


TWO_ROOTS = Bundle(older=checkpoint(9, 0), newer=checkpoint(9, 0, 1, root=rewritten(9)))


def why(bundle: Bundle | bytes, policy: Any = POLICY) -> str:
    data = bundle if isinstance(bundle, bytes) else bundle.encode()
    found = check_bundle(data, policy)
    assert isinstance(found, NotShown)
    return found.why


def test_two_roots_at_one_size_convict_the_log_and_the_witness_of_both() -> None:
    found = check_bundle(TWO_ROOTS.encode(), POLICY)

    assert isinstance(found, Misbehaved)
    assert "two roots at size 9" == found.why
    assert (ORIGIN, 9, 9) == (found.older.origin, found.older.size, found.newer.size)
    assert (LOG.key.label,) == found.signers
    assert (AUDIT.key.label,) == found.witnesses


@pytest.mark.parametrize("old", range(3, 15))
def test_a_log_rewritten_and_signed_again_is_convicted_at_every_size(old: int) -> None:
    for new in range(old + 1, 16):
        bundle = across(old, new)
        found = check_bundle(bundle.encode(), POLICY)

        assert bundle == parse_bundle(bundle.encode())
        assert isinstance(found, Misbehaved)
        assert f"the tree of size {new} does not extend the one signed at size {old}" == found.why


def test_an_honest_log_is_convicted_by_nothing() -> None:
    sizes = (0, 1, 2, 4, 5, 8, 11)
    for old in sizes:
        for new in (size for size in sizes if size >= old):
            for root in (None, ROOTS[old], rewritten(old)):
                proofs: list[tuple[bytes, ...]] = [()]
                if 0 < old < new:
                    proofs += [
                        tuple(consistency_proof(leaves[:new], old))
                        for leaves in (LEAVES, REWRITTEN)
                    ]
                for proof in proofs:
                    bundle = Bundle(
                        older=checkpoint(old), newer=checkpoint(new), root=root, proof=proof
                    )

                    assert why(bundle)


def test_a_proof_that_anybody_could_have_damaged_shows_nothing() -> None:
    good = across(5, 11)
    for proof in (good.proof[:-1], (bytes(32), *good.proof[1:]), good.proof[::-1], ()):
        damaged = Bundle(older=good.older, newer=good.newer, root=good.root, proof=proof)

        assert "the proof does not lead to the newer checkpoint" in why(damaged)
    claimed = Bundle(older=good.older, newer=good.newer, root=bytes(32), proof=good.proof)
    assert "the proof does not lead" in why(claimed)
    silent = Bundle(older=good.older, newer=good.newer, proof=good.proof)
    assert "does not say what the newer tree has at size 5" in why(silent)


def test_words_that_nobody_signed_convict_nobody() -> None:
    forger = signer(ORIGIN, number=9)
    forged = sign_checkpoint(ORIGIN, 9, rewritten(9), [forger], TIME)
    assert "the newer note is not the log's" in why(Bundle(older=checkpoint(9), newer=forged))
    assert "the older note is not the log's" in why(Bundle(older=forged, newer=checkpoint(9)))
    other = sign_checkpoint("example.com/b", 9, rewritten(9), [signer("example.com/b")], TIME)
    assert "names no log of this origin" in why(Bundle(older=checkpoint(9), newer=other))
    stolen = Note(TWO_ROOTS.newer.text, checkpoint(9, 0, 1).signatures)
    assert "the newer note is not the log's" in why(Bundle(older=checkpoint(9), newer=stolen))


def test_two_logs_do_not_contradict_each_other() -> None:
    name = "example.com/b"
    policy = parse_policy(
        f"log {LOG.key.vkey()}\nlog {signer(name).key.vkey()}\nquorum none\n".encode()
    )
    other = sign_checkpoint(name, 9, rewritten(9), [signer(name)], TIME)

    assert "the notes are of two logs" == why(Bundle(older=checkpoint(9), newer=other), policy)


def test_a_size_of_0_with_another_root_convicts_by_itself() -> None:
    root = base64.b64encode(bytes(32))
    text = checkpoint(0).text.replace(checkpoint(0).text.split(b"\n")[2], root)
    wrong = Note(text, (sign_text(text, LOG, TIME),))
    for newer in (checkpoint(0), checkpoint(4), wrong):
        found = check_bundle(Bundle(older=wrong, newer=newer).encode(), POLICY)

        assert isinstance(found, Misbehaved)
        assert "size 0" in found.why
    assert "every tree extends" in why(Bundle(older=checkpoint(0), newer=checkpoint(4)))


WHOLE = across(5, 11).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WHOLE[:-1],
        WHOLE + b"\n",
        WHOLE[1:],
        WHOLE.replace(b"/v1\n", b"/v2\n"),
        WHOLE.replace(b"root ", b"root"),
        WHOLE.replace(b"root ", b"ROOT "),
        WHOLE.replace(b"/v1\n", b"/v1\n\n"),
        WHOLE.replace(b"\n5\n", b"\n05\n"),
        WHOLE.split(b"\n\n")[0] + b"\n\n" + checkpoint(5).encode(),
        WHOLE + b"\n" + checkpoint(12).encode(),
        Bundle(older=checkpoint(11), newer=checkpoint(5)).encode(),
    ],
)
def test_another_file_is_no_bundle(data: bytes) -> None:
    with pytest.raises(FormatError):
        check_bundle(data, POLICY)


def test_a_bundle_with_one_changed_byte_convicts_of_nothing_else() -> None:
    # without the line of an ML-DSA-44 key, which is long
    bundle = Bundle(
        older=checkpoint(5, 0),
        newer=checkpoint(11, root=rewritten(11)),
        root=rewritten(5),
        proof=tuple(consistency_proof(REWRITTEN[:11], 5)),
    )
    whole = bundle.encode()
    expected = check_bundle(whole, POLICY)

    assert isinstance(expected, Misbehaved)
    for at, byte in enumerate(whole):
        changed = whole[:at] + bytes([byte ^ 1]) + whole[at + 1 :]
        if refusal(check_bundle, changed, POLICY) is None:
            found = check_bundle(changed, POLICY)

            # a changed witness line may only make that witness unknown
            assert isinstance(found, NotShown) or found == expected


@given(st.binary(max_size=150))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, WHOLE[:100] + data, data + WHOLE[60:]):
        refusal(check_bundle, value, POLICY)
