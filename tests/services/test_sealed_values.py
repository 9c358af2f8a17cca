"""Personal values: destroyed when an entry says so, and missed when one is changed or gone without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import psycopg
import pytest
from tests.domain.people import CASE
from tests.services.conftest import COUNTY, Office
from tests.services.test_recording import approve, on_case

from aidledger.services.acts.sealing import secrets_of, token_of
from aidledger.services.ladder import vaultcheck
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.vaultcheck import NO_SECRETS, OTHER_SECRETS, VALUES, check_vault
from aidledger.services.ladder.verifying import verify
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore
from aidledger.store.sqlite_connect import driver
from aidledger.store.vault import every_commitment

SEALED = ("address", "identity_number", "name", "phone")


def edited(office: Office, *statements: str) -> None:
    """Write into the database as its owner can."""
    if not office.location.startswith("postgresql"):
        # by the program's own SQLite: a second one in a process takes the first one's locks away
        with closing(driver().connect(office.location, isolation_level=None)) as database:
            for statement in statements:
                database.execute(statement)
        return
    with psycopg.connect(office.location, autocommit=True) as admin:
        admin.execute("SET search_path TO aidledger")
        for statement in statements:
            admin.execute(statement)


def erase(office: Office, person: str) -> None:
    """Record that a person's key was destroyed."""
    said = {"person": person, "authority": "个人信息保护法 art. 47"}
    act = {"type": "PersonErased", "stream": f"person/{person}", "office": COUNTY, "data": said}
    assert isinstance(office.act("2022-02-01", act), Committed)


def commitments(office: Office) -> dict[str, str]:
    return office.session.stream(CASE)[0].sealed


def told(office: Office) -> tuple[str, list[tuple[str, int | None, str | None]]]:
    """Return the state of the rung, and what it found."""
    findings, rung = check_vault(office.session)
    assert rung.name == VALUES
    return rung.status, [(one.code, one.position, one.field) for one in findings]


def test_who_is_erased_by_an_entry_is_erased(office: Office) -> None:
    approve(office)
    person = office.session.states.case(CASE).applicant
    vault: Any = office.session.vault
    before = commitments(office)
    assert set(SEALED) == set(before)
    assert 4 == len(vault.open_many([*before.values()]))
    erase(office, person)

    assert {} == office.session.store.vault_keys((person,))
    assert {} == vault.open_many([*before.values()])
    assert {} == office.session.store.vault_rows([*before.values()])
    assert ("ok", []) == told(office)
    assert [] == verify(office.session).findings


def test_who_comes_back_after_an_erasure_is_sealed_anew_and_the_old_values_stay_gone(
    office: Office,
) -> None:
    approve(office)
    first = commitments(office)
    erase(office, office.session.states.case(CASE).applicant)
    bind = {**on_case("AccountBound", holder="self"), "personal": {"account_number": "62170001"}}
    assert isinstance(office.act("2022-02-03", bind), Committed)
    bound = office.session.stream(CASE)[-1].sealed["account_number"]
    vault: Any = office.session.vault

    assert {bound: "62170001"} == vault.open_many([*first.values(), bound])
    assert ("ok", []) == told(office)


def test_what_was_destroyed_and_is_put_back_from_a_copy_is_found_until_it_is_destroyed_again(
    office: Office,
) -> None:
    approve(office)
    at, person = office.session.stream(CASE)[0].position, office.session.states.case(CASE).applicant
    for table in ("vault", "vault_keys"):
        edited(office, f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    erase(office, person)
    for table in ("vault", "vault_keys"):
        edited(office, f"INSERT INTO {table} SELECT * FROM kept_{table} WHERE person = '{person}'")
        edited(office, f"DROP TABLE kept_{table}")
    status, found = told(office)

    assert "damaged" == status
    assert {("sealed_returned", at, f"sealed.{field}") for field in SEALED} <= {*found}
    assert {"sealed_returned"} == {code for code, _, _ in found}
    erase_again = {"person": person, "authority": "个人信息保护法 art. 47"}
    act = {"type": "PersonErased", "stream": f"person/{person}", "office": COUNTY}
    assert isinstance(office.act("2022-02-02", {**act, "data": erase_again}), Committed)
    assert ("ok", []) == told(office)


def test_a_value_that_no_entry_committed_to_is_named(office: Office) -> None:
    approve(office)
    copied = f"stream, field, nonce, ciphertext FROM vault WHERE commitment = '{commitments(office)['phone']}'"
    edited(office, f"INSERT INTO vault SELECT '{'e' * 64}', person, {copied}")
    edited(office, f"INSERT INTO vault SELECT '张三 13800000000', 'nobody', {copied}")
    findings, rung = check_vault(office.session)

    assert "damaged" == rung.status
    assert [("sealed_unclaimed", None, "vault")] * 2 == [
        (one.code, one.position, one.field) for one in findings
    ]
    assert ["e" * 64, "a row that has no commitment"] == [one.found for one in findings]


def test_what_is_recorded_while_the_vault_is_looked_at_has_its_entry(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)
    looked = every_commitment

    def late(store: LedgerStore) -> Iterator[object]:
        bind = {**on_case("AccountBound", holder="self"), "personal": {"account_number": "62170"}}
        assert isinstance(office.act("2022-02-03", bind), Committed)
        yield from looked(store)

    monkeypatch.setattr(vaultcheck, "every_commitment", late)

    assert ("ok", []) == told(office)


def test_a_value_that_was_moved_under_another_s_key_before_its_person_was_erased_is_found(
    office: Office,
) -> None:
    approve(office)
    vault: Any = office.session.vault
    at, person = office.session.stream(CASE)[0].position, office.session.states.case(CASE).applicant
    phone = commitments(office)["phone"]
    plain = b"".join(vault.openings([phone])[phone])
    key, wrapped = vault._new_key("p-other")
    nonce, context = b"n" * 12, vault._value_context(CASE, "phone")
    moved = key.encrypt(nonce, plain, context)
    hexed = "X'{}'" if not office.location.startswith("postgresql") else "'\\x{}'"
    edited(
        office,
        f"UPDATE vault SET person = 'p-other', nonce = {hexed.format(nonce.hex())},"
        f" ciphertext = {hexed.format(moved.hex())} WHERE field = 'phone'",
    )
    edited(
        office,
        f"INSERT INTO vault_keys (person, wrapped_key) VALUES ('p-other', {hexed.format(wrapped.hex())})",
    )
    erase(office, person)
    assert {phone} == vault.open_many([phone]).keys()

    assert ("damaged", [("sealed_returned", at, "sealed.phone")]) == told(office)


def test_an_honest_vault_is_whole_and_without_secrets_nothing_is_said(office: Office) -> None:
    approve(office)

    assert ("ok", []) == told(office)
    office.session.vault = None
    findings, rung = check_vault(office.session)
    assert ([], "not_made", NO_SECRETS) == (findings, rung.status, rung.why)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE vault SET ciphertext = nonce WHERE field = 'phone'", "sealed_altered"),
        ("UPDATE vault SET stream = 'case/other' WHERE field = 'phone'", "sealed_altered"),
        ("UPDATE vault SET person = 'nobody' WHERE field = 'phone'", "sealed_missing"),
        ("DELETE FROM vault WHERE field = 'phone'", "sealed_missing"),
    ],
)
def test_a_value_that_is_changed_or_taken_away_is_found_at_its_entry(
    office: Office, statement: str, code: str
) -> None:
    approve(office)
    at = office.session.stream(CASE)[0].position
    edited(office, statement)

    assert ("damaged", [(code, at, "sealed.phone")]) == told(office)
    assert [] == verify(office.session).findings
    report = deep_check(office.session)
    assert [code] == [one.code for one in report.findings]
    assert "damaged" == report.rungs[-1].status


def test_a_key_that_was_thrown_away_without_an_entry_is_found(office: Office) -> None:
    approve(office)
    at = office.session.stream(CASE)[0].position
    assert office.session.vault is not None
    assert office.session.vault.erase(office.session.states.case(CASE).applicant)
    status, found = told(office)

    assert "damaged" == status
    assert {("sealed_missing", at, f"sealed.{field}") for field in SEALED} <= {*found}


def test_the_erasure_of_another_person_and_an_earlier_one_excuse_nothing(office: Office) -> None:
    other = token_of(office.session, "11010519491231002X")
    approve(office)
    erase(office, other)
    edited(office, "DELETE FROM vault WHERE field = 'phone'")
    assert "damaged" == told(office)[0]


def test_secrets_of_another_ledger_are_no_damage(office: Office) -> None:
    approve(office)
    vault: Any = office.session.vault
    other = msgspec.structs.replace(secrets_of(office.session), vault_key=b"o" * 32)
    office.session.vault = type(vault)(office.session.store, other, office.session.random_bytes)
    findings, rung = check_vault(office.session)

    assert ([], "not_made", OTHER_SECRETS) == (findings, rung.status, rung.why)
