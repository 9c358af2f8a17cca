"""Special assistance through the one door: bills, look-back, school, dwellings, work, disaster, subsidy."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cli.shell import aidledger as shell
from tests.domain.people import CASE, COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import HEAD, on_household
from tests.services.test_recording import ACCOUNT
from tests.services.test_recording import approve as approve_tekun

from aidledger.domain.events.support import EntitlementSet
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.problems import RefusedError

OTHER = "case/520123-2022-000102"
ILLNESS = "尿毒症"
AFTER = "2022-01-25"


@pytest.fixture
def county(office: Office) -> Office:
    """An office that has adopted the packs of the allowance and of special assistance too."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.adopt(office, "cn-special-2014", "gz-special-2022")
    return office


def on(name: str, actor: str = "c1", office: str = COUNTY, **data: Any) -> dict[str, Any]:
    """Return an act on the case that asks for special assistance."""
    return on_household(name, actor, office, stream=OTHER, **data)


def applied(programme: str, *, area: str = "urban") -> list[dict[str, Any]]:
    """Return the application of the household's head, and its acceptance."""
    filed = on_household(
        "ApplicationSubmitted",
        stream=OTHER,
        area=area,
        birth_on=HEAD,
        programme=programme,
        route="self",
        township=TOWNSHIP,
        village=VILLAGE,
        personal={"name": at.NAMES[HEAD], "identity_number": identity_number(HEAD)},
    )
    return [filed, on_household("ApplicationAccepted", stream=OTHER)]


def hard_up(word: str = "illness", number: str = "k1", **more: Any) -> dict[str, Any]:
    """Return what made somebody hard up, sealed under a number."""
    data = {"from_on": "2022-01-04", "number": number, "person": "p" + "1" * 32}
    return on("CategoryRecorded", **data, **more) | {"personal": {"category": word}}


def recognised(word: str, cause: str = "k1") -> dict[str, Any]:
    return on("RecognitionGranted", by_unit=COUNTY, cause=cause, recognised=word)


def settled(claim: str, incurred_on: str, total_fen: int, **fen: int) -> dict[str, Any]:
    """Return a medical cost as the payers settled it; the illness goes to the vault."""
    data: dict[str, Any] = {"claim": claim, "incurred_on": incurred_on, "total_fen": total_fen}
    return on("MedicalCostSettled", **(data | fen)) | {"personal": {"illness": ILLNESS}}


def grant(kind: str, amount_fen: int = 0, **more: Any) -> dict[str, Any]:
    return on("HelpGranted", amount_fen=amount_fen, help=kind, **more)


def refused(office: Office, day: str, act: dict[str, Any]) -> set[str | None]:
    """Return the clauses that refuse an act."""
    with pytest.raises(RefusedError) as problems:
        office.act(day, act)
    return {problem.clause for problem in problems.value.problems}


def allowance(office: Office, monthly_fen: int = 100_000) -> None:
    """Bring the household on the allowance on 2022-01-20."""
    at.apply(office)
    at.investigate(office, monthly_fen)
    at.approve(office)


def borne_out(office: Office) -> None:
    """Every decision is taken again as it stands, and the ledger is whole."""
    assert [] == [one for one in redecide(office.session, OTHER) if not one.stands]
    assert () == deep_check(office.session).findings


def told_by(office: Office, model: str, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of a model, row by row."""
    columns, rows = read_model(office.session, model)
    places = [columns.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in rows]


def test_a_marginal_person_who_came_on_the_allowance_is_helped_with_costs_of_six_months(
    county: Office,
) -> None:
    """S4-053, S4-054, S4-055: both edges, the sum to the fen, once, and the sums in the model."""
    county.act("2022-01-04", *applied("medical"))
    county.act("2022-01-05", hard_up(), recognised("marginal"))
    both = {"basic_fen": 10, "serious_fen": 5}
    county.act(
        "2022-01-06",
        settled("a", "2021-07-20", 1_000, **both),
        settled("b", "2021-07-19", 2_000, **both),
        settled("c", "2022-01-19", 4_000, **both),
        settled("d", "2022-01-20", 8_000, **both),
        settled("c", "2022-01-19", 4_000, **both),
        settled("e", "2022-01-19", 8_000, basic_fen=1),
    )
    whole = 1_000 + 4_000 - 2 * 15
    assert "lookback-recognised" in refused(county, "2022-01-07", grant("medical_lookback", 1))
    allowance(county)

    assert {"lookback-costs"} == refused(county, AFTER, grant("medical_lookback", whole + 1))
    county.act(AFTER, grant("medical_lookback", whole))
    again = refused(county, "2022-01-26", grant("medical_lookback", 1))
    assert {"lookback-costs", "lookback-once"} == again

    borne_out(county)
    assert [(whole, "met")] == told_by(county, "lookbacks", "costs_fen", "state")


def test_a_bill_is_paid_in_order_and_once_and_nobody_tells_the_illness(county: Office) -> None:
    """S1-055, S1-057, S4-056: an earlier payer unsettled, more than is left, paid out, sealed."""
    allowance(county)
    county.act(AFTER, *applied("medical"), settled("a", "2022-01-21", 9_000, basic_fen=5_000))
    assistance = {"cause": "a", "detail": "assistance"}

    assert {"medical-payers"} == refused(county, AFTER, grant("medical", 3_000, **assistance))
    county.act(AFTER, settled("a", "2022-01-21", 9_000, basic_fen=5_000, serious_fen=1_000))
    assert {"medical-rest"} == refused(county, AFTER, grant("medical", 3_001, **assistance))
    county.act(AFTER, grant("medical", 2_000, **assistance))
    assert {"medical-rest"} == refused(county, AFTER, grant("medical", 1_001, **assistance))
    county.act(AFTER, grant("medical", 1_000, **assistance))

    line: Any = {"account": "a" + "1" * 32, "month": "2022-02", "run": "run/2022-02"}
    opened = on_household(
        "PayRunOpened", "f1", at.FINANCE, stream=line["run"], fund="f", month="2022-02"
    )
    county.act("2022-02-08", opened)
    once = on("PaymentRostered", "f1", at.FINANCE, **line, kind="one_off", amount_fen=3_000)
    more = on("PaymentRostered", "f1", at.FINANCE, **line, kind="one_off", amount_fen=3_001)
    assert {"pay-granted"} == refused(county, "2022-02-08", more)
    county.act("2022-02-08", once)
    assert {"pay-granted"} == refused(county, "2022-02-08", once)

    borne_out(county)
    told = str(explain(county.session, OTHER)) + str(county.session.stream(OTHER))
    assert ILLNESS not in told


def test_case_explain_tells_a_grant_in_both_languages(county: Office) -> None:
    """S4-053, S4-056: clause by clause with its citation; the illness in neither."""
    allowance(county)
    both = {"basic_fen": 5_000, "serious_fen": 0}
    county.act(AFTER, *applied("medical"), settled("a", "2022-01-21", 9_000, **both))
    county.act(AFTER, grant("medical", 4_000, cause="a", detail="assistance"))

    words = ("case", "explain", OTHER.removeprefix("case/"))
    zh, en = (
        shell("--ledger", county.location, *words, "--lang", lang).out for lang in ("zh", "en")
    )
    assert "排在前面的支付方结算之后" in zh
    assert "A payer pays of a medical cost only after" in en
    assert all("S1-055" in text and ILLNESS not in text for text in (zh, en))


def test_school_help_goes_by_the_stage_the_class_and_the_grade(county: Office) -> None:
    """S4-057, S4-058, S1-061: enrolled where, waived for whom, how much for which grade."""
    county.act("2022-01-04", *applied("education"))
    waived = grant("education", detail="compulsory", way="waiver")
    assert {"education-stage", "education-waiver", "help-recipient"} == refused(
        county, "2022-01-05", waived
    )
    enrolled = {"from_on": "2021-09-01", "stage": "compulsory"}
    county.act("2022-01-05", on("EnrolmentRecorded", **enrolled), hard_up("schooling"))
    county.act("2022-01-05", recognised("marginal"))
    county.act("2022-01-05", waived)

    higher = grant("education", 150_001, detail="higher")
    county.act("2022-01-06", on("EnrolmentRecorded", **(enrolled | {"stage": "higher"})))
    assert {"education-grade"} == refused(county, "2022-01-06", higher)
    county.act("2022-01-06", recognised("student_in_difficulty", "hard"))
    assert {"education-grade"} == refused(county, "2022-01-06", higher)
    county.act("2022-01-06", grant("education", 150_000, detail="higher"))
    borne_out(county)


@pytest.mark.parametrize(
    ("monthly_fen", "refusals"), [(0, set()), (1, {"rent-waiver-full-allowance"})]
)
def test_rent_is_waived_only_on_the_whole_allowance(
    county: Office, monthly_fen: int, refusals: set[str]
) -> None:
    """S4-060, S4-061: a fen of income and the rent is due; no help before the dwelling is assessed."""
    allowance(county, monthly_fen)
    county.act(AFTER, *applied("housing"))
    waiver = grant("rent_waiver", way="waiver")
    assert {"housing-hardship", *refusals} == refused(county, AFTER, waiver)
    county.act(AFTER, on("HousingAssessed", dilapidated=False, hardship=True))

    if refusals:
        assert refusals == refused(county, AFTER, waiver)
    else:
        county.act(AFTER, waiver)
    county.act(AFTER, grant("public_rental", way="goods", detail="dwelling-1"))
    borne_out(county)


def test_a_marginal_family_is_housed_by_directed_allocation(county: Office) -> None:
    """S4-060: neither on the allowance nor in extreme hardship."""
    county.act("2022-01-04", *applied("housing"))
    county.act("2022-01-05", hard_up(), recognised("marginal"))
    county.act("2022-01-05", on("HousingAssessed", dilapidated=False, hardship=True))

    free = grant("public_rental", way="goods", detail="dwelling-1")
    assert {"housing-directed"} == refused(county, "2022-01-06", free)
    county.act("2022-01-06", grant("public_rental", way="goods", detail="directed"))
    borne_out(county)


def member(birth_on: str) -> dict[str, Any]:
    joined: dict[str, Any] = at.member(birth_on, "other", on="2022-01-21")
    return joined | {"stream": OTHER}


def test_a_post_goes_to_a_family_of_whom_nobody_works(county: Office) -> None:
    """S4-064, S4-065: the list of the class; one of working age who is not registered bars the post."""
    allowance(county)
    county.act(AFTER, *applied("employment"), member(at.SPOUSE), member(at.CHILD))
    training = grant("employment_subsidy", 100, detail="training")
    assert {"employment-list", "employment-registered"} == refused(county, AFTER, training)

    data: dict[str, Any] = {"able": True, "register": "registered_unemployed"}
    data |= {"registered_on": AFTER}
    head = on("EmploymentRegistered", "w1", **data, willing=True, person="p" + "1" * 32)
    county.act(AFTER, head, training)
    insured = grant("employment_subsidy", 100, detail="social_insurance")
    assert {"employment-list"} == refused(county, AFTER, insured)
    post = grant("public_post", detail="street", way="service")
    assert {"public-post"} == refused(county, AFTER, post)

    spouse = county.session.states.case(OTHER).household.members[0].person
    county.act(AFTER, on("EmploymentRegistered", "w1", **data, willing=True, person=spouse))
    county.act(AFTER, post)
    borne_out(county)


def test_after_a_disaster_goods_are_given_at_once(county: Office) -> None:
    """S4-062: food, clothing, water and shelter, before any acceptance; the model counts them."""
    county.act("2022-01-04", applied("disaster")[0])
    for name in ("food", "clothing", "water", "shelter"):
        county.act("2022-01-04", grant("disaster", detail=name, way="goods"))
    tobacco = grant("disaster", detail="tobacco", way="goods")
    assert {"disaster-goods"} == refused(county, "2022-01-05", tobacco)

    borne_out(county)
    goods = [(name,) for name in ("clothing", "food", "shelter", "water")]
    assert goods == told_by(county, "help_by_kind", "detail")


@pytest.mark.parametrize(
    ("monthly_fen", "refusals"), [(100_001, set()), (100_002, {"contribution-stacked"})]
)
def test_the_second_insurance_is_for_incomes_below_the_line_of_the_province(
    county: Office, monthly_fen: int, refusals: set[str]
) -> None:
    """S4-052, S1-054, S1-056: three heads and a line of 4,000 yuan a year."""
    allowance(county, monthly_fen)
    county.act(AFTER, *applied("medical"))
    county.act(AFTER, grant("contribution", 32_000, detail="basic"))
    county.act(AFTER, on("ContributionPaid", amount_fen=32_000, scheme="basic", year=2022))

    stacked = grant("contribution", 10_000, detail="stacked")
    if refusals:
        assert refusals == refused(county, AFTER, stacked)
    else:
        county.act(AFTER, stacked)
    borne_out(county)


def test_who_retired_in_the_sixties_has_a_monthly_subsidy_once_recognised(county: Office) -> None:
    """S4-005: the standard of the county by the month, from the month after the approval."""
    county.act("2022-01-04", *applied("retired_1960s"))
    data = {"form": "decentralised", "from_month": "2022-02", "limb": "retired_1960s"}
    approval = on("ApplicationApproved", **data)
    assert {"retired-recognised"} == refused(county, "2022-01-05", approval)
    county.act("2022-01-05", recognised("retired_1960s"), approval)

    (set_,) = [
        one.event for one in county.session.stream(OTHER) if isinstance(one.event, EntitlementSet)
    ]
    assert ("approval", "2022-02", 60_000) == (set_.reason, set_.from_month, set_.monthly_fen)
    basic = grant("contribution", 1, detail="basic")
    assert {"help-programme", "help-recipient"} == refused(county, AFTER, basic)
    borne_out(county)


def test_the_fund_pays_what_is_left_of_the_bills_of_who_is_in_extreme_hardship(
    office: Office,
) -> None:
    """S1-054, S1-055, S1-057, S1-060, S1-061: within the case of support, after its approval."""

    def mine(act: dict[str, Any]) -> dict[str, Any]:
        return act | {"stream": CASE}

    fund = mine(grant("medical", 500, cause="a", detail="fund"))
    approve_tekun(office)
    three = {"basic_fen": 400, "serious_fen": 0, "assistance_fen": 100}
    office.act(AFTER, mine(settled("a", AFTER, 1_000, basic_fen=400, serious_fen=0)))
    assert {"medical-payers"} == refused(office, AFTER, fund)
    office.act(AFTER, mine(settled("a", AFTER, 1_000, **three)), fund)
    assert {"medical-rest"} == refused(office, AFTER, fund)
    assert {"help-kind"} == refused(office, AFTER, mine(grant("public_post")))

    renovated = mine(grant("renovation", 100, way="money"))
    assert {"housing-at-home", "renovation-rural"} == refused(office, AFTER, renovated)
    office.act(AFTER, mine(on("HousingAssessed", dilapidated=True, hardship=True)), renovated)
    school = mine(grant("education", 5, detail="vocational"))
    assert {"education-stage"} == refused(office, AFTER, school)
    case = office.session.states.case(CASE)
    assert ("approved", 600, ACCOUNT) == (case.stage, case.help.granted_fen, ACCOUNT)
    assert () == deep_check(office.session).findings
    assert all(one.stands for one in redecide(office.session, CASE))


def test_nobody_is_recognised_for_a_cause_that_is_not_the_named_one(county: Office) -> None:
    """S4-013, S4-058: one sealed cause is no cover for another, and no class is taken that no rule lists."""
    county.act("2022-01-04", *applied("medical"), hard_up("gambling"), hard_up(number="k2"))

    assert {"recognition-kind"} == refused(county, "2022-01-05", recognised("orphan"))
    assert {"recognition-cause"} == refused(county, "2022-01-05", recognised("marginal"))
    county.act("2022-01-05", recognised("marginal", "k2"))
    borne_out(county)
