"""Where SoftHSM2 lies, installed if need be, and tokens with keys in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pkcs11
from tests import debian

PIN = "4711-pin"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
_CURVE = bytes.fromhex("06032b6570")


def module() -> Path:
    """Return SoftHSM's library; install the package where root may, fail clearly where not."""
    return debian.needed("softhsm2", _found)


def _found() -> Path | None:
    places = [Path(place) for place in _PLACES if shutil.which("softhsm2-util")]
    return next((place for place in places if place.is_file()), None)


def make_token(label: str) -> None:
    """Make an empty token; SOFTHSM2_CONF says where."""
    made = ["softhsm2-util", "--init-token", "--free", "--label", label]
    subprocess.run([*made, "--pin", PIN, "--so-pin", "87654321"], check=True, capture_output=True)


def make_key(library: Path, label: str, name: str, **private: Any) -> None:
    """Make an Ed25519 key in a token: sensitive and not extractable unless said otherwise."""
    attribute = pkcs11.Attribute
    token = pkcs11.lib(str(library)).get_token(token_label=label)
    with token.open(user_pin=PIN, rw=True) as session:
        curve = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS, {attribute.EC_PARAMS: _CURVE}, local=True
        )
        curve.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=name,
            private_template={
                attribute.EXTRACTABLE: private.get("extractable", False),
                attribute.SENSITIVE: private.get("sensitive", True),
            },
        )
