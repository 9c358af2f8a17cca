"""The upper rungs on anything: no row, note or file makes them fail, and roots are those of the entries."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.signedledger import AUDIT, ORIGIN
from tests.twins.held import judged
from tests.twins.other_twins import powered

from aidledger.domain.events.powers import WitnessKey
from aidledger.domain.events.proving import LedgerRestored
from aidledger.domain.events.registry import CalendarAdopted
from aidledger.ledger.finding import FINDING_CODES
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.services.keys.declared import Declared
from aidledger.services.ladder.checkpointcheck import CheckpointCheck
from aidledger.services.ladder.logwalk import Roots, walk
from aidledger.services.ladder.proofcheck import ProofCheck
from aidledger.services.ladder.restorationcheck import Told, faults_of
from aidledger.services.ladder.signaturecheck import SignatureCheck
from aidledger.store.port import StoredBatch

ANYTHING = st.none() | st.integers() | st.text(max_size=5) | st.binary(max_size=104) | st.floats()
NOTHING = Declared(None, (), {}, 2**63, ())
GOOD = [(n, "s/1", n + 1, "T", "t", b"%d" % n, leaf_hash(b"%d" % n)) for n in range(9)]


@given(st.sets(st.integers(0, 9)))
def test_a_walk_gives_the_roots_of_the_entries(sizes: set[int]) -> None:
    leaves = [row[6] for row in GOOD]
    found = walk(GOOD, sizes)

    assert {size: (root_of_leaves(leaves[:size]),) for size in sizes} == found.at
    assert (9, True) == (found.size, found.whole)


def test_a_walk_knows_no_root_behind_a_missing_row() -> None:
    found = walk([*GOOD[:4], *GOOD[5:]], range(10))

    assert set(range(5)) == set(found.at)
    assert (9, False) == (found.size, found.whole)


def test_a_stored_hash_that_is_another_gives_both_roots() -> None:
    rows = [*GOOD[:4], (*GOOD[4][:6], b"\1" * 32), *GOOD[5:]]
    found = walk(rows, (4, 9))

    assert (1, 2) == (len(found.at[4]), len(found.at[9]))
    assert root_of_leaves([row[6] for row in GOOD]) == found.at[9][0]
    assert root_of_leaves([row[6] for row in rows]) == found.at[9][1]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[ANYTHING] * 7) | st.sampled_from(GOOD), max_size=6),
    st.lists(
        st.builds(
            StoredBatch,
            position=st.integers(0, 9) | ANYTHING,
            count=st.integers(1, 3) | ANYTHING,
            cause=st.text(min_size=1, max_size=3) | ANYTHING,
            request_digest=st.just(b"\0" * 32) | ANYTHING,
            root=st.just(b"\0" * 32) | ANYTHING,
            recorded_at=st.just("t") | ANYTHING,
            signature=st.binary(min_size=64, max_size=64) | ANYTHING,
            key_id=ANYTHING,
        ),
        max_size=5,
    ),
)
def test_hostile_rows_and_batches_never_raise(rows: list[Any], batches: list[Any]) -> None:
    signatures = SignatureCheck(NOTHING, ORIGIN, batches)
    signatures.finish(walk(rows, range(10), signatures.see))

    assert {one.code for one in signatures.findings} <= FINDING_CODES.keys()


HASHES = st.sampled_from(
    ["00" * 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
)
RESTORED = st.builds(
    LedgerRestored,
    auditor=st.builds(
        WitnessKey,
        algorithm=st.sampled_from(["ed25519", "ml_dsa_44"]),
        key=st.sampled_from(["00" * 32, "5" * 64, AUDIT.key.public.hex(), "0" * 2624]),
        name=st.text(max_size=5) | st.just(AUDIT.key.name),
    ),
    cosignature=st.from_regex(r"\A[A-Za-z0-9+/]{1,8}={0,2}\Z") | st.just("A" * 102 + "=="),
    kept_root=HASHES,
    kept_size=st.integers(0, 3),
    lost_root=HASHES,
    lost_size=st.integers(0, 3),
    reason=st.text(max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(RESTORED, st.integers(0, 3), st.sampled_from([(), (b"\0" * 32,), (b"\1" * 32,)]))
def test_hostile_restorations_never_raise_and_none_passes(
    event: LedgerRestored, position: int, roots: tuple[bytes, ...]
) -> None:
    found = faults_of(ORIGIN, Told(position, "registry/520123", event), roots)

    assert "restoration_unsigned" == found[0].code
    assert {one.code for one in found} <= FINDING_CODES.keys()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[ANYTHING] * 3) | ANYTHING | st.tuples(ANYTHING), max_size=4),
    st.lists(
        st.tuples(
            st.text(max_size=3),
            st.binary(max_size=200)
            | st.sampled_from(
                [
                    b'{"$type":"Receipt"}\n',
                    b'{"$proof":"aidledger/case-proof/v1"}',
                    b"c2sp.org/tlog-proof@v1\nindex 0\n\nx\n0\n\n",
                    b"aidledger/misbehaviour/v1\n\nx\n0\n\n\xe2\x80\x94 x AAAAAA==\n\nx",
                    b'{"$type":"VisitMade","actor":"u1"}',
                    None,
                ]
            ),
        ),
        max_size=3,
    ),
)
def test_hostile_checkpoints_and_files_never_raise(rows: list[Any], files: list[Any]) -> None:
    proofs = ProofCheck(files)
    notes = CheckpointCheck(rows, proofs.notes, origin=ORIGIN, log_keys=(), policy=None)
    rungs = notes.judge(Roots(0, {}, whole=True))

    assert len(rows) <= len(notes.findings) + len(notes.known)
    assert {"damaged" if rows else "not_made", "not_made"} == {rung.status for rung in rungs}


def test_a_calendar_with_a_day_that_does_not_exist_is_damage_and_stops_nothing() -> None:
    for days in ({"known_since": "2022-02-30"}, {"off_days": ("2022-02-30",)}):
        said: dict[str, Any] = {"known_since": "2022-01-01", "off_days": ("2022-02-01",), **days}
        event = CalendarAdopted(
            calendar_hash="ab" * 32, notice="n", work_days=(), year=2022, **said
        )
        held = powered()
        position = held.append("c1", ("policy/520123", event))
        found = {(one.code, one.field) for one in judged(held) if one.position == position}

        assert ("data_form", f"data.{next(iter(days))}") in found
