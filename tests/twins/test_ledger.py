"""Each finding of a ledger has an attack that it finds, and a twin without the check, where it passes."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.services.signedledger import POLICY, TRUST
from tests.twins.held import LONE, judged, made
from tests.twins.other_twins import MORE_OTHER_TWINS, OTHER_TWINS
from tests.twins.stored import write_to
from tests.twins.tables import CUTS, MORE, TWINS
from tests.twins.twins import check_twin, codes, forged

from aidledger.ledger.finding import Finding
from aidledger.services.ladder import reader, verifying
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.store.errors import ConflictError, StoreError
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.port import Head

UNWRITABLE = {
    "row_form": "eight columns",
    "column_type": "a number that is none, in a typed column",
    "position_differs": "rows out of order",
    "position_repeated": "two rows of one position",
    "record_not_bytes": "text in a column of bytes",
    "node_row_form": "text in a column of numbers",
    "node_repeated": "two rows of one node",
    "head_missing": "a deleted head",
    "batch_form": "two batches of one position",
    "batch_cause_repeated": "two batches of one cause",
}
"""What the tables refuse or put right, until somebody makes other tables."""
AWAY = ("all signatures away",)
BOTH_ENGINES = (
    "leaf_hash_differs",
    "prev_differs",
    "head_size",
    "batch_cause",
    "signature_invalid",
)


def test_an_untouched_ledger_has_no_finding(tmp_path: Path) -> None:
    held = made()
    size = len(held.rows)
    held.checkpoints.append((20, held.root(20), held.note(20)))
    kept = (("receipt", held.receipt(LONE)), ("proof", held.proof(LONE, size)))

    assert [] == judged(held)
    assert [] == judged(held, Outside(policy=TRUST, proofs=kept))
    held.settle()
    assert [] == judged(held, Outside(policy=TRUST, proofs=kept))
    for number, one in enumerate(
        [*OTHER_TWINS.values(), *(p for _, p in MORE_OTHER_TWINS.values())]
    ):
        (folder := tmp_path / str(number)).mkdir()
        assert [] == one.place(folder, False)()


def test_an_untouched_file_is_whole_in_parts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = write_to(made(), str(tmp_path / "ledger.db"))

    assert [] == verify(location).findings
    assert in_parts(location, monkeypatch) is not None


@pytest.mark.parametrize("code", TWINS)
def test_an_attack_is_found_and_passes_once_its_check_is_gone(code: str) -> None:
    twin = TWINS[code]
    check_twin(code, twin.position, forged(twin, made()), CUTS, twin.depth)


@pytest.mark.parametrize("name", MORE)
def test_so_does_another_that_the_same_code_tells_of(name: str) -> None:
    code, twin = MORE[name]
    cuts = {**CUTS, code: twin.cuts}
    check_twin(code, twin.position, forged(twin, made()), cuts, twin.depth)


@pytest.mark.parametrize("name", [*OTHER_TWINS, *MORE_OTHER_TWINS])
def test_so_do_those_on_ledgers_of_their_own(name: str, tmp_path: Path) -> None:
    code, twin = MORE_OTHER_TWINS.get(name) or (name, OTHER_TWINS[name])
    judge = twin.place(tmp_path, True)
    check_twin(code, twin.position, judge, {**CUTS, code: twin.cuts}, twin.depth)


def below_the_checkpoints(found: list[Finding]) -> bool:
    """Whether rows, tree or batches are damaged."""
    upper = ("checkpoint", "signature", "receipt", "proof", "origin", "restoration")
    return any(not one.code.startswith(upper) for one in found)


def in_parts(location: str, patch: pytest.MonkeyPatch) -> object:
    """Verify as workers do that read the rows themselves; None where they have a doubt."""
    for module in ("window", "chunk", "verify"):
        patch.setattr(f"aidledger.ledger.{module}.CHUNK_ROWS", 256)
    with closing(open_ledger(location, read_only=True)) as store, ThreadPoolExecutor(1) as pool:
        done = verifying._verify_ranges(store, location, store.read_head_row(), pool, None)
    reader.opened_here.cache_clear()
    return None if done is None or done[0].findings else done


@pytest.mark.parametrize("code", TWINS)
def test_a_file_tells_the_same_or_has_no_place_for_the_attack(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin, held = TWINS[code], made()
    brought = twin.attack(held)
    wanted = judged(held, brought)
    location = str(tmp_path / "ledger.db")
    if code not in UNWRITABLE:
        assert wanted == verify(write_to(held, location), outside=brought).findings
        assert not below_the_checkpoints(wanted) or in_parts(location, monkeypatch) is None
        return
    try:
        write_to(held, location)
    except (ConflictError, StoreError):
        return
    assert code not in codes(verify(location, outside=brought).findings)


ALONE = Path(__file__).resolve().parents[2] / "scripts/verify_alone.py"


@pytest.mark.parametrize("name", ["", *AWAY])
def test_the_second_verifier_finds_it_too(name: str, tmp_path: Path) -> None:
    held = made()
    code, twin = MORE.get(name) or (name, TWINS.get(name))
    if twin:
        twin.attack(held)
    (tmp_path / "policy").write_bytes(POLICY)
    location = write_to(held, str(tmp_path / "ledger.db"))
    given = [sys.executable, "-I", ALONE, location, "--policy", tmp_path / "policy"]
    ran = subprocess.run([str(word) for word in given], capture_output=True, check=False)
    found = [(one["code"], one["position"]) for one in json.loads(ran.stdout)["findings"]]

    assert b"" == ran.stderr
    assert ([(code, twin.position)] if twin else []) == found


@pytest.mark.parametrize("code", BOTH_ENGINES)
def test_so_does_the_server(code: str, postgres_url: str) -> None:
    twin, held = TWINS[code], made()
    twin.attack(held)

    assert code in codes(verify(write_to(held, postgres_url)).findings)


def test_a_mark_that_lags_is_held_against_the_entries_of_the_server(postgres_url: str) -> None:
    held = made()
    location = write_to(held, postgres_url)
    for size, root, found in (
        (LONE, held.root(LONE), []),
        (LONE, bytes(32), [("behind_mark", LONE)]),
        (LONE - 1, held.root(LONE - 1), []),
    ):
        mark = Mark(mark_path(location))
        mark.advance(Head(size=size, root=root, frontier=b"", recorded_at=None))
        mark.close()

        assert found == [(one.code, one.position) for one in verify(location).findings]
