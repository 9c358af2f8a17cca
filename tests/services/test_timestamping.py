"""Timestamps count under a pinned authority alone; a request without a reply proves nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.shell import aidledger
from tests.ledger.making import VECTORS
from tests.services.witnessed import keep_checkpoint
from tests.store.drafts import drafts, record

from aidledger.services.checkpoints.reply import in_order
from aidledger.services.checkpoints.timestamping import (
    Pin,
    add_reply,
    check_reply,
    list_stamps,
    make_request,
    read_pin,
)
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import Kept
from aidledger.store.opening import create

FIXTURES = VECTORS / "rfc3161/test/fixtures"
CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_cert = {folder}/{name}.pem
signer_key = {folder}/{name}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """A real authority of `openssl ts`: a root, and certificates for it to sign with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "serial").write_text("01\n")
        self.run("req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=root -keyout root.key"
                 " -out root.pem")  # fmt: skip
        self.certify("tsa", "critical,timeStamping")
        self.certify("twin", "critical,timeStamping")
        self.certify("code", "critical,timeStamping,codeSigning")
        self.certify("lax", "timeStamping")

    def run(self, words: str) -> None:
        subprocess.run(
            ["openssl", *words.split()], cwd=self.folder, check=True, capture_output=True
        )

    def certify(self, name: str, usage: str) -> None:
        (self.folder / f"{name}.ext").write_text(f"extendedKeyUsage={usage}\n")
        (self.folder / f"{name}.cnf").write_text(CONFIG.format(folder=self.folder, name=name))
        self.run(f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr")
        self.run(
            f"x509 -req -in {name}.csr -CA root.pem -CAkey root.key -days 3650 -extfile {name}.ext"
            f" -out {name}.pem"
        )

    def pin(self, name: str = "tsa") -> bytes:
        return (self.folder / f"{name}.pem").read_bytes() + (self.folder / "root.pem").read_bytes()

    def answer(self, request: bytes, name: str = "tsa") -> bytes:
        (self.folder / "request.tsq").write_bytes(request)
        self.run(f"ts -reply -config {name}.cnf -queryfile request.tsq -out reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def kept(ledger: Path) -> Iterator[Kept]:
    store = create(ledger, origin="example.com/520123")
    record(store, drafts(3))
    yield keep_checkpoint(store)
    store.close()


def over_http(authority: Authority, request: bytes) -> bytes:
    """Ask the authority as one is asked: RFC 3161 section 3.4, over HTTP on loopback."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = authority.answer(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.handle_request, daemon=True).start()
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        headers = {"Content-Type": "application/timestamp-query"}
        connection.request("POST", "/", request, headers)
        reply = connection.getresponse().read()
        connection.close()
    return reply


def test_pending_then_confirmed_by_a_real_authority(
    authority: Authority, ledger: Path, kept: Kept
) -> None:
    folder, pin = Path(f"{ledger}.timestamps"), authority.folder / "pin.pem"
    pin.write_bytes(authority.pin())
    asked = aidledger("--ledger", ledger, "timestamp", "request", "--json")
    request = Path(asked.object["request"])
    again = aidledger("--ledger", ledger, "timestamp", "request").out.strip()
    before = aidledger("--ledger", ledger, "timestamp", "show", "--tsa", pin)

    assert (str(request), folder) == (again, request.parent)
    assert (4, True) == (before.code, "pending, proves nothing yet" in before.out)
    reply = authority.folder / "sent.tsr"
    reply.write_bytes(over_http(authority, request.read_bytes()))
    added = aidledger("--ledger", ledger, "timestamp", "add", reply, "--tsa", pin)
    shown = aidledger("--ledger", ledger, "timestamp", "show", "--tsa", pin, "--json")

    assert (0, 0) == (added.code, shown.code), added.err
    [stamp] = shown.object["timestamps"]
    assert ("confirmed", 3, kept.checkpoint.root.hex()) == (
        stamp["status"],
        stamp["size"],
        stamp["root"],
    )
    assert stamp["at"].endswith("Z")
    assert reply.read_bytes() == request.with_suffix(".tsr").read_bytes()


@pytest.mark.parametrize("other", ["twin", "code", "lax"])
def test_another_certificate_of_the_same_root_is_refused(
    authority: Authority, tmp_path: Path, kept: Kept, other: str
) -> None:
    request = make_request(tmp_path, kept)
    reply = authority.answer(request.read_bytes(), other) if other == "twin" else b""
    if other != "twin":  # openssl itself won't stamp with these: no authority is pinned to them
        with pytest.raises(ServiceError, match="for timestamps"):
            read_pin(authority.pin(other))
        return

    with pytest.raises(ServiceError, match="refused"):
        add_reply(tmp_path, reply, read_pin(authority.pin()))

    request.with_suffix(".tsr").write_bytes(reply)
    [stamp] = list_stamps(tmp_path, read_pin(authority.pin()))
    assert ("refused", "") == (stamp.status, stamp.at)
    assert "confirmed" == list_stamps(tmp_path, read_pin(authority.pin("twin")))[0].status


def test_another_message_or_another_nonce_is_refused(
    authority: Authority, tmp_path: Path, kept: Kept
) -> None:
    pin = read_pin(authority.pin())
    first = make_request(tmp_path / "a", kept)
    second = make_request(tmp_path / "b", kept)
    reply = authority.answer(first.read_bytes())

    check_reply(reply, kept.note.text, pin, nonce=None)
    with pytest.raises(ServiceError, match="Mismatch between messages"):
        check_reply(reply, kept.note.text + b"\n", pin, nonce=None)
    assert first.read_bytes() != second.read_bytes()
    with pytest.raises(ServiceError, match="Nonce"):
        add_reply(tmp_path / "b", reply, pin)
    assert ["pending"] == [stamp.status for stamp in list_stamps(tmp_path / "b", pin)]
    with pytest.raises(ServiceError, match="found another"):
        add_reply(tmp_path / "none", reply, pin)


def test_a_chain_that_comes_along_in_any_order_is_put_in_order(
    authority: Authority, tmp_path: Path, kept: Kept
) -> None:
    """An authority of OpenSSL sends its certificates as they stand in its file, which is no DER."""
    request = make_request(tmp_path, kept)
    for order in (("root", "twin"), ("twin", "root")):
        pem = b"".join((authority.folder / f"{one}.pem").read_bytes() for one in order)
        (authority.folder / "chain.pem").write_bytes(pem)
        text = (authority.folder / "tsa.cnf").read_text("utf-8")
        (authority.folder / "chained.cnf").write_text(f"{text}certs = {authority.folder}/chain.pem")
        reply = authority.answer(request.read_bytes(), "chained")

        check_reply(reply, kept.note.text, read_pin(authority.pin()), nonce=None)
        with pytest.raises(ServiceError, match="Embedded certificate"):
            check_reply(reply, kept.note.text, read_pin(authority.pin("twin")), nonce=None)
        assert in_order(in_order(reply)) == in_order(reply)
        assert sorted(in_order(reply)) == sorted(reply)


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_a_signature_over_a_weak_digest_proves_no_time(
    authority: Authority, tmp_path: Path, kept: Kept, digest: str
) -> None:
    """Whoever chooses what is signed can find two texts of one digest: openssl ts takes it all the same."""
    text = (authority.folder / "tsa.cnf").read_text("utf-8")
    weak = text.replace("signer_digest = sha256", f"signer_digest = {digest}")
    (authority.folder / "digest.cnf").write_text(weak)
    request, pin = make_request(tmp_path, kept), read_pin(authority.pin())
    reply = authority.answer(request.read_bytes(), "digest")

    if digest in ("md5", "sha1"):
        with pytest.raises(ServiceError, match="found a weak digest"):
            add_reply(tmp_path, reply, pin)
        assert ["pending"] == [stamp.status for stamp in list_stamps(tmp_path, pin)]
    else:
        assert "confirmed" == add_reply(tmp_path, reply, pin).status


def test_a_pipe_or_a_file_without_end_among_the_stamps_holds_nobody_up(
    authority: Authority, tmp_path: Path, kept: Kept
) -> None:
    pin = read_pin(authority.pin())
    request = make_request(tmp_path, kept)
    for ending in (".tsr", ".tsq", ".note"):
        place = request.with_suffix(ending)
        there = place.read_bytes() if place.exists() else b""
        place.unlink(missing_ok=True)
        os.mkfifo(place)
        assert {"refused"} == {stamp.status for stamp in list_stamps(tmp_path, pin)}
        place.unlink()
        with place.open("wb") as file:
            file.truncate(2**40)
        assert {"refused"} == {stamp.status for stamp in list_stamps(tmp_path, pin)}
        place.write_bytes(there or authority.answer(request.read_bytes()))

    assert ["confirmed"] == [stamp.status for stamp in list_stamps(tmp_path, pin)]


def test_a_changed_note_is_no_longer_what_was_stamped(
    authority: Authority, tmp_path: Path, kept: Kept
) -> None:
    pin = read_pin(authority.pin())
    request = make_request(tmp_path, kept)
    add_reply(tmp_path, authority.answer(request.read_bytes()), pin)
    note = request.with_suffix(".note")
    note.write_bytes(note.read_bytes().replace(b"\n3\n", b"\n4\n"))

    assert "refused" == list_stamps(tmp_path, pin)[0].status
    note.unlink()
    assert "refused" == list_stamps(tmp_path, pin)[0].status


def test_each_flipped_byte_of_a_reply_is_refused_or_changes_nothing(
    authority: Authority, tmp_path: Path, kept: Kept
) -> None:
    pin = read_pin(authority.pin())
    reply = authority.answer(make_request(tmp_path, kept).read_bytes())
    right = check_reply(reply, kept.note.text, pin, nonce=None)
    seen = 0
    for at in range(0, len(reply), 7):
        flipped = reply[:at] + bytes([reply[at] ^ 1]) + reply[at + 1 :]
        try:
            found = check_reply(flipped, kept.note.text, pin, nonce=None)
        except ServiceError:
            seen += 1
        else:
            assert right == found

    assert seen > len(reply) // 7 * 0.7


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(ServiceError):
        read_pin(data)
    with pytest.raises(ServiceError):
        add_reply(Path("nowhere"), data, _pin_of("test_tsa"))


def _pin_of(name: str) -> Pin:
    """Pin the authority of a fixture: its chain, the certificate for timestamps first."""
    path = FIXTURES / name / "ts_chain.pem"
    if not path.is_file():
        pytest.skip("the shared vectors are not beside the project")
    chain = x509.load_pem_x509_certificates(path.read_bytes())

    def is_authority(one: x509.Certificate) -> bool:
        try:
            return not one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            return True

    chain.sort(key=is_authority, reverse=True)
    return read_pin(b"".join(one.public_bytes(Encoding.PEM) for one in chain))


FOUND = [
    ("sigstage", "response-sha256.tsr", b"hello", True),
    ("sigstage", "response-sha512.tsr", b"hello", False),
    ("sigstage", "response-no-embedded-cert.tsr", b"hello", True),
    ("sigstage", "response-invalid-signature.tsr", b"hello", False),
    ("sigstage", "response-sha256.tsr", b"hello!", False),
    ("test_tsa", "response-injected-certs.tsr", b"hello", False),
]


@pytest.mark.parametrize(("name", "file", "message", "good"), FOUND)
def test_the_outside_vectors(name: str, file: str, message: bytes, good: bool) -> None:
    pin = _pin_of(name)
    reply = (FIXTURES / name / file).read_bytes()

    try:
        check_reply(reply, message, pin, nonce=None)
    except ServiceError:
        assert not good
    else:
        assert good


def test_a_reply_of_one_authority_is_none_of_another() -> None:
    pin = _pin_of("test_tsa")
    reply = (FIXTURES / "sigstage/response-sha256.tsr").read_bytes()

    with pytest.raises(ServiceError):
        check_reply(reply, b"hello", pin, nonce=None)


def test_a_postgresql_ledger_needs_a_folder(authority: Authority) -> None:
    pin = authority.folder / "pin.pem"
    pin.write_bytes(authority.pin())

    ran = aidledger("--ledger", "postgresql://nowhere/x", "timestamp", "show", "--tsa", pin)

    assert (2, True) == (ran.code, "--folder" in ran.err)
