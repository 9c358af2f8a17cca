"""Small hand-written histories as rows of a store: what the models and the fold are tested on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from aidledger.domain.events.catalog import EVENTS, encode_data
from aidledger.ledger.entry import Entry, PolicyPin, encode_entry
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.sealed import SealedRun

Row = tuple[Any, ...]

TOWNSHIP = "520123001"
VILLAGE = "520123001001"
COUNTY_OFFICE = "520123"
CLERK = "520123001-u1"
PACK = "ab" * 32


def token(kind: str, number: int) -> str:
    """Return the token of a person (`p`) or an account (`a`)."""
    return kind + hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:32]


def golden_records() -> dict[str, bytes]:
    """Return the golden record of every event type."""
    text = (Path(__file__).parents[1] / "vectors" / "events.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return {line["type"]: line["record"].encode() for line in lines}


class Log:
    """A log being written: a source of rows for the loader."""

    def __init__(self) -> None:
        self.written: list[Row] = []
        self.heads: dict[str, tuple[int, str | None]] = {}
        self.last = "2020-01-01T00:00:00.000000Z"

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return no sealed segment: this log has no archive."""
        return ()

    def rows(self, first: int = 0) -> Iterator[Row]:
        """Return every row from `first` on."""
        return iter([row for row in self.written if not first or row[0] >= first])

    def row_at(self, position: int) -> Row | None:
        """Return the row of a position."""
        return next((row for row in self.written if row[0] == position), None)

    def add(
        self,
        type_name: str,
        stream: str,
        on: str,
        *,
        at: str | None = None,
        who: str = CLERK,
        desk: str = TOWNSHIP,
        pin: str | None = None,
        **data: Any,
    ) -> int:
        """Add an entry effective `on` and recorded `at` (never before the last); its position."""
        event = msgspec.convert(data, EVENTS[type_name].struct)
        return self.add_data(
            type_name,
            stream,
            on,
            msgspec.json.decode(encode_data(event)),
            at=at,
            who=who,
            desk=desk,
            pin=pin,
        )

    def add_data(
        self,
        type_name: str,
        stream: str,
        on: str,
        data: dict[str, Any],
        *,
        at: str | None = None,
        who: str = CLERK,
        desk: str = TOWNSHIP,
        pin: str | None = None,
    ) -> int:
        """Add an entry with data that need not fit its type."""
        self.last = max(self.last, at or f"{on}T01:00:00.000000Z")
        version, prev = self.heads.get(stream, (0, None))
        record = encode_entry(
            Entry(
                type=type_name,
                actor=who,
                cause=f"c-{len(self.written)}",
                data=data,
                effective_on=on,
                office=desk,
                policy=PolicyPin(hash=f"sha256:{pin}", pack="test") if pin else None,
                prev=prev,
                recorded_at=self.last,
                sealed={},
                stream=stream,
                version=version + 1,
            )
        )
        leaf = leaf_hash(record)
        self.heads[stream] = (version + 1, leaf.hex())
        return self.add_record(record)

    def add_record(self, record: Any) -> int:
        """Add a record of any content; its position."""
        self.written.append((len(self.written), record))
        return len(self.written) - 1


def case_name(number: int) -> str:
    """Return the stream of a case."""
    return f"case/520123-2022-{number:06d}"


def apply_for(
    log: Log,
    case: str,
    on: str = "2022-01-04",
    *,
    number: int = 1,
    born: str = "1950-05-05",
    name: str = "张*",
    village: str = VILLAGE,
    programme: str = "tekun",
    area: str = "rural",
    persons: int = 1,
) -> int:
    """Add an application."""
    return log.add(
        "ApplicationSubmitted",
        case,
        on,
        applicant=token("p", number),
        area=area,
        birth_on=born,
        display_name=name,
        persons=persons,
        programme=programme,
        route="self",
        township=village[:9],
        village=village,
    )


def adopt_pack(log: Log, on: str = "2022-01-01", **parameters: str) -> int:
    """Add a pack's adoption, in force from that day; dots in keys are written as `__`."""
    given = {"minor_entry_age": "16", "minor_keep_age": "18", **parameters}
    return log.add(
        "PackAdopted",
        "policy/520123",
        on,
        chain=("test@" + PACK,),
        in_force_from=on,
        known_since=on,
        pack="test",
        pack_hash=PACK,
        parameters=[
            {"key": key.replace("__", "."), "value": value} for key, value in sorted(given.items())
        ],
        status="in_force",
    )


def approve(
    log: Log, case: str, on: str = "2022-02-20", *, from_month: str = "2022-03", fen: int = 112_800
) -> tuple[int, int]:
    """Add an approval and its entitlement."""
    decided = log.add(
        "ApplicationApproved",
        case,
        on,
        desk=COUNTY_OFFICE,
        who="520123-u1",
        form="decentralised",
        from_month=from_month,
        limb="age",
    )
    entitled = log.add(
        "EntitlementSet",
        case,
        on,
        desk=COUNTY_OFFICE,
        who="520123-u1",
        from_month=from_month,
        monthly_fen=fen,
        parts=[{"code": "basic", "fen": fen, "formula": "1.6 × 705.00"}],
        reason="approval",
    )
    return decided, entitled


def pay(log: Log, case: str, month: str, *, fen: int = 112_800, number: int = 1) -> tuple[int, int]:
    """Add a line of the roster and what the bank says of it."""
    run = f"run/{month}"
    rostered = log.add(
        "PaymentRostered",
        case,
        f"{month}-08",
        account=token("a", number),
        amount_fen=fen,
        month=month,
        run=run,
    )
    issued = log.add(
        "PaymentIssued",
        case,
        f"{month}-10",
        account=token("a", number),
        amount_fen=fen,
        month=month,
        paid_on=f"{month}-10",
        run=run,
        desk="520123-bank",
    )
    return rostered, issued


def publish(log: Log, case: str, on: str, to: str, *, village: str = VILLAGE) -> int:
    """Add an opinion and the start of its notice."""
    log.add(
        "ReviewOpinionGiven",
        case,
        on,
        form="decentralised",
        opinion="approve",
        proposed_fen=112_800,
    )
    return log.add(
        "PublicityStarted",
        case,
        on,
        complaint_phone="0851-22250001",
        evidence="cd" * 32,
        planned_to=to,
        village=village,
    )
