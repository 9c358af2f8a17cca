"""What the ledger knows of children, of two programmes of one person, and of who set a standard."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.policy.care import pack
from tests.replay.conftest import Ask
from tests.replay.histories import COUNTY_OFFICE, Log, apply_for, case_name, token

from aidledger.domain.policy.adopting import parameter_text

COUNTY, CHILDREN, DIBAO = "gz-county-2022", "gz-children-2022", "gz-dibao-2022"
TEKUN_CASE, ORPHAN_CASE, HOUSE = case_name(1), case_name(2), case_name(3)
LAST = "2022-04-30"


def adopt(log: Log, name: str, on: str = "2022-01-01") -> int:
    """Adopt a shipped pack with its parameters and programmes."""
    given = {key: parameter_text(value) for key, value in pack(name).parameters.items()}
    programmes = {COUNTY: (), CHILDREN: ("orphan", "unattended"), DIBAO: ("dibao",)}[name]
    named: dict[str, Any] = {"programmes": programmes} if programmes else {}
    return log.add(
        "PackAdopted",
        "policy/520123",
        on,
        chain=("base@" + "ab" * 32, f"{name}@" + "ab" * 32),
        in_force_from=on,
        known_since=on,
        pack=name,
        pack_hash=hashlib.sha256(name.encode()).hexdigest(),
        parameters=[{"key": key, "value": value} for key, value in sorted(given.items())],
        status="in_force",
        **named,
    )


def county() -> Log:
    """A log with the packs of all programmes."""
    log = Log()
    for name in (COUNTY, CHILDREN, DIBAO):
        adopt(log, name)
    return log


FEN = {"tekun": 112_800, "orphan": 120_000, "unattended": 120_000, "dibao": 90_000}


def support(log: Log, case: str, programme: str, number: int, from_month: str) -> None:
    """Somebody is supported under a programme from a month on."""
    fen = FEN[programme]
    apply_for(log, case, "2022-01-04", programme=programme, number=number, born="2010-05-05")
    month = f"{from_month}-01"
    limb = {"tekun": "minor", "dibao": "household"}.get(programme, programme)
    log.add(
        "ApplicationApproved", case, month, form="decentralised", from_month=from_month, limb=limb
    )
    log.add(
        "EntitlementSet", case, month, from_month=from_month, monthly_fen=fen, reason="approval"
    )


def know(
    log: Log, number: int, kind: str, township: str = "520123001", born: str = "2015-02-28"
) -> int:
    """A township knows of a child."""
    return log.add(
        "ChildRecorded",
        f"resident/520123-{number:04d}",
        "2022-01-10",
        birth_on=born,
        kind=kind,
        person=token("p", number),
        township=township,
        village=f"{township}001",
    )


def test_children_of_protected_classes_are_counts_by_township_and_nobody(ask: Ask) -> None:
    """S4-006, S4-007, S4-008: counted by township and class; grown up on a birthday of 29 February."""
    log = county()
    know(log, 1, "left_behind")
    know(log, 2, "left_behind")
    know(log, 3, "in_difficulty", township="520123002")
    know(log, 4, "left_behind")
    know(log, 4, "orphan")
    know(log, 5, "unattended", born="2004-02-29")
    before = ask(log, "children", as_of="2022-02-28")["children"]
    after = ask(log, "children", as_of="2022-03-01")["children"]

    counted = {(row["township"], row["kind"]): row["children"] for row in before}
    assert {
        ("520123001", "left_behind"): 2,
        ("520123001", "orphan"): 1,
        ("520123001", "unattended"): 1,
        ("520123002", "in_difficulty"): 1,
    } == counted
    assert [row for row in before if row["kind"] != "unattended"] == after
    assert {"township", "kind", "children", "positions"} == set(before[0])


def test_where_no_rule_says_who_is_grown_up_every_child_that_was_recorded_counts(ask: Ask) -> None:
    log = Log()
    know(log, 1, "left_behind", born="1990-01-01")

    assert [1] == [row["children"] for row in ask(log, "children", as_of=LAST)["children"]]


def guardian(log: Log, number: int, kind: str, from_on: str, to_on: str | None = None) -> int:
    """Somebody answers for the orphan."""
    until = {} if to_on is None else {"to_on": to_on}
    who = token("p", number)
    return log.add(
        "GuardianRecorded", ORPHAN_CASE, from_on, from_on=from_on, guardian=who, kind=kind, **until
    )


def guarded(ask: Ask, log: Log, as_of: str) -> tuple[Any, ...]:
    (row,) = ask(log, "guardians", as_of=as_of)["guardians"]
    return row["guardian_kind"], row["duties"], row["account_holder"], row["state"]


def test_each_child_has_a_guardian_with_the_duties_of_the_grade(ask: Ask) -> None:
    """S4-075: who answers changes from day to day; an account of somebody else shows."""
    log = county()
    support(log, ORPHAN_CASE, "orphan", 9, "2022-02")
    support(log, TEKUN_CASE, "tekun", 8, "2022-02")
    guardian(log, 20, "guardian", "2022-01-10", "2022-02-28")
    guardian(log, 21, "maintainer", "2022-02-01")
    log.add("AccountBound", ORPHAN_CASE, "2022-02-01", account=token("a", 1), holder="guardian")
    log.add("AccountBound", ORPHAN_CASE, "2022-04-01", account=token("a", 2), holder="other")

    assert (None, None, None, "no_guardian") == guarded(ask, log, "2022-01-09")
    raises = "raise,school,health,property"
    assert ("guardian", raises, None, "in_order") == guarded(ask, log, "2022-01-31")
    assert ("maintainer", "cost", "guardian", "in_order") == guarded(ask, log, "2022-03-01")
    assert ("maintainer", "cost", "other", "account_of_another") == guarded(ask, log, LAST)


def pairs(ask: Ask, log: Log, as_of: str = LAST) -> list[tuple[Any, ...]]:
    rows = ask(log, "programmes_by_person", as_of=as_of)["programmes_by_person"]
    return [
        (r["month"], r["programme"], r["other"], r["due_fen"], r["excluded"], r["given_up"])
        for r in rows
    ]


def test_a_month_due_under_two_programmes_that_exclude_each_other_shows(ask: Ask) -> None:
    """C17, F022: extreme hardship and orphan in one month, until one of them was given up."""
    log = county()
    support(log, TEKUN_CASE, "tekun", 9, "2022-02")
    support(log, ORPHAN_CASE, "orphan", 9, "2022-03")
    log.add(
        "ProgrammeChosen",
        ORPHAN_CASE,
        "2022-04-10",
        chosen="orphan",
        consent=True,
        given_up="tekun",
    )

    both = ("orphan", "tekun", 232_800, True)
    assert [("2022-03", *both, None), ("2022-04", *both, "tekun")] == pairs(ask, log)
    log.add(
        "TerminationApproved", TEKUN_CASE, "2022-04-11", ground="own_wish", last_month="2022-03"
    )
    assert [("2022-03", *both, None)] == pairs(ask, log)


def test_a_pair_that_no_matrix_names_is_shown_and_not_excluded(ask: Ask) -> None:
    """F025: only what the pack's matrix lists is excluded; an orphan in a household on the allowance is not."""
    log = county()
    support(log, ORPHAN_CASE, "orphan", 9, "2022-03")
    support(log, HOUSE, "dibao", 7, "2022-03")
    support(log, TEKUN_CASE, "unattended", 9, "2022-04")
    log.add(
        "HouseholdMemberChanged",
        HOUSE,
        "2022-01-04",
        birth_on="2010-05-05",
        change="joined",
        changed_on="2022-01-04",
        person=token("p", 9),
        relation="child",
    )

    assert [
        ("2022-03", "dibao", "orphan", 210_000, False, None),
        ("2022-04", "dibao", "orphan", 210_000, False, None),
        ("2022-04", "dibao", "unattended", 210_000, False, None),
        ("2022-04", "orphan", "unattended", 240_000, True, None),
    ] == pairs(ask, log)


def test_the_matrix_of_2016_has_no_pair(ask: Ask) -> None:
    """C17: under the text of 2016 nothing of the two is excluded; nor before the day it names."""
    log = Log()
    given = {key: parameter_text(v) for key, v in pack("cn-tekun-2016").parameters.items()}
    log.add(
        "PackAdopted",
        "policy/520123",
        "2022-01-01",
        chain=("cn-tekun-2016@" + "ab" * 32,),
        in_force_from="2022-01-01",
        known_since="2022-01-01",
        pack="cn-tekun-2016",
        pack_hash="ab" * 32,
        parameters=[{"key": key, "value": value} for key, value in sorted(given.items())],
        status="in_force",
    )
    support(log, TEKUN_CASE, "tekun", 9, "2022-04")
    support(log, ORPHAN_CASE, "orphan", 9, "2022-04")

    assert [("2022-04", "orphan", "tekun", 232_800, False, None)] == pairs(ask, log)


def publish(log: Log, **more: Any) -> int:
    return log.add(
        "StandardPublished",
        "policy/520123",
        "2022-02-01",
        code="dibao_urban",
        from_on="2022-03-01",
        monthly_fen=73_500,
        place=COUNTY_OFFICE,
        **more,
    )


def test_a_standard_set_by_somebody_else_than_the_pack_allows_shows(ask: Ask) -> None:
    """S1-065: provinces and cities set standards; a county or a township does not."""
    log = county()
    for level in ("province", "city", "county", "township", "state"):
        publish(log, set_by=level)
    publish(log)
    rows = ask(log, "standards", as_of=LAST)["standards"]

    assert [
        ("province", "allowed"),
        ("city", "allowed"),
        ("county", "not_allowed"),
        ("township", "not_allowed"),
        ("state", "not_allowed"),
        (None, "not_said"),
    ] == [(row["set_by"], row["state"]) for row in rows]
    empty = Log()
    publish(empty, set_by="county")
    assert ["no_rule"] == [r["state"] for r in ask(empty, "standards", as_of=LAST)["standards"]]


def test_protected_classes_are_counted_supported_recognised_and_known(ask: Ask) -> None:
    """S4-003, S4-006, S4-007, S4-008: each class of the pack, with whoever is of it."""
    log = county()
    support(log, TEKUN_CASE, "tekun", 8, "2022-02")
    support(log, ORPHAN_CASE, "orphan", 9, "2022-02")
    support(log, HOUSE, "dibao", 7, "2022-02")
    for number in (7, 17):
        log.add(
            "HouseholdMemberChanged",
            HOUSE,
            "2022-01-04",
            birth_on="1980-05-05",
            change="joined",
            changed_on="2022-01-04",
            person=token("p", number),
            relation="head" if number == 7 else "spouse",
        )
    granted: dict[str, Any] = {"by_unit": COUNTY_OFFICE, "cause": "c", "recognised": "orphan"}
    log.add("RecognitionGranted", ORPHAN_CASE, "2022-02-01", **granted)
    log.add("RecognitionGranted", case_name(4), "2022-02-01", **granted)
    ended: dict[str, Any] = {"ended_on": "2022-03-01", "ground": "g", "recognised": "orphan"}
    log.add("RecognitionEnded", case_name(4), "2022-02-20", **ended)
    know(log, 9, "orphan")
    know(log, 30, "left_behind")

    def counts(as_of: str) -> dict[str, tuple[int, int, int]]:
        rows = ask(log, "protected_classes", as_of=as_of)["protected_classes"]
        return {r["class"]: (r["supported"], r["recognised"], r["known"]) for r in rows}

    assert {
        "dibao": (2, 0, 0),
        "tekun": (1, 0, 0),
        "orphan": (1, 1, 1),
        "unattended": (0, 0, 0),
        "left_behind": (0, 0, 1),
        "in_difficulty": (0, 0, 0),
    } == counts(LAST)
    assert (1, 2, 1) == counts("2022-02-25")["orphan"]


def test_an_orphan_who_is_grown_up_and_at_school_is_still_only_counted(ask: Ask) -> None:
    """S4-006, S4-007: whatever the age, lists show of these programmes how many there are."""
    log = county()
    for number, programme in ((1, "tekun"), (2, "orphan"), (3, "unattended")):
        case = case_name(number)
        apply_for(log, case, "2022-01-04", programme=programme, number=number, born="2000-05-05")
        log.add(
            "ApplicationApproved",
            case,
            "2022-02-01",
            form="decentralised",
            from_month="2022-03",
            limb="age",
        )
    rows = ask(log, "list_approved", as_of=LAST)["list_approved"]

    assert [
        ("person", "张*", "tekun", 1),
        ("minors", "未成年人 / minor", "orphan", 1),
        ("minors", "未成年人 / minor", "unattended", 1),
    ] == [(r["kind"], r["display_name"], r["category"], r["persons"]) for r in rows]
    assert {None} == {row["amount_fen"] for row in rows if row["kind"] == "minors"}
