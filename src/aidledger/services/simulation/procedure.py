"""From the application to the decision, step by step as the plan of the case has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Literal

import msgspec

from aidledger.domain.events import decision, duty, helping, inquiry, intake, support
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.values import add_months, month_of
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import (
    CLERK,
    COMPLAINT_PHONE,
    COMPLAINTS,
    COUNTY,
    HEAD,
    PUBLISHER,
    REVIEWER,
    SECOND_SURVEYOR,
    SPOT_CHECKER,
    SUPERVISOR,
    SURVEYOR,
)

_CHANNELS: Final[tuple[Literal["patrol", "household_visit", "phone", "data_sharing"], ...]] = (
    "patrol",
    "household_visit",
    "phone",
    "data_sharing",
)
_SPOT_CHECK_PERMILLE: Final = 400
"""Of a programme's files of a month; the rule demands 300, and the first of each month is checked."""

_SECOND_LOOK_EVERY: Final = 10
"""One in so many approvals is looked at again; the table of powers demands one in twenty."""


class SpotChecks:
    """Chooses the files that the county checks at home: of no programme below its share in a month."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}
        self.left_out: set[str] = set()
        """Months in which only relatives of officers are checked."""

    def wanted(self, programme: str, month: str, *, always: bool) -> bool:
        """Return whether the next file of a programme in a month is to be checked."""
        submitted, checked = self._counts.get((programme, month), (0, 0))
        short = checked * 1000 < (submitted + 1) * _SPOT_CHECK_PERMILLE
        wanted = always or (short and month not in self.left_out)
        self._counts[programme, month] = (submitted + 1, checked + wanted)
        return wanted


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme does in its own way.

    It says something with the acceptance, finds out after the survey, and recognises, where it
    does, with the approval.
    """

    declare: Callable[[Dossier], None]
    assess: Callable[[Dossier], None]
    recognise: Callable[[Dossier], None] | None = None
    """Says as what the person is recognised, before support is approved."""
    grant: Callable[[Dossier], None] | None = None
    """Says the decision where it is help once; default: support is approved."""


def apply(
    ways: Ways, case: Dossier, checks: SpotChecks, approved: Callable[[Dossier], None]
) -> Process:
    """Live the whole procedure; ``approved`` is told when support was granted."""
    yield from application(case)
    yield from acceptance(case, ways.declare)
    if case.plan.outcome == "withdraw":
        yield case.turn(2)
        case.say(intake.ApplicationWithdrawn(reason="本人撤回申请"), CLERK)
        return
    yield from inquiry_into(case, ways.assess)
    for step in (_publicity, _opinion) if case.plan.notice_first else (_opinion, _publicity):
        yield from step(case)
    yield from _county(case, checks)
    if case.plan.outcome == "refuse":
        yield from refusal(case)
        return
    if ways.grant is not None:
        ways.grant(case)
        return
    if ways.recognise is not None:
        ways.recognise(case)
    yield from approval(case, approved)


class SecondLooks:
    """Draws the approvals that somebody else looks at again: the first, and each so many after it."""

    def __init__(self) -> None:
        self._count = 0

    def wanted(self) -> bool:
        """Return whether the next approval is drawn."""
        self._count += 1
        return self._count % _SECOND_LOOK_EVERY == 1


def second_look(case: Dossier) -> Process:
    """Look at an approval again on the next day."""
    yield case.turn(1, COUNTY)
    case.say(duty.SecondLookTaken(agreed=True), SPOT_CHECKER)


def application(case: Dossier) -> Process:
    """Record the discovery, if any, and the application with all that is personal."""
    plan, county = case.plan, case.county
    town, village, person = plan.town, plan.village, plan.person
    if plan.discovered_before:
        yield case.on(county.after(-plan.discovered_before, plan.apply_on))
        channel = case.rng.choice(_CHANNELS)
        event = intake.NeedDiscovered(
            assessment="eligible",
            channel=channel,
            informed=True,
            township=town.code,
            village=village.code,
        )
        case.say(event, CLERK)
    yield case.on(plan.apply_on)
    personal = {
        "address": f"{town.name}{village.name}{case.rng.randrange(1, 9)}组{plan.number}号",
        "identity_number": person.identity_number,
        "name": person.name,
        "phone": person.phone,
    }
    if plan.route == "proxy":
        personal["proxy_name"] = county.people.adult(plan.apply_on).name
    submitted = intake.ApplicationSubmitted(
        applicant=UNKNOWN_PERSON,
        area=town.area,
        birth_on=person.birth_on.isoformat(),
        persons=plan.persons,
        programme=plan.programme,
        route=plan.route,
        source=plan.source,
        township=town.code,
        village=village.code,
    )
    case.say(submitted, CLERK, personal=personal)
    if plan.route != "ex_officio":
        filed = helping.StatementFiled(
            covers=("work_ability", "livelihood", "obligors"), true_declared=True
        )
        text = "劳动能力、生活来源和赡养、抚养、扶养情况如实陈述。"
        case.say(filed, CLERK, personal={"statement": text})
    if plan.relative:
        declared = intake.RelativeDeclared(officer=f"{COUNTY}-{COMPLAINTS}", relation="other")
        case.say(declared, HEAD)


def acceptance(case: Dossier, declare: Callable[[Dossier], None]) -> Process:
    """Take the application in, once the materials are complete and all is declared."""
    for time in range(case.plan.materials_asked):
        yield case.turn(1)
        items = ("household_register", "bank_card")
        case.say(intake.MaterialsRequested(items=items), CLERK)
        yield case.turn(case.rng.randrange(2, 6))
        received = intake.MaterialsReceived(
            evidence=(case.digest(f"materials/{time}"),), items=items
        )
        case.note(received, CLERK)
    yield case.turn(case.plan.accept_after)
    declare(case)
    case.say(intake.ApplicationAccepted(), CLERK)


def inquiry_into(case: Dossier, assess: Callable[[Dossier], None]) -> Process:
    """Investigate: survey, neighbours, letters, registers, what the programme asks, appraisal."""
    plan = case.plan
    yield case.turn(plan.survey_after)
    actors = (SURVEYOR, SECOND_SURVEYOR)[: plan.investigators]
    surveyed = inquiry.HouseholdSurveyed(
        evidence=(plan.survey_evidence or case.digest("survey"),),
        has_income=plan.has_income or plan.outcome == "refuse",
        investigators=tuple(f"{case.office}-{actor}" for actor in actors),
        property_within_limit=True,
        signed=True,
    )
    case.note(surveyed, SURVEYOR)
    if plan.neighbours:
        case.say(inquiry.NeighbourVisited(households=case.rng.randrange(2, 6)), SURVEYOR)
    yield case.turn(1)
    assess(case)
    if plan.letter:
        letter = inquiry.LetterEvidenceObtained(
            evidence=(case.digest("letter"),), from_unit="medical_insurance"
        )
        case.say(letter, SURVEYOR)
    if plan.registers:
        yield from _comparison(case)
    yield case.turn(1)
    if plan.appraisal == "waived":
        case.say(inquiry.AppraisalWaived(ground="no_doubt"), HEAD)
    elif plan.appraisal == "held":
        attendees = case.rng.randrange(9, 16)
        held = inquiry.AppraisalHeld(
            against=case.rng.randrange(2),
            attendees=attendees,
            evidence=(case.digest("appraisal"),),
            passed=plan.outcome != "refuse",
            representatives=attendees - plan.outsiders,
        )
        case.note(held, CLERK)


def _comparison(case: Dossier) -> Process:
    """Compare with the registers, and answer each hit where the plan has an answer."""
    compared = inquiry.DataCompared(
        hits=case.plan.hits,
        registers=case.plan.registers,
        report=case.digest("comparison"),
        run_on=case.county.today.isoformat(),
    )
    case.say(compared, CLERK)
    if case.plan.hits and case.plan.dispose_hits:
        yield case.turn(case.rng.randrange(1, 4))
        for hit in case.plan.hits:
            cleared = case.plan.hits_cleared
            reason = "已报废，无价值" if cleared else "情况属实"
            disposed = inquiry.ComparisonHitDisposed(cleared=cleared, hit=hit, reason=reason)
            case.say(disposed, SURVEYOR)


def _opinion(case: Dossier) -> Process:
    """Give the opinion, by the head, who surveyed nothing; the account is taken down too."""
    plan = case.plan
    yield case.turn(plan.opinion_after)
    opinion: Literal["approve", "refuse"] = "refuse" if plan.outcome == "refuse" else "approve"
    case.say(decision.ReviewOpinionGiven(form=plan.form, opinion=opinion), HEAD)
    if opinion == "approve":
        number = plan.account or case.county.people.account()
        holder: Literal["guardian", "other", "self"] = plan.holder
        if plan.account and holder == "self":
            holder = "other"
        bound = support.AccountBound(account=UNKNOWN_ACCOUNT, holder=holder)
        case.say(bound, CLERK, personal={"account_number": number})


def _publicity(case: Dossier) -> Process:
    """Put up the notice, if there is one; after an objection it is looked into and shown again."""
    if not case.plan.publicity_days:
        return
    yield from _notice(case, "opinion", objected=case.plan.objection != "none")
    if case.plan.objection == "none":
        return
    yield case.turn(case.rng.randrange(2, 6))
    objection = f"{case.stream.partition('/')[2]}-1"
    case.say(decision.ObjectionReinvestigated(objection=objection, upheld=False), SECOND_SURVEYOR)
    if case.plan.second_publicity:
        yield from _notice(case, "reinvestigation", objected=False)


def _notice(case: Dossier, kind: str, *, objected: bool) -> Process:
    """Put one notice up and take it down, with an objection in between if there is one."""
    plan, county = case.plan, case.county
    yield case.turn(1)
    planned_to = county.today + timedelta(days=plan.planned_days)
    started = decision.PublicityStarted(
        complaint_phone=COMPLAINT_PHONE,
        evidence=plan.publicity_evidence or case.digest(f"publicity/{kind}"),
        kind="opinion" if kind == "opinion" else "reinvestigation",
        place="community" if plan.town.area == "urban" else "village",
        planned_to=planned_to.isoformat(),
        village=plan.village.code,
    )
    case.say(started, PUBLISHER)
    to_on = county.today + timedelta(days=plan.publicity_days)
    if plan.publicity_days >= plan.planned_days:
        to_on = county.workday(to_on)
    if objected:
        yield case.turn(2)
        raised = decision.ObjectionRaised(objection=f"{case.stream.partition('/')[2]}-1")
        personal = {
            "objector": county.people.adult(county.today).name,
            "text": "认为该户有其他收入，请核实。",
        }
        case.say(raised, CLERK, personal=personal)
    yield case.on(to_on)
    ended = decision.PublicityEnded(
        evidence=case.digest(f"publicity-end/{kind}"),
        objections=int(objected),
        to_on=to_on.isoformat(),
    )
    case.say(ended, CLERK, effective_on=to_on)


def _county(case: Dossier, checks: SpotChecks) -> Process:
    """Submit, review and check at home; ends on the day of the decision.

    Where the rule lets the township decide, nothing is submitted.
    """
    plan, county = case.plan, case.county
    if case.decides_at == case.office:
        yield case.turn(plan.decide_after)
        yield from _complained(case, case.office)
        return
    yield case.turn(plan.submit_after)
    case.say(decision.CaseSubmitted(received_on=county.today.isoformat()), HEAD)
    decide_on = county.after(plan.decide_after)
    month = county.today.isoformat()[:7]
    yield case.turn(1, COUNTY)
    case.say(decision.CountyReviewed(), REVIEWER)
    if plan.county_visit and checks.wanted(plan.programme, month, always=plan.relative):
        yield case.turn(1, COUNTY)
        case.note(decision.SpotChecked(evidence=case.digest("spot-check")), SPOT_CHECKER)
    if days := case.rule("county_publicity_days"):
        yield from _county_notice(case, days)
        decide_on = county.after(2)
    decides_at = case.office if plan.township_decides else COUNTY
    yield case.on(decide_on, decides_at)
    yield from _complained(case, decides_at)


def _complained(case: Dossier, decides_at: str) -> Process:
    """Let the county see the household of which somebody complained, where the rule asks for it."""
    plan = case.plan
    while plan.county_visit and case.complained:
        if "complaint" not in (case.rule("county_visit_for") or ()):
            return
        yield case.turn(1, COUNTY)
        case.say(
            decision.SpotChecked(evidence=case.digest(f"complaint/{case.county.today}")),
            SPOT_CHECKER,
        )
        case.complained = False
        yield case.turn(0, decides_at)


def _county_notice(case: Dossier, days: int) -> Process:
    """Put the county's notice up, on the township's board, and take it down."""
    county = case.county
    yield case.turn(1)
    to_on = county.workday(county.today + timedelta(days=days))
    started = decision.CountyPublicityStarted(
        complaint_phone=COMPLAINT_PHONE,
        evidence=case.digest("county-publicity"),
        place=COUNTY,
        planned_to=to_on.isoformat(),
    )
    case.say(started, PUBLISHER)
    yield case.on(to_on)
    ended = decision.CountyPublicityEnded(
        evidence=case.digest("county-publicity-end"), to_on=to_on.isoformat()
    )
    case.say(ended, CLERK, effective_on=to_on)


def approval(case: Dossier, approved: Callable[[Dossier], None]) -> Process:
    """Approve, by the county's decider unless the plan has somebody who must not; tell the public."""
    plan, today = case.plan, case.county.today
    by = case.approver
    if plan.surveyor_decides:
        by = f"{case.office}-{SURVEYOR}"
    elif plan.township_decides:
        by = f"{case.office}-{SUPERVISOR}"
    from_month = add_months(month_of(today.isoformat()), plan.first_month)
    event = decision.ApplicationApproved(form=plan.form, from_month=from_month, limb=plan.limb)
    case.say(event, by)
    case.approved_on, case.from_month = today, from_month
    approved(case)
    if plan.announce_after is not None:
        yield case.turn(plan.announce_after)
        announced = decision.ApprovalAnnounced(
            evidence=case.digest("announcement"), village=plan.village.code
        )
        case.say(announced, PUBLISHER)


def refusal(case: Dossier) -> Process:
    """Refuse with reasons, and serve them on the applicant."""
    code, text = case.plan.refused_for
    refused = decision.ApplicationRefused(reasons=(code,))
    case.say(refused, case.approver, personal={"reasons_text": text})
    yield case.turn(case.plan.refusal_told_after)
    told = decision.RefusalNotified(served_on=case.county.today.isoformat(), written=True)
    case.say(told, CLERK)
