"""What can't be found: carried out all the same, shown not found, and said who must act together for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from aidledger.services.adversary.acts import appended
from aidledger.services.adversary.anchors import QUORUM, WITNESSES, Anchors, witnessed
from aidledger.services.adversary.books import (
    B_DIGEST,
    POSITION,
    RECORDED_AT,
    STREAM,
    TYPE,
    Books,
    Row,
)
from aidledger.services.adversary.forging import Group, edited
from aidledger.services.adversary.history import tail_of
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.rowchange import with_value
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.ladder.outside import Outside, signed_file


def _tail(scene: Scene, attacker: Attacker) -> Attack:
    """Drop what came after the last cosigned checkpoint, and the mark with it."""
    number, upto = tail_of(scene)
    books = scene.forged(scene.groups[:number], attacker)
    start = scene.groups[number].rows[0][POSITION]
    return Attack(books=books, expected=(start,), outside=scene.anchors.outside(upto=upto))


def _no_checkpoint(scene: Scene, attacker: Attacker) -> Attack:
    """Cut half of the log off where the auditor holds nothing from outside."""
    number = len(scene.groups) // 2
    books = scene.forged(scene.groups[:number], attacker)
    start = scene.groups[number].rows[0][POSITION]
    return Attack(books=books, expected=(start,), outside=Outside())


def _rewritten_tail(scene: Scene, attacker: Attacker) -> tuple[Books, int]:
    """Return a history that somebody with these keys can write so that nothing inside it is wrong."""
    if not scene.signed:
        row = scene.victim()
        number = scene.batch_number(row[POSITION])
        group = scene.groups[number]
        rows = tuple(
            edited(one, effective_on="2020-02-29") if one is row else one for one in group.rows
        )
        groups = [*scene.groups[:number], Group(group.batch, rows), *scene.groups[number + 1 :]]
        return scene.forged(groups, attacker), row[POSITION]
    number = len(scene.groups) * 7 // 8
    return scene.forged(scene.groups[:number], attacker), scene.groups[number].rows[0][POSITION]


def _shown(trial: Anchors, books: Books) -> Outside:
    """Return what an auditor is shown who sees the ledger for the first time."""
    assert trial.log is not None  # noqa: S101 - a trial has its own
    size, root = books.head[0][:2]
    note = witnessed(books.origin, size, root, trial.log, trial.witnesses[:QUORUM])
    file = signed_file("what the operator and two witnesses show", note.encode())
    return Outside(checkpoints=(file,), policy=trial.policy)


def _with_witnesses(scene: Scene, attacker: Attacker) -> Attack:
    """Rewrite history together with the quorum's witnesses, who sign it anew."""
    books, position = _rewritten_tail(scene, attacker)
    outside = _shown(scene.trial, books)
    return Attack(books=_without_notes(books), expected=(position,), outside=outside)


def _without_notes(books: Books) -> Books:
    return msgspec.structs.replace(books, checkpoints=[])


def _older_held(scene: Scene, attacker: Attacker) -> Attack:
    """Do the same before an auditor who kept a checkpoint from before."""
    books, position = _rewritten_tail(scene, attacker)
    shown = _shown(scene.trial, books)
    kept = scene.trial.checkpoints
    both = Outside(checkpoints=(*kept, *shown.checkpoints), policy=shown.policy)
    spans = (position, scene.trial.span_start(position))
    return Attack(books=_without_notes(books), expected=tuple(dict.fromkeys(spans)), outside=both)


def _false_statement(scene: Scene, _attacker: Attacker) -> Attack:
    """Record something in good form that is not true, within the officer's own powers."""
    size, officer = scene.books.size, scene.need_officer()
    row = _habit(scene)
    made = edited(row, cause=f"attack:lie:{size}", recorded_at=scene.books.entries[-1][RECORDED_AT])
    books = appended(scene.books, [made], cause="lie", officer=officer)
    return Attack(books=books, expected=(size,))


def _habit(scene: Scene) -> Row:
    """Return what the officer does, best what was done in one case more than once. Raises NotTriedError."""
    seen: set[tuple[str, str]] = set()
    once = None
    for number in reversed(scene.officers_batches()):
        for row in scene.groups[number].rows:
            if not str(row[STREAM]).startswith("case/"):
                continue
            if (row[STREAM], row[TYPE]) in seen:
                return row
            seen.add((row[STREAM], row[TYPE]))
            once = once or row
    if once is None:
        raise NotTriedError(
            "absent", "该经办人没有个案记录", "the officer has recorded nothing of a case"
        )
    return once


def _refused(scene: Scene, _attacker: Attacker) -> Attack:
    """Refuse to record what an officer hands in: the ledger then has no trace of it."""
    return Attack(books=scene.books, expected=(scene.books.size,))


def _digest(scene: Scene, _attacker: Attacker) -> Attack:
    """Change the digest by which a repeated request is recognised."""
    row = scene.victim()
    number = scene.batch_number(row[POSITION])
    digest = scene.base.batches[number][B_DIGEST]
    if len(digest) != 32:
        raise NotTriedError("absent", "该批次没有摘要", "the batch has no digest")
    books = with_value(scene.base, "batches", number, B_DIGEST, bytes([digest[0] ^ 1]) + digest[1:])
    return Attack(books=books, expected=(scene.batch_start(row[POSITION]),))


_Run = Callable[[Scene, Attacker], Attack]
_OPERATOR: Final = Both("运营方一人", "the operator alone")
_TABLE: Final[tuple[tuple[str, str, str, str, str, _Run, tuple[Attacker, ...], Both, str], ...]] = (
    ("limit:uncovered_tail", "截去最后检查点之后的记录", "drop what came after the last cosigned checkpoint", "条目、批次、账本头和标记一起截短，没有人出示回执", "entries, batches, head and mark are cut; nobody shows a receipt", _tail, ("log",), Both("运营方，以及其后各笔回执的全部持有人", "the operator, and everybody who holds a receipt of it"), "A2"),
    ("limit:no_checkpoint", "审计方手中没有检查点", "an auditor who holds no checkpoint", "截去一半并改标记；审计方什么也没有带来", "half is cut off and the mark moved; the auditor brings nothing along", _no_checkpoint, ("log",), _OPERATOR, "A2"),
    ("limit:witnesses", "见证方一起重签改写的历史", "rewrite history together with the witnesses", "改写或截短后由账本密钥和法定数的见证方重签，给第一次来的审计方看", "rewritten or cut, signed anew by the log and the quorum, shown to an auditor who comes for the first time", _with_witnesses, ("log",), Both(f"运营方、{len(WITNESSES)} 个见证方中的 {QUORUM} 个，以及较早的检查点、证明和回执的全部持有人；改写他人签过的，还须本人", f"the operator, {QUORUM} of the {len(WITNESSES)} witnesses, and every holder of an earlier checkpoint, proof or receipt; to change what an officer signed, that officer too"), "A4"),
    ("limit:false_statement", "形式正确的虚假陈述", "a false statement in good form", "在本人权限之内记录并签名一件没有发生的事", "something that did not happen, within one's own powers, signed", _false_statement, ("officer",), Both("该经办人一人：账本证明谁在何时说过，不证明所说属实", "the officer alone: a ledger proves who said what and when, not that it is so"), "A5"),
    ("limit:refused_submission", "拒收一笔提交", "refuse a submission", "提交的人得不到回执，账本里什么也没有", "whoever submits gets no receipt, and the ledger has nothing", _refused, ("log",), Both("运营方一人：只有提交人自己的发件箱和缺少的回执能说明", "the operator alone: only the submitter's own outbox, and the receipt that is missing, tell"), "A19"),
    ("limit:request_digest", "改请求摘要", "change a request's digest", "换成另一个摘要", "another digest in its place", _digest, ("none",), Both("运营方一人：它只用来认出重复的请求，核验方无法重算，也没有别的依赖它", "the operator alone: it serves to recognise a repeated request, nobody can compute it, and nothing else rests on it"), "A6"),
)  # fmt: skip

OPERATORS: Final = (
    Operator(
        name="rewrite:witnesses",
        kind="history",
        attackers=("log",),
        title=Both(
            "见证方一起重签，但审计方留有旧检查点",
            "rewrite history with the witnesses, an older checkpoint being kept",
        ),
        does=Both(
            "改写或截短后由账本密钥和法定数的见证方重签",
            "rewritten or cut, and signed anew by the log and the quorum",
        ),
        finds=("checkpoint_root", "checkpoint_ahead"),
        rule="span",
        threat="A4",
        run=_older_held,
    ),
    *(
        Operator(
            name=name,
            kind="limits",
            attackers=attackers,
            title=Both(zh, en),
            does=Both(does_zh, does_en),
            finds=(),
            rule="nowhere",
            threat=threat,
            coalition=coalition,
            run=run,
        )
        for name, zh, en, does_zh, does_en, run, attackers, coalition, threat in _TABLE
    ),
)
