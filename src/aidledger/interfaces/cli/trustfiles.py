"""Files that commands about checkpoints are given: policies, public keys, notes; and passphrases."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.passphrases import VARIABLE, known_passphrase
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.state import log_keys
from aidledger.store.keyfiles import is_locked


def read_policy(path: str) -> Policy:
    """Read a policy file. Raises ServiceError where it is none."""
    try:
        return parse_policy(Path(path).read_bytes())
    except FormatError as error:
        raise ServiceError(f"{path}: {error}", exit_code=USAGE) from None


def read_log_keys(paths: tuple[str, ...]) -> list[VerifierKey]:
    """Read files that hold public keys of logs, one a line. Raises ServiceError."""
    keys: list[VerifierKey] = []
    for path in paths:
        try:
            lines = [line for line in Path(path).read_bytes().split(b"\n") if line.strip()]
            found = log_keys(lines)
        except FormatError as error:
            raise ServiceError(f"{path}: {error}", exit_code=USAGE) from None
        if not found:  # a witness would watch nothing, and say so to nobody
            raise ServiceError(
                f"{path}: expected the public key of a log, found none",
                hint="aidledger checkpoint show prints it",
                exit_code=USAGE,
            )
        keys += found
    return keys


def named_passphrase() -> bytes | None:
    """Return the passphrase that a new key is to be locked with; None: the environment names none."""
    return os.environ.get(VARIABLE, "").encode("utf-8", "surrogateescape") or None


def passphrase_for(app: App, path: Path) -> bytes | None:
    """Return the passphrase of a key's file, asking for it on a terminal; None where it has none."""
    return known_passphrase(app, path.stem) if is_locked(path) else None


def write_output(app: App, content: bytes, path: str | None, what: Said) -> None:
    """Write bytes to a new file, or to standard output. Nothing that is there is replaced."""
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        with Path(path).open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise CommandError(
            Said(f"{path}：已存在，不覆盖", f"{path}: already there, not replaced")
        ) from None
    app.screen.note(app.say(f"{what.zh} {path}", f"{what.en} {path}"))
