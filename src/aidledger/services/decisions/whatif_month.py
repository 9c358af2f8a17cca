"""What a month would have cost under another pack: who gains, who loses, and by which text.

Nothing is recorded. The approval of each case that has something due in the month and the entitlement
in force then are decided again, on all that the ledger knew when they were taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.case import fold_case, with_case_before
from aidledger.domain.casestate import Case
from aidledger.domain.decide import reads_sensitive
from aidledger.domain.decided import DECISION_FACTS
from aidledger.domain.events.base import Event
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy.clause import ClauseResult, nested
from aidledger.domain.policy.decision import (
    ClauseOutcome,
    DecisionRecord,
    compute_amounts,
    decide_clauses,
)
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.recorded import Recorded, amended
from aidledger.services.acts.sealing import revealed_in
from aidledger.services.cases.history import case_streams
from aidledger.services.clock import china_day, end_of_china_day
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.policy_tools import find_pack
from aidledger.services.decisions.redeciding import (
    known_facts,
    record_of,
    withheld_facts,
)
from aidledger.services.decoding import readable
from aidledger.services.session import Session

_TOGETHER: Final = 100
"""Cases that are read with one question."""

Progress = Callable[[int, int], None]
"""Told the cases done, and all of them."""
Effect = Literal["gain", "loss", "newly_allowed", "newly_refused"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one case in the month, in fen, and the clause or part that decides it.

    Who is newly allowed had been approved against the rules; what is due may stay the same.
    """

    case: str
    effect: Effect
    before_fen: int
    after_fen: int
    decides: str
    citation: str

    @property
    def difference_fen(self) -> int:
        """What the case gains, or loses where it is below 0."""
        return self.after_fen - self.before_fen


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A clause or part with what it changes in all cases that it decides."""

    decides: str
    citation: str
    cases: int
    difference_fen: int


class MonthUnder(msgspec.Struct, frozen=True, kw_only=True):
    """A month under another pack, in fen: all cases with something due, and what changes.

    ``unchecked`` are cases that count as they are: their facts stayed shut, or the pack leaves open
    what is due. ``gives_amounts`` says whether the pack has amounts; else what is due stays.
    """

    month: str
    pack: str
    pack_hash: str
    gives_amounts: bool
    cases: int
    unchecked: int
    before_fen: int
    after_fen: int
    gains: int
    gains_fen: int
    losses: int
    losses_fen: int
    newly_allowed: int
    newly_refused: int
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]


class _Taken(msgspec.Struct, frozen=True):
    """A decision with the case as it stood before it."""

    entry: Recorded
    record: DecisionRecord
    before: Case


class _Under(msgspec.Struct, frozen=True):
    """Where the cases of a month are decided again."""

    session: Session
    book: PolicyBook
    pack: ResolvedPack
    month: str


def whatif_month(
    session: Session,
    pack: str,
    month: str,
    *,
    known_on: str | None = None,
    progress: Progress | None = None,
) -> MonthUnder:
    """Decide the cases of a month under another pack, and add up.

    Args:
        session: the opened ledger; with its secrets sealed facts count too.
        pack: the pack's id, adopted or shipped, or a file; of one that names programmes, their cases count, of
            any other those of programmes for which no adopted pack is.
        month: as YYYY-MM.
        known_on: leave out what was recorded after that day.
        progress: told the cases done.

    Raises:
        OSError: the file can't be read.
        PackError: the file can't be used.
        ServiceError: no such pack.

    """
    under = _Under(session, session.policy(), find_pack(pack, session.policy(), None), month)
    streams = case_streams(session)
    changes: list[Change] = []
    cases = unchecked = before_fen = 0
    for done, (stream, entries) in enumerate(_cases(session, streams, known_on), start=1):
        case = fold_case(stream, entries)
        due_fen = case.payable_fen(month)
        if due_fen and _would_decide(under, case.programme):
            change = _change(under, stream, entries, due_fen)
            cases, before_fen = cases + 1, before_fen + due_fen
            unchecked += change is None
            changes += [change] if change is not None and _tells(change) else []
        if progress is not None:
            progress(done, len(streams))
    changes.sort(key=lambda one: (-abs(one.difference_fen), one.case))
    ups = [one.difference_fen for one in changes if one.difference_fen > 0]
    downs = [-one.difference_fen for one in changes if one.difference_fen < 0]
    effects = Counter(one.effect for one in changes)
    return MonthUnder(
        month=month,
        pack=under.pack.id,
        pack_hash=under.pack.hash,
        gives_amounts=bool(under.pack.amounts),
        cases=cases,
        unchecked=unchecked,
        before_fen=before_fen,
        after_fen=before_fen + sum(one.difference_fen for one in changes),
        gains=len(ups),
        gains_fen=sum(ups),
        losses=len(downs),
        losses_fen=sum(downs),
        newly_allowed=effects["newly_allowed"],
        newly_refused=effects["newly_refused"],
        reasons=_reasons(changes),
        changes=tuple(changes),
    )


def _cases(
    session: Session, streams: Sequence[str], known_on: str | None
) -> Iterator[tuple[str, list[Recorded]]]:
    """Yield every case with its entries, as known by the end of a day."""
    end = None if known_on is None else end_of_china_day(known_on)
    for at in range(0, len(streams), _TOGETHER):
        rows = session.store.read_streams(streams[at : at + _TOGETHER])
        entries = readable(session.store, rows)
        for stream, several in groupby(entries, key=attrgetter("stream")):
            known = [one for one in several if end is None or one.recorded_at < end]
            if known:
                yield stream, known


def _would_decide(under: _Under, programme: str) -> bool:
    """Whether the pack is one that cases of a programme can be decided under."""
    if under.pack.programmes:
        return programme in under.pack.programmes
    held = under.book.pack_in_force(f"{under.month}-28", under.session.today, programme)
    return held is None or not held.programmes


def _tells(change: Change) -> bool:
    return change.difference_fen != 0 or change.effect == "newly_allowed"


def _change(under: _Under, stream: str, entries: list[Recorded], due_fen: int) -> Change | None:
    """Return what becomes of a case; nothing where that can't be said."""
    decided = _decisions(entries, under.month)
    facts = [None if one is None else _facts(under, one, entries) for one in decided]
    effect: Effect | None = None
    after_fen, why = due_fen, ("", "")
    for taken, known in zip(decided, facts, strict=True):
        if taken is None or known is None:
            return None
        calendar = under.book.calendar_known_on(china_day(taken.entry.recorded_at))
        refusals = decide_clauses(under.pack, taken.record.act, known, calendar).refusals
        was_allowed = taken.record.outcome == "allow"
        if refusals and was_allowed:
            return _changed(stream, "newly_refused", (due_fen, 0), _text_of(refusals[0]))
        if not refusals and not was_allowed:
            kept = [c for c in taken.record.clauses if c.outcome in ("failed", "undecidable")]
            effect, why = "newly_allowed", _text_of(kept[0]) if kept else why
        if isinstance(taken.entry.event, EntitlementSet) and under.pack.amounts:
            amounts = compute_amounts(under.pack, known, calendar)
            if amounts.fen is None:
                return None
            after_fen = amounts.fen
            if effect is None and after_fen != due_fen:
                why = _deciding_part(taken.record, amounts.parts)
    return _changed(stream, effect, (due_fen, after_fen), why)


def _text_of(clause: ClauseResult | ClauseOutcome) -> tuple[str, str]:
    return clause.id, clause.citation


def _changed(
    case: str, effect: Effect | None, fen: tuple[int, int], why: tuple[str, str]
) -> Change:
    """Return the change of a case; a plain one is a gain or a loss."""
    return Change(
        case=case,
        effect=effect or ("loss" if fen[1] < fen[0] else "gain"),
        before_fen=fen[0],
        after_fen=fen[1],
        decides=why[0],
        citation=why[1],
    )


def _decisions(entries: list[Recorded], month: str) -> tuple[_Taken | None, _Taken | None]:
    """Return the approval of a case and the entitlement in force in a month, as they stand."""
    stands = {entry.position for entry in amended(entries)}
    found: dict[type[Event], _Taken] = {}
    since = ""
    for entry, before in with_case_before(entries[0].stream, entries):
        record = record_of(entry)
        if record is None or entry.position not in stands:
            continue
        match entry.event:
            case ApplicationApproved():
                found[ApplicationApproved] = _Taken(entry, record, before)
            case EntitlementSet(from_month=start) if since <= start <= month:
                since = start
                found[EntitlementSet] = _Taken(entry, record, before)
            case _:
                pass
    return found.get(ApplicationApproved), found.get(EntitlementSet)


def _facts(under: _Under, taken: _Taken, entries: list[Recorded]) -> dict[str, Any] | None:
    """Return the nested facts of a decision with all that was known then; none where some stay shut."""
    session, entry, record = under.session, taken.entry, taken.record
    known = known_facts(session, under.book, taken.before, entry, record)
    if taken.before.disability_certified and reads_sensitive(under.pack, record.act):
        if session.vault is None:
            return None
        earlier = [one for one in entries if one.position < entry.position]
        known |= {f"case.{k}": v for k, v in revealed_in(session.vault, earlier).items()}
        if "case.disability_grade" in known:
            known["case.disability_grade"] = int(known["case.disability_grade"] or 0)
    else:
        known |= {"case.disability_kind": "", "case.disability_grade": 0}
    withheld = withheld_facts(session, entry, record, None)
    if record.withheld and withheld is None and DECISION_FACTS in entry.sealed:
        return None
    flat = {**known, **record.facts, **(withheld or {})}
    if _sealed_facts_read(under.pack, record.act) - flat.keys():
        return None
    standards = flat.pop("standards")
    return {**nested(flat), "standards": standards}


def _sealed_facts_read(pack: ResolvedPack, act: str) -> set[str]:
    """Return the facts that no entry may hold and that a pack reads to decide an act."""
    gates = [rule.gate for rule in pack.amounts if rule.gate is not None]
    rules = (*pack.clauses_for(act), *(gates if act == "EntitlementSet" else ()))
    return {path for clause in rules for path in clause.paths} & SENSITIVE


def _deciding_part(record: DecisionRecord, now: Sequence[Any]) -> tuple[str, str]:
    """Return code and citation of the part that changes an amount most."""
    kept = {part.code: part for part in record.parts}
    parts = {**kept, **{part.code: part for part in now}}
    fen = {part.code: part.fen for part in now}
    moved = {
        code: abs(fen.get(code, 0) - (kept[code].fen if code in kept else 0)) for code in parts
    }
    code = max(sorted(moved), key=lambda one: moved[one], default="")
    return (code, parts[code].citation) if code else ("", "")


def _reasons(changes: Sequence[Change]) -> tuple[Reason, ...]:
    """Return what decides, by how many cases it decides."""
    cases = Counter((one.decides, one.citation) for one in changes)
    fen: Counter[tuple[str, str]] = Counter()
    for one in changes:
        fen[one.decides, one.citation] += one.difference_fen
    return tuple(
        Reason(decides=key[0], citation=key[1], cases=count, difference_fen=fen[key])
        for key, count in sorted(cases.items(), key=lambda item: (-item[1], item[0]))
    )
