"""Services and institutions: fees for nothing, repeated proof, lapsed certificates, false counts."""

from __future__ import annotations

from datetime import date

from aidledger.domain.events import care, decision, institution, service, support
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.money import marked, second_month
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    then,
    where,
)
from aidledger.services.simulation.places import CLERK, COUNTY, REVIEWER, SUPERVISOR

_OVERPAID_FEN = 23_500
"""What one level of nursing is more than the one below it."""
_POCKET_FEN = 5_000
_STAFF = 12
_CENSUS_WORKDAY = 6
"""The working day of a month on which an institution counts: after the payment of the month."""


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (*_care(), *_institutions())


def _care() -> tuple[Kind, ...]:
    """Return what goes wrong at home."""
    return (
        Kind(
            rule="F057",
            note_zh="按高一档护理标准发放",
            note_en="paid with the nursing standard of a higher level",
            plan=marked(lambda disorder, key: disorder.bank_adds_fen.update({key: _OVERPAID_FEN})),
            find=second_month,
            also=(
                SideEffect(rule="F054", find=second_month),
                SideEffect(rule="F061", find=second_month),
            ),
        ),
        Kind(
            rule="F077",
            note_zh="照付护理费，整月无服务、无探访",
            note_en="a fee for care, and no service and no visit in whole months",
            plan=changed(own_carer=True, visited=False),
            find=at(care.CareEntrusted),
            shows_after_days=62,
            also=(SideEffect(rule="F081", find=at(decision.ApplicationApproved)),),
        ),
        Kind(
            rule="F082",
            note_zh="多次探访使用同一张照片",
            note_en="one photo for several visits",
            plan=then(_same_photo),
            find=_shown_again,
        ),
        Kind(
            rule="F084",
            note_zh="机构护理员证书到期后续签",
            note_en="an agency's carer whose certificate had run out",
            plan=then(_lapsed, own_carer=True),
            find=_second_agreement,
        ),
    )


def _institutions() -> tuple[Kind, ...]:
    """Return what goes wrong in institutions."""
    return (
        Kind(
            rule="F085",
            note_zh="在院人数少于领取供养金人数",
            note_en="the institution counts fewer residents than are paid",
            plan=then(_counted_without, form="concentrated"),
            stream=lambda scene: scene.kept("facility"),
            find=lambda scene: (
                where(scene.entries(name), institution.InstitutionCensusTaken)
                if (name := scene.kept("facility"))
                else []
            ),
        ),
        Kind(
            rule="F086",
            note_zh="零花钱没有本人签收",
            note_en="pocket money without a receipt",
            plan=then(_kept_back, form="concentrated"),
            find=lambda scene: where(
                scene.entries(),
                service.PocketMoneyPaid,
                lambda entry: getattr(entry.event, "receipt", None) is None,
            ),
        ),
    )


def _on(case: Dossier, months: int, day: int) -> date:
    """Return a day of the month that many months after the first of support."""
    return date.fromisoformat(f"{add_months(case.from_month, months)}-{day:02d}")


def _same_photo(scene: Scene, case: Dossier) -> Process:
    """Show an old photo for two visits that nobody made."""
    photo = scene.keep("photo", case.digest("visit/again"))
    for months in (1, 2):
        yield case.on(_on(case, months, 20))
        if case.over(case.county.today):
            return
        visited = support.VisitMade(evidence=photo, visitor=f"{case.village}-v1")
        case.say(visited, CLERK, personal={"note": "生活正常。"})


def _shown_again(scene: Scene) -> list[int]:
    """Find the visits that share a photo, if there are several."""
    found = where(
        scene.entries(),
        support.VisitMade,
        lambda entry: getattr(entry.event, "evidence", None) == scene.kept("photo"),
    )
    return found if len(found) > 1 else []


def _lapsed(scene: Scene, case: Dossier) -> Process:
    """Agree with an agency while its carer's certificate holds, and again when it no longer does."""
    for months in (1, 3):
        yield case.on(_on(case, months, 12))
        helper = scene.tools.carers.of(case)
        if helper is None or case.over(case.county.today):
            return
        today = case.county.today.isoformat()
        if months == 1:
            held = care.CarerQualified(
                certificate="k-1", to_on=f"{add_months(case.from_month, 2)}-28"
            )
            case.county.say(helper.stream, held, by=SUPERVISOR)
        agreed = care.CareEntrusted(
            carer=helper.stream,
            consent=True,
            from_on=today,
            relation="agency",
            services=("watch_over", "life_care"),
        )
        case.say(agreed, SUPERVISOR)


def _second_agreement(scene: Scene) -> list[int]:
    """Find the agreement that came too late for the certificate."""
    return where(
        scene.entries(),
        care.CareEntrusted,
        lambda entry: getattr(entry.event, "relation", "") == "agency",
    )[1:]


def _counted_without(scene: Scene, case: Dossier) -> Process:
    """Let the institution count one resident fewer than the month's payment names."""
    month = add_months(case.from_month, 1)
    days = case.county.month_days(month)
    if len(days) <= _CENSUS_WORKDAY:
        return
    yield case.on(days[_CENSUS_WORKDAY], COUNTY)
    home = case.state.institution
    if not home or case.over(case.county.today):
        return
    levels = [other.state.ability for other in scene.tools.runs.paid_in(home, month)]
    if not levels:
        return
    levels.pop()
    counted = institution.InstitutionCensusTaken(
        able=levels.count("able"),
        partly=levels.count("partly"),
        staff=_STAFF,
        unable=levels.count("unable"),
    )
    facility = scene.keep("facility", f"facility/{home}")
    case.county.say(facility, counted, by=REVIEWER)


def _kept_back(_: Scene, case: Dossier) -> Process:
    """Hand pocket money over with a receipt, and then twice without."""
    for months in (1, 2, 3):
        yield case.on(_on(case, months, 15))
        if case.over(case.county.today) or not case.state.institution:
            return
        month = add_months(case.from_month, months)
        receipt = case.digest(f"pocket/{month}") if months == 1 else None
        paid = service.PocketMoneyPaid(amount_fen=_POCKET_FEN, month=month, receipt=receipt)
        case.say(paid, CLERK)
