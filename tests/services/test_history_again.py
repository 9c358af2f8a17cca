"""A simulated county, imported from its own requests, is the same county again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.services.historyfiles import imported
from tests.services.signed import TOWN, VILLAGE, at, make

from aidledger.domain.proposal import Proposal
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.clock import SetClock
from aidledger.services.importing.requestfile import request_line, writing_requests
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Evidence
from aidledger.store.outcome import Committed
from aidledger.store.secrets import secrets_path

LATER = SetClock(datetime(2026, 1, 2, tzinfo=UTC))
Founding = list[tuple[Sequence[Proposal], Sequence[Evidence]]]


def entries(session: Session) -> Iterator[Any]:
    """Yield what entries say, without when and under which request, and what is sealed how."""
    for _, _, _, _, _, record_bytes, _ in session.store.read():
        entry = json.loads(record_bytes)
        if entry["$type"] != "FileImported":
            left_out = {"cause", "prev", "recorded_at", "sealed"}
            kept = {key: value for key, value in entry.items() if key not in left_out}
            yield kept, sorted(entry.get("sealed", ()))


def test_a_simulated_county_from_its_own_requests_is_the_same_county(tmp_path: Path) -> None:
    first, second = str(tmp_path / "first.db"), str(tmp_path / "second.db")
    path = tmp_path / "requests.jsonl"
    founding: Founding = []
    create_ledger(first, origin="test/520123")
    with open_session(first) as session, writing_requests(path) as kept:

        def hear(proposals: Sequence[Proposal], evidence: Sequence[Evidence]) -> None:
            kept(proposals, evidence)
            if evidence:
                founding.append((proposals, evidence))

        simulate(session, cases=10, months=3, seed=11, hear=hear)
        expected = list(entries(session))
    create_ledger(second, origin="test/520123")
    shutil.copy(secrets_path(first), secrets_path(second))
    with open_session(second, clock=LATER) as session:
        for number, (proposals, evidence) in enumerate(founding):
            done = record(session, proposals, cause=f"founding-{number}", evidence=evidence)
            assert isinstance(done, Committed)
        came = imported(session, path, as_is=True, batch_rows=50)
        actual = list(entries(session))

    assert (kept.rows, 0) == (came.recorded, came.rejected)
    assert expected == actual


def test_a_history_of_several_officers_is_signed_by_each(tmp_path: Path) -> None:
    place = str(tmp_path / "ledger.sqlite")
    make(place)
    rows = [
        proposal_of(
            {
                "type": "NeedDiscovered",
                "stream": f"case/520123-2022-90000{number}",
                "effective_on": "2022-02-01",
                "actor": f"{TOWN}-{officer}",
                "office": TOWN,
                "data": {
                    "assessment": "eligible",
                    "channel": "patrol",
                    "informed": True,
                    "township": TOWN,
                    "village": VILLAGE,
                },
            }
        )
        for number, officer in enumerate(["u1", "u1", "u2", "u1"])
    ]
    path = tmp_path / "h.jsonl"
    path.write_bytes(b"".join(map(request_line, rows)))
    wanted = {"actor": f"{TOWN}-u1", "office": TOWN}
    with at(place) as session:
        done = imported(session, path, keep_going=True, **wanted)
        signers = [
            batch.key_id
            for batch in session.store.read_batches()
            if batch.cause.startswith("import:history") and "#" in batch.cause
        ]
    report = verify(place)

    assert (4, 0) == (done.recorded, done.rejected)
    assert 3 == len(signers)
    assert 2 == len(set(signers))
    assert not report.findings
