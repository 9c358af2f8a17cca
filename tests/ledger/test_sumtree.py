"""The sum tree: every payment of every small month is proven, and nothing altered is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import PaymentProof, encode_proof
from aidledger.ledger.sumtree import (
    MAX_FEN,
    PaidLine,
    SumRoot,
    SumStep,
    SumTree,
    check_line,
)

LABEL = b"aidledger/sum/v1\n"


def entry(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def month(size: int, first_fen: int = 70_000) -> list[PaidLine]:
    return [PaidLine(3 * n + 1, entry(n), first_fen + n) for n in range(size)]


def hashed(*parts: bytes) -> bytes:
    body = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.sha256(LABEL + body).digest()


def by_definition(lines: list[PaidLine]) -> tuple[bytes, int, int]:
    """Return hash, sum and count as the document defines them, top down."""
    if not lines:
        return hashed(), 0, 0
    if len(lines) == 1:
        at, digest, fen = lines[0]
        return hashed(at.to_bytes(8, "big"), digest, fen.to_bytes(8, "big")), fen, 1
    half = 1
    while half * 2 < len(lines):
        half *= 2
    both = [by_definition(lines[:half]), by_definition(lines[half:])]
    parts = [
        part
        for digest, fen, count in both
        for part in (digest, fen.to_bytes(8, "big"), count.to_bytes(8, "big"))
    ]
    return hashed(*parts), both[0][1] + both[1][1], both[0][2] + both[1][2]


@pytest.mark.parametrize("size", range(41))
def test_the_root_is_what_the_definition_says_and_every_payment_is_proven(size: int) -> None:
    lines = month(size)
    tree = SumTree(lines)

    assert by_definition(lines) == (tree.root.hash, tree.root.total_fen, tree.root.count)
    for index, line in enumerate(lines):
        assert check_line(line, index, tree.path(index), tree.root).proven
        others = [other for other in range(size + 1) if other != index]
        assert not any(
            check_line(line, other, tree.path(index), tree.root).proven for other in others
        )
    with pytest.raises(ProofError):
        tree.path(size)


def changed(path: tuple[SumStep, ...]) -> Iterator[tuple[SumStep, ...]]:
    """Yield the path with one thing altered, each thing once."""
    for at, step in enumerate(path):
        bad = bytes([step.hash[0] ^ 1]) + step.hash[1:]
        for other in (
            SumStep(bad, step.fen),
            SumStep(step.hash, step.fen + 1),
            SumStep(step.hash, step.fen - 1),
            SumStep(step.hash, -step.fen),
            SumStep(step.hash, MAX_FEN),
            SumStep(step.hash, 2**64),
            SumStep(step.hash[:-1], step.fen),
            SumStep(step.hash + b"\0", step.fen),
        ):
            yield (*path[:at], other, *path[at + 1 :])
        yield path[:at] + path[at + 1 :]
        yield (*path[:at], step, *path[at:])


@pytest.mark.parametrize("size", range(1, 18))
def test_anything_altered_in_a_proof_or_in_the_total_is_refused(size: int) -> None:
    lines = month(size)
    tree = SumTree(lines)
    root = tree.root
    for index, line in enumerate(lines):
        path = tree.path(index)
        refused = [
            check_line(line._replace(amount_fen=line.amount_fen + 1), index, path, root),
            check_line(line._replace(amount_fen=-line.amount_fen), index, path, root),
            check_line(line._replace(amount_fen=2**64), index, path, root),
            check_line(line._replace(position=line.position + 1), index, path, root),
            check_line(line._replace(entry=entry(99)), index, path, root),
            check_line(line._replace(entry=b""), index, path, root),
            check_line(line, index, path, SumRoot(root.hash, root.total_fen + 1, root.count)),
            check_line(line, index, path, SumRoot(root.hash, root.total_fen, 2**64)),
            check_line(line, index, path, SumRoot(entry(0), root.total_fen, root.count)),
            *(check_line(line, index, one, root) for one in changed(path)),
        ]

        assert not any(answer.proven for answer in refused)
        assert all(answer.why for answer in refused)


def test_the_number_of_payments_is_bound_by_the_root() -> None:
    for size in range(1, 33):
        tree = SumTree(month(size))
        for other in range(66):
            claimed = SumRoot(tree.root.hash, tree.root.total_fen, other)
            for index, line in enumerate(month(size)):
                proven = check_line(line, index, tree.path(index), claimed).proven
                assert proven == (other == size)


def test_money_cannot_be_moved_between_a_payment_and_its_neighbour() -> None:
    """The known weakness of sum trees that hash only the joint sum: the total still agrees."""
    lines = month(2)
    tree = SumTree(lines)
    step = tree.path(0)[0]
    less = lines[0]._replace(amount_fen=lines[0].amount_fen - 500)
    shifted = (SumStep(step.hash, step.fen + 500),)

    assert not check_line(less, 0, shifted, tree.root).proven


def test_a_tree_whose_sums_overflow_proves_nothing() -> None:
    lines = [PaidLine(n, entry(n), MAX_FEN) for n in range(2)]
    right = by_definition(lines[1:])
    root = SumRoot(*by_definition(lines))

    assert not check_line(lines[0], 0, [SumStep(right[0], right[1])], root).proven
    endless = SumRoot(entry(0), 1, 2**70)
    assert not check_line(lines[0], 0, [SumStep(entry(0), 0)] * 70, endless).proven


def test_a_month_that_is_out_of_order_negative_or_too_rich_is_refused() -> None:
    bad = [
        [*month(3), month(3)[1]],
        [month(2)[1], month(2)[0]],
        [month(1)[0], month(1)[0]],
        [PaidLine(1, entry(1), -1)],
        [PaidLine(-1, entry(1), 1)],
        [PaidLine(MAX_FEN + 1, entry(1), 1)],
        [PaidLine(1, entry(1), MAX_FEN + 1)],
        [PaidLine(1, entry(1), True)],
        [PaidLine(1, b"short", 1)],
        [PaidLine(1, entry(1), MAX_FEN), PaidLine(2, entry(2), 1)],
    ]
    for lines in bad:
        with pytest.raises(ProofError):
            SumTree(lines)

    assert SumTree([PaidLine(1, entry(1), MAX_FEN), PaidLine(2, entry(2), 0)]).root.count == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=300), st.data())
def test_a_payment_of_any_month_is_proven_and_no_other_amount_is(
    amounts: list[int], data: st.DataObject
) -> None:
    lines = [PaidLine(n, entry(n), fen) for n, fen in enumerate(amounts)]
    tree = SumTree(lines)
    index = data.draw(st.integers(0, len(lines) - 1))
    fen = data.draw(st.integers(0, MAX_FEN))
    line = lines[index]

    assert sum(amounts) == tree.root.total_fen
    assert check_line(line, index, tree.path(index), tree.root).proven
    other = check_line(line._replace(amount_fen=fen), index, tree.path(index), tree.root)
    assert (fen == line.amount_fen) == other.proven


def test_a_proof_of_a_hundred_thousand_payments_is_short() -> None:
    lines = month(100_000, first_fen=9_999_999)
    tree = SumTree(lines)
    longest = max((1, 65_535, 99_999), key=lambda index: len(tree.path(index)))
    proof = PaymentProof(
        amount_fen=lines[longest].amount_fen,
        index=longest,
        list="counted",
        path=tuple(msgspec.structs.replace(step, fen=MAX_FEN) for step in tree.path(longest)),
        position=10**8,
        sealed_at=10**8,
    )

    assert check_line(lines[longest], longest, tree.path(longest), tree.root).proven
    assert len(encode_proof(proof)) <= 2048
