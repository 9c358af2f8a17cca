"""Keeps identity numbers out of what the log holds openly: it is for ever, and for everybody.

A number typed where a code, a reason or a name belongs could never be taken out again. One of a document
may look like one of a person, once in eleven: it is then written with a hyphen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.identity import check_identity_number
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import parse_day
from aidledger.services.problems import Problem

_KINDS: Final = bytes(
    0x30 if 0x30 <= byte <= 0x39 else 0x41 if byte < 0x80 and chr(byte).isalpha() else 0x20
    for byte in range(256)
)
"""Digits as 0, letters as A, all else as a space."""
_LONG: Final = b" " + b"0" * 17
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_WIDE_ROW: Final = b"\xef\xbc"
_WIDE: Final = re.compile(rb"\xef\xbc[\x90-\x99]").search
"""Digits as an input method for Chinese types them (U+FF10 to U+FF19, in UTF-8)."""
_ENCODER: Final = msgspec.json.Encoder()


def numbers_shown(proposals: Sequence[Proposal]) -> dict[int, list[Problem]]:
    """Return by index where acts say openly what can be an identity number of 18 characters.

    The numbers are not repeated.
    """
    # of all at once, and nearly never more: it costs half a microsecond an act
    said = _ENCODER.encode([(p.stream, p.actor, p.office, p.event, p.despite) for p in proposals])
    if b"\\n" in said:
        said = said.replace(b"\\n", b"  ")
    if _WIDE_ROW in said and _WIDE(said):
        said = unicodedata.normalize("NFKC", said.decode()).encode()
    if _LONG not in said.translate(_KINDS):
        return {}
    found = {index: _numbers(proposal) for index, proposal in enumerate(proposals)}
    return {index: problems for index, problems in found.items() if problems}


def _numbers(proposal: Proposal) -> list[Problem]:
    fields = {
        "stream": proposal.stream,
        "actor": proposal.actor,
        "office": proposal.office,
        "data": msgspec.to_builtins(proposal.event),
        "despite": msgspec.to_builtins(proposal.despite),
    }
    on = parse_day(proposal.effective_on)
    return [
        Problem(
            code="identity_number_open",
            field=path,
            expected="no identity number (a document's number that looks like one: with a hyphen)",
            found="one identity number",
        )
        for path, text in _texts(fields)
        if any(
            check_identity_number(number, on=on).ok
            for number in _NUMBER.findall(unicodedata.normalize("NFKC", text))
        )
    ]


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every text in a value of JSON, whole numbers among them."""
    match value:
        case dict():
            for key, one in value.items():
                yield from _texts(one, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for at, one in enumerate(value):
                yield from _texts(one, f"{path}[{at}]")
        case str() | int():
            yield path, str(value)
