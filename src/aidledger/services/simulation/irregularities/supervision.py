"""Supervision: kin not declared, needs left, notices and returns that fail, audits not answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from aidledger.domain.events import (
    audit,
    complaint,
    decision,
    discovery,
    inquiry,
    intake,
    oversight,
    payment,
    powers,
    registry,
)
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import Kind, Scene, at, changed, where
from aidledger.services.simulation.oversight import ComplaintPlan
from aidledger.services.simulation.places import CLERK, COUNTY, REVIEWER, SURVEYOR
from aidledger.services.simulation.planning import CasePlan

_DISPOSED_WITHIN_DAYS = 15
_RECTIFIED_WITHIN_DAYS = 60
_CORRECTED_WITHIN_DAYS = 30
_DECIDED = (decision.ApplicationApproved, decision.ApplicationRefused)
_LEFT_ALONE = f"case/{COUNTY}-left-alone"
_UPHELD = ComplaintPlan(register_after=2, investigate_after=8, answer_after=3, finding="upheld")
_UNTOLD = ComplaintPlan(register_after=2, investigate_after=8, answer_after=3, told=False)


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (*_of_cases(), *_of_needs(), *_of_complaints(), *_of_units())


def _of_cases() -> tuple[Kind, ...]:
    """Return what goes wrong with one case, and nobody looks."""
    return (
        Kind(
            rule="F007",
            note_zh="户籍查无此人仍发放",
            note_en="the register knows nobody of that number, and payment went on",
            plan=changed(hits=("person_not_found",)),
            find=at(payment.PaymentIssued),
        ),
        Kind(
            rule="F041",
            note_zh="经办人近亲属未备案",
            note_en="a relative of who surveyed the household, not declared with the case",
            plan=_after_approval(_kin),
            find=at(intake.ApplicationSubmitted),
        ),
        Kind(
            rule="F042",
            note_zh="备案近亲属县级未入户",
            note_en="a declared relative whom the county never visited at home",
            plan=changed(relative=True, county_visit=False),
            find=at(intake.RelativeDeclared),
        ),
        Kind(
            rule="F046",
            note_zh="两户入户调查材料雷同",
            note_en="two households surveyed with the same photograph",
            people=2,
            plan=_same_survey,
            find=at(inquiry.HouseholdSurveyed),
        ),
        Kind(
            rule="F099",
            note_zh="无理由查阅个人信息",
            note_en="personal data opened without a purpose",
            plan=_after_approval(_reveal),
            stream=lambda scene: _person(scene.cases[0]),
            find=lambda scene: where(
                scene.entries(_person(scene.cases[0])), registry.PersonalDataRevealed
            ),
        ),
    )


def _of_needs() -> tuple[Kind, ...]:
    """Return needs that were known, and left."""
    return (
        Kind(
            rule="F051",
            note_zh="主动发现后无人办理",
            note_en="a need discovered, and nothing done",
            people=0,
            start=lambda scene: scene.county.spawn(_left_alone(scene)),
            stream=lambda _: _LEFT_ALONE,
            find=lambda scene: where(scene.entries(_LEFT_ALONE), intake.NeedDiscovered),
            shows_after_days=_DISPOSED_WITHIN_DAYS + 1,
        ),
        Kind(
            rule="F051",
            note_zh="预警属实未处置",
            note_en="a warning found real, and not disposed of",
            people=0,
            start=lambda scene: scene.tools.units.ignored.add(_month(scene, 0)),
            stream=_ignored,
            find=lambda scene: where(scene.entries(_ignored(scene)), discovery.WarningAssessed),
            shows_after_days=_DISPOSED_WITHIN_DAYS + 1,
        ),
    )


def _of_complaints() -> tuple[Kind, ...]:
    """Return complaints that came to nothing."""
    return (
        Kind(
            rule="F095",
            note_zh="实名举报未反馈",
            note_en="the answer to a named report was never told",
            people=0,
            start=lambda scene: _complain(scene, _UNTOLD, None),
            stream=lambda scene: scene.kept("stream"),
            find=lambda scene: where(
                scene.entries(scene.kept("stream")), complaint.ComplaintAnswered
            ),
        ),
        Kind(
            rule="F096",
            note_zh="投诉属实未纠正",
            note_en="a complaint upheld, and nothing changed in the case",
            start=lambda scene: _complain(scene, _UPHELD, scene.cases[0]),
            stream=lambda scene: scene.kept("stream"),
            find=lambda scene: where(
                scene.entries(scene.kept("stream")), complaint.ComplaintInvestigated
            ),
            shows_after_days=_CORRECTED_WITHIN_DAYS + 1,
        ),
    )


def _of_units() -> tuple[Kind, ...]:
    """Return what offices owe, and do late, wrongly or never."""
    return (
        Kind(
            rule="F040",
            note_zh="县级抽查比例不足",
            note_en="a month in which the county checked too few files at home",
            people=0,
            start=lambda scene: scene.tools.checks.left_out.add(_month(scene, 0)),
            stream=lambda scene: _checked_too_little(scene)[0].stream,
            find=lambda scene: [entry.position for entry in _checked_too_little(scene)],
        ),
        Kind(
            rule="F092",
            note_zh="监督电话未公开",
            note_en="a township that never made its complaint phone public",
            people=0,
            start=lambda scene: scene.tools.units.silent.add((_town(scene, 0), "complaint_phone")),
            stream=lambda _: f"registry/{COUNTY}",
            find=lambda scene: where(
                scene.entries(f"registry/{COUNTY}"),
                registry.OfficeRegistered,
                lambda entry: getattr(entry.event, "office", "") == _town(scene, 0),
            ),
            shows_after_days=10,
        ),
        Kind(
            rule="F097",
            note_zh="审计问题逾期未整改",
            note_en="a finding of an audit not put right by its day",
            people=0,
            start=lambda scene: scene.tools.units.unsettled.add(_month(scene, 0)),
            stream=lambda scene: f"audit/{COUNTY}-{_month(scene, 0)}",
            find=lambda scene: where(
                scene.entries(f"audit/{COUNTY}-{_month(scene, 0)}"), audit.AuditFindingRaised
            ),
            shows_after_days=_RECTIFIED_WITHIN_DAYS + 1,
        ),
        Kind(
            rule="F098",
            note_zh="月报迟报",
            note_en="a monthly return after its day",
            people=0,
            start=lambda scene: scene.tools.units.late.add((_town(scene, 1), _month(scene, 1))),
            stream=lambda scene: f"unit/{_town(scene, 1)}",
            find=lambda scene: _returned(scene, 1, _month(scene, 1)),
        ),
        Kind(
            rule="F098",
            note_zh="月报与账本不符",
            note_en="a monthly return with more visits than there were",
            people=0,
            start=lambda scene: scene.tools.units.wrong.update(
                {(_town(scene, 2), _month(scene, 1)): 2}
            ),
            stream=lambda scene: f"unit/{_town(scene, 2)}",
            find=lambda scene: _returned(scene, 2, _month(scene, 1)),
        ),
    )


def _checked_too_little(scene: Scene) -> list[Recorded]:
    """Return what was handed up in the first month, of the cases that were decided."""
    found = []
    for case in scene.tools.units.cases:
        entries = scene.entries(case.stream)
        if any(isinstance(entry.event, _DECIDED) for entry in entries):
            found += [
                entry
                for entry in entries
                if isinstance(entry.event, decision.CaseSubmitted)
                and entry.event.received_on.startswith(_month(scene, 0))
            ]
    return sorted(found, key=lambda entry: entry.position)


def _month(scene: Scene, number: int) -> str:
    """Return the so-manieth month of the simulation, counted from 0."""
    return add_months(scene.county.first.isoformat()[:7], number)


def _town(scene: Scene, number: int) -> str:
    """Return the code of the so-manieth township, counted from 0."""
    return scene.county.towns[number].code


def _person(case: Dossier) -> str:
    """Return the stream of a case's person."""
    return f"person/{case.state.applicant}"


def _ignored(scene: Scene) -> str:
    """Return the stream of the warning that nobody disposes of: the county's first."""
    return f"warning/{COUNTY}-{_month(scene, 0)[:4]}-0001"


def _returned(scene: Scene, town: int, month: str) -> list[int]:
    """Return the positions of a township's returns of a month."""
    return where(
        scene.entries(f"unit/{_town(scene, town)}"),
        oversight.ReturnSubmitted,
        lambda entry: getattr(entry.event, "month", "") == month,
    )


def _after_approval(
    act: Callable[[Dossier], Process],
) -> Callable[[Scene, list[CasePlan]], list[CasePlan]]:
    """Return a change of plan after which something is done once support was granted."""
    return changed(sequel=act)


def _kin(case: Dossier) -> Process:
    """Declare, long after, that the person is a relative of who surveyed the household."""
    yield case.turn(20)
    surveyor = f"{case.office}-{SURVEYOR}"
    declared = powers.KinshipDeclared(
        actor=surveyor, degree="collateral", person=case.state.applicant
    )
    case.county.say(f"registry/{COUNTY}", declared, by=SURVEYOR)


def _reveal(case: Dossier) -> Process:
    """Open the person's phone number without a word why."""
    yield case.turn(20, COUNTY)
    opened = registry.PersonalDataRevealed(case=case.stream, fields=("phone",), purpose="")
    case.county.say(_person(case), opened, by=REVIEWER)


def _same_survey(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Show two households by one photograph."""
    return changed(survey_evidence=scene.county.digest("one photograph"))(scene, plans)


def _left_alone(scene: Scene) -> Process:
    """Discover a need in the first weeks and never come back to it."""
    county = scene.county
    town = county.towns[0]
    yield Turn(county.workdays[8], town.code)
    found = intake.NeedDiscovered(
        assessment="eligible",
        channel="patrol",
        informed=True,
        township=town.code,
        village=town.villages[0].code,
    )
    county.say(_LEFT_ALONE, found, by=CLERK)


def _complain(scene: Scene, plan: ComplaintPlan, subject: Dossier | None) -> None:
    """Let a complaint come in on a day of the third month."""
    day = date.fromisoformat(f"{_month(scene, 2)}-08")
    told = partial(scene.keep, "stream")
    scene.county.spawn(scene.tools.complaints.handle(day, plan, subject, told=told))
