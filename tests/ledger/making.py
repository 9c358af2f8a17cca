"""Ledgers in memory for these tests: rows, nodes and a head, made with the package's own parts."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec

from aidledger.ledger import canonical
from aidledger.ledger.entry import PolicyPin, encode_draft
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.ledger.verify import VerifyReport, verify_entries

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"

Row = list[Any]
Ledger = tuple[list[Row], list[list[Any]], list[Any]]

PIN = PolicyPin(hash="sha256:" + "5" * 64, pack="gz-county-2022")


def make_record(**changes: Any) -> bytes:
    """Write one record; `changes` replace its parts (`type` for $type)."""
    parts: dict[str, Any] = {
        "type": "VisitRecorded",
        "actor": "officer-7",
        "cause": "req-1",
        "data": msgspec.Raw(canonical.encode({"amount_fen": 70000, "village": "龙坪村"})),
        "effective_on": "2022-02-17",
        "office": "520123001",
        "policy": None,
        "prev": None,
        "recorded_at": "2022-02-17T09:31:05.123456Z",
        "sealed": {},
        "stream": "case/520123-2022-000017",
        "version": 1,
    }
    return encode_draft(**(parts | changes))


def make_ledger(size: int, *, streams: int = 2, offset: int = 0, per_second: int = 1) -> Ledger:
    """Make a consistent ledger of `size` entries, spread over the streams in turn."""
    heads: dict[str, tuple[int, bytes]] = {}
    rows: list[Row] = []
    for position in range(size):
        stream = f"case/{position % streams:04}"
        version, prev = heads.get(stream, (0, b""))
        minutes, seconds = divmod(position // per_second, 60)
        recorded_at = f"2022-02-17T{9 + minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000001Z"
        record = make_record(
            cause=f"req-{position // 10}",
            data=msgspec.Raw(canonical.encode({"n": position + offset, "note": "评议通过"})),
            policy=PIN if position % 3 else None,
            prev=prev.hex() or None,
            recorded_at=recorded_at,
            sealed={"name": "ab" * 32} if position % 2 else {},
            stream=stream,
            version=version + 1,
        )
        leaf = leaf_hash(record)
        heads[stream] = (version + 1, leaf)
        rows.append([position, stream, version + 1, "VisitRecorded", recorded_at, record, leaf])
    return rows, *make_tree(rows)


def make_tree(rows: list[Row]) -> tuple[list[list[Any]], list[Any]]:
    """Nodes and head as they would be if these rows had been the ledger."""
    frontier = Frontier()
    nodes = [list(node) for node in frontier.extend([row[6] for row in rows])]
    last = rows[-1][4] if rows else None
    return nodes, [frontier.size, frontier.root(), frontier.to_bytes(), last]


def verify(ledger: tuple[Any, Any, Any], **options: Any) -> VerifyReport:
    rows, nodes, head = ledger
    return verify_entries(
        [tuple(row) if type(row) is list else row for row in rows],
        [tuple(node) if type(node) is list else node for node in nodes],
        tuple(head) if type(head) is list else head,
        **options,
    )


def codes(report: VerifyReport) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.position) for finding in report.findings]


def positions(report: VerifyReport) -> set[int | None]:
    return {finding.position for finding in report.findings}


def statuses(report: VerifyReport) -> dict[str, str]:
    return {rung.name: rung.status for rung in report.rungs}


def flip_bytes(value: bytes, bit: int) -> bytes:
    data = bytearray(value)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


SMALL = make_ledger(6)
LARGE = make_ledger(600, streams=7)


def ledger(source: Ledger = SMALL) -> Ledger:
    """Copy a ledger, to be damaged."""
    return deepcopy(source)
