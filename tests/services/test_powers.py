"""A simulated county keeps to its powers, a spoiled one is found, and the table's text is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.decision import ReviewOpinionGiven
from aidledger.domain.events.inquiry import NeighbourVisited
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.context import Act, Actor, Allowed, Forbidden
from aidledger.domain.registry.history import NOTHING
from aidledger.domain.registry.replay import Replayed
from aidledger.domain.registry.table import powers_hash
from aidledger.domain.registry.watch import Watch
from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.keys.founding import DEFAULT_POWERS, powers_evidence
from aidledger.services.keys.powers import replay_powers, settings_of, tables_of, watch_of
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.places import CASES_A_DECIDER, deciders
from aidledger.services.simulation.running import simulate

MEANT = {
    "F037": {"duty_s1"},
    "F043": {"duty_s3", "power_missing"},
    "F094": {"duty_s7", "power_missing"},
    "F101": {"power_missing"},
}
"""The planted irregularities that are ones of powers, and how they are found."""


@contextmanager
def county(folder: Path, *, planted: bool, **asked: int) -> Iterator[tuple[Session, Any]]:
    location, listed = str(folder / "ledger.sqlite"), folder / "planted.json"
    create_ledger(location, origin="simulated/520123/7")
    with open_session(location) as session:
        given: dict[str, Any] = {"cases": 40, "months": 12, "seed": 7, **asked}
        simulate(session, irregularities=listed if planted else None, **given)
        yield session, msgspec.json.decode(listed.read_bytes()) if planted else None


@pytest.mark.parametrize("asked", [{}, {"seed": 5, "months": 6}, {"cases": 300, "months": 3}])
def test_a_lawful_county_gives_no_finding(asked: dict[str, int], tmp_path: Path) -> None:
    with county(tmp_path, planted=False, **asked) as (session, _):
        replayed = replay_powers(session)

    assert () == replayed.findings
    assert (1, 1) == (replayed.undeclared, replayed.declared_at)
    assert 1000 < replayed.judged


def test_what_was_planted_against_powers_is_found_and_nothing_else_is(tmp_path: Path) -> None:
    with county(tmp_path, planted=True) as (session, listed):
        replayed = replay_powers(session)
    streams = {
        item["rule"]: item["case"] for item in listed["irregularities"] if item["rule"] in MEANT
    }
    found: dict[str, set[str]] = {}
    for one in replayed.findings:
        found.setdefault(one.stream, set()).add(one.code)

    assert set(MEANT) == set(streams)
    assert {streams[rule]: codes for rule, codes in MEANT.items()} == found


def test_the_table_is_the_evidence_that_genesis_names(tmp_path: Path) -> None:
    with county(tmp_path, planted=False, cases=3, months=2) as (session, _):
        tables = tables_of(session)
        table, evidence = powers_evidence()

    assert {table.hash} == set(tables)
    assert table.hash == evidence.hash == powers_hash(evidence.content)
    assert table.id == DEFAULT_POWERS


def test_without_its_text_nothing_can_be_judged_and_each_act_says_so(tmp_path: Path) -> None:
    with county(tmp_path, planted=False, cases=3, months=2) as (session, _):
        held = session.store.get_evidence
        for lost in (
            lambda _: None,
            lambda _: b"id = 1",
            lambda digest: (held(digest) or b"") + b"\n",
        ):
            session.store.get_evidence = lost  # type: ignore[method-assign]
            replayed: Replayed = replay_powers(session)

            assert {"powers_text"} == {one.code for one in replayed.findings}
            assert replayed.judged == len(replayed.findings)


def test_a_ledger_without_genesis_is_not_judged(tmp_path: Path) -> None:
    with county(tmp_path, planted=False, cases=3, months=2) as (session, _):
        entries = [e for e in recorded_all(session.store.read()) if e.position != 1]
        replayed = replay_powers(session, entries)

    assert (0, None, ()) == (replayed.judged, replayed.declared_at, replayed.findings)
    assert len(entries) == replayed.undeclared


def test_the_pack_in_force_sets_parameters_of_the_table(tmp_path: Path) -> None:
    with county(tmp_path, planted=False, cases=1, months=1) as (session, _):
        setting = settings_of(session.policy())("2022-01-20", "2022-01-20T01:00:00.000000Z", "")
        before = settings_of(session.policy())("2022-01-20", "2021-01-01T01:00:00.000000Z", "")

    assert ["civil_affairs"] == setting.parameters["deciding_offices"]
    assert 2 == setting.parameters["survey_investigators_min"]
    assert ("2022-01-20", "2021-01-01", {}) == (
        setting.recorded_on,
        before.recorded_on,
        before.parameters,
    )


def test_a_larger_county_has_more_deciders() -> None:
    assert [1, 1, 2, 5] == [
        len(deciders(n)) for n in (1, CASES_A_DECIDER - 1, CASES_A_DECIDER, 4 * CASES_A_DECIDER)
    ]


def test_what_is_read_as_it_is_asked_for_is_what_a_replay_knows(tmp_path: Path) -> None:
    with county(tmp_path, planted=True) as (session, _):
        entries = recorded_all(session.store.read())
        whole = Watch(tables=tables_of(session), settings=settings_of(session.policy()))
        for entry in entries:
            answer = whole.judge(*asked_by(entry).values(), **moment_of(entry))
            whole.take(entry, lawful=not isinstance(answer, Forbidden))
        watch = watch_of(session)
        names = [name for name in whole.histories if name.partition(":")[0] != "registry"]

        assert whole.registry == watch.registry
        assert {n: whole.histories[n] for n in names} == {n: watch.histories[n] for n in names}
        assert NOTHING == watch.histories.get("case/none", NOTHING)


def test_a_watch_moves_on_with_what_is_about_to_be_written(tmp_path: Path) -> None:
    with county(tmp_path, planted=False, cases=20, months=3) as (session, _):
        entries = recorded_all(session.store.read())
        opinion = next(e for e in entries if isinstance(e.event, ReviewOpinionGiven))
        watch, head = watch_of(session), session.store.head().size
        survey = msgspec.structs.replace(
            opinion, position=head, event=NeighbourVisited(households=2), actor=opinion.actor
        )
        again = {**moment_of(opinion), "position": head + 1}

        assert isinstance(watch.judge(*asked_by(opinion).values(), **again), Allowed)
        watch.take(survey)
        answer = watch.judge(*asked_by(opinion).values(), **again)
        assert isinstance(answer, Forbidden)
        assert "s2-reviewer-not-investigator" == answer.rule


def asked_by(entry: Recorded) -> dict[str, Any]:
    return {
        "actor": Actor(id=entry.actor, office=entry.office),
        "act": Act(type=wire_name(entry.event), event=entry.event, stream=entry.stream),
    }


def moment_of(entry: Recorded) -> dict[str, Any]:
    return {
        "position": entry.position,
        "effective_on": entry.effective_on,
        "recorded_at": entry.recorded_at,
    }
