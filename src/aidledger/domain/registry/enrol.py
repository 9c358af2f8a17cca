"""The fold of the registry: one entry more, and who may act from the next position on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from aidledger.domain.events import powers as events
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.registry import OfficeRegistered
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.registry import (
    Book,
    Delegation,
    Grant,
    KeyRecord,
    Kinship,
    Named,
    Office,
    Pending,
    Registry,
    Span,
)

T = TypeVar("T")
ENROLLED: Final = (
    "OfficeRegistered",
    "GenesisDeclared",
    "PowersAdopted",
    "CustodianConfirmed",
    "KeyRegistered",
    "KeyRevoked",
    "RoleGranted",
    "RoleEnded",
    "DelegationGiven",
    "DelegationEnded",
    "ActorIdentified",
    "KinshipDeclared",
    "SuperiorNamed",
)
"""The types of entries that change the registry; all others leave it as it is."""


def enrol(registry: Registry, entry: Recorded) -> Registry:
    """Return the registry after one more entry; entries of other kinds change nothing.

    The caller has asked ``authorise`` first: whatever is enrolled confers power.
    """
    if wire_name(entry.event) not in ENROLLED:
        return registry
    changed = _enrolled(registry, entry)
    if changed is registry:
        return registry
    return replace(changed, changed_at=max(registry.changed_at, entry.position))


def _enrolled(registry: Registry, entry: Recorded) -> Registry:
    """Return the registry with what an entry gives or ends, or the same one where it changes nothing."""
    at, event = entry.position, entry.event
    match event:
        case events.GenesisDeclared() if registry.genesis is None:
            tables = (Named(value=event.powers_hash, given=at),)
            return replace(registry, genesis=event, genesis_at=at, tables=tables)
        case events.CustodianConfirmed():
            return _confirmed(registry, event.position, entry.actor, at)
        case events.RoleGranted() | events.PowersAdopted() if _needs_confirmation(registry, entry):
            waiting = Pending(actor=entry.actor, event=event)
            return replace(registry, pending=MappingProxyType({**registry.pending, at: waiting}))
        case _:
            return _in_force(registry, event, at)


def _needs_confirmation(registry: Registry, entry: Recorded) -> bool:
    """Whether an entry holds only once other custodians stand by it."""
    genesis = registry.genesis
    return (
        genesis is not None
        and genesis.custodians_needed > 1
        and registry.custodian(entry.actor, entry.position) is not None
    )


def _confirmed(registry: Registry, position: int, by: str, at: int) -> Registry:
    """Return the registry with one more confirmation; with enough of them it comes into force."""
    waiting, genesis = registry.pending.get(position), registry.genesis
    if waiting is None or genesis is None or registry.custodian(by, at) is None:
        return registry
    if by == waiting.actor or by in waiting.confirmed_by:
        return registry
    confirmed = replace(waiting, confirmed_by=(*waiting.confirmed_by, by))
    pending = {**registry.pending, position: confirmed}
    if 1 + len(confirmed.confirmed_by) < genesis.custodians_needed:
        return replace(registry, pending=MappingProxyType(pending))
    del pending[position]
    return _in_force(replace(registry, pending=MappingProxyType(pending)), waiting.event, at)


def _in_force(registry: Registry, event: Event, at: int) -> Registry:
    """Return the registry with an event in force after a position."""
    match event:
        case OfficeRegistered():
            office = Office(kind=event.kind, place=event.place, given=at)
            return replace(registry, offices=_added(registry.offices, event.office, office))
        case events.PowersAdopted():
            return replace(
                registry, tables=(*registry.tables, Named(value=event.powers_hash, given=at))
            )
        case events.RoleGranted():
            grant = Grant(
                role=event.role,
                office=event.office,
                place=event.place,
                programme=event.programme,
                span=Span(given=at),
            )
            return replace(registry, grants=_added(registry.grants, event.actor, grant))
        case events.RoleEnded():
            return replace(registry, grants=_role_ended(registry.grants, event, at))
        case events.DelegationGiven() | events.DelegationEnded():
            return replace(registry, delegations=_delegations(registry.delegations, event, at))
        case events.KeyRegistered() | events.KeyRevoked():
            return replace(registry, keys=_keys(registry.keys, event, at))
        case events.ActorIdentified():
            if event.person == UNKNOWN_PERSON:
                return registry  # by entries of before several may be nobody, and are not one
            return replace(
                registry,
                persons=_added(registry.persons, event.actor, Named(value=event.person, given=at)),
                actors=_added(registry.actors, event.person, Named(value=event.actor, given=at)),
            )
        case events.KinshipDeclared():
            kinship = Kinship(
                degree=event.degree,
                actor=event.kin_actor or "",
                person=event.person or "",
                given=at,
            )
            return replace(registry, kinships=_added(registry.kinships, event.actor, kinship))
        case events.SuperiorNamed():
            named = Named(value=event.superior or "", given=at)
            return replace(registry, superiors=_added(registry.superiors, event.actor, named))
        case _:
            return registry


def _added(book: Book[T], name: str, value: T) -> Book[T]:
    """Return a book with one more value under a name."""
    return MappingProxyType({**book, name: (*book.get(name, ()), value)})


def _role_ended(book: Book[Grant], event: events.RoleEnded, at: int) -> Book[Grant]:
    """Return the grants with those that the event describes ended."""
    wanted = (event.role, event.office, event.place, event.programme)
    return MappingProxyType(
        {
            **book,
            event.actor: tuple(
                replace(one, span=Span(given=one.span.given, ended=min(one.span.ended, at)))
                if (one.role, one.office, one.place, one.programme) == wanted
                else one
                for one in book.get(event.actor, ())
            ),
        }
    )


def _delegations(
    book: Book[Delegation], event: events.DelegationGiven | events.DelegationEnded, at: int
) -> Book[Delegation]:
    """Return the delegations with one more, or with one ended."""
    if isinstance(event, events.DelegationGiven):
        given = Delegation(
            id=event.delegation,
            power=event.power,
            from_office=event.from_office,
            to_office=event.to_office,
            to_actor=event.to_actor,
            place=event.place,
            programme=event.programme,
            limit_fen=event.limit_fen,
            span=Span(given=at),
        )
        return _added(book, event.to_office, given)
    return MappingProxyType(
        {
            office: tuple(
                replace(one, span=Span(given=one.span.given, ended=min(one.span.ended, at)))
                if one.id == event.delegation
                else one
                for one in given_to
            )
            for office, given_to in book.items()
        }
    )


def _keys(
    book: Book[KeyRecord], event: events.KeyRegistered | events.KeyRevoked, at: int
) -> Book[KeyRecord]:
    """Return the keys with one more, or with one revoked; an id names one key for ever."""
    known = book.get(event.key, ())
    if isinstance(event, events.KeyRegistered):
        if known:
            return book
        record = KeyRecord(
            id=event.key,
            owner=event.owner,
            public_key=event.public_key,
            algorithm=event.algorithm,
            assurance=event.assurance,
            span=Span(given=at),
        )
        return _added(book, event.key, record)
    return MappingProxyType(
        {
            **book,
            event.key: tuple(
                replace(
                    one,
                    span=Span(
                        given=one.span.given, ended=min(one.span.ended, event.from_position - 1)
                    ),
                )
                for one in known
            ),
        }
    )
