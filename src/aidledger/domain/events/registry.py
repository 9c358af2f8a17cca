"""The ledger's own events: opening, places, offices, packs, standards, imports, publications."""

from __future__ import annotations

from typing import Literal

import msgspec

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    OfficeKind,
    Programme,
    Text,
    Token,
)


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parameter of a pack as text: integers in decimal, booleans true/false, lists as JSON."""

    key: Text
    value: Text


class ControlTotal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sum over one column of an imported file, in the column's own unit."""

    column: Code
    total: int


class LedgerOpened(Event, frozen=True, kw_only=True):
    """开账: the origin and the county this ledger is for."""

    county: Code
    origin: Text


class PlaceRegistered(Event, frozen=True, kw_only=True):
    """地点登记: a township, village or estate (小区) with its name and population."""

    area: Literal["rural", "urban"]
    kind: Literal["county", "township", "village", "estate"]
    name: Text
    parent: Code | None = None
    place: Code
    population: Count


class OfficeRegistered(Event, frozen=True, kw_only=True):
    """机构登记: an office that may act."""

    kind: OfficeKind
    name: Text
    office: Code
    place: Code


class OfficerAppointed(Event, frozen=True, kw_only=True):
    """任职: an actor's role at an office; the name is sealed."""

    actor: Code
    office: Code
    role: Code


class PackAdopted(Event, frozen=True, kw_only=True):
    """采用政策包: by hash, with its parameters, so that SQL can read the rule of the day.

    ``programmes`` are those that the pack is for; absent or empty: for every programme.
    """

    chain: tuple[Text, ...] = ()
    in_force_from: Day
    in_force_to: Day | None = None
    known_since: Day
    pack: Code
    pack_hash: Digest
    parameters: tuple[Parameter, ...]
    programmes: tuple[Programme, ...] | msgspec.UnsetType = msgspec.UNSET
    status: Literal["draft", "in_force", "repealed", "lapsed"]


class CalendarAdopted(Event, frozen=True, kw_only=True):
    """采用工作日历: a year's days off and working weekends, and since when they are known."""

    calendar_hash: Digest
    known_since: Day
    notice: Text
    off_days: tuple[Day, ...]
    work_days: tuple[Day, ...]
    year: Count


class StandardPublished(Event, frozen=True, kw_only=True):
    """公布标准: a monthly standard from a day on, and which level of government set it (S1-065, S4-020)."""

    code: Code
    from_on: Day
    monthly_fen: Fen
    place: Code
    set_by: Literal["state", "province", "city", "county", "township"] | msgspec.UnsetType = (
        msgspec.UNSET
    )


class FileImported(Event, frozen=True, kw_only=True):
    """导入: a file by hash, with its rows and control totals."""

    file: Digest
    kind: Code
    rows: Count
    totals: tuple[ControlTotal, ...] = ()


class ListPublished(Event, frozen=True, kw_only=True):
    """公开名单: what was shown, where, as of when; the file by hash.

    ``columns`` are what the file tells of each person; absent: the entry does not say (F089).
    """

    as_of: Day
    columns: tuple[Code, ...] | msgspec.UnsetType = msgspec.UNSET
    file: Digest
    kind: Code
    month: MonthText | None = None
    place: Code
    rows: Count
    to_on: Day | None = None


class ListStopped(Event, frozen=True, kw_only=True):
    """拦下名单: the scanner found in a list what may never be public; it was not put up (F089).

    ``found`` are the kinds of what it found, never the thing itself; ``file`` is the hash of the bytes.
    """

    file: Digest
    found: tuple[Code, ...]
    kind: Code
    lines: Count
    place: Code


class ListWithdrawn(Event, frozen=True, kw_only=True):
    """撤下名单: the list is no longer shown."""

    file: Digest
    withdrawn_on: Day


class RuleOverridden(Event, frozen=True, kw_only=True):
    """依职权突破: an act against a named rule, with reason and authority; itself a finding."""

    act: Code
    authority: Text
    clause: Code
    reason: Text


class EntryCorrected(Event, frozen=True, kw_only=True):
    """更正: what an earlier entry should have said; the entry stays. `value` is JSON text: a text has quotation marks."""

    authority: Text
    field: Text
    position: Count
    reason: Text
    value: Text


class EntryAnnulled(Event, frozen=True, kw_only=True):
    """作废: an earlier entry no longer counts; the entry stays."""

    authority: Text
    position: Count
    reason: Text


class PersonErased(Event, frozen=True, kw_only=True):
    """销毁个人信息: the person's key is destroyed; the commitments stay."""

    authority: Text
    person: Token


class PersonalDataRevealed(Event, frozen=True, kw_only=True):
    """查阅个人信息: which field was opened, why, and for which case."""

    case: Code
    fields: tuple[Code, ...]
    purpose: Text
