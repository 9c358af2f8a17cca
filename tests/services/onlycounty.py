"""A simulated county in which every applicant asks for one of a few programmes, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from tests.services.detectors import History

from aidledger.services.decoding import recorded_all
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.initialising import create_ledger
from aidledger.services.session import Session, open_session
from aidledger.services.simulation import running
from aidledger.services.simulation.county import County
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes import branches
from aidledger.services.simulation.programmes.branch import Branch


def only_county(
    folder: Path,
    programmes: Collection[str],
    *,
    cases: int,
    months: int,
    seed: int,
    start: str = "2022-01-01",
    packs: Mapping[str, tuple[str, ...]] | None = None,
    alter: Callable[[CasePlan], CasePlan] | None = None,
) -> str:
    """Simulate a county of these programmes alone; return its location.

    ``packs``: its rules by programme, instead of those of the shipped county; ``alter``: what its
    plans have otherwise.
    """
    place = str(folder / "ledger.sqlite")
    only = tuple(_branch(one, programmes, packs, alter) for one in branches.PROGRAMMES)
    create_ledger(place, origin=f"simulated/520123/{seed}")
    with pytest.MonkeyPatch.context() as patch, open_session(place) as session:
        patch.setattr(branches, "PROGRAMMES", only)
        patch.setattr(running, "PROGRAMMES", only)
        patch.setattr(running, "_FIRST_START", min(start, running._FIRST_START))
        running.simulate(session, cases=cases, months=months, seed=seed, start=start)
    return place


def _branch(
    branch: Branch,
    programmes: Collection[str],
    packs: Mapping[str, tuple[str, ...]] | None,
    alter: Callable[[CasePlan], CasePlan] | None,
) -> Branch:
    """Return a programme as it is in a county of some programmes."""

    def draw(county: County, number: int, rng: Random) -> CasePlan:
        plan = branch.draw(county, number, rng)
        return alter(plan) if alter else plan

    return msgspec.structs.replace(
        branch,
        weight=int(branch.programme in programmes),
        packs=branch.packs if packs is None else packs.get(branch.programme, ()),
        draw=draw,
    )


def history_of(location: str) -> History:
    """Return all that a county has recorded."""
    with open_session(location, read_only=True) as session:
        return History(recorded_all(session.store.read()))


def said(history: History, name: str) -> list[Any]:
    """Return the entries of a type, their events untyped."""
    return [*history.of(name)]


def rows(session: Session, location: str, model: str, as_of: date) -> list[dict[str, Any]]:
    """Return the rows of a model on a day."""
    columns, answer = read_model(session, model, as_of=as_of)
    return [dict(zip(columns, row, strict=True)) for row in answer]
