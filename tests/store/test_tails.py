"""What a store remembers of streams is good for one head, and another writer makes it forget."""

from __future__ import annotations

from collections.abc import Mapping

from tests.store.drafts import append, draft, record

from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import Head, LedgerStore
from aidledger.store.tails import Tails


def head(size: int, root: bytes = b"r") -> Head:
    return Head(size=size, root=root, frontier=b"", recorded_at=None)


def test_only_what_is_unknown_below_this_head_is_looked_up() -> None:
    asked: list[set[str]] = []

    def look_up(streams: set[str]) -> Mapping[str, tuple[int, bytes]]:
        asked.append(streams)
        return {"case/a": (1, b"a")} if "case/a" in streams else {}

    tails = Tails()

    assert {"case/a": (1, b"a")} == tails.at(head(1), {"case/a", "case/b"}, look_up)
    tails.expect(head(2), {"case/b": (1, b"b")})
    assert {"case/a": (1, b"a"), "case/b": (1, b"b")} == tails.at(
        head(2), {"case/a", "case/b"}, look_up
    )
    assert [{"case/a", "case/b"}] == asked
    tails.at(head(2, b"another"), {"case/a", "case/b"}, look_up)
    assert 2 == len(asked)


def test_what_was_expected_and_not_committed_is_forgotten() -> None:
    tails = Tails()
    tails.expect(head(2), {"case/a": (9, b"never")})

    assert {} == tails.at(head(1), {"case/a"}, lambda _: {})


def test_two_writers_in_turn_see_each_other(store: LedgerStore, location: str) -> None:
    other = open_ledger(location)
    try:
        for turn in range(6):
            writer = (store, other)[turn % 2]
            record(writer, [draft("case/a", expected_version=turn)], f"cause-{turn}")
    finally:
        other.close()

    assert [1, 2, 3, 4, 5, 6] == [row[2] for row in store.read_stream("case/a")]


def test_a_cause_that_another_writer_has_recorded_gets_its_receipt(
    store: LedgerStore, location: str
) -> None:
    record(store, [draft("case/a")], "cause-0")
    other = open_ledger(location)
    try:
        first = record(other, [draft("case/a", expected_version=1)], "cause-1")
    finally:
        other.close()
    again = append(store, [draft("case/a", expected_version=1)], "cause-1")
    changed = append(store, [draft("case/a")], "cause-1", request_digest=b"another")

    assert again == Committed(receipt=first, replayed=True)
    assert isinstance(changed, Rejected)
    assert "cause_reused" == changed.code
    assert 2 == store.head().size
