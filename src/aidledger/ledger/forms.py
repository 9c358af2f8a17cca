"""The forms of an entry's parts: names, days, times, streams, hashes.

What many entries share is remembered, so that asking again costs a look-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

STREAM_LIMIT: Final = 200
NAME_LIMIT: Final = 128
_HASH_DIGITS: Final = 64

_type_form = re.compile(r"[A-Z][A-Za-z0-9]{1,63}").fullmatch
_name_form = re.compile(rf"[!-~]{{1,{NAME_LIMIT}}}").fullmatch
_date_form = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_time_form = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
).fullmatch
_hex_form = re.compile(r"[0-9a-f]{64}").fullmatch
_stream_form = re.compile(
    r"[a-z][a-z_]*/[A-Za-z0-9][A-Za-z0-9._:-]*(?:/[A-Za-z0-9][A-Za-z0-9._:-]*)*"
).fullmatch
_sealed_form = re.compile(r"[a-z][a-z0-9_.]*").fullmatch
_pin_form = re.compile(r"sha256:[0-9a-f]{64}").fullmatch


@lru_cache(maxsize=4096)
def is_type_name(text: str) -> bool:
    """Whether `text` has the form of an event type's wire name."""
    return _type_form(text) is not None


@lru_cache(maxsize=16_384)
def is_name(text: str) -> bool:
    """Whether `text` may name an actor, office, cause or pack: printable ASCII without spaces."""
    return _name_form(text) is not None


@lru_cache(maxsize=16_384)
def is_date(text: str) -> bool:
    """Whether `text` is a date that exists, as YYYY-MM-DD."""
    if not _date_form(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def is_time(text: str) -> bool:
    """Whether `text` is a time that exists, as YYYY-MM-DDTHH:MM:SS.ffffffZ."""
    if not _time_form(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65_536)
def is_stream(text: str) -> bool:
    """Whether `text` names a stream: kind/id, at most 200 characters."""
    return len(text) <= STREAM_LIMIT and _stream_form(text) is not None


def is_hash(text: str) -> bool:
    """Whether `text` is 64 lower-case hex digits."""
    return _hex_form(text) is not None


def are_hashes(texts: Sequence[str]) -> bool:
    """Whether each text is 64 lower-case hex digits; asked of all at once."""
    joined = "".join(texts)
    try:
        return set(map(len, texts)) <= {_HASH_DIGITS} and bytes.fromhex(joined).hex() == joined
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def is_pin(pin_hash: str, pack: str) -> bool:
    """Whether a policy's pin names a pack and the hash of its bytes."""
    return _pin_form(pin_hash) is not None and is_name(pack)


def is_sealed(sealed: object) -> bool:
    """Whether a value maps names of fields to commitments (64 hex digits)."""
    return type(sealed) is dict and all(
        type(value) is str and _sealed_form(field) and _hex_form(value)
        for field, value in sealed.items()
    )
