r"""Certificates of generations: what went into the read models, and the digest of each of them.

    certificate = canonical JSON, and its hash (SHA-256) stands in an entry `GenerationCertified`
    signed      = "DSSEv1 " len(type) " " type " " len(certificate) " " certificate   (DSSE v1, PAE)
    envelope    = canonical JSON {"payload":…,"payloadType":…,"signatures":[{"keyid":…,"sig":…}]}

Whoever has the entries and the SQL files derives the models again and must get these digests; a row
is proven by its path to the digest of its model. The signature is that of the actor who certifies,
with the key that signs batches, under a payload type of its own; no verdict rests on it, for the entry
names the hash, and the batch with the entry is signed by the same actor.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec

from aidledger.ledger import canonical
from aidledger.ledger.batch import pre_authentication
from aidledger.ledger.canonical import CanonicalError, clip
from aidledger.ledger.forms import is_date
from aidledger.ledger.index import Number
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import Signer, sign_checked
from aidledger.ledger.strict import FormatError, only_bytes

PAYLOAD_TYPE: Final = b"application/vnd.aidledger.generation-certificate+json;v=1"
MAX_CERTIFICATE_BYTES: Final = 1_000_000

_WHAT: Final = "certificate"
_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}\Z")]
_Word = Annotated[str, msgspec.Meta(pattern=r"^[ -~]{1,100}\Z")]


class CertifiedModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model as it came out: root over its rows, their number, and the hash of its SQL file."""

    digest: _Hash
    name: _Name
    rows: Number
    sql_sha256: _Hash


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a generation was made of, and what came out.

    `size` and `root` (hex) are those of the log that was read, `entries` how many of its entries the
    models saw, `skipped` how many could not be read. `models` are in the order of their names;
    `missing` names those that could not be built. `engine` and `program` name the versions used.
    """

    certificate: Literal["aidledger/generation-certificate/v1"] = msgspec.field(
        name="$certificate", default="aidledger/generation-certificate/v1"
    )
    as_of: _Day
    engine: _Word
    entries: Number
    known_on: _Day | None
    missing: tuple[_Name, ...]
    models: tuple[CertifiedModel, ...]
    origin: str
    program: _Word
    root: _Hash
    size: Number
    skipped: Number

    def encode(self) -> bytes:
        """Write the certificate's only encoding. Raises FormatError for what has none."""
        _check(self)
        try:
            return canonical.encode_struct(self)
        except CanonicalError as error:
            raise FormatError(_WHAT, error.expected, error.found) from None

    @property
    def hash(self) -> str:
        """The hash (hex) under which the log names it. Raises FormatError as `encode`."""
        return certificate_hash(self.encode())

    def model(self, name: str) -> CertifiedModel | None:
        """Return what it says of a model, if anything."""
        return next((one for one in self.models if one.name == name), None)


def certificate_hash(certificate: bytes) -> str:
    """Return the hash (hex) under which the log names a certificate."""
    return hashlib.sha256(certificate).hexdigest()


def parse_certificate(data: bytes) -> Certificate:
    """Read a certificate strictly. Raises FormatError, and nothing else, whatever the bytes are."""
    only_bytes(data, _WHAT, MAX_CERTIFICATE_BYTES)
    try:
        canonical.decode(data)
        certificate: Certificate = _decoder().decode(data)
    except (CanonicalError, msgspec.MsgspecError, UnicodeError) as error:
        raise FormatError(_WHAT, "a certificate of a generation", clip(str(error))) from None
    if certificate.encode() != data:
        raise FormatError(_WHAT, "its only encoding", "another")
    return certificate


def sign_certificate(signer: Signer, certificate: bytes) -> bytes:
    """Return the DSSE envelope of a certificate, signed with an actor's key.

    Raises:
        FormatError: no certificate, or a key that is not for batches.
        SigningError: the signature does not verify.

    """
    parse_certificate(certificate)
    if signer.key.kind is not KeyKind.BATCH:
        raise FormatError("signer", "a key for batches", signer.key.kind.name)
    signature = sign_checked(signer, pre_authentication(PAYLOAD_TYPE, certificate))
    envelope = {
        "payload": base64.b64encode(certificate).decode(),
        "payloadType": PAYLOAD_TYPE.decode(),
        "signatures": [
            {"keyid": signer.key.label, "sig": base64.b64encode(signature).decode()},
        ],
    }
    return canonical.encode(envelope)


def _check(certificate: Certificate) -> None:
    """Check what types don't: days that exist, names in order and once."""
    for day in (certificate.as_of, certificate.known_on):
        if day is not None and not is_date(day):
            raise FormatError(_WHAT, "days that exist", day)
    for names in ([one.name for one in certificate.models], list(certificate.missing)):
        if names != sorted(set(names)):
            raise FormatError(_WHAT, "names in order, each once", "another order")


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(Certificate)
