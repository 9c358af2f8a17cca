"""Reads proposals from JSON Lines: every line's faults by field, and nothing personal echoed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec
import msgspec.inspect

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, EventType
from aidledger.domain.events.registry import EntryCorrected, PersonErased
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.masking import is_masked
from aidledger.domain.proposal import Despite, Proposal
from aidledger.domain.recorded import value_of
from aidledger.domain.shapes import shape_words
from aidledger.domain.values import is_day, is_month
from aidledger.services.acts.streamnames import misnamed_streams
from aidledger.services.problems import Problem, RefusedError

_STREAM: Final = re.compile(r"[a-z][a-z_]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)+")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,119}")
_PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
MAX_PERSONAL_CHARACTERS: Final = 2_000
DAY_ENDINGS: Final = ("_on", "planned_to", "to_on")
MONTH_ENDING: Final = "month"
"""How fields end that hold a day or a month."""
_SHOWN: Final = 60
_LONG_NUMBER: Final = re.compile(r"\d{10}[\dXx]+")
"""As long as a phone, account or identity number: never repeated, wherever it was typed."""
_TOP: Final = ("type", "stream", "effective_on", "actor", "office", "data", "personal", "despite")

_FAULTS: Final = (
    (re.compile(r"Object missing required field `(?P<field>\w+)`"), "a value", "nothing"),
    (re.compile(r"Object contains unknown field `(?P<field>.*)`"), "no such field", "a value"),
    (re.compile(r"Invalid enum value .*", re.DOTALL), "one of {words}", "another word"),
)
"""What the decoder says of a field's name or word: (its message, expected, found). Values are left out."""

TOKENS: Final[dict[str, tuple[str, str]]] = {
    "ApplicationSubmitted": ("applicant", "identity_number"),
    "CarerRegistered": ("person", "identity_number"),
    "AccountBound": ("account", "account_number"),
    "AccountChangeRequested": ("account", "account_number"),
    "AccountOpened": ("account", "account_number"),
    "StaffAccountDeclared": ("account", "account_number"),
    "ActorIdentified": ("person", "identity_number"),
    "CategoryRecorded": ("person", "identity_number"),
    "ChildRecorded": ("person", "identity_number"),
    "EmploymentRegistered": ("person", "identity_number"),
    "GuardianRecorded": ("guardian", "identity_number"),
    "HouseholdMemberChanged": ("person", "identity_number"),
}
"""Data fields that the service fills in from a personal value, by event type."""
UNKNOWN_ACCOUNT: Final = "a" + "0" * 32


def read_proposals(lines: Iterable[bytes]) -> list[Proposal]:
    """Read one proposal a line; blank lines are skipped.

    Raises:
        RefusedError: with every fault of every line.

    """
    proposals: list[Proposal] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            proposals.append(_read(line, number))
        except RefusedError as refused:
            problems += refused.problems
    if problems:
        raise RefusedError(problems)
    return proposals


def proposal_of(value: dict[str, Any], line: int | None = None) -> Proposal:
    """Return the proposal of a decoded object.

    Raises:
        RefusedError: with every fault of its fields.

    """
    problems = [
        Problem(
            code="unknown_field",
            line=line,
            field=_short(key),
            expected="no such field",
            found="a value",
        )
        for key in value
        if key not in _TOP
    ]
    problems += [
        Problem(
            code="missing_field", line=line, field=key, expected="a text", found="nothing usable"
        )
        for key in ("type", "stream", "effective_on", "actor", "office")
        if not isinstance(value.get(key), str) or not value[key]
    ]
    if problems:
        raise RefusedError(problems)
    kind = EVENTS.get(value["type"])
    if kind is None:
        raise RefusedError(
            [
                Problem(
                    code="unknown_type",
                    line=line,
                    field="type",
                    expected="an event type",
                    found=_short(value["type"]),
                )
            ]
        )
    problems += _envelope_problems(value, kind, line)
    personal = _personal(value.get("personal", {}), kind, line, problems)
    event = _event(value.get("data", {}), kind, line, problems)
    despite = _despite(value.get("despite"), line, problems)
    if isinstance(event, PersonErased) and value["stream"] != f"person/{event.person}":
        problems.append(  # what is destroyed does not come back: who is meant must be said twice
            Problem(
                code="other_person",
                line=line,
                field="data.person",
                expected="the person of the stream",
                found="another",
            )
        )
    if problems or event is None:
        raise RefusedError(problems)
    return Proposal(
        type=kind.name,
        stream=value["stream"],
        event=event,
        effective_on=value["effective_on"],
        actor=value["actor"],
        office=value["office"],
        personal=personal,
        despite=despite,
    )


def _read(line: bytes, number: int) -> Proposal:
    """Read one line of JSON."""
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusedError(
            [
                Problem(
                    code="not_json",
                    line=number,
                    expected="one JSON object a line",
                    found="something else",
                )
            ]
        )
    return proposal_of(value, number)


def is_stream_of(stream: str, kinds: str) -> bool:
    """Whether a text names a stream of one of these kinds, as the catalogue writes them."""
    return stream.partition("/")[0] in kinds.split("|") and _STREAM.fullmatch(stream) is not None


@lru_cache(maxsize=4_096)
def is_actor_or_office(text: str) -> bool:
    """Whether a text may name an actor or an office."""
    return _NAME.fullmatch(text) is not None


def _envelope_problems(value: dict[str, Any], kind: EventType, line: int | None) -> list[Problem]:
    """Check stream, day, actor and office."""
    problems = []
    stream = value["stream"]
    if not is_stream_of(stream, kind.stream):
        problems.append(
            Problem(
                code="bad_stream",
                line=line,
                field="stream",
                expected=" or ".join(f"{name}/…" for name in kind.stream.split("|")),
                found=_short(stream),
            )
        )
    if not is_day(value["effective_on"]):
        problems.append(
            Problem(
                code="bad_day",
                line=line,
                field="effective_on",
                expected="a day as YYYY-MM-DD",
                found=_short(value["effective_on"]),
            )
        )
    problems += [
        Problem(
            code="bad_name",
            line=line,
            field=key,
            expected="letters, digits and . _ : / @ -",
            found=_short(value[key]),
        )
        for key in ("actor", "office")
        if not is_actor_or_office(value[key])
    ]
    return problems


def _personal(
    value: Any, kind: EventType, line: int | None, problems: list[Problem]
) -> dict[str, str]:
    """Check the personal values: only fields the event seals, only text; never echoed."""
    if not isinstance(value, dict):
        problems.append(
            Problem(
                code="bad_personal",
                line=line,
                field="personal",
                expected="an object",
                found=type(value).__name__,
            )
        )
        return {}
    for key, text in value.items():
        if key not in kind.sealed:
            problems.append(
                Problem(
                    code="unknown_field",
                    line=line,
                    field=f"personal.{_short(key)}",
                    expected=", ".join(kind.sealed) or "no personal field",
                    found="a field this event does not seal",
                )
            )
        elif not isinstance(text, str) or not 0 < len(text) <= MAX_PERSONAL_CHARACTERS:
            problems.append(
                Problem(
                    code="bad_personal",
                    line=line,
                    field=f"personal.{key}",
                    expected=f"a text of 1 to {MAX_PERSONAL_CHARACTERS} characters",
                    found=type(text).__name__,
                )
            )
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _event(value: Any, kind: EventType, line: int | None, problems: list[Problem]) -> Any:
    """Convert the data; token fields may be left out, the service fills them in."""
    if not isinstance(value, dict):
        problems.append(
            Problem(
                code="bad_data",
                line=line,
                field="data",
                expected="an object",
                found=type(value).__name__,
            )
        )
        return None
    field, personal = TOKENS.get(kind.name, ("", ""))
    if field and field not in value:
        blank = UNKNOWN_ACCOUNT if personal == "account_number" else UNKNOWN_PERSON
        value = {**value, field: blank}
    try:
        event = msgspec.convert(value, kind.struct, strict=True)
    except msgspec.ValidationError as error:
        problems.append(_data_problem(str(error), kind, line))
        return None
    problems += [
        Problem(
            code="bad_day",
            line=line,
            field=f"data.{path}",
            expected="a day or month that exists",
            found=_short(text),
        )
        for path, text in _bad_days(msgspec.to_builtins(event))
    ]
    problems += misnamed_streams(event, line)
    field, shown = _name_shown(event)
    if not is_masked(shown):
        # the log is for ever and for everybody: a whole name must not come in by this field
        problems.append(
            Problem(
                code="not_masked",
                line=line,
                field=f"data.{field}",
                expected="a masked name such as 张*, or nothing",
                found="another text",
            )
        )
    return event


def _name_shown(event: Event) -> tuple[str, str]:
    """Return the field in which an event says the name that lists may show, and what it says."""
    if isinstance(event, EntryCorrected) and event.field == "display_name":
        try:
            value = value_of(event)
        except ValueError:
            value = event.value
        return "value", value if isinstance(value, str) else ""
    return "display_name", getattr(event, "display_name", "")


def _data_problem(message: str, kind: EventType, line: int | None) -> Problem:
    """Say what the decoder missed, by field, without repeating any value that it found."""
    match = _PATH.fullmatch(message)
    what, path = (match["what"], match["path"] or "$") if match else (message, "$")
    field = "data" + path.removeprefix("$")
    for pattern, expected, found in _FAULTS:
        if fault := pattern.fullmatch(what):
            named = {key: value for key, value in fault.groupdict().items() if value is not None}
            named["words"] = _words_of(kind, path)
            return Problem(
                code="bad_data",
                line=line,
                field=f"{field}.{_short(named['field'])}" if "field" in named else field,
                expected=expected.format(**named),
                found=found.format(**named),
            )
    expected, found = shape_words(what)
    return Problem(code="bad_data", line=line, field=field, expected=expected, found=found)


def _words_of(kind: EventType, path: str) -> str:
    """Return the words that a field may hold."""
    for field in msgspec.structs.fields(kind.struct):
        if path.removeprefix("$.").split("[")[0] == field.encode_name:
            shown = msgspec.inspect.type_info(field.type)
            options = shown.types if isinstance(shown, msgspec.inspect.UnionType) else (shown,)
            for option in options:
                inner = getattr(option, "item_type", option)
                if isinstance(inner, msgspec.inspect.LiteralType):
                    return ", ".join(str(value) for value in inner.values)
    return "the words of this field"


def _bad_days(value: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the fields that look like days or months and are none (the 30th of February)."""
    for key, text in value.items():
        if not isinstance(text, str):
            continue
        if (key.endswith(DAY_ENDINGS) and text and not is_day(text)) or (
            key.endswith(MONTH_ENDING) and text and not is_month(text)
        ):
            yield key, text


def _despite(value: Any, line: int | None, problems: list[Problem]) -> tuple[Despite, ...]:
    """Read one or several ``despite`` objects."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    try:
        return tuple(msgspec.convert(items, list[Despite]))
    except msgspec.ValidationError:
        problems.append(
            Problem(
                code="bad_despite",
                line=line,
                field="despite",
                expected="clause, reason and authority",
                found="something else",
            )
        )
        return ()


def _short(text: object) -> str:
    """Return a text fit for an error: short, plain, and nothing that might be a person's."""
    plain = "".join(c if " " < c < "\x7f" else "…" for c in str(text))
    plain = _LONG_NUMBER.sub("<number>", re.sub("…+", "…", plain))
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
