"""What an institution reports of itself: its census by ability, and its staff (S1-074, S1-078)."""

from __future__ import annotations

from aidledger.domain.events.base import Count, Event, Source


class InstitutionCensusTaken(Event, frozen=True, kw_only=True):
    """机构人数清点: residents by ability, and staff, as counted on a day."""

    able: Count
    partly: Count
    source: Source = "office"
    staff: Count
    unable: Count
