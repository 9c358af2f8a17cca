"""Runs the program inside this process and keeps what it prints."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from aidledger.interfaces.cli.main import run

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "COLUMNS": "80", "TERM": "dumb"}
_OURS = (
    "AIDLEDGER",
    "AIDLEDGER_LANG",
    "AIDLEDGER_DEBUG",
    "AIDLEDGER_KEYS",
    "AIDLEDGER_PKCS11_MODULE",
    "AIDLEDGER_PASSPHRASE",
    "NO_COLOR",
    "FORCE_COLOR",
    "LANG",
)


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    raw: bytes

    @property
    def object(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def aidledger(*words: str | Path, stdin: bytes = b"", environ: dict[str, str] | None = None) -> Ran:
    """Run one command."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    fed = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    with (
        mock.patch.dict(os.environ, kept | ENVIRONMENT | (environ or {}), clear=True),
        mock.patch.object(sys, "stdin", fed),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run([str(word) for word in words])
        out.flush()
        err.flush()
    raw = out.buffer.getvalue()
    said = err.buffer.getvalue()
    return Ran(code, raw.decode(), said.decode(), raw)


def on(ledger: Path, *words: str | Path, **more: Any) -> Ran:
    """Run one command on a ledger."""
    return aidledger("--ledger", ledger, *words, **more)


def lines(values: Sequence[dict[str, Any]]) -> bytes:
    """Return JSON Lines."""
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()
