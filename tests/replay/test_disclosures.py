"""What was put up: notices and announcements of children, and columns that no list may have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.domain.people import pack
from tests.replay.conftest import Ask
from tests.replay.histories import TOWNSHIP, VILLAGE, Log, adopt_pack, apply_for, case_name

from aidledger.replay.models import Model

DAY = "2022-03-01"
RULES: dict[str, str] = {
    "list_columns": '["amount_fen","name","village"]',
    "list_count_columns": '["persons","village"]',
    "unpublished_programmes": '["orphan","unattended"]',
}
NOTICE = {"planned_to": "2022-03-09", "village": VILLAGE}


def published(log: Log, kind: str, *columns: str, **more: Any) -> int:
    said: dict[str, Any] = {
        "as_of": DAY,
        "file": "ab" * 32,
        "kind": kind,
        "place": TOWNSHIP,
        "rows": 3,
    }
    named: dict[str, Any] = {"columns": columns} if columns else {}
    return log.add("ListPublished", f"list/{kind}", DAY, **said, **named, **more)


def judged(ask: Ask, log: Log) -> dict[int, tuple[str, bool | None]]:
    rows = ask(log, "disclosures")["disclosures"]
    return {row["position"]: (row["shows"], row["allowed"]) for row in rows}


@pytest.mark.parametrize("programme", ["orphan", "unattended", "tekun"])
def test_an_announcement_or_a_notice_of_a_child_shows(ask: Ask, programme: str) -> None:
    """S4-109, F089: one that was put up all the same, by override or outside the program."""
    log = Log()
    adopt_pack(log, **RULES)
    apply_for(log, case_name(1), programme=programme)
    put_up = [
        log.add("PublicityStarted", case_name(1), DAY, complaint_phone="0851", **NOTICE),
        log.add("ApprovalAnnounced", case_name(1), DAY, village=VILLAGE),
        log.add("TerminationPublished", case_name(1), DAY, **NOTICE),
    ]
    is_child = programme != "tekun"
    expected = ("unpublished_programme", False) if is_child else ("none", True)

    assert dict.fromkeys(put_up, expected) == judged(ask, log)


def test_a_list_shows_no_column_beyond_those_of_the_pack_and_of_children_counts_only(
    ask: Ask,
) -> None:
    """S4-108, S4-109, F089."""
    log = Log()
    adopt_pack(log, **RULES)
    apply_for(log, case_name(1), programme="orphan")
    good = published(log, "recipients", "amount_fen", "name")
    account = published(log, "recipients", "account", "name")
    counts = published(log, "orphan", "persons", "village")
    names = published(log, "orphan", "name", "village")
    unsaid = published(log, "recipients")

    assert {
        good: ("none", True),
        account: ("columns", False),
        counts: ("none", True),
        names: ("unpublished_programme", False),
        unsaid: ("unknown", None),
    } == judged(ask, log)


def test_without_a_rule_nothing_is_called_allowed(ask: Ask) -> None:
    log = Log()
    position = published(log, "recipients", "name")

    assert {position: ("unknown", None)} == judged(ask, log)


def test_what_the_scanner_stopped_stands_there_and_was_never_shown(ask: Ask) -> None:
    """F089: a stopped list is no list that showed anything, and none that may be shown."""
    log = Log()
    adopt_pack(log, **RULES)
    stopped = log.add("ListStopped", "list/recipients", DAY, file="ab" * 32,
                      found=["identity_number"], kind="recipients", lines=2, place=TOWNSHIP)  # fmt: skip

    assert {stopped: ("stopped", None)} == judged(ask, log)


def test_the_countys_notice_is_beside_the_villages(ask: Ask) -> None:
    """C5, F028, F029: seven days in the village, and seven at the county, each until it came down."""
    log, case = Log(), case_name(1)
    adopt_pack(log, **RULES)
    apply_for(log, case)
    up = {"complaint_phone": "0851", "planned_to": "2022-03-09"}
    village = log.add("PublicityStarted", case, DAY, village=VILLAGE, **up)
    log.add("PublicityEnded", case, "2022-03-08", to_on="2022-03-08")
    county = log.add("CountyPublicityStarted", case, "2022-03-09", place="520123", **up)
    log.add("ObjectionRaised", case, "2022-03-10", objection="o1")
    ended = log.add("CountyPublicityEnded", case, "2022-03-16", objections=1, to_on="2022-03-16")
    answer = ask(log, "publicity_notices", "disclosures", "list_publicity", "case_state")

    assert [
        (village, "opinion", VILLAGE, 7, 0, False),
        (county, "county", "520123", 7, 1, False),
    ] == [
        tuple(
            row[key]
            for key in ("notice", "kind", "village", "days_shown", "objections", "still_up")
        )
        for row in answer["publicity_notices"]
    ]
    assert ended in answer["publicity_notices"][1]["positions"]
    assert ["PublicityStarted", "CountyPublicityStarted"] == [
        row["type"] for row in answer["disclosures"]
    ]
    assert "published" == answer["case_state"][0]["stage"]


def test_our_own_lists_have_no_column_that_the_pack_does_not_allow(
    models: dict[str, Model],
) -> None:
    """S4-109: the allow-list of a model is no wider than that of the county."""
    allowed = set(msgspec.convert(pack("gz-county-2022").parameters["list_columns"], list[str]))
    lists = {name: set(model.allow) for name, model in models.items() if model.allow}

    assert {"list_approved", "list_paid", "list_publicity", "list_web"} == set(lists)
    assert {} == {name: columns - allowed for name, columns in lists.items() if columns - allowed}
