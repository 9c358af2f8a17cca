"""What is in a bundle and what is not, how it is written, and how personal values come into one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.lone import ALONE
from tests.services.bundled import (
    MONTH,
    POLICY,
    Bundled,
    digest,
    files_of,
    hand,
    keep,
    made,
    resealed,
    with_line,
    written,
)

from aidledger.domain.doubt import identity_of, stream_of
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.duty import ExportReleased
from aidledger.domain.events.registry import PersonalDataRevealed
from aidledger.domain.events.support import VisitMade
from aidledger.ledger.trust import parse_policy
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.audits.auditing import rules_of
from aidledger.services.bundles.asking import Request
from aidledger.services.bundles.creating import create_bundle
from aidledger.services.bundles.revealing import Release
from aidledger.services.bundles.verifying import verify_bundle
from aidledger.services.decoding import recorded_all
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.typesetting import pdf as typesetting
from aidledger.store.outcome import Committed

TRUSTED = parse_policy(POLICY)
REQUEST = "export/2024-1"
ASKED: dict[str, Any] = {
    "type": "ExportRequested",
    "stream": REQUEST,
    "actor": "520123-aud-u1",
    "office": "520123-aud",
    "effective_on": "2024-01-15",
    "data": {
        "fields": ["name", "phone"],
        "order_number": "审计〔2024〕1号",
        "place": "520123",
        "purpose": "audit",
    },
}
RELEASE = Release(
    fields=("name",), purpose="审计", request=REQUEST, actor="520123-u3", office="520123"
)


@pytest.fixture(scope="module")
def reader(evidence: Bundled) -> Iterator[Session]:
    with hand(evidence.location, read_only=True) as session:
        yield session


@pytest.fixture(scope="module")
def finding(
    evidence: Bundled, reader: Session, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What a rule found about the case, bundled."""
    return made(
        reader, tmp_path_factory.mktemp("finding") / "evidence", what=evidence.case, rule="F081"
    )


@pytest.fixture
def writer(evidence: Bundled, tmp_path: Path) -> Iterator[Session]:
    """A copy of the county that may be written to."""
    shutil.copytree(Path(evidence.location).parent, tmp_path / "county", symlinks=True)
    with hand(str(tmp_path / "county" / "ledger.sqlite")) as session:
        yield session


def texts(files: dict[str, bytes]) -> str:
    return "\n".join(
        content.decode() for name, content in files.items() if not name.endswith(".pdf")
    )


def rows(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{name}"].splitlines()]


def streams(files: dict[str, bytes]) -> set[str]:
    return {one["stream"] for one in rows(files, "entries.jsonl")}


def test_the_same_ledger_gives_the_same_bytes(
    evidence: Bundled, reader: Session, tmp_path: Path
) -> None:
    again = made(reader, tmp_path / "again", what=evidence.case)

    assert files_of(evidence.folder) == again


def test_a_bundle_is_a_bag_as_rfc_8493_has_it(evidence: Bundled) -> None:
    files = files_of(evidence.folder)
    info = dict(line.split(": ", 1) for line in files["bag-info.txt"].decode().splitlines())
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    told: dict[str, dict[str, str]] = {}
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        found = [line.split("  ", 1) for line in files[manifest].decode().splitlines()]
        told[manifest] = {name: digest for digest, name in found}
    beside = set(files) - set(payload) - {"tagmanifest-sha256.txt"}

    assert b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" == files["bagit.txt"]
    assert f"{sum(map(len, payload.values()))}.{len(payload)}" == info["Payload-Oxum"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", info["Bagging-Date"])
    assert set(payload) == set(told["manifest-sha256.txt"])
    assert beside == set(told["tagmanifest-sha256.txt"])
    for listed in told.values():
        assert {n: hashlib.sha256(files[n]).hexdigest() for n in listed} == listed


def test_every_file_is_said_to_be_something_in_both_languages(evidence: Bundled) -> None:
    files = files_of(evidence.folder)
    said = json.loads(files["data/manifest.json"])["files"]

    assert {f"data/{one['path']}" for one in said} == {n for n in files if n.startswith("data/")}
    assert all(re.search("[\u4e00-\u9fff]", one["zh"]) and one["en"].isascii() for one in said)


def test_a_bundle_tells_nothing_of_another_household(
    evidence: Bundled, reader: Session, finding: dict[str, bytes], tmp_path: Path
) -> None:
    store = reader.store
    applied = recorded_all(store.read_stream(evidence.other))
    secret = {evidence.other, evidence.other.removeprefix("case/")}
    secret |= {one.event.applicant for one in applied if hasattr(one.event, "applicant")}
    secret |= {one.event.account for one in applied if hasattr(one.event, "account")}
    bundles = [
        files_of(evidence.folder),
        made(reader, tmp_path / "month", what=MONTH, case=evidence.case),
        made(reader, tmp_path / "list", what="list/recipients"),
        finding,
    ]

    assert len(secret) >= 3
    for files in bundles:
        kinds = {name.partition("/")[0] for name in streams(files) - {evidence.case}}
        assert {"registry", "policy", "index", "month", "list"} >= kinds
        assert [] == [one for one in secret if one and one in texts(files)]
        assert "damaged" != verify_bundle(files, TRUSTED).verdict


def test_a_month_is_proven_with_the_lines_of_one_case_alone(
    evidence: Bundled, reader: Session, tmp_path: Path
) -> None:
    files = made(reader, tmp_path / "month", what=MONTH, case=evidence.case)
    paid = [one for one in rows(files, "entries.jsonl") if one["$type"] == "PaymentIssued"]
    answer = verify_bundle(files, TRUSTED)

    assert [(evidence.case, MONTH)] == [(one["stream"], one["data"]["month"]) for one in paid]
    assert ("proven", "month") == (answer.verdict, answer.kind)
    assert "payments" in [check.name for check in answer.checks if check.state == "good"]
    assert [f"month/{MONTH}"] == [one["stream"] for one in rows(files, "timeline.jsonl")]


def test_a_finding_comes_with_its_rule_its_words_and_the_entries_that_prove_it(
    evidence: Bundled, finding: dict[str, bytes]
) -> None:
    files = finding
    found = rows(files, "findings.jsonl")
    proven = {one["position"] for one in rows(files, "proofs.jsonl")}
    answer = verify_bundle(files, TRUSTED)
    alien = next(at for at in range(1_000) if at not in proven)
    first = ",".join(map(str, found[0]["positions"])).encode()
    other = with_line(
        files["data/findings.jsonl"], 1, lambda line: line.replace(first, b"%d" % alien)
    )
    forged = verify_bundle(resealed({**files, "data/findings.jsonl": other}), TRUSTED)

    assert found
    assert {("F081", evidence.case)} == {(one["rule"], one["subject"]) for one in found}
    assert {at for one in found for at in one["positions"]} <= proven
    assert b"-- id: F081" in files["data/rule.sql"]
    assert "proven" == answer.verdict
    assert ["not"] == [check.state for check in answer.checks if check.name == "rule_run"]
    assert ("data/findings.jsonl", 1) in [(flaw.file, flaw.line) for flaw in forged.flaws]


def test_a_doubt_comes_with_what_became_of_it_its_case_and_the_rule_that_its_entry_names(
    evidence: Bundled, writer: Session, tmp_path: Path
) -> None:
    (rule,) = rules_of(names=["F081"]).values()
    identity = identity_of("F081", evidence.case, "2023-09")
    stream = stream_of("F081", identity)
    raised = {
        "type": "DoubtRaised",
        "stream": stream,
        "actor": "520123-aud-u1",
        "office": "520123-aud",
        "effective_on": "2024-01-15",
        "data": {
            "asked_on": "2024-01-15",
            "case": evidence.case,
            "identity": identity,
            "period": "2023-09",
            "positions": [417, 620],
            "rule": "F081",
            "rule_hash": rule.sha256,
            "severity": "medium",
            "subject": evidence.case,
        },
    }
    assert isinstance(record(writer, [proposal_of(raised)], cause="doubt"), Committed)
    keep(writer.store)
    files = made(writer, tmp_path / "doubt", what=stream)
    answer = verify_bundle(files, TRUSTED)
    lone = ALONE.verify_bundle(tmp_path / "doubt", ALONE.Outside(ALONE.read_policy(POLICY), {}))
    other = resealed({**files, "data/rule.sql": files["data/rule.sql"] + b"-- \n"})

    assert ("proven", "doubt", stream) == (answer.verdict, answer.kind, answer.subject)
    assert "proven" == lone.verdict
    assert {stream, evidence.case} <= {one["stream"] for one in rows(files, "timeline.jsonl")}
    assert digest(files["data/rule.sql"]) == rule.sha256
    assert "data/rule.sql" in [flaw.file for flaw in verify_bundle(other, TRUSTED).flaws]


def test_decisions_come_with_the_words_of_their_clauses_and_were_taken_again(
    evidence: Bundled,
) -> None:
    files = files_of(evidence.folder)
    decisions = rows(files, "decisions.jsonl")

    assert {"ApplicationApproved", "EntitlementSet"} <= {one["type"] for one in decisions}
    assert {"same", "unchecked"} == {one["again"] for one in decisions}
    for one in decisions:
        assert EVENTS[one["type"]].title_zh == one["title_zh"]
        assert all(clause["text_zh"] and clause["text_en"] for clause in one["clauses"])


def test_without_typst_a_bundle_is_made_without_its_document_and_says_so(
    evidence: Bundled, reader: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(typesetting, "import_module", missing)
    typesetting._typst.cache_clear()
    done = create_bundle(reader, Request(what=evidence.case, policy=POLICY), tmp_path / "bare")
    typesetting._typst.cache_clear()
    files = files_of(tmp_path / "bare")

    assert "data/case.pdf" not in files
    assert "pip install 'aidledger[pdf]'" in done.missing[-1][0]
    assert "no PDF was made" in json.loads(files["data/manifest.json"])["missing"][-1]["en"]
    assert "proven" == verify_bundle(files, TRUSTED).verdict


def test_a_folder_with_something_in_it_is_never_written_to_and_half_a_bundle_never_is(
    evidence: Bundled, reader: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/letter").touch()
    with pytest.raises(ServiceError, match="expected a new or an empty folder"):
        made(reader, tmp_path / "there", what=evidence.case)
    left = [6]

    def full(number: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        made(reader, tmp_path / "half", what=evidence.case)

    assert ["there"] == [path.name for path in tmp_path.iterdir()]
    assert ["letter"] == [path.name for path in (tmp_path / "there").iterdir()]


def test_entries_behind_the_checkpoint_are_left_out_and_counted(
    evidence: Bundled, writer: Session, tmp_path: Path
) -> None:
    last = [one for one in writer.stream(evidence.case) if isinstance(one.event, VisitMade)][-1]
    visit = {
        "type": "VisitMade",
        "stream": evidence.case,
        "actor": last.actor,
        "office": last.office,
        "effective_on": "2024-01-15",
        "data": msgspec.to_builtins(last.event),
    }
    assert isinstance(record(writer, [proposal_of(visit)], cause="visit"), Committed)
    done = create_bundle(writer, Request(what=evidence.case, policy=POLICY), tmp_path / "evidence")

    assert 1 == done.newer
    assert files_of(evidence.folder) == files_of(tmp_path / "evidence")


def test_what_was_never_signed_is_not_bundled(signed_location: str, tmp_path: Path) -> None:
    with hand(signed_location) as session:
        with pytest.raises(ServiceError, match="expected a kept checkpoint"):
            made(session, tmp_path / "evidence", what="000001")
        keep(session.store)
        files = made(session, tmp_path / "evidence", what="000001")
    answer = verify_bundle(files, TRUSTED)
    said = {one["en"] for one in json.loads(files["data/manifest.json"])["missing"]}

    assert "proven" == answer.verdict
    assert any(one.startswith("no index is sealed") for one in said)
    assert ["not"] == [check.state for check in answer.checks if check.name == "complete"]


# personal values -----------------------------------------------------------------------------------


def ask(session: Session, **more: Any) -> None:
    assert isinstance(record(session, [proposal_of(ASKED | more)], cause="asked"), Committed)


def test_a_personal_value_goes_with_a_bundle_on_the_record_and_is_checked_by_both(
    evidence: Bundled, writer: Session, tmp_path: Path
) -> None:
    ask(writer)
    folder = tmp_path / "evidence"
    done = create_bundle(writer, Request(what=evidence.case, policy=POLICY), folder, RELEASE)
    files = files_of(folder)
    (value,) = rows(files, "revealed.jsonl")
    forged = resealed(
        {
            **files,
            "data/revealed.jsonl": files["data/revealed.jsonl"].replace(
                value["value"].encode(), "某某".encode()
            ),
        }
    )
    lone = ALONE.verify_bundle(
        written(forged, tmp_path / "forged"), ALONE.Outside(ALONE.read_policy(POLICY), {})
    )
    events = [one.event for one in recorded_all(writer.store.read(done.size))]
    (opened,) = [one for one in events if isinstance(one, PersonalDataRevealed)]
    (released,) = [one for one in events if isinstance(one, ExportReleased)]

    assert ("name", evidence.case) == (value["field"], value["stream"])
    assert [0o700, 0o755] == [one.stat().st_mode & 0o777 for one in (folder, evidence.folder)]
    assert "proven" == verify_bundle(files, TRUSTED).verdict
    assert value["value"] not in texts({"pdf": b""} | files_of(evidence.folder))
    assert ["data/revealed.jsonl, line 1"] == [one["field"] for one in lone.findings]
    assert [("data/revealed.jsonl", 1)] == [
        (flaw.file, flaw.line) for flaw in verify_bundle(forged, TRUSTED).flaws
    ]
    assert (("name",), "审计", evidence.case) == (opened.fields, opened.purpose, opened.case)
    assert (done.digest, 1) == (released.file, released.rows)
    assert hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest() == done.digest


def test_nothing_personal_leaves_that_nobody_asked_for_or_by_who_asked_or_may_not(
    evidence: Bundled, writer: Session, tmp_path: Path
) -> None:
    asked, folder = Request(what=evidence.case, policy=POLICY), tmp_path / "evidence"
    size = writer.store.head().size
    with pytest.raises(ServiceError, match="expected a request for name, found none open"):
        create_bundle(writer, asked, folder, RELEASE)
    ask(writer)
    others = {"fields": ("address",)}, {"actor": "520123-aud-u1", "office": "520123-aud"}
    with pytest.raises(ServiceError, match="expected a request for address"):
        create_bundle(writer, asked, folder, _release(**others[0]))
    with pytest.raises(RefusedError):
        create_bundle(writer, asked, folder, _release(**others[1]))
    with pytest.raises(RefusedError):
        create_bundle(writer, asked, folder, _release(actor="520123001-u5", office="520123001"))
    said = [type(one.event).__name__ for one in recorded_all(writer.store.read(size))]

    assert not folder.exists()
    assert "ExportReleased" not in said


def _release(**other: Any) -> Release:
    told = {name: getattr(RELEASE, name) for name in Release.__struct_fields__}
    return Release(**{**told, **other})
