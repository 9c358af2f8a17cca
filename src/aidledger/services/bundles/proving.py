"""Checks what a bundle proves: entries in the log, signatures, completeness, sums, rows, values.

With nothing but the bundle and whoever's policy: no ledger, no network, no clock. Each check adds
the flaws that it finds; what can't be checked says so.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.events.registry import PackAdopted
from aidledger.ledger import canonical
from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.batch import PAYLOAD_TYPE, pre_authentication
from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.commitment import field_opens
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.note import Note, parse_note
from aidledger.ledger.proof import ProofError, verify_inclusion
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof, parse_row_proof
from aidledger.ledger.strict import FormatError, read_base64
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import Policy
from aidledger.services.bundles.checked import Bundle, Proven, Told
from aidledger.services.bundles.contents import (
    BATCHES,
    CASE_PROOF,
    CHECKPOINT,
    ENTRIES,
    MANIFEST,
    PAYMENTS,
    PROOFS,
    REVEALED,
    ROWS,
    Manifest,
    names_itself,
)
from aidledger.services.bundles.wording import reason_of
from aidledger.services.proofs.completeness import check_case
from aidledger.services.proofs.payment import check_payment
from aidledger.services.proofs.row import check_row

_OF_BATCH = ("count", "entries", "key_id", "position", "root", "seen", "signature")


def check_head(bundle: Bundle) -> None:
    """Read the checkpoint and the manifest, which says the same of the log."""
    with bundle.making("head", CHECKPOINT, "检查点", "the checkpoint") as more:
        bundle.note = parse_note(bundle.files[CHECKPOINT])
        checkpoint = bundle.checkpoint = parse_checkpoint(bundle.note.text)
        more += [f"：{checkpoint.size} 条", f": {checkpoint.size} entries"]
        with bundle.reading(MANIFEST, 1):
            (text,) = bundle.lines(MANIFEST)
            said = canonical.decode(text)
            manifest = msgspec.convert(said, Manifest)
            if not names_itself(manifest):
                bundle.flaw(
                    MANIFEST,
                    1,
                    "标题与所载内容不符",
                    "is about another thing than it is called after",
                )
            bundle.said = Told(said)
            told = (said["origin"], said["size"], said["root"])
            if told != (checkpoint.origin, checkpoint.size, checkpoint.root.hex()):
                bundle.flaw(MANIFEST, 1, "与检查点不符", "is not what the checkpoint says")
            names = [one["path"] for one in said["files"]]
            if sorted(names) != sorted(bundle.files):
                bundle.flaw(MANIFEST, 1, "所列文件与实有不符", "lists other files than are there")


def check_entries(bundle: Bundle) -> bool:
    """Prove every entry in the log of the checkpoint, follow each stream; return whether any is proven."""
    checkpoint = bundle.checkpoint
    if checkpoint is None:
        bundle.open(
            "entries",
            "每条记录及其余各项：未核验，没有可读的检查点",
            "the entries and all else: not checked, there is no checkpoint that can be read",
        )
        return False
    with bundle.making(
        "entries",
        ENTRIES,
        "每条记录都在检查点的账本中",
        "every entry is in the log of the checkpoint",
    ) as more:
        records, proofs = bundle.lines(ENTRIES), bundle.lines(PROOFS)
        if len(records) != len(proofs):
            raise FormatError(PROOFS, "a proof for each entry", f"{len(proofs)} for {len(records)}")
        for number, (record, text) in enumerate(zip(records, proofs, strict=True), 1):
            with bundle.reading(PROOFS, number):
                proof = _exactly(canonical.decode(text), "path", "position")
                path = [_hash(one) for one in proof["path"]]
                _entry(bundle, checkpoint, Placed(proof["position"], number, record), path)
        more += [
            f"：{len(bundle.entries)} 条，账本共 {checkpoint.size} 条",
            f": {len(bundle.entries)} of a log of {checkpoint.size}",
        ]
    with bundle.making(
        "chain", ENTRIES, "同一流的记录前后相接", "entries of a stream follow each other"
    ):
        placed = {(one.entry.stream, one.entry.version): one for one in bundle.entries.values()}
        for one in bundle.entries.values():
            before = placed.get((one.entry.stream, one.entry.version - 1))
            if before is not None and one.entry.prev != before.leaf.hex():
                bundle.flaw(
                    ENTRIES,
                    one.line,
                    "与本流前一条不相接",
                    "does not follow the entry before it in its stream",
                )
    if not bundle.entries:
        bundle.flaw(
            ENTRIES,
            None,
            "没有一条记录得到证明，其余各项因此未核验",
            "holds no entry that is proven: all else was not checked",
        )
    return bool(bundle.entries)


class Placed(NamedTuple):
    """A record, where it is said to stand in the log, and its line in the file."""

    position: int
    line: int
    record: bytes


def _entry(bundle: Bundle, checkpoint: Checkpoint, at: Placed, path: list[bytes]) -> None:
    position, number, record = at
    leaf = leaf_hash(record)
    try:
        entry = decode_entry(record)
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
        verify_inclusion(leaf, position, checkpoint.size, path, checkpoint.root)
    except (EntryError, msgspec.ValidationError) as error:
        bundle.flaw(
            ENTRIES, number, f"不是规范记录（位置 {position}）", f"is no record: {str(error)[:160]}"
        )
        return
    except ProofError:
        bundle.flaw(
            ENTRIES,
            number,
            f"位置 {position} 的记录不在检查点的账本中：记录或其证明已被改动",
            f"entry {position} is not in the log of the checkpoint: it or its proof was changed",
        )
        return
    if position in bundle.entries:
        bundle.flaw(PROOFS, number, f"位置 {position} 重复", f"entry {position} stands there twice")
    bundle.entries[position] = Proven(position, number, record, entry, leaf, event)


def check_signatures(bundle: Bundle, note: Note, policy: Policy, *, own: bool) -> Verdict | None:
    """Hold the checkpoint against a policy; `own` is whether it came with the bundle."""
    verdict = None
    whose = ("所附策略", "the policy that came along") if own else ("你的策略", "your policy")
    with bundle.making(
        "checkpoint",
        CHECKPOINT,
        f"检查点的签名符合{whose[0]}",
        f"signatures of the checkpoint, by {whose[1]}",
    ) as more:
        verdict = accepted(note, policy)
        if not verdict.accepted:
            bundle.flaw(
                CHECKPOINT,
                None,
                f"不符合策略（{reason_of(verdict.why).zh}）",
                f"is not accepted: {verdict.why}",
            )
        names = [one.name.decode("utf-8", "replace") for one in verdict.cosigners]
        if names:
            more += [f"，见证：{'、'.join(names)}", f"; witnessed by {', '.join(names)}"]
    return verdict


def check_batches(bundle: Bundle) -> None:
    """Verify the signatures of those who recorded: keys, owners and windows are those of entries here."""
    if BATCHES not in bundle.files:
        bundle.open(
            "batches", "经办人员的签名：没有", "signatures of the recorders: there are none"
        )
        return
    keys, covered = _keys(bundle), set[int]()
    with bundle.making("batches", BATCHES, "经办人员的签名", "signatures of the recorders") as more:
        for number, text in enumerate(bundle.lines(BATCHES), 1):
            with bundle.reading(BATCHES, number):
                covered |= _batch(bundle, _exactly(canonical.decode(text), *_OF_BATCH), keys)
        bare = len(bundle.entries) - len(covered)
        more += [
            f"：{len(covered)} 条" + (f"，另 {bare} 条未经个人签名" if bare else ""),
            f": {len(covered)}" + (f"; {bare} bear none" if bare else ""),
        ]


class _Key(NamedTuple):
    key: VerifierKey
    owner: str
    after: int
    until: int


def _keys(bundle: Bundle) -> dict[str, _Key]:
    found: dict[str, _Key] = {}
    events = [(at, one.event) for at, one in sorted(bundle.entries.items())]
    revoked: dict[str, int] = {}
    for _, event in events:
        if isinstance(event, KeyRevoked):
            start = event.from_position
            revoked[event.key] = min(start, revoked.get(event.key, start))
    for at, event in events:
        if not isinstance(event, KeyRegistered) or event.algorithm != "ed25519":
            continue
        for name in (event.owner, event.key):
            with bundle.reading(ENTRIES, bundle.entries[at].line):
                public = bytes.fromhex(event.public_key)
                key = VerifierKey(name=name, kind=KeyKind.BATCH, public=public)
                one = _Key(key, event.owner, at, revoked.get(event.key, canonical.INTEGER_LIMIT))
                found.setdefault(key.label, one)
                found.setdefault(event.key, one)
    return found


def _batch(bundle: Bundle, said: dict[str, Any], keys: dict[str, _Key]) -> set[int]:
    """Verify one batch; return the entries that it covers."""
    key, start, count = keys.get(said["key_id"]), said["position"], said["count"]
    if key is None:
        raise ProofError(f"the key {said['key_id']} is not registered here")
    if start <= key.after or start + count > key.until:
        raise ProofError("the key was not in force")
    checkpoint = bundle.checkpoint
    origin = checkpoint.origin if checkpoint else ""
    body = canonical.encode(
        {"count": count, "origin": origin, "root": said["root"], "seen": said["seen"]}
    )
    signature = read_base64(said["signature"].encode(), BATCHES)
    if not key.key.verify(signature, pre_authentication(PAYLOAD_TYPE, body)):
        raise ProofError("the signature does not hold")
    if type(said["entries"]) is not list or not said["entries"]:
        raise ProofError("a batch names no entries")
    covered = set()
    for one in said["entries"]:
        entry = bundle.at(_exactly(one, "path", "position")["position"])
        if entry.entry.actor != key.owner:
            raise ProofError(f"entry {entry.position} is of another actor")
        if type(one["path"]) is not list:
            raise ProofError(f"entry {entry.position} is not in the batch")
        path = [_hash(text) for text in one["path"]]
        verify_inclusion(
            entry.leaf, entry.position - start, count, path, bytes.fromhex(said["root"])
        )
        covered.add(entry.position)
    return covered


def check_complete(bundle: Bundle) -> None:
    """Check that these are all entries of the case, up to where its index was sealed."""
    if CASE_PROOF not in bundle.files:
        bundle.open(
            "complete",
            "记录是否一条不少：未核验，证据包中没有完整性证明",
            "whether anything was left out: not checked, no proof of that came along",
        )
        return
    with bundle.making(
        "complete", CASE_PROOF, "个案的记录一条不少", "these are all entries of the case"
    ) as more:
        proof, case = bundle.files[CASE_PROOF], bundle.said["case"]
        seal = bundle.at(parse_case_proof(proof).sealed_at)
        ours = sorted(
            (one for one in bundle.entries.values() if one.entry.stream == case),
            key=lambda one: one.entry.version,
        )
        row = check_case(proof, seal.record, stream=case).row
        count = row.count if row is not None else 0
        answer = check_case(
            proof, seal.record, stream=case, records=[one.record for one in ours[:count]]
        )
        if answer.status != "present":
            raise ProofError(answer.why or answer.status)
        later = len(ours) - count
        more += [
            f"：{count} 条" + (f"；其后另有 {later} 条，是否全部无从证明" if later else ""),
            f": {count}"
            + (f"; {later} came later, and that these are all can't be said" if later else ""),
        ]


def check_papers(bundle: Bundle) -> None:
    """Check the proofs of payments and rows, and every value that was revealed."""
    payments = [name for name in sorted(bundle.files) if name.startswith(PAYMENTS)]
    if payments:
        with bundle.making(
            "payments",
            PAYMENTS,
            "发放计入已结的月合计",
            "payments are within the totals of their months",
        ) as more:
            more += [f"：{len(payments)} 笔", f": {len(payments)}"]
            for name in payments:
                with bundle.reading(name, 1):
                    proof = parse_payment_proof(bundle.files[name])
                    paid, stated = bundle.at(proof.position), bundle.at(proof.sealed_at)
                    told = check_payment(paid.record, bundle.files[name], stated.record)
                    if told.status == "refused":
                        raise ProofError(told.why)
    rows = [name for name in sorted(bundle.files) if name.startswith(ROWS)]
    origin = bundle.checkpoint.origin if bundle.checkpoint else ""
    if rows:
        with bundle.making(
            "rows", ROWS, "各行出自认证过的读模型", "rows are of certified models"
        ) as more:
            more += [f"：{len(rows)} 行", f": {len(rows)}"]
            for name in rows:
                with bundle.reading(name, 1):
                    sealed = bundle.at(parse_row_proof(bundle.files[name]).sealed_at)
                    answer = check_row(bundle.files[name], sealed.record, origin)
                    if answer.status != "proven":
                        raise ProofError(answer.why)
    if REVEALED in bundle.files:
        with bundle.making(
            "revealed",
            REVEALED,
            "个人信息与记录中的承诺相符",
            "personal values are what the entries committed to",
        ) as more:
            values = bundle.lines(REVEALED)
            more += [f"：{len(values)} 项", f": {len(values)}"]
            for number, text in enumerate(values, 1):
                with bundle.reading(REVEALED, number):
                    _value(bundle, canonical.decode(text))


def _value(bundle: Bundle, one: dict[str, Any]) -> None:
    entry, field, commitment = bundle.at(one["position"]), one["field"], one["commitment"]
    opens = field_opens(commitment, field, bytes.fromhex(one["salt"]), one["value"].encode())
    if not opens or entry.entry.sealed.get(field) != commitment:
        raise ProofError("it is not what the entry committed to")


def check_adopted(bundle: Bundle) -> dict[str, bytes]:
    """Check that pinned packs were adopted and their texts are here; return these by SHA-256."""
    adopted = {
        one.event.pack_hash: one.event
        for one in bundle.entries.values()
        if isinstance(one.event, PackAdopted)
    }
    texts: dict[str, bytes] = {}
    with bundle.making(
        "packs", "packs/", "政策包原文即当时所采用的", "the packs are those that were adopted"
    ):
        for one in bundle.entries.values():
            pin = one.entry.policy
            digest = pin.hash.removeprefix("sha256:") if pin else ""
            if pin and digest not in adopted:
                bundle.flaw(
                    ENTRIES,
                    one.line,
                    "所用政策包没有采用记录",
                    "its pack was adopted by no entry here",
                )
            for link in adopted[digest].chain if digest in adopted else ():
                name = f"packs/{link.rpartition('@')[2]}.toml"
                with bundle.reading(name):
                    content = bundle.files[name]
                    if hashlib.sha256(content).hexdigest() != link.rpartition("@")[2]:
                        raise ProofError("it is not the text that was adopted")
                    texts[link.rpartition("@")[2]] = content
    return texts


def _exactly(said: Any, *keys: str) -> dict[str, Any]:
    """Return an object with these keys and no other: what nobody reads has no place in a bundle."""
    if not isinstance(said, dict) or set(said) != set(keys):
        raise ProofError("it has other fields than it should")
    return said


def _hash(text: str) -> bytes:
    return read_base64(text.encode(), "hash")
