"""Attacks on rows: columns, chain, time and tree. All but the check's own hashes agree."""

from __future__ import annotations

from typing import Any, Final

from tests.twins.cuts import Cut
from tests.twins.held import CHAIN, LONE, Held
from tests.twins.record_twins import said
from tests.twins.twins import Twin

CAREFUL = "ledger.careful:_Careful"
HEAD = "ledger.treecheck:check_head"
NODES = "ledger.treecheck:_compare_level"
OTHER = bytes(32)


def an_eighth_column(held: Held) -> None:
    held.rows[LONE].append(b"")


def a_number_that_is_none(held: Held) -> None:
    held.rows[LONE][2] = 1.0


def another_type_in_the_index(held: Held) -> None:
    held.rows[LONE][3] = "VisitMissed"


def bytes_under_the_old_hash(held: Held) -> None:
    row = held.rows[LONE]
    row[5] = row[5].replace(b'"normal":true', b'"normal":false')


def a_row_less(held: Held) -> None:
    del held.rows[LONE]


def a_number_far_away(held: Held) -> None:
    held.rows[LONE][0] = 70_000


def a_second_row_of_one_number(held: Held) -> None:
    held.rewrite(LONE, stream="case/520123-2022-second")
    second = list(held.rows[LONE])
    held.rewrite(LONE, stream="case/520123-2022-lone")
    held.rows.insert(LONE + 1, second)


def one_of_a_stream_less(held: Held) -> None:
    """The entry in the middle is gone, and the last one names the first."""
    held.delete(CHAIN + 1)
    held.rewrite(CHAIN + 1, prev=held.rows[CHAIN][6].hex())
    held.settle()


def the_first_of_a_stream_rewritten(held: Held) -> None:
    last = held.rows[CHAIN + 2][5]
    middle = said(held, CHAIN + 1)
    held.rewrite(CHAIN + 1, data={**middle["data"], "normal": False})
    held.put(CHAIN + 2, last)
    held.regrow()
    held.resign()


def back_dated(held: Held) -> None:
    early = "2022-01-03T01:00:00.000000Z"
    held.rewrite(LONE, recorded_at=early)
    held.change_batch(held.batch_at(LONE), recorded_at=early)
    held.settle()


def a_node_on_no_level(held: Held) -> None:
    held.nodes.append(["1", 0, OTHER])


def a_second_node(held: Held) -> None:
    held.nodes.append([1, 0, OTHER])


def no_node(held: Held) -> None:
    held.nodes.clear()


def a_node_beyond(held: Held) -> None:
    held.nodes.append([1, 1, OTHER])


def another_node(held: Held) -> None:
    held.nodes[0][2] = OTHER


def no_head(held: Held) -> None:
    held.head_row = None


def head_becomes(held: Held, at: int, value: Any) -> None:
    assert held.head_row is not None
    held.head_row[at] = value


def a_head_without_time(held: Held) -> None:
    head_becomes(held, 3, None)


def a_tail_less(held: Held) -> None:
    """The last batch is deleted with its row, and the head stays."""
    last = held.batches.pop()
    del held.rows[last.position :]
    held.nodes.clear()


def another_root(held: Held) -> None:
    head_becomes(held, 1, OTHER)


def another_frontier(held: Held) -> None:
    assert held.head_row is not None
    head_becomes(held, 2, OTHER + held.head_row[2][32:])


def another_time(held: Held) -> None:
    head_becomes(held, 3, "2032-01-04T01:00:00.000000Z")


LOG_TWINS: Final[dict[str, Twin]] = {
    "row_form": Twin(
        an_eighth_column,
        LONE,
        (Cut(f"{CAREFUL}._row", "columns = tuple(row)", "columns = tuple(row)[:7]"),),
    ),
    "column_type": Twin(
        a_number_that_is_none,
        LONE,
        (Cut(f"{CAREFUL}._content", "if type(value) is not kind:", "if False:"),),
    ),
    "column_differs": Twin(
        another_type_in_the_index,
        LONE,
        (Cut(f"{CAREFUL}._content", "if own != value:", "if False:"),),
    ),
    "leaf_hash_differs": Twin(
        bytes_under_the_old_hash,
        LONE,
        (Cut(f"{CAREFUL}._hashes", "leaf is not None and leaf != stored", "False"),),
    ),
    "position_missing": Twin(
        a_row_less,
        LONE,
        (
            Cut(
                "ledger.sequence:Positions.join",
                "for first, end in spans:",
                "for first, end in ():",
            ),
        ),
    ),
    "position_differs": Twin(
        a_number_far_away,
        LONE,
        (
            Cut(
                f"{CAREFUL}._place",
                "self._find('position_differs', expected, stream, 'position',"
                " show(expected), show(position))",
                "pass",
            ),
        ),
        depth="batch_missing",
    ),
    "position_repeated": Twin(
        a_second_row_of_one_number,
        LONE,
        (
            Cut(
                f"{CAREFUL}._place",
                "self._find('position_repeated', at, stream, 'position', show(expected),"
                " show(position))",
                "pass",
            ),
        ),
    ),
    "version_differs": Twin(
        one_of_a_stream_less,
        CHAIN + 1,
        (
            Cut(
                "ledger.sequence:Chain.join",
                "yield _misfit(link, 'version_differs', 'version', show(expected),"
                " show(link.version))",
                "pass",
            ),
        ),
    ),
    "prev_differs": Twin(
        the_first_of_a_stream_rewritten,
        CHAIN + 2,
        (
            Cut(
                "ledger.sequence:_linked",
                "return not hashes or link.prev in hashes",
                "return True",
            ),
        ),
    ),
    "recorded_at_back": Twin(
        back_dated,
        LONE,
        (Cut("ledger.sequence:Times.join", "if time < self._last[1]:", "if False:"),),
    ),
    "node_row_form": Twin(
        a_node_on_no_level,
        None,
        (
            Cut(
                "ledger.treecheck:_read_node",
                "if type(level) is not int or not 1 <= level <= LEVEL_LIMIT:",
                "if False:",
            ),
        ),
    ),
    "node_repeated": Twin(
        a_second_node,
        0,
        (
            Cut(
                "ledger.treecheck:_read_node",
                "yield _node_finding('node_repeated', name, 'one row', 'another row', start)",
                "pass",
            ),
        ),
    ),
    "node_missing": Twin(no_node, 0, (Cut(NODES, "faults['node_missing'].append(idx)", "pass"),)),
    "node_extra": Twin(
        a_node_beyond, 256, (Cut(NODES, "faults['node_extra'].append(idx)", "pass"),)
    ),
    "node_differs": Twin(
        another_node, 0, (Cut(NODES, "elif node in {mine, theirs}:", "elif True:"),)
    ),
    "head_missing": Twin(
        no_head,
        None,
        (Cut(HEAD, "yield _head_finding('head_missing', 'head', 'one row', 'none')", "pass"),),
    ),
    "head_form": Twin(
        a_head_without_time,
        None,
        (
            Cut(
                "ledger.treecheck:_head_faults",
                "elif type(recorded_at) is not str or not is_time(recorded_at):",
                "elif False:",
            ),
        ),
        depth="head_recorded_at",
    ),
    "head_size": Twin(
        a_tail_less,
        250,
        (Cut(HEAD, "size != stop", "False"),),
    ),
    "head_root": Twin(
        another_root,
        None,
        (Cut(HEAD, "if 'root' not in bad and root not in roots:", "if False:"),),
    ),
    "head_frontier": Twin(
        another_frontier,
        0,
        (Cut("ledger.treecheck:_frontier_faults", "if own[at] != data[at]:", "if False:"),),
    ),
    "head_recorded_at": Twin(
        another_time,
        257,
        (
            Cut(
                HEAD,
                "recorded_at not in last_times",
                "False",
            ),
        ),
    ),
}
