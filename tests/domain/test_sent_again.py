"""What the bank gave back is sent again once, and no more than came back (F065)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.test_bearers import answered_for
from tests.domain.test_packs import LIBRARY

from aidledger.domain.decide import Circumstances, Refused, decide
from aidledger.domain.events.payment import PaymentReissued, PaymentReturned
from aidledger.domain.proposal import Despite, Proposal

MONTH, DAY = "2022-03", "2022-04-01"
ACCOUNT = "a" + "0" * 16
PACKS = ("gz-county-2022", "gz-dibao-2022", "gz-temporary-2022", "gz-children-2022")


def back(fen: int, run: str = "run/1") -> PaymentReturned:
    return PaymentReturned(
        amount_fen=fen, month=MONTH, reason="account_closed", returned_on=DAY, run=run
    )


def again(fen: int, run: str = "run/1") -> PaymentReissued:
    return PaymentReissued(account=ACCOUNT, amount_fen=fen, month=MONTH, run=run)


def asked(
    *before: Any, act: PaymentReissued, pack: str = PACKS[0], despite: tuple[Despite, ...] = ()
) -> dict[str, dict[str, Any]]:
    """Return what refuses an act after some entries: facts by clause."""
    case = answered_for(*before)
    proposal = Proposal(
        type="PaymentReissued",
        stream=case.stream,
        event=act,
        effective_on=DAY,
        actor="f1",
        office="520123",
        despite=despite,
    )
    given = Circumstances(case=case, pack=LIBRARY.resolve(pack), recorded_on=DAY, stream_version=9)
    result = decide(proposal, given)
    return {one.clause: one.facts for one in result.refusals} if isinstance(result, Refused) else {}


@pytest.mark.parametrize("pack", PACKS)
def test_more_than_came_back_is_refused_with_both_sums(pack: str) -> None:
    assert {} == asked(back(500), act=again(500), pack=pack)

    refused = asked(back(500), act=again(501), pack=pack)

    expected = {
        "act.amount_fen": 501,
        "act.month": MONTH,
        "act.run": "run/1",
        "case.returned_fen": 500,
    }
    assert {"reissue-within-returned": expected} == refused


@pytest.mark.parametrize(
    ("before", "fen", "run", "clauses"),
    [
        # two lines of a month came back, and each is sent again by itself
        ((back(500), back(80), again(500)), 80, "run/1", set()),
        ((back(500), back(80), again(500)), 81, "run/1", {"reissue-within-returned"}),
        ((back(500), again(200)), 300, "run/1", set()),
        # what came back again after it was sent again
        ((back(500), again(500), back(500)), 500, "run/1", set()),
        # another run's money
        ((back(500, "run/2"),), 500, "run/1", {"reissue-within-returned"}),
        ((back(500), again(500)), 1, "run/1", {"reissue-after-return"}),
    ],
)
def test_what_is_left_of_a_line_is_what_came_back_and_was_not_sent_again(
    before: tuple[Any, ...], fen: int, run: str, clauses: set[str]
) -> None:
    assert clauses == set(asked(*before, act=again(fen, run)))


def test_an_officer_may_still_send_more_against_the_rule_by_its_name() -> None:
    despite = Despite(authority="book", clause="reissue-within-returned", reason="history")

    assert {} == asked(back(500), act=again(501), despite=(despite,))
