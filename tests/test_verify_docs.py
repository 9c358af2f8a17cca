"""Each rung that `verify` prints is explained: what it checks, what damage is, why it may not be made."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli.verification import _WHY_NOT, RUNGS
from aidledger.ledger.finding import FINDING_CODES
from aidledger.services.ladder.restorationcheck import NO_AUDITOR

DOCS = Path(__file__).resolve().parent.parent / "docs"
VERIFY = (DOCS / "VERIFY.md").read_text(encoding="utf-8")
FORMAT = (DOCS / "FORMAT.md").read_text(encoding="utf-8")
TABLE = VERIFY.partition("| rung |")[2].partition("\n\n")[0]
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.split("\n")[2:]]
ARCHIVE = VERIFY.partition("| rung of an archive |")[2].partition("\n\n")[0]
ARCHIVE_ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in ARCHIVE.split("\n")[2:]
]
TOLD_ELSEWHERE = {"amendment_misfit", "generation_differs"}
"""By `rebuild` and `generations check`, as the page says below the table."""
ONLY_WITH_TABLES = "tables"
"""The one rung that is there only where an entry vouches for a table; FORMAT gives it no number."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The rungs of a real ledger with everything brought along, in the order they are printed."""
    folder = tmp_path_factory.mktemp("rungs")
    (folder / "kept").mkdir()
    on(folder / "ledger.db", "init", "--origin", "example.org/county")
    ran = on(folder / "ledger.db", "verify", "--proofs", folder / "kept", "--json")
    return [rung["name"] for rung in ran.object["rungs"]]


def test_every_rung_that_is_printed_has_its_row_and_its_number(printed: list[str]) -> None:
    section = FORMAT.partition("## 14 ")[2].partition("## 15 ")[0]
    numbered = re.findall(r"^(\d+)\. \*\*(\w+)\*\*", section, re.MULTILINE)

    rows = [row[0].strip("`") for row in ROWS]
    assert printed == [name for name in rows if name != ONLY_WITH_TABLES]
    assert "proofs" == rows[rows.index(ONLY_WITH_TABLES) - 1]
    assert f"**{ONLY_WITH_TABLES}**" in section
    assert list(enumerate(printed, 1)) == [(int(number), name) for number, name in numbered]
    assert {*rows, *(row[0].strip("`") for row in ARCHIVE_ROWS)} == set(RUNGS)


def test_every_row_says_what_is_checked_and_what_damage_is_in_both_languages() -> None:
    assert [] == [row for row in (*ROWS, *ARCHIVE_ROWS) if " · " not in row[1] or not row[2]]


def test_every_finding_belongs_to_one_rung() -> None:
    said = {row[0]: re.findall(r"`([a-z_]+\*?)`", row[2]) for row in (*ROWS, *ARCHIVE_ROWS)}
    rungs = {
        code: [rung for rung, some in said.items() if any(fnmatchcase(code, one) for one in some)]
        for code in FINDING_CODES
    }

    assert TOLD_ELSEWHERE == {code for code, some in rungs.items() if not some}
    assert {"month_late_payment_unlisted"} >= {
        code for code, some in rungs.items() if len(some) > 1
    }
    assert all(code in VERIFY for code in TOLD_ELSEWHERE)


def test_no_row_names_what_is_no_finding() -> None:
    named = {
        one
        for row in (*ROWS, *ARCHIVE_ROWS)
        for one in re.findall(r"`([a-z]+_[a-z_]*\*?)`", row[2])
    }

    assert [] == [one for one in named if not any(fnmatchcase(code, one) for code in FINDING_CODES)]


@pytest.mark.parametrize("why", [*_WHY_NOT, NO_AUDITOR])
def test_every_reason_for_not_making_a_rung_is_there(why: str) -> None:
    reasons = " ".join(row[3] for row in (*ROWS, *ARCHIVE_ROWS))

    assert f"*{why}*" in reasons
