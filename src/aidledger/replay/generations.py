"""Generations: each rebuild is a new file beside the current one, and one rename switches to it.

The folder holds ``generation-NNNNNN.duckdb`` files, what each of them holds as
``generation-NNNNNN.json``, and ``current``, the same of the one that answers questions. Whatever is
killed at whatever moment, ``current`` names a whole file that was on disk before it was named. A
rebuild that was killed is taken up again by the next of the same input (see `journal`); anything else
that a crash leaves behind is removed.

A generation in which a model failed that the current one has is kept, and does not become current.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from aidledger.disk import read_plain, replace_file, sync
from aidledger.ledger.canonical import clip
from aidledger.replay.building import Builder, shut_in
from aidledger.replay.comparing import Comparison, RowDifference, compare, differing_rows
from aidledger.replay.cutting import UpTo
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import EngineLimits, reading
from aidledger.replay.generation import (
    Generation,
    GenerationsError,
    check_place,
    generation_of,
    number_of,
)
from aidledger.replay.job import Job, Load, Progress
from aidledger.replay.journal import Input, read_journal
from aidledger.replay.loading import Loaded, Source, load_all
from aidledger.replay.models import Model

POINTER: Final = "current"
KEPT: Final = 3
"""Generations kept, the current one included: a reader may still have the last one open."""
_ASK_OWNER: Final = "ask its owner for it; with --anew the answer is derived from the entries"


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild did.

    `changed` names models whose digest is another for the same input, `compared` says of the others
    how many rows differ from the last generation. `resumed` names models that a killed rebuild had
    left finished; `current` whether the generation answers questions now.
    """

    loaded: Loaded
    generation: Generation
    changed: tuple[str, ...]
    compared: tuple[Comparison, ...]
    resumed: tuple[str, ...]
    current: bool
    path: Path


class Generations:
    """The generations of one ledger, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Generation | None:
        """Return what `current` says, or None before the first rebuild.

        Raises:
            GenerationsError: the file is not as a rebuild writes it.

        """
        return self._described(self.folder / POINTER)

    def all(self) -> list[Generation]:
        """Return every finished generation, oldest first.

        Raises:
            GenerationsError: a description is not as a rebuild writes it.

        """
        if not self.folder.is_dir():
            return []
        found = (self._described(path.with_suffix(".json")) for _, path in self._numbered())
        return [one for one in found if one is not None]

    def rebuild(
        self,
        source: Source,
        models: dict[str, Model],
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        head: tuple[int, str] | None = None,
        limits: EngineLimits | None = None,
        progress: Progress | None = None,
        builder: Builder = shut_in,
        load: Load = load_all,
    ) -> Built:
        """Build a generation of these models and switch to it.

        Args:
            source: where the entries come from.
            models: by name, each after those it reads.
            as_of: the day the question is about; default: that of the last entry.
            known_on: leave out what was recorded after that day.
            head: size and root (hex) of the log: what comes later is left out, and a rebuild that
                was killed at the same head is taken up again.
            limits: how much the engine may take.
            progress: told how far it is.
            builder: what builds the models: DuckDB, or Spark.
            load: what puts the entries before it.

        Raises:
            GenerationsError: another rebuild is running, the disk refused, or the engine can't write there;
                the old generation stays. A model that fails is no error: it is among the results.

        """
        check_place(self.folder)
        size, root = head or (-1, "")
        given = Input(size=size, root=root, as_of=as_of, known_on=known_on)
        if head is not None:
            source = UpTo(source, size)
        with self._locked():
            before = self.current()
            number = self._tidy(before, given)
            path = self.folder / f"generation-{number:06d}.duckdb"
            job = Job(
                path, given, models, limits=limits, progress=progress, builder=builder, load=load
            )
            try:
                loaded, results, resumed = job.run(source)
                generation = generation_of(job.path.name, given, loaded, results)
                switched = self._finish(job, generation, before)
            except (OSError, duckdb.Error) as error:
                _give_back(job)
                raise GenerationsError(
                    f"rebuild: expected room to work in {self.folder}, found "
                    f"{clip(str(error).splitlines()[0], 160)}",
                    "free space or memory and run aidledger rebuild again; the old generation stays",
                ) from error
            changed = _changed(before, generation)
            compared = self._compare(before, generation, models, changed)
            self._prune(KEPT)
            return Built(
                loaded=loaded,
                generation=generation,
                changed=changed,
                compared=compared,
                resumed=resumed,
                current=switched,
                path=job.path,
            )

    def read(
        self, generation: Generation, model: Model, limits: EngineLimits | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a model of a generation.

        Raises:
            GenerationsError: its file is gone or damaged.

        """
        with self.opened(generation, limits) as connection:
            return plain_rows(connection, model.name, model.key)

    @contextmanager
    def opened(
        self,
        generation: Generation,
        limits: EngineLimits | None = None,
        beside: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a generation for reading; `beside` lays out more before the engine is shut in.

        Raises:
            GenerationsError: its file is gone or damaged.

        """
        path = self.folder / generation.file
        with _unreadable(path), reading(path, limits, beside) as connection:
            yield connection

    def compare(
        self, old: Generation, new: Generation, keys: Mapping[str, tuple[str, ...]]
    ) -> tuple[Comparison, ...]:
        """Count the rows that differ in models of (name, key). Raises GenerationsError."""
        with _unreadable(self.folder):
            return compare(self.folder / old.file, self.folder / new.file, keys)

    def differing(
        self, old: Generation, new: Generation, model: Model, most: int
    ) -> list[RowDifference]:
        """Return at most so many rows of a model that differ. Raises GenerationsError."""
        with _unreadable(self.folder):
            paths = self.folder / old.file, self.folder / new.file
            return differing_rows(*paths, model.name, model.key, most=most)

    def prune(self, keep: int = KEPT) -> tuple[int, ...]:
        """Remove all but the newest few, the current one, those that somebody reads, and those of more entries.

        Certificates stay: they are small, and the log names them for ever.

        Returns:
            the numbers of those removed.

        Raises:
            GenerationsError: a rebuild is running.

        """
        if not self.folder.is_dir():
            return ()
        with self._locked():
            return self._prune(keep)

    def _described(self, path: Path) -> Generation | None:
        try:
            return msgspec.json.decode(read_plain(path), type=Generation)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise GenerationsError(f"{path}: may not be read", _ASK_OWNER) from error
        except (OSError, msgspec.DecodeError, UnicodeError) as error:
            raise GenerationsError(
                f"{path}: expected the name of a generation, found something else",
                "remove it and run aidledger rebuild: everything is derived again from the entries",
            ) from error

    def _finish(self, job: Job, generation: Generation, before: Generation | None) -> bool:
        """Give the file its name, describe it, and switch to it unless it lost a model."""
        sync(job.partial)
        job.partial.rename(job.path)
        content = msgspec.json.encode(generation) + b"\n"
        replace_file(job.path.with_suffix(".json"), content, mode=0o666)
        had = {model.name for model in before.models} if before else set()
        switched = not had.intersection(one.name for one in generation.failed)
        if switched:
            # the generation's own name is on disk before anything points to it
            replace_file(self.folder / POINTER, content, mode=0o666)
        job.journal.unlink(missing_ok=True)
        return switched

    def _compare(
        self,
        before: Generation | None,
        now: Generation,
        models: dict[str, Model],
        changed: tuple[str, ...],
    ) -> tuple[Comparison, ...]:
        """Count the rows that differ in models that came out otherwise."""
        if before is None or not (self.folder / before.file).exists():
            return ()
        old = {one.name: one.digest for one in before.models}
        differing = {
            one.name: models[one.name].key
            for one in now.models
            if old.get(one.name, one.digest) != one.digest or one.name in changed
        }
        if not differing:
            return ()
        with suppress(GenerationsError):  # an old file that can't be read is no reason to fail
            return self.compare(before, now, differing)
        return ()

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
            number = number_of(path.name)
            if number:
                found.append((number, path))
        return sorted(found)

    def _prune(self, keep: int) -> tuple[int, ...]:
        current = self.current()
        named = current.number if current else 0
        removed = []
        numbered = self._numbered()
        for number, path in numbered[: max(0, len(numbered) - keep)]:
            if current is not None and self._is_farther(path, current):
                continue
            if number != named and not _is_read(path):
                with suppress(OSError):
                    path.unlink()
                    path.with_suffix(".json").unlink(missing_ok=True)
                    removed.append(number)
        return tuple(removed)

    def _is_farther(self, path: Path, current: Generation) -> bool:
        """Whether a generation is of more entries than the current one: it tells of a log that is gone."""
        try:
            told = self._described(path.with_suffix(".json"))
        except GenerationsError:
            return False
        return told is not None and told.size > current.size

    def _tidy(self, current: Generation | None, given: Input) -> int:
        """Clear away what a crash left, and return the number to build: that of one to take up.

        Files half written are removed, and whole ones that a crash kept from becoming current; what
        has a journal of the same input is left to go on with.
        """
        named = current.number if current else 0
        taken = 0
        for path in sorted(self.folder.glob("generation-*.journal"), reverse=True):
            finished = path.with_suffix(".duckdb")
            number = number_of(finished.name)
            journal = read_journal(path)
            if number and number == named:
                path.unlink()
            elif not taken and journal is not None and journal.input == given and number > named:
                if finished.exists():
                    finished.with_suffix(".json").unlink(missing_ok=True)
                    finished.rename(finished.with_suffix(".partial"))
                taken = number
            else:
                finished.unlink(missing_ok=True)
                finished.with_suffix(".json").unlink(missing_ok=True)
                path.unlink()
        for path in self.folder.glob("generation-*.partial*"):
            if not taken or path.name != f"generation-{taken:06d}.partial":
                path.unlink(missing_ok=True)
        for number, path in self._numbered():
            described = self._described(path.with_suffix(".json"))
            if number != named and (described is None or (number > named and not described.failed)):
                path.unlink()
        for path in self.folder.glob("generation-*.json"):
            if not path.with_suffix(".duckdb").exists():
                path.unlink()
        return taken or 1 + max((number for number, _ in self._numbered()), default=0)


def _give_back(job: Job) -> None:
    """Remove what was half built: on a full disk not even the ledger could be opened beside it."""
    for path in (job.partial, Path(f"{job.partial}.wal"), job.journal):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _changed(before: Generation | None, now: Generation) -> tuple[str, ...]:
    """Return the models that came out otherwise though entries, question and SQL are the same."""
    if before is None or not before.same_input(now):
        return ()
    old = {model.name: model for model in before.models}
    return tuple(
        result.name
        for result in now.models
        if result.name in old
        and old[result.name].sql_sha256 == result.sql_sha256
        and old[result.name].digest != result.digest
    )


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    """Turn what the engine says of a file into what to do."""
    try:
        yield
    except duckdb.Error as error:
        raise GenerationsError(
            f"{path}: expected a generation, found a file that cannot be read",
            "run aidledger rebuild",
        ) from error


def _is_read(path: Path) -> bool:
    """Whether another process has a generation open: the engine locks what it reads."""
    try:
        with path.open("rb+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
