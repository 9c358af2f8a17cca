#!/usr/bin/env python3
"""Adds the golden bytes of event types that have none yet: one line a type, never rewritten.

Each line of tests/vectors/events.jsonl has the type, the exact record and its leaf hash. A released
line stays for ever: a change of the encoding shows as a failing test, not as a changed vector.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from aidledger.domain.events.catalog import EVENTS, encode_data
from aidledger.ledger.entry import Entry, PolicyPin, encode_entry
from aidledger.ledger.tree import leaf_hash

FILE = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "events.jsonl"
_TEXTS = {
    "[a-z_]*(:": "office",
    "[pa]": "a" + "c3" * 16,
    "[0-9]{4}-[0-9]{2}-[0-9]{2}": "2022-02-17",
    "[0-9]{4}-(0": "2022-03",
    "{64}": "ab" * 32,
    "{1,4000}": "q6ur",
}
"""A part of a field's pattern, and a text that fits it."""


def sample(kind: inspect.Type, name: str) -> Any:
    """Return a fixed value for a field's type; a new kind of field needs a line here."""
    match kind:
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 2022 if name == "year" else 61 if name == "score" else 112800
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.StrType(pattern=pattern):
            if name in ("applicant", "person"):
                return "p" + "5a" * 16
            for part, text in _TEXTS.items():
                if pattern and part in pattern:
                    return text
            return "青溪村-01" if pattern is None else "x-1"
        case inspect.UnionType(types=types):
            return sample(next(t for t in types if not isinstance(t, inspect.NoneType)), name)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [sample(item, name)]
        case inspect.StructType(fields=fields):
            return {field.encode_name: sample(field.type, field.name) for field in fields}
        case inspect.DictType():
            return {"case.age_years": 72}
        case _:
            raise TypeError(f"{name}: no sample for {kind}")


def record_of(name: str) -> bytes:
    """Return the record of a type's golden entry."""
    kind = EVENTS[name]
    data = sample(inspect.type_info(kind.struct), "")
    stream = kind.stream.split("|")[0]
    entry = Entry(
        type=name,
        actor="520123001-u1",
        cause="golden-1",
        data=encode_data(msgspec.convert(data, kind.struct)),
        effective_on="2022-02-17",
        office="520123001",
        policy=PolicyPin(hash="sha256:" + "cd" * 32, pack="gz-county-2022") if kind.wish else None,
        prev="ef" * 32,
        recorded_at="2022-02-17T09:31:05.123456Z",
        sealed=dict.fromkeys(kind.sealed, "01" * 32),
        stream=f"{stream}/520123-2022-000017",
        version=3,
    )
    return encode_entry(entry)


def main() -> int:
    """Append what is missing; with ``--check`` only say what is."""
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    known = {json.loads(line)["type"] for line in lines}
    missing = [name for name in EVENTS if name not in known]
    if "--check" in sys.argv[1:]:
        for name in missing:
            print(f"no golden bytes: {name}")
        return 1 if missing else 0
    for name in missing:
        record = record_of(name)
        line = {"type": name, "record": record.decode(), "leaf_hash": leaf_hash(record).hex()}
        lines.append(json.dumps(line, ensure_ascii=False, sort_keys=True))
    FILE.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(f"{len(missing)} added, {len(lines)} in all")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
