"""Posts a request to a witness (C2SP tlog-witness) by the standard library's client, and no further.

No redirect is followed and no proxy of the environment is asked: a witness is where its policy says.
"""

from __future__ import annotations

import http.client
from typing import Final
from urllib.parse import urlsplit

from aidledger.services.witnessing.http import PATH

_SECONDS: Final = 30
_LIMIT: Final = 1_000_000


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """Post to the add-checkpoint address below `url`; return status and body.

    Raises:
        OSError: nobody is there, the address is none, or the answer is no HTTP.

    """
    try:
        parts = urlsplit(url)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        kind = kinds.get(parts.scheme)
        if kind is None or not parts.hostname or parts.username is not None:
            raise OSError("expected an address with http:// or https://")
        connection = kind(parts.hostname, parts.port, timeout=_SECONDS)
        try:
            headers = {"Content-Type": "text/plain; charset=utf-8"}
            connection.request("POST", parts.path.rstrip("/") + PATH, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LIMIT)
        finally:
            connection.close()
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no answer that can be read: {type(error).__name__}") from error
