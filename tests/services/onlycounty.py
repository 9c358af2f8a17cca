"""A simulated county in which every applicant asks for one of a few programmes, and what is asked of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.services.detectors import History

from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.rebuilding import generations_folder, read_model
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.programmes import branches
from aidledger.services.simulation.running import simulate


def only_county(
    folder: Path,
    programmes: Collection[str],
    *,
    cases: int,
    months: int,
    seed: int,
    start: str = "2022-01-01",
) -> str:
    """Simulate a county of these programmes alone; return its location."""
    place = str(folder / "ledger.sqlite")
    only = tuple(
        msgspec.structs.replace(branch, weight=int(branch.programme in programmes))
        for branch in branches.PROGRAMMES
    )
    create_ledger(place, origin=f"simulated/520123/{seed}")
    with pytest.MonkeyPatch.context() as patch, open_session(place) as session:
        patch.setattr(branches, "PROGRAMMES", only)
        simulate(session, cases=cases, months=months, seed=seed, start=start)
    return place


def history_of(location: str) -> History:
    """Return all that a county has recorded."""
    with open_session(location, read_only=True) as session:
        return History(recorded_all(session.store.read()))


def said(history: History, name: str) -> list[Any]:
    """Return the entries of a type, their events untyped."""
    return [*history.of(name)]


def rows(session: Session, location: str, model: str, as_of: date) -> list[dict[str, Any]]:
    """Return the rows of a model on a day."""
    columns, answer = read_model(session, model, as_of=as_of, folder=generations_folder(location))
    return [dict(zip(columns, row, strict=True)) for row in answer]
