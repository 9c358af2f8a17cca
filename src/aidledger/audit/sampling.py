"""Draws samples that anybody can draw again: by hashes of the rows under a seed, and by nothing else.

The population is the rows of a model or an event view in the order of its key, under one root. The
seed follows from that root, the root of the log and the auditor's own words: nobody who drew could
have wished for a row. Only SHA-256 and whole numbers are used, so that a page of any program repeats it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from heapq import nsmallest
from typing import Any, Final, Literal, NamedTuple

import duckdb
import msgspec

from aidledger.ledger.tree import Frontier
from aidledger.replay.digest import leaf_inputs

Method = Literal["random", "stratified", "monetary"]
LABEL: Final = b"aidledger/sample/v1\n"


class SamplingError(Exception):
    """A sample that can't be drawn: what was expected and found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")


class Design(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to draw: `rows` in all; `column` is the strata's, or that of the amounts in fen."""

    method: Method
    rows: int
    column: str | None = None
    words: str = ""


class Drawn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a sample: its place in the population (from 0), its leaf hash (hex), and itself.

    `share` is its stratum in a stratified sample, the points that hit it in a monetary one.
    """

    place: int
    leaf: str
    row: dict[str, Any]
    share: str | int | None = None


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was drawn of how much: `root` and `seed` are hex, `total_fen` is that of a monetary sample.

    `interval_fen` and `start_fen`: a monetary sample hits each fen start + n × interval, counted from 0.
    """

    design: Design
    population: int
    root: str
    seed: str
    drawn: tuple[Drawn, ...]
    total_fen: int | None = None
    interval_fen: int | None = None
    start_fen: int | None = None


class _Row(NamedTuple):
    """A row of the population: its rank under the seed decides."""

    rank: bytes
    place: int
    leaf: bytes
    json: bytes


def draw(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    key: tuple[str, ...],
    design: Design,
    log_root: bytes,
) -> Sample:
    """Draw from a table.

    Raises:
        SamplingError: no rows, a column that is not there, an amount that is none, or too many rows.

    """
    frontier = Frontier()
    for leaf, _ in _leaves(connection, table, key):
        frontier.append(leaf)
    if not frontier.size:
        raise SamplingError("a population", "no rows")
    if not 0 < design.rows <= frontier.size:
        raise SamplingError(f"a sample of 1 to {frontier.size} rows", str(design.rows))
    root = frontier.root()
    seed = hashlib.sha256(LABEL + log_root + root + design.words.encode()).digest()
    base = Sample(
        design=design, population=frontier.size, root=root.hex(), seed=seed.hex(), drawn=()
    )
    match design.method:
        case "random":
            rows = _ranked(connection, table, key, seed)
            drawn = [_drawn(row) for row in nsmallest(design.rows, rows)]
        case "stratified":
            drawn = _by_strata(_ranked(connection, table, key, seed), design)
        case "monetary":
            return _by_money(lambda: _ranked(connection, table, key, seed), design, base)
    drawn.sort(key=lambda one: one.place)
    return msgspec.structs.replace(base, drawn=tuple(drawn))


def _leaves(
    connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the leaf hash and the canonical JSON of each row, in key order."""
    for page in leaf_inputs(connection, table, key):
        for given in page:
            yield hashlib.sha256(given).digest(), given[1:]


def _ranked(
    connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...], seed: bytes
) -> Iterator[_Row]:
    """Yield the rows in key order, each with its rank: the hash of the seed and its leaf hash."""
    for place, (leaf, json) in enumerate(_leaves(connection, table, key)):
        yield _Row(hashlib.sha256(seed + leaf).digest(), place, leaf, json)


def _drawn(row: _Row, share: str | int | None = None) -> Drawn:
    return Drawn(
        place=row.place, leaf=row.leaf.hex(), row=msgspec.json.decode(row.json), share=share
    )


def _value(row: _Row, design: Design) -> Any:
    """Return the value of the column that the design names."""
    values = msgspec.json.decode(row.json)
    if design.column is None or design.column not in values:
        raise SamplingError(f"a column of {', '.join(sorted(values))}", str(design.column))
    return values[design.column]


def _by_strata(rows: Iterator[_Row], design: Design) -> list[Drawn]:
    """Draw from each stratum by its share of the population, at least one; the largest rest gets the odd row."""
    strata: dict[str, list[_Row]] = {}
    counts: dict[str, int] = {}
    for row in rows:
        name = _text(_value(row, design))
        counts[name] = counts.get(name, 0) + 1
        kept = strata.setdefault(name, [])
        kept.append(row)
        if len(kept) >= 2 * design.rows:
            strata[name] = nsmallest(design.rows, kept)
    if len(strata) > design.rows:
        raise SamplingError(f"at least one row for each of {len(strata)} strata", str(design.rows))
    wanted = shares(counts, design.rows)
    return [
        _drawn(row, name)
        for name in sorted(strata)
        for row in nsmallest(wanted[name], strata[name])
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def shares(counts: dict[str, int], rows: int) -> dict[str, int]:
    """Return how many rows each stratum gives: by largest remainders, at least one, at most all it has."""
    total = sum(counts.values())
    given = {name: max(1, rows * count // total) for name, count in counts.items()}

    def beyond(name: str) -> tuple[int, str]:
        """Return how far a stratum has more than its exact share; equal ones go by name."""
        return given[name] * total - rows * counts[name], name

    while sum(given.values()) < rows:
        given[min((n for n in given if given[n] < counts[n]), key=beyond)] += 1
    while sum(given.values()) > rows:
        given[max((n for n in given if given[n] > 1), key=beyond)] -= 1
    return given


def _by_money(rows: Callable[[], Iterator[_Row]], design: Design, base: Sample) -> Sample:
    """Draw each row that one of the evenly spaced fen falls into: large amounts always, small seldom."""
    total = sum(_fen(row, design) for row in rows())
    if total < design.rows:
        raise SamplingError(f"at least {design.rows} fen in {design.column}", str(total))
    interval = total // design.rows
    start = int.from_bytes(bytes.fromhex(base.seed)) % interval
    drawn: list[Drawn] = []
    begin = seen = 0
    for row in rows():
        begin += _fen(row, design)
        # so many of the points lie below the end of this row, and there are no more than rows asked for
        below = 0 if begin <= start else (begin - start - 1) // interval + 1
        below = min(below, design.rows)
        if below > seen:
            drawn.append(_drawn(row, below - seen))
        seen = below
    return msgspec.structs.replace(
        base, drawn=tuple(drawn), total_fen=total, interval_fen=interval, start_fen=start
    )


def _fen(row: _Row, design: Design) -> int:
    """Return the amount of a row; none counts as nothing."""
    fen = _value(row, design)
    if fen is None:
        return 0
    if type(fen) is not int or fen < 0:
        raise SamplingError(f"whole fen from 0 on in {design.column}", str(fen)[:40])
    return fen
