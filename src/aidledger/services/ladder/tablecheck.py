"""The rung of the tables beside the ledger: each file's rows hashed again, held against the entry that vouches.

A table with another root than its entry says is damage: comparisons and statements would be read from it.
One that isn't there is a lead, and the rung is not made: a copy of the database alone has none, and no
rule takes a table that is gone for an empty one.
"""

from __future__ import annotations

from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.replay.kept import state_of
from aidledger.services.tables.place import tables_folder, vouched_by
from aidledger.store.port import LedgerStore

TABLES: Final = "tables"
GONE: Final = "a table that an entry vouches for is not there: see the leads"


def check_tables(store: LedgerStore) -> tuple[list[Finding], list[Finding], list[Rung]]:
    """Return findings, leads and the rung; no rung where no entry vouches for a table."""
    first = {kept: position for position, kept in reversed([*vouched_by(store)])}
    if not first:
        return [], [], []
    folder = tables_folder(store)
    findings, leads = list[Finding](), list[Finding]()
    for kept, position in sorted(first.items(), key=lambda one: one[1]):
        state = "gone" if folder is None else state_of(folder, kept)
        if state == "whole":
            continue
        found = Finding(
            code=f"table_{state}",
            position=position,
            field=kept.name,
            expected=f"{kept.rows} rows of root {kept.root}",
            found="other rows, or no table" if state == "altered" else "no such file",
        )
        (findings if state == "altered" else leads).append(found)
    if findings:
        return findings, leads, [Rung(name=TABLES, status="damaged")]
    if leads:
        return [], leads, [Rung(name=TABLES, status="not_made", why=GONE)]
    return [], [], [Rung(name=TABLES, status="ok")]
