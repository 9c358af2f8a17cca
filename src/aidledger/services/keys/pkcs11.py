"""Signs with a key that lies in a token and never leaves it (PKCS#11 v3, CKM_EDDSA).

Needs the extra ``pkcs11``. The public key is read from the token; the private key is used there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from aidledger.ledger.keys import ED25519_SIGNATURE_BYTES, KeyKind, VerifierKey
from aidledger.ledger.signing import SigningError
from aidledger.ledger.strict import FormatError
from aidledger.services.problems import ServiceError

_PUBLIC_BYTES: Final = 32
_OCTET_STRING: Final = b"\x04\x20"
"""DER of an OCTET STRING of 32 bytes: PKCS#11 wraps the point so (section 6.3.5)."""
_ED25519: Final = (
    bytes.fromhex("06032b6570"),  # 1.3.101.112 (RFC 8410)
    b"\x13\x0cedwards25519",  # the curve's name as PrintableString (PKCS#11 section 6.3.10)
)
_REFUSED_KEY: Final = 12
_ALIVE: Final = "plug the token in, and see that its module, label and PIN are right"


class TokenSigner:
    """A signer whose key lies in a token; close it when done.

    Raises:
        ServiceError: the extra is not installed, no such module, token or key, a wrong PIN, a key
            that could be taken out of the token, or none of Ed25519.
    """

    def __init__(
        self, module: Path, *, token: str, pin: str, name: str, kind: KeyKind = KeyKind.BATCH
    ) -> None:
        """Open a token by its label; `name` is the key's, and the label of both its halves."""
        if kind is KeyKind.COSIGNATURE_ML_DSA:
            raise ServiceError("token: only Ed25519 keys are used", exit_code=_REFUSED_KEY)
        self._pkcs11: Any = _library()
        self._token_label = token
        with self._readable():
            found = self._pkcs11.lib(str(module)).get_token(token_label=token)
            self._session = found.open(user_pin=pin)
        try:
            with self._readable():
                self._private = self._key(self._pkcs11.ObjectClass.PRIVATE_KEY, name)
                point = self._point(self._key(self._pkcs11.ObjectClass.PUBLIC_KEY, name))
                self._refuse_leaving(name)
            self.key: Final = VerifierKey(name=name, kind=kind, public=point)
        except FormatError as error:
            self.close()
            raise ServiceError(f"token {token}: {error}", exit_code=_REFUSED_KEY) from None
        except ServiceError:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"TokenSigner({self.key.label!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes, in the token.

        Raises:
            SigningError: the token is gone, or gave something else than a signature.
        """
        try:
            made = bytes(self._private.sign(message, mechanism=self._pkcs11.Mechanism.EDDSA))
        except self._pkcs11.PKCS11Error as error:
            raise SigningError(f"token {self._token_label}: {type(error).__name__}") from error
        if len(made) != ED25519_SIGNATURE_BYTES:
            raise SigningError(f"token {self._token_label}: expected a signature of 64 bytes")
        return made

    def close(self) -> None:
        """Log out of the token."""
        try:
            self._session.close()
        except self._pkcs11.PKCS11Error:
            return  # it is gone already

    def _key(self, kind: Any, name: str) -> Any:
        wanted = {
            self._pkcs11.Attribute.CLASS: kind,
            self._pkcs11.Attribute.LABEL: name,
            self._pkcs11.Attribute.KEY_TYPE: self._pkcs11.KeyType.EC_EDWARDS,
        }
        found = list(self._session.get_objects(wanted))
        if len(found) != 1:
            raise ServiceError(
                f"token {self._token_label}: expected one Ed25519 key {name}, found {len(found)}",
                hint=_ALIVE,
                exit_code=_REFUSED_KEY,
            )
        return found[0]

    def _point(self, public: Any) -> bytes:
        """Return the 32 bytes of the public key, DER around them or not."""
        if bytes(public[self._pkcs11.Attribute.EC_PARAMS]) not in _ED25519:
            raise FormatError("token key", "the curve edwards25519", "another curve")
        point = bytes(public[self._pkcs11.Attribute.EC_POINT])
        if len(point) == len(_OCTET_STRING) + _PUBLIC_BYTES and point.startswith(_OCTET_STRING):
            return point[len(_OCTET_STRING) :]
        return point

    def _refuse_leaving(self, name: str) -> None:
        """Refuse a key that can be read out: whoever did so signs as its owner elsewhere."""
        sensitive = self._private[self._pkcs11.Attribute.SENSITIVE]
        extractable = self._private[self._pkcs11.Attribute.EXTRACTABLE]
        if extractable or not sensitive:
            raise ServiceError(
                f"token {self._token_label}: key {name} can be taken out of the token",
                hint="make a key in the token that is sensitive and not extractable",
                exit_code=_REFUSED_KEY,
            )

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Give what a token says against it as one error; never the PIN."""
        try:
            yield
        except (self._pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            raise ServiceError(
                f"token {self._token_label}: cannot be used: {type(error).__name__}",
                hint=_ALIVE,
                exit_code=_REFUSED_KEY,
            ) from error


def _library() -> Any:
    """Load the library that speaks to tokens, only when one is used."""
    try:
        import pkcs11  # noqa: PLC0415 (an extra that most installations do without)
    except ImportError as error:
        raise ServiceError(
            "tokens need the extra pkcs11",
            hint="pip install 'aidledger[pkcs11]'",
            exit_code=_REFUSED_KEY,
        ) from error
    return pkcs11
