"""Who answers for a person, who met, and what each unit says every month (S4-076..S4-079, S4-101..S4-105)."""

from __future__ import annotations

from typing import Literal

import msgspec

from aidledger.domain.events.base import Code, Day, Digest, Event, Fen, MonthText, Source


class BearerAssigned(Event, frozen=True, kw_only=True):
    """责任人（包保）: one cadre answers for one person; a change names the one replaced."""

    bearer: Code
    from_on: Day
    level: Literal["village", "township", "county"]
    replaces: Code | None = None


class BearerReleased(Event, frozen=True, kw_only=True):
    """解除包保: somebody no longer answers for the person."""

    bearer: Code
    source: Source = "office"
    to_on: Day


class MeetingHeld(Event, frozen=True, kw_only=True):
    """联席会议: who met and when; a joint meeting, or one on a single case (S3-003, S4-104)."""

    attended: tuple[Code, ...]
    held_on: Day
    kind: Literal["joint", "one_case"]
    level: Literal["county", "township"]
    source: Source = "office"


class CaseDiscussed(Event, frozen=True, kw_only=True):
    """一事一议: what a meeting settled on one case, and until when it is to be done (S3-004)."""

    due_on: Day | None = None
    meeting: Code
    outcome: Code
    source: Source = "office"
    urgent: bool = False


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number of a return: a count, or a sum in fen where its code says so."""

    code: Code
    value: Fen


class ReturnSubmitted(Event, frozen=True, kw_only=True):
    """月报: what a unit says of a month, as of a day; the file by hash."""

    as_of: Day
    figures: tuple[Figure, ...]
    file: Digest | None = None
    month: MonthText
    source: Source = "office"
