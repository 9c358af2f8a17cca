"""Every decision of a ledger is taken again: what was forged is named, by clause and citation."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.shell import aidledger
from tests.domain.people import CASE, COUNTY
from tests.replay.histories import case_name
from tests.replay.test_agreement import HISTORY, recorded
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.overriding import approve_despite
from tests.services.test_recording import approve, on_case

from aidledger.domain.case import fold_case, with_case_before
from aidledger.domain.decide import WITH_RECORD
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.facts import MONTHLY, OF_MONTHLY, CaseFacts
from aidledger.domain.recorded import Recorded
from aidledger.replay import patterns
from aidledger.replay.rows import recorded_record
from aidledger.services import decoding
from aidledger.services.cases.history import case_streams
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.decisions.redeciding_all import redecide_all, repeat_cases
from aidledger.services.decoding import recorded_all, recorded_many
from aidledger.services.initialising import create_ledger
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate

AFTER_PUBLICITY = "approval-after-publicity"


def wrong_approval(office: Office) -> int:
    """Plant an approval before the publicity, which its decision calls met; return its position."""
    _, honest = approve_despite(office)
    assert honest.decision is not None
    clauses = tuple(msgspec.structs.replace(c, outcome="met") for c in honest.decision.clauses)
    record = msgspec.structs.replace(honest.decision, clauses=clauses, outcome="allow")
    return forge(office, CASE, msgspec.structs.replace(honest, decision=record), record)


MADE: dict[bytes, patterns.Test] = {}
"""Forms take long to make: once for all examples."""


def read_by(patch: pytest.MonkeyPatch, *, by_form: bool) -> None:
    """Have records read by the form of their type from the first one on, or never."""
    patch.setattr(patterns, "DECODED_FIRST", 0 if by_form else 10**9)
    for module in (patterns, decoding):
        patch.setattr(module, "MADE_FORMS", MADE if by_form else {})


@pytest.mark.parametrize("by_form", [True, False])
def test_a_planted_wrong_decision_is_found_by_its_clause_and_citation(
    office: Office, monkeypatch: pytest.MonkeyPatch, by_form: bool
) -> None:
    read_by(monkeypatch, by_form=by_form)
    position = wrong_approval(office)
    found = redecide_all(office.session)
    [one] = found.differing
    clauses = {d.name: d for d in one.again.differences if d.kind == "clause"}
    here = clauses[AFTER_PUBLICITY]

    assert (CASE, position) == (one.case, one.again.position)
    assert ("met", "failed") == (here.expected, here.found)
    assert here.citation == "cn-tekun-2021 art. 15 (K21)"
    assert ("outcome", "allow", "refuse") in {
        (d.kind, d.expected, d.found) for d in one.again.differences
    }
    assert (4, False) == (found.decisions, found.is_sound)


def test_an_honest_ledger_stands_and_later_entries_are_not_asked(office: Office) -> None:
    approve(office)
    size = office.session.store.head().size
    office.act("2022-04-10", on_case("DeathRecorded", died_on="2022-02-20", source="family"))
    found = redecide_all(office.session)

    assert size < office.session.store.head().size
    assert (1, 3, 0, True) == (found.cases, found.decisions, found.unchecked, found.is_sound)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A simulated county of some cases, some of which have sealed facts."""
    place = str(tmp_path_factory.mktemp("redecide") / "county.db")
    create_ledger(place, origin="test/county")
    with open_session(place) as session:
        simulate(session, cases=24, months=4, seed=3)
    return place


def test_two_processes_find_what_one_finds_case_by_case(county: str) -> None:
    told: list[tuple[int, int]] = []
    with open_session(county) as session:
        alone = redecide_all(session)
        together = redecide_all(
            session, county, jobs=2, progress=lambda done, total: told.append((done, total))
        )
        each = [len(redecide(session, case)) for case in case_streams(session)]

    assert alone == together
    assert (24, sum(each), 0, True) == (
        alone.cases,
        alone.decisions,
        alone.unchecked,
        alone.is_sound,
    )
    assert alone.decisions > 48
    assert [(24, 24)] == told


def test_from_a_position_on_only_the_decisions_behind_it_are_taken_again(county: str) -> None:
    with open_session(county) as session:
        size, streams = session.store.head().size, case_streams(session)
        every = dict(repeat_cases(session, streams, size))
        for start in (0, size // 3, size // 2, size):
            wanted = {
                case: tuple(one for one in found if one.position >= start)
                for case, found in every.items()
                if not isinstance(found, ServiceError)
            }

            assert wanted == dict(repeat_cases(session, streams, size, start))


def test_sealed_facts_that_stay_shut_are_counted_and_leave_it_open(
    county: str, tmp_path: Path
) -> None:
    whole = aidledger("--ledger", county, "case", "redecide", "--all", "--json")
    secrets = Path(f"{county}.secrets")
    mode = stat.S_IMODE(secrets.stat().st_mode)
    secrets.rename(tmp_path / "away")
    try:
        shut = aidledger("--ledger", county, "case", "redecide", "--all", "--json")
    finally:
        (tmp_path / "away").rename(secrets)
    again = aidledger("--ledger", county, "--lang", "zh", "case", "redecide", "--all")

    assert 0o600 == mode
    assert (0, 0) == (whole.code, whole.object["unchecked"])
    assert 4 == shut.code
    assert shut.object["unchecked"] > 0
    assert shut.object["decisions"] == whole.object["decisions"]
    assert 0 == again.code
    assert "结果不同  " in again.out


@pytest.mark.parametrize(
    "arguments", [("case", "redecide"), ("case", "redecide", "000001", "--all")]
)
def test_one_case_or_all_has_to_be_said(county: str, arguments: tuple[str, ...]) -> None:
    ran = aidledger("--ledger", county, *arguments)

    assert 2 == ran.code
    assert "--all" in ran.err


def test_a_wrong_decision_ends_the_command_with_one(tmp_path: Path, office: Office) -> None:
    position = wrong_approval(office)
    ran = aidledger("--ledger", office.location, "case", "redecide", "--all", "--json")
    [one] = ran.object["differing"]
    shown = aidledger("--ledger", office.location, "--lang", "zh", "case", "redecide", "--all")

    assert 1 == ran.code == shown.code
    assert (CASE, position) == (one["case"], one["position"])
    assert AFTER_PUBLICITY in {d["name"] for d in one["differences"]}
    assert f"条款 {AFTER_PUBLICITY}: 符合 → 不符合" in shown.out


def test_what_carries_a_decision_is_known_by_the_beginning_of_its_record() -> None:
    carrying = {
        name
        for name, kind in EVENTS.items()
        if "DecisionRecord" in str(kind.struct.__annotations__.get("decision"))
    }

    assert carrying == {
        name for name, kind in EVENTS.items() if issubclass(kind.struct, WITH_RECORD)
    }


class Written(msgspec.Struct):
    """A case as it was recorded, to be amended at will."""

    entries: list[Recorded]


@pytest.fixture(scope="module")
def written(county: str) -> Written:
    with open_session(county) as session:
        longest = max((session.stream(case) for case in case_streams(session)), key=len)
    return Written(entries=longest[:40])


@given(
    amendments=st.lists(
        st.tuples(st.integers(0, 39), st.integers(0, 45), st.booleans()), max_size=6
    )
)
def test_a_case_before_each_entry_is_the_fold_of_all_before_it(
    written: Written, amendments: list[tuple[int, int, bool]]
) -> None:
    entries = list(written.entries)
    stream = entries[0].stream
    positions = [entry.position for entry in entries]
    for number, (at, named, annuls) in enumerate(amendments):
        position = positions[named] if named < len(positions) else 900_000 + named
        event = (
            EntryAnnulled(authority="county", position=position, reason="error")
            if annuls
            else EntryCorrected(
                authority="county",
                field="effective_on",
                position=position,
                reason="error",
                value='"2022-01-02"',
            )
        )
        entries.insert(
            at, msgspec.structs.replace(entries[0], event=event, position=900_040 + number)
        )

    assert [fold_case(stream, entries[:at]) for at in range(len(entries))] == [
        before for _, before in with_case_before(stream, entries)
    ]


@given(
    by_form=st.booleans(),
    spoiled=st.lists(
        st.tuples(
            st.integers(0, 30), st.sampled_from([b"", b"{}", None, 7, b'{"$type":"Nothing"}'])
        ),
        max_size=3,
    ),
    changed=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 2_000), st.integers(0, 255)), max_size=4
    ),
)
def test_records_read_in_one_go_are_those_read_one_by_one(
    county: str,
    by_form: bool,
    spoiled: list[tuple[int, Any]],
    changed: list[tuple[int, int, int]],
) -> None:
    with open_session(county, read_only=True) as session:
        rows = list(session.store.read(0, 31))
    for at, record in spoiled:
        rows[at] = (*rows[at][:5], record, rows[at][6])
    for at, place, byte in changed:
        if isinstance(record := rows[at][5], bytes) and record:
            bad = bytearray(record)
            bad[place % len(bad)] = byte
            rows[at] = (*rows[at][:5], bytes(bad), rows[at][6])
    expected = recorded_all(rows)
    with pytest.MonkeyPatch.context() as patch:
        read_by(patch, by_form=by_form)

        assert expected == recorded_many(rows)
    assert not by_form or MADE


def test_an_amendment_is_never_read_by_a_form() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "DECODED_FIRST", 0)
        patch.setattr(patterns, "MADE_FORMS", made := dict[bytes, patterns.Test]())
        names = (b"VisitMade", b"EntryCorrected", b"EntryAnnulled", b"Nothing", b"\xff")
        tests = [patterns.form_once_frequent(name) for name in names]

    assert [b"VisitMade"] == list(made)
    assert [patterns.never] * 4 == tests[1:]


@pytest.mark.parametrize("between", [[], ["VisitMade"], ["VisitMade", "VisitMade"]])
def test_a_rule_is_overridden_by_what_stands_just_before_the_act_and_by_nothing_else(
    office: Office, between: list[str]
) -> None:
    """Visits are left out of what is read, but not what they part."""
    broken, honest = approve_despite(office)
    assert honest.decision is not None
    again = {"act": "ApplicationApproved", "reason": "flood", "authority": "county head"}
    office.act(
        "2022-01-08", *(on_case("RuleOverridden", "c1", COUNTY, **again, clause=c) for c in broken)
    )
    for name in between:
        office.act("2022-01-08", on_case(name, "u1", visitor="v1"))
    position = forge(office, CASE, honest, honest.decision)

    [one] = [
        d.again for d in redecide_all(office.session).differing if d.again.position == position
    ]
    named = {d.name for d in one.differences if d.expected == "met, or overridden by name"}

    assert (set(broken) if between else set()) == named
    assert [one.differences] == [
        other.differences for other in redecide(office.session, CASE, position=position)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORY)
def test_without_its_payments_and_visits_a_case_answers_every_other_question_the_same(
    history: list[Any],
) -> None:
    """What `redecide --all` leaves out of a case feeds the facts of `OF_MONTHLY` and no others."""
    entries = [recorded_record(position, record) for position, record in recorded(history).rows()]
    mine = [entry for entry in entries if entry is not None and entry.stream == case_name(1)]
    few = [entry for entry in mine if wire_name(entry.event) not in MONTHLY]
    whole, less = (fold_case(case_name(1), some) for some in (mine, few))
    for on in ("2022-01-31", "2022-12-31"):
        asked, told = (CaseFacts(case, on=on, month=on[:7]) for case in (whole, less))
        same = [name for name in asked if f"case.{name}" not in OF_MONTHLY]

        assert [(name, asked[name]) for name in same] == [(name, told[name]) for name in same]
