"""Attacks by a careful forger: everything is computed anew that can be, and signed as far as the keys go.

What is left to find them by is what somebody signed, or what somebody else kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aidledger.services.adversary.books import (
    B_CAUSE,
    B_COUNT,
    B_KEY_ID,
    B_RECORDED_AT,
    B_SIGNATURE,
    POSITION,
    RECORDED_AT,
    STREAM,
    Books,
    Row,
)
from aidledger.services.adversary.forging import Group, edited, entry_of
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.rowchange import other_data, two_cases
from aidledger.services.adversary.scene import ATTACKERS, Attack, Attacker, NotTriedError, Scene

Edit = Callable[[Scene, int, Group, Row], Group | None]


def _careful(scene: Scene, attacker: Attacker, *, edit: Edit) -> Attack:
    """Change the batch of one entry; then compute everything behind it anew, and sign what one can."""
    scene.need_anchor()
    row = _own_victim(scene, attacker)
    number = scene.batch_number(row[POSITION])

    def change(at: int, group: Group) -> Group | None:
        return edit(scene, at - number, group, row) if at - number in (0, 1) else group

    books = scene.forged(scene.regrouped(change), attacker)
    return Attack(books=books, expected=_spot(scene, books, row[POSITION]))


def _spot(scene: Scene, books: Books, position: int) -> tuple[int, ...]:
    """Return where a rewriting must show; one that made the log shorter may show at its end."""
    ends = (books.size,) if books.size < scene.base.size else ()
    return (*scene.spot(position), *ends)


def _own_victim(scene: Scene, attacker: Attacker) -> Row:
    """Return an entry to rewrite: an officer takes one of the own ones, best the last of its stream."""
    if attacker != "officer":
        if attacker == "log":
            scene.need_log()
        return scene.victim()
    numbers = [number for number in scene.officers_batches() if number + 1 < len(scene.groups)]
    chosen = None
    for number in reversed(numbers):
        row = scene.groups[number].rows[-1]
        if str(row[STREAM]).startswith("case/"):
            chosen = chosen or row
            if scene.by_stream[row[STREAM]][-1] is row:
                return row
    if chosen is None:
        raise NotTriedError(
            "absent", "该经办人没有个案记录", "the officer has recorded nothing of a case"
        )
    return chosen


def _rows(group: Group, row: Row, **fields: Any) -> Group:
    rows = tuple(edited(one, **fields) if one is row else one for one in group.rows)
    return Group(group.batch, rows)


def _rewritten(scene: Scene, offset: int, group: Group, row: Row) -> Group:
    return group if offset else _rows(group, row, **other_data(scene, row))


def _backdated(_scene: Scene, offset: int, group: Group, row: Row) -> Group:
    return group if offset else _rows(group, row, effective_on="2020-02-29")


def _recorded_earlier(scene: Scene, offset: int, group: Group, row: Row) -> Group:
    """Give the whole batch the time of the one before it."""
    if offset:
        return group
    before = scene.groups[scene.batch_number(row[POSITION]) - 1].rows[-1][RECORDED_AT]
    return Group(group.batch, tuple(edited(one, recorded_at=before) for one in group.rows))


def _dropped(_scene: Scene, offset: int, group: Group, row: Row) -> Group:
    if offset:
        return group
    return Group(group.batch, tuple(one for one in group.rows if one is not row))


def _by_another(_scene: Scene, offset: int, group: Group, row: Row) -> Group:
    return group if offset else _rows(group, row, actor="520123-nobody")


def _moved(scene: Scene, offset: int, group: Group, row: Row) -> Group:
    name = next(name for name in two_cases(scene) if name != row[STREAM])
    return group if offset else _rows(group, row, stream=name)


def _inserted(scene: Scene, attacker: Attacker, *, same: bool) -> Attack:
    """Put a batch behind that of an entry: the same entry again, or another one like it."""
    scene.need_anchor()
    row = _own_victim(scene, attacker)
    number = scene.batch_number(row[POSITION])
    group = scene.groups[number]
    cause = f"{entry_of(row).cause[:100]}-again"
    fields = {"cause": cause} if same else {"cause": cause, **other_data(scene, row)}
    batch = list(group.batch)
    batch[B_COUNT], batch[B_CAUSE] = 1, cause
    batch[B_SIGNATURE] = None
    if attacker != "officer":
        batch[B_KEY_ID] = None
    new = Group(tuple(batch), (edited(row, **fields),))
    groups = [*scene.groups[: number + 1], new, *scene.groups[number + 1 :]]
    place = group.rows[-1][POSITION] + 1
    return Attack(books=scene.forged(groups, attacker), expected=_at(scene, place))


def _at(scene: Scene, place: int) -> tuple[int, ...]:
    """Return where something put in at a place must show; it is a batch of its own."""
    return tuple(dict.fromkeys((place, scene.anchors.span_start(place))))


def _reordered(scene: Scene, attacker: Attacker) -> Attack:
    """Exchange two batches that follow each other, with their times."""
    scene.need_anchor()
    row = _own_victim(scene, attacker)
    number = scene.batch_number(row[POSITION]) - 1
    one, two = scene.groups[number], scene.groups[number + 1]
    first, second = one.batch[B_RECORDED_AT], two.batch[B_RECORDED_AT]

    def at(group: Group, time: str) -> Group:
        return Group(group.batch, tuple(edited(row, recorded_at=time) for row in group.rows))

    groups = [*scene.groups[:number], at(two, first), at(one, second), *scene.groups[number + 2 :]]
    place = one.rows[0][POSITION]
    return Attack(books=scene.forged(groups, attacker), expected=scene.spot(place))


def _swapped_cases(scene: Scene, attacker: Attacker) -> Attack:
    """Exchange the names of two cases everywhere."""
    scene.need_anchor()
    if attacker == "log":
        scene.need_log()
    mine, other = two_cases(scene)
    names = {mine: other, other: mine}

    def change(_at: int, group: Group) -> Group:
        if not any(row[STREAM] in names for row in group.rows):
            return group
        return Group(
            group.batch,
            tuple(
                edited(row, stream=names[row[STREAM]]) if row[STREAM] in names else row
                for row in group.rows
            ),
        )

    first = min(row[POSITION] for name in names for row in scene.by_stream[name])
    books = scene.forged(scene.regrouped(change), attacker)
    return Attack(books=books, expected=scene.spot(first))


def _dropped_case(scene: Scene, attacker: Attacker) -> Attack:
    """Take a case out with all its entries, and close the gaps."""
    scene.need_anchor()
    if attacker == "log":
        scene.need_log()
    name = scene.victim()[STREAM]
    rows = scene.by_stream[name]

    def change(_at: int, group: Group) -> Group:
        if not any(row[STREAM] == name for row in group.rows):
            return group
        return Group(group.batch, tuple(row for row in group.rows if row[STREAM] != name))

    books = scene.forged(scene.regrouped(change), attacker)
    return Attack(books=books, expected=_spot(scene, books, rows[0][POSITION]))


_ALL: Final = Both(
    "其后的链、叶哈希、节点、批次树根和账本头全部重算，能签的重签",
    "links, leaf hashes, nodes, batch roots and head computed anew from there on, and signed as far as "
    "the keys go",
)
_HISTORY: Final = (
    "checkpoint_root",
    "checkpoint_ahead",
    "signature_invalid",
    "signature_missing",
    "signature_owner",
    "signature_seen",
)

_EDITS: Final = (
    ("rewrite:entry", "改写一条", "rewrite an entry", _rewritten, "A1"),
    ("rewrite:actor", "把一条记到别人名下", "put an entry under another's name", _by_another, "A9"),
    ("rewrite:delete", "抽去一条并合拢", "take an entry out and close the gap", _dropped, "A2"),
    ("rewrite:move", "移到另一个案并合拢", "move an entry to another case, closing the gap", _moved, "A7"),
    ("backdate:effective_on", "把发生日期提前", "let it have happened earlier", _backdated, "A5"),
    ("backdate:recorded_at", "把记录时间提前到前一批", "let it have been recorded earlier", _recorded_earlier, "A5"),
)  # fmt: skip

_Run = Callable[[Scene, Attacker], Attack]
_TABLE: Final[tuple[tuple[str, str, str, _Run, str, tuple[Attacker, ...]], ...]] = (
    *(
        (name, zh, en, partial(_careful, edit=edit), threat, ATTACKERS)
        for name, zh, en, edit, threat in _EDITS
    ),
    ("rewrite:insert", "插入一条", "insert an entry", partial(_inserted, same=False), "A7", ATTACKERS),
    ("rewrite:duplicate", "重复一条", "duplicate an entry", partial(_inserted, same=True), "A6", ATTACKERS),
    ("rewrite:reorder", "调换前后两批", "exchange two batches in order", _reordered, "A7", ATTACKERS),
    ("rewrite:swap_cases", "调换两个个案", "swap two cases", _swapped_cases, "A7", ("none", "log")),
    ("rewrite:drop_case", "抽去整个个案", "take out a whole case", _dropped_case, "A19", ("none", "log")),
)  # fmt: skip

OPERATORS: Final = tuple(
    Operator(
        name=name,
        kind="rows",
        attackers=attackers,
        title=Both(zh, en),
        does=_ALL,
        finds=_HISTORY,
        rule="span",
        threat=threat,
        run=run,
    )
    for name, zh, en, run, threat, attackers in _TABLE
)
