from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.making import Ledger, codes, make_ledger, make_record, make_tree, verify

from aidledger.ledger import canonical, window
from aidledger.ledger.entry import Entry
from aidledger.ledger.tree import EMPTY_ROOT, leaf_hash, subtree_spans
from aidledger.ledger.verify import LATER_RUNGS, MADE_RUNGS, verify_entries

SMALL = make_ledger(6)
LARGE = make_ledger(600, streams=7)


def ledger(source: Ledger = SMALL) -> Ledger:
    return deepcopy(source)


def positions(report: Any) -> set[int | None]:
    return {finding.position for finding in report.findings}


def statuses(report: Any) -> dict[str, str]:
    return {rung.name: rung.status for rung in report.rungs}


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


def flip_bytes(value: bytes, bit: int) -> bytes:
    data = bytearray(value)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


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


@pytest.mark.parametrize("at", [0, 1, 3, 5])
def test_a_deleted_row_gives_one_finding_for_the_gap_and_one_for_the_chain(at: int) -> None:
    rows, nodes, head = ledger()
    del rows[at]
    report = verify((rows, nodes, head))
    if at == 5:
        assert [("head_size", 5)] == codes(report)
        return
    expected = [("position_missing", at)]
    if at + 2 < 6:
        expected.append(("version_differs", at + 2))

    assert expected == codes(report)
    assert "" == report.root


def test_many_deleted_rows_give_one_finding_across_windows() -> None:
    rows, nodes, head = make_ledger(9000, streams=9000, per_second=50)
    kept = rows[:10] + rows[8500:]
    report = verify((kept, nodes, head))

    assert [("position_missing", 10)] == codes(report)
    assert "positions 10 to 8499" == report.findings[0].expected
    assert "8490 rows missing" == report.findings[0].found


def test_a_deleted_tail_is_found_by_the_head() -> None:
    rows, nodes, head = ledger(LARGE)
    report = verify((rows[:400], nodes, head))

    assert [("node_extra", 256), ("head_size", 400)] == codes(report)


def test_rows_added_past_the_head_are_found() -> None:
    longer, _, _ = make_ledger(602, streams=7)
    report = verify((longer, LARGE[1], LARGE[2]))

    assert [("head_size", 600)] == codes(report)


def test_rows_deleted_and_renumbered_are_found_without_a_flood() -> None:
    rows, nodes, head = ledger(LARGE)
    del rows[100]
    for position, row in enumerate(rows):
        row[0] = position
    report = verify((rows, nodes, head))

    assert [("node_differs", 0), ("version_differs", 106), ("head_size", 599)] == codes(report)
    assert "nodes 1/0 to 1/1" == report.findings[0].field


def test_a_forged_row_between_two_is_found_without_a_flood() -> None:
    rows, nodes, head = ledger(LARGE)
    forged = make_record(stream="case/9999", recorded_at=rows[100][4])
    row = [100, "case/9999", 1, "VisitRecorded", rows[100][4], forged, leaf_hash(forged)]
    rows.insert(100, row)
    for position, one in enumerate(rows):
        one[0] = position
    report = verify((rows, nodes, head))
    frontier = [("head_frontier", start) for start, _ in subtree_spans(600)]
    expected = [("node_differs", 0), *frontier, ("head_size", 600), ("head_root", None)]

    assert sorted(expected, key=str) == sorted(codes(report), key=str)


def test_a_duplicated_row_is_named() -> None:
    rows, nodes, head = ledger()
    rows.insert(3, list(rows[2]))
    report = verify((rows, nodes, head))

    assert {2} == positions(report)
    assert {"position_repeated", "version_differs"} == {code for code, _ in codes(report)}


@pytest.mark.parametrize(
    ("a", "b"), [(0, 2), (1, 3), (2, 4), (0, 4), (1, 5), (1, 4), (0, 5), (2, 3)]
)
def test_a_swapped_pair_names_both(a: int, b: int) -> None:
    rows, nodes, head = ledger()
    rows[a][0], rows[b][0] = rows[b][0], rows[a][0]
    rows.sort(key=lambda row: row[0])
    report = verify((rows, nodes, head))
    told = " ".join(finding.message("en") for finding in report.findings)

    assert f"position {a}" in told
    assert f"position {b}" in told


def test_two_rows_of_one_stream_swapped_whole_are_named_by_its_versions() -> None:
    rows, nodes, head = make_ledger(6, streams=1, per_second=100)
    rows[2][0], rows[3][0] = 3, 2
    rows.sort(key=lambda row: row[0])
    report = verify((rows, nodes, head))

    assert [("version_differs", 2), ("version_differs", 3)] == [
        pair for pair in codes(report) if not pair[0].startswith("head")
    ]


def renewed(rows: list[list[Any]], position: int, **changes: Any) -> None:
    """Rewrite one row as an insider would: record, hash and columns agree again."""
    value = canonical.decode(rows[position][5]) | changes
    record = canonical.encode(value)
    row = rows[position]
    row[1:] = [
        value["stream"],
        value["version"],
        value["$type"],
        value["recorded_at"],
        record,
        leaf_hash(record),
    ]


def test_a_record_rewritten_with_its_hash_breaks_its_stream_and_the_tree() -> None:
    rows, nodes, head = ledger()
    renewed(rows, 2, data={"amount_fen": 1})
    report = verify((rows, nodes, head))

    assert ("prev_differs", 4) in codes(report)
    assert "(position 2)" in next(f for f in report.findings if f.code == "prev_differs").expected
    assert {"prev_differs", "head_root", "head_frontier"} == {code for code, _ in codes(report)}


def test_the_last_record_rewritten_with_its_hash_is_placed_by_the_frontier() -> None:
    rows, nodes, head = ledger()
    renewed(rows, 5, data={"amount_fen": 1})
    report = verify((rows, nodes, head))

    assert [("head_frontier", 4), ("head_root", None)] == codes(report)
    assert "positions 4 to 5" in report.findings[0].expected


def test_a_record_rewritten_in_a_whole_tile_is_placed_by_the_node() -> None:
    rows, nodes, head = make_ledger(600, streams=600)
    renewed(rows, 300, data={"amount_fen": 1})
    report = verify((rows, nodes, head))

    assert ("node_differs", 256) in codes(report)
    assert (
        "positions 256 to 511"
        in next(f for f in report.findings if f.code == "node_differs").expected
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 7}, "version_differs"),
        ({"version": 2}, "version_differs"),
        ({"prev": "00" * 32}, "prev_differs"),
        ({"prev": None}, "prev_differs"),
        ({"recorded_at": "2021-02-17T09:31:05.123456Z"}, "recorded_at_back"),
        ({"recorded_at": "2023-02-17T09:31:05.123456Z"}, "recorded_at_back"),
    ],
)
def test_forged_links_and_times_are_found_even_with_a_new_tree(
    changes: dict[str, Any], code: str
) -> None:
    rows, _, _ = make_ledger(9, streams=2)
    renewed(rows, 4, **changes)
    report = verify((rows, *make_tree(rows)))

    assert (code, 4) in codes(report)
    assert {4, 6} >= positions(report)


def test_a_forged_entry_at_the_head_of_a_stream_accuses_no_other() -> None:
    rows, _, _ = make_ledger(9, streams=2)
    renewed(rows, 4, version=2**50)
    report = verify((rows, *make_tree(rows)))

    assert [("version_differs", 4)] == [
        pair for pair in codes(report) if pair[0] == "version_differs"
    ]


def test_all_damage_is_reported_not_only_the_first() -> None:
    rows, nodes, head = ledger(LARGE)
    rows[10][5] = flip_bytes(rows[10][5], 99)
    rows[20][4] = "2022-02-17T09:00:00.000000Z"
    rows[550][6] = bytes(32)
    rows[300][3] = "OtherType"
    nodes[1][2] = bytes(32)
    head[3] = "2022-02-17T08:00:00.000000Z"
    report = verify((rows, nodes, head))

    assert {10, 20, 256, 300, 550, 599} == positions(report)
    assert {"columns", "tree"} <= {
        name for name, state in statuses(report).items() if state == "damaged"
    }


def test_missing_and_repeated_nodes_and_a_missing_head_are_found() -> None:
    rows, nodes, head = LARGE

    assert [("node_missing", 0)] == codes(verify((rows, [], head)))
    assert [("node_missing", 256)] == codes(verify((rows, nodes[:1], head)))
    assert [("node_repeated", 0)] == codes(verify((rows, [nodes[0], *nodes], head)))
    assert [("head_missing", None)] == codes(verify((rows, nodes, None)))


def test_an_opaque_record_is_refused_by_name() -> None:
    rows, nodes, head = ledger()
    rows[2][5] = b"\x78\x9c" + rows[2][5]
    report = verify((rows, nodes, head))

    assert [("leaf_hash_differs", 2), ("opaque_record", 2)] == codes(report)
    assert "damaged" == statuses(report)["bytes"]


def refuse_large(entry: Entry) -> list[tuple[str, str, str, str]]:
    if isinstance(entry.data, msgspec.Raw) or entry.data["n"] != 3:
        return []
    return [("data_form", "n", "at most 2", "3")]


def test_the_reader_of_typed_data_adds_its_findings() -> None:
    report = verify(ledger(), check_data=refuse_large)

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


def test_the_size_of_a_window_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, nodes, head = ledger(LARGE)
    rows[256][5] = flip_bytes(rows[256][5], 80)
    rows[257][1] = "case/1"
    del rows[511]
    large = verify((rows, nodes, head))
    for module in ("window", "careful", "verify"):
        monkeypatch.setattr(f"aidledger.ledger.{module}.CHUNK_ROWS", 256)

    assert 4096 == window.CHUNK_ROWS or codes(large) == codes(verify((rows, nodes, head)))


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
