"""Entries that were corrected or annulled later are told so wherever a case is read; and amendments that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import lines, on
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.services.cases.amending import Why
from aidledger.services.cases.history import case_as_of


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give a case that was amended, to be read."""
    yield from _amended(tmp_path_factory.mktemp("amended"))


@pytest.fixture
def writable(tmp_path: Path) -> Iterator[Office]:
    """Give such a case to one test alone, which records more."""
    yield from _amended(tmp_path)


def _amended(folder: Path) -> Iterator[Office]:
    """Give an approved case: later its publicity was annulled, its survey moved, its birthday mistyped."""
    for office in opened(str(folder / "ledger.sqlite")):
        approve(office)
        at = {type(e.event).__name__: e.position for e in office.session.stream(CASE)}
        office.at("2022-05-10")
        by = {"authority": "county head", "reason": "found out"}
        office.act(
            "2022-05-10",
            on_case("EntryAnnulled", "c1", COUNTY, position=at["PublicityEnded"], **by),
            *(
                on_case("EntryCorrected", "c1", COUNTY, position=where, field=f, value=value, **by)
                for where, f, value in (
                    (at["HouseholdSurveyed"], "effective_on", '"2022-01-02"'),
                    (at["ApplicationSubmitted"], "birth_on", "1966-04-04"),
                )
            ),
        )
        yield office


def _history(office: Office, *words: str) -> dict[str, dict[str, Any]]:
    asked = on(Path(office.location), "case", "history", CASE, "--json", *words).object
    return {one["type"]: one for one in asked["entries"]}


def test_each_entry_names_what_amended_it_and_each_amendment_that_does_nothing(
    office: Office,
) -> None:
    found = _history(office)
    amended = {name: [a["type"] for a in one["amended_by"]] for name, one in found.items()}

    assert ["EntryAnnulled"] == amended["PublicityEnded"]
    assert ["EntryCorrected"] == amended["HouseholdSurveyed"]
    assert [] == amended["ApplicationSubmitted"]
    assert "not_json" == found["EntryCorrected"]["changes_nothing"]
    assert found["ApplicationApproved"]["changes_nothing"] is None


def test_what_was_known_before_names_no_amendment(office: Office) -> None:
    found = _history(office, "--known-on", "2022-05-09")

    assert [] == [name for name, one in found.items() if one["amended_by"]]


def test_an_entry_is_there_from_its_corrected_day_on_as_in_the_state(office: Office) -> None:
    shown = on(Path(office.location), "case", "show", CASE, "--as-of", "2022-01-04", "--json")

    assert "2022-01-02" == case_as_of(office.session, CASE, as_of="2022-01-04").surveyed_on
    assert "HouseholdSurveyed" in {one["type"] for one in shown.object["entries"]}
    assert "HouseholdSurveyed" in _history(office, "--as-of", "2022-01-04")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("⚠ annulled by", "⚠ effective_on corrected by", "⚠ changes nothing: value is no")),
        ("zh", ("作废", "更正：effective_on", "⚠ 什么也没有改变：value 须为 JSON")),
    ],
)
@pytest.mark.parametrize("command", ["show", "history"])
def test_a_person_reads_it_beside_the_entry(
    office: Office, command: str, lang: str, words: tuple[str, ...]
) -> None:
    ran = on(Path(office.location), "--lang", lang, "case", command, CASE)

    assert [] == [word for word in words if word not in ran.out]


def test_a_field_is_not_blamed_on_a_correction_that_did_nothing_or_of_another_field(
    office: Office,
) -> None:
    fields = on(Path(office.location), "case", "blame", CASE, "--json").object["fields"]
    found = {one["field"]: one["amendments"] for one in fields}

    assert [] == found["birth_on"]
    assert ["effective_on"] == [one["field"] for one in found["surveyed_on"]]


def test_whoever_records_an_amendment_that_does_nothing_is_told(writable: Office) -> None:
    at = {type(e.event).__name__: e.position for e in writable.session.stream(CASE)}
    by = {"authority": "county head", "reason": "found out"}
    asked: list[tuple[Why | None, dict[str, Any]]] = [
        ("no_entry", {"position": 0}),
        ("annuls_annulment", {"position": at["EntryAnnulled"]}),
        ("annulled", {"position": at["PublicityEnded"]}),
        ("annulled", {"position": at["PublicityEnded"], "field": "early", "value": "true"}),
        ("amends_amendment", {"position": at["EntryCorrected"], "field": "value", "value": '"1"'}),
        ("not_json", {"position": at["ApplicationSubmitted"], "field": "area", "value": "urban"}),
        ("no_such_value", {"position": at["ApplicationSubmitted"], "field": "aria", "value": "1"}),
        (None, {"position": at["ApplicationSubmitted"], "field": "area", "value": '"urban"'}),
    ]
    content = b"\n" + lines(
        [
            {
                "type": "EntryCorrected" if "field" in data else "EntryAnnulled",
                "stream": CASE,
                "effective_on": "2022-05-11",
                "actor": "c1",
                "office": COUNTY,
                "data": data | by,
            }
            for _, data in asked
        ]
    )
    told = {number: why for number, (why, _) in enumerate(asked, start=2) if why}
    dry = on(Path(writable.location), "--lang", "en", "record", "-", "--dry-run", stdin=content)
    ran = on(Path(writable.location), "record", "-", "--json", stdin=content)
    again = on(Path(writable.location), "--lang", "zh", "record", "-", stdin=content)

    assert 0 == dry.code
    assert [f"line {n}" for n in told] == [line.split(":")[0][2:] for line in dry.err.splitlines()]
    assert {str(n): why for n, why in told.items()} == ran.object["changes_nothing"]
    assert "⚠" not in again.err, "recorded before"


def test_an_act_whose_day_is_still_to_come_is_told_and_marked(writable: Office) -> None:
    """2032 for 2022: no state, list or rule counts it before, and nothing said so."""
    visit = {
        "type": "VisitMade",
        "stream": CASE,
        "effective_on": "2099-05-11",
        "actor": "c1",
        "office": COUNTY,
        "data": {"visitor": "u3"},
    }
    said = {"died_on": "2099-05-11", "source": "office"}
    death = visit | {"type": "DeathRecorded", "effective_on": "2022-05-11", "data": said}
    acts = lines([visit, death, visit | {"effective_on": "2022-05-11"}])
    ran = on(Path(writable.location), "record", "-", "--json", stdin=acts)
    log = on(Path(writable.location), "log", "--limit", "3")

    assert {"1": "still_to_come", "2": "still_to_come"} == ran.object["changes_nothing"]
    assert 2 == log.out.count("recorded before its day")
    assert "⚠ line 1: its day is still to come" in ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_death_that_holds_only_after_the_death_is_told_and_marked(
    writable: Office, lang: str
) -> None:
    """Asked about the days between, everything says that the person lives."""
    act = {"type": "DeathRecorded", "stream": CASE, "actor": "c1", "office": COUNTY}
    days = ("2022-05-11", "2022-05-20")
    data = {"died_on": days[0], "source": "office"}
    acts = lines([act | {"effective_on": day, "data": data} for day in days])
    ran = on(Path(writable.location), "--lang", lang, "record", "-", "--json", stdin=acts)
    log = on(Path(writable.location), "--lang", lang, "log", "--limit", "2")
    marks = {"zh": "生效日晚于死亡日", "en": "holds from a day after the death"}

    assert {"2": "after_death"} == ran.object["changes_nothing"]
    assert 1 == " ".join(log.out.split()).count(marks[lang])


@pytest.mark.parametrize(("code", "told"), [("dibao_urbn", True), ("dibao_urban", False)])
def test_a_standard_that_no_adopted_pack_reckons_with_is_told(
    writable: Office, code: str, told: bool
) -> None:
    """A code mistyped: whoever is supported stays at the old standard, and no rule finds it."""
    published = {
        "type": "StandardPublished",
        "stream": "policy/standards",
        "effective_on": "2022-05-11",
        "actor": "c1",
        "office": COUNTY,
        "data": {"code": code, "from_on": "2022-07-01", "monthly_fen": 76_000, "place": COUNTY},
    }
    ran = on(Path(writable.location), "record", "-", "--json", stdin=lines([published]))

    assert 0 == ran.code
    assert ({"1": "no_such_standard"} if told else {}) == ran.object.get("changes_nothing", {})
    assert told == ("⚠ line 1: no adopted pack reckons with" in ran.err)
