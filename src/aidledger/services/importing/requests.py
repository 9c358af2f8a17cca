"""Turns a row of a history into a request: marked with where it comes from, all its faults named.

A row in good form is read in one go; any other is read again by ``proposal_of``, which says what is
wrong with it. A test holds the two against each other.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, Final

import msgspec

from aidledger.domain.events.base import Event, Source
from aidledger.domain.events.catalog import EVENTS, decode_data
from aidledger.domain.proposal import Despite, Proposal
from aidledger.domain.values import is_day, is_month
from aidledger.services.acts.proposals import (
    DAY_ENDINGS,
    MAX_PERSONAL_CHARACTERS,
    MONTH_ENDING,
    is_actor_or_office,
    is_stream_of,
    proposal_of,
)
from aidledger.services.acts.streamnames import misnamed_streams
from aidledger.services.importing.cells import source_of
from aidledger.services.importing.flat import request_of
from aidledger.services.importing.sources import RawRow
from aidledger.services.problems import Problem, RefusedError


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a row that says nothing of it takes: its file, and who says it for which office."""

    file_hash: str
    type_name: str = ""
    actor: str = ""
    office: str = ""


class _Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A request in good form."""

    type: str
    stream: str
    effective_on: str
    data: msgspec.Raw
    actor: str | msgspec.UnsetType = msgspec.UNSET
    office: str | msgspec.UnsetType = msgspec.UNSET
    personal: dict[str, str] = {}
    despite: list[Despite] = []


_SOURCE: Final = "source"
_SOURCED: Final = frozenset(
    name
    for name, kind in EVENTS.items()
    if any(
        field.name == _SOURCE and field.type == Source
        for field in msgspec.structs.fields(kind.struct)
    )
)
"""The types that say where they come from."""
_REQUEST: Final = msgspec.json.Decoder(_Request, strict=True)


def proposal_in(row: RawRow, defaults: Defaults) -> Proposal:
    """Return the proposal of a row.

    A fact that does not say where it comes from is marked with the file and its line.

    Raises:
        RefusedError: with every fault of the row, by line and field.

    """
    if row.faults:
        raise RefusedError(row.faults)
    if row.cells is None:
        proposal = _in_good_form(row, defaults)
        if proposal is not None:
            return proposal
        return _checked(_decoded(row), row.line, defaults)
    problems: list[Problem] = []
    value = request_of(defaults.type_name, row.line, row.cells, problems)
    try:
        proposal = _checked(value, row.line, defaults)
    except RefusedError as refused:
        known = {problem.field.removeprefix("data.") for problem in problems}
        others = [p for p in refused.problems if p.field.removeprefix("data.") not in known]
        raise RefusedError([*problems, *others]) from None
    if problems:
        raise RefusedError(problems)
    return proposal


def _in_good_form(row: RawRow, defaults: Defaults) -> Proposal | None:
    """Read a row that has nothing wrong and nothing to fill in; nothing where that is not so."""
    try:
        given = _REQUEST.decode(row.text)
        event = decode_data(given.type, given.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    kind = EVENTS[given.type]
    actor = defaults.actor if given.actor is msgspec.UNSET else given.actor
    office = defaults.office if given.office is msgspec.UNSET else given.office
    if not (
        is_stream_of(given.stream, kind.stream)
        and is_day(given.effective_on)
        and is_actor_or_office(actor)
        and is_actor_or_office(office)
        and all(
            key in kind.sealed and 0 < len(text) <= MAX_PERSONAL_CHARACTERS
            for key, text in given.personal.items()
        )
        and _has_real_days(event)
        and not misnamed_streams(event)
    ):
        return None
    if given.type in _SOURCED and b'"source"' not in bytes(given.data):
        event = msgspec.structs.replace(event, source=source_of(defaults.file_hash, row.line))
    return Proposal(
        type=given.type,
        stream=given.stream,
        event=event,
        effective_on=given.effective_on,
        actor=actor,
        office=office,
        personal=given.personal,
        despite=tuple(given.despite),
    )


def _decoded(row: RawRow) -> dict[str, Any]:
    """Return the object of a row of JSON."""
    value: object = None
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = msgspec.json.decode(row.text)
    if not isinstance(value, dict):
        raise RefusedError(
            [
                Problem(
                    code="not_json",
                    line=row.line,
                    expected="one JSON object a line",
                    found="something else",
                )
            ]
        )
    return value


def _checked(value: dict[str, Any], line: int, defaults: Defaults) -> Proposal:
    """Fill in what a request leaves to the import, and read it."""
    for key, said in (("actor", defaults.actor), ("office", defaults.office)):
        if said:
            value.setdefault(key, said)
    data = value.setdefault("data", {})
    if value.get("type") in _SOURCED and isinstance(data, dict):
        data.setdefault(_SOURCE, source_of(defaults.file_hash, line))
    return proposal_of(value, line)


def _has_real_days(event: Event) -> bool:
    """Whether every day and month of an event is one that exists."""
    days, months = _dated(type(event))
    return all(
        is_day(text) for name in days if (text := getattr(event, name)) and type(text) is str
    ) and all(
        is_month(text) for name in months if (text := getattr(event, name)) and type(text) is str
    )


@cache
def _dated(kind: type[Event]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields of a type that are days, and those that are months."""
    names = kind.__struct_fields__
    days = tuple(name for name in names if name.endswith(DAY_ENDINGS))
    return days, tuple(name for name in names if name.endswith(MONTH_ENDING))
