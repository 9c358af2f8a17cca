"""Makes a new ledger with its secrets, and adopts the rules it is to be run under.

Nothing is created implicitly: what exists is refused, and a failure leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.calendar import YearTable
from aidledger.domain.events.registry import LedgerOpened, PackAdopted
from aidledger.domain.policy.adopting import calendar_adopted
from aidledger.said import Said
from aidledger.services.acts.adoption import (
    is_file,
    packs_adopted,
    resolve_shipped,
    shipped,
    shipped_tables,
)
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.clock import RandomBytes, system_bytes
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.trying import Trial, Tried, problems_of, try_files
from aidledger.services.ladder.remains import reaches
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.errors import LedgerExistsError, LedgerMissingError
from aidledger.store.opening import create
from aidledger.store.outcome import Outcome
from aidledger.store.secrets import create_secrets, is_url, secrets_path

_LONGEST_NAME: Final = 80
"""A request's name has up to 128 characters; county and day take the rest."""
_HASH_NAMED: Final = 16


def create_ledger(location: str, *, origin: str, random_bytes: RandomBytes = system_bytes) -> None:
    """Make an empty ledger and its file of secrets where there is neither.

    The secrets are made first: without them a ledger can record nothing personal, while secrets
    without a ledger have sealed nothing and are taken away again.

    Args:
        location: a file path or a ``postgresql://`` address.
        origin: the name of the log in its checkpoints.
        random_bytes: where the secrets come from.

    Raises:
        StoreError: something is there already, or it cannot be made.

    """
    if not is_url(location):
        _check_place(Path(location))
    left = next(iter(reaches(location, origin)), None)
    if left is not None:  # it would tell of a longer log than this one's
        raise LedgerExistsError(
            f"{left.path}: a file of another ledger is here",
            hint="there was a ledger at this location: bring it back, or use another location",
        )
    place = secrets_path(location)
    create_secrets(place, random_bytes)
    made = False
    try:
        create(location, origin=origin).close()
        made = True
    finally:
        if not made:
            place.unlink(missing_ok=True)


def _check_place(path: Path) -> None:
    """Refuse a place where something is, or whose directory is not there."""
    if path.exists() or path.is_symlink():
        raise LedgerExistsError(f"{path}: there is something already", hint="use another location")
    if not path.parent.is_dir():
        raise LedgerMissingError(f"{path.parent}: no such directory", hint="make the directory")


def shipped_packs() -> list[str]:
    """Return the names of the policy packs that come with the program."""
    return sorted(shipped("packs"))


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an adoption; ``tried`` are files of one's own, ``notices`` what to know of the rest."""

    outcome: Outcome
    tried: tuple[Trial, ...] = ()
    notices: tuple[Said, ...] = ()


def open_county(
    session: Session, *, county: str, packs: Sequence[str], actor: str, office: str, on: str
) -> Adopted:
    """Record the county, policy packs, and calendars: every shipped one known, and files of one's own.

    A county that is open already adopts the packs and calendars only.

    Args:
        session: a ledger opened for writing.
        county: the county's code, such as ``520123``.
        packs: names of shipped packs and files of one's own, the most particular last.
        actor: who adopts them.
        office: for which office.
        on: the day of the adoption.

    Raises:
        OSError: a file can't be read.
        RefusedError: a pack or a calendar can't be used, or an example doesn't hold; nothing was recorded.
        ServiceError: no such pack; nothing that is new; or a text that the ledger lost.

    """
    paths = [Path(name) for name in packs if is_file(name)]
    names = [name for name in dict.fromkeys(packs) if not is_file(name)]
    resolve_shipped(names)
    size = session.refresh()  # what is adopted beside must still be so when this is recorded
    book = session.policy()
    tried = try_files(paths, names=names, book=book, county=county, on=on)
    if not all(trial.held for trial in tried.trials):
        raise RefusedError([problem for trial in tried.trials for problem in problems_of(trial)])
    by = Who(actor=actor, office=office, on=on)
    own = [one.table for one in tried.trials if one.table is not None]
    calendars, notices = _calendars(book, own, on)
    adoptions, evidence = packs_adopted(
        [one.pack for one in tried.trials if one.pack is not None], tried.texts, by, county
    )
    registry = f"registry/{county}"
    opened = by.says(registry, LedgerOpened(county=county, origin=session.store.origin))
    first = [] if session.states.version(registry) else [opened]
    # The same text twice is adopted once; one that was replaced may be adopted anew.
    newest = {one.position for one in book.newest().values()}
    known = {
        entry.event
        for entry in session.stream(f"policy/{county}")
        if entry.position in newest or not isinstance(entry.event, PackAdopted)
    }
    wanted = [
        *(by.says(f"policy/{county}", calendar_adopted(table)) for table in calendars),
        *adoptions,
    ]
    new = [one for one in wanted if one.event not in known]
    if not (first or new):
        raise ServiceError(
            f"county {county}: expected something new to adopt, found all of it adopted",
            exit_code=2,
        )
    notices += [
        Said(
            f"{one.event.pack}：已采用过，不再记录", f"{one.event.pack}: adopted already, not again"
        )
        for one in adoptions
        if one.event in known and isinstance(one.event, PackAdopted)
    ]
    said = "+".join([*names, *(_name_of(one, tried) for one in tried.trials[len(names) :])])
    if len(said) > _LONGEST_NAME:
        said = hashlib.sha256(said.encode()).hexdigest()
    cause = f"adopt:{county}:{said}:{on}:{size}"
    outcome = record(session, [*first, *new], cause=cause, evidence=evidence, only_at=size)
    return Adopted(outcome=outcome, tried=tried.trials[len(names) :], notices=tuple(notices))


def _name_of(one: Trial, tried: Tried) -> str:
    """Return what names a file in a request: its id, and what it says by its hash."""
    text = tried.texts.get(one.name, b"")
    digest = one.table.hash if one.table is not None else hashlib.sha256(text).hexdigest()
    return f"{one.name}@{digest[:_HASH_NAMED]}"


def _calendars(
    book: PolicyBook, own: Sequence[YearTable], on: str
) -> tuple[list[YearTable], list[Said]]:
    """Return the shipped calendars known by a day and those of one's own, and what to say of them.

    What a county adopted itself stays: a shipped calendar of the same notice with other days goes not
    in its place unasked.
    """
    held = {(table.year, table.known_since): table for _, table in book.calendars()}
    taken, told = [], []
    for table in shipped_tables():
        there = held.get((table.year, table.known_since))
        if table.known_since.isoformat() > on or (there and there.hash == table.hash):
            continue
        if there is None:
            taken.append(table)
        elif (there.off_days, there.work_days) != (table.off_days, table.work_days):
            differing = sorted(
                (there.off_days ^ table.off_days) | (there.work_days ^ table.work_days)
            )
            days = "、".join(map(str, differing)), ", ".join(map(str, differing))
            told.append(
                Said(
                    f"{table.year} 年日历与随程序提供的不同（{days[0]}），仍按已采用的",
                    f"the calendar of {table.year} is not the one that is shipped ({days[1]}): "
                    "what was adopted stays",
                )
            )
    return [*taken, *own], told
