"""What our servers share: so many requests at once, each read within a limit, and no word of who asked.

Nobody keeps a thread for himself: not by sending nothing, and not by sending a byte now and then.
"""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader, RawIOBase
from socket import socket
from threading import BoundedSemaphore
from typing import Any, ClassVar

__all__ = ["BoundedServer", "Handler"]


class BoundedServer(ThreadingHTTPServer):
    """A server of so many requests at once; who comes beyond is turned away, or waits."""

    daemon_threads = True
    at_once: ClassVar[int]
    waits: ClassVar[bool]

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        """Listen. Raises OSError where the port is taken."""
        self.request_queue_size = self.at_once
        self._room = BoundedSemaphore(self.at_once)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a request a thread of its own, where there is room."""
        if not self._room.acquire(blocking=self.waits):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer in this thread, then make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that left: its address is nobody's business."""


class Handler(BaseHTTPRequestHandler):
    """One request: `timeout` bounds each wait in seconds, `whole_s` the reading of all of it."""

    timeout = 10
    whole_s: ClassVar[float] = 30
    sys_version = ""

    def setup(self) -> None:
        """Read through a limit. What is sent has one already: a timeout bounds a whole `sendall`."""
        super().setup()
        self.rfile.close()
        until = time.monotonic() + self.whole_s
        self.rfile = BufferedReader(_Until(self.connection, self.timeout, until))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep no log: it would say who asked about whom."""


class _Until(RawIOBase):
    """What a client sends, up to a moment: then it is out of time, however busy it is."""

    def __init__(self, connection: socket, timeout: float, until: float) -> None:
        self._connection, self._timeout, self._until = connection, timeout, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(left, self._timeout))
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(self._timeout)
