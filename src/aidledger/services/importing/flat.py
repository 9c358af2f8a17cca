"""One event type as a table: a column for each plain field, the sealed ones as `personal.…`.

Fields that hold lists or objects have no column: they take their default, and a type in which one
of them is required is imported as JSON Lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec
from msgspec import inspect

from aidledger.domain.events import base
from aidledger.domain.events.catalog import EVENTS, EventType
from aidledger.services.acts.proposals import TOKENS
from aidledger.services.importing.cells import Cells
from aidledger.services.importing.table import Row
from aidledger.services.problems import Problem, ServiceError

Form: TypeAlias = Literal["text", "code", "day", "month", "count", "flag", "yuan"]

ENVELOPE: Final = {
    "stream": ("流",),
    "effective_on": ("生效日期",),
    "actor": ("经办人",),
    "office": ("机构",),
}
_PERSONAL: Final = "personal."
_FEN: Final = "_fen"
_YUAN: Final = "_yuan"
"""A sum may stand in a column of its own in yuan, as sheets have it, instead of in fen."""
_FLAGS: Final = {"true": ("是", "TRUE", "1"), "false": ("否", "FALSE", "0")}
_MOST: Final = 9_007_199_254_740_991
_SAMPLES: Final[dict[str, str]] = {
    "effective_on": "2022-01-04",
    "actor": "520123001-u1",
    "office": "520123001",
}
_NAMED: Final = {"run": "run/2022-01", "carer": "carer/520123-000001"}
"""A sample of a field that names a stream."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a type: what its cells are, and whether it must be there."""

    name: str
    form: Form
    required: bool
    sample: str


@cache
def fields_of(type_name: str) -> tuple[Field, ...]:
    """Return the columns of a type behind those of the envelope.

    Raises:
        ServiceError: no such type, or one with a required list or object.

    """
    kind = EVENTS.get(type_name)
    if kind is None:
        raise ServiceError(
            f"--type {type_name[:60]}: expected an event type, found none",
            hint="aidledger events lists the types",
            exit_code=2,
        )
    shape = inspect.type_info(kind.struct)
    found: list[Field] = []
    token, _ = TOKENS.get(type_name, ("", ""))
    for field in shape.fields if isinstance(shape, inspect.StructType) else ():
        form, sample = _form_of(field.type)
        if form is not None:
            name, is_money = field.encode_name, field.encode_name.endswith(_FEN)
            required = field.required and name != token and not is_money
            sample = sample if field.required and name != token else ""
            found.append(Field(name=name, form=form, required=required, sample=sample))
            if is_money:
                yuan = name.removesuffix(_FEN) + _YUAN
                found.append(Field(name=yuan, form="yuan", required=False, sample=""))
        elif field.required:
            raise ServiceError(
                f"{type_name}.{field.encode_name} holds a list or an object: a table has no cell"
                " for it",
                hint="import this type as JSON Lines",
                exit_code=2,
            )
    found += [
        Field(name=_PERSONAL + name, form="code", required=False, sample="")
        for name in kind.sealed
        if name != "decision_facts"
    ]
    return tuple(found)


def titles_of(type_name: str) -> dict[str, tuple[str, ...]]:
    """Return each column key of a type with its other titles."""
    return {**ENVELOPE, **{field.name: () for field in fields_of(type_name)}}


def columns_in(type_name: str, *, required: bool = False) -> list[str]:
    """Return the column keys of a type, or only those that a file must have."""
    fields = [field.name for field in fields_of(type_name) if field.required or not required]
    return [*(("stream", "effective_on") if required else ENVELOPE), *fields]


def sample_table(type_name: str) -> str:
    """Return a CSV file with the header of a type and one sample row."""
    kind = EVENTS.get(type_name)
    fields = fields_of(type_name)
    samples = {"stream": _stream_of(kind), **_SAMPLES}
    samples |= {one.name: one.sample and _NAMED.get(one.name, one.sample) for one in fields}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns_in(type_name))
    writer.writerow([samples[key] for key in columns_in(type_name)])
    return out.getvalue()


def request_of(
    type_name: str, line: int, cells: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """Return the request that a row of a table makes, as ``record`` would take it.

    Faults of cells are kept in `problems`. An empty cell says nothing: the field takes its default.
    """
    taken = Cells(Row(line=line, cells=dict(cells)), problems)
    data: dict[str, Any] = {}
    personal: dict[str, str] = {}
    for field in fields_of(type_name):
        cell = cells.get(field.name)
        if cell is None or cell == "":
            continue
        value = _value(taken, field)
        if field.form == "yuan":
            fen = field.name.removesuffix(_YUAN) + _FEN
            if data.setdefault(fen, value) != value:
                taken.fault(field.name, f"the sum of {fen}", "another sum")
        elif field.name.startswith(_PERSONAL):
            personal[field.name.removeprefix(_PERSONAL)] = value
        else:
            data[field.name] = value
    value = {"type": type_name, "data": data, "personal": personal}
    for key in ENVELOPE:
        if cells.get(key) not in (None, ""):
            value[key] = taken.day(key) if key == "effective_on" else taken.digits(key)
    return value


def _value(cells: Cells, field: Field) -> Any:
    """Read one cell as what its field is; faults are kept with the row's line."""
    match field.form:
        case "day":
            return cells.day(field.name)
        case "month":
            return cells.month(field.name)
        case "count":
            return cells.count(field.name, highest=_MOST)
        case "flag":
            return cells.choice(field.name, _FLAGS) == "true"
        case "yuan":
            return cells.fen(field.name)
        case "code":
            return cells.digits(field.name)
        case "text":
            return cells.text(field.name)


def _form_of(kind: inspect.Type) -> tuple[Form | None, str]:
    """Return what cells of a type are, and a sample; nothing for lists and objects."""
    match kind:
        case inspect.LiteralType(values=values):
            return "text", str(values[0])
        case inspect.StrType(pattern=pattern):
            return _TEXTS.get(pattern or "", ("text", "x"))
        case inspect.IntType(ge=least) if least is not None and least >= 0:
            return "count", "1"
        case inspect.BoolType():
            return "flag", "true"
        case inspect.UnionType(types=types):
            plain = [one for one in types if not isinstance(one, inspect.NoneType)]
            return (_form_of(plain[0])[0], "") if len(plain) == 1 else (None, "")
        case _:
            return None, ""


def _stream_of(kind: EventType | None) -> str:
    """Return a sample of the streams that an event goes into."""
    name = "case" if kind is None else kind.stream.partition("|")[0]
    return f"person/{_PERSON}" if name == "person" else f"{name}/520123-2022-000001"


_PERSON: Final = "p" + "0" * 32
_FORMS: Final[tuple[tuple[Any, tuple[Form, str]], ...]] = (
    (base.Day, ("day", "2022-01-04")),
    (base.MonthText, ("month", "2022-01")),
    (base.Digest, ("code", "0" * 64)),
    (base.Token, ("code", _PERSON)),
    (base.Code, ("code", "520123")),
    (base.Source, ("text", "office")),
)
_TEXTS: Final = {get_args(form)[1].pattern: sample for form, sample in _FORMS}
"""What a text of each form is in a cell, with a sample. A code that is a number cell has lost zeros."""
