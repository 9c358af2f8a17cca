"""An identity number never comes into what the log holds openly, wherever somebody typed it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import identity_number
from tests.services.conftest import Office
from tests.services.test_recording import application, on_case

from aidledger.domain.identity import check_identity_number
from aidledger.services.problems import RefusedError
from aidledger.store.outcome import Committed

NUMBER = identity_number("1950-03-07")
#: As an input method for Chinese types it.
WIDE = NUMBER.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
ELSEWHERE = "520123-20150307-1234"


def visit(**more: Any) -> dict[str, Any]:
    return {**on_case("VisitMade", visitor="v1"), **more}


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (on_case("VisitMade", visitor=NUMBER), "data.visitor"),
        (on_case("VisitMade", visitor=f"v-{NUMBER.lower()}"), "data.visitor"),
        (on_case("ApplicationWithdrawn", reason=f"身份证号{WIDE}，已迁出"), "data.reason"),
        (on_case("ApplicationWithdrawn", reason=f"{NUMBER[:-1]}{WIDE[-1]}"), "data.reason"),
        (on_case("ApplicationWithdrawn", reason=f"moved away\n{NUMBER}"), "data.reason"),
        (on_case("MaterialsRequested", items=["form", f"copy.{NUMBER}"]), "data.items[1]"),
        (visit(actor=NUMBER), "actor"),
        (visit(office=NUMBER), "office"),
        (visit(stream=f"case/{NUMBER}"), "stream"),
    ],
)
def test_an_identity_number_is_refused_by_its_place_and_not_repeated(
    act: dict[str, Any], field: str, office: Office
) -> None:
    before = office.session.store.head().size
    with pytest.raises(RefusedError) as refused:
        office.act("2022-02-01", act)

    assert [("identity_number_open", field)] == [
        (one.code, one.field) for one in refused.value.problems
    ]
    assert NUMBER not in str(refused.value)
    assert WIDE not in str(refused.value)
    assert before == office.session.store.head().size


@pytest.mark.parametrize(
    "text",
    [
        NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"),  # its check character is wrong
        ELSEWHERE,
        "a" + NUMBER + "b",  # part of a longer name, such as a hash
        NUMBER[:6] + "20991231" + NUMBER[14:],  # not born yet
    ],
)
def test_what_is_no_identity_number_is_recorded(text: str, office: Office) -> None:
    assert isinstance(office.act("2022-02-01", on_case("VisitMade", visitor=text)), Committed)


def test_the_number_itself_comes_in_sealed(office: Office) -> None:
    act = application()

    assert check_identity_number(act["personal"]["identity_number"]).ok
    assert isinstance(office.act("2022-01-05", act), Committed)
