"""Lists that are up: until their last day, and without one until somebody on them is supported no more."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import TOWNSHIP, VILLAGE, Log, apply_for, approve, case_name

CASE = case_name(1)


def listed(log: Log, as_of: str, *, place: str = VILLAGE, file: str = "aa", **more: Any) -> int:
    return log.add(
        "ListPublished", "list/recipients", as_of,
        as_of=as_of, file=file * 32, kind="recipients", place=place, rows=1, **more,
    )  # fmt: skip


def supported() -> Log:
    """Write a case that is supported from February on."""
    log = Log()
    apply_for(log, CASE, "2022-01-04")
    approve(log, CASE, "2022-01-20", from_month="2022-02")
    return log


def end(log: Log, on: str = "2022-05-10") -> int:
    return log.add("TerminationApproved", CASE, on, ground="aged_out", last_month="2022-05")


def seen(ask: Ask, log: Log, as_of: str = "2022-06-01") -> dict[int, dict[str, Any]]:
    return {row["position"]: row for row in ask(log, "lists_up", as_of=as_of)["lists_up"]}


@pytest.mark.parametrize("place", [VILLAGE, TOWNSHIP])
def test_a_list_without_a_last_day_is_outdated_once_support_on_it_ends(
    ask: Ask, place: str
) -> None:
    """S4-109: the end of support has the list taken down on which the person stands."""
    log = supported()
    shown = listed(log, "2022-03-01", place=place)
    ended = end(log)
    row = seen(ask, log)[shown]

    assert ("outdated", 1, "2022-05-10") == (
        row["state"],
        row["ended_cases"],
        str(row["outdated_since"]),
    )
    assert [shown, ended] == row["positions"]
    assert "up" == seen(ask, log, "2022-05-09")[shown]["state"]


def test_who_was_not_on_the_list_does_not_outdate_it(ask: Ask) -> None:
    log = supported()
    before = listed(log, "2022-01-10", file="aa")
    elsewhere = listed(log, "2022-03-01", place="520123001009", file="bb")
    end(log)
    after = listed(log, "2022-05-20", file="cc")

    assert {"up"} == {seen(ask, log)[at]["state"] for at in (before, elsewhere, after)}


def test_a_list_comes_down_by_its_last_day(ask: Ask) -> None:
    log = supported()
    taken = listed(log, "2022-03-01", file="aa", to_on="2022-03-31")
    left = listed(log, "2022-03-01", file="bb", to_on="2022-05-31")
    log.add(
        "ListWithdrawn", "list/recipients", "2022-03-30", file="aa" * 32, withdrawn_on="2022-03-30"
    )
    end(log)
    rows = seen(ask, log)

    assert ("withdrawn", "overdue") == (rows[taken]["state"], rows[left]["state"])
    assert "up" == seen(ask, log, "2022-05-31")[left]["state"]
    assert 0 == rows[left]["ended_cases"]


def test_what_is_to_come_down_is_due(ask: Ask) -> None:
    log = supported()
    dated = listed(log, "2022-03-01", file="aa", to_on="2022-05-31")
    lasting = listed(log, "2022-03-01", file="bb")
    end(log)
    rows = ask(log, "due_items", as_of="2022-06-01")["due_items"]
    down = {r["origin"]: (r["due_on"], r["state"]) for r in rows if r["what"] == "take list down"}

    assert {dated: ("2022-05-31", "missed"), lasting: (None, "owed")} == {
        at: (due_on if due_on is None else str(due_on), state)
        for at, (due_on, state) in down.items()
    }
