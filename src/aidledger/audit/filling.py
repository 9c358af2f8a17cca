"""Completes the events of worked cases: what a case leaves out gets a neutral value of its type.

A case names what its rule is about and nothing else. Tokens and hashes may be written short: ``p1``,
``a2`` or ``d3`` stand for a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from msgspec import inspect

from aidledger.domain.events.base import Day, Digest, MonthText, Token

_PATTERNS: Final = {
    name: getattr(inspect.type_info(kind), "pattern", None)
    for name, kind in (("day", Day), ("month", MonthText), ("token", Token), ("digest", Digest))
}
_token = re.compile(r"([pa])([0-9]{1,8})").fullmatch
_digest = re.compile(r"d([0-9]{1,8})").fullmatch


class MisspeltError(ValueError):
    """A field that a struct doesn't have: its name, and those it has."""

    def __init__(self, field: str, known: tuple[str, ...]) -> None:
        super().__init__(field)
        self.field = field
        self.known = known


def whole(text: str) -> str:
    """Return the token of a short one (``p1``), or the text as it is."""
    short = _token(text)
    return text if short is None else f"{short[1]}{short[2]:>032}"


def filled(kind: inspect.Type, given: Any, on: str) -> Any:
    """Return a value of a type, what is missing in it filled with what is neutral on a day.

    Raises:
        MisspeltError: a field that there is none of.

    """
    match kind:
        case inspect.UnionType(types=types):
            kept = [one for one in types if not isinstance(one, inspect.NoneType)]
            return filled(kept[0], given, on) if len(kept) == 1 and given is not None else given
        case inspect.StructType(fields=fields) if isinstance(given, Mapping):
            known = tuple(field.encode_name for field in fields)
            for name in given:
                if name not in known:
                    raise MisspeltError(name, known)
            return {
                field.encode_name: filled(field.type, given[field.encode_name], on)
                if field.encode_name in given
                else neutral(field.type, field.encode_name, on)
                for field in fields
                if field.required or field.encode_name in given
            }
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item) if isinstance(
            given, list
        ):
            return [filled(item, one, on) for one in given]
        case inspect.StrType(pattern=pattern):
            return _text(pattern, given)
        case _:
            return given


def _text(pattern: str | None, given: Any) -> Any:
    """Return a text as the type has it: a day of TOML as text, a short token or hash as a whole one."""
    if isinstance(given, (date, datetime)):
        return given.isoformat()
    if isinstance(given, str) and pattern == _PATTERNS["token"]:
        return whole(given)
    if isinstance(given, str) and pattern == _PATTERNS["digest"] and (short := _digest(given)):
        return f"{short[1]:>064}"
    return given


def neutral(kind: inspect.Type, name: str, on: str) -> Any:
    """Return a value that says nothing in particular."""
    match kind:
        case inspect.BoolType():
            return False
        case inspect.IntType(ge=least):
            return int(on[:4]) if name == "year" else int(least or 0)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.StrType():
            return _neutral_text(kind, name, on)
        case inspect.UnionType(types=types) if not any(
            isinstance(one, inspect.NoneType) for one in types
        ):
            return neutral(types[0], name, on)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [neutral(item, name, on)] * (getattr(kind, "min_length", None) or 0)
        case inspect.StructType():
            return filled(kind, {}, on)
        case inspect.DictType():
            return {}
        case _:
            return None


def _neutral_text(kind: inspect.StrType, name: str, on: str) -> str:
    if kind.pattern == _PATTERNS["day"]:
        return on
    if kind.pattern == _PATTERNS["month"]:
        return on[:7]
    if kind.pattern == _PATTERNS["token"]:
        return whole("a0" if "account" in name else "p0")
    if kind.pattern == _PATTERNS["digest"]:
        return "0" * 64
    places = {"township": "520123001", "village": "520123001001", "county": "520123"}
    if name in places:
        return places[name]
    texts = ("x", "0" * 64)
    return next((text for text in texts if re.search(kind.pattern or "", text)), "")
