"""Trusted: whoever reads this file can open the vault and test guesses of identity numbers.

The pepper (for tokens of persons) and the vault key (that wraps the key of each person) lie in one
file outside the database, for its owner only. A copy of the database alone opens nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from aidledger.disk import named, read_plain
from aidledger.store.errors import SecretsError

KEY_BYTES: Final = 32
_MODE: Final = 0o600
_FILE: Final = re.compile(
    rb"aidledger/secrets/v1\npepper ([0-9a-f]{64})\nvault_key ([0-9a-f]{64})\n"
)


_SCHEMES: Final = ("postgresql://", "postgres://")


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """32 random bytes each."""

    pepper: bytes
    vault_key: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"


def create_secrets(path: Path, random_bytes: Callable[[int], bytes] = os.urandom) -> Secrets:
    """Make a new file of secrets.

    Raises:
        SecretsError: the file is there already, or cannot be made.
        OSError: it can't be written; nothing is there then.

    """
    secrets = Secrets(pepper=random_bytes(KEY_BYTES), vault_key=random_bytes(KEY_BYTES))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        handle = os.open(path, flags, _MODE)
    except FileExistsError as error:
        raise SecretsError(
            f"{path}: already there",
            code="exists",
            hint="a ledger and its secrets belong together: use a new location",
        ) from error
    except OSError as error:
        raise SecretsError(f"{path}: cannot be made: {error.strerror}") from error
    text = (
        f"aidledger/secrets/v1\npepper {secrets.pepper.hex()}\n"
        f"vault_key {secrets.vault_key.hex()}\n"
    )
    try:
        with named(path), os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _MODE)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half of it would stand in the way of the next
        raise
    return secrets


def load_secrets(path: Path) -> Secrets:
    """Read the secrets. Raises SecretsError when missing, not in form, or open to others."""
    try:
        read_plain(path, 0)  # a pipe would be waited for
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(4096)
    except FileNotFoundError as error:
        raise SecretsError(
            f"{path}: missing",
            hint="the secrets are made with the ledger: bring back the file from where it is kept",
        ) from error
    except OSError as error:
        raise SecretsError(f"{path}: cannot be read: {error.strerror}") from error
    mode = stat.S_IMODE(status.st_mode)
    if mode != _MODE:
        raise SecretsError(
            f"{path}: expected mode 0600, found {mode:04o}", hint=f"chmod 600 {path}"
        )
    found = _FILE.fullmatch(content)
    if found is None:
        raise SecretsError(f"{path}: not a file of secrets")
    return Secrets(
        pepper=bytes.fromhex(found[1].decode()), vault_key=bytes.fromhex(found[2].decode())
    )


def is_url(location: str) -> bool:
    """Whether the location is a PostgreSQL database; otherwise it is the path of a file."""
    return location.startswith(_SCHEMES)


def database_name(location: str) -> str:
    """Name the database of a URL, fit for a file name.

    Servers have databases of the same name: eight digits say on which server this one lies.
    """
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - see `opening`

    parts = conninfo_to_dict(location)
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", str(parts.get("dbname") or "postgres"))
    server = f"{parts.get('host') or ''}:{parts.get('port') or ''}"
    return f"{name}-{hashlib.sha256(server.encode()).hexdigest()[:8]}"


def secrets_path(location: str | Path) -> Path:
    """Say where the secrets of a ledger lie: never inside its database.

    Beside a SQLite file; for PostgreSQL what AIDLEDGER_SECRETS names, or the user's data folder.
    """
    location = str(location)
    if not is_url(location):
        return Path(f"{location}.secrets")
    named = os.environ.get("AIDLEDGER_SECRETS")
    if named:
        return Path(named)
    home = os.environ.get("XDG_DATA_HOME")
    folder = Path(home) if home else Path.home() / ".local" / "share"
    return folder / "aidledger" / f"{database_name(location)}.secrets"
