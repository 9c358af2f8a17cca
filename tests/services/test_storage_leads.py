"""What stands in the place of tables or before them is led to by both verifiers: every row that is there verifies."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lone import ALONE
from tests.services.conftest import Office
from tests.services.test_closing import DISCOVERED
from tests.services.test_recording import on_case
from tests.services.test_sealed_values import edited

from aidledger.services.ladder.storagecheck import answers_otherwise
from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.doctor import doctor
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger
from aidledger.store.shape import misshapen


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (
            ("ALTER TABLE evidence RENAME TO e2", "CREATE VIEW evidence AS SELECT * FROM e2"),
            [("evidence", "added view")],
        ),
        (("ALTER TABLE head ADD COLUMN note TEXT",), [("head", "changed table")]),
        (("DROP TABLE vault",), [("vault", "lacking table")]),
        (("DROP TABLE tracking", "DROP TABLE snapshots"), []),
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


@pytest.mark.parametrize("table", ["entries", "nodes", "batches", "checkpoints"])
def test_a_view_in_the_place_of_the_log_is_refused_by_both(table: str, office: Office) -> None:
    """One without end filled the memory of whoever verified it, and the doctor never came back."""
    lite = office.session.store.engine_name == "sqlite"
    office.session.store.close()
    edited(
        office,
        f"ALTER TABLE {table} RENAME TO sly",
        f"CREATE VIEW {table} AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"
        " SELECT sly.* FROM sly, t",
    )
    with pytest.raises(StoreError, match=f"{table} is a view") as caught:
        verify(office.location)

    assert "not_a_ledger" == caught.value.code
    assert "fail" == next(
        one.health for one in doctor(office.location, clock=office.clock) if one.name == "database"
    )
    if lite:
        with pytest.raises(ALONE.CannotRunError, match=table):
            ALONE.verify(Path(office.location), ALONE.Outside(None, {}))


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
@pytest.mark.parametrize(
    ("made", "what", "found"),
    [
        ("VIEW pg_catalog.evidence AS TABLE aidledger.evidence", "", ("evidence", "added view")),
        (
            "FUNCTION pg_catalog.sha256(a text) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'",
            "",
            ("sha256", "added function"),
        ),
        (
            "OPERATOR pg_catalog.= (LEFTARG = text, RIGHTARG = xid, FUNCTION = public.unlike)",
            "OPERATOR pg_catalog.= (text, xid)",
            ("=", "added operator"),
        ),
    ],
    ids=["a view", "a function", "an operator"],
)
def test_what_a_master_of_the_server_puts_before_the_ledger_s_schema_is_led_to(
    made: str, what: str, found: tuple[str, str], office: Office
) -> None:
    """Each name that is not qualified is looked for there first: all that is read was read from such a view."""
    gone = what or made.partition(" AS ")[0].partition(" RETURNS")[0]
    open_to_all = "SET allow_system_table_mods = on"
    edited(
        office,
        open_to_all,
        "CREATE FUNCTION public.unlike(a text, b xid) RETURNS boolean LANGUAGE sql IMMUTABLE AS"
        " $$ SELECT false $$",
        f"CREATE {made}",
    )
    try:
        report = verify(office.location)
    finally:  # the database is that of other tests
        edited(office, open_to_all, f"DROP {gone}", "DROP FUNCTION public.unlike")
    leads = [one for one in report.leads if one.code == "storage_differs"]

    assert [] == report.findings
    assert [found] == [(one.field, one.found) for one in leads]


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_a_policy_that_hides_rows_is_led_to(office: Office) -> None:
    edited(office, "CREATE POLICY blind ON entries FOR SELECT USING (position < 5)")

    assert [("blind", "added policy")] == [
        (one.field, one.found)
        for one in verify(office.location).leads
        if one.code == "storage_differs"
    ]
