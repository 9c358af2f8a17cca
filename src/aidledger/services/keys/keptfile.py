"""What earlier nights worked out of a ledger, in one file, gone on from only where it still stands.

A file is believed where it is of this ledger's secrets (a MAC over it), of this program, and where
tonight's records have the very root under which it was made; what else it rests on is the same as then.
Else everything is worked out again, and why is said. It saves an operator time and proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from aidledger.store.durable import replace_file
from aidledger.store.secrets import Secrets

_MAC_BYTES: Final = 32

FIRST: Final = "nothing is kept"
ALTERED: Final = "what was kept is not as this ledger wrote it"
ASKED: Final = "asked for"
DUE: Final = "its night has come"
OTHER_PROGRAM: Final = "the program is another"
OTHER_RULES: Final = "the rules are others"
OTHER_KEYS: Final = "the signing keys are others"
OTHER_ENTRIES: Final = "the entries are others"
"""Why a night works everything out again."""


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept rests on this beside the entries below its size: digests (hex) and the root.

    Where rules and signing keys don't matter they are empty.
    """

    origin: str
    program: str
    root: str
    rules: str = ""
    keys: str = ""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    basis: Basis
    full_on: str
    nights: int
    size: int
    state: msgspec.Raw


_OTHER: Final = {
    "origin": ALTERED,
    "program": OTHER_PROGRAM,
    "rules": OTHER_RULES,
    "root": OTHER_ENTRIES,
    "keys": OTHER_KEYS,
}
_WRITE: Final = msgspec.msgpack.Encoder().encode
_READ: Final = msgspec.msgpack.Decoder(_Kept).decode


class KeptFile:
    """One such file; tells afterwards from where on tonight worked, and since when the rest holds."""

    form: ClassVar[str]
    """Name of its format: a file of another is not read."""

    def __init__(
        self, path: Path, secrets: Secrets, *, now: str, full: bool = False, full_each: int
    ) -> None:
        """Read what is kept.

        Args:
            path: the file, which need not be there.
            secrets: of the ledger.
            now: when tonight is (RFC 3339), to be said of what is worked out in full.
            full: whether everything is to be worked out tonight.
            full_each: after so many nights everything is worked out again.

        """
        self._path, self._now = path, now
        self._key = hmac.digest(secrets.vault_key, self.form.encode(), "sha256")
        self._fresh: bytes | None = None
        self.start = 0
        """The first position that was looked at tonight."""
        self.full_on = now
        """When everything was last worked out."""
        self.why = ""
        """Why everything is worked out tonight; empty where it is not."""
        self._kept = self._read()
        if self._kept is not None and full:
            self.refuse(ASKED)
        elif self._kept is not None and self._kept.nights + 1 >= full_each:
            self.refuse(DUE)

    @property
    def sizes(self) -> set[int]:
        """At which size tonight's root is needed."""
        return set() if self._kept is None else {self._kept.size}

    def state(self, basis: Callable[[int], Basis]) -> msgspec.Raw | None:
        """Return what to go on from, where it stands on the same; nothing where all is to be done.

        `basis` says on what the same would rest tonight, up to a size.
        """
        kept = self._kept
        if kept is None:
            return None
        now = basis(kept.size)
        for name, why in _OTHER.items():
            if getattr(kept.basis, name) != getattr(now, name):
                self.refuse(why)
                return None
        self.start, self.full_on = kept.size, kept.full_on
        return kept.state

    def refuse(self, why: str) -> None:
        """Go on from nothing: everything is worked out."""
        self._kept, self.why = None, why
        self.start, self.full_on = 0, self._now

    def put(self, state: bytes, basis: Basis, size: int) -> None:
        """Take what was worked out tonight up to a size (msgpack); `keep` writes it."""
        kept = _Kept(
            format=self.form,
            basis=basis,
            full_on=self.full_on,
            nights=0 if self._kept is None else self._kept.nights + 1,
            size=size,
            state=msgspec.Raw(state),
        )
        body = _WRITE(kept)
        self._fresh = hmac.digest(self._key, body, "sha256") + body

    def keep(self) -> None:
        """Put what was taken into its place. Raises OSError."""
        if self._fresh is not None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path, self._fresh)
            self._fresh = None

    def _read(self) -> _Kept | None:
        """Read the file; nothing where it is not there, or not as this ledger wrote it."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            self.why = FIRST
            return None
        except OSError:
            self.why = ALTERED
            return None
        mac, body = content[:_MAC_BYTES], memoryview(content)[_MAC_BYTES:]
        self.why = ALTERED
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, "sha256")):
            return None
        try:
            kept = _READ(body)
        except msgspec.MsgspecError:  # written by another version of this program
            self.why = OTHER_PROGRAM
            return None
        self.why = "" if kept.format == self.form else OTHER_PROGRAM
        return kept if kept.format == self.form else None


PROGRAM: Final = Path(__file__).parents[2]
"""Where the sources of this program lie."""


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Return one digest (hex) of every source file of this program, and of what runs it."""
    found = hashlib.sha256(f"{sys.version}\n{msgspec.__version__}\n".encode())
    for path in sorted(PROGRAM.rglob("*.py")):
        found.update(f"{path.relative_to(PROGRAM)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
