"""What holds for every model file, and what a bad one is told."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from tests.replay.histories import Log
from tests.replay.overseeing import RETURNS
from tests.replay.test_lists import busy_county

from aidledger.replay.building import HANDLES, build, build_table
from aidledger.replay.digest import columns_of, plain_rows
from aidledger.replay.engine import building, lock
from aidledger.replay.layout import make_tables
from aidledger.replay.loading import Loader
from aidledger.replay.models import (
    Model,
    ModelError,
    load_models,
    loaded_tables,
    needed,
    parse_tables,
    tables_of,
    tables_read,
)

NAMES = sorted(load_models())
LISTS = ["list_approved", "list_paid", "list_publicity", "list_web"]
HEADER = "-- title_zh: 例\n-- title_en: sample\n-- key: stream\n-- for: a test\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_model_has_a_whole_header_and_its_facts(models: dict[str, Model], name: str) -> None:
    model = models[name]

    assert model.title_zh
    assert model.title_en
    assert model.key
    assert model.purpose
    assert all(re.fullmatch(r"S[0-4]-\d{3}", fact) for fact in model.facts)
    assert model.facts


@pytest.mark.parametrize("name", NAMES)
def test_a_model_reads_views_and_models_and_nothing_else(
    models: dict[str, Model], name: str
) -> None:
    known = loaded_tables() | set(models)

    assert set(models[name].uses) <= known
    for word in ("now(", "today(", "random", "uuid", "current_", "getvariable", "read_", "getenv"):
        assert word not in models[name].sql.lower()


def test_every_model_is_built_where_only_what_it_and_those_it_reads_name_is_there(
    models: dict[str, Model],
) -> None:
    for name in models:
        wanted = needed(models, [name])
        with building(None) as connection:
            make_tables(connection, tables_read(wanted))
            for model in wanted.values():
                build_table(connection, model)


def test_what_a_shipped_text_reads_is_known_and_any_other_text_is_parsed(
    models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def parsing(name: str, text: str, parser: duckdb.DuckDBPyConnection) -> set[str]:
        asked.append(name)
        return parse_tables(name, text, parser)

    monkeypatch.setattr("aidledger.replay.models.parse_tables", parsing)
    with duckdb.connect(":memory:") as parser:
        for name, model in models.items():
            assert tables_of(name, model.sql, parser) == parse_tables(name, model.sql, parser)
        assert not asked
        changed = f"{models['postings'].sql}\n"
        assert tables_of("postings", changed, parser) == set(models["postings"].uses)
        assert asked == ["postings"]
        with pytest.raises(ModelError, match="now"):
            tables_of("postings", f"SELECT now() AS at FROM ({changed})", parser)


def test_only_public_lists_have_an_allow_list(models: dict[str, Model]) -> None:
    assert LISTS == sorted(name for name, model in models.items() if model.allow is not None)


def test_every_row_of_every_model_has_sorted_positions_of_real_entries(
    models: dict[str, Model],
) -> None:
    log = busy_county()
    with building(None) as connection:
        Loader(connection).load(log)
        lock(connection)
        results = {result.name: result for result in build(connection, models).built}
        for name in models:
            columns = dict(columns_of(connection, name))
            found = connection.execute(f'SELECT positions FROM "{name}"').fetchall()

            assert "BIGINT[]" == columns["positions"], name
            for (positions,) in found:
                assert positions == sorted(positions), name
                assert set(positions) <= set(range(len(log.written))), name
                assert positions or name == "calendar_days", name
    assert [] == [name for name, result in results.items() if not result.rows]


COUNTY_WIDE = (
    *("audit_findings", "bearers", "children", "comparisons", "discoveries", "duties"),
    *("facilities", "groups", "protected_classes", "standards"),
    *("incidents", "local_rules", "meetings_due", "monthly_return", "notices_due", "plan_steps"),
    *("respite", "returns_due", "staffing", "targets", "warnings"),
)
"""Models that ask the county's own pack, whatever programme has one of its own beside it."""


def test_what_the_countys_own_pack_is_is_said_in_one_model(models: dict[str, Model]) -> None:
    asking = {name for name, model in models.items() if "county_pack" in model.uses}

    assert {"county_pack"} == {
        name for name, model in models.items() if "programme = ''" in model.sql
    }
    assert asking >= {"notices_due", "returns_due", "targets"}


def test_a_pack_of_one_programme_doubles_no_row_of_a_model_of_the_whole_county(
    models: dict[str, Model],
) -> None:
    """S4-101, S4-104, S2-008: what units owe is asked once."""
    found = []
    for programmes in ((), ("dibao",)):
        log = busy_county()
        if programmes:
            log.add(
                "PackAdopted",
                "policy/520123",
                "2021-01-01",
                in_force_from="2021-01-01",
                known_since="2021-01-01",
                pack="allowance",
                pack_hash="ef" * 32,
                parameters=[{"key": key, "value": value} for key, value in sorted(RETURNS.items())],
                programmes=programmes,
                status="in_force",
            )
        with building(None) as connection:
            Loader(connection).load(log)
            lock(connection)
            assert () == build(connection, models).failed
            found.append(
                {name: plain_rows(connection, name, models[name].key) for name in COUNTY_WIDE}
            )

    assert found[0] == found[1]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_every_column_of_its_allow_list_and_no_other(
    models: dict[str, Model], name: str
) -> None:
    # S4-109
    with building(None) as connection:
        Loader(connection).load(Log())
        for model in needed(models, [name]).values():
            build_table(connection, model)
        columns = {column for column, _ in columns_of(connection, name)}

    assert set(models[name].allow or ()) | HANDLES == columns


def written(folder: Path, **files: str) -> dict[str, Model]:
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text, "utf-8")
    return load_models(folder)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT stream, [1] AS positions FROM entry", "none"),
        (HEADER + "SELECT 1; SELECT 2", "another number of statements"),
        (HEADER + "DROP TABLE entry", "Only SELECT statements"),
        (HEADER + "SELECT FROM WHERE", "error"),
        (HEADER + "SELECT now() AS stream", "now"),
        (HEADER + "SELECT current_date AS stream", "current_date"),
        (HEADER + "SELECT random() AS stream", "random"),
        (HEADER + "SELECT getvariable('x') AS stream", "getvariable"),
        (HEADER + "SELECT * FROM read_csv('x.csv')", "read_csv"),
        (HEADER + "SELECT * FROM 'x.csv'", "x.csv"),
        (HEADER + "SELECT * FROM no_such_view", "no_such_view"),
        (HEADER + "-- uses: nothing_like_it\nSELECT stream FROM entry", "nothing_like_it"),
    ],
)
def test_a_bad_model_is_refused_with_what_was_found(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(ModelError) as caught:
        written(tmp_path, sample=text)

    assert "sample" == caught.value.model
    assert found.lower() in str(caught.value).lower()
    assert caught.value.hint


def test_models_that_read_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"first → |second → "):
        written(
            tmp_path,
            first=HEADER + "SELECT stream, positions FROM second",
            second=HEADER + "SELECT stream, positions FROM first",
        )


def test_a_model_may_not_take_the_name_of_a_view(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="an event view"):
        written(tmp_path, visit_made=HEADER + "SELECT stream, [1] AS positions FROM entry")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT stream FROM entry", "a column positions"),
        ("SELECT position AS nr, [position] AS positions FROM entry", "the key's columns"),
        ("SELECT 'x' AS stream, [position] AS positions FROM entry", "one row for each"),
        (
            "SELECT CAST(stream AS BIGINT) AS stream, [position] AS positions FROM entry",
            "SQL that runs",
        ),
    ],
)
def test_a_model_that_builds_wrongly_is_refused(tmp_path: Path, sql: str, expected: str) -> None:
    models = written(tmp_path, sample=HEADER + sql)
    with building(None) as connection:
        Loader(connection).load(busy_county())
        with pytest.raises(ModelError, match=expected):
            build_table(connection, models["sample"])
        (failed,) = build(connection, models).failed

        assert expected in f"expected {failed.expected}"
        assert (
            []
            == connection.execute(
                "SELECT * FROM duckdb_tables() WHERE table_name = 'sample'"
            ).fetchall()
        )


def test_a_list_that_shows_more_than_allowed_is_refused(tmp_path: Path) -> None:
    text = HEADER + "-- allow: stream\nSELECT stream, actor, [position] AS positions FROM entry"
    models = written(tmp_path, sample=text)
    with building(None) as connection:
        Loader(connection).load(Log())
        with pytest.raises(ModelError, match="actor"):
            build_table(connection, models["sample"])
