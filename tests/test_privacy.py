"""No personal value of anybody leaves the vault: not into a table, a log file, or anything printed.

The values are those that the vault itself opens, so that a field that is added later is looked for
too. Each search is first shown to find a value that was planted.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.cli.shell import Ran, on

from aidledger.services.decoding import recorded_all
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.sqlite_connect import driver

PERSONAL = (
    *("name", "identity_number", "account_number", "phone", "address"),
    *("proxy_name", "objector", "complainant"),
)
PLANTED = "种植某某·甲乙丙"
LOG_TABLES = ("entries", "nodes", "head", "batches", "checkpoints", "evidence")
Needles = dict[str, list[bytes]]


def spellings(value: str) -> list[bytes]:
    """Write a value as it could stand in a file: plain, escaped, in hex, in UTF-16."""
    plain = value.encode()
    return [
        *dict.fromkeys((plain, json.dumps(value)[1:-1].encode(), ascii(value)[1:-1].encode())),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        value.encode("utf-16-le"),
    ]


def needles_of(session: Session) -> Needles:
    """Open every sealed personal value of a ledger: kind and number, and how it could be written."""
    assert session.vault is not None
    sealed = [
        (field, commitment)
        for entry in recorded_all(session.store.read())
        for field, commitment in entry.sealed.items()
        if field in PERSONAL
    ]
    opened = session.vault.open_many([commitment for _, commitment in sealed])
    assert len(opened) == len({commitment for _, commitment in sealed})
    kinds = {opened[commitment]: field for field, commitment in sealed}
    assert {"name", "identity_number", "account_number", "phone", "address"} <= set(kinds.values())
    return {
        f"{field} {number}": spellings(value)
        for number, (value, field) in enumerate(sorted(kinds.items()))
    }


def found_in(data: bytes, needles: Needles) -> list[str]:
    """Name the values that stand in some bytes; by kind and number, never the value itself."""
    return [name for name, forms in needles.items() if any(form in data for form in forms)]


def simulated(location: str) -> Iterator[Session]:
    with open_session(location) as session:
        simulate(session, cases=14, months=5, seed=11)
        yield session


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Session, Needles]]:
    """A small county in a file that is still open, so that its WAL holds what was written."""
    path = tmp_path_factory.mktemp("privacy") / "county.db"
    assert on(path, "init").code == 0
    for session in simulated(str(path)):
        needles = needles_of(session)
        needles["planted"] = spellings(PLANTED)
        shutil.copyfile(f"{path}-wal", path.with_name("wal-as-written"))
        yield path, session, needles


def test_the_files_of_a_sqlite_ledger_hold_no_personal_value(
    county: tuple[Path, Session, Needles],
) -> None:
    path, _, needles = county
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    written = path.with_name("wal-as-written")

    assert {path, written, Path(f"{path}.mark"), Path(f"{path}-shm")} <= set(files)
    assert written.stat().st_size > 100_000
    for file in files:
        if not file.name.endswith(".secrets"):
            assert [] == found_in(file.read_bytes(), needles), file.name


def test_the_search_of_files_finds_a_planted_value(
    county: tuple[Path, Session, Needles], tmp_path: Path
) -> None:
    path, _, needles = county
    copy = tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    database = sqlite3.connect(copy)
    database.execute("INSERT INTO evidence VALUES ('0', 'text/plain', ?)", (PLANTED.encode(),))
    database.commit()

    assert ["planted"] == found_in(copy.with_name("copy.db-wal").read_bytes(), needles)
    database.close()
    assert ["planted"] == found_in(copy.read_bytes(), needles)


def test_no_table_of_the_log_holds_a_personal_value(
    county: tuple[Path, Session, Needles],
) -> None:
    path, _, needles = county
    # the store's own library: a second one in this process would break the locks of the first
    database = driver().connect(f"file:{path}?mode=ro", uri=True)
    for table in LOG_TABLES:
        rows = database.execute(f"SELECT * FROM {table}").fetchall()

        assert [] == found_in(flat(rows), needles), table
    database.close()


def flat(rows: list[Any]) -> bytes:
    """Join all cells of a table as bytes."""
    return b"\x1f".join(
        cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row
    )


def in_wal(folder: Path, needles: dict[str, list[bytes]]) -> set[str]:
    """Look through all files of the WAL; once more where the server has renamed one meanwhile."""
    while True:
        try:
            return {
                one
                for file in folder.glob("[0-9A-F]" * 24)
                for one in found_in(file.read_bytes(), needles)
            }
        except FileNotFoundError:
            continue


def test_neither_the_tables_nor_the_wal_of_postgresql_hold_a_personal_value(
    postgres_url: str,
) -> None:
    assert on(Path(), "--ledger", postgres_url, "init").code == 0
    for session in simulated(postgres_url):
        needles = needles_of(session)
        with psycopg.connect(postgres_url, autocommit=True) as database:
            for table in LOG_TABLES:
                name = sql.Identifier("aidledger", table)
                rows = database.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall()

                assert [] == found_in(flat(rows), needles), table
            row = database.execute("SHOW data_directory").fetchone()
            assert row is not None
            # more than once: the head of a page of the WAL may stand in the midst of a value
            database.execute(
                "CREATE TABLE planted AS SELECT %s::text AS value FROM generate_series(1, 200)",
                (PLANTED,),
            )
        folder = Path(row[0]) / "pg_wal"
        plain = {name: forms[:1] for name, forms in needles.items()}
        plain["planted"] = [PLANTED.encode()]
        hits = in_wal(folder, plain)

        assert hits == ({"planted"} if folder.exists() else set())


COMMANDS = (
    *("case list", "case list --json", "due", "due --json", "verify", "verify --json", "rebuild"),
    *("list", "list case_state --format csv", "list case_state --format json", "list deadlines"),
    *("list list_publicity --format csv", "list list_approved --format csv", "list list_paid"),
    *("list complaints --format json", "list carers --format json", "--lang zh case list"),
    *("case redecide --all", "case redecide --all --json", "list late_entries --format json"),
    *(
        "whatif --pack fj-sanming-2021 --month 2022-03",
        "whatif --pack gz-county-2022 --month 2022-03",
    ),
    "whatif --pack fj-sanming-2021 --month 2022-03 --json",
    *("log", "log --json", "diff 0 500", "diff 0 500 --json"),
)
OF_A_CASE = ("show", "history", "explain", "redecide", "blame")


def sayings(path: Path) -> Iterator[tuple[str, Ran]]:
    """Run all that an officer might look at, and some of what he might get wrong."""
    for command in COMMANDS:
        yield command, on(path, *command.split())
    cases = on(path, "case", "list", "--json").object["cases"]
    for case in cases:
        for verb in OF_A_CASE:
            yield f"case {verb}", on(path, "case", verb, case["case"], "--json")
    for verb in OF_A_CASE:
        yield f"case {verb}", on(path, "case", verb, cases[0]["case"])
        yield f"zh case {verb}", on(path, "--lang", "zh", "case", verb, cases[0]["case"])


def bad_inputs(values: dict[str, str], case: str) -> Iterator[bytes]:
    """Yield lines that must be refused, each full of one person's values."""
    good = {
        "type": "ApplicationSubmitted",
        "stream": "case/520123-2022-009999",
        "effective_on": "2022-06-01",
        "actor": "u1",
        "office": "520123001",
        "data": {
            "area": "rural",
            "birth_on": "1949-12-31",
            "route": "self",
            "township": "520123001",
            "village": "520123001001",
        },
        "personal": values,
    }
    number = values["identity_number"]
    broken = {**values, "identity_number": number[:-1] + ("0" if number[-1] != "0" else "1")}
    last_too = {**good, "type": "ApplicationApproved", "stream": case, "data": {}}
    for value in (
        {**good, "personal": {**values, "surname": values["name"]}},
        {**good, "personal": {**values, "phone": 13_900_000_001}},
        {**good, "personal": [*values.values()]},
        {**good, "personal": broken},
        {**good, "data": {**good["data"], "area": values["address"]}},  # type: ignore[dict-item]
        {**good, "data": {**good["data"], "persons": values["name"]}},  # type: ignore[dict-item]
        {**good, "despite": values["address"]},
        {**last_too, "personal": values},
    ):
        yield json.dumps(value, ensure_ascii=False).encode()
    yield json.dumps(good, ensure_ascii=False).encode()[:-9]


def test_nothing_printed_holds_a_personal_value(county: tuple[Path, Session, Needles]) -> None:
    path, _, needles = county
    for command, ran in sayings(path):
        assert ran.code in {0, 4}, (command, ran.err)
        assert ran.out, command
        assert [] == found_in(ran.raw + ran.err.encode(), needles), command


def test_what_is_refused_is_refused_without_repeating_it(
    county: tuple[Path, Session, Needles],
) -> None:
    path, session, needles = county
    assert session.vault is not None
    entries = recorded_all(session.store.read())
    sealed = next(e for e in entries if {"name", "address", "phone"} <= set(e.sealed)).sealed
    opened = session.vault.open_many(list(sealed.values()))
    values = {
        field: opened[sealed[field]] for field in ("name", "identity_number", "phone", "address")
    }
    size = session.store.head().size
    case = session.store.streams("case/")[0]
    for number, line in enumerate(bad_inputs(values, case)):
        for more in ((), ("--json",), ("--lang", "zh")):
            words = (*more, "record") if "--lang" in more else ("record", *more)
            ran = on(path, *words, stdin=line)

            assert ran.code not in {0, 3, 4}, ran.err
            assert ran.err or ran.out
            assert [] == found_in(ran.raw + ran.err.encode(), needles), (number, words)
    assert session.store.head().size == size


def test_the_search_of_what_is_printed_finds_a_planted_value(
    county: tuple[Path, Session, Needles],
) -> None:
    for write in (str, ascii, lambda text: json.dumps({"a": text})):
        plant: Callable[[str], str] = write

        assert ["planted"] == found_in(plant(PLANTED).encode(), county[2])


def test_no_representation_of_what_holds_values_shows_them(
    county: tuple[Path, Session, Needles],
) -> None:
    _, session, needles = county
    assert session.vault is not None
    sealed = recorded_all(session.store.read())
    commitments = [value for entry in sealed for value in entry.sealed.values()][:50]
    rows = session.store.vault_rows(commitments)
    shown = repr((session.secrets, session.vault, list(rows.values()), sealed))

    assert rows
    assert [] == found_in(shown.encode(), needles)
