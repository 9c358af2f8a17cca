"""Findings of audits, notices of the year, incidents, and the share of spot checks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import TOWNSHIP, Log, adopt_pack, apply_for, case_name
from tests.replay.overseeing import find, register_offices

CASE = case_name(1)
FINDING = "audit/520123-2022-0001"


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


@pytest.mark.parametrize(
    ("accepted", "recovered", "as_of", "state"),
    [
        (None, 0, "2022-04-30", "open"),
        (None, 0, "2022-05-01", "missed"),
        (True, 90_000, "2022-05-01", "met"),
        (True, 89_999, "2022-05-01", "missed"),
        (False, 90_000, "2022-05-01", "missed"),
        (None, 90_000, "2022-05-01", "missed"),
    ],
)
def test_a_finding_is_open_until_it_is_accepted_and_recovered(
    ask: Ask, accepted: bool | None, recovered: int, as_of: str, state: str
) -> None:
    """S4-115, S4-117, F097."""
    log = Log()
    apply_for(log, CASE)
    find(log, FINDING, "2022-03-01", case=CASE, amount_fen=90_000)
    log.add("RectificationReported", FINDING, "2022-04-01", done=True)
    if recovered:
        log.add(
            "PaymentRecovered",
            CASE,
            "2022-04-02",
            amount_fen=recovered,
            month="2022-02",
            reason="death",
        )
    if accepted is not None:
        log.add("RectificationAccepted", FINDING, "2022-04-03", accepted=accepted)

    (row,) = ask(log, "audit_findings", as_of=as_of)["audit_findings"]

    assert (state, recovered, "2022-04-01") == pick(row, "state", "recovered_fen", "reported_on")
    assert ("2022-04-03" if accepted else None) == row["accepted_on"]


def test_a_finding_settled_too_late_is_late_and_one_reported_anew_is_open_again(ask: Ask) -> None:
    """F097."""
    log = Log()
    find(log, FINDING, "2022-03-01")
    log.add("RectificationReported", FINDING, "2022-05-01", done=True)
    log.add("RectificationAccepted", FINDING, "2022-05-02", accepted=True)

    assert ["late"] == [row["state"] for row in ask(log, "audit_findings")["audit_findings"]]

    log.add("RectificationReported", FINDING, "2022-05-03", done=False)

    assert ["missed"] == [row["state"] for row in ask(log, "audit_findings")["audit_findings"]]


def test_every_office_makes_every_kind_of_notice_public_each_year(ask: Ask) -> None:
    """S1-077, S4-108, S4-110, S4-119, F092."""
    log = Log()
    adopt_pack(
        log,
        "2022-01-01",
        notice_kinds='["complaint_phone","policy"]',
        notice_units='["township"]',
    )
    register_offices(log, "2022-01-01")
    for medium in ("board", "web"):
        log.add(
            "NoticePublished",
            f"unit/{TOWNSHIP}",
            "2022-03-01",
            kind="policy",
            medium=medium,
            year=2022,
        )

    rows = ask(log, "notices_due", as_of="2023-02-01")["notices_due"]

    assert [
        (2022, "complaint_phone", "missed", 0),
        (2022, "policy", "met", 2),
        (2023, "complaint_phone", "open", 0),
        (2023, "policy", "open", 0),
    ] == [pick(row, "year", "kind", "state", "media") for row in rows]
    assert {TOWNSHIP} == {row["unit"] for row in rows}


@pytest.mark.parametrize(
    ("discussed", "as_of", "state"),
    [
        ("2022-03-31", "2022-06-01", "met"),
        ("2022-04-01", "2022-06-01", "late"),
        (None, "2022-03-31", "open"),
        (None, "2022-04-01", "missed"),
    ],
)
def test_an_incident_is_discussed_in_time(
    ask: Ask, discussed: str | None, as_of: str, state: str
) -> None:
    """S4-019, S3-004."""
    log = Log()
    adopt_pack(log, "2022-01-01", incident_review_days="30")
    log.add("CaseDiscussed", CASE, "2022-02-01", meeting="meeting/m0", outcome="other")
    log.add("IncidentRecorded", CASE, "2022-03-01", kind="died_alone")
    if discussed:
        log.add("CaseDiscussed", CASE, discussed, meeting="meeting/m1", outcome="visits")

    (row,) = ask(log, "incidents", as_of=as_of)["incidents"]

    assert (state, "meeting/m1" if discussed else None) == pick(row, "state", "meeting")


@pytest.mark.parametrize(("checked", "met"), [(2, False), (3, True)])
def test_the_share_of_spot_checks_is_counted_by_month(ask: Ask, checked: int, *, met: bool) -> None:
    """S1-037, F040: three of ten are enough, two are not."""
    log = Log()
    adopt_pack(log, "2022-01-01", spot_check_permille_min="300")
    for number in range(10):
        log.add("CaseSubmitted", case_name(number), "2022-02-10", received_on="2022-02-11")
        if number < checked:
            log.add("SpotChecked", case_name(number), "2022-03-01")

    (row,) = ask(log, "spot_check_share")["spot_check_share"]

    assert ("2022-02", 10, checked, checked * 100, 300, met) == pick(
        row, "month", "submitted", "checked", "permille", "asked_permille", "met"
    )


def test_each_programme_is_held_to_the_share_of_its_own_pack(ask: Ask) -> None:
    """F040: D12 asks for home visits of the allowance, where the pack beside it asks for nothing."""
    log = Log()
    adopt_pack(log, "2022-01-01")
    log.add(
        "PackAdopted",
        "policy/520123",
        "2022-01-01",
        chain=("allowance@" + "ab" * 32,),
        in_force_from="2022-01-01",
        known_since="2022-01-01",
        pack="allowance",
        pack_hash="cd" * 32,
        parameters=[{"key": "spot_check_permille_min", "value": "300"}],
        programmes=("dibao",),
        status="in_force",
    )
    for number, programme in enumerate(["tekun", "dibao", "dibao"]):
        apply_for(log, case_name(number), programme=programme)
        log.add("CaseSubmitted", case_name(number), "2022-02-10", received_on="2022-02-11")
    log.add("SpotChecked", case_name(2), "2022-03-01")

    found = ask(log, "spot_check_share")["spot_check_share"]

    assert [("dibao", 2, 500, 300, True), ("tekun", 1, 0, None, None)] == [
        pick(row, "programme", "submitted", "permille", "asked_permille", "met") for row in found
    ]
