"""A limit that reaches into a year without a notice of holidays is marked wherever its day is shown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cli.shell import Ran, aidledger
from tests.domain.people import COUNTY
from tests.services import households as at
from tests.services.conftest import Office

LIMIT = "limit-refusal-notice"
LATE, EARLIER = "2022-12-29", "2022-12-15"


def county(office: Office, day: str) -> None:
    """Refuse an application on a day, of which it is told within three working days."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    refusal = at.on_household("ApplicationRefused", "c1", COUNTY, reasons=["income"])
    office.act(day, refusal)


def asked(office: Office, *words: str) -> Ran:
    return aidledger("--ledger", office.location, *words)


def shown(office: Office) -> dict[str, list[Any]]:
    """Return the limit as each reading command has it in JSON."""

    def of(command: str, *more: str) -> Any:
        return asked(office, *command.split(), at.HOUSEHOLD, *more, "--json").object

    decided = [limit for one in of("case explain")["decisions"] for limit in one["limits"]]
    begun = [limit for one in of("case history")["entries"] for limit in one["limits"]]
    listed = asked(office, "list", "deadlines", "--json").object["rows"]
    due = asked(office, "due", "--json").object["items"]
    return {
        "case show": [one for one in of("case show")["limits"] if one["limit"] == LIMIT],
        "case explain": [one for one in decided if one["limit"] == LIMIT],
        "case history": [one for one in begun if one["limit"] == LIMIT],
        "deadlines": [one for one in listed if one["limit_id"] == LIMIT],
        "due": [one for one in due if one["what"] == LIMIT],
    }


@pytest.mark.parametrize(("day", "is_provisional"), [(LATE, True), (EARLIER, False)])
def test_each_command_gives_one_day_and_says_whether_it_may_change(
    office: Office, day: str, *, is_provisional: bool
) -> None:
    """F035: the same day five times; the office knows no holidays of 2023."""
    county(office, day)
    found = shown(office)

    assert dict.fromkeys(found, 1) == {name: len(rows) for name, rows in found.items()}
    assert {(rows[0]["provisional"]) for rows in found.values()} == {is_provisional}
    [due_on] = {rows[0]["due_on"] for rows in found.values()}
    assert is_provisional == due_on.startswith("2023")


@pytest.mark.parametrize(("lang", "word"), [("zh", "暂定"), ("en", "provisional")])
@pytest.mark.parametrize("day", [LATE, EARLIER])
def test_people_read_it_in_both_languages(office: Office, lang: str, word: str, day: str) -> None:
    county(office, day)
    commands = ("case show", "case explain", "case history")
    texts = [asked(office, "--lang", lang, *one.split(), at.HOUSEHOLD).out for one in commands]
    texts.append(asked(office, "--lang", lang, "due").out)

    assert [day == LATE] * 4 == [word in text for text in texts]


def test_what_was_done_is_provisional_no_more_in_words(office: Office) -> None:
    county(office, LATE)
    told = at.on_household("RefusalNotified", served_on="2022-12-30", written=True)
    office.act("2022-12-30", told)

    assert "provisional" not in asked(office, "case", "explain", at.HOUSEHOLD).out
    assert "provisional" not in asked(office, "case", "history", at.HOUSEHOLD).out


@pytest.mark.parametrize(("lang", "word"), [("zh", "暂定"), ("en", "provisional")])
@pytest.mark.parametrize("day", [LATE, EARLIER])
def test_nobody_is_accused_of_days_that_are_not_known_without_a_word(
    office: Office, lang: str, word: str, day: str
) -> None:
    """F035: the holidays of 2023 could have made it in time."""
    county(office, day)
    served = "2023-01-20" if day == LATE else "2022-12-28"
    told = at.on_household("RefusalNotified", served_on=served, written=True)
    office.act(served, told)
    audit = asked(office, "--lang", lang, "audit", "run", "--rule", "F035")
    [finding] = asked(office, "audit", "run", "--rule", "F035", "--json").object["findings"]

    assert (day == LATE) == (word in audit.out) == finding["values"]["provisional"]
