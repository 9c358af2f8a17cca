"""Keys in a token (SoftHSM2): they sign there, verify here, and can't be taken out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from tests.cli.shell import lines, on
from tests.services.signed import (
    APPLICATION,
    CLERK_OF,
    ORIGIN,
    applied,
    at,
    done,
    key_of,
    last_batch,
    registry,
)
from tests.services.softhsm import PIN, make_key, make_token, module

from aidledger.domain.events.powers import KeyRegistered
from aidledger.ledger.batch import parse_batch_signature, sign_batch, verify_batch
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SigningError, sign_checked
from aidledger.services.keys.pkcs11 import TokenSigner
from aidledger.services.problems import ServiceError
from aidledger.services.simulation.staff import security

TOKEN, NAME = "officer", f"{CLERK_OF}.token"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SoftHSM with a token of its own, and one key in it."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    found = module()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        make_token(TOKEN)
        make_key(found, TOKEN, NAME)
        make_key(found, TOKEN, "leaving", extractable=True, sensitive=False)
        yield found


@pytest.fixture
def signer(library: Path) -> Iterator[TokenSigner]:
    with TokenSigner(library, token=TOKEN, pin=PIN, name=NAME) as opened:
        yield opened


def test_what_a_token_signs_verifies_under_its_public_key(signer: TokenSigner) -> None:
    signature = sign_checked(signer, b"message")
    leaves = [bytes(32)]
    signed = sign_batch(signer, ORIGIN, leaves, None)

    assert (NAME, KeyKind.BATCH, 32) == (signer.key.name, signer.key.kind, len(signer.key.public))
    assert signer.key.verify(signature, b"message")
    assert not signer.key.verify(signature, b"another")
    assert verify_batch(signer.key, ORIGIN, leaves, signed)


def test_the_key_can_not_be_taken_out_of_the_token(library: Path) -> None:
    token = pkcs11.lib(str(library)).get_token(token_label=TOKEN)
    with token.open(user_pin=PIN) as session:
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=NAME)

        assert (False, True) == (
            key[pkcs11.Attribute.EXTRACTABLE],
            key[pkcs11.Attribute.SENSITIVE],
        )
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_a_key_that_could_be_taken_out_is_refused(library: Path) -> None:
    with pytest.raises(ServiceError, match="can be taken out"):
        TokenSigner(library, token=TOKEN, pin=PIN, name="leaving")


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "nobody's"},
        {"pin": "wrong-pin-9"},
        {"name": "no-such-key"},
        {"kind": KeyKind.COSIGNATURE_ML_DSA},
        {"module": Path("/nowhere/lib.so")},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_not_right_gives_one_error_without_the_pin(
    library: Path, wrong: dict[str, Any]
) -> None:
    given = {"module": library, "token": TOKEN, "pin": PIN, "name": NAME, **wrong}
    with pytest.raises(ServiceError) as refused:
        TokenSigner(**given)

    assert 12 == refused.value.exit_code
    assert given["pin"] not in f"{refused.value}{refused.value.hint}"


def test_a_token_that_is_gone_signs_nothing(library: Path) -> None:
    gone = TokenSigner(library, token=TOKEN, pin=PIN, name=NAME)
    gone.close()

    with pytest.raises(SigningError, match=TOKEN):
        gone.sign(b"message")


def test_without_the_extra_the_error_says_what_to_install(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)

    with pytest.raises(ServiceError, match="need the extra"):
        TokenSigner(library, token=TOKEN, pin=PIN, name=NAME)


def test_an_officer_with_a_token_signs_records_and_the_receipt_says_so(
    signed_location: str, signer: TokenSigner
) -> None:
    registered = KeyRegistered(
        algorithm="ed25519",
        assurance="token",
        key=NAME,
        owner=CLERK_OF,
        public_key=signer.key.public.hex(),
        registrar=security().actor,
    )
    with at(signed_location, tokens=lambda: (signer,)) as session:
        done(session, registry(registered), cause="registered")
        receipt = done(session, applied(), cause="applied")
        batch, leaves = last_batch(session)
        signed = parse_batch_signature(batch.signature)

        assert (signer.key.label, "token") == (receipt.key_id, receipt.assurance)
        assert verify_batch(key_of(session, NAME), ORIGIN, leaves, signed)
        assert not verify_batch(key_of(session, CLERK_OF), ORIGIN, leaves, signed)


def test_the_program_signs_with_the_token_that_the_environment_names(
    signed_location: str, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Path(signed_location)
    token = {
        "AIDLEDGER_PKCS11_MODULE": str(library),
        "AIDLEDGER_PKCS11_TOKEN": TOKEN,
        "AIDLEDGER_PKCS11_KEY": NAME,
        "AIDLEDGER_PKCS11_PIN": PIN,
    }
    chief = security()
    by = ("--actor", chief.actor, "--office", chief.office)
    held = ("--owner", CLERK_OF, "--assurance", "token")
    given = on(ledger, "keys", "register", NAME, *held, *by, "--json", environ=token)
    told = lines([APPLICATION])
    refused = on(ledger, "record", "-", stdin=told, environ={**token, "AIDLEDGER_PKCS11_PIN": "no"})
    said = on(ledger, "record", "-", "--json", stdin=told, environ=token)

    assert (0, "low") == (given.code, given.object["receipt"]["assurance"])
    assert 12 == refused.code
    assert "cannot be used" in refused.err
    assert (0, "token") == (said.code, said.object["receipt"]["assurance"])
    assert said.object["receipt"]["key_id"].startswith(f"{NAME}+")
