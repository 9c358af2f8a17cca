"""Steps out of order, left out or repeated, and a procedure that took too long as a whole."""

from __future__ import annotations

from aidledger.domain.events import decision, inquiry, intake
from aidledger.services.simulation.irregularities.scene import Kind, at, changed

_SLOW_WORKDAYS = 14
"""Between two steps: each is in its own time, and all together are not."""


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F030",
            note_zh="先公示，后提出初审意见",
            note_en="the notice went up before there was an opinion",
            plan=changed(notice_first=True, despite=True),
            find=at(decision.PublicityStarted),
        ),
        Kind(
            rule="F034",
            note_zh="各环节均未超期，全程超期",
            note_en="every step in its time, and the whole procedure late",
            plan=changed(opinion_after=8, submit_after=_SLOW_WORKDAYS, decide_after=_SLOW_WORKDAYS),
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F036",
            note_zh="补正材料告知两次",
            note_en="materials were asked for a second time",
            plan=changed(materials_asked=2),
            find=lambda scene: at(intake.MaterialsRequested)(scene)[1:],
        ),
        Kind(
            rule="F038",
            note_zh="信息核对有疑点，未经民主评议",
            note_en="no appraisal, though the comparison had shown a doubt",
            plan=changed(hits=("vehicles-1",), appraisal="none"),
            find=at(decision.ReviewOpinionGiven),
        ),
        Kind(
            rule="F039",
            note_zh="民主评议中居民代表不足三分之二",
            note_en="an appraisal with too few who represent residents",
            plan=changed(outsiders=6),
            find=at(inquiry.AppraisalHeld),
        ),
    )
