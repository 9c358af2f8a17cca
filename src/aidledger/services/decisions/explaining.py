"""Explains decisions clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.events.support import DeathRecorded
from aidledger.domain.facts import MONTHLY
from aidledger.domain.policy import decision as policy
from aidledger.domain.policy.amounts import AmountPart
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.recorded import END_OF_TIME, Recorded, amended
from aidledger.said import Said
from aidledger.services.cases.amending import Amendment, amendments
from aidledger.services.cases.history import history
from aidledger.services.cases.running import LimitShown, limit_shown, running_limits
from aidledger.services.clock import china_day
from aidledger.services.decisions.redeciding import record_of
from aidledger.services.session import Session

OUTCOMES: Final[dict[str, Said]] = {
    "allow": Said("准许", "allowed"),
    "refuse": Said("规则不允许", "against the rules"),
    "met": Said("符合", "met"),
    "failed": Said("不符合", "failed"),
    "undecidable": Said("无法判定", "undecidable"),
    "not_applicable": Said("不适用", "not applicable"),
}
"""What comes of a decision, and of a clause."""


class ClauseView(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of a decision: its text, citation, the facts it read and what it said."""

    id: str
    citation: str
    outcome: str
    text_zh: str
    text_en: str
    facts: dict[str, Any]


class PartView(AmountPart, frozen=True, kw_only=True):
    """One part of an amount with the text of its pack, which is empty for a part shown under another name."""

    text_zh: str
    text_en: str


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of a day before a decision (`on`) that the ledger learned on a day after it (`known_since`)."""

    position: int
    type: str
    title_zh: str
    title_en: str
    on: str
    known_since: str


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded decision, ready to be shown; ``limits`` are those that it began or ended.

    ``amended``: what corrected or annulled it later, in order; ``learned``: what it could not know.
    """

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
    parts: tuple[PartView, ...]
    clauses: tuple[ClauseView, ...]
    withheld: tuple[str, ...]
    overridden: tuple[str, ...]
    limits: tuple[LimitShown, ...]
    amended: tuple[Amendment, ...]
    learned: tuple[Learned, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every decision of a case up to a day, in order; apart from them those that were annulled since."""

    case: str
    as_of: str | None
    known_on: str | None
    decisions: tuple[DecisionView, ...]
    annulled: tuple[DecisionView, ...]


def explain(
    session: Session, case: str, *, as_of: str | None = None, known_on: str | None = None
) -> Explanation:
    """Return the decisions of a case that had taken effect by ``as_of``, as known on a day."""
    known = history(session, case, known_on=known_on)
    last = as_of or END_OF_TIME
    stands = {entry.position: entry for entry in amended(known)}
    made = amendments(known)
    limits = running_limits(session, case, known, as_of=last, known_on=known_on)
    overridden: list[str] = []
    decisions: list[DecisionView] = []
    annulled: list[DecisionView] = []
    for entry in known:
        now = stands.get(entry.position, entry)
        if now.effective_on > last:
            continue
        if wire_name(now.event) == "RuleOverridden":
            overridden.append(getattr(now.event, "clause", ""))
            continue
        record = record_of(now)
        if record is not None:
            view = _view(session, now, record, tuple(overridden))
            own = [t for t in limits if now.position in (t.from_position, t.done_position)]
            shown = replace(
                view,
                limits=tuple(map(limit_shown, own)),
                amended=made.of(now.position),
                learned=_learned_after(now, stands.values()),
            )
            (decisions if now.position in stands else annulled).append(shown)
        overridden = []
    return Explanation(
        case=case,
        as_of=as_of,
        known_on=known_on,
        decisions=tuple(decisions),
        annulled=tuple(annulled),
    )


def _learned_after(decision: Recorded, entries: Iterable[Recorded]) -> tuple[Learned, ...]:
    """Return the facts of days before a decision that were recorded on days after it.

    Payments and visits are left out: a case has many, and they decide nothing.
    """
    decided = china_day(decision.recorded_at)
    found = []
    for entry in entries:
        event = entry.event
        kind = EVENTS[wire_name(event)]
        on = event.died_on if isinstance(event, DeathRecorded) else entry.effective_on
        since = china_day(entry.recorded_at)
        if on >= decision.effective_on or since <= decided or kind.wish:
            continue
        if kind.name in MONTHLY or isinstance(event, (EntryAnnulled, EntryCorrected)):
            continue
        found.append(
            Learned(
                position=entry.position,
                type=kind.name,
                title_zh=kind.title_zh,
                title_en=kind.title_en,
                on=on,
                known_since=since,
            )
        )
    return tuple(found)


def _part(pack: ResolvedPack, part: AmountPart) -> PartView:
    """Return a part with its text; what is shown as another says nothing of which amount it is."""
    texts = [(one.text_zh, one.text_en) for one in pack.amounts if one.code == part.code]
    text_zh, text_en = texts[0] if texts else ("", "")
    return PartView(**msgspec.structs.asdict(part), text_zh=text_zh, text_en=text_en)


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
        parts=tuple(_part(pack, part) for part in record.parts),
        clauses=tuple(clauses),
        withheld=record.withheld,
        overridden=overridden,
        limits=(),
        amended=(),
        learned=(),
    )
