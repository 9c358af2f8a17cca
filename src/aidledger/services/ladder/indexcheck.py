"""Works every sealed index out again from the entries before it, in one pass over the log."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.domain.events.proving import IndexSealed
from aidledger.ledger.finding import Finding
from aidledger.services.proofs.completeness import seals
from aidledger.services.proofs.indexes import Indexes
from aidledger.store.port import LedgerStore


def check_indexes(store: LedgerStore) -> list[Finding]:
    """Return where a sealed index is not that of the entries before it."""
    findings: list[Finding] = []
    waiting = []
    for position, seal in seals(store):
        if seal.size > position:
            expected = f"at most {position}, its own position"
            findings.append(_differs(position, seal, "size", expected, str(seal.size)))
        else:
            waiting.append((seal.size, position, seal))
    waiting.sort(key=lambda one: one[:2], reverse=True)
    indexes = Indexes()
    for row in store.read():
        while waiting and type(row[0]) is int and waiting[-1][0] <= row[0]:
            findings += _compare(indexes, waiting.pop()[1:])
        indexes.take(row)
    for _, position, seal in reversed(waiting):
        findings += _compare(indexes, (position, seal))
    return findings


def _compare(indexes: Indexes, sealed: tuple[int, IndexSealed]) -> Iterable[Finding]:
    position, seal = sealed
    rows, root = indexes.of[seal.kind].root()
    if rows != seal.rows:
        yield _differs(position, seal, "rows", str(rows), str(seal.rows))
    if root.hex() != seal.root:
        yield _differs(position, seal, "root", root.hex(), seal.root)


def _differs(position: int, seal: IndexSealed, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code="index_differs",
        position=position,
        stream=f"index/{seal.kind}",
        field=f"data.{field}",
        expected=expected,
        found=found,
    )
