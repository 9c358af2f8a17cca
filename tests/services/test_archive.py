"""The archive on either engine: sealed once, the same bytes, and everything derived comes out the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from tests.replay.histories import CLERK, TOWNSHIP, apply_for, case_name, token
from tests.services import archived
from tests.services.archived import ENTRIES, digests, files_of, long_history, sealed, stored, views

from aidledger.archive.writing import digest_of
from aidledger.domain.events.proving import SegmentSealed
from aidledger.domain.proposal import Proposal
from aidledger.replay.models import load_models, loaded_tables
from aidledger.services.acts.recording import record
from aidledger.services.archives import archiving
from aidledger.services.archives.segments import archive_folder, list_segments, seals_of
from aidledger.services.generations.rebuilding import read_model, rebuild
from aidledger.services.generations.source import StoreSource
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session, open_session
from aidledger.store.cut import CutStore
from aidledger.store.outcome import Committed

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/ARCHIVE.md"
SQL_BLOCK: Final = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)
ON_ONE = pytest.mark.parametrize("location", ["sqlite"], indirect=True)
"""Of tests in which the engine has no part."""


@pytest.fixture(params=["sqlite", "postgresql"])
def location(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "ledger.secrets"))
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    """A ledger of three segments and more, hostile records among them."""
    stored(location, long_history(hostile=True))
    with open_session(location) as opened:
        yield opened


def test_every_model_has_the_same_digest_with_no_segment_one_and_three(
    session: Session, location: str
) -> None:
    models = load_models()
    assert 3 == sealed(session, location).sealed

    without, expected = digests(session, 0, models)
    assert {"opaque_record", "data_form", "record_not_canonical"} & {
        f.code for f in without.findings
    }
    for segments in (1, 3):
        loaded, found = digests(session, segments, models)

        assert without == loaded
        assert expected == found


@ON_ONE
@pytest.mark.parametrize(
    "cuts",
    [{}, {"as_of": date(2022, 8, 15)}, {"known_on": date(2022, 10, 20)}],
    ids=["none", "as of", "known on"],
)
def test_every_view_is_the_same_with_segments_under_both_cuts_and_amendments(
    session: Session, location: str, cuts: dict[str, date]
) -> None:
    sealed(session, location)
    without = views(session, 0, **cuts)

    assert without == views(session, 2, **cuts)
    assert without[1]["entry_version"] != (0, 0)
    assert loaded_tables() == without[1].keys()


BESIDE = {"entry_amendment", "entry_version", "parameters"}


@ON_ONE
@pytest.mark.parametrize(
    "cuts",
    [{}, {"as_of": date(2022, 8, 15)}, {"known_on": date(2022, 10, 20)}],
    ids=["none", "as of", "known on"],
)
@pytest.mark.parametrize(
    "reads",
    [set(), {"entry"}, {"visit_made"}, {"visit_made", "entry", "parameters"}, {"entry_corrected"}],
    ids=lambda reads: "+".join(sorted(reads)) or "nothing",
)
def test_what_is_read_is_the_same_where_nothing_else_is_loaded(
    session: Session, location: str, reads: set[str], cuts: dict[str, date]
) -> None:
    sealed(session, location)
    whole, tables = views(session, 0, **cuts)

    expected = {name: tables[name] for name in reads | BESIDE}
    for segments in (0, 2):
        assert (whole, expected) == views(session, segments, reads=reads, **cuts)


@ON_ONE
def test_sealing_again_writes_nothing_and_says_so(session: Session, location: str) -> None:
    first = sealed(session, location)
    before = files_of(archive_folder(location))

    again = sealed(session, location)

    assert isinstance(first.outcome, Committed)
    assert [0, 1, 2] == [one.number for one in first.written]
    assert ((), None, 3) == (again.written, again.outcome, again.sealed)
    assert before == files_of(archive_folder(location))
    assert [archived.COUNT, archived.COUNT + 1, archived.COUNT + 2] == [
        one.sealed_at
        for one in list_segments(str(archive_folder(location)), seals_of(session.store))
    ]


@ON_ONE
def test_what_is_lost_is_sealed_again_with_the_same_bytes(session: Session, location: str) -> None:
    sealed(session, location)
    archive = archive_folder(location)
    before, size = files_of(archive), session.store.head().size
    shutil.rmtree(archive / "segment-000001")

    again = sealed(session, location)

    assert before == files_of(archive)
    assert ([1], None, size) == (
        [one.number for one in again.written],
        again.outcome,
        session.store.head().size,
    )


@ON_ONE
def test_a_crash_before_the_log_knows_is_made_good_by_the_next_run(
    session: Session, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object, **more: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(archiving, "_record", crash)
        with pytest.raises(InterruptedError):
            sealed(session, location)
    archive = archive_folder(location)
    before = files_of(archive)
    unknown = verify_archive(str(archive), store=session.store)
    assert "not_made" == next(rung.status for rung in unknown.rungs if rung.name == "sealed")
    assert () == StoreSource(session.store).sealed()

    sealed(session, location)

    assert before == files_of(archive)
    assert 3 == len(StoreSource(session.store).sealed())


@ON_ONE
def test_the_archive_finds_in_hostile_records_what_the_ledger_finds(
    session: Session, location: str
) -> None:
    sealed(session, location)
    archive = str(archive_folder(location))

    inside = {
        (one.code, one.position, one.field, one.found)
        for one in verify(session).findings
        if one.position is not None
        and one.position < 3 * ENTRIES
        # an archive has no columns beside its records, and judges no notes of other logs
        and one.code not in {"column_differs", "gathered_false"}
    }
    found = {
        (one.code, one.position, one.field, one.found)
        for one in verify_archive(archive, store=session.store).findings
    }

    assert inside
    assert found == inside


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("UPDATE entries SET record = leaf_hash WHERE position = 300", "leaf_hash_differs"),
        ("UPDATE entries SET leaf_hash = record WHERE position = 300", "leaf_hash_differs"),
        ("UPDATE nodes SET hash = {zeros} WHERE level = 1 AND idx = 1", "node_differs"),
        ("DELETE FROM nodes WHERE level = 1 AND idx = 1", "node_missing"),
        ("DELETE FROM entries WHERE position = 300", "position_missing"),
    ],
)
def test_entries_that_do_not_verify_are_not_sealed(
    session: Session, location: str, harm: str, code: str
) -> None:
    zeros = (
        "zeroblob(32)"
        if session.store.engine_name == "sqlite"
        else "decode(repeat('00', 32), 'hex')"
    )
    with session.store.writing() as run:
        for statement in UNGUARDED[session.store.engine_name]:
            run(statement, ())
        run(harm.format(zeros=zeros), ())

    done = sealed(session, location)

    assert (code, 1, [0]) == (
        getattr(done.finding, "code", None),
        done.sealed,
        [one.number for one in done.written],
    )
    assert ["segment-000000"] == [path.name for path in archive_folder(location).iterdir()]
    assert 1 == len(seals_of(session.store))


UNGUARDED = {
    "sqlite": [
        f"DROP TRIGGER {table}_no_{change}"
        for table in ("entries", "nodes")
        for change in ("update", "delete")
    ],
    "postgresql": [
        f"DROP TRIGGER {table}_no_change ON aidledger.{table}" for table in ("entries", "nodes")
    ],
}


@ON_ONE
def test_a_rebuild_reads_the_archive_and_believes_no_altered_file(
    session: Session, location: str, tmp_path: Path
) -> None:
    names = ["case_state", "visits_due"]
    expected = rebuild(session, models=names, folder=tmp_path / "one", as_of=date(2022, 12, 31))
    sealed(session, location)
    archive = archive_folder(location)

    found = rebuild(session, models=names, folder=tmp_path / "two", as_of=date(2022, 12, 31))
    assert [one.digest for one in expected.models] == [one.digest for one in found.models]

    archived.rewrite(archive, 1, "visit_made", "SELECT * REPLACE ('nobody' AS visitor) FROM old")
    with pytest.raises(ServiceError, match=r"segment-000001/manifest.json"):
        rebuild(session, models=names, folder=tmp_path / "three")
    path = archive / "segment-000000" / "visit_made.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(
        ServiceError, match=r"segment-000000/visit_made.parquet: expected \d+ bytes"
    ):
        read_model(session, "case_state", as_of=date(2022, 3, 1))
    shutil.rmtree(archive)
    assert (
        found.models[0].digest
        == rebuild(session, models=names, folder=tmp_path / "four", as_of=date(2022, 12, 31))
        .models[0]
        .digest
    )


def test_the_questions_of_the_page_are_answered_by_any_reader_of_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = long_history()
    case, other = (case_name(number) for number in (1, 2))
    for kind, fen in (("regular", 60_000), ("arrears", 5_000)):
        line: Any = {"kind": kind, "month": "2022-06", "amount_fen": fen, "run": "run/2022-06"}
        for one in (case, other):
            for name in ("PaymentRostered", "PaymentIssued"):
                paid = {"paid_on": "2022-06-10"} if name == "PaymentIssued" else {}
                log.add(name, one, "2022-12-28", account=token("a", 1), **line, **paid)
    apply_for(log, other, "2022-12-28", number=2)
    while len(log.written) < 5 * ENTRIES:
        log.add("VisitMade", case, "2022-12-28", visitor="v")
    location = str(tmp_path / "county.db")
    stored(location, log)
    with open_session(location) as opened:
        sealed(opened, location)
    monkeypatch.chdir(tmp_path)
    paid_out, record, wrong = SQL_BLOCK.findall(PAGE.read_text(encoding="utf-8"))[0].split(";\n\n")

    with duckdb.connect() as engine:
        assert [(TOWNSHIP, 4, 1300.0)] == engine.execute(paid_out).fetchall()
        at_100 = engine.execute(record.replace("1012", "100")).fetchall()
        assert [(log.written[100][1].decode(),)] == at_100
        assert [] == engine.execute(wrong).fetchall()
        path = archive_folder(location) / "segment-000000/records.parquet"
        changed = "SELECT * REPLACE (CASE position WHEN 7 THEN 'x'::BLOB ELSE record END AS record)"
        engine.execute(f"CREATE TABLE old AS FROM read_parquet('{path}')")
        engine.execute(f"COPY ({changed} FROM old) TO '{path}' (FORMAT parquet)")
        assert [(7,)] == engine.execute(wrong).fetchall()


@ON_ONE
def test_a_past_of_the_ledger_takes_only_segments_that_were_sealed_then(
    session: Session, location: str
) -> None:
    sealed(session, location)

    assert () == StoreSource(CutStore(session.store, archived.COUNT)).sealed()
    assert 2 == len(StoreSource(CutStore(session.store, archived.COUNT + 2)).sealed())


@ON_ONE
def test_an_entry_before_what_it_seals_vouches_for_nothing(
    session: Session, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(archiving, "_record", lambda *_, **__: None)
        (first, *_) = sealed(session, location).written
    event = SegmentSealed(
        entries=first.entries,
        first=4 * ENTRIES,
        manifest=digest_of(first.encode()),
        root=first.root,
    )
    proposal = Proposal(
        type="SegmentSealed",
        stream="archive/segments",
        event=event,
        effective_on=session.today,
        actor=CLERK,
        office=TOWNSHIP,
    )

    assert isinstance(record(session, [proposal], cause="early"), Committed)
    assert [] == seals_of(session.store)
    assert () == StoreSource(session.store).sealed()
