"""Everything holds from the entry after its grant, by position, and ends with the entry that ends it."""

from __future__ import annotations

import msgspec
import pytest
from tests.domain.registry import acts
from tests.domain.registry.acts import (
    CASE,
    CLERK,
    DECIDER,
    DIRECTOR,
    FINANCE_HEAD,
    HEAD,
    REGISTRY,
    SECURITY,
    applied,
    on_case,
    surveyed,
)
from tests.domain.registry.worlds import OTHER_TOWN, TABLE, TOWN, Speech, World

from aidledger.domain.events import intake, powers, registry
from aidledger.domain.events.base import Event
from aidledger.domain.registry.context import Allowed, Undeclared
from aidledger.domain.registry.registry import covers
from aidledger.domain.registry.watch import Watch

NEW = "520123001-u50"
COUNTY = acts.COUNTY
ACCEPTED = intake.ApplicationAccepted()


def role(actor: str = NEW, name: str = "township_intake", **fields: str) -> powers.RoleGranted:
    given = {"office": TOWN, "place": TOWN, **fields}
    return powers.RoleGranted(actor=actor, role=name, **given)


def ended(grant: powers.RoleGranted) -> powers.RoleEnded:
    fields = msgspec.structs.asdict(grant)
    return powers.RoleEnded(reason="moved", **fields)


def by_security(event: Event) -> Speech:
    return Speech(SECURITY, event, REGISTRY)


def by_new(event: Event = ACCEPTED, stream: str = CASE, office: str = TOWN) -> Speech:
    return Speech(NEW, event, stream, office)


# windows -----------------------------------------------------------------------------------------


def test_a_role_is_there_after_its_grant_and_gone_after_its_end() -> None:
    world = World()
    applied(world)

    assert ["power_missing"] == world.codes(by_new())
    grant = world.forges(by_security(role()))
    world.says(by_new())
    end = world.forges(by_security(ended(role())))

    assert ["power_missing"] == world.codes(by_new())
    registry = world.watch.registry
    held = [p for p in range(end + 3) if registry.roles(NEW, p)]
    assert list(range(grant + 1, end + 1)) == held


def test_an_end_takes_only_the_role_that_it_describes() -> None:
    world = World()
    world.says(by_security(role()), by_security(role(name="care_supervisor")))
    world.says(by_security(role(programme="tekun")), by_security(ended(role())))

    now = len(world.entries)
    kept = [(g.role, g.programme) for g in world.watch.registry.roles(NEW, now)]
    assert [("care_supervisor", None), ("township_intake", "tekun")] == kept


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"place": TOWN}, None),
        ({"place": f"{TOWN}201"}, None),
        ({"place": f"{TOWN}202"}, "power_place"),
        ({"office": OTHER_TOWN, "place": OTHER_TOWN}, "power_office"),
        ({"programme": "tekun"}, None),
        ({"programme": "dibao"}, "power_programme"),
    ],
)
def test_a_role_reaches_its_office_place_and_programme_and_no_further(
    fields: dict[str, str], code: str | None
) -> None:
    world = World()
    applied(world)
    world.says(by_security(role(**fields)))

    assert ([] if code is None else [code]) == world.codes(by_new())


def test_a_role_counts_only_at_the_kind_of_office_that_the_table_names() -> None:
    world = World()
    misplaced = by_security(role(office=COUNTY, place=COUNTY))
    beyond = by_security(role(place=COUNTY))

    assert ["power_role"] == world.codes(misplaced)
    assert ["power_role"] == world.codes(beyond)
    assert ["power_role"] == world.codes(by_security(role(name="no_such_role")))


@pytest.mark.parametrize(
    ("place", "inner", "expected"),
    [
        ("520123", "520123001", True),
        ("520123", "520123001201", True),
        ("520123001", "520123", False),
        ("52", "520123", True),
        ("52012", "520123", False),
        ("520123", "5201230010", False),
        ("home", "home", True),
        ("ho", "home", False),
        ("", "520123", False),
    ],
)
def test_a_place_contains_those_below_it(place: str, inner: str, *, expected: bool) -> None:
    assert expected == covers(place, inner)


def test_an_unlawful_grant_confers_nothing() -> None:
    world = World()
    applied(world)
    forged = world.forges(Speech(CLERK, role(), REGISTRY))
    after = world.forges(by_new())

    found = world.replayed().findings
    assert [(forged, "power_missing"), (after, "power_missing")] == [
        (f.position, f.code) for f in found
    ]


def test_a_grant_never_reaches_back_even_where_its_day_does() -> None:
    world = World()
    applied(world)
    early = world.forges(by_new())
    world.day = "2022-01-01"
    world.says(by_security(role()), by_new())

    assert [early] == [found.position for found in world.replayed().findings]


def test_who_is_no_officer_any_more_has_done_what_they_have_done() -> None:
    """Ended roles leave the history: separation of duties still sees it."""
    world = World()
    surveyed(world)
    also = powers.RoleGranted(
        actor=acts.SURVEYOR, office=TOWN, place=TOWN, role="township_reviewer"
    )
    leaves = ended(role(actor=acts.SURVEYOR, name="township_investigator"))
    world.says(by_security(leaves), by_security(also))

    assert ["duty_s2"] == world.codes(on_case(acts.SURVEYOR, acts.OPINION))


# genesis and custodians ---------------------------------------------------------------------------


def test_without_genesis_nothing_can_be_said() -> None:
    world = World()
    watch = Watch(tables=world.tables, settings=world.setting)

    assert Undeclared() == watch.judge(**world.asked(on_case(CLERK, acts.APPLICATION)))
    assert () == watch.refusals(**world.asked(on_case(CLERK, acts.APPLICATION)))


def test_what_was_recorded_before_genesis_is_history_and_not_judged() -> None:
    world = World()
    old = [
        on_case("stranger", acts.APPLICATION)._replace(office=TOWN),
        on_case(DECIDER, acts.OPINION),
    ]
    founded = [msgspec.structs.replace(e, position=e.position + 2) for e in world.entries]
    world.entries, world.watch = [], Watch(tables=world.tables, settings=world.setting)
    for speech in old:
        world.forges(speech)
    for entry in founded:
        if isinstance(entry.event, powers.CustodianConfirmed):
            confirmed = powers.CustodianConfirmed(position=entry.event.position + 2)
            entry = msgspec.structs.replace(entry, event=confirmed)  # noqa: PLW2901
        world.entries.append(entry)
        world.watch.take(entry)
    replayed = world.replayed()

    assert (2, 2, ()) == (replayed.undeclared, replayed.declared_at, replayed.findings)
    assert ["duty_s3"] == world.codes(on_case(DECIDER, acts.APPROVAL))


def test_genesis_is_declared_once() -> None:
    world = World()
    first = world.watch.registry.genesis
    again = Speech(DIRECTOR, world.entries[0].event, REGISTRY)

    assert ["genesis_again"] == world.codes(again)
    world.forges(Speech(DIRECTOR, msgspec.structs.replace(again.event, origin="other"), REGISTRY))
    assert first == world.watch.registry.genesis


def test_an_administrator_is_one_only_once_a_second_custodian_confirms() -> None:
    world = World()
    grant = powers.RoleGranted(actor=NEW, office=COUNTY, place=COUNTY, role="sec_admin")
    asked = Speech(NEW, role(actor="520123001-u51"), REGISTRY, COUNTY)
    position = world.forges(Speech(DIRECTOR, grant, REGISTRY))

    assert ["power_missing"] == world.codes(asked)
    world.says(Speech(FINANCE_HEAD, powers.CustodianConfirmed(position=position), REGISTRY))
    assert [] == world.codes(asked)


def test_custodians_grant_administrators_only_and_these_everybody_else() -> None:
    world = World()
    admin = powers.RoleGranted(actor=NEW, office=COUNTY, place=COUNTY, role="sec_admin")

    assert ["power_role"] == world.codes(Speech(DIRECTOR, role(), REGISTRY))
    assert ["power_role"] == world.codes(by_security(admin))
    assert [] == world.codes(Speech(DIRECTOR, admin, REGISTRY))


def test_another_table_holds_once_it_is_confirmed_and_its_text_must_be_at_hand() -> None:
    world = World()
    position = world.forges(
        Speech(DIRECTOR, powers.PowersAdopted(powers="x", powers_hash="99" * 32), REGISTRY)
    )
    applied(world)
    world.says(Speech(FINANCE_HEAD, powers.CustodianConfirmed(position=position), REGISTRY))

    assert ["powers_text"] == world.codes(on_case(CLERK, ACCEPTED))
    world.tables["99" * 32] = TABLE
    assert [] == world.codes(on_case(CLERK, ACCEPTED))


# delegations --------------------------------------------------------------------------------------


def delegated(**fields: object) -> Speech:
    given = {
        "delegation": "d1",
        "from_office": COUNTY,
        "place": TOWN,
        "power": "approve",
        "to_office": TOWN,
        **fields,
    }
    return Speech(DECIDER, powers.DelegationGiven(**given), REGISTRY)  # type: ignore[arg-type]


def head_approves(world: World) -> Speech:
    """Another head than the reviewer, so that only the delegation is in question."""
    surveyed(world)
    world.says(by_security(role(name="township_head")), on_case(HEAD, acts.OPINION))
    return by_new(acts.APPROVAL)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, None),
        ({"limit_fen": 100_000}, None),
        ({"limit_fen": 99_999}, "power_amount"),
        ({"programme": "tekun"}, None),
        ({"programme": "dibao"}, "power_level"),
        ({"place": OTHER_TOWN}, "power_level"),
        ({"to_office": OTHER_TOWN}, "power_level"),
        ({"to_actor": NEW}, None),
        ({"to_actor": HEAD}, "power_level"),
        ({"power": "terminate"}, "power_level"),
    ],
)
def test_a_township_decides_only_what_was_delegated_to_it(
    fields: dict[str, object], code: str | None
) -> None:
    # C2
    world = World()
    speech = head_approves(world)

    assert ["power_level"] == world.codes(speech)
    world.says(delegated(**fields))
    assert ([] if code is None else [code]) == world.codes(speech)
    if code is None:
        assert Allowed(rule="approve by delegation d1") == world.answer(speech)
        ends = powers.DelegationEnded(delegation="d1", reason="over")
        world.says(Speech(DECIDER, ends, REGISTRY))
        assert ["power_level"] == world.codes(speech)


@pytest.mark.parametrize(
    ("speech", "codes"),
    [
        (delegated(), []),
        (delegated(power="open"), ["power_delegation"]),
        (delegated(power="none"), ["power_delegation"]),
        (delegated(from_office=OTHER_TOWN), ["power_delegation"]),
        (delegated()._replace(who=acts.REVIEWER), ["power_missing", "power_delegation"]),
    ],
)
def test_only_who_holds_a_delegable_power_at_home_hands_it_down(
    speech: Speech, codes: list[str]
) -> None:
    assert codes == World().codes(speech)


def test_nobody_hands_on_what_was_handed_to_them() -> None:
    world = World(parameters={"deciding_offices": ["township"]})

    assert ["power_delegation"] == world.codes(delegated())


def test_a_list_is_taken_down_where_it_was_put_up() -> None:
    world = World()
    world.says(Speech(acts.PUBLISHER, acts.LISTED, acts.BOARD))
    down = registry.ListWithdrawn(file=acts.FILE, withdrawn_on="2022-03-20")

    assert [] == world.codes(Speech(CLERK, down, acts.BOARD))
    assert ["power_place"] == world.codes(Speech(f"{OTHER_TOWN}-u1", down, acts.BOARD))


def test_who_was_discovered_in_one_township_may_apply_in_another() -> None:
    world = World()
    found = intake.NeedDiscovered(
        assessment="eligible", channel="patrol", informed=True, township=OTHER_TOWN,
        village=f"{OTHER_TOWN}201",
    )  # fmt: skip
    world.says(on_case(f"{OTHER_TOWN}-u1", found))

    assert ["power_place"] == world.codes(on_case(f"{OTHER_TOWN}-u1", acts.APPLICATION))
    applied(world)
