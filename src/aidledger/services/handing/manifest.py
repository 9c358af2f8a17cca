"""The manifest of what is handed over: its files by hash, its tables by totals, and of which log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec

from aidledger import __version__
from aidledger.archive.writing import digest_of_file
from aidledger.said import Said
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.files import placed_file
from aidledger.store.port import Beside, LedgerStore

Source = Literal["archive", "entries", "generation"]
SOURCES: Final[dict[Source, Said]] = {
    "archive": Said(
        "账本的记录与归档段的各列，各列未重新推导",
        "the entries of the log, and columns of its archive that were not derived again",
    ),
    "entries": Said("账本的记录", "the entries of the log"),
    "generation": Said("生成版本的文件，未经核对", "the file of a generation, not checked"),
}
"""What was read, as people read it."""
SCHEMA: Final = "aidledger/handover/v1"
NAME: Final = "manifest.json"
"""Of a folder; that of a single file has the file's name before it."""


class OfLog(msgspec.Struct, frozen=True, kw_only=True):
    """The log that was read: its name, and size and root (hex) where the reading ended.

    `source` is what was read of it: its entries, columns of its archive too, or the file of a generation,
    which nobody checked.
    """

    origin: str
    size: int
    root: str
    source: Source = "entries"


class HandedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its path within what is handed over, its bytes, and their SHA-256 (hex)."""

    path: str
    bytes: int
    sha256: str


class HandedTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One table: its rows, the sum in fen of each column of money, first and last of those in order.

    Sums are texts: they may be beyond what a program holds a number of JSON in. `root` (hex) is over
    the rows of a model, as its certificate has it; in a DuckDB file, whose bytes are others each time,
    over those of every table.
    """

    name: str
    rows: int
    sums: dict[str, str] = {}
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    root: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed over: of which log, asked about which days, by which program.

    `missing` names models that could not be built, each with the reason; `skipped` counts the entries
    that could not be read.
    """

    kind: str
    log: OfLog
    as_of: date | None
    known_on: date | None
    files: tuple[HandedFile, ...]
    tables: tuple[HandedTable, ...] = ()
    missing: dict[str, str] = {}
    skipped: int = 0
    program: str = f"aidledger {__version__}"
    schema: str = SCHEMA


def log_of(store: LedgerStore, size: int) -> OfLog:
    """Return the log as it stood at a size.

    Raises:
        ServiceError: the log has no such size, or its tree is damaged.

    """
    return OfLog(
        origin=store.origin,
        size=size,
        root=root_at(store, size).hex(),
        source=_source(store.beside),
    )


def _source(beside: Beside) -> Source:
    if beside.generation is not None:
        return "generation"
    return "archive" if beside.sealed else "entries"


def files_in(folder: Path, paths: Iterable[Path] | None = None) -> tuple[HandedFile, ...]:
    """Return the files of a folder, or these of them, by path. Raises OSError."""
    found = folder.rglob("*") if paths is None else paths
    return tuple(
        HandedFile(
            path=one.relative_to(folder).as_posix(),
            bytes=one.stat().st_size,
            sha256=digest_of_file(one),
        )
        for one in sorted(found)
        if one.is_file()
    )


def manifest_path(path: Path) -> Path:
    """Return where the manifest of a file or of a folder lies."""
    return path / NAME if path.is_dir() else path.with_name(f"{path.name}.{NAME}")


def encoded(manifest: Manifest) -> bytes:
    """Return a manifest as it is written: the same for the same."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted")) + b"\n"


def write_beside(path: Path, manifest: Manifest) -> None:
    """Write the manifest of a single file beside it. Raises OSError."""
    with placed_file(manifest_path(path)) as draft:
        draft.write_bytes(encoded(manifest))


def handed_file(draft: Path, path: Path) -> HandedFile:
    """Return what the manifest says of a draft that will have the name of `path`. Raises OSError."""
    return HandedFile(path=path.name, bytes=draft.stat().st_size, sha256=digest_of_file(draft))
