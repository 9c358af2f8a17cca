"""The log over the counties' logs: a province keeps each county's checkpoints as entries of its own.

It asks what a witness asks (`ledger.witnessing`), of the same files, and remembers by its own log
instead of a folder: whoever holds the province's entries can judge each again, and see that none of a
county's checkpoints was left out between two others.
"""

from __future__ import annotations

import base64

from aidledger.domain.events.gathered import (
    CheckpointContradicted,
    CheckpointGathered,
    CountyLogTrusted,
)
from aidledger.ledger.canonical import clip
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.strict import FormatError
from aidledger.ledger.witnessing import Refusal, Request, decide, parse_request
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.problems import ServiceError
from aidledger.services.provinces.gatheredcheck import (
    STREAMS,
    Gathered,
    gathered,
    gathered_elsewhere,
)
from aidledger.services.session import Session
from aidledger.store.outcome import Committed, Outcome

_USAGE = 2
_FINDINGS = 1
_UNSIGNED, _OTHER_SIZE = 403, 409
_WHOSE = "aidledger province trust names the keys of its log"
_BEHIND = "if it is the county's newest, entries are missing there: aidledger checkpoint compare"
_SINCE = "ask the county for a request with --old and the size gathered last"


def trust_county(session: Session, county: str, keys: list[VerifierKey], *, by: Who) -> Outcome:
    """Record the keys of a county's log; recorded again, they take the place of those before.

    Raises:
        ServiceError: no key, keys of several logs, of another log than the county's so far, or of
            a log that is gathered for another county.
        RefusedError: the record is refused.

    """
    names = sorted({key.name for key in keys})
    if len(names) != 1:
        raise ServiceError(
            f"log keys: expected keys of one log, found {', '.join(names) or 'none'}",
            hint="--log FILE holds the public keys of the county's log, a line each",
            exit_code=_USAGE,
        )
    known = gathered(session.store, STREAMS + county)
    if known.origin not in ("", names[0]):
        raise ServiceError(
            f"{clip(county)}: expected keys of {clip(known.origin)}, found {clip(names[0])}",
            hint="a county has one log; a new one is another county's entry",
            exit_code=_USAGE,
        )
    _check_own(session, county, names[0])
    event = CountyLogTrusted(
        county=county, origin=names[0], vkeys=tuple(sorted(key.vkey() for key in keys))
    )
    version, _ = session.store.stream_heads([STREAMS + county]).get(STREAMS + county, (0, b""))
    return record(
        session,
        [by.says(STREAMS + county, event)],
        cause=f"trust-log:{county}:{version}",
    )


def gather(session: Session, county: str, data: bytes, *, by: Who) -> Outcome:
    """Record a county's checkpoint, from the request that a witness would get.

    Where the county's log contradicts itself, that is recorded instead, and told.

    Args:
        session: the province's ledger, opened for writing.
        county: whose log it is.
        data: an add-checkpoint request (C2SP tlog-witness), proven from the size gathered last.
        by: who records.

    Raises:
        ServiceError: no such log is trusted, it is gathered for another county, the request is none, unsigned, or does not extend what
            was gathered; nothing is recorded.
        ContradictedError: the log signed two roots at one size; the second is recorded.
        RefusedError: the record is refused.

    """
    known = gathered(session.store, STREAMS + county)
    if not known.keys:
        raise ServiceError(
            f"{clip(county)}: expected a county whose log is trusted, found none",
            hint=_WHOSE,
            exit_code=_USAGE,
        )
    _check_own(session, county, known.origin)
    request = _request(data, known)
    stated, note = request.checkpoint, base64.b64encode(request.note.encode()).decode()
    cause = f"gather:{county}:{stated.size}:{stated.root.hex()[:32]}"
    before: Outcome = session.store.receipt(cause)
    if known.contradicts(request.note):
        against = CheckpointContradicted(note=note, root=stated.root.hex(), size=stated.size)
        if not isinstance(before, Committed):
            before = record(session, [by.says(STREAMS + county, against)], cause=cause)
        if not isinstance(before, Committed):
            return before
        raise ContradictedError(
            f"{clip(county)}: the log signed two roots at {stated.size} entries; both notes are kept",
            hint="ask the county's operator, and tell the auditors: this can't be honest",
            exit_code=_FINDINGS,
        )
    if isinstance(before, Committed):
        return before
    decision = decide(known.state, request)
    if isinstance(decision, Refusal):
        raise _refused(county, decision, known, stated.size)
    event = CheckpointGathered(
        extends=request.old_size,
        note=note,
        proof=tuple(one.hex() for one in request.proof),
        root=stated.root.hex(),
        size=stated.size,
    )
    return record(session, [by.says(STREAMS + county, event)], cause=cause)


class ContradictedError(ServiceError):
    """A log signed two roots at one size: recorded, and told."""


def _check_own(session: Session, county: str, origin: str) -> None:
    """Refuse a log that is gathered for another county: it could show each another history."""
    other = gathered_elsewhere(session.store, STREAMS + county, origin)
    if other:
        owner = clip(other.removeprefix(STREAMS))
        raise ServiceError(
            f"{clip(county)}: expected a log of its own, found that of {owner}",
            hint="a log is one county's; one whose code changed keeps the code that it was gathered under",
            exit_code=_USAGE,
        )


def _request(data: bytes, known: Gathered) -> Request:
    try:
        request = parse_request(data)
    except FormatError as error:
        raise ServiceError(
            str(error),
            hint="aidledger checkpoint witness --request FILE writes one",
            exit_code=_USAGE,
        ) from None
    if request.checkpoint.origin != known.origin:
        found = clip(request.checkpoint.origin)
        raise ServiceError(
            f"request: expected a checkpoint of {clip(known.origin)}, found one of {found}",
            hint="name the county whose log it is",
            exit_code=_USAGE,
        )
    return request


def _refused(county: str, refusal: Refusal, known: Gathered, size: int) -> ServiceError:
    """Say in words why a request was refused, and what the county is to be asked for."""
    seen, unsigned = known.head.size, refusal.status == _UNSIGNED
    why = refusal.body.decode("utf-8", "replace").strip()
    if not unsigned and size < seen:
        why = f"expected a checkpoint of {seen} entries or more, found one of {size}"
    elif refusal.status == _OTHER_SIZE:  # the answer is the size alone (C2SP tlog-witness)
        why = f"expected a proof from the {seen} entries gathered last"
    return ServiceError(
        f"{clip(county)}: {why}",
        hint=_WHOSE if unsigned else _BEHIND if size < seen else _SINCE,
        exit_code=_FINDINGS,
    )
