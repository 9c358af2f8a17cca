from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.making import (
    LARGE,
    SMALL,
    Ledger,
    codes,
    flip_bytes,
    ledger,
    make_ledger,
    positions,
    statuses,
    verify,
)

from aidledger.ledger.chunk import _check_fast, check_chunk
from aidledger.ledger.entry import Entry
from aidledger.ledger.tree import EMPTY_ROOT
from aidledger.ledger.verify import (
    LATER_RUNGS,
    MADE_RUNGS,
    VerifyReport,
    verify_entries,
    verify_ranges,
    windows,
)
from aidledger.ledger.window import Job


@pytest.mark.parametrize("size", [1, 2, 6, 255, 256, 257, 600, 4096, 4099])
def test_a_consistent_ledger_is_unproven_and_never_more(size: int) -> None:
    rows, nodes, head = make_ledger(size, streams=3, per_second=50)
    report = verify((rows, nodes, head))

    assert [] == report.findings
    assert "unproven" == report.verdict
    assert (size, head[1].hex()) == (report.entries, report.root)
    assert dict.fromkeys(MADE_RUNGS, "ok") | dict.fromkeys(LATER_RUNGS, "not_made") == statuses(
        report
    )
    assert all(rung.why for rung in report.rungs if rung.status == "not_made")


def test_an_empty_ledger_is_consistent() -> None:
    report = verify_entries([], [], (0, EMPTY_ROOT, b"", None))

    assert [] == report.findings
    assert EMPTY_ROOT.hex() == report.root


def flip_text(text: str, bit: int) -> str:
    data = bytearray(text.encode("latin-1"))
    data[bit // 8] ^= 1 << bit % 8
    return data.decode("latin-1")


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize("column", [1, 3, 4, 5, 6])
def test_every_single_bit_of_every_stored_text_is_found_and_placed(
    position: int, column: int
) -> None:
    rows, nodes, head = ledger()
    value = rows[position][column]
    flip: Callable[[Any, int], Any] = flip_text if type(value) is str else flip_bytes
    for bit in range(len(value) * 8):
        rows[position][column] = flip(value, bit)
        report = verify((rows, nodes, head))

        assert {position} == positions(report), (bit, codes(report))
        assert "damaged" == report.verdict


@pytest.mark.parametrize("position", range(6))
def test_every_single_bit_of_the_version_column_is_found_and_placed(position: int) -> None:
    rows, nodes, head = ledger()
    version = rows[position][2]
    for bit in range(70):
        rows[position][2] = version ^ 1 << bit
        report = verify((rows, nodes, head))

        assert [("column_differs", position)] == codes(report)


@pytest.mark.parametrize("position", range(6))
def test_every_single_bit_of_the_position_is_found_and_placed(position: int) -> None:
    for bit in range(70):
        rows, nodes, head = ledger()
        rows[position][0] ^= 1 << bit
        for order in (rows, sorted(rows, key=lambda row: row[0])):
            report = verify((order, nodes, head))

            assert position in positions(report), (bit, codes(report))
            assert len(report.findings) <= 6


def test_every_single_bit_of_the_head_is_found() -> None:
    rows, nodes, head = ledger()
    for column, value in enumerate(head):
        bits = 40 if type(value) is int else len(value) * 8
        for bit in range(bits):
            changed = list(head)
            if type(value) is int:
                changed[0] = value ^ 1 << bit
            else:
                flip: Callable[[Any, int], Any] = flip_text if type(value) is str else flip_bytes
                changed[column] = flip(value, bit)
            report = verify((rows, nodes, changed))

            assert report.findings
            assert {code for code, _ in codes(report)} <= {
                "head_size",
                "head_root",
                "head_frontier",
                "head_recorded_at",
                "head_form",
            }


@pytest.mark.parametrize("number", [0, 1])
def test_every_single_bit_of_the_nodes_is_found(number: int) -> None:
    rows, nodes, head = LARGE
    small_rows = [tuple(row) for row in rows]
    for column in range(3):
        value = nodes[number][column]
        for bit in range(0, 256, 7) if column == 2 else range(70):
            changed = deepcopy(nodes)
            changed[number][column] = flip_bytes(value, bit) if column == 2 else value ^ 1 << bit
            if bit in {0, 3, 69} or (column == 2 and bit % 5 == 0):
                report = verify_entries(small_rows, changed, tuple(head))

                assert report.findings
                assert {code.split("_")[0] for code, _ in codes(report)} == {"node"}
                assert column != 2 or [("node_differs", number * 256)] == codes(report)


class RefuseLarge:
    def heads(self, records: Sequence[bytes]) -> None:
        """Say nothing of records that are not decoded."""

    def all_right(self, entries: Sequence[Entry]) -> bool:
        return not any(map(self.faults, entries))

    def faults(self, entry: Entry) -> list[tuple[str, str, str, str]]:
        if not isinstance(entry.data, dict) or entry.data["n"] != 3:
            return []
        return [("data_form", "n", "at most 2", "3")]


def test_the_reader_of_typed_data_adds_its_findings() -> None:
    report = verify(ledger(), check_data=RefuseLarge())

    assert [("data_form", 3)] == codes(report)
    assert "case/0001" == report.findings[0].stream
    assert "damaged" == statuses(report)["bytes"]


def test_an_executor_gives_the_same_report_and_progress_counts_entries() -> None:
    rows, nodes, head = make_ledger(9000, streams=50, per_second=9)
    rows[5000][5] = flip_bytes(rows[5000][5], 800)
    del rows[8000]
    told: list[int] = []
    alone = verify((rows, nodes, head), progress=told.append)
    with ThreadPoolExecutor(2) as executor:
        together = verify((rows, nodes, head), executor=executor)

    assert alone == together
    assert [4096, 8191, 8999] == told


def in_ranges(source: Ledger) -> VerifyReport | None:
    rows, nodes, head = source

    def read(start: int, stop: int | None) -> list[Any]:
        known = [row for row in rows if type(row[0]) is int and row[0] >= start]
        return [tuple(row) for row in known if stop is None or row[0] < stop]

    with ThreadPoolExecutor(2) as executor:
        return verify_ranges(read, len(rows), nodes, tuple(head), executor=executor)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 8192])
def test_ranges_read_elsewhere_give_the_same_report(size: int) -> None:
    source = make_ledger(size, streams=50, per_second=9)

    assert verify(source) == in_ranges(source)


DAMAGE: list[Callable[[list[Any]], object]] = [
    lambda rows: rows.pop(5),
    lambda rows: rows.pop(4096),
    lambda rows: rows.pop(),
    lambda rows: rows.insert(0, [-1, *rows[0][1:]]),
    lambda rows: rows.insert(0, [None, *rows[0][1:]]),
    lambda rows: rows.insert(7, list(rows[7])),
    lambda rows: rows.append([2**60, *rows[7][1:]]),
    lambda rows: rows.insert(0, [-1, *rows.pop()[1:]]),
    lambda rows: rows.insert(0, [None, *rows.pop(9)[1:]]),
    lambda rows: rows[4500].__setitem__(5, flip_bytes(rows[4500][5], 800)),
    lambda rows: rows[4500].__setitem__(6, rows[4501][6]),
    lambda rows: rows[4999].__setitem__(4, "2021-02-17T09:31:05.123456Z"),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_ranges_say_nothing_about_rows_that_are_not_all_there_and_right(
    damage: Callable[[list[Any]], object],
) -> None:
    source = make_ledger(5000, streams=50, per_second=9)
    damage(source[0])

    assert in_ranges(source) is None
    assert verify(source).findings


def test_a_damaged_tree_is_found_by_ranges_as_by_rows() -> None:
    rows, nodes, head = make_ledger(5000, streams=50, per_second=9)
    head[1] = bytes(32)
    nodes[2][2] = bytes(32)

    assert verify((rows, nodes, head)) == in_ranges((rows, nodes, head))


def test_a_window_and_its_answer_travel_between_processes() -> None:
    rows = [tuple(row) for row in ledger()[0]]
    for part in (rows, [*rows[:2], None, *rows[3:]]):
        job = Job(start=0, rows=part, keep_tile=0, check_data=RefuseLarge())
        copy = pickle.loads(pickle.dumps(job))  # noqa: S301  (our own)
        answer = pickle.loads(pickle.dumps(check_chunk(copy)))  # noqa: S301  (our own)

        assert check_chunk(job) == answer


def test_the_size_of_a_window_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, nodes, head = ledger(LARGE)
    rows[256][5] = flip_bytes(rows[256][5], 80)
    rows[257][1] = "case/1"
    del rows[511]
    large = verify((rows, nodes, head))
    for module in ("window", "careful", "verify"):
        monkeypatch.setattr(f"aidledger.ledger.{module}.CHUNK_ROWS", 256)

    assert codes(large) == codes(verify((rows, nodes, head)))


@given(st.lists(st.none() | st.integers(0, 14), max_size=30))
def test_windows_leave_out_no_row_whatever_its_number(numbers: list[int | None]) -> None:
    rows = [(number,) for number in numbers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aidledger.ledger.verify.CHUNK_ROWS", 4)
        patch.setattr("aidledger.ledger.verify._ROWS_LIMIT", 16)
        cut = list(windows(rows))

    assert rows == [row for _, window in cut for row in window]
    assert all(window and start % 4 == 0 for start, window in cut)


hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**5000),
    st.floats(),
    st.text(max_size=5),
    st.just("\ud800"),
    st.binary(max_size=40),
    st.just(bytearray(32)),
    st.just(memoryview(bytes(32))),
    st.lists(st.integers(), max_size=3),
    st.just({}),
)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_hostile_values_in_rows_become_findings_never_exceptions(draw: st.DataObject) -> None:
    rows, nodes, head = ledger()
    position, column = draw.draw(st.integers(0, 5)), draw.draw(st.integers(0, 6))
    value = draw.draw(hostile)
    same = type(value) is type(rows[position][column]) and value == rows[position][column]
    rows[position][column] = value
    report = verify((rows, nodes, head))

    assert same or position in positions(report)
    assert same or report.findings
    for finding in report.findings:
        assert finding.message("zh").isprintable()
        assert len(finding.found) <= 90
        msgspec.json.encode(finding)


def nearly(value: Any) -> list[Any]:
    """Values that are equal to another one, or look like it, and are not it."""
    if type(value) is int:
        return [float(value), str(value), value + 1, *([True] if value == 1 else [])]
    if type(value) is str:
        return [f"{value}\n", f"\n{value}", value.encode(), value[:-1], f"{value}\ud800"]
    return [bytearray(value), memoryview(value), value.hex(), value + b"\n", value[:-1]]


@pytest.mark.parametrize("column", range(7))
def test_the_fast_way_doubts_what_is_nearly_right(column: int) -> None:
    rows = [tuple(row) for row in ledger()[0]]
    assert _check_fast(0, rows, 0, None)
    for position, row in enumerate(rows):
        others = [other[column] for other in rows if other[column] != row[column]]
        for value in (*nearly(row[column]), *others):
            changed = (*row[:column], value, *row[column + 1 :])

            assert (
                _check_fast(0, [*rows[:position], changed, *rows[position + 1 :]], 0, None) is None
            )
        assert _check_fast(0, [*rows[:position], list(row), *rows[position + 1 :]], 0, None) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), hostile), min_size=2, max_size=5))
@settings(max_examples=200, deadline=None)
def test_many_hostile_values_at_once_become_findings(damage: list[tuple[int, int, Any]]) -> None:
    rows, nodes, head = ledger()
    for position, column, value in damage:
        rows[position][column] = value
    report = verify((rows, nodes, head))

    assert report.findings or rows == SMALL[0]
    msgspec.json.encode(report.findings)


@given(st.lists(hostile | st.tuples(hostile, hostile, hostile) | st.just((0,) * 7), max_size=5))
@settings(max_examples=100, deadline=None)
def test_hostile_rows_nodes_and_heads_become_findings(values: list[Any]) -> None:
    rows, nodes, head = ledger()

    assert verify((values, nodes, head)).findings
    assert not values or verify((rows + values, nodes, head)).findings
    assert not values or verify((rows, values, head)).findings
    for value in values:
        assert verify((rows, nodes, value)).findings
        for column in range(4):
            changed = list(head)
            changed[column] = value
            assert verify((rows, nodes, changed)).findings


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-2, 9) | st.integers()), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_renumbering_is_found_and_ends(moves: list[tuple[int, int]]) -> None:
    rows, nodes, head = ledger()
    for at, position in moves:
        rows[at][0] = position
    same = [row[0] for row in rows] == list(range(6))

    assert same == (not verify((rows, nodes, head)).findings)
    rows.sort(key=lambda row: row[0])
    moved = [(row[0], row[6]) for row in rows] != [(row[0], row[6]) for row in SMALL[0]]

    assert moved == bool(verify((rows, nodes, head)).findings)
