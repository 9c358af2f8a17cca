"""Attacks on what people carry: proofs, receipts, policies and checkpoints that somebody hands them.

Such a file is checked without the database. Each attack is held against the honest file first: where
that is not accepted nothing is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from aidledger.ledger.acceptance import accepted
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.finding import Finding
from aidledger.ledger.note import Note, NoteSignature
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.receipt import parse_receipt
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import Proven, TlogProof, check_proof
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.adversary.anchors import Anchors, policy_text, receipt_of
from aidledger.services.adversary.books import LEAF, POSITION, RECORD, Row
from aidledger.services.adversary.forging import TRIAL_TIME
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene

PROOF, CHECKPOINT, POLICY = "proof_refused", "checkpoint_refused", "policy_refused"
"""What a check of a file says, in the place of a finding's code."""


def refused(scene: Scene, code: str, position: int | None, why: str | None) -> Attack:
    """Return the attack by a file, with why it is refused; None where it was accepted."""
    answers: tuple[Finding, ...] = ()
    if why is not None:
        expected = "an honest file"
        answers = (Finding(code=code, position=position, expected=expected, found=why[:200]),)
    return Attack(books=scene.books, expected=(position,), answers=answers)


def _untried() -> NotTriedError:
    return NotTriedError("unanchored", "诚实的文件未被接受", "the honest file was not accepted")


def _policy(anchors: Anchors) -> Policy:
    if anchors.policy is None:
        raise _untried()
    return anchors.policy


def _proof(scene: Scene) -> tuple[Row, TlogProof]:
    """Return an entry and an honest proof of it, under a trial's newest checkpoint."""
    trial = scene.trial
    row = scene.victim()
    newest = trial.checkpoints[-1]
    leaves = [one[LEAF] for one in scene.base.entries[: newest.checkpoint.size]]
    hashes = tuple(inclusion_proof(leaves, row[POSITION]))
    proof = TlogProof(index=row[POSITION], hashes=hashes, checkpoint=newest.note)
    if _why_not(row[RECORD], proof.encode(), _policy(trial)) is not None:
        raise _untried()
    return row, proof


def _why_not(record: bytes, proof: bytes, policy: Policy) -> str | None:
    try:
        answer = check_proof(record, proof, policy)
    except FormatError as error:
        return str(error)
    return None if isinstance(answer, Proven) else answer.why


def _forged_proof(scene: Scene, change: Callable[[Row, TlogProof], tuple[bytes, bytes]]) -> Attack:
    row, proof = _proof(scene)
    record, data = change(row, proof)
    return refused(scene, PROOF, row[POSITION], _why_not(record, data, _policy(scene.trial)))


def _proof_hash(scene: Scene, _attacker: Attacker) -> Attack:
    """Change one hash on the way to the root."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        first, *rest = proof.hashes
        other = bytes([first[0] ^ 1]) + first[1:]
        return row[RECORD], _with(proof, hashes=(other, *rest))

    return _forged_proof(scene, change)


def _proof_index(scene: Scene, _attacker: Attacker) -> Attack:
    """State another position."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        return row[RECORD], _with(proof, index=proof.index ^ 1)

    return _forged_proof(scene, change)


def _proof_shorter(scene: Scene, _attacker: Attacker) -> Attack:
    """Leave a hash out."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        return row[RECORD], _with(proof, hashes=proof.hashes[:-1])

    return _forged_proof(scene, change)


def _proof_of_another(scene: Scene, _attacker: Attacker) -> Attack:
    """Show the proof of one entry with another one, which is in the log too."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        other = scene.base.entries[row[POSITION] - 1]
        return other[RECORD], proof.encode()

    return _forged_proof(scene, change)


def _proof_of_false(scene: Scene, _attacker: Attacker) -> Attack:
    """Show an honest proof with an entry that says something else."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        return row[RECORD].replace(b'"office"', b'"Office"', 1) + b" ", proof.encode()

    return _forged_proof(scene, change)


def _proof_root(scene: Scene, _attacker: Attacker) -> Attack:
    """Write another root into the checkpoint of a proof, its signatures as they were."""

    def change(row: Row, proof: TlogProof) -> tuple[bytes, bytes]:
        lines = proof.checkpoint.text.split(b"\n")
        lines[2] = (
            lines[2][:1].swapcase() + lines[2][1:]
            if lines[2][:1].isalpha()
            else b"A" + lines[2][1:]
        )
        note = Note(b"\n".join(lines), proof.checkpoint.signatures)
        return row[RECORD], _with(proof, checkpoint=note)

    return _forged_proof(scene, change)


def _with(proof: TlogProof, **fields: object) -> bytes:
    parts = {
        "index": proof.index,
        "hashes": proof.hashes,
        "checkpoint": proof.checkpoint,
        **fields,
    }
    return TlogProof(**parts).encode()  # type: ignore[arg-type]


def _forged_note(
    scene: Scene,
    change: Callable[[Anchors, Note], Note],
    policy: Callable[[Anchors], bytes] | None = None,
) -> Attack:
    """Change a checkpoint that was accepted, or the policy, and ask again."""
    trial = scene.trial
    note = trial.checkpoints[-1].note
    if not accepted(note, _policy(trial)).accepted:
        raise _untried()
    try:
        trusted = _policy(trial) if policy is None else parse_policy(policy(trial))
    except FormatError as error:
        return refused(scene, POLICY, None, str(error))
    try:
        verdict = accepted(change(trial, note), trusted)
    except FormatError as error:
        return refused(scene, CHECKPOINT, None, str(error))
    return refused(scene, CHECKPOINT, None, None if verdict.accepted else verdict.why)


def _lines(note: Note, *names: str) -> list[NoteSignature]:
    return [line for line in note.signatures if line.name in names]


def _key_twice(scene: Scene, _attacker: Attacker) -> Attack:
    """Name one witness's key twice in a policy, so that it makes a quorum by itself."""

    def policy(trial: Anchors) -> bytes:
        assert trial.log is not None  # noqa: S101 - a trial has its own
        text = policy_text([trial.log], trial.witnesses).decode()
        vkey = trial.witnesses[0].key.vkey()
        return text.replace(trial.witnesses[1].key.vkey(), vkey).encode()

    return _forged_note(scene, lambda _, note: note, policy)


def _line_twice(scene: Scene, _attacker: Attacker) -> Attack:
    """Let one witness cosign twice, at two times, in the place of two."""

    def change(trial: Anchors, note: Note) -> Note:
        again = cosign(note.text, trial.witnesses[0], TRIAL_TIME + 1)
        own = _lines(note, scene.base.origin, trial.witnesses[0].key.name)
        return Note(note.text, (*own, again))

    return _forged_note(scene, change)


def _stranger(scene: Scene, _attacker: Attacker) -> Attack:
    """Let somebody cosign who is no witness, in the place of one."""

    def change(trial: Anchors, note: Note) -> Note:
        stranger = scene.other_trial.witnesses[0]
        own = _lines(note, scene.base.origin, trial.witnesses[0].key.name)
        return Note(note.text, (*own, cosign(note.text, stranger, TRIAL_TIME)))

    return _forged_note(scene, change)


def _unsigned(scene: Scene, _attacker: Attacker) -> Attack:
    """Take the log's own signature off a cosigned checkpoint."""

    def change(trial: Anchors, note: Note) -> Note:
        return Note(note.text, tuple(_lines(note, *(one.key.name for one in trial.witnesses))))

    return _forged_note(scene, change)


def _one_witness(scene: Scene, _attacker: Attacker) -> Attack:
    """Show a checkpoint with fewer cosignatures than the quorum."""

    def change(trial: Anchors, note: Note) -> Note:
        return Note(note.text, tuple(_lines(note, scene.base.origin, trial.witnesses[0].key.name)))

    return _forged_note(scene, change)


def _moved_line(scene: Scene, _attacker: Attacker) -> Attack:
    """Put cosignatures of an older checkpoint under a newer one."""

    def change(trial: Anchors, note: Note) -> Note:
        older = trial.checkpoints[0].note
        if older.text == note.text:
            raise NotTriedError("absent", "只有一个检查点", "there is one checkpoint only")
        names = [one.key.name for one in trial.witnesses]
        return Note(note.text, (*_lines(note, scene.base.origin), *_lines(older, *names)))

    return _forged_note(scene, change)


def _other_log(scene: Scene, _attacker: Attacker) -> Attack:
    """Ask a policy that does not name the log's key, but another one of its name."""

    def policy(trial: Anchors) -> bytes:
        other = scene.other_trial.log
        assert other is not None  # noqa: S101 - a trial has its own
        return policy_text([other], trial.witnesses)

    return _forged_note(scene, lambda _, note: note, policy)


def _grown(scene: Scene, _attacker: Attacker) -> Attack:
    """Write a larger size into a signed checkpoint."""

    def change(_trial: Anchors, note: Note) -> Note:
        lines = note.text.split(b"\n")
        lines[1] = b"%d" % (int(lines[1]) + 1)
        return Note(b"\n".join(lines), note.signatures)

    return _forged_note(scene, change)


def _receipt(scene: Scene, _attacker: Attacker) -> Attack:
    """Change a leaf hash in a receipt: the log has no such entry."""
    row = scene.victim()
    number = scene.batch_number(row[POSITION])
    receipt = parse_receipt(receipt_of(scene.base, number))
    offset = row[POSITION] - receipt.position
    leaf = receipt.leaf_hashes[offset]
    other = ("0" if leaf[0] != "0" else "1") + leaf[1:]
    leaves = (*receipt.leaf_hashes[:offset], other, *receipt.leaf_hashes[offset + 1 :])
    changed = msgspec.structs.replace(receipt, leaf_hashes=leaves)
    outside = scene.anchors.outside(proofs=(("receipt", changed.encode()),))
    return Attack(books=scene.books, expected=(row[POSITION],), outside=outside)


_Run = Callable[[Scene, Attacker], Attack]
_TABLE: Final[tuple[tuple[str, str, str, _Run, str, str], ...]] = (
    ("proof:hash", "改证明中的一个散列", "change a hash of a proof", _proof_hash, PROOF, "A15"),
    ("proof:index", "证明写成另一位置", "state another position in a proof", _proof_index, PROOF, "A15"),
    ("proof:shorter", "证明少一个散列", "leave a hash out of a proof", _proof_shorter, PROOF, "A15"),
    ("proof:of_another", "拿另一条记录的证明", "show the proof of another entry", _proof_of_another, PROOF, "A8"),
    ("proof:of_false", "真证明配假记录", "show an honest proof with a false entry", _proof_of_false, PROOF, "A8"),
    ("proof:root", "改证明中检查点的树根", "write another root into a proof's checkpoint", _proof_root, PROOF, "A15"),
    ("receipt:changed", "改回执中的一个散列", "change a hash of a receipt", _receipt, "receipt_missing", "A15"),
    ("policy:key_twice", "同一见证密钥列两次", "count one witness's key twice", _key_twice, POLICY, "A9"),
    ("policy:other_log", "策略写的是另一把账本密钥", "a policy with another log key", _other_log, CHECKPOINT, "A9"),
    ("note:line_twice", "一个见证方联署两次", "let one witness cosign twice", _line_twice, CHECKPOINT, "A9"),
    ("note:stranger", "非见证方的联署", "a cosignature of somebody who is no witness", _stranger, CHECKPOINT, "A9"),
    ("note:unsigned", "去掉账本自己的签名", "a checkpoint without the log's signature", _unsigned, CHECKPOINT, "A3"),
    ("note:no_quorum", "联署不足法定数", "fewer cosignatures than the quorum", _one_witness, CHECKPOINT, "A4"),
    ("note:moved_line", "把旧检查点的联署移到新检查点", "move cosignatures to a newer checkpoint", _moved_line, CHECKPOINT, "A6"),
    ("note:grown", "改检查点的条数", "write a larger size into a checkpoint", _grown, CHECKPOINT, "A3"),
)  # fmt: skip
_DOES: Final = Both(
    "把改过的文件交给核对方；账本本身不动",
    "the changed file is handed to whoever checks; the ledger stays as it is",
)

OPERATORS: Final = tuple(
    Operator(
        name=name,
        kind="evidence",
        attackers=("none",),
        title=Both(zh, en),
        does=_DOES,
        finds=(code,),
        rule="file",
        threat=threat,
        run=run,
    )
    for name, zh, en, run, code, threat in _TABLE
)
