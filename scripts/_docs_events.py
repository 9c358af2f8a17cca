"""docs/EVENTS.md: every event that an entry may hold, from the catalogue."""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any

import msgspec

from aidledger.domain.events import base
from aidledger.domain.events.catalog import EVENTS, EventType

_ALIASES = (
    "Ability",
    "Area",
    "Code",
    "Count",
    "Day",
    "Difference",
    "Digest",
    "Fen",
    "Form",
    "MonthText",
    "Source",
    "Text",
    "Token",
)
_KINDS = """
| type | what it is |
| --- | --- |
| Ability | {Ability} (self-care) |
| Area | {Area} |
| Code | 1 to 120 ASCII letters, digits, `.`, `_`, `:`, `/`, `-`, beginning with a letter or digit |
| Count | an integer from 0 to 100,000,000 |
| Day | `YYYY-MM-DD` |
| Difference | one sum less another in fen, an integer from -(2^53-1) to 2^53-1 |
| Digest | a SHA-256 in 64 lower-case hex digits |
| Fen | money in fen (1/100 yuan), an integer from 0 to 2^53-1 |
| Form | {Form} |
| MonthText | `YYYY-MM`, the month from 01 to 12 |
| Source | who says so, in small letters and `_` (`office`, `bank`, `civil_registry`), and for a row of a file `:<sha256>#<row>` behind it (`import:<sha256>#<row>`) |
| Text | at most 500 characters (code points) |
| Token | `p` or `a` and 32 hex digits: a keyed hash of an identity number or an account number |
"""


_CLOSED = ("Ability", "Area", "Form")
"""Types that are a choice of words: the page takes the words from the code."""


def _words(choice: Any) -> str:
    *others, last = (f"`{word}`" for word in typing.get_args(choice))
    return f"{', '.join(others)} or {last}"


def events_page(_root: Path) -> str:
    """Return the page."""
    parts = [
        "# Events\n",
        "Every entry holds one event. Its **wire name** (`$type`) is a literal that never changes",
        "meaning; a new meaning gets a new name. A **wish** asks the ledger's leave and is refused",
        "where a clause of the policy pack in force refuses it; a **fact** has happened and is always",
        "recorded. **Sealed** fields stand in the log as commitments only; their values are in the",
        "vault. The envelope around an event is in [FORMAT](FORMAT.md), the clauses are in",
        "[POLICY-CLAUSES](POLICY-CLAUSES.md).\n",
        "In an entry every field is written out: *if absent* says what an act that is handed in may leave",
        "out. Only a field *added later* may be missing in an entry, as in those from before it.\n",
        f"{len(EVENTS)} events. Types of their fields:",
        _KINDS.format_map({name: _words(getattr(base, name)) for name in _CLOSED}),
    ]
    streams: dict[str, list[EventType]] = {}
    for event in EVENTS.values():
        streams.setdefault(event.stream, []).append(event)
    structs: dict[str, Any] = {}
    for stream, events in streams.items():
        named = ", ".join(f"`{kind}/…`" for kind in stream.split("|"))
        parts.append(f"## Streams {named}\n" if "|" in stream else f"## Stream {named}\n")
        parts.extend(_event(event, structs) for event in events)
    if structs:
        parts.append("## Parts of events\n")
        parts.extend(_part(name, struct, structs) for name, struct in sorted(structs.items()))
    return "\n".join(parts)


def _event(event: EventType, structs: dict[str, Any]) -> str:
    """Return the section of one event."""
    sealed = ", ".join(f"`{name}`" for name in event.sealed) or "none"
    kind = "wish" if event.wish else "fact"
    return (
        f"### {event.name}\n\n**{event.title_zh}**, {event.title_en}. A {kind}. Sealed: {sealed}.\n\n"
        f"{_docstring(event.struct)}\n\n{_fields(event.struct, structs)}\n"
    )


def _part(name: str, struct: Any, structs: dict[str, Any]) -> str:
    """Return the section of a struct that events hold."""
    return f"### {name}\n\n{_docstring(struct)}\n\n{_fields(struct, structs)}\n"


def _docstring(struct: Any) -> str:
    """Return a docstring with its code marks as Markdown has them."""
    return "\n".join(
        line.strip() for line in (struct.__doc__ or "").replace("``", "`").split("\n")
    ).strip()


def _fields(struct: Any, structs: dict[str, Any]) -> str:
    """Return the table of a struct's fields."""
    hints = typing.get_type_hints(struct, include_extras=True)
    fields = msgspec.structs.fields(struct)
    if not fields:
        return "No fields."
    rows = ["| field | type | if absent |", "| --- | --- | --- |"]
    for field in fields:
        added = field.default is msgspec.UNSET
        absent = "required" if field.required else "added later" if added else _json(field.default)
        rows.append(f"| `{field.encode_name}` | {_type(hints[field.name], structs)} | {absent} |")
    return "\n".join(rows)


def _json(value: Any) -> str:
    """Return a default as it would stand in an entry."""
    shown = "{}" if value is msgspec.NODEFAULT else msgspec.json.encode(value).decode()
    return f"`{shown}`"


def _type(hint: Any, structs: dict[str, Any]) -> str:
    """Return a type in words; structs met on the way are collected."""
    for name in _ALIASES:
        if hint == getattr(base, name):
            return name
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        meta = hint.__metadata__[0]
        bounds = [
            f"{sign} {value}"
            for sign, value in (("≥", meta.ge), ("≤", meta.le))
            if value is not None
        ]
        return " ".join([_type(arguments[0], structs), ", ".join(bounds)]).strip()
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0], structs)}"
    if origin in (types.UnionType, typing.Union):
        stated = [part for part in arguments if part is not msgspec.UnsetType]
        return " or ".join(_type(part, structs) for part in stated)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        if hint.__name__ not in structs:
            structs[hint.__name__] = hint
            _fields(hint, structs)
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if origin is dict:
        return "object"
    return {bool: "true or false", int: "integer", str: "text", type(None): "null"}.get(
        hint, "value"
    )
