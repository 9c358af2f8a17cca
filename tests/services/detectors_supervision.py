"""What auditors look for in supervision: kin, needs, complaints, notices, returns, audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aidledger.domain.recorded import Recorded

Found = Iterator[int]
NOTICES = {"complaint_phone", "policy", "procedure", "standard"}
CORRECTING = {
    "EntitlementSet",
    "EntryAnnulled",
    "EntryCorrected",
    "PaymentRecovered",
    "SupportSuspended",
    "TerminationReported",
}


def name(entry: Recorded) -> str:
    return type(entry.event).__name__


def named(entries: list[Recorded], *names: str) -> list[Any]:
    return [entry for entry in entries if name(entry) in names]


def within(h: Any, start: str, count: int) -> bool:
    """Whether so many days since a day are over."""
    return bool(h.days_after(start, count) < h.last)


def f007(h: Any) -> Found:
    for case in h.cases():
        if any("person_not_found" in e.event.hits for e in named(case, "DataCompared")):
            yield from (e.position for e in named(case, "PaymentIssued"))


def f040(h: Any) -> Found:
    months: dict[str, list[Any]] = {}
    for case in h.cases():
        if named(case, "ApplicationApproved", "ApplicationRefused", "HelpGranted"):
            checked = bool(named(case, "SpotChecked"))
            for sent in named(case, "CaseSubmitted"):
                months.setdefault(sent.event.received_on[:7], []).append((sent.position, checked))
    for sent in months.values():
        if sum(checked for _, checked in sent) * 1000 < 300 * len(sent):
            yield from (position for position, _ in sent)


def f041(h: Any) -> Found:
    kin = {(e.event.actor, e.event.person) for e in h.of("KinshipDeclared")}
    for case in h.cases():
        declared = {e.event.officer for e in named(case, "RelativeDeclared")}
        handlers = {e.actor for e in case} - declared
        for applied in named(case, "ApplicationSubmitted"):
            if any((actor, applied.event.applicant) in kin for actor in handlers):
                yield applied.position


def f042(h: Any) -> Found:
    for case in h.cases():
        if named(case, "ApplicationApproved") and not named(case, "SpotChecked"):
            yield from (e.position for e in named(case, "RelativeDeclared"))


def f046(h: Any) -> Found:
    surveys = h.of("HouseholdSurveyed")
    uses = Counter(file for e in surveys for file in set(e.event.evidence))
    yield from (e.position for e in surveys if any(uses[file] > 1 for file in e.event.evidence))


def f051(h: Any) -> Found:
    for case in h.cases():
        for found in named(case, "NeedDiscovered"):
            later = [e for e in case if e.position > found.position]
            acted = [e for e in later if e.effective_on <= h.days_after(found.effective_on, 15)]
            eligible = found.event.assessment == "eligible"
            if eligible and not acted and within(h, found.effective_on, 15):
                yield found.position
    for assessed in h.of("WarningAssessed"):
        over = h.days_after(assessed.effective_on, 15)
        disposed = [
            e
            for e in named(h.streams[assessed.stream], "WarningDisposed")
            if e.effective_on <= over
        ]
        real = assessed.event.result == "real"
        if real and not disposed and within(h, assessed.effective_on, 15):
            yield assessed.position


def f092(h: Any) -> Found:
    year = h.last[:4]
    published = {
        (e.stream, e.event.kind) for e in h.of("NoticePublished") if str(e.event.year) == year
    }
    for office in h.of("OfficeRegistered"):
        wanted = {(f"unit/{office.event.office}", kind) for kind in NOTICES}
        if office.event.kind in ("civil_affairs", "township") and wanted - published:
            yield office.position


def f095(h: Any) -> Found:
    for answered in h.of("ComplaintAnswered"):
        received = named(h.streams[answered.stream], "ComplaintReceived")[0]
        if not received.event.anonymous and not answered.event.told:
            yield answered.position


def f096(h: Any) -> Found:
    for looked in h.of("ComplaintInvestigated"):
        received = named(h.streams[looked.stream], "ComplaintReceived")[0]
        case = [e for e in h.raw if e.stream == received.event.subject_case]
        over = h.days_after(looked.effective_on, 30)
        changed = [
            e
            for e in case
            if name(e) in CORRECTING and looked.effective_on <= e.effective_on <= over
        ]
        if looked.event.finding == "upheld" and case and not changed and over < h.last:
            yield looked.position


def f097(h: Any) -> Found:
    for found in h.of("AuditFindingRaised"):
        accepted = [
            e
            for e in named(h.streams[found.stream], "RectificationAccepted")
            if e.event.accepted and e.effective_on <= found.event.due_on
        ]
        if not accepted and found.event.due_on < h.last:
            yield found.position


ANSWER_FOR_CASES = {"civil_affairs", "finance", "township"}


def f098(h: Any) -> Found:
    """A return that is late or wrong; a department counts registers of its own, not cases."""
    units = {e.stream: e.office for e in reversed(h.entries) if name(e) == "ApplicationAccepted"}
    kinds = {e.event.office: e.event.kind for e in h.of("OfficeRegistered")}
    for sent in h.of("ReturnSubmitted"):
        unit = sent.stream.partition("/")[2]
        own = kinds[unit] == "township"
        known = [
            e
            for e in h.entries
            if e.position < sent.position
            and e.effective_on <= sent.event.as_of
            and e.stream in units
            and (units[e.stream] == unit or not own)
        ]
        reported = {figure.code: figure.value for figure in sent.event.figures}
        late = sent.effective_on > f"{sent.event.month}-27"
        compared = bool(reported) or kinds[unit] in ANSWER_FOR_CASES
        if late or (compared and reported != figures(known, sent.event.month)):
            yield sent.position


def figures(known: list[Recorded], month: str) -> dict[str, int]:
    """Return what a return of a month should say, from the entries known to it."""
    counted = Counter(name(e) for e in known if e.effective_on.startswith(month))
    paid: list[Any] = [e for e in named(known, "PaymentIssued") if e.effective_on.startswith(month)]
    over = {e.stream for e in named(known, "TerminationApproved", "DeathRecorded")}
    return {
        "accepted": counted["ApplicationAccepted"],
        "approved": counted["ApplicationApproved"],
        "ended": counted["TerminationApproved"],
        "paid_fen": sum(e.event.amount_fen for e in paid),
        "paid_lines": counted["PaymentIssued"],
        "supported": len({e.stream for e in named(known, "ApplicationApproved")} - over),
        "visits": counted["VisitMade"],
    }


def f099(h: Any) -> Found:
    for opened in h.of("PersonalDataRevealed"):
        about = {
            e.event.applicant for e in named(h.streams[opened.event.case], "ApplicationSubmitted")
        }
        if not opened.event.purpose.strip() or opened.stream.partition("/")[2] not in about:
            yield opened.position
