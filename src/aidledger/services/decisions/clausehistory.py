"""Holds one clause of the packs against a case, entry by entry: when it was failed, or would have been.

A case is short: every entry is looked at, each under the pack that held for it and by what the ledger
knew then. What is sealed stays closed, and makes a clause that reads it undecidable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.case import fold_case, with_case_before
from aidledger.domain.casestate import Case
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.policy.clause import Clause
from aidledger.domain.policy.decision import decide_clauses
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.recorded import Recorded
from aidledger.services.cases.history import history
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.redeciding import known_then
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_OF_ANY_ACT: Final = frozenset({"act.type", "act.effective_on"})
"""What is known of an act that nobody has proposed."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A clause held against the case at one entry: the outcome, and the facts that it read."""

    entry: Recorded
    outcome: str
    pack: str
    facts: dict[str, Any]


class ClauseHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What a clause said of a case, entry by entry.

    ``acts`` are the recorded acts that the clause is on, each as decided on: just before it was
    recorded. ``after`` is what it would have said of such an act after each entry; nothing where the
    clause reads the act itself, so that nothing can be said of one that nobody proposed.
    """

    case: str
    clause: str
    kind: str
    citation: str
    text_zh: str
    text_en: str
    acts: tuple[Held, ...]
    after: tuple[Held, ...]

    @property
    def first_failed(self) -> Held | None:
        """The first recorded act that failed the clause."""
        return next((one for one in self.acts if one.outcome == "failed"), None)

    @property
    def first_would_fail(self) -> Held | None:
        """The first entry after which an act would have failed the clause."""
        return next((one for one in self.after if one.outcome == "failed"), None)


def clause_history(
    session: Session,
    case: str,
    clause: str,
    *,
    as_of: str | None = None,
    known_on: str | None = None,
) -> ClauseHistory:
    """Hold a clause against a case at each of its entries.

    Args:
        session: the opened ledger.
        case: the stream of the case.
        clause: the id of a clause, of kind finding or refuse.
        as_of: leave out what takes effect after this day.
        known_on: leave out what was recorded after this day.

    Raises:
        ServiceError: no such case, or no adopted pack has the clause.

    """
    entries = [
        entry
        for entry in history(session, case, known_on=known_on)
        if as_of is None or entry.effective_on <= as_of
    ]
    book = session.policy()
    acts, after, found = list[Held](), list[Held](), None
    befores = list(with_case_before(case, entries))
    for number, (entry, before) in enumerate(befores):
        pack = _pack_of(book, entry, before)
        here = None if pack is None else pack.clause(clause)
        if pack is None or here is None:
            continue
        found = here
        if wire_name(entry.event) in here.on:
            acts.append(_at_act(session, pack, here, entry, before))
        if _of_any_act(here):
            then = befores[number + 1][1] if number + 1 < len(befores) else fold_case(case, entries)
            after.append(_after(session, pack, here, entry, then))
    if found is None:
        raise _unknown(book, clause, entries)
    return ClauseHistory(
        case=case,
        clause=clause,
        kind=found.kind,
        citation=found.citation,
        text_zh=found.text_zh,
        text_en=found.text_en,
        acts=tuple(acts),
        after=tuple(after),
    )


def _of_any_act(clause: Clause) -> bool:
    """Whether a clause can be held against an act of which only the type and day are known."""
    return all(not p.startswith("act.") or p in _OF_ANY_ACT for p in clause.paths)


def _pack_of(book: PolicyBook, entry: Recorded, before: Case) -> ResolvedPack | None:
    """Return the pack that held for an entry, by what was adopted before it."""
    programme = before.programme or getattr(entry.event, "programme", "") or ""
    held = book.held_for(entry, programme)
    return None if held is None else book.pack(held.pack_hash)


def _at_act(
    session: Session,
    pack: ResolvedPack,
    clause: Clause,
    entry: Recorded,
    before: Case,
) -> Held:
    """Hold the clause against a recorded act, as when it was decided on."""
    act = wire_name(entry.event)
    book = session.policy()
    facts = known_then(session, book, before, entry, act, with_others=_asks_person(clause))
    return _held(book, pack, clause, entry, facts)


def _after(
    session: Session,
    pack: ResolvedPack,
    clause: Clause,
    entry: Recorded,
    then: Case,
) -> Held:
    """Hold the clause against an act of its first type on the day of an entry, after that entry."""
    book, by = session.policy(), wire_name(entry.event)
    facts = known_then(session, book, then, entry, by, with_others=_asks_person(clause))
    facts["act"] = {"type": clause.on[0], "effective_on": entry.effective_on}
    return _held(book, pack, clause, entry, facts)


def _asks_person(clause: Clause) -> bool:
    return any(path.startswith("person.") for path in clause.paths)


def _held(
    book: PolicyBook,
    pack: ResolvedPack,
    clause: Clause,
    entry: Recorded,
    facts: Mapping[str, Any],
) -> Held:
    calendar = book.calendar_known_on(china_day(entry.recorded_at))
    if any(path.startswith("due.") for path in clause.paths):
        answers = decide_clauses(pack, clause.on[0], facts, calendar).results
        said = next(one for one in answers if one.id == clause.id)
    else:
        said = clause.evaluate(facts, calendar)
    return Held(entry=entry, outcome=said.outcome, pack=pack.id, facts=dict(said.facts))


def _unknown(book: PolicyBook, clause: str, entries: Sequence[Recorded]) -> ServiceError:
    """Return the error of a clause that no pack has which held for the case."""
    packs = {one.pack_hash for one in book.adoptions()}
    names = sorted({one.id for digest in packs for one in book.pack(digest).clauses})
    names = [name for name in names if clause in name or name in clause][:12] or names[:12]
    what = "no entry of the case" if not entries else "none in the packs that held for the case"
    return ServiceError(
        f"{clause}: expected a clause, found {what}", hint=", ".join(names), exit_code=2
    )
