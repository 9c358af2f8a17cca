"""Money of a month is counted in the township where the case was in that month, whoever moves later."""

from __future__ import annotations

from typing import Any

from tests.replay.conftest import Ask
from tests.replay.histories import Log, apply_for, approve, case_name, pay

CASE = case_name(1)
HERE, THERE = "520123001", "520123002"


def moved_case(*moves: tuple[str, str]) -> Log:
    """Return a case of HERE, supported from March on, that moved on some days, each to a township."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE)
    for on, township in moves:
        log.add("CaseMoved", CASE, on, township=township, village=f"{township}001")
    for month in ("2022-03", "2022-04", "2022-05"):
        pay(log, CASE, month)
    return log


def of_months(rows: list[dict[str, Any]], month: str = "month") -> list[tuple[str, str, int]]:
    return [(row[month], row["township"], row["issued_lines"]) for row in rows]


def test_a_move_takes_no_past_month_along_and_begins_with_the_first_whole_month(ask: Ask) -> None:
    # S4-118: the month of the move is still the old township's, where the move is on its first day the new one's
    for on, april in (("2022-04-01", THERE), ("2022-04-02", HERE), ("2022-05-01", HERE)):
        rows = ask(moved_case((on, THERE)), "payments_by_month")["payments_by_month"]

        expected = [("2022-03", HERE, 1), ("2022-04", april, 1), ("2022-05", THERE, 1)]
        assert expected == of_months(rows), on


def test_every_model_of_money_counts_a_line_in_the_same_township(ask: Ask) -> None:
    log = moved_case(("2022-04-12", THERE))
    # back pay for a month before the move is of the township of that month
    pay(log, CASE, "2022-03", fen=500, number=2)
    answer = ask(log, "fund_flows", "fund_joints", "payments_by_month")

    summed: dict[str, int] = {}
    for row in answer["payments_by_month"]:
        summed[row["township"]] = summed.get(row["township"], 0) + row["issued_fen"]
    handed = {HERE: 0, THERE: 0}
    for row in answer["fund_flows"]:
        if row["way"] == "handed":
            handed[row["item"]] += row["amount_fen"]
    hands = {(r["period"], r["item"]) for r in answer["fund_joints"] if r["joint"] == "hand"}
    assert {HERE: 2 * 112_800 + 500, THERE: 112_800} == summed
    assert summed == handed
    assert {("2022-03", HERE), ("2022-04", HERE), ("2022-05", THERE)} == hands


def test_the_places_of_a_case_follow_each_other_by_the_day_and_not_by_the_entry(ask: Ask) -> None:
    # the move of March was recorded after the one of April
    log = moved_case(
        ("2022-04-20", "520123003"), ("2022-03-05", "520123009"), ("2022-03-05", THERE)
    )
    rows = ask(log, "case_places")["case_places"]

    assert [
        ("2022-01-04", "2022-03-04", HERE, None, "2022-03"),
        ("2022-03-05", "2022-04-19", THERE, "2022-03", "2022-04"),
        ("2022-04-20", None, "520123003", "2022-04", None),
    ] == [
        (row["from_on"], row["to_on"], row["township"], row["after_month"], row["last_month"])
        for row in rows
    ]


def test_a_move_of_a_day_before_the_application_is_not_undone_by_it(ask: Ask) -> None:
    log = moved_case(("2022-01-01", THERE))
    (row,) = ask(log, "case_places")["case_places"]

    assert (THERE, "2022-01-04", None) == (row["township"], row["from_on"], row["to_on"])


def test_a_need_that_nobody_applied_for_is_where_it_was_found(ask: Ask) -> None:
    log = Log()
    for case in (CASE, case_name(2)):
        log.add(
            "NeedDiscovered",
            case,
            "2022-01-02",
            assessment="eligible",
            channel="patrol",
            informed=True,
            township=THERE,
            village=f"{THERE}001",
        )
    apply_for(log, CASE)
    rows = ask(log, "case_places")["case_places"]

    assert [(CASE, HERE), (case_name(2), THERE)] == [(r["case"], r["township"]) for r in rows]
