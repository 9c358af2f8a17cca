"""The same models on Spark: two counties at once, a worker killed, and each county's own digests."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from threading import Timer
from typing import Any

import msgspec
import pytest
from tests.replay import sparked
from tests.replay.test_lists import busy_county

from aidledger.replay.building import Builder, ModelResult, build, shut_in
from aidledger.replay.engine import building
from aidledger.replay.generations import Built, Generations
from aidledger.replay.loading import Loader, Source
from aidledger.replay.models import Model, needed
from aidledger.replay.onspark import builder, export_views, plan, shapes, take_over, viewed
from aidledger.replay.spark import LedgerViews, build_ledgers
from aidledger.services.initialising import create_ledger
from aidledger.services.rebuilding import StoreSource
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate

pytestmark = pytest.mark.xdist_group("spark")

BUSY, SIMULATED = "520123", "520181"
SPREAD = {"postings": "3", "case_state": "3", "visits_due": "3"}
"""Models whose rows are sent from worker to worker, in so many parts."""

KILLED_AT = "case_state"


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """What DuckDB gave county by county, and Spark for both at once."""

    duckdb: dict[str, dict[str, ModelResult]]
    spark: dict[str, dict[str, ModelResult]]
    workers: list[list[int]]
    rebuilt: tuple[Built, Built]


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, models: dict[str, Model]) -> Province:
    """Build every model of two counties on Spark; one of its workers dies meanwhile."""
    folder = tmp_path_factory.mktemp("province")
    location = str(folder / "ledger.sqlite")
    create_ledger(location, origin="simulated/520181/1")
    expected: dict[str, dict[str, ModelResult]] = {}
    views = []
    with open_session(location) as session:
        simulate(session, cases=6, months=3, seed=5)
        sources: dict[str, Source] = {BUSY: busy_county(), SIMULATED: StoreSource(session.store)}
        for ledger, source in sources.items():
            found, results = alone(source, models, folder / "views" / ledger, ledger)
            views.append(found)
            expected[ledger] = {result.name: result for result in results}
    with sparked.spark(folder / "spark") as running:
        seen = [sparked.workers(running)]
        with ExitStack() as ends:

            def begun(name: str) -> None:
                running.conf.set("spark.sql.shuffle.partitions", SPREAD.get(name, "1"))
                if name == KILLED_AT:
                    timer = Timer(0.5, sparked.kill, [seen[0][0]])
                    ends.callback(timer.join)
                    timer.start()

            build_ledgers(running, views, models, shapes(), folder / "models", progress=begun)
        seen.append(sparked.workers(running))
        rebuilt = (
            rebuild(folder / "in-duckdb", models, shut_in),
            rebuild(folder / "on-spark", models, builder(None)),
        )
    planned = plan(models)
    built = {}
    for ledger in expected:
        with building(None) as connection:
            built[ledger] = {
                name: take_over(connection, model, planned[name], folder / "models", ledger)
                for name, model in models.items()
            }
    return Province(duckdb=expected, spark=built, workers=seen, rebuilt=rebuilt)


def rebuild(folder: Path, models: dict[str, Model], build_with: Builder) -> Built:
    """Make a generation of a few models, one of which is not portable and another reads that one."""
    few = needed(models, ["entitlements"])
    alien = msgspec.structs.replace(
        models["suspensions"], name="alien", sql="SELECT * FROM suspensions", uses=("suspensions",)
    )
    reader = msgspec.structs.replace(
        alien, name="reader", sql='SELECT "case", suspension, positions FROM alien', uses=("alien",)
    )
    return Generations(folder).rebuild(
        busy_county(), {**few, "alien": alien, "reader": reader}, builder=build_with
    )


def alone(
    source: Source, models: dict[str, Model], folder: Path, ledger: str
) -> tuple[LedgerViews, list[ModelResult]]:
    """Build the models of one county in DuckDB, and write its views out."""
    with building(None) as connection:
        Loader(connection).load(source)
        views = export_views(connection, viewed(models), folder, ledger)
        return views, list(build(connection, models).built)


def what(results: dict[str, ModelResult]) -> dict[str, Any]:
    return {name: (result.rows, result.digest) for name, result in results.items()}


@pytest.mark.parametrize("ledger", [BUSY, SIMULATED])
def test_each_county_of_a_province_gets_its_own_digests_of_every_model(
    province: Province, ledger: str
) -> None:
    assert what(province.duckdb[ledger]) == what(province.spark[ledger])


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
