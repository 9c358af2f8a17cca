"""Generations: each rebuild is a new file beside the current one, and one rename switches to it.

The folder holds ``generation-NNNNNN.duckdb`` files and ``current``, a line of JSON that names one
and says what it holds. Whatever is killed at whatever moment, ``current`` names a whole file that
was on disk before it was named. What a crash leaves behind is removed by the next rebuild.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.building import ModelResult, build, build_table
from aidledger.replay.digest import fingerprint, plain_rows
from aidledger.replay.engine import EngineLimits, building, lock, reading
from aidledger.replay.loading import Loaded, Loader, Source
from aidledger.replay.models import Model, needed

POINTER: Final = "current"
KEPT: Final = 3
"""Generations kept, the current one included: a reader may still have the last one open."""

_generation_form = re.compile(r"generation-([0-9]{6,})\.duckdb").fullmatch


class GenerationsError(Exception):
    """A rebuild or a reading that cannot run, with a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Generation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `current` says: the file, what went into it, and each model's digest."""

    file: str
    position: int
    entries: int
    skipped: int
    as_of: date
    known_on: date | None
    models: tuple[ModelResult, ...]

    def holds(
        self, models: dict[str, Model], *, position: int, as_of: date | None, known_on: date | None
    ) -> bool:
        """Whether its rows are what a rebuild of these models would give now."""
        built = {model.name: model.sql_sha256 for model in self.models}
        return (
            self.position == position
            and self.known_on == known_on
            and (as_of is None or self.as_of == as_of)
            and all(built.get(name) == model.sql_sha256 for name, model in models.items())
        )


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild did. `changed` names models whose digest is another for the same input."""

    loaded: Loaded
    models: tuple[ModelResult, ...]
    changed: tuple[str, ...]
    path: Path | None


Progress = Callable[[str, int], None]
"""Told of a stage (``load``, or a model's name) and how many rows were read so far."""


class Generations:
    """The generations of one ledger, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Generation | None:
        """Return what `current` says, or None before the first rebuild.

        Raises:
            GenerationsError: the file is not as a rebuild writes it.

        """
        pointer = self.folder / POINTER
        try:
            return msgspec.json.decode(pointer.read_bytes(), type=Generation)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeError) as error:
            raise GenerationsError(
                f"{pointer}: expected the name of a generation, found something else",
                "remove it and run aidledger rebuild: everything is derived again from the entries",
            ) from error

    def rebuild(
        self,
        source: Source,
        models: dict[str, Model],
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        limits: EngineLimits | None = None,
        progress: Progress | None = None,
    ) -> Built:
        """Build a generation of these models and switch to it.

        Raises:
            ModelError: a model cannot be built; the old generation stays.
            GenerationsError: another rebuild is running, or the disk refused.

        """
        with self._locked():
            before = self.current()
            self._sweep(before)
            number = 1 + max((n for n, _ in self._numbered()), default=0)
            path = self.folder / f"generation-{number:06d}.duckdb"
            partial = path.with_suffix(".partial")
            try:
                loaded, results = _build_file(
                    partial,
                    source=source,
                    models=models,
                    as_of=as_of,
                    known_on=known_on,
                    limits=limits,
                    progress=progress,
                )
                _sync(partial)
                partial.rename(path)
                self._switch(_generation_of(path.name, loaded, results))
            except (OSError, duckdb.Error) as error:
                raise GenerationsError(
                    f"rebuild: expected room to work in {self.folder}, found "
                    f"{clip(str(error).splitlines()[0], 160)}",
                    "free space or memory and run aidledger rebuild again; the old generation stays",
                ) from error
            self._prune()
            return Built(
                loaded=loaded, models=results, changed=_changed(before, loaded, results), path=path
            )

    def read(
        self, generation: Generation, model: Model, limits: EngineLimits | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a model of a generation.

        Raises:
            GenerationsError: its file is gone or damaged.

        """
        path = self.folder / generation.file
        try:
            with reading(path, limits) as connection:
                return plain_rows(connection, model.name, model.key)
        except duckdb.Error as error:
            raise GenerationsError(
                f"{path}: expected a generation, found a file that cannot be read",
                "run aidledger rebuild",
            ) from error

    def _switch(self, generation: Generation) -> None:
        """Name another generation as current: whole and on disk, or not at all."""
        fresh = self.folder / f"{POINTER}.new"
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(generation) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.folder)  # the generation's own name, before anything points to it
        fresh.rename(self.folder / POINTER)
        _sync_folder(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other rebuilds out; the lock goes with the process, however it ends."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise GenerationsError(
                    f"rebuild: expected {self.folder} for itself, found another rebuild running",
                    "wait until it is done",
                ) from error
            yield

    def _numbered(self) -> list[tuple[int, Path]]:
        """Return every finished file with its number, oldest first."""
        found = []
        for path in self.folder.iterdir():
            match = _generation_form(path.name)
            if match is not None:
                found.append((int(match[1]), path))
        return sorted(found)

    def _sweep(self, current: Generation | None) -> None:
        """Remove what a crash left: files half written, and whole ones that were never named."""
        for path in self.folder.glob("generation-*.partial*"):
            path.unlink(missing_ok=True)
        named = 0
        if current is not None:
            match = _generation_form(current.file)
            named = int(match[1]) if match else 0
        for number, path in self._numbered():
            if number > named:
                path.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Remove generations that are older than the newest few."""
        for _, path in self._numbered()[:-KEPT]:
            with suppress(OSError):
                path.unlink()


def compute(
    source: Source,
    models: dict[str, Model],
    name: str,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
) -> tuple[Loaded, list[str], list[tuple[Any, ...]]]:
    """Build one model, and what it reads, in memory; return its columns and rows.

    Raises:
        ModelError: the model is unknown or cannot be built.

    """
    wanted = needed(models, [name])
    with building(None, limits) as connection:
        loaded = Loader(connection, as_of=as_of, known_on=known_on).load(source)
        lock(connection)
        for model in wanted.values():
            build_table(connection, model)
        return loaded, *plain_rows(connection, name, models[name].key)


def _build_file(
    path: Path,
    *,
    source: Source,
    models: dict[str, Model],
    as_of: date | None,
    known_on: date | None,
    limits: EngineLimits | None,
    progress: Progress | None,
) -> tuple[Loaded, tuple[ModelResult, ...]]:
    """Build all models in a new file, and read back that it holds what was built."""
    with building(path, limits) as connection:
        count = (lambda n: progress("load", n)) if progress else None
        loader = Loader(connection, as_of=as_of, known_on=known_on, progress=count)
        loaded = loader.load(source)
        lock(connection)
        total = loaded.position + 1
        tell = (lambda name: progress(name, total)) if progress else None
        before: dict[str, tuple[int, int]] = {}

        def pack() -> None:
            before.update({name: fingerprint(connection, name) for name in models})
            connection.execute("CHECKPOINT")

        results = build(connection, models, progress=tell, when_built=pack)
    with reading(path, limits) as connection:
        for name, print_of in before.items():
            found = fingerprint(connection, name)
            if found != print_of:
                raise GenerationsError(
                    f"model {name}: expected {print_of[0]} rows as computed in {path}, "
                    f"found {found[0]} rows with other content",
                    "the disk or the memory of this machine is at fault; the old generation stays",
                )
    return loaded, tuple(results)


def _generation_of(file: str, loaded: Loaded, results: tuple[ModelResult, ...]) -> Generation:
    return Generation(
        file=file,
        position=loaded.position,
        entries=loaded.entries,
        skipped=len(loaded.findings),
        as_of=loaded.as_of,
        known_on=loaded.known_on,
        models=results,
    )


def _changed(
    before: Generation | None, loaded: Loaded, results: tuple[ModelResult, ...]
) -> tuple[str, ...]:
    """Return the models that came out otherwise though entries, question and SQL are the same."""
    if before is None or (before.position, before.as_of, before.known_on) != (
        loaded.position,
        loaded.as_of,
        loaded.known_on,
    ):
        return ()
    old = {model.name: model for model in before.models}
    return tuple(
        result.name
        for result in results
        if result.name in old
        and old[result.name].sql_sha256 == result.sql_sha256
        and old[result.name].digest != result.digest
    )


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
