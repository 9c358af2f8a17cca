from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.shell import on

HEADER = "run,case,month,account,amount_yuan,result,result_on"
OTHER = "6222020000000000123"


def rostered(ledger: Path) -> dict[str, Any]:
    """The newest line of a roster."""
    said = on(ledger, *"log --type PaymentRostered --limit 1 --json".split())
    found: dict[str, Any] = json.loads(said.out)
    return found


def bank(ledger: Path, *rows: str) -> list[str | Path]:
    """The command that imports a bank's lines."""
    file = ledger.with_name("bank.csv")
    file.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return ["import", "payments", file, "--actor", "520123-bank-u1", "--office", "520123-bank"]


def line(entry: dict[str, Any], **other: str) -> str:
    """The bank's line that answers a line of a roster, with something else in it."""
    data = entry["data"]
    cells = {
        "run": data["run"].removeprefix("run/"),
        "case": entry["stream"].removeprefix("case/"),
        "month": data["month"],
        "account": data["account"],
        "amount_yuan": f"{data['amount_fen'] / 100:.2f}",
        "result": "paid",
        "result_on": "2022-12-30",
    }
    return ",".join((cells | other).values())


def test_what_the_bank_did_otherwise_than_the_roster_is_recorded_and_told(own_county: Path) -> None:
    entry = rostered(own_county)
    otherwise = line(entry, account=OTHER, amount_yuan="1.00")
    command = bank(own_county, otherwise, line(entry, month="2031-01"))
    tried = on(own_county, *command, "--dry-run", environ={"AIDLEDGER_LANG": "zh"})
    ran = on(own_county, *command)

    assert [
        "⚠ 第 2 行: amount_yuan: 应为 花名册上的金额，实际为 另一金额",
        "⚠ 第 2 行: account: 应为 花名册上的账户，实际为 另一账户",
        "⚠ 第 3 行: case: 应为 该批次花名册上的一行，实际为 没有",
    ] == tried.err.splitlines()
    assert 0 == ran.code, ran.err
    assert 3 == ran.err.count("⚠")
    assert "4 entries recorded" in ran.out
    assert OTHER not in ran.out + ran.err


def test_a_program_gets_the_notes_too(own_county: Path) -> None:
    entry = rostered(own_county)
    ran = on(own_county, *bank(own_county, line(entry, account=OTHER)), "--json")
    (note,) = ran.object["file"]["notes"]

    assert ("not_as_rostered", 2, "account") == (note["code"], note["line"], note["field"])


def test_what_is_as_rostered_is_taken_without_a_word(own_county: Path) -> None:
    ran = on(own_county, *bank(own_county, line(rostered(own_county))))

    assert (0, "") == (ran.code, ran.err)


def test_the_lines_of_another_file_are_refused_where_the_ledger_has_them(own_county: Path) -> None:
    entry = rostered(own_county)
    on(own_county, *bank(own_county, line(entry)))
    ran = on(own_county, *bank(own_county, line(entry), ""), environ={"AIDLEDGER_LANG": "zh"})

    assert 1 == ran.code
    assert "第 2 行: case: 应为 账本还没有的一行（银行确实办了两次的用 --as-is）" in ran.err


def test_a_day_that_is_still_to_come_is_told_by_line(own_county: Path) -> None:
    """2099 for 2022: until then no question counts the line, and the money looks unpaid."""
    entry = rostered(own_county)
    command = bank(own_county, line(entry, result_on="2099-12-30", month="2031-01"))
    tried = on(own_county, *command, "--dry-run", environ={"AIDLEDGER_LANG": "zh"})
    ran = on(own_county, *command, "--json")

    assert "2099-12-30，尚未到来" in tried.err
    codes = [note["code"] for note in ran.object["file"]["notes"] if note["line"] == 2]
    assert 1 == codes.count("still_to_come")
