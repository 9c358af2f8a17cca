"""The walk of docs/VERIFY.md: each command is run on a stick as the page says, and prints that.

With AIDLEDGER_WRITE_TRANSCRIPTS=1 what is printed is written into the page.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on
from tests.services.witnessed import keep_checkpoint, policy_text

from aidledger.store.opening import open_ledger

PAGE = Path(__file__).resolve().parent.parent / "docs/VERIFY.md"
BLOCK = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)
FINANCE = ("--actor", "f1", "--office", "520123-fin")
NIGHTLY = ("--actor", "nightly", "--office", "520123")


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy, a stick and a receipt with its proofs; the ledger lies elsewhere."""
    ledger, folder = tmp_path / "elsewhere/county.db", tmp_path / "desk"
    for one in (ledger.parent, folder):
        one.mkdir()
    on(ledger, "init", "--origin", "example.org/county")
    on(ledger, "simulate", "--cases", "8", "--months", "5", "--seed", "7")
    store = open_ledger(str(ledger))
    paid = next(iter(store.read_types(["PaymentIssued"])))
    applied = next(iter(store.read_types(["ApplicationSubmitted"])))
    month, case = json.loads(paid[5])["data"]["month"], paid[1]
    cause, person = json.loads(applied[5])["cause"], json.loads(applied[5])["data"]["applicant"]
    monkeypatch.setenv("PERSON", person)
    on(ledger, "month", "close", month, *FINANCE)
    on(ledger, "index", "seal", *NIGHTLY)
    keep_checkpoint(store)
    (folder / "policy.txt").write_bytes(policy_text(store.origin))
    store.close()
    made = [
        on(ledger, "tiles", "export", folder / "stick/public"),
        on(ledger, "prove", "case", case, "--output", folder / "stick/case"),
        on(ledger, "prove", "person", person, "--output", folder / "stick/person"),
        on(ledger, "prove", "payment", str(paid[0]), "--output", folder / "stick/payment"),
        on(ledger, "resolve", cause, "--receipt", folder / "receipt.json"),
    ]
    receipt = json.loads((folder / "receipt.json").read_bytes())
    made += [
        on(ledger, "prove", "entry", str(receipt["position"] + at), "--output", folder / "proofs")
        for at in range(receipt["count"])
    ]

    assert {0} == {ran.code for ran in made}, [ran.err for ran in made]
    return folder


def typed(command: str) -> list[str]:
    """Return the words of a line of the page as the shell gives them to the program."""
    return shlex.split(os.path.expandvars(command))[2:]


def test_every_command_of_the_walk_prints_what_the_page_says(
    stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stick)
    text = PAGE.read_text(encoding="utf-8")

    def run(block: re.Match[str]) -> str:
        [command] = [line for line in block[0].splitlines() if line.startswith("$ ")]
        ran = aidledger(*typed(command))
        assert (0, "") == (ran.code, ran.err), command
        return f"{command}\n{ran.out}"

    found = BLOCK.sub(run, text)
    if os.environ.get("AIDLEDGER_WRITE_TRANSCRIPTS"):
        PAGE.write_text(found, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == found
    assert 10 == len(BLOCK.findall(text))


def test_all_that_was_handed_out_is_judged_by_the_ledger_itself_and_the_rest_is_named(
    stick: Path,
) -> None:
    (stick / "holiday.jpg").write_bytes(b"\xff\xd8")
    ledger = stick.parent / "elsewhere/county.db"
    policy = ("--policy", stick / "policy.txt", "--json")
    report = on(ledger, "verify", "--proofs", stick, *policy).object
    case = on(ledger, "verify", "--proofs", stick / "stick", *policy).object
    brought = [one for one in report["leads"] if one["code"] == "file_unused"]
    names = {Path(one["field"]).name for one in brought}
    files = {path.name for path in (stick / "stick/public").rglob("*") if path.is_file()}

    assert ("proven", []) == (report["verdict"], report["findings"])
    assert {"holiday.jpg", "policy.txt", *files} - {"checkpoint"} == names
    assert all(
        one["field"].startswith("public/") for one in case["leads"] if one["code"] == "file_unused"
    )


@pytest.mark.parametrize(
    "damaged", ["stick/public", "stick/case", "stick/person", "stick/payment", "proofs"]
)
def test_the_walk_notices_a_changed_file(
    stick: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    monkeypatch.chdir(stick)
    names = {"stick/public": "000", "proofs": "*.tlog-proof"}
    file = min((stick / damaged).rglob(names.get(damaged, "*.record")))
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(data)
    commands = [
        line
        for block in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("$ ") and damaged in line and "--lang" not in line
    ]

    assert [1] == [aidledger(*typed(command)).code for command in commands]
