"""The indexes go on from what earlier nights kept: sealed is what a reading of everything gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.shell import on
from tests.domain.people import COUNTY
from tests.domain.registry.acts import APPLICATION
from tests.services.conftest import Office
from tests.services.nights import night
from tests.services.test_completeness import honest, two_cases
from tests.services.test_nightly_kept import DISCOVERED
from tests.services.test_recording import on_case

from aidledger.domain.events.catalog import encode_data
from aidledger.domain.events.registry import EntryCorrected
from aidledger.ledger.index import check_key, person_key
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.services import keptfile
from aidledger.services.ladder.indexcheck import check_indexes
from aidledger.services.problems import ServiceError
from aidledger.services.proofs import keptindexes
from aidledger.services.proofs.completeness import seal_indexes, seals
from aidledger.services.proofs.indexes import KINDS, Indexes, Reached
from aidledger.services.proofs.keptindexes import KEPT_INDEXES, KeptIndexes
from aidledger.services.session import open_session
from aidledger.store.outcome import Committed
from aidledger.store.secrets import Secrets

SECRETS = Secrets(pepper=bytes(32), vault_key=bytes(range(32)))
TOKENS = [f"p{number:032x}" for number in range(3)]
STREAMS = [*(f"case/{number}" for number in range(4)), "carer/1", "case/难"]


def applied(stream: str, token: str) -> bytes:
    event = msgspec.structs.replace(APPLICATION, applicant=token)
    return _record("ApplicationSubmitted", bytes(encode_data(event)), stream)


def corrected(stream: str, token: str) -> bytes:
    event = EntryCorrected(
        authority="county", field="applicant", position=0, reason="r", value=f'"{token}"'
    )
    return _record("EntryCorrected", bytes(encode_data(event)), stream)


def _record(kind: str, data: bytes, stream: str) -> bytes:
    return b'{"$type":"%s","data":%s,"stream":"%s"}' % (kind.encode(), data, stream.encode())


RECORDS = st.one_of(
    st.builds(applied, st.sampled_from(STREAMS), st.sampled_from([*TOKENS, "nobody"])),
    st.builds(corrected, st.sampled_from(STREAMS), st.sampled_from(TOKENS)),
    st.builds(_record, st.just("VisitMade"), st.just(b'{"a":1}'), st.sampled_from(STREAMS)),
    st.binary(max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(RECORDS, st.booleans()), max_size=60))
def test_indexes_that_stopped_anywhere_go_on_to_what_one_reading_gives(
    log: list[tuple[bytes, bool]],
) -> None:
    """After each row that a mark stands behind they are written, and read again."""
    once, often = Indexes(), Indexes()
    for position, (record, stops) in enumerate(log):
        row = (position, "", 1, "", "", record, b"")
        once.take(row)
        often.take(row)
        if stops:
            written = msgspec.msgpack.encode(often.reached())
            often = Indexes.resumed(msgspec.msgpack.decode(written, type=Reached))
    leaves = [leaf_hash(record) for record, _ in log]

    assert once.reached() == often.reached()
    assert (len(log), root_of_leaves(leaves)) == (often.size, often.log_root())
    for kind, keys in (("cases", STREAMS[:5]), ("persons", [person_key(one) for one in TOKENS])):
        rows, root = once.of[kind].root()  # type: ignore[index]
        assert (rows, root) == often.of[kind].root()  # type: ignore[index]
        for key in keys:
            proof = often.of[kind].prove(key)  # type: ignore[index]

            assert once.of[kind].prove(key) == proof  # type: ignore[index]
            assert check_key(key, proof, root=root, rows=rows).status != "refused"


@pytest.mark.parametrize("places", [[1], [0, 2], [0, 0], [0, None], [0, -1], [0, 1, 1], [True]])
def test_rows_that_are_not_in_their_places_have_no_root_of_the_log(places: list[Any]) -> None:
    indexes = Indexes()
    for position in places:
        indexes.take((position, "", 1, "", "", applied("case/1", TOKENS[0]), b""))

    assert indexes.log_root() is None


def test_a_record_that_is_no_bytes_leaves_no_root_of_the_log() -> None:
    indexes = Indexes()
    indexes.take((0, "", 1, "", "", "text", b""))

    assert indexes.log_root() is None


def kept_in(folder: Path, secrets: Secrets = SECRETS, **more: Any) -> KeptIndexes:
    given_ = {"now": "2026-06-01T00:00:00Z", "full_each": 9, **more}
    return KeptIndexes(folder / KEPT_INDEXES, secrets, **given_)


def sealed(office: Office, kept: KeptIndexes) -> KeptIndexes:
    """Seal as a night does; what is sealed is what everything read anew gives."""
    expected = {kind: honest(office, kind) for kind in KINDS}
    outcome = seal_indexes(office.session, actor="nightly", office=COUNTY, kept=kept)
    assert isinstance(outcome, Committed)
    kept.keep()
    last = {seal.kind: seal for _, seal in seals(office.session.store)}

    assert expected == last

    return kept


def test_only_what_is_new_is_read_and_the_same_is_sealed(office: Office, tmp_path: Path) -> None:
    two_cases(office)
    first = sealed(office, kept_in(tmp_path))
    size = office.session.store.head().size
    for day in ("2022-02-20", "2022-02-21"):
        before = office.session.store.head().size
        office.act(day, on_case("VisitMade", visitor="v1"))
        read: list[int] = []
        whole = office.session.store.read
        kept = kept_in(tmp_path, now=f"{day}T00:00:00Z")

        def watched(start: int = 0, stop: int | None = None, whole: Any = whole) -> Any:
            rows = list(whole(start, stop))
            read.append(len(rows))  # noqa: B023 - called before the loop goes on
            return iter(rows)

        expected = {kind: honest(office, kind) for kind in KINDS}
        office.session.store.read = watched  # type: ignore[method-assign]
        try:
            seal_indexes(office.session, actor="nightly", office=COUNTY, kept=kept)
        finally:
            del office.session.store.read
        kept.keep()
        last = {seal.kind: seal for _, seal in seals(office.session.store)}

        assert expected == last
        assert max(read) < before
        assert (first.full_on, "") == (kept.full_on, kept.why)

    assert (0, keptfile.FIRST) == (first.start, first.why)
    assert size < kept.start
    assert [] == check_indexes(office.session.store)


def _flipped(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "forged",
    [_flipped, lambda content: content + b"\0", lambda _: b"", lambda content: content[:-1]],
)
def test_what_this_ledger_did_not_write_is_not_gone_on_from(
    forged: Callable[[bytes], bytes], signed_office: Office, tmp_path: Path
) -> None:
    sealed(signed_office, kept_in(tmp_path))
    path = tmp_path / KEPT_INDEXES
    good = path.read_bytes()
    path.write_bytes(forged(good))
    found = kept_in(tmp_path)

    assert None is found.taken(signed_office.session.store, 10**6)
    assert (0, keptfile.ALTERED) == (found.start, found.why)
    path.write_bytes(good)
    assert None is kept_in(tmp_path, Secrets(pepper=bytes(32), vault_key=bytes(32))).taken(
        signed_office.session.store, 10**6
    )


@pytest.fixture
def signed_office(office: Office) -> Office:
    two_cases(office)
    return office


def refused(office: Office, kept: KeptIndexes) -> str:
    """Say why nothing is gone on from; everything is then read, and the same sealed."""
    assert 0 == sealed(office, kept).start
    return kept.why


def test_another_program_or_ledger_or_night_reads_everything_again(
    signed_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(signed_office, kept_in(tmp_path))

    assert keptfile.ASKED == refused(signed_office, kept_in(tmp_path, full=True))
    assert keptfile.DUE == refused(signed_office, kept_in(tmp_path, full_each=1))
    with monkeypatch.context() as patch:
        patch.setattr(keptindexes, "program_digest", lambda: "ff" * 32)
        assert keptfile.OTHER_PROGRAM == refused(signed_office, kept_in(tmp_path))
    assert keptfile.OTHER_PROGRAM == refused(signed_office, kept_in(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(signed_office.session.store, "origin", "example.org/other")
        other = kept_in(tmp_path)
        assert None is other.taken(signed_office.session.store, 10**6)
        assert keptfile.ALTERED == other.why
    assert 0 < sealed(signed_office, kept_in(tmp_path)).start


def test_another_root_or_a_shorter_log_reads_everything_again(
    signed_office: Office, tmp_path: Path
) -> None:
    sealed(signed_office, kept_in(tmp_path))
    store = signed_office.session.store
    size = next(iter(kept_in(tmp_path).sizes))
    shorter = kept_in(tmp_path)
    other = kept_in(tmp_path)
    indexes = Indexes()
    for row in store.read(0, size):
        indexes.take(row)

    assert None is shorter.taken(store, size - 1)
    assert keptfile.OTHER_ENTRIES == shorter.why
    other.offer(store, indexes, bytes(32))
    other.keep()
    assert keptfile.OTHER_ENTRIES == refused(signed_office, kept_in(tmp_path))


def test_a_state_that_is_none_is_refused_whoever_wrote_it(
    signed_office: Office, tmp_path: Path
) -> None:
    """Only who has the secrets could: an edge of another number of entries, and no state at all."""
    store = signed_office.session.store
    sealed(signed_office, kept_in(tmp_path))
    head, wrong = store.head(), Indexes().reached()
    basis = keptfile.Basis(
        origin=store.origin, program=keptfile.program_digest(), root=head.root.hex()
    )
    for state in (msgspec.structs.replace(wrong, edge=bytes(31)), "state"):
        kept = kept_in(tmp_path)
        written: Any = {
            "basis": basis, "size": head.size, "full_on": "", "nights": 0, "reached": state,
        }  # fmt: skip
        kept.hold(written)
        kept.keep()
        again = kept_in(tmp_path)

        assert None is again.taken(store, head.size)
        assert (0, keptfile.OTHER_PROGRAM) == (again.start, again.why)


def test_records_that_do_not_give_the_logs_root_are_not_sealed(
    signed_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = signed_office.session.store
    head, whole = store.head(), store.read
    rows = list(store.read())

    for wrong in (rows[:-1], rows[1:], [*rows[:-2], rows[-1]], [(*rows[0][:5], b"{}", b""), *rows[1:]]):  # fmt: skip
        monkeypatch.setattr(store, "read", lambda start=0, stop=None, wrong=wrong: iter(wrong))
        kept = kept_in(tmp_path)
        with pytest.raises(ServiceError, match="no index is sealed"):
            seal_indexes(signed_office.session, actor="n", office=COUNTY, kept=kept)
        kept.keep()
        monkeypatch.setattr(store, "read", whole)

        assert head.size == store.head().size
        assert not (tmp_path / KEPT_INDEXES).exists()


def test_a_night_reads_into_the_indexes_what_is_new_and_says_since_when(county_after: Path) -> None:
    found = []
    for number, full in enumerate((False, False, True)):
        new = DISCOVERED.replace(b"case/9", b"case/9%d" % number)
        assert 0 == on(county_after, "record", "-", stdin=new).code
        report = night(county_after, full=full)
        found.append(next(one for one in report.steps if one.name == "index"))
    first, second, whole = (one.figures for one in found)

    assert ["ok", "ok", "ok"] == [one.status for one in found], found
    assert 0 < second["read_from"]
    assert first["read_in_full"] == second["read_in_full"] <= whole["read_in_full"]
    assert (0, keptfile.ASKED) == (whole["read_from"], whole["why_in_full"])
    assert f"from position {second['read_from']:,} on" in found[1].why_en
    with open_session(str(county_after), read_only=True) as session:
        assert [] == check_indexes(session.store)
