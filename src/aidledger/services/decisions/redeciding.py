"""Repeats decisions: on the facts kept, under the pack that decided or another, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.case import with_case_before
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, facts_of
from aidledger.domain.decided import (
    DECIDED_FIELDS,
    DECISION_FACTS,
    days_of_facts,
    undecided,
    unlike,
    unwaived,
)
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy import decision as policy
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.services.cases.history import history
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.policy_tools import find_pack
from aidledger.services.session import Session

_REMEMBERED: Final = 2_048
"""Decisions, of some 2 kB each."""
_MAY_DECIDE: Final = frozenset(
    kind.struct for kind in EVENTS.values() if "decision" in kind.struct.__struct_fields__
)
"""Events that have a place for the record of their decision."""
_write: Final = msgspec.json.Encoder(order="sorted").encode


class Repetition(msgspec.Struct, frozen=True, kw_only=True):
    """A decision taken again: what comes out otherwise; nothing where it stands."""

    position: int
    type: str
    effective_on: str
    pack: str
    outcome: str
    amount_fen: int | None
    differences: tuple[policy.Difference, ...]

    @property
    def stands(self) -> bool:
        """Whether nothing comes out otherwise; what could not be checked does not count as that."""
        return not self.differences

    @property
    def is_otherwise(self) -> bool:
        """Whether something comes out otherwise, of what could be checked."""
        return any(one.kind != "unchecked" for one in self.differences)


def redecide(
    session: Session,
    case: str,
    *,
    position: int | None = None,
    as_of: str | None = None,
    known_on: str | None = None,
) -> tuple[Repetition, ...]:
    """Take the recorded decisions again under their pinned pack, and list every difference.

    The facts kept are also compared with what the ledger itself knew just before: a decision on
    facts that the entries do not bear out shows as a difference of kind ``fact``. The entry is held to
    its decision too, and the decision to the pack that was in force. Only decisions that were
    recorded by ``known_on`` and took effect by ``as_of`` are taken again; what each of them knew is
    what stood before it.
    """
    entries = history(session, case, known_on=known_on)
    found = repeat_decisions(session, session.policy(), entries, position=position)
    return tuple(one for one in found if as_of is None or one.effective_on <= as_of)


def repeat_decisions(
    session: Session,
    book: PolicyBook,
    entries: Sequence[Recorded],
    *,
    position: int | None = None,
    start: int = 0,
    opened: Mapping[str, str] | None = None,
) -> tuple[Repetition, ...]:
    """Take the decisions among the entries of a case again: `redecide`, for who has read them.

    The case is folded once, and looked at just before each decision.

    Args:
        session: the ledger that they are of.
        book: its policy.
        entries: those of the case, from the first one on.
        position: of the only decision that is asked for.
        start: of the first that is.
        opened: sealed values by commitment, where they were opened for many cases at once.

    """
    found: list[Repetition] = []
    case = entries[0].stream if entries else ""
    for index, (entry, before) in enumerate(with_case_before(case, entries)):
        if type(entry.event) not in _MAY_DECIDE or position not in (None, entry.position):
            continue
        if entry.position < start:
            continue
        record = record_of(entry)
        if record is None:
            missing = undecided(entry)
            found += [] if missing is None else [_undecided(entry, missing)]
            continue
        pack = book.pack(record.pack_hash)
        withheld = withheld_facts(session, entry, record, opened)
        known_on = china_day(entry.recorded_at)
        differences = _repeat(book.calendar_known_on(known_on), record, pack, withheld)
        differences += _facts_not_borne_out(session, book, before, entry, record)
        differences += _pack_not_in_force(book, before, entry, pack)
        differences += unlike(entry, record)
        earlier = (entries[at] for at in range(index - 1, -1, -1))
        differences += unwaived(entry, record, pack, earlier)
        found.append(_repetition(entry, record, pack, tuple(differences)))
    return tuple(found)


def whatif(
    session: Session,
    case: str,
    pack: str,
    *,
    as_of: str | None = None,
    known_on: str | None = None,
) -> tuple[Repetition, ...]:
    """Take the recorded decisions under another pack, by id or file: what would come out otherwise.

    Only those that were recorded by ``known_on`` and took effect by ``as_of``.

    Raises:
        OSError: the file can't be read.
        PackError: the file can't be used.
        ServiceError: no such pack, adopted or shipped.

    """
    other = find_pack(pack, session.policy(), None)
    book, found = session.policy(), []
    for entry, before in with_case_before(case, history(session, case, known_on=known_on)):
        record = record_of(entry)
        if record is None or (as_of is not None and entry.effective_on > as_of):
            continue
        # Another rule may ask for facts that this decision never read: all that was known then.
        known = known_facts(session, book, before, entry, record)
        complete = msgspec.structs.replace(record, facts={**known, **record.facts})
        withheld = withheld_facts(session, entry, record, None)
        calendar = book.calendar_known_on(china_day(entry.recorded_at))
        differences = (
            one
            for one in _repeat(calendar, complete, other, withheld)
            if one.kind != "pack"  # that it is another one was asked for
        )
        found.append(_repetition(entry, record, other, tuple(differences)))
    return tuple(found)


def record_of(entry: Recorded) -> policy.DecisionRecord | None:
    """Return the decision record of an entry, if its event carries one."""
    record = getattr(entry.event, "decision", None)
    return record if isinstance(record, policy.DecisionRecord) else None


def _repetition(
    entry: Recorded,
    record: policy.DecisionRecord,
    pack: ResolvedPack,
    differences: tuple[policy.Difference, ...],
) -> Repetition:
    """Return what came of a repeated decision."""
    return Repetition(
        position=entry.position,
        type=record.act,
        effective_on=entry.effective_on,
        pack=pack.id,
        outcome=record.outcome,
        amount_fen=record.amount_fen,
        differences=differences,
    )


def _undecided(entry: Recorded, missing: policy.Difference) -> Repetition:
    """Return what comes of an act without a decision: there is nothing to repeat."""
    return Repetition(
        position=entry.position,
        type=wire_name(entry.event),
        effective_on=entry.effective_on,
        pack="",
        outcome="",
        amount_fen=None,
        differences=(missing,),
    )


def _repeat(
    calendar: Calendar,
    record: policy.DecisionRecord,
    pack: ResolvedPack,
    withheld: dict[str, Any] | None,
) -> list[policy.Difference]:
    """Decide again on the facts kept, with the calendar known on the day of the entry."""
    return list(_repeated(pack, calendar, _write(record), _write(withheld)))


@lru_cache(maxsize=_REMEMBERED)
def _repeated(
    pack: ResolvedPack, calendar: Calendar, record: bytes, withheld: bytes
) -> tuple[policy.Difference, ...]:
    """Decide again, once for all decisions that kept the same: a rise of a standard has thousands."""
    kept = msgspec.json.decode(record, type=policy.DecisionRecord)
    facts = msgspec.json.decode(withheld)
    return tuple(policy.redecide(kept, pack, calendar=calendar, withheld=facts))


def withheld_facts(
    session: Session,
    entry: Recorded,
    record: policy.DecisionRecord,
    opened: Mapping[str, str] | None,
) -> dict[str, Any] | None:
    """Return the facts that a decision withheld; nothing where they stay shut."""
    if not record.withheld or DECISION_FACTS not in entry.sealed:
        return None
    commitment = entry.sealed[DECISION_FACTS]
    if opened is None and session.vault is not None:
        opened = session.vault.open_many((commitment,))
    value = (opened or {}).get(commitment)
    return None if value is None else msgspec.json.decode(value)


def known_then(
    session: Session,
    book: PolicyBook,
    before: Case,
    entry: Recorded,
    act: str,
    *,
    with_others: bool,
    on: str = "",
) -> dict[str, Any]:
    """Return the nested facts of an act as the ledger knew them just before an entry.

    `with_others`: with the person's other cases, which cost a fold each. `on`: of another day than the act's.
    """
    by = Proposal(
        type=act,
        stream=entry.stream,
        event=entry.event,
        effective_on=entry.effective_on,
        actor=entry.actor,
        office=entry.office,
    )
    known_on = china_day(entry.recorded_at)
    others: tuple[Case, ...] = ()
    if with_others:
        others = session.states.others_before(before, entry.position, entry.effective_on)
    given = Circumstances(
        case=before,
        standards=book.standards_known_on(known_on),
        recorded_on=known_on,
        others=others,
        office_kind=session.states.office_kind(entry.office),
    )
    return facts_of(act, entry.event, by, given, on=on)


def known_facts(
    session: Session,
    book: PolicyBook,
    before: Case,
    entry: Recorded,
    record: policy.DecisionRecord,
) -> dict[str, Any]:
    """Return the facts by dotted path as the ledger knew them then, but those that it seals."""
    facts = known_then(session, book, before, entry, record.act, with_others=True)
    standards = msgspec.to_builtins(facts.pop("standards"))
    flat = {
        f"{root}.{name}": value
        for root, named in facts.items()
        for name, value in named.items()
        if f"{root}.{name}" not in SENSITIVE
    }
    return {**flat, "standards": standards}


def _facts_not_borne_out(
    session: Session,
    book: PolicyBook,
    before: Case,
    entry: Recorded,
    record: policy.DecisionRecord,
) -> list[policy.Difference]:
    """Compare the facts kept in a decision with the case as it was before it."""
    asks = any(path.startswith("person.") for path in record.facts)
    found: list[policy.Difference] = []
    for on in days_of_facts(entry):
        known = known_then(session, book, before, entry, record.act, with_others=asks, on=on)
        of_the_day = _unlike_known(record, known)
        if not of_the_day:
            found = []
            break
        found = found or of_the_day
    kept = record.facts.get("standards", ())
    published = msgspec.to_builtins(known["standards"]) if kept else []
    if any(standard not in published for standard in kept):
        found.append(
            policy.Difference(
                kind="fact", name="standards", expected=str(kept), found=str(published)
            )
        )
    return found


def _unlike_known(record: policy.DecisionRecord, known: dict[str, Any]) -> list[policy.Difference]:
    """Return the facts kept of the act, the case and the person that the ledger does not bear out."""
    found = []
    for root, names, paths in _compared(record.act, tuple(record.facts)):
        for path, was in zip(paths, known[root].many(names, None), strict=True):
            kept = record.facts[path]
            if was != kept or path in SENSITIVE:
                found.append(
                    policy.Difference(kind="fact", name=path, expected=str(kept), found=str(was))
                )
    return found


@lru_cache(maxsize=_REMEMBERED)
def _compared(
    act: str, kept: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Return the facts to compare by root: their names, and their paths."""
    proposed = _PROPOSED.get(act, ())
    paths = [path for path in kept if _is_known_then(path) and path not in proposed]
    return tuple(
        (root, tuple(path.partition(".")[2] for path in several), several)
        for root in ("act", "case", "person")
        if (several := tuple(path for path in paths if path.startswith(f"{root}.")))
    )


def _is_known_then(path: str) -> bool:
    """Whether the ledger can say what a fact was: of the case, its person, or of the act as it was proposed.

    What kind an office was is asked by the powers, position by position.
    """
    root, _, name = path.partition(".")
    return root in {"case", "person"} or (
        root == "act" and name not in {*DECIDED_FIELDS, "office_kind"}
    )


def _pack_not_in_force(
    book: PolicyBook, before: Case, entry: Recorded, pack: ResolvedPack
) -> list[policy.Difference]:
    """Compare the pack of a decision with the one that held, by what was adopted before the entry."""
    held = book.held_for(entry, before.programme)
    if held is not None and held.pack_hash == pack.hash:
        return []
    found = "none" if held is None else held.pack_hash
    return [policy.Difference(kind="pack", name=pack.id, expected=pack.hash, found=found)]


_PROPOSED = {"ReviewOpinionGiven": ("case.form",)}
"""Facts that the act itself proposes; the case does not have them yet."""
