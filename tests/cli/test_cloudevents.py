"""CloudEvents: every record comes back byte for byte, and with them the root of the log."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.shell import aidledger, on

from aidledger.ledger.tree import root_of_leaves
from aidledger.services.handing.cloudevents import (
    LineError,
    records_of,
    recovered,
    write_cloudevents,
)
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.port import LedgerStore


@pytest.fixture(scope="module")
def file(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cloud") / "county.jsonl"
    ran = on(county, "export", "cloudevents", path)

    assert 0 == ran.code, ran.err

    return path


@pytest.fixture(scope="module")
def records(county: Path) -> list[bytes]:
    with open_session(str(county), read_only=True) as session:
        return [row[1] for row in session.store.read_records()]


def test_every_record_comes_back_and_so_does_the_root(
    county: Path, file: Path, records: list[bytes]
) -> None:
    told = msgspec.json.decode(Path(f"{file}.manifest.json").read_bytes())
    with open_session(str(county), read_only=True) as session:
        head = session.store.head()
    found = recovered(file)

    assert records == list(records_of(file))
    assert (head.size, head.root.hex()) == (found.size, found.root)
    assert found.root == told["log"]["root"]
    assert 0 == aidledger("export", "check", file).code


def test_each_line_is_a_cloudevent(file: Path, records: list[bytes]) -> None:
    """CloudEvents 1.0: the attributes that must be there, names of small letters and digits, unique ids."""
    events = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    names = {name for event in events for name in event}

    assert len(records) == len(events)
    assert {"1.0"} == {event["specversion"] for event in events}
    assert all(event["id"] and event["source"] and event["type"] for event in events)
    assert len(events) == len({(event["source"], event["id"]) for event in events})
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in names - {"data_base64"})
    assert all(re.fullmatch(r"urn:[a-z]+:\S+", event["dataschema"]) for event in events)
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    versions = {event["data"]["version"]: event for event in events}
    assert "prevhash" not in versions[1]
    assert versions[2]["prevhash"] == versions[2]["data"]["prev"]


class Shelf:
    """A store of these records."""

    def __init__(self, store: LedgerStore, rows: Iterable[tuple[Any, Any]]) -> None:
        self._store = store
        self.rows = list(rows)
        self.origin = store.origin

    def head(self) -> Any:
        return msgspec.structs.replace(self._store.head(), size=len(self.rows))

    def read_records(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.rows)


def test_records_of_others_come_back_as_well(
    county: Path, records: list[bytes], tmp_path: Path
) -> None:
    """What is no entry of ours, or no canonical JSON, is carried as bytes."""
    odd = [
        b"",
        b"\xff\x00",
        b'{"b":1,"a":2}',
        b'{ "a": 1 }',
        b"[1.50]",
        records[0],
        b"\n",
        b'{"a":1}',
    ]
    path = tmp_path / "odd.jsonl"
    with open_session(str(county), read_only=True) as session:
        shelf: Any = Shelf(session.store, enumerate(odd))
        manifest = write_cloudevents(path, shelf)
    kinds = [msgspec.json.decode(line)["type"] for line in path.read_bytes().splitlines()]

    assert odd == list(records_of(path))
    assert (
        root_of_leaves([leaf(one) for one in odd]).hex()
        == manifest.log.root
        == recovered(path).root
    )
    assert 7 == kinds.count("aidledger.record")


def leaf(record: bytes) -> bytes:
    return sha256(b"\x00" + record).digest()


@pytest.mark.parametrize("rows", [[(1, b"x")], [(0, b"x"), (2, b"y")], [(0, None)], [(None, b"x")]])
def test_a_log_with_a_hole_is_not_handed_over(
    county: Path, tmp_path: Path, rows: list[tuple[Any, Any]]
) -> None:
    with open_session(str(county), read_only=True) as session:
        shelf: Any = Shelf(session.store, rows)
        with pytest.raises(ServiceError, match="expected a record"):
            write_cloudevents(tmp_path / "odd.jsonl", shelf)

    assert [] == list(tmp_path.iterdir())


def changed(file: Path, tmp_path: Path, number: int, old: bytes, new: bytes) -> Path:
    lines = file.read_bytes().splitlines(keepends=True)

    assert old in lines[number - 1]

    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    copy = tmp_path / "county.jsonl"
    copy.write_bytes(b"".join(lines))
    Path(f"{copy}.manifest.json").write_bytes(Path(f"{file}.manifest.json").read_bytes())
    return copy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"effective_on":"2022', b'"effective_on":"2021'),
        (b'"hash":"', b'"hash":"0'),
        (b'"id":"6"', b'"id":"5"'),
        (b'{"data":', b'{"date":'),
        (b"}\n", b"\n"),
        (b'"data":{', b'"data":{"a":1.5,'),
    ],
)
def test_a_changed_line_is_named(file: Path, tmp_path: Path, old: bytes, new: bytes) -> None:
    copy = changed(file, tmp_path, 7, old, new)
    with pytest.raises(LineError, match="line 7: expected"):
        recovered(copy)
    ran = aidledger("export", "check", copy)

    assert 1 == ran.code
    assert "county.jsonl:7: not the line that was handed over" in ran.out


def test_a_line_left_out_at_the_end_gives_another_root(file: Path, tmp_path: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    copy = changed(file, tmp_path, 1, b"{", b"{")
    copy.write_bytes(b"".join(lines[:-1]))
    found = aidledger("export", "check", copy, "--json").object["differs"]

    assert ["bytes", "rows", "root"] == [one["what"] for one in found]


def test_a_manifest_that_names_another_file_vouches_for_none(file: Path, tmp_path: Path) -> None:
    """The true export lies beside the one that is shown, whose manifest is a copy."""
    shown = tmp_path / "shown.jsonl"
    for end in ("", ".manifest.json"):
        shutil.copy(f"{file}{end}", tmp_path)
        shutil.copy(f"{file}{end}", f"{shown}{end}")
    shown.write_bytes(file.read_bytes()[:-1])
    found = aidledger("export", "check", shown, "--json")

    assert (1, [("shown.jsonl", "unexpected")]) == (
        found.code,
        [(one["file"], one["what"]) for one in found.object["differs"]],
    )


def test_up_to_a_point_it_is_what_was_handed_over_then(
    county: Path, file: Path, tmp_path: Path, records: list[bytes]
) -> None:
    told = on(
        county, "export", "cloudevents", tmp_path / "then.jsonl", "--at", "9", "--json"
    ).object
    then = (tmp_path / "then.jsonl").read_bytes()

    assert 10 == told["log"]["size"]
    assert file.read_bytes().startswith(then)
    assert root_of_leaves([leaf(one) for one in records[:10]]).hex() == told["log"]["root"]


def test_what_is_in_base64_is_read_strictly(file: Path, tmp_path: Path) -> None:
    event = {"id": "0", "hash": leaf(b"x").hex(), "data_base64": base64.b64encode(b"x").decode()}
    path = tmp_path / "one.jsonl"
    path.write_bytes(msgspec.json.encode(event))
    good = list(records_of(path))
    path.write_bytes(msgspec.json.encode(event | {"data_base64": "e\nA=="}))

    assert [b"x"] == good
    with pytest.raises(LineError, match="line 1"):
        list(records_of(path))
