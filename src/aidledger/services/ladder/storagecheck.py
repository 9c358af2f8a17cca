"""Leads about what stands in the place of our tables, or between them and whoever reads or writes.

What was read is judged by the rungs; that the next reader is given the same, nobody can say of a view, nor that
what is recorded next is kept, where a trigger stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.services.printing import printable
from aidledger.store.indexed import CACHES, doctored
from aidledger.store.port import LedgerStore
from aidledger.store.schema import METADATA
from aidledger.store.shape import misshapen

STORAGE_DIFFERS: Final = "storage_differs"
_ADDED_INDEX: Final = "added index"
_EXPECTED: Final = "tables, with the columns, indexes and triggers that they are made with"
_TAKEN_OFF: Final = {("lacking", "trigger"), ("lacking", "function")}


def answers_otherwise(lead: Finding) -> bool:
    """Whether a lead is of this kind; an index alone that was added may be of an operator in a hurry."""
    return lead.code == STORAGE_DIFFERS and lead.found != _ADDED_INDEX


def storage_leads(store: LedgerStore) -> Iterator[Finding]:
    """Yield what can make readers see other rows, keeps rows from being written, or holds what no hash covers.

    A view of somebody's own beside the tables is none of it, nor what became of caches, nor a trigger of ours that was taken off: it only
    refuses what the owner of the tables can do anyway.
    """
    amiss = [*misshapen(store)]
    instead = {name for how, kind, name in amiss if (how, kind) == ("added", "view")}
    for how, kind, name in amiss:
        if (how, kind) in _TAKEN_OFF or (kind == "table" and name in instead | CACHES):
            continue
        if kind != "view" or name in METADATA.tables:
            yield Finding(
                code=STORAGE_DIFFERS,
                field=printable(name, 40),
                expected=_EXPECTED,
                found=f"{how} {kind}",
            )
    for name in doctored(store):
        yield Finding(
            code=STORAGE_DIFFERS,
            field=name,
            expected="indexes that find each row",
            found="one that leaves some out, or finds others",
        )
