"""Signers with fixed seeds, and the outside vectors, for the tests of the signed formats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from tests.ledger.making import VECTORS

from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.strict import FormatError


def shared(name: str) -> Any:
    """Read one file of the outside vectors; skip the test where they are not there."""
    path = VECTORS / name
    if not path.is_file():
        pytest.skip("the shared vectors are not beside the project")
    return json.loads(path.read_bytes())


@lru_cache
def signer(name: str, kind: KeyKind = KeyKind.NOTE, number: int = 0) -> SeedSigner:
    """Make a signer; its seed is drawn from all three arguments, so each has its own key."""
    seed = hashlib.sha256(f"{name} {kind.name} {number}".encode()).digest()
    return SeedSigner(name, kind, seed)


def refusal(read: Callable[..., Any], *arguments: Any) -> FormatError | None:
    """Error of a reading, None if it succeeds; an error of any other type fails the test."""
    try:
        read(*arguments)
    except FormatError as error:
        text = str(error)
        if not (text.isascii() and text.isprintable() and len(text) < 400):
            pytest.fail(f"an error with hostile text: {error!r}")
        return error
    return None
