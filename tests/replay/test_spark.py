"""The same models on Spark: two counties at once, a worker killed, and each county's own digests."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

import msgspec
import pytest
from pyspark.sql import SparkSession
from tests.replay import sparked
from tests.services.archived import First, long_history, sealed, stored

from aidledger.replay.building import ModelResult, build
from aidledger.replay.engine import building
from aidledger.replay.generations import Built, Generations
from aidledger.replay.loading import Loader, Source
from aidledger.replay.models import Model, needed
from aidledger.replay.onspark import Engine, export_views, plan, shapes, take_over, viewed
from aidledger.replay.overlay import load_beside
from aidledger.replay.spark import LedgerViews, build_ledgers, register_view
from aidledger.services.generations.rebuilding import OnSpark
from aidledger.services.generations.source import StoreSource
from aidledger.services.initialising import create_ledger
from aidledger.services.provinces.province import County, rebuild_province
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate

pytestmark = pytest.mark.xdist_group("spark")

BUSY, SIMULATED = "520123", "520181"
SPREAD = {"postings": "3", "case_state": "3", "visits_due": "3"}
"""Models whose rows are sent from worker to worker, in so many parts."""

KILLED_AT = "case_state"
CUTS: dict[str, dict[str, Any]] = {
    "as-of": {"as_of": date(2022, 6, 10)},
    "known-on": {"known_on": date(2022, 6, 10)},
    "both": {"as_of": date(2022, 3, 10), "known_on": date(2022, 10, 10)},
}
LOOKED_AT = {"visit_made": "visitor", "entry": "type"}
Rows = list[list[tuple[Any, ...]]]


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """What DuckDB gave county by county, and Spark for both at once."""

    duckdb: dict[str, dict[str, ModelResult]]
    spark: dict[str, dict[str, ModelResult]]
    cut: dict[str, tuple[Rows, Rows]]
    read_sealed: bool
    workers: list[list[int]]
    rebuilt: tuple[Built, Built]
    counties: tuple[County, ...]


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, models: dict[str, Model]) -> Province:
    """Build every model of two counties on Spark; one of its workers dies meanwhile.

    DuckDB reads records alone; Spark reads three segments of the one county, and the other has none.
    """
    folder = tmp_path_factory.mktemp("province")
    places = {BUSY: str(folder / "busy.sqlite"), SIMULATED: str(folder / "simulated.sqlite")}
    stored(places[BUSY], long_history(hostile=True))
    create_ledger(places[SIMULATED], origin="simulated/520181/1")
    expected: dict[str, dict[str, ModelResult]] = {}
    views = []
    with ExitStack() as opened:
        counties = {
            ledger: opened.enter_context(open_session(place)) for ledger, place in places.items()
        }
        simulate(counties[SIMULATED], cases=6, months=3, seed=5)
        sealed(counties[BUSY], places[BUSY])
        for ledger, session in counties.items():
            expected[ledger] = in_duckdb(First(session, 0), models)
            source = StoreSource(session.store)
            views.append(beside(source, viewed(models), folder / "views", ledger))
        with sparked.spark(folder / "spark") as running:
            seen = build_all(running, views, models, folder / "models")
            cut = cut_by_both(running, counties[BUSY], folder / "cut")
            spark = Engine(None)
            rebuilt = (
                rebuild(folder / "in-duckdb", models, First(counties[BUSY], 0)),
                rebuild(
                    folder / "on-spark",
                    models,
                    StoreSource(counties[BUSY].store),
                    builder=spark.build,
                    load=spark.load,
                ),
            )
            shared = folder / "shared"
            shared.mkdir()
            together = rebuild_province(
                [*places.values(), str(folder / "nowhere.sqlite")],
                OnSpark(folder=shared),
                models=["entitlements"],
            )
    planned = plan(models)
    built = {}
    for ledger in expected:
        with building(None) as connection:
            built[ledger] = {
                name: take_over(connection, model, planned[name], folder / "models", ledger)
                for name, model in models.items()
            }
    return Province(
        duckdb=expected,
        spark=built,
        cut=cut,
        read_sealed=bool(views[0].sealed and views[0].sealed.files),
        workers=seen,
        rebuilt=rebuilt,
        counties=together,
    )


def build_all(
    running: SparkSession, views: list[LedgerViews], models: dict[str, Model], folder: Path
) -> list[list[int]]:
    """Build every model, and kill a worker meanwhile; return the workers before and after."""
    seen = [sparked.workers(running)]
    with ExitStack() as ends:

        def begun(name: str) -> None:
            running.conf.set("spark.sql.shuffle.partitions", SPREAD.get(name, "1"))
            if name == KILLED_AT:
                timer = Timer(0.5, sparked.kill, [seen[0][0]])
                ends.callback(timer.join)
                timer.start()

        build_ledgers(running, views, models, shapes(), folder, progress=begun)
    return [*seen, sparked.workers(running)]


def rebuild(folder: Path, models: dict[str, Model], source: Source, **means: Any) -> Built:
    """Make a generation of a few models, one of which is not portable and another reads that one."""
    few = needed(models, ["entitlements"])
    alien = msgspec.structs.replace(
        models["suspensions"], name="alien", sql="SELECT * FROM suspensions", uses=("suspensions",)
    )
    reader = msgspec.structs.replace(
        alien, name="reader", sql='SELECT "case", suspension, positions FROM alien', uses=("alien",)
    )
    return Generations(folder).rebuild(source, {**few, "alien": alien, "reader": reader}, **means)


def in_duckdb(source: Source, models: dict[str, Model]) -> dict[str, ModelResult]:
    """Build the models of one county in DuckDB."""
    with building(None) as connection:
        Loader(connection).load(source)
        return {result.name: result for result in build(connection, models).built}


def beside(
    source: Source, names: Iterable[str], folder: Path, ledger: str, **days: Any
) -> LedgerViews:
    """Write out what a county has beside its segments."""
    with building(None) as connection:
        _, segments = load_beside(connection, source, **days)
        return export_views(connection, names, folder, ledger, segments)


def cut_by_both(
    running: SparkSession, session: Session, folder: Path
) -> dict[str, tuple[Rows, Rows]]:
    """Return the entries that each cut leaves: by DuckDB from records, by Spark from segments.

    Spark is asked once, with the cuts as counties of which each has the same segments.
    """
    wanted = "position, version, effective_on, recorded_at"
    views = [
        beside(StoreSource(session.store), (*LOOKED_AT, "parameters"), folder, name, **days)
        for name, days in CUTS.items()
    ]
    found: dict[str, tuple[Rows, Rows]] = {name: ([], []) for name in CUTS}
    for name, days in CUTS.items():
        with building(None) as connection:
            Loader(connection, **days).load(First(session, 0))
            for view, more in LOOKED_AT.items():
                asked = f"SELECT {wanted}, {more} FROM {view} ORDER BY 1"
                found[name][0].append(connection.execute(asked).fetchall())
    for view, more in LOOKED_AT.items():
        register_view(running, views, view, shapes()[view])
        asked = f"SELECT ledger, {wanted}, {more} FROM {view} ORDER BY position"
        rows = [tuple(row) for row in running.sql(asked).collect()]
        for name in CUTS:
            found[name][1].append([row[1:] for row in rows if row[0] == name])
    return found


def what(results: dict[str, ModelResult]) -> dict[str, Any]:
    return {name: (result.rows, result.digest) for name, result in results.items()}


@pytest.mark.parametrize("ledger", [BUSY, SIMULATED])
def test_each_county_of_a_province_gets_its_own_digests_of_every_model(
    province: Province, ledger: str
) -> None:
    assert what(province.duckdb[ledger]) == what(province.spark[ledger])


@pytest.mark.parametrize("cut", CUTS)
def test_spark_sees_of_segments_what_is_known_and_holds_and_as_it_was_put_right(
    province: Province, cut: str
) -> None:
    from_records, from_segments = province.cut[cut]

    assert from_records == from_segments
    assert all(from_segments)


def test_segments_were_read_by_spark_itself(province: Province) -> None:
    assert province.read_sealed


def test_every_model_has_rows_to_compare(province: Province) -> None:
    assert [] == [name for name, result in province.spark[BUSY].items() if not result.rows]


def test_a_worker_was_killed_and_another_took_its_place(province: Province) -> None:
    before, after = province.workers

    assert 2 == len(before) == len(after)
    assert before[0] not in after


def test_a_rebuild_on_spark_is_a_generation_as_any_other_and_loses_what_is_not_portable(
    province: Province,
) -> None:
    in_duckdb, on_spark = province.rebuilt
    theirs = {one.name: one.digest for one in in_duckdb.generation.models}
    ours = {one.name: one.digest for one in on_spark.generation.models}

    assert {"suspensions", "entitlements", "alien", "reader"} == set(theirs)
    assert {name: theirs[name] for name in ("suspensions", "entitlements")} == ours
    assert [("alien", None), ("reader", "alien")] == [
        (one.name, one.reads) for one in on_spark.generation.failed
    ]
    assert "SELECT *" == on_spark.generation.failed[0].found
    assert on_spark.current


def test_one_run_gives_each_ledger_of_a_province_a_generation_of_its_own(
    province: Province,
) -> None:
    *there, nowhere = province.counties

    assert ["archive.example/ledger", "simulated/520181/1"] == [one.origin for one in there]
    for ledger, county in zip((BUSY, SIMULATED), there, strict=True):
        built = county.built

        assert built is not None, county.failure
        assert built.current
        assert {one.name: one.digest for one in built.models} == {
            name: province.duckdb[ledger][name].digest for name in ("suspensions", "entitlements")
        }
    assert nowhere.built is None
    assert "no ledger here" in nowhere.failure
