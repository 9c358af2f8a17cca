"""What the shipped rules ask of a programme, read from the parameters of its packs and nowhere else."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from typing import Any, Final

from aidledger.services.acts.adoption import shipped


def _parameters() -> dict[str, dict[str, Any]]:
    """Return every parameter of the packs by programme; ``""``: of those for every programme.

    Of several packs that have one, the most local speaks last.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    packs = [tomllib.loads(content.decode()) for content in shipped("packs").values()]
    for pack in sorted(packs, key=lambda pack: "extends" in pack):
        for programme in pack.get("programmes", [""]):
            found[programme] |= pack["parameters"]
    return found


_BY_PROGRAMME: Final = _parameters()
UNPUBLISHED: Final = set(_BY_PROGRAMME[""]["unpublished_programmes"])
"""S4-109: programmes of which nothing is shown: no notice, no announcement, no line."""
FAMILIES: Final = {"low_income", "rigid"}
"""G25: all that is decided for these is that they are recognised."""


def programme_of(case: list[Any]) -> str:
    """Return what a case was applied for; empty where nobody has applied."""
    applied = [e.event for e in case if type(e.event).__name__ == "ApplicationSubmitted"]
    return str(applied[0].programme) if applied else ""


def rules_of(case: list[Any]) -> dict[str, Any]:
    """Return the parameters of the packs of a case's programme: its own, or those for every one."""
    return _BY_PROGRAMME.get(programme_of(case)) or _BY_PROGRAMME[""]


def never_shown(case: list[Any]) -> bool:
    """Whether the rule of a case's programme lets nothing of it be shown."""
    return programme_of(case) in UNPUBLISHED


def visited_within(case: list[Any]) -> int:
    """Return the days from one visit to the next: S4-082, monthly in key programmes; S4-083, or a quarter."""
    return 31 if programme_of(case) in _BY_PROGRAMME[""]["visit_key_programmes"] else 92


def reviewed(case: list[Any]) -> bool:
    """Whether support is reviewed by the year: not where a programme has rules that don't ask it."""
    programme = programme_of(case)
    return programme not in _BY_PROGRAMME or "review_months" in _BY_PROGRAMME[programme]


def decisions(case: list[Any]) -> list[Any]:
    """Return what was decided on an application; of a family that is its first recognition."""
    named = ("ApplicationApproved", "ApplicationRefused")
    decided = [e for e in case if type(e.event).__name__ in named]
    if programme_of(case) in FAMILIES:
        decided += [e for e in case if type(e.event).__name__ == "RecognitionGranted"][:1]
    return decided


def time_to_decide(case: list[Any]) -> tuple[str, int]:
    """Return since when the working days to a decision count, and how many; no day: no rule says."""
    rules = rules_of(case)
    steps = {type(e.event).__name__: e for e in reversed(case)}
    if sent := steps.get("CaseSubmitted"):
        return sent.event.received_on, 15
    most = rules.get("whole_limit_working_days") or rules.get("decision_limit_working_days")
    accepted = steps.get("ApplicationAccepted")
    if not accepted or not most or "submission_required" in rules:
        return "", 0
    # Nothing is submitted: 20 days for special assistance, 30 for families, from the acceptance.
    return accepted.effective_on, int(most)
