"""Children of a protected class that a township knows of and supports in no case: the left-behind."""

from __future__ import annotations

from typing import Final

from aidledger.domain.events import helping
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.ledger.commitment import person_token
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.places import CLERK, Township

_ASKED: Final = 6
"""The working day on which the villages have told who was left behind, counted from 0."""
_AT_MOST: Final = 3
_AGES: Final = (3, 15)


def know_children(county: County, town: Township) -> Process:
    """Enter the children whose parents work elsewhere: some in each township, one in a stream."""
    rng = county.rng("left behind", town.code)
    yield Turn(county.workdays[_ASKED], town.code)
    for _ in range(rng.randrange(1, _AT_MOST + 1)):
        child = county.people.person(born_aged(rng, county.today, rng.randrange(*_AGES)))
        token = person_token(secrets_of(county.session).pepper, child.identity_number)
        known = helping.ChildRecorded(
            birth_on=child.birth_on.isoformat(),
            kind="left_behind",
            person=UNKNOWN_PERSON,
            township=town.code,
            village=rng.choice(town.villages).code,
        )
        personal = {"identity_number": child.identity_number, "name": child.name}
        county.say(f"resident/{token}", known, by=CLERK, personal=personal)
