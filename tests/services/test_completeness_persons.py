"""A person's cases, all of them or none: proven, checked elsewhere, and lied about in vain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Ran, aidledger
from tests.domain.people import CASE, COUNTY, identity_number
from tests.lone import ALONE
from tests.services.conftest import Office, opened
from tests.services.forging import forge
from tests.services.test_completeness import SECOND, two_cases
from tests.services.test_recording import on_case
from tests.services.witnessed import keep_checkpoint, policy_text

from aidledger.domain.events.proving import IndexSealed
from aidledger.ledger.index import Index, case_item, person_key
from aidledger.ledger.prooffile import CaseProof, encode_proof, parse_case_proof
from aidledger.ledger.trust import parse_policy
from aidledger.services.ladder import deepcheck, indexcheck, proofcheck
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.bundle import Files, entry_files, person_files
from aidledger.services.proofs.completeness import naming_entries, prove_person, seal_indexes
from aidledger.services.proofs.reading import Answer, check_files

OTHER = "p" + "5a" * 16


@pytest.fixture
def sealed(office: Office) -> Office:
    """Two cases of one person, one of which was corrected to name another as well."""
    two_cases(office)
    position = office.session.stream(SECOND)[0].position
    correction: dict[str, Any] = {
        "authority": "county",
        "field": "applicant",
        "position": position,
        "reason": "another person",
        "value": f'"{OTHER}"',
    }
    office.act("2022-02-02", {**on_case("EntryCorrected", **correction), "stream": SECOND})
    seal_indexes(office.session, actor="nightly", office=COUNTY)
    keep_checkpoint(office.session.store)
    return office


def person_of(office: Office) -> str:
    return office.session.states.case(CASE).applicant


def policy(office: Office) -> Any:
    return parse_policy(policy_text(office.session.store.origin))


def asked(office: Office, files: Files, token: str | None) -> Answer:
    """What the one proof of a person among the files says to somebody without the ledger."""
    answers = check_files(files, policy(office), person=token)
    [found] = [one for one in answers if one.what == "person"]
    return found


def test_all_cases_of_a_person_are_proven_to_somebody_without_the_ledger(sealed: Office) -> None:
    files, token = person_files(sealed.session.store, person_of(sealed)), person_of(sealed)

    answer = asked(sealed, files, token)

    assert ("complete", 2, (CASE, SECOND)) == (answer.status, answer.count, answer.cases)
    other = asked(sealed, person_files(sealed.session.store, OTHER), OTHER)
    assert ("complete", (SECOND,)) == (other.status, other.cases)
    assert {"proven"} == {
        one.status
        for one in check_files(files, policy(sealed), person=token)
        if one.what == "entry"
    }


def test_a_person_without_a_case_is_proven_to_have_none(sealed: Office) -> None:
    nobody = "p" + "7" * 32
    files = person_files(sealed.session.store, nobody)

    answer = asked(sealed, files, nobody)

    assert ("absent", 0, ()) == (answer.status, answer.count, answer.cases)
    assert "refused" == asked(sealed, files, person_of(sealed)).status
    naming = naming_entries(sealed.session.store, person_key(person_of(sealed)), 10**9)
    more = files | entry_files(sealed.session.store, naming[0].position)
    assert "absent" == asked(sealed, more, nobody).status


def test_one_case_fewer_or_another_persons_is_refused(sealed: Office) -> None:
    store, token = sealed.session.store, person_of(sealed)
    files = person_files(store, token)
    first, second = naming_entries(store, person_key(token), 10**9)
    for position in (first.position, second.position):
        left = {name: data for name, data in files.items() if f"entry-{position}." not in name}

        assert "items: expected 2, found 1" == asked(sealed, left, token).why
    bare = {name: data for name, data in files.items() if "entry-" not in name}
    seal = parse_case_proof(next(iter(bare.values()))).sealed_at
    counted = asked(sealed, bare | entry_files(store, seal), token)
    assert ("proven", 2, ()) == (counted.status, counted.count, counted.cases)
    assert "to be proven" in asked(sealed, bare, token).why
    assert "refused" == asked(sealed, files, OTHER).status
    assert "needs the person's token" in asked(sealed, files, None).why


def test_a_record_that_was_not_proven_adds_no_case(sealed: Office) -> None:
    store, token = sealed.session.store, person_of(sealed)
    files = person_files(store, token)
    _, second = naming_entries(store, person_key(token), 10**9)
    name = f"entry-{second.position}.record"
    forged = files | {name: files[name].replace(SECOND.encode(), SECOND[:-1].encode() + b"9")}

    assert "items: expected 2, found 1" == asked(sealed, forged, token).why


def test_a_case_named_after_the_seal_is_no_part_of_it(sealed: Office) -> None:
    store, token = sealed.session.store, person_of(sealed)
    position = sealed.session.stream(CASE)[0].position
    correction: dict[str, Any] = {
        "authority": "county",
        "field": "applicant",
        "position": position,
        "reason": "another person",
        "value": f'"{OTHER}"',
    }
    sealed.act("2022-02-03", on_case("EntryCorrected", **correction))
    keep_checkpoint(store)
    files = person_files(store, OTHER)
    late = files | entry_files(store, store.head().size - 1)

    answer = asked(sealed, late, OTHER)

    assert ("complete", (SECOND,)) == (answer.status, answer.cases)
    assert token != OTHER


def lying_index(office: Office, *, gives: str = "") -> tuple[int, Index]:
    """Seal an index of persons that hides the person's second case, or gives it to another."""
    store, token = office.session.store, person_of(office)
    size, lying = store.head().size, Index()
    for who in (token, OTHER):
        for one in naming_entries(store, person_key(who), size):
            if (who, one.case) != (token, SECOND):
                lying.add(person_key(who), one.position, case_item(who, one.case))
            elif gives:
                lying.add(person_key(gives), one.position, case_item(gives, one.case))
    rows, root = lying.root()
    event = IndexSealed(kind="persons", root=root.hex(), rows=rows, size=size)
    return forge(office, "index/persons", event), lying


def false_proof(office: Office, position: int, lying: Index, token: str) -> Files:
    """What an operator with a lying index hands out."""
    key = person_key(token)
    proof = CaseProof(key=key, kind="persons", rows=lying.prove(key), sealed_at=position)
    keep_checkpoint(office.session.store)
    files = entry_files(office.session.store, position)
    for one in naming_entries(office.session.store, key, position):
        if one.case != SECOND:
            files |= entry_files(office.session.store, one.position)
    return files | {"x.case-proof": encode_proof(proof)}


@pytest.mark.parametrize("gives", ["", "p" + "9" * 32])
def test_a_hidden_case_is_found_by_whoever_reads_the_log(
    sealed: Office, monkeypatch: pytest.MonkeyPatch, gives: str
) -> None:
    position, lying = lying_index(sealed, gives=gives)
    files = false_proof(sealed, position, lying, person_of(sealed))

    deep = deepcheck.deep_check(sealed.session)
    assert ("index_differs", position) in {(one.code, one.position) for one in deep.findings}
    assert "complete" == asked(sealed, files, person_of(sealed)).status  # a lie, well proven
    with pytest.raises(ServiceError):
        prove_person(sealed.session.store, person_of(sealed))
    # the twin: nobody works the index out again
    monkeypatch.setattr(indexcheck, "_compare", lambda *_: ())
    assert () == tuple(
        one for one in deepcheck.deep_check(sealed.session).findings if one.code == "index_differs"
    )


def test_a_proof_that_hides_a_case_does_not_fit_the_log(
    sealed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = person_files(sealed.session.store, OTHER)
    position, lying = lying_index(sealed)
    lie = false_proof(sealed, position, lying, person_of(sealed))

    def found(files: Files) -> list[tuple[str, int | None]]:
        brought = Outside(policy=policy(sealed), proofs=tuple(files.items()))
        report = verify(sealed.session, outside=brought)
        return [(one.code, one.position) for one in report.findings]

    assert [] == found({name: data for name, data in true.items() if "person" in name})
    assert [("proof_differs", position)] == found({"x": lie["x.case-proof"]})
    # the twin: the row's items are believed
    monkeypatch.setattr(proofcheck, "person_items", lambda *_: [case_item(person_of(sealed), CASE)])
    assert [] == found({"x": lie["x.case-proof"]})


def ran(office: Office, *words: Any, **more: Any) -> Ran:
    return aidledger("--ledger", office.location, *words, **more)


def test_at_the_prompt_by_token_or_by_a_number_that_is_never_shown(
    sealed: Office, tmp_path: Path
) -> None:
    token, number = person_of(sealed), identity_number("1949-12-31")
    (tmp_path / "policy.txt").write_bytes(policy_text(sealed.session.store.origin))
    words = ("proof", "check", tmp_path / "out", "--policy", tmp_path / "policy.txt", "--person")

    made = ran(sealed, "prove", "person", "-", "--output", tmp_path / "out", stdin=number.encode())
    again = ran(sealed, "prove", "person", token, "--output", tmp_path / "out", "--json")
    checked = aidledger(*words, token)
    zh = aidledger("--lang", "zh", *words, token)
    json = aidledger(*words, token, "--json").object

    assert (0, 0, 0) == (made.code, again.code, checked.code), made.err
    assert f"token {token}" in made.err
    assert sorted(made.out.split()) == [str(tmp_path / "out" / n) for n in again.object["files"]]
    assert f"this person has 2 cases, all of them here: {CASE}, {SECOND}" in joined(checked)
    assert "此人共 2 个个案，全部在此" in zh.out
    assert [CASE, SECOND] == next(one for one in json["proofs"] if one["what"] == "person")["cases"]
    seen = [made.raw, made.err.encode(), again.raw, checked.raw, zh.raw]
    seen += [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert all(number.encode() not in one for one in seen)
    assert token not in checked.out + zh.out


def test_absence_at_the_prompt(sealed: Office, tmp_path: Path) -> None:
    nobody = "p" + "7" * 32
    (tmp_path / "policy.txt").write_bytes(policy_text(sealed.session.store.origin))
    ran(sealed, "prove", "person", nobody, "--output", tmp_path / "out")

    words = ("proof", "check", tmp_path / "out", "--policy", tmp_path / "policy.txt")
    checked, unasked = aidledger(*words, "--person", nobody), aidledger(*words)

    assert (0, True) == (checked.code, "this person has no case" in joined(checked))
    assert (1, True) == (unasked.code, "--person" in joined(unasked))


@pytest.mark.parametrize("typed", ["520123194912310019", "P" + "a" * 32, "p" + "a" * 33, "x"])
def test_what_is_no_token_is_refused_and_not_repeated(
    sealed: Office, tmp_path: Path, typed: str
) -> None:
    (tmp_path / "policy.txt").write_bytes(policy_text(sealed.session.store.origin))
    for refused in (
        ran(sealed, "prove", "person", typed),
        ran(sealed, "prove", "person", "-"),
        aidledger(
            "proof", "check", tmp_path, "--policy", tmp_path / "policy.txt", "--person", typed
        ),
    ):
        assert 2 == refused.code
        assert len(typed) == 1 or typed not in refused.out + refused.err


def joined(one: Ran) -> str:
    return " ".join(one.out.split())


@pytest.mark.parametrize(
    "value",
    ["null", "7", '"x"', '"p' + "1" * 31 + '"', '"p' + "1" * 32 + '"x', '["p' + "1" * 32 + '"]'],
)
def test_a_correction_that_names_nobody_belies_no_index(tmp_path: Path, value: str) -> None:
    """Both verifiers say the same of it: the second one called such a ledger damaged."""
    for office in opened(str(tmp_path / "ledger.db")):
        two_cases(office)
        position = office.session.stream(SECOND)[0].position
        said = {"authority": "county", "field": "applicant", "reason": "typed wrong"}
        data: dict[str, Any] = {**said, "position": position, "value": value}
        office.act("2022-02-02", {**on_case("EntryCorrected", **data), "stream": SECOND})
        seal_indexes(office.session, actor="nightly", office=COUNTY)
        alone = ALONE.verify(tmp_path / "ledger.db", ALONE.Outside(None, {}))

        assert [] == indexcheck.check_indexes(office.session.store)
        assert [] == alone.as_json()["findings"]
