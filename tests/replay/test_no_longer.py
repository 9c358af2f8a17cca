"""What held once and holds no more is shown by no list."""

from __future__ import annotations

from typing import Any

from tests.replay.conftest import Ask
from tests.replay.histories import VILLAGE, Log, adopt_pack, apply_for, approve, case_name, publish

CASE, OTHER = case_name(1), case_name(2)


def noticed() -> Log:
    """Return a log with two cases whose notice nobody took down."""
    log = Log()
    adopt_pack(log)
    for name in (CASE, OTHER):
        apply_for(log, name)
        publish(log, name, "2022-01-20", "2022-01-27")
    return log


def shown(ask: Ask, log: Log, name: str) -> list[dict[str, Any]]:
    return ask(log, name, as_of="2022-01-25")[name]


def test_who_withdrew_or_was_decided_is_not_on_the_notice_though_nobody_took_it_down(
    ask: Ask,
) -> None:
    """S4-108."""
    log = noticed()
    assert [VILLAGE, VILLAGE] == [row["village"] for row in shown(ask, log, "list_publicity")]

    log.add("ApplicationWithdrawn", CASE, "2022-01-22", reason="own_wish")
    assert 1 == len(shown(ask, log, "list_publicity"))

    approve(log, OTHER)
    assert [] == ask(log, "list_publicity", as_of="2022-02-25")["list_publicity"]


def test_a_notice_that_came_down_is_not_shown_and_of_two_the_later(ask: Ask) -> None:
    """S4-108: what it shows is the later opinion."""
    log = noticed()
    log.add("PublicityEnded", CASE, "2022-01-24", to_on="2022-01-24")
    log.add("ReviewOpinionGiven", OTHER, "2022-01-23", form="concentrated", opinion="approve",
            proposed_fen=90_000)  # fmt: skip
    log.add("PublicityStarted", OTHER, "2022-01-24", complaint_phone="0851-1", evidence="ef" * 32,
            kind="reinvestigation", planned_to="2022-01-31", village=VILLAGE)  # fmt: skip

    (row,) = shown(ask, log, "list_publicity")

    assert ("concentrated", 90_000, "2022-01-24", "0851-1") == tuple(
        row[name] for name in ("form", "amount_fen", "from_on", "complaint_phone")
    )


def test_a_list_shows_the_decision_that_holds(ask: Ask) -> None:
    """S1-040."""
    log = noticed()
    approve(log, CASE, on="2022-02-20", fen=100_000)
    approve(log, CASE, on="2022-03-21", from_month="2022-04", fen=112_800)

    (row,) = ask(log, "list_approved", as_of="2022-04-10")["list_approved"]

    assert ("2022-03-21", 112_800) == (row["decided_on"], row["amount_fen"])
