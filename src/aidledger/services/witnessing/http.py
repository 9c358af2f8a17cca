"""The witness over HTTP: POST /add-checkpoint as C2SP tlog-witness has it, and nothing else.

It listens on the machine itself unless told otherwise, and speaks no TLS: put it behind the proxy
that the office runs anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aidledger.ledger.note import MAX_NOTE_BYTES
from aidledger.ledger.signing import SigningError
from aidledger.ledger.witnessing import TEXT_TYPE
from aidledger.services.http import BoundedServer, Handler
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.witness import Answer, Witness
from aidledger.store.errors import StoreError

PATH: Final = "/add-checkpoint"


class WitnessServer(BoundedServer):
    """Serves one witness; `server_port` says where, if port 0 was asked for."""

    at_once = 32
    waits = True

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
        super().__init__((host, port), _Handler)


class _Handler(Handler):
    server: WitnessServer
    server_version = "aidledger-witness"

    def do_POST(self) -> None:  # noqa: N802 - as the library calls it
        self._send(self._answer())

    def do_GET(self) -> None:  # noqa: N802 - as the library calls it
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
            answer = self.server.witness.add_checkpoint(body)
        except (ServiceError, StoreError, SigningError, OSError) as error:
            self.server.tell(str(error))
            return Answer(500, b"the witness cannot answer: its office was told why\n")
        if answer.news:
            self.server.tell(answer.news)
        return answer

    def _send(self, answer: Answer) -> None:
        self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type or TEXT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
