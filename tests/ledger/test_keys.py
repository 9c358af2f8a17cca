"""Keys and signatures: outside vectors, refused keys, and texts of keys."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import refusal, shared, signer

from aidledger.ledger.curve import point_problem
from aidledger.ledger.keys import (
    KeyKind,
    VerifierKey,
    key_id,
    parse_vkey,
    verify_ed25519,
    verify_ml_dsa_44,
)
from aidledger.ledger.signing import SeedSigner, SigningError, sign_checked
from aidledger.ledger.strict import FormatError

GOOD = signer("example.com/log").key
ML_DSA = signer("example.com/log", KeyKind.COSIGNATURE_ML_DSA).key
KEYS = [signer("example.com/log", kind).key for kind in KeyKind]


def fields(case: dict[str, str], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def key(public: bytes, kind: KeyKind = KeyKind.NOTE) -> VerifierKey:
    return VerifierKey(name="a", kind=kind, public=public)


def test_all_wycheproof_ed25519_vectors() -> None:
    seen = 0
    for group in shared("wycheproof/ed25519_test.json")["testGroups"]:
        public = key(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            message, signature = fields(case, "msg", "sig")

            assert (case["result"] == "valid") is public.verify(signature, message), case["tcId"]
            seen += 1

    assert 151 == seen


def test_all_wycheproof_ml_dsa_44_vectors_and_a_context_is_another_message() -> None:
    seen = 0
    for group in shared("wycheproof/mldsa_44_verify_test.json")["testGroups"]:
        public = bytes.fromhex(group["publicKey"])
        for case in group["tests"]:
            message, signature = fields(case, "msg", "sig")
            valid = case["result"] == "valid"
            if "ctx" in case:
                context = bytes.fromhex(case["ctx"])

                assert valid is library_verifies(public, signature, message, context)
                valid = valid and not context
            assert valid is verify_ml_dsa_44(public, signature, message), case["tcId"]
            seen += 1

    assert 180 == seen


def library_verifies(public: bytes, signature: bytes, message: bytes, context: bytes) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_ml_dsa_keys_that_anybody_can_sign_under_are_refused() -> None:
    zero = 0
    for group in shared("wycheproof/mldsa_44_verify_test.json")["testGroups"]:
        public = bytes.fromhex(group["publicKey"])
        flags = {flag for case in group["tests"] for flag in case["flags"]}
        if flags & {"ZeroPublicKey", "IncorrectPublicKeyLength"}:
            with pytest.raises(FormatError, match=r"vector is zero|not 1312"):
                key(public, KeyKind.COSIGNATURE_ML_DSA)
            zero += "ZeroPublicKey" in flags
        else:
            key(public, KeyKind.COSIGNATURE_ML_DSA)

    assert 0 < zero


def test_of_the_cctv_edge_cases_those_count_whose_key_and_equation_are_sound() -> None:
    accepted = []
    for case in shared("cctv-ed25519/ed25519vectors.json"):
        public, signature = fields(case, "key", "sig")
        flags = set(case["flags"] or ())
        sound = not flags & {"low_order_A", "non_canonical_A", "low_order_component_A"}

        assert sound is (point_problem(public) is None), case["number"]
        if sound and key(public).verify(signature, case["msg"].encode()):
            accepted.append(sorted(flags))

    # the order of R says nothing about who signed: RFC 8032 takes it, and so does everybody
    assert [[], ["low_order_R"]] == sorted(accepted)


def test_the_library_alone_would_take_cctv_keys_that_anybody_can_sign_under() -> None:
    taken = 0
    for case in shared("cctv-ed25519/ed25519vectors.json"):
        public, signature = fields(case, "key", "sig")
        if "low_order_A" in (case["flags"] or ()):
            taken += verify_ed25519(public, signature, case["msg"].encode())

    assert 122 == taken


def test_every_low_order_key_of_the_list_is_refused() -> None:
    for text in shared("cctv-ed25519/low_order_public_keys.json")["reject_as_public_key"]:
        with pytest.raises(FormatError, match=r"low order|not canonically|no point"):
            key(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("public", "problem"),
    [
        (b"", "0 bytes"),
        (bytes(31), "31 bytes"),
        (bytes(33), "33 bytes"),
        ((2**255 - 19).to_bytes(32, "little"), "canonically"),
        ((2**255 - 1).to_bytes(32, "little"), "canonically"),
        ((2).to_bytes(32, "little"), "no point"),
        ((1).to_bytes(32, "little"), "low order"),
        ((2**255 + 1).to_bytes(32, "little"), "no point"),
        (bytes(32), "low order"),
    ],
)
def test_a_malformed_key_is_refused_with_the_reason(public: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        key(public)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_of_a_seed_is_sound(seed: bytes) -> None:
    assert point_problem(SeedSigner("a", KeyKind.NOTE, seed).key.public) is None


@pytest.mark.parametrize("one", KEYS, ids=lambda one: one.kind.name)
def test_the_text_of_a_key_reads_back_and_binds_name_kind_and_key(one: VerifierKey) -> None:
    text = one.vkey().encode()

    assert one == parse_vkey(text)
    assert (
        hashlib.sha256(one.name.encode() + b"\n" + one.kind.value + one.public).digest()[:4]
        == one.key_id
    )
    for other in (text.replace(b".com", b".org"), text[:-4] + b"AAA=", text.upper()):
        with pytest.raises(FormatError):
            parse_vkey(other)


def test_the_vkeys_of_the_specifications_read_back() -> None:
    texts = [shared("c2sp-examples/examples.json")["vkey"]]
    for case in shared("golang-note/note_vectors.json")["cases"]:
        texts += case["vkeys"]
    for text in texts:
        assert text == parse_vkey(text.encode()).vkey()


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a+b", "a\nb", "a\u2003", "\ud800", "名" * 86, None]
)
def test_a_name_that_no_note_may_have_is_no_key_s(name: Any) -> None:
    with pytest.raises(FormatError, match="key name"):
        VerifierKey(name=name, kind=KeyKind.NOTE, public=GOOD.public)
    assert "民政/县级" == VerifierKey(name="民政/县级", kind=KeyKind.NOTE, public=GOOD.public).name


def test_a_key_has_another_id_for_each_kind() -> None:
    public = GOOD.public
    kinds = (KeyKind.NOTE, KeyKind.COSIGNATURE, KeyKind.BATCH)

    assert 3 == len({key(public, kind).key_id for kind in kinds})


def with_id(name: str, material: bytes) -> str:
    encoded = base64.b64encode(material).decode()
    return f"{name}+{key_id(name, material).hex()}+{encoded}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+00000000",
        f"{GOOD.vkey()}\n",
        f" {GOOD.vkey()}",
        GOOD.vkey().replace(GOOD.key_id.hex(), "00000000"),
        GOOD.vkey().replace(GOOD.key_id.hex(), GOOD.key_id.hex().upper() + "A"),
        GOOD.vkey().replace(GOOD.key_id.hex(), ""),
        GOOD.vkey() + "=",
        GOOD.vkey().replace("example.com/log", ""),
        with_id("a", b"\x02" + GOOD.public),
        with_id("a", b"\x01" + GOOD.public + b"\0"),
        with_id("a", b"\x01"),
        with_id("a", b"\xff" + GOOD.public),
        with_id("a b", b"\x01" + GOOD.public),
        with_id("a\u3000b", b"\x01" + GOOD.public),
        with_id("a\u0085b", b"\x01" + GOOD.public),
        with_id("a" * 256, b"\x01" + GOOD.public),
        with_id("a", b"\x01" + bytes(32)),
        with_id("a", b"\x06" + ML_DSA.public[:32] + bytes(1280)),
    ],
)
def test_another_text_is_no_key(text: str) -> None:
    with pytest.raises(FormatError):
        parse_vkey(text.encode())


@given(st.binary(max_size=80))
def test_hostile_bytes_are_no_key_and_raise_nothing_else(data: bytes) -> None:
    for text in (data, GOOD.vkey().encode()[:20] + data, data + GOOD.vkey().encode()[20:]):
        refusal(parse_vkey, text)


@pytest.mark.parametrize("hostile", [None, 1, "x" * 64, bytearray(64), b"", bytes(63), bytes(2420)])
def test_verify_never_raises(hostile: Any) -> None:
    for one in (GOOD, ML_DSA):
        assert not one.verify(hostile, b"message")
        assert not one.verify(bytes(64), hostile)
    assert not verify_ed25519(hostile, bytes(64), b"")
    assert not verify_ml_dsa_44(hostile, bytes(2420), b"")


def test_what_a_signer_gives_is_checked_before_it_is_used() -> None:
    class Faulty:
        key = GOOD

        def sign(self, message: bytes) -> bytes:
            return bytes(64)

    assert GOOD.verify(sign_checked(signer("example.com/log"), b"text"), b"text")
    with pytest.raises(SigningError, match="does not verify"):
        sign_checked(Faulty(), b"text")
    with pytest.raises(FormatError, match="seed"):
        SeedSigner("a", KeyKind.NOTE, b"short")
