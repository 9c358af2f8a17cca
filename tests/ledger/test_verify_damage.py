from __future__ import annotations

from typing import Any

import pytest
from tests.ledger.making import (
    LARGE,
    codes,
    flip_bytes,
    ledger,
    make_ledger,
    make_record,
    make_tree,
    positions,
    statuses,
    verify,
)

from aidledger.ledger import canonical
from aidledger.ledger.tree import EMPTY_ROOT, leaf_hash, subtree_spans


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


@pytest.mark.parametrize("level", range(1, 8))
def test_a_node_far_above_the_tree_is_found(level: int) -> None:
    """Behind a level that had none, all above were passed over."""
    rows, nodes, head = ledger(LARGE)
    report = verify((rows, [*nodes, (level, 256, bytes(32))], head))

    assert ["node_extra"] == [one.code for one in report.findings]


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


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("$type", "visit"),
        ("actor", ""),
        ("cause", "a b"),
        ("office", "x" * 129),
        ("effective_on", "2022-02-30"),
        ("recorded_at", "2022-02-17T09:00:02.0001Z"),
        ("stream", "case/1//2"),
        ("v", 2),
        ("version", 0),
        ("policy", {"hash": "sha256:0", "pack": "p"}),
        ("sealed", {"name": "AB" * 32}),
        ("prev", "AB" * 32),
        ("prev", "ab" * 31),
        ("prev", " " + "a" * 63),
        ("prev", "g" * 64),
    ],
)
def test_a_record_out_of_form_is_found_though_everything_stored_agrees(
    field: str, value: Any
) -> None:
    rows, _, _ = make_ledger(4, streams=4)
    renewed(rows, 2, **{field: value})
    report = verify((rows, *make_tree(rows)))

    assert ("record_field", 2) in codes(report)
    assert field in {finding.field for finding in report.findings}
    assert {2} >= positions(report) - {3}


def test_the_first_entry_of_a_stream_links_to_nothing() -> None:
    rows, _, _ = make_ledger(4, streams=4)
    renewed(rows, 2, prev="ab" * 32)
    report = verify((rows, *make_tree(rows)))

    assert [("prev_differs", 2)] == codes(report)
    assert "null" == report.findings[0].expected


def test_a_boolean_is_not_the_number_one() -> None:
    for column in (0, 2):
        rows, nodes, head = make_ledger(2, streams=2)
        rows[1][column] = True
        report = verify((rows, nodes, head))

        assert [("column_type", 1)] == codes(report)


def test_the_head_of_an_empty_ledger_has_no_time() -> None:
    head = [0, EMPTY_ROOT, b"", "2022-02-17T09:31:05.123456Z"]

    assert [("head_form", None)] == codes(verify(([], [], head)))
