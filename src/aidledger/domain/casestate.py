"""The state of one case: what every decision about it may ask.

`case` makes it of the case's entries, `steps` says what each of them changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

import msgspec

from aidledger.domain.dated import said_on
from aidledger.domain.helpstate import Help
from aidledger.domain.householdstate import Household
from aidledger.domain.recorded import Recorded
from aidledger.domain.specialstate import Special
from aidledger.domain.standingstate import Standing

_WAITING: Final = frozenset(
    {"applied", "accepted", "opined", "in_publicity", "published", "submitted"}
)
Changes = dict[str, Any]
"""The fields of a case that an entry changes, with their new values."""


class Entitlement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is due a month from ``from_month`` on."""

    from_month: str
    monthly_fen: int


class Case(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one case. Empty text means not (yet) so; days and months are ISO text."""

    stream: str
    version: int = 0
    last_position: int = -1
    stage: str = "discovered"
    discovered_on: str = ""
    # the person and the place
    applicant: str = ""
    display_name: str = ""
    programme: str = ""
    route: str = ""
    birth_on: str = ""
    area: str = ""
    township: str = ""
    village: str = ""
    filed_on: str = ""
    """The latest day of an application."""
    placed_on: str = ""
    """Since when it is there: what is recorded late of an earlier day moves nobody back."""
    account: str = ""
    account_holder: str = ""
    """Bound on the latest day."""
    accounts: tuple[tuple[str, str, str], ...] = ()
    """All of them, each with its day, and with its holder behind it."""
    relative_of: tuple[str, ...] = ()
    in_school: str = ""
    """Stage of the enrolment that began last, be it over or not."""
    school_to: str = ""
    """Its last day, where one is known."""
    enrolments: tuple[tuple[str, str, str], ...] = ()
    """All of them: since when, the stage, the last day."""
    disability_certified: bool = False
    """Whether a certificate was handed in; what it says is sealed."""
    died_on: str = ""
    whereabouts: str = ""
    """Those of the latest day."""
    absences: tuple[tuple[str, str], ...] = ()
    """All that was said of the whereabouts, each with the day since when."""
    household: Household = Household()
    standing: Standing = Standing()
    # the procedure
    applied_on: str = ""
    withdrawn_on: str = ""
    accepted_on: str = ""
    materials_complete: bool = True
    surveyed_on: str = ""
    investigators: tuple[str, ...] = ()
    survey_signed: bool = False
    survey_doubt: bool = False
    has_income: bool = False
    property_within_limit: bool = False
    neighbour_visited: bool = False
    false_statement: bool = False
    letter_obtained: bool = False
    compared_on: str = ""
    open_hits: frozenset[str] = frozenset()
    had_hits: bool = False
    obligor_assessed: bool = False
    obligor_able: bool = False
    appraisal_held: bool = False
    appraisal_passed: bool = False
    appraisal_waived: str = ""
    opinion: str = ""
    opinion_on: str = ""
    opinion_by: str = ""
    publicity_from: str = ""
    publicity_planned_to: str = ""
    publicity_to: str = ""
    publicity_evidence: bool = False
    county_publicity_from: str = ""
    county_publicity_to: str = ""
    open_objections: frozenset[str] = frozenset()
    reinvestigated_on: str = ""
    """When an objection was last looked into again."""
    submitted_on: str = ""
    county_reviewed: bool = False
    spot_checked: bool = False
    decided_on: str = ""
    decided_by: str = ""
    limb: str = ""
    from_month: str = ""
    """The first month of support: of several approvals the earliest, for none takes a month away."""
    announced_on: str = ""
    refusal_told_on: str = ""
    # the support
    ability: str = ""
    """By the assessment of the latest day."""
    abilities: tuple[tuple[str, str], ...] = ()
    """All of them, each with its day."""
    form: str = ""
    """That of the latest day."""
    forms: tuple[tuple[str, str], ...] = ()
    """All of them, each with its day."""
    consent: bool = False
    institution: str = ""
    entitlements: tuple[Entitlement, ...] = ()
    suspended_from: str = ""
    pauses: tuple[tuple[str, str], ...] = ()
    """Suspensions that are over: from a month until before another."""
    carer: str = ""
    carer_from: str = ""
    bearers: frozenset[str] = frozenset()
    care_class: str = ""
    last_visit_on: str = ""
    visits: int = 0
    rostered_months: frozenset[str] = frozenset()
    returned_fen: tuple[tuple[str, str, int], ...] = ()
    """What came back of a line and was not sent again: its month, its run, fen."""
    paid_lines: int = 0
    paid_fen: int = 0
    help: Help = Help()
    special: Special = Special()
    recovery_open_fen: int = 0
    """Ordered to be given back, and neither given back nor waived."""
    # the end
    termination_reported_on: str = ""
    termination_ground: str = ""
    termination_audited: bool = False
    terminated_on: str = ""
    last_month: str = ""

    def returned_of(self, month: str, run: str) -> int:
        """Return what came back of a month in a run and was not sent again, in fen."""
        return sum(fen for of, by, fen in self.returned_fen if (of, by) == (month, run))

    def placed(self, since: str, township: str, village: str) -> Changes:
        """Return what becomes of a case that is said to be somewhere, from a day on."""
        if since < self.placed_on:
            return {}
        return {"township": township, "village": village, "placed_on": since}

    def ability_on(self, day: str) -> str:
        """Return the ability on a day; empty where none was assessed."""
        return (said_on(self.abilities, day) or ("", ""))[1]

    def account_on(self, day: str) -> str:
        """Return the account that is bound on a day; empty where none is."""
        return (said_on(self.accounts, day) or ("", "", ""))[1]

    def form_on(self, day: str) -> str:
        """Return the form of support on a day; empty where none was set."""
        return (said_on(self.forms, day) or ("", ""))[1]

    @property
    def last_payable_month(self) -> str:
        """The last month that may be paid: of the termination or of the death, the earlier one."""
        last, died = self.last_month, self.died_on[:7]
        return min(last, died) if last and died else last or died

    @property
    def is_waiting(self) -> bool:
        """Whether an application waits for its decision."""
        return self.stage in _WAITING

    @property
    def is_supported(self) -> bool:
        """Whether support by the month was approved and not ended; the stage may be that of a newer step."""
        return bool(self.from_month) and not self.terminated_on

    def school_stage(self, on: str) -> str:
        """Return the stage of the enrolment that began last by a day, or else comes next; empty when over."""
        begun = bisect_right(self.enrolments, on, key=itemgetter(0))
        for _, stage, to_on in self.enrolments[max(begun - 1, 0) :]:
            if not to_on or on <= to_on:
                return stage
        return ""

    def away_in(self, month: str) -> bool:
        """Whether a month lies between that in which an absence began and that of the return."""
        since = ""
        for from_on, kind in self.absences:
            if kind == "returned":
                if since and since < month < from_on[:7]:
                    return True
                since = ""
            else:
                since = since or from_on[:7]
        return bool(since) and since < month

    def entitled_fen(self, month: str) -> int:
        """Return what the entitlements give for a month, in fen, not asking whether it may be paid."""
        since, monthly_fen = "", 0
        for entitlement in self.entitlements:
            if since <= entitlement.from_month <= month:
                since, monthly_fen = entitlement.from_month, entitlement.monthly_fen
        return monthly_fen

    def suspended_in(self, month: str) -> bool:
        """Whether a month lies in a suspension, be it over or not."""
        running = bool(self.suspended_from) and month >= self.suspended_from
        return running or any(since <= month < until for since, until in self.pauses)

    def payable_fen(self, month: str) -> int:
        """Return what is due for a month in fen: nothing without an approval, after the end or while suspended."""
        ended = self.last_payable_month
        if not self.from_month or month < self.from_month:
            return 0
        if (ended and month > ended) or self.suspended_in(month):
            return 0
        return self.entitled_fen(month)


Step = Callable[[Case, Recorded, Any], Changes]
"""Says what an entry, the last argument its event, changes in a case."""
