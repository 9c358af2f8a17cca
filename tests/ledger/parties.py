"""A log, three witnesses and a policy of two of them, for the tests of what they sign together."""

from __future__ import annotations

from tests.ledger.signers import signer

from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.trust import parse_policy

ORIGIN = "example.com/520123"
TIME = 1_790_000_000
LOG = signer(ORIGIN)
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
FINANCE = signer("finance.example", KeyKind.COSIGNATURE_ML_DSA)
SUPERVISION = signer("supervision.example", KeyKind.COSIGNATURE)
WITNESSES = (AUDIT, FINANCE, SUPERVISION)

RECORDS = [f'{{"n":{number}}}'.encode() for number in range(20)]
LEAVES = [leaf_hash(record) for record in RECORDS]
ROOTS = [root_of_leaves(LEAVES[:size]) for size in range(len(LEAVES) + 1)]

POLICY_TEXT = f"""# whom the county's auditors trust
log {LOG.key.vkey()} https://ledger.example/
witness 审计 {AUDIT.key.vkey()}
witness finance {FINANCE.key.vkey()} https://finance.example/witness
witness supervision {SUPERVISION.key.vkey()}

group offices 2 审计 finance supervision
quorum offices
""".encode()
POLICY = parse_policy(POLICY_TEXT)


def checkpoint(size: int, *witnesses: int, root: bytes | None = None) -> Note:
    """Checkpoint of the records' tree (or of another `root`), cosigned by some of `WITNESSES`."""
    note = sign_checkpoint(ORIGIN, size, ROOTS[size] if root is None else root, [LOG], TIME)
    lines = [cosign(note.text, WITNESSES[number], TIME + number) for number in witnesses]
    return add_signatures(note, lines)
