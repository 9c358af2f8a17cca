"""Holds what was handed over against its manifest: files by hash, flat files by totals and by line.

CloudEvents are read back into records, whose root is to be that of the log.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

import msgspec

from aidledger.archive.writing import digest_of_file
from aidledger.disk import read_plain
from aidledger.ledger.canonical import clip
from aidledger.services.handing.cloudevents import LineError, recovered
from aidledger.services.handing.flat import BYTES_A_LINE, DATA, LINES, lines_of
from aidledger.services.handing.manifest import (
    NAME,
    SCHEMA,
    HandedFile,
    HandedTable,
    Manifest,
    manifest_path,
)
from aidledger.services.problems import ServiceError

MOST_LINES: Final = 5
"""How many changed lines of a file are named."""
_MOST_BYTES: Final = 64 << 20
_FILE_OF: Final = {"flat": DATA + "/{}.csv", "parquet": "{}.parquet"}
"""In which file a table lies, where each has one of its own."""


class Differs(msgspec.Struct, frozen=True, kw_only=True):
    """What is not as the manifest says: in which file, in which of its lines (from 1) if that is known.

    `what` is ``missing``, ``unexpected``, ``bytes``, ``sha256``, ``line``, ``rows``, ``root``, or the column of a
    total with ``sum``, ``first`` or ``last`` before it.
    """

    file: str
    what: str
    expected: str
    found: str
    line: int | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked: `sha256` (hex) is the manifest's own, to be compared with what was noted of it.

    `files` were hashed, and the totals of `tables` worked out again.
    """

    manifest: Manifest
    sha256: str
    files: int
    tables: int
    differs: tuple[Differs, ...]


def check(path: Path) -> Checked:
    """Check a folder or a file that was handed over.

    Raises:
        ServiceError: it has no manifest.
        OSError: a file can't be read.

    """
    place = manifest_path(path)
    manifest = _read(place)
    folder = path if path.is_dir() else path.parent
    differs = list(_files(folder, manifest))
    if path.is_dir():
        differs += _unexpected(path, manifest)
    elif all(Path(one.path) != Path(path.name) for one in manifest.files):
        differs.append(_not_named(path.name))
    if manifest.kind == "cloudevents":
        differs += _records(folder, manifest)
    tables = manifest.tables if manifest.kind == "flat" else ()
    changed = {one.file for one in differs}
    hashed = {one.path: one for one in manifest.files}
    for table in tables:
        file = _FILE_OF["flat"].format(table.name)
        if not (folder / file).is_file():
            continue
        if file in changed:
            kept = folder / LINES / table.name
            differs += _lines(folder / file, file, kept, hashed.get(f"{LINES}/{table.name}"))
        differs += _totals(folder / file, file, table)
    return Checked(
        manifest=manifest,
        sha256=digest_of_file(place),
        files=len(manifest.files),
        tables=len(tables),
        differs=tuple(differs),
    )


def _read(place: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(read_plain(place, _MOST_BYTES + 1), type=Manifest)
    except FileNotFoundError:
        raise ServiceError(
            f"{place.name}: expected the manifest of what was handed over, found none",
            hint="name the folder or the file that an export wrote",
            exit_code=2,
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _no_manifest(place, "something else") from None
    if manifest.schema != SCHEMA:
        raise _no_manifest(place, clip(manifest.schema))
    for one in manifest.files:
        parts = Path(one.path).parts
        if not parts or Path(one.path).is_absolute() or ".." in parts:
            raise _no_manifest(place, f"a file outside: {clip(one.path)}")
    for table in manifest.tables:
        if len(Path(table.name).parts) != 1 or table.name == "..":
            raise _no_manifest(place, f"a table {clip(table.name)}")
    return manifest


def _no_manifest(place: Path, found: str) -> ServiceError:
    return ServiceError(
        f"{place.name}: expected {SCHEMA} as an export writes it, found {found}",
        hint="ask for the files again",
        exit_code=2,
    )


def _files(folder: Path, manifest: Manifest) -> Iterator[Differs]:
    """Yield the files that are missing or have other bytes, and tables whose file nobody names."""
    form = _FILE_OF.get(manifest.kind, "")
    named = {one.path for one in manifest.files}
    for table in manifest.tables if form else ():
        if (file := form.format(table.name)) not in named:
            yield Differs(file=file, what="missing", expected="a file", found="none")
    for one in manifest.files:
        path = folder / one.path
        if not path.is_file():
            yield Differs(file=one.path, what="missing", expected="a file", found="none")
        elif (size := path.stat().st_size) != one.bytes:
            yield Differs(file=one.path, what="bytes", expected=str(one.bytes), found=str(size))
        elif (found := digest_of_file(path)) != one.sha256:
            yield Differs(file=one.path, what="sha256", expected=one.sha256, found=found)


def _unexpected(folder: Path, manifest: Manifest) -> Iterator[Differs]:
    """Yield the files that nobody named."""
    named = {NAME, *(one.path for one in manifest.files)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in named:
            yield _not_named(name)


def _not_named(name: str) -> Differs:
    return Differs(file=name, what="unexpected", expected="no such file", found="a file")


def _records(folder: Path, manifest: Manifest) -> Iterator[Differs]:
    """Yield where the records of CloudEvents are not those of the log that the manifest names."""
    log = manifest.log
    for one in manifest.files:
        if not (folder / one.path).is_file():
            continue
        try:
            found = recovered(folder / one.path)
        except LineError as error:
            yield Differs(
                file=one.path,
                what="line",
                expected=error.expected,
                found=error.found,
                line=error.line,
            )
            continue
        if found.size != log.size:
            yield Differs(file=one.path, what="rows", expected=str(log.size), found=str(found.size))
        if found.root != log.root:
            yield Differs(file=one.path, what="root", expected=log.root, found=found.root)


def _lines(path: Path, file: str, kept: Path, told: HandedFile | None) -> Iterator[Differs]:
    """Yield the first lines of a file that are not as they were, where that is known."""
    if told is None or not kept.is_file() or digest_of_file(kept) != told.sha256:
        return
    content = kept.read_bytes()
    then = (content[at : at + BYTES_A_LINE] for at in range(0, len(content), BYTES_A_LINE))
    found = 0
    for number, (was, now) in enumerate(zip_longest(then, lines_of(path)), start=1):
        if was == now:
            continue
        expected = "no line" if was is None else was.hex()
        yield Differs(
            file=file,
            what="line",
            expected=expected,
            found="no line" if now is None else now.hex(),
            line=number,
        )
        found += 1
        if found == MOST_LINES:
            return


def _totals(path: Path, file: str, table: HandedTable) -> Iterator[Differs]:
    """Yield the control totals of a table that come out otherwise."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            rows, found = _added_up(csv.reader(lines), table)
    except csv.Error as error:
        yield Differs(file=file, what="rows", expected=str(table.rows), found=clip(str(error)))
        return
    finally:
        csv.field_size_limit(limit)
    if rows != table.rows:
        yield Differs(file=file, what="rows", expected=str(table.rows), found=str(rows))
    for what, told in (("sum", table.sums), ("first", table.first), ("last", table.last)):
        for column, expected in told.items():
            now = found.get((what, column), "none")
            if now != expected:
                yield Differs(file=file, what=f"{what} {column}", expected=expected, found=now)


def _added_up(
    lines: Iterator[list[str]], table: HandedTable
) -> tuple[int, dict[tuple[str, str], str]]:
    """Return the rows of a table and its totals, by what they are and of which column."""
    head = next(lines, [])
    places = {name: at for at, name in enumerate(head)}
    sums = {name: 0 for name in table.sums if name in places}
    ends: dict[str, list[str]] = {name: [] for name in table.first if name in places}
    rows = 0
    for row in lines:
        rows += 1
        for name in sums:
            cell = _cell(row, places[name])
            if cell.removeprefix("-").isdecimal():
                sums[name] += int(cell)
        for name, kept in ends.items():
            if cell := _cell(row, places[name]):
                kept[:] = _ends([*kept, cell])
    found = {("sum", name): str(total) for name, total in sums.items()}
    found |= {("first", name): kept[0] for name, kept in ends.items() if kept}
    found |= {("last", name): kept[-1] for name, kept in ends.items() if kept}
    return rows, found


def _cell(row: list[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _ends(values: Iterable[str]) -> list[str]:
    """Return the first and the last of some values: by number where all are, else by letters."""
    given = list(values)
    numbers = all(one.removeprefix("-").isdecimal() for one in given)
    order = sorted(given, key=int) if numbers else sorted(given)
    return [order[0], order[-1]]
