"""The statement of a restoration binds both heads in either kind of cosignature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger import parties
from tests.ledger.signers import refusal

from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.note import Note, NotSignedError, add_signatures
from aidledger.ledger.restoration import Restoration, cosigned_by, parse_restoration
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.strict import FormatError

LOST, KEPT = TreeHead(20, parties.ROOTS[20]), TreeHead(12, parties.ROOTS[12])
STATED = Restoration(parties.ORIGIN, LOST, KEPT)


def cosigned(stated: Restoration, signer: SeedSigner) -> Note:
    text = stated.text()
    return add_signatures(Note(text, ()), [cosign(text, signer, parties.TIME)])


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_statement_reads_back(one: int, other: int, root: bytes) -> None:
    kept, lost = sorted((one, other))
    stated = Restoration(
        parties.ORIGIN, TreeHead(lost, root), TreeHead(kept, bytes(byte ^ 1 for byte in root))
    )

    assert parse_restoration(stated.text()) == stated


@pytest.mark.parametrize("signer", [parties.AUDIT, parties.FINANCE])
def test_either_kind_of_cosignature_holds_for_these_heads_only(signer: SeedSigner) -> None:
    note = cosigned(STATED, signer)
    other = Restoration(parties.ORIGIN, LOST, TreeHead(11, parties.ROOTS[11]))

    assert [one.key for one in cosigned_by(note, [signer.key])] == [signer.key]
    with pytest.raises(NotSignedError):
        cosigned_by(Note(other.text(), note.signatures), [signer.key])
    with pytest.raises(NotSignedError):
        cosigned_by(note, [parties.SUPERVISION.key])


@given(st.integers(0, 500), st.integers(0, 7))
def test_no_bit_of_a_statement_may_change(at: int, bit: int) -> None:
    text = bytearray(STATED.text())
    text[at % len(text)] ^= 1 << bit

    assert refusal(parse_restoration, bytes(text)) is not None


@pytest.mark.parametrize(
    "stated",
    [
        Restoration(parties.ORIGIN, KEPT, LOST),
        Restoration(parties.ORIGIN, KEPT, KEPT),
        Restoration(parties.ORIGIN, LOST, TreeHead(0, parties.ROOTS[1])),
        Restoration(parties.ORIGIN, LOST, TreeHead(1, b"short")),
    ],
)
def test_what_lost_nothing_is_no_statement(stated: Restoration) -> None:
    with pytest.raises(FormatError):
        stated.text()


def test_a_checkpoint_is_no_statement() -> None:
    assert refusal(parse_restoration, parties.checkpoint(12).text) is not None
    assert refusal(parse_restoration, b"nonsense") is not None


def test_a_statement_has_two_heads_no_fewer_and_no_more() -> None:
    lines = STATED.text().splitlines(keepends=True)

    for heads in ([], lines[3:4], lines[3:5] * 2, [b"lost 20\n", lines[4]]):
        assert refusal(parse_restoration, b"".join([*lines[:3], *heads])) is not None
