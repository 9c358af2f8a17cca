"""A case, a run and a carer are named by their streams in every field, or the act is refused: a bare number means nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import CASE

from aidledger.services.acts.proposals import proposal_of
from aidledger.services.problems import RefusedError


def complaint(case: str | None) -> dict[str, Any]:
    said = {"anonymous": False, "channel": "phone", "subject_case": case, "township": "520123001"}
    return {
        "type": "ComplaintReceived",
        "stream": "complaint/520123-2022-0001",
        "effective_on": "2022-04-10",
        "actor": "c3",
        "office": "520123",
        "data": said,
    }


@pytest.mark.parametrize("case", [CASE.removeprefix("case/"), "carer/520123-0001", f"{CASE}/x"])
def test_a_complaint_about_what_is_no_case_is_refused(case: str) -> None:
    """It was about nothing: F096 accused what was put right, and duties did not see whose case it was."""
    with pytest.raises(RefusedError) as refused:
        proposal_of(complaint(case))

    assert [("data.subject_case", "case/…")] == [
        (one.field, one.expected) for one in refused.value.problems
    ]


@pytest.mark.parametrize("case", [CASE, None])
def test_a_complaint_about_a_case_or_none_is_taken(case: str | None) -> None:
    assert "ComplaintReceived" == proposal_of(complaint(case)).type


def of_case(kind: str, **data: Any) -> dict[str, Any]:
    return complaint(None) | {"type": kind, "stream": CASE, "data": data}


RETURNED = {"amount_fen": 1, "month": "2022-03", "reason": "closed", "returned_on": "2022-03-12"}
ENDED = {"ground": "other", "to_on": "2022-03-12"}


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (of_case("PaymentReturned", **RETURNED, run="2022-03"), "run"),
        (of_case("PaymentReturned", **RETURNED, run="case/2022-03"), "run"),
        (of_case("CareEnded", **ENDED, carer="520123-0001"), "carer"),
    ],
)
def test_a_run_or_a_carer_by_a_bare_number_is_refused(act: dict[str, Any], field: str) -> None:
    """A line that came back stayed paid under the other form of its run, and care went on that had ended."""
    with pytest.raises(RefusedError) as refused:
        proposal_of(act)

    assert [f"data.{field}"] == [one.field for one in refused.value.problems]


def test_a_run_and_a_carer_by_their_streams_are_taken() -> None:
    returned = of_case("PaymentReturned", **RETURNED, run="run/2022-03")
    ended = of_case("CareEnded", **ENDED, carer="carer/520123-0001")

    assert "PaymentReturned" == proposal_of(returned).type
    assert "CareEnded" == proposal_of(ended).type


def correcting(field: str, value: str) -> dict[str, Any]:
    said = {
        "authority": "head",
        "position": 7,
        "field": field,
        "value": value,
        "reason": "typed wrong",
    }
    return of_case("EntryCorrected", **said)


@pytest.mark.parametrize(
    ("field", "value"), [("run", '"2022-03"'), ("carer", '"case/1"'), ("subject_case", '"1"')]
)
def test_a_correction_brings_no_bare_number_in(field: str, value: str) -> None:
    """The line that it corrects would be in no run from then on."""
    with pytest.raises(RefusedError) as refused:
        proposal_of(correcting(field, value))

    assert ["data.value"] == [one.field for one in refused.value.problems]


@pytest.mark.parametrize(
    ("field", "value"),
    [("run", '"run/2022-03"'), ("subject_case", "null"), ("month", '"2022-03"')],
)
def test_a_correction_of_another_kind_is_taken(field: str, value: str) -> None:
    assert "EntryCorrected" == proposal_of(correcting(field, value)).type
