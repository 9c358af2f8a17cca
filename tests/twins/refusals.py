"""Lies told to a witness, a reader of proofs or of a policy: each is refused by a check of its own.

A lie returns what the product answered: the product's own yes, or no.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.ledger.parties import (
    AUDIT,
    FINANCE,
    LEAVES,
    LOG,
    ORIGIN,
    POLICY,
    RECORDS,
    ROOTS,
    TIME,
    checkpoint,
)
from tests.ledger.signers import signer
from tests.twins.cuts import Cut

from aidledger.ledger.acceptance import accepted
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.misbehaviour import Bundle, Misbehaved, check_bundle
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.proof import consistency_proof, inclusion_proof, verify_consistency
from aidledger.ledger.receipt import Kept, Receipt, check_receipt
from aidledger.ledger.restoration import Restoration, cosigned_by
from aidledger.ledger.tiles import TileFile, bundles_of, encode_bundle, tiles_of
from aidledger.ledger.tlog_proof import Proven, TlogProof, check_proof
from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.trust import parse_policy
from aidledger.ledger.witnessing import Granted, LogState, Request, decide
from aidledger.services.checkpoints.tiles import check_files

DECIDE = "ledger.witnessing:decide"
FORK = [*LEAVES[:3], *LEAVES[4:12]]
NEUTRAL = bytes([1]) + bytes(31)


class Lie(NamedTuple):
    """`told` is whether the lie passes; it does without all of `cuts`, and with any of them not."""

    told: Callable[[], bool]
    cuts: tuple[Cut, ...]


# ---- to a witness that has cosigned five entries


def asked(size: int, note: Note, *, old: int = 5, keys: bool = True) -> bool:
    """Ask for a cosignature; the proof is as good as one can be made."""
    state = LogState((LOG.key,) if keys else (), TreeHead(5, ROOTS[5]))
    proof = consistency_proof(FORK[:size], old) if 0 < old < size else []
    request = Request(old_size=old, proof=tuple(proof), note=note)
    return isinstance(decide(state, request), Granted)


def smaller() -> bool:
    return asked(3, checkpoint(3))


def rolled_back() -> bool:
    """The witness is told that it knows less than it does."""
    return asked(4, checkpoint(4), old=3)


def inconsistent() -> bool:
    return asked(8, checkpoint(8, root=root_of_leaves(FORK[:8])))


def second_root() -> bool:
    return asked(5, checkpoint(5, root=root_of_leaves(FORK[:5])))


def unknown_log() -> bool:
    return asked(5, checkpoint(5), keys=False)


def badly_signed() -> bool:
    note = checkpoint(5)
    return asked(5, Note(note.text, (note.signatures[0]._replace(signature=bytes(64)),)))


# ---- to a reader with a policy


def one_witness_twice() -> bool:
    """A policy with one public key under two names; its owner cosigns under both."""
    again = signer("again.example", KeyKind.COSIGNATURE)
    twin = VerifierKey(name="again.example", kind=again.key.kind, public=AUDIT.key.public)
    policy = parse_policy(
        f"log {LOG.key.vkey()}\nwitness a {AUDIT.key.vkey()}\nwitness b {twin.vkey()}\n"
        "group two all a b\nquorum two\n".encode()
    )
    note = checkpoint(5, 0)
    line = note.signatures[-1]  # a cosignature does not name its key: the same line serves twice
    return accepted(
        add_signatures(note, [line._replace(name=twin.name, key_id=twin.key_id)]), policy
    ).accepted


def one_member_twice() -> bool:
    policy = parse_policy(
        f"log {LOG.key.vkey()}\nwitness a {AUDIT.key.vkey()}\n"
        f"witness b {FINANCE.key.vkey()}\ngroup two 2 a a b\nquorum two\n".encode()
    )
    return accepted(checkpoint(5, 0), policy).accepted


def too_few() -> bool:
    return accepted(checkpoint(5, 0), POLICY).accepted


def not_by_the_log() -> bool:
    """Enough witnesses cosigned, and the log's own line is missing."""
    note = checkpoint(5, 0, 1)
    return accepted(Note(note.text, note.signatures[1:]), POLICY).accepted


def empty_with_a_root() -> bool:
    text = f"{ORIGIN}\n0\n{'A' * 43}=\n".encode()
    lines = [signed.sign(text) for signed in (LOG,)]
    note = Note(text, (checkpoint(1).signatures[0]._replace(signature=lines[0]),))
    policy = parse_policy(f"log {LOG.key.vkey()}\nquorum none\n".encode())
    return accepted(note, policy).accepted


def a_key_that_everybody_has() -> bool:
    key = VerifierKey(name="open", kind=KeyKind.BATCH, public=NEUTRAL)
    return key.verify(NEUTRAL + bytes(32), b"whatever")


def a_restoration_by_nobody() -> bool:
    stated = Restoration(ORIGIN, TreeHead(9, ROOTS[9]), TreeHead(5, ROOTS[5]))
    line = cosign(checkpoint(5).text, AUDIT, TIME)  # it cosigned something else
    return bool(cosigned_by(Note(stated.text(), (line,)), [AUDIT.key]))


# ---- to a reader of proofs


def proof_of(index: int, size: int = 12) -> bytes:
    hashes = tuple(inclusion_proof(LEAVES[:size], index))
    return TlogProof(index=index, hashes=hashes, checkpoint=checkpoint(size, 0, 1)).encode()


def another_entry() -> bool:
    return isinstance(check_proof(RECORDS[4], proof_of(3), POLICY), Proven)


def another_position() -> bool:
    """The same entry, said to stand somewhere else."""
    moved = proof_of(3).replace(b"\nindex 3\n", b"\nindex 2\n")
    return isinstance(check_proof(RECORDS[3], moved, POLICY), Proven)


def another_history() -> bool:
    proof = consistency_proof(FORK[:8], 5)
    verify_consistency(5, 8, proof, ROOTS[5], root_of_leaves(FORK[:8]))
    return True


def receipt_for(root: bytes) -> Receipt:
    return Receipt(
        assurance="low",
        cause="c",
        count=1,
        leaf_hashes=(LEAVES[11].hex(),),
        origin=ORIGIN,
        position=11,
        recorded_at="2022-01-04T01:00:00.000000Z",
        root=root.hex(),
        size=12,
    )


def receipt_of_another_tree() -> bool:
    """The client was shown another tree; the proof that he gets is of the public one."""
    return isinstance(check_receipt(receipt_for(bytes(32)), [proof_of(11)], POLICY), Kept)


def an_honest_log_accused() -> bool:
    proof = tuple(consistency_proof(LEAVES[:8], 5))
    bundle = Bundle(older=checkpoint(5), newer=checkpoint(8), root=bytes(32), proof=proof)
    return isinstance(check_bundle(bundle.encode(), POLICY), Misbehaved)


def a_stranger_s_note_against_the_log() -> bool:
    stranger = signer(ORIGIN, number=9)
    false = sign_checkpoint(ORIGIN, 5, bytes(32), [stranger], TIME)
    line = false.signatures[0]._replace(key_id=LOG.key.key_id)
    bundle = Bundle(older=checkpoint(5), newer=Note(false.text, (line,)))
    return isinstance(check_bundle(bundle.encode(), POLICY), Misbehaved)


def tiles(changed: Callable[[dict[str, bytes]], None]) -> bool:
    """Check the files of a log after somebody changed them."""
    bundle, *_ = bundles_of(12)
    tile, *_ = tiles_of(12)
    files = {bundle.path: encode_bundle(RECORDS[:12]), tile.path: b"".join(LEAVES[:12])}
    changed(files)

    def read(file: TileFile) -> bytes:
        return files[file.path]

    stated = accepted(checkpoint(12, 0, 1), POLICY).checkpoint
    assert stated is not None
    check_files(read, stated)
    return True


def another_tile() -> bool:
    """A hash that no record has: proofs made from the tile fit nothing."""
    return tiles(lambda files: files.update({"tile/0/000.p/12": b"".join(FORK[:11]) + bytes(32)}))


def other_files_under_the_checkpoint() -> bool:
    """Records and hashes agree with each other, and not with what was signed."""

    def changed(files: dict[str, bytes]) -> None:
        files["tile/entries/000.p/12"] = encode_bundle(RECORDS[1:13])
        files["tile/0/000.p/12"] = b"".join(LEAVES[1:13])

    return tiles(changed)


SIGNED: Final = Cut(
    "ledger.cosignature:check_signature", "return key.verify(signature, text)", "return True"
)
COMPUTED: Final = Cut("ledger.proof:verify_inclusion", "if computed != root:", "if False:")
CONSISTENT: Final = Cut(
    "ledger.proof:verify_consistency",
    "if old_computed != old_root:",
    "if False:",
    more=(("if computed != root:", "if False:"),),
)
LIES: Final[dict[str, Lie]] = {
    "witness: smaller": Lie(
        smaller,
        (
            Cut(DECIDE, "request.old_size > checkpoint.size", "False"),
            Cut(
                "ledger.checkpoint:compare",
                "'unproven', f'size {older.size} was given as the older of {newer.size}'",
                "'extends', ''",
            ),
        ),
    ),
    "witness: rolled back": Lie(
        rolled_back,
        (
            Cut(
                DECIDE,
                "if request.old_size != seen.size:",
                "seen = TreeHead(request.old_size, seen.root)\n    if False:",
            ),
            CONSISTENT,
        ),
    ),
    "witness: inconsistent": Lie(inconsistent, (CONSISTENT,)),
    "witness: a second root": Lie(
        second_root, (Cut("ledger.checkpoint:compare", "older.root != newer.root", "False"),)
    ),
    "witness: unknown": Lie(
        unknown_log,
        (
            Cut(DECIDE, "state is None or not state.keys", "False"),
            Cut("ledger.note:open_note", "if not verified:", "if False:"),
        ),
    ),
    "witness: badly signed": Lie(badly_signed, (SIGNED,)),
    "policy: one key under two names": Lie(
        one_witness_twice,
        (
            Cut(
                "ledger.trust:_Reader.key",
                "self.once(self.public, key.public, 'a public key that stands in no other line',"
                " key.label)",
                "pass",
            ),
        ),
    ),
    "policy: one member twice": Lie(
        one_member_twice,
        (
            Cut(
                "ledger.trust:_Reader.member",
                "self.once(self.members, name, 'a name that is a member nowhere else', name)",
                "pass",
            ),
        ),
    ),
    "policy: too few": Lie(
        too_few,
        (Cut("ledger.acceptance:accepted", "if not policy.is_met", "if False and policy.is_met"),),
    ),
    "policy: not by the log": Lie(
        not_by_the_log, (Cut("ledger.acceptance:accepted", "if not signers:", "if False:"),)
    ),
    "policy: an empty log with a root": Lie(
        empty_with_a_root,
        (Cut("ledger.acceptance:accepted", "if not checkpoint.possible:", "if False:"),),
    ),
    "key: low order": Lie(
        a_key_that_everybody_has,
        (Cut("ledger.curve:point_problem", "if _is_neutral(_multiply(point, 8)):", "if False:"),),
    ),
    "restoration: cosigned by nobody": Lie(
        a_restoration_by_nobody,
        (
            Cut(
                "ledger.cosignature:check_signature",
                "return key.verify(signature[TIMESTAMP_BYTES:], message)",
                "return True",
            ),
        ),
    ),
    "proof: another entry": Lie(another_entry, (COMPUTED,)),
    "proof: another position": Lie(another_position, (COMPUTED,)),
    "proof: another history": Lie(another_history, (CONSISTENT,)),
    "receipt: another tree": Lie(
        receipt_of_another_tree,
        (
            Cut(
                "ledger.receipt:_misfit",
                "checkpoint.size == receipt.size and checkpoint.root.hex() != receipt.root",
                "False",
            ),
        ),
    ),
    "misbehaviour: an honest log": Lie(an_honest_log_accused, (CONSISTENT,)),
    "misbehaviour: a stranger's note": Lie(a_stranger_s_note_against_the_log, (SIGNED,)),
    "tiles: another tile": Lie(
        another_tile, (Cut("services.checkpoints.tiles:_same", "if found != hashes:", "if False:"),)
    ),
    "tiles: under another checkpoint": Lie(
        other_files_under_the_checkpoint,
        (
            Cut(
                "services.checkpoints.tiles:check_files",
                "if frontier.root() != checkpoint.root:",
                "if False:",
            ),
        ),
    ),
}
