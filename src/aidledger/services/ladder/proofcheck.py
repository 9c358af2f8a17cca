"""Files that people kept: receipts, proofs, records, checkpoints, misbehaviour bundles, against the log.

A file that proves nothing by itself (malformed, or under a checkpoint that nobody vouches for) says
nothing of the ledger and is told as such, each by its name. One that is sound and does not fit the
entries is damage, and so is a bundle in which the log convicts itself, whatever the entries are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from aidledger.ledger.certificate import Certificate, parse_certificate
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.finding import Finding
from aidledger.ledger.index import check_items
from aidledger.ledger.misbehaviour import FIRST_LINE as BUNDLE_LINE
from aidledger.ledger.misbehaviour import NotShown, check_bundle, parse_bundle
from aidledger.ledger.proof import ProofError, verify_inclusion
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof, parse_row_proof
from aidledger.ledger.receipt import Receipt, parse_receipt
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import FIRST_LINE, TlogProof, parse_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import Policy, log_policy
from aidledger.ledger.verify import Rung
from aidledger.services.ladder.checkpointcheck import NO_LOG_KEY, CheckpointCheck
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.outside import SignedFile, signed_file
from aidledger.services.printing import printable
from aidledger.services.proofs.completeness import check_sealed, person_items, seals
from aidledger.services.proofs.payment import check_payment
from aidledger.services.proofs.row import check_row
from aidledger.store.port import LedgerStore

PROOFS: Final = "proofs"
_RECEIPT: Final = b'{"$type":"Receipt"'
_RECORD: Final = b'{"$type":"'
_CASE: Final = b'{"$proof":"aidledger/case-proof/v1"'
_PAYMENT: Final = b'{"$proof":"aidledger/payment-proof/v1"'
_ROW: Final = b'{"$proof":"aidledger/row-proof/v1"'


class ProofCheck:
    """Reads the files at once, and judges them when the roots at their sizes are known."""

    def __init__(self, files: Iterable[tuple[str, bytes | None]]) -> None:
        self.findings: list[Finding] = []
        self.notes: list[SignedFile] = []
        """Checkpoints that came with the files: as much from outside as any other."""
        self.useless: dict[str, str] = {}
        """Files that say nothing of the ledger, by name, and why."""
        self._receipts: list[tuple[str, Receipt]] = []
        self._inclusions: list[tuple[str, TlogProof]] = []
        self._records: list[tuple[str, bytes]] = []
        self._bundles: list[tuple[str, bytes]] = []
        self._others: list[tuple[str, bytes]] = []
        self._alone: list[str] = []
        self._sizes: set[int] = set()
        self._count = 0
        for name, data in files:
            self._count += 1
            try:
                self._take(name, data)
            except FormatError as error:
                self.useless[name] = str(error)

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {receipt.size for _, receipt in self._receipts} | self._sizes

    def judge(self, store: LedgerStore, roots: Roots, notes: CheckpointCheck) -> Rung:
        """Compare every file with the entries; `notes` knows which checkpoints stand for the log."""
        for name in self._alone:
            if name in notes.refused:
                self.useless[name] = notes.refused[name]
        for name, receipt in self._receipts:
            self._receipt(store, roots, name, receipt)
        vouched = {(one.file.name, one.file.note.text) for one in notes.known if one.stated}
        sound: list[TlogProof] = []
        for name, proof in self._inclusions:
            if (name, proof.checkpoint.text) in vouched:
                sound.append(proof)
                self._inclusion(store, roots, name, proof)
            else:
                why = notes.refused.get(name, "counts for nothing")
                self.useless[name] = f"its checkpoint {why}"
        for name, data in self._records:
            self._kept_record(store, name, data, sound)
        for name, data in self._bundles:
            self._bundle(roots, name, data, log_policy(notes.log_keys))
        for name, data in self._others:
            if data.startswith(_ROW):
                self._row(store, roots, name, data)
            else:
                check = self._case if data.startswith(_CASE) else self._payment
                check(store, name, data)
        if self.findings:
            return Rung(name=PROOFS, status="damaged")
        if self.useless:
            name, why = next(iter(self.useless.items()))
            why = f"{len(self.useless)} of {self._count} files prove nothing: {name}: {why}"
            return Rung(name=PROOFS, status="not_made", why=why)
        return Rung(name=PROOFS, status="ok")

    def _take(self, name: str, data: bytes | None) -> None:
        if data is None:
            self.useless[name] = "it can't be read as a file"
        elif data.startswith(FIRST_LINE):
            proof = parse_proof(data)
            self._inclusions.append((name, proof))
            self.notes.append(signed_file(name, proof.checkpoint.encode()))
        elif data.startswith(BUNDLE_LINE):
            bundle = parse_bundle(data)
            self._bundles.append((name, data))
            notes = (bundle.older, bundle.newer)
            self._sizes |= {parse_checkpoint(note.text).size for note in notes}
        elif data.startswith(_RECEIPT):
            self._receipts.append((name, parse_receipt(data)))
        elif data.startswith((_CASE, _PAYMENT, _ROW)):
            self._others.append((name, data))
            certified = _certified(data) if data.startswith(_ROW) else None
            self._sizes |= {certified.size} if certified else set()
        elif data.startswith(_RECORD):
            self._records.append((name, data))
        else:
            self.notes.append(signed_file(name, data))
            self._alone.append(name)

    def _bundle(self, roots: Roots, name: str, data: bytes, log: Policy) -> None:
        """Judge a bundle by the log's keys alone, and say which of its two histories lies here."""
        shown = check_bundle(data, log)
        if isinstance(shown, NotShown):
            self.useless[name] = shown.why if log.logs else NO_LOG_KEY
            return
        pairs = (("older", shown.older), ("newer", shown.newer))
        here = [which for which, one in pairs if one.root in roots.at.get(one.size, ())]
        expected = f"one history under {', '.join(shown.signers)}"
        found = f"{shown.why}; here lies that of the {here[0]}" if here else shown.why
        self._find("misbehaviour_shown", None, name, expected, found)

    def _kept_record(
        self, store: LedgerStore, name: str, data: bytes, proofs: list[TlogProof]
    ) -> None:
        """Look a record up; nobody vouches for one that is not there and that no proof is of."""
        try:
            stream = decode_entry(data).stream
        except EntryError as error:
            self.useless[name] = str(error)
            return
        there = any(row[5] == data for row in store.read_stream(stream))
        if not there and not any(_is_of(proof, data) for proof in proofs):
            self.useless[name] = "the log has no such record, and none of these files proves it"

    def _receipt(self, store: LedgerStore, roots: Roots, name: str, receipt: Receipt) -> None:
        if receipt.origin != store.origin:
            self._find("receipt_missing", receipt.position, name, store.origin, receipt.origin)
            return
        if receipt.size > roots.size:
            expected = f"at least {receipt.size} entries"
            self._find("receipt_missing", roots.size, name, expected, f"{roots.size} entries")
        elif bytes.fromhex(receipt.root) not in roots.at.get(receipt.size, (b"",)):
            known = [root.hex() for root in roots.at.get(receipt.size, ())]
            expected = f"{receipt.root} at size {receipt.size}"
            self._find("receipt_missing", None, name, expected, (known or ["unknown"])[0])
        for offset, kept in enumerate(receipt.leaf_hashes):
            position = receipt.position + offset
            record = _record(store, position)
            found = "no such entry" if record is None else leaf_hash(record).hex()
            if found != kept:
                self._find("receipt_missing", position, name, kept, found)

    def _inclusion(self, store: LedgerStore, roots: Roots, name: str, proof: TlogProof) -> None:
        stated = signed_file(name, proof.checkpoint.encode()).checkpoint
        record = _record(store, proof.index)
        leaf = b"" if record is None else leaf_hash(record)
        try:
            verify_inclusion(leaf, proof.index, stated.size, proof.hashes, stated.root)
        except ProofError as error:
            if stated.root == roots.at.get(stated.size, (b"",))[0]:
                self.useless[name] = str(error)  # the log agrees; the proof is wrong
            else:
                expected = f"an entry under {stated.root.hex()} at size {stated.size}"
                found = leaf.hex() or "no such entry"
                self._find("proof_differs", proof.index, name, expected, found)

    def _case(self, store: LedgerStore, name: str, data: bytes) -> None:
        """Check a case proof, and that the rows' items are those of the log."""
        try:
            proof = parse_case_proof(data)
        except ProofError as error:
            self.useless[name] = str(error)
            return
        seal = _record(store, proof.sealed_at)
        answer = check_sealed(data, b"" if seal is None else seal, proof.kind, proof.key)
        if answer.status == "refused":
            self._find("proof_differs", proof.sealed_at, name, "the seal of this proof", answer.why)
            return
        size = next((one.size for at, one in seals(store) if at == proof.sealed_at), 0)
        of_case = proof.kind == "cases"
        items = _leaves(store, proof.key, size) if of_case else person_items(store, proof.key, size)
        held = answer if answer.row is None else check_items(answer.row, items)
        if held.status == "refused" or (answer.row is None and items):
            what = "entries" if of_case else "cases"
            expected = f"no {what}" if answer.row is None else f"{answer.row.count} {what}"
            found = held.why or f"{len(items)} {what}"
            self._find("proof_differs", proof.sealed_at, name, f"{expected} of {proof.key}", found)

    def _payment(self, store: LedgerStore, name: str, data: bytes) -> None:
        try:
            proof = parse_payment_proof(data)
        except ProofError as error:
            self.useless[name] = str(error)
            return
        payment, statement = _record(store, proof.position), _record(store, proof.sealed_at)
        answer = check_payment(payment or b"", data, statement or b"")
        if answer.status == "refused":
            expected = f"a line of the statement at {proof.sealed_at}"
            self._find("proof_differs", proof.position, name, expected, answer.why)

    def _row(self, store: LedgerStore, roots: Roots, name: str, data: bytes) -> None:
        try:
            sealed_at = parse_row_proof(data).sealed_at
        except ProofError as error:
            self.useless[name] = str(error)
            return
        answer = check_row(data, _record(store, sealed_at) or b"", store.origin)
        if answer.status == "refused":
            expected = f"a row of what was certified at {sealed_at}"
            self._find("proof_differs", sealed_at, name, expected, answer.why)
            return
        certificate = _certified(data)
        known = roots.at.get(certificate.size, ()) if certificate else ()
        if certificate and known and bytes.fromhex(certificate.root) not in known:
            expected = f"{known[0].hex()} at size {certificate.size}"  # derived from other entries
            self._find("proof_differs", sealed_at, name, expected, certificate.root)

    def _find(self, code: str, position: int | None, name: str, expected: str, found: str) -> None:
        field, found = printable(name), found[:200]
        self.findings.append(
            Finding(code=code, position=position, field=field, expected=expected, found=found)
        )


def _certified(proof: bytes) -> Certificate | None:
    """Return the certificate in a row proof; nothing where one of them is none."""
    try:
        return parse_certificate(parse_row_proof(proof).certificate.encode())
    except (ProofError, FormatError):
        return None


def _is_of(proof: TlogProof, record: bytes) -> bool:
    """Whether a proof, under a checkpoint that counts, is of a record; the finding on it is its own."""
    stated = signed_file("", proof.checkpoint.encode()).checkpoint
    try:
        verify_inclusion(leaf_hash(record), proof.index, stated.size, proof.hashes, stated.root)
    except ProofError:
        return False
    return True


def _record(store: LedgerStore, position: int) -> bytes | None:
    """Return the record at a position, if there is one."""
    rows = store.read_page(start=position, limit=1, stop=position + 1)
    return rows[0][5] if rows and type(rows[0][5]) is bytes else None


def _leaves(store: LedgerStore, stream: str, size: int) -> Sequence[bytes]:
    """Return the leaf hashes of a stream's entries below a size, in the order of the log."""
    rows = [row for row in store.read_stream(stream) if type(row[0]) is int and row[0] < size]
    rows.sort(key=lambda row: int(row[0]))
    return [leaf_hash(row[5]) for row in rows if type(row[5]) is bytes]
