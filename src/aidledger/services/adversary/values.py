"""Another value of the same type: what a forger who knows the forms writes in the place of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from aidledger.domain.events.base import Event


@lru_cache(maxsize=256)
def field_types(struct: type[Event]) -> dict[str, inspect.Type]:
    """Return the types of an event's fields by name."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - events are structs
    return {field.encode_name: field.type for field in info.fields}


def another(struct: type[Event], data: dict[str, Any], field: str) -> Any:
    """Return a value for a field that differs from the one there and has its form, if there is one."""
    before = data.get(field)
    last: Any = None if before is not None else "x"
    for value in _candidates(field_types(struct)[field], before):
        if value == before and type(value) is type(before):
            continue
        last = value
        try:
            msgspec.convert({**data, field: value}, struct)
        except msgspec.ValidationError:
            continue
        return value
    return last


def _candidates(kind: inspect.Type, value: Any) -> Iterator[Any]:
    """Yield values to try, the most likely first."""
    match kind:
        case inspect.LiteralType():
            yield from kind.values
        case inspect.UnionType():
            for one in kind.types:
                yield from _candidates(one, value)
        case inspect.NoneType():
            yield None
        case inspect.BoolType():
            yield value is not True
        case inspect.IntType():
            number = value if type(value) is int else 0
            yield from (number + 1, number - 1, number + 100_000)
        case inspect.StrType():
            yield from _texts(value if type(value) is str else "")
        case inspect.VarTupleType() | inspect.ListType():
            items = list(value) if isinstance(value, (list, tuple)) else []
            yield items[:-1]
            for item in _candidates(kind.item_type, items[-1] if items else None):
                yield [*items, item]
                yield [*items[:-1], item]
        case inspect.DictType():
            yield {**value, "x": "0" * 64} if isinstance(value, dict) else {}
        case inspect.StructType():
            fields = value if isinstance(value, dict) else {}
            made = {
                one.encode_name: fields.get(
                    one.encode_name, next(_candidates(one.type, None), None)
                )
                for one in kind.fields
            }
            for part in kind.fields:
                for other in _candidates(part.type, made[part.encode_name]):
                    yield {**made, part.encode_name: other}
        case _:
            yield "x"


def _texts(text: str) -> Iterator[str]:
    day = _day_after(text)
    if day:
        yield day
    for at in range(len(text) - 1, -1, -1):
        char = text[at]
        if char.isalnum() and char.isascii():
            near = {"9": "8", "z": "y", "Z": "Y", "f": "e"}.get(char, chr(ord(char) + 1))
            yield f"{text[:at]}{near}{text[at + 1 :]}"
    yield f"{text}x"
    yield from ("x", "2022-01-05", "2022-02", "p" + "1" * 32, "a" + "1" * 32, "1" * 64, "1" * 32)


def _day_after(text: str) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except ValueError:
        return ""
