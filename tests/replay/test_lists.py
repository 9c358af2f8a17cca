"""Public lists: who is on them, who is never named, and what their bytes never hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.doubting import doubted
from tests.replay.histories import (
    TOWNSHIP,
    VILLAGE,
    Log,
    adopt_pack,
    apply_for,
    approve,
    case_name,
    pay,
    publish,
    token,
)
from tests.replay.overseeing import RETURNS, oversee
from tests.replay.special import special
from tests.replay.test_deadlines import adopt_calendar, limit

LISTS = ("list_publicity", "list_approved", "list_paid", "list_web")
MINORS = "未成年人 / minor"
UNNAMED = "不具名 / not named"
#: Identity numbers, phones and bank cards, wherever digits end.
PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9}|\d{16,19})(?!\d)")

OF_CASES = {
    "guardian_duties": '{"guardian":["raise"]}',
    "county_visit_for": '["relative"]',
    "prompt_acts": '["SupportSuspended: SupportResumed"]',
    "protected_classes": '["orphan"]',
    "vehicles_max": "0",
}


def busy_county() -> Log:
    """Write a log in which every model has rows."""
    log = Log()
    adopt_pack(
        log,
        "2021-01-01",
        **RETURNS,
        joint_meeting_months="3",
        visit_months_key="1",
        carer_score_months="1",
        need_follow_up_days="30",
        epidemic_watch_days="7",
        **OF_CASES,
        **limit("15", "working_days"),
    )
    adopt_calendar(log, 2022, ("2022-02-01",), ("2022-01-30",), known="2021-10-25")
    log.add(
        "PlaceRegistered",
        "registry/520123",
        "2021-01-01",
        area="rural",
        kind="village",
        name="青山村",
        place=VILLAGE,
        population=1_200,
    )
    people = [
        ("1950-05-05", "张*"),
        ("2010-05-05", "小*"),
        ("1948-01-01", "欧阳*"),
        ("1990-01-01", ""),
    ]
    for number, (born, name) in enumerate(people, start=1):
        case = case_name(number)
        apply_for(log, case, "2022-01-04", number=number, born=born, name=name)
        log.add("ApplicationAccepted", case, "2022-01-05")
        publish(log, case, "2022-01-20", "2022-01-27")
        if number != 3:
            log.add("PublicityEnded", case, "2022-01-27", to_on="2022-01-27")
            approve(log, case, "2022-01-28", from_month="2022-02")
            pay(log, case, "2022-02", number=number)
    for number, (born, name) in enumerate(people, start=11):
        apply_for(log, case_name(number), "2022-02-11", number=number, born=born, name=name)
        publish(log, case_name(number), "2022-02-12", "2022-02-19")
    log.add(
        "CarerRegistered",
        "carer/520123-0001",
        "2022-02-12",
        display_name="李*",
        kind="person",
        person=token("p", 99),
        township=TOWNSHIP,
    )
    tended(log)
    log.add("FundReceived", "fund/tekun-2022", "2022-02-12", amount_fen=9, level="city", year=2022)
    log.add(
        "ComplaintReceived",
        "complaint/520123-2022-0001",
        "2022-02-13",
        anonymous=True,
        channel="box",
        township=TOWNSHIP,
    )
    household(log, case_name(21))
    helped(log, case_name(31))
    special(log, case_name(41))
    orphaned(log, case_name(51), case_name(52))
    for more in (oversee, _money, doubted):
        more(log)
    return log


def tended(log: Log) -> None:
    """Write what makes the models of care and of institutions have rows."""
    home, other = case_name(1), case_name(2)
    log.add(
        "CareEntrusted",
        home,
        "2022-02-10",
        carer="520123-0001",
        consent=True,
        from_on="2022-02-10",
        relation="friend",
        services=["watch_over"],
    )
    log.add("VisitMade", home, "2022-02-11", need="reported", visitor="v1")
    log.add("GiftHanded", home, "2022-02-11", amount_fen=100, occasion="spring", way="money")
    log.add("SupportSuspended", other, "2022-02-10", from_month="2022-11", ground="prison")
    log.add("SupportResumed", other, "2022-02-10", from_month="2022-12")
    log.add("SupportFormSet", other, "2022-02-10", consent=True, form="concentrated")
    log.add("AdmissionRequested", other, "2022-02-10", facility="home1")
    log.add("PlacementMade", other, "2022-02-11", from_on="2022-02-11", institution="home1")
    log.add("PocketMoneyPaid", other, "2022-02-12", amount_fen=100, month="2022-02")
    log.add(
        "InstitutionCensusTaken",
        "facility/home1",
        "2022-02-12",
        able=1,
        partly=0,
        staff=1,
        unable=0,
    )


def household(log: Log, case: str) -> None:
    """Add a household of one with its income, and an approval of the allowance."""
    apply_for(log, case, "2022-02-16", number=21, name="石*", programme="dibao")
    log.add(
        "HouseholdMemberChanged",
        case,
        "2022-02-16",
        birth_on="1950-05-05",
        change="joined",
        changed_on="2022-02-16",
        person=token("p", 21),
        relation="head",
    )
    log.add(
        "DataCompared",
        case,
        "2022-02-17",
        hits=("vehicles-1", "vehicles-2"),
        registers=("vehicles",),
        run_on="2022-02-17",
    )
    log.add(
        "ComparisonHitDisposed", case, "2022-02-18", cleared=True, hit="vehicles-2", reason="sold"
    )
    log.add(
        "RegisterImported",
        "register/vehicles",
        "2022-02-18",
        file="ab" * 32,
        from_unit="traffic",
        kept={"name": "register_vehicles", "root": "cd" * 32, "rows": 1},
        kind="vehicles",
        persons=1,
        rows=1,
    )
    log.add(
        "PropertyAssessed", case, "2022-02-18", deposits_fen=0, dwellings=1, firms=0, vehicles=1
    )
    log.add(
        "IncomeAssessed",
        case,
        "2022-02-17",
        ground="application",
        monthly_fen=10_000,
        period_from="2021-01",
        period_to="2021-12",
    )
    approve(log, case, "2022-02-20", from_month="2022-02")


def orphaned(log: Log, first: str, second: str) -> None:
    """Add a child with two programmes and a guardian, known to its township; a standard beside."""
    for case, programme in ((first, "orphan"), (second, "tekun")):
        apply_for(log, case, "2022-02-17", number=51, born="2010-05-05", programme=programme)
        approve(log, case, "2022-02-18", from_month="2022-02")
    guardian: dict[str, Any] = {"guardian": token("p", 52), "kind": "guardian"}
    log.add("GuardianRecorded", first, "2022-02-18", from_on="2022-02-18", **guardian)
    log.add(
        "ChildRecorded",
        "resident/520123-0051",
        "2022-02-18",
        birth_on="2010-05-05",
        kind="orphan",
        person=token("p", 51),
        township=TOWNSHIP,
        village=VILLAGE,
    )
    log.add(
        "StandardPublished",
        "policy/520123",
        "2022-02-18",
        code="orphan_home",
        from_on="2022-02-01",
        monthly_fen=120_000,
        place="520123",
        set_by="city",
    )


def helped(log: Log, case: str) -> None:
    """Add a case that was helped at once."""
    apply_for(log, case, "2022-02-11", number=31, name="吴*", programme="temporary")
    log.add("RelativeDeclared", case, "2022-02-11", officer="u2", relation="other")
    log.add("HelpGranted", case, "2022-02-12", amount_fen=9, help="temporary", kind="emergency")
    log.add("ReferralMade", case, "2022-02-12", referral="r1", service="care", to_unit="charity")


def _money(log: Log) -> None:
    """Let the county spend, recover, store goods and buy services, a little of each."""
    log.add(
        "CountyLogTrusted", "log/520124", "2022-02-19", county="520124", origin="other", vkeys=["k"]
    )
    log.add(
        "ListPublished",
        "list/recipients",
        "2022-02-13",
        as_of="2022-02-13",
        file="ab" * 32,
        kind="recipients",
        place=VILLAGE,
        rows=1,
    )
    fund, on = "fund/tekun-2022", "2022-02-13"
    log.add("FundDisbursed", fund, on, amount_fen=4, purpose="service")
    log.add("BankStatementReceived", fund, on, balance_fen=5, file="ab" * 32, stated_on=on)
    log.add("RecoveryOrdered", case_name(1), on, amount_fen=7, due_on="2022-03-01",
            from_month="2022-02", reason="error", to_month="2022-02")  # fmt: skip
    log.add("GoodsReceived", "stock/520123", on, from_unit="shop", item="rice", kind="bought",
            quantity=3, unit="bag", value_fen=300)  # fmt: skip
    log.add("ServiceInvoiced", "contract/1", on, amount_fen=4, hours=8, invoice="i-1",
            month="2022-01")  # fmt: skip
    _amended(log)


def _amended(log: Log) -> None:
    """Let an approval with a paid month be annulled."""
    case = case_name(61)
    apply_for(log, case, "2022-02-13", number=61, programme="temporary")
    approval, _ = approve(log, case, "2022-02-14", from_month="2022-01")
    pay(log, case, "2022-01", number=61)
    why = {"authority": "county head", "reason": "false papers"}
    log.add("EntryAnnulled", case, "2022-02-14", position=approval, **why)


def shown(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["display_name"], row["persons"], row["amount_fen"]) for row in rows]


def test_each_list_shows_those_it_is_for_and_counts_the_rest(ask: Ask) -> None:
    # S1-040, S4-108
    answer = ask(busy_county(), *LISTS, as_of="2022-02-15")

    counted = {("unnamed", UNNAMED, 1, None), ("minors", MINORS, 1, None)}
    first, third = ("person", "张*", 1, 112_800), ("person", "欧阳*", 1, 112_800)
    # 欧阳* has two notices up: that of January was never taken down
    assert [*counted, first, third, third] == unordered(answer["list_publicity"], counted)
    for name in ("list_approved", "list_paid"):
        assert [*counted, first] == unordered(answer[name], counted)
        assert ["青山村"] * 3 == [row["village_name"] for row in answer[name]]
        assert [1, 2, 3] == [row["line"] for row in answer[name]]


def unordered(rows: list[dict[str, Any]], first: set[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return what rows show, those of `first` in its own order before the others by name."""
    found = shown(rows)
    rest = sorted((row for row in found if row not in first), key=lambda row: str(row[1]))
    return [row for row in first if row in found] + rest


def test_a_minor_is_named_by_no_list_and_no_public_name(ask: Ask) -> None:
    answer = ask(busy_county(), *LISTS, "public_names", as_of="2022-02-15")

    assert "小*" not in repr(answer.tables)


AGES = [("2022-06-14", "minors"), ("2022-06-15", "person"), ("2023-06-14", "person")]


@pytest.mark.parametrize(("as_of", "kind"), AGES)
def test_a_child_is_of_age_on_the_birthday(ask: Ask, as_of: str, kind: str) -> None:
    log = Log()
    adopt_pack(log, "2021-01-01")
    apply_for(log, case_name(1), "2022-01-04", born="2004-06-15")
    approve(log, case_name(1))

    assert [kind] == [
        row["kind"] for row in ask(log, "list_approved", as_of=as_of)["list_approved"]
    ]


def test_minors_are_counted_by_person_and_not_by_case(ask: Ask) -> None:
    """D21 art. 24: the number of those who are helped, as beside a name."""
    log = Log()
    adopt_pack(log, "2021-01-01")
    for number, persons in ((1, 2), (2, 1)):
        apply_for(log, case_name(number), "2022-01-04", born="2010-06-15", persons=persons)
        approve(log, case_name(number))
    assert [("minors", MINORS, 3, None)] == shown(ask(log, "list_approved")["list_approved"])


def test_nobody_is_named_where_no_rule_on_minors_is_in_force(ask: Ask) -> None:
    log = Log()
    apply_for(log, case_name(1), "2022-01-04")
    approve(log, case_name(1))

    assert [("unnamed", UNNAMED, 1, None)] == shown(ask(log, "list_approved")["list_approved"])


@pytest.mark.parametrize("name", ["张三", "张*110101199003077854", "*" * 41, "13800138000*"])
def test_a_display_name_that_is_not_masked_is_not_shown(ask: Ask, name: str) -> None:
    log = Log()
    adopt_pack(log, "2021-01-01")
    apply_for(log, case_name(1), "2022-01-04", name=name)
    approve(log, case_name(1))

    answer = ask(log, "list_approved")

    assert name not in repr(answer["list_approved"])
    assert [("unnamed", UNNAMED, 1, None)] == shown(answer["list_approved"])


def test_who_has_died_or_whose_payment_was_returned_is_not_listed(ask: Ask) -> None:
    log = Log()
    adopt_pack(log, "2021-01-01")
    for number in (1, 2):
        apply_for(log, case_name(number), "2022-01-04", number=number)
        approve(log, case_name(number))
        pay(log, case_name(number), "2022-03", number=number)
    log.add("DeathRecorded", case_name(1), "2022-03-20", died_on="2022-03-19", source="hospital")
    log.add(
        "PaymentReturned",
        case_name(2),
        "2022-03-20",
        amount_fen=112_800,
        month="2022-03",
        reason="closed",
        returned_on="2022-03-20",
        run="run/2022-03",
    )

    answer = ask(log, "list_approved", "list_paid")

    assert 1 == len(answer["list_approved"])
    assert 1 == len(answer["list_paid"])


def test_a_payment_for_a_month_to_come_does_not_move_the_list(ask: Ask) -> None:
    log = Log()
    adopt_pack(log, "2021-01-01")
    apply_for(log, case_name(1), "2022-01-04")
    approve(log, case_name(1))
    pay(log, case_name(1), "2022-03")
    run = {"account": token("a", 1), "paid_on": "2022-03-11", "run": "run/1"}
    log.add("PaymentIssued", case_name(1), "2022-03-11", amount_fen=1, month="9999-12", **run)

    assert ["2022-03"] == [row["month"] for row in ask(log, "list_paid")["list_paid"]]


def test_no_list_holds_a_number_or_a_word_that_is_nobodys_business(ask: Ask) -> None:
    answer = ask(busy_county(), *LISTS, as_of="2022-02-15")

    for rows in answer.tables.values():
        for row in rows:
            public = {key: value for key, value in row.items() if key != "positions"}
            text = repr(public)

            assert PERSONAL.search(text) is None
            assert re.search(r"disab|illness|残疾|病|limb|account|1950|2010|birth", text) is None


def test_the_scan_would_find_a_number() -> None:
    assert PERSONAL.search("'110101199003077854'")
    assert PERSONAL.search("'13800138000'")
    assert PERSONAL.search("'6222021234567890123'")
    assert not PERSONAL.search("'0851-22250001' '520123001001'")
