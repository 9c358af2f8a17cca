"""Whatever the registry is told: what comes later changes nothing before it, and kinship is mutual."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.registry.acts import REGISTRY
from tests.domain.registry.test_registry import ended, role

from aidledger.domain.events import powers
from aidledger.domain.events.base import Event
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.enrol import enrol
from aidledger.domain.registry.registry import FOREVER, Registry

ACTORS = st.sampled_from(["a", "b", "c"])
TOKEN = st.sampled_from(["p" + "1" * 32, "p" + "2" * 32])
GIVEN = st.one_of(
    st.builds(role, ACTORS, st.sampled_from(["township_intake", "township_head"])),
    st.builds(role, ACTORS).map(ended),
    st.builds(powers.ActorIdentified, actor=ACTORS, person=TOKEN),
    st.builds(
        powers.KinshipDeclared,
        actor=ACTORS,
        degree=st.sampled_from(["spouse", "lineal"]),
        kin_actor=st.none() | ACTORS,
        person=st.none() | TOKEN,
    ),
    st.builds(powers.SuperiorNamed, actor=ACTORS, superior=st.none() | ACTORS),
    st.builds(
        powers.KeyRegistered,
        algorithm=st.just("ed25519"),
        assurance=st.just("file"),
        key=ACTORS,
        owner=ACTORS,
        public_key=st.just("11" * 32),
        registrar=st.just("r"),
    ),
)


def entry(position: int, event: Event) -> Recorded:
    return Recorded(
        actor="s", effective_on="2022-03-01", event=event, office="o", position=position,
        recorded_at="2022-03-01T00:00:00.000000Z", sealed={}, stream=REGISTRY, version=1,
    )  # fmt: skip


def seen(registry: Registry, position: int) -> object:
    """Everything that a registry answers for a position."""
    names = ("a", "b", "c")
    return (
        [[(g.role, g.place) for g in registry.roles(one, position)] for one in names],
        [[registry.same_person(a, b, position) for a in names] for b in names],
        [[registry.kin(a, b, position, ("spouse", "lineal")) for a in names] for b in names],
        [[registry.under(a, b, position) for a in names] for b in names],
        [k is not None and k.span.holds(position) for k in map(registry.key, names)],
    )


@given(st.lists(GIVEN, max_size=12), st.integers(0, 12))
def test_what_comes_later_changes_nothing_before_it(found: list[Event], cut: int) -> None:
    """No grant acts backwards: a registry cut at a position answers for it as the whole one does."""
    whole = part = Registry()
    for position, event in enumerate(found):
        whole = enrol(whole, entry(position, event))
        if position < cut:
            part = enrol(part, entry(position, event))

    assert seen(part, cut) == seen(whole, cut)


@given(st.lists(GIVEN, max_size=12), st.integers(0, 3))
def test_an_answer_that_is_kept_is_the_one_that_is_found_anew(
    found: list[Event], further: int
) -> None:
    registry = Registry()
    for position, event in enumerate(found):
        registry = enrol(registry, entry(position, event))
        seen(registry, position + 1)  # answers are kept
        at = position + 1 + further

        assert seen(replace(registry, changed_at=FOREVER), at) == seen(registry, at)
    assert not found or registry.answers, "nothing was kept"


@given(st.lists(GIVEN, max_size=12))
def test_kinship_and_persons_are_mutual(found: list[Event]) -> None:
    registry = Registry()
    for position, event in enumerate(found):
        registry = enrol(registry, entry(position, event))
    now, degrees = len(found), ("spouse", "lineal")
    for one in "abc":
        for other in "abc":
            related = bool(registry.kin(one, other, now, degrees))
            same = registry.same_person(one, other, now)

            assert related == bool(registry.kin(other, one, now, degrees))
            assert same == registry.same_person(other, one, now)
            assert same == (one in registry.aliases(other, now))


def test_officers_whom_entries_of_before_identify_as_nobody_are_two() -> None:
    """Refused today; what was recorded then makes strangers no single person."""
    registry = Registry()
    for position, actor in enumerate(("u7", "u8")):
        event = powers.ActorIdentified(actor=actor, person=UNKNOWN_PERSON)
        registry = enrol(registry, entry(position, event))

    assert not registry.same_person("u7", "u8", 9)
    assert ("u7",) == registry.aliases("u7", 9)
