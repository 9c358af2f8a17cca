"""What auditors look for in households: means, reviews, sums, and support given twice.

Written from the definitions of the findings, as ``detectors.py`` is; they know the numbers of the
county's rules as its texts have them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import combinations, pairwise
from typing import Any

from tests.services.byrule import programme_of, reviewed
from tests.services.detectors import Found, History, approvals, first, only

from aidledger.domain.values import add_months, age_on

CHILDREN = {"orphan", "unattended"}
CHILD_FEN = {"decentralised": 120_000, "concentrated": 160_000}
DEPOSITS_A_HEAD_FEN = 1_692_000
REGISTERS = {
    "F011": {"vehicles"},
    "F012": {"real_estate"},
    "F013": {"companies"},
    "F014": {"payroll", "pension"},
    "F015": {"housing_fund", "social_insurance"},
    "F016": {"deposits", "securities"},
    "F017": {"consumption"},
    "F024": {"other_county"},
}
ACTED = ("IncomeAssessed", "PropertyAssessed", "SupportSuspended", "TerminationReported")
UNSTEADY = {"wage", "business"}
HIGHEST_SUPPLEMENT_PERCENT = 30
"""Of the standard, for one member: the highest only is paid."""
LISTED_STAGES = {"compulsory", "preschool", "high", "secondary_vocational"}


def households(h: History) -> Iterator[list[Any]]:
    """Yield the cases of the minimum living allowance."""
    for case in h.cases():
        applied = first(case, "ApplicationSubmitted")
        if applied and applied.event.programme == "dibao":
            yield case


def unanswered(h: History, rule: str) -> Found:
    """Yield comparisons with a hit that was confirmed, or let pass without a word, and paid on."""
    for case in h.cases():
        for compared in only(case, "DataCompared"):
            later = [e for e in case if e.position > compared.position]
            answered = {
                e.event.hit: e.event.cleared and e.event.reason.strip()
                for e in only(later, "ComparisonHitDisposed")
            }
            hits = {one for one in compared.event.hits if one.rpartition("-")[0] in REGISTERS[rule]}
            settled = add_months(compared.effective_on[:7], 2)
            paid = [e for e in only(later, "PaymentIssued") if e.event.month >= settled]
            acted = [e for e in only(later, *ACTED) if e.effective_on[:7] < settled]
            if paid and not acted and not all(answered.get(one) for one in hits):
                yield compared.position


def owned(h: History, field: str, limit: Callable[[list[Any]], int]) -> Found:
    """Yield assessments of more than the rule lets a household have, where support was granted."""
    for case in households(h):
        for assessed in only(case, "PropertyAssessed"):
            granted = first(case, "ApplicationApproved", assessed.position)
            if granted and getattr(assessed.event, field) > limit(case):
                yield assessed.position


def members(case: list[Any], position: int, month: str) -> int:
    """Return how many are of the household for a month, as entered before a position."""
    there: set[str] = set()
    for change in only(case, "HouseholdMemberChanged"):
        if change.position < position and change.effective_on[:7] < month:
            gone = change.event.change in ("left", "died")
            there = there - {change.event.person} if gone else there | {change.event.person}
    return len(there)


def f002(h: History) -> Found:
    """Three months after a death, and nothing was looked at, set or ended."""
    for case in h.cases():
        for died in only(case, "DeathRecorded"):
            over = add_months(died.event.died_on[:7], 3) + died.event.died_on[7:]
            later = [e for e in case if e.position > died.position]
            acted = only(later, "SupportReviewed", "TerminationReported", "EntitlementSet")
            if over < h.last and not any(e.effective_on <= over for e in acted):
                yield died.position


def f009(h: History) -> Found:
    """A minor past the age and not at school is paid; or was ended as too old before that."""
    for case, approved in approvals(h):
        if approved.event.limb != "minor":
            continue
        born = first(case, "ApplicationSubmitted").event.birth_on
        stages = {e.event.stage for e in only(case, "EnrolmentRecorded") if not e.event.to_on}
        at_school = bool(stages & LISTED_STAGES)
        for paid in only(case, "PaymentIssued"):
            if age_on(born, f"{paid.event.month}-01") > 18 and not at_school:
                yield paid.position
        for ended in only(case, "TerminationApproved"):
            early = age_on(born, ended.effective_on) < 18 or at_school
            if ended.event.ground == "aged_out" and early:
                yield ended.position


def f010(h: History) -> Found:
    """Granted for a disability on a certificate that was no longer valid."""
    for case, approved in approvals(h):
        held = only(case, "DisabilityCertified")
        valid = [e for e in held if (e.event.valid_to or "9999") >= approved.effective_on]
        if approved.event.limb == "disability" and not valid:
            yield approved.position


def f011(h: History) -> Found:
    yield from unanswered(h, "F011")
    yield from owned(h, "vehicles", lambda _: 0)


def f012(h: History) -> Found:
    yield from unanswered(h, "F012")
    yield from owned(h, "dwellings", lambda _: 1)


def f013(h: History) -> Found:
    yield from unanswered(h, "F013")
    yield from owned(h, "firms", lambda _: 0)


def f014(h: History) -> Found:
    yield from unanswered(h, "F014")


def f015(h: History) -> Found:
    yield from unanswered(h, "F015")


def f016(h: History) -> Found:
    yield from unanswered(h, "F016")
    yield from owned(
        h, "deposits_fen", lambda case: DEPOSITS_A_HEAD_FEN * members(case, case[-1].position, "9")
    )


def f017(h: History) -> Found:
    yield from unanswered(h, "F017")


def f024(h: History) -> Found:
    yield from unanswered(h, "F024")


def f018(h: History) -> Found:
    """Somebody who is bound to help is able, and nothing says why not."""
    for case, approved in approvals(h):
        asked = [e for e in only(case, "ObligorAssessed") if e.position < approved.position]
        if asked and asked[-1].event.able and asked[-1].event.ground == "none":
            yield approved.position


def paid_months(case: list[Any]) -> dict[str, list[int]]:
    """Return the positions of what was paid, by month."""
    months: dict[str, list[int]] = defaultdict(list)
    for paid in only(case, "PaymentIssued"):
        months[paid.event.month].append(paid.position)
    return months


def persons(case: list[Any]) -> set[str]:
    """Return the applicant and all members of a case."""
    applied = first(case, "ApplicationSubmitted")
    joined = {e.event.person for e in only(case, "HouseholdMemberChanged")}
    return joined | ({applied.event.applicant} if applied else set())


def f021(h: History) -> Found:
    """One person is paid for extreme hardship and is of a household that is paid, in one month."""
    supported: dict[str, set[str]] = defaultdict(set)
    for case in h.cases():
        applied = first(case, "ApplicationSubmitted")
        if applied and applied.event.programme == "tekun":
            supported[applied.event.applicant] |= set(paid_months(case))
    for case in households(h):
        both = set().union(*(supported.get(one, set()) for one in persons(case)))
        for month, positions in paid_months(case).items():
            yield from positions if month in both else []


def f022(h: History) -> Found:
    """A child is paid as one without parents in a month in which it is paid in extreme hardship."""
    for pair, cases in of_one_person(h):
        if "tekun" in pair and pair & CHILDREN:
            both = paid_months(cases[0]).keys() & paid_months(cases[1]).keys()
            for case in cases:
                if programme(case) in CHILDREN:
                    yield from paid_in(case, both)


def f025(h: History) -> Found:
    """A child is paid in one month under two programmes of children that exclude each other."""
    for pair, cases in of_one_person(h):
        if pair == CHILDREN:
            both = paid_months(cases[0]).keys() & paid_months(cases[1]).keys()
            yield from (position for case in cases for position in paid_in(case, both))


def of_one_person(h: History) -> Iterator[tuple[set[str], tuple[list[Any], list[Any]]]]:
    """Return every two cases of one applicant, with the programmes of both."""
    about: dict[str, list[list[Any]]] = defaultdict(list)
    for case in h.cases():
        applied = first(case, "ApplicationSubmitted")
        if applied:
            about[applied.event.applicant].append(case)
    for cases in about.values():
        for one, two in combinations(cases, 2):
            yield {programme(one), programme(two)}, (one, two)


def programme(case: list[Any]) -> str:
    return str(first(case, "ApplicationSubmitted").event.programme)


def paid_in(case: list[Any], months: Collection[str]) -> Found:
    for month, positions in paid_months(case).items():
        yield from positions if month in months else []


def f023(h: History) -> Found:
    """Members of one household are paid in town and in the country in one month."""
    by_area: dict[str, list[tuple[set[str], dict[str, list[int]]]]] = defaultdict(list)
    for case in households(h):
        area = first(case, "ApplicationSubmitted").event.area
        by_area[area].append((persons(case), paid_months(case)))
    for people, months in by_area["rural"]:
        for others, paid in by_area["urban"]:
            for month in months.keys() & paid.keys() if people & others else ():
                yield from (*months[month], *paid[month])


def f047(h: History) -> Found:
    """No review in a year; in half a year where the income is of work."""
    for case in h.cases():
        approved = first(case, "ApplicationApproved")
        if not approved or not reviewed(case):
            continue
        incomes = only(case, "IncomeAssessed")
        kinds = {line.kind for line in incomes[-1].event.lines} if incomes else set()
        each = 6 if kinds & UNSTEADY else 12
        ends = [e.event.died_on for e in only(case, "DeathRecorded")]
        ends += [e.effective_on for e in only(case, "TerminationReported")]
        end = min([h.last, *ends])
        seen = [e.effective_on for e in only(case, "SupportReviewed") if e.effective_on <= end]
        marks = [approved.effective_on, *sorted(seen), end]
        if any(months_later(a, each) < b for a, b in pairwise(marks)):
            yield approved.position


def months_later(start: str, count: int) -> str:
    """Return the day so many months later, as text; the last of a shorter month is near enough."""
    return add_months(start[:7], count) + start[7:]


def lines(h: History) -> Iterator[tuple[list[Any], Any, int]]:
    """Yield each regular line of a household's roster with its case and the standard of its month."""
    published = only(h.entries, "StandardPublished")
    for case in households(h):
        area = first(case, "ApplicationSubmitted").event.area
        given = [e for e in published if e.event.code == f"dibao_{area}"]
        for line in only(case, "PaymentRostered"):
            if line.event.kind == "regular":
                yield case, line, standard_fen(given, line)


def standard_fen(published: list[Any], line: Any) -> int:
    """Return the standard of a line's month, as published before the roster."""
    month = f"{line.event.month}-01"
    known = [e.event for e in published if e.position < line.position and e.event.from_on <= month]
    return int(max(known, key=lambda event: event.from_on).monthly_fen)


def part_fen(line: Any, code: str) -> int:
    return sum(part.fen for part in line.event.parts if part.code == code)


def f056(h: History) -> Found:
    """More supplement than the highest for each member who falls into any category."""
    for case, line, standard in lines(h):
        held = {
            e.event.number: e.event.person
            for e in only(case, "CategoryRecorded")
            if e.position < line.position
        }
        for ended in only(case, "CategoryEnded"):
            if ended.event.ended_on[:7] < line.event.month:
                held.pop(ended.event.number, None)
        most = len(set(held.values())) * (standard * HIGHEST_SUPPLEMENT_PERCENT // 100)
        if part_fen(line, "supplement") > most:
            yield line.position


def f059(h: History) -> Found:
    """Another sum than the standard for each member less the household's income."""
    for case, line, standard in lines(h):
        known = [
            e.event.monthly_fen
            for e in only(case, "IncomeAssessed")
            if e.position < line.position and e.effective_on[:7] < line.event.month
        ]
        due = standard * members(case, line.position, line.event.month) - known[-1]
        in_exit = any(part.code == "gradual-exit" for part in line.event.parts)
        if not in_exit and part_fen(line, "allowance") != max(due, 0):
            yield line.position


def f060(h: History) -> Found:
    """A child is paid the rate of a form of support that is not its own."""
    for case in h.cases():
        rates = CHILD_FEN if programme_of(case) in CHILDREN else {}
        form = "decentralised"
        for entry in only(case, "ApplicationApproved", "SupportFormSet", "PaymentIssued"):
            form = getattr(entry.event, "form", form)
            paid = getattr(entry.event, "amount_fen", None)
            if paid in set(rates.values()) - {rates.get(form)}:
                yield entry.position


MEANS: dict[str, Callable[[History], Found]] = {
    one.__name__.upper(): one
    for one in (
        *(f002, f009, f010, f011, f012, f013, f014, f015, f016, f017, f018),
        *(f021, f022, f023, f024, f025, f047, f056, f059, f060),
    )
}
