"""What auditors look for, as plain functions over a county's history, one for each kind.

Written from the definitions of the findings, not from the simulator; they know the numbers of the
county's rules as its texts have them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from tests.services import detectors_supervision
from tests.services.byrule import decisions, never_shown, rules_of, time_to_decide, visited_within

from aidledger.domain.recorded import Recorded, amended
from aidledger.domain.values import age_on, next_month
from aidledger.services.clock import china_day
from aidledger.services.simulation.policy import working_calendar

PURPOSES = {"basic_living", "nursing", "funeral"}
Found = Iterator[int]


class History:
    """All entries of a county, by stream, with the working days."""

    def __init__(self, entries: list[Recorded]) -> None:
        self.entries = amended(entries)
        self.raw = entries
        self.last = china_day(entries[-1].recorded_at)
        self.calendar = working_calendar()
        self.streams: dict[str, list[Recorded]] = defaultdict(list)
        for entry in self.entries:
            self.streams[entry.stream].append(entry)

    def cases(self) -> Iterator[list[Recorded]]:
        yield from (e for name, e in self.streams.items() if name.startswith("case/"))

    def of(self, name: str) -> list[Recorded]:
        return [entry for entry in self.entries if kind(entry) == name]

    def days_after(self, start: str, count: int) -> str:
        return (day(start) + timedelta(days=count)).isoformat()

    def working_days(self, start: str, end: str) -> int:
        return self.calendar.working_days_between(day(start), day(end))


def day(text: str) -> date:
    return date.fromisoformat(text)


def kind(entry: Recorded) -> str:
    return type(entry.event).__name__


def only(entries: list[Recorded], *names: str) -> list[Any]:
    return [entry for entry in entries if kind(entry) in names]


def first(entries: list[Recorded], name: str, after: int = -1) -> Any:
    return next((e for e in entries if kind(e) == name and e.position > after), None)


def days(start: str, end: str) -> int:
    return (day(end) - day(start)).days


def paid_after(entries: list[Recorded], month: str) -> Found:
    yield from (e.position for e in only(entries, "PaymentIssued") if e.event.month > month)


def f001(h: History) -> Found:
    for case in h.cases():
        for died in only(case, "DeathRecorded"):
            yield from paid_after(case, died.event.died_on[:7])


def f003(h: History) -> Found:
    for case in h.cases():
        for gone in only(case, "WhereaboutsChanged"):
            yield from paid_after(case, gone.event.from_on[:7])


def f004(h: History) -> Found:
    yield from (
        e.position for e in only(h.entries, "ApplicationSubmitted") if e.event.identity_problem
    )


def f006(h: History) -> Found:
    approvals: dict[str, list[int]] = defaultdict(list)
    for case in h.cases():
        approved, applied = first(case, "ApplicationApproved"), first(case, "ApplicationSubmitted")
        if approved and not first(case, "TerminationApproved"):
            approvals[applied.event.applicant].append(approved.position)
    for positions in approvals.values():
        yield from positions if len(positions) > 1 else []


def approvals(h: History) -> Iterator[tuple[list[Recorded], Any]]:
    for case in h.cases():
        for approved in only(case, "ApplicationApproved"):
            yield case, approved


def f008(h: History) -> Found:
    for case, approved in approvals(h):
        born = first(case, "ApplicationSubmitted").event.birth_on
        if approved.event.limb == "age" and age_on(born, approved.effective_on) < 60:
            yield approved.position


def f019(h: History) -> Found:
    asked = ((c, a) for c, a in approvals(h) if rules_of(c).get("data_comparison_required"))
    yield from (a.position for case, a in asked if not first(case, "DataCompared"))


def f020(h: History) -> Found:
    for case, approved in approvals(h):
        hits = {hit for e in only(case, "DataCompared") for hit in e.event.hits}
        answered = {e.event.hit for e in only(case, "ComparisonHitDisposed")}
        if hits - answered:
            yield approved.position


def f028(h: History) -> Found:
    shown = ((case, a) for case, a in approvals(h) if "publicity_days" in rules_of(case))
    yield from (a.position for case, a in shown if not first(case, "PublicityEnded"))


def f029(h: History) -> Found:
    for case in h.cases():
        started = ""
        for entry in only(case, "PublicityStarted", "PublicityEnded"):
            if kind(entry) == "PublicityStarted":
                started = entry.effective_on
            elif days(started, entry.event.to_on) < 7:
                yield entry.position


def f031(h: History) -> Found:
    for case in h.cases():
        for raised in only(case, "ObjectionRaised"):
            again = first(case, "PublicityStarted", raised.position)
            if not again and first(case, "CaseSubmitted"):
                yield raised.position


def f032(h: History) -> Found:
    for case in h.cases():
        accepted = first(case, "ApplicationAccepted")
        for opinion in only(case, "ReviewOpinionGiven"):
            if h.working_days(accepted.effective_on, opinion.effective_on) > 15:
                yield opinion.position


def f033(h: History) -> Found:
    for case in h.cases():
        since, most = time_to_decide(case)
        for decided in decisions(case):
            if since and h.working_days(since, decided.effective_on) > most:
                yield decided.position


def f035(h: History) -> Found:
    for case in h.cases():
        for refused in only(case, "ApplicationRefused"):
            told = first(case, "RefusalNotified")
            told_on = told.event.served_on if told else h.last
            if h.working_days(refused.effective_on, told_on) > 3:
                yield (told or refused).position


def f037(h: History) -> Found:
    for entry in only(h.entries, "HouseholdSurveyed"):
        if len(set(entry.event.investigators)) < 2 or not entry.event.signed:
            yield entry.position


def f043(h: History) -> Found:
    for case, approved in approvals(h):
        opinion, survey = first(case, "ReviewOpinionGiven"), first(case, "HouseholdSurveyed")
        investigators = survey.event.investigators if survey else ()
        if approved.actor in {opinion and opinion.actor, *investigators}:
            yield approved.position


def f045(h: History) -> Found:
    for case in h.cases():
        for entry in case:
            if days(entry.effective_on, china_day(entry.recorded_at)) > 60:
                yield entry.position


def f048(h: History) -> Found:
    for case in h.cases():
        for change in only(case, "AbilityChangeReported"):
            assessed = first(case, "AbilityAssessed", change.position)
            if (
                h.working_days(change.effective_on, assessed.effective_on if assessed else h.last)
                > 10
            ):
                yield change.position
                yield from [assessed.position] if assessed else []


def f049(h: History) -> Found:
    for case in h.cases():
        for ended in only(case, "TerminationApproved"):
            published = never_shown(case) or first(case, "TerminationPublished")
            told = published and first(case, "TerminationNotified")
            if not told and h.working_days(ended.effective_on, h.last) > 5:
                yield ended.position


def f050(h: History) -> Found:
    for case in h.cases():
        for ended in only(case, "TerminationApproved"):
            if ended.event.ground != "death":
                yield from paid_after(case, ended.event.last_month)


def f054(h: History) -> Found:
    for case in h.cases():
        due = {
            (e.event.month, e.event.kind): e.event.amount_fen for e in only(case, "PaymentRostered")
        }
        for paid in only(case, "PaymentIssued"):
            if (
                due.get((paid.event.month, paid.event.kind), paid.event.amount_fen)
                != paid.event.amount_fen
            ):
                yield paid.position


def f058(h: History) -> Found:
    for _, approved in approvals(h):
        if approved.event.from_month != next_month(approved.effective_on[:7]):
            yield approved.position


def f062(h: History) -> Found:
    bound = only(h.entries, "AccountBound")
    holders: dict[str, set[str]] = defaultdict(set)
    for entry in bound:
        holders[entry.event.account].add(entry.stream)
    yield from (e.position for e in bound if len(holders[e.event.account]) > 3)


def f064(h: History) -> Found:
    for case in h.cases():
        issued = [e for e in only(case, "PaymentIssued") if e.event.kind != "arrears"]
        times = Counter(e.event.month for e in issued)
        times.subtract(e.event.month for e in only(case, "PaymentReturned"))
        yield from (e.position for e in issued if times[e.event.month] > 1)


def f065(h: History) -> Found:
    for case in h.cases():
        for returned in only(case, "PaymentReturned"):
            again = first(case, "PaymentReissued", returned.position)
            if not again and days(returned.effective_on, h.last) > 45:
                yield returned.position


def f071(h: History) -> Found:
    for name, fund in h.streams.items():
        if name.startswith("fund/"):
            yield from held_back(h, fund)


def held_back(h: History, fund: list[Recorded]) -> Found:
    """First in, first out: what of a receipt is still there after 90 days."""
    received = only(fund, "FundReceived", "FundReturned")
    spent = only(fund, "FundDisbursed")
    total = 0
    for receipt in received:
        total += receipt.event.amount_fen
        until = day(receipt.effective_on) + timedelta(days=90)
        gone = sum(e.event.amount_fen for e in spent if day(e.effective_on) <= until)
        if day(h.last) >= until and gone < total:
            yield receipt.position


def f072(h: History) -> Found:
    for spent in only(h.entries, "FundDisbursed"):
        bought = spent.stream.startswith("fund/service") and spent.event.purpose == "service"
        if spent.event.purpose not in PURPOSES and not bought:
            yield spent.position


def f078(h: History) -> Found:
    lost = {e.stream: e for e in h.of("CarerDisqualified")}
    for begun, ended in entrustments(h):
        gone = lost.get(begun.event.carer)
        if gone and begun.position < gone.position:
            end_on = ended.event.to_on if ended else h.last
            if days(gone.effective_on, end_on) > 5:
                yield from (begun.position, gone.position)


def entrustments(h: History) -> Iterator[tuple[Any, Any]]:
    for case in h.cases():
        for begun in only(case, "CareEntrusted"):
            yield begun, first(case, "CareEnded", begun.position)


def f079(h: History) -> Found:
    scores = {(e.stream, e.event.month) for e in only(h.entries, "CarerScored")}
    lost = {e.stream: e.effective_on for e in h.of("CarerDisqualified")}
    for begun, ended in entrustments(h):
        end_on = min(ended.event.to_on if ended else h.last, lost.get(begun.event.carer, h.last))
        month = begun.event.from_on[:7]
        while month <= end_on[:7]:
            if (begun.event.carer, month) not in scores:
                yield begun.position
            month = next_month(month)


def f080(h: History) -> Found:
    for case in h.cases():
        for ended in only(case, "CareEnded"):
            again = first(case, "CareEntrusted", ended.position)
            if again and days(ended.event.to_on, again.event.from_on) > 30:
                yield from (ended.position, again.position)


def f081(h: History) -> Found:
    for case, approved in approvals(h):
        ends = [e.event.died_on for e in only(case, "DeathRecorded")]
        ends += [e.effective_on for e in only(case, "TerminationApproved")]
        end = min([h.last, *ends])
        seen = sorted(e.effective_on for e in only(case, "VisitMade"))
        marks = [approved.effective_on, *(on for on in seen if on <= end), end]
        if any(days(a, b) > visited_within(case) for a, b in pairwise(marks)):
            yield approved.position


def f087(h: History) -> Found:
    for case, approved in approvals(h):
        told = first(case, "ApprovalAnnounced")
        late = h.working_days(approved.effective_on, told.effective_on if told else h.last) > 10
        if late and not never_shown(case):
            yield approved.position


def f090(h: History) -> Found:
    taken = {e.event.file: e.event.withdrawn_on for e in only(h.entries, "ListWithdrawn")}
    for shown in only(h.entries, "ListPublished"):
        if taken.get(shown.event.file, h.last) > shown.event.to_on:
            yield shown.position


def f091(h: History) -> Found:
    notices = only(h.entries, "PublicityStarted")
    uses = Counter(e.event.evidence for e in notices)
    yield from (
        e.position for e in notices if e.event.evidence is None or uses[e.event.evidence] > 1
    )


def f093(h: History) -> Found:
    for name, entries in h.streams.items():
        if name.startswith("complaint/"):
            answered = first(entries, "ComplaintAnswered")
            more = sum(e.event.days for e in only(entries, "ComplaintExtended"))
            end = answered.event.answered_on if answered else h.last
            if days(entries[0].effective_on, end) > 60 + more:
                yield (answered or entries[0]).position


def f094(h: History) -> Found:
    for registered in only(h.entries, "ComplaintRegistered"):
        received = first(h.streams[registered.stream], "ComplaintReceived")
        if received.event.subject_officer == registered.event.handler:
            yield registered.position


def f101(h: History) -> Found:
    for entry in only(h.raw, "EntryCorrected", "EntryAnnulled"):
        if not (entry.event.reason.strip() and entry.event.authority.strip()):
            yield entry.position


DETECTORS: dict[str, Callable[[History], Found]] = {
    name.upper(): value
    for name, value in [*vars(detectors_supervision).items(), *globals().items()]
    if (len(name) == 4 and name.startswith("f0")) or name == "f101"
}
