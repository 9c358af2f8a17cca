"""The rung of the mark: what a small file outside the database remembers, held against the ledger.

The mark is read before the head: it may lag behind the ledger and never runs ahead of it, so that
a writer who appends meanwhile is not taken for a rollback. Where it lags, the entries up to its size
must still be those that it remembers: else somebody rolled the ledger back and wrote on. What else was made of the
log and lies beside it is held against it the same way, for the mark may be gone as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import HASH_BYTES
from aidledger.ledger.verify import Rung
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.checkpoints.restoring import restorations
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.remains import Reach, contradicted, reaches
from aidledger.services.ladder.restorationcheck import lost_sizes
from aidledger.services.printing import printable
from aidledger.store.errors import StoreError
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path
from aidledger.store.port import Head, HostileRow, LedgerStore

MARK: Final = "mark"
NO_MARK: Final = "no mark lies beside the database"
BAD_MARK: Final = "the mark beside the database can't be read"


def behind(store: LedgerStore, location: str) -> Reach | None:
    """Return what was made of a ledger and is of more entries than it has, or of others; without the mark.

    Raises:
        ServiceError: its tree is damaged.

    """
    lost = lost_sizes(one.event for one in restorations(store))
    found = reaches(location, store.origin)
    return contradicted(found, store.head().size, lambda size: (root_at(store, size),), lost)


class MarkCheck:
    """Reads the mark at once, and judges when the head and the root at its size are known."""

    def __init__(self, store: LedgerStore, location: str | None) -> None:
        """Read the mark beside a ledger, and only then its head; no mark without a location.

        One that can't be read proves no more than one that was taken away, and must not keep
        anybody from verifying the rest.
        """
        self.findings: list[Finding] = []
        self._mark: Mark | None = None
        self._why = NO_MARK
        path = None if location is None else mark_path(location)
        if path is not None and path.exists():
            try:
                mark = Mark(path)
            except StoreError:
                self._why = BAD_MARK
            else:  # a crash leaves an empty file, and so does whoever takes away what stood there
                self._mark, self._why = (mark, "") if mark.root else (None, BAD_MARK)
        self._reaches = [] if location is None else reaches(location, store.origin)
        self._head = store.read_head_row()

    def sizes(self, entries: int) -> set[int]:
        """At which sizes roots are needed: of the mark, and of what else was made of the log."""
        found = {self._mark.size} if self._mark else set()
        found |= {one.size for one in self._reaches if one.root is not None}
        return {one for one in found if 0 <= one <= entries}

    def judge(self, roots: Roots, lost: Sequence[tuple[int, int]] = ()) -> Rung:
        """Compare head and entries with the mark; a head of no form is named by the tree's rung.

        `lost` are the sizes that each restoration kept and lost.
        """
        if self._mark is not None and self._head is not None:
            self._judge(self._mark, self._head, roots)
        if not self.findings:
            one = contradicted(self._reaches, roots.size, lambda n: roots.at.get(n, ()), lost)
            if one is not None:
                self._find_reach(one, roots)
        if self.findings:
            return Rung(name=MARK, status="damaged")
        if self._mark is None:
            return Rung(name=MARK, status="not_made", why=self._why)
        return Rung(name=MARK, status="ok")

    def _judge(self, mark: Mark, head: HostileRow, roots: Roots) -> None:
        if len(head) < 2:  # several rows: which of them would it be?
            return
        size, root = head[0], head[1]
        if type(size) is not int or type(root) is not bytes or len(root) != HASH_BYTES:
            return
        known = roots.at.get(mark.size, ())
        if size == mark.size and mark.root in known:
            return  # the entries are those of the mark: another root in the head is the tree's damage
        if mark.problem(Head(size=size, root=root, frontier=b"", recorded_at=None)) is not None:
            self._find(mark, size, f"{size} entries, root {root.hex()[:16]}")
        elif known and mark.root not in known:
            self._find(mark, mark.size, f"root {known[0].hex()[:16]} over them")

    def _find_reach(self, one: Reach, roots: Roots) -> None:
        said = "" if one.root is None else f", root {one.root.hex()[:16]}"
        found = f"{roots.size} entries"
        if one.size <= roots.size:
            found = f"root {roots.at[one.size][0].hex()[:16]} over them"
        self.findings.append(
            Finding(
                code="behind_mark",
                position=min(one.size, roots.size),
                field=printable("/".join(one.path.absolute().parts[-2:]), 120),
                expected=f"at least {one.size} entries{said}",
                found=found,
            )
        )

    def _find(self, mark: Mark, position: int, found: str) -> None:
        self.findings.append(
            Finding(
                code="behind_mark",
                position=position,
                field="head",
                expected=f"at least {mark.size} entries, root {mark.root.hex()[:16]}",
                found=found,
            )
        )
