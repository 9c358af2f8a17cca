"""The witness over HTTP: POST /add-checkpoint as C2SP tlog-witness has it, and nothing else.

It listens on the machine itself unless told otherwise, and speaks no TLS: put it behind the proxy
that the office runs anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any, Final

from aidledger.ledger.note import MAX_NOTE_BYTES
from aidledger.ledger.signing import SigningError
from aidledger.ledger.witnessing import TEXT_TYPE
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.witness import Answer, Witness
from aidledger.store.errors import StoreError

PATH: Final = "/add-checkpoint"
_AT_ONCE: Final = 32
_SECONDS: Final = 10


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness; `server_port` says where, if port 0 was asked for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        witness: Witness,
        *,
        tell: Callable[[str], None],
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listen; `tell` is given what the witness's own office should know."""
        self.witness = witness
        self.tell = tell
        self._free = BoundedSemaphore(_AT_ONCE)
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a request a thread of its own, of a number that is bounded."""
        self._free.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer in this thread, then let the next one begin."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away: it asks again if it wants the answer."""


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout = _SECONDS
    server_version = "aidledger-witness"
    sys_version = ""

    def do_POST(self) -> None:
        self._send(self._answer())

    def do_GET(self) -> None:
        status = 405 if self.path == PATH else 404
        self._send(Answer(status, b"POST /add-checkpoint is all there is\n"))

    def _answer(self) -> Answer:
        if self.path != PATH:
            return Answer(404, b"POST /add-checkpoint is all there is\n")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            return Answer(411, b"the request must say its length\n")
        if len(length) > 9 or int(length) > MAX_NOTE_BYTES:
            return Answer(413, b"the request is too long\n")
        body = self.rfile.read(int(length))
        try:
            return self.server.witness.add_checkpoint(body)
        except (ServiceError, StoreError, SigningError, OSError) as error:
            self.server.tell(str(error))
            return Answer(500, b"the witness cannot answer: its office was told why\n")

    def _send(self, answer: Answer) -> None:
        self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type or TEXT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Say nothing of each request."""
