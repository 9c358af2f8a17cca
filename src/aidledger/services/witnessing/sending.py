"""Posts a request to a witness (C2SP tlog-witness) by the standard library's client, and no further.

No redirect is followed and no proxy of the environment is asked: a witness is where its policy says.
"""

from __future__ import annotations

import http.client
import threading
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aidledger.services.witnessing.http import PATH

SECONDS: Final = 30
_LIMIT: Final = 1_000_000

_Answer: TypeAlias = tuple[int, bytes]


def post(url: str, body: bytes, *, seconds: float = SECONDS) -> _Answer:
    """Post to the add-checkpoint address below `url`; return status and body.

    The time is that of the whole answer: one that sends a byte now and then holds up no night.

    Raises:
        OSError: nobody is there, the address is none, the answer is no HTTP or not there in time.

    """
    told: SimpleQueue[_Answer | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            told.put(_posted(url, body, seconds))
        except OSError as error:
            told.put(error)
        except (http.client.HTTPException, ValueError) as error:
            told.put(OSError(f"no answer that can be read: {type(error).__name__}"))

    # the client's own time is that of each read, a name is looked up for as long as it takes: only
    # somebody else can stop waiting
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = told.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no whole answer within {seconds:g} seconds") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _posted(url: str, body: bytes, seconds: float) -> _Answer:
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    kind = kinds.get(parts.scheme)
    if kind is None or not parts.hostname or parts.username is not None:
        raise OSError("expected an address with http:// or https://")
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    try:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        connection.request("POST", parts.path.rstrip("/") + PATH, body, headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read(_LIMIT)
    finally:
        connection.close()
