"""A SQLite file system that fails when told to: the n-th write, or the n-th sync, of any file.

It wraps the operating system's own (sqlite.org, "The SQLite OS Interface or VFS") through ctypes, in
the very library that the store uses, so that nothing has to be compiled or installed. Beside the files
it keeps what is durable of them, by the worst that Linux may do: what a failed sync should have
written is lost, though every reader goes on seeing it, and no later sync says so.
"""

from __future__ import annotations

import ctypes
import importlib
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, Final

from aidledger.store.sqlite_connect import driver

NAME: Final = b"aidledger-faults"
SQLITE_FULL: Final = 13
SQLITE_IOERR_FSYNC: Final = 10 | (4 << 8)


class Vfs(Structure):
    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        ("others", c_void_p * 16),
    )


class File(Structure):
    _fields_ = (("pMethods", c_void_p),)


class Methods(Structure):
    _fields_ = (
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", c_void_p),
        ("xTruncate", c_void_p),
        ("xSync", c_void_p),
        ("others", c_void_p * 13),
    )


OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(File), c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class DurableFile:
    """What of a file would survive a power loss, and what was written since its last sync."""

    def __init__(self, content: bytes) -> None:
        self.content = bytearray(content)
        self._written: list[tuple[int, bytes]] = []

    def write(self, offset: int, data: bytes) -> None:
        self._written.append((offset, data))

    def truncate(self, size: int) -> None:
        del self.content[size:]
        self._written = [(offset, data[: size - offset]) for offset, data in self._written
                         if offset < size]  # fmt: skip

    def sync(self) -> None:
        for offset, data in self._written:
            self.content += bytes(max(0, offset - len(self.content)))
            self.content[offset : offset + len(data)] = data
        self._written.clear()

    def sync_failed(self) -> None:
        self._written.clear()


class FaultyDisk:
    """Counts writes and syncs, and lets the one that comes up fail; then all others too.

    `fail_write_in` and `fail_sync_in` count down; None: never. `repair` ends the failing.
    """

    def __init__(self) -> None:
        self.fail_write_in: int | None = None
        self.fail_sync_in: int | None = None
        self.failed = 0
        self._library = load_library()
        self._library.sqlite3_vfs_find.restype = c_void_p
        self._library.sqlite3_vfs_find.argtypes = [c_char_p]
        self._library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
        self._library.sqlite3_vfs_unregister.argtypes = [c_void_p]
        self._original: int = self._library.sqlite3_vfs_find(None)
        self._vfs = Vfs.from_buffer_copy(Vfs.from_address(self._original))
        self._vfs.zName = NAME
        self._open = OPEN(self._vfs.xOpen)
        self._delete = DELETE(self._vfs.xDelete)
        self._keep: list[Any] = [OPEN(self._opening), DELETE(self._deleting)]
        self._vfs.xOpen, self._vfs.xDelete = (ctypes.cast(call, c_void_p) for call in self._keep)
        self._durable: dict[str, DurableFile] = {}
        self._opened: dict[int, DurableFile] = {}
        self._methods: dict[int, Methods] = {}

    def install(self) -> None:
        self._library.sqlite3_vfs_register(ctypes.addressof(self._vfs), 0)

    def remove(self) -> None:
        self._library.sqlite3_vfs_unregister(ctypes.addressof(self._vfs))

    def repair(self) -> None:
        self.fail_write_in = self.fail_sync_in = None

    def after_power_loss(self, path: Path, folder: Path) -> Path:
        """Write what is durable of a database and its WAL into another folder."""
        folder.mkdir(exist_ok=True)
        for name in (str(path), f"{path}-wal"):
            if name in self._durable:
                (folder / Path(name).name).write_bytes(self._durable[name].content)
        return folder / path.name

    def _opening(self, _: int, name: int, file: Any, flags: int, out: int) -> int:
        status = self._open(self._original, name, file, flags, out)
        original = file.contents.pMethods
        if status == 0 and original:
            if original not in self._methods:
                self._methods[original] = self._wrapped(Methods.from_address(original))
            file.contents.pMethods = ctypes.addressof(self._methods[original])
            opened = ctypes.string_at(name).decode() if name else ""
            if opened not in self._durable:
                self._durable[opened] = DurableFile(Path(opened).read_bytes() if name else b"")
            self._opened[ctypes.addressof(file.contents)] = self._durable[opened]
        return int(status)

    def _deleting(self, _: int, name: bytes, sync: int) -> int:
        self._durable.pop(name.decode(), None)
        return int(self._delete(self._original, name, sync))

    def _wrapped(self, original: Methods) -> Methods:
        write, sync = WRITE(original.xWrite), SYNC(original.xSync)
        truncate = TRUNCATE(original.xTruncate)

        def writing(file: int, data: int, count: int, offset: int) -> int:
            self.fail_write_in = counted_down(self.fail_write_in)
            if self.fail_write_in == 0:
                self.failed += 1
                return SQLITE_FULL
            self._opened[file].write(offset, ctypes.string_at(data, count))
            return int(write(file, data, count, offset))

        def truncating(file: int, size: int) -> int:
            self._opened[file].truncate(size)
            return int(truncate(file, size))

        def syncing(file: int, flags: int) -> int:
            self.fail_sync_in = counted_down(self.fail_sync_in)
            if self.fail_sync_in == 0:
                self.failed += 1
                self._opened[file].sync_failed()
                return SQLITE_IOERR_FSYNC
            self._opened[file].sync()
            return int(sync(file, flags))

        wrapped = Methods.from_buffer_copy(original)
        callbacks = (WRITE(writing), SYNC(syncing), TRUNCATE(truncating))
        self._keep += [callbacks, write, sync, truncate]
        wrapped.xWrite, wrapped.xSync, wrapped.xTruncate = (
            ctypes.cast(callback, c_void_p) for callback in callbacks
        )
        return wrapped


def counted_down(left: int | None) -> int | None:
    """One less; at nought it stays."""
    return None if left is None else max(left - 1, 0)


def load_library() -> Any:
    """Open the SQLite that the store's driver is linked with."""
    package = driver().__name__.partition(".")[0]
    name = "_sqlite3" if package == "sqlite3" else f"{package}._sqlite3"
    return ctypes.CDLL(importlib.import_module(name).__file__)
