"""Who did what on a case, a run, a list: the history that separation of duties asks about.

One ``Involvement`` a stream, and a few that are no stream: of a place (who approved there), of a
file (who put the list up) and of an actor (how much they approved). All come from the entries
in their order; nothing is read from anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from aidledger.domain.events import (
    audit,
    care,
    complaint,
    decision,
    discovery,
    doubt,
    duty,
    inquiry,
    intake,
    payment,
    support,
    unit,
)
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.registry import ListPublished
from aidledger.domain.recorded import Recorded

APPROVED: Final = "ApplicationApproved"
"""The act that is counted, and kept from whoever pays and publishes."""
_TOGETHER: Final = (inquiry.HouseholdSurveyed, doubt.DoubtVerified)
"""Acts of which everybody whom they name has done them."""
_DECISIONS: Final = (APPROVED, "ApplicationRefused")
_PLACE_DIGITS: Final = (6, 9, 12)
REMEMBERED_APPROVALS: Final = 1_000
"""How many of an actor's last approvals are kept with their time; no lawful hour has more."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The last act of a type: where it stands, by whom, at which office, recorded on which day."""

    position: int
    actor: str
    office: str
    recorded_on: str


class AccountChange(msgspec.Struct, frozen=True, kw_only=True):
    """A request to pay to another account, and what became of it."""

    account: str
    requested_by: str
    requested_on: str
    confirmed_by: str = ""
    channel: str = ""


class Involvement(msgspec.Struct, frozen=True, kw_only=True):
    """The history of one stream. Empty text means not known.

    ``by`` names all actors by act type, ``last`` the last act of each type; ``previous`` is the entry
    before, as (type, actor).
    """

    stream: str = ""
    place: str = ""
    programme: str = ""
    applicant: str = ""
    relative_of: tuple[str, ...] = ()
    proposed_fen: int = 0
    account: str = ""
    change: AccountChange | None = None
    person: str = ""
    subject_case: str = ""
    subject_officer: str = ""
    previous: tuple[str, str] = ("", "")
    by: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    last: Mapping[str, Done] = MappingProxyType({})
    approved_at: tuple[str, ...] = ()
    """Of an actor: the times of the last approvals, in order."""
    approvals: int = 0
    second_looks: int = 0

    def who(self, acts: Iterable[str]) -> tuple[str, ...]:
        """Return everybody who did any of some acts, sorted."""
        return tuple(sorted({actor for act in acts for actor in self.by.get(act, ())}))


Histories = Mapping[str, Involvement]
NOTHING: Final = Involvement()


def of_place(place: str) -> str:
    """Return the name of a place's history; with a colon no stream is called so."""
    return f"place:{place}"


def of_file(file: str) -> str:
    """Return the name of a published file's history."""
    return f"file:{file}"


def of_actor(actor: str) -> str:
    """Return the name of an actor's own history."""
    return f"actor:{actor}"


FEEDING: Final[dict[str, tuple[str, ...]]] = {
    "place": ("NeedDiscovered", "ApplicationSubmitted", "CaseMoved", APPROVED),
    "actor": ("NeedDiscovered", "ApplicationSubmitted", "CaseMoved", APPROVED, "SecondLookTaken"),
    "file": ("ListPublished",),
    "run": (
        *("PayRunOpened", "PayRunApproved", "BankFileIssued", "BankResultReceived"),
        *_DECISIONS,
        *("PaymentRostered", "PaymentReissued", "PaymentIssued", "PaymentReturned"),
        *("FundDisbursed", "FundReturned", "RuleOverridden", "EntryCorrected", "EntryAnnulled"),
    ),
}
"""By kind of subject that other streams feed: the types of entries that its history comes from."""


def place_of(event: Event, history: Involvement) -> str:
    """Return the place an act is about: that of its stream, or the one it names; empty if neither.

    An application is where it says: somebody may be discovered in one township and apply in another.
    """
    if history.place and not isinstance(event, intake.ApplicationSubmitted):
        return history.place
    for name in ("village", "township", "place", "county"):
        value = getattr(event, name, None)
        if isinstance(value, str) and value:
            return value
    return ""


def named_in(event: Event) -> tuple[str, ...]:
    """Return the actors whom an act names as having acted, or as going to."""
    match event:
        case inquiry.HouseholdSurveyed():
            return event.investigators
        case complaint.ComplaintRegistered():
            return (event.handler,)
        case doubt.DoubtAssigned(to_officer=str(officer)):
            return (officer,)
        case doubt.DoubtVerified():
            return event.by
        case _:
            return ()


def after(histories: Histories, entry: Recorded, recorded_on: str) -> dict[str, Involvement]:
    """Return the histories that an entry changes, by name: its own stream's, and what it touches."""
    event, stream, act = entry.event, entry.stream, wire_name(entry.event)
    changed: dict[str, Involvement] = {}

    def known(name: str) -> Involvement:
        return changed.get(name) or histories.get(name, NOTHING)

    done = Done(
        position=entry.position, actor=entry.actor, office=entry.office, recorded_on=recorded_on
    )
    mine = known(stream)
    named = named_in(event) if isinstance(event, _TOGETHER) else ()
    mine = changed[stream] = msgspec.structs.replace(
        mine,
        by=_by(mine, act, (entry.actor, *named)),
        stream=stream,
        previous=(act, entry.actor),
        last=MappingProxyType({**mine.last, act: done}),
        **_facts(mine, entry, recorded_on),
    )
    match event:
        case payment.PaymentRostered(run=run) | payment.PaymentReissued(run=run):
            for decided in _DECISIONS:
                changed[run] = _acted(known(run), decided, *mine.who((decided,)))
        case (
            payment.PaymentIssued(run=run)
            | payment.PaymentReturned(run=run)
            | payment.FundDisbursed(run=str(run))
            | payment.FundReturned(run=str(run))
        ):
            changed[run] = _acted(known(run), act, entry.actor)
        case ListPublished():
            name = of_file(event.file)
            shown = _acted(known(name), act, entry.actor)
            changed[name] = msgspec.structs.replace(shown, place=event.place)
        case decision.ApplicationApproved():
            name = of_actor(entry.actor)
            theirs = known(name)
            times = (*theirs.approved_at, entry.recorded_at)[-REMEMBERED_APPROVALS:]
            changed[name] = msgspec.structs.replace(
                theirs, approvals=theirs.approvals + 1, approved_at=times
            )
            for digits in _PLACE_DIGITS:
                if len(mine.place) >= digits:
                    name = of_place(mine.place[:digits])
                    changed[name] = _acted(known(name), APPROVED, entry.actor)
        case duty.SecondLookTaken():
            for approver in mine.who((APPROVED,)):
                theirs = known(of_actor(approver))
                changed[of_actor(approver)] = msgspec.structs.replace(
                    theirs, second_looks=theirs.second_looks + 1
                )
        case _:
            pass
    return changed


def _acted(history: Involvement, act: str, *actors: str) -> Involvement:
    """Return the history with actors added to those who did an act."""
    by = _by(history, act, actors)
    return history if by is history.by else msgspec.structs.replace(history, by=by)


def _by(history: Involvement, act: str, actors: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return who did which act, with actors added to those who did one."""
    known = history.by.get(act, ())
    if all(one in known for one in actors):
        return history.by
    new = tuple(dict.fromkeys(one for one in actors if one not in known))
    return MappingProxyType({**history.by, act: (*known, *new)})


def _facts(history: Involvement, entry: Recorded, recorded_on: str) -> dict[str, Any]:
    """Return the facts that an entry changes in its own stream's history."""
    match entry.event:
        case intake.NeedDiscovered() as event:
            return {"place": history.place or event.village}
        case intake.ApplicationSubmitted() as event:
            return {
                "place": event.village,
                "programme": event.programme,
                "applicant": event.applicant,
            }
        case intake.RelativeDeclared() as event:
            return {"relative_of": (*history.relative_of, event.officer)}
        case support.CaseMoved() as event:
            return {"place": event.village}
        case decision.ReviewOpinionGiven() as event:
            return {"proposed_fen": event.proposed_fen}
        case care.CarerRegistered() as event:
            return {"place": event.township, "person": event.person}
        case complaint.ComplaintReceived() as event:
            return {
                "place": event.township,
                "subject_case": event.subject_case or "",
                "subject_officer": event.subject_officer or "",
            }
        case doubt.DoubtRaised() as event if not history.stream:
            return {"place": event.place or "", "subject_case": event.case or ""}
        case discovery.WarningRaised() as event:
            return {"place": event.village}
        case (
            duty.ExportRequested(place=place)
            | unit.FacilityRegistered(place=place)
            | unit.ResidentSurveyed(village=place)
            | audit.AuditFindingRaised(place=place)
        ):
            return {"place": place}
        case _:
            return _account(history, entry, recorded_on)


def _account(history: Involvement, entry: Recorded, recorded_on: str) -> dict[str, Any]:
    """Return what an entry does to the account that support is paid to."""
    change = history.change
    match entry.event:
        case support.AccountBound() as event:
            return {"account": event.account, "change": None}
        case duty.AccountChangeRequested() as event:
            asked = AccountChange(
                account=event.account, requested_by=entry.actor, requested_on=recorded_on
            )
            return {"change": asked}
        case duty.AccountChangeConfirmed() as event if change and change.account == event.account:
            return {
                "change": msgspec.structs.replace(
                    change, confirmed_by=entry.actor, channel=event.channel
                )
            }
        case _:
            return {}
