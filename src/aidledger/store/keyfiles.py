r"""Trusted: whoever reads a key's file, and knows its passphrase where it has one, signs as its owner.

One file a key, `<name>.key`, in a folder for its owner only. A file is one line of canonical JSON:

    {"format":"aidledger/key/v1","lock":null or {…},"secret":hex,"vkey":"name+id+key"}
    lock = {"n":…,"nonce":hex (12),"p":…,"r":…,"salt":hex (16)}

Without a lock `secret` is the seed of 32 bytes. With one it is AES-256-GCM (48 bytes) under
scrypt(passphrase, salt, n, r, p) (RFC 7914); the rest of the file is authenticated with it, so a
file can't be given another name, and a guess of the passphrase can't be made cheaper.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aidledger.ledger import canonical
from aidledger.ledger.canonical import CanonicalError
from aidledger.ledger.keys import KeyKind, VerifierKey, parse_vkey
from aidledger.ledger.signing import SEED_BYTES, SeedSigner, Signer
from aidledger.ledger.strict import FormatError, read_hex
from aidledger.store.errors import KeyFileError
from aidledger.store.secrets import is_url

FORMAT: Final = "aidledger/key/v1"
SUFFIX: Final = ".key"
SCRYPT_N: Final = 2**17
"""Cost of a guess: 128 MiB and some tenths of a second (RFC 7914, n; r is 8 and p is 1)."""

_R: Final = 8
_MEMORY_LIMIT: Final = 2**28
"""Bytes that a file may make its reader spend (128 n r p)."""
_LOWEST_N: Final = 2**10
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_FILE_LIMIT: Final = 16_384
_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_FIELDS: Final = ["format", "lock", "secret", "vkey"]
_LOCK_FIELDS: Final = ["n", "nonce", "p", "r", "salt"]


def keys_path(location: str | Path) -> Path:
    """Say in which folder the keys of a ledger lie: never inside its database.

    What AIDLEDGER_KEYS names, or beside a SQLite file.

    Raises:
        KeyFileError: the ledger is a PostgreSQL database and no folder is named.
    """
    named = os.environ.get("AIDLEDGER_KEYS")
    if named:
        return Path(named)
    if is_url(str(location)):
        raise KeyFileError(
            "no folder of keys is named for this ledger",
            code="key_folder",
            hint="set AIDLEDGER_KEYS to a folder of your own",
        )
    return Path(f"{location}.keys")


def key_path(folder: Path, name: str) -> Path:
    """Say which file of a folder holds the key of a name; a slash in the name is written `%2F`."""
    return folder / f"{name.replace('%', '%25').replace('/', '%2F')}{SUFFIX}"


def create_key(
    folder: Path,
    name: str,
    kind: KeyKind,
    *,
    passphrase: bytes | None,
    seed: bytes,
    scrypt_n: int = SCRYPT_N,
) -> VerifierKey:
    """Make the file of a new key from a seed of 32 random bytes, and the folder where it is missing.

    Raises:
        KeyFileError: the name or seed is none, the file is there already, the folder is open to
            others, or it can't be written.
    """
    try:
        key = SeedSigner(name, kind, seed).key
    except FormatError as error:
        raise KeyFileError(f"{error.what}: expected {error.expected}", code="usage") from None
    if passphrase is not None and not passphrase:
        raise KeyFileError("the passphrase is empty", hint="give one, or ask for a key without")
    path = key_path(folder, name)
    content = _content(key.vkey(), seed, passphrase, scrypt_n)
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        _check_folder(folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        handle = os.open(path, flags, _FILE_MODE)
    except FileExistsError:
        raise KeyFileError(
            f"{path}: already there", code="exists", hint="a key is never replaced: use a new name"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be made: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise KeyFileError(f"{path}: cannot be written: {error.strerror}") from error
    return key


def load_signer(path: Path, *, passphrase: bytes | None) -> Signer:
    """Open the file of a key.

    Raises:
        KeyFileError: missing, open to others, damaged, or shut with another passphrase; no text of
            it holds anything secret.
    """
    fields, key = _read(path)
    secret = _opened(path, fields, passphrase)
    try:
        signer = SeedSigner(key.name, key.kind, secret)
    except FormatError:
        raise _damaged(path, "a seed of 32 bytes", "another length") from None
    if signer.key != key:
        raise _damaged(path, "the seed of its public key", "another seed")
    return signer


def list_keys(folder: Path) -> list[VerifierKey]:
    """Return the public keys of a folder, by name; no passphrase is needed. None where it is missing.

    Raises:
        KeyFileError: the folder or one of its files is open to others, or damaged.
    """
    try:
        if not folder.exists():
            return []
        _check_folder(folder)
        paths = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except OSError as error:
        raise KeyFileError(f"{folder}: cannot be read: {error.strerror}") from error
    return sorted((_read(path)[1] for path in paths), key=lambda key: key.label)


def is_locked(path: Path) -> bool:
    """Whether a key's file asks for a passphrase.

    Raises:
        KeyFileError: missing, open to others or damaged.
    """
    return _read(path)[0]["lock"] is not None


def _check_folder(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode != _FOLDER_MODE:
        raise KeyFileError(
            f"{folder}: expected mode 0700, found {mode:04o}", hint=f"chmod 700 {folder}"
        )


def _content(vkey: str, seed: bytes, passphrase: bytes | None, n: int) -> bytes:
    """Write a key's file."""
    fields: dict[str, Any] = {"format": FORMAT, "lock": None, "secret": "", "vkey": vkey}
    secret = seed
    if passphrase is not None:
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        fields["lock"] = {"n": n, "nonce": nonce.hex(), "p": 1, "r": _R, "salt": salt.hex()}
        locker = _locker(passphrase, salt, n, _R, 1)
        secret = locker.encrypt(nonce, seed, canonical.encode(fields))
    return canonical.encode({**fields, "secret": secret.hex()}) + b"\n"


def _read(path: Path) -> tuple[dict[str, Any], VerifierKey]:
    """Read a key's file without opening its secret."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_FILE_LIMIT + 1) if stat.S_ISREG(status.st_mode) else b""
        folder = path.parent
        _check_folder(folder)
    except FileNotFoundError as error:
        raise KeyFileError(
            f"{path}: missing", hint="bring the key from where it is kept, or make a new one"
        ) from error
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
    mode = stat.S_IMODE(status.st_mode)
    if mode != _FILE_MODE:
        raise KeyFileError(
            f"{path}: expected mode 0600, found {mode:04o}", hint=f"chmod 600 {path}"
        )
    if len(content) > _FILE_LIMIT or not content.endswith(b"\n"):
        raise _damaged(path, f"one line of at most {_FILE_LIMIT} bytes", f"{len(content)} bytes")
    try:
        fields = canonical.decode(content[:-1])
    except CanonicalError as error:
        raise _damaged(path, "canonical JSON", "other bytes") from error
    if type(fields) is not dict or sorted(fields) != _FIELDS or fields["format"] != FORMAT:
        raise _damaged(path, f"the fields of {FORMAT}", "others")
    if type(fields["vkey"]) is not str or type(fields["secret"]) is not str:
        raise _damaged(path, "texts", "other values")
    try:
        return fields, parse_vkey(fields["vkey"].encode())
    except FormatError as error:
        raise _damaged(path, error.expected, "another public key") from None


def _opened(path: Path, fields: dict[str, Any], passphrase: bytes | None) -> bytes:
    """Return the seed of a key's file."""
    lock, secret = fields["lock"], fields["secret"].encode()
    if lock is None:
        return _hex(path, secret, SEED_BYTES)
    if type(lock) is not dict or sorted(lock) != _LOCK_FIELDS:
        raise _damaged(path, "the fields of a lock", "others")
    n, r, p = (_cost(path, lock[name]) for name in ("n", "r", "p"))
    if n < _LOWEST_N or n & (n - 1) or 128 * n * r * p > _MEMORY_LIMIT:
        raise _damaged(path, f"a lock that costs at most {_MEMORY_LIMIT} bytes", "another cost")
    salt = _hex(path, str(lock["salt"]).encode("utf-8", "replace"), _SALT_BYTES)
    nonce = _hex(path, str(lock["nonce"]).encode("utf-8", "replace"), _NONCE_BYTES)
    shut = _hex(path, secret, SEED_BYTES + _TAG_BYTES)
    if passphrase is None:
        raise KeyFileError(
            f"{path}: the key is locked", code="key_locked", hint="give its passphrase"
        )
    bound = canonical.encode({**fields, "secret": ""})
    try:
        return _locker(passphrase, salt, n, r, p).decrypt(nonce, shut, bound)
    except InvalidTag:
        raise KeyFileError(
            f"{path}: cannot be opened: another passphrase, or a damaged file",
            code="key_locked",
            hint="try the passphrase again",
        ) from None


def _locker(passphrase: bytes, salt: bytes, n: int, r: int, p: int) -> AESGCM:
    """Return what shuts and opens a secret; bounded by `_MEMORY_LIMIT`."""
    memory = 2 * _MEMORY_LIMIT
    return AESGCM(hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=32))


def _cost(path: Path, value: object) -> int:
    if type(value) is not int or not 1 <= value <= _MEMORY_LIMIT:
        raise _damaged(path, "a cost of scrypt", "another value")
    return value


def _hex(path: Path, text: bytes, size: int) -> bytes:
    try:
        return read_hex(text, "key file", size)
    except FormatError:
        raise _damaged(path, f"{size} bytes in hex", "another text") from None


def _damaged(path: Path, expected: str, found: str) -> KeyFileError:
    return KeyFileError(
        f"{path}: not a key's file: expected {expected}, found {found}",
        hint="bring it back from where a copy is kept",
    )
