"""The two verifiers on the rungs that few ledgers reach: restorations, policies, brought files.

Each copy is asked through the command `aidledger verify --json` and through the second verifier;
both must tell the same findings and leads, each at its place, and the same of each rung.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.cli.shell import on
from tests.lone import ALONE, NOT_ASKED
from tests.services.signedledger import AUDIT, ORIGIN, POLICY, SignedLedger, copied
from tests.twins.held import made
from tests.twins.stored import write_to
from tests.twins.tables import MORE, TWINS
from tests.twins.test_ledger import UNWRITABLE

from aidledger.domain.events.powers import GenesisDeclared, WitnessKey
from aidledger.domain.events.proving import LedgerRestored

Told = dict[str, list[tuple[str, int | None]]]
AUDITOR, OPERATOR = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (33, 34))
POWERS = "84e26cf132f54261f646cb9c4a3ae4400ab37a196959ed3792adcd1b14fb330a"


def told(report: Any) -> Told:
    """Return codes and places of what both can know."""
    kinds = ("findings", "leads")
    found = {kind: {(one["code"], one["position"]) for one in report[kind]} for kind in kinds}
    return {
        kind: sorted((one for one in rows if one[0] not in NOT_ASKED), key=str)
        for kind, rows in found.items()
    }


def both(path: Path | str, policy: bytes | None, *notes: bytes, proofs: Path | None = None) -> Told:
    """Ask both, hold their answers against each other, and return what they tell."""
    folder = Path(path).parent
    words: list[str | Path] = []
    for number, data in enumerate([*([policy] if policy else []), *notes]):
        file = folder / f"brought-{number}"
        file.write_bytes(data)
        words += ["--policy" if policy and not number else "--checkpoint", file]
    files = {f"{number}": data for number, data in enumerate(notes)}
    if proofs:
        words += ["--proofs", proofs]
        files |= {one.name: one.read_bytes() for one in proofs.iterdir()}
    theirs = on(Path(path), "verify", *words, "--json").object
    trust = ALONE.read_policy(policy) if policy else None
    ours = ALONE.verify(Path(path), ALONE.Outside(trust, files)).as_json()
    rungs = [{rung["name"]: rung["status"] for rung in one["rungs"]} for one in (theirs, ours)]
    codes = {one["code"] for one in theirs["findings"]}
    apart = {*ALONE.NOT_MADE, "indexes", *({"bytes"} if codes & NOT_ASKED else ())}
    if "origin_differs" in codes:  # FORMAT has it in this rung, the package in none
        apart.add("checkpoints")
    compared = set(rungs[0]) - apart

    assert told(theirs) == told(ours)
    assert {one: rungs[0][one] for one in compared} == {one: rungs[1][one] for one in compared}
    return {**told(ours), "restorations": [(rungs[1]["restorations"], None)]}


@pytest.mark.parametrize(
    "name", ["", *(name for name in {**TWINS, **MORE} if name not in UNWRITABLE)]
)
def test_both_say_the_same_of_every_twin(name: str, tmp_path: Path) -> None:
    held = made()
    twin = MORE[name][1] if name in MORE else TWINS.get(name)
    if twin:
        twin.attack(held)
    both(write_to(held, str(tmp_path / "ledger.db")), POLICY)


# ---- restorations and what genesis names


def witness(name: str, key: Ed25519PrivateKey) -> WitnessKey:
    public = key.public_key().public_bytes_raw()
    return WitnessKey(name=name, algorithm="ed25519", key=public.hex())


def vkey(name: str, key: Ed25519PrivateKey) -> str:
    material = b"\x04" + key.public_key().public_bytes_raw()
    digest = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    return f"{name}+{digest.hex()}+{base64.b64encode(material).decode()}"


def lp(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def restored(
    kept: tuple[int, bytes], key: Ed25519PrivateKey = AUDITOR, *, spoiled: bool = False
) -> LedgerRestored:
    """Make the entry as FORMAT 19.3 has it, cosigned under a key of kind 0x04."""
    lost, name = (40, b"\x09" * 32), "county.audit"
    heads = b"".join(lp(size.to_bytes(8, "big")) + lp(root) for size, root in (lost, kept))
    digest = hashlib.sha256(b"aidledger/restored/v1\n" + lp(ORIGIN.encode()) + heads).digest()
    texts = [base64.b64encode(one).decode() for one in (digest, lost[1], kept[1])]
    text = (
        f"{ORIGIN}/restored\n{kept[0]}\n{texts[0]}\nlost 40 {texts[1]}\nkept {kept[0]} {texts[2]}\n"
    )
    time = 1_700_000_000 + spoiled
    signature = key.sign(f"cosignature/v1\ntime 1700000000\n{text}".encode())
    line = bytes.fromhex(vkey(name, key).split("+")[1]) + time.to_bytes(8, "big") + signature
    return LedgerRestored(
        auditor=witness(name, key),
        cosignature=base64.b64encode(line).decode(),
        kept_root=kept[1].hex(),
        kept_size=kept[0],
        lost_root=lost[1].hex(),
        lost_size=lost[0],
        reason="disk",
    )


def genesis(**more: Any) -> GenesisDeclared:
    named = {"custodians": (), "custodians_needed": 0, "powers": "cn-county"}
    return GenesisDeclared(origin=ORIGIN, powers_hash=POWERS, **{**named, **more})


AUDITED = POLICY.replace(
    b"group offices", f"witness county {vkey('county.audit', AUDITOR)}\ngroup offices".encode()
)
POLICIES = {"none": None, "without": POLICY, "with": AUDITED}
FIRST = genesis(witnesses=(witness("county.audit", AUDITOR),))
Restoration = tuple[str, GenesisDeclared | None, str, list[str], list[str], str]
#: What is restored, genesis, whose policy; what is found, what is a lead, what the rung is
RESTORED: list[Restoration] = [
    ("good", None, "with", [], ["ledger_restored"], "ok"),
    ("good", None, "none", [], ["ledger_restored"], "not_made"),
    ("good", FIRST, "with", [], ["ledger_restored"], "ok"),
    ("good", FIRST, "without", [], ["ledger_restored"], "not_made"),
    ("good", None, "without", ["restoration_key"], [], "damaged"),
    ("operator", None, "with", ["restoration_key"], [], "damaged"),
    ("operator", FIRST, "none", ["restoration_key"], [], "damaged"),
    ("operator", None, "none", [], ["ledger_restored"], "not_made"),
    ("spoiled", None, "with", ["restoration_unsigned"], [], "damaged"),
    ("spoiled", None, "without", ["restoration_key", "restoration_unsigned"], [], "damaged"),
    ("root", None, "with", ["restoration_head"], [], "damaged"),
    ("size", None, "with", ["restoration_head"], [], "damaged"),
]


@pytest.mark.parametrize("row", RESTORED, ids=lambda row: f"{row[0]} {row[2]} {row[5]}")
def test_both_say_the_same_of_a_restoration(row: Restoration, tmp_path: Path) -> None:
    what, first, whose, found, leads, status = row
    said: dict[int, Any] = {5: first} if first else {}
    base = SignedLedger(tmp_path / "base.db", said=said)
    at = base.spans[9][0]
    kept = {"root": (at, b"\x05" * 32), "size": (at - 1, base.root(at - 1))}
    key = OPERATOR if what == "operator" else AUDITOR
    entry = restored(kept.get(what, (at, base.root(at))), key, spoiled=what == "spoiled")
    ledger = SignedLedger(tmp_path / "ledger.db", said={**said, 9: entry})
    answer = both(ledger.path, POLICIES[whose])

    assert [(code, at) for code in found] == answer["findings"]
    assert [(code, at) for code in leads] == answer["leads"]
    assert [(status, None)] == answer["restorations"]


KNOWN = ALONE.read_policy(POLICY)
NAMED = tuple(
    WitnessKey(
        name=key.name,
        algorithm="ed25519" if key.kind == b"\x04" else "ml_dsa_44",
        key=key.public.hex(),
    )
    for key in KNOWN.witnesses.values()
)
OTHER = witness("audit.example", OPERATOR)
POLICY_LEADS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as named": (
        {
            "log_key": KNOWN.logs[0].public.hex(),
            "policy": hashlib.sha256(POLICY).hexdigest(),
            "quorum": 1,
            "witnesses": NAMED,
        },
        [],
    ),
    "another file": ({"policy": "0" * 64}, ["policy_differs"]),
    "another log key": ({"log_key": OTHER.key}, ["policy_key"]),
    "another key of a witness": ({"witnesses": (OTHER,)}, ["policy_key"]),
    "a witness the policy has not": ({"witnesses": (witness("me", OPERATOR),)}, []),
    "a higher quorum": ({"quorum": 2, "witnesses": NAMED}, ["policy_weaker"]),
    "a quorum of one that need not cosign": (
        {"quorum": 1, "witnesses": NAMED[:1]},
        ["policy_weaker"],
    ),
}


@pytest.mark.parametrize("name", POLICY_LEADS)
def test_both_say_where_a_policy_differs_from_genesis(name: str, tmp_path: Path) -> None:
    more, leads = POLICY_LEADS[name]
    ledger = SignedLedger(tmp_path / "ledger.db", said={5: genesis(**more)})
    answer = both(ledger.path, POLICY)

    assert [(code, ledger.spans[5][0]) for code in leads] == answer["leads"]
    assert [] == answer["findings"]


# ---- the mark, checkpoints and files from outside


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> SignedLedger:
    return SignedLedger(tmp_path_factory.mktemp("rungs") / "ledger.db")


@pytest.mark.parametrize(
    ("size", "right", "place"),
    [(9, True, None), (9, False, 9), (90, True, 25), (0, True, None), (0, False, 0)],
)
def test_the_mark_may_lag_but_not_tell_another_history(
    size: int, right: bool, place: int | None, true: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(true, tmp_path / "copy.db")
    root = ledger.root(size) if right and size < ledger.size else b"\7" * 32
    (tmp_path / "copy.db.mark").write_text(f"{size:020} {root.hex()}\n", "ascii")

    assert ([] if place is None else [("behind_mark", place)]) == both(ledger.path, None)[
        "findings"
    ]


def test_a_note_from_outside_is_placed_by_others_from_outside(
    true: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(true, tmp_path / "copy.db")
    ledger.keep(9, ledger.note(9))
    wrong = ledger.note(20, root=b"\7" * 32)

    assert [("checkpoint_root", 0)] == both(ledger.path, POLICY, wrong)["findings"]
    assert [("checkpoint_root", 6)] == both(ledger.path, POLICY, wrong, ledger.note(6))["findings"]


def bundle(ledger: SignedLedger, *roots: bytes) -> bytes:
    """Two notes of one size."""
    notes = [ledger.note(20, root=root, witnesses=()) for root in roots]
    return b"aidledger/misbehaviour/v1\n\n" + b"\n".join(notes)


def test_both_say_the_same_of_what_people_brought(true: SignedLedger, tmp_path: Path) -> None:
    ledger = copied(true, tmp_path / "copy.db")
    proofs = tmp_path / "proofs"
    proofs.mkdir()
    note = ledger.note(20, witnesses=(AUDIT,))
    changed = ledger.records()[7].replace(b'"u2"', b'"u9"')
    right, two = ledger.root(20), [("misbehaviour_shown", None)]
    unused = [("file_unused", None)]
    brought: list[tuple[bytes, bytes | None, list[Any], list[Any]]] = [
        (ledger.records()[7], POLICY, [], []),
        (changed, POLICY, [], unused),
        (b"noise", POLICY, [], unused),
        (ledger.proof(7, note, 20), POLICY, [], []),
        (ledger.proof(7, note, 20).replace(b"index 7", b"index 6"), POLICY, [], unused),
        (bundle(ledger, right, b"\7" * 32), POLICY, two, []),
        (bundle(ledger, b"\6" * 32, b"\7" * 32), POLICY, two, []),
        (bundle(ledger, right, right), POLICY, [], unused),
        (bundle(ledger, right, b"\7" * 32), None, [], unused),
        (ledger.receipt(4).replace(b'"low"', b'"file"'), None, [], []),
        (ledger.receipt(4).replace(b'"low"', b'"none"'), None, [], unused),
    ]
    for number, (data, policy, found, leads) in enumerate(brought):
        (proofs / "it").write_bytes(data)
        answer = both(ledger.path, policy, proofs=proofs)

        assert (number, found, leads) == (number, answer["findings"], answer["leads"])


ODD: tuple[Any, ...] = (7, "x", None, [1], {"name": 5, "key": [1], "algorithm": {}})
READ = {
    "GenesisDeclared": ("witnesses", "log_key", "policy", "quorum", "origin"),
    "LedgerRestored": (
        "auditor",
        "kept_root",
        "kept_size",
        "lost_size",
        "lost_root",
        "cosignature",
    ),
    "KeyRegistered": ("key", "owner", "public_key", "algorithm"),
    "KeyRevoked": ("key", "from_position"),
    "IndexSealed": ("kind", "size", "rows", "root"),
}


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("kind", READ)
def test_hostile_data_of_an_entry_is_a_finding(
    kind: str, odd: Any, true: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(true, tmp_path / "copy.db")
    record = json.loads(ledger.records()[9])
    record |= {"$type": kind, "data": dict.fromkeys(READ[kind], odd), "stream": "registry/520123"}
    data = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    ledger.run(f"UPDATE entries SET record = x'{data.hex()}' WHERE position = 9")
    report = ALONE.verify(ledger.path, ALONE.Outside(ALONE.read_policy(AUDITED), {}))

    assert ("leaf_hash_differs", 9) in told(report.as_json())["findings"]
