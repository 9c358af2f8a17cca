"""Attacks on columns: every column beside the records, and the rows of batches, nodes, head and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aidledger.ledger.tree import TILE_WIDTH, subtree_spans
from aidledger.services.adversary.books import (
    B_COUNT,
    B_KEY_ID,
    B_POSITION,
    B_SIGNATURE,
    LEAF,
    POSITION,
    RECORD,
    RECORDED_AT,
    STREAM,
    TABLES,
    TYPE,
    VERSION,
)
from aidledger.services.adversary.operator import Both, Joint, Operator
from aidledger.services.adversary.rowchange import with_value
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene

_FAR: Final = 1_000_000


def _other_time(old: str) -> str:
    """Return another microsecond."""
    return f"{old[:-2]}{'1' if old[-2] == '0' else '0'}Z"


_OTHER: Final[dict[int, Callable[[Any], Any]]] = {
    STREAM: lambda old: f"{old}x",
    VERSION: lambda old: old + _FAR,
    TYPE: lambda old: f"{old}x",
    RECORDED_AT: _other_time,
    RECORD: lambda old: old[:-2] + b'"}',
    LEAF: lambda old: bytes([old[0] ^ 1]) + old[1:],
}


def _entry_column(scene: Scene, _attacker: Attacker, *, column: int) -> Attack:
    row = scene.claim(list(scene.victims()))
    at = row[POSITION]
    value = _OTHER[column](row[column])
    return Attack(books=with_value(scene.books, "entries", at, column, value), expected=(at,))


def _entry_position(scene: Scene, _attacker: Attacker) -> Attack:
    """Give an entry a number far away."""
    at = scene.victim()[POSITION]
    books = with_value(scene.books, "entries", at, POSITION, scene.base.size + _FAR)
    return Attack(books=books, expected=(at,))


def _batch_value(scene: Scene, number: int, column: int) -> Any:
    old = scene.base.batches[number][column]
    match column:
        case 0:  # position
            return scene.base.size + _FAR
        case 1:  # count
            return old + 1
        case 2:  # cause
            return f"{old}x"
        case 3:  # request_digest
            return old[:31]
        case 4:  # root
            return bytes([old[0] ^ 1]) + old[1:]
        case 5:  # recorded_at
            return _other_time(old)
        case 6:  # signature
            return bytes([old[0] ^ 1]) + old[1:]
        case _:  # key_id
            return f"{old}x"


def _batch_column(scene: Scene, _attacker: Attacker, *, column: int) -> Attack:
    """Change one value of one batch that holds one entry, where there is such a batch."""
    if column in (B_SIGNATURE, B_KEY_ID):
        scene.need_signed()
    rows = list(scene.victims())
    single = [
        row for row in rows if scene.base.batches[scene.batch_number(row[POSITION])][B_COUNT] == 1
    ]
    row = scene.claim(single or rows)
    number = scene.batch_number(row[POSITION])
    start = scene.batch_start(row[POSITION])
    value = _batch_value(scene, number, column)
    books = with_value(scene.books, "batches", number, column, value)
    following = start + scene.base.batches[number][B_COUNT]
    expected = (start, following) if column in (B_POSITION, B_COUNT) else (start,)
    return Attack(books=books, expected=expected)


def _node_column(scene: Scene, _attacker: Attacker, *, column: int) -> Attack:
    nodes = scene.base.nodes
    if not nodes:
        few = TILE_WIDTH
        raise NotTriedError(
            "absent",
            f"不足 {few} 条记录，没有树节点",
            f"with fewer than {few} entries there are no nodes",
        )
    at = next(n for n, row in enumerate(nodes) if row[0] == 1)
    level, idx, node = nodes[at]
    value = (level + 1, idx + _FAR, bytes([node[0] ^ 1]) + node[1:])[column]
    books = with_value(scene.books, "nodes", at, column, value)
    return Attack(books=books, expected=(idx * TILE_WIDTH,))


def _head_column(scene: Scene, _attacker: Attacker, *, column: int) -> Attack:
    size, root, frontier, recorded_at, origin = scene.base.head[0]
    last = [start for start, _ in subtree_spans(size)][-1]
    value: tuple[Any, ...] = (
        size - 1,
        bytes([root[0] ^ 1]) + root[1:],
        frontier[:-1] + bytes([frontier[-1] ^ 1]),
        _other_time(recorded_at),
        f"{origin}x",
    )
    named = [
        row[POSITION]
        for name in ("LedgerOpened", "GenesisDeclared")
        for row in scene.by_type.get(name, [])
    ]
    expected: tuple[tuple[int | None, ...], ...] = (
        (size - 1,),
        (None,),
        (last,),
        (size - 1,),
        tuple(named),
    )
    if column == len(value) - 1 and not named:
        raise NotTriedError("absent", "账本没有声明名称", "the ledger declares no name of its own")
    books = with_value(scene.books, "head", 0, column, value[column])
    return Attack(books=books, expected=expected[column])


def _note_column(scene: Scene, _attacker: Attacker, *, column: int) -> Attack:
    if not scene.base.checkpoints:
        raise NotTriedError("absent", "账本没有保存检查点", "the ledger keeps no checkpoint")
    at = len(scene.base.checkpoints) - 1
    size, root, note = scene.base.checkpoints[at]
    text, blank, lines = note.rpartition(b"\n\n")
    forged = (
        text + blank + lines[:-6] + (b"AAAA" if lines[-6:-2] != b"AAAA" else b"BBBB") + lines[-2:]
    )
    value = (size + 1, bytes([root[0] ^ 1]) + root[1:], forged)[column]
    books = with_value(scene.books, "checkpoints", at, column, value)
    return Attack(books=books, expected=(None,))


_FOUND: Final[dict[str, tuple[str, ...]]] = {
    "entries.position": ("position_missing", "position_differs"),
    "entries.stream": ("column_differs",),
    "entries.version": ("column_differs",),
    "entries.type": ("column_differs",),
    "entries.recorded_at": ("column_differs", "batch_recorded_at"),
    "entries.record": ("leaf_hash_differs",),
    "entries.leaf_hash": ("leaf_hash_differs",),
    "batches.position": ("batch_missing", "batch_position"),
    "batches.count": ("batch_position", "batch_root", "signature_invalid"),
    "batches.cause": ("batch_cause",),
    "batches.request_digest": ("batch_form",),
    "batches.root": ("batch_root",),
    "batches.recorded_at": ("batch_recorded_at",),
    "batches.signature": ("signature_invalid",),
    "batches.key_id": ("signature_key",),
    "nodes.level": ("node_missing",),
    "nodes.idx": ("node_missing",),
    "nodes.hash": ("node_differs",),
    "head.size": ("head_size",),
    "head.root": ("head_root",),
    "head.frontier": ("head_frontier",),
    "head.recorded_at": ("head_recorded_at",),
    "head.origin": ("origin_differs",),
    "checkpoints.size": ("checkpoint_form",),
    "checkpoints.root": ("checkpoint_form",),
    "checkpoints.note": ("checkpoint_form", "checkpoint_unsigned"),
}
_RUN: Final[dict[str, Callable[..., Attack]]] = {
    "entries": _entry_column,
    "batches": _batch_column,
    "nodes": _node_column,
    "head": _head_column,
    "checkpoints": _note_column,
}
_ALONE: Final = {
    "entries.position",
    "batches.position",
    "batches.count",
    "batches.root",
    "batches.request_digest",
}


def _operators() -> list[Operator]:
    found = []
    for table in TABLES:
        for at, column in enumerate(table.columns):
            name = f"{table.name}.{column}"
            if name not in _FOUND:
                continue
            shared = table.name in ("entries", "batches") and name not in _ALONE
            joint: Joint = "fields" if shared else ""
            run = (
                _entry_position
                if name == "entries.position"
                else partial(_RUN[table.name], column=at)
            )
            found.append(
                Operator(
                    name=f"column:{name}",
                    kind="columns",
                    attackers=("none",),
                    title=Both(f"改列 {name}", f"change the column {name}"),
                    does=Both(
                        "改一行的一个值，别的都不动", "one value of one row, and nothing else"
                    ),
                    finds=_FOUND[name],
                    rule="table",
                    threat="A1",
                    joint=joint,
                    run=run,
                )
            )
    return found


OPERATORS: Final = tuple(_operators())
