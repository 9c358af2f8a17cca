"""How old is what the ledger holds, and what stands on it: entries, checkpoint, generation, sources.

What stands on the entries is as old as the first entry that it does not cover yet: where it covers
all of them it is fresh, however long ago it was made.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.acceptance import accepted
from aidledger.ledger.proventime import LAST_SECOND
from aidledger.ledger.trust import Policy
from aidledger.replay.generations import Generations
from aidledger.services.checkpoints.checkpointing import kept_notes
from aidledger.services.clock import DRIFT_S, utc_text
from aidledger.services.generations.rebuilding import (
    BOOKKEEPING,
    generations_folder,
    reached,
    size_of_others,
)
from aidledger.services.nightly.runs import history, runs_folder
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.completeness import seals
from aidledger.services.session import Session

BUILT_IN: Final = ("entry", "generation", "index", "checkpoint", "cosignature", "run")
_USAGE: Final = 2
_UNITS: Final = {"m": 60, "h": 3_600, "d": 86_400}
_duration_form = re.compile(r"([0-9]{1,6})([mhd])").fullmatch

Age = Literal["ok", "warn", "error", "never", "unreadable"]
"""``unreadable``: what the database says of the time is none; never fresh, and `verify` tells of it."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """From how many seconds on an age is a warning, and stale; 0: never. `types` name a source."""

    warn_after_s: int = 0
    error_after_s: int = 0
    types: tuple[str, ...] = ()


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """How old one thing is; `at` and `age_s` are None where there is none, or it can't be read."""

    source: str
    at: str | None
    age_s: int | None
    status: Age
    warn_after_s: int = 0
    error_after_s: int = 0


def duration_s(text: str) -> int:
    """Return the seconds of ``30m``, ``36h`` or ``5d``. Raises ServiceError."""
    found = _duration_form(text)
    if found is None:
        raise ServiceError(f"{text}: expected a time such as 30m, 36h or 5d", exit_code=_USAGE)
    return int(found[1]) * _UNITS[found[2]]


def read_limits(path: Path) -> dict[str, Limit]:
    """Read limits from a TOML file: a table a source, with warn_after, error_after, types.

    Raises:
        ServiceError: the file is not in this form, or a source is not known and names no types.
        OSError: it cannot be read.

    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServiceError(f"{path}: {error}", exit_code=_USAGE) from None
    return {name: _limit(f"{path}: {name}", name, table) for name, table in tables.items()}


def _limit(where: str, name: str, table: Any) -> Limit:
    known = {"warn_after", "error_after", "types"}
    if not isinstance(table, dict) or set(table) - known:
        raise ServiceError(f"{where}: expected {', '.join(sorted(known))}", exit_code=_USAGE)
    types = table.get("types", [])
    if not isinstance(types, list) or any(one not in EVENTS for one in types):
        raise ServiceError(f"{where}: expected types of events", exit_code=_USAGE)
    if not types and name not in BUILT_IN:
        raise ServiceError(
            f"{where}: expected types, or one of {', '.join(BUILT_IN)}", exit_code=_USAGE
        )
    return Limit(
        warn_after_s=_seconds(table.get("warn_after")),
        error_after_s=_seconds(table.get("error_after")),
        types=tuple(types),
    )


def _seconds(text: Any) -> int:
    return 0 if text is None else duration_s(str(text))


def freshness(
    session: Session,
    location: str,
    *,
    limits: Mapping[str, Limit],
    folder: Path | None = None,
    policy: Policy | None = None,
) -> tuple[Freshness, ...]:
    """Say how old everything is, against the limits that were given.

    Args:
        session: an opened ledger, with the clock that says what time it is.
        location: where it lies, for its generations and its runs.
        limits: by source; those that name event types are further sources.
        folder: where reports go; default: beside the ledger.
        policy: whose cosignatures count; without one there is no source `cosignature`.

    """
    store, now = session.store, session.clock.now()
    size, others = store.head().size, size_of_others(store)
    keys = [log.key for log in policy.logs] if policy is not None else []
    noted = kept_notes(store, keys) if keys else []
    signed = max(
        (int(row[0]) for row in store.read_checkpoints() if type(row[0]) is int), default=0
    )
    current = Generations(generations_folder(location)).current()
    sealed = [seal.size for _, seal in seals(store)]
    good = [run for run in history(folder or runs_folder(location)) if run.exit_code == 0]
    times: dict[str, str | None] = {
        "entry": _time_at(session, size - 1),
        "generation": _first_uncovered(session, reached(store, current), others, now),
        "index": _first_uncovered(session, max(sealed, default=0), others, now),
        "checkpoint": _first_uncovered(session, min(signed, size), size, now),
        "run": good[-1].finished_at if good else None,
    }
    if policy is not None:
        stamps = [one.timestamp for kept in noted for one in accepted(kept.note, policy).cosigners]
        # a witness that counts in milliseconds tells no time
        newest = max((one for one in stamps if one <= LAST_SECOND), default=0)
        times["cosignature"] = utc_text(datetime.fromtimestamp(newest, UTC)) if newest else None
    for name, limit in limits.items():
        if limit.types:
            times[name] = _newest_of(session, limit.types)
    none = Limit()
    return tuple(_age(name, at, now, limits.get(name, none)) for name, at in times.items())


def clock_behind_s(session: Session) -> int:
    """Return how many seconds the clock is behind the last entry; 0 for what clocks differ by.

    An entry never gets an earlier time than the one before: what is recorded by such a clock bears
    the last entry's time, whenever it was done.
    """
    at = _time_at(session, session.store.head().size - 1)
    try:
        behind = (datetime.fromisoformat(at) - session.clock.now()).total_seconds() if at else 0
    except (ValueError, TypeError):  # verify tells of a time that is none
        return 0
    return int(behind) if behind > DRIFT_S else 0


def is_stale(found: Sequence[Freshness]) -> bool:
    """Whether anything is older than it may be, or nobody can tell."""
    return any(one.status in ("error", "unreadable") for one in found)


def _age(source: str, at: str | None, now: datetime, limit: Limit) -> Freshness:
    age, limited = _since(at, now), limit.warn_after_s or limit.error_after_s
    status: Age = "ok"
    if age is None:
        status = "unreadable" if at is not None else "error" if limited else "never"
        at = None
    elif limit.error_after_s and age > limit.error_after_s:
        status = "error"
    elif limit.warn_after_s and age > limit.warn_after_s:
        status = "warn"
    return Freshness(
        source=source,
        at=at,
        age_s=age,
        status=status,
        warn_after_s=limit.warn_after_s,
        error_after_s=limit.error_after_s,
    )


def _since(at: str | None, now: datetime) -> int | None:
    """Return the seconds since a time; None where there is none, or it is none."""
    try:
        return (
            None if at is None else max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
        )
    except (ValueError, TypeError):
        return None


def _first_uncovered(session: Session, covered: int, size: int, now: datetime) -> str | None:
    """Return when the first entry of others that is not covered was recorded; now, where all are."""
    if covered >= size:
        return utc_text(now)
    rows = session.store.read(covered, size)
    return next((str(row[4]) for row in rows if row[3] not in BOOKKEEPING), utc_text(now))


def _time_at(session: Session, position: int) -> str | None:
    row = next(iter(session.store.read(position, position + 1)), None) if position >= 0 else None
    return str(row[4]) if row is not None else None


def _newest_of(session: Session, types: Sequence[str]) -> str | None:
    newest = None
    for row in session.store.read_types(types):
        newest = str(row[4])
    return newest
