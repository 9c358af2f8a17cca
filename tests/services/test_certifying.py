"""Certificates of generations: what they say, who signed them, and where the log names them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.shell import on
from tests.services.conftest import COUNTY, Office
from tests.services.signed import CLERK_OF, at, make
from tests.services.test_money_acts import CASE
from tests.services.test_recording import application

from aidledger.ledger import canonical
from aidledger.ledger.batch import pre_authentication
from aidledger.ledger.certificate import (
    PAYLOAD_TYPE,
    Certificate,
    certificate_hash,
    parse_certificate,
)
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.strict import FormatError
from aidledger.replay import generations as generations_module
from aidledger.services.generations.book import list_generations
from aidledger.services.generations.certifying import (
    certificates_folder,
    certified,
    certify,
    kept_certificate,
)
from aidledger.services.generations.rebuilding import generations_of, rebuild
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.simulation.staff import administrators
from aidledger.store.outcome import Committed, Outcome

MODELS = ("case_state", "deadlines")


@pytest.fixture
def folder(office: Office) -> Path:
    return generations_of(office.session).folder


def certify_it(office: Office) -> Outcome:
    return certify(office.session, actor="nightly", office=COUNTY)


def built(office: Office, *models: str) -> None:
    assert () == rebuild(office.session, models=models or MODELS).failed


def test_a_certificate_names_the_input_and_each_model_and_its_hash_is_recorded(
    office: Office,
) -> None:
    office.act("2022-02-01", {**application(), "stream": CASE})
    head = office.session.store.head()
    result = rebuild(office.session, models=["case_state"])

    outcome = certify_it(office)

    assert isinstance(outcome, Committed)
    (found,) = certified(office.session.store)
    content, certificate = kept_certificate(
        certificates_folder(office.session), found.event.certificate
    )
    assert outcome.receipt.position == found.position == head.size
    assert (head.size, head.root.hex()) == (found.event.size, found.event.root)
    assert (head.size, head.root.hex()) == (certificate.size, certificate.root)
    assert ("2022-02-01", None) == (certificate.as_of, certificate.known_on)
    assert office.session.store.origin == certificate.origin
    assert [
        (one.name, one.rows, one.digest, one.sql_sha256)
        for one in sorted(result.models, key=lambda one: one.name)
    ] == [(one.name, one.rows, one.digest, one.sql_sha256) for one in certificate.models]
    assert content == certificate.encode()
    assert certificate_hash(content) == found.event.certificate


@pytest.mark.parametrize("edited", ["the description", "a table"])
def test_what_was_edited_since_it_was_built_is_not_certified(
    office: Office, folder: Path, edited: str
) -> None:
    office.act("2022-02-01", {**application(), "stream": CASE})
    built(office, "case_state")
    if edited == "a table":
        (file,) = folder.glob("generation-*.duckdb")
        with duckdb.connect(str(file)) as database:
            database.execute("UPDATE case_state SET township = '520123009'")
    else:
        current = json.loads((folder / "current").read_bytes())
        current["models"][-1]["digest"] = "0" * 64
        (folder / "current").write_text(json.dumps(current))

    with pytest.raises(ServiceError, match="case_state: expected the digest") as told:
        certify_it(office)
    assert 1 == told.value.exit_code
    assert [] == certified(office.session.store)


def test_the_same_generation_is_certified_once_and_stands_in_the_list(
    office: Office,
) -> None:
    built(office)
    first = certify_it(office)
    again = certify_it(office)
    built(office)

    assert isinstance(first, Committed)
    assert isinstance(again, Committed)
    assert again.replayed
    one, two = list_generations(office.session)
    assert (first.receipt.position, None) == (one.certified_at, two.certified_at)
    assert (False, True) == (one.current, two.current)
    assert one.bytes > 0


def test_nothing_is_certified_without_a_generation_or_of_another_log(
    office: Office, folder: Path
) -> None:
    with pytest.raises(ServiceError, match="expected a generation"):
        certify_it(office)

    built(office)
    root = office.session.store.head().root.hex()
    pointer = folder / generations_module.POINTER
    pointer.write_text(pointer.read_text().replace(root, "ab" * 32))
    with pytest.raises(ServiceError, match="expected the root abab"):
        certify_it(office)

    assert [] == certified(office.session.store)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data.replace(b"1", b"2")])
def test_a_certificate_that_is_not_the_recorded_one_is_named(
    office: Office, damage: Callable[[bytes], bytes]
) -> None:
    built(office)
    certify_it(office)
    (found,) = certified(office.session.store)
    name, place = found.event.certificate, certificates_folder(office.session)
    file = place / f"{name}.json"
    file.write_bytes(damage(file.read_bytes()))

    with pytest.raises(ServiceError, match=name):
        kept_certificate(place, name)
    file.unlink()
    with pytest.raises(ServiceError, match="found none"):
        kept_certificate(place, name)


def test_where_there_are_keys_the_actor_signs_and_needs_the_power(tmp_path: Path) -> None:
    location = str(tmp_path / "county.db")
    make(location)
    admin = next(post.officer for post in administrators() if post.title == "sys_admin")
    with at(location) as session:
        rebuild(session, models=["case_state"])
        with pytest.raises(RefusedError, match="GenerationCertified"):
            certify(session, actor=CLERK_OF, office=CLERK_OF.rpartition("-")[0])
        outcome = certify(session, actor=admin.actor, office=admin.office)

        assert isinstance(outcome, Committed)
        name = certified(session.store)[0].event.certificate
        place = certificates_folder(session)
        envelope = (place / f"{name}.dsse.json").read_bytes()
        found = session.keyring.public_keys()
        (label,) = [one["keyid"] for one in json.loads(envelope)["signatures"]]
    content = (place / f"{name}.json").read_bytes()
    told = json.loads(envelope)
    key = {one.label: one for one in found if one.kind is KeyKind.BATCH}[label]
    signature = base64.b64decode(told["signatures"][0]["sig"])
    assert envelope == canonical.encode(told)
    assert (content, PAYLOAD_TYPE) == (
        base64.b64decode(told["payload"]),
        told["payloadType"].encode(),
    )
    assert key.verify(signature, pre_authentication(PAYLOAD_TYPE, content))
    assert not key.verify(signature, pre_authentication(b"application/json", content))


@given(st.data())
def test_only_the_one_encoding_of_a_certificate_is_read(data: st.DataObject) -> None:
    certificate = Certificate(
        as_of="2022-02-01",
        engine="duckdb 2.0.0",
        entries=3,
        known_on=None,
        missing=("b",),
        models=(),
        origin="test/520123",
        program="aidledger 0.1.0",
        root="ab" * 32,
        size=4,
        skipped=1,
    )
    content = certificate.encode()
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[:place] + data.draw(st.binary(max_size=2)) + content[place + 1 :]

    assert certificate == parse_certificate(content)
    try:
        read = parse_certificate(changed)
    except FormatError:
        return
    assert changed == read.encode()


@pytest.mark.parametrize("field", ["size", "position", "entries", "skipped", "rows"])
def test_a_description_with_a_number_that_no_certificate_holds_is_refused(
    county_after: Path, field: str
) -> None:
    (path,) = Path(f"{county_after}.generations").glob("generation-*.json")
    told = json.loads(path.read_bytes())
    (told["models"][0] if field == "rows" else told)[field] = 2**53
    path.write_text(json.dumps(told))

    ran = on(county_after, "generations", "list")

    assert 3 == ran.code
    assert "expected the name of a generation, found something else" in ran.err
