"""``fund statement``: a county's own account for a year, with one line too many and one too few."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.cli.shell import Ran, aidledger
from tests.counties import county

from aidledger.interfaces.cli import layout

FUND = "tekun-2022"
MOVED = """
SELECT effective_on AS day, 'in' AS side, amount_fen AS fen FROM fund_received WHERE stream = 'fund/tekun-2022'
UNION ALL
SELECT effective_on, 'in', amount_fen FROM fund_returned WHERE stream = 'fund/tekun-2022'
UNION ALL
SELECT effective_on, 'out', SUM(amount_fen) FROM fund_disbursed WHERE stream = 'fund/tekun-2022'
GROUP BY effective_on, COALESCE(run, CAST(position AS VARCHAR))
ORDER BY ALL
"""
WHO = ("--actor", "f1", "--office", "520123")
EXTRA = 1_234_567


@pytest.fixture
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A copy of the clean county that the test may write to."""
    folder = tmp_path_factory.mktemp("statement")
    for file in Path(county(tmp_path_factory, planted=False).location).parent.glob(
        "ledger.sqlite*"
    ):
        if file.is_file():
            shutil.copy(file, folder)
    return str(folder / "ledger.sqlite")


def run(ledger: str, *words: str) -> Ran:
    return aidledger("--ledger", ledger, *words)


def file_of(moves: list[tuple[str, str, int]]) -> str:
    """Return the bank's file of these movements, which begins with money enough."""
    balance, rows = 10**9, ["交易日期,借方发生额,贷方发生额,余额,对方户名"]
    for day, side, fen in moves:
        balance += fen if side == "in" else -fen
        amounts = ("", f"{fen / 100:.2f}") if side == "in" else (f"{fen / 100:.2f}", "")
        rows.append(f"{day},{amounts[0]},{amounts[1]},{balance / 100:.2f},某某")
    return "\n".join(rows)


def test_of_a_year_of_an_account_one_line_too_many_and_one_too_few_are_told(
    ledger: str, tmp_path: Path
) -> None:
    rows = run(ledger, "sql", MOVED, "--json").object["rows"]
    moves = [(row["day"], row["side"], int(row["fen"])) for row in rows]
    gone = next(move for move in moves if move[1] == "in" and move[0] > "2022-06")
    kept = [*moves, ("2022-07-15", "out", EXTRA)]
    kept.remove(gone)
    file = tmp_path / "year.csv"
    file.write_text(file_of(sorted(kept)), "gb18030")
    taken = run(ledger, "fund", "statement", "import", str(file), "--account", FUND, *WHO, "--json")
    ran = run(ledger, "fund", "statement", "match", "--json")

    assert 0 == taken.code, taken.err
    assert 1 == ran.code
    found = ran.object
    assert (1, len(kept)) == (found["statements"], found["lines"])
    assert [(EXTRA, "critical")] == [(o["amount_fen"], o["severity"]) for o in found["bank_only"]]
    assert [gone[2]] == [one["amount_fen"] for one in found["ledger_only"]]
    ways = [found[way]["lines"] for way in ("one_to_one", "run_totals", "payments")]
    assert len(kept) - 1 == sum(ways)
    assert ways[0]
    assert ways[1]
    for lang in ("zh", "en"):
        shown = aidledger("--lang", lang, "--ledger", ledger, "fund", "statement", "match")
        assert 1 == shown.code
        assert "12,345.67" in shown.out or "12345.67" in shown.out
        assert max(map(layout.width, shown.out.splitlines())) <= 80


def test_a_bad_statement_is_refused_and_named_by_line_in_both_languages(
    ledger: str, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    bad = file_of([("2022-03-01", "in", 100), ("2022-03-02", "in", 100)])
    file.write_text(bad.replace("10000002.00", "10000003.00"), "utf-8")
    words = ("fund", "statement", "import", str(file), "--account", FUND, *WHO)
    for lang, said in (("zh", "第 3 行"), ("en", "line 3")):
        ran = aidledger("--lang", lang, "--ledger", ledger, *words)

        assert 1 == ran.code
        assert said in ran.err
        assert "10000002.00" in ran.err
    told = run(ledger, *words, "--json").object
    assert ["balance_breaks"] == [problem["code"] for problem in told["problems"]]


def test_it_is_said_who_imports_and_which_account(ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(file_of([("2022-03-01", "in", 100)]), "utf-8")
    for words in (("--account", FUND), ("--account", "none", *WHO)):
        ran = run(ledger, "fund", "statement", "import", str(file), *words)

        assert 2 == ran.code
        assert "expected" in ran.err
    checked = run(
        ledger,
        "fund",
        "statement",
        "import",
        str(file),
        "--account",
        FUND,
        *WHO,
        "--dry-run",
        "--json",
    )
    assert 0 == checked.code
    assert f"fund/{FUND}" == checked.object["fund"]


def test_a_file_imported_as_of_other_days_says_which_entry_to_correct(
    ledger: str, tmp_path: Path
) -> None:
    file = tmp_path / "part.csv"
    file.write_text(file_of([("2022-03-02", "in", 100), ("2022-03-03", "in", 100)]), "utf-8")
    words = ("fund", "statement", "import", str(file), "--account", FUND, *WHO)
    taken = run(ledger, *words)
    again = run(ledger, *words)
    month = run(ledger, *words, "--month", "2022-03")
    zh = aidledger("--lang", "zh", "--ledger", ledger, *words, "--month", "2022-03")
    asked = "SELECT MAX(position) AS at FROM statement_imported"
    [row] = run(ledger, "sql", asked, "--json").object["rows"]

    assert [0, 0, 2, 2] == [ran.code for ran in (taken, again, month, zh)]
    assert f"correct entry {row['at']} by two EntryCorrected" in month.err
    assert f"更正位置 {row['at']}，字段 first_on 的值为" in zh.err
    assert "--cause" not in month.err

    # what the hint says, word for word: a value is JSON text inside of JSON
    said = re.search(
        r"first_on with\s+the\s+value\s+(\S+)\s+and\s+field\s+last_on\s+with\s+(\S+)", month.err
    )
    assert said
    given = zip(("first_on", "last_on"), said.groups(), strict=True)
    data = '{"authority":"county","field":"%s","position":%d,"reason":"no month named","value":%s}'
    line = (
        '{"type":"EntryCorrected","stream":"fund/tekun-2022","effective_on":"2022-04-01",'
        '"actor":"f1","office":"520123","data":%s}'
    )
    lines = [line % (data % (field, row["at"], value)) for field, value in given]
    recorded = aidledger("--ledger", ledger, "record", "-", stdin="\n".join(lines).encode())
    days = f"SELECT first_on, last_on FROM statement_imported WHERE position = {row['at']}"

    assert 0 == recorded.code, recorded.err
    assert [{"first_on": "2022-03-01", "last_on": "2022-03-31"}] == run(
        ledger, "sql", days, "--json"
    ).object["rows"]

    size = "SELECT COUNT(*) AS entries FROM entry"
    before = run(ledger, "sql", size, "--json").object["rows"]
    corrected = run(ledger, *words, "--month", "2022-03")

    assert 0 == corrected.code, corrected.err
    assert "already" in corrected.out or "before" in corrected.out
    assert before == run(ledger, "sql", size, "--json").object["rows"]
