"""A county's own pack and calendar: everything that reads policy works under them, on both engines.

Facts: S1-040 (days to announce an approval), S4-033 (the standard that the living part rests on).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from tests.domain.people import CASE
from tests.ledger.signers import signer
from tests.services.bundled import TIME, files_of
from tests.services.conftest import COUNTY, Office
from tests.services.forging import forge
from tests.services.nights import night
from tests.services.ownpacks import CALENDAR, PACK, adopt, write
from tests.services.test_recording import approve

from aidledger.domain.calendar import Deadline
from aidledger.domain.events.registry import PackAdopted
from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.trust import parse_policy
from aidledger.services.acts import adoption
from aidledger.services.bundles.asking import Request
from aidledger.services.bundles.creating import create_bundle
from aidledger.services.bundles.verifying import verify_bundle
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.policy_tools import list_packs, lost_packs
from aidledger.services.decisions.redeciding import redecide, whatif
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.initialising import open_county
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.packcheck import check_packs
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.outcome import Rejected

LIVING_FEN = 128_000
"""1.6 times the county's own standard; that of the shipped pack gives 112,800."""


@pytest.fixture
def own(office: Office, tmp_path: Path) -> Office:
    """An office that decided a case under its own pack."""
    adopt(office, write(tmp_path, PACK), write(tmp_path, CALENDAR, name="cn-2027"))
    approve(office)
    return office


def evidence_of(office: Office, statement: str) -> None:
    """Change the evidence of the own pack past all triggers, as whoever owns the database can."""
    [digest] = {
        one.event.chain[-1].rpartition("@")[2]
        for one in office.session.stream(f"policy/{COUNTY}")
        if isinstance(one.event, PackAdopted) and one.event.pack == "my-county"
    }
    if "://" in office.location:
        with psycopg.connect(office.location) as server:
            server.execute("SET search_path TO aidledger")
            server.execute("ALTER TABLE evidence DISABLE TRIGGER USER")
            assert server.execute(statement.replace("?", "%s"), (digest,)).rowcount == 1
    else:
        with closing(sqlite3.connect(office.location)) as file:
            for trigger in ("evidence_no_delete", "evidence_no_update"):
                file.execute(f"DROP TRIGGER {trigger}")
            assert file.execute(statement, (digest,)).rowcount == 1
            file.commit()
    office.session._policy = None


def bundle_of(office: Office, folder: Path) -> Any:
    """Make a bundle of the case under a signed checkpoint; return what verifying it says."""
    store = office.session.store
    head, key = store.head(), signer(store.origin)
    note = sign_checkpoint(store.origin, head.size, head.root, [key], TIME)
    store.add_checkpoint(size=head.size, root=head.root, note=note.encode())
    policy = f"log {key.key.vkey()}\nquorum none\n".encode()
    create_bundle(office.session, Request(what=CASE, policy=policy), folder)
    return verify_bundle(files_of(folder), parse_policy(policy))


def test_decisions_are_taken_under_the_own_pack_and_stand_when_taken_again(own: Office) -> None:
    decided = explain(own.session, CASE).decisions

    assert {"my-county"} == {one.pack for one in decided}
    assert LIVING_FEN == next(part.fen for part in decided[-1].parts if part.code == "living")
    assert [(), (), ()] == [one.differences for one in redecide(own.session, CASE)]
    assert [(), (), ()] == [one.differences for one in whatif(own.session, CASE, "my-county")]
    other = whatif(own.session, CASE, "gz-county-2022")[-1].differences
    assert ("128000", "112800") in {(one.expected, one.found) for one in other}


def test_its_limits_run_and_the_own_calendar_counts_the_days(own: Office) -> None:
    """The shipped pack gives 10 working days, and no shipped calendar knows 2027."""
    columns, rows = read_model(own.session, "deadlines", as_of=date(2022, 1, 21))
    due = {row[columns.index("limit_id")]: row[columns.index("due_on")] for row in rows}

    assert "2022-01-27" == due["limit-announcement"]
    known = own.session.policy().calendar_known_on("2022-02-01")
    assert Deadline(day=date(2027, 2, 9), provisional=False) == known.add_working_days(
        date(2027, 2, 4), 1
    )


def test_every_check_passes_and_a_bundle_stands_without_us(own: Office, tmp_path: Path) -> None:
    report = deep_check(own.session)
    found = bundle_of(own, tmp_path / "bundle")

    assert ((), 3) == (report.findings, report.decisions)
    assert ("proven", ()) == (found.verdict, found.flaws)


def test_who_has_the_ledger_needs_no_program_that_ships_the_pack(
    own: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the own pack nor what it rests on comes along with the investigator's program."""
    root = tmp_path / "program"
    for folder in ("packs", "calendars"):
        (root / "policies" / folder).mkdir(parents=True)
    monkeypatch.setattr(adoption, "files", lambda _: root)
    own.session._policy = None
    packs = {one.pack: one for one in list_packs(own.session.policy())}

    assert {"cn-tekun-2021", "gz-county-2022", "my-county"} == set(packs)
    assert not any(one.shipped for one in packs.values())
    assert [(), (), ()] == [one.differences for one in redecide(own.session, CASE)]
    assert () == deep_check(own.session).findings
    assert "proven" == bundle_of(own, tmp_path / "bundle").verdict


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM evidence WHERE hash = ?", "pack_missing"),
        ("UPDATE evidence SET content = content || content WHERE hash = ?", "pack_altered"),
    ],
)
def test_a_text_that_is_lost_or_altered_is_found_and_nothing_is_decided_by_it(
    own: Office, tmp_path: Path, statement: str, code: str
) -> None:
    if "://" not in own.location:
        statement = statement.replace("content || content", "CAST(content || content AS BLOB)")
    evidence_of(own, statement)
    report = deep_check(own.session)

    assert [code, "decision_not_replayed"] == [one.code for one in report.findings]
    assert "damaged" == next(one.status for one in report.rungs if one.name == "decisions")
    listed = [one.pack for one in list_packs(own.session.policy()) if one.adopted]
    assert ["cn-tekun-2021", "gz-county-2022"] == listed
    assert ["policy pack my-county"] == [
        str(error).partition(":")[0] for error in lost_packs(own.session.policy()).values()
    ]
    for ask in (
        lambda: explain(own.session, CASE),
        lambda: redecide(own.session, CASE),
        lambda: bundle_of(own, tmp_path / "bundle"),
        lambda: adopt(own, write(tmp_path, PACK), on="2022-02-01"),
    ):
        with pytest.raises(ServiceError, match="policy pack my-county: expected its text"):
            ask()


def test_a_text_without_any_decision_is_missed_all_the_same(office: Office, tmp_path: Path) -> None:
    adopt(office, write(tmp_path, PACK))

    assert [] == check_packs(office.session)
    evidence_of(office, "DELETE FROM evidence WHERE hash = ?")
    assert ["pack_missing"] == [one.code for one in check_packs(office.session)]


def test_two_who_adopt_at_once_do_not_both(own: Office, tmp_path: Path) -> None:
    """What the second was held against has changed meanwhile: it is told to run the command again."""
    first, second = (
        write(tmp_path, PACK, ("version = 1", "version = 2"), ("80000", fen), name=fen)
        for fen in ("90000", "99000")
    )
    own.at("2022-02-10")
    with open_session(own.location, clock=own.clock) as other:
        other.refresh()
        other.policy()
        adopt(own, first, on="2022-02-10")
        done = open_county(
            other, county=COUNTY, packs=[str(second)], actor="c0", office=COUNTY, on="2022-02-10"
        )

    assert isinstance(done.outcome, Rejected)
    assert "conflict" == done.outcome.code


def test_an_adoption_by_hand_whose_chain_names_one_pack_twice_is_found(own: Office) -> None:
    [entry] = [
        one
        for one in own.session.stream(f"policy/{COUNTY}")
        if isinstance(one.event, PackAdopted) and one.event.pack == "my-county"
    ]
    assert isinstance(entry.event, PackAdopted)
    chain = (*entry.event.chain, entry.event.chain[-1])
    at = forge(own, f"policy/{COUNTY}", msgspec.structs.replace(entry.event, chain=chain))
    none = forge(own, f"policy/{COUNTY}", msgspec.structs.replace(entry.event, chain=()))
    found = {(one.position, one.code, one.field) for one in check_packs(own.session)}

    assert {(at, "pack_differs", "chain"), (none, "pack_differs", "chain")} == found


def test_a_new_version_and_a_later_notice_hold_from_the_day_they_are_known(
    own: Office, tmp_path: Path
) -> None:
    """A correction is a later text; what was decided before stands as it was."""
    newer = write(
        tmp_path, PACK, ("version = 1", "version = 2"), ("80000", "90000"), ("01-04", "02-09")
    )
    later = write(
        tmp_path,
        CALENDAR,
        ("2021-12-10", "2022-02-08"),
        ('"2027-02-08",', '"2027-02-08", "2027-02-09",'),
        name="cn-2027-later",
    )
    adopt(own, newer, later, on="2022-02-10")
    book = own.session.policy()
    fen = []
    for day in ("2022-02-09", "2022-02-10"):
        pack = book.pack_in_force("2022-02-01", day)
        assert pack is not None
        fen += [one.monthly_fen for one in pack.standards if one.code == "dibao_urban"]
    off = [
        date(2027, 2, 9) if book.calendar_known_on(day).is_working_day(date(2027, 2, 9)) else None
        for day in ("2022-02-09", "2022-02-10")
    ]

    assert [80_000, 90_000] == fen
    assert [date(2027, 2, 9), None] == off
    assert [(), (), ()] == [one.differences for one in redecide(own.session, CASE)]
    assert () == deep_check(own.session).findings


def test_a_night_misses_the_text_of_an_adopted_pack_whatever_is_carried_over(
    county_after: Path,
) -> None:
    """No decision is new: it is the text itself that is looked at."""
    with closing(sqlite3.connect(county_after)) as file, file:
        for trigger in ("evidence_no_delete", "evidence_no_update"):
            file.execute(f"DROP TRIGGER {trigger}")
        assert file.execute(
            "DELETE FROM evidence WHERE instr(content, CAST('extends = ' AS BLOB))"
        ).rowcount
    file.close()
    again = next(one for one in night(county_after).steps if one.name == "redecide")

    assert "findings" == again.status
    assert any("[pack_missing]" in str(one) for one in again.findings)
