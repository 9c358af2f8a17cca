"""Checkpoints and witnesses as the offices use them: by command, over HTTP and with files."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from tests.cli.shell import Ran, aidledger, on
from tests.ledger.signers import signer

from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle
from aidledger.ledger.trust import parse_policy
from aidledger.services.clock import SystemClock
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.witness import open_witness
from aidledger.store.opening import mark_path

ZH, EN = "未见证，运营方可改写历史", "unwitnessed: the operator can rewrite history"
FACT = {
    "type": "OfficeRegistered",
    "stream": "registry/520123",
    "effective_on": "2022-01-01",
    "actor": "u1",
    "office": "520123",
    "data": {"kind": "township", "name": "青溪镇", "office": "520123001", "place": "520123001"},
}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A ledger with its rules, signed by a key of its own."""
    path = tmp_path / "county.db"
    assert on(path, "init", "--origin", "example.org/county").code == 0
    grow(path, 1)
    assert on(path, "checkpoint", "sign", "--new-key").code == 0
    return path


def grow(path: Path, number: int) -> None:
    line = json.dumps(FACT | {"effective_on": f"2022-01-{number:02}"}).encode()
    ran = on(path, "record", "-", "--cause", f"fact-{number}", stdin=line)
    assert ran.code == 0, ran.err


def vkey_of(path: Path) -> Path:
    ran = on(path, "checkpoint", "sign", "--json")
    file = path.with_name("county.vkey")
    file.write_text(ran.object["log_keys"][0] + "\n", encoding="utf-8")
    return file


def witnessed_by(path: Path, url: str = "", kind: str = "ed25519") -> tuple[Path, Path]:
    """Make a witness and the policy that asks for it."""
    folder, log = path.with_name("audit"), vkey_of(path)
    made = aidledger(
        "witness", "init", folder, "--name", "audit.example", "--kind", kind, "--log", log
    )
    assert made.code == 0, made.err
    return folder, policy_of(path, folder, url)


def policy_of(path: Path, folder: Path, url: str) -> Path:
    vkey = aidledger("witness", "show", folder, "--json").object["vkey"][0]
    policy = path.with_name("policy.txt")
    text = f"log {path.with_name('county.vkey').read_text().strip()}\n"
    policy.write_text(f"{text}witness audit {vkey} {url}\nquorum audit\n", encoding="utf-8")
    return policy


def test_where_there_is_no_witness_it_cannot_be_overlooked(county: Path) -> None:
    signed = on(county, "checkpoint", "sign")
    shown = on(county, "--lang", "zh", "checkpoint", "show")

    assert EN in signed.err
    assert ZH in shown.err
    assert signed.out.splitlines()[:2] == ["example.org/county", "1"]
    told = on(county, "checkpoint", "show", "--json").object
    assert told["witnessed"] is False
    assert shown.out.splitlines()[-1:] == told["log_keys"]


def test_over_http_the_checkpoint_is_cosigned_and_accepted(county: Path) -> None:
    folder, policy = witnessed_by(county)
    before = on(county, "checkpoint", "show", "--policy", policy)
    witness = open_witness(folder, passphrase=None, clock=SystemClock())
    with WitnessServer(witness, tell=lambda text: None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        policy_of(county, folder, f"http://127.0.0.1:{server.server_port}")
        asked = on(county, "checkpoint", "witness", "--policy", policy, "--json")
        grow(county, 2)
        on(county, "checkpoint", "sign")
        again = on(county, "checkpoint", "witness", "--policy", policy)
        server.shutdown()
        thread.join()
    away = on(county, "checkpoint", "witness", "--policy", policy, "--to", "http://127.0.0.1:1")
    after = on(county, "checkpoint", "show", "--policy", policy, "--json")

    assert (before.code, asked.code, again.code, away.code, after.code) == (4, 0, 0, 0, 0)
    assert EN in before.err
    assert EN not in asked.err + again.err + after.err
    assert asked.object["asked"][0]["outcome"] == "cosigned"
    assert after.object["cosigners"][0]["name"] == "audit"
    assert "unreachable" in away.out
    assert aidledger("witness", "show", folder, "--json").object["logs"][0]["size"] == 2


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa-44"])
def test_behind_an_air_gap_files_do_the_same(county: Path, kind: str, tmp_path: Path) -> None:
    folder, policy = witnessed_by(county, kind=kind)
    ask = ("checkpoint", "witness", "--policy", policy)
    request, response = tmp_path / "audit.request", tmp_path / "audit.response"

    assert on(county, *ask, "--request", request).code == 0
    answered = aidledger("witness", "add-checkpoint", folder, request, "--output", response)
    assert answered.code == 0, answered.err
    assert on(county, *ask, "--response", response).code == 0

    grow(county, 2)
    on(county, "checkpoint", "sign")
    second, stale = tmp_path / "second", tmp_path / "stale"
    on(county, *ask, "--request", second)
    refused = aidledger("witness", "add-checkpoint", folder, second, "--output", stale)
    told = on(county, *ask, "--response", stale)
    third = tmp_path / "third"
    on(county, *ask, "--request", third, "--old", "1")
    granted = aidledger("witness", "add-checkpoint", folder, third)
    (tmp_path / "last").write_bytes(granted.raw)

    assert (refused.code, told.code, granted.code) == (1, 1, 0)
    assert "--old 1" in refused.err
    assert "--old 1" in told.err
    assert on(county, *ask, "--response", tmp_path / "last").code == 0
    assert aidledger("witness", "add-checkpoint", folder, policy).code == 1


def test_an_operator_who_signs_two_pasts_is_convicted(county: Path, tmp_path: Path) -> None:
    """The log's own key signs a second root, as whoever owns database and key can."""
    _, policy = witnessed_by(county)
    kept = tmp_path / "kept.checkpoint"
    assert on(county, "checkpoint", "sign", "--output", kept).code == 0
    key = signer("example.org/county", number=3)
    file = tmp_path / "two.txt"
    file.write_text(f"log {key.key.vkey()}\nquorum none\n", encoding="utf-8")
    for name, root in (("one", bytes(32)), ("two", bytes(range(32)))):
        note = sign_checkpoint("example.org/county", 9, root, [key], 1)
        (tmp_path / name).write_bytes(note.encode())

    same = on(county, "checkpoint", "compare", kept)
    bundle = tmp_path / "found.bundle"
    forked = aidledger(
        "checkpoint", "compare", tmp_path / "one", tmp_path / "two", "--policy", file,
        "--bundle", bundle, "--json",
    )  # fmt: skip
    cut = on(county, "checkpoint", "compare", tmp_path / "one", "--policy", file)
    stranger = on(county, "checkpoint", "compare", tmp_path / "one", "--policy", policy)

    assert (same.code, forked.code, cut.code, stranger.code) == (0, 1, 1, 1)
    assert forked.object["relation"] == "contradicts"
    shown = check_bundle(bundle.read_bytes(), parse_policy(file.read_bytes()))
    assert isinstance(shown, Misbehaved)


def test_an_old_backup_goes_on_only_with_an_auditors_cosignature(
    county: Path, tmp_path: Path
) -> None:
    folder, policy = witnessed_by(county)
    backup = tmp_path / "backup.db"
    shutil.copyfile(county, backup)
    grow(county, 2)
    for end in ("-wal", "-shm"):
        Path(f"{county}{end}").unlink(missing_ok=True)
    shutil.copyfile(backup, county)
    line = json.dumps(FACT).encode()
    statement, cosigned = tmp_path / "lost.statement", tmp_path / "lost.cosigned"
    who = ("--reason", "disk", "--actor", "u1", "--office", "520123", "--policy", policy)

    def restored(file: Path) -> Ran:
        return on(county, "checkpoint", "restore", "--cosigned", file, *who)

    refused = on(county, "record", "-", stdin=line)
    on(county, "checkpoint", "restore", "--statement", statement)
    (tmp_path / "unsigned").write_bytes(statement.read_bytes() + b"\n")
    unsigned = restored(tmp_path / "unsigned")
    mark = mark_path(county).read_bytes()
    signed = aidledger("witness", "restored", folder, statement, "--output", cosigned)
    done = restored(cosigned)
    goes_on = on(county, "record", "-", stdin=line)
    shown = on(county, "checkpoint", "sign", "--json")
    told = on(county, "checkpoint", "show", "--json").object["restorations"]

    assert (refused.code, unsigned.code, signed.code) == (3, 12, 0), refused.err
    assert (done.code, goes_on.code, shown.code) == (0, 0, 0), done.err
    assert mark.startswith(b"%020d " % 2)
    assert told == [{"position": 1, "lost_size": 2, "auditor": "audit.example", "problem": ""}]
    verified = on(county, "verify", "--policy", policy, "--json")
    assert (verified.code, verified.object["findings"]) == (4, [])
    assert [(one["code"], one["position"]) for one in verified.object["leads"]] == [
        ("ledger_restored", 1)
    ]
    assert "位置 1：不知道准许者是谁" in on(county, "--lang", "zh", "verify").out.replace(
        "\n    ", ""
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("checkpoint show missing.checkpoint --policy missing.policy", 3),
        ("checkpoint compare missing.checkpoint", 2),
        ("checkpoint compare a b", 2),
        ("checkpoint restore", 2),
        ("witness show missing", 0),
        ("witness add-checkpoint missing missing", 10),
        ("witness run missing --listen nonsense", 2),
        ("witness run missing", 10),
        ("witness trust missing --log missing", 3),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, words: str, code: int) -> None:
    ran = aidledger(*[str(tmp_path / w) if "missing" in w else w for w in words.split()])

    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err


def test_a_locked_key_signs_with_its_passphrase_only(tmp_path: Path) -> None:
    path, locked = tmp_path / "county.db", {"AIDLEDGER_PASSPHRASE": "four words of mine"}
    on(path, "init", "--origin", "example.org/county")
    missing = on(path, "checkpoint", "sign")
    made = on(path, "checkpoint", "sign", "--new-key", environ=locked)
    without = on(path, "checkpoint", "sign")
    wrong = on(path, "checkpoint", "sign", environ={"AIDLEDGER_PASSPHRASE": "others"})
    right = on(path, "checkpoint", "sign", environ=locked)
    shown = on(path, "checkpoint", "show")

    assert "checkpoint sign --new-key" in missing.err
    assert [missing.code, made.code, without.code, wrong.code, right.code] == [12, 0, 12, 12, 0]
    assert made.out == right.out
    assert any(line.startswith("example.org/county+") for line in shown.out.splitlines())


def test_a_province_gathers_what_a_witness_would_get(county: Path, tmp_path: Path) -> None:
    province, by = tmp_path / "province.db", ("--actor", "a", "--office", "o")
    assert on(province, "init", "--origin", "example.org/province").code == 0
    _, policy = witnessed_by(county)
    trusted = on(province, "province", "trust", "520123", "--log", vkey_of(county), *by)
    assert trusted.code == 0, trusted.err

    file, seen = tmp_path / "c.request", 0
    for number in (2, 3):
        grow(county, number)
        assert on(county, "checkpoint", "sign").code == 0
        words = ("checkpoint", "witness", "--policy", policy, "--request", file, "--old", str(seen))
        file.unlink(missing_ok=True)
        asked = on(county, *words)
        assert asked.code == 0, asked.err
        again = on(province, "province", "gather", "520123", file, *by)
        assert again.code == 0, again.err
        seen = on(province, "list", "county_logs", "--json").object["rows"][0]["size"]
    stale = on(province, "--lang", "zh", "province", "gather", "520124", file, *by)
    assert stale.code == 2
    assert "请先用 aidledger province trust 登记该县日志的公钥" in stale.err
    assert on(county, "verify", "--json").object["entries"] == seen


def test_a_file_without_a_key_makes_no_witness(tmp_path: Path) -> None:
    """It would watch nothing: what the county's operator sent, say, was an empty file."""
    empty, folder = tmp_path / "empty.vkey", tmp_path / "audit"
    empty.write_text("\n")
    init = aidledger("witness", "init", folder, "--name", "audit.example", "--log", empty)
    shown = folder.exists()
    assert aidledger("witness", "init", folder, "--name", "audit.example").code == 0
    trust = aidledger("--lang", "zh", "witness", "trust", folder, "--log", empty)

    assert (2, False, 2) == (init.code, shown, trust.code)
    assert "应为 日志的公钥" in trust.err
