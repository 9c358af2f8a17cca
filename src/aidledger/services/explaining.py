"""Explains and repeats decisions: clause by clause, on the facts kept, under this pack or another."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, facts_of
from aidledger.domain.decided import DECIDED_FIELDS, DECISION_FACTS, undecided, unlike, unwaived
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy import decision as policy
from aidledger.domain.policy.adoption import pack_in_force
from aidledger.domain.policy.amounts import AmountPart
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded, amended
from aidledger.services.adoption import shipped
from aidledger.services.clock import china_day
from aidledger.services.history import history
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session


class ClauseView(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of a decision: its text, citation, the facts it read and what it said."""

    id: str
    citation: str
    outcome: str
    text_zh: str
    text_en: str
    facts: dict[str, Any]


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded decision, ready to be shown."""

    position: int
    type: str
    title_zh: str
    title_en: str
    effective_on: str
    recorded_at: str
    actor: str
    office: str
    pack: str
    pack_hash: str
    outcome: str
    amount_fen: int | None
    parts: tuple[AmountPart, ...]
    clauses: tuple[ClauseView, ...]
    withheld: tuple[str, ...]
    overridden: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every decision of a case up to a day, in order."""

    case: str
    as_of: str | None
    known_on: str | None
    decisions: tuple[DecisionView, ...]


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


class Blame(msgspec.Struct, frozen=True, kw_only=True):
    """Which entry made a field of the case what it is."""

    field: str
    value: Any
    position: int
    type: str
    effective_on: str
    recorded_at: str
    actor: str
    office: str


def explain(
    session: Session, case: str, *, as_of: str | None = None, known_on: str | None = None
) -> Explanation:
    """Return the decisions of a case that had taken effect by ``as_of``, as known on a day."""
    entries = [
        entry
        for entry in amended(history(session, case, known_on=known_on))
        if as_of is None or entry.effective_on <= as_of
    ]
    overridden: list[str] = []
    decisions: list[DecisionView] = []
    for entry in entries:
        if wire_name(entry.event) == "RuleOverridden":
            overridden.append(getattr(entry.event, "clause", ""))
            continue
        record = _record_of(entry)
        if record is not None:
            decisions.append(_view(session, entry, record, tuple(overridden)))
        overridden = []
    return Explanation(case=case, as_of=as_of, known_on=known_on, decisions=tuple(decisions))


def redecide(session: Session, case: str, *, position: int | None = None) -> tuple[Repetition, ...]:
    """Take the recorded decisions again under their pinned pack, and list every difference.

    The facts kept are also compared with what the ledger itself knew just before: a decision on
    facts that the entries do not bear out shows as a difference of kind ``fact``. The entry is held to
    its decision too, and the decision to the pack that was in force.
    """
    entries = history(session, case)
    found = []
    for index, entry in enumerate(entries):
        if position not in (None, entry.position):
            continue
        record = _record_of(entry)
        if record is None:
            missing = undecided(entry)
            found += [] if missing is None else [_undecided(entry, missing)]
            continue
        pack = session.policy().pack(record.pack_hash)
        differences = _repeat(session, entry, record, pack)
        differences += _facts_not_borne_out(session, entries[:index], entry, record)
        differences += _pack_not_in_force(session, entry, pack)
        differences += unlike(entry, record)
        differences += unwaived(entry, record, pack, reversed(entries[:index]))
        found.append(_repetition(entry, record, pack, tuple(differences)))
    return tuple(found)


def whatif(session: Session, case: str, pack: str) -> tuple[Repetition, ...]:
    """Take the recorded decisions under another pack, by id: what would come out otherwise.

    Raises:
        ServiceError: no such pack, adopted or shipped.

    """
    other = _pack_named(session, pack)
    entries = history(session, case)
    found = []
    for index, entry in enumerate(entries):
        record = _record_of(entry)
        if record is None:
            continue
        # Another rule may ask for facts that this decision never read: all that was known then.
        known = _known_then(session, entries[:index], entry, record)
        complete = msgspec.structs.replace(record, facts={**known, **record.facts})
        differences = _repeat(session, entry, complete, other)
        found.append(_repetition(entry, record, other, tuple(differences)))
    return tuple(found)


def blame(session: Session, case: str, *, field: str | None = None) -> tuple[Blame, ...]:
    """Return for each field of the case the entry that made it what it is.

    Raises:
        ServiceError: no such field.

    """
    names = [name for name in Case.__struct_fields__ if name not in _BOOKKEEPING]
    if field is not None and field not in names:
        raise ServiceError(
            f"{field}: expected a field of a case, found none", hint=", ".join(names), exit_code=2
        )
    state = Case(stream=case)
    blamed: dict[str, Blame] = {}
    for entry in amended(history(session, case)):
        after = evolve(state, entry)
        for name in names if field is None else [field]:
            value = getattr(after, name)
            if value != getattr(state, name):
                blamed[name] = Blame(
                    field=name,
                    value=sorted(value) if isinstance(value, frozenset) else value,
                    position=entry.position,
                    type=wire_name(entry.event),
                    effective_on=entry.effective_on,
                    recorded_at=entry.recorded_at,
                    actor=entry.actor,
                    office=entry.office,
                )
        state = after
    return tuple(blamed[name] for name in names if name in blamed)


_BOOKKEEPING = frozenset({"stream", "version", "last_position"})


def _record_of(entry: Recorded) -> policy.DecisionRecord | None:
    """Return the decision record of an entry, if its event carries one."""
    record = getattr(entry.event, "decision", None)
    return record if isinstance(record, policy.DecisionRecord) else None


def _view(
    session: Session, entry: Recorded, record: policy.DecisionRecord, overridden: tuple[str, ...]
) -> DecisionView:
    """Return a decision with the texts of its clauses from the pinned pack."""
    pack = session.policy().pack(record.pack_hash)
    kind = EVENTS[wire_name(entry.event)]
    clauses = []
    for kept in record.clauses:
        clause = pack.clause(kept.id)
        paths = clause.paths if clause else ()
        clauses.append(
            ClauseView(
                id=kept.id,
                citation=kept.citation,
                outcome=kept.outcome,
                text_zh=clause.text_zh if clause else "",
                text_en=clause.text_en if clause else "",
                facts={path: record.facts[path] for path in paths if path in record.facts},
            )
        )
    return DecisionView(
        position=entry.position,
        type=record.act,
        title_zh=kind.title_zh,
        title_en=kind.title_en,
        effective_on=entry.effective_on,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        office=entry.office,
        pack=record.pack,
        pack_hash=record.pack_hash,
        outcome=record.outcome,
        amount_fen=record.amount_fen,
        parts=record.parts,
        clauses=tuple(clauses),
        withheld=record.withheld,
        overridden=overridden,
    )


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
    session: Session, entry: Recorded, record: policy.DecisionRecord, pack: ResolvedPack
) -> list[policy.Difference]:
    """Decide again on the facts kept, with the calendar known on the day of the entry."""
    calendar = session.policy().calendar_known_on(china_day(entry.recorded_at))
    withheld: dict[str, Any] | None = None
    if record.withheld and session.vault is not None and DECISION_FACTS in entry.sealed:
        opened = session.vault.open(entry.sealed[DECISION_FACTS])
        withheld = None if opened is None else msgspec.json.decode(opened)
    return policy.redecide(record, pack, calendar=calendar, withheld=withheld)


def _known_then(
    session: Session, before: list[Recorded], entry: Recorded, record: policy.DecisionRecord
) -> dict[str, Any]:
    """Return the facts by dotted path as the ledger knew them just before an entry."""
    by = Proposal(
        type=record.act,
        stream=entry.stream,
        event=entry.event,
        effective_on=entry.effective_on,
        actor=entry.actor,
        office=entry.office,
    )
    known_on = china_day(entry.recorded_at)
    given = Circumstances(
        case=fold_case(entry.stream, before),
        standards=session.policy().standards_known_on(known_on),
        recorded_on=known_on,
        office_kind=session.office_kind(entry.office),
    )
    facts = facts_of(record.act, entry.event, by, given)
    standards = msgspec.to_builtins(facts.pop("standards"))
    flat = {
        f"{root}.{name}": value
        for root, named in facts.items()
        for name, value in named.items()
        if f"{root}.{name}" not in SENSITIVE
    }
    return {**flat, "standards": standards}


def _facts_not_borne_out(
    session: Session, before: list[Recorded], entry: Recorded, record: policy.DecisionRecord
) -> list[policy.Difference]:
    """Compare the facts kept in a decision with the fold of the entries before it."""
    known = _known_then(session, before, entry, record)
    proposed = _PROPOSED.get(record.act, ())
    found = [
        policy.Difference(kind="fact", name=path, expected=str(kept), found=str(known.get(path)))
        for path, kept in record.facts.items()
        if _is_known_then(path) and path not in proposed and known.get(path) != kept
    ]
    kept, published = record.facts.get("standards", ()), known["standards"]
    if any(standard not in published for standard in kept):
        found.append(
            policy.Difference(
                kind="fact", name="standards", expected=str(kept), found=str(published)
            )
        )
    return found


def _is_known_then(path: str) -> bool:
    """Whether the ledger can say what a fact was: of the case, or of the act as it was proposed.

    What kind an office was is asked by the powers, position by position.
    """
    root, _, name = path.partition(".")
    return root == "case" or (root == "act" and name not in {*DECIDED_FIELDS, "office_kind"})


def _pack_not_in_force(
    session: Session, entry: Recorded, pack: ResolvedPack
) -> list[policy.Difference]:
    """Compare the pack of a decision with the one that held, by what was adopted before the entry."""
    adopted = [one for one in session.policy().adoptions() if one.position < entry.position]
    held = pack_in_force(adopted, entry.effective_on, china_day(entry.recorded_at))
    if held is not None and held.pack_hash == pack.hash:
        return []
    found = "none" if held is None else held.pack_hash
    return [policy.Difference(kind="pack", name=pack.id, expected=pack.hash, found=found)]


_PROPOSED = {"ReviewOpinionGiven": ("case.form",)}
"""Facts that the act itself proposes; the case does not have them yet."""


def _pack_named(session: Session, name: str) -> ResolvedPack:
    """Return a pack by id: as adopted last, else as shipped."""
    for adoption in reversed(session.policy().adoptions()):
        if adoption.pack == name:
            return session.policy().pack(adoption.pack_hash)
    files = shipped("packs")
    if name not in files:
        raise ServiceError(
            f"{name}: expected a policy pack, found none",
            hint=", ".join(sorted(files)),
            exit_code=2,
        )
    return PackLibrary(files).resolve(name)
