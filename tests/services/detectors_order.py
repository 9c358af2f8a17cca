"""What auditors look for in the order, completeness, authority and origin of steps, by rule.

Written from the definitions of the findings, as ``detectors.py`` is; the numbers are those of the county's rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.services.byrule import decisions
from tests.services.detectors import Found, History, first, kind, only

DECIDING_OFFICES = {"civil_affairs"}
DECIDED = ("ApplicationApproved", "ApplicationRefused", "TerminationApproved")
IMPORTED_AS = {"applications": "ApplicationSubmitted"}


def f005(h: History) -> Found:
    """One token under names of which even the masked ones differ, and no correction of the name."""
    names: dict[str, set[str]] = defaultdict(set)
    applied = only(h.entries, "ApplicationSubmitted")
    for entry in applied:
        if entry.event.display_name:
            names[entry.event.applicant].add(entry.event.display_name)
    yield from (e.position for e in applied if len(names[e.event.applicant]) > 1)


def f030(h: History) -> Found:
    """A notice before the opinion, an approval before the submission or before the survey."""
    for case in h.cases():
        opinion, sent = first(case, "ReviewOpinionGiven"), first(case, "CaseSubmitted")
        surveyed, shown = first(case, "HouseholdSurveyed"), first(case, "PublicityStarted")
        if shown and not (opinion and opinion.effective_on <= shown.effective_on):
            yield shown.position
        for approved in only(case, "ApplicationApproved"):
            on = approved.effective_on
            in_time = [e.effective_on <= on for e in (sent, surveyed) if e]
            if not all(in_time):
                yield approved.position


def f034(h: History) -> Found:
    """Over 30 working days from acceptance to decision; with a ground for more time, over 45."""
    for case in h.cases():
        accepted = first(case, "ApplicationAccepted")
        allowed = 45 if only(case, "LimitExtended", "ObjectionRaised") else 30
        for decided in decisions(case):
            if h.working_days(accepted.effective_on, decided.effective_on) > allowed:
                yield decided.position


def f036(h: History) -> Found:
    for case in h.cases():
        yield from (e.position for e in only(case, "MaterialsRequested")[1:])


def f038(h: History) -> Found:
    """No appraisal before the opinion, though a survey or a comparison had shown a doubt."""
    for case in h.cases():
        for opinion in only(case, "ReviewOpinionGiven"):
            before = [e for e in case if e.position < opinion.position]
            doubts = [e for e in only(before, "DataCompared") if e.event.hits]
            doubts += [e for e in before if getattr(e.event, "doubt", False)]
            if doubts and not only(before, "AppraisalHeld"):
                yield opinion.position


def f039(h: History) -> Found:
    """Fewer than two thirds represent residents, or nobody signed."""
    for held in only(h.entries, "AppraisalHeld"):
        event = held.event
        if event.representatives * 3 < event.attendees * 2 or not event.evidence:
            yield held.position


def f044(h: History) -> Found:
    kinds = {e.event.office: e.event.kind for e in only(h.entries, "OfficeRegistered")}
    for decided in (e for e in h.entries if kind(e) in DECIDED):
        delegated = [
            given
            for given in only(h.entries, "DelegationGiven")
            if given.event.to_office == decided.office
            and given.position < decided.position
            and not ended_before(h, given, decided)
        ]
        if kinds.get(decided.office) not in DECIDING_OFFICES and not delegated:
            yield decided.position


def ended_before(h: History, given: Any, act: Any) -> bool:
    """Whether a delegation had ended when somebody acted."""
    return any(
        ended.event.delegation == given.event.delegation and ended.position < act.position
        for ended in only(h.entries, "DelegationEnded")
    )


def f053(h: History) -> Found:
    """Help for somebody who was recognised, on a day on which no recognition holds any more."""
    for entries in h.cases():
        recognised = only(entries, "RecognitionGranted")
        for granted in only(entries, "HelpGranted"):
            before = [e for e in recognised if e.position < granted.position]
            lasting = [
                e
                for e in before
                if not e.event.valid_to or granted.effective_on <= e.event.valid_to
            ]
            if before and not lasting:
                yield granted.position


def f103(h: History) -> Found:
    """A file of so many rows, and fewer entries that name it and their row."""
    for imported in only(h.entries, "FileImported"):
        named = {
            e.event.source
            for e in only(h.entries, IMPORTED_AS[imported.event.kind])
            if e.event.source.startswith(f"import:{imported.event.file}#")
        }
        if len(named) < imported.event.rows:
            yield imported.position


DETECTORS_OF_ORDER: dict[str, Callable[[History], Found]] = {
    one.__name__.upper(): one for one in (f005, f030, f034, f036, f038, f039, f044, f053, f103)
}
