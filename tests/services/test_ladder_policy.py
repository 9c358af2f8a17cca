"""The verifier's policy against what genesis names: each difference is a lead, and none is damage."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.signers import signer
from tests.services.signedledger import AUDIT, FINANCE, LOG, ORIGIN, SignedLedger, check

from aidledger.domain.events.powers import Custodian, GenesisDeclared, WitnessKey
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.verify import VerifyReport
from aidledger.services.keys.founding import powers_evidence
from aidledger.services.ladder import upper
from aidledger.services.ladder.outside import read_outside

SUPERVISION = signer("supervision.example", KeyKind.COSIGNATURE)
KEYS = f"""log {LOG.key.vkey()}
witness audit {AUDIT.key.vkey()}
witness finance {FINANCE.key.vkey()}
"""
NAMED = f"{KEYS}group offices all audit finance\nquorum offices\n"
"""The policy that genesis names: both offices."""
THREE = f"{KEYS}witness supervision {SUPERVISION.key.vkey()}\n"
TABLE, EVIDENCE = powers_evidence()
WITNESSES = (
    WitnessKey(algorithm="ed25519", key=AUDIT.key.public.hex(), name=AUDIT.key.name),
    WitnessKey(algorithm="ml_dsa_44", key=FINANCE.key.public.hex(), name=FINANCE.key.name),
)


def declared(**changed: Any) -> GenesisDeclared:
    return GenesisDeclared(
        **{
            "custodians": (
                Custodian(actor="u2", office="520123001"),
                Custodian(actor="c1", office="520123"),
                Custodian(actor="f1", office="520123-fin"),
            ),
            "custodians_needed": 2,
            "log_key": LOG.key.public.hex(),
            "origin": ORIGIN,
            "policy": hashlib.sha256(NAMED.encode()).hexdigest(),
            "powers": "cn-county",
            "powers_hash": TABLE.hash,
            "quorum": 2,
            "witnesses": WITNESSES,
            **changed,
        }
    )


def made(tmp_path: Path, genesis: GenesisDeclared) -> SignedLedger:
    """Genesis is the last batch: nothing is judged by its powers."""
    ledger = SignedLedger(tmp_path / "ledger.db", said={11: genesis})
    text = EVIDENCE
    ledger.run("INSERT INTO evidence VALUES (?, ?, ?)", text.hash, text.media_type, text.content)
    return ledger


def verified(ledger: SignedLedger, text: str) -> tuple[VerifyReport, list[tuple[str, str | None]]]:
    """Verify with a policy and a checkpoint that all of its offices cosigned, both from files."""
    policy, note = ledger.path.with_name("policy"), ledger.path.with_name("note")
    policy.write_text(text, encoding="utf-8")
    note.write_bytes(ledger.note(ledger.size, witnesses=(AUDIT, FINANCE)))
    report = check(ledger, read_outside([str(note)], str(policy)))
    leads = [one for one in report.leads if one.code.startswith("policy_")]
    assert {ledger.spans[11][0]} >= {one.position for one in leads}
    assert [] == report.findings
    return report, [(one.code, one.field) for one in leads]


FILE, LOG_KEY = ("policy_differs", "policy"), ("policy_key", "log_key")
WITNESS_KEY, WEAKER = ("policy_key", "witnesses"), ("policy_weaker", "quorum")
STRANGER = signer(ORIGIN, number=5).key.vkey()
IMPOSTOR = signer(AUDIT.key.name, KeyKind.COSIGNATURE, 5).key.vkey()
POLICIES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "as genesis names it": (NAMED, []),
    "the same in other words": (f"# ours\n{NAMED}", [FILE]),
    "stricter": (
        f"{THREE}group all all audit finance supervision\nquorum all\n",
        [FILE],
    ),
    "one of two": (f"{KEYS}group offices any audit finance\nquorum offices\n", [FILE, WEAKER]),
    "nobody": (f"{KEYS}quorum none\n", [FILE, WEAKER]),
    "an office that genesis does not know": (
        f"{THREE}group two 2 audit finance supervision\nquorum two\n",
        [FILE, WEAKER],
    ),
    "without the log": (NAMED.partition("\n")[2], [FILE, LOG_KEY]),
    "another key of the log": (NAMED.replace(LOG.key.vkey(), STRANGER), [FILE, LOG_KEY]),
    "another key of a witness": (
        NAMED.replace(AUDIT.key.vkey(), IMPOSTOR),
        [FILE, WITNESS_KEY, WEAKER],
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_that_differs_from_genesis_is_said_aloud_and_damages_nothing(
    tmp_path: Path, name: str
) -> None:
    text, expected = POLICIES[name]
    report, leads = verified(made(tmp_path, declared()), text)

    assert expected == leads
    assert report.verdict in {"proven", "unproven"}


def test_it_says_what_genesis_asks_and_what_the_policy_does(tmp_path: Path) -> None:
    report, _ = verified(made(tmp_path, declared()), POLICIES["nobody"][0])
    file, weaker = (one for one in report.leads if one.code.startswith("policy_"))

    assert "proven" == report.verdict
    assert (declared().policy, hashlib.sha256(POLICIES["nobody"][0].encode()).hexdigest()) == (
        file.expected,
        file.found,
    )
    assert ("2 of the 2 witnesses of genesis", "0") == (weaker.expected, weaker.found)


def test_what_genesis_leaves_open_is_not_asked(tmp_path: Path) -> None:
    genesis = declared(log_key=None, policy=None, quorum=0, witnesses=())

    assert [] == verified(made(tmp_path, genesis), f"{KEYS}quorum none\n")[1]


def test_without_genesis_or_policy_there_is_nothing_to_compare(
    tmp_path: Path, copy: SignedLedger
) -> None:
    assert () == check(copy, read_outside()).leads
    ledger = made(tmp_path, declared())
    assert [] == [one for one in check(ledger).leads if one.code.startswith("policy_")]


def test_without_the_comparison_a_weaker_policy_would_go_unsaid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upper, "policy_leads", lambda *_: [])
    report, leads = verified(made(tmp_path, declared()), POLICIES["nobody"][0])

    assert ("proven", []) == (report.verdict, leads)
