"""What the text wants promptly has no day, and is owed until it was done (C4: no number is made up)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, case_name

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.pack import PackLibrary
from aidledger.services.acts.adoption import shipped

CASE = case_name(1)
PAIRS = '["TerminationReported: TerminationApproved","TerminationApproved: TerminationNotified"]'
REPORT: tuple[str, dict[str, Any]] = (
    "TerminationReported", {"by": "village", "ground": "income", "lost_on": "2022-03-01"},
)  # fmt: skip
END: tuple[str, dict[str, Any]] = (
    "TerminationApproved",
    {"ground": "income", "last_month": "2022-03"},
)
TOLD: tuple[str, dict[str, Any]] = (
    "TerminationNotified",
    {"served_on": "2022-03-05", "written": True},
)


def audited(agreed: bool) -> tuple[str, dict[str, Any]]:
    return "TerminationAudited", {"agreed": agreed, "ground": "income"}


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ([REPORT], ["TerminationApproved"]),
        ([REPORT, audited(True)], ["TerminationApproved"]),
        ([REPORT, audited(False)], []),
        ([REPORT, audited(True), END], ["TerminationNotified"]),
        ([REPORT, audited(True), END, TOLD], []),
        # what was told of an earlier end is not told of this one
        ([TOLD, REPORT, audited(True), END], ["TerminationNotified"]),
    ],
)
def test_what_is_to_be_done_promptly_is_owed_until_it_is_done(
    ask: Ask, said: list[tuple[str, dict[str, Any]]], owed: list[str]
) -> None:
    """S1-042, S1-048, S1-049, S4-094, F035, F049: in the model, and in what is due, without a day."""
    log = Log()
    adopt_pack(log, prompt_acts=PAIRS)
    for name, data in said:
        log.add(name, CASE, "2022-03-05", **data)
    answer = ask(log, "owed_acts", "due_items", as_of="2022-03-09")

    assert owed == [row["owed"] for row in answer["owed_acts"] if row["state"] == "owed"]
    assert [(name, None, "2022-03-05", "owed") for name in owed] == [
        (row["what"], row["due_on"], row["from_on"], row["state"]) for row in answer["due_items"]
    ]
    assert all(row["days"] == 4 for row in answer["owed_acts"] if row["state"] == "owed")


@pytest.mark.parametrize("value", ["[]", '[""]', "TerminationReported", '["A: B: C"]', "{"])
def test_a_list_that_is_none_owes_nothing(ask: Ask, value: str) -> None:
    log = Log()
    adopt_pack(log, prompt_acts=value)
    log.add(REPORT[0], CASE, "2022-03-05", **REPORT[1])

    assert [] == ask(log, "owed_acts")["owed_acts"]


@pytest.mark.parametrize(
    ("rule", "kind", "visited", "state"),
    [
        ('["complaint","relative"]', "complaint", None, ["owed"]),
        ('["complaint","relative"]', "complaint", "2022-03-05", ["owed"]),
        ('["complaint","relative"]', "report", "2022-03-07", ["done"]),
        ('["complaint","relative"]', "consultation", None, []),
        ('["relative"]', "complaint", None, []),
    ],
)
def test_the_county_visits_whom_a_complaint_is_about(
    ask: Ask, rule: str, kind: str, visited: str | None, state: list[str]
) -> None:
    """F042: by the rule of the case's own programme; a visit before the complaint does not count."""
    log = Log()
    adopt_pack(log, county_visit_for=rule)
    apply_for(log, CASE, "2022-03-01")
    if visited is not None and visited < "2022-03-06":
        log.add("SpotChecked", CASE, visited, evidence="ab" * 32)
    log.add("ComplaintReceived", "complaint/1", "2022-03-06", anonymous=True, channel="box",
            kind=kind, subject_case=CASE, township="520123001")  # fmt: skip
    if visited is not None and visited > "2022-03-06":
        log.add("SpotChecked", CASE, visited, evidence="ab" * 32)
    answer = ask(log, "county_visits", "due_items", as_of="2022-03-09")

    assert state == [row["state"] for row in answer["county_visits"]]
    assert ("owed" in state) == ("county visit" in {row["what"] for row in answer["due_items"]})


def test_the_shipped_packs_name_acts_that_there_are() -> None:
    library = PackLibrary(shipped("packs"))
    named = [
        (name, pair)
        for name in library.ids
        for pair in library.resolve(name).parameters.get("prompt_acts", ())
    ]

    assert named
    for _, pair in named:
        begun, _, owed = pair.partition(": ")
        assert {begun, owed} <= set(EVENTS)
        assert set(EVENTS[begun].stream.split("|")) & set(EVENTS[owed].stream.split("|"))
