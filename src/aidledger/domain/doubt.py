"""A doubt as the entries make it: what it is about, how far it is, and which step may come next.

The order of the steps is what the words mean (nothing is decided that nobody confirmed) and holds
under every pack; days, and how much must be settled, are matters of the pack. Nothing closes a doubt
but an act of a person: neither time nor a rule that finds nothing any more (ADR 0019).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.events import doubt as events
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.doubt import Outcome
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing

IDENTITY_LABEL: Final = b"aidledger/doubt/v1\n"
MOST_POSITIONS: Final = 1_000
"""How many positions an entry names: a record has 65,535 bytes."""

STAGES: Final = {
    "DoubtAssigned": "assigned",
    "DoubtVerified": "verified",
    "DoubtConfirmed": "confirmed",
    "DoubtRefuted": "refuted",
    "DoubtDecided": "decided",
    "DoubtSettled": "settled",
    "DoubtClosed": "closed",
    "DoubtReopened": "reopened",
}
"""What a doubt is after each step; before the first it is ``raised``."""
STEPS: Final[dict[str, tuple[str, ...]]] = {
    "DoubtAssigned": ("raised", "assigned", "reopened"),
    "DoubtVerified": ("raised", "assigned", "verified", "reopened"),
    "DoubtConfirmed": ("verified",),
    "DoubtRefuted": ("verified",),
    "DoubtDecided": ("confirmed",),
    "DoubtSettled": ("decided", "settled"),
    "DoubtClosed": ("refuted", "decided", "settled"),
    "DoubtReopened": ("refuted", "closed"),
}
"""After what each step may come."""
_JUDGED: Final = frozenset({"confirmed", "refuted", "decided", "settled", "closed"})
"""Verified again after that, a doubt stays what it is until somebody reopens it."""
OVER: Final = frozenset({"refuted", "closed"})
BY_ENTRIES: Final[dict[Outcome, tuple[str, ...]]] = {
    "recovery": ("RecoveryOrdered", "PaymentRecovered", "RecoveryWaived", "FundReturned"),
    "payment": ("PaymentIssued", "PaymentReissued", "CashHandedOver", "HelpGranted"),
    "correction": (
        *("EntryCorrected", "EntryAnnulled", "EntitlementSet", "SupportSuspended"),
        *("TerminationApproved", "FundReturned", "FundReceived", "AccountBound", "ListWithdrawn"),
    ),
}
"""Which entries do what was decided; for the other outcomes there are none."""
_MONEY: Final = frozenset({"PaymentRecovered", "RecoveryWaived", "FundReturned", "PaymentIssued"})
"""Of these the amounts count; an order is none yet, and what is given again was counted before."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one doubt. Empty text means not (yet) so; `raised_at` is -1 where nobody raised it."""

    stream: str
    version: int = 0
    raised_at: int = -1
    rule: str = ""
    subject: str = ""
    case: str = ""
    severity: str = ""
    period: str = ""
    amount_fen: int | None = None
    positions: tuple[int, ...] = ()
    sightings: int = 0
    stage: str = ""
    judged: bool = False
    """Whether it was judged since it was raised or last reopened."""
    verified_on_site: bool = False
    confirmed_fen: int | None = None
    outcomes: tuple[Outcome, ...] = ()
    decided_fen: int = 0
    settled_fen: int = 0
    settled_by: tuple[int, ...] = ()
    reopened: int = 0
    out_of_order: int = 0
    """How many steps came when they could not: recorded around the program."""


class Misstep(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step may not come now."""

    code: str
    text_zh: str
    text_en: str


def identity_of(rule: str, subject: str, period: str | None) -> str:
    """Return the hex SHA-256 of what makes a doubt the same: rule, subject, beginning of the period.

    Not the whole period: a matter that goes on ends later each night. Not the positions or the amount:
    they grow. Not the text of the rule: a doubt outlives its wording.
    """
    began = (period or "").partition("/")[0]
    text = json.dumps([rule, subject, began], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(IDENTITY_LABEL + text.encode()).hexdigest()


def stream_of(rule: str, identity: str) -> str:
    """Return the stream of a doubt: one for an identity, so that none is raised twice."""
    return f"doubt/{rule}-{identity[:16]}"


def evolve_doubt(doubt: Doubt, at: Recorded) -> Doubt:
    """Return the doubt after one more entry. The last step counts, in order or not."""
    change = msgspec.structs.replace
    doubt = change(doubt, version=at.version)
    event = at.event
    match event:
        case events.DoubtRaised() if doubt.raised_at < 0:
            return change(
                doubt,
                raised_at=at.position,
                rule=event.rule,
                subject=event.subject,
                case=event.case or "",
                severity=event.severity,
                period=event.period or "",
                amount_fen=event.amount_fen,
                positions=tuple(sorted(set(event.positions))),
                sightings=1,
                stage=doubt.stage or "raised",
            )
        case events.DoubtRaised() | events.DoubtSeenAgain():
            return change(
                doubt,
                severity=event.severity,
                period=event.period or doubt.period,
                amount_fen=_greater(doubt.amount_fen, event.amount_fen),
                positions=tuple(sorted({*doubt.positions, *event.positions})),
                sightings=doubt.sightings + 1,
            )
        case events.DoubtVerified() if doubt.judged:
            return doubt
        case events.DoubtVerified():
            doubt = change(doubt, verified_on_site=doubt.verified_on_site or event.on_site)
        case events.DoubtConfirmed():
            doubt = change(doubt, confirmed_fen=event.amount_fen)
        case events.DoubtDecided():
            doubt = change(doubt, outcomes=event.outcomes, decided_fen=event.amount_fen)
        case events.DoubtSettled():
            doubt = change(
                doubt,
                settled_fen=doubt.settled_fen + event.amount_fen,
                settled_by=tuple(sorted({*doubt.settled_by, *event.entries})),
            )
        case events.DoubtReopened():
            doubt = change(
                doubt,
                reopened=doubt.reopened + 1,
                verified_on_site=False,
                confirmed_fen=None,
                outcomes=(),
                decided_fen=0,
                settled_fen=0,
            )
        case _:
            pass
    step = wire_name(event)
    if step not in STAGES:
        return doubt
    wrong = doubt.stage not in STEPS[step]
    return change(
        doubt,
        stage=STAGES[step],
        judged=STAGES[step] in _JUDGED or (doubt.judged and step != "DoubtReopened"),
        out_of_order=doubt.out_of_order + wrong,
    )


def _greater(one: int | None, other: int | None) -> int | None:
    return max((fen for fen in (one, other) if fen is not None), default=None)


def fold_doubt(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Doubt:
    """Fold a doubt's entries in log order, leaving out what is effective after ``as_of``."""
    doubt = Doubt(stream=stream)
    for entry in standing(entries, as_of=as_of):
        doubt = evolve_doubt(doubt, entry)
    return doubt


def misstep(doubt: Doubt, event: Event, named: Sequence[Recorded] = ()) -> Misstep | None:
    """Return why a step may not be taken on a doubt, nothing where it may.

    Args:
        doubt: as it stands.
        event: the step.
        named: the entries that it names as having settled the doubt, those of them that there are.

    """
    step = wire_name(event)
    if step not in STEPS:
        return None
    if doubt.stage not in STEPS[step]:
        return Misstep(
            code="order",
            text_zh=f"疑点现为 {doubt.stage or '未提出'}；此步骤须在 {'、'.join(STEPS[step])} 之后",
            text_en=f"the doubt is {doubt.stage or 'not raised'}; "
            f"this step comes after {' or '.join(STEPS[step])}",
        )
    match event:
        case events.DoubtDecided(outcomes=outcomes) if not _one_decision(outcomes):
            return Misstep(
                code="outcomes",
                text_zh="处理决定至少一项；不作处理（none）不与其他并列",
                text_en="at least one outcome is decided, and none stands alone",
            )
        case events.DoubtSettled():
            return _unsettled(doubt, event, named)
        case events.DoubtClosed() if _unfinished(doubt):
            return Misstep(
                code="settled",
                text_zh="决定追回、补发或更正的疑点，须先落实再销号",
                text_en="recovery, payment or correction was decided and is not settled yet",
            )
        case _:
            return None


def next_steps(doubt: Doubt) -> list[str]:
    """Return the steps that may come next, by event type."""
    return [
        step
        for step, stages in STEPS.items()
        if doubt.stage in stages and not (step == "DoubtClosed" and _unfinished(doubt))
    ]


def _unfinished(doubt: Doubt) -> bool:
    """Whether something was decided that entries do, and none has been named."""
    return doubt.stage == "decided" and not BY_ENTRIES.keys().isdisjoint(doubt.outcomes)


def _one_decision(outcomes: Sequence[Outcome]) -> bool:
    return bool(outcomes) and ("none" not in outcomes or set(outcomes) == {"none"})


def _unsettled(
    doubt: Doubt, event: events.DoubtSettled, named: Sequence[Recorded]
) -> Misstep | None:
    """Return why the named entries don't settle a doubt."""
    there = {entry.position for entry in named}
    missing = sorted(set(event.entries) - there)
    fitting = {name for outcome in doubt.outcomes for name in BY_ENTRIES.get(outcome, ())}
    strange = [one for one in named if wire_name(one.event) not in fitting]
    early = [one for one in named if one.position <= doubt.raised_at]
    counted = sorted({*event.entries} & {*doubt.settled_by})
    elsewhere = [one for one in named if doubt.case and _beside(one, doubt.case)]
    total = settled_fen(named)
    if missing or not event.entries:
        places = ", ".join(map(str, missing))
        return _named(places, "没有这些记录", "there are no such entries")
    if strange:
        return _named(_places(strange), "不是所决定事项的记录", "not what was decided")
    if early:
        return _named(_places(early), "早于疑点的提出", "recorded before the doubt was raised")
    if counted:
        return _named(", ".join(map(str, counted)), "已经计入", "counted before")
    if elsewhere:
        return _named(_places(elsewhere), "属于其他事项", "of another case")
    if event.amount_fen != total:
        return _named(
            str(total), "所列记录的金额（分）不符", "what they come to, in fen, is another"
        )
    return None


def _beside(entry: Recorded, case: str) -> bool:
    return entry.stream.startswith("case/") and entry.stream != case


def _places(entries: Iterable[Recorded]) -> str:
    return ", ".join(str(one.position) for one in entries)


def _named(what: str, zh: str, en: str) -> Misstep:
    return Misstep(code="entries", text_zh=f"{zh}：{what}", text_en=f"{en}: {what}")


def settled_fen(named: Iterable[Recorded]) -> int:
    """Return what entries that settle a doubt come to, in fen: money moved, not money ordered."""
    return sum(
        getattr(entry.event, "amount_fen", 0) for entry in named if wire_name(entry.event) in _MONEY
    )


def doubt_facts(doubt: Doubt | None) -> dict[str, Any]:
    """Return the facts of a doubt that clauses may ask about."""
    if doubt is None:
        return {}
    return {
        "severity": doubt.severity,
        "stage": doubt.stage,
        "verified_on_site": doubt.verified_on_site,
        "outcomes": list(doubt.outcomes),
        "decided_fen": doubt.decided_fen,
        "settled_fen": doubt.settled_fen,
    }
