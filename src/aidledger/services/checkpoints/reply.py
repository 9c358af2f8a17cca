"""Opens the envelope of an authority's reply (RFC 3161, CMS) as far as the library does not.

An OpenSSL authority that sends its chain leaves the certificates in the order of its file, which is no
DER, and which no signature covers: they are put in order. Which digest a signer used is not told.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_SEQUENCE, _SET, _CERTIFICATES = 0x30, 0x31, 0xA0
_STRONG: Final = frozenset(bytes.fromhex(f"60864801650304020{one}") for one in (1, 2, 3))
"""SHA-256, SHA-384, SHA-512 (NIST, 2.16.840.1.101.3.4.2): under others two texts can have one digest."""


class _Part(NamedTuple):
    """One value: its tag, where it begins, where its content does, and where it ends."""

    tag: int
    start: int
    inside: int
    end: int


def in_order(reply: bytes) -> bytes:
    """Return a reply with its certificates in the order of DER; one of another form as it is."""
    try:
        parts = _signed_data(reply)
        at = next((one for one in parts[3:] if one.tag == _CERTIFICATES), None)
        if at is None:
            return reply
        found = sorted(reply[one.start : one.end] for one in _parts(reply, at.inside, at.end))
    except ValueError:
        return reply  # whoever decodes it says what is wrong
    return reply[: at.inside] + b"".join(found) + reply[at.end :]


def strong_digests(reply: bytes) -> bool:
    """Whether every signer used a digest that is not weak. Raises ValueError for another form."""
    signers = _parts(reply, *_signed_data(reply)[-1][2:])
    algorithms = [_parts(reply, *_parts(reply, *one[2:])[2][2:])[0] for one in signers]
    return bool(signers) and all(reply[one.inside : one.end] in _STRONG for one in algorithms)


def _signed_data(reply: bytes) -> list[_Part]:
    """Return the parts of SignedData: version, digests, content, certificates, lists, signers."""
    (whole,) = _parts(reply, 0, len(reply))
    try:
        token = _parts(reply, *whole[2:])[1]
        content = _parts(reply, *token[2:])[1]
        (signed,) = _parts(reply, *content[2:])
    except IndexError:
        raise ValueError("no token") from None
    parts = _parts(reply, *signed[2:])
    if len(parts) < 4 or (signed.tag, parts[-1].tag) != (_SEQUENCE, _SET):
        raise ValueError("no signed data")
    return parts


def _parts(data: bytes, at: int, end: int) -> list[_Part]:
    """Divide into values of definite length. Raises ValueError where they do not fill it."""
    found = []
    while at < end:
        head = data[at : at + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            raise ValueError("another form than DER")
        inside, length = at + 2, head[1]
        if length >= 0x80:
            width = length - 0x80
            length = int.from_bytes(data[inside : inside + width], "big")
            inside += width
            if not 1 <= width <= 4:
                raise ValueError("another form than DER")
        if inside + length > end:
            raise ValueError("it is cut short")
        found.append(_Part(head[0], at, inside, inside + length))
        at = inside + length
    return found
