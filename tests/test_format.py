"""docs/FORMAT.md is enough: its examples recompute, and the verifier written from it agrees."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from aidledger.ledger.finding import FINDING_CODES
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.clock import SeededBytes, SetClock
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import open_session
from aidledger.store.loose import opaque_record
from aidledger.store.opening import create
from aidledger.store.outcome import Committed
from aidledger.store.secrets import create_secrets, secrets_path

ROOT = Path(__file__).resolve().parent.parent
ALONE = ROOT / "scripts/verify_alone.py"
LEAF, NODE = b"\x00", b"\x01"
SIZE = 300


def blocks(kind: str) -> list[str]:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
    return re.findall(rf"^```\w+ {kind}\n(.*?)\n```$", text, flags=re.DOTALL | re.MULTILINE)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_the_records_of_the_document_are_canonical_and_have_its_thirteen_keys() -> None:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
    keys = re.findall(r"^\| `([$a-z_]+)` \| .* \| .* \| `.*` \|$", text, flags=re.MULTILINE)
    records = blocks("record")

    assert len(records) == 3
    for one in records:
        value = json.loads(one)
        assert one == json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        assert keys == list(value)


def test_the_leaves_root_and_chain_of_the_document_recompute() -> None:
    records = [text.encode() for text in blocks("record")]
    leaves = [sha256(LEAF + one) for one in records]
    root = sha256(NODE + sha256(NODE + leaves[0] + leaves[1]) + leaves[2])

    assert [leaf.hex() for leaf in leaves] == blocks("leaf")[0].split()
    assert root.hex() == blocks("root")[0]
    assert json.loads(records[2])["prev"] == leaves[1].hex()


def test_the_commitment_of_the_document_recomputes_and_stands_in_its_record() -> None:
    given = json.loads(blocks("commitment")[0])
    parts = (given["field"].encode(), bytes.fromhex(given["salt"]), given["value"].encode())
    body = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    found = sha256(b"aidledger/field/v1\n" + body).hex()

    assert given["commitment"] == found
    assert found == json.loads(blocks("record")[1])["sealed"]["name"]


def test_every_label_of_the_code_and_no_other_is_in_the_document() -> None:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
    code = "\n".join(
        path.read_text("utf-8")
        for path in (ROOT / "src").rglob("*.py")
        if path.parent.name != "simulation"
    )
    form = re.compile(r"aidledger/[a-z-]+/v[0-9]+\\n")

    assert sorted(set(form.findall(code))) == sorted(set(form.findall(text)))


def test_an_opaque_record_is_built_as_the_document_says() -> None:
    stream, state = "another/aggregate", b"\x00state"

    assert b"aidledger/opaque/v1\ns 7 another/aggregate\n\x00state" == opaque_record(
        b"s", stream, 7, state
    )


def test_every_finding_code_belongs_to_a_check_of_the_document() -> None:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8").partition("## 14 ")[2]
    named = re.findall(r"`([a-z_]+)(\*?)`", text)

    assert [] == [
        code
        for code in FINDING_CODES
        if not any(code.startswith(name) if star else code == name for name, star in named)
    ]


def test_the_tables_of_the_document_are_those_of_a_new_ledger(ledger: Path) -> None:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
    told = {
        name: [tuple(column.split()) for column in re.findall(r"`(\w+` \w+)", columns)]
        for name, columns in re.findall(
            r"^\| `(\w+)` \| (`\w+` (?:count|text|bytes).*?) \| ", text, re.MULTILINE
        )
    }
    kinds = {"INTEGER": "count", "TEXT": "text", "BLOB": "bytes"}
    database = sqlite3.connect(ledger)
    names = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    found = {
        name: [
            (f"{row[1]}`", kinds[row[2]]) for row in database.execute(f"PRAGMA table_info({name})")
        ]
        for name in names
    }
    database.close()

    assert found == told


def test_the_lone_verifier_needs_the_standard_library_and_for_signatures_one_package() -> None:
    text = ALONE.read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE))

    inside = set(re.findall(r"^ +(?:import|from) (\w+)", text, flags=re.MULTILINE))

    assert imported <= sys.stdlib_module_names | {"__future__"}
    assert inside == {"cryptography"}


# ---- damage: both verifiers on the same copies


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a small ledger by hand: eight cases, a carer, three hundred entries."""
    path = tmp_path_factory.mktemp("format") / "ledger.sqlite"
    random_bytes = SeededBytes(b"format")
    create(path, origin="test/format").close()
    create_secrets(secrets_path(path), random_bytes)
    clock = SetClock(datetime(2022, 1, 4, 2, tzinfo=UTC))
    with open_session(str(path), clock=clock, random_bytes=random_bytes) as session:
        for number in range(SIZE // 5):
            clock.at += timedelta(minutes=7)
            batch = [act(number * 5 + place) for place in range(5)]
            outcome = record(session, batch, cause=f"batch-{number}")
            assert isinstance(outcome, Committed)
    return path


def act(number: int) -> Any:
    stream = f"case/520123-2022-{number % 8:06d}"
    who = {"effective_on": "2022-01-04", "actor": "u1", "office": "520123001", "stream": stream}
    if number < 8:
        place = {"township": "520123001", "village": "520123001001"}
        data = {"area": "rural", "birth_on": "1949-12-31", "route": "self", **place}
        personal = {"name": "欧阳清溪", "address": "青溪村三组8号"}
        kind = {"type": "ApplicationSubmitted", "data": data, "personal": personal}
    else:
        kind = {"type": "VisitMade", "data": {"visitor": "u3"}, "personal": {"note": "安好"}}
    return proposal_of({**who, **kind})


Tamper = Callable[[sqlite3.Connection], object]


def sql(*statements: str) -> Tamper:
    return lambda database: [database.execute(statement) for statement in statements]


def flip(column: str, position: int, byte: int, bit: int, table: str = "entries") -> Tamper:
    """Flip one bit of a stored value."""

    def tamper(database: sqlite3.Connection) -> None:
        at = "position" if table == "entries" else "idx" if table == "nodes" else "size"
        where = f"WHERE {at} = ?" if table != "head" else "WHERE ? >= 0"
        value = database.execute(f"SELECT {column} FROM {table} {where}", (position,)).fetchone()[0]
        data = bytearray(value.encode() if isinstance(value, str) else value)
        data[byte % len(data)] ^= 1 << bit
        new: Any = bytes(data)
        cast = "CAST(? AS TEXT)" if isinstance(value, str) else "?"
        database.execute(f"UPDATE {table} SET {column} = {cast} {where}", (new, position))

    return tamper


def rewritten(position: int, change: Callable[[bytes], bytes], *, hashed: bool = True) -> Tamper:
    """Replace a record, and its leaf hash as an attacker would."""

    def tamper(database: sqlite3.Connection) -> None:
        row = database.execute("SELECT record FROM entries WHERE position = ?", (position,))
        new = change(row.fetchone()[0])
        database.execute("UPDATE entries SET record = ? WHERE position = ?", (new, position))
        if hashed:
            leaf = sha256(LEAF + new)
            database.execute(
                "UPDATE entries SET leaf_hash = ? WHERE position = ?", (leaf, position)
            )

    return tamper


def swapped(one: int, other: int) -> Tamper:
    moves = [(one, -9), (other, one), (-9, other)]
    return sql(*(f"UPDATE entries SET position = {b} WHERE position = {a}" for a, b in moves))


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return change


COPY = "INSERT INTO entries SELECT {position}, {stream}, version, type, recorded_at, record, leaf_hash FROM entries WHERE position = {of}"
TAMPERS: dict[str, tuple[Tamper, int | None]] = {
    **{
        f"record, bit {bit} of byte {byte} at {at}": (flip("record", at, byte, bit), at)
        for at, byte, bit in (
            *((0, 0, 1), (0, 12, 0), (1, 40, 5), (9, 100, 7), (17, 150, 2), (100, -1, 0)),
            *((128, -2, 3), (255, 60, 4), (256, 61, 1), (257, 200, 6), (299, 20, 0), (298, -9, 2)),
        )
    },
    **{
        f"leaf hash at {at}": (flip("leaf_hash", at, at, at % 8), at)
        for at in (0, 3, 100, 255, 256, 299)
    },
    **{f"type at {at}": (flip("type", at, 3, 1), at) for at in (0, 130, 299)},
    **{f"stream at {at}": (flip("stream", at, -1, 6), at) for at in (2, 131, 298)},
    **{f"time at {at}": (flip("recorded_at", at, -3, 0), at) for at in (0, 132, 299)},
    **{
        f"version at {at}": (sql(f"UPDATE entries SET version = 900 WHERE position = {at}"), at)
        for at in (0, 133, 299)
    },
    "version as 0": (sql("UPDATE entries SET version = 0 WHERE position = 50"), 50),
    **{
        f"deleted {at}": (sql(f"DELETE FROM entries WHERE position = {at}"), at)
        for at in (0, 7, 200)
    },
    "deleted a run": (sql("DELETE FROM entries WHERE position BETWEEN 40 AND 44"), 40),
    "deleted the last": (sql("DELETE FROM entries WHERE position = 299"), 299),
    "deleted the tail": (sql("DELETE FROM entries WHERE position >= 250"), 250),
    "deleted all": (sql("DELETE FROM entries"), 0),
    "swapped neighbours of two streams": (swapped(20, 21), 0),
    "swapped two of one stream": (swapped(24, 32), 24),
    "swapped far apart": (swapped(30, 200), 30),
    "inserted a copy": (sql(COPY.format(position=300, stream="'case/new'", of=100)), 300),
    "inserted under another name": (
        sql(COPY.format(position=301, stream="'case/other'", of=100)),
        300,
    ),
    "inserted before the first": (sql(COPY.format(position=-1, stream="'case/x'", of=9)), None),
    "renumbered to the end": (sql("UPDATE entries SET position = 300 WHERE position = 60"), 60),
    "renumbered far away": (sql("UPDATE entries SET position = 99999 WHERE position = 60"), 60),
    "everything one later": (
        sql(
            "UPDATE entries SET position = -position - 2",
            "UPDATE entries SET position = -position - 1",
        ),
        0,
    ),
    "a node's bit": (flip("hash", 0, 5, 2, "nodes"), 0),
    "a node deleted": (sql("DELETE FROM nodes"), 0),
    "a node of another level": (sql("INSERT INTO nodes VALUES (2, 0, zeroblob(32))"), 0),
    "a node beyond the end": (sql("INSERT INTO nodes VALUES (1, 1, zeroblob(32))"), 256),
    "the head's root": (flip("root", 0, 9, 3, "head"), None),
    "the head's frontier": (flip("frontier", 0, 40, 3, "head"), 256),
    "the head's frontier, longer": (
        sql("UPDATE head SET frontier = CAST(frontier || zeroblob(32) AS BLOB)"),
        None,
    ),
    "the head's size, more": (sql("UPDATE head SET size = size + 1"), 300),
    "the head's size, less": (sql("UPDATE head SET size = size - 1"), 299),
    "the head's time": (flip("recorded_at", 0, -2, 0, "head"), 299),
    "the head's time, gone": (sql("UPDATE head SET recorded_at = NULL"), None),
    "no head": (sql("DELETE FROM head"), None),
    "record as text": (
        sql(
            "CREATE TABLE free AS SELECT * FROM entries",
            "UPDATE free SET record = 'x' WHERE position = 7",
            "DROP TABLE entries",
            "ALTER TABLE free RENAME TO entries",
        ),
        7,
    ),
    "key twice": (rewritten(80, replaced('{"$type"', '{"$type":"VisitMade","$type"')), 80),
    "a float": (rewritten(81, replaced('"v":1,', '"v":1.0,')), 81),
    "an exponent": (rewritten(82, replaced('"v":1,', '"v":1e0,')), 82),
    "an escape": (rewritten(83, replaced("VisitMade", "Visit\\u004dade")), 83),
    "a space": (rewritten(84, replaced('"v":1', '"v": 1')), 84),
    "another order": (rewritten(85, replaced('"v":1,"version":11', '"version":11,"v":1')), 85),
    "a key more": (rewritten(86, replaced('"v":1', '"u":0,"v":1')), 86),
    "a day that is none": (rewritten(87, replaced("2022-01-04", "2022-02-30")), 87),
    "a decomposed letter": (rewritten(88, replaced('"source":"office"', '"source":"e\u0301"')), 88),
    "a lone surrogate": (rewritten(89, replaced('"source":"office"', '"source":"\\ud800"')), 89),
    "compressed": (rewritten(90, lambda data: b"\x28\xb5\x2f\xfd" + data), 90),
    "an opaque envelope": (rewritten(91, lambda data: b"aidledger/opaque/v1\nu" + data), 91),
    "too long": (rewritten(92, lambda data: data + b" " * 70_000), 92),
    "deep": (rewritten(93, lambda _: b"[" * 60_000), 93),
    "another story, hashed anew": (rewritten(94, replaced('"u3"', '"u4"')), None),
    "another time, hashed anew": (rewritten(95, replaced("2022-01-04T0", "2022-01-03T0")), 95),
}


@lru_cache(maxsize=1)
def without_triggers(ledger: Path) -> Path:
    """Take the seat belts off, as whoever owns the file can."""
    path = ledger.with_name("open.sqlite")
    shutil.copyfile(ledger, path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = DELETE")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.commit()
    database.close()
    return path


def alone(path: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-I", ALONE, path], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_on_an_undamaged_ledger_both_verifiers_agree_on_everything(ledger: Path) -> None:
    status, found = alone(ledger)
    report = verify(str(ledger))

    rungs = {rung["name"]: rung["status"] for rung in found.pop("rungs")}

    assert status == 4
    assert found == {
        "entries": SIZE,
        "root": report.root,
        "proven_size": None,
        "unproven_tail": SIZE,
        "cosigners": [],
        "findings": [],
        "leads": [],
        "shown": [],
        "verdict": "unproven",
    }
    assert ("ok", "ok", "not_made") == (rungs["bytes"], rungs["batches"], rungs["powers"])
    assert (report.entries, report.verdict, report.findings) == (SIZE, "unproven", [])


@pytest.mark.parametrize("name", TAMPERS)
def test_both_verifiers_find_the_damage_in_the_same_place(
    name: str, ledger: Path, tmp_path: Path
) -> None:
    tamper, place = TAMPERS[name]
    path = tmp_path / "tampered.sqlite"
    shutil.copyfile(without_triggers(ledger), path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA ignore_check_constraints = ON")
    tamper(database)
    database.commit()
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    status, found = alone(path)
    ours = [f for f in verify(str(path)).findings if f.code != "batch_root"]
    theirs = [f["position"] for f in found["findings"] if f["code"] != "batch_root"]
    places = sorted(set(theirs) - {None})
    our_places = sorted({f.position for f in ours if f.position is not None and f.position >= 0})

    assert (status, found["verdict"]) == (1, "damaged")
    assert ours
    assert our_places[:1] == places[:1]
    if place is not None:
        assert place in places
        assert place in our_places


def test_a_place_without_a_ledger_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("no database", encoding="utf-8")
    for path in (tmp_path / "missing", tmp_path / "text.txt"):
        done = subprocess.run(
            [sys.executable, ALONE, path], capture_output=True, text=True, check=False
        )

        assert done.returncode == 3
        assert done.stderr.startswith("verify_alone: error: ")
