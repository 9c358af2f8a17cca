"""Publication, complaints and corrections: left up, late, in the wrong hands, without a reason."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from aidledger.domain.events import complaint, inquiry, registry
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import Kind, Scene, at, changed, where
from aidledger.services.simulation.oversight import LIST_KIND, ComplaintPlan
from aidledger.services.simulation.places import COMPLAINTS, COUNTY, SURVEYOR

_SLOW_WORKDAYS = 62
_OVERDUE_DAYS = 65
_COMPLAINTS_OFFICER = f"{COUNTY}-{COMPLAINTS}"


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F090",
            note_zh="公开名单到期未撤下",
            note_en="a list still shown after its last day",
            plan=lambda scene, plans: changed(sequel=partial(_left_up, scene))(scene, plans),
            stream=lambda _: f"list/{LIST_KIND}",
            find=lambda scene: where(
                scene.entries(f"list/{LIST_KIND}"),
                registry.ListPublished,
                partial(_is_left_up, scene),
            ),
        ),
        Kind(
            rule="F093",
            note_zh="投诉逾期未答复",
            note_en="a complaint answered after its time",
            people=0,
            start=partial(
                _complain,
                plan=ComplaintPlan(
                    register_after=2, investigate_after=_SLOW_WORKDAYS, answer_after=3
                ),
            ),
            stream=lambda scene: scene.kept("stream"),
            find=_answered_late,
        ),
        Kind(
            rule="F094",
            note_zh="投诉由被投诉人办理",
            note_en="a complaint handled by the officer it is about",
            people=0,
            start=partial(
                _complain,
                plan=ComplaintPlan(
                    register_after=2,
                    investigate_after=8,
                    answer_after=3,
                    about_officer=_COMPLAINTS_OFFICER,
                    handler=_COMPLAINTS_OFFICER,
                ),
            ),
            stream=lambda scene: scene.kept("stream"),
            find=lambda scene: where(
                scene.entries(scene.kept("stream")), complaint.ComplaintRegistered
            ),
        ),
        Kind(
            rule="F101",
            note_zh="更正没有理由和依据",
            note_en="a correction without reason and authority",
            plan=lambda scene, plans: changed(sequel=partial(_corrected, scene))(scene, plans),
            find=at(registry.EntryCorrected),
        ),
    )


def _left_up(scene: Scene, case: Dossier) -> Process:
    """Let the list of the person's township stay up in the second month of support."""
    month = add_months(case.from_month, 1)
    scene.tools.boards.left_up.add((case.office, month))
    scene.keep("town", case.office)
    scene.keep("month", month)
    yield from ()


def _is_left_up(scene: Scene, entry: Recorded) -> bool:
    """Whether a list is the one that was left up, and its last day is over."""
    event = entry.event
    return (
        isinstance(event, registry.ListPublished)
        and (event.place, event.month) == (scene.kept("town"), scene.kept("month"))
        and (event.to_on or "") < scene.county.last.isoformat()
    )


def _complain(scene: Scene, plan: ComplaintPlan) -> None:
    """Let a complaint come in on a day of the second month."""
    month = add_months(scene.county.first.isoformat()[:7], 1)
    day = date.fromisoformat(f"{month}-16")
    complaints = scene.tools.complaints
    told = partial(scene.keep, "stream")
    scene.county.spawn(complaints.handle(day, plan, None, told=told))


def _answered_late(scene: Scene) -> list[int]:
    """Find the late answer, or the complaint that has none though its time is long over."""
    entries = scene.entries(scene.kept("stream"))
    answered = where(entries, complaint.ComplaintAnswered)
    over = (scene.county.last - timedelta(days=_OVERDUE_DAYS)).isoformat()
    return answered or where(
        entries, complaint.ComplaintReceived, lambda entry: entry.effective_on < over
    )


def _corrected(scene: Scene, case: Dossier) -> Process:
    """Correct the neighbours' visit without a word why."""
    yield case.on(date.fromisoformat(f"{case.from_month}-17"))
    visited = where(scene.entries(), inquiry.NeighbourVisited)
    corrected = registry.EntryCorrected(
        authority="", field="households", position=visited[0], reason="", value="6"
    )
    proposal = scene.county.proposal(case.stream, corrected, by=SURVEYOR)
    scene.county.insist(proposal, reason="笔误", authority="本人")
