"""Acts beyond powers, and statements that the entries before them contradict: signed, and false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.duty import AccountChangeConfirmed, AccountChangeRequested
from aidledger.domain.events.payment import PaymentIssued
from aidledger.domain.events.powers import KeyRegistered, RoleGranted
from aidledger.domain.events.proving import BankFileReconciled, IndexSealed, PaymentMonthClosed
from aidledger.ledger import canonical
from aidledger.ledger.sumtree import PaidLine, SumTree
from aidledger.services.adversary.acts import act, appended, last_start
from aidledger.services.adversary.books import (
    LEAF,
    POSITION,
    RECORD,
    RECORDED_AT,
    STREAM,
    Books,
    Row,
)
from aidledger.services.adversary.forging import Officer, edited, entry_of
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.proofs.indexes import Indexes

_DECISIONS: Final = (
    "ApplicationApproved",
    "PayRunApproved",
    "ReviewOpinionGiven",
    "TerminationApproved",
    "PaymentIssued",
)


def _need_powers(scene: Scene) -> Officer:
    officer = scene.need_officer()
    if "GenesisDeclared" not in scene.by_type:
        raise NotTriedError("absent", "账本没有声明权限", "the ledger declares no powers")
    return officer


def _registry(scene: Scene) -> str:
    return str(scene.by_type["GenesisDeclared"][0][STREAM])


def _signed(books: Books, officer: Officer, cause: str, *events: tuple[str, Event]) -> Books:
    """Put acts behind the end, each in a batch of its own that the officer signs."""
    for stream, event in events:
        row = act(books, officer, stream, event, cause)
        books = appended(books, [row], cause=cause, officer=officer)
    return books


def _copied(scene: Scene, officer: Officer, row: Row, cause: str) -> Attack:
    """Do in the officer's name what somebody else did, and sign it."""
    made = edited(
        row,
        actor=officer.actor,
        office=officer.office,
        cause=f"attack:{cause}:{scene.books.size}",
        recorded_at=scene.books.entries[-1][RECORDED_AT],
    )
    books = appended(scene.books, [made], cause=cause, officer=officer)
    return Attack(books=books, expected=(last_start(books),))


def _beyond(scene: Scene, _attacker: Attacker) -> Attack:
    """Decide what the officer has never decided."""
    officer = _need_powers(scene)
    for name in _DECISIONS:
        rows = scene.by_type.get(name, [])
        if rows and all(entry_of(row).actor != officer.actor for row in rows):
            return _copied(scene, officer, rows[-1], "beyond")
    raise NotTriedError(
        "absent", "账本中没有该经办人无权作出的决定", "the officer has decided everything already"
    )


def _own_approval(scene: Scene, _attacker: Attacker) -> Attack:
    """Approve a case that the officer has handled."""
    officer = _need_powers(scene)
    approvals = scene.by_type.get("ApplicationApproved", [])
    for row in approvals:
        others = [entry_of(one) for one in scene.by_stream[row[STREAM]]]
        if any(one.actor == officer.actor for one in others):
            return _copied(scene, officer, row, "own-approval")
    raise NotTriedError(
        "absent",
        "该经办人没有经办过已批准的个案",
        "the officer has handled no case that was approved",
    )


def _grant(scene: Scene, _attacker: Attacker) -> Attack:
    officer = _need_powers(scene)
    event = RoleGranted(
        actor=officer.actor, office=officer.office, place="520123", role="county_approver"
    )
    books = _signed(scene.books, officer, "grant", (_registry(scene), event))
    return Attack(books=books, expected=(last_start(books),))


def _own_key(scene: Scene, _attacker: Attacker) -> Attack:
    officer = _need_powers(scene)
    event = KeyRegistered(
        algorithm="ed25519",
        assurance="token",
        key=f"{officer.actor}-second",
        owner=officer.actor,
        public_key="d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        registrar=officer.actor,
    )
    books = _signed(scene.books, officer, "own-key", (_registry(scene), event))
    return Attack(books=books, expected=(last_start(books),))


def _own_confirmation(scene: Scene, _attacker: Attacker) -> Attack:
    """Ask for another account, and confirm it too."""
    officer, account = _need_powers(scene), "a" + "5" * 32
    stream = str(scene.victim()[STREAM])
    asked = AccountChangeRequested(account=account, holder="self", reason="lost_card")
    confirmed = AccountChangeConfirmed(account=account, channel="face_to_face")
    events = ((stream, asked), (stream, confirmed))
    books = _signed(scene.books, officer, "own-confirmation", *events)
    return Attack(books=books, expected=(last_start(books),))


def _stated(scene: Scene, attacker: Attacker, cause: str, stream: str, event: Event) -> Attack:
    """Put a statement about the ledger behind its end: signed by the officer, or by nobody."""
    officer = scene.need_officer() if attacker == "officer" else None
    row = act(scene.books, officer, stream, event, cause)
    books = appended(scene.books, [row], cause=cause, officer=officer)
    return Attack(books=books, expected=(last_start(books),), deep=True)


def _hidden_case(scene: Scene, attacker: Attacker) -> Attack:
    """Seal an index of cases that leaves one out."""
    hidden, indexes = scene.victim()[STREAM], Indexes()
    for row in scene.books.entries:
        if row[STREAM] != hidden:
            indexes.take(row)
    rows, root = indexes.of["cases"].root()
    event = IndexSealed(kind="cases", root=root.hex(), rows=rows, size=scene.books.size)
    return _stated(scene, attacker, "hidden-case", "index/cases", event)


def _paid(scene: Scene) -> tuple[str, list[PaidLine]]:
    """Return a month that is not closed, and its payments as their entries have them."""
    closed = {_month(row) for row in scene.by_type.get("PaymentMonthClosed", [])}
    months: dict[str, list[PaidLine]] = {}
    for row in scene.by_type.get("PaymentIssued", []):
        event = decode_data(
            "PaymentIssued", msgspec.json.encode(canonical.decode(row[RECORD])["data"])
        )
        if isinstance(event, PaymentIssued) and event.month not in closed:
            line = PaidLine(row[POSITION], row[LEAF], event.amount_fen)
            months.setdefault(event.month, []).append(line)
    for month in sorted(months):
        if len(months[month]) > 1:
            return month, months[month]
    raise NotTriedError(
        "absent", "没有未结账而有两笔发放的月份", "no month that is not closed has two payments"
    )


def _month(row: Row) -> str:
    data = entry_of(row).data
    return str(data["month"]) if isinstance(data, dict) else ""


def _hidden_payment(scene: Scene, attacker: Attacker) -> Attack:
    """Close a month with one payment left out of its total."""
    month, lines = _paid(scene)
    tree = SumTree(lines[:-1])
    event = PaymentMonthClosed(
        count=tree.root.count,
        month=month,
        returned_count=0,
        returned_fen=0,
        root=tree.root.hash.hex(),
        size=scene.books.size,
        total_fen=tree.root.total_fen,
    )
    return _stated(scene, attacker, "hidden-payment", f"month/{month}", event)


def _false_bank(scene: Scene, attacker: Attacker) -> Attack:
    """State that the bank's file and the ledger agree, by a ledger's sum that is false."""
    month, lines = _paid(scene)
    total, count = sum(line.amount_fen for line in lines), len(lines)
    event = BankFileReconciled(
        bank_count=count + 1,
        bank_fen=total + 100_000,
        bank_only_count=0,
        difference_fen=0,
        file="5" * 64,
        ledger_count=count + 1,
        ledger_fen=total + 100_000,
        ledger_only_count=0,
        size=scene.books.size,
    )
    return _stated(scene, attacker, "false-bank", f"month/{month}", event)


_Run = Callable[[Scene, Attacker], Attack]
_POWERS: Final[tuple[tuple[str, str, str, str, str, _Run, str], ...]] = (
    ("powers:decide", "作无权作的决定", "decide without the power to", "照抄他人的决定，以自己名义签名", "another's decision is repeated under the own name and signed", _beyond, "A9"),
    ("powers:self_approval", "审批自己经办的个案", "approve a case that one has handled", "在自己经办过的个案上批准并签名", "an approval is signed in a case that the officer has handled", _own_approval, "A9"),
    ("powers:grant_self", "给自己授予角色", "grant oneself a role", "登记并签名", "recorded and signed", _grant, "A9"),
    ("powers:own_key", "给自己登记密钥", "register a key for oneself", "登记并签名", "recorded and signed", _own_key, "A9"),
    ("powers:own_confirmation", "自己申请、自己确认账户变更", "ask for a change of account and confirm it", "两批都由一人签名", "two batches, both signed by one person", _own_confirmation, "A9"),
)  # fmt: skip
_STATEMENTS: Final[tuple[tuple[str, str, str, str, str, _Run, str, str], ...]] = (
    ("seal:hidden_case", "封存的索引漏掉一个个案", "seal an index that leaves a case out", "其余各行和树根都算对", "all other rows and the root are as they should be", _hidden_case, "index_differs", "A19"),
    ("close:hidden_payment", "封账漏掉一笔发放", "close a month with a payment left out", "笔数、合计和树根都按漏掉的算", "number, total and root are those without it", _hidden_payment, "month_total_differs", "A19"),
    ("close:false_bank", "谎报银行对账相符", "state falsely that the bank's file agrees", "账本一方的笔数和合计是假的", "the ledger's own number and sum are false", _false_bank, "bank_file_differs", "A19"),
)  # fmt: skip

OPERATORS: Final = (
    *(
        Operator(
            name=name,
            kind="powers",
            attackers=("officer",),
            title=Both(zh, en),
            does=Both(does_zh, does_en),
            finds=("act_forbidden",),
            rule="tail",
            threat=threat,
            joint="tail",
            run=run,
        )
        for name, zh, en, does_zh, does_en, run, threat in _POWERS
    ),
    *(
        Operator(
            name=name,
            kind="powers",
            attackers=("none", "officer"),
            title=Both(zh, en),
            does=Both(does_zh, does_en),
            finds=(code,),
            rule="tail",
            threat=threat,
            joint="tail",
            run=run,
        )
        for name, zh, en, does_zh, does_en, run, code, threat in _STATEMENTS
    ),
)
