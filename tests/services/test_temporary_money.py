"""What a grant of help brings after it: bank files, returns of the month, and a grant taken back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import COUNTY
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import FINANCE, on_household
from tests.services.test_temporary import FIRE, NUMBER, applies, helps, line, pays, refused, rows

from aidledger.domain.events.helping import HelpGranted
from aidledger.services.cases.consequences import consequences
from aidledger.services.importing.running import import_prepared, prepare


@pytest.fixture
def county(office: Office) -> Office:
    """An office that has adopted the packs of temporary assistance too."""
    at.adopt(office, "cn-temporary-2018", "gz-temporary-2022")
    return office


def granted(office: Office, fen: int = 200_000) -> int:
    """Have an emergency helped and paid; return the position of the grant."""
    applies(office)
    office.act("2022-02-22", helps(fen))
    (position,) = [
        e.position for e in office.session.stream(FIRE) if isinstance(e.event, HelpGranted)
    ]
    pays(office, fen)
    return position


def amend(office: Office, name: str, position: int, **data: Any) -> None:
    """Annul or correct an entry."""
    why: Any = {"authority": "county", "reason": "wrong person", "position": position, **data}
    office.act("2022-03-01", on_household(name, "c1", COUNTY, stream=FIRE, **why))


def test_of_an_annulled_grant_the_line_and_the_payment_follow_and_all_is_recovered(
    county: Office,
) -> None:
    """S4-045: and once the money is back, nothing is left to do."""
    position = granted(county)
    before = consequences(county.session, FIRE, position)
    assert ["roster_line", "payment"] == [one.kind for one in before.followed]
    assert (True, 0) == (before.is_done, before.to_recover_fen)
    amend(county, "EntryAnnulled", position)
    after = consequences(county.session, FIRE, position)
    assert ("annulled", 200_000) == (after.state, after.to_recover_fen)
    assert [1, 2] == [one.depth for one in after.followed]
    ordered = [one for one in after.proposals if one["type"] == "RecoveryOrdered"]
    assert [200_000] == [one["data"]["amount_fen"] for one in ordered]
    [month] = {one.month for one in after.followed}

    county.act("2022-03-02", ordered[0])
    assert ["ordered"] == [
        one.state
        for one in consequences(county.session, FIRE, position).followed
        if one.kind == "payment"
    ]
    back = {"amount_fen": 200_000, "month": month, "reason": "entry_amended"}
    county.act("2022-03-09", {**ordered[0], "type": "PaymentRecovered", "data": back})
    assert consequences(county.session, FIRE, position).is_done


@pytest.mark.parametrize(("fen", "left"), [("150000", 50_000), ("200000", 0), ("250000", 0)])
def test_of_a_corrected_grant_what_is_too_much_is_recovered(
    county: Office, fen: str, left: int
) -> None:
    position = granted(county)
    amend(county, "EntryCorrected", position, field="amount_fen", value=fen)

    assert left == consequences(county.session, FIRE, position).to_recover_fen


def test_a_grant_that_was_not_annulled_keeps_what_was_paid_for_it(county: Office) -> None:
    """Two grants in one case, one of them taken back: only its own month is recovered."""
    position = granted(county)
    second = helps(100_000, cause_on="2022-03-01")
    county.act("2022-03-02", {**second, "despite": _despite("decision-once", "township-split")})
    other = {**line(county, 100_000)}
    other["data"] = {**other["data"], "month": "2022-03", "run": "run/u"}
    opened = on_household("PayRunOpened", "f1", FINANCE, stream="run/u", fund="f", month="2022-03")
    paid = {key: value for key, value in other["data"].items() if key != "parts"}
    county.act("2022-03-08", opened, other)
    county.act(
        "2022-03-08",
        on_household("PaymentIssued", "b1", FINANCE, stream=FIRE, **paid, paid_on="2022-03-08"),
    )
    amend(county, "EntryAnnulled", position)
    found = consequences(county.session, FIRE, position)

    assert [("2022-02", 200_000)] == [
        (one.month, one.to_recover_fen) for one in found.followed if one.to_recover_fen
    ]


def _despite(*clauses: str) -> list[dict[str, str]]:
    return [{"clause": one, "reason": "both needs", "authority": "county"} for one in clauses]


def test_a_one_off_line_that_nobody_granted_is_refused_under_the_allowance_too(
    office: Office,
) -> None:
    """F067: no programme pays once what was not granted."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    at.investigate(office)
    at.approve(office)
    account = office.session.states.case(at.HOUSEHOLD).account
    once = on_household(
        "PaymentRostered",
        "f1",
        FINANCE,
        account=account,
        amount_fen=1,
        kind="one_off",
        month="2022-02",
        run="run/x",
    )

    assert {"pay-granted"} == refused(office, "2022-02-08", once)


def test_the_return_of_the_month_counts_what_was_paid_once(county: Office) -> None:
    """S4-101, S4-103: paid lines and fen of the month, help among them."""
    granted(county)
    figures = [{"code": "paid_fen", "value": 200_000}, {"code": "paid_lines", "value": 1}]
    returned = on_household(
        "ReturnSubmitted",
        "u2",
        stream="unit/520123001",
        as_of="2022-02-27",
        figures=figures,
        month="2022-02",
    )
    county.act("2022-02-27", returned)
    found = {row["figure"]: row["state"] for row in rows(county, "monthly_return", "2022-02-28")}

    assert ("equal", "equal") == (found["paid_fen"], found["paid_lines"])


@pytest.mark.parametrize("word", ["one_off", "一次性"])
def test_a_bank_file_says_that_a_line_was_paid_once(county: Office, word: str) -> None:
    """S4-045: the grant is paid by it, and a month of an allowance is not."""
    applies(county)
    county.act("2022-02-22", helps())
    opened = on_household("PayRunOpened", "f1", FINANCE, stream="run/t", fund="f", month="2022-02")
    county.act("2022-02-24", opened, line(county, 200_000))
    head = "run,case,month,account,amount_yuan,result,result_on,reason,kind\n"
    name = FIRE.removeprefix("case/")
    row = f"t,{name},2022-02,{NUMBER},2000.00,paid,2022-02-24,,{word}\n"
    county.at("2022-02-24")
    what = prepare(county.session, "payments", (head + row).encode(), actor="b1")
    import_prepared(county.session, what)

    assert [(200_000, 0)] == [
        (one["paid_fen"], one["over_fen"]) for one in rows(county, "help_paid", "2022-02-28")
    ]
