"""A ledger of some hundred entries in a real database, for archives of short segments."""

from __future__ import annotations

from pathlib import Path

import duckdb
import msgspec
from tests.replay.histories import CLERK, TOWNSHIP, Log, case_name
from tests.replay.test_lists import busy_county

from aidledger.archive.columns import columns_in
from aidledger.archive.manifest import (
    MANIFEST,
    Manifest,
    SegmentFile,
    columns_hash,
    parse_manifest,
    segment_name,
)
from aidledger.archive.writing import digest_of_file
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.replay.building import build_table
from aidledger.replay.digest import Digest, digest_of, fingerprint
from aidledger.replay.engine import building, lock
from aidledger.replay.loading import Loaded, Loader
from aidledger.replay.models import Model
from aidledger.services.archives.archiving import Sealing, seal
from aidledger.services.generations.source import StoreSource
from aidledger.services.session import Session
from aidledger.store.opening import create
from aidledger.store.port import LooseBatch, LooseRecord
from aidledger.store.secrets import create_secrets, secrets_path

ENTRIES = 256
ORIGIN = "archive.example/ledger"
COUNT = 900
"""Entries before anything is sealed: three segments and more."""


def long_history(*, hostile: bool = False) -> Log:
    """Write the county in which every model has rows, then years of visits, amended here and there."""
    log = busy_county()
    for number in range(len(log.written), COUNT):
        case = case_name(1 + number % 5)
        day = f"2022-{1 + number * 12 // COUNT:02d}-{1 + number % 28:02d}"
        if number % 50 == 0:
            why = {"authority": "county", "reason": "entered twice"}
            log.add("EntryAnnulled", case, day, position=number - 30, **why)
        elif number % 50 == 25:
            log.add(
                "EntryCorrected",
                *(case, day),
                authority="county",
                field="visitor",
                position=number - 20,
                reason="typing error",
                value='"another"',
            )
        elif hostile and number % 90 == 7:
            log.add_record(b'{"$type":"NotAnEvent"' + b"x" * (number % 9))
        elif hostile and number % 90 == 8:
            log.add_data("VisitMade", case, day, {"visitor": 7})
        else:
            log.add("VisitMade", case, day, visitor=f"v{number}")
    return log


def stored(location: str, log: Log) -> None:
    """Make a ledger at a location with the records of a log, of whatever form."""
    create_secrets(Path(secrets_path(location)))
    records = []
    for number, (_, record) in enumerate(log.written):
        try:
            entry = decode_entry(record)
            records.append(
                LooseRecord(entry.stream, entry.version, entry.type, record, opaque=False)
            )
        except EntryError:
            records.append(LooseRecord(f"odd-{number}", 1, "odd:type", record, opaque=True))
    store = create(location, origin=ORIGIN)
    store.append_records(LooseBatch.of(records))
    store.close()


def sealed(session: Session, location: str, **more: object) -> Sealing:
    """Seal what is complete, in short segments."""
    return seal(
        session,
        location,
        **{"actor": CLERK, "office": TOWNSHIP, "entries": ENTRIES, "jobs": 1, **more},  # type: ignore[arg-type]
    )


class First(StoreSource):
    """A ledger's source that has no more than its first few segments."""

    def __init__(self, session: Session, segments: int) -> None:
        super().__init__(session.store)
        self._segments = segments

    def sealed(self):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as its base
        return super().sealed()[: self._segments]


def digests(
    session: Session, segments: int, models: dict[str, Model]
) -> tuple[Loaded, dict[str, Digest]]:
    """Build every model with so many segments from the archive; return what was loaded, and digests."""
    with building(None) as connection:
        loaded = Loader(connection).load(First(session, segments))
        lock(connection)
        found = {}
        for model in models.values():
            build_table(connection, model)
            found[model.name] = digest_of(connection, model.name, model.key)
        return loaded, found


def views(session: Session, segments: int, **more: object) -> tuple[Loaded, dict[str, object]]:
    """Load with so many segments from the archive; return what was loaded, and a print of each table."""
    with building(None) as connection:
        loaded = Loader(connection, **more).load(First(session, segments))  # type: ignore[arg-type]
        found = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        return loaded, {name: fingerprint(connection, name) for (name,) in found}


def files_of(archive: Path) -> dict[str, bytes]:
    """Return every file of an archive with its bytes."""
    return {
        str(path.relative_to(archive)): path.read_bytes()
        for path in sorted(archive.rglob("*"))
        if path.is_file()
    }


def manifest_of(archive: Path, number: int) -> Manifest:
    """Return a segment's manifest."""
    return parse_manifest((archive / segment_name(number) / MANIFEST).read_bytes())


def rewrite(archive: Path, number: int, name: str, query: str, **changed: object) -> None:
    """Write a file of a segment anew as a query over it (``old``) has it, and the manifest with it."""
    folder = archive / segment_name(number)
    path, fresh = folder / f"{name}.parquet", folder / "fresh"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW old AS FROM read_parquet('{path}')")
        connection.execute(f"COPY ({query}) TO '{fresh}' (FORMAT parquet)")
    fresh.rename(path)
    manifest = manifest_of(archive, number)
    with duckdb.connect() as connection:
        columns = columns_hash(columns_in(connection, str(path)))
        count = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
    file = SegmentFile(
        columns=columns,
        rows=count[0][0],
        sha256=digest_of_file(path),
        size=path.stat().st_size,
    )
    files = {**manifest.files, name: file}
    changed_one = msgspec.structs.replace(manifest, files=files, **changed)
    (folder / MANIFEST).write_bytes(changed_one.encode())
