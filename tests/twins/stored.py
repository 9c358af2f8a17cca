"""A ledger of memory put into a database, row by row, by somebody to whom it belongs."""

from __future__ import annotations

from contextlib import closing

from tests.twins.held import Held

from aidledger.store.opening import create

_ENTRIES = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
_BATCHES = "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_HEAD = "UPDATE head SET size = ?, root = ?, frontier = ?, recorded_at = ?"


def write_to(held: Held, location: str) -> str:
    """Write what can be written into tables with their constraints; return the location."""
    with closing(create(location, origin=held.origin)) as store, store.writing() as run:
        for row in held.rows:
            run(_ENTRIES, tuple(row))
        for node in held.nodes:
            run("INSERT INTO nodes VALUES (?, ?, ?)", tuple(node))
        for one in held.batches:
            run(_BATCHES, tuple(getattr(one, name) for name in one.__struct_fields__))
        for checkpoint in held.checkpoints:
            run("INSERT INTO checkpoints VALUES (?, ?, ?)", checkpoint)
        if held.head_row is None:
            run("DELETE FROM head", ())
        else:
            run(_HEAD, tuple(held.head_row))
    return location
