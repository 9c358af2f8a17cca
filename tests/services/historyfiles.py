"""Small histories for the tests of bulk import: visits that are facts, wishes that rules refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aidledger.services.importing.bulk import Wanted, import_history
from aidledger.services.importing.checking import Progress
from aidledger.services.importing.journal import HistoryImported
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

TOWN = "520123001"


def quiet(_part: str) -> Progress:
    return lambda _done, _of: None


def visit(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "VisitMade",
        "stream": f"case/520123-2022-{number % 7:06d}",
        "effective_on": f"2022-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "actor": f"{TOWN}-u1",
        "office": TOWN,
        "data": {"form": "in_person", "visitor": f"v{number}"},
        **more,
    }


def accepted(number: int) -> dict[str, Any]:
    """A wish: nobody has applied, and the rules refuse it."""
    found = visit(number, type="ApplicationAccepted", data={"materials_complete": True})
    return found | {"stream": f"case/520123-2023-{number:06d}"}


def written(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    """Write rows of JSON, and others as they are."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows]
    path.write_bytes(b"".join(lines))
    return path


def imported(session: Session, path: Path, **wanted: Any) -> HistoryImported:
    if wanted.get("keep_going"):
        wanted.setdefault("rejects", path.with_name("rejects.jsonl"))
    return import_history(session, path, Wanted(**wanted), progress=quiet)


def said(store: LedgerStore) -> Iterator[tuple[Any, ...]]:
    """Yield what the entries from a history say, without when it was recorded."""
    for _, _, _, kind, _, record, _ in store.read():
        entry = json.loads(record)
        if entry["cause"].startswith("import:history:"):
            cause = entry["cause"].partition("#")[0]
            yield (kind, entry["stream"], entry["v"], entry["effective_on"], entry["data"], cause)


def visitors(store: LedgerStore) -> list[str]:
    return [one[4]["visitor"] for one in said(store) if one[0] == "VisitMade"]
