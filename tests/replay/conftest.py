"""What the tests of the read models share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.replay.histories import Log

from aidledger.replay.building import build_table
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import EngineLimits, building, lock
from aidledger.replay.loading import Loaded, Loader
from aidledger.replay.models import Model, load_models, needed, tables_read

Table = list[dict[str, Any]]
ONE_THREAD = EngineLimits(threads=1)
"""Enough for a few dozen entries: a second only costs what it takes to wake it."""


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    return load_models()


class Answer:
    """A log loaded, with models built on demand."""

    def __init__(self, loaded: Loaded, tables: dict[str, Table]) -> None:
        self.loaded = loaded
        self.tables = tables

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]


Ask = Callable[..., Answer]


@pytest.fixture
def ask(models: dict[str, Model]) -> Ask:
    """Load a log and return the rows of some models, as dicts."""

    def asked(
        log: Log, *names: str, as_of: str | None = None, known_on: str | None = None
    ) -> Answer:
        wanted = needed(models, names)
        with building(None, ONE_THREAD) as connection:
            loaded = Loader(
                connection,
                as_of=date.fromisoformat(as_of) if as_of else None,
                known_on=date.fromisoformat(known_on) if known_on else None,
                reads=tables_read(wanted),
            ).load(log)
            lock(connection)
            for model in wanted.values():
                build_table(connection, model)
            tables = {}
            for name in names:
                columns, rows = plain_rows(connection, name, models[name].key)
                tables[name] = [dict(zip(columns, row, strict=True)) for row in rows]
        return Answer(loaded, tables)

    return asked
