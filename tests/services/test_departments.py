"""The departments of the simulated county: registered, manned, led, and heard of each month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tests.domain.test_packs import COUNTY, LIBRARY

from aidledger.services.generations.rebuilding import read_model
from aidledger.services.initialising import create_ledger
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    location = str(tmp_path_factory.mktemp("county") / "ledger.sqlite")
    create_ledger(location, origin="simulated/520123/1")
    with open_session(location) as opened:
        simulate(opened, cases=6, months=5, seed=5)
        yield opened


def rows(session: Session, model: str) -> list[dict[str, Any]]:
    columns, found = read_model(session, model)
    return [dict(zip(columns, row, strict=True)) for row in found]


def test_nobody_who_is_responsible_is_missing_or_idle(session: Session) -> None:
    """S4-042, S4-059, S4-063, S4-066, S4-068, S4-072: each duty of the pack, each kind of office."""
    duties = rows(session, "duties")
    asked = {
        (name.removeprefix("responsible_offices_"), kind)
        for name, kinds in LIBRARY.resolve(COUNTY).parameters.items()
        if name.startswith("responsible_offices_")
        for kind in kinds
    }

    assert asked == {(row["duty"], row["kind"]) for row in duties}
    assert {"acting": len(duties)} == Counter(row["state"] for row in duties)


def test_each_unit_has_its_group_and_the_county_its_rules(session: Session) -> None:
    """S4-100, S0-014."""
    groups, rules = rows(session, "groups"), rows(session, "local_rules")
    kinds = LIBRARY.resolve(COUNTY).parameters["group_units"]

    assert set(kinds) == {row["kind"] for row in groups}
    assert {"formed"} == {row["state"] for row in groups}
    assert {"published"} == {row["state"] for row in rules}
    assert 5 == len(rules)


def test_every_department_hands_in_its_return_before_the_day(
    session: Session,
) -> None:
    """S4-101, S4-102: and a return without figures of cases is held against none."""
    due = rows(session, "returns_due")
    compared = rows(session, "monthly_return")

    assert {"met"} == {row["state"] for row in due}
    assert {"health", "education", "red_cross"} < {row["kind"] for row in due}
    assert {"equal"} == {row["state"] for row in compared}
    assert not {row["unit"] for row in compared} & {"520123-health", "520123-education"}


def test_what_a_meeting_settled_is_met_by_volunteers(session: Session) -> None:
    """S4-067: a need of a case that was discussed has somebody who meets it."""
    matched = rows(session, "matched_needs")

    assert {("company", "volunteers")} == {(row["need"], row["kind"]) for row in matched}
