"""Which entry made a field what it is: from the fold, for every case of a simulated county."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import aidledger, on
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.domain.case import fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.recorded import Recorded
from aidledger.services.cases.blaming import Blame, blame, field_values
from aidledger.services.cases.history import case_streams
from aidledger.services.session import open_session


def plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def folded(stream: str, entries: list[Recorded]) -> dict[str, Any]:
    return {name: plain(v) for name, v in field_values(fold_case(stream, entries)).items()}


Cases = dict[str, tuple[list[Recorded], dict[str, Blame]]]


@pytest.fixture(scope="module")
def cases(county: Path) -> Cases:
    with open_session(str(county), read_only=True) as session:
        return {
            name: (session.stream(name), {one.field: one for one in blame(session, name)})
            for name in case_streams(session)
        }


def test_every_field_that_says_something_has_its_entry(cases: Cases) -> None:
    for name, (entries, blamed) in cases.items():
        now, empty = folded(name, entries), folded(name, [])

        assert {n for n, value in now.items() if value != empty[n]} <= set(blamed)
        assert {n: now[n] for n in blamed} == {n: one.value for n, one in blamed.items()}


def test_up_to_the_entry_the_field_was_another_and_from_it_on_it_is_this(cases: Cases) -> None:
    """What the named entry changed is seen by asking the ledger just before it, and after."""
    for name, (entries, blamed) in itertools.islice(cases.items(), 6):
        seen = {e.position: folded(name, entries[: at + 1]) for at, e in enumerate(entries)}
        places = [-1, *seen]
        for one in blamed.values():
            before = places[places.index(one.position) - 1]
            then = seen[before][one.field] if before >= 0 else folded(name, [])[one.field]
            after = [said[one.field] for at, said in seen.items() if at >= one.position]

            assert then != one.value, (name, one.field)
            assert all(value == one.value for value in after), (name, one.field)


def test_without_the_entry_the_field_is_another_or_a_later_one_says_it_again(cases: Cases) -> None:
    changed = again = 0
    for name, (entries, blamed) in cases.items():
        for one in blamed.values():
            rest = [entry for entry in entries if entry.position != one.position]
            if folded(name, rest)[one.field] != one.value:
                changed += 1
                continue
            again += 1
            assert any(
                folded(name, rest[:at])[one.field] != one.value
                and folded(name, rest[: at + 1])[one.field] == one.value
                for at, entry in enumerate(rest)
                if entry.position > one.position
            ), (name, one.field)

    assert changed > 9 * again


def test_what_a_field_was_before_is_told_newest_first(cases: Cases) -> None:
    for _, blamed in cases.values():
        stages = blamed["stage"]
        places = [stages.position, *(was.position for was in stages.earlier)]

        assert sorted(places, reverse=True) == places
        assert "applied" in [stages.value, *(was.value for was in stages.earlier)]


@pytest.fixture(scope="module")
def amended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A case with a correction of its application, and an approval that was annulled."""
    for office in opened(str(tmp_path_factory.mktemp("blame") / "ledger.sqlite")):
        approve(office)
        entries = {type(e.event).__name__: e.position for e in office.session.stream(CASE)}
        office.at("2022-05-10")
        office.act(
            "2022-05-10",
            on_case(
                "EntryAnnulled", "c1", COUNTY, authority="county head",
                position=entries["ApplicationApproved"], reason="false papers",
            ),
            on_case(
                "EntryCorrected", "c1", COUNTY, authority="county head", field="area",
                position=entries["ApplicationSubmitted"], reason="typing error", value='"urban"',
            ),
        )  # fmt: skip
        yield office


def test_corrected_and_annulled_entries_are_told(amended: Office) -> None:
    found = {one.field: one for one in blame(amended.session, CASE)}
    entries = {type(e.event).__name__: e.position for e in amended.session.stream(CASE)}

    assert ("urban", "ApplicationSubmitted") == (found["area"].value, found["area"].type)
    assert [("area", entries["EntryCorrected"])] == [
        (one.field, one.position) for one in found["area"].amendments
    ]
    # nothing else had decided the case: the annulment made the field what it is
    assert ("", "EntryAnnulled") == (found["decided_on"].value, found["decided_on"].type)
    assert "ApplicationApproved" not in {one.type for one in found.values()}
    assert [entries["ApplicationApproved"]] == [one.of for one in found["stage"].amendments]
    assert "approved" != found["stage"].value


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("申请", "城乡类别：城镇", "更正了", "作废了", "政策包", "此前")),
        ("en", ("ApplicationSubmitted", "corrected area of", "annulled", "pack", "before")),
    ],
)
def test_a_person_reads_where_a_field_comes_from(
    amended: Office, lang: str, words: tuple[str, ...]
) -> None:
    said = "".join(
        aidledger(
            "--ledger", amended.location, "--lang", lang, "case", "blame", CASE, field
        ).out
        for field in ("area", "stage", "opinion")
    )  # fmt: skip

    assert [] == [one for one in words if one not in said]


def test_a_part_of_the_state_is_asked_with_a_dot_or_whole(amended: Office) -> None:
    def fields(field: str) -> Any:
        asked = ("case", "blame", CASE, field, "--json")
        return on(Path(amended.location), *asked).object["fields"]

    whole, one = fields("standing"), fields("standing.stated")
    none = on(Path(amended.location), "case", "blame", CASE, "nothing")
    near = on(Path(amended.location), "case", "blame", CASE, "standing.state")

    assert one == [f for f in whole if f["field"] == "standing.stated"] != []
    assert whole
    assert 2 == none.code
    assert near.err.splitlines()[-1].endswith("did you mean standing.stated")
    assert set(field_values(Case(stream="case/x"))) <= set(none.err.replace(",", " ").split())
