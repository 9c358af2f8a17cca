"""A field that names a case, a run or a carer names its stream: under another form it is another one to all that read it."""

from __future__ import annotations

import re
from typing import Final

from aidledger.domain.events.base import Event
from aidledger.domain.events.proving import NightlyRetried
from aidledger.domain.events.registry import EntryCorrected
from aidledger.domain.recorded import value_of
from aidledger.services.problems import Problem

_KINDS: Final = {"case": "case", "subject_case": "case", "run": "run", "carer": "carer"}
"""What stream each field names."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def misnamed_streams(event: Event, line: int | None = None) -> list[Problem]:
    """Return a problem for each field that names a case, a run or a carer by anything but its stream."""
    if isinstance(event, NightlyRetried):  # a run of the night
        return []
    if isinstance(event, EntryCorrected):
        said = {"value": (_KINDS.get(event.field, ""), _given(event))}
    else:
        said = {field: (kind, getattr(event, field, None)) for field, kind in _KINDS.items()}
    return [
        Problem(
            code="bad_stream",
            line=line,
            field=f"data.{field}",
            expected=f"{kind}/…",
            found=value[:40],
        )
        for field, (kind, value) in said.items()
        if kind and isinstance(value, str) and not _names(value, kind)
    ]


def _given(event: EntryCorrected) -> object:
    """Return what a correction puts into its field; nothing where that can't be read."""
    try:
        return value_of(event)
    except ValueError:
        return None


def _names(value: str, kind: str) -> bool:
    """Whether a text is the name of a stream of a kind."""
    start, slash, rest = value.partition("/")
    return start == kind and bool(slash) and _ID.fullmatch(rest) is not None
