"""The two verifiers on signed and checkpointed ledgers, tiles and bundles: they agree on each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.signers import signer
from tests.services.signedledger import ACTORS, AUDIT, FINANCE, POLICY, SignedLedger, copied

from aidledger.domain.events.powers import KeyRevoked
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.tiles import bundles_of, encode_bundle, tiles_of
from aidledger.ledger.tree import root_of_leaves
from aidledger.services.ladder.outside import read_outside
from aidledger.services.ladder.verifying import verify

ALONE = Path(__file__).resolve().parent.parent / "scripts/verify_alone.py"


def alone(*arguments: object) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-I", ALONE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> SignedLedger:
    return SignedLedger(tmp_path_factory.mktemp("signed") / "ledger.db")


@pytest.fixture
def copy(true: SignedLedger, tmp_path: Path) -> SignedLedger:
    (tmp_path / "policy").write_bytes(POLICY)
    (tmp_path / "proofs").mkdir()
    return copied(true, tmp_path / "copy.db")


def agree(ledger: SignedLedger, *notes: bytes, policy: bool = True) -> dict[str, Any]:
    """Both verifiers say the same of verdict, extent, witnesses, codes and places."""
    folder = ledger.path.parent
    files = []
    for number, note in enumerate(notes):
        files.append(str(folder / f"note{number}"))
        Path(files[-1]).write_bytes(note)
    trust, proofs = str(folder / "policy"), str(folder / "proofs")
    arguments = [word for file in files for word in ("--checkpoint", file)]
    arguments += ["--policy", trust] if policy else []
    status, found = alone(*arguments, "--proofs", proofs, ledger.path)
    report = verify(
        str(ledger.path), outside=read_outside(files, trust if policy else None, proofs)
    )
    theirs = {(one["code"], one["position"]) for one in found["findings"]}

    assert {(one.code, one.position) for one in report.findings} == theirs
    assert (report.verdict, report.proven_size, list(report.cosigners), report.root) == (
        found["verdict"],
        found["proven_size"],
        found["cosigners"],
        found["root"],
    )
    assert status == {"proven": 0, "damaged": 1, "unproven": 4}[report.verdict]
    return found


def test_they_agree_on_what_is_proven(copy: SignedLedger) -> None:
    folder = copy.path.parent / "proofs"
    note = copy.note(20, witnesses=(AUDIT, FINANCE))
    copy.keep(9, copy.note(9))
    (folder / "slip").write_bytes(copy.receipt(4))
    (folder / "proof").write_bytes(copy.proof(6, note, 20))

    assert ("proven", 20) == tuple(agree(copy, note)[k] for k in ("verdict", "proven_size"))
    assert "unproven" == agree(copy, note, policy=False)["verdict"]
    (folder / "proof").unlink()
    assert "unproven" == agree(copy, copy.note(20, witnesses=()))["verdict"]


TWO_ROOTS = (b"\7" * 32, b"\6" * 32)
FORGED: dict[str, Callable[[SignedLedger], Any]] = {
    "signature gone": lambda led: led.run(
        "UPDATE batches SET signature = NULL, key_id = NULL WHERE position = 4"
    ),
    "signature short": lambda led: led.run(
        "UPDATE batches SET signature = zeroblob(63) WHERE position = 4"
    ),
    "signature of zeros": lambda led: led.run(
        "UPDATE batches SET signature = zeroblob(64) WHERE position = 4"
    ),
    "unknown key": lambda led: led.sign(4, 3, signer("u1", KeyKind.BATCH, 5)),
    "a colleague's key": lambda led: led.sign(4, 3, ACTORS["u2"]),
    "before registration": lambda led: led.sign(0, 2, ACTORS["u1"]),
    "seen ahead": lambda led: led.sign(4, 3, ACTORS["u1"], seen=9),
    "another origin": lambda led: led.run("UPDATE head SET origin = 'example/other'"),
    "kept note, other size": lambda led: led.keep(6, led.note(5)),
    "kept noise": lambda led: led.keep(5, b"noise"),
    "kept other root": lambda led: led.keep(5, led.note(5, root=b"\7" * 32), root=b"\7" * 32),
    "kept unsigned": lambda led: led.keep(
        4, led.note(5).replace(b"\n5\n", b"\n4\n"), root=led.root(5)
    ),
    "ahead": lambda led: led.keep(90, led.note(90, root=b"\7" * 32), root=b"\7" * 32),
    "two roots": lambda led: [led.keep(9, led.note(9, root=root), root) for root in TWO_ROOTS],
    "receipt of another": lambda led: (led.path.parent / "proofs/slip").write_bytes(
        led.receipt(4).replace(led.leaves[led.spans[4][0]].hex().encode(), b"0" * 64)
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_they_agree_on_what_is_forged(name: str, copy: SignedLedger) -> None:
    FORGED[name](copy)
    found = agree(copy)

    assert "damaged" == found["verdict"]


def test_they_agree_on_a_revoked_key(tmp_path: Path) -> None:
    (tmp_path / "policy").write_bytes(POLICY)
    (tmp_path / "proofs").mkdir()
    revoked = KeyRevoked(from_position=8, key="key-of-u1", reason="compromised")
    ledger = SignedLedger(tmp_path / "revoked.db", said={5: revoked})

    assert {"signature_window"} == {one["code"] for one in agree(ledger)["findings"]}


@pytest.fixture
def tiles(copy: SignedLedger) -> Path:
    """The copy as a folder of tiles."""
    folder = copy.path.parent / "tiles"
    records, size = copy.records(), copy.size
    for file in (*tiles_of(size), *bundles_of(size)):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        start = file.number * 256
        part = slice(start, start + file.width)
        content = (
            encode_bundle(records[part]) if file.level is None else b"".join(copy.leaves[part])
        )
        path.write_bytes(content)
    (folder / "checkpoint").write_bytes(copy.note(size))
    return folder


def test_tiles_are_proven_and_a_changed_bundle_or_tile_is_found(
    tiles: Path, copy: SignedLedger
) -> None:
    policy = copy.path.parent / "policy"
    status, found = alone("--policy", policy, tiles)

    assert (0, copy.size, root_of_leaves(copy.leaves).hex()) == (
        status,
        found["proven_size"],
        found["root"],
    )
    assert 4 == alone(tiles)[0]
    bundle = tiles / f"tile/entries/000.p/{copy.size}"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"visitor":"u1"', b'"visitor":"u7"', 1))
    status, found = alone("--policy", policy, tiles)
    assert (1, "leaf_hash_differs") == (status, found["findings"][0]["code"])
    bundle.write_bytes(data[:-1])
    assert 1 == alone("--policy", policy, tiles)[0]
    bundle.unlink()
    assert 1 == alone("--policy", policy, tiles)[0]


def test_a_bundle_of_record_receipt_and_proofs_needs_no_ledger(copy: SignedLedger) -> None:
    folder, policy = copy.path.parent / "proofs", copy.path.parent / "policy"
    note, (start, count, _) = copy.note(20), copy.spans[4]
    (folder / "slip").write_bytes(copy.receipt(4))
    (folder / "entry").write_bytes(copy.records()[6])
    (folder / "proof6").write_bytes(copy.proof(6, note, 20))
    assert 4 == alone("--policy", policy, folder)[0]
    for position in range(start, start + count):
        (folder / f"proof{position}").write_bytes(copy.proof(position, note, 20))
    status, found = alone("--policy", policy, folder)

    assert (0, count + 1, ["audit"]) == (status, found["proven_size"], found["cosigners"])
    assert 4 == alone(folder)[0]
    (folder / "entry").write_bytes(copy.records()[7])
    assert (4 if start > 7 else 0) == alone("--policy", policy, folder)[0]


@pytest.mark.parametrize(("lang", "word"), [("en", "proven"), ("zh", "已证明")])
def test_people_read_it_in_their_language(lang: str, word: str, copy: SignedLedger) -> None:
    folder = copy.path.parent
    (folder / "note").write_bytes(copy.note(20))
    arguments = ["--policy", folder / "policy", "--checkpoint", folder / "note", "--lang", lang]
    done = subprocess.run(
        [sys.executable, "-I", ALONE, *map(str, arguments), copy.path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, word) == (done.returncode, done.stdout.splitlines()[-1])
