"""Writes what was asked of a ledger as JSON Lines, as ``record`` and ``import history`` take it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.domain.proposal import Proposal
from aidledger.store.draft import Evidence

_MODE: Final = 0o600


class RequestWriter:
    """Takes batches as they are recorded; those that come with files are left out."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.rows = 0

    def __call__(self, proposals: Sequence[Proposal], evidence: Sequence[Evidence]) -> None:
        """Write the requests of one batch. A line holds no file: packs are adopted, not imported."""
        if not evidence:
            self._file.write(b"".join(request_line(proposal) for proposal in proposals))
            self.rows += len(proposals)


@contextmanager
def writing_requests(path: Path) -> Iterator[RequestWriter]:
    """Open a new file of requests, which its owner alone may read: persons are named in it.

    Raises:
        OSError: it is there already, or can't be written.

    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _MODE), "wb") as file:
        yield RequestWriter(file)
        file.flush()
        os.fsync(file.fileno())


def request_line(proposal: Proposal) -> bytes:
    """Return a proposal as one line of JSON."""
    value: dict[str, Any] = {
        "type": proposal.type,
        "stream": proposal.stream,
        "effective_on": proposal.effective_on,
        "actor": proposal.actor,
        "office": proposal.office,
        "data": proposal.event,
    }
    if proposal.personal:
        value["personal"] = proposal.personal
    if proposal.despite:
        value["despite"] = proposal.despite
    return msgspec.json.encode(value) + b"\n"
