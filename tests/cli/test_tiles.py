"""``tiles`` and ``serve`` at the prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.cli.shell import aidledger, on
from tests.cli.test_proofs import signed
from tests.services.witnessed import policy_text


def test_a_log_is_exported_and_checked_without_the_ledger(ledger: Path, tmp_path: Path) -> None:
    policy, folder = tmp_path / "policy.txt", tmp_path / "public"
    policy.write_bytes(policy_text(signed(ledger)))

    made = on(ledger, "tiles", "export", folder, "--json")
    again = on(ledger, "tiles", "export", folder)
    ran = aidledger("tiles", "check", folder, "--policy", policy)

    assert (0, 0, 0) == (made.code, again.code, ran.code), made.err
    assert "0 files written, read back and right" in again.out
    assert f"✓ {made.object['size']} entries, those of the checkpoint" in ran.out
    tile = next((folder / "tile/0").rglob("*.p")) / str(made.object["size"])
    tile.write_bytes(bytes(32 * made.object["size"]))
    damaged = aidledger("tiles", "check", folder, "--policy", policy)
    assert (1, True) == (damaged.code, "tile/0/000.p/" in damaged.err)


def test_a_checkpoint_that_the_policy_does_not_accept_is_refused(
    ledger: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(policy_text(signed(ledger, witnessed=False)))
    on(ledger, "tiles", "export", tmp_path / "public")

    ran = aidledger("tiles", "check", tmp_path / "public", "--policy", policy)
    found = aidledger("tiles", "check", tmp_path / "public", "--policy", policy, "--json").object

    assert (1, True) == (ran.code, "no quorum" in ran.out)
    assert (False, False) == (found["accepted"], found["witnessed"])


def test_a_folder_without_a_log_is_said(ledger: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(policy_text("example.org/county"))

    assert 3 == aidledger("tiles", "check", tmp_path, "--policy", policy).code
    assert 10 == on(ledger, "tiles", "export", tmp_path / "public").code
    assert 2 == on(ledger, "serve", "--port", "70000").code


def test_the_log_is_served_until_it_is_stopped(ledger: Path) -> None:
    signed(ledger)
    words = [sys.executable, "-m", "aidledger", "--ledger", str(ledger), "serve", "--port", "0"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
        connection.request("GET", "/checkpoint")
        note = connection.getresponse().read()
        connection.close()
        process.terminate()

    assert note.count("\n— ".encode()) == 3
