"""Proofs, receipts and closings at the prompt, checked offline under the reader's own policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Ran, aidledger, lines, on
from tests.services.witnessed import keep_checkpoint, policy_text

from aidledger.store.opening import open_ledger

FINANCE = ("--actor", "f1", "--office", "520123-fin")
NIGHTLY = ("--actor", "nightly", "--office", "520123")


def signed(ledger: Path, *, witnessed: bool = True) -> str:
    """Keep a checkpoint of the ledger as it is; return its origin."""
    store = open_ledger(str(ledger))
    keep_checkpoint(store, witnessed=witnessed)
    origin = store.origin
    store.close()
    return origin


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county with a sealed index, a closed month and a witnessed checkpoint."""
    folder = tmp_path_factory.mktemp("proven")
    ledger = folder / "county.db"
    made = [
        on(ledger, "init", "--origin", "example.org/county"),
        on(ledger, "simulate", "--cases", "8", "--months", "5", "--seed", "7"),
        on(ledger, "month", "close", months(ledger)[0], *FINANCE),
        on(ledger, "index", "seal", *NIGHTLY),
    ]

    assert [0, 0, 0, 0] == [ran.code for ran in made], [ran.err for ran in made]
    (folder / "policy.txt").write_bytes(policy_text(signed(ledger)))
    return folder


def months(ledger: Path) -> list[str]:
    return sorted({entry["month"] for entry in payments(ledger)})


def payments(ledger: Path) -> list[dict[str, Any]]:
    store = open_ledger(str(ledger), read_only=True)
    rows = [(row[0], json.loads(row[5])) for row in store.read_types(["PaymentIssued"])]
    store.close()
    return [{"position": position, **record["data"]} for position, record in rows]


def a_case(folder: Path) -> str:
    name: str = on(folder / "county.db", "case", "list", "--json").object["cases"][0]["case"]
    return name


def check(folder: Path, *words: str | Path, policy: str = "policy.txt") -> Ran:
    return aidledger("proof", "check", *words, "--policy", folder / policy)


def test_an_entry_is_proven_to_somebody_without_the_ledger(proven: Path, tmp_path: Path) -> None:
    made = on(proven / "county.db", "prove", "entry", "17", "--output", tmp_path)

    names = ["entry-17.record", "entry-17.tlog-proof"]
    assert (0, [str(tmp_path / name) for name in names]) == (made.code, made.out.splitlines())
    ran = check(proven, tmp_path)
    assert (0, True) == (ran.code, "is entry 17 of a log of" in " ".join(ran.out.split()))
    assert "witnessed by audit, finance" in " ".join(ran.out.split())
    one = check(proven, tmp_path / names[1], "--entry", tmp_path / names[0], "--json").object
    assert [("entry", "proven", 17)] == [
        (proof["what"], proof["status"], proof["position"]) for proof in one["proofs"]
    ]


def test_another_entry_is_not_proven(proven: Path, tmp_path: Path) -> None:
    on(proven / "county.db", "prove", "entry", "17", "--output", tmp_path)
    record = tmp_path / "entry-17.record"
    record.write_bytes(record.read_bytes().replace(b"2022", b"2023", 1))

    ran = check(proven, tmp_path)

    assert (1, True) == (ran.code, "not proven: root: expected" in ran.out)


def test_a_proof_without_its_entry_says_what_is_missing(proven: Path, tmp_path: Path) -> None:
    on(proven / "county.db", "prove", "entry", "17", "--output", tmp_path)
    (tmp_path / "entry-17.record").unlink()

    ran = check(proven, tmp_path)

    assert (1, True) == (ran.code, "entry-17.record" in ran.out)


def test_all_entries_of_a_case_are_proven_to_be_all(proven: Path, tmp_path: Path) -> None:
    case = a_case(proven)
    made = on(proven / "county.db", "prove", "case", case, "--output", tmp_path, "--json").object
    records = [name for name in made["files"] if name.endswith(".record")]

    ran = check(proven, tmp_path, "--case", case)
    text = " ".join(ran.out.split())
    assert (0, True) == (ran.code, f"these are all {len(records) - 1} entries of {case}" in text)
    other = check(proven, tmp_path, "--case", case + "0")
    assert (1, True) == (other.code, f"expected a proof of {case}0" in " ".join(other.out.split()))
    [seal] = [name for name in made["files"] if name.endswith(".tlog-proof")]
    kept = seal.replace(".tlog-proof", ".record")
    (tmp_path / next(name for name in records if name != kept)).unlink()
    left_out = check(proven, tmp_path)
    assert (1, True) == (left_out.code, "not proven: items: expected" in left_out.out)


def test_a_case_proof_needs_its_seal_proven(proven: Path, tmp_path: Path) -> None:
    made = on(proven / "county.db", "prove", "case", a_case(proven), "--output", tmp_path, "--json")
    [seal] = [name for name in made.object["files"] if name.endswith(".tlog-proof")]
    (tmp_path / seal).unlink()

    ran = check(proven, tmp_path)

    assert (1, True) == (ran.code, "to be proven" in " ".join(ran.out.split()))


def test_the_absence_of_a_case_is_proven(proven: Path, tmp_path: Path) -> None:
    on(proven / "county.db", "prove", "case", "case/520123-2022-999999", "--output", tmp_path)

    ran = check(proven, tmp_path)

    assert (0, True) == (ran.code, "there is no case/520123-2022-999999" in ran.out)


def test_a_payment_is_proven_within_its_month(proven: Path, tmp_path: Path) -> None:
    first = payments(proven / "county.db")[0]
    made = on(
        proven / "county.db", "prove", "payment", str(first["position"]), "--output", tmp_path
    )
    ran = check(proven, tmp_path, "--json")

    assert (0, 0) == (made.code, ran.code), made.err
    [answer] = [proof for proof in ran.object["proofs"] if proof["what"] == "payment"]
    assert ("proven", first["amount_fen"]) == (answer["status"], answer["amount_fen"])
    assert f" payments of {first['month']}" in " ".join(check(proven, tmp_path).out.split())
    proof = tmp_path / f"payment-{first['position']}.payment-proof"
    assert 2048 > proof.stat().st_size
    proof.write_bytes(proof.read_bytes().replace(b'"amount_fen":', b'"amount_fen":1', 1))
    assert 1 == check(proven, tmp_path).code


def test_without_witnesses_it_is_said(proven: Path, tmp_path: Path) -> None:
    on(proven / "county.db", "prove", "entry", "3", "--output", tmp_path)
    text = policy_text("example.org/county")
    (proven / "alone.txt").write_bytes(text.replace(b"quorum offices", b"quorum none"))

    ran = check(proven, tmp_path, policy="alone.txt")
    zh = aidledger("--lang", "zh", "proof", "check", tmp_path, "--policy", proven / "alone.txt")

    assert (0, True) == (ran.code, "unwitnessed: the operator can rewrite history" in ran.out)
    assert "未见证，运营方可改写历史" in zh.out


def test_a_checkpoint_that_the_policy_does_not_accept_proves_nothing(
    proven: Path, tmp_path: Path
) -> None:
    on(proven / "county.db", "prove", "entry", "3", "--output", tmp_path)
    (proven / "other.txt").write_bytes(policy_text("example.org/another"))

    ran = check(proven, tmp_path, policy="other.txt")

    assert (1, True) == (ran.code, "names no log of this origin" in " ".join(ran.out.split()))


def test_nothing_to_check_is_wrong_usage(proven: Path, tmp_path: Path) -> None:
    ran = check(proven, tmp_path)

    assert (2, True) == (ran.code, "found no proof" in ran.err and "aidledger prove" in ran.err)


def test_a_file_that_is_no_proof_is_refused(proven: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\x00")

    ran = check(proven, tmp_path)

    assert (1, True) == (ran.code, "neither a proof nor an entry" in ran.out)


@pytest.mark.parametrize("what", ["entry", "payment"])
@pytest.mark.parametrize("position", ["x", "٣", "1" * 16, "900000"])
def test_a_wrong_position_is_wrong_usage(proven: Path, what: str, position: str) -> None:
    ran = on(proven / "county.db", "prove", what, position, "--output", proven / "none")

    assert 2 == ran.code
    assert "aidledger: error: " in ran.err
    assert not (proven / "none").exists()


def test_without_a_checkpoint_the_hint_says_how_to_make_one(county: Path, tmp_path: Path) -> None:
    ran = on(county, "prove", "entry", "3", "--output", tmp_path)

    assert 10 == ran.code
    assert "aidledger: hint: aidledger checkpoint sign makes one\n" in ran.err
    assert "生成" in on(county, "--lang", "zh", "prove", "entry", "3").err


def test_no_policy_is_said(proven: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"quorum x\n")

    ran = aidledger("proof", "check", tmp_path, "--policy", tmp_path / "bad.txt")

    assert (2, True) == (ran.code, "bad.txt" in ran.err)
    missing = aidledger("proof", "check", tmp_path, "--policy", tmp_path / "missing.txt")
    assert (3, True) == (missing.code, "missing.txt" in missing.err)


def test_a_receipt_is_kept_and_redeemed(ledger: Path, tmp_path: Path) -> None:
    about = {"effective_on": "2022-01-04", "actor": "u1", "office": "520123001"}
    data = {"kind": "township", "name": "青溪镇", "office": "520123001", "place": "520123001"}
    act = {"type": "OfficeRegistered", "stream": "registry/520123", "data": data, **about}
    kept, again = tmp_path / "receipt.json", tmp_path / "again.json"
    first = on(ledger, "record", "--cause", "req-1", "--receipt", kept, stdin=lines([act]))
    on(ledger, "resolve", "req-1", "--receipt", again)

    assert 0 == first.code, first.err
    assert kept.read_bytes() == again.read_bytes()
    (tmp_path / "policy.txt").write_bytes(policy_text(signed(ledger)))
    position = json.loads(kept.read_bytes())["position"]
    words = ("receipt", "check", kept, "--policy", tmp_path / "policy.txt", "--proofs")
    (tmp_path / "bundle").mkdir()
    missed = aidledger(*words, tmp_path / "bundle")
    assert (1, True) == (missed.code, "no proof was given" in missed.out)
    unlike = aidledger("--lang", "zh", *words, tmp_path / "bundle")
    assert f"位置 {position} 未证明：没有给出证明" in unlike.out
    on(ledger, "prove", "entry", str(position), "--output", tmp_path / "bundle")
    found = aidledger(*words, tmp_path / "bundle")
    assert (0, True) == (found.code, f"entries {position} to {position} are in" in found.out)
    assert "kept" == aidledger(*words, tmp_path / "bundle", "--json").object["status"]
    kept.write_bytes(kept.read_bytes().replace(b'"size":', b'"size":1', 1))
    assert 0 == aidledger(*words, tmp_path / "bundle").code  # a larger size is still to come
    kept.write_bytes(kept.read_bytes()[:-2])
    assert 2 == aidledger(*words, tmp_path / "bundle").code


def test_a_month_is_closed_once_and_then_supplemented(proven: Path) -> None:
    ledger, month = proven / "county.db", months(proven / "county.db")[0]

    again = on(ledger, "month", "close", month, *FINANCE)
    nothing = on(ledger, "month", "supplement", month, *FINANCE)
    never = on(ledger, "month", "supplement", "2031-01", *FINANCE)
    wrong = on(ledger, "month", "close", "2022-13", *FINANCE)

    assert [2, 2, 2, 2] == [ran.code for ran in (again, nothing, never, wrong)]
    assert "aidledger: hint: late payments go into a supplement" in again.err
    assert "aidledger: hint: close it first" in never.err


def test_a_bank_file_is_reconciled(proven: Path, tmp_path: Path) -> None:
    ledger = proven / "county.db"
    first = payments(ledger)[0]
    bank = tmp_path / "bank.csv"
    bank.write_text(
        f"案件编号,月份,金额（元）\n{a_case(proven).removeprefix('case/')},{first['month']},0.01\n",
        encoding="utf-8",
    )

    ran = on(ledger, "reconcile", f"month/{first['month']}", bank, *FINANCE, "--json")
    wrong = on(ledger, "reconcile", "case/1", bank, *FINANCE)
    bank.write_text("案件编号,月份,金额（元）\nx,2022-13,1.001\n", encoding="utf-8")
    faulty = on(ledger, "reconcile", f"month/{first['month']}", bank, *FINANCE)

    assert (0, "committed") == (ran.code, ran.object["status"])
    assert 1 == ran.object["reconciled"]["bank_only_count"]
    assert (2, 1) == (wrong.code, faulty.code)
    assert "line 2: month" in faulty.err
    assert "line 2: amount_yuan" in faulty.err


def test_how_a_bank_file_and_the_ledger_agree_is_told(ledger: Path, tmp_path: Path) -> None:
    bank = tmp_path / "bank.csv"
    bank.write_text("case,month,amount_yuan\nx,2022-03,1000.00\n", encoding="utf-8")
    ran = on(ledger, "reconcile", "month/2022-03", bank, *FINANCE)
    zh = on(ledger, "reconcile", "month/2022-03", bank, *FINANCE, "--lang", "zh")
    bank.write_text("case,month,amount_yuan\nx,2022-04,0\n", encoding="utf-8")
    none = on(ledger, "reconcile", "run/2022-03", bank, *FINANCE)

    assert "bank    1 line · 1000.00 yuan" in ran.out
    assert "1 line in the bank's file only, -1000.00 yuan more" in ran.err
    assert "仅账本有 0 笔，仅银行有 1 笔" in zh.err
    assert 2 == none.code
    assert "run/2022-03: expected a pay run of this ledger, found none" in none.err


def test_both_indexes_are_sealed_in_one_batch(ledger: Path) -> None:
    ran = on(ledger, "index", "seal", *NIGHTLY)

    assert (0, True) == (ran.code, "2 entries recorded" in ran.out)


@pytest.mark.parametrize("words", ["index seal", "month close 2022-03", "month supplement 2022-03"])
def test_who_closes_must_be_said(ledger: Path, words: str) -> None:
    ran = on(ledger, *words.split(), "--actor", "f1")

    assert (2, True) == (ran.code, "--office" in ran.err)
