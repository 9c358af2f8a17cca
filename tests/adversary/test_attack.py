"""The adversary kit on SQLite: all that can be found is found where it should be, and nothing is harmed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.services.witnessed import keep_checkpoint

from aidledger.interfaces.cli.attacks import exit_status
from aidledger.services.adversary.catalog import OPERATORS
from aidledger.services.adversary.running import AttackReport, attack
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.opening import open_ledger
from aidledger.store.scratch import PREFIX


def digests(location: str) -> dict[str, str]:
    folder = Path(location).parent
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        # whoever reads a SQLite file may leave an empty WAL beside it
        if path.is_file() and path.stat().st_size and not path.name.endswith("-shm")
    }


def missed(report: AttackReport) -> list[tuple[str, str, int | None]]:
    return [
        (one.operator.name, one.attacker, one.position)
        for one in report.tried
        if not one.as_it_should
    ]


def test_every_attack_is_found_at_its_place_or_has_a_coalition(everything: AttackReport) -> None:
    assert [] == missed(everything)
    assert () == everything.clean
    for one in everything.tried:
        if one.found:
            assert one.position in one.expected
            assert set(one.codes) & set(one.operator.finds), one


def test_there_are_many_operators_and_three_attackers(everything: AttackReport) -> None:
    names = {one.operator.name for one in everything.tried}
    kinds = {one.operator.kind for one in everything.tried}

    assert len(names) >= 200
    assert len({name for name in names if not name.startswith("change:")}) >= 100
    assert 9 == len(kinds)
    assert {"none", "log", "officer"} == {one.attacker for one in everything.tried}
    assert len(OPERATORS) == len({one.name for one in OPERATORS})


def test_only_event_types_that_the_ledger_lacks_are_not_tried(everything: AttackReport) -> None:
    left = {one.operator.name for one in everything.not_run if one.operator.kind != "fields"}

    assert set() == left
    assert {"absent"} == {one.code for one in everything.not_run}
    assert 0 == exit_status(everything)


def test_the_limits_are_carried_out_and_not_found(everything: AttackReport) -> None:
    limits = [one for one in everything.tried if one.operator.coalition is not None]

    assert len(limits) >= 5
    for one in limits:
        assert not one.found
        assert 0 == one.total
    names = {one.operator.name for one in limits}
    assert {"limit:uncovered_tail", "limit:witnesses", "limit:false_statement"} <= names


def test_the_ledger_itself_is_only_read(county: str) -> None:
    before = digests(county)
    report = attack(county, names=["rewrite:all", "truncate:mended", "column:head.root"])

    assert len(report.tried) == 6
    assert before == digests(county)


def test_nothing_is_left_of_a_copy_whatever_happens(
    county: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fails(done: int, total: int | None) -> None:
        assert [path for path in tmp_path.iterdir() if path.name.startswith(PREFIX)]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attack(county, names=["rewrite:all"], progress=fails)

    assert [] == list(tmp_path.iterdir())


def test_a_damaged_ledger_is_not_tried(copy: str) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 7")
        connection.commit()
    report = attack(copy)

    assert {7} <= {one.position for one in report.clean}
    assert () == report.tried
    assert 1 == exit_status(report)


def test_an_empty_ledger_has_nothing_to_attack(tmp_path: Path) -> None:
    location = str(tmp_path / "empty.db")
    create_ledger(location, origin="example/empty")
    report = attack(location)

    assert (0, (), ()) == (report.entries, report.tried, report.not_run)
    assert 3 == exit_status(report)


def wanting(report: AttackReport, code: str) -> Sequence[str]:
    return [one.operator.name for one in report.not_run if one.code == code]


def test_without_the_officers_keys_their_attacks_are_not_run(copy: str) -> None:
    for path in Path(f"{copy}.keys").iterdir():
        path.unlink()
    asked = ["rewrite:entry", "signature:colleague", "powers:grant_self"]
    report = attack(copy, names=asked)

    assert {"rewrite:entry", "signature:colleague", "powers:grant_self"} == set(
        wanting(report, "no_key")
    )
    assert {"none", "log"} == {one.attacker for one in report.tried}
    assert 3 == exit_status(report)


def test_a_ledger_that_keeps_checkpoints_under_its_own_key_is_tried_all_the_same(copy: str) -> None:
    store = open_ledger(copy)
    keep_checkpoint(store, witnessed=False)
    store.close()
    report = attack(copy, names=["rewrite:entry", "column:checkpoints.note"])

    assert [] == missed(report)
    assert report.tried


def test_an_unsigned_ledger_is_tried_without_signatures(tmp_path: Path) -> None:
    location = str(tmp_path / "unsigned.db")
    create_ledger(location, origin="example/unsigned")
    with open_session(location) as session:
        simulate(session, seed=7, cases=3, months=1)
    names = ["signature:missing", "rewrite:entry", "rewrite:receipt", "limit:witnesses"]
    report = attack(location, names=names)

    assert [] == missed(report)
    assert {"signature:missing", "rewrite:entry"} == set(wanting(report, "unsigned"))
    assert 3 == exit_status(report)
