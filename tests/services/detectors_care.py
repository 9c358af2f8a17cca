"""What auditors look for in care and in institutions, one function for each kind.

Written from the definitions of the findings, as ``detectors.py`` is; the numbers are those of the county's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tests.services.detectors import Found, History, days, entrustments, first, only

from aidledger.domain.values import next_month

NURSING_FEN = {"able": 0, "partly": 23_500, "unable": 47_000}


def f057(h: History) -> Found:
    """Nursing of another level than that of the last assessment."""
    for case in h.cases():
        for paid in only(case, "PaymentIssued"):
            if paid.event.kind != "regular":
                continue
            assessed = [
                e.event.level
                for e in only(case, "AbilityAssessed")
                if e.effective_on[:7] < paid.event.month
            ]
            due = [
                e.event
                for e in only(case, "EntitlementSet")
                if e.event.from_month <= paid.event.month and e.position < paid.position
            ]
            if not (assessed and due):
                continue
            living = sum(part.fen for part in due[-1].parts if "nursing" not in part.code)
            right = NURSING_FEN[assessed[-1]]
            if paid.event.amount_fen - living in set(NURSING_FEN.values()) - {right}:
                yield paid.position


def f077(h: History) -> Found:
    """A fee for care in a whole month without service and visit."""
    for begun, ended in entrustments(h):
        case = h.streams[begun.stream]
        ends = [e.event.died_on for e in only(case, "DeathRecorded")]
        ends += [e.effective_on for e in only(case, "TerminationApproved")]
        end_on = min([ended.event.to_on if ended else h.last, *ends])
        seen = {e.effective_on[:7] for e in only(case, "VisitMade", "ServiceRendered")}
        month = next_month(begun.event.from_on[:7])
        while begun.event.monthly_fee_fen and month < end_on[:7]:
            if month not in seen:
                yield begun.position
                break
            month = next_month(month)


def f082(h: History) -> Found:
    """One photo for several visits, or a visit to a dead person."""
    visits = only(h.entries, "VisitMade")
    uses = Counter(e.event.evidence for e in visits)
    for visit in visits:
        died = first(h.streams[visit.stream], "DeathRecorded")
        if (visit.event.evidence and uses[visit.event.evidence] > 1) or (
            died and visit.effective_on > died.event.died_on
        ):
            yield visit.position


def f084(h: History) -> Found:
    """An agency's carer without a certificate that is valid on the day."""
    for begun, _ in entrustments(h):
        held = only(h.streams[begun.event.carer], "CarerQualified")
        if begun.event.relation == "agency" and not any(
            e.effective_on <= begun.effective_on <= e.event.to_on for e in held
        ):
            yield begun.position


def f085(h: History) -> Found:
    """More residents paid in a month than the institution counts in it."""
    for census in only(h.entries, "InstitutionCensusTaken"):
        home = census.stream.removeprefix("facility/")
        month = census.effective_on[:7]
        paid = 0
        for case in h.cases():
            forms = [
                e.event
                for e in only(case, "SupportFormSet")
                if days(e.effective_on, census.effective_on) >= 0
            ]
            lines = [e for e in only(case, "PaymentIssued") if e.event.month == month]
            paid += bool(forms and forms[-1].institution == home and lines)
        if paid > census.event.able + census.event.partly + census.event.unable:
            yield census.position


def f086(h: History) -> Found:
    """Pocket money that nobody signed for."""
    yield from (e.position for e in only(h.entries, "PocketMoneyPaid") if e.event.receipt is None)


DETECTORS_OF_CARE: dict[str, Callable[[History], Found]] = {
    one.__name__.upper(): one for one in (f057, f077, f082, f084, f085, f086)
}
