"""Each rule finds what was planted in a county, little else, and nothing grave in a clean one."""

from __future__ import annotations

from typing import Final

import pytest
from tests.counties import County, county

from aidledger.audit.rule import Rule, load_rules
from aidledger.audit.running import RuleFinding
from aidledger.replay.models import load_models
from aidledger.services.audits.auditing import Audit, audit
from aidledger.services.session import open_session
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED

RULES: Final[dict[str, Rule]] = load_rules(load_models())
GRAVE: Final = {"critical", "high"}
PRECISION_PERCENT: Final = 99

#: Rules that nothing planted in a county breaks: `tests/services/test_uncarried.py` shows how each is found,
#: and `tests/services/test_register_rules.py` those that read registers of other offices.
NOT_PLANTED: Final = {one.rule for one in UNCARRIED} | {n for n in RULES if n.startswith("R")}

#: Rules that say where to look first; nothing is planted for them, and in a clean county all is quiet.
POINTING: Final = {name for name in RULES if name.startswith("M")}


def asked(location: str) -> Audit:
    with open_session(location, read_only=True) as session:
        return audit(session, RULES)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[County, Audit]:
    made = county(tmp_path_factory, planted=True)
    return made, asked(made.location)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return asked(county(tmp_path_factory, planted=False).location)


def of_rule(found: Audit, rule: str) -> list[RuleFinding]:
    return [one for one in found.report.findings if one.rule == rule]


def test_no_rule_breaks_down(spoiled: tuple[County, Audit], clean: Audit) -> None:
    """A county may lack what a rule needs; its SQL and its models run."""
    broken = [
        one for found in (spoiled[1], clean) for one in found.report.not_run if one.code != "need"
    ]

    assert [] == [one for one in broken if one.code != "parameter"]


@pytest.mark.parametrize("rule", sorted(RULES.keys() - NOT_PLANTED - POINTING))
def test_what_was_planted_is_found_at_its_entries(rule: str, spoiled: tuple[County, Audit]) -> None:
    """Recall 100 %: every entry that was planted is among the positions of a finding."""
    made, found = spoiled
    positions = {p for one in of_rule(found, rule) for p in one.positions}

    assert made.planted(rule)
    assert set() == made.planted(rule) - positions


@pytest.mark.parametrize("rule", sorted(RULES.keys() - POINTING))
def test_little_is_found_that_was_not_planted(rule: str, spoiled: tuple[County, Audit]) -> None:
    """Precision at least 99 %: a finding touches what was planted, or what follows from it."""
    made, found = spoiled
    findings = of_rule(found, rule)
    true = [one for one in findings if made.known(rule) & set(one.positions)]

    assert 100 * len(true) >= PRECISION_PERCENT * len(findings), [
        (one.subject, one.positions, one.message_en) for one in findings if one not in true
    ][:5]


def test_no_finding_ends_before_it_begins(spoiled: tuple[County, Audit]) -> None:
    periods = {(one.rule, one.period or "") for one in spoiled[1].report.findings}
    ended = [(rule, *period.split("/")) for rule, period in periods if "/" in period]

    assert ended
    assert [] == [one for one in ended if one[2] and one[2] < one[1]]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_clean_county_has_nothing_grave(rule: str, clean: Audit) -> None:
    assert [] == [one for one in of_rule(clean, rule) if one.severity in GRAVE]


def test_a_rule_that_points_is_quiet_in_a_clean_county_and_sees_money_that_nobody_promised(
    clean: Audit, spoiled: tuple[County, Audit]
) -> None:
    """What F071 plants came into a fund without an allocation: M06 names that entry, and no other."""
    made, found = spoiled

    assert [] == [one for rule in sorted(POINTING) for one in of_rule(clean, rule)]
    assert made.planted("F071") & {p for one in of_rule(found, "M06") for p in one.positions}
