"""A field that names a case names its stream: what is held against the case finds nothing under another form."""

from __future__ import annotations

import re
from typing import Final

from aidledger.domain.events.base import Event
from aidledger.services.problems import Problem

_FIELDS: Final = ("case", "subject_case")
_CASE: Final = re.compile(r"case/[A-Za-z0-9][A-Za-z0-9._:-]*")


def misnamed_cases(event: Event, line: int | None = None) -> list[Problem]:
    """Return a problem for each field that names a case by anything but its stream."""
    return [
        Problem(
            code="bad_stream",
            line=line,
            field=f"data.{field}",
            expected="case/…",
            found=value[:40],
        )
        for field in _FIELDS
        if isinstance(value := getattr(event, field, None), str) and not _CASE.fullmatch(value)
    ]
