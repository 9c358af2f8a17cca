"""Serves the log read-only over HTTP on this machine: checkpoint, tiles, entries and proofs.

    /checkpoint                     the newest kept checkpoint
    /tile/...                       as in tlog-tiles, as far as that checkpoint reaches
    /entry/N                        the exact bytes of an entry
    /proof/entry/N                  its proof (tlog-proof)
    /proof/consistency/OLD/NEW      hashes in base64, one a line

Entries hold no personal values, only commitments. A path is one of these forms to the letter, or
there is nothing there: no file is ever opened by a name that came over the wire.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final, NamedTuple

from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.strict import FormatError, write_base64
from aidledger.ledger.tiles import CHECKPOINT_PATH, parse_tile_path
from aidledger.ledger.tree import TILE_HEIGHT, TILE_WIDTH
from aidledger.services.checkpoints.tiles import file_bytes
from aidledger.services.http import BoundedServer, Handler
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import (
    Kept,
    Prover,
    newest_checkpoint,
    prove_extension,
    record_at,
    stored_tree,
)
from aidledger.store.errors import StoreError
from aidledger.store.port import LedgerStore

HOST: Final = "127.0.0.1"
MAX_REQUESTS: Final = 16
"""At once; who comes beyond is told to come again."""

_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"
_NUMBER: Final = r"(0|[1-9][0-9]{0,15})"
_entry_form = re.compile(rf"entry/{_NUMBER}", re.ASCII).fullmatch
_proof_form = re.compile(rf"proof/entry/{_NUMBER}", re.ASCII).fullmatch
_consistency_form = re.compile(rf"proof/consistency/{_NUMBER}/{_NUMBER}", re.ASCII).fullmatch


class Response(NamedTuple):
    """What is answered."""

    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT


def respond(store: LedgerStore, path: str) -> Response:
    """Answer a path; whatever it is, there is an answer."""
    try:
        kept = newest_checkpoint(store)
        found = _found(store, kept, path.removeprefix("/")) if path.startswith("/") else None
    except ServiceError as error:
        # exit status 1 is damage; all else is a question that has no answer
        damaged = error.exit_code == 1
        status = HTTPStatus.INTERNAL_SERVER_ERROR if damaged else HTTPStatus.NOT_FOUND
        return Response(status, f"{error}\n".encode())
    except StoreError:
        return Response(HTTPStatus.SERVICE_UNAVAILABLE, b"the ledger cannot be read\n")
    return found or Response(HTTPStatus.NOT_FOUND, b"nothing here\n")


def _found(store: LedgerStore, kept: Kept, path: str) -> Response | None:
    if path == CHECKPOINT_PATH:
        return Response(HTTPStatus.OK, kept.note.encode())
    if match := _entry_form(path):
        position = int(match[1])
        if position >= kept.checkpoint.size:
            return None
        return Response(HTTPStatus.OK, record_at(store, position), "application/json")
    if match := _proof_form(path):
        return Response(HTTPStatus.OK, Prover(store, kept).entry(int(match[1])).encode())
    if match := _consistency_form(path):
        return _consistency(store, kept.checkpoint, int(match[1]), int(match[2]))
    return _tile(store, kept.checkpoint.size, path)


def _consistency(store: LedgerStore, checkpoint: Checkpoint, old: int, new: int) -> Response | None:
    if not 0 < old <= new <= checkpoint.size:
        return None

    def at(size: int) -> Checkpoint:
        root = stored_tree(store, size).root()
        return Checkpoint(origin=checkpoint.origin, size=size, root=root)

    hashes = prove_extension(store, at(old), at(new))
    return Response(HTTPStatus.OK, "".join(f"{write_base64(one)}\n" for one in hashes).encode())


def _tile(store: LedgerStore, size: int, path: str) -> Response | None:
    try:
        file = parse_tile_path(path)
    except FormatError:
        return None
    if file.number * TILE_WIDTH + file.width > size >> TILE_HEIGHT * (file.level or 0):
        return None
    return Response(HTTPStatus.OK, file_bytes(store, file), _BYTES)


class LogServer(BoundedServer):
    """One log on one port of this machine; no more than `MAX_REQUESTS` at once."""

    at_once = MAX_REQUESTS
    waits = False

    def __init__(self, store: LedgerStore, port: int) -> None:
        """Listen on the loopback address only. Raises OSError where the port is taken."""
        self.store = store
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_port}/"


class _Handler(Handler):
    server: LogServer
    server_version = "aidledger"

    def do_GET(self) -> None:  # noqa: N802 - as the library calls it
        self._answer(with_body=True)

    def do_HEAD(self) -> None:  # noqa: N802 - as the library calls it
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, body, content_type = respond(self.server.store, self.path)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        fixed = status == HTTPStatus.OK and self.path.startswith("/tile/")
        self.send_header("Cache-Control", "max-age=31536000, immutable" if fixed else "no-cache")
        self.end_headers()
        if with_body:
            self.wfile.write(body)
