"""Leads about what stands in the place of our tables: whoever reads it may be given other rows than others.

What was read is judged by the rungs; that the next reader is given the same, nobody can say of a view.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.services.printing import printable
from aidledger.store.indexed import doctored
from aidledger.store.port import LedgerStore
from aidledger.store.schema import METADATA
from aidledger.store.shape import misshapen

STORAGE_DIFFERS: Final = "storage_differs"
_ADDED_INDEX: Final = "added index"
_EXPECTED: Final = "tables, with the columns and indexes that they are made with"
_BEFORE: Final = {"policy", "table"}
"""What stands between a reader and the rows."""
_ANSWERING: Final = {"function", "operator"}
"""What may be asked in the place of the server's own."""


def answers_otherwise(lead: Finding) -> bool:
    """Whether a lead is of this kind; an index alone that was added may be of an operator in a hurry."""
    return lead.code == STORAGE_DIFFERS and lead.found != _ADDED_INDEX


def storage_leads(store: LedgerStore) -> Iterator[Finding]:
    """Yield what can make readers see other rows, or holds what no hash covers.

    Triggers are left out: they change no row that is read. So are tables that are missing: a copy may lack
    the vault, and what a rung needs it names itself.
    """
    for how, kind, name in misshapen(store):
        instead = kind == "view" and name in METADATA.tables
        another = how == "added" and kind in _ANSWERING
        if kind == "index" or another or (how != "lacking" and (instead or kind in _BEFORE)):
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
