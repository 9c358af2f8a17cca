"""A SQLite file system that fails when told to: the n-th write, or the n-th sync, of any file.

It wraps the operating system's own (sqlite.org, "The SQLite OS Interface or VFS") through ctypes, in
the very library that the store uses, so that nothing has to be compiled or installed.
"""

from __future__ import annotations

import ctypes
import importlib
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
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
        ("others", c_void_p * 17),
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
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


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
        self._keep: list[Any] = [OPEN(self._opening)]
        self._vfs.xOpen = ctypes.cast(self._keep[0], c_void_p)
        self._methods: dict[int, Methods] = {}

    def install(self) -> None:
        self._library.sqlite3_vfs_register(ctypes.addressof(self._vfs), 0)

    def remove(self) -> None:
        self._library.sqlite3_vfs_unregister(ctypes.addressof(self._vfs))

    def repair(self) -> None:
        self.fail_write_in = self.fail_sync_in = None

    def _opening(self, _: int, name: int, file: Any, flags: int, out: int) -> int:
        status = self._open(self._original, name, file, flags, out)
        original = file.contents.pMethods
        if status == 0 and original:
            if original not in self._methods:
                self._methods[original] = self._wrapped(Methods.from_address(original))
            file.contents.pMethods = ctypes.addressof(self._methods[original])
        return int(status)

    def _wrapped(self, original: Methods) -> Methods:
        write, sync = WRITE(original.xWrite), SYNC(original.xSync)

        def writing(file: int, data: int, count: int, offset: int) -> int:
            self.fail_write_in = counted_down(self.fail_write_in)
            if self.fail_write_in == 0:
                self.failed += 1
                return SQLITE_FULL
            return int(write(file, data, count, offset))

        def syncing(file: int, flags: int) -> int:
            self.fail_sync_in = counted_down(self.fail_sync_in)
            if self.fail_sync_in == 0:
                self.failed += 1
                return SQLITE_IOERR_FSYNC
            return int(sync(file, flags))

        wrapped = Methods.from_buffer_copy(original)
        callbacks = (WRITE(writing), SYNC(syncing))
        self._keep += [callbacks, write, sync]
        wrapped.xWrite = ctypes.cast(callbacks[0], c_void_p)
        wrapped.xSync = ctypes.cast(callbacks[1], c_void_p)
        return wrapped


def counted_down(left: int | None) -> int | None:
    """One less; at nought it stays."""
    return None if left is None else max(left - 1, 0)


def load_library() -> Any:
    """Open the SQLite that the store's driver is linked with."""
    package = driver().__name__.partition(".")[0]
    name = "_sqlite3" if package == "sqlite3" else f"{package}._sqlite3"
    return ctypes.CDLL(importlib.import_module(name).__file__)
