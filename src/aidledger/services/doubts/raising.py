"""Raises doubts: what is not raised yet, what is seen again with more; nothing is closed here.

A doubt is one for its rule, subject and beginning of the period: its stream is named after that, so
that two runs, or two officers, raise it once. What a rule finds no more stays as it is: a rule that was
changed, or a day asked about before it happened, makes nothing disappear (ADR 0019).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from aidledger.audit.rule import SEVERITIES
from aidledger.domain.doubt import (
    MOST_POSITIONS,
    OVER,
    Doubt,
    fold_doubt,
    identity_of,
    stream_of,
)
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.services.acts.proposals import is_stream_of, proposal_of
from aidledger.services.acts.recording import cause_of, record
from aidledger.services.acts.who import Who
from aidledger.services.decoding import readable
from aidledger.services.doubts.findings import Found, Run
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome, Rejected
from aidledger.store.port import LedgerStore

_TYPES: Final = (
    *(name for name, kind in EVENTS.items() if kind.stream == "doubt"),
    *("EntryAnnulled", "EntryCorrected"),
)
_ATTEMPTS: Final = 5
_LOOKED_AT: Final = 50
"""Of so many entries that prove a doubt it is asked which case they are of."""


class Raising(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be recorded of a run, and what is not; each is named by its stream.

    `again` are known and have more now, `known` have nothing new, `over` are those of `again` that were
    refuted or closed. `gone`: open doubts of rules that ran and don't find them any more; they stay.
    """

    proposals: tuple[Proposal, ...]
    new: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def raise_found(
    session: Session, run: Run, who: Who, *, severity: str | None = None, dry_run: bool = False
) -> tuple[Raising, Outcome | None]:
    """Record what a run found as doubts, in one batch; nothing where nothing is new.

    Args:
        session: a ledger opened for writing.
        run: what rules found in it.
        who: who raises them.
        severity: only findings as severe as this, or more.
        dry_run: only say what would be recorded.

    Raises:
        RefusedError: whoever raises them may not, or a finding can't be a doubt.

    """
    outcome: Outcome | None = None
    for _ in range(_ATTEMPTS):
        size = session.store.head().size
        raising = proposed(session, run, who, severity=severity)
        if dry_run or not raising.proposals:
            return raising, None
        cause = cause_of(session, msgspec.json.encode([p.event for p in raising.proposals]))
        # where another was faster, the doubts that there are are looked at again
        outcome = record(session, raising.proposals, cause=cause, attempts=1, only_at=size)
        if not (isinstance(outcome, Rejected) and outcome.code == "conflict"):
            break
    return raising, outcome


def doubts_of(store: LedgerStore) -> dict[str, Doubt]:
    """Return every doubt of a ledger by its stream, as it stands."""
    streams: dict[str, list[Recorded]] = {}
    for entry in readable(store, store.read_types(_TYPES)):
        if entry.stream.startswith("doubt/"):
            streams.setdefault(entry.stream, []).append(entry)
    return {name: fold_doubt(name, entries) for name, entries in sorted(streams.items())}


def open_doubts(store: LedgerStore) -> dict[str, int]:
    """Return how many doubts of each rule are neither refuted nor closed, of each that ever had one."""
    counts: dict[str, int] = {}
    for doubt in doubts_of(store).values():
        counts[doubt.rule] = counts.get(doubt.rule, 0) + (doubt.stage not in OVER)
    return dict(sorted(counts.items()))


def proposed(session: Session, run: Run, who: Who, *, severity: str | None = None) -> Raising:
    """Return what a run would have recorded, against the doubts that there are."""
    least = SEVERITIES.index(severity) if severity else len(SEVERITIES)
    there = doubts_of(session.store)
    found: dict[str, Found] = {}
    for one in run.findings:
        stream = stream_of(one.rule, identity_of(one.rule, one.subject, one.period))
        found[stream] = _joined(found[stream], one) if stream in found else one
    wanted = {
        stream: one for stream, one in found.items() if SEVERITIES.index(one.severity) <= least
    }
    proposals, new, again, known = [], [], [], []
    for stream, one in sorted(wanted.items()):
        doubt = there.get(stream)
        if doubt is None or doubt.raised_at < 0:
            proposals.append(_raised(session, stream, one, run, who))
            new.append(stream)
        elif (seen := _seen_again(stream, doubt, one, run, who)) is not None:
            proposals.append(seen)
            again.append(stream)
        else:
            known.append(stream)
    gone = [
        name
        for name, doubt in there.items()
        if doubt.rule in run.rules and doubt.stage not in OVER and name not in found
    ]
    return Raising(
        proposals=tuple(proposals),
        new=tuple(new),
        again=tuple(again),
        known=tuple(known),
        over=tuple(name for name in again if there[name].stage in OVER),
        gone=tuple(gone),
    )


def by_hand(session: Session, found: Found, who: Who) -> Proposal:
    """Return the doubt that somebody raises without a run.

    Raises:
        ServiceError: it is raised already, or names what isn't in the ledger.

    """
    size = session.store.head().size
    outside = [p for p in found.positions if not 0 <= p < size]
    if outside or not found.positions:
        raise ServiceError(
            f"expected entries of this log (0 to {size - 1}) that prove it, "
            f"found {', '.join(map(str, outside)) or 'none'}",
            hint="aidledger log shows them",
            exit_code=2,
        )
    if not session.states.version(found.subject):
        # not repeated: it may be what somebody typed of a person
        raise ServiceError(
            "subject: expected a stream of this ledger such as case/…, found none",
            hint="aidledger case list shows the cases",
            exit_code=2,
        )
    stream = stream_of(found.rule, identity_of(found.rule, found.subject, found.period))
    if session.states.version(stream):
        raise ServiceError(
            f"{stream}: expected a doubt that is not raised yet, found it raised",
            hint="aidledger doubt list shows it",
            exit_code=2,
        )
    return _raised(session, stream, found, None, who)


def _joined(one: Found, other: Found) -> Found:
    """Return two findings of one doubt as one: all positions, both amounts, the worse severity."""
    fens = [fen for fen in (one.amount_fen, other.amount_fen) if fen is not None]
    return msgspec.structs.replace(
        one,
        positions=tuple(sorted({*one.positions, *other.positions})),
        amount_fen=min(sum(fens), 2**53 - 1) if fens else None,
        severity=min(one.severity, other.severity, key=SEVERITIES.index),
        period=max(one.period or "", other.period or "") or None,
    )


def _raised(session: Session, stream: str, one: Found, run: Run | None, who: Who) -> Proposal:
    case = _case_of(session.store, one)
    place = session.states.case(case).village or session.states.case(case).township if case else ""
    data = {
        **_sighting(one, one.positions, run),
        "identity": identity_of(one.rule, one.subject, one.period),
        "rule": one.rule,
        "subject": one.subject,
        "case": case or None,
        "place": place or None,
    }
    return _proposal(stream, "DoubtRaised", data, who)


def _seen_again(stream: str, doubt: Doubt, one: Found, run: Run, who: Who) -> Proposal | None:
    """Return that a doubt has more now: entries, money, or a worse severity; else nothing."""
    first = sorted(set(one.positions))[:MOST_POSITIONS]
    more = tuple(p for p in first if p not in set(doubt.positions))
    fen = one.amount_fen is not None and one.amount_fen > (doubt.amount_fen or 0)
    worse = SEVERITIES.index(one.severity) < SEVERITIES.index(doubt.severity)
    if not (more or fen or worse):
        return None
    return _proposal(stream, "DoubtSeenAgain", _sighting(one, more, run), who)


def _sighting(one: Found, positions: Sequence[int], run: Run | None) -> dict[str, Any]:
    """Return what is said of a sighting, new or again."""
    named = sorted(set(positions))
    told: dict[str, Any] = {
        "amount_fen": one.amount_fen,
        "left_out": max(0, len(named) - MOST_POSITIONS),
        "period": one.period,
        "positions": named[:MOST_POSITIONS],
        "severity": one.severity,
        "source": "office" if run is None else "audit_rule",
    }
    if run is not None:
        told |= {
            "asked_on": run.asked_on,
            "findings_root": run.findings_root,
            "known_on": run.known_on,
            "log_root": run.log_root,
            "log_size": run.log_size,
            "rule_hash": run.rules[one.rule],
        }
    return told


def _proposal(stream: str, name: str, data: dict[str, Any], who: Who) -> Proposal:
    try:
        return proposal_of(
            {
                "type": name,
                "stream": stream,
                "effective_on": who.on,
                "actor": who.actor,
                "office": who.office,
                "data": data,
            }
        )
    except RefusedError as refused:
        problems = [
            msgspec.structs.replace(one, field=f"{stream} {one.field or ''}".strip())
            for one in refused.problems
        ]
        raise RefusedError(problems) from None


def _case_of(store: LedgerStore, one: Found) -> str:
    """Return the case that a finding is about: its subject, or the only one that its entries are of."""
    if is_stream_of(one.subject, "case"):
        return one.subject
    streams = _streams_of(store, one.positions[:_LOOKED_AT])
    cases = {name for name in streams if name.startswith("case/")}
    return cases.pop() if len(cases) == 1 else ""


def _streams_of(store: LedgerStore, positions: Iterable[int]) -> set[str]:
    rows = [row for at in positions for row in store.read(at, at + 1)]
    return {entry.stream for entry in readable(store, rows)}
