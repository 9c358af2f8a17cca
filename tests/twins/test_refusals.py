"""Each refusal has a lie that it stops, and a twin without the check, in which the lie passes."""

from __future__ import annotations

import struct

import pytest
from tests.twins.cuts import cut_out
from tests.twins.refusals import LIES, Lie
from tests.twins.refusals_complete import COMPLETENESS_LIES

from aidledger.ledger.proof import ProofError
from aidledger.ledger.strict import FormatError

ALL = {**LIES, **COMPLETENESS_LIES}


def passes(lie: Lie) -> bool:
    try:
        return lie.told()
    except (FormatError, ProofError, struct.error):  # the last: a number that no bytes can hold
        return False


@pytest.mark.parametrize("name", ALL)
def test_a_lie_is_refused_and_passes_once_nothing_asks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = ALL[name]
    for kept in lie.cuts:
        with monkeypatch.context() as patch:
            cut_out(patch, [one for one in lie.cuts if one is not kept])
            assert not passes(lie), kept
    cut_out(monkeypatch, lie.cuts)

    assert passes(lie)
