"""A case is named by its stream in every field, or the act is refused: its bare number means nothing."""

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
