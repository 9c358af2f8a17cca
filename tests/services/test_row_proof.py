"""A row of a certified generation proven to somebody without the ledger, by both verifiers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lone import ALONE
from tests.services.conftest import COUNTY, Office, opened
from tests.services.test_recording import application
from tests.services.witnessed import keep_checkpoint, policy_text

from aidledger.domain.events.proving import GenerationCertified
from aidledger.ledger import canonical
from aidledger.ledger.certificate import certificate_hash, parse_certificate
from aidledger.ledger.prooffile import parse_row_proof
from aidledger.ledger.trust import parse_policy
from aidledger.replay.digest import row_of_key
from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models
from aidledger.services.acts.ownlog import OwnLog
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.bundles.asking import Request
from aidledger.services.bundles.creating import create_bundle
from aidledger.services.bundles.reading import read_bundle
from aidledger.services.bundles.verifying import verify_bundle
from aidledger.services.generations.certifying import certificate_of, certify
from aidledger.services.generations.rebuilding import generations_of, rebuild
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.bundle import Files, entry_files, row_files
from aidledger.services.proofs.reading import check_files
from aidledger.store.outcome import Committed

CASES = tuple(f"case/520123-2022-{number:06d}" for number in range(1, 6))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Five cases, certified and under a checkpoint; then something more."""
    for office in opened(str(tmp_path_factory.mktemp("rows") / "county.db")):
        for stream in CASES:
            office.act("2022-02-01", {**application(), "stream": stream})
        rebuild(office.session, models=["case_state", "pack_in_force"])
        assert isinstance(certify(office.session, actor="n", office=COUNTY), Committed)
        keep_checkpoint(office.session.store)
        office.act("2022-02-02", {**application(), "stream": "case/520123-2022-000009"})
        yield office


@pytest.fixture(scope="module")
def files(kept: Office) -> Files:
    return row_files(kept.session.store, "case_state", CASES[2])


def policy(office: Office) -> bytes:
    return policy_text(office.session.store.origin)


def said(office: Office, files: Files) -> tuple[list[tuple[str, str]], bool]:
    """Return what ours says of each file, and whether the other verifier proves all of them."""
    answers = check_files(files, parse_policy(policy(office)))
    trust = ALONE.read_policy(policy(office))
    lone = ALONE.verify_folder(ALONE.Outside(trust, dict(files))).as_json()
    return [(one.what, one.status) for one in answers], lone["verdict"] == "proven"


def proof_in(files: Files) -> tuple[str, dict[str, Any]]:
    name = next(name for name in files if name.endswith(".row-proof"))
    return name, json.loads(files[name])


def test_a_row_is_proven_with_nothing_but_the_files(kept: Office, files: Files) -> None:
    name, value = proof_in(files)
    answers = {one.what: one for one in check_files(files, parse_policy(policy(kept)))}

    row = json.loads(answers["row"].row)
    assert ([("entry", "proven"), ("row", "proven")], True) == said(kept, files)
    assert ("case_state", 5, 2) == (answers["row"].model, answers["row"].count, value["index"])
    assert (CASES[2], "2022-02-01") == (row["case"], answers["row"].as_of)
    assert name == "case_state-2.row-proof"
    assert canonical.encode(row).decode() == answers["row"].row
    certificate = parse_certificate(parse_row_proof(files[name]).certificate.encode())
    assert certificate.size == answers["row"].size


def changed(value: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**value, **more}


def other_certificate(value: dict[str, Any]) -> dict[str, Any]:
    text = value["certificate"]
    return changed(value, certificate=text.replace('"skipped":0', '"skipped":1'))


TAMPERINGS: dict[str, Any] = {
    "row": lambda v: changed(v, row=v["row"].replace("2022-000003", "2022-000004")),
    "row with a space": lambda v: changed(v, row=v["row"].replace(",", ", ", 1)),
    "row of no object": lambda v: changed(v, row="[]"),
    "index": lambda v: changed(v, index=v["index"] + 1),
    "beyond": lambda v: changed(v, index=5),
    "model": lambda v: changed(v, model="pack_in_force"),
    "no model": lambda v: changed(v, model="nothing"),
    "path": lambda v: changed(v, path=v["path"][::-1]),
    "short path": lambda v: changed(v, path=v["path"][:-1]),
    "certificate": other_certificate,
    "no certificate": lambda v: changed(v, certificate="{}"),
    "sealed_at": lambda v: changed(v, sealed_at=v["sealed_at"] - 1),
    "field": lambda v: changed(v, more=1),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_proof_that_was_tampered_with_is_refused_by_both(
    kept: Office, files: Files, how: str
) -> None:
    name, value = proof_in(files)
    spoiled = {**files, name: canonical.encode(TAMPERINGS[how](value))}

    assert ([("entry", "proven"), ("row", "refused")], False) == said(kept, spoiled)


def test_a_row_rests_on_an_entry_that_is_proven(kept: Office, files: Files) -> None:
    name, value = proof_in(files)
    other = row_files(kept.session.store, "pack_in_force", _first_key(kept))

    assert [("row", "refused")] == said(kept, {name: files[name]})[0]
    position = value["sealed_at"]
    record = f"entry-{position}.record"
    spoiled = {**files, record: files[record].replace(b'"size":', b'"size":1')}
    assert {"refused"} == {status for _, status in said(kept, spoiled)[0]}
    assert ([("entry", "proven"), ("row", "proven")], True) == said(kept, other)


def _first_key(office: Office) -> str:
    folder = Path(f"{office.location}.generations")
    generations = Generations(folder)
    current = generations.current()
    assert current is not None
    model = load_models()["pack_in_force"]
    columns, rows = generations.read(current, model)
    return json.dumps([str(dict(zip(columns, rows[0], strict=True))[one]) for one in model.key])


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_other_file_proves_another_row(kept: Office, files: Files, data: st.DataObject) -> None:
    name, _ = proof_in(files)
    content = files[name]
    at = data.draw(st.integers(0, len(content) - 1))
    spoiled = content[:at] + data.draw(st.binary(max_size=2)) + content[at + 1 :]

    statuses, alone = said(kept, {**files, name: spoiled})
    proven = ("row", "proven") in statuses
    assert alone == (proven and ("entry", "proven") in statuses)
    assert not proven or spoiled == content


def test_the_ledger_itself_is_held_against_the_file(
    kept: Office, files: Files, tmp_path: Path
) -> None:
    name, value = proof_in(files)
    bad = {**files, name: canonical.encode(TAMPERINGS["row"](value))}
    for given_files, codes in ((files, []), (bad, ["proof_differs"])):
        outside = Outside(
            policy=parse_policy(policy(kept)),
            proofs=tuple(given_files.items()),
        )
        report = verify(kept.session.store, outside=outside)
        trust = ALONE.read_policy(policy(kept))
        lone = ALONE.verify(Path(kept.location), ALONE.Outside(trust, dict(given_files)))

        assert codes == [one.code for one in report.findings]
        assert codes == [one["code"] for one in lone.as_json()["findings"]]


ODD_CERTIFICATES: dict[str, Any] = {
    "of no kind": {"$certificate": "another"},
    "of no day": {"as_of": "2022-02-30"},
    "of another log": {"origin": "another.example/log"},
    "of entries to come": {"size": 900_000},
    "with names out of order": {"missing": ["b", "a"]},
    "with more": {"more": 1},
    "derived from other entries": {"root": "ab" * 32},
}


@pytest.mark.parametrize("odd", ODD_CERTIFICATES)
def test_a_certificate_that_no_generation_has_proves_no_row_for_either(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever certifies can record the hash of whatever he likes; the log then vouches for that."""
    # past the check of this program, as another one would
    monkeypatch.setattr(OwnLog, "problem", lambda _self, _event: None)
    for office in opened(str(tmp_path / "county.db")):
        office.act("2022-02-01", {**application(), "stream": CASES[0]})
        rebuild(office.session, models=["case_state"])
        generation = generations_of(office.session).current()
        assert generation is not None
        honest = json.loads(certificate_of(generation, office.session.store.origin).encode())
        said_so = canonical.encode({**honest, **ODD_CERTIFICATES[odd]})
        told = json.loads(said_so)
        event = GenerationCertified(
            as_of=told["as_of"] if odd != "of no day" else honest["as_of"],
            certificate=certificate_hash(said_so),
            known_on=None,
            root=told["root"],
            size=told["size"],
        )
        by = Who(actor="n", office=COUNTY, on="2022-02-01")
        outcome = record(office.session, [by.says("generation/certificates", event)], cause="odd")
        assert isinstance(outcome, Committed)
        keep_checkpoint(office.session.store)
        with generations_of(office.session).opened(generation) as connection:
            row = row_of_key(connection, "case_state", ("case",), [CASES[0]])
        assert row is not None
        proof = {
            "$proof": "aidledger/row-proof/v1",
            "certificate": said_so.decode(),
            "index": 0,
            "model": "case_state",
            "path": [],
            "row": row.decode(),
            "sealed_at": outcome.receipt.position,
        }
        files = entry_files(office.session.store, outcome.receipt.position)
        files["odd.row-proof"] = canonical.encode(proof)
        outside = Outside(policy=parse_policy(policy(office)), proofs=tuple(files.items()))
        ours = [one.code for one in verify(office.session.store, outside=outside).findings]
        brought = ALONE.Outside(ALONE.read_policy(policy(office)), dict(files))
        theirs = [
            one["code"]
            for one in ALONE.verify(tmp_path / "county.db", brought).as_json()["findings"]
        ]

        of_the_log = ["statement_differs"] if {"size", "root"} & {*ODD_CERTIFICATES[odd]} else []
        assert ["proof_differs", *of_the_log] == sorted(ours) == sorted(theirs)
        if odd != "derived from other entries":  # that only the entries show
            assert ([("entry", "proven"), ("row", "refused")], False) == said(office, files)


def test_what_was_pruned_is_derived_again_and_gives_the_same_proof(
    kept: Office, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Generations, "all", lambda _self: [])

    assert files == row_files(kept.session.store, "case_state", CASES[2])


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (CASES[0] + "x", "expected a row with this key"),
        ("case/520123-2022-000009", "expected a row with this key"),
        ("a,b", "expected 1 values"),
        ("[1]", "expected 1 values"),
        ("[", "expected 1 values"),
    ],
)
def test_a_key_that_no_certified_row_has_is_said(kept: Office, key: str, why: str) -> None:
    with pytest.raises(ServiceError, match=why):
        row_files(kept.session.store, "case_state", key)


def test_without_a_certificate_below_the_checkpoint_nothing_is_proven(office: Office) -> None:
    office.act("2022-02-01", {**application(), "stream": CASES[0]})
    rebuild(office.session, models=["case_state"])
    keep_checkpoint(office.session.store)
    certify(office.session, actor="n", office=COUNTY)

    with pytest.raises(ServiceError, match="expected a certified generation below"):
        row_files(office.session.store, "case_state", CASES[0])


def test_a_certified_row_goes_with_a_bundle_and_one_of_another_case_does_not(
    kept: Office, tmp_path: Path
) -> None:
    def asked(case: str) -> Request:
        return Request(what=CASES[2], policy=policy(kept), rows=(f"case_state={case}",))

    create_bundle(kept.session, asked(CASES[2]), tmp_path / "evidence")
    answer = verify_bundle(read_bundle(tmp_path / "evidence"), parse_policy(policy(kept)))
    lone = ALONE.verify_bundle(
        tmp_path / "evidence", ALONE.Outside(ALONE.read_policy(policy(kept)), {})
    )

    assert "proven" == answer.verdict == lone.verdict
    assert "rows" in [check.name for check in answer.checks if check.state == "good"]
    with pytest.raises(ServiceError, match="found one that names another case"):
        create_bundle(kept.session, asked(CASES[1]), tmp_path / "other")
