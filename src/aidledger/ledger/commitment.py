"""Commitments to personal values, and the tokens that stand for persons and accounts.

What is hashed or keyed here begins with an ASCII label and a newline (so that no hash made for one
purpose is ever valid for another), and each variable part carries its length as a big-endian u32
(so that no two different lists of parts give the same bytes).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

FIELD_LABEL: Final = b"aidledger/field/v1\n"
PERSON_LABEL: Final = b"aidledger/person/v1\n"
ACCOUNT_LABEL: Final = b"aidledger/account/v1\n"

SALT_BYTES: Final = 16
PEPPER_BYTES_MIN: Final = 16
TOKEN_BYTES: Final = 16
#: Wide letters and digits, as Chinese keyboards give them, to those of ASCII.
_NARROW: Final = {
    ord(wide): chr(ord(wide) - 0xFEE0)
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for wide in map(chr, range(ord(first), ord(last) + 1))
}
_PLAIN: Final = re.compile(r"[0-9A-Za-z]")


def length_prefixed(*parts: bytes) -> bytes:
    """Join parts so that they can be taken apart in one way only: u32 big-endian length, bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def field_commitment(field: str, salt: bytes, value: bytes) -> str:
    """Commit to one personal value: hex of SHA-256(label || lp(field) || lp(salt) || lp(value)).

    `salt` is 16 random bytes, kept beside the value: without it the few possible values of a field
    could be tried one by one.

    Raises:
        ValueError: the salt is not 16 bytes, or the field name is not ASCII.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"salt: expected {SALT_BYTES} bytes, found {len(salt)}")
    body = length_prefixed(field.encode("ascii"), salt, value)
    return hashlib.sha256(FIELD_LABEL + body).hexdigest()


def field_opens(commitment: str, field: str, salt: bytes, value: bytes) -> bool:
    """Whether this field, salt and value are what the commitment was made of."""
    try:
        opened = field_commitment(field, salt, value)
    except ValueError:
        return False
    return hmac.compare_digest(opened.encode(), commitment.encode("utf-8", "replace"))


def person_token(pepper: bytes, identity_number: str) -> str:
    """Token of a person: `p` and 32 hex digits of HMAC-SHA-256 over the normalized number."""
    return "p" + _token(PERSON_LABEL, pepper, identity_number)


def account_token(pepper: bytes, account_number: str) -> str:
    """Token of a bank account: `a` and 32 hex digits, of its own label, over the number's plain form."""
    return "a" + _token(ACCOUNT_LABEL, pepper, plain_account(account_number))


def plain_account(account_number: str) -> str:
    """Return an account number as all ways to write it have it: its letters and digits, narrow and capital.

    One card written in groups of four, with hyphens or wide digits would be as many accounts. What has
    no letter or digit stays as it is written, without outer white space.
    """
    narrow = account_number.translate(_NARROW)
    return "".join(_PLAIN.findall(narrow)).upper() or account_number.strip()


def _token(label: bytes, pepper: bytes, value: str) -> str:
    if len(pepper) < PEPPER_BYTES_MIN:
        raise ValueError(f"pepper: expected at least {PEPPER_BYTES_MIN} bytes, found {len(pepper)}")
    message = label + length_prefixed(value.encode())
    return hmac.digest(pepper, message, "sha256")[:TOKEN_BYTES].hex()
