"""The one door: what is recorded, refused, repeated and sealed, on both engines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.domain.people import CASE, COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services.conftest import Office

from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.services.cases.blaming import blame
from aidledger.services.cases.history import case_as_of
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide, whatif
from aidledger.services.problems import RefusedError
from aidledger.store.outcome import Committed, Rejected

NAME, ACCOUNT, PHONE = "欧阳清溪", "6222020000000000017", "13900000001"


def application(birth_on: str = "1949-12-31", **data: Any) -> dict[str, Any]:
    """Return an application of a synthetic person."""
    return {
        "type": "ApplicationSubmitted",
        "stream": CASE,
        "data": {
            "area": "rural",
            "birth_on": birth_on,
            "route": "self",
            "township": TOWNSHIP,
            "village": VILLAGE,
            **data,
        },
        "personal": {
            "name": NAME,
            "identity_number": identity_number(birth_on),
            "phone": PHONE,
            "address": "青溪村三组8号",
        },
    }


def on_case(name: str, actor: str = "u1", office: str = TOWNSHIP, **data: Any) -> dict[str, Any]:
    """Return an act on the case."""
    return {"type": name, "stream": CASE, "actor": actor, "office": office, "data": data}


def stated() -> dict[str, Any]:
    """Return that the applicant stated all that an application must (S1-013)."""
    covers = ["work_ability", "livelihood", "obligors"]
    return on_case("StatementFiled", covers=covers, true_declared=True)


def investigate(office: Office) -> None:
    """Apply, accept and investigate without a fault."""
    office.act("2022-01-04", application(), stated(), on_case("ApplicationAccepted"))
    office.act(
        "2022-01-06",
        on_case(
            "HouseholdSurveyed",
            "u3",
            has_income=False,
            investigators=["u3", "u4"],
            property_within_limit=True,
            signed=True,
        ),
        on_case("NeighbourVisited", households=3),
        on_case("DataCompared", registers=["vehicles"], run_on="2022-01-06"),
        on_case("ObligorAssessed", able=False, ground="no_obligor"),
        on_case("AbilityAssessed", level="partly"),
    )


def approve(office: Office) -> None:
    """Take the case all the way to its approval on 2022-01-20."""
    investigate(office)
    office.act(
        "2022-01-07",
        on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve"),
        on_case(
            "PublicityStarted",
            "u2",
            complaint_phone="0851-0",
            evidence="a" * 64,
            planned_to="2022-01-14",
            village=VILLAGE,
        ),
    )
    office.act("2022-01-15", on_case("PublicityEnded", to_on="2022-01-14"))
    office.act("2022-01-17", on_case("CaseSubmitted", "u2", received_on="2022-01-17"))
    office.act(
        "2022-01-20",
        on_case(
            "ApplicationApproved",
            "c1",
            COUNTY,
            form="decentralised",
            from_month="2022-02",
            limb="age",
        ),
        on_case("SupportFormSet", "c1", COUNTY, consent=True, form="decentralised"),
        {
            **on_case("AccountBound", holder="self"),
            "personal": {"account_number": ACCOUNT},
        },
    )


def test_an_approval_brings_its_entitlement_with_every_part(office: Office) -> None:
    # S1-062; S1-064: the ability that was assessed chooses the nursing part
    approve(office)
    case = office.session.states.case(CASE)

    assert case.stage == "approved"
    assert case.entitled_fen("2022-02") == 112800 + 23500
    assert case.entitled_fen("2022-01") == 0
    last = explain(office.session, CASE).decisions[-1]
    assert [(part.code, part.fen, part.formula) for part in last.parts] == [
        ("living", 112800, "1.6 × 705.00"),
        ("nursing-partly", 23500, "235.00"),
    ]


def test_a_wish_is_refused_with_every_rule_that_refuses_it(office: Office) -> None:
    office.act("2022-01-04", application(), stated(), on_case("ApplicationAccepted"))
    size = office.session.store.head().size
    with pytest.raises(RefusedError) as refused:
        office.act(
            "2022-01-05",
            on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve"),
        )

    clauses = {problem.clause for problem in refused.value.problems}
    assert {"opinion-after-survey", "opinion-data-compared"} <= clauses
    assert all("art." in p.citation for p in refused.value.problems)
    assert all(p.text_zh and p.text_en for p in refused.value.problems)
    assert office.session.store.head().size == size


def test_a_batch_is_recorded_whole_or_not_at_all(office: Office) -> None:
    size = office.session.store.head().size
    with pytest.raises(RefusedError) as refused:
        office.act(
            "2022-01-04",
            application(),
            stated(),
            on_case("ApplicationAccepted"),
            on_case("CaseSubmitted", received_on="2022-01-04"),
        )

    assert {problem.line for problem in refused.value.problems} == {4}
    assert office.session.store.head().size == size
    assert office.session.states.case(CASE).version == 0


def test_a_fact_is_recorded_even_where_it_breaks_every_rule(office: Office) -> None:
    outcome = office.act(
        "2022-02-10",
        on_case(
            "PaymentIssued",
            "bank",
            account="a" + "0" * 32,
            amount_fen=999,
            month="2022-02",
            paid_on="2022-02-10",
            run="run/2022-02",
        ),
    )

    assert isinstance(outcome, Committed)
    assert office.session.states.case(CASE).paid_fen == 999


def test_an_act_despite_a_rule_names_it_and_is_recorded_with_its_reason(office: Office) -> None:
    investigate(office)
    giving = on_case("CaseSubmitted", "u2", received_on="2022-01-07")
    with pytest.raises(RefusedError) as refused:
        office.act("2022-01-07", giving)
    broken = [problem.clause for problem in refused.value.problems]
    despite = [{"clause": c, "reason": "flood", "authority": "county head"} for c in broken]
    outcome = office.act("2022-01-07", {**giving, "despite": despite})

    assert isinstance(outcome, Committed)
    assert len(broken) + 1 == outcome.receipt.count
    types = [row[3] for row in office.session.store.read(outcome.receipt.position)]
    assert [*["RuleOverridden"] * len(broken), "CaseSubmitted"] == types


def test_the_same_request_under_the_same_cause_gives_the_first_receipt(office: Office) -> None:
    first = office.act("2022-01-04", application(), cause="req-1")
    again = office.act("2022-01-05", application(), cause="req-1")

    assert isinstance(first, Committed)
    assert isinstance(again, Rejected)  # the day is part of the request
    same = office.act("2022-01-04", application(), cause="req-1")
    assert isinstance(same, Committed)
    assert same.replayed
    assert first.receipt == same.receipt
    assert office.session.states.case(CASE).version == 1


def test_a_repeated_wish_is_answered_though_the_rules_would_now_refuse_it(office: Office) -> None:
    office.act("2022-01-04", application(), stated())
    first = office.act("2022-01-04", on_case("ApplicationAccepted"), cause="accept")
    again = office.act("2022-01-04", on_case("ApplicationAccepted"), cause="accept")

    assert isinstance(first, Committed)
    assert isinstance(again, Committed)
    assert first.receipt == again.receipt


def test_no_personal_value_stands_in_a_record_and_the_vault_opens_them(office: Office) -> None:
    # S1-019
    approve(office)
    records = b"\n".join(row[5] for row in office.session.store.read())

    for value in (NAME, ACCOUNT, PHONE, identity_number("1949-12-31"), "青溪村三组8号"):
        assert value.encode() not in records
    assert "欧阳*" in records.decode()
    vault = office.session.vault
    assert vault is not None
    sealed = office.session.stream(CASE)[0].sealed
    assert vault.open(sealed["name"]) == NAME


@pytest.mark.parametrize(
    ("route", "channel"), [("self", "online"), ("proxy", "phone"), ("ex_officio", "paper")]
)
def test_an_application_says_its_way_and_seals_who_filed_it(
    office: Office, route: str, channel: str
) -> None:
    # S1-015 and S1-020 a proxy, S1-016 ex officio; S3-031, S3-032 the channel
    filed = application(route=route, channel=channel)
    filed["personal"]["proxy_name"] = "杨柳青"
    office.act("2022-01-04", filed)
    (recorded,) = office.session.stream(CASE)

    assert isinstance(recorded.event, ApplicationSubmitted)
    assert (route, channel) == (recorded.event.route, recorded.event.channel)
    assert "杨柳青".encode() not in b"".join(row[5] for row in office.session.store.read())
    assert office.session.vault is not None
    assert "杨柳青" == office.session.vault.open(recorded.sealed["proxy_name"])


def test_an_impossible_identity_number_is_refused_unless_it_is_history(office: Office) -> None:
    wrong = application()
    right = identity_number("1949-12-31")
    number = right[:-1] + ("1" if right[-1] != "1" else "2")
    wrong["personal"] = {**wrong["personal"], "identity_number": number}
    with pytest.raises(RefusedError) as refused:
        office.act("2022-01-04", wrong)
    assert refused.value.problems[0].field == "personal.identity_number"
    assert number not in refused.value.problems[0].message("en")

    wrong["data"]["source"] = "legacy"
    assert isinstance(office.act("2022-01-04", wrong), Committed)
    assert office.session.stream(CASE)[0].event.identity_problem == "check_digit"  # type: ignore[attr-defined]


def test_a_minor_has_no_name_in_the_log_not_even_a_masked_one(office: Office) -> None:
    office.act("2022-01-04", application("2012-05-06"))

    assert office.session.states.case(CASE).display_name == ""


def test_below_the_pass_mark_a_carer_is_disqualified_in_the_same_batch(office: Office) -> None:
    # S4-093, S4-094, C8
    carer = "carer/520123-0001"
    office.act(
        "2022-01-04",
        {
            "type": "CarerRegistered",
            "stream": carer,
            "data": {"display_name": "李*", "kind": "person", "township": TOWNSHIP},
            "personal": {"name": "李青", "identity_number": identity_number("1970-01-02", 3)},
        },
    )
    outcome = office.act(
        "2022-02-01",
        {"type": "CarerScored", "stream": carer, "data": {"month": "2022-01", "score": 59}},
    )

    assert isinstance(outcome, Committed)
    assert outcome.receipt.count == 2
    assert not office.session.states.carer(carer).qualified
    fine = office.act(
        "2022-02-02",
        {"type": "CarerScored", "stream": carer, "data": {"month": "2022-01", "score": 60}},
    )
    assert isinstance(fine, Committed)
    assert fine.receipt.count == 1


def test_a_case_stands_as_it_was_known_and_as_it_was_in_force(office: Office) -> None:
    approve(office)
    office.at("2022-04-10")
    late = {**on_case("DeathRecorded", died_on="2022-02-20", source="civil_registry")}
    office.act("2022-04-10", {**late, "effective_on": "2022-02-20"})

    assert case_as_of(office.session, CASE).died_on == "2022-02-20"
    assert case_as_of(office.session, CASE, known_on="2022-03-31").died_on == ""
    assert case_as_of(office.session, CASE, as_of="2022-02-19").died_on == ""
    assert case_as_of(office.session, CASE, as_of="2022-01-19").stage == "submitted"


def test_a_recorded_decision_stands_when_it_is_taken_again(office: Office) -> None:
    approve(office)
    repeated = redecide(office.session, CASE)

    assert [r.type for r in repeated][:2] == ["ReviewOpinionGiven", "ApplicationApproved"]
    assert all(r.stands for r in repeated)


def test_another_pack_decides_otherwise_and_says_where(office: Office) -> None:
    # S3-028, C2
    approve(office)
    found = {r.type: r for r in whatif(office.session, CASE, "fj-sanming-2021")}
    differences = {(d.kind, d.name) for d in found["ApplicationApproved"].differences}

    assert ("clause", "decision-by-decider") in differences
    assert ("outcome", "ApplicationApproved") in differences


def test_blame_names_the_entry_behind_each_field(office: Office) -> None:
    approve(office)
    found = {b.field: b for b in blame(office.session, CASE)}

    assert found["opinion"].type == "ReviewOpinionGiven"
    assert found["opinion"].actor == "u2"
    assert found["entitlements"].type == "EntitlementSet"


def test_another_writer_in_between_makes_the_office_decide_again(office: Office) -> None:
    from aidledger.services.session import open_session  # noqa: PLC0415  (a second office)

    office.act("2022-01-04", application(), stated())
    office.session.states.case(CASE)
    with open_session(office.location, clock=office.clock) as other:
        rival = Office(other, office.clock, office.location)
        rival._count = 1000
        assert isinstance(rival.act("2022-01-04", on_case("ApplicationAccepted")), Committed)
    assert office.session.states.case(CASE).stage == "applied"  # what this office still believes
    with pytest.raises(RefusedError) as refused:
        office.act("2022-01-04", on_case("ApplicationAccepted"))

    assert refused.value.problems[0].clause == "acceptance-after-application"
    assert office.session.states.case(CASE).version == 3


@pytest.mark.parametrize("at_commit", [True, False])
def test_states_kept_over_a_large_batch_are_those_of_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, at_commit: bool
) -> None:
    """Folded while the batch is committed, or, where that failed, when the receipt is there."""
    approve(office)
    if not at_commit:
        settle, tried = office.session.states.settle, []

        def fail_once() -> None:
            tried.append(1)
            if len(tried) == 1:
                raise ValueError("in the other thread")
            settle()

        monkeypatch.setattr(office.session.states, "settle", fail_once)
    visits = [on_case("VisitMade", visitor=f"u{number}") for number in range(300)]
    office.act("2022-02-10", *visits)
    kept = office.session.states.case(CASE)

    office.session.forget()
    # what a batch decides has no position yet when states take it in
    assert msgspec.structs.replace(office.session.states.case(CASE), last_position=-1) == kept
    assert 300 < kept.version


def test_an_application_that_states_too_little_is_not_accepted(office: Office) -> None:
    """S1-013: ability to work, livelihood and obligors are stated; the office itself states nothing."""
    said: Any = {"covers": ["work_ability", "livelihood"], "true_declared": True}
    office.act("2022-01-04", application(), on_case("StatementFiled", **said))
    with pytest.raises(RefusedError) as refused:
        office.act("2022-01-04", on_case("ApplicationAccepted"))
    office.act("2022-01-05", on_case("StatementFiled", covers=["obligors"], true_declared=True))
    accepted = office.act("2022-01-05", on_case("ApplicationAccepted"))
    itself = {**application(route="ex_officio"), "stream": f"{CASE}9"}
    taken_up = {**on_case("ApplicationAccepted"), "stream": f"{CASE}9"}

    assert ["acceptance-statement"] == [problem.clause for problem in refused.value.problems]
    assert isinstance(accepted, Committed)
    assert isinstance(office.act("2022-01-05", itself, taken_up), Committed)
