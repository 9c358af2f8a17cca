"""A key speaks for its owner, held safely enough, between its registration and its revocation."""

from __future__ import annotations

import msgspec
import pytest
from tests.domain.registry import acts
from tests.domain.registry.acts import CLERK, HEAD, KEY, applied, on_case, surveyed
from tests.domain.registry.test_registry import ACCEPTED, by_security
from tests.domain.registry.worlds import Speech, World

from aidledger.domain.events import intake, powers
from aidledger.domain.registry.replay import Replay
from aidledger.domain.registry.watch import Watch


def signed(key: str, who: str = CLERK) -> Speech:
    return on_case(who, ACCEPTED)._replace(key=key)


def test_a_key_speaks_for_its_owner_while_it_is_in_force() -> None:
    world = World()
    applied(world)

    assert ["key_unknown"] == world.codes(signed("k1"))
    world.says(by_security(KEY), signed("k1"))
    assert ["key_owner", "power_missing"] == world.codes(signed("k1", HEAD))
    revoked = powers.KeyRevoked(from_position=len(world.entries) + 3, key="k1", reason="replaced")
    world.says(by_security(revoked), signed("k1"), signed("k1"))
    assert ["key_window"] == world.codes(signed("k1"))


def test_a_revocation_that_reaches_back_puts_what_was_signed_in_doubt() -> None:
    world = World()
    applied(world)
    world.says(by_security(KEY), signed("k1"))
    stolen = len(world.entries)
    world.says(signed("k1"), signed("k1"))
    revoked = powers.KeyRevoked(from_position=stolen, key="k1", reason="compromised")
    half = Replay(watch=Watch(tables=world.tables, settings=world.setting), key_of=world.keys.get)
    for entry in world.entries:
        half.see(entry)
    known = len(world.entries)
    world.says(by_security(revoked))
    gone_on = Replay.resumed(
        half.state(known),
        watch=Watch(
            tables=world.tables, settings=world.setting, histories=dict(half.watch.histories)
        ),
        key_of=world.keys.get,
        enrolled=world.entries[:known],
        last=world.entries[known - 1],
    )
    gone_on.see(world.entries[known])

    assert () == half.replayed().findings
    assert world.replayed() == gone_on.replayed()
    assert [(stolen, "key_window"), (stolen + 1, "key_window")] == [
        (f.position, f.code) for f in world.replayed().findings
    ]


@pytest.mark.parametrize(
    ("held", "wanted", "codes"),
    [
        ("server", "server", []),
        ("server", "file", ["key_assurance"]),
        ("file", "token", ["key_assurance"]),
        ("token", "token", []),
    ],
)
def test_weighty_acts_may_want_a_key_that_the_server_does_not_hold(
    held: str, wanted: str, codes: list[str]
) -> None:
    world = World(parameters={"assurance_step_up": wanted})
    surveyed(world)
    key = msgspec.structs.replace(KEY, assurance=held, owner=HEAD)
    world.says(by_security(key))

    assert codes == world.codes(on_case(HEAD, acts.OPINION)._replace(key="k1"))
    assert [] == world.codes(
        on_case(HEAD, intake.RelativeDeclared(officer="x", relation="other"))._replace(key="k1")
    )


def test_a_key_id_names_one_key_for_ever() -> None:
    world = World()
    world.says(by_security(KEY))
    other = msgspec.structs.replace(KEY, public_key="33" * 32, owner=HEAD)
    world.forges(by_security(other))

    found = world.watch.registry.key("k1")
    assert found is not None
    assert ("11" * 32, CLERK) == (found.public_key, found.owner)
