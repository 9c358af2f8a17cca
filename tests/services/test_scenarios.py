"""The situations of published audits, rebuilt: rules find them with their figures, and nothing else.

All in one county here, the largest ones smaller; `scripts/measure_rules --scenarios` makes each as large as it
was, and writes what is found into docs/CASES.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest

from _measure_page import OF_ENTRIES
from _measure_scenarios import held
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.services.simulation.scenarios.catalog import SCENARIOS
from aidledger.services.simulation.scenarios.scenario import Scenario, Shown

FEW: Final = 26
"""Households here of those invented: two accounts of thirteen, the first of eight persons each."""
OWNED: Final = 3
LATER: Final = "money-held"
"""It needs more than two years."""


def smaller(scenario: Scenario) -> Scenario:
    """Return a scenario as large as it can be here; its figures follow."""
    match scenario.name:
        case "invented-persons":
            people, shown = FEW, Shown(rule="F062", findings=2, cases=FEW, persons=8 * FEW)
            return _with(scenario, people, (shown,))
        case "owners":
            shown_by = [
                msgspec.structs.replace(one, findings=OWNED, cases=OWNED, persons=2 * OWNED)
                for one in scenario.shown
            ]
            return _with(scenario, OWNED, tuple(shown_by))
        case _:
            return scenario


def _with(scenario: Scenario, people: int, shown: tuple[Shown, ...]) -> Scenario:
    kinds = tuple(msgspec.structs.replace(kind, people=people) for kind in scenario.kinds)
    return msgspec.structs.replace(scenario, kinds=kinds, shown=shown)


class Told(NamedTuple):
    """One county with scenarios, and what rules found in it."""

    scenarios: tuple[Scenario, ...]
    found: dict[str, Shown]
    """By rule, of every rule that found something."""


def told(folder: Path, scenarios: tuple[Scenario, ...], months: int) -> Told:
    location = str(folder / "ledger.sqlite")
    create_ledger(location, origin="simulated/520123/3")
    together = Scenario(
        **dict.fromkeys(Scenario.__struct_fields__[:7], ""),
        kinds=tuple(kind for one in scenarios for kind in one.kinds),
        shown=(),
        months=months,
        bystanders=12,
    )
    with open_session(location) as session:
        simulate(session, cases=together.cases, months=months, seed=3, scenario=together)
    with open_session(location, read_only=True) as session:
        report = audit(session, rules_of()).report
        ran = [one.rule for one in report.ran if one.findings and one.rule.startswith(OF_ENTRIES)]
        return Told(scenarios, {rule: held(session, rule, report.findings) for rule in ran})


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Told:
    wanted = tuple(smaller(one) for one in SCENARIOS.values() if one.name != LATER)
    return told(tmp_path_factory.mktemp("year"), wanted, 12)


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - {LATER}))
def test_what_the_audit_published_is_found_with_its_figures(name: str, year: Told) -> None:
    (scenario,) = (one for one in year.scenarios if one.name == name)

    assert [] == [one for one in scenario.shown if not one.agrees(year.found[one.rule])]


def test_nothing_else_is_found(year: Told) -> None:
    """What a scenario breaks by the way is named with it."""
    known = {one.rule for scenario in year.scenarios for one in scenario.shown}
    known |= {s.rule for one in year.scenarios for kind in one.kinds for s in kind.also}

    assert set() == year.found.keys() - known


def test_money_that_was_held_for_two_years_is_found(tmp_path: Path) -> None:
    scenario = SCENARIOS[LATER]
    made = told(tmp_path, (scenario,), scenario.months)
    (wanted,) = scenario.shown

    assert wanted.agrees(made.found[wanted.rule])
    assert {wanted.rule} == made.found.keys()


def test_figures_that_differ_do_not_agree() -> None:
    one = SCENARIOS["paid-after-death"].shown[0]

    assert one.agrees(one)
    assert not one.agrees(msgspec.structs.replace(one, amount_fen=45_720_001))
    assert not one.agrees(msgspec.structs.replace(one, persons=117))


def test_the_page_has_the_figures() -> None:
    """Its rows are written from what rules found; a figure that was published stands there unchanged."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "CASES.md").read_text("utf-8")
    wanted = [
        f"| [{one.rule}](RULES.md#{one.rule.lower()}) | {one.findings:,} | {one.cases:,} | {one.persons:,} | "
        + ("" if one.amount_fen is None else f"{one.amount_fen // 100:,} |\n")
        for scenario in SCENARIOS.values()
        for one in scenario.shown
    ]

    assert [] == [row for row in wanted if text.count(row) < 2]
