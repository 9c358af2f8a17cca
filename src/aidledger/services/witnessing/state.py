r"""What a witness remembers, in a folder: its keys, and of each log the head it cosigned last.

    keys/<name>.key              its private keys (`store.keyfiles`)
    logs/<id>.log                one file a log; id = first 32 hex digits of SHA-256(origin)
    logs/<id>.checkpoint         the checkpoint that was cosigned last, with the log's signature
    contradictions/<id>.request  requests of logs that signed two roots at one size
    contradictions/<id>.bundle   the same two notes for a third party (`ledger.misbehaviour`)

    aidledger/witness-log/v1
    log <vkey>                   one or more: the keys trusted for this log, all of one name
    size <decimal>
    root <base64>
    sum <hex>                    SHA-256 over all lines before

A file that is damaged or gone is refused, never begun anew: a witness that forgets would sign a fork. The
sum finds accidents; who can write the folder can make the witness sign anything, and holds its keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from aidledger.disk import read_plain, replace_file
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import LOG_KINDS, WITNESS_KINDS
from aidledger.ledger.keys import KeyKind, VerifierKey, parse_vkey
from aidledger.ledger.misbehaviour import Bundle
from aidledger.ledger.note import Note, parse_note
from aidledger.ledger.signing import SEED_BYTES, Signer
from aidledger.ledger.strict import (
    FormatError,
    read_after,
    read_base64,
    read_decimal,
    read_hex,
    split_lines,
    write_base64,
)
from aidledger.ledger.tree import EMPTY_ROOT, HASH_BYTES
from aidledger.ledger.witnessing import LogState, Request
from aidledger.services.clock import RandomBytes, system_bytes
from aidledger.services.problems import ServiceError
from aidledger.store.durable import locked
from aidledger.store.keyfiles import create_key, key_path, list_keys, load_signer

FIRST_LINE: Final = b"aidledger/witness-log/v1"
KINDS: Final[dict[str, tuple[KeyKind, ...]]] = {
    "ed25519": (KeyKind.COSIGNATURE,),
    "ml-dsa-44": (KeyKind.COSIGNATURE_ML_DSA,),
}
"""Kinds of cosignatures by the name that a command gives them."""

_MODE: Final = 0o700
_MAX_CONTRADICTIONS: Final = 100
_WHAT: Final = "witness state"
_NOTE: Final = ".checkpoint"


def init_witness(
    folder: Path,
    *,
    name: str,
    kind: str,
    logs: Sequence[VerifierKey],
    passphrase: bytes | None = None,
    random_bytes: RandomBytes = system_bytes,
) -> VerifierKey:
    """Make the folder of a new witness with one key of `kind`, trusting these logs' keys.

    Returns:
        The witness's public key, to be put into policy files.

    Raises:
        ServiceError: the folder is not empty, or a key is no log's.
        KeyFileError: the name is none, or the key cannot be written.

    """
    if folder.exists() and any(folder.iterdir()):
        raise ServiceError(
            f"{folder}: expected nothing, found files",
            hint="a witness never begins anew: use another folder, or add logs with witness trust",
            exit_code=2,
        )
    for key in logs:
        _check_log_key(key)
    for part in (folder, logs_folder(folder), folder / "contradictions"):
        part.mkdir(mode=_MODE, parents=True, exist_ok=True)
    made = create_key(
        folder / "keys", name, KINDS[kind][0], passphrase=passphrase, seed=random_bytes(SEED_BYTES)
    )
    for key in logs:
        trust_log(folder, key)
    return made


def trust_log(folder: Path, key: VerifierKey) -> None:
    """Trust a key for the log of its name: a new log, or one more key of a known one.

    Raises:
        ServiceError: the key is no log's, or the state of the log is damaged or gone.

    """
    _check_log_key(key)
    path = log_path(folder, key.name)
    known = is_watched(path)
    with locked(path):
        state = read_state(path, key.name) if known or path.exists() else LogState(())
        if key not in state.keys:
            replace_file(path, encode_state(LogState((*state.keys, key), state.head)))


def logs_folder(folder: Path) -> Path:
    """Say where the states of the logs lie."""
    return folder / "logs"


def log_path(folder: Path, origin: str) -> Path:
    """Say in which file the state of a log lies."""
    digest = hashlib.sha256(origin.encode("utf-8", "replace")).hexdigest()
    return logs_folder(folder) / f"{digest[:32]}.log"


def is_watched(path: Path) -> bool:
    """Say whether a log is or was watched: something of it lies there, its state or what is beside it."""
    return any(path.with_suffix(end).exists() for end in (".log", ".log.lock", _NOTE))


def encode_state(state: LogState) -> bytes:
    """Write the state of a log."""
    lines = [FIRST_LINE, *(b"log " + key.vkey().encode() for key in state.keys)]
    lines += [b"size %d" % state.head.size, b"root " + write_base64(state.head.root).encode()]
    body = b"".join(line + b"\n" for line in lines)
    return body + f"sum {hashlib.sha256(body).hexdigest()}\n".encode()


def parse_state(data: bytes) -> LogState:
    """Read the state of a log.

    Raises:
        FormatError: it is none, or its sum is another.

    """
    lines = split_lines(data, _WHAT)
    if len(lines) < 5 or lines[0] != FIRST_LINE:
        raise FormatError(_WHAT, f"the lines of {FIRST_LINE.decode()}", f"{len(lines)} lines", 1)
    body, last = data[: -len(lines[-1]) - 1], len(lines)
    total = read_hex(read_after(lines[-1], b"sum", _WHAT, last), "sum", HASH_BYTES, last)
    if hashlib.sha256(body).digest() != total:
        raise FormatError(_WHAT, "the sum of its lines", "another", last)
    root = read_base64(
        read_after(lines[-2], b"root", _WHAT, last - 1), "root", last - 1, HASH_BYTES
    )
    size = read_decimal(read_after(lines[-3], b"size", _WHAT, last - 2), "size", last - 2)
    keys = tuple(
        parse_vkey(read_after(line, b"log", _WHAT, number))
        for number, line in enumerate(lines[1:-3], 2)
    )
    if len({key.name for key in keys}) != 1 or (size == 0 and root != EMPTY_ROOT):
        raise FormatError(_WHAT, "keys of one log, and a root that it can have", "others")
    return LogState(keys, TreeHead(size, root))


def read_state(path: Path, origin: str) -> LogState:
    """Read the state of a log that is watched from its file.

    Raises:
        ServiceError: the file is damaged, gone, or of another log. Nothing may be cosigned then.
        OSError: it cannot be read.

    """
    state = _read(path)
    if state.keys[0].name != origin:
        raise _damaged(path, "it is of another log")
    return state


def read_states(folder: Path) -> list[LogState]:
    """Return the state of every log, by file. Raises ServiceError for the first damaged or lost one."""
    names = {path.name.partition(".")[0] for path in logs_folder(folder).glob("*.*")}
    return [_read(logs_folder(folder) / f"{name}.log") for name in sorted(names)]


def witness_signers(folder: Path, passphrase: bytes | None) -> list[Signer]:
    """Open every key of a witness for cosignatures.

    Raises:
        ServiceError: there is none.
        KeyFileError: a key's file cannot be opened.

    """
    keys = [key for key in list_keys(folder / "keys") if key.kind in WITNESS_KINDS]
    if not keys:
        raise ServiceError(
            f"{folder}: expected a witness's key, found none",
            hint="aidledger witness init makes a witness",
            exit_code=12,
        )
    return [load_signer(key_path(folder / "keys", key.name), passphrase=passphrase) for key in keys]


def keep_cosigned(path: Path, note: Note) -> None:
    """Keep what is about to be cosigned beside the state of its log: another root convicts the log by it."""
    replace_file(path.with_suffix(_NOTE), note.encode())


def keep_contradiction(folder: Path, request: Request) -> Path:
    """Keep a request by which a log contradicts itself; the first one of each, and not too many.

    Where the note that was cosigned is at hand, both make a bundle that anybody can check.

    Returns:
        The folder of what is kept.

    """
    place, note = folder / "contradictions", request.note
    place.mkdir(mode=_MODE, exist_ok=True)
    path = place / f"{hashlib.sha256(note.text).hexdigest()[:32]}.request"
    if not path.exists() and len(list(place.glob("*.request"))) < _MAX_CONTRADICTIONS:
        replace_file(path, request.encode())
        cosigned = log_path(folder, request.checkpoint.origin).with_suffix(_NOTE)
        try:
            before = parse_note(read_plain(cosigned))
        except (FormatError, FileNotFoundError):
            return place  # of a witness that kept none yet
        replace_file(path.with_suffix(".bundle"), Bundle(older=before, newer=note).encode())
    return place


def contradictions(folder: Path) -> list[Path]:
    """Return what is kept of logs that signed two roots at one size, by name."""
    return sorted(
        path
        for path in (folder / "contradictions").glob("*.*")
        if path.suffix in (".request", ".bundle")  # no draft that a crash left
    )


def log_keys(vkeys: Iterable[bytes]) -> list[VerifierKey]:
    """Read vkeys as keys of logs. Raises FormatError."""
    keys = [parse_vkey(vkey.strip()) for vkey in vkeys]
    for key in keys:
        _check_log_key(key)
    return keys


def _check_log_key(key: VerifierKey) -> None:
    if key.kind not in LOG_KINDS:
        raise ServiceError(
            f"{key.label}: expected the key of a log, found one of kind {key.kind.name}",
            exit_code=2,
        )


def _read(path: Path) -> LogState:
    try:
        return parse_state(read_plain(path))
    except FormatError as error:
        raise _damaged(path, str(error)) from None
    except FileNotFoundError:
        raise ServiceError(
            f"{path}: the witness's memory of a log is lost, so nothing is cosigned",
            hint="make a new witness with a new key, and have the policies changed: who forgets could sign a fork",
        ) from None


def _damaged(path: Path, why: str) -> ServiceError:
    return ServiceError(
        f"{path}: the witness's memory of a log is damaged, so nothing is cosigned: {why}",
        hint="compare the log's newest checkpoint with another witness before it is trusted again",
    )
