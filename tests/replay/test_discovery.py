"""Discoveries, comparisons between departments, and warnings with what was done about them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import VILLAGE, Log, adopt_pack, apply_for, case_name
from tests.replay.overseeing import DATASET, compare, discover, register_offices, warn

CASE = case_name(1)
WARNING = "warning/520123-2022-0001"


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def begun() -> Log:
    log = Log()
    adopt_pack(
        log,
        "2022-01-01",
        discovery_act_days="15",
        discovery_groups='["elderly_alone","orphan"]',
    )
    register_offices(log)
    return log


@pytest.mark.parametrize(
    ("applied", "as_of", "state", "days"),
    [
        ("2022-02-16", "2022-03-01", "met", 15),
        ("2022-02-17", "2022-03-01", "late", 16),
        (None, "2022-02-16", "open", 15),
        (None, "2022-02-17", "missed", 16),
    ],
)
def test_a_discovery_shows_its_level_its_bearer_and_how_soon_something_was_done(
    ask: Ask, applied: str | None, as_of: str, state: str, days: int
) -> None:
    """S1-017, S1-018, S3-022, S4-016, S4-017, F051."""
    log = begun()
    discover(log, CASE, "2022-02-01", desk=VILLAGE, who="v1")
    if applied:
        apply_for(log, CASE, applied)

    (row,) = ask(log, "discoveries", as_of=as_of)["discoveries"]

    assert ("village", "v1", "patrol", "eligible", True) == pick(
        row, "level", "bearer", "channel", "assessment", "informed"
    )
    assert (state, days, "2022-02-16") == pick(row, "state", "days", "due_on")
    assert ("ApplicationSubmitted" if applied else None, applied) == pick(
        row, "first_act", "first_act_on"
    )


def test_discoveries_are_told_apart_by_the_level_of_the_office(ask: Ask) -> None:
    """S3-022: county, township, village; an office that nobody registered has none."""
    log = begun()
    for number, desk in enumerate(("520123-fin", "520123", "520123001", VILLAGE, "520199"), 1):
        discover(log, case_name(number), "2022-02-01", desk=desk)

    rows = ask(log, "discoveries")["discoveries"]

    assert ["county", "county", "township", "village", None] == [row["level"] for row in rows]


def test_who_is_not_eligible_is_not_missed_until_something_else_is_found(ask: Ask) -> None:
    """S1-018."""
    log = begun()
    discover(log, CASE, "2022-02-01", assessment="not_eligible", informed=False)

    assert [("not_eligible", False)] == [
        pick(row, "state", "informed")
        for row in ask(log, "discoveries", as_of="2022-04-01")["discoveries"]
    ]

    discover(log, CASE, "2022-03-01", assessment="eligible")

    assert [("missed", True)] == [
        pick(row, "state", "informed")
        for row in ask(log, "discoveries", as_of="2022-04-01")["discoveries"]
    ]


def test_a_discovery_without_a_rule_about_days_is_open(ask: Ask) -> None:
    """S3-027: the days are the pack's, not the model's."""
    log = Log()
    adopt_pack(log, "2022-01-01", discovery_act_days="soon")
    discover(log, CASE, "2022-02-01")

    (row,) = ask(log, "discoveries", as_of="2025-01-01")["discoveries"]

    assert (None, "open") == pick(row, "due_on", "state")


def test_a_comparison_shows_what_came_of_its_hits(ask: Ask) -> None:
    """S3-023, S4-106, S4-107."""
    log = begun()
    run = compare(log, "2022-02-01", hits=2)
    compare(log, "2022-02-02", hits=0, dataset="db" * 32)
    warned = warn(log, WARNING, "2022-02-03", comparison=DATASET)

    first, second = ask(log, "comparisons")["comparisons"]

    assert (2, 2, 800, 2, 1, True) == pick(
        first, "parties", "registers", "population", "hits", "warnings", "hits_without_warning"
    )
    assert [run, warned] == first["positions"]
    assert (0, 0, False) == pick(second, "hits", "warnings", "hits_without_warning")


@pytest.mark.parametrize(
    ("result", "disposal", "applied", "state"),
    [
        (None, None, False, "raised"),
        ("real", None, False, "assessed"),
        ("real", "none", False, "left"),
        ("false", "none", False, "disposed"),
        ("real", "watch", False, "disposed"),
        ("real", "application", False, "not_applied"),
        ("real", "application", True, "disposed"),
    ],
)
def test_a_warning_is_followed_from_raising_to_what_was_done(
    ask: Ask, result: str | None, disposal: str | None, *, applied: bool, state: str
) -> None:
    """S3-025, S3-026, S4-018, S4-107, F051."""
    log = begun()
    warn(log, WARNING, "2022-02-01")
    if result:
        log.add("WarningAssessed", WARNING, "2022-02-04", by="520123001-u2", result=result)
    if disposal:
        log.add("WarningDisposed", WARNING, "2022-02-08", case=CASE, disposal=disposal)
    if applied:
        apply_for(log, CASE, "2022-02-09")

    (row,) = ask(log, "warnings", as_of="2022-02-11")["warnings"]

    assert (state, result, disposal) == pick(row, "state", "result", "disposal")
    assert (7 if disposal else 10, True) == pick(row, "days_open", "group_known")
    assert 1 + bool(result) + bool(disposal) + applied == len(row["positions"])


def test_a_warning_of_a_group_that_the_pack_does_not_name_says_so(ask: Ask) -> None:
    """S4-018."""
    log = begun()
    warn(log, WARNING, "2022-02-01", group="alone")

    (row,) = ask(log, "warnings")["warnings"]

    assert row["group_known"] is False
