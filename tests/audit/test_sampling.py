"""Samples: the same for everybody, fair to each row, and right to the fen."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.audit.sampling import Design, Sample, SamplingError, draw, shares
from aidledger.ledger.tree import root_of_leaves
from aidledger.replay.digest import digest_of
from aidledger.replay.engine import building

ROOT = bytes(range(32))
ROWS = 400


@pytest.fixture(scope="module")
def laid() -> Iterator[duckdb.DuckDBPyConnection]:
    """People of three villages with amounts of 0 to 799 fen, and one of them with most of the money."""
    with building(None) as connection:
        connection.execute(
            f"CREATE TABLE people AS SELECT n AS id, CASE WHEN n % 10 = 0 THEN 'a' WHEN n % 10 < 4 "
            f"THEN 'b' ELSE 'c' END AS village, CASE WHEN n = 7 THEN 1000000 WHEN n % 5 = 0 THEN NULL "
            f"ELSE n * 2 END AS fen, n - 3 AS debt FROM RANGE({ROWS}) AS r(n)"
        )
        yield connection


def drawn(
    laid: duckdb.DuckDBPyConnection,
    method: str,
    rows: int,
    column: str | None = None,
    words: str = "",
) -> Sample:
    design = Design(method=method, rows=rows, column=column, words=words)  # type: ignore[arg-type]
    return draw(laid, "people", ("id",), design, ROOT)


def leaves(laid: duckdb.DuckDBPyConnection) -> list[tuple[bytes, dict[str, object]]]:
    """Return what is hashed of each row, written here by another hand."""
    found = laid.execute("SELECT id, village, fen, debt FROM people ORDER BY id").fetchall()
    rows = [{"debt": d, "fen": f, "id": i, "village": v} for i, v, f, d in found]
    texts = [json.dumps(row, separators=(",", ":")).encode() for row in rows]
    return [
        (hashlib.sha256(b"\0" + text).digest(), row) for text, row in zip(texts, rows, strict=True)
    ]


def test_a_random_sample_is_what_the_page_says(laid: duckdb.DuckDBPyConnection) -> None:
    found = drawn(laid, "random", 20, words="2023-07")
    all_ = leaves(laid)
    root = root_of_leaves([leaf for leaf, _ in all_])
    seed = hashlib.sha256(b"aidledger/sample/v1\n" + ROOT + root + b"2023-07").digest()
    ranked = sorted(all_, key=lambda one: hashlib.sha256(seed + one[0]).digest())[:20]

    assert (root.hex(), seed.hex(), ROWS) == (found.root, found.seed, found.population)
    assert digest_of(laid, "people", ("id",)).root == found.root
    assert {row["id"] for _, row in ranked} == {one.row["id"] for one in found.drawn}
    assert [all_[one.place][0].hex() for one in found.drawn] == [one.leaf for one in found.drawn]


def test_other_words_another_root_or_another_row_give_another_sample(
    laid: duckdb.DuckDBPyConnection,
) -> None:
    before = drawn(laid, "random", 20)
    other_words = drawn(laid, "random", 20, words="x")
    other_root = draw(laid, "people", ("id",), before.design, bytes(32))
    laid.execute("UPDATE people SET village = 'd' WHERE id = 399")
    other_row = drawn(laid, "random", 20)
    laid.execute("UPDATE people SET village = 'c' WHERE id = 399")

    assert before == drawn(laid, "random", 20)
    for other in (other_words, other_root, other_row):
        assert before.seed != other.seed
        assert [one.place for one in before.drawn] != [one.place for one in other.drawn]


def test_each_row_is_drawn_about_equally_often(laid: duckdb.DuckDBPyConnection) -> None:
    """200 draws of 40 from 400: each row is expected 20 times."""
    times = Counter(
        one.place for n in range(200) for one in drawn(laid, "random", 40, words=str(n)).drawn
    )

    assert ROWS == len(times)
    assert (20, 200 * 40) == (sum(times.values()) / ROWS, sum(times.values()))
    # 20 in the mean, with a deviation of 4.2: five of them either way
    assert (min(times.values()) > 0, max(times.values()) < 42) == (True, True)


def test_each_stratum_has_its_share(laid: duckdb.DuckDBPyConnection) -> None:
    found = drawn(laid, "stratified", 20, "village")

    assert {"a": 2, "b": 6, "c": 12} == Counter(one.share for one in found.drawn)
    assert [one.share for one in found.drawn] == [one.row["village"] for one in found.drawn]
    assert {"a": 1, "b": 1, "c": 1} == Counter(
        one.share for one in drawn(laid, "stratified", 3, "village").drawn
    )


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 500), min_size=1),
    st.data(),
)
def test_shares_add_up_and_none_is_empty_or_too_large(
    counts: dict[str, int], data: st.DataObject
) -> None:
    rows = data.draw(st.integers(len(counts), sum(counts.values())))
    given_rows = shares(counts, rows)

    assert rows == sum(given_rows.values())
    assert all(1 <= given_rows[name] <= counts[name] for name in counts)


def test_large_amounts_are_always_drawn_and_the_hits_are_as_many_as_asked_for(
    laid: duckdb.DuckDBPyConnection,
) -> None:
    for words in map(str, range(20)):
        found = drawn(laid, "monetary", 25, "fen", words)
        seven = next(one for one in found.drawn if one.row["id"] == 7)

        assert 25 == sum(int(one.share or 0) for one in found.drawn)
        assert found.total_fen is not None
        assert found.interval_fen == found.total_fen // 25
        assert int(seven.share or 0) >= 1_000_000 // found.interval_fen
        assert all(one.row["fen"] for one in found.drawn)


def test_a_monetary_sample_hits_what_lies_at_its_points(laid: duckdb.DuckDBPyConnection) -> None:
    found = drawn(laid, "monetary", 25, "fen")
    assert found.start_fen is not None
    assert found.interval_fen is not None
    points = [found.start_fen + n * found.interval_fen for n in range(25)]
    begin, hit = 0, {}
    for place, (_, row) in enumerate(leaves(laid)):
        end = begin + int(str(row["fen"] or 0))
        if inside := sum(begin <= point < end for point in points):
            hit[place] = inside
        begin = end

    assert hit == {one.place: one.share for one in found.drawn}


@pytest.mark.parametrize(
    ("method", "rows", "column", "said"),
    [
        ("random", 0, None, "a sample of 1 to 400 rows"),
        ("random", 401, None, "a sample of 1 to 400 rows"),
        ("stratified", 2, "village", "at least one row for each of 3 strata"),
        ("stratified", 9, "nowhere", "a column of debt, fen, id, village"),
        ("monetary", 9, "village", "whole fen from 0 on in village"),
        ("monetary", 9, "debt", "whole fen from 0 on in debt"),
        ("monetary", 9, None, "a column of"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    method: str, rows: int, column: str | None, said: str, laid: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(SamplingError, match=said):
        drawn(laid, method, rows, column)
