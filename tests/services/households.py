"""A household of three that applies for the minimum living allowance, on an office's ledger."""

from __future__ import annotations

from typing import Any

from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services.conftest import Office

from aidledger.services.acts.adoption import adopt_packs
from aidledger.services.acts.recording import record
from aidledger.store.outcome import Committed

HOUSEHOLD = "case/520123-2022-000101"
FINANCE = "520123-fin"
HEAD, SPOUSE, CHILD = "1960-02-29", "1963-05-01", "2008-09-01"
NAMES = {HEAD: "石林秀", SPOUSE: "石大山", CHILD: "石小禾"}


def adopt(office: Office, *packs: str) -> None:
    """Adopt packs of the allowance beside those of extreme hardship."""
    office.at("2022-01-03")
    who = {"county": COUNTY, "actor": "c0", "office": COUNTY, "on": "2022-01-03"}
    proposals, evidence = adopt_packs(packs, **who)
    cause = f"adopt-{'-'.join(packs)}"
    assert isinstance(record(office.session, proposals, cause=cause, evidence=evidence), Committed)


def on_household(
    name: str,
    actor: str = "u1",
    office: str = TOWNSHIP,
    *,
    personal: dict[str, str] | None = None,
    stream: str = HOUSEHOLD,
    **data: Any,
) -> dict[str, Any]:
    """Return an act on the household's case."""
    return {
        "type": name,
        "stream": stream,
        "actor": actor,
        "office": office,
        "data": data,
        "personal": personal or {},
    }


def member(birth_on: str, relation: str, change: str = "joined", on: str = "2022-01-04") -> Any:
    """Return that a member is of the household, or no longer."""
    return on_household(
        "HouseholdMemberChanged",
        birth_on=birth_on,
        change=change,
        changed_on=on,
        relation=relation,
        personal={"identity_number": identity_number(birth_on), "name": NAMES[birth_on]},
    )


def category(birth_on: str, number: str, word: str, on: str = "2022-01-04") -> Any:
    """Return that a member falls into a category, which is sealed."""
    return on_household(
        "CategoryRecorded",
        from_on=on,
        number=number,
        personal={"category": word, "identity_number": identity_number(birth_on)},
    )


def income(monthly_fen: int, ground: str = "application") -> Any:
    """Return an income assessed."""
    return on_household(
        "IncomeAssessed",
        "u3",
        ground=ground,
        lines=[{"fen": monthly_fen * 12, "kind": "wage"}],
        monthly_fen=monthly_fen,
        period_from="2021-01",
        period_to="2021-12",
    )


def apply(office: Office, *, residence: str = "registered", area: str = "urban") -> None:
    """File the application with the members of the household."""
    filed = on_household(
        "ApplicationSubmitted",
        area=area,
        birth_on=HEAD,
        programme="dibao",
        route="self",
        township=TOWNSHIP,
        village=VILLAGE,
        personal={"name": NAMES[HEAD], "identity_number": identity_number(HEAD)},
    )
    lives = on_household("ResidenceEvidenced", from_on="2020-01-01", kind=residence, place=COUNTY)
    office.act(
        "2022-01-04",
        filed,
        on_household("HouseholdDeclared", unit="household"),
        member(HEAD, "head"),
        member(SPOUSE, "spouse"),
        member(CHILD, "child"),
        lives,
        on_household("ApplicationAccepted"),
    )


def investigate(office: Office, monthly_fen: int = 100_000, *, vehicles: int = 0) -> None:
    """Survey and compare, assess income, property and two categories."""
    office.act(
        "2022-01-06",
        on_household(
            "HouseholdSurveyed",
            "u3",
            has_income=True,
            investigators=["u3", "u4"],
            property_within_limit=True,
            signed=True,
        ),
        on_household("NeighbourVisited", households=3),
        on_household("DataCompared", registers=["vehicles"], run_on="2022-01-06"),
        income(monthly_fen),
        on_household("PropertyAssessed", deposits_fen=0, dwellings=1, firms=0, vehicles=vehicles),
        category(HEAD, "k1", "seriously_ill"),
        category(HEAD, "k2", "elderly"),
        category(CHILD, "k3", "student"),
    )


def opinion() -> Any:
    """Return the opinion of the township."""
    return on_household("ReviewOpinionGiven", "u2", form="household", opinion="approve")


def approval() -> Any:
    """Return the approval of the county."""
    data: Any = {"form": "household", "from_month": "2022-02", "limb": "household"}
    return on_household("ApplicationApproved", "c1", COUNTY, **data)


def approve(office: Office) -> None:
    """Take the case from the opinion to the approval on 2022-01-20."""
    office.act(
        "2022-01-07",
        opinion(),
        on_household(
            "PublicityStarted",
            "u2",
            complaint_phone="0851-0",
            evidence="a" * 64,
            planned_to="2022-01-14",
            village=VILLAGE,
        ),
    )
    office.act("2022-01-15", on_household("PublicityEnded", to_on="2022-01-14"))
    office.act("2022-01-17", on_household("CaseSubmitted", "u2", received_on="2022-01-17"))
    office.act(
        "2022-01-20",
        approval(),
        on_household(
            "AccountBound", holder="self", personal={"account_number": "6222020000000000017"}
        ),
    )


def pay(office: Office, month: str, amount_fen: int) -> None:
    """Roster and pay one line of a month."""
    run, day = f"run/{month}", f"{month}-08"
    account = office.session.states.case(HOUSEHOLD).account
    opened = on_household("PayRunOpened", "f1", FINANCE, stream=run, fund="f", month=month)
    line: Any = {"account": account, "amount_fen": amount_fen, "month": month, "run": run}
    office.act(day, opened, on_household("PaymentRostered", "f1", FINANCE, **line))
    office.act(
        day,
        on_household("PayRunApproved", "f2", FINANCE, stream=run, lines=1, total_fen=amount_fen),
        on_household("PaymentIssued", "b1", FINANCE, **line, paid_on=day),
    )
