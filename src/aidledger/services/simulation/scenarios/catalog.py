"""Every scenario by its name."""

from __future__ import annotations

from typing import Final

from aidledger.ledger.canonical import clip
from aidledger.services.problems import ServiceError
from aidledger.services.simulation.scenarios.households import INVENTED_PERSONS, OWNERS
from aidledger.services.simulation.scenarios.money import CITY_SHARE, MONEY_HELD, WRONG_STANDARD
from aidledger.services.simulation.scenarios.persons import (
    OFFICERS_KIN,
    PAID_AFTER_DEATH,
    PUBLIC_STAFF,
)
from aidledger.services.simulation.scenarios.scenario import Scenario

SCENARIOS: Final[dict[str, Scenario]] = {
    one.name: one
    for one in (
        PAID_AFTER_DEATH,
        INVENTED_PERSONS,
        WRONG_STANDARD,
        MONEY_HELD,
        PUBLIC_STAFF,
        OWNERS,
        OFFICERS_KIN,
        CITY_SHARE,
    )
}
"""In the order in which they are told."""


def scenario_of(name: str) -> Scenario:
    """Return the scenario of a name.

    Raises:
        ServiceError: there is none.

    """
    if name not in SCENARIOS:
        raise ServiceError(
            f"simulate: expected the name of a scenario, found {clip(name)}",
            hint="aidledger simulate --help names them",
            exit_code=2,
        )
    return SCENARIOS[name]
