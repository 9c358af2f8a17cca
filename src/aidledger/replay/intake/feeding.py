"""Rows on their way into the engine: through a file in memory, never through one on a disk.

What passes here is still in clear.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

from aidledger.replay.intake.cells import NUMERIC
from aidledger.replay.intake.taking import RAW
from aidledger.replay.views import file_literal, literal, parquet_sql, quoted

BETWEEN: Final = "\x1f"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_OTHERS: Final = re.compile(r"[\x00-\x1e\x7f]")
_READ: Final = (
    "auto_detect = false, header = false, quote = '', escape = '', delim = '\x1f', "
    "new_line = '\\n', nullstr = '\x02', max_line_size = 16777216"
)


class Feed:
    """Takes rows of cells for some columns and hands them over as the table ``raw``; gone when closed."""

    def __init__(self, columns: Iterable[str]) -> None:
        """Open the file, for the columns in their order."""
        self._columns = tuple(columns)
        self._between = len(self._columns) - 1
        self._number = _in_memory()
        self._file = open(self._number, "w", encoding="utf-8", newline="\n")  # noqa: SIM115, PTH123

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._file.close()

    def add(self, rows: list[str]) -> None:
        """Take rows as `row_text` writes them."""
        if rows:
            self._file.write("\n".join(rows) + "\n")

    def row_text(self, line: int, cells: Sequence[str], whole: int, fault: str = "") -> str:
        """Return a row of cells; what would end a cell or a row in it becomes a space.

        `whole` tells the whole row from others, also by the cells that are not read.
        """
        text = BETWEEN.join(cells)
        if text.count(BETWEEN) != self._between or _OTHERS.search(text):
            text = BETWEEN.join(_plain(cell) for cell in cells)
        return f"{line}{BETWEEN}{fault}{BETWEEN}{whole}{BETWEEN}{text}"

    def load(self, connection: Any) -> None:
        """Make the table."""
        self._file.flush()
        columns = ["'line': 'BIGINT'", "'fault': 'VARCHAR'", "'whole': 'BIGINT'"]
        columns += [f"'raw_{name}': 'VARCHAR'" for name in self._columns]
        os.lseek(self._number, 0, os.SEEK_SET)
        connection.execute(
            f"CREATE TABLE {RAW} AS SELECT * REPLACE (coalesce(fault, '') AS fault) "  # noqa: S608
            f"FROM read_csv('/dev/fd/{self._number}', {_READ}, columns = {{{', '.join(columns)}}})"
        )


def _plain(cell: str) -> str:
    """Return a cell without control characters, but for the mark of a number in front."""
    mark = NUMERIC if cell.startswith(NUMERIC) else ""
    return mark + _CONTROL.sub(" ", cell.removeprefix(NUMERIC))


def _in_memory() -> int:
    """Open a file that has no name: in memory where the system can, else unlinked at once."""
    make = getattr(os, "memfd_create", None)
    if make is not None:
        return int(make("rows"))
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def parquet_columns(connection: Any, path: Path) -> list[str]:
    """Return the names of the columns of a Parquet file. Raises duckdb.Error."""
    rows = connection.execute(
        f"DESCRIBE SELECT * FROM {parquet_sql(path)}"  # noqa: S608
    ).fetchall()
    return [str(row[0]) for row in rows]


def parquet_bytes(connection: Any, path: Path) -> int:
    """Return how many bytes a Parquet file says that it has when unpacked. Raises duckdb.Error."""
    row = connection.execute(
        "SELECT coalesce(sum(total_uncompressed_size), 0) "  # noqa: S608
        f"FROM parquet_metadata({file_literal(path)})"
    ).fetchone()
    return int(row[0])


def load_parquet(
    connection: Any, path: Path, columns: dict[str, str], telling: Sequence[str]
) -> None:
    """Make the table ``raw`` of a Parquet file. Raises duckdb.Error.

    Args:
        connection: to an engine that spills nothing.
        path: the file; the line of a row is its number, from 1.
        columns: column of the kind to column of the file.
        telling: the columns of the file that tell rows apart.

    """
    kinds = dict(
        connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE FROM {parquet_sql(path)})"  # noqa: S608
        ).fetchall()
    )
    chosen = []
    for name, title in columns.items():
        text = f"CAST({quoted(title)} AS VARCHAR)"
        if kinds[title] in ("DOUBLE", "FLOAT"):  # a fraction that is none, as spreadsheets have it
            text = f"{literal(NUMERIC)} || regexp_replace({text}, '[.]0$', '')"
        chosen.append(f"{text} AS raw_{name}")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(
        f"CREATE TABLE {RAW} AS SELECT row_number() OVER () AS line, '' AS fault, "  # noqa: S608
        f"hash({', '.join(map(quoted, telling))}) AS whole, "
        f"{', '.join(chosen)} FROM {parquet_sql(path)}"
    )
