"""A roster, and what is sent again, names the account that is bound to the case on its day (F063, D21 art. 26)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import CASE
from tests.domain.test_packs import LIBRARY

from aidledger.domain.case import fold_case
from aidledger.domain.decide import Circumstances, Refused, decide
from aidledger.domain.events.base import Event
from aidledger.domain.events.payment import PaymentReissued, PaymentReturned, PaymentRostered
from aidledger.domain.events.support import AccountBound
from aidledger.domain.proposal import Despite, Proposal
from aidledger.domain.recorded import Recorded

OLD, NEW, OTHER = ("a" + digit * 32 for digit in "123")
RULE = "account-bound"
MONTH = "2022-03"


def case_of(*dated: tuple[str, Event]) -> Any:
    return fold_case(
        CASE,
        [
            Recorded(
                actor="u1",
                effective_on=day,
                event=event,
                office="520123001",
                pack_hash=None,
                position=position,
                recorded_at=f"2022-04-{position + 1:02d}T00:00:00.000000Z",
                sealed={},
                stream=CASE,
                version=position + 1,
            )
            for position, (day, event) in enumerate(dated)
        ],
    )


def refused(act: Event, on: str, *bound: tuple[str, str], despite: tuple[str, ...] = ()) -> Any:
    """Return the facts on which the rule refuses an act, where it does."""
    back = PaymentReturned(amount_fen=5, month=MONTH, reason="x", returned_on=on, run="run/1")
    accounts = [(day, AccountBound(account=name, holder="self")) for day, name in bound]
    by = Proposal(
        type=type(act).__name__,
        stream=CASE,
        event=act,
        effective_on=on,
        actor="f1",
        office="520123",
        despite=tuple(Despite(authority="x", clause=one, reason="x") for one in despite),
    )
    given = Circumstances(
        case=case_of(*accounts, (on, back)),
        pack=LIBRARY.resolve("gz-county-2022"),
        recorded_on=on,
        stream_version=9,
    )
    result = decide(by, given)
    found = result.refusals if isinstance(result, Refused) else ()
    return next((one.facts for one in found if one.clause == RULE), None)


def rostered(account: str) -> PaymentRostered:
    return PaymentRostered(account=account, amount_fen=5, month=MONTH, run="run/1")


def sent_again(account: str) -> PaymentReissued:
    return PaymentReissued(account=account, amount_fen=5, month=MONTH, run="run/1")


@pytest.mark.parametrize("act", [rostered, sent_again])
def test_only_the_account_bound_on_the_day_is_paid_into(act: Any) -> None:
    bound = (("2022-01-20", OLD), ("2022-03-15", NEW))

    assert refused(act(OLD), "2022-03-14", *bound) is None
    assert refused(act(NEW), "2022-03-15", *bound) is None
    assert {"act.account": OLD, "case.account": NEW} == refused(act(OLD), "2022-03-15", *bound)
    assert {"act.account": OTHER, "case.account": OLD} == refused(act(OTHER), "2022-03-14", *bound)


def test_an_account_of_an_earlier_day_that_is_recorded_late_is_not_the_one() -> None:
    bound = (("2022-03-15", NEW), ("2022-01-20", OLD))

    assert NEW == case_of(*((d, AccountBound(account=a, holder="self")) for d, a in bound)).account
    assert refused(rostered(NEW), "2022-04-08", *bound) is None
    assert refused(rostered(OLD), "2022-04-08", *bound)


def test_where_no_account_is_bound_none_is_asked_for() -> None:
    assert refused(rostered(OTHER), "2022-03-08") is None


def test_an_officer_may_pay_into_another_against_the_rule_by_its_name() -> None:
    act, bound = sent_again(OTHER), ("2022-01-20", OLD)

    assert refused(act, "2022-03-08", bound) is not None
    assert refused(act, "2022-03-08", bound, despite=(RULE,)) is None
