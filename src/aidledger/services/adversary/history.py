"""Attacks on history as a whole: cut it off, roll it back, fork it, show two of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from aidledger.services.adversary.anchors import receipt_of, witnessed
from aidledger.services.adversary.books import B_COUNT, B_POSITION, B_ROOT, Books, Row
from aidledger.services.adversary.forging import Group, Hands, edited, entry_of, forged
from aidledger.services.adversary.operator import Both, Operator, Rule
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.generations.certifying import STREAM
from aidledger.services.ladder.outside import signed_file


def _cut_at(scene: Scene) -> int:
    """Return the number of the batch from which on a tail is cut off: about a tenth, some covered."""
    covered = scene.anchors.anchored or scene.base.size
    ends = [
        number
        for number, row in enumerate(scene.base.batches)
        if covered * 9 // 10 <= row[B_POSITION] < covered
    ]
    if not ends or scene.base.batches[ends[0]][B_POSITION] == 0:
        raise NotTriedError("absent", "账本太短", "the ledger is too short")
    return ends[0]


def _shorter(scene: Scene, number: int, attacker: Attacker) -> Books:
    """Return the books as they were before a batch, head and nodes mended."""
    return scene.forged(scene.groups[:number], attacker)


def _rows_only(scene: Scene, _attacker: Attacker) -> Attack:
    """Delete the last entries and leave all else as it was."""
    start = scene.base.batches[_cut_at(scene)][B_POSITION]
    books = msgspec.structs.replace(scene.base, entries=scene.base.entries[:start])
    return Attack(books=books, expected=(start,))


def _mended(scene: Scene, attacker: Attacker) -> Attack:
    """Cut the tail off, and mend batches, nodes and head; whoever has the log's key signs it."""
    if attacker == "log":
        scene.need_log()
        scene.need_anchor()
    elif scene.base.mark is None:
        scene.need_anchor()
    number = _cut_at(scene)
    start = scene.base.batches[number][B_POSITION]
    return Attack(books=_shorter(scene, number, attacker), expected=(start,))


def _backup(scene: Scene, attacker: Attacker) -> Attack:
    """Put back everything as it was at half the size, the kept checkpoints too."""
    if attacker == "log":
        scene.need_log()
        scene.need_anchor()
    number = len(scene.groups) // 2
    start = scene.base.batches[number][B_POSITION]
    hands = Hands(notes="drop", mark=attacker == "log")
    return Attack(books=forged(scene.base, scene.groups[:number], hands), expected=(start,))


def _emptied(scene: Scene, attacker: Attacker) -> Attack:
    """Put an empty ledger of the same name in its place."""
    if attacker == "log":
        scene.need_anchor()
    hands = Hands(notes="drop", mark=attacker == "log")
    return Attack(books=forged(scene.base, [], hands), expected=(0,))


def _other_tail(scene: Scene, number: int, *, longer: bool) -> list[Group]:
    """Return a history that is another from a batch on: of the same length, or longer."""

    def other(group: Group) -> Group:
        return Group(
            group.batch, tuple(edited(row, effective_on="2020-02-29") for row in group.rows)
        )

    groups = [*scene.groups[:number], *map(other, scene.groups[number:])]
    if longer:
        last = scene.groups[-1]
        cause = f"{entry_of(last.rows[-1]).cause[:100]}-more"
        batch = (*last.batch[:1], 1, cause, *last.batch[3:6], None, None)
        groups.append(Group(batch, (edited(last.rows[-1], cause=cause),)))
    return groups


def _refilled(scene: Scene, attacker: Attacker, *, longer: bool) -> Attack:
    """Cut the tail off and write another one, with the log's key on it."""
    scene.need_log()
    scene.need_anchor()
    number = _cut_at(scene)
    start = scene.base.batches[number][B_POSITION]
    books = scene.forged(_other_tail(scene, number, longer=longer), attacker)
    return Attack(books=books, expected=scene.spot(start))


def _from_start(scene: Scene, attacker: Attacker) -> Attack:
    """Write all of history anew from the first entry of a case on."""
    scene.need_anchor()
    if attacker == "log":
        scene.need_log()
    cases = [rows[0][0] for name, rows in scene.by_stream.items() if name.startswith("case/")]
    if not cases:
        raise NotTriedError("absent", "账本中没有个案", "the ledger has no case")
    first = min(cases)
    number = scene.batch_number(first)
    books = scene.forged(_other_tail(scene, number, longer=False), attacker)
    return Attack(books=books, expected=scene.spot(scene.batch_start(first)))


def _split_view(scene: Scene, _attacker: Attacker) -> Attack:
    """Leave the ledger as it is, and show somebody else a checkpoint of another one, of the same size."""
    log = scene.need_log()
    scene.need_anchor()
    size = scene.anchors.sizes[-1]
    note = witnessed(scene.base.origin, size, b"\xad" * 32, log, ())
    outside = scene.anchors.outside()
    shown = signed_file("what another auditor was shown", note.encode())
    outside = msgspec.structs.replace(outside, checkpoints=(*outside.checkpoints, shown))
    return Attack(books=scene.base, expected=(None,), outside=outside)


def _rewritten_table_note(scene: Scene, _attacker: Attacker) -> Attack:
    """Keep a second checkpoint of one size in the ledger's own table."""
    log = scene.need_log()
    batch = scene.base.batches[len(scene.base.batches) // 2]
    size = batch[B_POSITION] + batch[B_COUNT]
    rows = [
        (size, root, witnessed(scene.base.origin, size, root, log, ()).encode())
        for root in (batch[B_ROOT], b"\xad" * 32)
    ]
    books = msgspec.structs.replace(scene.base, checkpoints=[*scene.base.checkpoints, *rows])
    return Attack(books=books, expected=(None,))


def _with_receipt(scene: Scene, attacker: Attacker) -> Attack:
    """Cut off what came after the last checkpoint, the mark with it; somebody kept a receipt of it."""
    number, upto = tail_of(scene)
    receipt = receipt_of(scene.base, number)
    outside = scene.anchors.outside(upto=upto, proofs=(("receipt", receipt),))
    books = _shorter(scene, number, attacker)
    return Attack(books=books, expected=(scene.base.batches[number][B_POSITION],), outside=outside)


def tail_of(scene: Scene) -> tuple[int, int]:
    """Return the first batch behind the last cosigned checkpoint but one, and that one's size.

    A ledger that has entries behind its last one is cut there.
    """
    scene.need_anchor()
    sizes = scene.anchors.sizes
    upto = sizes[-1] if sizes[-1] < scene.base.size else (sizes[-2] if len(sizes) > 1 else 0)
    number = next((n for n, row in enumerate(scene.base.batches) if row[B_POSITION] >= upto), None)
    if not upto or number is None:
        raise NotTriedError(
            "absent", "最后一个检查点之后没有记录", "nothing comes after the last checkpoint"
        )
    return number, upto


def _known_receipt(scene: Scene, attacker: Attacker) -> Attack:
    """Rewrite an entry whose receipt somebody kept: the receipt names it exactly."""
    row = scene.victim()
    number = scene.batch_number(row[0])
    outside = scene.anchors.outside(proofs=(("receipt", receipt_of(scene.base, number)),))
    books = scene.forged(_with_row(scene, row), attacker)
    return Attack(books=books, expected=(row[0],), outside=outside)


def _known_certificate(scene: Scene, attacker: Attacker) -> Attack:
    """Rewrite an entry that a generation was derived from, and leave its certificate as it is."""
    certified = scene.by_stream.get(STREAM, [])
    if not certified:
        raise NotTriedError("absent", "账本没有生成版本认证", "no generation is certified")
    data = entry_of(certified[0]).data
    below = data.get("size", 0) if isinstance(data, dict) else 0
    row = scene.victim(lambda one: one[B_POSITION] < below)
    books = scene.forged(_with_row(scene, row), attacker)
    return Attack(books=books, expected=(certified[0][0],))


def _with_row(scene: Scene, row: Row) -> list[Group]:
    """Return the batches with one entry rewritten."""

    def other(_number: int, group: Group) -> Group:
        rows = (edited(one, effective_on="2020-02-29") if one is row else one for one in group.rows)
        return Group(group.batch, tuple(rows))

    return scene.regrouped(other)


_CHECKPOINTS: Final = ("checkpoint_root", "checkpoint_ahead", "checkpoint_two_roots")
_CUT: Final = ("behind_mark", "checkpoint_ahead", "head_size")
_TABLE: Final[
    tuple[
        tuple[str, str, str, str, str, Callable[[Scene, Attacker], Attack], tuple[Attacker, ...], tuple[str, ...], Rule, str],
        ...,
    ]
] = (
    ("truncate:rows", "截去末尾的行", "cut the last rows off", "只删条目，别的不动", "delete the last entries, nothing else", _rows_only, ("none",), ("head_size",), "tail", "A2"),
    ("truncate:mended", "截去末尾并修好账本头", "cut the tail off and mend the head", "条目、批次、节点、账本头一起截短；有账本密钥的再签，并改标记", "entries, batches, nodes and head are cut; with the log's key signed again, the mark moved", _mended, ("none", "log"), _CUT, "tail", "A3"),
    ("rollback:backup", "恢复旧备份", "put an old backup back", "整个数据库回到一半大小时；有账本密钥的连标记一起改", "the whole database as it was at half its size; with the log's key the mark too", _backup, ("none", "log"), _CUT, "tail", "A11"),
    ("rollback:empty", "换成同名的空账本", "put an empty ledger of the same name there", "全部清空", "everything is gone", _emptied, ("none", "log"), _CUT, "tail", "A2"),
    ("fork:refilled", "截去末尾，另写一段", "cut the tail off and write another", "长度不变，内容不同，重签检查点", "of the same length with other content, signed again", partial(_refilled, longer=False), ("log",), _CHECKPOINTS, "span", "A3"),
    ("fork:longer", "从某处起分叉并更长", "fork and go on longer", "另一段历史，比原来更长，重签检查点", "another history from there on, longer than the true one, signed again", partial(_refilled, longer=True), ("log",), _CHECKPOINTS, "span", "A4"),
    ("rewrite:all", "从头改写全部历史", "write all of history anew", "从第一个个案起全部改写、重算、重签", "everything from the first case on, computed and signed anew", _from_start, ("none", "log", "officer"), (*_CHECKPOINTS, "signature_invalid", "signature_missing"), "span", "A1"),
    ("split:view", "给两个审计方看不同历史", "show two auditors two histories", "同一大小签两个树根，账本本身不动", "two roots at one size are signed; the ledger stays as it is", _split_view, ("log",), ("checkpoint_two_roots",), "file", "A4"),
    ("split:table", "账本里存两个同大小的检查点", "keep two checkpoints of one size", "检查点表里多一个同大小、不同树根的", "one more row of the same size with another root", _rewritten_table_note, ("log",), ("checkpoint_two_roots", "checkpoint_root"), "file", "A10"),
    ("truncate:receipt", "截去无检查点的末尾，但有人持回执", "cut off the uncovered tail that somebody has a receipt of", "连标记一起截去最后一个检查点之后的记录", "everything after the last checkpoint goes, and the mark with it", _with_receipt, ("log",), ("receipt_missing",), "tail", "A2"),
    ("rewrite:receipt", "改写有人持回执的一条", "rewrite an entry that somebody has a receipt of", "改写、重算、重签", "rewritten, computed and signed anew", _known_receipt, ("none", "log"), ("receipt_missing",), "entry", "A1"),
    ("rewrite:certified", "改写认证过的生成版本所依据的一条", "rewrite an entry below a certified generation", "改写、重算、重签，认证原样不动", "rewritten, computed and signed anew; the certificate stays as it is", _known_certificate, ("none", "log"), ("statement_differs",), "entry", "A1"),
)  # fmt: skip

OPERATORS: Final = tuple(
    Operator(
        name=name,
        kind="history",
        attackers=attackers,
        title=Both(zh, en),
        does=Both(does_zh, does_en),
        finds=finds,
        rule=rule,
        threat=threat,
        run=run,
    )
    for name, zh, en, does_zh, does_en, run, attackers, finds, rule, threat in _TABLE
)
