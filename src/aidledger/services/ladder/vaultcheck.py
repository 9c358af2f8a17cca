"""The rung of sealed values: each commitment of an entry opens to what was committed to, or was erased.

The vault lies outside the log, so no hash of the log tells that a personal value was changed there or
is gone. With the secrets at hand each is opened. Gone by right is a value of a person of whom a later
entry says that the key was destroyed; any other that is not there was lost. And what such an entry says
is destroyed must not open any more: a copy of the vault that is put back brings it back too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec

from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.registry import PersonErased
from aidledger.domain.recorded import Recorded
from aidledger.ledger.finding import Finding
from aidledger.ledger.forms import is_hash
from aidledger.ledger.verify import Rung
from aidledger.services.acts.proposals import TOKENS
from aidledger.services.acts.sealing import PERSON_FIELDS
from aidledger.services.decoding import recorded_all, recorded_many
from aidledger.services.session import Session
from aidledger.store.draft import VaultRow
from aidledger.store.port import HostileRow
from aidledger.store.vault import every_commitment

VALUES: Final = "values"
NO_SECRETS: Final = "the ledger's secrets are not at hand"
BARRED: Final = "this login may not read the vault"
OTHER_SECRETS: Final = "no sealed value opens with these secrets: they may be another ledger's"

_TOGETHER: Final = 1_000
_MARKS: Final = (b'"sealed":{"', b'{"$type":"PersonErased",')
"""One of these stands in each record that seals something, or erases somebody."""


def check_vault(
    session: Session,
    *,
    start: int = 0,
    stop: int | None = None,
    ours: bool = False,
    seen: Callable[[VaultRow], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[Finding], Rung]:
    """Open every sealed value that entries commit to; return what is wrong, and the rung.

    Args:
        session: an opened ledger with its secrets.
        start: the first entry whose values are opened.
        stop: the entry before which this ends; default: all.
        ours: whether the secrets are known to be this ledger's; else, where no value opens, they may be
            another's.
        seen: told of each row of the vault that was opened, or didn't open.
        progress: told up to which position values were opened.

    """
    vault = session.vault
    if vault is None:
        why = BARRED if session.barred else NO_SECRETS
        return [], Rung(name=VALUES, status="not_made", why=why)
    findings, missing = list[Finding](), list[tuple[Recorded, str]]()
    # read before any row of the vault: what such an entry destroys goes in its own transaction
    destroyed = _erasures(recorded_all(session.store.read_types(["PersonErased"])))
    elsewhere = _streams_of(session, destroyed)
    erased, opened, claimed = dict[str, int](), 0, set[str]()
    rows = _marked(session.store.read(start, stop))
    while page := list(islice(rows, _TOGETHER)):
        entries = recorded_many(page)
        erased |= _erasures(entries)
        sealed = [v for one in entries for v in one.sealed.values()]
        claimed.update(sealed)
        held = session.store.vault_rows(sealed)
        for entry in entries:
            for field, commitment in entry.sealed.items():
                row = held.get(commitment)
                if row is None:
                    missing.append((entry, field))
                    continue
                if seen is not None:
                    seen(row)
                if vault.opens(row):
                    opened += 1
                    persons = {row.person}
                    if entry.stream in elsewhere:
                        persons |= _owners_but(session, entry, row.person)
                    gone = max(destroyed.get(one, -1) for one in persons)
                    if gone > entry.position:
                        findings.append(_returned(entry, field, gone))
                else:
                    findings.append(_finding("sealed_altered", entry, field, "another value"))
        if progress is not None and entries:
            progress(entries[-1].position + 1)
    if findings and not opened and not ours:
        return [], Rung(name=VALUES, status="not_made", why=OTHER_SECRETS)
    findings += [
        _finding("sealed_missing", entry, field, "no value, and no entry of an erasure")
        for entry, field in missing
        if not _was_erased(session, entry, erased)
    ]
    if not start:
        findings += _unclaimed(session, claimed, stop)
    return findings, Rung(name=VALUES, status="damaged" if findings else "ok")


def _marked(rows: Iterable[HostileRow]) -> Iterator[HostileRow]:
    """Yield the rows that may seal or erase; what has no record is told of by the rungs below."""
    for row in rows:
        record = row[5]
        if isinstance(record, bytes) and any(mark in record for mark in _MARKS):
            yield row


def _erasures(entries: Iterable[Recorded]) -> dict[str, int]:
    """Return at which position each person was erased last."""
    return {one.event.person: one.position for one in entries if type(one.event) is PersonErased}


def _was_erased(session: Session, entry: Recorded, erased: dict[str, int]) -> bool:
    """Whether a later entry says that the key under which this entry's values lay was destroyed."""
    return any(erased.get(person, -1) > entry.position for person in _owners(session, entry))


def _owners(session: Session, entry: Recorded) -> Iterator[str]:
    """Yield whose key may have sealed an entry's values: of the act's person, or of the applicant."""
    if not entry.stream.startswith("case/"):
        yield from _named(entry)
        return
    for one in session.stream(entry.stream):
        if isinstance(one.event, ApplicationSubmitted) or one.recorded_at == entry.recorded_at:
            # what follows from an act lies under the key of the act's person
            yield from _named(one)
    yield session.states.case(entry.stream).applicant


def _named(entry: Recorded) -> Iterator[str]:
    field, _ = TOKENS.get(type(entry.event).__name__, ("", ""))
    if field in PERSON_FIELDS:
        yield str(getattr(entry.event, field))


def _streams_of(session: Session, destroyed: dict[str, int]) -> set[str]:
    """Return the streams that may hold values of somebody who was erased."""
    if not destroyed:
        return set()
    named = recorded_all(session.store.read_types([*TOKENS]))
    return {one.stream for one in named if not destroyed.keys().isdisjoint(_named(one))}


def _owners_but(session: Session, entry: Recorded, person: str) -> set[str]:
    """Return whose key may have sealed an entry's values, where a person's is none of them."""
    owners = {*_owners(session, entry)}
    return set() if person in owners else owners


def _unclaimed(session: Session, claimed: set[str], stop: int | None) -> Iterator[Finding]:
    """Find values that no entry committed to: what was recorded meanwhile brought its entry along."""
    found = [one for one in every_commitment(session.store) if one not in claimed]
    if found:
        rows = recorded_many([*_marked(session.store.read(stop or 0))])
        claimed = {v for one in rows for v in one.sealed.values()}
    for one in found:
        if one not in claimed:
            yield Finding(
                code="sealed_unclaimed",
                field="vault",
                expected="values that an entry committed to",
                # whoever wrote the row may have put a name in place of a hash
                found=one
                if isinstance(one, str) and is_hash(one)
                else "a row that has no commitment",
            )


def _returned(entry: Recorded, field: str, erased_at: int) -> Finding:
    expected = f"no value since position {erased_at}, which says that it was destroyed"
    found = _finding("sealed_returned", entry, field, "the value that was committed to")
    return msgspec.structs.replace(found, expected=expected)


def _finding(code: str, entry: Recorded, field: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=entry.position,
        stream=entry.stream,
        field=f"sealed.{field}",
        expected="the value that was committed to",
        found=found,
    )
