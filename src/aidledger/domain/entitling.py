"""Which months an act sets anew what is due for, and on which day's facts an entitlement rests.

What changes in a month counts from the next one on (K21 art. 19, D21 art. 21): a month is entitled by
what held at the end of the one before, whenever that was recorded and in whatever order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aidledger.domain.casestate import Case
from aidledger.domain.events import household, support
from aidledger.domain.events.base import Event
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import LAST_YEAR, is_month, month_of, month_start, next_month

FOLLOWED: Final = frozenset(
    {
        *("AbilityAssessed", "ApplicationApproved", "CarerScored", "SupportFormSet"),
        *("CategoryEnded", "CategoryRecorded", "EntitlementSet", "GradualExitGranted"),
        *("HouseholdMemberChanged", "IncomeAssessed"),
    }
)
"""The acts that something may follow from at once."""
_LAST_MONTH: Final = f"{LAST_YEAR}-11"


def month_entitled(proposal: Proposal, case: Case | None) -> str:
    """Return the month that an entitlement counts from, set by an act or following from it.

    It is the one that the act names, else the one after its day, and none before support begins. Nothing
    where no entitlement can come of the act. The entitlement stands under the pack of that month.
    """
    if isinstance(proposal.event, support.EntitlementSet):
        return proposal.event.from_month
    if case is None or proposal.type not in FOLLOWED:
        return ""
    named = getattr(proposal.event, "from_month", "")
    return max(named or next_month(month_of(proposal.effective_on)), case.from_month)


def months_anew(proposal: Proposal, case: Case, first: str) -> tuple[str, ...]:
    """Return the months after the first from which on something else may be due now, in order.

    Those whose entitlement was set before, by what was known then, and those after a day that the act
    itself names beforehand: when somebody leaves, or a category or a gradual exit ends.
    """
    set_before = {one.from_month for one in case.entitlements}
    days = (*_days_named(proposal.event), case.household.exit_last_month)
    named = {next_month(day[:7]) for day in days if is_month(day[:7])}
    last = min(case.last_payable_month or _LAST_MONTH, _LAST_MONTH)
    return tuple(sorted(one for one in set_before | named if first < one <= last))


def _days_named(event: Event) -> tuple[str, ...]:
    match event:
        case household.HouseholdMemberChanged(changed_on=day):
            return (day,)
        case household.CategoryRecorded(from_on=day, to_on=end):
            return (day, end) if end else (day,)
        case household.CategoryEnded(ended_on=day):
            return (day,)
        case _:
            return ()


def day_of_facts(event: Event, effective_on: str) -> str:
    """Return the day whose facts an act rests on: of an entitlement the last before its month."""
    if isinstance(event, support.EntitlementSet) and is_month(event.from_month):
        return (month_start(event.from_month) - timedelta(days=1)).isoformat()
    return effective_on
