"""Compare the stored tree (tile nodes and head) with the tree over the entries that were read.

Two trees are kept where rows are damaged: over the records' own hashes, and over the stored ones.
A stored node is right if it belongs to either (the row's own damage is reported with the row), so
that one changed record does not accuse the whole tree; what belongs to neither is damage here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aidledger.ledger.canonical import show
from aidledger.ledger.finding import Finding
from aidledger.ledger.forms import is_time
from aidledger.ledger.tree import (
    HASH_BYTES,
    TILE_WIDTH,
    Frontier,
    root_of_leaves,
    subtree_spans,
)
from aidledger.ledger.window import POSITION_LIMIT, Edge, Tile, sane_position

LEVEL_LIMIT: Final = 7
"""256**7 leaves exceed every position that canonical JSON can name."""

Level = dict[int, bytes]


class TreeCheck:
    """Collects the tiles of the windows; then compares nodes and head with them."""

    def __init__(self) -> None:
        self._own: Level = {}
        self._other: Level = {}
        self._edges: dict[int, Edge] = {}

    def add(self, tiles: list[Tile], edges: list[Edge]) -> None:
        """Take the tiles of one window, and the leaves that it kept."""
        for number, root, stored_root in tiles:
            if root is not None:
                self._own[number] = root
            if stored_root is not None:
                self._other[number] = stored_root
        for edge in edges:
            self._edges[edge.number] = edge

    def check_nodes(self, rows: Iterable[Any], stop: int) -> Iterator[Finding]:
        """Compare the stored nodes with the entries before position `stop`."""
        stored: dict[int, Level] = {}
        for number, row in enumerate(rows):
            yield from _read_node(number, row, stored)
        own, other = self._own, self._other
        for level in range(1, LEVEL_LIMIT + 1):
            kept = stored.pop(level, {})
            yield from _compare_level(level, (own, other), kept, stop)
            own, other = _level_above(own, other)

    def frontiers(self, size: int) -> list[Frontier]:
        """Frontiers that the entries before `size` give: the records' own first; none if unknown."""
        whole, rest = divmod(size, TILE_WIDTH)
        if whole > len(self._own.keys() | self._other.keys()):
            return []
        edge = self._edges.get(whole, Edge(whole, [], []))
        resolved = {**self._own, **self._other}
        found: list[Frontier] = []
        for level, leaves in (
            (self._own, edge.leaves),
            (resolved, edge.leaves),
            (resolved, edge.stored),
        ):
            roots = [root for number in range(whole) if (root := level.get(number)) is not None]
            last = [leaf for leaf in leaves[:rest] if leaf is not None]
            if len(roots) < whole or len(last) < rest:
                continue
            frontier = Frontier()
            for root in roots:
                frontier.push_tile(root)
            frontier.extend(last)
            found.append(frontier)
        return found

    def own_root(self, size: int) -> str:
        """Root over the records' own hashes (hex), empty if rows are missing or unreadable."""
        own = TreeCheck()
        own._own = self._own
        own._edges = {
            number: Edge(number, edge.leaves, edge.leaves) for number, edge in self._edges.items()
        }
        return next((frontier.root().hex() for frontier in own.frontiers(size)), "")


def _read_node(number: int, row: Any, stored: dict[int, Level]) -> Iterator[Finding]:
    """Sort one hostile row of the nodes into `stored`."""
    try:
        level, idx, node = row
    except (TypeError, ValueError):
        yield _node_finding("node_row_form", f"nodes row {number}", "3 columns", show(row))
        return
    name = f"nodes {show(level)}/{show(idx)}"
    if type(level) is not int or not 1 <= level <= LEVEL_LIMIT:
        yield _node_finding(
            "node_row_form", name, f"an integer level from 1 to {LEVEL_LIMIT}", show(level)
        )
    elif type(idx) is not int or not 0 <= idx <= POSITION_LIMIT:
        yield _node_finding("node_row_form", name, "an integer index", show(idx))
    elif type(node) is not bytes or len(node) != HASH_BYTES:
        start = sane_position(idx * TILE_WIDTH**level)
        yield _node_finding("node_row_form", name, f"{HASH_BYTES} bytes", show(node), start)
        stored.setdefault(level, {}).setdefault(idx, b"")
    elif idx in stored.setdefault(level, {}):
        start = sane_position(idx * TILE_WIDTH**level)
        yield _node_finding("node_repeated", name, "one row", "another row", start)
    else:
        stored[level][idx] = node


def _compare_level(
    level: int, trees: tuple[Level, Level], kept: Level, stop: int
) -> Iterator[Finding]:
    """Compare one level; afterwards both trees hold what the level above is to be made of."""
    own, other = trees
    width = TILE_WIDTH**level
    faults: dict[str, list[int]] = {"node_missing": [], "node_differs": [], "node_extra": []}
    for idx in sorted(own.keys() | other.keys() | kept.keys()):
        node, mine, theirs = kept.get(idx), own.get(idx), other.get(idx)
        if (idx + 1) * width > stop:
            if node is not None:
                faults["node_extra"].append(idx)
            own.pop(idx, None)
            other.pop(idx, None)
        elif node is None:
            faults["node_missing"].append(idx)
        elif mine is None and theirs is None:
            if node:  # with rows missing nothing can be compared: the node stands in for them
                other[idx] = node
        elif node in {mine, theirs}:
            other[idx] = node  # the node decides which of the two hashes was the damaged one
        elif node:
            faults["node_differs"].append(idx)
    for code, numbers in faults.items():
        for first, last in _spans(numbers):
            span = f"positions {first * width} to {(last + 1) * width - 1}"
            one = own.get(first) or other.get(first)
            single = first == last
            yield _node_finding(
                code,
                f"nodes {level}/{first}" if single else f"nodes {level}/{first} to {level}/{last}",
                "no such node"
                if code == "node_extra"
                else f"{one.hex()} over {span}"
                if single and one and code == "node_differs"
                else f"a node over {span}"
                if single
                else f"the nodes over {span}",
                "no row"
                if code == "node_missing"
                else show(kept[first].hex())
                if single
                else f"{last - first + 1} others",
                sane_position(first * width),
            )


def _level_above(own: Level, other: Level) -> tuple[Level, Level]:
    """Roots of all groups of 256 that are complete: all of own nodes, and with the others in."""
    above_own: Level = {}
    above_other: Level = {}
    for parent in {idx // TILE_WIDTH for idx in own.keys() | other.keys()}:
        children = range(parent * TILE_WIDTH, (parent + 1) * TILE_WIDTH)
        mine = [own.get(idx) for idx in children]
        theirs = [other.get(idx) or own.get(idx) for idx in children]
        if None not in mine:
            above_own[parent] = root_of_leaves([node for node in mine if node])
        if None not in theirs and theirs != mine:
            above_other[parent] = root_of_leaves([node for node in theirs if node])
    return above_own, above_other


def _spans(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Group neighbouring numbers as (first, last)."""
    first = last = None
    for number in numbers:
        if first is not None and last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def _node_finding(
    code: str, field: str, expected: str, found: str, position: int | None = None
) -> Finding:
    return Finding(code=code, position=position, field=field, expected=expected, found=found)


def check_head(
    head: Any, tree: TreeCheck, stop: int, row_count: int, last_times: tuple[str, ...]
) -> Iterator[Finding]:
    """Compare the head row (hostile) with the entries before position `stop`."""
    if head is None:
        yield _head_finding("head_missing", "head", "one row", "none")
        return
    size, faults = head_size(head), list(_head_faults(head))
    yield from faults
    if size is None:
        return
    if size != stop and not size == row_count < stop:  # one row numbered far away moves `stop`
        place = sane_position(min(size, stop))
        yield _head_finding("head_size", "size", f"{show(stop)} entries", f"{size} entries", place)
    bad = {finding.field for finding in faults}
    frontiers = tree.frontiers(stop) + (tree.frontiers(size) if size < stop else [])
    _, root, frontier, recorded_at = head
    if size <= stop and frontiers:
        roots = [known.root() for known in frontiers]
        if "root" not in bad and root not in roots:
            yield _head_finding("head_root", "root", roots[0].hex(), root.hex())
        if "frontier" not in bad and frontier not in [known.to_bytes() for known in frontiers]:
            yield from _frontier_faults(size, frontier, frontiers)
    if size == stop and "recorded_at" not in bad and last_times and recorded_at not in last_times:
        yield _head_finding(
            "head_recorded_at",
            "recorded_at",
            show(last_times[0]),
            show(recorded_at),
            sane_position(stop - 1),
        )


def head_size(head: Any) -> int | None:
    """Size that a hostile head row claims, None if it claims none."""
    try:
        size, _, _, _ = head
    except (TypeError, ValueError):
        return None
    return sane_position(size)


def _head_faults(head: Any) -> Iterator[Finding]:
    try:
        size, root, frontier, recorded_at = head
    except (TypeError, ValueError):
        found = show(head[0] if type(head) is tuple and len(head) == 1 else head)
        yield _head_finding("head_form", "head", "one row of 4 columns", found)
        return
    if sane_position(size) is None:
        yield _head_finding("head_form", "size", "an integer of at least 0", show(size))
        return
    if type(root) is not bytes or len(root) != HASH_BYTES:
        yield _head_finding("head_form", "root", f"{HASH_BYTES} bytes", show(root))
    if type(frontier) is not bytes or len(frontier) % HASH_BYTES:
        yield _head_finding("head_form", "frontier", f"{HASH_BYTES}-byte hashes", show(frontier))
    if size == 0:
        if recorded_at is not None:
            yield _head_finding("head_form", "recorded_at", "null", show(recorded_at))
    elif type(recorded_at) is not str or not is_time(recorded_at):
        yield _head_finding("head_form", "recorded_at", "a time", show(recorded_at))


def _frontier_faults(size: int, data: bytes, known: list[Frontier]) -> Iterator[Finding]:
    """Name the positions under each hash of the frontier that is not the entries'."""
    same_size = next((one for one in known if one.size == size), known[0])
    own = same_size.to_bytes()
    if len(data) != len(own):
        yield _head_finding(
            "head_frontier",
            "frontier",
            f"{len(own) // HASH_BYTES} hashes",
            f"{len(data) // HASH_BYTES} hashes",
        )
        return
    for number, (start, count) in enumerate(subtree_spans(same_size.size)):
        at = slice(number * HASH_BYTES, (number + 1) * HASH_BYTES)
        if own[at] != data[at]:
            span = f"positions {start} to {start + count - 1}"
            yield _head_finding(
                "head_frontier", "frontier", f"{own[at].hex()} over {span}", data[at].hex(), start
            )


def _head_finding(
    code: str, field: str, expected: str, found: str, position: int | None = None
) -> Finding:
    return Finding(code=code, position=position, field=field, expected=expected, found=found)
