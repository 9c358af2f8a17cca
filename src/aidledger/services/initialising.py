"""Makes a new ledger with its secrets, and adopts the rules it is to be run under.

Nothing is created implicitly: what exists is refused, and a failure leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aidledger.domain.events.registry import LedgerOpened
from aidledger.domain.policy.errors import PackError
from aidledger.services.acts.adoption import adopt_calendars, adopt_packs, shipped
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.clock import RandomBytes, system_bytes
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.errors import LedgerExistsError, LedgerMissingError
from aidledger.store.opening import create
from aidledger.store.outcome import Outcome
from aidledger.store.secrets import create_secrets, is_url, secrets_path


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


def open_county(
    session: Session, *, county: str, packs: Sequence[str], actor: str, office: str, on: str
) -> Outcome:
    """Record the county, the policy packs and every calendar known, in one batch.

    A county that is open already adopts the packs and calendars only.

    Args:
        session: a ledger opened for writing.
        county: the county's code, such as ``520123``.
        packs: names of shipped packs, the most particular last.
        actor: who adopts them.
        office: for which office.
        on: the day of the adoption.

    Raises:
        ServiceError: no such pack.

    """
    try:
        adoptions, evidence = adopt_packs(packs, county=county, actor=actor, office=office, on=on)
    except PackError as error:
        raise ServiceError(
            str(error), hint="aidledger policy list lists them", exit_code=2
        ) from None
    calendars = adopt_calendars(county=county, actor=actor, office=office, on=on)
    registry = f"registry/{county}"
    by = Who(actor=actor, office=office, on=on)
    opened = by.says(registry, LedgerOpened(county=county, origin=session.store.origin))
    first = [] if session.version(registry) else [opened]
    # The same calendar twice is one calendar: only what the policy does not hold yet is adopted.
    known = {entry.event for entry in session.stream(f"policy/{county}")}
    wanted = [p for p in (*calendars, *adoptions) if p.event not in known]
    if not (first or wanted):
        raise ServiceError(
            f"county {county}: expected something new to adopt, found all of it adopted",
            exit_code=2,
        )
    cause = f"adopt:{county}:{'+'.join(packs)}:{on}"
    return record(session, [*first, *wanted], cause=cause, evidence=evidence)
