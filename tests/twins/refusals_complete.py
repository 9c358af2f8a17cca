"""Lies told to a reader of completeness: a month's total, a case's entries, an absence."""

from __future__ import annotations

from typing import Final

from tests.ledger.parties import LEAVES
from tests.twins.cuts import Cut
from tests.twins.refusals import COMPUTED, Lie

from aidledger.ledger.index import Index, check_items, check_key
from aidledger.ledger.sumtree import MAX_FEN, PaidLine, SumTree, check_line


def lines(*amounts: int) -> list[PaidLine]:
    return [PaidLine(n, LEAVES[n], fen) for n, fen in enumerate(amounts)]


def a_negative_payment() -> bool:
    """A payment of 100 is proven within a total of 60, since a line takes 40 back."""
    paid = lines(100, -40)
    tree = SumTree(paid)
    return check_line(paid[0], 0, tree.path(0), tree.root).proven and tree.root.total_fen == 60


def a_total_beyond_all_numbers() -> bool:
    return SumTree(lines(MAX_FEN, 1)).root.total_fen > MAX_FEN


def a_sum_that_hides_money() -> bool:
    """The sibling's sum is stated smaller than it is hashed: the total looks smaller."""
    paid = lines(100, 40)
    tree = SumTree(paid)
    (step,) = tree.path(0)
    lied = [type(step)(step.hash, 0)]
    return check_line(paid[0], 0, lied, type(tree.root)(tree.root.hash, 100, 2)).proven


def one_payment_twice() -> bool:
    paid = lines(100)
    return SumTree([*paid, *paid]).root.total_fen == 200


INDEX = Index()
for _number, _key in enumerate("abcd"):
    INDEX.add(f"case/{_key}", _number, LEAVES[_number])
INDEX.add("case/b", 9, LEAVES[9])
ROWS, ROOT = INDEX.root()


def an_entry_left_out() -> bool:
    (row,) = INDEX.prove("case/b")
    return check_items(row, [LEAVES[1]]).status == "present"


def another_entry_among_them() -> bool:
    (row,) = INDEX.prove("case/b")
    return check_items(row, [LEAVES[1], LEAVES[8]]).status == "present"


def absent_between_rows_that_are_no_neighbours() -> bool:
    shown = (*INDEX.prove("case/a"), *INDEX.prove("case/d"))
    return check_key("case/b", shown, root=ROOT, rows=ROWS).status == "absent"


def absent_behind_a_row_that_is_not_the_last() -> bool:
    return check_key("case/b", INDEX.prove("case/a"), root=ROOT, rows=ROWS).status == "absent"


def a_row_of_another_index() -> bool:
    """The index as it was before the last entry of the case."""
    other = Index()
    for number, key in enumerate("abcd"):
        other.add(f"case/{key}", number, LEAVES[number])
    return check_key("case/b", other.prove("case/b"), root=ROOT, rows=ROWS).status == "present"


NOT_NEGATIVE: Final = (
    Cut(
        "ledger.sumtree:line_hash",
        "if type(number) is not int or not 0 <= number <= MAX_FEN:",
        "if False:",
        more=(("_NUMBER_BYTES, line.amount_fen)", "_NUMBER_BYTES, line.amount_fen % 2 ** 64)"),),
    ),
    Cut("ledger.sumtree:_packed", "_NUMBER_BYTES, fen,", "_NUMBER_BYTES, fen % 2 ** 64,"),
    Cut(
        "ledger.sumtree:check_line",
        "len(step.hash) != HASH_BYTES or not 0 <= step.fen <= MAX_FEN - total",
        "False",
    ),
)

COMPLETENESS_LIES: Final[dict[str, Lie]] = {
    "sums: a negative payment": Lie(a_negative_payment, NOT_NEGATIVE),
    "sums: overflow": Lie(
        a_total_beyond_all_numbers,
        (Cut("ledger.sumtree:SumTree.__init__", "if total > MAX_FEN:", "if False:"),),
    ),
    "sums: hidden money": Lie(
        a_sum_that_hides_money,
        (Cut("ledger.sumtree:check_line", "if found != root.hash:", "if False:"),),
    ),
    "sums: one payment twice": Lie(
        one_payment_twice,
        (Cut("ledger.sumtree:SumTree.__init__", "a.position >= b.position", "False"),),
    ),
    "index: an entry left out": Lie(
        an_entry_left_out,
        (
            Cut(
                "ledger.index:check_items",
                "if len(items) != row.count:",
                "if False:",
                more=(("if root != row.root:", "if False:"),),
            ),
        ),
    ),
    "index: another entry": Lie(
        another_entry_among_them,
        (Cut("ledger.index:check_items", "if root != row.root:", "if False:"),),
    ),
    "index: no neighbours": Lie(
        absent_between_rows_that_are_no_neighbours,
        (Cut("ledger.index:check_key", "upper.index == lower.index + 1 and", ""),),
    ),
    "index: not the last": Lie(
        absent_behind_a_row_that_is_not_the_last,
        (Cut("ledger.index:check_key", "one.index == rows - 1 and", ""),),
    ),
    "index: a row of another index": Lie(a_row_of_another_index, (COMPUTED,)),
}
