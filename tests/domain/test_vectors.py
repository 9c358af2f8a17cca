"""Golden bytes: every released event type is encoded today as it was on its first day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aidledger.domain.events.catalog import EVENTS, decode_data, encode_data
from aidledger.ledger.entry import Entry, decode_entry, encode_entry
from aidledger.ledger.tree import leaf_hash

LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "vectors" / "events.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def test_every_event_type_has_golden_bytes() -> None:
    assert sorted(EVENTS) == sorted(line["type"] for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["type"])
def test_the_golden_bytes_decode_and_encode_to_themselves(line: dict[str, str]) -> None:
    record = line["record"].encode()
    entry = decode_entry(record)
    event = decode_data(entry.type, json.dumps(entry.data).encode())
    again = encode_entry(
        Entry(
            **{name: getattr(entry, name) for name in Entry.__struct_fields__ if name != "data"},
            data=encode_data(event),
        )
    )

    assert record == again
    assert line["leaf_hash"] == leaf_hash(record).hex()
    assert type(event) is EVENTS[line["type"]].struct
