"""``compare``: a register imported, listed, shown, held against the rolls; what it says in both languages."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import aidledger
from tests.services.conftest import Office, opened
from tests.services.registerfiles import HEAD, as_csv, rows
from tests.services.test_recording import approve

WHO = ("--from", "gongan", "--dated", "2022-01-31", "--actor", "c1", "--office", "520123")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    for made in opened(str(tmp_path_factory.mktemp("compare") / "ledger.sqlite")):
        approve(made)
        yield made


def test_a_register_is_imported_listed_shown_and_missed_when_it_is_gone(
    office: Office, tmp_path: Path
) -> None:
    given = rows(12)
    given[4][2] = ""
    path = as_csv(tmp_path / "deaths.csv", [HEAD, *given], "gb18030")
    ask = ("--ledger", office.location)
    listed = tmp_path / "bad.csv"
    tried = aidledger(*ask, "compare", "import", "deaths", str(path), *WHO, "--dry-run", "--json")
    done = aidledger(
        *ask,
        "--lang",
        "zh",
        "compare",
        "import",
        "deaths",
        str(path),
        *WHO,
        "--rejects",
        str(listed),
    )
    as_of = ("--as-of", "2022-03-31")
    shown = aidledger(*ask, "compare", "list", *as_of, "--json").object["registers"]
    position = str(shown[0]["position"])
    whole = aidledger(*ask, "compare", "show", position)
    [table] = Path(f"{office.location}.tables").iterdir()
    run = aidledger(*ask, "compare", "run", *as_of, "--json")
    table.write_bytes(b"PAR1")
    altered = aidledger(*ask, "--lang", "zh", "compare", "show", position)
    refused = aidledger(*ask, "sql", "SELECT * FROM register_deaths", *as_of)
    rule = aidledger(*ask, "audit", "run", "--rule", "R02", *as_of, "--json")
    table.unlink()

    assert (0, 0) == (tried.code, done.code)
    assert 11 == tried.object["event"]["kept"]["rows"]
    assert all(word in done.out for word in ("死亡登记", "GB18030", "必填项为空"))
    with listed.open(encoding="utf-8-sig", newline="") as file:
        assert [["6", "person", "empty"]] == [row[:3] for row in list(csv.reader(file))[1:]]
    assert ("deaths", "gongan", 59, "whole") == tuple(
        shown[0][name] for name in ("kind", "from_unit", "age_days", "state")
    )
    assert (0, 0) == (whole.code, run.code)
    assert {"deaths": []} == run.object["kinds"]
    assert (1, True) == (altered.code, "已被改动" in altered.out)
    assert (3, True) == (refused.code, "register_deaths" in refused.err)
    assert (3, "table") == (rule.code, rule.object["not_run"][0]["code"])
    assert (
        "gone"
        == aidledger(*ask, "compare", "list", *as_of, "--json").object["registers"][0]["state"]
    )


def test_what_is_wrong_is_said_by_line_and_column(office: Office, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "bad.csv", [HEAD, *([r[0], r[2], r[1], *r[3:]] for r in rows(5))])
    ask = ("--ledger", office.location, "compare", "import", "deaths", str(path), *WHO)
    english, chinese = aidledger(*ask), aidledger("--lang", "zh", *ask)
    unknown = aidledger(*ask, "--column", "person")

    assert 0 != english.code
    assert "line 2: person" in english.err
    assert "第 2 行: person" in chinese.err
    assert 2 == unknown.code


def test_kinds_and_their_columns_are_listed() -> None:
    kinds = aidledger("compare", "kinds", "--json").object["kinds"]
    one = aidledger("--lang", "zh", "compare", "kinds", "vehicles")
    none = aidledger("compare", "kinds", "boats")

    assert 11 == len(kinds)
    assert "车辆类型" in one.out
    assert (2, True) == (none.code, "boats" in none.err)
