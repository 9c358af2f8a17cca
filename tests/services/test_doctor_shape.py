"""What somebody did to tables and triggers is named by the doctor, whom a damaged head does not silence."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from tests.lone import ALONE
from tests.services.conftest import Office
from tests.services.test_closing import DISCOVERED
from tests.services.test_recording import on_case
from tests.services.test_sealed_values import edited

from aidledger.services.ladder.storagecheck import answers_otherwise
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


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (
            ("ALTER TABLE evidence RENAME TO e2", "CREATE VIEW evidence AS SELECT * FROM e2"),
            [("evidence", "added view")],
        ),
        (("ALTER TABLE head ADD COLUMN note TEXT",), [("head", "changed table")]),
        (("DROP TABLE vault",), [("vault", "lacking table")]),
        (("CREATE VIEW of_a_tool AS SELECT * FROM entries",), []),
    ],
)
def test_verify_leads_to_what_may_answer_each_reader_otherwise(
    statements: tuple[str, ...], found: list[tuple[str, str]], office: Office
) -> None:
    """The rows are the same when they are verified; nothing says that the next who asks is given them."""
    office.session.store.close()
    for statement in statements:
        edited(office, statement)
    report = verify(office.location)

    assert [] == report.findings
    assert found == [
        (one.field, one.found) for one in report.leads if one.code == "storage_differs"
    ]


VANISH = {
    "sqlite": (
        "CREATE TRIGGER sly BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END",
        "added trigger",
    ),
    "postgresql": ("CREATE RULE sly AS ON INSERT TO {table} DO INSTEAD NOTHING", "added rule"),
}


@pytest.mark.parametrize("table", ["entries", "vault"])
def test_what_lets_appends_vanish_is_led_to_by_verify_and_found_by_the_night(
    table: str, office: Office
) -> None:
    """A receipt is given, and nothing is kept; every row that is there verifies."""
    statement, found = VANISH[office.session.store.engine_name]
    office.session.store.close()
    edited(office, statement.format(table=table))
    report = verify(office.location)
    leads = [one for one in report.leads if one.code == "storage_differs"]

    assert [] == report.findings
    assert [("sly", found)] == [(one.field, one.found) for one in leads]
    assert all(answers_otherwise(one) for one in leads)


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (("SELECT 1",), []),
        (("DROP TRIGGER entries_no_delete",), []),
        (("CREATE TRIGGER sly BEFORE INSERT ON vault BEGIN SELECT RAISE(IGNORE); END",), ["sly"]),
        (("CREATE TABLE a (x)", "CREATE TRIGGER b AFTER INSERT ON a BEGIN SELECT 1; END"), []),
        (("DROP TABLE vault", "DROP TABLE vault_keys"), ["vault", "vault_keys"]),
        (("ALTER TABLE head ADD COLUMN note TEXT",), ["head"]),
    ],
)
def test_the_verifier_in_one_file_leads_to_tables_and_triggers_too(
    statements: tuple[str, ...], named: list[str], office: Office
) -> None:
    office.session.store.close()
    for statement in statements:
        edited(office, statement)
    alone = ALONE.verify(Path(office.location), ALONE.Outside(None, {}))
    leads = [one for one in verify(office.location).leads if one.code == "storage_differs"]

    assert named == [one["field"] for one in alone.leads]
    assert len(named) == len(leads)


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statements",
    [
        ("PRAGMA application_id = 7",),
        (
            "PRAGMA writable_schema = ON",
            "INSERT INTO sqlite_schema VALUES ('trigger', x'ff', x'fe', 0, x'fdfe')",
        ),
    ],
    ids=["another application", "a name that is no text"],
)
def test_a_file_that_is_no_ledger_of_ours_is_refused_by_both(
    statements: tuple[str, ...], office: Office
) -> None:
    office.session.store.close()
    edited(office, *statements)
    with pytest.raises(StoreError) as caught:
        verify(office.location)
    with pytest.raises(ALONE.CannotRunError):
        ALONE.verify(Path(office.location), ALONE.Outside(None, {}))

    assert "not_a_ledger" == caught.value.code


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_a_table_that_was_made_anew_without_numbers_of_rows_stops_no_verification(
    office: Office,
) -> None:
    """Nor does the case of its name stop the verifier in one file."""
    store = office.session.store
    with store.reading() as run:
        text = run("SELECT sql FROM sqlite_schema WHERE name = 'entries'", ())[0][0]
    store.close()
    edited(
        office,
        str(text).replace("entries", "sly").replace("STRICT", "STRICT, WITHOUT ROWID"),
        "INSERT INTO sly SELECT * FROM entries",
        "DROP TABLE entries",
        "ALTER TABLE sly RENAME TO ENTRIES",
    )
    report = verify(office.location)
    alone = ALONE.verify(Path(office.location), ALONE.Outside(None, {}))

    assert [] == report.findings == alone.findings
    assert report.entries == alone.entries


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.sly () INHERITS (aidledger.entries)",
        "ALTER TABLE entries ENABLE ROW LEVEL SECURITY",
        'ALTER TABLE entries ALTER stream TYPE text COLLATE "POSIX"',
    ],
)
def test_what_gives_rows_from_elsewhere_takes_them_away_or_compares_otherwise_is_led_to(
    office: Office, statement: str
) -> None:
    edited(office, statement)
    report = verify(office.location)

    assert [] == report.findings
    assert ("entries", "changed table") in [(one.field, one.found) for one in report.leads]


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_an_operator_of_the_owner_s_answers_in_the_place_of_no_operator_of_the_server_s(
    office: Office,
) -> None:
    """An `=` in our schema made a case vanish for whoever asked for it, and every row verified."""
    act = on_case("NeedDiscovered", **DISCOVERED)
    office.act("2022-01-04", act)
    edited(
        office,
        "CREATE FUNCTION public.sly(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE AS"
        " $$ SELECT false $$",
        "CREATE OPERATOR aidledger.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.sly)",
    )
    store = open_ledger(office.location, read_only=True)
    found, amiss = [*store.read_stream(act["stream"])], [*misshapen(store)]
    store.close()
    leads = [one for one in verify(office.location).leads if one.code == "storage_differs"]

    assert found
    assert [("added", "operator", "=")] == amiss
    assert [("=", "added operator")] == [(one.field, one.found) for one in leads]


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_a_policy_that_hides_rows_is_led_to(office: Office) -> None:
    edited(office, "CREATE POLICY blind ON entries FOR SELECT USING (position < 5)")

    assert [("blind", "added policy")] == [
        (one.field, one.found)
        for one in verify(office.location).leads
        if one.code == "storage_differs"
    ]


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
