"""What a night keeps for the next one: a file that is gone on from only as this ledger wrote it.

What is kept was derived here, and nobody else has to believe it: it saves time and proves nothing. It
stands only where it is of this ledger's secrets (a MAC over it) and rests on the same as tonight. Else
everything is done again, and why is said. An auditor's own commands know nothing of it.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

import msgspec

from aidledger.disk import read_plain, replace_file
from aidledger.store.secrets import Secrets

_MAC_BYTES: Final = 32
_KEY_LABEL: Final = b"aidledger/kept/v1\n"

FIRST: Final = "nothing is kept"
ALTERED: Final = "what was kept is not as this ledger wrote it"
ASKED: Final = "asked for"
DUE: Final = "its night has come"
UNSOUND: Final = "the log was not found sound tonight"
OTHER_PROGRAM: Final = "the program is another"
OTHER_RULES: Final = "the rules are others"
OTHER_KEYS: Final = "the signing keys are others"
OTHER_MODELS: Final = "the models are others"
OTHER_ENTRIES: Final = "the entries are others"
"""Why a night does everything."""


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a result rests on beside the entries below its size: digests (hex) and the root.

    `rules`, `keys` and `models` are empty where a result does not rest on them.
    """

    origin: str
    program: str
    root: str
    rules: str = ""
    keys: str = ""
    models: str = ""


_OTHER: Final = {
    "origin": ALTERED,
    "program": OTHER_PROGRAM,
    "rules": OTHER_RULES,
    "models": OTHER_MODELS,
    "root": OTHER_ENTRIES,
    "keys": OTHER_KEYS,
}


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What every such file has: of how many entries it is, when everything was done, how many nights ago."""

    basis: Basis
    size: int
    full_on: str
    nights: int


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """The file behind its MAC."""

    format: str
    kept: msgspec.Raw


K = TypeVar("K", bound=Carried)


class KeptFile(Generic[K]):
    """What earlier nights left in one file; tells afterwards whether tonight went on from it."""

    def __init__(
        self,
        path: Path,
        secrets: Secrets,
        kind: type[K],
        *,
        form: str,
        now: str,
        full_each: int,
        full: bool = False,
        sound: bool = True,
    ) -> None:
        """Read what is kept.

        Args:
            path: the file, which need not be there.
            secrets: of the ledger.
            kind: what it holds.
            form: the name of its format.
            now: when tonight is (RFC 3339), to be said where everything is done.
            full_each: after so many nights everything is done again.
            full: whether everything is to be done tonight.
            sound: whether nothing was found wrong with the log, as far as it was looked at.

        """
        self._path, self._form, self._now = path, form, now
        self.sound = sound
        """Whether what is done tonight may be kept."""
        self._key = hmac.digest(secrets.vault_key, _KEY_LABEL, "sha256")
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self.why = ""
        """Why everything is done tonight; empty where it is not."""
        self.kept = self._read()
        if not sound:
            self.drop(UNSOUND)
        elif self.kept is not None and full:
            self.drop(ASKED)
        elif self.kept is not None and self.kept.nights + 1 >= full_each:
            self.drop(DUE)

    @property
    def full_on(self) -> str:
        """When everything was done last."""
        return self._now if self.kept is None else self.kept.full_on

    @property
    def nights(self) -> int:
        """How many nights tonight is after the last that did everything."""
        return 0 if self.kept is None else self.kept.nights + 1

    def drop(self, why: str) -> None:
        """Let everything be done tonight."""
        self.kept, self.why = None, why

    def taken(self, basis: Callable[[int], Basis]) -> K | None:
        """Return what to go on from, where it stands on the same; nothing where all is to be done.

        `basis` says what a result up to a size would rest on tonight.
        """
        kept = self.kept
        if kept is None:
            return None
        now = basis(kept.size)
        for name, why in _OTHER.items():
            if getattr(kept.basis, name) != getattr(now, name):
                self.drop(why)
                return None
        return kept

    def packed(self, kept: K) -> bytes:
        """Return the content of the file."""
        body = WRITE(_Written(format=self._form, kept=msgspec.Raw(WRITE(kept))))
        return hmac.digest(self._key, body, "sha256") + body

    def put(self, content: bytes) -> None:
        """Put it into its place, whole or not at all. Raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(self._path, content)

    def _read(self) -> K | None:
        """Read the file; nothing where it is not there, or not as this ledger wrote it."""
        try:
            content = read_plain(self._path)
        except FileNotFoundError:
            self.why = FIRST
            return None
        except OSError:
            self.why = ALTERED
            return None
        mac, body = content[:_MAC_BYTES], memoryview(content)[_MAC_BYTES:]
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, "sha256")):
            self.why = ALTERED
            return None
        try:
            written = _READ(body)
            if written.format == self._form:
                return self._decode(written.kept)
        except msgspec.MsgspecError:  # written by another version of this program
            pass
        self.why = OTHER_PROGRAM
        return None


class Offered(Generic[K]):
    """A kept file, and what tonight puts into its place once nothing was found wrong."""

    kind: ClassVar[type[Carried]]
    """What the file holds."""
    form: ClassVar[str]
    """The name of its format."""

    def __init__(
        self, path: Path, secrets: Secrets, *, now: str, full: bool = False, full_each: int
    ) -> None:
        """Read what is kept: `KeptFile` says what the arguments are."""
        kind = cast("type[K]", self.kind)
        self.file = KeptFile(
            path, secrets, kind, form=self.form, now=now, full=full, full_each=full_each
        )
        self._fresh: bytes | None = None
        self.start = 0
        """The first position that was looked at tonight."""

    @property
    def full_on(self) -> str:
        """When everything was done last."""
        return self.file.full_on

    @property
    def why(self) -> str:
        """Why everything is done tonight; empty where it is not."""
        return self.file.why

    @property
    def sizes(self) -> set[int]:
        """At which size tonight's root is needed."""
        return set() if self.file.kept is None else {self.file.kept.size}

    def gone_on_from(self, basis: Callable[[int], Basis]) -> K | None:
        """Return what to go on from, as `KeptFile.taken` does, and begin where it ends."""
        kept = self.file.taken(basis)
        self.start = 0 if kept is None else kept.size
        return kept

    def refuse(self, why: str) -> None:
        """Go on from nothing after all."""
        self.file.drop(why)
        self.start = 0

    def hold(self, kept: K) -> None:
        """Take what is to be kept."""
        self._fresh = self.file.packed(kept)

    def keep(self) -> None:
        """Put what was taken into its place. Raises OSError."""
        if self._fresh is not None:
            self.file.put(self._fresh)
            self._fresh = None


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(type(value).__name__)


WRITE: Final = msgspec.msgpack.Encoder(enc_hook=_plain).encode
"""Writes what is kept, states of the domain among it."""
_READ: Final = msgspec.msgpack.Decoder(_Written).decode


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Return one digest (hex) of every source file of this program, and of what runs it."""
    found = hashlib.sha256(f"{sys.version}\n{msgspec.__version__}\n".encode())
    root = Path(__file__).parents[1]
    for path in program_files():
        found.update(f"{path.relative_to(root)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def program_files() -> list[Path]:
    """Return every source file of this program."""
    return sorted(Path(__file__).parents[1].rglob("*.py"))
