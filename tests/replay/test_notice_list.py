"""The list of the notice before a decision says what is proposed, and nothing that nobody proposed."""

from __future__ import annotations

from tests.replay.conftest import Ask
from tests.replay.histories import VILLAGE, Log, adopt_pack, apply_for, case_name


def test_an_opinion_that_proposes_no_sum_is_shown_with_none_and_not_with_nothing(ask: Ask) -> None:
    """How much temporary assistance somebody gets is decided later: a board said 0 yuan."""
    log = Log()
    adopt_pack(log)
    apply_for(log, case_name(1), programme="temporary")
    log.add(
        "ReviewOpinionGiven",
        case_name(1),
        "2022-01-10",
        form="household",
        opinion="approve",
        proposed_fen=0,
    )
    log.add(
        "PublicityStarted",
        case_name(1),
        "2022-01-10",
        complaint_phone="0851-0",
        evidence="a" * 64,
        planned_to="2022-01-17",
        village=VILLAGE,
    )
    (row,) = ask(log, "list_publicity", as_of="2022-01-12")["list_publicity"]

    assert ("person", "temporary", None) == (row["kind"], row["category"], row["amount_fen"])
