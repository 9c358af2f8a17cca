"""Stands between a store and its PostgreSQL, and cuts the line at the COMMIT.

`pass` lets all through; `drop_before` closes both sides when the client says COMMIT, before the
server hears it; `drop_after` lets the server hear it, waits for its answer, and keeps that answer.
`hang_up` closes as soon as the server was told, without waiting for it.
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

Mode = Literal["pass", "drop_before", "drop_after", "hang_up"]


class CommitProxy:
    """Listens on a socket in a folder of its own; `mode` holds for the next COMMIT, then `pass`."""

    def __init__(self, server_host: str, server_port: int, folder: Path) -> None:
        self.mode: Mode = "pass"
        self.cut = 0
        self._at_socket = server_host.startswith("/")
        self._server = (
            f"{server_host}/.s.PGSQL.{server_port}"
            if self._at_socket
            else (server_host, server_port)
        )
        folder.mkdir()
        self.host = str(folder)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; lines that are open end with their clients."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        lines = []
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                line = threading.Thread(target=self._line, args=(client,))
                line.start()
                lines.append(line)
        for line in lines:
            line.join()

    def _line(self, client: socket.socket) -> None:
        family = socket.AF_UNIX if self._at_socket else socket.AF_INET
        with client, socket.socket(family) as server, suppress(OSError):
            server.connect(self._server)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(1 << 20)
                    if not data:
                        return
                    if ready is server:
                        client.sendall(data)
                    elif not self._to_server(server, data):
                        return

    def _to_server(self, server: socket.socket, data: bytes) -> bool:
        """Pass on what the client says; False: the line is cut here."""
        mode: Mode = self.mode if b"COMMIT" in data else "pass"
        if mode == "pass":
            server.sendall(data)
            return True
        self.mode = "pass"
        self.cut += 1
        if mode == "drop_before":
            return False
        server.sendall(data)
        if mode == "drop_after":
            server.recv(1 << 20)
        return False
