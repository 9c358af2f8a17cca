"""Attacks on what was signed and kept: names, checkpoints, signatures, receipts, proofs."""

from __future__ import annotations

from typing import Final

from tests.ledger.signers import signer
from tests.services.signedledger import ACTORS, TRUST, outside
from tests.twins.cuts import Cut
from tests.twins.held import LONE, REGISTRY, SIGNED, Held, visit
from tests.twins.twins import Twin

from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.ledger.keys import KeyKind
from aidledger.services.ladder.outside import Outside
from aidledger.store.loose import loose_cause

SIGNATURES = "services.ladder.signaturecheck"
NOTES = "services.ladder.checkpointcheck:CheckpointCheck"
PROOFS = "services.ladder.proofcheck:ProofCheck"
OTHER = b"\7" * 32
NEUTRAL = bytes([1]) + bytes(31)


def under_another_name(held: Held) -> None:
    """Another log's keys and signatures, and its entries: the whole of it under a false name."""
    held.origin = "example/another"
    held.resign()


def kept(held: Held, note: bytes, *, size: int = 20) -> Outside:
    held.checkpoints.append((size, held.root(size), note))
    return Outside(policy=TRUST)


def columns_of_another(held: Held) -> Outside:
    return kept(held, held.note(21))


def a_note_that_nobody_signed(held: Held) -> Outside:
    """The text is true; under it stands the signature of an older checkpoint."""
    line = held.note(19).splitlines(keepends=True)[4]
    lines = held.note(20).splitlines(keepends=True)
    return kept(held, b"".join([*lines[:4], line, *lines[5:]]))


def two_histories(held: Held) -> Outside:
    kept(held, held.note(20))
    return outside(held.note(20, root=OTHER))


def a_tail_less(held: Held) -> Outside:
    """Cut off with all that belongs to it: nothing inside of the ledger shows it."""
    note = held.note(len(held.rows))
    last = held.batches.pop()
    del held.rows[last.position :]
    held.settle()
    return outside(note)


def rewritten(held: Held, position: int = LONE) -> None:
    """An act is turned into its opposite, with every key of the ledger in hand."""
    held.put(position, held.rows[position][5].replace(b'"normal":true', b'"normal":false'))
    held.settle()


def history_rewritten(held: Held) -> Outside:
    note = held.note(20)
    rewritten(held)
    return outside(note)


def unsigned(held: Held) -> None:
    held.change_batch(held.batch_at(SIGNED), signature=None, key_id=None)


def a_signature_cut_short(held: Held) -> None:
    number = held.batch_at(SIGNED)
    held.change_batch(number, signature=held.batches[number].signature[:63])


def by_a_stranger(held: Held) -> None:
    held.sign(SIGNED, signer("u1", KeyKind.BATCH, 5), None)


def by_a_colleague(held: Held) -> None:
    held.sign(SIGNED, ACTORS["u2"], None)


def by_a_stolen_key(held: Held) -> None:
    """The key was revoked from the last batch's position on; the thief signs one more."""
    revoked = KeyRevoked(from_position=len(held.rows), key="key-of-u1", reason="compromised")
    held.append("u2", (REGISTRY, revoked), signed=ACTORS["u2"])
    held.append("u1", visit("stolen"), signed=ACTORS["u1"])


def rewritten_without_its_key(held: Held) -> None:
    held.put(SIGNED, held.rows[SIGNED][5].replace(b'"normal":true', b'"normal":false'))
    held.settle(keys=False)


def shown_another_log(held: Held) -> None:
    held.sign(16, ACTORS["u2"], 5, root=OTHER)


def receipt_broken(held: Held) -> Outside:
    receipt = held.receipt(LONE)
    rewritten(held)
    return Outside(proofs=(("receipt", receipt),))


def proof_broken(held: Held) -> Outside:
    proof = held.proof(LONE, 20)
    rewritten(held)
    return Outside(proofs=(("proof", proof),), policy=TRUST)


def all_signatures_away(held: Held) -> None:
    """One row of batches that needs no signature takes the place of all: nobody signed anything."""
    one = held.batches[0]
    del held.batches[1:]
    held.change_batch(
        0,
        count=len(held.rows),
        request_digest=b"",
        cause=loose_cause(held.leaves()),
        root=held.root(len(held.rows)),
    )
    assert one.key_id is None


def under_a_key_of_low_order(held: Held) -> None:
    """A registered key with which everybody signs: the neutral element, and no secret at all."""
    key = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key="open",
        owner="u3",
        public_key=NEUTRAL.hex(),
        registrar="c1",
    )
    held.append("u1", (REGISTRY, key), signed=ACTORS["u1"])
    held.append("u3", visit("open", "u3"))
    held.change_batch(len(held.batches) - 1, signature=NEUTRAL + bytes(32), key_id="open")


SIGNED_TWINS: Final[dict[str, Twin]] = {
    "origin_differs": Twin(
        under_another_name,
        0,
        (
            Cut(
                "services.keys.declared:declared_of",
                "if event.origin != store.origin:",
                "if False:",
            ),
        ),
    ),
    "checkpoint_form": Twin(
        columns_of_another,
        None,
        (
            Cut(
                f"{NOTES}._take_row",
                "if type(said) is not type(column) or said != column:",
                "if False:",
            ),
        ),
    ),
    "checkpoint_unsigned": Twin(
        a_note_that_nobody_signed,
        None,
        (
            Cut(
                "ledger.cosignature:check_signature",
                "return key.verify(signature, text)",
                "return True",
            ),
        ),
    ),
    "checkpoint_two_roots": Twin(
        two_histories,
        None,
        (Cut(f"{NOTES}.judge", "if other.checkpoint.root != root:", "if False:"),),
        depth="checkpoint_root",
    ),
    "checkpoint_ahead": Twin(
        a_tail_less, 250, (Cut(f"{NOTES}.judge", "if size > roots.size:", "if False:"),)
    ),
    "checkpoint_root": Twin(
        history_rewritten,
        0,
        (Cut(f"{NOTES}.judge", "root not in roots.at[size]", "False"),),
    ),
    "signature_missing": Twin(
        unsigned,
        SIGNED,
        (Cut(f"{SIGNATURES}:_judge", "if last <= first_key:", "if True:"),),
    ),
    "signature_form": Twin(
        a_signature_cut_short,
        SIGNED,
        (
            Cut(
                f"{SIGNATURES}:_judge",
                "_wrong('signature_form', at, 'signature', error.expected, error.found)",
                "_Judged([])",
            ),
        ),
    ),
    "signature_key": Twin(
        by_a_stranger,
        SIGNED,
        (
            Cut(
                f"{SIGNATURES}:_judge",
                "_wrong('signature_key', at, 'key_id', expected, printable(str(batch.key_id)))",
                "_Judged([])",
            ),
        ),
    ),
    "signature_window": Twin(
        by_a_stolen_key,
        259,
        (
            Cut(
                f"{SIGNATURES}:_judge",
                "if not (span.holds(at) and span.holds(stop - 1)):",
                "if False:",
            ),
        ),
    ),
    "signature_owner": Twin(
        by_a_colleague,
        SIGNED,
        (Cut(f"{SIGNATURES}:_judge", "sorted(actors.keys() - {owner})", "()"),),
    ),
    "signature_invalid": Twin(
        rewritten_without_its_key,
        SIGNED,
        (
            Cut(
                "ledger.batch:verify_batch",
                "return key.verify(signed.signature, pre_authentication(PAYLOAD_TYPE, body))",
                "return True",
            ),
        ),
    ),
    "signature_seen": Twin(
        shown_another_log,
        16,
        (
            Cut(
                f"{SIGNATURES}:_never_seen",
                "if size > position or (known is not None and root not in known):",
                "if False:",
            ),
        ),
    ),
    "receipt_missing": Twin(
        receipt_broken,
        LONE,
        (
            Cut(
                f"{PROOFS}._receipt",
                "elif bytes.fromhex(receipt.root) not in roots.at.get(receipt.size, (b'',)):",
                "elif False:",
                more=(("if found != kept:", "if False:"),),
            ),
        ),
    ),
    "proof_differs": Twin(
        proof_broken,
        LONE,
        (
            Cut(
                f"{PROOFS}._inclusion",
                "verify_inclusion(leaf, proof.index, stated.size, proof.hashes, stated.root)",
                "pass",
            ),
        ),
        depth="checkpoint_root",
    ),
}

MORE_SIGNED_TWINS: Final[dict[str, tuple[str, Twin]]] = {
    "all signatures away": (
        "signature_missing",
        Twin(all_signatures_away, 12, SIGNED_TWINS["signature_missing"].cuts),
    ),
    "under a key of low order": (
        "signature_key",
        Twin(
            under_a_key_of_low_order,
            259,
            (
                Cut(
                    "ledger.curve:point_problem",
                    "if _is_neutral(_multiply(point, 8)):",
                    "if False:",
                ),
            ),
        ),
    ),
}
