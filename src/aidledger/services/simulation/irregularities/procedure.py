"""Procedure and time: steps left out, cut short, late, in the wrong hands, or written later."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from aidledger.domain.events import decision, ending, inquiry, support
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.clock import china_day
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    where,
)
from aidledger.services.simulation.living import terminate
from aidledger.services.simulation.places import CLERK, SURVEYOR
from aidledger.services.simulation.planning import CasePlan

_LATE_WORKDAYS = 24
_TOLD_LATE_WORKDAYS = 12
_CUT_SHORT_DAYS = 3
_BACKDATED_DAYS = 100


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (*_inquiry(), *_publicity(), *_limits(), *_later())


def _inquiry() -> tuple[Kind, ...]:
    """Return what goes wrong before the opinion."""
    return (
        Kind(
            rule="F019",
            note_zh="未经信息核对即批准",
            note_en="approved without any comparison of data",
            plan=changed(registers=(), despite=True),
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F020",
            note_zh="核对疑点未处置即批准",
            note_en="approved with a hit of the comparison unanswered",
            plan=changed(hits=("real_estate-1",), dispose_hits=False, despite=True),
            find=at(decision.ApplicationApproved),
            also=(SideEffect(rule="F012", find=at(inquiry.DataCompared)),),
        ),
        Kind(
            rule="F037",
            note_zh="入户调查仅一人",
            note_en="the household was surveyed by one person",
            plan=changed(investigators=1, despite=True),
            find=at(inquiry.HouseholdSurveyed),
        ),
        Kind(
            rule="F043",
            note_zh="入户调查人员批准本案",
            note_en="who surveyed the household approved the case",
            plan=changed(surveyor_decides=True, despite=True),
            find=at(decision.ApplicationApproved),
        ),
    )


def _publicity() -> tuple[Kind, ...]:
    """Return what goes wrong with notices."""
    return (
        Kind(
            rule="F028",
            note_zh="未公示即上报、批准",
            note_en="submitted and approved without any notice",
            plan=changed(publicity_days=0, despite=True),
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F029",
            note_zh="公示提前撤下，天数不足",
            note_en="the notice came down before its days were over",
            plan=changed(publicity_days=_CUT_SHORT_DAYS, planned_days=7, despite=True),
            find=at(decision.PublicityEnded),
        ),
        Kind(
            rule="F031",
            note_zh="异议复核后未再次公示",
            note_en="no second notice after an objection was looked into",
            plan=changed(objection="not_upheld", second_publicity=False),
            find=at(decision.ObjectionRaised),
            shows_after_days=45,
        ),
        Kind(
            rule="F087",
            note_zh="批准后未公布",
            note_en="the approval was never announced",
            plan=changed(announce_after=None),
            find=at(decision.ApplicationApproved),
            shows_after_days=31,
        ),
        Kind(
            rule="F091",
            note_zh="两份公示使用同一张照片",
            note_en="one photo stands for two notices",
            people=2,
            plan=_one_photo,
            find=_both_notices,
        ),
    )


def _limits() -> tuple[Kind, ...]:
    """Return what is late."""
    return (
        Kind(
            rule="F032",
            note_zh="初审意见超期",
            note_en="the township's opinion was late",
            plan=changed(opinion_after=_LATE_WORKDAYS),
            find=at(decision.ReviewOpinionGiven),
            also=(SideEffect(rule="F034", find=at(decision.ApplicationApproved)),),
        ),
        Kind(
            rule="F033",
            note_zh="县级审批超期",
            note_en="the county's decision was late",
            plan=changed(decide_after=_LATE_WORKDAYS),
            find=at(decision.ApplicationApproved),
            also=(SideEffect(rule="F034", find=at(decision.ApplicationApproved)),),
        ),
        Kind(
            rule="F035",
            note_zh="不予批准，逾期告知",
            note_en="the refusal was told too late",
            plan=changed(outcome="refuse", refusal_told_after=_TOLD_LATE_WORKDAYS),
            find=at(decision.RefusalNotified),
        ),
        Kind(
            rule="F048",
            note_zh="自理能力变化后逾期重新评估",
            note_en="a reported change of ability was reassessed too late",
            plan=changed(sequel=_reassessed_late),
            find=lambda scene: [
                *at(support.AbilityChangeReported)(scene),
                *at(support.AbilityAssessed)(scene)[1:],
            ],
        ),
    )


def _later() -> tuple[Kind, ...]:
    """Return what goes wrong after the approval."""
    return (
        Kind(
            rule="F045",
            note_zh="数月后补录探访",
            note_en="a visit written into the ledger months later",
            plan=lambda scene, plans: changed(sequel=partial(_backdated, scene))(scene, plans),
            find=lambda scene: where(scene.entries(), support.VisitMade, _is_backdated),
        ),
        Kind(
            rule="F049",
            note_zh="终止未公示、未书面告知",
            note_en="a termination neither published nor told in writing",
            plan=lambda scene, plans: changed(
                publish_end=False, sequel=partial(_ended_quietly, scene)
            )(scene, plans),
            find=at(ending.TerminationApproved),
            shows_after_days=21,
        ),
    )


def _one_photo(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let both notices name one photo."""
    photo = scene.county.digest("one-photo", plans[0].number)
    return changed(publicity_evidence=photo)(scene, plans)


def _both_notices(scene: Scene) -> list[int]:
    """Find both notices, if both went up."""
    found = at(decision.PublicityStarted)(scene)
    return found if len(found) > 1 else []


def _reassessed_late(case: Dossier) -> Process:
    """Report a change in the first month; assess anew a good while later."""
    yield case.on(date.fromisoformat(f"{case.from_month}-06"))
    case.say(support.AbilityChangeReported(), CLERK)
    yield case.turn(_LATE_WORKDAYS)
    assessed = support.AbilityAssessed(evidence=case.digest("late"), level="unable")
    case.say(assessed, SURVEYOR, personal={"ability_items": "111110"})


def _backdated(scene: Scene, case: Dossier) -> Process:
    """Write a visit down that is said to have been made long ago."""
    yield case.on(date.fromisoformat(f"{add_months(case.from_month, 4)}-15"))
    made_on = scene.county.workday_before(scene.county.today - timedelta(days=_BACKDATED_DAYS))
    visited = support.VisitMade(visitor=f"{case.village}-v1")
    case.say(visited, CLERK, effective_on=made_on, personal={"note": "补录。"})


def _is_backdated(entry: Recorded) -> bool:
    """Whether an entry was recorded months after it took effect."""
    recorded_on = date.fromisoformat(china_day(entry.recorded_at))
    return (recorded_on - date.fromisoformat(entry.effective_on)).days >= _BACKDATED_DAYS


def _ended_quietly(scene: Scene, case: Dossier) -> Process:
    """End support, and tell nobody."""
    yield case.on(date.fromisoformat(f"{add_months(case.from_month, 1)}-11"))
    yield from terminate(case, scene.tools.carers, "obligor_able")
