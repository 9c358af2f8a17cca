"""What every store promises about writing; each test runs on both engines."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.store.drafts import NOON, append, digest, draft, drafts, record

from aidledger.ledger.entry import PolicyPin, decode_entry
from aidledger.ledger.tree import EMPTY_ROOT, leaf_hash, root_of_leaves
from aidledger.ledger.verify import verify_entries
from aidledger.store.draft import BatchSignature, Evidence
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import LedgerStore, LooseBatch, LooseRecord


def test_an_empty_ledger_has_the_empty_root(store: LedgerStore) -> None:
    head = store.head()

    assert (0, EMPTY_ROOT, b"", None) == (head.size, head.root, head.frontier, head.recorded_at)
    assert [] == list(store.read())


def test_an_append_is_acknowledged_with_what_was_recorded(store: LedgerStore) -> None:
    receipt = record(store, [draft(), draft(), draft("carer/c1")])
    rows = list(store.read())

    assert (0, 3, 3, "cause-1") == (receipt.position, receipt.count, receipt.size, receipt.cause)
    assert "2022-02-17T12:00:00.123456Z" == receipt.recorded_at
    assert [row[6].hex() for row in rows] == list(receipt.leaf_hashes)
    assert root_of_leaves([row[6] for row in rows]).hex() == receipt.root
    assert receipt.root == store.head().root.hex()


def test_every_record_is_an_entry_and_its_columns_agree(store: LedgerStore) -> None:
    pin = PolicyPin(hash="sha256:" + "ab" * 32, pack="gz-county-2022")
    record(store, [draft(policy=pin, sealed={"name": "cd" * 32}), draft()])

    for position, stream, version, kind, recorded_at, content, leaf in store.read():
        entry = decode_entry(content)

        assert leaf_hash(content) == leaf
        assert (entry.stream, entry.version, entry.type) == (stream, version, kind)
        assert entry.recorded_at == recorded_at
        assert position + 1 == version


def test_a_stream_is_dense_and_chained(store: LedgerStore) -> None:
    record(store, [draft("case/a"), draft("case/b"), draft("case/a")], "cause-1")
    record(store, [draft("case/a")], "cause-2")
    rows = list(store.read_stream("case/a"))
    prevs = [decode_entry(row[5]).prev for row in rows]

    assert [1, 2, 3] == [row[2] for row in rows]
    assert [None, rows[0][6].hex(), rows[1][6].hex()] == prevs


def test_the_same_cause_again_gives_the_first_receipt(store: LedgerStore) -> None:
    first = record(store, drafts(5))
    for number in range(20):
        record(store, drafts(3), f"later-{number}")
    again = append(store, drafts(5), now=NOON + timedelta(days=30))

    assert Committed(receipt=first, replayed=True) == again
    assert 65 == store.head().size


def test_a_cause_reused_for_another_request_is_refused(store: LedgerStore) -> None:
    record(store, drafts(1))
    outcome = append(store, drafts(1), request_digest=digest("something else"))

    assert isinstance(outcome, Rejected)
    assert "cause_reused" == outcome.code
    assert 1 == store.head().size


def test_a_decision_on_an_old_version_is_a_conflict(store: LedgerStore) -> None:
    record(store, [draft("case/a"), draft("case/a")])
    outcome = append(store, [draft("case/b"), draft("case/a", expected_version=1)], "cause-2")

    assert isinstance(outcome, Rejected)
    assert "conflict" == outcome.code
    assert 2 == store.head().size


@pytest.mark.parametrize("expected", [None, 2])
def test_a_decision_on_the_last_version_goes_through(
    store: LedgerStore, expected: int | None
) -> None:
    record(store, [draft("case/a"), draft("case/a")])
    pair = [draft("case/a", expected_version=expected) for _ in range(2)]

    assert isinstance(append(store, pair, "cause-2"), Committed)


def test_a_new_stream_must_be_new(store: LedgerStore) -> None:
    record(store, [draft("case/a", expected_version=0)])
    outcome = append(store, [draft("case/a", expected_version=0)], "cause-2")

    assert isinstance(outcome, Rejected)
    assert "conflict" == outcome.code


def test_nothing_is_not_recorded(store: LedgerStore) -> None:
    outcome = append(store, [])

    assert isinstance(outcome, Rejected)
    assert "empty" == outcome.code


@pytest.mark.parametrize(
    "changed",
    [
        {"stream": "Case/upper"},
        {"type": "lower case"},
        {"data": msgspec.Raw(b'{"b":1,"a":2}')},
        {"data": msgspec.Raw(b'{"amount":1.5}')},
        {"data": msgspec.Raw(b"[]")},
        {"sealed": {"name": "not a hash"}},
        {"effective_on": "2022-02-30"},
    ],
    ids=["stream", "type", "key order", "float", "array", "commitment", "no such day"],
)
def test_a_draft_out_of_form_refuses_the_whole_batch(
    store: LedgerStore, changed: dict[str, object]
) -> None:
    bad = msgspec.structs.replace(draft(), **changed)
    outcome = append(store, [draft("case/a"), bad])

    assert isinstance(outcome, Rejected)
    assert "invalid" == outcome.code
    assert (0, []) == (store.head().size, list(store.read()))


def test_recorded_at_never_goes_back_when_the_clock_does(store: LedgerStore) -> None:
    record(store, [draft()], "cause-1", now=NOON)
    record(store, [draft()], "cause-2", now=NOON - timedelta(days=7300))
    record(store, [draft()], "cause-3", now=NOON + timedelta(seconds=1))

    assert [
        "2022-02-17T12:00:00.123456Z",
        "2022-02-17T12:00:00.123456Z",
        "2022-02-17T12:00:01.123456Z",
    ] == [row[4] for row in store.read()]


def test_nodes_are_written_once_when_256_leaves_are_complete(store: LedgerStore) -> None:
    record(store, drafts(255), "cause-1")
    before = list(store.read_nodes())
    record(store, drafts(1), "cause-2")
    at_256 = list(store.read_nodes())
    record(store, drafts(300), "cause-3")
    leaves = [row[6] for row in store.read()]

    assert [] == before
    assert [(1, 0, root_of_leaves(leaves[:256]))] == [tuple(node) for node in at_256]
    assert [(1, 0, root_of_leaves(leaves[:256])), (1, 1, root_of_leaves(leaves[256:512]))] == [
        tuple(node) for node in store.read_nodes()
    ]


@pytest.mark.parametrize("size", [1, 11, 12, 255, 256, 257, 1000])
def test_the_head_is_the_root_recomputed(store: LedgerStore, size: int) -> None:
    record(store, drafts(3), "cause-1")
    record(store, drafts(size), "cause-2")
    leaves = [row[6] for row in store.read()]

    assert root_of_leaves(leaves) == store.head().root
    assert size + 3 == store.head().size == len(leaves)


def test_what_was_appended_verifies(store: LedgerStore) -> None:
    for number in range(30):
        record(store, drafts(1 + number), f"cause-{number}")
    report = verify_entries(store.read(), store.read_nodes(), store.read_head_row())

    assert [] == report.findings
    assert (store.head().size, store.head().root.hex()) == (report.entries, report.root)


def test_a_batch_keeps_its_cause_root_and_signature(store: LedgerStore) -> None:
    seen: list[list[bytes]] = []

    def sign(leaves: Sequence[bytes]) -> BatchSignature:
        seen.append(list(leaves))
        return BatchSignature(signature=b"signed " + root_of_leaves(leaves), key_id="key-1")

    record(store, drafts(2), "cause-1")
    receipt = record(store, drafts(3), "cause-2", sign=sign)
    leaves = [row[6] for row in store.read(2)]
    unsigned, signed = store.read_batches()

    assert [leaves] == seen
    assert (None, None) == (unsigned.signature, unsigned.key_id)
    assert (b"signed " + root_of_leaves(leaves), "key-1") == (signed.signature, signed.key_id)
    assert (2, 3, "cause-2", receipt.root) == (
        signed.position, signed.count, signed.cause, signed.root.hex()
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_signer_that_fails_leaves_nothing_behind(store: LedgerStore, count: int) -> None:
    def sign(_leaves: Sequence[bytes]) -> BatchSignature:
        raise RuntimeError("the token was pulled out")

    with pytest.raises(RuntimeError):
        append(store, drafts(count), sign=sign)

    assert (0, []) == (store.head().size, list(store.read()))
    assert 3 == record(store, drafts(3)).size


def test_evidence_goes_with_the_entries_that_name_it(store: LedgerStore) -> None:
    content = "照片".encode()
    item = Evidence(
        hash=hashlib.sha256(content).hexdigest(), media_type="image/jpeg", content=content
    )
    record(store, [draft()], "cause-1", evidence=[item])
    record(store, [draft()], "cause-2", evidence=[item])

    assert content == store.get_evidence(item.hash)
    assert store.get_evidence("00" * 32) is None


def test_evidence_with_another_hash_is_refused(store: LedgerStore) -> None:
    item = Evidence(hash="00" * 32, media_type="image/jpeg", content=b"x")
    outcome = append(store, [draft()], evidence=[item])

    assert isinstance(outcome, Rejected)
    assert "invalid" == outcome.code
    assert 0 == store.head().size


def test_a_cause_can_be_resolved(store: LedgerStore) -> None:
    receipt = record(store, drafts(4))
    absent = store.resolve("never-seen")

    assert Committed(receipt=receipt, replayed=True) == store.resolve("cause-1")
    assert Committed(receipt=receipt, replayed=True) == store.receipt("cause-1")
    assert isinstance(absent, Rejected)
    assert "absent" == absent.code
    assert absent == store.receipt("never-seen")
    assert 6 == record(store, drafts(2), "never-seen").size


def test_work_is_done_once_while_a_batch_is_committed(store: LedgerStore) -> None:
    seen: list[tuple[str, int]] = []

    def work() -> None:
        seen.append((threading.current_thread().name, store.head().size))

    record(store, drafts(3), meanwhile=work)
    append(store, [], "empty", meanwhile=work)
    append(store, drafts(3), "late", expected_size=1, meanwhile=work)

    assert [(name, size) for name, size in seen if size in (0, 3)] == seen
    assert 1 == len(seen), "nothing that is refused comes to a COMMIT"
    assert threading.current_thread().name != seen[0][0]


def test_what_goes_wrong_meanwhile_is_not_the_batch_s_business(store: LedgerStore) -> None:
    def fail() -> None:
        raise ValueError("the caller does it again")

    receipt = record(store, drafts(3), meanwhile=fail)

    assert 3 == receipt.size == store.head().size
    assert 4 == record(store, drafts(1), "cause-2").size


def test_the_mark_follows_what_the_library_records_too(store: LedgerStore) -> None:
    loose = LooseRecord("some-id", 1, "a:b", b"record", opaque=True)
    store.append_records(LooseBatch.of([loose]))
    mark: Any = store

    assert (1, store.head().root) == (mark._mark.size, mark._mark.root)
