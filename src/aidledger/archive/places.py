"""Where an archive lies: a folder, or an object store through fsspec.

A segment is there when its manifest is: in a folder all its files come by one rename, in an object
store the manifest is written last. To be read it is local: what is hashed and what is read are the
same bytes, whatever a store answers the second time.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from aidledger.archive.manifest import MANIFEST, MAX_MANIFEST_BYTES, number_of
from aidledger.disk import read_plain, sync


class Place(Protocol):
    """Where segments are kept, by the names of their folders. What it gives is hostile."""

    shared: bool
    """Whether other processes see the same."""

    def numbers(self) -> list[int]:
        """Return the numbers of the segments there, ascending. Raises OSError."""

    def strangers(self) -> list[str]:
        """Return the names of what is there and no segment: a query over all folders reads it. Raises OSError."""

    def manifest(self, name: str) -> bytes:
        """Return a segment's manifest. Raises OSError."""

    def writing(self, name: str) -> Any:
        """Give an empty folder to write a segment in; gone at the end, whatever happened."""

    def keep(self, folder: Path, name: str) -> None:
        """Keep a written segment under its name, whole or not at all. Raises OSError."""

    def fetched(self, name: str) -> Any:
        """Give the folder with a segment's files. Raises OSError."""


class FolderPlace:
    """An archive in a local folder."""

    shared = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def numbers(self) -> list[int]:
        """Return the numbers of the segments there, ascending."""
        if not self.folder.is_dir():
            return []
        return _numbers([path.name for path in self.folder.iterdir()])

    def strangers(self) -> list[str]:
        """Return what is there beside segments, and what is being written; a folder with nothing to read is none."""
        return sorted(
            path.name for path in self.folder.iterdir() if not _is_ours(path.name) and _holds(path)
        )

    def manifest(self, name: str) -> bytes:
        """Return a segment's manifest. What is no file, nor leads to one, is none."""
        path = self.folder / name / MANIFEST
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return read_plain(path, MAX_MANIFEST_BYTES + 1)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give an empty folder beside the others: what a crash left there goes first."""
        fresh = self.folder / f".{name}.partial"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        try:
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def keep(self, folder: Path, name: str) -> None:
        """Rename a written folder; one of that name that no log vouches for goes first."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        folder.rename(self.folder / name)
        sync(self.folder)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Give the folder itself."""
        yield self.folder / name


class ObjectPlace:
    """An archive in an object store, or whatever else fsspec reaches."""

    def __init__(self, url: str) -> None:
        import fsspec  # noqa: PLC0415 - an extra: only those who name a URL need it

        self._store, self._root = fsspec.core.url_to_fs(url)
        self.shared = "memory" not in (
            (self._store.protocol,)
            if isinstance(self._store.protocol, str)
            else self._store.protocol
        )

    def numbers(self) -> list[int]:
        """Return the numbers of the segments whose manifest is there, ascending."""
        try:
            found = self._store.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        names = [path.rstrip("/").rsplit("/", 1)[-1] for path in found]
        return [
            n for n in _numbers(names) if self._store.exists(self._path(_named(names, n), MANIFEST))
        ]

    def strangers(self) -> list[str]:
        """Return what is there beside segments."""
        found = self._store.ls(self._root, detail=False)
        names = {path.rstrip("/").rsplit("/", 1)[-1] for path in found}
        return sorted(name for name in names if name and number_of(name) is None)

    def manifest(self, name: str) -> bytes:
        """Return a segment's manifest."""
        content: bytes = self._store.cat_file(self._path(name, MANIFEST))
        return content

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give an empty folder on this machine."""
        with TemporaryDirectory(prefix=f"aidledger-{name}-") as folder:
            yield Path(folder)

    def keep(self, folder: Path, name: str) -> None:
        """Upload a written folder, the manifest last."""
        self._store.makedirs(self._path(name), exist_ok=True)
        if self._store.exists(self._path(name, MANIFEST)):
            self._store.rm(self._path(name, MANIFEST))
        files = sorted(path.name for path in folder.iterdir())
        for file in (*(one for one in files if one != MANIFEST), MANIFEST):
            self._store.pipe_file(self._path(name, file), (folder / file).read_bytes())

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Bring a segment's files to this machine."""
        with TemporaryDirectory(prefix=f"aidledger-{name}-") as folder:
            for path in self._store.ls(self._path(name), detail=False):
                target = Path(folder) / path.rsplit("/", 1)[-1]
                target.write_bytes(self._store.cat_file(path))
            yield Path(folder)

    def _path(self, *parts: str) -> str:
        return "/".join((self._root.rstrip("/"), *parts))


def open_place(location: str) -> Place:
    """Return the place of an archive: a folder's path, or a URL such as ``s3://bucket/county``.

    Raises:
        ImportError: a URL, and fsspec (or what it needs for this kind) is not installed.
        ValueError: fsspec knows no such kind of URL.

    """
    return ObjectPlace(location) if "://" in location else FolderPlace(Path(location))


def _is_ours(name: str) -> bool:
    """Whether it is a segment's, or one's that is being written."""
    whole = name[1:].removesuffix(".partial") if name.startswith(".") else name
    return number_of(whole) is not None


def _holds(path: Path) -> bool:
    """Whether anybody reads anything there: an empty folder, or a disk's own, has nothing."""
    try:
        return path.is_symlink() or not path.is_dir() or any(path.iterdir())
    except PermissionError:
        return False


def _numbers(names: list[str]) -> list[int]:
    return sorted(number for name in names if (number := number_of(name)) is not None)


def _named(names: list[str], number: int) -> str:
    return next(name for name in names if number_of(name) == number)
