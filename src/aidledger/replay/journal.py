"""The journal of a rebuild that is under way: what of it a kill can no longer take.

While a journal lies beside a file, the file is unfinished. It names the input and the models that are
whole and packed in the file; whatever else the file holds is dropped when the rebuild is taken up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from aidledger import __version__
from aidledger.replay.building import ModelResult
from aidledger.replay.loading import Loaded
from aidledger.replay.models import Model
from aidledger.replay.views import quoted


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a generation: the first `size` entries, under `root` (hex), and the question.

    `root` is empty where nobody knows it: such a rebuild can't be taken up again. `as_of` is None
    where the day of the last entry is asked about. The versions read and build.
    """

    size: int
    root: str
    as_of: date | None
    known_on: date | None
    program: str = f"aidledger {__version__}"
    engine: str = f"duckdb {duckdb.__version__}"


class Journal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file holds for certain: the views of this input, and these models."""

    input: Input
    loaded: Loaded
    built: tuple[ModelResult, ...]

    def kept(self, models: Mapping[str, Model]) -> dict[str, ModelResult]:
        """Return the results that still hold: the model's SQL and all that it reads are the same."""
        built = {one.name: one for one in self.built}
        held: dict[str, ModelResult] = {}
        for name, model in models.items():  # each after those it reads
            result = built.get(name)
            reads = [one for one in model.uses if one in models]
            if (
                result is not None
                and result.sql_sha256 == model.sql_sha256
                and all(one in held for one in reads)
            ):
                held[name] = result
        return held


def read_journal(path: Path) -> Journal | None:
    """Return a journal; nothing where there is none, or none that a rebuild wrote."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return None


def drop_others(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Drop every table of what is being built that is not among these."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    for (name,) in found:
        if name not in tables:
            connection.execute(f"DROP TABLE {quoted(name)}")
    if tables - {name for (name,) in found}:
        raise duckdb.CatalogException("a table of the journal is not in the file")
