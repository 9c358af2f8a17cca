"""The service, on a ledger in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aidledger.domain.events.catalog import encode_data
from aidledger.domain.events.support import AbilityAssessed
from aidledger.replay import deriving
from aidledger.replay.models import ModelError
from aidledger.services.generations.rebuilding import (
    disagreements,
    generations_folder,
    model_list,
    read_model,
    rebuild,
)
from aidledger.services.problems import ServiceError
from aidledger.store.draft import Draft
from aidledger.store.opening import create
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LedgerStore]:
    opened = create(tmp_path / "county.db", origin="county.example/ledger")
    yield opened
    opened.close()


def assess(store: LedgerStore, number: int, level: str) -> None:
    event = AbilityAssessed(level=level)  # type: ignore[arg-type]
    draft = Draft(
        type="AbilityAssessed",
        actor="u1",
        data=encode_data(event),
        effective_on="2022-01-10",
        office="520123001",
        policy=None,
        sealed={},
        stream=f"case/520123-2022-{number:06d}",
        expected_version=None,
    )
    outcome = store.append(
        [draft],
        cause=f"c{number}",
        request_digest=bytes(32),
        now=datetime(2022, 1, 10, number, tzinfo=UTC),
    )
    assert isinstance(outcome, Committed)


def test_a_rebuild_reads_the_whole_ledger_and_lies_beside_it(
    store: LedgerStore, tmp_path: Path
) -> None:
    assess(store, 1, "able")
    stages: list[str] = []

    result = rebuild(store, progress=lambda stage, _done, _total: stages.append(stage))

    assert (0, 1, date(2022, 1, 10), (), ()) == (
        result.position,
        result.entries,
        result.as_of,
        result.skipped,
        result.changed,
    )
    assert generations_folder(str(tmp_path / "county.db")) == getattr(result.path, "parent", None)
    assert [model.name for model in model_list()] == [model.name for model in result.models]
    assert set(stages) >= {"case_state", "list_paid"}
    assert [] == disagreements(store)


def test_a_model_is_read_from_the_generation_until_the_ledger_grows(
    store: LedgerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []

    def compute(*args: object, **more: object) -> object:
        computed.append(str(args[2]))
        return deriving.compute(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("aidledger.services.generations.rebuilding.compute", compute)
    assess(store, 1, "able")
    rebuild(store, models=["case_state"])

    columns, rows = read_model(store, "case_state")
    assert ([], "able") == (computed, dict(zip(columns, rows[0], strict=True))["ability"])

    assess(store, 2, "partly")
    assert 2 == len(read_model(store, "case_state")[1])
    assert [] == read_model(store, "case_state", known_on=date(2022, 1, 9))[1]
    assert [] == read_model(store, "complaints")[1]
    assert ["case_state", "case_state", "complaints"] == computed


def test_a_day_that_no_record_is_about_is_refused(store: LedgerStore) -> None:
    with pytest.raises(ServiceError, match="expected a day from 1850 to 2200"):
        read_model(store, "case_state", as_of=date(9999, 12, 31))


def test_an_unknown_model_is_refused_with_the_names_there_are(store: LedgerStore) -> None:
    with pytest.raises(ModelError) as caught:
        read_model(store, "no_such_model")

    assert "case_state" in caught.value.hint
