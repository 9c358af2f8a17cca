"""Batches held against whole windows: yes only where reading every row would find nothing."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from tests.ledger.making import make_ledger

from aidledger.ledger.chunk import check_chunk
from aidledger.ledger.entry import decode_entry
from aidledger.ledger.tree import Frontier
from aidledger.ledger.window import CHUNK_ROWS, Chunk, Job
from aidledger.services.ladder.batchcheck import BatchCheck
from aidledger.services.ladder.batchruns import BatchRuns
from aidledger.store.loose import loose_cause
from aidledger.store.port import StoredBatch

ROWS = [tuple(row) for row in make_ledger(CHUNK_ROWS + 700, streams=50, per_second=90)[0]]
ENTRIES = [decode_entry(row[5]) for row in ROWS]
SIZES = (1, 255, 256, 1, 3, 90, 1_000, 2_490, 600, 99, 1)
"""Batches that end at, before and behind the borders of tiles and windows."""


def windows(rows: list[Any]) -> list[Chunk]:
    starts = range(0, len(rows), CHUNK_ROWS)
    return [check_chunk(Job(at, rows[at : at + CHUNK_ROWS], -1, None)) for at in starts]


CHUNKS = windows(ROWS)


def batches() -> list[StoredBatch]:
    """One batch for each size, without a request, as entries of several causes come in it."""
    found, at, frontier = [], 0, Frontier()
    for count in SIZES:
        frontier.extend([row[6] for row in ROWS[at : at + count]])
        found.append(
            StoredBatch(
                position=at,
                count=count,
                cause=loose_cause(row[6] for row in ROWS[at : at + count]),
                request_digest=b"",
                root=frontier.root(),
                recorded_at="t",
                signature=None,
                key_id=None,
            )
        )
        at += count
    assert at == len(ROWS)
    return found


def agrees(stored: list[StoredBatch]) -> bool:
    runs = BatchRuns(stored)
    return all(map(runs.agree, CHUNKS)) and runs.finish()


def finds(stored: list[StoredBatch]) -> bool:
    check = BatchCheck(stored)
    for _ in check.watch(ROWS):
        pass
    return bool(check.finish())


def test_what_is_whole_agrees() -> None:
    assert not finds(batches())
    assert agrees(batches())


@pytest.mark.parametrize("number", range(len(SIZES)))
@pytest.mark.parametrize(
    "change",
    [
        {"root": bytes(32)},
        {"root": "x"},
        {"count": 2},
        {"count": 0},
        {"position": -1},
        {"cause": "c0"},
        {"cause": ""},
        {"request_digest": b"\x01" * 32},
        {"request_digest": b"\x01"},
        {"recorded_at": None},
    ],
    ids=str,
)
def test_it_says_no_where_the_other_names_something(number: int, change: dict[str, Any]) -> None:
    stored = batches()
    before = stored[number]
    stored[number] = msgspec.structs.replace(before, **change)

    assert agrees(stored) == (not finds(stored))
    assert (stored[number] == before) == agrees(stored)


@pytest.mark.parametrize("number", range(len(SIZES)))
def test_a_batch_missing_twice_or_in_another_place_is_seen(number: int) -> None:
    whole = batches()
    swapped = [*whole]
    other = number - 1
    swapped[number], swapped[other] = swapped[other], swapped[number]
    for stored in (
        [*whole[:number], *whole[number + 1 :]],
        [*whole[: number + 1], *whole[number:]],
        swapped,
    ):
        assert finds(stored)
        assert not agrees(stored)


def test_the_time_and_cause_of_a_request_are_those_of_its_entries() -> None:
    at, stored, frontier = 0, [], Frontier()
    for number in range(len(ROWS)):
        if number + 1 < len(ROWS) and _same(number, number + 1):
            continue
        frontier.extend([row[6] for row in ROWS[at : number + 1]])
        stored.append(
            StoredBatch(
                position=at,
                count=number + 1 - at,
                cause=ENTRIES[at].cause,
                request_digest=b"\x01" * 32,
                root=frontier.root(),
                recorded_at=ENTRIES[at].recorded_at,
                signature=None,
                key_id=None,
            )
        )
        at = number + 1
    unique = len({one.cause for one in stored}) == len(stored)

    assert agrees(stored) == unique == (not finds(stored))
    chosen = random.Random(7).randrange(len(stored))
    for change in ({"cause": "another"}, {"recorded_at": "2000-01-01T00:00:00.000000Z"}):
        wrong = [*stored]
        wrong[chosen] = msgspec.structs.replace(wrong[chosen], **change)

        assert finds(wrong)
        assert not agrees(wrong)


def _same(one: int, other: int) -> bool:
    a, b = ENTRIES[one], ENTRIES[other]
    return (a.cause, a.recorded_at) == (b.cause, b.recorded_at)
