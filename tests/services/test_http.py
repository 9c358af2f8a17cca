"""Nobody keeps a server's thread for himself: a request that comes byte by byte is cut off."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, Final

import pytest

from aidledger.services.checkpoints.serving import LogServer
from aidledger.services.http import BoundedServer, Handler
from aidledger.services.witnessing.http import WitnessServer

NOTHING: Final[Any] = None
"""No ledger and no witness: a request that is never whole asks neither."""
SERVERS: dict[str, Callable[[], BoundedServer]] = {
    "log": lambda: LogServer(NOTHING, 0),
    "witness": lambda: WitnessServer(NOTHING, tell=lambda text: None),
}
BEGUN = {
    "line": b"",
    "header": b"GET / HTTP/1.0\r\nA: ",
    "body": b"POST /add-checkpoint HTTP/1.0\r\nContent-Length: 99999\r\n\r\n",
}
WHOLE_S: Final = 1.0


@pytest.fixture
def listening(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with one place, where a request may take a second and no wait is too long."""
    monkeypatch.setattr(Handler, "whole_s", WHOLE_S)
    monkeypatch.setattr(Handler, "timeout", 60)
    for kind in (LogServer, WitnessServer):
        monkeypatch.setattr(kind, "at_once", 1)
    with SERVERS[request.param]() as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def drip(port: int, begun: bytes) -> float:
    """Send a byte each 50 ms until the server hangs up; say after how many seconds it did."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as client:
        client.sendall(begun)
        while time.monotonic() - began < 20 * WHOLE_S:
            try:
                client.sendall(b"x")
                if client.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("listening", "begun"),
    [("log", "line"), ("log", "header"), ("witness", "header"), ("witness", "body")],
    indirect=["listening"],
)
def test_a_client_that_drips_is_cut_off_when_its_time_is_over(listening: int, begun: str) -> None:
    assert WHOLE_S * 0.9 < drip(listening, BEGUN[begun]) < 10 * WHOLE_S


@pytest.mark.parametrize("listening", ["log", "witness"], indirect=True)
def test_who_was_cut_off_leaves_room_and_who_is_merely_slow_is_answered(listening: int) -> None:
    drip(listening, BEGUN["header"])
    request = b"PUT / HTTP/1.0\r\n\r\n"
    answer = b""
    for _ in range(100):  # the log turns away whoever comes before there is room
        with socket.create_connection(("127.0.0.1", listening), timeout=10) as client:
            try:
                for at in range(0, len(request), 3):
                    client.sendall(request[at : at + 3])
                    time.sleep(0.05)
                answer = client.recv(100)
            except OSError:
                continue
        if answer:
            break

    assert answer.startswith(b"HTTP/1.0 501")
