"""Loading: both cuts, amendments, typed views, and rows that nobody should trust."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import duckdb
import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import (
    CLERK,
    PACK,
    Log,
    apply_for,
    approve,
    case_name,
    golden_records,
    token,
)

from aidledger.domain.events.catalog import EVENTS
from aidledger.replay import patterns, sorting
from aidledger.replay.engine import building, lock
from aidledger.replay.loading import Loader
from aidledger.replay.views import event_views, quoted, view_name, view_shapes

CASE = case_name(1)
GOLDEN = golden_records()


@pytest.fixture(autouse=True, params=[0, 10**9], ids=["by form", "decoded"])
def decoded_first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load everything both ways: what has the form of its type, and by the strict decoder."""
    begin_anew(monkeypatch, request.param)


def begin_anew(monkeypatch: pytest.MonkeyPatch, decoded_first: int) -> None:
    """Forget the forms that were made, and make one after so many records of a type."""
    made: dict[bytes, patterns.Test] = {}
    monkeypatch.setattr(patterns, "DECODED_FIRST", decoded_first)
    monkeypatch.setattr(patterns, "_SEEN", Counter())
    for module in (patterns, sorting):
        monkeypatch.setattr(module, "MADE_FORMS", made)


def loaded(log: Log, sql: str, **cuts: Any) -> list[tuple[Any, ...]]:
    with building(None) as connection:
        Loader(connection, **cuts).load(log)
        rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows


def test_every_event_type_has_its_view_even_when_empty() -> None:
    with building(None) as connection:
        Loader(connection).load(Log())
        for shape in view_shapes():
            found = connection.execute(f"DESCRIBE {shape.name}").fetchall()

            assert list(shape.columns) == [(row[0], row[1].replace('"', "")) for row in found] or [
                name for name, _ in shape.columns
            ] == [row[0] for row in found]

    assert set(EVENTS) == set(event_views())


def test_names_become_snake_case() -> None:
    assert "application_submitted" == view_name("ApplicationSubmitted")


def test_a_view_has_typed_columns_and_the_envelope() -> None:
    log = Log()
    log.add(
        "EntitlementSet",
        CASE,
        "2022-02-20",
        at="2022-02-20T09:31:05.123456Z",
        pin=PACK,
        from_month="2022-03",
        monthly_fen=9_007_199_254_740_991,
        parts=[{"code": "basic", "fen": 1, "formula": "«1»"}],
        reason="approval",
    )

    (row,) = loaded(
        log,
        "SELECT position, stream, version, strftime(recorded_at, '%H:%M:%S.%f'), effective_on + 1, "
        "actor, office, pack_hash, monthly_fen, parts[1].fen + 1, parts[1].formula, decision "
        "FROM entitlement_set",
    )

    assert (0, CASE, 1, "09:31:05.123456") == row[:4]
    assert ("2022-02-21", CLERK, "520123001", PACK) == (str(row[4]), *row[5:8])
    assert (9_007_199_254_740_991, 2, "«1»", None) == row[8:]


def test_a_field_with_the_name_of_an_envelope_column_is_told_apart() -> None:
    log = Log()
    log.add(
        "OfficerAppointed", "registry/520123", "2022-01-01", actor="u9", office="o9", role="clerk"
    )

    assert [(CLERK, "u9", "520123001", "o9")] == loaded(
        log, "SELECT actor, data_actor, office, data_office FROM officer_appointed"
    )


def test_known_on_ends_with_the_day_in_china(ask: Ask) -> None:
    log = Log()
    log.add("AbilityAssessed", CASE, "2022-01-01", at="2022-01-10T15:59:59.999999Z", level="able")
    log.add("AbilityAssessed", CASE, "2022-01-02", at="2022-01-10T16:00:00.000000Z", level="partly")

    tenth = ask(log, "case_state", known_on="2022-01-10")
    everything = ask(log, "case_state")

    assert "able" == tenth["case_state"][0]["ability"]
    assert "2022-01-10" == str(tenth.loaded.as_of)
    assert "partly" == everything["case_state"][0]["ability"]
    assert "2022-01-11" == str(everything.loaded.as_of)


def test_as_of_leaves_out_what_takes_effect_later(ask: Ask) -> None:
    log = Log()
    log.add("AbilityAssessed", CASE, "2022-03-01", at="2022-01-10T00:00:00.000000Z", level="able")

    assert [] == ask(log, "case_state", as_of="2022-02-28")["case_state"]
    assert "able" == ask(log, "case_state", as_of="2022-03-01")["case_state"][0]["ability"]


def test_corrections_and_annulments_count_from_when_they_are_known(ask: Ask) -> None:
    log = Log()
    wrong = log.add("AbilityAssessed", CASE, "2022-01-01", level="able")
    twice = log.add("VisitMade", CASE, "2022-01-02", visitor="v1")
    amend = {"authority": "county", "reason": "typing error"}
    log.add(
        "EntryCorrected",
        CASE,
        "2022-01-20",
        position=wrong,
        field="level",
        value='"partly"',
        **amend,
    )
    log.add("EntryAnnulled", CASE, "2022-01-20", position=twice, **amend)
    # an amendment from another stream has no power over this case
    log.add("EntryAnnulled", case_name(2), "2022-01-21", position=wrong, **amend)

    before = ask(log, "case_state", known_on="2022-01-19")["case_state"][0]
    after = ask(log, "case_state")["case_state"][0]

    assert ("able", 1, [0, 1]) == (before["ability"], before["visits"], before["positions"])
    assert ("partly", 0, [0, 2, 3]) == (after["ability"], after["visits"], after["positions"])


def test_a_correction_of_a_correction_changes_nothing_and_is_reported(ask: Ask) -> None:
    log = Log()
    at = log.add("AbilityAssessed", CASE, "2022-01-01", level="able")
    amend = {"field": "level", "authority": "county", "reason": "typing error"}
    for value in ('"partly"', '"unable"'):
        at = log.add("EntryCorrected", CASE, "2022-01-20", position=at, value=value, **amend)

    answer = ask(log, "case_state")

    assert [("amendment_misfit", at)] == [(f.code, f.position) for f in answer.loaded.findings]
    assert "partly" == answer["case_state"][0]["ability"]


def test_a_correction_to_a_day_that_does_not_exist_is_reported(ask: Ask) -> None:
    log = Log()
    wrong = log.add("AbilityAssessed", CASE, "2022-01-01", level="able")
    log.add(
        "EntryCorrected",
        CASE,
        "2022-01-20",
        position=wrong,
        field="effective_on",
        value='"2022-02-31"',
        authority="county",
        reason="typing error",
    )

    answer = ask(log, "case_state")

    assert ["amendment_misfit"] == [finding.code for finding in answer.loaded.findings]
    assert "able" == answer["case_state"][0]["ability"]


def altered(record: bytes, **changes: Any) -> bytes:
    value = json.loads(record)
    for path, new in changes.items():
        holder = value["data"] if path.startswith("data_") else value
        holder[path.removeprefix("data_")] = new
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hostile_rows(good: tuple[Any, ...]) -> list[tuple[Any, str]]:
    record: bytes = good[1]

    def row(content: Any) -> tuple[Any, ...]:
        return (good[0], content)

    return [
        ("not a row", "row_form"),
        (good[:1], "row_form"),
        ((*good, b""), "row_form"),
        (("7", *good[1:]), "column_type"),
        ((True, *good[1:]), "column_type"),
        ((2**70, *good[1:]), "column_type"),
        (good, "position_repeated"),
        (row("text"), "record_not_bytes"),
        (row(None), "record_not_bytes"),
        (row(b""), "opaque_record"),
        (row(b"\x1f\x8b packed"), "opaque_record"),
        (row(b"[" * 50_000), "record_not_canonical"),
        (row(record + b"\n"), "record_not_canonical"),
        (row(record.replace(b'"v":1', b'"v":1.0')), "record_not_canonical"),
        (row(record.replace(b'"v":1', b'"v":1,"v":1')), "record_not_canonical"),
        (row(b'{"$type":"AbilityAssessed"}'), "record_missing_field"),
        (row(altered(record, stream="../../etc")), "record_field"),
        (row(altered(record, effective_on="2022-02-31")), "record_field"),
        (row(altered(record, prev="zz")), "record_field"),
        (row(altered(record, cause="a b")), "record_field"),
        (row(altered(record, sealed={"Name": "00"})), "record_field"),
        (row(altered(record, policy={"hash": "md5:00", "pack": "p"})), "record_field"),
        (row(altered(record, **{"$type": "Unheard"})), "type_unknown"),
        (row(altered(record, data_level="best")), "data_form"),
        (row(altered(record, data_level=None)), "data_form"),
        (row(altered(record, data_more=1)), "data_form"),
        (row(altered(record, data_source="x'); DROP TABLE entry; --")), "data_form"),
    ]


def test_hostile_rows_are_left_out_and_reported(ask: Ask) -> None:
    log = Log()
    log.add("AbilityAssessed", CASE, "2022-01-01", level="able")
    good = log.written[0]
    hostile = hostile_rows(good)
    for position, (row, code) in enumerate(hostile, start=1):
        known = code in ("row_form", "column_type", "position_repeated")
        log.written.append(row if known else (position, *row[1:]))
    log.written.append((99, *good[1:]))

    answer = ask(log, "case_state")

    found = answer.loaded.findings
    codes = [finding.code for finding in found if finding.code != "position_missing"]
    assert [code for _, code in hostile] == codes
    # three rows stand under a position that was passed, and the last far behind the others
    missing = [finding.position for finding in found if finding.code == "position_missing"]
    assert [5, 1 + len(hostile)] == missing
    assert [[0, 99]] == [row["positions"] for row in answer["case_state"]]


@pytest.mark.parametrize("clock", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
def test_a_clock_at_the_end_of_time_breaks_nothing(ask: Ask, clock: str) -> None:
    log = Log()
    log.last = clock
    apply_for(log, CASE)
    approve(log, CASE)

    answer = ask(log, "case_state", "entitlements", "visits_due")

    assert str(answer.loaded.as_of) == ("2022-02-20" if clock < "2" else "2200-12-31")
    assert 1 >= len(ask(log, "case_state", known_on="9999-12-31")["case_state"])


@pytest.mark.parametrize("day", ["2022-02-31", "0000-01-01", "9999-99-99"])
def test_days_that_no_calendar_has_are_reported(ask: Ask, day: str) -> None:
    log = Log()
    log.add_data("DeathRecorded", CASE, "2022-01-01", {"died_on": day, "source": "hospital"})
    log.add_data(
        "PaymentRecovered",
        CASE,
        "2022-01-01",
        {"amount_fen": 1, "month": "0000-01", "reason": "x", "source": "office"},
    )

    answer = ask(log, "payments_by_month")

    assert ["data.died_on", "data.month"] == [f.field for f in answer.loaded.findings]
    assert day not in repr(answer.loaded.findings)


def test_fields_that_were_not_written_out_take_their_defaults() -> None:
    log = Log()
    log.add_data("VisitMade", CASE, "2022-01-01", {"visitor": "v1"})

    assert [("in_person", True)] == loaded(log, "SELECT form, normal FROM visit_made")


def test_sums_beyond_64_bits_do_not_break_a_rebuild(ask: Ask) -> None:
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE)
    most = 9_007_199_254_740_991
    run = {"account": token("a", 1), "month": "2022-03", "paid_on": "2022-03-01", "run": "run/1"}
    for _ in range(1_100):
        log.add("PaymentIssued", CASE, "2022-03-01", amount_fen=most, **run)

    answer = ask(log, "case_state", "payments_by_month")

    assert 1_100 * most == answer["case_state"][0]["paid_fen"]


def test_a_model_can_reach_no_file_and_change_no_setting(tmp_path: Any) -> None:
    with building(tmp_path / "x.duckdb") as connection:
        Loader(connection).load(Log())
        lock(connection)
        for sql in (
            "SELECT * FROM read_csv('/etc/passwd')",
            f"COPY entry TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


DECISION = (
    '{"act":"EntitlementSet","amount_fen":null,"clauses":[],"facts":{%s},"outcome":"allow",'
    '"pack":"gz","pack_hash":"' + "a" * 64 + '","parts":[],"withheld":[]}'
)


@pytest.mark.parametrize(
    "facts",
    [
        '"deep":' + "[" * 40 + "]" * 40,
        '"deep":' + "[" * 100_000 + "]" * 100_000,
        '"number":1.5',
        '"number":9007199254740993',
        '"b\u00fc":1',
        '"b":1,"a":2',
    ],
    ids=["deep", "very deep", "float", "beyond 2^53", "key not ASCII", "keys not sorted"],
)
def test_a_decision_with_facts_that_no_entry_may_hold_is_skipped_and_reported(facts: str) -> None:
    log = Log()
    log.add(
        "EntitlementSet", CASE, "2022-02-20", from_month="2022-03", monthly_fen=1, reason="approval"
    )
    position, record = log.written[-1]
    assert b'"decision":null' in record
    hostile = record.replace(b'"decision":null', b'"decision":' + (DECISION % facts).encode())

    log.written[-1] = (position, hostile)

    with building(None) as connection:
        found = Loader(connection).load(log)
        kept = connection.execute("SELECT count(*) FROM entitlement_set").fetchall()

    assert [position] == [finding.position for finding in found.findings]
    assert [(0,)] == kept


def test_what_has_a_form_is_loaded_as_the_strict_decoder_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log()
    for record in GOLDEN.values():
        if b'"EntryCorrected"' not in record and b'"EntryAnnulled"' not in record:
            log.add_record(record)
    for row, _ in hostile_rows(log.written[0]):
        log.written.append((len(log.written), *row[1:]) if type(row) is tuple else row)

    def everything(first: int) -> tuple[object, ...]:
        begin_anew(monkeypatch, first)
        with building(None) as connection:
            found = Loader(connection).load(log)
            tables = [
                connection.execute(f"SELECT * FROM {quoted(shape.name)} ORDER BY ALL").fetchall()
                for shape in view_shapes()
            ]
        return found, tables

    assert everything(10**9) == everything(0)
    assert everything(0) == everything(20)


@pytest.mark.parametrize("gone", [(0,), (2,), (1, 2), (0, 3)])
def test_a_hole_in_the_log_is_named_once_where_it_begins(ask: Ask, gone: tuple[int, ...]) -> None:
    log = Log()
    for number in range(6):
        log.add("AbilityAssessed", case_name(number), "2022-01-01", level="able")
    log.written = [row for row in log.written if row[0] not in gone]
    starts = [at for at in gone if at - 1 not in gone]
    answer = ask(log)

    found = [(one.code, one.position) for one in answer.loaded.findings]
    assert [("position_missing", at) for at in starts] == found
    assert len(starts) == answer.loaded.unread
