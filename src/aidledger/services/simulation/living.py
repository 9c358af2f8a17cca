"""After the approval: form of support, visits, changes, moves, and the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from aidledger.domain.events import duty, ending, helping, inquiry, registry, service, support
from aidledger.domain.events.base import Form
from aidledger.domain.values import add_months
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import (
    CLERK,
    COUNTY,
    DEPARTMENT_CLERK,
    HEAD,
    INSTITUTIONS,
    PUBLISHER,
    REVIEWER,
    SECOND_SURVEYOR,
    SURVEYOR,
    department,
    visitors,
)

_TENDED_EVERY: Final = 8
"""One case in so many has its services, gifts and pocket money entered one by one."""
_TENDED_DAY: Final = 20
_GIFT_FEN: Final = 20_000
_GIFT_MONTHS: Final = {"01": "spring_festival", "09": "mid_autumn"}
_POCKET_FEN: Final = 5_000
_INSURED_EVERY: Final = 12
"""One case in so many has the insurance contribution paid for it, in full and each year."""
_CONTRIBUTION_FEN: Final = 32_000
_CONTRIBUTION_MONTH: Final = 2
_VISIT_DAYS: Final = 28
"""From visit to visit, so that no month of whatever beginning passes without one."""
_DECEASED_FROM, _DECEASED_TO = 14, 20
"""Deaths lie in the middle of a month: known, even late, before the next roster is drawn up."""
_FUNERAL_FEN: Final = 338_400
_BURIED_BY: Final[tuple[Literal["village", "relatives"], ...]] = ("village", "relatives")
_ENDED_BY: Final[tuple[ending.Ground, ...]] = (
    "own_wish",
    "income",
    "obligor_able",
    "moved_away",
)
_END_NOTICE_DAYS: Final = 8
_REVIEW_MONTHS: Final = 6
_TYPING_ERROR_PERMILLE: Final = 30
_FATES: Final = ("ability", "death", "move", "form", "ended", "prison", "suspension")
_PERMILLE: Final = (24, 9, 6, 4, 3, 1, 2)


def live(case: Dossier, carers: Carers, quiet_month: str) -> Iterator[Process]:
    """Return the processes of a running case. In ``quiet_month`` no amount changes by chance."""
    yield settle(case, carers)
    if case.plan.visited:
        yield visits(case)
        if case.plan.number % _TENDED_EVERY == 0:
            yield tending(case)
    yield reviews(case)
    yield mistakes(case)
    if case.plan.fates:
        yield fates(case, carers, quiet_month)
        if case.plan.number % _INSURED_EVERY == 0:
            yield insured(case)
    if case.plan.sequel is not None:
        yield case.plan.sequel(case)


def settle(case: Dossier, carers: Carers) -> Process:
    """Set the form with consent; place in an institution, or entrust the care at home."""
    yield case.turn(case.rng.randrange(1, 4))
    if case.over(case.county.today):
        return
    yield from _set_form(case, case.plan.form)
    if case.plan.form == "decentralised":
        yield from carers.entrust(case)


def _set_form(case: Dossier, form: Form) -> Process:
    """Record the form chosen, and the placement where it is an institution."""
    institution = INSTITUTIONS[case.plan.number % len(INSTITUTIONS)]
    concentrated = form == "concentrated"
    chosen = support.SupportFormSet(
        consent=True, form=form, institution=institution if concentrated else None
    )
    case.say(chosen, CLERK)
    if concentrated:
        yield case.turn(case.rng.randrange(1, 4), COUNTY)
        if not case.over(case.county.today):
            from_on = case.county.today.isoformat()
            case.say(support.PlacementMade(from_on=from_on, institution=institution), REVIEWER)


def visits(case: Dossier, each_days: int = _VISIT_DAYS) -> Process:
    """Visit at least once in any month, or so often; what was asked for is followed up."""
    county = case.county
    day = county.after(case.rng.randrange(2, 12))
    while True:
        late = case.rng.randrange(4) == 0
        yield case.on(county.after(case.rng.randrange(1, 3), day) if late else day)
        if case.over(day):
            return
        need = case.rng.randrange(100) < 5
        visited = support.VisitMade(
            evidence=case.digest(f"visit/{day}"),
            form="phone" if case.rng.randrange(12) == 0 else "in_person",
            need="reported" if need else "none",
            visitor=f"{case.village}-v{case.plan.number % visitors(county.cases) + 1}",
        )
        note = f"看望{case.plan.person.name}，{'需要协助' if need else '生活正常'}。"
        case.say(visited, CLERK, effective_on=day, personal={"note": note})
        if need:
            county.spawn(_follow_up(case))
        day = county.workday_before(day + timedelta(days=each_days))


def _follow_up(case: Dossier) -> Process:
    """Deal with a need within days."""
    yield case.turn(case.rng.randrange(2, 9))
    case.say(support.NeedFollowedUp(outcome="已协调村医上门", visits_since=1), CLERK)


def tending(case: Dossier) -> Process:
    """Enter once a month what is done at home or handed over in an institution, and gifts in season."""
    county = case.county
    month = county.today.isoformat()[:7]
    while True:
        month = add_months(month, 1)
        yield case.on(date.fromisoformat(f"{month}-{_TENDED_DAY}"))
        if case.over(county.today) or county.today.isoformat()[:7] != month:
            return
        receipt = case.digest(f"receipt/{month}")
        if case.carer:
            rendered = service.ServiceRendered(
                carer=case.carer, confirmed_by="person", hours=2, kind="life_care"
            )
            case.say(rendered, CLERK)
        elif case.state.institution:
            pocket = service.PocketMoneyPaid(amount_fen=_POCKET_FEN, month=month, receipt=receipt)
            case.say(pocket, CLERK)
        occasion = _GIFT_MONTHS.get(month[5:])
        if occasion:
            gift = service.GiftHanded(
                amount_fen=_GIFT_FEN, occasion=occasion, receipt=receipt, way="money"
            )
            case.say(gift, CLERK)


def insured(case: Dossier) -> Process:
    """Waive the contribution to the basic insurance, and have it paid in full, now and each February."""
    while True:
        yield case.turn(1, COUNTY)
        if case.over(case.county.today):
            return
        year = case.county.today.year
        waived = helping.HelpGranted(
            amount_fen=0, detail="basic", help="contribution", way="waiver"
        )
        case.say(waived, case.decider)
        yield case.turn(1, department("medical_insurance"))
        if case.over(case.county.today):
            return
        paid = helping.ContributionPaid(amount_fen=_CONTRIBUTION_FEN, scheme="basic", year=year)
        case.say(paid, DEPARTMENT_CLERK)
        yield case.on(date(year + 1, _CONTRIBUTION_MONTH, 10), COUNTY)


def mistakes(case: Dossier) -> Process:
    """Now and then put right what was typed wrongly, with the reason and the authority for it."""
    yield case.turn(case.rng.randrange(8, 160))
    if not case.plan.fates or case.rng.randrange(1000) >= _TYPING_ERROR_PERMILLE:
        return
    entries = case.county.session.stream(case.stream)
    visited = [e for e in entries if isinstance(e.event, inquiry.NeighbourVisited)]
    reviewed = [e for e in entries if isinstance(e.event, support.SupportReviewed)]
    if reviewed and case.rng.randrange(2):
        annulled = registry.EntryAnnulled(
            authority="乡镇负责人核准", position=reviewed[0].position, reason="误录入本案"
        )
        case.say(annulled, HEAD)
        return
    corrected = registry.EntryCorrected(
        authority="乡镇负责人核准",
        field="households",
        position=visited[0].position,
        reason="走访户数录入笔误",
        value=str(case.rng.randrange(2, 8)),
    )
    case.say(corrected, HEAD)


def reviews(case: Dossier) -> Process:
    """Look at the case again every half year."""
    start = case.county.today
    for number in (1, 2, 3):
        month = add_months(start.isoformat()[:7], number * _REVIEW_MONTHS)
        yield case.on(date.fromisoformat(f"{month}-{min(start.day, 12):02d}"))
        if case.over(case.county.today):
            return
        case.say(support.SupportReviewed(still_eligible=True), SECOND_SURVEYOR)


def fates(case: Dossier, carers: Carers, quiet_month: str) -> Process:
    """Let chance strike once a month at most, in the middle of it."""
    county = case.county
    month = ""
    while True:
        month = add_months(max(month, county.today.isoformat()[:7]), 1)
        yield case.on(date.fromisoformat(f"{month}-10"))
        if case.over(county.today):
            return
        fate = drawn(case.rng.randrange(1000), _FATES, _PERMILLE)
        if fate == "death":
            day = case.rng.randrange(_DECEASED_FROM, _DECEASED_TO + 1)
            died_on = date.fromisoformat(f"{month}-{day:02d}")
            yield from die(case, carers, died_on, known_after=case.rng.randrange(1, 4))
            return
        if month == quiet_month:
            continue
        match fate:
            case "ability":
                yield from _ability_changes(case)
            case "move":
                yield from _moves(case)
            case "form":
                yield from _form_changes(case, carers)
            case "ended":
                yield from terminate(case, carers, case.rng.choice(_ENDED_BY))
            case "prison":
                yield from _goes_to_prison(case, carers)
            case "suspension":
                yield from suspended(case)
            case _:
                pass


def drawn(draw: int, fates: Sequence[str], permille: Sequence[int]) -> str:
    """Return what strikes, of a number below 1000; mostly nothing."""
    for name, share in zip(fates, permille, strict=True):
        if draw < share:
            return name
        draw -= share
    return ""


def die(
    case: Dossier, carers: Carers, died_on: date, *, known_after: int, buried: bool = True
) -> Process:
    """Record a death once it is known, the burial where support pays it, and the end of support."""
    case.died_on = died_on
    yield case.on(case.county.after(known_after, case.county.workday(died_on)))
    source = case.rng.choice(("office", "civil_registry"))
    died = support.DeathRecorded(died_on=died_on.isoformat(), source=source)
    case.say(died, CLERK, effective_on=died_on)
    carers.leave(case, "death", died_on)
    if buried:
        yield case.turn(1)
        at_home = case.rng.choice(_BURIED_BY)
        by = "institution" if case.state.institution else at_home
        funeral = support.FuneralArranged(by=by, cost_fen=_FUNERAL_FEN)
        case.say(funeral, CLERK)
        case.funeral_fen = _FUNERAL_FEN
    yield from _end(case, "death", died_on, died_on.isoformat()[:7])


def terminate(case: Dossier, carers: Carers, ground: ending.Ground) -> Process:
    """End support for a reason in life: reported, audited, approved, published, told."""
    lost_on = case.county.today
    yield from _end(case, ground, lost_on, lost_on.isoformat()[:7], carers)


def _end(
    case: Dossier,
    ground: ending.Ground,
    lost_on: date,
    last_month: str,
    carers: Carers | None = None,
) -> Process:
    """Walk through the termination."""
    county = case.county
    yield case.turn(1)
    reported = ending.TerminationReported(
        by="institution" if case.state.institution else "village",
        ground=ground,
        lost_on=lost_on.isoformat(),
    )
    case.say(reported, CLERK)
    yield case.turn(1)
    if ground != "death":
        heard_on = county.today.isoformat()
        case.say(duty.RecipientHeard(channel="in_person", heard_on=heard_on), CLERK)
    case.say(ending.TerminationAudited(agreed=True, ground=ground), HEAD)
    yield case.turn(1, case.decides_at)
    case.say(ending.TerminationApproved(ground=ground, last_month=last_month), case.approver)
    case.ended_on = case.ended_on or county.today
    yield case.turn(1)
    if carers is not None:
        carers.leave(case, "person_left", county.today)
    if not case.plan.publish_end:
        return
    if not case.plan.of_child:
        published = ending.TerminationPublished(
            evidence=case.digest("termination"),
            planned_to=(county.today + timedelta(days=_END_NOTICE_DAYS)).isoformat(),
            village=case.village,
        )
        case.say(published, PUBLISHER)
        yield case.turn(1)
    told = ending.TerminationNotified(served_on=county.today.isoformat(), written=True)
    case.say(told, CLERK)


def _ability_changes(case: Dossier) -> Process:
    """Report a change, and assess anew; the amount follows by rule."""
    case.say(support.AbilityChangeReported(), CLERK)
    yield case.turn(case.plan.reassess_after)
    if case.over(case.county.today):
        return
    level = {"able": "partly", "partly": "unable", "unable": "partly"}[case.state.ability]
    items = {"partly": "101000", "unable": "111101"}[level]
    assessed = support.AbilityAssessed(
        evidence=case.digest(f"ability/{case.county.today}"),
        level="partly" if level == "partly" else "unable",
    )
    case.say(assessed, SURVEYOR, personal={"ability_items": items})


def _moves(case: Dossier) -> Process:
    """Move to another village of the township."""
    yield case.turn(1)
    plan = case.plan
    village = case.rng.choice([v for v in plan.town.villages if v.code != plan.village.code])
    address = f"{plan.town.name}{village.name}{case.rng.randrange(1, 9)}组{plan.number}号"
    moved = support.CaseMoved(township=plan.town.code, village=village.code)
    case.say(moved, CLERK, personal={"address": address})


def _form_changes(case: Dossier, carers: Carers) -> Process:
    """Move into an institution, if the person lives at home; the homes here take no children."""
    yield case.turn(1)
    if case.state.form == "decentralised" and case.plan.limb != "minor":
        carers.leave(case, "form_changed", case.county.today)
        yield from _set_form(case, "concentrated")


def _goes_to_prison(case: Dossier, carers: Carers) -> Process:
    """Record the sentence, and end support in the same month."""
    from_on = case.county.today.isoformat()
    case.say(support.WhereaboutsChanged(from_on=from_on, kind="prison"), CLERK)
    yield from terminate(case, carers, "prison")


def suspended(case: Dossier) -> Process:
    """Suspend for two months where the person can't be reached, and take payment up again."""
    month = case.county.today.isoformat()[:7]
    yield case.turn(1, COUNTY)
    suspended = support.SupportSuspended(from_month=add_months(month, 1), ground="not_reachable")
    case.say(suspended, REVIEWER)
    yield case.on(date.fromisoformat(f"{add_months(month, 2)}-12"), COUNTY)
    case.say(support.SupportResumed(from_month=add_months(month, 3)), REVIEWER)
