"""A line of a roster that was annulled or corrected counts in its pay run as it now stands."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import CASE
from tests.services.conftest import COUNTY, Office
from tests.services.test_recording import approve, on_case

from aidledger.domain.payrun import PayRun
from aidledger.services.funds.importing import account_of
from aidledger.services.problems import RefusedError
from aidledger.services.session import open_session
from aidledger.store.outcome import Committed

RUN, DUE = "run/2022-02", 136_300


def opened(office: Office) -> dict[str, Any]:
    """Open the run of a month; return a line of its roster."""
    approve(office)
    data = {"fund": "fund/tekun-2022", "month": "2022-02"}
    office.act("2022-02-08", {"type": "PayRunOpened", "stream": RUN, "actor": "u2", "data": data})
    account = office.session.states.case(CASE).account
    line: dict[str, Any] = {"account": account, "amount_fen": DUE, "month": "2022-02", "run": RUN}
    return on_case("PaymentRostered", "u2", **line)


def annulled(position: int, stream: str = CASE) -> dict[str, Any]:
    data = {"authority": "county", "position": position, "reason": "typing error"}
    return {"type": "EntryAnnulled", "stream": stream, "actor": "u2", "data": data}


def approved(lines: int, total_fen: int) -> dict[str, Any]:
    data = {"lines": lines, "total_fen": total_fen}
    who = {"actor": "u9", "office": COUNTY}
    return {"type": "PayRunApproved", "stream": RUN, "data": data, **who}


def last(office: Office) -> int:
    return office.session.stream(CASE)[-1].position


def again(office: Office) -> PayRun:
    """Return the run as another process sees it."""
    with open_session(office.location, clock=office.clock) as session:
        return session.states.run(RUN)


def test_an_annulled_line_of_a_roster_is_not_approved_with_it(office: Office) -> None:
    """F061: the money of one line was approved twice, and the right sum was refused."""
    line = opened(office)
    office.act("2022-02-08", line)
    office.act("2022-02-09", annulled(last(office)))
    office.act("2022-02-09", line)

    assert (1, DUE) == (again(office).lines, again(office).total_fen)
    with pytest.raises(RefusedError, match="run-balances"):
        office.act("2022-02-10", approved(2, 2 * DUE))
    assert isinstance(office.act("2022-02-10", approved(1, DUE)), Committed)


def test_within_one_batch_too(office: Office) -> None:
    line = opened(office)
    office.act("2022-02-08", line)
    office.act("2022-02-09", annulled(last(office)), line, approved(1, DUE))
    run = office.session.states.run(RUN)

    assert (True, 1, DUE) == (run.approved, run.lines, run.total_fen)
    assert run == again(office)


def test_a_corrected_line_counts_as_it_was_corrected(office: Office) -> None:
    office.act("2022-02-08", opened(office))
    at: dict[str, Any] = {"authority": "county", "position": last(office), "reason": "typing error"}
    office.act("2022-02-09", on_case("EntryCorrected", field="amount_fen", value="136200", **at))

    assert (1, DUE - 100) == (
        office.session.states.run(RUN).lines,
        office.session.states.run(RUN).total_fen,
    )
    assert office.session.states.run(RUN) == again(office)


def test_an_annulment_in_another_stream_takes_nothing_away(office: Office) -> None:
    """As the views have it: not a line of a roster, not the account of a fund."""
    office.act("2022-02-08", opened(office))
    account = {"account": "a" + "1" * 32, "bank": "bank-1", "purpose": "tekun"}
    fund = {"type": "AccountOpened", "stream": "fund/tekun-2022", "data": account}
    office.act("2022-02-08", fund)
    account_at = office.session.stream("fund/tekun-2022")[0].position
    for position, stream in (
        (last(office), "fund/tekun-2022"),
        (account_at, "fund/dibao-2022"),
    ):
        office.act("2022-02-09", annulled(position, stream=stream))

    assert (1, DUE) == (office.session.states.run(RUN).lines, again(office).total_fen)
    found = account_of(office.session, "tekun-2022")
    assert ("fund/tekun-2022", account["account"]) == found


def test_what_else_a_batch_says_of_a_case_stays_when_it_is_folded_anew(office: Office) -> None:
    line = opened(office)
    office.act("2022-02-08", line)
    death = on_case("DeathRecorded", died_on="2022-01-31", source="family")

    with pytest.raises(RefusedError, match="pay-not-ended"):
        office.act("2022-02-09", death, annulled(last(office)), line)
