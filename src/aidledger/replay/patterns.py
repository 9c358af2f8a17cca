"""What a record of each event type looks like, as one regular expression over its bytes.

A record is canonical JSON with its keys in one order, so what the strict decoder accepts is a
regular language, save for objects with keys of any name, which are decoded apart. A form says yes
only to what the strict decoder accepts, in a small part of its time. Where it says no (an escape in
a text, a rare character, a number near its limit) it is the decoder who decides.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from aidledger.domain.events.base import Day, MonthText
from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.canonical import CanonicalError, decode
from aidledger.ledger.forms import NAME_LIMIT

_PLAIN: Final = r"[ !#-\[\]-~]"
_CHINESE: Final = (  # U+3001 to U+3029, U+3400 to U+9FFF, U+20000 to U+2DFFF
    r"[\xe4-\xe9][\x80-\xbf]{2}|\xe3(?:[\x90-\xbf][\x80-\xbf]|\x80[\x81-\xa9])"
    r"|\xf0[\xa0-\xad][\x80-\xbf]{2}"
)
_SIGNS: Final = (  # U+00A1 to U+02FF; U+2010 to U+2ABF without spaces and marks; U+FF01 to U+FF60
    r"\xc2[\xa1-\xbf]|[\xc3-\xcb][\x80-\xbf]|\xe2\x80[\x90-\xa7\xb0-\xbf]"
    r"|\xe2[\x87-\x8b\x91-\xaa][\x80-\xbf]|\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\xa0]"
)
CHARACTERS: Final = f"(?:{_PLAIN}*+(?:(?:{_CHINESE}|{_SIGNS}){_PLAIN}*+)*+)"
"""UTF-8 that stands in canonical JSON as it is: no character changes or joins another in NFC."""

_NAME: Final = rf"[!#-\[\]-~]{{1,{NAME_LIMIT}}}+"
_HEX: Final = r"[^\x00-/:-`g-\xff]"
"""``[0-9a-f]`` said by what it is not: of three ranges `re` makes a table, two it tries in turn."""
_HASH: Final = f"{_HEX}{{64}}"
_STEP: Final = "[A-Za-z0-9][A-Za-z0-9._:-]{0,79}+"
_STREAM: Final = f"[a-z][a-z_]{{0,31}}+/{_STEP}(?:/{_STEP})?"
"""One or two steps, which with their kind stay below the limit of a stream's name."""
_YEAR: Final = "(?:1[89]|2[0-2])[0-9][0-9]"
_LEAP_YEAR: Final = "(?:(?:1[89]|2[0-2])(?:0[48]|[2468][048]|[13579][26])|2000)"
_DAY: Final = (
    f"(?:{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    f"|{_LEAP_YEAR}-02-29)"
)
_MONTH: Final = f"{_YEAR}-(?:0[1-9]|1[0-2])"
_REAL: Final = "(?=18[5-9]|19|2[01]|2200)"
"""Before a year: one that a day of a record may be in."""
_TIME: Final = rf"{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{{6}}Z"
_POSITIVE: Final = "[1-9][0-9]{0,14}"
_PIN: Final = rf'\{{"hash":"sha256:{_HASH}","pack":"{_NAME}"\}}'

Test = Callable[[bytes], Any]
"""Gives something true for a record that is surely strict; for any other it may give either."""


def _remembered(expression: str) -> Test:
    """Return the test of a part of records that many share."""
    return lru_cache(maxsize=16_384)(re.compile(expression.encode("latin-1")).fullmatch)


is_time: Final = _remembered(_REAL + _TIME)
is_basis: Final = _remembered(f'{_REAL}{_DAY}","office":"{_NAME}","policy":(?:null|{_PIN})')
"""From the day on which an entry holds to the policy that it rests on."""


def are_links(prevs: Iterable[bytes]) -> bool:
    """Whether each of some 64 bytes is a hash in lower-case hex."""
    joined = b"".join(prevs)
    try:
        return unhexlify(joined).hex().encode() == joined
    except ValueError:
        return False


PARTS: Final = 6
"""Of a line."""
DECODED_FIRST: Final = 50
"""So many records of a type are decoded before its form is made: that takes about as long."""

MADE_FORMS: Final[dict[bytes, Test]] = {}
"""The forms that were made so far, by the bytes of the types' wire names; they never change."""

AMENDING_TYPES: Final = frozenset({"EntryAnnulled", "EntryCorrected"})

_SEEN: Final[Counter[bytes]] = Counter()
"""How often a type of the catalogue came before its form was made."""

_Opened = tuple[bytes, bytes, int]
"""What stands before and behind an object with keys of any name, and in how many others it lies."""


class UnwrittenError(Exception):
    """A type of a kind that no event has so far: its records are read by the strict decoder."""


@lru_cache(maxsize=256)
def form_of(type_name: str) -> Test:
    """Return the test of one type of the catalogue for records of at most MAX_RECORD_BYTES."""
    kind = EVENTS[type_name]
    try:
        return make_form(type_name, kind.struct, kind.sealed)
    except UnwrittenError:
        return never


def form_once_frequent(name: bytes) -> Test:
    """Return the form of a type, once it has come so often that making it is worth while.

    Amendments are always decoded: who reads an entry has to know of them.
    """
    form = MADE_FORMS.get(name)
    if form is not None:
        return form
    text = name.decode("ascii", "replace")
    if text not in EVENTS or text in AMENDING_TYPES:
        return never
    _SEEN[name] += 1
    if _SEEN[name] <= DECODED_FIRST:
        return never
    form = MADE_FORMS[name] = form_of(text)
    return form


def never(record: bytes) -> bool:
    """Leave every record to the decoder."""
    del record
    return False


def make_form(type_name: str, data: Any, sealed: tuple[str, ...]) -> Test:
    """Make the test of a type from the struct of its data and its sealed fields, both sorted.

    Raises:
        UnwrittenError: there is no such expression.

    """
    opened: list[_Opened] = []
    whole = _object(_fields(type_name, data, sealed, opened)).encode("latin-1")
    if len(opened) > 1 or any(whole.count(start) > 1 for start, _, _ in opened):
        raise UnwrittenError
    test = re.compile(whole).fullmatch
    return partial(_test_cut, test, *opened[0]) if opened else test


class Lines(NamedTuple):
    """Finds records, one a line: cause, basis, prev, recorded_at, stream, version of each.

    After the first come an object's own bytes, if the type has one with keys of any name; it lies in
    `depth` others. That object, basis, prev and recorded_at are yet to be tested.
    """

    find: Callable[[bytes], list[tuple[bytes, ...]]]
    depth: int | None


def make_lines(type_name: str, data: Any, sealed: tuple[str, ...], streams: str) -> Lines:
    """Make what finds records of a type on streams of some kinds (``case|run``).

    A line that it finds is strict and right as data of its type, and has only days from 1850 to 2200,
    if the parts are what they should be that `is_basis`, `are_links` and `is_time` are asked about:
    what many records share, or can be asked of all at once, is only cut out of a line.

    Raises:
        UnwrittenError: there is no such expression.

    """
    opened: list[_Opened] = []
    fields = _fields(type_name, data, sealed, opened) | {
        "cause": f'"({_NAME})"',
        "effective_on": r'"([^"]*+","office":"[^"]*+","policy":(?:null|\{[^}]*+\}))',
        "prev": '(?:"((?s:.{64}))"|null)',
        "recorded_at": '"((?s:.{27}))"',
        "stream": f'"((?:{streams})/{_STEP}(?:/{_STEP})?)"',
        "version": f"({_POSITIVE})",
    }
    del fields["office"], fields["policy"]
    whole = _object(fields).replace(_DAY, _REAL + _DAY).replace(_MONTH, _REAL + _MONTH)
    for start, stop, _ in opened:
        closed = rf"{start.decode()}\{{\}}{stop.decode()}"
        if len(opened) > 1 or whole.count(start.decode()) > 1 or closed not in whole:
            raise UnwrittenError
        cut = rf"{start.decode()}(\{{(?:[^}}]*+\}})+?){stop.decode()}"
        whole = whole.replace(closed, cut)
    lines = re.compile(f"^{whole}\n".encode("latin-1"), re.MULTILINE)
    if lines.groups != PARTS + len(opened):
        raise UnwrittenError
    return Lines(lines.findall, opened[0][2] if opened else None)


def _fields(
    type_name: str, data: Any, sealed: tuple[str, ...], opened: list[_Opened]
) -> dict[str, str]:
    """Return what matches each part of a record. Raises UnwrittenError."""
    return {
        "$type": f'"{type_name}"',
        "actor": f'"{_NAME}"',
        "cause": f'"{_NAME}"',
        "data": _expression(inspect.type_info(data), 2, opened),
        "effective_on": f'"{_DAY}"',
        "office": f'"{_NAME}"',
        "policy": f"(?:null|{_PIN})",
        "prev": f'(?:"{_HASH}"|null)',
        "recorded_at": f'"{_TIME}"',
        "sealed": _sealed(sealed),
        "stream": f'"{_STREAM}"',
        "v": "1",
        "version": _POSITIVE,
    }


def _test_cut(test: Test, start: bytes, stop: bytes, depth: int, record: bytes) -> bool:
    """Test what stands between `start` and `stop` apart, and the record with ``{}`` in its place.

    A text holds no quotes, so a record that passes without what is cut has `start` only once.
    """
    at = record.find(start) + len(start)
    end = record.find(stop, at)
    if at < len(start) or end < 0:
        return bool(test(record))
    return is_open_part(record[at:end], depth) and bool(test(record[:at] + b"{}" + record[end:]))


@lru_cache(maxsize=4096)
def is_open_part(part: bytes, depth: int) -> bool:
    """Whether bytes are one canonical object, and even where they lie in `depth` others."""
    try:
        # alone first: only one whole value can stand between brackets and change nothing else
        if type(decode(part)) is not dict:
            return False
        decode(b"[" * depth + part + b"]" * depth)
    except CanonicalError:
        return False
    return True


_COMMA: Final = r"(?:(?<=\{)|(?<!\{),)"
"""Before each pair of an object that may lack some: none where the pair comes first."""


def _object(fields: dict[str, str], optional: frozenset[str] = frozenset()) -> str:
    """Return what matches an object with these fields; those added to a type may be absent."""
    pairs = {name: f'"{re.escape(name)}":{value}' for name, value in fields.items()}
    if not optional:
        return rf"\{{{','.join(pairs.values())}\}}"
    inner = "".join(
        f"(?:{_COMMA}{pair})?" if name in optional else f"{_COMMA}{pair}"
        for name, pair in pairs.items()
    )
    return rf"\{{{inner}\}}"


def _sealed(names: tuple[str, ...]) -> str:
    """Return what matches an object of commitments under some of these names, in their order."""
    if not names:
        return r"\{\}"
    pairs = "".join(f'(?:{_COMMA}"{re.escape(name)}":"{_HASH}")?' for name in names)
    return rf"\{{{pairs}\}}"


def _expression(kind: inspect.Type, depth: int, opened: list[_Opened]) -> str:
    """Return what matches the canonical JSON of a type, in a record inside `depth` - 1 objects.

    Raises:
        UnwrittenError: there is no such expression.

    """
    match kind:
        case inspect.BoolType():
            return "(?:true|false)"
        case inspect.NoneType():
            return "null"
        case inspect.IntType():
            return _number(kind)
        case inspect.StrType():
            return f'"{_text(kind)}"'
        case inspect.LiteralType(values=values) if all(isinstance(v, str) for v in values):
            return f'"(?:{"|".join(map(re.escape, map(str, values)))})"'
        case inspect.UnionType(types=types):
            return f"(?:{'|'.join(_expression(one, depth, opened) for one in types)})"
        case inspect.VarTupleType(item_type=item, min_length=None, max_length=None):
            one = _expression(item, depth + 1, opened)
            return rf"\[(?:{one}(?:,{one})*+)?\]"
        case inspect.StructType(fields=fields):
            return _struct(fields, depth, opened)
        case _:
            raise UnwrittenError


def _struct(fields: tuple[inspect.Field, ...], depth: int, opened: list[_Opened]) -> str:
    """Return what matches an object with these fields. Raises UnwrittenError."""
    names = [field.encode_name for field in fields]
    if names != sorted(names):
        raise UnwrittenError
    parts = {}
    for field, name, after in zip(fields, names, [*names[1:], None], strict=True):
        match field.type:
            case inspect.DictType(
                key_type=inspect.StrType(pattern=None, min_length=None, max_length=None),
                value_type=inspect.AnyType(),
            ) if after is not None:
                opened.append((f'"{name}":'.encode(), f',"{after}":'.encode(), depth))
                parts[name] = r"\{\}"
            case kind:
                parts[name] = _expression(kind, depth + 1, opened)
    return _object(parts, frozenset(f.encode_name for f in fields if _may_be_absent(f)))


def _may_be_absent(field: inspect.Field) -> bool:
    """Whether a field was added to a type (its default is UNSET): older records have none."""
    undefined = (field.default, field.default_factory) == (msgspec.NODEFAULT, msgspec.NODEFAULT)
    return undefined and not field.required


def _number(kind: inspect.IntType) -> str:
    """Return what matches a whole number within the type's limits, of at most 15 digits."""
    if (kind.gt, kind.lt, kind.multiple_of) != (None, None, None):
        raise UnwrittenError
    whole = 10**15 - 1
    if (kind.ge is None or kind.ge <= -whole) and (kind.le is None or kind.le >= whole):
        return f"(?:0|-?{_POSITIVE})"
    if kind.le is None or kind.le < 10 or kind.ge not in (0, -kind.le):
        raise UnwrittenError
    sign = "" if kind.ge == 0 else "-?"
    # of the numbers with as many digits as the limit only the limit itself is known to be right
    digits = min(len(str(kind.le)) - 1, 15)
    return f"(?:0|{sign}[1-9][0-9]{{0,{digits - 1}}}|{sign}{kind.le})"


def _text(kind: inspect.StrType) -> str:
    """Return what matches the inside of a text."""
    if kind == inspect.type_info(Day):
        return _DAY
    if kind == inspect.type_info(MonthText):
        return _MONTH
    if kind.min_length is not None or (kind.pattern and kind.max_length):
        raise UnwrittenError
    if kind.pattern is None:
        # a character takes at least a byte, so counting bytes refuses some that are short enough
        limit = "" if kind.max_length is None else rf'(?=[^"]{{0,{kind.max_length}}}")'
        return f"{limit}{CHARACTERS}"
    found = re.fullmatch(r"\^(.*)\\Z", kind.pattern)
    if found is None or not found[1].isascii() or re.search(r"\\|\[[^\]]*\(|\(\?", found[1]):
        raise UnwrittenError
    # who reads a record's head counts its groups: those of a text are none of them
    return f"(?:{found[1].replace('[0-9a-f]', _HEX).replace('(', '(?:')})"
