"""Files that the engine reads better than Python: Parquet row by row, and which lines are repeated.

Memory is bounded; what does not fit is spilled to a temporary folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb

from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.views import file_literal, parquet_sql

_LIMITS: Final = EngineLimits(memory="256MB", threads=1)
_ROWS: Final = 2_048


class FileReadError(Exception):
    """A file that the engine can't read as what it is meant to be."""


def parquet_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """Yield the names of the columns, and then each row in the order of the file.

    Raises:
        FileReadError: no Parquet file, or a damaged one.

    """
    with building(None, _LIMITS) as connection:
        try:
            connection.execute("SET preserve_insertion_order = true")
            found = connection.execute(f"SELECT * FROM {parquet_sql(path)}")  # noqa: S608
            yield tuple(column[0] for column in found.description or ())
            while rows := found.fetchmany(_ROWS):
                yield from rows
        except duckdb.Error as error:
            raise FileReadError(str(error).partition("\n")[0]) from None


def repeated_lines(path: Path) -> Iterator[tuple[int, int]]:
    """Yield (line, first line) of each line whose digest stood on an earlier one.

    Args:
        path: a file with `digest,line` on each line.

    """
    columns = "{'digest': 'VARCHAR', 'line': 'BIGINT'}"
    read = f"read_csv({file_literal(path)}, header = false, hive_partitioning = false, columns = {columns})"
    with building(None, _LIMITS) as connection:
        found = connection.execute(
            "SELECT line, first FROM (SELECT line, min(line) OVER (PARTITION BY digest) AS first"  # noqa: S608
            f" FROM {read} WHERE digest IN (SELECT digest FROM {read}"
            " GROUP BY digest HAVING count(*) > 1)) WHERE line > first ORDER BY line"
        )
        while rows := found.fetchmany(_ROWS):
            yield from rows
