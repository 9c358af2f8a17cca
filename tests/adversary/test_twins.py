"""The twin of every attack that is found: without the checks that find it, it passes.

The checks are taken out of the product, not out of the report. What still stands at the right place
afterwards was found by another check, and that one goes too; in the end nothing may stand there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.adversary.removals import REMOVALS

from aidledger.services.adversary.copies import Copy, copied
from aidledger.services.adversary.operator import KINDS, Kind, Operator
from aidledger.services.adversary.running import AttackReport, Trial, Tried, scene_of
from aidledger.services.adversary.scene import Attacker, Scene

_ROUNDS = 5
Pair = tuple[Operator, Attacker]


@pytest.fixture(scope="module")
def laid_out(county: str) -> Iterator[tuple[Scene, Copy]]:
    scene = scene_of(county)
    with copied(scene.base, county) as copy:
        yield scene, copy


@contextmanager
def without(codes: set[str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for code in sorted(codes):
            REMOVALS[code](patch)
        yield


def tried(laid_out: tuple[Scene, Copy], rows: list[Pair], removed: set[str]) -> list[Tried]:
    scene, copy = laid_out
    trial = Trial(scene, copy, None, len(rows))
    with without(removed):
        trial.run(rows)
    assert [] == trial.not_run
    return trial.tried


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "limits"])
def test_without_the_checks_that_find_it_an_attack_passes(
    kind: Kind, everything: AttackReport, laid_out: tuple[Scene, Copy]
) -> None:
    alike: dict[frozenset[str], list[Pair]] = defaultdict(list)
    for one in everything.tried:
        if one.found and one.operator.kind == kind:
            alike[frozenset(one.codes)].append((one.operator, one.attacker))
    for codes, rows in alike.items():
        removed = set(codes)
        for _ in range(_ROUNDS):
            left = [one for one in tried(laid_out, rows, removed) if one.codes]
            if not left:
                break
            removed |= {code for one in left for code in one.codes}

        assert [] == [(one.operator.name, one.attacker, one.codes) for one in left]


def test_every_attack_that_is_found_has_a_twin(everything: AttackReport) -> None:
    found = [one for one in everything.tried if one.found]
    kinds = {one.operator.kind for one in found}

    assert kinds <= KINDS.keys() - {"limits"}
    assert {code for one in found for code in one.codes} <= REMOVALS.keys()
    assert all(one.codes for one in found)
