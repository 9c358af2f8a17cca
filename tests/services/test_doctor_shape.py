"""What somebody did to tables and triggers is named by the doctor, whom a damaged head does not silence."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.services.conftest import Office
from tests.services.test_closing import DISCOVERED
from tests.services.test_recording import on_case
from tests.services.test_sealed_values import edited

from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.doctor import doctor
from aidledger.services.nightly.health import Check
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger
from aidledger.store.shape import misshapen


class Edit(NamedTuple):
    """Statements for each engine, and what is to be named."""

    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    named: tuple[tuple[str, str, str], ...]


EDITS = {
    "a trigger that sabotages": Edit(
        ("CREATE TRIGGER sly AFTER INSERT ON entries BEGIN DELETE FROM vault; END",),
        (
            (
                "CREATE TRIGGER sly BEFORE INSERT ON entries FOR EACH STATEMENT"
                " EXECUTE FUNCTION aidledger.refuse_change()"
            ),
        ),
        (("added", "trigger", "sly"),),
    ),
    "a trigger taken off": Edit(
        ("DROP TRIGGER head_forward",),
        ("DROP TRIGGER head_forward ON head",),
        (("lacking", "trigger", "head_forward"),),
    ),
    "a trigger that does nothing any more": Edit(
        (
            "DROP TRIGGER nodes_no_delete",
            "CREATE TRIGGER nodes_no_delete BEFORE DELETE ON nodes BEGIN SELECT 1; END",
        ),
        ("ALTER TABLE nodes DISABLE TRIGGER nodes_no_change",),
        (("changed", "trigger", "nodes_no_"),),
    ),
    "a column for what no hash covers": Edit(
        ("ALTER TABLE entries ADD COLUMN note TEXT",),
        ("ALTER TABLE entries ADD COLUMN note text",),
        (("changed", "table", "entries"),),
    ),
    "a column of another kind": Edit(
        ("DROP TABLE tracking", "CREATE TABLE tracking (application_name TEXT PRIMARY KEY)"),
        ("ALTER TABLE tracking ALTER COLUMN notification_id DROP NOT NULL",),
        (("changed", "table", "tracking"),),
    ),
    "a view in place of the vault": Edit(
        ("DROP TABLE vault", "CREATE VIEW vault AS SELECT 1 AS commitment"),
        ("DROP TABLE vault", "CREATE VIEW vault AS SELECT 1 AS commitment"),
        (("lacking", "table", "vault"), ("added", "view", "vault")),
    ),
    "a rule or a policy": Edit(
        ("CREATE VIEW beside AS SELECT 1 AS x",),
        ("CREATE RULE sly AS ON INSERT TO evidence DO INSTEAD NOTHING",),
        (("added", "", ""),),
    ),
    "an index that may answer instead of ours": Edit(
        ("CREATE INDEX sly ON entries (type, position)",),
        ("CREATE INDEX sly ON entries (type, position)",),
        (("added", "index", "sly"),),
    ),
    "an index of ours that leaves rows out": Edit(
        ("CREATE INDEX sly ON entries (stream, version) WHERE version > 1",),
        (
            "ALTER TABLE entries DROP CONSTRAINT entries_stream_version_key",
            (
                "CREATE UNIQUE INDEX entries_stream_version_key ON entries (stream, version)"
                " WHERE version > 1"
            ),
        ),
        (("", "index", ""),),
    ),
    "an index of ours over something else": Edit(
        ("CREATE INDEX sly ON entries (type COLLATE NOCASE)",),
        (
            "ALTER TABLE entries DROP CONSTRAINT entries_stream_version_key",
            "CREATE UNIQUE INDEX entries_stream_version_key ON entries (type, position)",
        ),
        (("", "index", ""),),
    ),
    "a function that refuses nothing": Edit(
        ("DROP TRIGGER head_one_row",),
        (
            (
                "CREATE OR REPLACE FUNCTION aidledger.refuse_change() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RETURN NEW; END'"
            ),
        ),
        (("", "", ""),),
    ),
}


def shape(office: Office) -> Check:
    return next(one for one in doctor(office.location, clock=office.clock) if one.name == "schema")


def test_a_ledger_as_it_is_made_has_its_shape(office: Office) -> None:
    assert [] == [*misshapen(office.session.store)]
    assert "ok" == shape(office).health


def test_tables_of_other_tools_are_nobody_s_business(office: Office) -> None:
    edited(office, "CREATE TABLE of_a_backup_tool (x INTEGER)")

    assert "ok" == shape(office).health


@pytest.mark.parametrize("name", EDITS)
def test_what_was_done_to_the_schema_is_named(office: Office, name: str) -> None:
    edit = EDITS[name]
    engine = office.session.store.engine_name
    office.session.store.close()
    for statement in edit.sqlite if engine == "sqlite" else edit.postgresql:
        edited(office, statement)
    store = open_ledger(office.location, read_only=True)
    found = [*misshapen(store)]
    store.close()
    seen = shape(office)

    assert len(edit.named) == len(found)
    for how, kind, begins in edit.named:
        assert any(
            how in one[0] and kind in one[1] and one[2].startswith(begins) for one in found
        ), found
    assert "fail" == seen.health
    assert all(one[2] in seen.found.en and one[2] in seen.found.zh for one in found)


def test_of_two_heads_none_is_believed(office: Office) -> None:
    """One of another name lies beside ours, with the triggers put back: which is read would be chance."""
    store = office.session.store
    if store.engine_name == "sqlite":
        with store.reading() as run:
            asked = "SELECT sql FROM sqlite_master WHERE name = 'head_one_row'"
            back = str(run(asked, ())[0][0])
        off = "DROP TRIGGER head_one_row"
    else:
        off = "ALTER TABLE head DISABLE TRIGGER head_one_row"
        back = "ALTER TABLE head ENABLE ALWAYS TRIGGER head_one_row"
    for statement in (
        off,
        "INSERT INTO head SELECT size, root, frontier, recorded_at, 'x' FROM head",
        back,
    ):
        edited(office, statement)
    damaged = {(one.code, one.found) for one in verify(office.location).findings}
    checks = {one.name: one for one in doctor(office.location, clock=office.clock)}

    assert {("head_form", '"2 rows"')} == damaged
    assert "ok" == checks["schema"].health
    assert "fail" == checks["database"].health
    with pytest.raises(StoreError, match="more than one"):
        office.act("2022-01-04", on_case("NeedDiscovered", **DISCOVERED))


def test_a_head_that_does_not_fit_is_a_check_that_fails_and_the_rest_is_told(
    office: Office,
) -> None:
    engine = office.session.store.engine_name
    office.session.store.close()
    empty = "x''" if engine == "sqlite" else "''"
    edited(office, f"UPDATE head SET frontier = {empty}")
    checks = {one.name: one for one in doctor(office.location, clock=office.clock)}

    assert "fail" == checks["database"].health
    assert {"disk", "lock", "last run"} <= checks.keys()


def test_what_may_not_be_looked_at_keeps_nobody_from_looking_at_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def barred(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/of/somebody/else")

    names = {
        "look_at_room": "disk",
        "look_for_leftovers": "leftovers",
        "_lock": "lock",
        "history": "last run",
    }
    for name in names:
        monkeypatch.setattr(f"aidledger.services.nightly.doctor.{name}", barred)
    found = {one.name: one for one in doctor(office.location, clock=office.clock)}

    for name in names.values():
        assert "fail" == found[name].health
        assert "/of/somebody/else may not be read" == found[name].found.en
    assert "ok" == found["schema"].health
    assert "warn" == found["generation"].health
