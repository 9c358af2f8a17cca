"""Who was visited, scored, cared for and answered: models against plain days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.policy.care import end_care, entrust, register
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, approve, case_name
from tests.replay.test_models import pick

from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models

MODELS = load_models()
CASE, CARER = case_name(1), "carer/520123-0001"
BY_CLASS = {
    "visit_key_programmes": '["orphan"]',
    "visit_months_key": "1",
    "visit_months_other": "3",
    "visit_months_first": "1",
    "visit_months_second": "3",
    "visit_target_permille": "1000",
    "carer_score_months": "1",
    "need_follow_up_days": "30",
    "carer_gap_days": "10",
    "attendance_gap_days": "1",
}


def supported(on: str = "2022-01-10") -> Log:
    log = Log()
    adopt_pack(log, **BY_CLASS)
    apply_for(log, CASE)
    approve(log, CASE, on=on, from_month="2022-02")
    return log


def test_a_person_of_no_named_programme_and_no_class_is_visited_each_quarter(ask: Ask) -> None:
    """S4-080, S4-083: others; S4-082 is for the programmes that the pack names."""
    rows = ask(supported(), "visits_due", as_of="2022-04-10")["visits_due"]

    assert [("2022-Q1", "other", 3, "missed"), ("2022-Q2", "other", 3, "open")] == [
        pick(row, "period", "class", "asked_months", "state") for row in rows
    ]


@pytest.mark.parametrize(
    ("changed_on", "periods"),
    [
        # from the quarter to the month: the change counts from the next month
        ("2022-02-15", ["2022-Q1", "2022-03", "2022-04"]),
        ("2022-02-28", ["2022-Q1", "2022-03", "2022-04"]),
        ("2022-03-01", ["2022-Q1", "2022-03", "2022-04"]),
        ("2022-03-02", ["2022-Q1", "2022-04"]),
    ],
)
def test_a_class_that_changes_in_mid_month_counts_from_the_next(
    ask: Ask, changed_on: str, periods: list[str]
) -> None:
    """S4-069, S4-070, S4-082."""
    log = supported()
    log.add("CareClassSet", CASE, "2022-01-10", care_class="second", ground="allowance_family")
    log.add("CareClassSet", CASE, changed_on, care_class="first", ground="orphan")

    rows = ask(log, "visits_due", as_of="2022-04-10")["visits_due"]

    assert sorted(periods) == sorted(row["period"] for row in rows)


@pytest.mark.parametrize(
    ("visited_on", "states"),
    [
        ("2022-03-31", ["met", "open"]),
        ("2022-04-01", ["missed", "met"]),
        ("2022-01-01", ["met", "open"]),
        ("2021-12-31", ["missed", "open"]),
    ],
)
def test_a_visit_counts_on_the_first_and_the_last_day_of_its_period(
    ask: Ask, visited_on: str, states: list[str]
) -> None:
    """S4-081, S4-084, S4-089."""
    log = supported()
    log.add("VisitMade", CASE, visited_on, visitor="v1")

    rows = ask(log, "visits_due", as_of="2022-04-10")["visits_due"]

    assert states == [row["state"] for row in rows]


def test_the_share_of_visits_counts_what_is_over(ask: Ask) -> None:
    """S4-081: all of them are asked for."""
    log = supported()
    for number in (2, 3):
        apply_for(log, case_name(number), number=number)
        approve(log, case_name(number), on="2022-01-12", from_month="2022-02")
    for name in (CASE, case_name(2)):
        log.add("VisitMade", name, "2022-02-01", visitor="v1")

    (row,) = ask(log, "visit_share", as_of="2022-04-10")["visit_share"]

    assert ("520123001", "2022-Q1", 3, 2, 666, 1000, False) == pick(
        row, "township", "period", "due", "made", "permille", "asked_permille", "met"
    )


@pytest.mark.parametrize(
    ("followed_on", "as_of", "expected"),
    [
        (None, "2022-03-01", (None, 28, "open")),
        (None, "2022-03-03", (None, 30, "open")),
        (None, "2022-03-04", (None, 31, "missed")),
        ("2022-03-03", "2022-04-01", ("2022-03-03", 30, "met")),
        ("2022-03-04", "2022-04-01", ("2022-03-04", 31, "late")),
    ],
)
def test_a_need_is_followed_up_in_time_or_not(
    ask: Ask, followed_on: str | None, as_of: str, expected: tuple[Any, ...]
) -> None:
    """S4-086."""
    log = supported()
    log.add("VisitMade", CASE, "2022-02-01", visitor="v1", need="reported")
    log.add("VisitMade", CASE, "2022-02-02", visitor="v1")
    if followed_on:
        log.add("NeedFollowedUp", CASE, followed_on, outcome="done")

    (row,) = ask(log, "needs", as_of=as_of)["needs"]

    assert expected == pick(row, "followed_on", "days", "state")


def test_what_was_done_first_answers_all_needs_open_then(ask: Ask) -> None:
    """S4-086: and none that came later."""
    log = supported()
    for on in ("2022-02-01", "2022-02-03"):
        log.add("VisitMade", CASE, on, visitor="v1", need="reported")
    log.add("NeedFollowedUp", CASE, "2022-02-05", outcome="done")
    log.add("VisitMade", CASE, "2022-02-05", visitor="v1", need="reported")

    rows = ask(log, "needs", as_of="2022-02-10")["needs"]

    assert ["met", "met", "open"] == [row["state"] for row in rows]


def test_a_score_is_due_in_every_month_of_care_and_has_to_be_told(ask: Ask) -> None:
    """S4-090, S4-091, S4-092, F079: scored and told, scored only, not scored, still running."""
    log = supported()
    register(log)
    entrust(log, CASE, "2022-01-31")
    for month in ("2022-01", "2022-02"):
        log.add("CarerScored", CARER, f"{month}-28", month=month, score=80)
    log.add("CarerScoreTold", CARER, "2022-01-30", month="2022-01", told_on="2022-01-30")

    rows = ask(log, "scores_due", as_of="2022-04-30")["scores_due"]

    assert [
        ("2022-01", 1, 80, "2022-01-30", "met"),
        ("2022-02", 1, 80, None, "untold"),
        ("2022-03", 1, None, None, "missed"),
        ("2022-04", 1, None, None, "open"),
    ] == [pick(row, "period", "cases", "score", "told_on", "state") for row in rows]


def test_nobody_is_scored_after_the_care_or_the_qualification_ended(ask: Ask) -> None:
    """S4-090, S4-095."""
    log = supported()
    register(log), register(log, 2)
    entrust(log, CASE, "2022-01-20")
    end_care(log, CASE, "2022-02-01")
    entrust(log, CASE, "2022-02-02", carer="carer/520123-0002")
    log.add("CarerDisqualified", "carer/520123-0002", "2022-03-31", ground="misconduct")

    rows = ask(log, "scores_due", as_of="2022-06-30")["scores_due"]

    assert [("0001", "2022-01"), ("0001", "2022-02"), ("0002", "2022-02"), ("0002", "2022-03")] == [
        (row["carer"][-4:], row["period"]) for row in rows
    ]


def test_care_without_anybody_in_hospital_is_a_gap_of_its_own(ask: Ask) -> None:
    """S0-006: somebody attends in illness."""
    log = supported()
    register(log)
    entrust(log, CASE, "2022-01-10")
    log.add("IllnessSuspected", CASE, "2022-02-01", designated=True, institution="h1")
    hours: Any = {"carer": CARER, "confirmed_by": "family", "hours": 8}
    log.add("ServiceRendered", CASE, "2022-02-02", kind="watch_over", **hours)
    log.add("ServiceRendered", CASE, "2022-02-04", kind="hospital_attendance", **hours)
    log.add("IllnessSuspected", CASE, "2022-02-04", designated=True, institution="h1")

    (row,) = ask(log, "care_gaps", as_of="2022-03-01")["care_gaps"]

    assert ("no_attendance", "2022-02-01", "2022-02-03", 3, 1, "over") == pick(
        row, "kind", "from_on", "to_on", "days", "allowed_days", "state"
    )


FIRST = date(2022, 1, 10)
spans = st.lists(
    st.tuples(st.integers(0, 50), st.none() | st.integers(0, 30), st.sampled_from([1, 2])),
    max_size=4,
)
forms = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=3)


def day(number: int) -> str:
    return str(FIRST + timedelta(days=number))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cares=spans,
    respite=st.none() | st.tuples(st.integers(0, 50), st.integers(0, 9)),
    forms=forms,
    died=st.none() | st.integers(0, 70),
    lost=st.none() | st.integers(0, 70),
)
@example(
    cares=[(0, None, 1), (2, None, 1), (0, 0, 1)], respite=None, forms=[], died=None, lost=None
)
def test_gaps_are_the_days_at_home_without_anybody(
    cares: list[tuple[int, int | None, int]],
    respite: tuple[int, int] | None,
    forms: list[tuple[int, bool]],
    died: int | None,
    lost: int | None,
) -> None:
    """S0-007, S0-009, S4-096, F080: the model against a walk through every day."""
    log, as_of = supported(), 75
    register(log), register(log, 2)
    cared: set[int] = set()
    for index, (start, length, number) in enumerate(cares):
        carer = f"carer/520123-000{number}"
        entrust(log, CASE, day(start), carer=carer)
        # the first end that names a carer ends whatever was entrusted to them before
        ends = (begin + n for begin, n, who in cares[index:] if who == number and n is not None)
        last = next(ends, as_of)
        if length is not None:
            end_care(log, CASE, day(start + length), carer=carer)
        if index + 1 < len(cares):
            last = min(last, cares[index + 1][0] - 1)
        if lost is not None and number == 1:
            last = min(last, lost)
        cared |= set(range(start, last + 1))
    if respite is not None:
        begin, length = respite
        log.add(
            "RespiteStayed",
            CASE,
            day(begin),
            facility="f1",
            from_on=day(begin),
            to_on=day(begin + length),
        )
        cared |= set(range(begin, begin + length + 1))
    at_home = dict.fromkeys(range(as_of + 1), True)
    for start, home in forms:
        form = "decentralised" if home else "concentrated"
        log.add("SupportFormSet", CASE, day(start), consent=True, form=form)
    for start, home in sorted(forms, key=lambda one: one[0]):
        at_home |= dict.fromkeys(range(start, as_of + 1), home)
    if died is not None:
        log.add("DeathRecorded", CASE, day(died), died_on=day(died), source="office")
    if lost is not None:
        log.add("CarerDisqualified", CARER, day(lost), ground="misconduct")
    last_day = as_of if died is None else min(as_of, died)

    _, columns, rows = compute(
        log, MODELS, "care_gaps", as_of=FIRST + timedelta(days=as_of), known_on=None
    )
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    expected = {day(n) for n in range(last_day + 1) if at_home[n] and n not in cared}
    covered: list[str] = []
    for row in found:
        from_on, to_on = date.fromisoformat(row["from_on"]), date.fromisoformat(row["to_on"])
        covered += [str(from_on + timedelta(days=n)) for n in range((to_on - from_on).days + 1)]
        assert row["days"] == (to_on - from_on).days + 1
        assert (row["days"] > 10) == (row["state"] == "over")

    assert sorted(expected) == sorted(covered)
