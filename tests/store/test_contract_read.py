"""What every store promises about reading and opening; each test runs on both engines."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import psycopg
import pytest
from tests.store.conftest import ORIGIN
from tests.store.drafts import append, draft, drafts, record

from aidledger.store.draft import Draft
from aidledger.store.errors import LedgerExistsError, LedgerMissingError, StoreError
from aidledger.store.opening import create, mark_path, open_ledger
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import LedgerStore


def test_a_range_is_read_in_position_order(store: LedgerStore) -> None:
    record(store, drafts(3000))

    assert list(range(3000)) == [row[0] for row in store.read()]
    assert list(range(10, 20)) == [row[0] for row in store.read(10, 20)]
    assert [2998, 2999] == [row[0] for row in store.read(2998)]
    assert [] == list(store.read(3000))
    assert [] == list(store.read(5, 5))


def test_records_are_read_alone_in_position_order(store: LedgerStore) -> None:
    record(store, drafts(3000))

    assert [(row[0], row[5]) for row in store.read()] == list(store.read_records())


def test_reading_can_be_left_in_the_middle(store: LedgerStore) -> None:
    record(store, drafts(3000))
    for _ in range(100):
        rows = store.read()
        next(iter(rows))
        rows.close()  # type: ignore[attr-defined]

    assert 3000 == len(list(store.read()))


def test_leaving_a_reading_whose_server_went_away_is_no_error(postgres_url: str) -> None:
    create(postgres_url, origin=ORIGIN).close()
    store = open_ledger(postgres_url)
    record(store, drafts(3000))
    rows = store.read()
    next(iter(rows))
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    rows.close()  # type: ignore[attr-defined]

    assert 3000 == len([*store.read()])
    store.close()


def test_a_reader_sees_one_moment_while_others_write(store: LedgerStore) -> None:
    record(store, drafts(5000), "cause-1")
    rows = store.read()
    first = next(rows)
    record(store, drafts(10), "cause-2")

    assert 0 == first[0]
    assert 4999 == len(list(rows))
    assert 5010 == len(list(store.read()))


def test_a_stream_is_read_after_a_version(store: LedgerStore) -> None:
    record(store, [draft("case/a"), draft("case/b"), draft("case/a"), draft("case/a")])

    assert [2, 3] == [row[2] for row in store.read_stream("case/a", after=1)]
    assert [] == list(store.read_stream("case/nobody"))


def test_several_streams_are_read_each_in_its_order(store: LedgerStore) -> None:
    record(store, drafts(1_300, streams=650))
    wanted = [f"case/c{number}" for number in range(600)]
    found = store.read_streams([*wanted, "case/nobody"])

    assert sorted(found) == sorted(row for one in wanted for row in store.read_stream(one))
    assert [1, 2] * 600 == [row[2] for row in found]
    assert 600 == len({first[1] for first in found[::2]})
    assert [] == store.read_streams([])


def test_types_are_read_in_position_order(store: LedgerStore) -> None:
    record(store, [draft(type=name) for name in ("One", "Two", "Three", "One", "Two")])

    assert [0, 1, 3, 4] == [row[0] for row in store.read_types(["Two", "One"])]
    assert [3] == [row[0] for row in store.read_types(["One"], start=1)]
    assert [] == list(store.read_types([]))


def test_streams_are_listed_by_prefix(store: LedgerStore) -> None:
    names = ["case/b", "case/a", "carer/z", "case/a:1", "case/Z", "registry/main", "case/a/x"]
    record(store, [draft(name) for name in names])

    assert ["case/Z", "case/a", "case/a/x", "case/a:1", "case/b"] == store.streams("case/")
    assert sorted(names) == store.streams()


def test_stream_heads_give_the_last_version(store: LedgerStore) -> None:
    record(store, [draft("case/a"), draft("case/a"), draft("case/b")])
    rows = list(store.read())

    assert {"case/a": (2, rows[1][6]), "case/b": (1, rows[2][6])} == store.stream_heads(
        ["case/a", "case/b", "case/none"]
    )
    assert {"case/a": (2, rows[1][6])} == store.stream_heads({"case/a"})
    assert {} == store.stream_heads([])


def test_checkpoints_are_kept_once(store: LedgerStore) -> None:
    store.add_checkpoint(size=2, root=b"r" * 32, note=b"note of 2")
    store.add_checkpoint(size=1, root=b"q" * 32, note=b"note of 1")
    store.add_checkpoint(size=2, root=b"r" * 32, note=b"note of 2")
    store.add_checkpoint(size=2, root=b"r" * 32, note=b"note of 2, cosigned")

    assert [
        (1, b"q" * 32, b"note of 1"),
        (2, b"r" * 32, b"note of 2"),
        (2, b"r" * 32, b"note of 2, cosigned"),
    ] == [tuple(row) for row in store.read_checkpoints()]


def test_a_checkpoint_of_any_length_is_kept_once(store: LedgerStore) -> None:
    """One cosignature by ML-DSA-44 is longer than an entry of an index may be."""
    note = random.Random(1).randbytes(20_000)
    for _ in range(2):
        store.add_checkpoint(size=2, root=b"r" * 32, note=note)
    store.add_checkpoint(size=2, root=b"r" * 32, note=note + b"x")

    assert [note, note + b"x"] == [row[2] for row in store.read_checkpoints()]


def test_what_was_recorded_is_there_after_opening_again(store: LedgerStore, location: str) -> None:
    receipt = record(store, drafts(3))
    store.close()
    again = open_ledger(location)

    assert Committed(receipt=receipt, replayed=True) == append(again, drafts(3))
    assert ORIGIN == again.origin
    again.close()


def test_a_store_open_for_reading_only_reads_and_refuses_to_write(
    store: LedgerStore, location: str
) -> None:
    receipt = record(store, drafts(3))
    reader = open_ledger(location, read_only=True)

    assert (3, 3) == (len(list(reader.read())), reader.head().size)
    assert Committed(receipt=receipt, replayed=True) == reader.resolve("cause-1")
    for refused in (
        lambda: append(reader, drafts(1), "cause-2"),
        lambda: reader.resolve("cause-2"),
        lambda: reader.vault_erase("p1"),
    ):
        with pytest.raises(StoreError) as caught:
            refused()
        assert "read_only" == caught.value.code
    reader.close()


def test_create_refuses_what_exists(store: LedgerStore, location: str) -> None:
    record(store, drafts(3))
    with pytest.raises(LedgerExistsError):
        create(location, origin=ORIGIN)

    assert 3 == store.head().size


def test_open_refuses_what_is_missing(location: str) -> None:
    for read_only in (True, False):
        with pytest.raises(LedgerMissingError):
            open_ledger(location, read_only=read_only)


@pytest.mark.parametrize("origin", ["", "two words", "with+plus", "中文", "x" * 129, "a\nb"])
def test_an_origin_must_fit_a_signed_note(location: str, origin: str) -> None:
    with pytest.raises(StoreError) as caught:
        create(location, origin=origin)

    assert "usage" == caught.value.code


def test_a_ledger_shorter_than_its_mark_is_not_appended_to(
    store: LedgerStore, location: str
) -> None:
    record(store, drafts(3))
    store.close()
    mark = mark_path(location)
    line = mark.read_bytes()
    mark.write_bytes(b"%020d %s\n" % (4, b"ab" * 32))
    behind = open_ledger(location)
    outcome = append(behind, drafts(1), "cause-2")
    behind.close()
    mark.write_bytes(line)
    back = open_ledger(location)

    assert isinstance(outcome, Rejected)
    assert "behind_mark" == outcome.code
    assert 4 == record(back, drafts(1), "cause-2").size
    back.close()


def test_a_ledger_of_the_same_size_with_another_root_is_not_appended_to(
    store: LedgerStore, location: str
) -> None:
    record(store, drafts(3))
    store.close()
    mark_path(location).write_bytes(b"%020d %s\n" % (3, b"ab" * 32))
    other = open_ledger(location)
    outcome = append(other, drafts(1), "cause-2")
    other.close()

    assert isinstance(outcome, Rejected)
    assert "behind_mark" == outcome.code


def test_a_ledger_that_grew_past_its_mark_from_another_past_is_not_appended_to(
    store: LedgerStore, location: str
) -> None:
    """The mark is all that remembers the past that was put away, and stays as it is."""
    record(store, drafts(300))
    store.close()
    true = mark_path(location).read_bytes()
    for line, refused in ((b"%020d %s\n" % (299, b"ab" * 32), True), (true, False)):
        grown = open_ledger(location)
        record(grown, drafts(2), f"meanwhile-{refused}")
        grown.close()
        mark_path(location).write_bytes(line)
        lagging = open_ledger(location)
        first = append(lagging, drafts(1), f"cause-{refused}")
        again = append(lagging, drafts(1), f"again-{refused}")
        lagging.close()

        assert [refused, refused] == [isinstance(one, Rejected) for one in (first, again)]
        assert refused == (line == mark_path(location).read_bytes())
        if refused:
            assert isinstance(first, Rejected)
            assert "behind_mark" == first.code
            mark_path(location).write_bytes(true)


def test_a_mark_out_of_form_is_an_error(store: LedgerStore, location: str) -> None:
    mark_path(location).write_bytes(b"forty-two\n")
    with pytest.raises(StoreError) as caught:
        open_ledger(location)

    assert "mark" == caught.value.code


def test_threads_share_a_store(store: LedgerStore) -> None:
    failures: list[object] = []

    def work(number: int) -> None:
        for turn in range(20):
            rows: list[Draft] = drafts(1 + turn % 3)
            outcome = append(store, rows, f"cause-{number}-{turn}")
            if not isinstance(outcome, Committed):
                failures.append(outcome)
            positions = [row[0] for row in store.read()]
            if positions != list(range(len(positions))):
                failures.append(positions)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert list(range(store.head().size)) == [row[0] for row in store.read()]
    assert 6 * sum(1 + turn % 3 for turn in range(20)) == store.head().size


def test_both_engines_record_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    logs = []
    for location in (str(tmp_path / "same.sqlite"), postgres_url):
        ledger = create(location, origin=ORIGIN)
        for number in range(12):
            record(ledger, drafts(1 + 29 * number), f"cause-{number}")
        logs.append(([tuple(row) for row in ledger.read()], ledger.read_head_row(),
                     [tuple(node) for node in ledger.read_nodes()]))  # fmt: skip
        ledger.close()

    assert logs[0] == logs[1]


def test_a_table_that_somebody_took_away_is_damage_with_what_to_do(store: LedgerStore) -> None:
    with store.writing() as run:
        run("DROP TABLE evidence", ())
    with pytest.raises(StoreError, match="evidence") as caught:
        store.get_evidence("a" * 64)

    assert "damaged" == caught.value.code
    assert "restore from a copy" in caught.value.hint
