"""A ledger as it stood at a point: everything it says is what it said then, on both engines."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from tests.store.drafts import NOON, draft, drafts, record

from aidledger.domain.point import parse_point
from aidledger.services.points import cut_at, size_at
from aidledger.services.problems import ServiceError
from aidledger.store.cut import LAST_OF_STREAM, STREAM_NAMES, CutStore
from aidledger.store.errors import StoreError
from aidledger.store.port import LedgerStore
from aidledger.store.shelf import stream_query

WRITING: dict[str, dict[str, Any]] = {
    "append": {"drafts": [], "cause": "c", "request_digest": b"", "now": NOON},
    "append_records": {"batch": None},
    "add_checkpoint": {"size": 1, "root": b"", "note": b""},
    "vault_erase": {"person": "p"},
    "writing": {},
    "admit": {"head": None},
}


def said(store: LedgerStore) -> dict[str, Any]:
    """All that a store says of its entries."""
    streams = store.streams()
    head = store.head()
    return {
        "head": (head.size, head.root, head.recorded_at),
        "read": list(store.read()),
        "part": list(store.read(1, 300)),
        "records": list(store.read_records()),
        "page": store.read_page(start=2, limit=5),
        "types": list(store.read_types(["VisitRecorded"], start=3)),
        "streams": streams,
        "cases": store.streams("case/"),
        "heads": store.stream_heads([*streams, "case/none"]),
        "stream": [list(store.read_stream(one)) for one in streams],
        "newest": [list(store.read_stream(one, backwards=True, limit=2)) for one in streams],
        "from": [list(store.read_stream(one, after=1, upto=3)) for one in streams],
        "together": store.read_streams(streams),
        "nodes": list(store.read_nodes()),
        "batches": list(store.read_batches()),
        "checkpoints": list(store.read_checkpoints()),
        "receipt": [store.receipt(f"cause-{one}") for one in range(5)],
    }


def test_a_cut_ledger_says_what_the_ledger_said_then(store: LedgerStore) -> None:
    then = []
    for number, count in enumerate((1, 6, 250, 260, 3)):
        now = NOON + timedelta(days=number)
        record(store, drafts(count), f"cause-{number}", now=now)
        store.add_checkpoint(size=store.head().size, root=store.head().root, note=b"%d" % number)
        then.append(said(store))
    now_said = said(store)

    for number, before in enumerate(then):
        size = before["head"][0]
        day = (NOON + timedelta(days=number)).date().isoformat()
        for point in (str(size - 1), day):
            assert before == said(cut_at(store, parse_point(point))), point
    assert now_said == said(CutStore(store, store.head().size))


def test_a_point_inside_a_batch_ends_there(store: LedgerStore) -> None:
    record(store, drafts(20), "cause-0")

    assert [[0], [0, 1, 2, 3, 4]] == [
        [row[0] for row in CutStore(store, size).read()] for size in (1, 5)
    ]
    assert [] == list(CutStore(store, 5).read_batches())


def test_a_time_reaches_to_its_end(store: LedgerStore) -> None:
    for number in range(4):
        record(store, [draft()], f"cause-{number}", now=NOON + timedelta(seconds=20 * number))
    sizes = {
        text: size_at(store, parse_point(text))
        for text in (
            "2022-02-16", "2022-02-17", "2022-02-17T20:00", "2022-02-17 20:00:00",
            "2022-02-17T12:00:00.123456Z", "2022-02-17T12:00:00.123455Z",
            "2022-02-17T12:00:20Z", "2022-02-17T19:59", "2022-02-18",
        )
    }  # fmt: skip

    assert {
        "2022-02-16": 0, "2022-02-17": 4, "2022-02-17T20:00": 3, "2022-02-17 20:00:00": 1,
        "2022-02-17T12:00:00.123456Z": 1, "2022-02-17T12:00:00.123455Z": 0,
        "2022-02-17T12:00:20Z": 2, "2022-02-17T19:59": 0, "2022-02-18": 4,
    } == sizes  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "-1", "01", "2022-13-01", "2022-02-17T24:01", "1492-01-01", "99999999999999999", "²", "٣"],
)
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_point(text)


def test_a_position_that_is_not_there_is_refused(store: LedgerStore) -> None:
    record(store, drafts(3))

    with pytest.raises(ServiceError, match="position 3: expected below 3"):
        cut_at(store, parse_point("3"))


def test_nothing_is_written_into_a_past(store: LedgerStore) -> None:
    record(store, drafts(3))
    cut = CutStore(store, 2)

    for name, given in WRITING.items():
        with pytest.raises(StoreError, match="as it stood at a point"):
            getattr(cut, name)(**given)
    assert cut.read_only
    assert 3 == store.head().size


def test_a_cut_ledger_answers_for_every_question_by_itself() -> None:
    """A method that a store has, and the cut one not, would show what came later."""
    asked = {name for name, _ in inspect.getmembers(LedgerStore) if not name.startswith("_")}

    assert set() == asked - vars(CutStore).keys()


def plan(store: LedgerStore, statement: str, parameters: tuple[Any, ...]) -> str:
    """How the engine would answer, once it knows what it holds."""
    with store.reading() as run:
        if store.engine_name == "sqlite":
            rows = run(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(str(row[-1]) for row in rows)
        run("SET LOCAL enable_seqscan = off", ())  # of a small table all is read at once
        return "\n".join(row[0] for row in run(f"EXPLAIN {statement}", parameters))


def test_questions_about_one_stream_are_answered_by_an_index(store: LedgerStore) -> None:
    """So that one case of many millions of entries is found as fast as one of a hundred."""
    record(store, drafts(3000, streams=300))
    questions = {
        "stream": stream_query("case/c7", -1, None, backwards=False, limit=None),
        "upto": stream_query("case/c7", -1, 5, backwards=True, limit=1),
        "last": (LAST_OF_STREAM, ["case/c7", 900]),
        "names": (STREAM_NAMES, ["policy/", "policy/\x7f", 900]),
    }
    plans = {name: plan(store, sql, tuple(given)) for name, (sql, given) in questions.items()}

    for name, text in plans.items():
        found = "USING" in text and "INDEX" in text and "SCAN" not in text
        found_there = "Index" in text and "Seq Scan" not in text and "stream" in text
        assert found if store.engine_name == "sqlite" else found_there, (name, text)
