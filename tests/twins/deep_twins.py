"""Attacks on what entries mean: decisions, derivations, sealed indexes, closed months, amendments."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing as closed
from typing import Any, Final, NamedTuple

import msgspec
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.test_closing import APRIL, MARCH, correction, paid
from tests.twins.cuts import Cut

from aidledger.domain.case import fold_case
from aidledger.domain.decide import WITH_RECORD
from aidledger.domain.events.base import AmountLine
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.proving import BankFileReconciled, IndexSealed, PaymentMonthClosed
from aidledger.domain.events.registry import EntryCorrected
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.policy import decision as policy
from aidledger.domain.policy.clause import nested
from aidledger.domain.recorded import Recorded
from aidledger.ledger.sumtree import EMPTY_SUM
from aidledger.replay.rows import recorded_row
from aidledger.services.decisions import redeciding
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import closing_figures
from aidledger.services.proofs.indexes import Indexes
from aidledger.store.outcome import Committed
from aidledger.store.sealing import time_text

REPEAT = "domain.policy.decision"
ENTRY = "domain.decided"


class Deep(NamedTuple):
    """A twin on the ledger of an office; `attack` gives the position at which it is to be found."""

    attack: Callable[[Office], int | None]
    cuts: tuple[Cut, ...]
    depth: str = ""


# ---- decisions


def decided(office: Office, kind: type) -> Recorded:
    """Return the last act of a type that carries its decision."""
    return next(one for one in reversed(office.session.stream(CASE)) if type(one.event) is kind)


def act_again(office: Office, event: Any, *, pin: policy.DecisionRecord | None = None) -> int:
    """Write an act of the case past every rule, under the pack of its decision or of another."""
    assert isinstance(event, WITH_RECORD)
    return forge(office, CASE, event, pin or event.decision)


def entitled(office: Office, record: policy.DecisionRecord, **changes: Any) -> int:
    """Set the entitlement that a decision gives."""
    event: Any = decided(office, EntitlementSet).event
    said = {
        "decision": record,
        "monthly_fen": record.amount_fen or 0,
        "parts": tuple(AmountLine(code=p.code, fen=p.fen, formula=p.formula) for p in record.parts),
    }
    return act_again(office, msgspec.structs.replace(event, **{**said, **changes}))


def decision(office: Office) -> policy.DecisionRecord:
    event: Any = decided(office, EntitlementSet).event
    record: policy.DecisionRecord = event.decision
    return record


def another_amount(office: Office) -> int:
    """Nothing but the amount is another, in the decision and beside it."""
    return entitled(office, msgspec.structs.replace(decision(office), amount_fen=912_800))


def another_sum_beside(office: Office) -> int:
    return entitled(office, decision(office), monthly_fen=912_800)


def other_parts_beside(office: Office) -> int:
    return entitled(office, decision(office), parts=())


def no_decision(office: Office) -> int:
    known = decision(office)
    event: Any = decided(office, EntitlementSet).event
    false = msgspec.structs.replace(event, decision=None, monthly_fen=912_800)
    return act_again(office, false, pin=known)


def false_record(office: Office) -> policy.DecisionRecord:
    """Take the whole decision on an ability that nobody assessed."""
    known = decision(office)
    facts = nested({**known.facts, "case.ability": "unable"})
    pack = office.session.policy().pack(known.pack_hash)
    record, _ = policy.decide(pack, "EntitlementSet", {**facts, "standards": []}, with_amount=True)
    assert (record.amount_fen or 0) > (known.amount_fen or 0)
    return record


def false_facts(office: Office) -> int:
    return entitled(office, false_record(office))


def false_facts_withheld(office: Office) -> int:
    """They are named as what may stand in no entry, so that nobody can take the decision again."""
    record = false_record(office)
    facts = {path: fact for path, fact in record.facts.items() if path != "case.ability"}
    return entitled(
        office, msgspec.structs.replace(record, facts=facts, withheld=("case.ability",))
    )


def another_month_beside(office: Office) -> int:
    return entitled(office, decision(office), from_month="2021-02")


def under_another_pack(office: Office) -> int:
    """An adopted pack, and not the one that holds there."""
    known = decision(office)
    other = next(a for a in office.session.policy().adoptions() if a.pack_hash != known.pack_hash)
    pack = office.session.policy().pack(other.pack_hash)
    facts = {**nested(known.facts), "standards": []}
    return entitled(office, policy.decide(pack, "EntitlementSet", facts, with_amount=True)[0])


def another_pin(office: Office) -> int:
    known = decision(office)
    other = next(a for a in office.session.policy().adoptions() if a.pack_hash != known.pack_hash)
    pinned = msgspec.structs.replace(known, pack=other.pack, pack_hash=other.pack_hash)
    return act_again(office, decided(office, EntitlementSet).event, pin=pinned)


def refused_and_done(office: Office) -> int:
    """What is approved already is approved again: a rule refuses it, and it stands all the same."""
    session, before = office.session, office.session.stream(CASE)
    first = decided(office, ApplicationApproved)
    event: Any = first.event
    again = msgspec.structs.replace(
        first, effective_on="2022-02-20", recorded_at=time_text(session.clock.now())
    )
    known = redeciding.known_facts(
        session, session.policy(), fold_case(CASE, before), again, event.decision
    )
    standards = known.pop("standards")
    pack = session.policy().pack(event.decision.pack_hash)
    facts = {**nested(known), "standards": standards}
    record, _ = policy.decide(pack, "ApplicationApproved", facts)
    assert "refuse" == record.outcome
    return act_again(office, msgspec.structs.replace(event, decision=record))


def a_pack_lost(office: Office) -> None:
    with closed(sqlite3.connect(office.location)) as file:
        file.execute("DROP TRIGGER evidence_no_delete")
        file.execute("DELETE FROM evidence WHERE media_type = 'application/toml'")
        file.commit()
    office.session.forget()


# ---- what is sealed and closed


def an_entry_hidden(office: Office) -> int:
    """The newest index lacks one entry of the case."""
    store = office.session.store
    size = store.head().size
    hidden = office.session.stream(CASE)[4].position
    lying = Indexes()
    for row in store.read(0, size):
        if row[0] != hidden:
            lying.take(row)
    rows, root = lying.of["cases"].root()
    return forge(
        office, "index/cases", IndexSealed(kind="cases", root=root.hex(), rows=rows, size=size)
    )


def closing_of(office: Office, month: str) -> dict[str, Any]:
    size = office.session.store.head().size
    figures = closing_figures(PaymentBook(office.session.store), month, size)
    return {**figures, "month": month, "size": size}


def closed_again(office: Office) -> int:
    again = msgspec.convert(closing_of(office, MARCH), PaymentMonthClosed)
    return forge(office, f"month/{MARCH}", again)


def closed_without_its_payment(office: Office) -> int:
    """Total, number and root of the month agree with each other: there was no payment."""
    none = {"count": 0, "total_fen": 0, "root": EMPTY_SUM.hex()}
    false = msgspec.convert({**closing_of(office, APRIL), **none}, PaymentMonthClosed)
    return forge(office, f"month/{APRIL}", false)


def paid_after_the_closing(office: Office) -> int:
    done = office.act("2022-03-30", paid(999), cause="late")
    assert isinstance(done, Committed)
    return done.receipt.position


def reconciled_without_a_payment(office: Office) -> int:
    """Bank and ledger are said to agree, on a payment less."""
    last = list(office.session.store.read_types(["BankFileReconciled"]))[-1]
    entry = recorded_row(last)
    assert entry is not None
    event: Any = entry.event
    less = {"bank_fen": event.bank_fen - 70_000, "ledger_fen": event.ledger_fen - 70_000}
    counts = {"bank_count": event.bank_count - 1, "ledger_count": event.ledger_count - 1}
    assert isinstance(event, BankFileReconciled)
    return forge(office, f"run/{MARCH}", msgspec.structs.replace(event, **less, **counts))


def corrected_in_another_stream(office: Office) -> int:
    """What looks like a correction and changes nothing: the entry that it names is of the registry."""
    said = correction(0, "monthly_fen", "1")["data"]
    return forge(office, CASE, msgspec.convert(said, EntryCorrected))


DEEP_TWINS: Final[dict[str, Deep]] = {
    "decision_differs": Deep(
        another_amount,
        (
            Cut(
                f"{REPEAT}:_amount_differences", "if amounts.fen != record.amount_fen:", "if False:"
            ),
        ),
    ),
    "decision_not_replayed": Deep(
        a_pack_lost,
        (
            Cut(
                "services.ladder.deepcheck:deep_check",
                "findings.append(_not_replayed(stream, str(repeated)))",
                "pass",
            ),
        ),
        "pack_missing",
    ),
    "index_differs": Deep(
        an_entry_hidden,
        (Cut("services.ladder.indexcheck:_compare", "if root.hex() != seal.root:", "if False:"),),
    ),
    "month_order": Deep(
        closed_again,
        (Cut("services.ladder.closingcheck:_order", "if before is not None:", "if False:"),),
    ),
    "month_total_differs": Deep(
        closed_without_its_payment,
        (
            Cut(
                "services.ladder.closingcheck:_compared",
                "if found != expected:",
                "if found != expected and code != 'month_total_differs':",
            ),
        ),
    ),
    "month_late_payment_unlisted": Deep(
        paid_after_the_closing,
        (
            Cut(
                "services.ladder.closingcheck:_unlisted",
                "changes(book, month, size, None)",
                "((), ())",
            ),
        ),
    ),
    "bank_file_differs": Deep(
        reconciled_without_a_payment,
        (
            Cut(
                "services.ladder.closingcheck:_reconciliation",
                "_compared(code, entry, event, figures)",
                "()",
                more=(("matched != len(lines) - event.ledger_only_count", "False"),),
            ),
        ),
    ),
}

MORE_DEEP_TWINS: Final[dict[str, Deep]] = {
    "another sum beside": Deep(
        another_sum_beside,
        (Cut(f"{ENTRY}:unlike", "if event.monthly_fen != amount:", "if False:"),),
    ),
    "other parts beside": Deep(
        other_parts_beside, (Cut(f"{ENTRY}:unlike", "if event.parts != lines:", "if False:"),)
    ),
    "another pin": Deep(
        another_pin, (Cut(f"{ENTRY}:unlike", "if pinned != record.pack_hash:", "if False:"),)
    ),
    "no decision": Deep(
        no_decision,
        (
            Cut(
                f"{ENTRY}:undecided",
                "not isinstance(entry.event, WITH_RECORD)",
                "True",
            ),
        ),
    ),
    "false facts": Deep(
        false_facts,
        (
            Cut(
                "services.decisions.redeciding:_is_known_then",
                "root in {'case', 'person'}",
                "False",
            ),
        ),
    ),
    "false facts withheld": Deep(
        false_facts_withheld,
        (
            Cut(
                f"{ENTRY}:unlike",
                "if path not in SENSITIVE:",
                "if False:",
                more=(("record.withheld and DECISION_FACTS not in entry.sealed", "False"),),
            ),
        ),
    ),
    "another month beside": Deep(
        another_month_beside,
        (Cut("services.decisions.redeciding:_is_known_then", "root == 'act'", "False"),),
    ),
    "under another pack": Deep(
        under_another_pack,
        (
            Cut(
                "services.decisions.redeciding:_pack_not_in_force",
                "held is not None and held.pack_hash == pack.hash",
                "True",
            ),
        ),
    ),
    "refused and done": Deep(
        refused_and_done,
        (Cut(f"{ENTRY}:unwaived", "kept.id in refusing - named", "False"),),
    ),
}
"""Other forged decisions, all of the code `decision_differs`; most of them were not found once."""
