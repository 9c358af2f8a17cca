"""What a twin is: an attack, the check that finds it, and what else stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from tests.twins.cuts import Cut, cut_out
from tests.twins.held import Held, judged

from aidledger.ledger.finding import Finding
from aidledger.services.ladder.outside import Outside

Judge = Callable[[], list[Finding]]


class Twin(NamedTuple):
    """One attack on a ledger in memory, as careful as its attacker can be.

    `attack` forges the ledger and returns what the verifier brings along, if anything. The check is
    `cuts`; `position` is where it finds the attack. `depth` names other codes (with a space between)
    that find the attack too, at once or as soon as the check is gone.
    """

    attack: Callable[[Held], Outside | None]
    position: int | None
    cuts: tuple[Cut, ...]
    depth: str = ""


def codes(found: list[Finding]) -> set[str]:
    return {one.code for one in found}


def check_twin(
    code: str,
    position: int | None,
    judge: Judge,
    cuts: dict[str, tuple[Cut, ...]],
    depth: str = "",
) -> None:
    """Assert that a forged ledger is found by a check, and passes without it and those behind it.

    `cuts` take the check of each code out. What is found beside the code, or once it is gone, must
    be exactly `depth`; without all of these nothing is found at all.
    """
    wanted = set(depth.split())
    found = judge()
    assert (code, position) in {(one.code, one.position) for one in found}, found
    assert codes(found) <= {code, *wanted}, found
    with pytest.MonkeyPatch.context() as patch:
        cut_out(patch, cuts[code])
        met, found, gone = codes(found) - {code}, judge(), {code}
        assert code not in codes(found), found
        while left := codes(found) - gone:
            met |= left
            cut_out(patch, [cut for one in sorted(left) for cut in cuts[one]])
            gone |= left
            found = judge()
    assert [] == found
    assert wanted == met
    assert judge() != []


def forged(twin: Twin, ledger: Held) -> Judge:
    """Forge a ledger; return what judges it."""
    brought: Any = twin.attack(ledger)
    return lambda: judged(ledger, brought)
