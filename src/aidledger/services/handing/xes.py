"""The log for process mining case by case: XES (IEEE 1849), one trace a case.

An event's time is the day on which it holds, at midnight; the events of a day stand in the order of the
log. An entry says that something was done and not that it began: there is no lifecycle.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final
from xml.sax.saxutils import quoteattr

from aidledger.domain.events.catalog import EVENTS
from aidledger.replay.views import literal
from aidledger.services.files import placed_file
from aidledger.services.handing.events import Cut
from aidledger.services.handing.manifest import Manifest, handed_file, write_beside

_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2023" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="case"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="event"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="activity" keys="concept:name"/>
"""
_COLUMNS: Final = "stream, type, effective_on, recorded_at, position, actor, office"


def write_xes(
    path: Path, cut: Cut, *, progress: Callable[[int, int], None] | None = None
) -> Manifest:
    """Write the file, packed where its name ends in ``.gz``, and its manifest; return what that says.

    Raises:
        OSError: it can't be written; what stood there before stands there still.

    """
    types = ", ".join(map(literal, sorted(cut.events)))
    where = f"stream LIKE 'case/%' AND type IN ({types})"
    total = next(cut.pages(f"SELECT count(*) FROM entry WHERE {where}"))[0][0]  # noqa: S608
    rows = (
        row
        for page in cut.pages(
            f"SELECT {_COLUMNS} FROM entry WHERE {where} "  # noqa: S608 - literals
            "ORDER BY stream, effective_on, position"
        )
        for row in page
    )
    programmes = _programmes(cut)
    traces = events = 0
    with placed_file(path) as draft:
        with _opened(draft, packed=path.suffix == ".gz") as out:
            out.write(_HEAD.encode())
            out.write(_string("concept:name", cut.log.origin, 1).encode())
            for stream, group in groupby(rows, key=lambda row: str(row[0])):
                told = list(group)
                out.write("".join(_trace(stream, programmes.get(stream), told)).encode())
                traces += 1
                events += len(told)
                if progress is not None:
                    progress(events, total)
            out.write(b"</log>\n")
        file = handed_file(draft, path)
        manifest = cut.manifest("xes", file, traces=traces, events=events)
    write_beside(path, manifest)
    return manifest


@contextmanager
def _opened(draft: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    """Open a file for writing; no time and no name go into a packed one."""
    with draft.open("wb") as raw:
        if not packed:
            yield raw
            return
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as out:
            yield out  # type: ignore[misc]  # it is one, though typed as less


def _programmes(cut: Cut) -> dict[str, str]:
    """Return the programme of each case, as it was applied for."""
    sql = "SELECT stream, programme FROM application_submitted ORDER BY position"
    return {row[0]: row[1] for page in cut.pages(sql) for row in page}


def _trace(stream: str, programme: str | None, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    yield "\t<trace>\n" + _string("concept:name", stream, 2)
    if programme is not None:
        yield _string("programme", programme, 2)
    for _, kind, day, recorded_at, position, actor, office in rows:
        yield "\t\t<event>\n"
        yield _string("concept:name", kind, 3)
        yield f'\t\t\t<date key="time:timestamp" value="{day.isoformat()}T00:00:00.000+00:00"/>\n'
        yield _string("org:resource", actor, 3)
        yield _string("org:group", office, 3)
        yield f'\t\t\t<int key="position" value="{position}"/>\n'
        moment = recorded_at.isoformat(timespec="milliseconds")
        yield f'\t\t\t<date key="recorded_at" value="{moment}+00:00"/>\n'
        yield _string("title_zh", EVENTS[kind].title_zh, 3)
        yield _string("title_en", EVENTS[kind].title_en, 3)
        yield "\t\t</event>\n"
    yield "\t</trace>\n"


def _string(key: str, value: str, depth: int) -> str:
    tabs = "\t" * depth
    return f"{tabs}<string key={quoteattr(key)} value={quoteattr(value)}/>\n"
