"""Attacks on the bytes of a record. Its hash, its columns and all that is over them agree with it."""

from __future__ import annotations

import zlib
from typing import Any, Final

from tests.twins.cuts import Cut
from tests.twins.held import LONE, Held
from tests.twins.twins import Twin

from aidledger.ledger import canonical

SLOWLY = "ledger.entry:_decode_slowly"


def said(held: Held, position: int = LONE) -> dict[str, Any]:
    value: Any = canonical.decode(held.rows[position][5])
    return dict(value)


def record_becomes(held: Held, record: Any) -> None:
    held.put(LONE, record)
    held.settle()


def packed(held: Held) -> None:
    record_becomes(held, zlib.compress(held.rows[LONE][5]))


def text_for_bytes(held: Held) -> None:
    record_becomes(held, held.rows[LONE][5].decode())


def too_long(held: Held) -> None:
    days = ["2022-01-01"] * 6_000
    data = {
        "calendar_hash": "ab" * 32,
        "known_since": "2021-11-01",
        "notice": "n",
        "off_days": days,
        "work_days": [],
        "year": 2022,
    }
    changes = {"$type": "CalendarAdopted", "data": data, "stream": "policy/lone"}
    record_becomes(held, canonical.encode({**said(held), **changes}))


def a_space(held: Held) -> None:
    record_becomes(held, held.rows[LONE][5].replace(b'{"$type":', b'{ "$type":'))


def no_office(held: Held) -> None:
    value = said(held)
    del value["office"]
    record_becomes(held, canonical.encode(value))


def a_field_that_nobody_reads(held: Held) -> None:
    record_becomes(held, canonical.encode({**said(held), "beside": "1"}))


def a_day_that_never_was(held: Held) -> None:
    record_becomes(held, canonical.encode({**said(held), "effective_on": "2022-02-30"}))


def a_type_that_nobody_knows(held: Held) -> None:
    record_becomes(held, canonical.encode({**said(held), "$type": "VisitMadeUp"}))


def data_of_another_form(held: Held) -> None:
    value = said(held)
    record_becomes(held, canonical.encode({**value, "data": {**value["data"], "fen": 1}}))


def sealed_where_nothing_is(held: Held) -> None:
    record_becomes(held, canonical.encode({**said(held), "sealed": {"name": "ab" * 32}}))


def where_nobody_looks(held: Held) -> None:
    """A visit that no case has: no fold, no index and no proof of completeness knows it."""
    record_becomes(held, canonical.encode({**said(held), "stream": "run/2022-03"}))


def _reads(check: str, instead: str) -> tuple[Cut, ...]:
    return (Cut(SLOWLY, check, instead),)


RECORD_TWINS: Final[dict[str, Twin]] = {
    "opaque_record": Twin(
        packed,
        LONE,
        _reads("_refuse_opaque(record)", "record = __import__('zlib').decompress(record)"),
    ),
    "record_not_bytes": Twin(
        text_for_bytes,
        LONE,
        _reads(
            "if type(record) is not bytes:\n",
            "if type(record) is str:\n        record = record.encode()\n    elif type(record) is not bytes:\n",
        ),
    ),
    "record_too_long": Twin(
        too_long, LONE, _reads("if len(record) > MAX_RECORD_BYTES:", "if False:")
    ),
    "record_not_canonical": Twin(
        a_space, LONE, _reads("canonical.decode(record)", "__import__('json').loads(record)")
    ),
    "record_missing_field": Twin(
        no_office,
        LONE,
        _reads(
            "raise EntryError('record_missing_field', field, expected, 'nothing')",
            "value[field] = '520123'",
        ),
    ),
    "record_unknown_field": Twin(
        a_field_that_nobody_reads,
        LONE,
        _reads(
            "raise EntryError('record_unknown_field', clip(unknown[0]), 'nothing', 'a field')",
            "value.pop(unknown[0])",
        ),
    ),
    "record_field": Twin(
        a_day_that_never_was, LONE, _reads("if not accepts(value[field]):", "if False:")
    ),
    "type_unknown": Twin(
        a_type_that_nobody_knows,
        LONE,
        (
            Cut(
                "services.decoding:DataCheck.faults",
                "return [('type_unknown', '$type', 'a type of the catalogue', printable(entry.type))]",
                "return []",
            ),
        ),
    ),
    "data_form": Twin(
        data_of_another_form,
        LONE,
        (
            Cut(
                "services.decoding:_faults",
                "return [('data_form', 'data', 'the fields of this event type', printable(error))]",
                "return []",
            ),
        ),
    ),
    "sealed_form": Twin(
        sealed_where_nothing_is,
        LONE,
        (Cut("services.decoding:_faults", "if field not in kind.sealed", "if False"),),
    ),
}

MORE_RECORD_TWINS: Final[dict[str, tuple[str, Twin]]] = {
    "where nobody looks": (
        "data_form",
        Twin(
            where_nobody_looks,
            LONE,
            (
                Cut(
                    "services.decoding:_faults",
                    "not entry.stream.startswith((streams := _STREAMS[entry.type]))",
                    "False",
                ),
            ),
        ),
    ),
}
