"""Decides what becomes of a proposal: the events to record, or every rule that refuses it.

A wish is held against the clauses of the policy pack in force; a fact is never refused. What a
decision brings with it by rule (an entitlement with its amount, a disqualification below the pass
mark) follows in the same batch. Nothing here knows a day count, an age, a ratio or a sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from aidledger.domain.asked.person import PersonFacts
from aidledger.domain.calendar import Calendar
from aidledger.domain.carer import Carer
from aidledger.domain.casestate import Case
from aidledger.domain.complaint import Complaint
from aidledger.domain.contract import Contract, contract_facts
from aidledger.domain.doubt import Doubt, doubt_facts, misstep
from aidledger.domain.entitling import FOLLOWED, day_of_facts, month_entitled
from aidledger.domain.events import care, decision, ending, helping, household, support
from aidledger.domain.events.base import AmountLine, Event
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.facts import (
    SENSITIVE,
    ActFacts,
    CaseFacts,
    carer_facts,
    complaint_facts,
    run_facts,
)
from aidledger.domain.fund import Fund, fund_facts
from aidledger.domain.payrun import PayRun
from aidledger.domain.policy import decision as policy
from aidledger.domain.policy.amounts import Standard
from aidledger.domain.policy.clause import ClauseResult
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.refusal import (
    NO_LIMIT,
    NO_PACK,
    NO_RULE,
    NO_STREAM,
    Refusal,
    beyond_returned,
    other_account,
    second_application,
    wrong_step,
)
from aidledger.domain.stock import Stock, stock_facts
from aidledger.domain.timers import MOVING, Timer, timer_facts
from aidledger.domain.values import month_of

_OPENING_WISHES: Final = frozenset({"PayRunOpened"})
WITH_RECORD: Final = (
    helping.HelpGranted,
    helping.RecognitionGranted,
    decision.ReviewOpinionGiven,
    decision.ApplicationApproved,
    decision.ApplicationRefused,
    ending.TerminationApproved,
    household.GradualExitGranted,
    support.EntitlementSet,
)
"""Events that carry the record of their decision: none is taken under a pack that has no rule on it."""


_WITH_AMOUNT: Final = frozenset({"EntitlementSet", "ReviewOpinionGiven"})
"""Those of them that carry an amount."""


class Circumstances(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a decision may know: the states it is about, the rule, the day, the opened facts."""

    case: Case | None = None
    carer: Carer | None = None
    complaint: Complaint | None = None
    run: PayRun | None = None
    fund: Fund | None = None
    stock: Stock | None = None
    contract: Contract | None = None
    doubt: Doubt | None = None
    named: tuple[Recorded, ...] = ()
    """The entries that the act names, those of them that there are."""
    pack: ResolvedPack | None = None
    calendar: Calendar | None = None
    standards: tuple[Standard, ...] = ()
    recorded_on: str
    revealed: Mapping[str, str] = {}
    others: tuple[Case, ...] = ()
    """The person's other cases, where a rule asks about them."""
    timer: Timer | None = None
    """The limit that an act moves, where it runs."""
    stream_version: int = 0
    office_kind: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event to record; ``under_pack`` says that the policy pack is pinned to it."""

    event: Event
    type: str
    under_pack: bool
    sealed_facts: dict[str, Any] = {}


class Decided(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is to be recorded, in order."""

    steps: tuple[Step, ...]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing may be recorded; all refusals together."""

    refusals: tuple[Refusal, ...]


def decide(proposal: Proposal, given: Circumstances) -> Decided | Refused:
    """Return the events that record a proposal, or what refuses it; ``follow`` says what comes of it."""
    if not EVENTS[proposal.type].wish:
        fact = Step(event=proposal.event, type=proposal.type, under_pack=False)
        return Decided(steps=(fact,))
    if given.pack is None:
        return Refused(refusals=(NO_PACK,))
    if given.stream_version == 0 and proposal.type not in _OPENING_WISHES:
        return Refused(refusals=(NO_STREAM,))
    if given.doubt is not None and (wrong := misstep(given.doubt, proposal.event, given.named)):
        return Refused(refusals=(wrong_step(wrong),))
    if isinstance(proposal.event, WITH_RECORD) and not given.pack.clauses_for(proposal.type):
        return Refused(refusals=(NO_RULE,))
    if proposal.type in MOVING and not _can_be_moved(proposal.type, given.timer):
        return Refused(refusals=(NO_LIMIT,))
    facts = facts_of(proposal.type, proposal.event, proposal, given)
    failed = policy.decide_clauses(given.pack, proposal.type, facts, given.calendar).refusals
    # what no money came back for at all is the pack's to refuse
    refusals = tuple(_refusal(result, given.pack) for result in failed) or beyond_returned(
        proposal.event, given.case
    )
    refusals += other_account(proposal.event, given.case, proposal.effective_on)
    refusals += second_application(proposal.type, given.case)
    if refusals:
        waived = {despite.clause for despite in proposal.despite}
        if standing := tuple(one for one in refusals if one.clause not in waived):
            return Refused(refusals=standing)
    act = _with_decision(proposal.type, proposal.event, facts, given)
    return Decided(steps=(*overridden(proposal, under_pack=True), act))


def _can_be_moved(act_type: str, timer: Timer | None) -> bool:
    """Whether the limit runs, and the pack gives any ground to move it so."""
    if timer is None:
        return False
    mobility = timer.limit.mobility
    extends = act_type == "LimitExtended"
    return bool(mobility.extension_grounds if extends else mobility.suspension_grounds)


def overridden(proposal: Proposal, *, under_pack: bool) -> tuple[Step, ...]:
    """Return what says before an act which rules it breaks, and on whose authority."""
    if not proposal.despite:
        return ()
    return tuple(
        Step(
            event=RuleOverridden(
                act=proposal.type,
                authority=despite.authority,
                clause=despite.clause,
                reason=despite.reason,
            ),
            type="RuleOverridden",
            under_pack=under_pack,
        )
        for despite in proposal.despite
    )


def reads_sensitive(pack: ResolvedPack, act_type: str) -> bool:
    """Whether deciding on an act, or on what follows from it, reads facts that are sealed."""
    acts = (act_type, "EntitlementSet") if act_type in FOLLOWED else (act_type,)
    paths = {path for act in acts for clause in pack.clauses_for(act) for path in clause.paths}
    if any(path.startswith("due.") for path in paths) or _WITH_AMOUNT & set(acts):
        paths |= {path for rule in pack.amounts for path in rule.paths}
    return not SENSITIVE.isdisjoint(paths)


def reads_person(pack: ResolvedPack, act_type: str) -> bool:
    """Whether deciding on an act asks about the person's other cases."""
    return any(
        path.startswith("person.") for clause in pack.clauses_for(act_type) for path in clause.paths
    )


def facts_of(
    name: str, event: Event, by: Proposal, given: Circumstances, *, on: str = ""
) -> dict[str, Any]:
    """Return the nested facts that the clauses of an act may read, of the case `on` a day.

    That day is the act's own, and of an entitlement the last one before the month that it counts from.
    """
    month = _month_of_act(event, by.effective_on)
    on = on or day_of_facts(event, by.effective_on)
    case = given.case or Case(stream=by.stream)
    return {
        "act": ActFacts(
            name,
            event,
            actor=by.actor,
            office=by.office,
            office_kind=given.office_kind,
            effective_on=by.effective_on,
        ),
        "case": CaseFacts(case, on=on, month=month, revealed=given.revealed),
        "person": PersonFacts(case, given.others, on=by.effective_on, month=month),
        "carer": carer_facts(given.carer),
        "complaint": complaint_facts(given.complaint),
        "run": run_facts(given.run),
        "fund": fund_facts(given.fund),
        "stock": stock_facts(given.stock, event),
        "contract": contract_facts(given.contract, month),
        "doubt": doubt_facts(given.doubt),
        "limit": timer_facts(given.timer),
        "standards": list(given.standards),
        "day": {"effective_on": by.effective_on, "recorded_on": given.recorded_on},
    }


def _month_of_act(event: Event, effective_on: str) -> str:
    """Return the month an act is about: its own, or that of its day."""
    for field in ("month", "from_month", "last_month"):
        month = getattr(event, field, None)
        if month:
            return str(month)
    return month_of(effective_on)


def _with_decision(name: str, event: Event, facts: dict[str, Any], given: Circumstances) -> Step:
    """Return the step with its decision record, and the amounts that the pack gives."""
    pack = given.pack
    if pack is None or not isinstance(event, WITH_RECORD):
        return Step(event=event, type=name, under_pack=pack is not None)
    with_amount = name in _WITH_AMOUNT
    if with_amount:
        facts = _with_form(event, facts)
    record, hidden = policy.decide(
        pack,
        name,
        facts,
        calendar=given.calendar,
        with_amount=with_amount,
        withhold=SENSITIVE,
    )
    change: dict[str, Any] = {"decision": record}
    match event:
        case support.EntitlementSet():
            change["monthly_fen"] = record.amount_fen or 0
            change["parts"] = tuple(
                AmountLine(code=part.code, fen=part.fen, formula=part.formula)
                for part in record.parts
            )
        case decision.ReviewOpinionGiven():
            change["proposed_fen"] = record.amount_fen or 0
        case _:
            pass
    return Step(
        event=msgspec.structs.replace(event, **change),
        type=name,
        under_pack=True,
        sealed_facts=hidden,
    )


def _with_form(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts for the amounts: the form proposed counts before it is set."""
    form = getattr(event, "form", None) or facts["case"]["form"]
    return {**facts, "case": {**facts["case"], "form": form}}


def _refusal(result: ClauseResult, pack: ResolvedPack) -> Refusal:
    """Return what a failed clause says to whoever asked."""
    clause = pack.clause(result.id)
    text_zh, text_en = (clause.text_zh, clause.text_en) if clause else (result.id, result.id)
    facts = {path: value for path, value in result.facts.items() if path not in SENSITIVE}
    return Refusal(
        clause=result.id,
        citation=result.citation,
        text_zh=" ".join(filter(None, (text_zh, result.why("zh")))),
        text_en=" ".join(filter(None, (text_en, result.why("en")))),
        facts=facts,
    )


def follow(proposal: Proposal, before: Circumstances, after: Circumstances) -> tuple[Step, ...]:
    """Return what the pack lets follow at once from an act.

    Args:
        proposal: the act.
        before: the circumstances it was decided in.
        after: the same with the states that the act has led to, and the pack of `month_entitled`.

    """
    pack, case, event = after.pack, after.case, proposal.event
    if pack is None:
        return ()
    match event:
        case care.CarerScored(score=score):
            mark = pack.parameters.get("pass_mark")
            if mark is None or score >= mark or not (after.carer and after.carer.qualified):
                return ()
            return _below_the_mark(pack, event)
        case decision.ApplicationApproved():
            return _entitle(proposal, after, "approval")
        case support.AbilityAssessed() if case and case.from_month:
            return _entitle(proposal, after, "ability")
        case support.SupportFormSet(form=form) if case and case.from_month:
            if before.case and before.case.form_on(proposal.effective_on) == form:
                return ()
            return _entitle(proposal, after, "form")
        case _ if proposal.type in pack.follows and case and case.is_supported:
            return _entitle(proposal, after, pack.follows[proposal.type])
        case _:
            return ()


def _below_the_mark(pack: ResolvedPack, scored: care.CarerScored) -> tuple[Step, ...]:
    """Return what the pack says of a carer who failed: out at once, or looked into by the county."""
    match pack.parameters.get("on_fail"):
        case "disqualify":
            lost = care.CarerDisqualified(ground="score", month=scored.month, score=scored.score)
            return (Step(event=lost, type="CarerDisqualified", under_pack=True),)
        case "review":
            asked = care.CarerReviewOrdered(ground="score", month=scored.month, score=scored.score)
            return (Step(event=asked, type="CarerReviewOrdered", under_pack=True),)
        case _:
            return ()


def _entitle(proposal: Proposal, after: Circumstances, reason: Any) -> tuple[Step, ...]:
    """Return the entitlement that follows, with its amount.

    None follows under a pack without amounts, such as the nation's where the county's own has ended:
    what was set would end in nothing.
    """
    if after.pack and not after.pack.amounts and after.case and after.case.entitlements:
        return ()
    return (_entitled(proposal, after, month_entitled(proposal, after.case), reason),)


def entitle_anew(
    proposal: Proposal, after: Circumstances, month: str, reason: Any
) -> tuple[Step, ...]:
    """Return what one of `months_anew` is entitled to now; nothing where that stands, or nobody can say.

    Args:
        proposal: the act that changes what is due.
        after: the circumstances with all that it has led to so far, and the pack of the month.
        month: the month.
        reason: why the entitlement of the act was set.

    """
    if after.pack is None or not after.pack.amounts or after.case is None:
        return ()
    step = _entitled(proposal, after, month, reason)
    event = step.event
    if not isinstance(event, support.EntitlementSet) or event.decision is None:
        return ()
    known = event.decision.amount_fen is not None
    return (step,) if known and event.monthly_fen != after.case.entitled_fen(month) else ()


def _entitled(proposal: Proposal, after: Circumstances, month: str, reason: Any) -> Step:
    event = support.EntitlementSet(from_month=month, reason=reason)
    facts = facts_of("EntitlementSet", event, proposal, after)
    return _with_decision("EntitlementSet", event, facts, after)
