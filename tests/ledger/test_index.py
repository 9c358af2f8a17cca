"""The sorted index: what is there is proven, what isn't is proven absent, and nothing else is."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.ledger.index import (
    Index,
    ProvenRow,
    case_item,
    check_items,
    check_key,
    encode_row,
    person_key,
)
from aidledger.ledger.tree import leaf_hash, root_of_leaves

KEYS = st.sets(st.from_regex(r"case/[a-c0-2]{1,4}", fullmatch=True), max_size=40)


def item(number: int) -> bytes:
    return leaf_hash(str(number).encode())


def index_of(keys: list[str]) -> Index:
    index = Index()
    for number, key in enumerate(keys):
        index.add(key, number, item(number))
    return index


def lp(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def test_the_root_is_what_the_definition_says() -> None:
    index = Index()
    given_items = {"case/2": [0, 3], "case/10": [1], "case/1": [2, 4, 5]}
    for number in range(6):
        key = next(key for key, numbers in given_items.items() if number in numbers)
        index.add(key, number * 10, item(number))
    leaves = []
    for key in ("case/1", "case/10", "case/2"):
        numbers = given_items[key]
        count, last = len(numbers).to_bytes(8, "big"), (numbers[-1] * 10).to_bytes(8, "big")
        root = root_of_leaves([item(number) for number in numbers])
        row = b"aidledger/index/v1\n" + lp(key.encode()) + lp(count) + lp(last) + lp(root)
        leaves.append(hashlib.sha256(b"\0" + row).digest())

    assert (3, root_of_leaves(leaves)) == index.root()


def test_persons_and_their_cases_are_hashed_as_the_document_says() -> None:
    token, stream = "p" + "5a" * 16, "case/1"
    key = hashlib.sha256(b"aidledger/index-person/v1\n" + lp(token.encode())).hexdigest()
    body = b"aidledger/index-case/v1\n" + lp(token.encode()) + lp(stream.encode())

    assert key == person_key(token)
    assert hashlib.sha256(b"\0" + body).digest() == case_item(token, stream)


@pytest.mark.parametrize("size", range(41))
def test_every_key_of_a_small_index_is_proven_and_every_other_proven_absent(size: int) -> None:
    keys = [f"case/{2 * number + 1:03}" for number in range(size)]
    index = index_of(keys)
    rows, root = index.root()
    for number in range(2 * size + 2):
        key = f"case/{number:03}"
        proof = index.prove(key)
        answer = check_key(key, proof, root=root, rows=rows)

        assert ("present" if key in keys else "absent") == answer.status
        assert (number % 2 == 1) == (answer.row is not None) or key not in keys
        for other in (f"case/{n:03}" for n in range(2 * size + 2)):
            wrong = check_key(other, proof, root=root, rows=rows)
            # a proof of absence holds for all that lies in the same gap
            same_gap = index.prove(other) == proof
            assert (wrong.status != "refused") == same_gap


@pytest.mark.parametrize("size", range(1, 10))
def test_no_claimed_number_of_rows_hides_a_row(size: int) -> None:
    """Every row and every pair of rows, under any indexes, in an index of any claimed size."""
    keys = [f"case/{2 * number + 1:02}" for number in range(size)]
    index = index_of(keys)
    rows, root = index.root()
    all_rows = [index.prove(key)[0] for key in keys]
    for claimed in range(2 * rows + 2):
        held = [
            msgspec.structs.replace(row, index=at)
            for row in all_rows
            for at in range(claimed)
            if check_key(
                row.key, [msgspec.structs.replace(row, index=at)], root=root, rows=claimed
            ).status
            == "present"
        ]
        proofs = [[one] for one in held] + [[one, other] for one in held for other in held]

        assert not any(
            check_key(key, proof, root=root, rows=claimed).status == "absent"
            for key in keys
            for proof in proofs
        )


def test_an_index_grows_and_an_earlier_proof_does_not_hold_for_the_later() -> None:
    index = index_of(["case/1", "case/3"])
    before = index.root()
    there, gap = index.prove("case/1"), index.prove("case/2")
    index.add("case/2", 9, item(9))
    index.add("case/1", 10, item(10))
    rows, root = index.root()

    assert before != (rows, root)
    assert check_key("case/1", there, root=root, rows=rows).status == "refused"
    assert check_key("case/2", gap, root=root, rows=rows).status == "refused"
    assert check_key("case/2", gap, root=before[1], rows=before[0]).status == "absent"
    row = check_key("case/1", index.prove("case/1"), root=root, rows=rows).row
    assert row is not None
    assert (2, 10) == (row.count, row.last_position)


def test_all_items_of_a_row_and_no_others_are_all_its_items() -> None:
    index = Index()
    for number in range(7):
        index.add("case/1", number, item(number))
    (row,) = index.prove("case/1")
    items = [item(number) for number in range(7)]

    assert check_items(row, items).status == "present"
    for wrong in (items[:-1], items[1:], [*items, item(7)], items[::-1], [*items[:6], item(9)]):
        assert check_items(row, wrong).status == "refused"
    miscounted = msgspec.structs.replace(row, count=8)
    assert check_items(miscounted, items).status == "refused"


def altered(row: ProvenRow) -> list[ProvenRow]:
    change = msgspec.structs.replace
    return [
        change(row, count=row.count + 1),
        change(row, last_position=row.last_position + 1),
        change(row, index=row.index + 1),
        change(row, root=item(99)),
        change(row, key=row.key + "0"),
        change(row, path=(*row.path, item(1))),
        change(row, path=row.path[:-1]) if row.path else change(row, path=(item(1),)),
        change(row, path=(item(5), *row.path[1:])),
        change(row, count=2**64),
        change(row, key="case/\u96be"),
    ]


@settings(max_examples=80, deadline=None)
@given(KEYS, st.data())
def test_no_altered_row_and_no_row_out_of_place_proves_anything(
    keys: set[str], data: st.DataObject
) -> None:
    index = index_of(sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest()))
    rows, root = index.root()
    asked = data.draw(st.sampled_from([*sorted(keys), "case/", "case/b0", "case/zz"]))
    proof = index.prove(asked)

    honest = check_key(asked, proof, root=root, rows=rows).status

    assert ("present" if asked in keys else "absent") == honest
    assert check_key(asked, proof, root=item(7), rows=rows).status == "refused"
    # RFC 6962 paths do not always bind the number of leaves; a wrong one never turns the answer
    for claimed in range(1, 2 * rows + 3):
        answer = check_key(asked, proof, root=root, rows=claimed).status
        assert answer in ("refused", honest)
    for at, row in enumerate(proof):
        for bad in altered(row):
            wrong = (*proof[:at], bad, *proof[at + 1 :])
            assert check_key(asked, wrong, root=root, rows=rows).status == "refused"
    for wrong in (proof[::-1], (*proof, *proof), proof[:1], proof[1:], ()):
        edge = len(wrong) == 1 and wrong[0].index in (0, rows - 1) and len(proof) == 2
        holds = check_key(asked, wrong, root=root, rows=rows).status != "refused"
        assert not holds or wrong == proof or edge


def test_neighbours_that_are_not_side_by_side_do_not_hide_the_row_between_them() -> None:
    index = index_of(["case/1", "case/2", "case/3"])
    rows, root = index.root()
    ends = (*index.prove("case/1"), *index.prove("case/3"))

    assert check_key("case/2", ends, root=root, rows=rows).status == "refused"
    assert check_key("case/2", ends[:1], root=root, rows=rows).status == "refused"
    assert check_key("case/2", ends[1:], root=root, rows=rows).status == "refused"
    assert check_key("case/1", (), root=root, rows=rows).status == "refused"


def test_an_index_without_rows_proves_absence_of_everything_and_only_its_own_root_does() -> None:
    rows, root = Index().root()

    assert check_key("case/1", (), root=root, rows=rows).status == "absent"
    assert check_key("case/1", (), root=item(1), rows=0).status == "refused"
    other = index_of(["case/2"]).prove("case/2")
    assert check_key("case/1", other, root=root, rows=0).status == "refused"


def test_the_last_row_of_a_shorter_index_is_not_the_last_row_of_the_longer() -> None:
    index = index_of([f"case/{n}" for n in range(5)])
    rows, root = index.root()
    (last_but_one,) = index.prove("case/3")

    assert check_key("case/9", (last_but_one,), root=root, rows=rows).status == "refused"
    assert check_key("case/9", (last_but_one,), root=root, rows=4).status == "refused"


def test_a_row_has_one_encoding() -> None:
    rows = [("case/1", 1, 256, item(1)), ("case/1", 256, 1, item(1)), ("case/11", 1, 256, item(1))]

    assert 3 == len({encode_row(*row) for row in rows})
