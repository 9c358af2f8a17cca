"""Calendar files: one year's departures from the weekend rule, read from TOML bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import msgspec

from aidledger.domain.calendar import YearTable, calendar_hash
from aidledger.domain.policy.errors import pack_error
from aidledger.domain.policy.lines import located
from aidledger.domain.policy.reading import convert, read_toml
from aidledger.domain.policy.schema import DayText, PackId, Words
from aidledger.domain.values import FIRST_YEAR, LAST_YEAR


class CalendarFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a calendar file; days are quoted text."""

    id: PackId
    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    year: Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
    known_since: DayText
    notice: Words
    source: Words
    off_days: tuple[DayText, ...]
    work_days: tuple[DayText, ...]


@lru_cache(maxsize=64)
def load_year_table(content: bytes, *, file: str) -> YearTable:
    """Read a calendar file; the table carries the file's hash. The same bytes are read once.

    Raises:
        PackError: naming file, line and field.
    """
    with located({file: content}):
        return _year_table(content, file)


def _year_table(content: bytes, file: str) -> YearTable:
    """Read and check; what is wrong has no line yet."""
    read = convert(read_toml(content, file=file), CalendarFile, file=file)
    for field, days in (("off_days", read.off_days), ("work_days", read.work_days)):
        if list(days) != sorted(set(days)):
            raise pack_error(file, field, "days in order, each once", "another order")
    try:
        return YearTable.from_text(
            year=read.year,
            known_since=read.known_since,
            off_days=read.off_days,
            work_days=read.work_days,
            notice=read.notice,
            hash=calendar_hash(content),
        )
    except ValueError as error:
        raise pack_error(
            file, "days", "days of the year that depart from the weekend rule", str(error)
        ) from None
