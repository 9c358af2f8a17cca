"""The log for process mining on objects: OCEL 2.0, as SQLite or as JSON.

An event's time is the day on which it holds, at midnight, without a zone; when it was recorded is an
attribute. What an object is like from a day on stands as a timed attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.replay.views import ENVELOPE, EventView, event_views, quoted
from aidledger.services.files import placed_file
from aidledger.services.handing.events import Cut
from aidledger.services.handing.manifest import Manifest, handed_file, write_beside
from aidledger.services.handing.objects import CHANGES, Related, links_of, objects_of
from aidledger.services.questions.listing import cell_text
from aidledger.store.handed import PlainTable, write_plain

Progress = Callable[[int, int], None]
"""Told of how many of how many types of events are written."""

_BEGINNING: Final = "1970-01-01"
"""The format's time of what an object always was."""
_KINDS: Final = {"BIGINT": "integer", "BOOLEAN": "boolean", "DATE": "time", "TIMESTAMP": "time"}
_COLUMNS: Final = {"integer": "INTEGER", "boolean": "INTEGER", "time": "TIMESTAMP"}
_PAGE: Final = 4_096
_json: Final = msgspec.json.Encoder().encode


class Happened(NamedTuple):
    """One event: position, day, the values of its attributes in their order, what it is about."""

    position: int
    day: str
    values: list[Any]
    related: list[Related]

    @property
    def id(self) -> str:
        """Its id in the file."""
        return f"e{self.position}"


class Objects:
    """What was seen of the objects while the events were read."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        self.changes: dict[str, list[tuple[str, str, Any]]] = {}
        """By object: (day, attribute, value)."""
        self.links: dict[str, dict[tuple[str, str], None]] = {}
        """By object: (other object, as what)."""

    def see(self, event: str, one: Happened, row: dict[str, Any]) -> None:
        """Take in one event."""
        for related in one.related:
            self.types.setdefault(related.id, related.type)
        for source, target, qualifier in links_of(event, one.related):
            self.links.setdefault(source, {})[target, qualifier] = None
        for kind, attribute, field in CHANGES.get(event, ()):
            names = [related.id for related in one.related if related.type == kind]
            if names and row[field] is not None:
                self.changes.setdefault(names[0], []).append((one.day, attribute, row[field]))

    def of_type(self) -> dict[str, list[str]]:
        """Return the ids of each type, both in the order of letters."""
        found: dict[str, list[str]] = {kind: [] for kind in sorted(set(self.types.values()))}
        for name in sorted(self.types):
            found[self.types[name]].append(name)
        return found


class _Reader:
    """Reads the events of a cut, type by type, each in the order of the log."""

    def __init__(self, cut: Cut, progress: Progress | None) -> None:
        self._cut = cut
        self._progress = progress
        self.views = [view for view in event_views().values() if view.type_name in cut.events]
        self.counts: dict[str, int] = {}
        self.relations = 0
        self.objects = Objects()

    def read(self, view: EventView, *, seen: bool = True) -> Iterator[Happened]:
        """Yield the events of one type; `seen` says that their objects are taken in."""
        columns = [name for name, _ in _columns_of(view)]
        chosen = ", ".join(map(quoted, [*columns, "effective_on"]))
        sql = f"SELECT {chosen} FROM {quoted(view.name)} ORDER BY position"  # noqa: S608 - quoted
        if seen and self._progress is not None:
            self._progress(len(self.counts), len(self.views))
        if seen:
            self.counts[view.type_name] = 0
        for page in self._cut.pages(sql):
            for values in page:
                row = dict(zip(columns, values, strict=False))
                related = objects_of(view.type_name, row)
                shown = [_plain(value) for value in values[:-1]]
                one = Happened(row["position"], values[-1].isoformat(), shown, related)
                if seen:
                    self.objects.see(view.type_name, one, row)
                    self.counts[view.type_name] += 1
                    self.relations += len(related)
                yield one


def write_ocel(path: Path, cut: Cut, *, progress: Progress | None = None) -> Manifest:
    """Write the file, SQLite or JSON as its name ends, and its manifest; return what the manifest says.

    Raises:
        StoreError: the file can't be written, the disk is not full.
        OSError: it is, or something else; what stood there before stands there still.

    """
    reader = _Reader(cut, progress)
    with placed_file(path) as draft:
        if path.suffix == ".json":
            _as_json(draft, reader)
        else:
            write_plain(draft, _as_tables(reader))
        counts = {"events": sum(reader.counts.values()), "objects": len(reader.objects.types)}
        counts["relations"] = reader.relations
        manifest = cut.manifest("ocel", handed_file(draft, path), **counts)
    write_beside(path, manifest)
    return manifest


def _columns_of(view: EventView) -> list[tuple[str, str]]:
    """Return the attributes of a type with their SQL types: all columns but the day, which is the time."""
    given = [(name, kind) for name, kind in ENVELOPE if name != "effective_on"]
    return given + [(column.name, column.sql_type) for column in view.columns]


def _kind(sql_type: str) -> str:
    return _KINDS.get(sql_type, "string")


def _plain(value: Any) -> Any:
    """Return a value of an attribute: days and moments in ISO form, lists and objects as JSON."""
    return value if value is None or type(value) in (bool, int, str) else cell_text(value)


def _object_attributes() -> dict[str, dict[str, str]]:
    """Return the attributes of each type of object with their types."""
    views = event_views()
    found: dict[str, dict[str, str]] = {}
    for event, told in CHANGES.items():
        kinds = dict(_columns_of(views[event]))
        for kind, attribute, field in told:
            found.setdefault(kind, {})[attribute] = _kind(kinds[field])
    return found


def _as_json(draft: Path, reader: _Reader) -> None:
    """Write the JSON form, event after event."""
    with draft.open("wb") as out:
        types = [
            {"name": view.type_name, "attributes": _named(_columns_of(view))}
            for view in reader.views
        ]
        out.write(b'{"eventTypes":' + _json(types) + b',\n"events":[')
        first = True
        for view in reader.views:
            names = [name for name, _ in _columns_of(view)]
            for one in reader.read(view):
                out.write(b"\n" if first else b",\n")
                first = False
                out.write(_json(_event_object(view.type_name, names, one)))
        objects = reader.objects
        by_type, attributes = objects.of_type(), _object_attributes()
        known = [{"name": kind, "attributes": _pairs(attributes.get(kind, {}))} for kind in by_type]
        out.write(b'],\n"objectTypes":' + _json(known) + b',\n"objects":[')
        for number, (name, kind) in enumerate(
            (name, kind) for kind, names in by_type.items() for name in names
        ):
            out.write(b",\n" if number else b"\n")
            out.write(_json(_one_object(objects, name, kind)))
        out.write(b"]}\n")


def _pairs(kinds: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in kinds.items()]


def _named(columns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return _pairs({name: _kind(kind) for name, kind in columns})


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _event_object(kind: str, names: Sequence[str], one: Happened) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": kind,
        "time": _moment(one.day),
        "attributes": [
            {"name": name, "value": value}
            for name, value in zip(names, one.values, strict=True)
            if value is not None
        ],
        "relationships": [
            {"objectId": related.id, "qualifier": related.qualifier} for related in one.related
        ],
    }


def _one_object(objects: Objects, name: str, kind: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": kind,
        "attributes": [
            {"name": attribute, "time": _moment(day), "value": value}
            for day, attribute, value in objects.changes.get(name, ())
        ],
        "relationships": [
            {"objectId": target, "qualifier": qualifier}
            for target, qualifier in objects.links.get(name, ())
        ],
    }


def _as_tables(reader: _Reader) -> Iterator[tuple[PlainTable, Iterator[Sequence[Sequence[Any]]]]]:
    """Yield the tables of the relational form, each with its pages of rows."""
    ids = ("ocel_id", "TEXT")
    time = ("ocel_time", "TIMESTAMP")
    mapped = (("ocel_type", "TEXT"), ("ocel_type_map", "TEXT"))
    typed = (ids, ("ocel_type", "TEXT"))
    yield (
        PlainTable(name="event_map_type", columns=mapped, key=("ocel_type",)),
        iter([[(view.type_name, view.type_name) for view in reader.views]]),
    )
    for view in reader.views:
        columns = [(name, _COLUMNS.get(_kind(kind), "TEXT")) for name, kind in _columns_of(view)]
        table = PlainTable(
            name=f"event_{view.type_name}", columns=(ids, time, *columns), key=("ocel_id",)
        )
        rows = ((one.id, f"{one.day} 00:00:00", *one.values) for one in reader.read(view))
        yield table, _in_pages(rows)
    yield (
        PlainTable(
            name="event",
            columns=typed,
            key=("ocel_id",),
            references=(("ocel_type", "event_map_type", "ocel_type"),),
        ),
        _in_pages(
            (one.id, view.type_name)
            for view in reader.views
            for one in reader.read(view, seen=False)
        ),
    )
    by_type = reader.objects.of_type()
    yield (
        PlainTable(name="object_map_type", columns=mapped, key=("ocel_type",)),
        iter([[(kind, kind) for kind in by_type]]),
    )
    yield (
        PlainTable(
            name="object",
            columns=typed,
            key=("ocel_id",),
            references=(("ocel_type", "object_map_type", "ocel_type"),),
        ),
        _in_pages((name, kind) for kind, names in by_type.items() for name in names),
    )
    attributes = _object_attributes()
    for kind, names in by_type.items():
        yield _object_table(reader.objects, kind, names, attributes.get(kind, {}))
    yield from _relation_tables(reader)


def _object_table(
    objects: Objects, kind: str, names: Sequence[str], attributes: dict[str, str]
) -> tuple[PlainTable, Iterator[Sequence[Sequence[Any]]]]:
    """Return the table of a type: a row for each object, and one for each attribute from a day on."""
    columns = [(name, _COLUMNS.get(of, "TEXT")) for name, of in attributes.items()]
    table = PlainTable(
        name=f"object_{kind}",
        columns=(
            ("ocel_id", "TEXT"),
            ("ocel_time", "TIMESTAMP"),
            ("ocel_changed_field", "TEXT"),
            *columns,
        ),
        indexes=("ocel_id",),
    )

    def rows() -> Iterator[Sequence[Any]]:
        for name in names:
            yield (name, f"{_BEGINNING} 00:00:00", None, *(None for _ in attributes))
            for day, changed, value in objects.changes.get(name, ()):
                cells = (_plain(value) if one == changed else None for one in attributes)
                yield (name, f"{day} 00:00:00", changed, *cells)

    return table, _in_pages(rows())


def _relation_tables(
    reader: _Reader,
) -> Iterator[tuple[PlainTable, Iterator[Sequence[Sequence[Any]]]]]:
    about = ("ocel_event_id", "ocel_object_id", "ocel_qualifier")
    yield (
        PlainTable(
            name="event_object",
            columns=tuple((name, "TEXT") for name in about),
            key=about,
            references=(
                ("ocel_event_id", "event", "ocel_id"),
                ("ocel_object_id", "object", "ocel_id"),
            ),
            indexes=("ocel_object_id",),
        ),
        _in_pages(
            (one.id, related.id, related.qualifier)
            for view in reader.views
            for one in reader.read(view, seen=False)
            for related in one.related
        ),
    )
    between = ("ocel_source_id", "ocel_target_id", "ocel_qualifier")
    yield (
        PlainTable(
            name="object_object",
            columns=tuple((name, "TEXT") for name in between),
            key=between,
            references=tuple((name, "object", "ocel_id") for name in between[:2]),
        ),
        _in_pages(
            (source, target, qualifier)
            for source in sorted(reader.objects.links)
            for target, qualifier in reader.objects.links[source]
        ),
    )


def _in_pages(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    page: list[Sequence[Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page
