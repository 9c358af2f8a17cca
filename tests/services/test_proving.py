"""Proofs from the stored nodes lead to a signed root; nodes or entries that do not are refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.services.witnessed import keep_checkpoint, policy_text
from tests.store.drafts import drafts, record

from aidledger.ledger.proof import verify_consistency
from aidledger.ledger.tlog_proof import Proven, check_proof
from aidledger.ledger.trust import parse_policy
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import (
    Prover,
    newest_checkpoint,
    prove_extension,
    record_at,
)
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import LedgerStore

ORIGIN = "example.com/520123"
POLICY = parse_policy(policy_text(ORIGIN))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerStore]:
    """A ledger of 700 entries with two checkpoints, of 300 and of 700."""
    where = (
        str(tmp_path / "ledger.sqlite")
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = create(where, origin=ORIGIN)
    record(made, drafts(300))
    keep_checkpoint(made)
    record(made, drafts(400), "cause-2")
    keep_checkpoint(made)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of 600 entries, signed at 600."""
    where = tmp_path / "ledger.sqlite"
    made = create(where, origin=ORIGIN)
    record(made, drafts(600))
    keep_checkpoint(made)
    made.close()
    return where


def damage(path: Path, statement: str) -> LedgerStore:
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()
    return open_ledger(str(path), read_only=True)


def test_every_entry_is_proven_offline(store: LedgerStore) -> None:
    prover = Prover(store)

    assert 700 == prover.kept.checkpoint.size
    for position in (0, 255, 256, 299, 511, 512, 699):
        proof = prover.entry(position).encode()
        answer = check_proof(record_at(store, position), proof, POLICY)

        assert isinstance(answer, Proven), answer
        assert (position, True) == (answer.position, answer.verdict.witnessed)


def test_a_larger_checkpoint_extends_a_smaller(store: LedgerStore) -> None:
    notes = [note for _, _, note in store.read_checkpoints()]
    old, new = store.read_checkpoints()
    kept = newest_checkpoint(store).checkpoint

    assert [300, 700] == [old[0], new[0]]
    smaller = type(kept)(origin=ORIGIN, size=300, root=old[1])
    proof = prove_extension(store, smaller, kept)
    verify_consistency(300, 700, proof, smaller.root, kept.root)
    assert 2 == len(notes)


def test_an_older_root_that_is_not_of_these_entries_is_refused(store: LedgerStore) -> None:
    kept = newest_checkpoint(store).checkpoint
    other = type(kept)(origin=ORIGIN, size=300, root=bytes(32))

    with pytest.raises(ServiceError, match="size 300 to 700") as refused:
        prove_extension(store, other, kept)

    assert 1 == refused.value.exit_code


def test_of_one_size_the_note_with_more_signatures_is_taken(tmp_path: Path) -> None:
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(made, drafts(3))
    keep_checkpoint(made, witnessed=False)

    assert 1 == len(newest_checkpoint(made).note.signatures)
    keep_checkpoint(made)
    keep_checkpoint(made, witnessed=False)
    assert 3 == len(newest_checkpoint(made).note.signatures)
    made.close()


def test_no_checkpoint_is_said_with_what_to_do(tmp_path: Path) -> None:
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(made, drafts(3))

    with pytest.raises(ServiceError, match="found none") as refused:
        Prover(made)

    assert (10, True) == (refused.value.exit_code, "checkpoint sign" in refused.value.hint)
    made.close()


def test_hostile_checkpoints_are_passed_over(path: Path) -> None:
    hostile = damage(path, "INSERT INTO checkpoints VALUES (9, x'00', x'ff00'), (10, x'', x'')")

    assert 600 == newest_checkpoint(hostile).checkpoint.size
    hostile.close()


@pytest.mark.parametrize("position", [-1, 600, 10**30])
def test_a_position_outside_is_refused(path: Path, position: int) -> None:
    store = open_ledger(str(path), read_only=True)

    with pytest.raises(ServiceError, match="position"):
        Prover(store).entry(position)
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nodes SET hash = zeroblob(32) WHERE idx = 1",
        "DELETE FROM nodes WHERE idx = 1",
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 18",
        "UPDATE entries SET leaf_hash = zeroblob(31) WHERE position = 18",
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 17",
        "DELETE FROM entries WHERE position = 18",
        "DELETE FROM entries WHERE position = 599",
    ],
)
def test_damage_gives_no_proof(path: Path, statement: str) -> None:
    store = damage(path, statement)

    with pytest.raises(ServiceError, match="do not prove") as refused:
        Prover(store).entry(17)

    assert (1, "aidledger verify says what is wrong") == (
        refused.value.exit_code,
        refused.value.hint,
    )
    store.close()


def test_a_record_that_is_not_of_its_hash_is_not_handed_out(path: Path) -> None:
    store = damage(path, "UPDATE entries SET record = x'7b7d' WHERE position = 17")

    with pytest.raises(ServiceError, match="not that of its hash"):
        record_at(store, 17)
    store.close()


def test_only_the_rows_of_two_tiles_are_read(path: Path) -> None:
    store = open_ledger(str(path), read_only=True)
    prover = Prover(store)
    seen: list[Any] = []
    reading = store.reading

    class Watched:
        def __enter__(self) -> Any:
            self.inner = reading()
            run = self.inner.__enter__()

            def watched(statement: str, values: Any) -> Any:
                rows = run(statement, values)
                seen.extend(rows)
                return rows

            return watched

        def __exit__(self, *what: object) -> None:
            self.inner.__exit__(None, None, None)

    store.reading = Watched  # type: ignore[method-assign]
    prover.entry(17)

    assert 256 + (600 - 512) + 2 == len(seen)

    prover.entry(18)
    assert 256 + (600 - 512) + 2 == len(seen)
    store.close()
