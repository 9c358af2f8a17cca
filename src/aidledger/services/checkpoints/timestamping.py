"""Timestamps of checkpoints by an authority of another office (RFC 3161), kept in a folder.

    <size>-<16 hex digits of the root>.note     the checkpoint as it was signed; its text is stamped
    the same.tsq                                the request, DER, to be carried to the authority
    the same.tsr                                its reply, kept only after it was verified

A request without a reply is *pending* and proves nothing. A reply counts under a pinned certificate
alone: that of the authority, given by whoever verifies, never the one that came with the reply.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

# the one way to learn the nonce of a request that was made earlier
from rfc3161_client._rust import parse_timestamp_request

from aidledger.disk import read_plain
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.note import parse_note
from aidledger.ledger.strict import FormatError
from aidledger.services.checkpoints.reply import in_order, strong_digests
from aidledger.services.files import write_files
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import Kept

MAX_REPLY_BYTES: Final = 100_000
_MAX_PIN_BYTES: Final = 1_000_000
_NOTE, _REQUEST, _REPLY = ".note", ".tsq", ".tsr"
_CHAIN: Final = "Error while verifying certificates"
_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")

Status = Literal["pending", "confirmed", "refused"]


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to believe: the authority's own certificate, and the chain it hangs on."""

    authority: x509.Certificate
    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint and its timestamp. `at` (RFC 3339, UTC) only where it is confirmed."""

    name: str
    status: Status
    size: int
    root: str
    origin: str = ""
    at: str = ""
    why: str = ""


def read_pin(pem: bytes) -> Pin:
    """Read a pinned authority: PEM, its own certificate first, then those it hangs on.

    Raises:
        ServiceError: no certificates, the first is not for timestamps alone, or there is no root.
    """
    try:
        authority, *others = x509.load_pem_x509_certificates(pem[:_MAX_PIN_BYTES])
        usage = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (ValueError, x509.ExtensionNotFound) as error:
        raise _no_pin(str(error)) from None
    # RFC 3161 section 2.3: critical, and for this purpose alone
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise _no_pin("the first is not for timestamps alone")
    roots = tuple(one for one in (authority, *others) if one.issuer == one.subject)
    if not roots:
        raise _no_pin("there is no root among them")
    between = tuple(one for one in others if one not in roots)
    return Pin(authority=authority, roots=roots, intermediates=between)


def make_request(folder: Path, kept: Kept) -> Path:
    """Keep a request for a timestamp of a checkpoint, and return its path; the same one again.

    Raises:
        OSError: it cannot be written.
    """
    checkpoint = kept.checkpoint
    path = folder / f"{checkpoint.size}-{checkpoint.root.hex()[:16]}{_REQUEST}"
    if not path.exists():
        request = (
            TimestampRequestBuilder()
            .data(kept.note.text)
            .hash_algorithm(HashAlgorithm.SHA256)
            .cert_request(cert_request=True)
            .build()
        )
        note = path.with_suffix(_NOTE).name
        write_files(folder, {note: kept.note.encode(), path.name: request.as_bytes()})
    return path


def add_reply(folder: Path, reply: bytes, pin: Pin) -> Stamp:
    """Verify an authority's reply and keep it beside the request it belongs to.

    Raises:
        ServiceError: it belongs to no request, or it does not verify; nothing is kept then.
    """
    answered = _imprint(reply)
    for path in sorted(folder.glob(f"*{_REQUEST}")):
        stamp = _stamp(path, None, pin)
        if stamp.status != "pending" or hashlib.sha256(_text(path)).digest() != answered:
            continue
        stamp = _stamp(path, reply, pin)
        if stamp.status != "confirmed":
            raise ServiceError(f"{path.name}: the reply is refused: {stamp.why}", exit_code=1)
        known = path.with_suffix(_REPLY)
        if not known.exists():
            write_files(folder, {known.name: reply})
        return _stamp(path, known.read_bytes(), pin)
    raise ServiceError(
        "reply: expected one to a request in this folder, found another",
        hint="aidledger timestamp request makes a request",
        exit_code=1,
    )


def list_stamps(folder: Path, pin: Pin) -> list[Stamp]:
    """Return what is known of every request, by size; each reply is verified again."""
    stamps = [
        _stamp(path, _kept(path.with_suffix(_REPLY)), pin) for path in folder.glob(f"*{_REQUEST}")
    ]
    return sorted(stamps, key=lambda stamp: (stamp.size, stamp.name))


def check_reply(reply: bytes, text: bytes, pin: Pin, *, nonce: int | None) -> dt.datetime:
    """Return the time that a reply proves for a text (UTC).

    Raises:
        ServiceError: whatever is wrong with it: another authority, another text, another nonce.
    """
    try:
        response = _decoded(reply)
        info = response.tst_info
        by_sha256 = info.message_imprint.hash_algorithm == _SHA256
        builder = VerifierBuilder(
            tsa_certificate=pin.authority,
            intermediates=list(pin.intermediates),
            roots=list(pin.roots),
            nonce=nonce,
        )
        builder.build().verify_message(response, text)
        strong = strong_digests(reply)
    except (ValueError, TypeError, IndexError, VerificationError) as error:
        why = str(error)
        if why.startswith(_CHAIN):  # what follows is a list of the library's calls
            why = "its signature does not hold under the authority's certificates at its time"
        raise ServiceError(f"reply: {why}", exit_code=1) from None
    if not by_sha256:
        raise ServiceError("reply: expected a stamp over SHA-256, found another", exit_code=1)
    if not strong:
        why = "expected a signature by SHA-256, SHA-384 or SHA-512, found a weak digest"
        raise ServiceError(f"reply: {why}", exit_code=1)
    return info.gen_time.astimezone(dt.UTC)


def _no_pin(why: str) -> ServiceError:
    return ServiceError(
        f"authority: expected its certificates for timestamps in PEM: {why}",
        hint="the authority's own certificate first, then its chain up to the root",
        exit_code=2,
    )


def _stamp(path: Path, reply: bytes | None, pin: Pin) -> Stamp:
    """Say what a request and its reply prove; no reply is pending, whatever else is there."""
    try:
        checkpoint = parse_checkpoint(_text(path))
    except FormatError as error:
        return Stamp(name=path.stem, status="refused", size=0, root="", why=str(error))
    stamp = Stamp(
        name=path.stem,
        status="pending",
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        origin=checkpoint.origin,
    )
    if reply is None:
        return stamp
    try:
        nonce = parse_timestamp_request(read_plain(path, MAX_REPLY_BYTES)).nonce
        at = check_reply(reply, _text(path), pin, nonce=nonce)
    except (ServiceError, OSError, ValueError) as error:
        return msgspec.structs.replace(stamp, status="refused", why=str(error))
    shown = at.isoformat().replace("+00:00", "Z")
    return msgspec.structs.replace(stamp, status="confirmed", at=shown)


def _text(request: Path) -> bytes:
    """Return the stamped text. Raises FormatError where the note is missing or none."""
    try:
        return parse_note(read_plain(request.with_suffix(_NOTE), _MAX_PIN_BYTES)).text
    except OSError:
        raise FormatError(request.name, "its checkpoint beside it", "none") from None


def _kept(reply: Path) -> bytes | None:
    """Return a reply; nothing where none is there, and no bytes of what is no file."""
    try:
        return read_plain(reply, MAX_REPLY_BYTES + 1) if reply.exists() else None
    except OSError:
        return b""


def _imprint(reply: bytes) -> bytes:
    try:
        return _decoded(reply).tst_info.message_imprint.message
    except (ValueError, TypeError, VerificationError) as error:
        raise ServiceError(f"reply: {error}", exit_code=1) from None


def _decoded(reply: bytes) -> TimeStampResponse:
    if len(reply) > MAX_REPLY_BYTES:
        raise ValueError(f"expected at most {MAX_REPLY_BYTES} bytes")
    return decode_timestamp_response(in_order(reply))
