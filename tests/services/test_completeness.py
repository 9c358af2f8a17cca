"""What an index proves: these are all entries of a case, all cases of a person, or there is none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.forging import forge, records_of
from tests.services.test_recording import application, approve, on_case

from aidledger.domain.events.proving import IndexSealed
from aidledger.ledger.index import Index, person_key
from aidledger.ledger.prooffile import CaseProof, encode_proof, parse_case_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.services.ladder.indexcheck import check_indexes
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.completeness import (
    check_case,
    check_person,
    prove_case,
    prove_person,
    seal_indexes,
    seals,
)
from aidledger.services.proofs.indexes import Indexes, indexes_at
from aidledger.store.outcome import Committed

SECOND = "case/520123-2022-000002"
NOBODY = "case/520123-2022-000001x"


def seal(office: Office) -> bytes:
    """Seal both indexes; return the record of the one of cases."""
    outcome = seal_indexes(office.session, actor="nightly", office=COUNTY)
    assert isinstance(outcome, Committed)
    return record_at(office, outcome.receipt.position)


def record_at(office: Office, position: int) -> bytes:
    record: bytes = next(iter(office.session.store.read(position, position + 1)))[5]
    return record


def two_cases(office: Office) -> None:
    approve(office)
    office.act("2022-02-01", {**application(), "stream": SECOND})


def test_all_records_of_a_case_are_proven_to_be_all(office: Office) -> None:
    two_cases(office)
    sealed = seal(office)
    proof = prove_case(office.session.store, CASE)
    records = records_of(office, CASE)
    answer = check_case(proof, sealed, stream=CASE, records=records)

    assert answer.status == "present"
    assert answer.row is not None
    assert (len(records), records) == (answer.row.count, records)
    assert check_indexes(office.session.store) == []
    others = records_of(office, SECOND)
    for wrong in (
        records[:-1],
        records[1:],
        records[::-1],
        [*records, others[0]],
        [*records[:-1], others[0]],
        [*records[:-1], records[-1].replace(b"2022", b"2023", 1)],
        [*records[:-1], b"not a record"],
        [],
    ):
        assert check_case(proof, sealed, stream=CASE, records=wrong).status == "refused"


def test_a_case_that_is_not_there_is_proven_absent(office: Office) -> None:
    two_cases(office)
    sealed = seal(office)
    for stream in (NOBODY, "case/0", "case/zzz"):
        proof = prove_case(office.session.store, stream)

        assert check_case(proof, sealed, stream=stream).status == "absent"
        assert check_case(proof, sealed, stream=stream, records=[]).status == "absent"
        assert check_case(proof, sealed, stream=CASE).status == "refused"
        held = records_of(office, CASE)
        assert check_case(proof, sealed, stream=stream, records=held).status == "refused"


def test_a_person_is_proven_to_have_these_cases_and_no_more(office: Office) -> None:
    two_cases(office)
    seal(office)
    token = office.session.states.case(CASE).applicant
    sealed = record_at(office, seals(office.session.store)[-1][0])
    proof = prove_person(office.session.store, token)

    assert check_person(proof, sealed, token=token, cases=[CASE, SECOND]).status == "present"
    assert check_person(proof, sealed, token=token, cases=[CASE]).status == "refused"
    assert check_person(proof, sealed, token=token, cases=[SECOND, CASE]).status == "refused"
    assert token.encode() not in proof
    other = "p" + "5a" * 16
    absent = prove_person(office.session.store, other)
    assert check_person(absent, sealed, token=other, cases=[]).status == "absent"
    assert check_person(absent, sealed, token=token).status == "refused"
    assert check_person(absent, sealed, token=other, cases=[CASE]).status == "refused"
    assert token.encode() not in absent


def test_a_case_belongs_to_whom_a_correction_names_as_well(office: Office) -> None:
    two_cases(office)
    position, token = office.session.stream(CASE)[0].position, "p" + "5a" * 16
    office.act(
        "2022-02-02",
        on_case(
            "EntryCorrected",
            authority="county",
            field="applicant",
            position=position,
            reason="another person",
            value=f'"{token}"',
        ),
    )
    seal(office)
    sealed = record_at(office, seals(office.session.store)[-1][0])
    proof = prove_person(office.session.store, token)

    assert check_person(proof, sealed, token=token, cases=[CASE]).status == "present"
    before = office.session.states.case(SECOND).applicant
    both = prove_person(office.session.store, before)
    assert check_person(both, sealed, token=before, cases=[CASE, SECOND]).status == "present"


def test_what_came_after_the_seal_needs_a_new_one(office: Office) -> None:
    approve(office)
    first = seal(office)
    old = prove_case(office.session.store, CASE)
    before = records_of(office, CASE)
    office.act("2022-02-20", on_case("VisitMade", visitor="v1"))
    after = records_of(office, CASE)

    assert check_case(old, first, stream=CASE, records=before).status == "present"
    assert check_case(old, first, stream=CASE, records=after).status == "refused"
    second = seal(office)
    new = prove_case(office.session.store, CASE)
    assert check_case(new, second, stream=CASE, records=after).status == "present"
    assert check_case(new, first, stream=CASE).status == "refused"
    assert check_case(old, second, stream=CASE).status == "refused"
    assert check_indexes(office.session.store) == []


def test_proofs_with_the_wrong_seal_kind_or_bytes_are_refused(office: Office) -> None:
    two_cases(office)
    cases = seal(office)
    persons = record_at(office, seals(office.session.store)[-1][0])
    proof = prove_case(office.session.store, CASE)
    other_kind = encode_proof(msgspec.structs.replace(parse_case_proof(proof), kind="persons"))
    token = office.session.states.case(CASE).applicant

    assert check_case(proof, persons, stream=CASE).why.startswith("seal")
    for bad_proof, bad_seal in (
        (other_kind, cases),
        (proof, records_of(office, CASE)[0]),
        (proof, b""),
        (b"", cases),
        (proof[:-1], cases),
        (proof, cases[:-1]),
    ):
        assert check_case(bad_proof, bad_seal, stream=CASE).status == "refused"
    person = prove_person(office.session.store, token)
    assert check_person(person, cases, token=token).status == "refused"


def test_without_a_seal_there_is_no_proof(office: Office) -> None:
    approve(office)
    with pytest.raises(ServiceError):
        prove_case(office.session.store, CASE)


def honest(office: Office, kind: Any = "cases") -> IndexSealed:
    size = office.session.store.head().size
    rows, root = indexes_at(office.session.store, size).of[kind].root()
    return IndexSealed(kind=kind, root=root.hex(), rows=rows, size=size)


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("cases", {}, None),
        ("persons", {}, None),
        ("cases", {"root": "ab" * 32}, "data.root"),
        ("cases", {"rows": 3}, "data.rows"),
        ("cases", {"size": 12}, "data.root"),
        ("cases", {"size": 90_000}, "data.size"),
        ("persons", {"root": "ab" * 32}, "data.root"),
        ("persons", {"rows": 0}, "data.rows"),
    ],
)
def test_a_forged_index_passes_the_bytes_and_is_found_by_working_it_out_again(
    office: Office, kind: str, changes: dict[str, Any], field: str | None
) -> None:
    two_cases(office)
    seal(office)
    event = msgspec.structs.replace(honest(office, kind), **changes)
    position = forge(office, f"index/{kind}", event)
    found = check_indexes(office.session.store)

    assert verify(office.session).verdict == "unproven"
    assert {(one.code, one.position) for one in found} == (
        set() if field is None else {("index_differs", position)}
    )
    assert field is None or field in {one.field for one in found}


def test_an_index_that_leaves_an_entry_out_proves_a_lie_until_it_is_worked_out_again(
    office: Office,
) -> None:
    two_cases(office)
    store = office.session.store
    size = store.head().size
    hidden = office.session.stream(CASE)[4].position
    lying = Indexes()
    for row in store.read(0, size):
        if row[0] != hidden:
            lying.take(row)
    rows, root = lying.of["cases"].root()
    event = IndexSealed(kind="cases", root=root.hex(), rows=rows, size=size)
    position = forge(office, "index/cases", event)

    with pytest.raises(ServiceError):
        prove_case(store, CASE)
    assert [position] == [one.position for one in check_indexes(store)]


def test_a_forged_row_does_not_pass_the_entries_of_one_case_for_those_of_another(
    office: Office,
) -> None:
    two_cases(office)
    lying, records = Index(), records_of(office, SECOND)
    for number, record in enumerate(records):
        lying.add(CASE, number, leaf_hash(record))
    rows, root = lying.root()
    event = IndexSealed(kind="cases", root=root.hex(), rows=rows, size=1)
    position = forge(office, "index/cases", event)
    sealed = record_at(office, position)
    file = CaseProof(key=CASE, kind="cases", rows=lying.prove(CASE), sealed_at=position)

    assert check_case(encode_proof(file), sealed, stream=CASE).status == "present"
    assert check_case(encode_proof(file), sealed, stream=CASE, records=records).status == "refused"


def test_a_seal_speaks_of_its_size_and_not_of_what_came_before_it_was_recorded(
    office: Office,
) -> None:
    approve(office)
    event = honest(office)
    office.act("2022-02-20", on_case("VisitMade", visitor="v1"))
    forge(office, "index/cases", event)

    assert check_indexes(office.session.store) == []


def test_a_case_that_names_a_person_twice_is_one_case_of_his(office: Office) -> None:
    approve(office)
    first = next(iter(office.session.store.read_stream(CASE)))
    indexes = Indexes()
    for position in (0, 5, -1, None, "7", True):
        indexes.take((position, *first[1:]))
    (row,) = indexes.of["persons"].prove(person_key(office.session.states.case(CASE).applicant))

    assert (1, 0) == (row.count, row.last_position)
    assert [2] == [row.count for row in indexes.of["cases"].prove(CASE)]


ANYTHING = st.none() | st.integers() | st.text(max_size=5) | st.binary(max_size=40)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[ANYTHING] * 7), max_size=5))
def test_hostile_rows_never_raise(rows: list[tuple[Any, ...]]) -> None:
    indexes = Indexes()
    for row in rows:
        indexes.take(row)
    for record in (
        b'{"$type":"ApplicationSubmitted","data":{"applicant":1},"stream":"case/1"}',
        b'{"$type":"EntryCorrected","data":null,"stream":"case/1"}',
        '{"$type":"X","data":{},"stream":"case/\u96be"}'.encode(),
        b'{"$type":"X","data":{},"stream":7}',
        b'{"$type":"X"}',
        b"\xff",
        b"[" * 100_000,
    ):
        indexes.take((1, "", 1, "", "", record, b""))

    assert indexes.of["cases"].root()[0] <= 1
