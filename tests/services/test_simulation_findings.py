"""Each planted irregularity is visible in the events; a clean county shows none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.counties import CASES, county
from tests.services.detectors import DETECTORS as OF_CASES
from tests.services.detectors import History, only
from tests.services.detectors_care import DETECTORS_OF_CARE
from tests.services.detectors_channel import DETECTORS_OF_CHANNEL
from tests.services.detectors_means import MEANS
from tests.services.detectors_money import MONEY
from tests.services.detectors_order import DETECTORS_OF_ORDER
from tests.services.detectors_relief import RELIEF

from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED
from aidledger.services.simulation.running import simulate

DETECTORS = (
    OF_CASES
    | MONEY
    | DETECTORS_OF_CARE
    | DETECTORS_OF_ORDER
    | DETECTORS_OF_CHANNEL
    | MEANS
    | RELIEF
)


def history_of(location: str) -> History:
    with open_session(location, read_only=True) as session:
        return History(recorded_all(session.store.read()))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> History:
    return history_of(county(tmp_path_factory, planted=False).location)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, dict[str, Any]]:
    made = county(tmp_path_factory, planted=True)
    return history_of(made.location), made.listed


def test_there_are_enough_cases_for_every_kind(spoiled: tuple[History, dict[str, Any]]) -> None:
    """F100, F102: what a county can't have is listed with the reason, and nothing else."""
    listed = spoiled[1]

    assert {one.rule for one in UNCARRIED} == {one["rule"] for one in listed["not_planted"]}
    assert all(one["reason"] for one in listed["not_planted"])
    assert set(DETECTORS) == {item["rule"] for item in listed["irregularities"]}


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_what_was_planted_shows_at_its_positions(
    rule: str, spoiled: tuple[History, dict[str, Any]]
) -> None:
    history, listed = spoiled
    planted = [item for item in listed["irregularities"] if item["rule"] == rule]
    found = set(DETECTORS[rule](history))

    for item in planted:
        assert set() == set(item["positions"]) - found
        assert min(item["positions"]) == item["position"]


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_a_clean_county_has_none_of_it(rule: str, clean: History) -> None:
    assert [] == sorted(DETECTORS[rule](clean))


def test_about_a_sixth_of_the_applicants_are_households(clean: History) -> None:
    """S4-022: they are counted among the cases that were asked for."""
    programmes = [entry.event.programme for entry in only(clean.entries, "ApplicationSubmitted")]

    assert CASES == len(programmes)
    assert 10 <= programmes.count("dibao") <= 35


@pytest.mark.parametrize("rule", sorted({**DETECTORS_OF_ORDER, **DETECTORS_OF_CHANNEL}))
def test_nothing_is_called_wrong_but_what_was_made_so_or_follows_from_it(
    rule: str, spoiled: tuple[History, dict[str, Any]]
) -> None:
    """Every other step, payment, list and month of service of the spoiled county is left alone."""
    history, listed = spoiled
    made = [*listed["irregularities"], *listed["side_effects"]]
    known = {p for item in made if item["rule"] == rule for p in item["positions"]}

    assert set(DETECTORS[rule](history)) <= known


@pytest.mark.parametrize("rule", ["F057", "F082", "F084", "F086"])
def test_care_is_called_wrong_only_where_it_was_made_so(
    rule: str, spoiled: tuple[History, dict[str, Any]]
) -> None:
    """F057, F082, F084, F086: the lawful acts beside the planted ones are left alone."""
    history, listed = spoiled
    planted = {p for i in listed["irregularities"] if i["rule"] == rule for p in i["positions"]}

    assert planted == set(DETECTORS[rule](history))


@pytest.mark.parametrize("rule", sorted(MEANS))
def test_a_household_is_called_wrong_only_where_it_was_made_so(
    rule: str, spoiled: tuple[History, dict[str, Any]]
) -> None:
    """F002, F009 to F018, F021 to F025, F047, F056, F059, F060: nobody beside the planted ones."""
    history, listed = spoiled
    made = [i for i in listed["irregularities"] + listed["side_effects"] if i["rule"] == rule]

    assert {position for item in made for position in item["positions"]} == {*MEANS[rule](history)}


@pytest.mark.parametrize("rule", sorted(RELIEF))
def test_help_is_called_wrong_only_where_it_was_made_so(
    rule: str, spoiled: tuple[History, dict[str, Any]]
) -> None:
    """F026, F027, F052: each finds its own, and leaves the other two alone."""
    history, listed = spoiled
    planted = {p for i in listed["irregularities"] if i["rule"] == rule for p in i["positions"]}

    assert planted == set(RELIEF[rule](history))


def test_a_county_too_small_for_what_is_to_be_planted_says_what_is_not(tmp_path: Path) -> None:
    """With one case nobody complained, and to look for the complaint ended the simulation."""
    location, listed = str(tmp_path / "ledger.db"), tmp_path / "planted.json"
    create_ledger(location, origin="bench/520123")
    with open_session(location) as session:
        made = simulate(session, cases=1, months=2, seed=1, irregularities=listed)

    assert "F095" in {one.rule for one in made.not_planted}
    assert listed.exists()
