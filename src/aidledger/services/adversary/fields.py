"""Attacks on single values: each field of each event, each field of the envelope, and the bytes around.

All of them leave the rest of the database alone, so each shows at its own entry.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger import canonical
from aidledger.ledger.entry import MAX_RECORD_BYTES
from aidledger.ledger.tree import leaf_hash
from aidledger.services.adversary.books import LEAF, POSITION, RECORD, Row
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.rowchange import with_rows
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.adversary.values import another, field_types

_BYTES: Final = ("leaf_hash_differs",)


def _change_field(scene: Scene, _attacker: Attacker, *, name: str, field: str) -> Attack:
    """Write another value into one field of an event's record; nothing else is touched."""
    row = scene.claim(_of_type(scene, name))
    value = canonical.decode(row[RECORD])
    value["data"][field] = another(EVENTS[name].struct, value["data"], field)
    return _record(scene, row, canonical.encode(value))


def _of_type(scene: Scene, name: str) -> list[Row]:
    rows = scene.by_type.get(name)
    if not rows:
        raise NotTriedError("absent", f"账本中没有 {name} 记录", f"the ledger has no entry {name}")
    return rows


def _record(scene: Scene, row: Row, record: bytes, *, rehashed: bool = False) -> Attack:
    """Put another record into a row, with its own leaf hash where the forger thinks of that."""
    leaf = leaf_hash(record) if rehashed else row[LEAF]
    books = with_rows(scene.books, (*row[:RECORD], record, leaf))
    return Attack(books=books, expected=(row[POSITION],))


def _field_operators() -> list[Operator]:
    found = []
    for name, kind in EVENTS.items():
        found += [
            Operator(
                name=f"change:{name}.{field}",
                kind="fields",
                attackers=("none",),
                title=Both(f"改{kind.title_zh}的 {field}", f"change {field} of {name}"),
                does=Both(
                    "改记录中的一个值，别的都不动", "another value in the record, and nothing else"
                ),
                finds=_BYTES,
                rule="entry",
                threat="A1",
                joint="fields",
                run=partial(_change_field, name=name, field=field),
            )
            for field in field_types(kind.struct)
        ]
    return found


_ENVELOPE: Final[dict[str, Callable[[Any], Any]]] = {
    "$type": lambda old: "VisitMade" if old != "VisitMade" else "NeedFollowedUp",
    "actor": lambda old: f"{old}x",
    "cause": lambda old: f"{old}x",
    "data": lambda _: {},
    "effective_on": lambda old: "2020-02-29" if old != "2020-02-29" else "2020-02-28",
    "office": lambda old: f"{old}x",
    "policy": lambda old: {"hash": "sha256:" + "5" * 64, "pack": "other"} if old is None else None,
    "prev": lambda old: "5" * 64 if old != "5" * 64 else "6" * 64,
    "recorded_at": lambda old: f"{old[:20]}{(int(old[20:26]) + 1) % 1_000_000:06d}Z",
    "sealed": lambda old: {} if old else {"name": "5" * 64},
    "stream": lambda old: f"{old}x",
    "v": lambda _: 2,
    "version": lambda old: old + 1_000_000,
}


def _change_envelope(scene: Scene, _attacker: Attacker, *, field: str) -> Attack:
    row = scene.claim(list(scene.victims()))
    value = canonical.decode(row[RECORD])
    value[field] = _ENVELOPE[field](value[field])
    return _record(scene, row, canonical.encode(value))


def _envelope_operators() -> list[Operator]:
    return [
        Operator(
            name=f"envelope:{field}",
            kind="bytes",
            attackers=("none",),
            title=Both(f"改信封的 {field}", f"change {field} of the envelope"),
            does=Both(
                "改记录中的一个值，别的都不动", "another value in the record, and nothing else"
            ),
            finds=("leaf_hash_differs", "column_differs", "record_field"),
            rule="entry",
            threat="A1",
            joint="fields",
            run=partial(_change_envelope, field=field),
        )
        for field in _ENVELOPE
    ]


def _duplicate_key(record: bytes) -> bytes:
    """Give the first key twice: readers that take the last one and those that take the first differ."""
    end = record.index(b",")
    return record[: end + 1] + record[1:]


def _unknown_field(record: bytes) -> bytes:
    return record[:-1] + b',"weight":0}'


def _float(record: bytes) -> bytes:
    return record.replace(b',"v":1,', b',"v":1.0,')


def _unsealed(record: bytes) -> bytes:
    value = canonical.decode(record)
    return canonical.encode({**value, "sealed": {**value["sealed"], "weight": "5" * 64}})


def _data_more(record: bytes) -> bytes:
    value = canonical.decode(record)
    return canonical.encode({**value, "data": {**value["data"], "weight": 0}})


def _unknown_type(record: bytes) -> bytes:
    return canonical.encode({**canonical.decode(record), "$type": "ThingHappened"})


def _too_long(record: bytes) -> bytes:
    value = canonical.decode(record)
    return canonical.encode({**value, "data": {**value["data"], "weight": "x" * MAX_RECORD_BYTES}})


def _bad_day(record: bytes) -> bytes:
    return canonical.encode({**canonical.decode(record), "effective_on": "2022-02-30"})


_FORMS: Final[tuple[tuple[str, Callable[[bytes], bytes], str, str, str], ...]] = (
    ("opaque", zlib.compress, "opaque_record", "把记录压缩成看不懂的字节", "pack the record so that nobody can read it"),
    ("encrypted", lambda r: bytes(b ^ 0xA5 for b in r), "opaque_record", "把记录加密", "encrypt the record"),
    ("space", lambda r: r.replace(b'","', b'", "', 1), "record_not_canonical", "多写一个空格", "one space more"),
    ("duplicate_key", _duplicate_key, "record_not_canonical", "同一个键写两次", "one key twice"),
    ("float", _float, "record_not_canonical", "整数写成小数", "an integer written as a float"),
    ("unknown_field", _unknown_field, "record_unknown_field", "信封多一个字段", "one more field in the envelope"),
    ("unknown_type", _unknown_type, "type_unknown", "没有的事件类型", "an event type that does not exist"),
    ("data_more", _data_more, "data_form", "事件多一个字段", "one more field in the event"),
    ("sealed_more", _unsealed, "sealed_form", "多一个密封字段", "one more sealed field"),
    ("too_long", _too_long, "record_too_long", "超长的记录", "a record that is too long"),
    ("bad_day", _bad_day, "record_field", "不存在的日子", "a day that does not exist"),
    ("cut", lambda r: r[:-1], "record_not_canonical", "截去最后一个字节", "cut the last byte off"),
    ("empty", lambda _: b"", "opaque_record", "空记录", "an empty record"),
)  # fmt: skip


def _change_form(scene: Scene, _attacker: Attacker, *, make: Callable[[bytes], bytes]) -> Attack:
    row = scene.claim([row for row in scene.victims() if make(row[RECORD]) != row[RECORD]])
    return _record(scene, row, make(row[RECORD]), rehashed=True)


def _form_operators() -> list[Operator]:
    return [
        Operator(
            name=f"form:{name}",
            kind="bytes",
            attackers=("none",),
            title=Both(zh, en),
            does=Both(
                "换记录的字节，叶哈希照着改", "other bytes for the record, with their leaf hash"
            ),
            finds=(code,),
            rule="entry",
            threat="A13",
            joint="fields",
            run=partial(_change_form, make=make),
        )
        for name, make, code, zh, en in _FORMS
    ]


def _bit(scene: Scene, _attacker: Attacker) -> Attack:
    """Flip one bit, as a failing disk does."""
    row = scene.claim(list(scene.victims()))
    record = bytearray(row[RECORD])
    record[len(record) // 2] ^= 1
    return _record(scene, row, bytes(record))


_ONES: Final = (
    Operator(
        name="bytes:bit",
        kind="bytes",
        attackers=("none",),
        title=Both("一个比特翻转", "one bit flips"),
        does=Both("记录中间的一个比特反过来", "one bit in the middle of a record is turned"),
        finds=("leaf_hash_differs",),
        rule="entry",
        threat="A11",
        joint="fields",
        run=_bit,
    ),
)

OPERATORS: Final = (
    *_field_operators(),
    *_envelope_operators(),
    *_form_operators(),
    *_ONES,
)
