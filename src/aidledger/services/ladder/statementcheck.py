"""The rung of statements: what entries say the log's root was, held against the log.

Certified generations and doubts name the root of the log that they rest on. Who changes the past and
makes chain and tree anew has to find and change each of these too, or says himself that it was another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from aidledger.domain.events.doubt import DoubtRaised, DoubtSeenAgain
from aidledger.domain.events.proving import GenerationCertified
from aidledger.domain.recorded import Recorded
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.services.decoding import recorded_all
from aidledger.services.ladder.logwalk import Roots
from aidledger.store.port import LedgerStore

STATEMENTS: Final = "statements"
UNKNOWN: Final = "rows are missing before a root that an entry names"
_TYPES: Final = ("DoubtRaised", "DoubtSeenAgain", "GenerationCertified")


class Stated(NamedTuple):
    """What an entry says: the root (hex) of the log at a size, each in its field."""

    position: int
    stream: str
    size: int
    root: str
    fields: tuple[str, str]


class StatementCheck:
    """Reads the statements at once, and judges them when the roots at their sizes are known."""

    def __init__(self, store: LedgerStore) -> None:
        self.findings: list[Finding] = []
        entries = recorded_all(store.read_types(_TYPES))
        self._stated = [stated for entry in entries for stated in stated_by(entry)]

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {one.size for one in self._stated if one.size <= one.position}

    def judge(self, roots: Roots) -> Rung:
        """Hold every statement against the log."""
        unknown = False
        for one in self._stated:
            size, root = one.fields
            if one.size > one.position:
                expected = f"at most {one.position}, its own position"
                self.findings.append(_finding(one, size, expected, str(one.size)))
            elif one.size not in roots.at:
                unknown = True
            elif bytes.fromhex(one.root) not in roots.at[one.size]:
                expected = f"{roots.at[one.size][0].hex()} over {one.size} entries"
                self.findings.append(_finding(one, root, expected, one.root))
        if self.findings:
            return Rung(name=STATEMENTS, status="damaged")
        if unknown:
            return Rung(name=STATEMENTS, status="not_made", why=UNKNOWN)
        return Rung(name=STATEMENTS, status="ok")


def stated_by(entry: Recorded) -> Iterator[Stated]:
    """Yield what an entry says of the log's root, if it does."""
    at, stream, event = entry.position, entry.stream, entry.event
    match event:
        case GenerationCertified():
            yield Stated(at, stream, event.size, event.root, ("size", "root"))
        case DoubtRaised() | DoubtSeenAgain() if event.log_root and event.log_size is not None:
            yield Stated(at, stream, event.log_size, event.log_root, ("log_size", "log_root"))


def _finding(one: Stated, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code="statement_differs",
        position=one.position,
        stream=one.stream,
        field=f"data.{field}",
        expected=expected,
        found=found,
    )
