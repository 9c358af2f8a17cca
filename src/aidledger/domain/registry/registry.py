"""The registry: who had which role, key, delegation, relative and superior at a position of the log.

Everything holds by position, never by clock: from the entry after the one that gives it up to and
including the one that ends it. Nothing can be given backwards, since nothing here asks for a day.
Only a key may be revoked from an earlier position on: what it signed there is then in doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, TypeVar

from aidledger.domain.events import powers as events
from aidledger.domain.events.base import Event

FOREVER: Final = 2**63
_LEVELS: Final = (2, 4, 6, 9, 12)
"""Digits of a place: province, city, county, township, village (GB/T 2260 and GB/T 10114)."""
T = TypeVar("T")
Book = MappingProxyType[str, tuple[T, ...]]


def covers(place: str, inner: str) -> bool:
    """Whether a place is another or contains it: a township's code begins with its county's."""
    if place == inner:
        return True
    levels = len(place) in _LEVELS and len(inner) in _LEVELS
    return levels and place.isdigit() and inner.isdigit() and inner.startswith(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where something holds: after the position ``given``, up to and including ``ended``."""

    given: int
    ended: int = FOREVER

    def holds(self, position: int) -> bool:
        """Whether it holds for the entry at a position."""
        return self.given < position <= self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role at an office for a place; no programme means every programme."""

    role: str
    office: str
    place: str
    programme: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A power that one office lets another exercise."""

    id: str
    power: str
    from_office: str
    to_office: str
    to_actor: str | None
    place: str
    programme: str | None
    limit_fen: int | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A registered key and the span in which it speaks for its owner."""

    id: str
    owner: str
    public_key: str
    algorithm: str
    assurance: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An office as registered."""

    kind: str
    place: str
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """A declared relative: an officer, a person's token, or both."""

    degree: str
    actor: str
    person: str
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A text that holds from an entry on: a person's token, a superior, the hash of a table."""

    value: str
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a custodian recorded and others have still to confirm."""

    actor: str
    event: Event
    confirmed_by: tuple[str, ...] = ()


def _empty() -> Book[Any]:
    return MappingProxyType({})


def _kept(
    answer: Callable[[Registry, str, int], T],
) -> Callable[[Registry, str, int], T]:
    """Keep what was answered about a name: behind the last change it is the same at every position."""

    @wraps(answer)
    def asked(self: Registry, name: str, position: int) -> T:
        answers = self.kept(answer.__name__, position)
        if name not in answers:
            answers[name] = answer(self, name, position)
        found: T = answers[name]
        return found

    return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What the registry's entries say so far; asked for a position, it answers for that position."""

    genesis: events.GenesisDeclared | None = None
    genesis_at: int = FOREVER
    tables: tuple[Named, ...] = ()
    offices: Book[Office] = field(default_factory=_empty)
    grants: Book[Grant] = field(default_factory=_empty)
    delegations: Book[Delegation] = field(default_factory=_empty)
    keys: Book[KeyRecord] = field(default_factory=_empty)
    persons: Book[Named] = field(default_factory=_empty)
    actors: Book[Named] = field(default_factory=_empty)
    kinships: Book[Kinship] = field(default_factory=_empty)
    superiors: Book[Named] = field(default_factory=_empty)
    pending: MappingProxyType[int, Pending] = field(default_factory=lambda: MappingProxyType({}))
    changed_at: int = -1
    """The last position that gave or ended anything here."""
    answers: dict[str, dict[Any, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was answered so far for the positions behind it; every change begins with none."""

    def kept(self, question: str, position: int) -> dict[Any, Any]:
        """Return the answers to a question that hold behind the last change; before it, none are kept."""
        return self.answers.setdefault(question, {}) if position > self.changed_at else {}

    # genesis -------------------------------------------------------------------------------------

    def declared(self, position: int) -> bool:
        """Whether powers are declared for the entry at a position."""
        return self.genesis_at < position

    def table_hash(self, position: int) -> str:
        """Return the hash of the table of powers that holds; empty where none is declared."""
        return _newest(self.tables, position)

    def custodian(self, actor: str, position: int) -> events.Custodian | None:
        """Return the custodian that an actor is."""
        if self.genesis is None or not self.declared(position):
            return None
        return next((one for one in self.genesis.custodians if one.actor == actor), None)

    # offices and roles ---------------------------------------------------------------------------

    @_kept
    def office(self, code: str, position: int) -> Office | None:
        """Return an office as registered last before a position."""
        found = [one for one in self.offices.get(code, ()) if one.given < position]
        return found[-1] if found else None

    @_kept
    def roles(self, actor: str, position: int) -> tuple[Grant, ...]:
        """Return every grant that an actor has at a position."""
        return tuple(one for one in self.grants.get(actor, ()) if one.span.holds(position))

    def roles_at(
        self, actor: str, position: int, *, place: str, programme: str = ""
    ) -> tuple[Grant, ...]:
        """Return the grants of an actor that reach a place and a programme (empty: any)."""
        return tuple(
            one
            for one in self.roles(actor, position)
            if covers(one.place, place) and fits(one.programme, programme)
        )

    def delegated(self, power: str, to_office: str, position: int) -> tuple[Delegation, ...]:
        """Return the delegations of a power to an office."""
        return tuple(
            one
            for one in self.delegations.get(to_office, ())
            if one.power == power and one.span.holds(position)
        )

    # persons -------------------------------------------------------------------------------------

    @_kept
    def person(self, actor: str, position: int) -> str:
        """Return the token of the person that an actor is, or the actor where nobody knows."""
        return _newest(self.persons.get(actor, ()), position) or actor

    def same_person(self, one: str, other: str, position: int) -> bool:
        """Whether two actors are one person as far as is known."""
        return one == other or self.person(one, position) == self.person(other, position)

    @_kept
    def aliases(self, actor: str, position: int) -> tuple[str, ...]:
        """Return all actors that are the same person, the actor among them, sorted."""
        token = self.person(actor, position)
        named = {one.value for one in self.actors.get(token, ()) if one.given < position}
        same = {name for name in named if self.person(name, position) == token}
        return tuple(sorted(same | {actor}))

    def kin(self, one: str, other: str, position: int, degrees: tuple[str, ...]) -> str:
        """Return the degree in which two are related, empty where none is declared.

        Either may be an actor or a person's token; a declaration of one side counts for both.
        """
        if not self.kinships:
            return ""
        return self._declared_kin(one, other, position, degrees) or self._declared_kin(
            other, one, position, degrees
        )

    def _declared_kin(self, one: str, other: str, position: int, degrees: tuple[str, ...]) -> str:
        """Return what the first, under any of its names, has declared of the second."""
        names = {other, self.person(other, position)}
        for alias in self.aliases(one, position):
            for kinship in self.kinships.get(alias, ()):
                if kinship.given >= position or kinship.degree not in degrees:
                    continue
                relative = {kinship.person, kinship.actor}
                if kinship.actor:
                    relative.add(self.person(kinship.actor, position))
                if (relative - {""}) & names:
                    return kinship.degree
        return ""

    def under(self, actor: str, superior: str, position: int) -> bool:
        """Whether an actor reports to another, directly or along the line."""
        seen: set[str] = set()
        while actor and actor not in seen:
            seen.add(actor)
            actor = _newest(self.superiors.get(actor, ()), position)
            if actor and self.same_person(actor, superior, position):
                return True
        return False

    # keys ----------------------------------------------------------------------------------------

    def key(self, key_id: str) -> KeyRecord | None:
        """Return a key by its id, in force or not."""
        found = self.keys.get(key_id, ())
        return found[0] if found else None


def fits(mine: str | None, asked: str) -> bool:
    """Whether a grant's programme (nothing: every one) reaches the one of an act (empty: unknown)."""
    return mine is None or not asked or mine == asked


def _newest(named: tuple[Named, ...], position: int) -> str:
    """Return what was named last before a position."""
    found = ""
    for one in named:
        if one.given < position:
            found = one.value
    return found
