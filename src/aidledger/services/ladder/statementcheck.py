"""The rung of statements: what entries say the log's root was, held against the log.

Certified generations and doubts name the root of the log that they rest on. Who changes the past and
makes chain and tree anew has to find and change each of these too, or says himself that it was another.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.ownlog import SAYING, SaidOfLog, said_of_log
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.services.decoding import recorded_all
from aidledger.services.ladder.logwalk import Roots
from aidledger.store.port import LedgerStore

STATEMENTS: Final = "statements"
_TYPES: Final = tuple(name for name, kind in EVENTS.items() if kind.struct in SAYING)
UNKNOWN: Final = "rows are missing before a root that an entry names"


class Stated(NamedTuple):
    """An entry that says what the log's root was."""

    position: int
    stream: str
    said: SaidOfLog


class StatementCheck:
    """Reads the statements at once, and judges them when the roots at their sizes are known."""

    def __init__(self, store: LedgerStore) -> None:
        self.findings: list[Finding] = []
        self._stated = [
            Stated(entry.position, entry.stream, said)
            for entry in recorded_all(store.read_types(_TYPES))
            if (said := said_of_log(entry.event)) is not None
        ]

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {one.said.size for one in self._stated if one.said.size <= one.position}

    def judge(self, roots: Roots) -> Rung:
        """Hold every statement against the log."""
        unknown = False
        for one in self._stated:
            size, root, (size_field, root_field) = one.said
            if size > one.position:
                expected = f"at most {one.position}, its own position"
                self.findings.append(_finding(one, size_field, expected, str(size)))
            elif size not in roots.at:
                unknown = True
            elif bytes.fromhex(root) not in roots.at[size]:
                expected = f"{roots.at[size][0].hex()} over {size} entries"
                self.findings.append(_finding(one, root_field, expected, root))
        if self.findings:
            return Rung(name=STATEMENTS, status="damaged")
        if unknown:
            return Rung(name=STATEMENTS, status="not_made", why=UNKNOWN)
        return Rung(name=STATEMENTS, status="ok")


def _finding(one: Stated, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code="statement_differs",
        position=one.position,
        stream=one.stream,
        field=f"data.{field}",
        expected=expected,
        found=found,
    )
