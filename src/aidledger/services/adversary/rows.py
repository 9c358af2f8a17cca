"""Attacks on rows that leave the rest as it is: delete, insert, swap, renumber, move, back-date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from aidledger.ledger.tree import TILE_WIDTH, leaf_hash
from aidledger.services.adversary.books import (
    LEAF,
    POSITION,
    RECORD,
    RECORDED_AT,
    STREAM,
    VERSION,
    Books,
    Row,
)
from aidledger.services.adversary.forging import edited
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.rowchange import other_data, two_cases, with_rows
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene


def _without(books: Books, gone: Sequence[int]) -> Books:
    dropped = set(gone)
    entries = [row for row in books.entries if row[POSITION] not in dropped]
    return msgspec.structs.replace(books, entries=entries)


def _delete_rows(
    scene: Scene, _attacker: Attacker, *, choose: Callable[[Scene], Sequence[int]]
) -> Attack:
    """Delete rows of entries and nothing else."""
    gone = choose(scene)
    return Attack(books=_without(scene.base, gone), expected=(min(gone),))


def _one(scene: Scene) -> list[int]:
    return [scene.victim()[POSITION]]


def _first(_scene: Scene) -> list[int]:
    return [0]


def _last(scene: Scene) -> list[int]:
    return [scene.base.size - 1]


def _case(scene: Scene) -> list[int]:
    return [row[POSITION] for row in scene.by_stream[scene.victim()[STREAM]]]


def _batch(scene: Scene) -> list[int]:
    number = scene.batch_number(scene.victim()[POSITION])
    return [row[POSITION] for row in scene.groups[number].rows]


def _delete_batch_row(scene: Scene, _attacker: Attacker) -> Attack:
    number = scene.batch_number(scene.victim()[POSITION])
    rows = scene.base.batches
    books = msgspec.structs.replace(scene.base, batches=[*rows[:number], *rows[number + 1 :]])
    return Attack(books=books, expected=(scene.groups[number].rows[0][POSITION],))


def _delete_node(scene: Scene, _attacker: Attacker) -> Attack:
    if not scene.base.nodes:
        raise NotTriedError("absent", "没有树节点", "there are no nodes")
    level, idx, _ = scene.base.nodes[0]
    books = msgspec.structs.replace(scene.base, nodes=scene.base.nodes[1:])
    return Attack(books=books, expected=(idx * TILE_WIDTH**level,))


def _append_row(scene: Scene, _attacker: Attacker) -> Attack:
    """Put a row behind the last one, past the head."""
    base = scene.base
    row = edited(scene.victim(), version=len(scene.by_stream[scene.victim()[STREAM]]) + 1)
    row = (base.size, *row[1:LEAF], leaf_hash(row[RECORD]))
    books = msgspec.structs.replace(base, entries=[*base.entries, row])
    return Attack(books=books, expected=(base.size,))


def _swap_rows(scene: Scene, _attacker: Attacker) -> Attack:
    """Exchange the places of two entries of two streams; each row keeps all else."""
    mine = scene.victim()
    other = scene.victim(
        lambda row: (
            row[STREAM] != mine[STREAM]
            and scene.batch_number(row[POSITION]) != scene.batch_number(mine[POSITION])
        )
    )
    one, two = (mine[POSITION], *other[1:]), (other[POSITION], *mine[1:])
    places = sorted((mine[POSITION], other[POSITION]))
    return Attack(books=with_rows(scene.base, one, two), expected=tuple(places))


def _swap_streams(scene: Scene, _attacker: Attacker) -> Attack:
    """Exchange the names of two cases in the column that queries go by."""
    mine, other = two_cases(scene)
    rows = [
        (row[POSITION], theirs, *row[VERSION:])
        for ours, theirs in ((mine, other), (other, mine))
        for row in scene.by_stream[ours]
    ]
    first = min(row[POSITION] for row in rows)
    return Attack(books=with_rows(scene.base, *rows), expected=(first,))


def _relabel(
    scene: Scene, _attacker: Attacker, *, change: Callable[[Scene, Row], dict[str, Any]]
) -> Attack:
    """Rewrite one entry with its columns and leaf hash, and nothing around it."""
    row = scene.claim(list(scene.victims()))
    made = edited(row, **change(scene, row))
    made = (*made[:LEAF], leaf_hash(made[RECORD]))
    expected = tuple(dict.fromkeys((row[POSITION], scene.batch_start(row[POSITION]))))
    return Attack(books=with_rows(scene.books, made), expected=expected)


def _another_case(scene: Scene, row: Row) -> dict[str, Any]:
    name = next(name for name in two_cases(scene) if name != row[STREAM])
    return {"stream": name, "version": row[VERSION] + 1_000_000}


def _earlier(row: Row) -> str:
    """Return a time a year before."""
    year = int(row[RECORDED_AT][:4])
    return f"{year - 1:04d}{row[RECORDED_AT][4:].replace('-02-29', '-02-28')}"


_BARE: Final = Both("只动这些行，别的都不动", "these rows, and nothing else")
_OWN: Final = Both(
    "记录、列和叶哈希一起改，前后不动",
    "record, columns and leaf hash together, nothing around them",
)
_NAIVE: Final = (
    ("delete:entry", "删除一条", "delete an entry", partial(_delete_rows, choose=_one), "position_missing"),
    ("delete:first", "删除第一条", "delete the first entry", partial(_delete_rows, choose=_first), "position_missing"),
    ("delete:last", "删除最后一条", "delete the last entry", partial(_delete_rows, choose=_last), "head_size"),
    ("delete:case", "删除整个个案", "delete a whole case", partial(_delete_rows, choose=_case), "position_missing"),
    ("delete:batch", "删除整个批次的条目", "delete the entries of a batch", partial(_delete_rows, choose=_batch), "position_missing"),
    ("delete:batch_row", "删除批次表的一行", "delete a row of batches", _delete_batch_row, "batch_missing"),
    ("delete:node", "删除一个树节点", "delete a node of the tree", _delete_node, "node_missing"),
    ("insert:row", "在末尾之后加一行", "put a row behind the last one", _append_row, "head_size"),
    ("swap:rows", "调换两条的位置", "swap the places of two entries", _swap_rows, "batch_cause"),
    ("swap:case_columns", "在流列中调换两个个案", "swap two cases in the column of streams", _swap_streams, "column_differs"),
)  # fmt: skip
_LABELS: Final = (
    ("renumber:version", "改流内编号", "renumber an entry in its stream", lambda _s, row: {"version": row[VERSION] + 1_000_000}, "version_differs"),
    ("move:entry", "移到另一个案", "move an entry to another case", _another_case, "version_differs"),
    ("link:prev", "改指向前一条的哈希", "point at another entry before", lambda _s, _row: {"prev": "5" * 64}, "prev_differs"),
    ("backdate:row", "把记录时间提前一年", "record an entry a year earlier", lambda _s, row: {"recorded_at": _earlier(row)}, "recorded_at_back"),
    ("swap:payload", "同一请求换成别的内容", "another payload under the same request", other_data, "batch_root"),
)  # fmt: skip
_ALONE: Final = ("move:entry", "swap:payload")

OPERATORS: Final = (
    *(
        Operator(
            name=name,
            kind="rows",
            attackers=("none",),
            title=Both(zh, en),
            does=_BARE,
            finds=(code, "head_size") if name.startswith("delete:") else (code,),
            rule="tail" if name in ("delete:last", "insert:row") else "entry",
            threat="A7" if name.startswith("swap") else "A2",
            run=run,
        )
        for name, zh, en, run, code in _NAIVE
    ),
    *(
        Operator(
            name=name,
            kind="rows",
            attackers=("none",),
            title=Both(zh, en),
            does=_OWN,
            finds=(code, "signature_invalid", "batch_recorded_at"),
            rule="batch",
            threat="A7",
            joint="" if name in _ALONE else "fields",
            run=partial(_relabel, change=change),
        )
        for name, zh, en, change, code in _LABELS
    ),
)
