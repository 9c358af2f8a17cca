"""Refuses an act that says of this log what never was: `verify` would call the ledger damaged for ever."""

from __future__ import annotations

from aidledger.domain.events.base import Event
from aidledger.domain.ownlog import said_of_log
from aidledger.services.problems import Problem
from aidledger.store.cut import CutStore
from aidledger.store.errors import StoreError
from aidledger.store.port import LedgerStore


class OwnLog:
    """The roots of a log of some size, at the sizes that acts of one batch name."""

    def __init__(self, store: LedgerStore, size: int) -> None:
        self._store, self._size = store, size
        self._roots: dict[int, str] = {}

    def problem(self, event: Event) -> Problem | None:
        """Return what is wrong with what an event says of the log; nothing where it can't be asked."""
        said = said_of_log(event)
        if said is None:
            return None
        size_field, root_field = said.fields
        if said.size > self._size:
            return Problem(
                code="not_of_this_log",
                field=f"data.{size_field}",
                expected=f"at most {self._size}, the entries that there are",
                found=str(said.size),
            )
        if self._root_at(said.size) in {"", said.root}:
            return None
        return Problem(
            code="not_of_this_log",
            field=f"data.{root_field}",
            expected=f"the root of this log at {said.size} entries",
            found="another",
        )

    def _root_at(self, size: int) -> str:
        """Return a root in hex; empty where the tree is damaged, which `verify` says."""
        if size not in self._roots:
            try:
                self._roots[size] = CutStore(self._store, size).head().root.hex()
            except StoreError:
                self._roots[size] = ""
        return self._roots[size]
