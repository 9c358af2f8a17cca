"""Limits extended and suspended: SQL says what the domain says (C4, F034)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import VILLAGE, Log, adopt_pack, apply_for, case_name, token
from tests.replay.test_deadlines import OFF_2022, WORK_2022, accepted, adopt_calendar, limit

from aidledger.domain.calendar import Calendar, Unit, YearTable
from aidledger.domain.policy.moving import Counting, Move, Moved, moved_due
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models

CASE = case_name(1)
GROUND = "special_circumstances"


def extend(
    log: Log,
    on: str,
    count: int,
    unit: str = "working_days",
    *,
    of: str = "opinion",
    case: str = CASE,
) -> int:
    return log.add("LimitExtended", case, on, extended=count, ground=GROUND, limit=of, unit=unit)


def suspend(log: Log, on: str, of: str = "opinion", case: str = CASE) -> int:
    return log.add("LimitSuspended", case, on, ground="disaster", limit=of, suspended_on=on)


def resume(log: Log, on: str, of: str = "opinion", case: str = CASE) -> int:
    return log.add("LimitResumed", case, on, limit=of, resumed_on=on)


def opinion(log: Log, on: str) -> int:
    return log.add("ReviewOpinionGiven", CASE, on, form="decentralised", opinion="approve")


def row_of(ask: Ask, log: Log, as_of: str = "2022-12-01", **more: str) -> dict[str, Any]:
    (row,) = ask(log, "deadlines", as_of=as_of, **more)["deadlines"]
    return row


def test_thirty_working_days_become_forty_five_and_not_a_day_more(ask: Ask) -> None:
    """C4, F034: extended in time the whole procedure is met, else late; nothing counts twice."""
    log = accepted("2022-09-05", limit("30", "working_days"))
    granted = extend(log, "2022-10-21", 15)
    done = opinion(log, "2022-11-11")
    late = accepted("2022-09-05", limit("30", "working_days"))
    extend(late, "2022-10-22", 15)
    opinion(late, "2022-11-11")
    row, unmoved = row_of(ask, log), row_of(ask, late)

    assert ("2022-11-11", 15, "met") == (row["due_on"], row["extended"], row["state"])
    assert {granted, done} <= set(row["positions"])
    assert ("2022-10-21", 0, "late") == (unmoved["due_on"], unmoved["extended"], unmoved["state"])


@pytest.mark.parametrize(
    ("unit", "of"), [("days", "opinion"), ("months", "opinion"), ("working_days", "another")]
)
def test_an_extension_in_another_unit_or_of_another_limit_moves_nothing(
    ask: Ask, unit: str, of: str
) -> None:
    log = accepted("2022-09-05", limit("30", "working_days"))
    extend(log, "2022-09-06", 15, unit, of=of)

    assert ("2022-10-21", 0) == (row_of(ask, log)["due_on"], row_of(ask, log)["extended"])


def test_a_suspended_limit_has_no_last_day_until_it_runs_again(ask: Ask) -> None:
    log = accepted("2022-09-05", limit("15", "working_days"))
    at = suspend(log, "2022-09-20")
    before = row_of(ask, log)
    resume(log, "2022-10-10")
    after = row_of(ask, log)

    assert ("suspended", None, "2022-09-20") == (
        before["state"],
        before["due_on"],
        before["suspended_since"],
    )
    assert at in before["positions"]
    assert ("missed", "2022-10-17", 20, None) == (
        after["state"],
        after["due_on"],
        after["suspended_days"],
        after["suspended_since"],
    )


def test_what_is_done_while_a_limit_is_suspended_is_in_time(ask: Ask) -> None:
    log = accepted("2022-09-05", limit("15", "working_days"))
    suspend(log, "2022-09-20")
    opinion(log, "2022-11-30")
    least = accepted("2022-09-05", limit("15", "days", bound="at_least"))
    suspend(least, "2022-09-10")
    opinion(least, "2022-11-30")

    assert ("met", "early") == (row_of(ask, log)["state"], row_of(ask, least)["state"])


def test_a_suspension_after_the_last_day_saves_nobody(ask: Ask) -> None:
    log = accepted("2022-09-05", limit("15", "working_days"))
    suspend(log, "2022-09-28")

    assert ("missed", "2022-09-27", None) == tuple(
        row_of(ask, log)[name] for name in ("state", "due_on", "suspended_since")
    )


def test_the_limits_of_complaints_warnings_and_audits_move_as_well(ask: Ask) -> None:
    """Every kind of stream on which a limit may be moved."""
    streams = {
        "audit/520123-2022-0001": "AuditFindingRaised",
        "complaint/520123-2022-0001": "ComplaintReceived",
        "warning/520123-2022-0001": "WarningRaised",
    }
    data: dict[str, dict[str, Any]] = {
        "ComplaintReceived": {"anonymous": True, "channel": "box", "township": "520123001"},
        "AuditFindingRaised": {"due_on": "2022-04-01", "place": "520123001", "rule": "F001"},
        "WarningRaised": {
            "group": "dibao",
            "person": token("p", 1),
            "raised_on": "2022-03-01",
            "township": "520123001",
            "village": VILLAGE,
        },
    }
    log, rules = Log(), dict[str, str]()
    for number, name in enumerate(streams.values()):
        rules |= {
            f"limit__l{number}__{key}": value
            for key, value in (
                ("days", "10"), ("unit", "days"), ("from", name), ("to", "EntryAnnulled"),
            )
        }  # fmt: skip
    adopt_pack(log, "2021-01-01", **rules)
    for number, (stream, name) in enumerate(streams.items()):
        log.add(name, stream, "2022-03-01", **data[name])
        extended: dict[str, Any] = {"extended": 5, "ground": "complex", "unit": "days"}
        log.add("LimitExtended", stream, "2022-03-02", limit=f"l{number}", **extended)
        log.add(
            "LimitSuspended", stream, "2022-03-04",
            ground="disaster", limit=f"l{number}", suspended_on="2022-03-04",
        )  # fmt: skip
        log.add("LimitResumed", stream, "2022-03-06", limit=f"l{number}", resumed_on="2022-03-06")

    rows = ask(log, "deadlines", as_of="2022-04-01")["deadlines"]

    assert {(stream, "2022-03-18", 5, 2) for stream in streams} == {
        (row["stream"], row["due_on"], row["extended"], row["suspended_days"]) for row in rows
    }


def test_what_was_not_yet_known_did_not_move_the_limit(ask: Ask) -> None:
    """In force on a day, as known on another: an extension entered later was not known before."""
    log = accepted("2022-09-05", limit("15", "working_days"))
    extend(log, "2022-09-20", 5)

    then = row_of(ask, log, as_of="2022-09-10", known_on="2022-09-10")
    now = row_of(ask, log)

    assert ("2022-09-27", "2022-10-09") == (then["due_on"], now["due_on"])


DAYS = st.dates(date(2022, 8, 25), date(2023, 1, 31))
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["extended", "extended", "suspended", "resumed"]),
        DAYS,
        st.integers(0, 40),
        st.sampled_from(["working_days", "days", "months"]),
    ),
    max_size=9,
)


def recorded(
    log: Log, case: str, moves: list[tuple[Any, date, int, Unit]]
) -> dict[str, list[Move]]:
    """Record moves in the order given, which is not that of their days; by limit, three of them."""
    found: dict[str, list[Move]] = {}
    for at, (kind, day, count, unit) in enumerate(moves):
        on, of = day.isoformat(), f"l{at % 3}" if at > 3 else "l0"
        match kind:
            case "extended":
                position = extend(log, on, count, unit, of=of, case=case)
            case "suspended":
                position = suspend(log, on, of, case)
            case _:
                position = resume(log, on, of, case)
        move = Move(kind=kind, on=on, position=position, count=count, unit=unit)
        found.setdefault(of, []).append(move)
    return found


def said(moved: Moved) -> tuple[Any, ...]:
    day = None if moved.day is None else moved.day.isoformat()
    flag = moved.provisional if day else None
    return day, flag, moved.extended, moved.suspended_days if day else 0, moved.suspended_since


RULES = st.tuples(
    st.integers(1, 40),
    st.sampled_from(["working_days", "days", "months"]),
    st.sampled_from(["next_day", "same_day"]),
    st.sampled_from(["none", "next_working_day"]),
)
STARTS = st.tuples(st.dates(date(2022, 9, 1), date(2022, 12, 31)), MOVES, st.booleans())


@settings(max_examples=6, deadline=None)
@given(
    rules=st.lists(RULES, min_size=8, max_size=8), starts=st.lists(STARTS, min_size=6, max_size=6)
)
def test_every_moved_limit_equals_that_of_the_domain(
    rules: list[tuple[int, Any, Any, Any]],
    starts: list[tuple[date, list[tuple[Any, date, int, Unit]], bool]],
) -> None:
    """C4: SQL and the domain agree on random extensions and suspensions of eight limits in six cases."""
    table = YearTable.from_text(
        year=2022, known_since="2021-10-25", off_days=OFF_2022, work_days=WORK_2022, notice="n"
    )
    given_rules: dict[str, str] = {}
    for at, (count, unit, count_from, roll) in enumerate(rules):
        keys = limit(str(count), unit, count_from=count_from, roll=roll)
        given_rules |= {key.replace("opinion", f"l{at}"): value for key, value in keys.items()}
    log = Log()
    adopt_pack(log, "2021-01-01", **given_rules)
    adopt_calendar(log, 2022, OFF_2022, WORK_2022, known="2021-10-25")
    expected = {}
    for number, (start, moves, before) in enumerate(starts, 1):
        case = case_name(number)
        apply_for(log, case, "2022-08-20", number=number)
        # a stream's moves are shared out among its limits; some limits have none
        early = recorded(log, case, moves) if before else {}
        position = log.add("ApplicationAccepted", case, str(start))
        late = {} if before else recorded(log, case, moves)
        for at, rule in enumerate(rules):
            of = [*early.get(f"l{at}", ()), *late.get(f"l{at}", ())]
            moved = moved_due(Counting(*rule), start, position, Calendar([table]), of)
            expected[position, f"l{at}"] = said(moved)

    _, columns, rows = compute(
        log, load_models(), "deadlines", as_of=date(2023, 2, 1) + timedelta(1)
    )

    found = {}
    for row in (dict(zip(columns, one, strict=True)) for one in rows):
        flag = row["provisional"] if row["due_on"] else None
        found[row["from_position"], row["limit_id"]] = (
            row["due_on"],
            flag,
            row["extended"],
            row["suspended_days"],
            row["suspended_since"] or "",
        )
    assert expected == found
