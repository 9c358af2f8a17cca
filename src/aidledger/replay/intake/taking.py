"""Takes the rows of a register in: each cell checked, numbers made tokens, repeated rows left out.

All of it happens in the memory of one engine that spills nothing: what was read in clear is gone with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from aidledger.domain.keeping import KEPT_TABLES
from aidledger.domain.registers.kinds import Column, RegisterKind
from aidledger.replay.intake.cells import one_name, said, token_sql
from aidledger.replay.kept import columns_of_kept
from aidledger.replay.views import quoted

RAW: Final = "raw"
ROWS: Final = "taken_rows"
_ROW: Final = "row"
"""The column that a fault of a whole row is reported in."""
_MISFIT_PARTS: Final = 2
"""Where more than one cell of so many can't be what the column is, the columns have slipped."""


class Misfit(NamedTuple):
    """A column whose cells are mostly something else: its first, and in how many of how many rows."""

    column: str
    reason: str
    line: int
    cell: str
    bad: int
    of: int


class MisfitError(Exception):
    """The file is not what it is said to be; `misfit` says where that shows, in clear."""

    def __init__(self, misfit: Misfit) -> None:
        super().__init__(f"{misfit.column}: {misfit.reason} in {misfit.bad} of {misfit.of} rows")
        self.misfit = misfit


class Report(NamedTuple):
    """A cell that can't be used: its line, column and reason, what stands in it, and if its row is kept."""

    line: int
    column: str
    reason: str
    cell: str
    kept: bool


class Taken(NamedTuple):
    """What was taken in: `totals` are the sums of amounts, `unusable` counts by (column, reason)."""

    rows: int
    kept: int
    persons: int
    first_on: date | None
    last_on: date | None
    totals: tuple[tuple[str, int], ...]
    unusable: tuple[tuple[str, str, int], ...]


def take(
    connection: Any,
    kind: RegisterKind,
    factors: dict[str, int],
    *,
    dated: date,
    pepper: bytes,
) -> Taken:
    """Take in what stands in the table ``raw``; its rows are then in ``taken_rows``.

    Args:
        connection: to an engine that spills nothing.
        kind: of the register; ``raw`` has ``line``, ``fault``, ``whole`` (which tells rows apart, also by
            the cells that are not read) and a ``raw_…`` for each column found.
        factors: the columns found, each with what one of it is worth.
        dated: the day of the register: nothing can have happened after it.
        pepper: the secret of the tokens.

    Raises:
        MisfitError: most cells of a column are something else.

    """
    found = tuple(column for column in kind.columns if column.name in factors)
    _check(connection, found, factors, dated)
    _distrust_lost_digits(connection, found)
    for column in found:
        _hold(connection, column)
    _report(connection, found)
    _tokenise(connection, kind, found, pepper)
    return _told(connection, kind)


def reports(connection: Any) -> Iterator[Report]:
    """Yield every cell that can't be used, by line."""
    cursor = connection.execute('SELECT * FROM reports ORDER BY line, "column", reason')
    while rows := cursor.fetchmany(2_048):
        for row in rows:
            yield Report(*row)


def _check(
    connection: Any, found: tuple[Column, ...], factors: dict[str, int], dated: date
) -> None:
    """Say of each cell what it says, and why it can't be used: one stage after the other."""
    told = {column.name: said(column, factors[column.name]) for column in found}
    stages = [
        ", ".join(f"{getattr(one, part)} AS {part}_{name}" for name, one in told.items())
        for part in ("text", "number", "value")
    ]
    nothing = ", ".join(f"coalesce(raw_{name}, '') AS raw_{name}" for name in told)
    table = f"(SELECT * REPLACE ({nothing}) FROM {RAW})"  # noqa: S608
    for stage in stages:
        table = f"(SELECT *, {stage} FROM {table})"  # noqa: S608
    columns = ", ".join(
        f"raw_{c.name}, CASE WHEN text_{c.name} <> '' THEN value_{c.name} END AS {quoted(c.name)}, "
        f"{_why(c, told[c.name].reason, dated)} AS why_{c.name}"
        for c in found
    )
    sql = f"SELECT line, fault, whole, {columns} FROM {table}"  # noqa: S608
    connection.execute(f"CREATE TABLE checked AS {sql}")


def _why(column: Column, reason: str, dated: date) -> str:
    """Return the SQL of the reason why a cell can't be used; NULL where it can."""
    text, value = f"text_{column.name}", f"value_{column.name}"
    empty = "'empty'" if column.required else "NULL"
    late = column.form == "day" and column.required
    bound = f"WHEN {value} > DATE '{dated}' THEN 'after_dated' " if late else ""
    return f"CASE WHEN {text} = '' THEN {empty} {bound}WHEN {value} IS NULL THEN {reason} END"


def _distrust_lost_digits(connection: Any, found: tuple[Column, ...]) -> None:
    """Believe no number that ends in 000 where such numbers fail their check: digits were lost."""
    for column in found:
        if column.form == "person":
            raw, why = f"rtrim(raw_{column.name})", f"why_{column.name}"
            connection.execute(
                f"UPDATE checked SET {why} = 'lost_digits' WHERE {raw} LIKE '%000' "  # noqa: S608
                f"AND ({why} IS NULL OR {why} = 'check_digit') AND EXISTS ("
                f"FROM checked WHERE {raw} LIKE '%000' AND {why} = 'check_digit')"
            )


def _hold(connection: Any, column: Column) -> None:
    """Hold a column to what it is: most of its cells must be that."""
    why = f"why_{column.name}"
    bad, of = connection.execute(
        f"SELECT count({why}), count(*) FILTER ({why} IS NOT NULL OR {quoted(column.name)} "  # noqa: S608
        "IS NOT NULL) FROM checked WHERE fault = ''"
    ).fetchone()
    if bad * _MISFIT_PARTS > of:
        line, reason, cell = connection.execute(
            f"SELECT line, {why}, raw_{column.name} FROM checked "  # noqa: S608
            f"WHERE {why} IS NOT NULL AND fault = '' ORDER BY line LIMIT 1"
        ).fetchone()
        raise MisfitError(Misfit(column.name, reason, line, cell, bad, of))


def _report(connection: Any, found: tuple[Column, ...]) -> None:
    """List the cells that can't be used, and mark the rows that are not kept."""
    dropping = " OR ".join(f"why_{c.name} IS NOT NULL" for c in found if c.required) or "FALSE"
    connection.execute(
        "CREATE TABLE reports AS SELECT line, "  # noqa: S608
        f"'{_ROW}' AS \"column\", fault AS reason, '' AS cell, FALSE AS kept "
        "FROM checked WHERE fault <> ''"
    )
    for column in found:
        connection.execute(
            f"INSERT INTO reports SELECT line, '{column.name}', why_{column.name}, "  # noqa: S608
            f"raw_{column.name}, NOT ({dropping}) FROM checked "
            f"WHERE why_{column.name} IS NOT NULL AND fault = ''"
        )
    names = [column.name for column in found]
    if "person" in names and "name" in names:
        _report_names(connection, dropping)


def _report_names(connection: Any, dropping: str) -> None:
    """Report a name that stands with a number which had another one before."""
    good = f"fault = '' AND name <> '' AND NOT ({dropping})"
    connection.execute(
        "CREATE TABLE several AS SELECT line, person, "  # noqa: S608
        f"{one_name('name')} AS name FROM checked WHERE {good} AND person IN ("
        f"SELECT person FROM checked WHERE {good} GROUP BY person HAVING min(name) <> max(name))"
    )
    connection.execute(
        "INSERT INTO reports SELECT line, 'name', 'other_name', '', TRUE FROM several JOIN ("
        "SELECT person, min_by(name, line) AS first FROM several GROUP BY person) AS firsts "
        "USING (person) WHERE name <> first"
    )


def _tokenise(
    connection: Any, kind: RegisterKind, found: tuple[Column, ...], pepper: bytes
) -> None:
    """Make the rows that are kept: tokens for numbers, each row once."""
    names = [column.name for column in found]
    chosen, parameters = [], []
    for column, (name, sql) in zip(
        kind.kept, columns_of_kept(KEPT_TABLES[kind.table])[1:], strict=True
    ):
        if name not in names:
            chosen.append(f"CAST(NULL AS {sql}) AS {quoted(name)}")
            continue
        value = quoted(name)
        if column.form in ("person", "account"):
            value, given = token_sql(column.form, value, pepper)
            parameters += given
        chosen.append(f"CASE WHEN why_{name} IS NULL THEN {value} END AS {quoted(name)}")
    connection.execute(
        f"CREATE TABLE tokens AS SELECT line, whole, {', '.join(chosen)} FROM checked "  # noqa: S608
        "WHERE line NOT IN (SELECT line FROM reports WHERE NOT kept)",
        parameters,
    )
    columns = ", ".join(quoted(column.name) for column in kind.kept)
    connection.execute(
        f"CREATE TABLE {ROWS} AS SELECT min(line) AS line, {columns} "  # noqa: S608
        f"FROM tokens GROUP BY whole, {columns}"
    )
    connection.execute(
        f"INSERT INTO reports SELECT line, '{_ROW}', 'repeated_row', '', FALSE FROM tokens "  # noqa: S608
        f"WHERE line NOT IN (SELECT line FROM {ROWS})"
    )


def _told(connection: Any, kind: RegisterKind) -> Taken:
    """Count and sum what was taken in."""
    days = [c.name for c in kind.kept if c.form == "day" and c.required] or ["CAST(NULL AS DATE)"]
    sums = [c.name for c in kind.kept if c.name.endswith("_fen")]
    person = "person" if any(c.name == "person" for c in kind.kept) else "NULL"
    totals = "".join(f", coalesce(sum({quoted(name)}), 0)" for name in sums)
    kept, persons, first, last, *amounts = connection.execute(
        f"SELECT count(*), count(DISTINCT {person}), min({days[0]}), max({days[0]}){totals} "  # noqa: S608
        f"FROM {ROWS}"
    ).fetchone()
    unusable = connection.execute(
        'SELECT "column", reason, count(*) FROM reports GROUP BY ALL ORDER BY ALL'
    ).fetchall()
    (rows,) = connection.execute(f"SELECT count(*) FROM {RAW}").fetchone()  # noqa: S608
    return Taken(
        rows=rows,
        kept=kept,
        persons=persons,
        first_on=first,
        last_on=last,
        totals=tuple(zip(sums, map(int, amounts), strict=True)),
        unusable=tuple(unusable),
    )
