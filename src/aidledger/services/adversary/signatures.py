"""Attacks on the signatures of batches: missing, swapped, of others, of keys that do not count."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.events.support import VisitMade
from aidledger.ledger.batch import sign_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.entry import decode_entry
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SEED_BYTES, SeedSigner
from aidledger.services.adversary.acts import act, appended, last_start
from aidledger.services.adversary.books import (
    B_KEY_ID,
    B_POSITION,
    B_SIGNATURE,
    LEAF,
    POSITION,
    RECORD,
    RECORDED_AT,
    STREAM,
    Books,
    Row,
)
from aidledger.services.adversary.forging import edited
from aidledger.services.adversary.operator import Both, Joint, Operator
from aidledger.services.adversary.rowchange import with_value
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene

_ORDINARY: Final = SeedSigner("520123-stranger", KeyKind.BATCH, b"\xad" * SEED_BYTES)
"""A key that anybody can make, and that nobody registered."""
_LOW_ORDER: Final = "0100000000000000000000000000000000000000000000000000000000000000"
"""The neutral element of edwards25519: under it S = 0 and R = A verify for every message."""


def _signed_rows(scene: Scene) -> list[Row]:
    """Return the first entries of signed batches, covered ones, late ones first."""
    scene.need_signed()
    numbers = [n for n, row in enumerate(scene.base.batches) if row[B_SIGNATURE] is not None]
    return [scene.groups[number].rows[0] for number in reversed(numbers[: len(numbers) * 3 // 4])]


def _set(scene: Scene, number: int, signature: object, key_id: object) -> Books:
    books = with_value(scene.books, "batches", number, B_SIGNATURE, signature)
    return with_value(books, "batches", number, B_KEY_ID, key_id)


def _leaves(scene: Scene, number: int) -> list[bytes]:
    return [row[LEAF] for row in scene.groups[number].rows]


def _missing(scene: Scene, _attacker: Attacker) -> Attack:
    row = scene.claim(_signed_rows(scene))
    number = scene.batch_number(row[POSITION])
    return Attack(books=_set(scene, number, None, None), expected=(row[POSITION],))


def _cut(scene: Scene, _attacker: Attacker) -> Attack:
    row = scene.claim(_signed_rows(scene))
    number = scene.batch_number(row[POSITION])
    batch = scene.base.batches[number]
    books = _set(scene, number, batch[B_SIGNATURE][:-1], batch[B_KEY_ID])
    return Attack(books=books, expected=(row[POSITION],))


def _swapped(scene: Scene, _attacker: Attacker) -> Attack:
    """Give a batch the signature and key of another one."""
    batches = scene.base.batches
    by_key: dict[str, list[Row]] = {}
    for batch in batches:
        by_key.setdefault(batch[B_KEY_ID], []).append(batch)

    def others(row: Row) -> list[Row]:
        mine = batches[scene.batch_number(row[POSITION])]
        return [batch for batch in by_key[mine[B_KEY_ID]][:2] if batch is not mine]

    row = scene.claim([row for row in _signed_rows(scene) if others(row)])
    other = others(row)[0]
    books = _set(scene, scene.batch_number(row[POSITION]), other[B_SIGNATURE], other[B_KEY_ID])
    return Attack(books=books, expected=(row[POSITION],))


def _unregistered(scene: Scene, _attacker: Attacker) -> Attack:
    row = scene.claim(_signed_rows(scene))
    number = scene.batch_number(row[POSITION])
    signed = sign_batch(_ORDINARY, scene.base.origin, _leaves(scene, number), None)
    books = _set(scene, number, signed.encode(), _ORDINARY.key.label)
    return Attack(books=books, expected=(row[POSITION],))


def _colleague(scene: Scene, _attacker: Attacker, *, own_name: bool) -> Attack:
    """Sign a colleague's batch with the own key: under the own name, or under the colleague's."""
    officer = scene.need_officer()
    rows = [
        row
        for row in _signed_rows(scene)
        if scene.base.batches[scene.batch_number(row[POSITION])][B_KEY_ID] != officer.key_id
    ]
    row = scene.claim(_after_key(scene, rows))
    number = scene.batch_number(row[POSITION])
    signed = sign_batch(officer.signer, scene.base.origin, _leaves(scene, number), None)
    key_id = officer.key_id if own_name else scene.base.batches[number][B_KEY_ID]
    return Attack(books=_set(scene, number, signed.encode(), key_id), expected=(row[POSITION],))


def _registered_at(scene: Scene) -> int:
    """Return where the officer's key was registered."""
    officer = scene.need_officer()
    public = officer.signer.key.public.hex().encode()
    for row in scene.by_type.get("KeyRegistered", []):
        if public in row[RECORD]:
            return int(row[POSITION])
    raise NotTriedError("absent", "找不到密钥登记", "the key's registration is not found")


def _after_key(scene: Scene, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[POSITION] > _registered_at(scene)]


def _too_early(scene: Scene, _attacker: Attacker) -> Attack:
    """Sign a batch that stands before the key's registration."""
    officer, given = scene.need_officer(), _registered_at(scene)
    numbers = [n for n, row in enumerate(scene.base.batches) if row[B_POSITION] <= given]
    rows = [scene.groups[number].rows[0] for number in reversed(numbers)]
    row = scene.claim(rows)
    number = scene.batch_number(row[POSITION])
    signed = sign_batch(officer.signer, scene.base.origin, _leaves(scene, number), None)
    books = _set(scene, number, signed.encode(), officer.key_id)
    return Attack(books=books, expected=(row[POSITION],))


def _seen(scene: Scene, _attacker: Attacker, *, future: bool) -> Attack:
    """Sign an own batch again and state a checkpoint as seen that the log never had, or not yet."""
    officer = scene.need_officer()
    numbers = [n for n in scene.officers_batches() if scene.base.batches[n][B_POSITION] > 1]
    rows = [scene.groups[number].rows[0] for number in reversed(numbers)]
    row = scene.claim(_after_key(scene, rows))
    number, at = scene.batch_number(row[POSITION]), row[POSITION]
    size = at + 1 if future else at - 1
    signed = sign_batch(
        officer.signer, scene.base.origin, _leaves(scene, number), TreeHead(size, b"\xad" * 32)
    )
    books = _set(scene, number, signed.encode(), officer.key_id)
    return Attack(books=books, expected=(at,))


def _county(scene: Scene) -> str:
    rows = scene.by_type.get("KeyRegistered") or scene.by_type.get("GenesisDeclared")
    if not rows:
        raise NotTriedError("absent", "账本没有登记", "the ledger has no registry")
    return str(rows[0][STREAM])


def _visit(scene: Scene, cause: str, *, anybody: bool = False) -> Row:
    officer = None if anybody else scene.need_officer()
    visitor = "520123-nobody" if officer is None else officer.actor
    return act(scene.books, officer, str(scene.victim()[STREAM]), VisitMade(visitor=visitor), cause)


def _unsigned(scene: Scene, _attacker: Attacker) -> Attack:
    """Put an act behind the end that nobody signed."""
    scene.need_signed()
    cause = "unsigned"
    books = appended(scene.books, [_visit(scene, cause, anybody=True)], cause=cause)
    return Attack(books=books, expected=(last_start(books),))


def _revoked(scene: Scene, _attacker: Attacker) -> Attack:
    """Revoke the officer's key, and sign with it afterwards."""
    officer = scene.need_officer()
    name = _registered_name(scene)
    event = KeyRevoked(from_position=scene.books.size, key=name, reason="compromised")
    cause = "revoke"
    row = act(scene.books, officer, _county(scene), event, cause)
    books = appended(scene.books, [row], cause=cause, officer=officer)
    cause = "revoked"
    stream = str(scene.victim()[STREAM])
    row = act(books, officer, stream, VisitMade(visitor=officer.actor), cause)
    books = appended(books, [row], cause=cause, officer=officer)
    return Attack(books=books, expected=(last_start(books),))


def _registered_name(scene: Scene) -> str:
    """Return the name under which the officer's key is registered."""
    at = _registered_at(scene)
    data = decode_entry(scene.base.entries[at][RECORD]).data
    return str(data["key"]) if isinstance(data, dict) else ""


def _low_order(scene: Scene, _attacker: Attacker) -> Attack:
    """Register a key under which anybody can sign, and use it."""
    officer = scene.need_officer()
    event = KeyRegistered(
        algorithm="ed25519",
        assurance="token",
        key="key-of-anybody",
        owner="520123-nobody",
        public_key=_LOW_ORDER,
        registrar=officer.actor,
    )
    cause = "low-order-key"
    row = act(scene.books, officer, _county(scene), event, cause)
    books = appended(scene.books, [row], cause=cause, officer=officer)
    cause = "low-order"
    row = act(books, None, str(scene.victim()[STREAM]), VisitMade(visitor="nobody"), cause)
    signature = bytes.fromhex(_LOW_ORDER) + bytes(32)
    books = appended(books, [row], cause=cause, key_id="key-of-anybody", signature=signature)
    return Attack(books=books, expected=(last_start(books),))


def _replayed(scene: Scene, _attacker: Attacker) -> Attack:
    """Put an old batch behind the end once more, with its old signature."""
    scene.need_signed()
    number = scene.batch_number(_signed_rows(scene)[0][POSITION])
    batch = scene.base.batches[number]
    cause = "replay"
    rows = [
        edited(
            row,
            cause=f"attack:{cause}:{scene.books.size}",
            recorded_at=scene.books.entries[-1][RECORDED_AT],
        )
        for row in scene.groups[number].rows
    ]
    books = appended(
        scene.books, rows, cause=cause, key_id=batch[B_KEY_ID], signature=batch[B_SIGNATURE]
    )
    return Attack(books=books, expected=(last_start(books),))


def _other_ledger(scene: Scene, _attacker: Attacker) -> Attack:
    """Put a batch here that the officer signed for another ledger."""
    officer = scene.need_officer()
    cause = "other-ledger"
    books = appended(scene.books, [_visit(scene, cause)], cause=cause, officer=officer)
    leaves = [books.entries[-1][LEAF]]
    signed = sign_batch(officer.signer, f"{scene.base.origin}-other", leaves, None)
    books = with_value(books, "batches", len(books.batches) - 1, B_SIGNATURE, signed.encode())
    return Attack(books=books, expected=(last_start(books),))


def _bit(scene: Scene, _attacker: Attacker) -> Attack:
    row = scene.claim(_signed_rows(scene))
    number = scene.batch_number(row[POSITION])
    batch = scene.base.batches[number]
    signature = bytearray(batch[B_SIGNATURE])
    signature[40] ^= 1
    books = _set(scene, number, bytes(signature), batch[B_KEY_ID])
    return Attack(books=books, expected=(row[POSITION],))


_Run = Callable[[Scene, Attacker], Attack]
_FIELDS: Final[Joint] = "fields"
_TAIL: Final[Joint] = "tail"
_TABLE: Final[tuple[tuple[str, str, str, str, str, _Run, Attacker, str, Joint, str], ...]] = (
    ("signature:missing", "去掉签名", "take a signature away", "批次的签名和密钥清空", "signature and key of a batch are emptied", _missing, "none", "signature_missing", _FIELDS, "A9"),
    ("signature:cut", "截短签名", "cut a signature short", "少一个字节", "one byte less", _cut, "none", "signature_form", _FIELDS, "A9"),
    ("signature:bit", "改签名的一个比特", "flip a bit of a signature", "签名中一个比特反过来", "one bit of the signature is turned", _bit, "none", "signature_invalid", _FIELDS, "A9"),
    ("signature:swapped", "换上另一批次的签名", "give a batch another's signature", "同一人的另一批次的签名", "that of another batch by the same actor", _swapped, "none", "signature_invalid", _FIELDS, "A6"),
    ("signature:unregistered", "用未登记的密钥签", "sign with an unregistered key", "谁都能造的密钥，自己签", "a key that anybody can make, signed properly", _unregistered, "none", "signature_key", _FIELDS, "A9"),
    ("signature:colleague", "替同事的批次签名", "sign a colleague's batch", "用自己的密钥和名字签别人的批次", "with the own key under the own name", partial(_colleague, own_name=True), "officer", "signature_owner", _FIELDS, "A9"),
    ("signature:in_his_name", "冒同事之名签名", "sign in a colleague's name", "用自己的密钥、写同事的名字", "with the own key under the colleague's name", partial(_colleague, own_name=False), "officer", "signature_invalid", _FIELDS, "A9"),
    ("signature:before_key", "在密钥登记之前的批次上签", "sign a batch older than the key", "签名有效，但密钥那时还没有登记", "valid, but the key was registered later", _too_early, "officer", "signature_window", _FIELDS, "A5"),
    ("signature:seen_forged", "谎称见过不存在的检查点", "claim to have seen a checkpoint that never was", "重签自己的批次", "an own batch is signed again", partial(_seen, future=False), "officer", "signature_seen", _FIELDS, "A5"),
    ("signature:seen_future", "谎称见过将来的检查点", "claim to have seen a checkpoint of later", "重签自己的批次", "an own batch is signed again", partial(_seen, future=True), "officer", "signature_seen", _FIELDS, "A5"),
    ("append:unsigned", "在末尾加无签名的一批", "add a batch that nobody signed", "其余一切照规矩算", "all else is computed as it should be", _unsigned, "none", "signature_missing", _TAIL, "A9"),
    ("append:revoked_key", "用已吊销的密钥签", "sign with a revoked key", "先登记吊销，再用它签", "it is revoked, then used", _revoked, "officer", "signature_window", "", "A9"),
    ("append:low_order_key", "用低阶公钥", "use a key of low order", "登记一把谁都能签的公钥并使用", "a key is registered under which anybody can sign, and used", _low_order, "officer", "signature_key", _TAIL, "A9"),
    ("replay:batch", "重放旧批次", "replay an old batch", "旧批次连签名再放一次", "an old batch once more with its signature", _replayed, "none", "signature_invalid", _TAIL, "A6"),
    ("replay:other_ledger", "重放到另一账本", "replay into another ledger", "放入为另一账本签的批次", "a batch that was signed for another ledger", _other_ledger, "log", "signature_invalid", _TAIL, "A6"),
)  # fmt: skip

OPERATORS: Final = tuple(
    Operator(
        name=name,
        kind="signatures",
        attackers=(attacker,),
        title=Both(zh, en),
        does=Both(does_zh, does_en),
        finds=(code,),
        rule="batch",
        threat=threat,
        joint=joint,
        run=run,
    )
    for name, zh, en, does_zh, does_en, run, attacker, code, joint, threat in _TABLE
)
