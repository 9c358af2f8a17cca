"""Files that people kept (receipts, proofs of entries, cases and payments), each held against the log.

A file that proves nothing by itself (malformed, or under a checkpoint that nobody vouches for) says
nothing of the ledger and is told as such. One that is sound and does not fit the entries is damage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.ledger.index import check_items
from aidledger.ledger.proof import ProofError, verify_inclusion
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof
from aidledger.ledger.receipt import Receipt, parse_receipt
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import FIRST_LINE, TlogProof, parse_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.verify import Rung
from aidledger.services.completeness import check_sealed, person_items, seals
from aidledger.services.logwalk import Roots
from aidledger.services.outside import SignedFile, signed_file
from aidledger.services.payment_proof import check_payment
from aidledger.store.port import LedgerStore

PROOFS: Final = "proofs"
_RECEIPT: Final = b'{"$type":"Receipt"'
_CASE: Final = b'{"$proof":"aidledger/case-proof/v1"'
_PAYMENT: Final = b'{"$proof":"aidledger/payment-proof/v1"'


class ProofCheck:
    """Reads the files at once, and judges them when the roots at their sizes are known."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self.findings: list[Finding] = []
        self.notes: list[SignedFile] = []
        """Checkpoints that came with the proofs: as much from outside as any other."""
        self._receipts: list[tuple[str, Receipt]] = []
        self._inclusions: list[tuple[str, TlogProof]] = []
        self._others: list[tuple[str, bytes]] = []
        self._useless: list[str] = []
        self._count = 0
        for name, data in files:
            self._count += 1
            try:
                self._take(name, data)
            except FormatError as error:
                self._useless.append(f"{name}: {error}")

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {receipt.size for _, receipt in self._receipts}

    def judge(self, store: LedgerStore, roots: Roots, counted: Iterable[SignedFile]) -> Rung:
        """Compare every file with the entries; `counted` are the notes that stand for the log."""
        vouched = {(one.name, one.note.text) for one in counted}
        for name, receipt in self._receipts:
            self._receipt(store, roots, name, receipt)
        for name, proof in self._inclusions:
            if (name, proof.checkpoint.text) in vouched:
                self._inclusion(store, roots, name, proof)
            else:
                self._useless.append(f"{name}: its checkpoint counts for nothing")
        for name, data in self._others:
            check = self._case if data.startswith(_CASE) else self._payment
            check(store, name, data)
        if self.findings:
            return Rung(name=PROOFS, status="damaged")
        if self._useless:
            why = f"{len(self._useless)} of {self._count} files prove nothing: {self._useless[0]}"
            return Rung(name=PROOFS, status="not_made", why=why)
        return Rung(name=PROOFS, status="ok")

    def _take(self, name: str, data: bytes) -> None:
        if data.startswith(FIRST_LINE):
            proof = parse_proof(data)
            self._inclusions.append((name, proof))
            self.notes.append(signed_file(name, proof.checkpoint.encode()))
        elif data.startswith(_RECEIPT):
            self._receipts.append((name, parse_receipt(data)))
        elif data.startswith((_CASE, _PAYMENT)):
            self._others.append((name, data))
        else:
            self.notes.append(signed_file(name, data))

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
                self._useless.append(f"{name}: {error}")  # the log agrees; the proof is wrong
            else:
                expected = f"an entry under {stated.root.hex()} at size {stated.size}"
                found = leaf.hex() or "no such entry"
                self._find("proof_differs", proof.index, name, expected, found)

    def _case(self, store: LedgerStore, name: str, data: bytes) -> None:
        """Check a case proof, and that the rows' items are those of the log."""
        try:
            proof = parse_case_proof(data)
        except ProofError as error:
            self._useless.append(f"{name}: {error}")
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
            self._useless.append(f"{name}: {error}")
            return
        payment, statement = _record(store, proof.position), _record(store, proof.sealed_at)
        answer = check_payment(payment or b"", data, statement or b"")
        if answer.status == "refused":
            expected = f"a line of the statement at {proof.sealed_at}"
            self._find("proof_differs", proof.position, name, expected, answer.why)

    def _find(self, code: str, position: int | None, name: str, expected: str, found: str) -> None:
        field = "".join(c if c.isprintable() else "?" for c in name)[:80]
        self.findings.append(
            Finding(code=code, position=position, field=field, expected=expected, found=found[:200])
        )


def _record(store: LedgerStore, position: int) -> bytes | None:
    """Return the record at a position, if there is one."""
    rows = store.read_page(start=position, limit=1, stop=position + 1)
    return rows[0][5] if rows and type(rows[0][5]) is bytes else None


def _leaves(store: LedgerStore, stream: str, size: int) -> Sequence[bytes]:
    """Return the leaf hashes of a stream's entries below a size, in the order of the log."""
    rows = [row for row in store.read_stream(stream) if type(row[0]) is int and row[0] < size]
    rows.sort(key=lambda row: int(row[0]))
    return [leaf_hash(row[5]) for row in rows if type(row[5]) is bytes]
